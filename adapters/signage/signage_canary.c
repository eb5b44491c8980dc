#include "adapters/signage/signage_canary.h"

#include <stdio.h>

static const char nobody[] = "no screen is connected";

static void
canary_start(struct hs_canary *canary)
{
	struct hs_signage_canary *own = canary->owner;

	if (hs_players_ask(own->players, canary->token) == 0)
		hs_canary_skip(canary, nobody);
}

/* Out of time: says who is missing. */
static void
canary_abort(struct hs_canary *canary)
{
	const struct hs_signage_canary *own = canary->owner;
	char why[HS_CANARY_WHY];
	size_t answered;
	int screen;
	size_t open = hs_players_open(own->players, &answered, &screen);

	if (open == 0)
		return;
	snprintf(why, sizeof(why),
		"%zu of %zu players do not answer, the first at screen %s: look at that screen",
		open, open + answered, own->screens[screen].settings->id);
	hs_canary_done(canary, false, why);
}

void
hs_signage_canary_look(struct hs_signage_canary *own)
{
	size_t answered;
	int screen;

	if (hs_players_open(own->players, &answered, &screen) > 0)
		return;
	if (answered > 0)
		hs_canary_done(&own->canary, true, "");
	else
		hs_canary_skip(&own->canary, nobody);
}

void
hs_signage_canary_add(struct hs_signage_canary *own, struct hs_adapter *adapter,
	struct hs_players *players, const struct hs_screen *screens)
{
	own->players = players;
	own->screens = screens;
	own->canary = (struct hs_canary){
		.outlet = "screens",
		.lane = HS_CANARY_ALL_LANES,
		.start = canary_start,
		.abort = canary_abort,
		.owner = own,
	};
	hs_canary_add(adapter, &own->canary);
}
