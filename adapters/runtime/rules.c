#include "adapters/runtime/rules.h"

#include <stddef.h>
#include <string.h>

#include "hub/base/check.h"

static const struct {
	const char *name;
	int mode;
} lanes[HS_LANE_COUNT] = {
	[HS_LANE_LIVE] = { "live", HS_MODE(LIVE) },
	[HS_LANE_DRILL] = { "drill", HS_MODE(DRILL) },
};

const char *
hs_lane_name(enum hs_adapter_lane lane)
{
	return lane < HS_LANE_COUNT ? lanes[lane].name : "unknown";
}

int
hs_lane_mode(enum hs_adapter_lane lane)
{
	return lane < HS_LANE_COUNT ? lanes[lane].mode : HS_MODE(UNSPECIFIED);
}

/* All that may ever leave. What is not here does not leave. */
static const struct {
	int mode;
	int lane;
	bool needs_switch;
} permitted[] = {
	{ HS_MODE(LIVE), HS_LANE_LIVE, false },
	{ HS_MODE(DRILL), HS_LANE_DRILL, true },
};

static const char *
refusal(int mode, int lane)
{
	if (mode == HS_MODE(LIVE) && lane == HS_LANE_DRILL)
		return "a live notice came by the drill lane";
	if (mode == HS_MODE(DRILL))
		return lane == HS_LANE_DRILL ? "drills are switched off in this adapter"
					     : "a drill came by the live lane";
	if (mode == HS_MODE(TEST) || mode == HS_MODE(SYSTEM))
		return "tests and system messages never leave an adapter";
	return "unknown mode or lane";
}

struct hs_gate_verdict
hs_drill_gate(int mode, int lane, bool drill_on)
{
	for (size_t i = 0; i < HS_COUNT(permitted); i++)
		if (permitted[i].mode == mode && permitted[i].lane == lane &&
			(!permitted[i].needs_switch || drill_on))
			return (struct hs_gate_verdict){ true, "" };
	return (struct hs_gate_verdict){ false, refusal(mode, lane) };
}

/* Flags by which the gate says that it did not know a word of the sender. */
static const struct {
	const char *flag;
	const char *reason;
} unknown_flags[] = {
	{ "unknown_sort", "unknown term of an evacuation order: an operator must look" },
	{ "unknown_state", "neither an order nor a lift: an operator must look" },
	{ "unknown_kind", "unknown kind of information: an operator must look" },
	{ "unknown_level", "unknown level: an operator must look" },
};

static const char *
unknown_evacuation(const hs_notice *notice)
{
	const hs_evacuation *evacuation = hs_notice_evacuation(notice);
	for (size_t i = 0; evacuation && i < evacuation->n_details; i++) {
		int state = (int)evacuation->details[i]->state;
		if (state != HS_EVAC(ISSUED) && state != HS_EVAC(LIFTED))
			return "neither an order nor a lift: an operator must look";
	}
	return "";
}

const char *
hs_hold_reason(const hs_notice *notice)
{
	int kind = (int)notice->kind, action = (int)notice->action;
	if (kind <= HS_KIND(UNSPECIFIED) || kind > HS_KIND(OTHER))
		return "unknown kind of information: an operator must look";
	if (action <= HS_ACTION(UNSPECIFIED) || action > HS_ACTION(CANCEL))
		return "unknown action: an operator must look";
	for (size_t i = 0; i < HS_COUNT(unknown_flags); i++)
		if (hs_notice_has_flag(notice, unknown_flags[i].flag))
			return unknown_flags[i].reason;
	if (notice->level && notice->level->number > 5)
		return "unknown level: an operator must look";
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION)
		return unknown_evacuation(notice);
	return "";
}

bool
hs_ends(const hs_notice *notice)
{
	return notice->action == HS_ACTION(LIFT) || notice->action == HS_ACTION(CANCEL);
}

int64_t
hs_expiry_unix_us(const hs_notice *notice, int64_t received_unix_us, int64_t max_age_ms,
	int64_t max_age_end_ms)
{
	const hs_times *times = notice->times;
	int64_t age_ms = hs_ends(notice) ? max_age_end_ms : max_age_ms;
	int64_t from = times && times->accepted ? times->accepted->unix_us : received_unix_us;
	int64_t expiry = from + age_ms * 1000;
	if (times && times->valid_until && times->valid_until->unix_us < expiry)
		return times->valid_until->unix_us;
	return expiry;
}

int64_t
hs_backoff_ms(uint32_t attempt, int64_t first_ms, int64_t max_ms, uint32_t random)
{
	int64_t pause = first_ms;
	for (uint32_t i = 2; i < attempt && pause < max_ms; i++)
		pause *= 2;
	if (pause > max_ms)
		pause = max_ms;
	int64_t half = (pause + 1) / 2;
	return half + (int64_t)(random % (uint32_t)(pause - half + 1));
}

struct hs_ruling
hs_rule(const struct hs_ruling_case *one)
{
	struct hs_gate_verdict verdict =
		hs_drill_gate((int)one->notice->mode, one->lane, one->drill_on);
	const char *unknown = hs_hold_reason(one->notice);
	const struct {
		bool holds;
		struct hs_ruling ruling;
	} rows[] = {
		{ !verdict.allow, { HS_RULING_GATE, HS_RECEIPT(FILTERED), verdict.reason } },
		{ one->maintenance,
			{ HS_RULING_MAINTENANCE, HS_RECEIPT(HELD), HS_MAINTENANCE_REASON } },
		{ one->rings && one->expired,
			{ HS_RULING_OLD, HS_RECEIPT(EXPIRED), HS_TOO_OLD_REASON } },
		{ one->rings && one->notice->action != HS_ACTION(CANCEL) &&
				hs_notice_has_flag(one->notice, HS_FLAG_SAME_EVENT),
			{ HS_RULING_SAME_EVENT, HS_RECEIPT(FILTERED), HS_SAME_EVENT_REASON } },
		{ one->rings && unknown[0] != '\0',
			{ HS_RULING_UNKNOWN, HS_RECEIPT(HELD), unknown } },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		if (rows[i].holds)
			return rows[i].ruling;
	return (struct hs_ruling){ HS_RULING_PASS, HS_RECEIPT(RECEIVED), "" };
}
