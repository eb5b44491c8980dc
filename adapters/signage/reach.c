#include "adapters/signage/reach.h"

#include "hub/base/check.h"

static bool
is_shown(const struct hs_screen_settings *screen, const struct hs_force_row *row)
{
	return row != NULL && (int64_t)row->urgency >= screen->rules.caution_level;
}

static bool
wants(const struct hs_screen_settings *screen, const struct hs_force_row *row)
{
	return hs_screen_wants(screen, row->area_code, row->sub_code);
}

static bool
has_change(const struct hs_screen_settings *screen, const struct hs_reaching *reaching)
{
	for (size_t i = 0; i < reaching->count; i++) {
		if (reaching->rows[i].change != HS_CHANGE_NONE &&
			wants(screen, hs_change_area(&reaching->rows[i])))
			return true;
	}
	return false;
}

/* What it does to one area that the screen shows, before or after. */
static enum hs_reach
change_reach(const struct hs_screen_settings *screen, const struct hs_reaching *reaching,
	const struct hs_change_row *row)
{
	static const bool by_cancel[HS_CHANGE_COUNT] = { [HS_CHANGE_RETURNED] = true,
		[HS_CHANGE_RESTORED] = true,
		[HS_CHANGE_CANCELLED] = true };
	static const bool by_end[HS_CHANGE_COUNT] = {
		[HS_CHANGE_LIFTED] = true, [HS_CHANGE_VANISHED] = true
	};
	bool shown = is_shown(screen, row->before) || is_shown(screen, row->after);
	bool says_ends = screen->rules.return_after_ms > 0 && !reaching->notice->silent;
	if (row->change == HS_CHANGE_NONE || !wants(screen, hs_change_area(row)))
		return HS_REACH_NONE;
	if (!shown || (row->after != NULL && !is_shown(screen, row->after)))
		return HS_REACH_BELOW; /* also what sank below it: the order that stands now is not shown */
	bool said = (by_cancel[row->change] && reaching->says_cancels) ||
		    (by_end[row->change] && says_ends);
	return said ? HS_REACH_SAID : HS_REACH_BARE;
}

static enum hs_reach
order_reach(const struct hs_screen_settings *screen, const struct hs_reaching *reaching)
{
	enum hs_reach reach = HS_REACH_NONE;
	for (size_t i = 0; i < reaching->list->count; i++) {
		const struct hs_force_row *row = &reaching->list->rows[i];
		if (row->seq != reaching->seq || !wants(screen, row))
			continue;
		if (is_shown(screen, row))
			return HS_REACH_SAID;
		reach = HS_REACH_BELOW;
	}
	return reach;
}

enum hs_reach
hs_reaches(const struct hs_screen_settings *screen, const struct hs_reaching *reaching)
{
	if (!hs_screen_wants_notice(screen, reaching->notice) && !has_change(screen, reaching))
		return HS_REACH_NONE;
	if (reaching->lane == HS_LANE_DRILL && !screen->rules.drills)
		return HS_REACH_NO_DRILLS;
	enum hs_reach most = order_reach(screen, reaching);
	for (size_t i = 0; i < reaching->count; i++) {
		enum hs_reach reach = change_reach(screen, reaching, &reaching->rows[i]);
		most = reach > most ? reach : most;
	}
	return most != HS_REACH_NONE ? most : HS_REACH_IDLE;
}

const char *
hs_reach_why(enum hs_reach reach)
{
	static const char *const why[] = {
		[HS_REACH_NONE] = "none of the areas of this screen",
		[HS_REACH_NO_DRILLS] = "this screen shows no drills (drills: false)",
		[HS_REACH_BELOW] = "この画面が表示する警戒レベルに達していません。below "
				   "caution_level: this screen does not show it",
		[HS_REACH_IDLE] = "この画面の表示は変わりません。it changes nothing on this screen",
		[HS_REACH_BARE] = "",
		[HS_REACH_SAID] = "",
	};
	HS_CHECK((size_t)reach < HS_COUNT(why));
	return why[reach];
}
