/* Rounds of canaries: a list that the tick of the runtime walks. */
#include "adapters/runtime/canary.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adapters/runtime/internal.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/hash.h"
#include "hub/base/log.h"
#include "hub/base/plain.h"

#define WHY_OFF	 "no canary: canary_ms is 0"
#define WHY_NONE "no canary for this outlet"
#define WHY_WAIT "no canary has come back yet"

static const struct {
	const char *word;
	int wire;
} states[] = {
	[HS_CANARY_UNPROVEN] = { "unproven", HS_PROOF(UNPROVEN) },
	[HS_CANARY_PROVEN] = { "proven", HS_PROOF(PROVEN) },
	[HS_CANARY_FAILED] = { "failed", HS_PROOF(FAILED) },
};

const char *
hs_canary_lane_name(const struct hs_canary *canary)
{
	return hs_proof_lane_name(canary->lane);
}

bool
hs_canary_holds(const struct hs_canary *canary)
{
	return canary && canary->proof.holds;
}

/* Who reads it sees that orders wait for this. */
static void
say(struct hs_canary *canary, const char *why)
{
	char text[HS_CANARY_WHY];

	snprintf(text, sizeof(text), "%s%s", why[0] && canary->proof.holds ? HS_HOLDS_WORD : "",
		why);
	hs_plain_copy(canary->why, sizeof(canary->why), text);
}

static bool
can_prove(const struct hs_adapter *adapter, const struct hs_canary *canary)
{
	return adapter->settings->canary.period_ms > 0 && canary->start != NULL;
}

void
hs_canary_add(struct hs_adapter *adapter, struct hs_canary *canary)
{
	struct hs_canary **at = &adapter->proving.canaries;
	const char *why = WHY_WAIT;

	while (*at)
		at = &(*at)->next;
	*at = canary;
	canary->next = NULL;
	canary->adapter = adapter;
	canary->proof = (struct hs_proof){ .outlet = canary->outlet, .lane = canary->lane };
	if (can_prove(adapter, canary) && !canary->for_all)
		hs_proof_join(adapter, &canary->proof);
	if (!canary->start)
		why = WHY_NONE;
	else if (adapter->settings->canary.period_ms == 0)
		why = WHY_OFF;
	say(canary, why);
	hs_info("adapter.outlet_unproven", "outlet=%s lane=%s reason=\"%s\"", canary->outlet,
		hs_canary_lane_name(canary), canary->why);
}

static void
answered(struct hs_canary *canary, enum hs_canary_answer answer, const char *why)
{
	if (!canary->under_way || canary->answer != HS_CANARY_NO_ANSWER)
		return;
	canary->answer = answer;
	say(canary, why);
}

void
hs_canary_done(struct hs_canary *canary, bool good, const char *why)
{
	answered(canary, good ? HS_CANARY_GOOD : HS_CANARY_BAD, good ? "" : why);
}

void
hs_canary_skip(struct hs_canary *canary, const char *why)
{
	answered(canary, HS_CANARY_NOBODY, why);
}

int64_t
hs_canary_age_ms(
	const struct hs_adapter *adapter, const struct hs_canary *canary, int64_t now_mono_us)
{
	int64_t since = canary->proven_mono_us ? canary->proven_mono_us : adapter->start_mono_us;
	return (now_mono_us - since) / 1000;
}

/* ---- a round ---- */

static void
state_told(struct hs_adapter *adapter, const struct hs_canary *canary)
{
	for (size_t i = 0; i < HS_LANE_COUNT; i++) {
		struct hs_lane *lane = &adapter->lanes[i];
		if (lane->greeted && (canary->lane == (int)i || canary->lane == HS_LANE_COUNT))
			(void)!hs_send_heartbeat(lane);
	}
}

static void
alarm_over(struct hs_adapter *adapter, const struct hs_canary *canary)
{
	hs_warn("adapter.canary_alarm_over", "outlet=%s lane=%s", canary->outlet,
		hs_canary_lane_name(canary));
	hs_alarm_run(adapter, "over", canary);
}

static void
proven(struct hs_adapter *adapter, struct hs_canary *canary, int64_t now_mono_us)
{
	enum hs_canary_state before = canary->state;

	canary->state = HS_CANARY_PROVEN;
	canary->proven_mono_us = now_mono_us;
	canary->counts.proofs++;
	hs_proof_given(&canary->proof);
	hs_proofs_keep(adapter);
	if (before == HS_CANARY_PROVEN)
		return;
	if (before == HS_CANARY_FAILED) {
		alarm_over(adapter, canary);
	} else {
		hs_info("adapter.outlet_proven", "outlet=%s lane=%s", canary->outlet,
			hs_canary_lane_name(canary));
	}
	state_told(adapter, canary);
}

