/* fake_hub.h: the hub's side of one lane, in the test's own loop: says hello, takes resume, acks and
 * receipts down, delivers what the test hands over. */
#ifndef HS_TEST_FAKE_HUB_H
#define HS_TEST_FAKE_HUB_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <uv.h>

#include <cmocka.h>

#include "hub/base/clock.h"
#include "hub/base/link.h"
#include "schemas/active.h"
#include "schemas/notice.h"

#define FAKE_RECEIPTS 512
/* So that a test that fails ends: all that is waited for comes within milliseconds, or when a busy machine has time for it. */
#define FAKE_WAIT_MS  30000
/* What the hub says its interval is: of a connection that nobody wants to end, no pause of the machine may make a silence. */
#define FAKE_BEAT_MS  60000
#define FAKE_TURN_US  10000 /* of one turn of the loop in run_for */

struct fake_receipt {
	uint64_t seq;
	int state;
	char outlet[64];
	char detail[512];
};

struct fake_hub {
	uv_loop_t *loop;
	struct hs_link *link;
	int mode;
	char epoch[40];
	bool up, greeted, resumed, silent, closed;
	bool beats; /* answers heartbeats */
	bool from_last_ack, wants_snapshot, wants_past;
	uint64_t resume_seq, ack_seq, newest_seq;
	uint32_t window; /* 0: it does not say */
	uint32_t beat_ms;
	char digest[HS_DIGEST_SIZE];	  /* in heartbeats, for newest_seq; "" none */
	char peer_digest[HS_DIGEST_SIZE]; /* of the newest heartbeat of the adapter */
	char resume_epoch[40];
	char peer[64];
	size_t ups, ups_before, goodbyes, heartbeats;
	bool maintenance; /* of the newest heartbeat, as the rest down to proof_why */
	size_t outlets;
	int proof; /* of the first outlet */
	uint64_t proof_age_ms;
	char proof_why[200];
	struct fake_receipt receipts[FAKE_RECEIPTS];
	size_t receipt_count;
};

static inline void
fake_send(struct fake_hub *hub, const hs_link_frame *frame)
{
	struct hs_buf buf;
	hs_buf_init(&buf, HS_FRAME_MAX_BYTES);
	hs_message_pack(frame, &buf);
	assert_false(buf.failed);
	assert_int_equal(HS_OK, hs_link_send(hub->link, hs_buf_text(&buf), buf.len_bytes));
	hs_buf_free(&buf);
}

static inline void
fake_hello(struct fake_hub *hub)
{
	Hansho__V1__Hello hello;
	hansho__v1__hello__init(&hello);
	hello.mode = (Hansho__V1__Mode)hub->mode;
	hello.epoch = hub->epoch;
	hello.heartbeat_ms = hub->beat_ms;
	hello.newest_seq = hub->newest_seq;
	hello.window = hub->window;
	hs_link_frame frame;
	hansho__v1__link_frame__init(&frame);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_HELLO;
	frame.hello = &hello;
	fake_send(hub, &frame);
}

static inline void
fake_heartbeat(struct fake_hub *hub)
{
	Hansho__V1__Heartbeat heartbeat;
	hansho__v1__heartbeat__init(&heartbeat);
	heartbeat.newest_seq = hub->newest_seq;
	heartbeat.digest = hub->digest;
	hs_link_frame frame;
	hansho__v1__link_frame__init(&frame);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_HEARTBEAT;
	frame.heartbeat = &heartbeat;
	fake_send(hub, &frame);
}

static inline void
fake_live(struct fake_hub *hub)
{
	Hansho__V1__Live live;
	hansho__v1__live__init(&live);
	hs_link_frame frame;
	hansho__v1__link_frame__init(&frame);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_LIVE;
	frame.live = &live;
	fake_send(hub, &frame);
}

static inline void
fake_deliver(struct fake_hub *hub, uint64_t seq, uint64_t prev_seq, hs_notice *notice)
{
	hs_deliver deliver;
	hansho__v1__deliver__init(&deliver);
	deliver.seq = seq;
	deliver.prev_seq = prev_seq;
	deliver.notice = notice;
	hub->newest_seq = seq > hub->newest_seq ? seq : hub->newest_seq;
	hs_link_frame frame;
	hansho__v1__link_frame__init(&frame);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_DELIVER;
	frame.deliver = &deliver;
	fake_send(hub, &frame);
}

