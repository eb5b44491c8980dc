#include "adapters/jalert/before.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/log.h"

void
hs_before_sent(struct hs_before *before, enum hs_adapter_lane lane, uint64_t seq)
{
	uint64_t *first = &before->sent_seq[lane];
	if (*first == 0 || seq < *first)
		*first = seq;
}

void
hs_before_ask(struct hs_before *before, const char *id)
{
	for (size_t i = 0; i < before->ask_count; i++)
		if (strcmp(before->asks[i], id) == 0)
			return;
	if (before->ask_count == HS_PLAYING_MAX)
		memmove(before->asks[0], before->asks[1],
			sizeof(before->asks[0]) * --before->ask_count);
	snprintf(before->asks[before->ask_count++], HS_PLAN_ID_SIZE, "%s", id);
}

/* The lane that an id is of. HS_LANE_COUNT: no id of ours. */
static enum hs_adapter_lane
lane_of(const char *id)
{
	int lane = 0;
	while (lane < HS_LANE_COUNT) {
		const char *name = hs_lane_name((enum hs_adapter_lane)lane);
		if (strncmp(id, name, strlen(name)) == 0 && id[strlen(name)] == '-')
			break;
		lane++;
	}
	return (enum hs_adapter_lane)lane;
}

static bool
hub_is_known(const struct hs_before *before, enum hs_adapter_lane lane)
{
	return hs_adapter_epoch(before->adapter, lane)[0] != '\0';
}

/* 0: it is not of this lane's epoch. */
static uint64_t
seq_of(const struct hs_before *before, enum hs_adapter_lane lane, const char *id)
{
	char wanted[HS_PLAN_ID_SIZE];
	uint64_t seq = strtoull(strrchr(id, '-') + 1, NULL, 10);
	hs_plan_id(wanted, lane, hs_adapter_epoch(before->adapter, lane), seq);
	return strcmp(wanted, id) == 0 ? seq : 0;
}

/* 0: this process sent it, or nobody did. */
static uint64_t
seq_before(const struct hs_before *before, enum hs_adapter_lane lane, const char *id)
{
	uint64_t seq = seq_of(before, lane, id), first = before->sent_seq[lane];
	return first != 0 && seq >= first ? 0 : seq;
}

/* false: not now. */
static bool
ask(const struct hs_before *before, const char *id)
{
	char request[128];
	enum hs_adapter_lane lane = lane_of(id);
	if (lane == HS_LANE_COUNT)
		return true;
	if (!hub_is_known(before, lane))
		return false;
	snprintf(request, sizeof(request), "{\"type\":\"ask\",\"id\":\"%s\"}", id);
	return seq_before(before, lane, id) == 0 ||
	       hs_controller_send(before->controller, request) == HS_OK;
}

void
hs_before_tick(struct hs_before *before)
{
	size_t kept = 0;
	for (size_t i = 0; i < before->ask_count; i++)
		if (!ask(before, before->asks[i]))
			memmove(before->asks[kept++], before->asks[i], HS_PLAN_ID_SIZE);
	before->ask_count = kept;
}

static void
report(struct hs_before *before, enum hs_adapter_lane lane, uint64_t seq,
	const struct hs_controller_answer *answer)
{
	static const struct {
		const char *state, *detail;
		int receipt;
	} rows[] = {
		{ "accepted", "accepted by the controller", HS_RECEIPT(ACCEPTED) },
		{ "started", "started", HS_RECEIPT(ACCEPTED) },
		{ "finished", "played", HS_RECEIPT(DISPLAYED) },
		{ "failed", "not played", HS_RECEIPT(FAILED) },
	};
	char detail[160];
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (strcmp(rows[i].state, answer->state) != 0)
			continue;
		snprintf(detail, sizeof(detail), "%s%s%s", rows[i].detail,
			answer->detail[0] ? ": " : "", answer->detail);
		hs_info("jalert.answer_after_restart", "id=%s state=%s", answer->id, answer->state);
		hs_adapter_report(before->adapter, lane, hs_adapter_epoch(before->adapter, lane),
			seq, "controller", rows[i].receipt, detail);
	}
}

bool
hs_before_answer(struct hs_before *before, const struct hs_controller_answer *answer)
{
	enum hs_adapter_lane lane = lane_of(answer->id);
	if (lane == HS_LANE_COUNT)
		return false;
	if (!hub_is_known(before, lane)) {
		hs_before_ask(before, answer->id);
		return true;
	}
	uint64_t seq = seq_before(before, lane, answer->id);
	if (seq == 0)
		return false;
	report(before, lane, seq, answer);
	return true;
}