static void
failed(struct hs_adapter *adapter, struct hs_canary *canary, int64_t now_mono_us)
{
	if (canary->state == HS_CANARY_FAILED)
		return;
	canary->state = HS_CANARY_FAILED;
	canary->counts.alarms++;
	hs_error("adapter.canary_alarm",
		"outlet=%s lane=%s proven=%s age_ms=%" PRId64 " reason=\"%s\"", canary->outlet,
		hs_canary_lane_name(canary), canary->proven_mono_us ? "before" : "never",
		hs_canary_age_ms(adapter, canary, now_mono_us), canary->why);
	hs_alarm_run(adapter, "alarm", canary);
	hs_deliveries_held(adapter, canary);
	state_told(adapter, canary);
}

static void
skipped(struct hs_adapter *adapter, struct hs_canary *canary, int64_t now_mono_us)
{
	enum hs_canary_state before = canary->state;

	canary->tries = 0;
	canary->due_mono_us = now_mono_us + adapter->settings->canary.timeout_ms * 1000;
	canary->state = HS_CANARY_UNPROVEN;
	if (before == HS_CANARY_UNPROVEN)
		return;
	hs_warn("adapter.outlet_unproven", "outlet=%s lane=%s reason=\"%s\"", canary->outlet,
		hs_canary_lane_name(canary), canary->why);
	if (before == HS_CANARY_FAILED)
		alarm_over(adapter, canary);
	state_told(adapter, canary);
}

/* The next round begins one period after this one did. */
static void
round_over(const struct hs_adapter *adapter, struct hs_canary *canary, int64_t now_mono_us)
{
	int64_t next = canary->round_mono_us + adapter->settings->canary.period_ms * 1000;

	canary->due_mono_us = next > now_mono_us ? next : now_mono_us;
	canary->tries = 0;
}

static void
try_over(struct hs_adapter *adapter, struct hs_canary *canary, int64_t now_mono_us)
{
	canary->under_way = false;
	if (canary->answer == HS_CANARY_GOOD) {
		proven(adapter, canary, now_mono_us);
		round_over(adapter, canary, now_mono_us);
	} else if (canary->answer == HS_CANARY_NOBODY) {
		skipped(adapter, canary, now_mono_us);
	} else if (canary->tries >= HS_CANARY_TRIES) {
		failed(adapter, canary, now_mono_us);
		round_over(adapter, canary, now_mono_us);
	} else {
		canary->due_mono_us = canary->try_end_mono_us;
	}
}

/* An order would be given up after attempt_timeout_ms: what takes longer proves nothing. */
static int64_t
try_us(const struct hs_adapter *adapter)
{
	int64_t own_us = adapter->settings->canary.timeout_ms * 1000 / HS_CANARY_TRIES;
	int64_t order_us = adapter->settings->attempt_timeout_ms * 1000;

	return own_us < order_us ? own_us : order_us;
}

static void
try_start(struct hs_adapter *adapter, struct hs_canary *canary, int64_t now_mono_us)
{
	uint8_t random[16];
	char hex[2 * sizeof(random) + 1];

	if (canary->tries++ == 0)
		canary->round_mono_us = now_mono_us;
	canary->try_end_mono_us = now_mono_us + try_us(adapter);
	hs_random(random, sizeof(random));
	hs_hex(random, sizeof(random), hex);
	snprintf(canary->token, sizeof(canary->token), "canary-%s", hex);
	canary->under_way = true;
	canary->answer = HS_CANARY_NO_ANSWER;
	canary->start(canary);
}

void
hs_canaries_tick(struct hs_adapter *adapter, int64_t now_mono_us)
{
	int64_t patience_us = adapter->settings->canary.timeout_ms * 1000;
	bool busy = hs_deliveries_under_way(adapter);

	for (struct hs_canary *canary = adapter->proving.canaries; canary; canary = canary->next) {
		bool waits = busy && canary->tries == 0 &&
			     now_mono_us < canary->due_mono_us + patience_us;
		if (canary->under_way && canary->answer == HS_CANARY_NO_ANSWER &&
			now_mono_us >= canary->try_end_mono_us) {
			canary->abort(canary);
			hs_canary_done(canary, false, "no answer in time");
		}
		if (canary->under_way && canary->answer != HS_CANARY_NO_ANSWER)
			try_over(adapter, canary, now_mono_us);
		else if (!canary->under_way && can_prove(adapter, canary) &&
			 now_mono_us >= canary->due_mono_us && !waits)
			try_start(adapter, canary, now_mono_us);
	}
}