/* One that an outlet took before. */
struct fake_told {
	uint64_t seq;
	hs_notice *notice;
	const char *outlet;
};
#define FAKE_TOLD_MAX 8

/* A part of a snapshot of which nothing is in force; last: there is no more. */
static inline void
fake_past(struct fake_hub *hub, uint64_t seq, const struct fake_told *told, size_t count, bool last)
{
	Hansho__V1__Snapshot snapshot;
	Hansho__V1__Past rows[FAKE_TOLD_MAX], *list[FAKE_TOLD_MAX];
	char *outlets[FAKE_TOLD_MAX];
	hs_link_frame frame;
	assert_true(count <= FAKE_TOLD_MAX);
	hansho__v1__snapshot__init(&snapshot);
	for (size_t i = 0; i < count; i++) {
		hansho__v1__past__init(&rows[i]);
		outlets[i] = (char *)(uintptr_t)told[i].outlet;
		rows[i].seq = told[i].seq;
		rows[i].notice = told[i].notice;
		rows[i].n_outlets = 1;
		rows[i].outlets = &outlets[i];
		list[i] = &rows[i];
	}
	snapshot.seq = seq;
	snapshot.n_past = count;
	snapshot.past = list;
	snapshot.last = last;
	hansho__v1__link_frame__init(&frame);
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_SNAPSHOT;
	frame.snapshot = &snapshot;
	fake_send(hub, &frame);
}

static inline void
fake_on_up(void *owner, struct hs_link *link)
{
	struct fake_hub *hub = owner;
	(void)link;
	hub->up = true;
	hub->ups++;
}

static inline void
fake_on_down(void *owner, struct hs_link *link)
{
	struct fake_hub *hub = owner;
	(void)link;
	hub->up = hub->greeted = hub->resumed = false;
}

static inline void
fake_receipt_take(struct fake_hub *hub, const hs_receipt *receipt)
{
	if (hub->receipt_count == FAKE_RECEIPTS)
		return;
	struct fake_receipt *row = &hub->receipts[hub->receipt_count++];
	row->seq = receipt->seq;
	row->state = (int)receipt->state;
	snprintf(row->outlet, sizeof(row->outlet), "%s", receipt->outlet);
	snprintf(row->detail, sizeof(row->detail), "%s", receipt->detail);
}

static inline void
fake_outlets_take(struct fake_hub *hub, const hs_outlets_report *report)
{
	assert_non_null(report);
	hub->maintenance = report->maintenance;
	hub->outlets = report->n_outlets;
	hub->proof = report->n_outlets ? (int)report->outlets[0]->state : 0;
	hub->proof_age_ms = report->n_outlets ? report->outlets[0]->age_ms : 0;
	snprintf(hub->proof_why, sizeof(hub->proof_why), "%s",
		report->n_outlets ? report->outlets[0]->detail : "");
}

static inline void
fake_on_frame(void *owner, struct hs_link *link, const uint8_t *bytes, size_t len_bytes)
{
	struct fake_hub *hub = owner;
	(void)link;
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	hs_link_frame *frame = NULL;
	assert_int_equal(HS_OK, hs_link_frame_unpack(arena, bytes, len_bytes, &frame));
	if (frame->body_case == HANSHO__V1__LINK_FRAME__BODY_HELLO) {
		snprintf(hub->peer, sizeof(hub->peer), "%s", frame->hello->name);
		hub->greeted = true;
		if (!hub->silent)
			fake_hello(hub);
	} else if (frame->body_case == HANSHO__V1__LINK_FRAME__BODY_RESUME) {
		hub->resumed = true;
		hub->resume_seq = frame->resume->seq;
		hub->from_last_ack = frame->resume->from_last_ack;
		hub->wants_snapshot = frame->resume->snapshot;
		hub->wants_past = frame->resume->past;
		snprintf(hub->resume_epoch, sizeof(hub->resume_epoch), "%s", frame->resume->epoch);
	} else if (frame->body_case == HANSHO__V1__LINK_FRAME__BODY_ACK) {
		hub->ack_seq = frame->ack->seq;
	} else if (frame->body_case == HANSHO__V1__LINK_FRAME__BODY_RECEIPT) {
		fake_receipt_take(hub, frame->receipt);
	} else if (frame->body_case == HANSHO__V1__LINK_FRAME__BODY_HEARTBEAT) {
		hub->heartbeats++;
		snprintf(
			hub->peer_digest, sizeof(hub->peer_digest), "%s", frame->heartbeat->digest);
		if (hub->beats)
			fake_heartbeat(hub);
		fake_outlets_take(hub, frame->heartbeat->adapter);
	} else if (frame->body_case == HANSHO__V1__LINK_FRAME__BODY_GOODBYE) {
		hub->goodbyes++;
	}
	hs_arena_destroy(arena);
}

