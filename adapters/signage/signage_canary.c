#include "adapters/signage/signage_canary.h"

#include <stdio.h>

static const char nobody[] = "no screen is connected";

/* Whether a screen has fewer players than it should; then `why` says which. */
static bool
somebody_is_missing(const struct hs_signage_canary *own, char why[HS_CANARY_WHY])
{
	size_t short_of = 0, first = 0;

	for (size_t i = own->screen_count; i-- > 0;) {
		if ((int64_t)hs_players_count(own->players, (int)i) >=
			own->screens[i].settings->players_expected)
			continue;
		short_of++;
		first = i;
	}
	if (short_of > 0)
		snprintf(why, HS_CANARY_WHY,
			"%zu screens lack players, the first is %.32s (%zu of %lld): switched off, "
			"or look "
			"at listen, tls_cert, network",
			short_of, own->screens[first].settings->id,
			hs_players_count(own->players, (int)first),
			(long long)own->screens[first].settings->players_expected);
	return short_of > 0;
}

static void
canary_start(struct hs_canary *canary)
{
	struct hs_signage_canary *own = canary->owner;
	char why[HS_CANARY_WHY];

	if (somebody_is_missing(own, why))
		hs_canary_done(canary, false, why);
	else if (hs_players_ask(own->players, canary->token) == 0)
		hs_canary_skip(canary, nobody);
}

/* Out of time: says who is missing. */
static void
canary_abort(struct hs_canary *canary)
{
	const struct hs_signage_canary *own = canary->owner;
	char why[HS_CANARY_WHY];
	size_t answered, open = hs_players_open(own->players, &answered);

	if (open == 0)
		return;
	snprintf(why, sizeof(why),
		"%zu of %zu players do not answer, the first at screen %s: look at that screen",
		open, open + answered, own->screens[hs_players_open_at(own->players)].settings->id);
	hs_canary_done(canary, false, why);
}

void
hs_signage_canary_look(struct hs_signage_canary *own)
{
	size_t answered;

	if (hs_players_open(own->players, &answered) > 0)
		return;
	if (answered > 0)
		hs_canary_done(&own->canary, true, "");
	else
		hs_canary_skip(&own->canary, nobody);
}

void
hs_signage_canary_add(struct hs_signage_canary *own, struct hs_adapter *adapter,
	struct hs_players *players, struct hs_screen *screens, size_t screen_count)
{
	own->players = players;
	own->screens = screens;
	own->screen_count = screen_count;
	own->canary = (struct hs_canary){
		.outlet = "screens",
		.lane = HS_CANARY_ALL_LANES,
		.start = canary_start,
		.abort = canary_abort,
		.owner = own,
		.for_all = true,
	};
	hs_canary_add(adapter, &own->canary);
	for (size_t i = 0; i < screen_count; i++) {
		screens[i].first = (struct hs_proof){ .outlet = screens[i].settings->id,
			.lane = HS_CANARY_ALL_LANES };
		hs_proof_add(adapter, &screens[i].first);
	}
}
