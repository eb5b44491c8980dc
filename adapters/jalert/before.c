#include "adapters/jalert/before.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/jalert/alerts.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"

#define EVENT_MAX_BYTES	 2048u
#define NOTICE_MAX_BYTES (1u << 20) /* larger: who heard it is known from the hub alone */
#define SOUNDS_MAX_US	 (1800 * HS_US_PER_S)

void
hs_before_sent(struct hs_before *before, enum hs_adapter_lane lane, uint64_t seq)
{
	struct hs_before_sent *sent = &before->sent[lane];
	sent->seqs[sent->next++ % HS_BEFORE_SENT_MAX] = seq;
}

static bool
was_sent(const struct hs_before *before, enum hs_adapter_lane lane, uint64_t seq)
{
	for (size_t i = 0; i < HS_BEFORE_SENT_MAX; i++)
		if (before->sent[lane].seqs[i] == seq)
			return true;
	return false;
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

static struct hs_before_row *
find(struct hs_before *before, const char *id)
{
	for (size_t i = 0; i < HS_PLAYING_MAX; i++)
		if (strcmp(before->rows[i].id, id) == 0)
			return &before->rows[i];
	return NULL;
}

static void
keep(struct hs_before_row *row, const hs_notice *notice)
{
	struct hs_buf bytes;
	hs_notice copy = *notice;
	copy.original = NULL;
	hs_buf_init(&bytes, NOTICE_MAX_BYTES);
	hs_message_pack(&copy, &bytes);
	free(row->notice);
	row->notice_len_bytes = bytes.len_bytes;
	row->notice = bytes.failed ? NULL : malloc(bytes.len_bytes + 1);
	if (row->notice)
		memcpy(row->notice, hs_buf_text(&bytes), bytes.len_bytes);
	hs_buf_free(&bytes);
}

static void
row_free(struct hs_before_row *row)
{
	free(row->event);
	free(row->notice);
	*row = (struct hs_before_row){ 0 };
}

static void
learn(struct hs_before_row *row, const hs_notice *notice)
{
	struct hs_buf event;
	enum hs_alert_kind kind = hs_alert_kind_named(notice);
	hs_buf_init(&event, EVENT_MAX_BYTES);
	if (!row->event && hs_alert_event(notice, &event))
		row->event = strdup(hs_buf_text(&event));
	hs_buf_free(&event);
	row->correction = notice->action == HS_ACTION(CANCEL);
	keep(row, notice);
	row->kinds = kind == HS_ALERT_COUNT ? 0 : HS_PLAYING_KIND(kind);
}

void
hs_before_ask(struct hs_before *before, const char *id, const hs_notice *notice)
{
	struct hs_before_row *row = find(before, id);
	if (!row) {
		row = &before->rows[before->next++ % HS_PLAYING_MAX];
		row_free(row);
		snprintf(row->id, sizeof(row->id), "%s", id);
	}
	row->asked = row->old = false;
	if (notice)
		learn(row, notice);
}

void
hs_before_restart(struct hs_before *before, enum hs_adapter_lane lane)
{
	memset(&before->sent[lane], 0, sizeof(before->sent[lane]));
	for (size_t i = 0; i < HS_PLAYING_MAX; i++) {
		struct hs_before_row *row = &before->rows[i];
		row->old = row->old || (row->id[0] != '\0' && lane_of(row->id) == lane);
	}
}

void
hs_before_free(struct hs_before *before)
{
	for (size_t i = 0; i < HS_PLAYING_MAX; i++)
		row_free(&before->rows[i]);
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
	uint64_t seq = seq_of(before, lane, id);
	return was_sent(before, lane, seq) ? 0 : seq;
}

static bool
is_of_before(
	const struct hs_before *before, enum hs_adapter_lane lane, const struct hs_before_row *row)
{
	return row->old || seq_before(before, lane, row->id) != 0;
}

/* false: not now. */
static bool
ask(const struct hs_before *before, const struct hs_before_row *row)
{
	char request[128];
	const char *id = row->id;
	enum hs_adapter_lane lane = lane_of(id);
	if (lane == HS_LANE_COUNT)
		return true;
	if (!hub_is_known(before, lane))
		return false;
	snprintf(request, sizeof(request), "{\"type\":\"ask\",\"id\":\"%s\"}", id);
	return !is_of_before(before, lane, row) ||
	       hs_controller_send(before->controller, request) == HS_OK;
}

void
hs_before_tick(struct hs_before *before)
{
	for (size_t i = 0; i < HS_PLAYING_MAX; i++) {
		struct hs_before_row *row = &before->rows[i];
		if (row->id[0] != '\0' && !row->asked)
			row->asked = ask(before, row);
	}
}

/* What an answer is to the sender. "unknown" is nothing. */
struct meaning {
	const char *state, *detail;
	int receipt;
};
#define MEANINGS 4
static const struct meaning meanings[MEANINGS] = {
	{ "accepted", "accepted by the controller", HS_RECEIPT(ACCEPTED) },
	{ "started", "started", HS_RECEIPT(ACCEPTED) },
	{ "finished", "played", HS_RECEIPT(DISPLAYED) },
	{ "failed", "not played", HS_RECEIPT(FAILED) },
};
/* Of one that was taken back, and stopped: "failed" is the answer to that. */
static const struct meaning stopped_meanings[MEANINGS] = {
	{ "accepted", HS_STOPPED_TAKEN_BACK, HS_RECEIPT(EXPIRED) },
	{ "started", HS_STOPPED_TAKEN_BACK, HS_RECEIPT(EXPIRED) },
	{ "finished", "played", HS_RECEIPT(DISPLAYED) },
};

static void
report(struct hs_before *before, uint64_t seq, const struct meaning rows[MEANINGS],
	const struct hs_controller_answer *answer)
{
	enum hs_adapter_lane lane = lane_of(answer->id);
	char detail[160];
	for (size_t i = 0; i < MEANINGS && rows[i].state; i++) {
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
hs_controller_has(const struct hs_controller_answer *answer)
{
	return strcmp(answer->state, "accepted") == 0 || strcmp(answer->state, "started") == 0;
}

/* It cannot begin again here, and whether it began is no matter: a newer state goes behind it. */
static void
still_fill(struct hs_before *before, enum hs_adapter_lane lane, uint64_t seq,
	const struct hs_controller_answer *answer, struct hs_playing *still)
{
	const struct hs_before_row *row = find(before, answer->id);
	if (!hs_controller_has(answer))
		return;
	still->lane = lane;
	still->seq = seq;
	still->priority = UINT32_MAX;
	still->started = true;
	still->until_mono_us = hs_clock_mono_us() + SOUNDS_MAX_US;
	if (row && row->event && !hs_abouts_add(&still->about, row->event, row->kinds))
		hs_warn("jalert.out_of_memory", "id=%s", answer->id);
	snprintf(still->id, sizeof(still->id), "%s", answer->id);
	snprintf(still->epoch, sizeof(still->epoch), "%s",
		seq != 0 ? hs_adapter_epoch(before->adapter, lane) : "");
}

/* Once: the notice is not kept after that. */
static void
tell_heard(struct hs_before *before, enum hs_adapter_lane lane, uint64_t seq,
	struct hs_before_row *row)
{
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	hs_notice *notice = NULL;
	if (arena && row->notice &&
		hs_notice_unpack(arena, row->notice, row->notice_len_bytes, &notice) == HS_OK)
		before->heard(before->owner, lane, seq, notice);
	hs_arena_destroy(arena);
	free(row->notice);
	row->notice = NULL;
}

bool
hs_before_answer(struct hs_before *before, const struct hs_controller_answer *answer,
	struct hs_playing *still)
{
	enum hs_adapter_lane lane = lane_of(answer->id);
	still->id[0] = '\0';
	if (lane == HS_LANE_COUNT)
		return false;
	if (!hub_is_known(before, lane)) {
		hs_before_ask(before, answer->id, NULL);
		return true;
	}
	struct hs_before_row *row = find(before, answer->id);
	uint64_t seq = row && row->old ? 0 : seq_before(before, lane, answer->id);
	if (seq == 0 && !(row && row->old))
		return false;
	if (row)
		row->answered = true;
	if (seq != 0)
		report(before, seq, meanings, answer);
	if (seq != 0 && row &&
		(hs_controller_has(answer) || strcmp(answer->state, "finished") == 0))
		tell_heard(before, lane, seq, row);
	still_fill(before, lane, seq, answer, still);
	return true;
}

/* ---- taken back before it was answered ---- */

static bool
takes_back(const struct hs_coming *coming, const struct hs_before_row *row)
{
	struct hs_about about = { row->event, row->kinds };
	const struct hs_playing unanswered = {
		.lane = lane_of(row->id), .started = true, .about = { &about, 1 }
	};
	return row->event && !row->correction &&
	       hs_playing_way(&unanswered, coming) == HS_WAY_CANCEL;
}

void
hs_before_take_back(struct hs_before *before, const struct hs_coming *coming,
	void (*stop)(void *owner, const struct hs_playing *unanswered), void *owner)
{
	for (size_t i = 0; before->controller && i < HS_PLAYING_MAX; i++) {
		struct hs_before_row *row = &before->rows[i];
		if (row->id[0] == '\0' || row->answered || row->taken_back ||
			!takes_back(coming, row) || !is_of_before(before, coming->lane, row))
			continue;
		struct hs_playing unanswered = { .lane = coming->lane,
			.over = true,
			.until_mono_us = hs_clock_mono_us() + SOUNDS_MAX_US };
		snprintf(unanswered.id, sizeof(unanswered.id), "%s", row->id);
		row->taken_back = true;
		/* the question first: what it was until then is known from the answer */
		row->asked = row->asked || ask(before, row);
		stop(owner, &unanswered);
	}
}

bool
hs_before_late_answer(struct hs_before *before, const struct hs_controller_answer *answer)
{
	const struct hs_before_row *row = find(before, answer->id);
	if (!row || row->id[0] == '\0' || !row->taken_back)
		return false;
	uint64_t seq = seq_of(before, lane_of(answer->id), answer->id);
	if (seq != 0 && !row->old)
		report(before, seq, stopped_meanings, answer);
	return true;
}