static const struct hs_link_ops fake_link_ops = { fake_on_up, fake_on_frame, fake_on_down };

static inline void
fake_hub_open(struct fake_hub *hub, uv_loop_t *loop, const char *url, int mode, const char *epoch)
{
	*hub = (struct fake_hub){ .loop = loop, .mode = mode, .beat_ms = FAKE_BEAT_MS };
	snprintf(hub->epoch, sizeof(hub->epoch), "%s", epoch);
	struct hs_link_options options = {
		.url = url, .listen = true, .ops = &fake_link_ops, .owner = hub
	};
	assert_int_equal(HS_OK, hs_link_open(loop, &options, &hub->link));
}

static inline void
fake_hub_gone(void *owner)
{
	((struct fake_hub *)owner)->closed = true;
}

static inline void
fake_hub_close(struct fake_hub *hub)
{
	hs_link_close(hub->link, fake_hub_gone, hub);
	hub->link = NULL;
}

/* The newest receipt for (seq, outlet), or NULL. */
static inline const struct fake_receipt *
fake_receipt_of(const struct fake_hub *hub, uint64_t seq, const char *outlet)
{
	for (size_t i = hub->receipt_count; i-- > 0;)
		if (hub->receipts[i].seq == seq && strcmp(hub->receipts[i].outlet, outlet) == 0)
			return &hub->receipts[i];
	return NULL;
}

static inline int
fake_state_of(const struct fake_hub *hub, uint64_t seq, const char *outlet)
{
	const struct fake_receipt *receipt = fake_receipt_of(hub, seq, outlet);
	return receipt ? receipt->state : 0;
}

static inline void
fake_tick(uv_timer_t *timer)
{
	(void)timer;
}

static inline void
fake_tick_gone(uv_handle_t *handle)
{
	*(bool *)handle->data = true;
}

/* Runs the loop until the condition holds; false after timeout_ms. */
static inline bool
run_until(uv_loop_t *loop, bool (*holds)(void *owner), void *owner, int64_t timeout_ms)
{
	int64_t end = hs_clock_mono_us() + timeout_ms * 1000;
	uv_timer_t timer;
	bool gone = false, held = false;
	uv_timer_init(loop, &timer);
	timer.data = &gone;
	uv_timer_start(&timer, fake_tick, 2, 2);
	while (!(held = holds(owner)) && hs_clock_mono_us() < end)
		uv_run(loop, UV_RUN_ONCE);
	uv_close((uv_handle_t *)&timer, fake_tick_gone);
	while (!gone)
		uv_run(loop, UV_RUN_ONCE);
	return held;
}

/* For what comes by itself sooner or later. */
static inline bool
run_till(uv_loop_t *loop, bool (*holds)(void *owner), void *owner)
{
	return run_until(loop, holds, owner, FAKE_WAIT_MS);
}

struct fake_run {
	int64_t last_us, left_us;
};

/* What the machine took away does not count as time in which something could have happened. */
static inline bool
fake_has_run(void *owner)
{
	struct fake_run *run = owner;
	int64_t now_us = hs_clock_mono_us(), took_us = now_us - run->last_us;
	run->last_us = now_us;
	run->left_us -= took_us < FAKE_TURN_US ? took_us : FAKE_TURN_US;
	return run->left_us <= 0;
}