void
hs_canaries_abandon(struct hs_adapter *adapter)
{
	for (struct hs_canary *canary = adapter->proving.canaries; canary; canary = canary->next) {
		if (canary->under_way && canary->answer == HS_CANARY_NO_ANSWER)
			canary->abort(canary);
		canary->under_way = false;
	}
	adapter->proving.canaries = NULL;
}

void
hs_canary_now(struct hs_canary *canary)
{
	if (!canary->under_way && canary->state != HS_CANARY_PROVEN)
		canary->due_mono_us = 0;
}

/* ---- what is told of them ---- */

size_t
hs_canaries_report(
	const struct hs_lane *lane, hs_outlet_proof *rows, hs_outlet_proof **list, size_t max)
{
	const struct hs_adapter *adapter = lane->adapter;
	int64_t now_mono_us = hs_clock_mono_us();
	size_t count = 0;

	for (struct hs_canary *canary = adapter->proving.canaries; canary && count < max;
		canary = canary->next) {
		bool here = canary->lane == (int)lane->id || canary->lane == HS_LANE_COUNT;
		if (!here || canary == &lane->way) /* who reads it is at the other end of that */
			continue;
		hs_outlet_proof *row = &rows[count];
		hansho__v1__outlet_proof__init(row);
		row->outlet = (char *)(uintptr_t)canary->outlet;
		row->state = (Hansho__V1__ProofState)states[canary->state].wire;
		row->age_ms = (uint64_t)hs_canary_age_ms(adapter, canary, now_mono_us);
		row->detail = canary->why;
		list[count++] = row;
	}
	for (const struct hs_proof *proof = adapter->proving.proofs; proof && count < max;
		proof = proof->next) {
		if (!proof->alone || !proof->holds)
			continue;
		hs_outlet_proof *row = &rows[count];
		hansho__v1__outlet_proof__init(row);
		row->outlet = (char *)(uintptr_t)proof->outlet;
		row->state = (Hansho__V1__ProofState)states[HS_CANARY_UNPROVEN].wire;
		row->age_ms = (uint64_t)((now_mono_us - adapter->start_mono_us) / 1000);
		row->detail = (char *)(uintptr_t)HS_HOLDS_WORD "nobody has proven it yet";
		list[count++] = row;
	}
	return count;
}

void
hs_canaries_metrics(const struct hs_adapter *adapter, struct hs_buf *out)
{
	int64_t now_mono_us = hs_clock_mono_us();

	for (const struct hs_canary *canary = adapter->proving.canaries; canary;
		canary = canary->next) {
		char labels[160];
		snprintf(labels, sizeof(labels), "outlet=\"%s\",lane=\"%s\"", canary->outlet,
			hs_canary_lane_name(canary));
		hs_buf_printf(out,
			"hansho_adapter_proof_age_seconds{%s} %.3f\n"
			"hansho_adapter_proven{%s} %d\n"
			"hansho_adapter_canary_alarm{%s} %d\n"
			"hansho_adapter_proofs_total{%s} %" PRIu64 "\n"
			"hansho_adapter_canary_alarms_total{%s} %" PRIu64 "\n",
			labels, (double)hs_canary_age_ms(adapter, canary, now_mono_us) / 1e3,
			labels, canary->state == HS_CANARY_PROVEN, labels,
			canary->state == HS_CANARY_FAILED, labels, canary->counts.proofs, labels,
			canary->counts.alarms);
	}
}

void
hs_canaries_status(const struct hs_adapter *adapter, struct hs_buf *out)
{
	int64_t now_mono_us = hs_clock_mono_us();

	hs_buf_puts(out, "\"outlets\":[");
	for (const struct hs_canary *canary = adapter->proving.canaries; canary;
		canary = canary->next)
		hs_buf_printf(out,
			"%s{\"outlet\":\"%s\",\"lane\":\"%s\",\"proof\":\"%s\","
			"\"proof_age_ms\":%" PRId64 ",\"detail\":\"%s\"}",
			canary == adapter->proving.canaries ? "" : ",", canary->outlet,
			hs_canary_lane_name(canary), states[canary->state].word,
			hs_canary_age_ms(adapter, canary, now_mono_us), canary->why);
	hs_buf_puts(out, "]");
}