/* For as long as nothing may happen, or for as long as it takes if it does: what must happen is waited for by run_till. */
static inline void
run_for(uv_loop_t *loop, int64_t ms)
{
	struct fake_run run = { hs_clock_mono_us(), ms * 1000 };
	(void)run_until(loop, fake_has_run, &run, FAKE_WAIT_MS);
}

/* The newest state of (seq, outlet) at the hub, to be waited for. */
struct fake_state {
	const struct fake_hub *hub;
	uint64_t seq;
	const char *outlet;
	int state;
};

static inline bool
fake_has_state(void *owner)
{
	const struct fake_state *want = owner;
	return fake_state_of(want->hub, want->seq, want->outlet) == want->state;
}

static inline bool
run_till_state(
	uv_loop_t *loop, const struct fake_hub *hub, uint64_t seq, const char *outlet, int state)
{
	return run_till(loop, fake_has_state, &(struct fake_state){ hub, seq, outlet, state });
}

/* Ends the connection; true when the peer is back and has resumed. How often it was up tells that: a short time without it
 * may pass within one turn of the loop. */
static inline bool
fake_is_back(void *owner)
{
	const struct fake_hub *hub = owner;
	return hub->ups > hub->ups_before && hub->resumed;
}

static inline bool
fake_reconnect(struct fake_hub *hub)
{
	hub->ups_before = hub->ups;
	hub->resumed = false;
	hs_link_drop(hub->link);
	return run_till(hub->loop, fake_is_back, hub);
}

/* A minimal evacuation order: level 4 for the named places of 990019. */
static inline hs_notice *
fake_order(struct hs_arena *arena, int mode, const char *document_id, uint32_t revision,
	const char *const *places, size_t place_count)
{
	int64_t now = hs_clock_unix_us();
	hs_notice *notice = hs_message_new(arena, &hansho__v1__notice__descriptor);
	notice->mode = (Hansho__V1__Mode)mode;
	notice->kind = HS_KIND(EVACUATION);
	notice->action = revision > 1 ? HS_ACTION(UPDATE) : HS_ACTION(ISSUE);
	notice->document = hs_message_new(arena, &hansho__v1__document__descriptor);
	notice->document->source = hs_arena_strdup(arena, "bosai.kakuu.example");
	notice->document->id = hs_arena_strdup(arena, document_id);
	notice->document->revision = revision;
	notice->source = hs_message_new(arena, &hansho__v1__source__descriptor);
	notice->source->code = hs_arena_strdup(arena, "990019");
	notice->source->name = hs_arena_strdup(arena, "架空市");
	notice->times = hs_message_new(arena, &hansho__v1__times__descriptor);
	notice->times->accepted = hs_time_new(arena, now, 540);
	notice->times->ordered = hs_time_new(arena, now, 540);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EVACUATION;
	notice->evacuation = hs_message_new(arena, &hansho__v1__evacuation__descriptor);
	notice->evacuation->hazard = hs_arena_strdup(arena, "flood");
	hs_evacuation_detail *detail =
		hs_message_new(arena, &hansho__v1__evacuation__detail__descriptor);
	assert_true(hs_repeat(
		arena, &notice->evacuation->n_details, &notice->evacuation->details, detail));
	detail->state = HS_EVAC(ISSUED);
	detail->sort = hs_arena_strdup(arena, "避難指示");
	detail->level = hs_message_new(arena, &hansho__v1__level__descriptor);
	detail->level->number = 4;
	detail->level->term = detail->sort;
	detail->level->scheme = hs_arena_strdup(arena, "2026");
	notice->level = detail->level;
	for (size_t i = 0; i < place_count; i++) {
		hs_evacuation_place *place =
			hs_message_new(arena, &hansho__v1__evacuation__place__descriptor);
		place->area = hs_message_new(arena, &hansho__v1__area__descriptor);
		place->area->code = hs_arena_strdup(arena, "990019");
		place->area->name = hs_arena_strdup(arena, places[i]);
		place->ordered = notice->times->ordered;
		assert_true(hs_repeat(arena, &detail->n_areas, &detail->areas, place));
	}
	return notice;
}

#endif
