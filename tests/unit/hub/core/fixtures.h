/* fixtures.h: orders and a core on a table, for the unit tests of hub/core. */
#ifndef HS_TEST_CORE_FIXTURES_H
#define HS_TEST_CORE_FIXTURES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/core/core.h"
#include "hub/core/opened.h"

struct order {
	const char *id; /* document id */
	uint32_t revision;
	int action; /* HS_ACTION(…) */
	int kind;   /* 0: evacuation */
	uint32_t level;
	const char *area;   /* NULL: 990019 */
	uint8_t content;    /* what the content hash is filled with */
	int mode;	    /* 0: drill */
	const char *also;   /* a second area */
	const char *before; /* what the gate says of areas_before: nobody asks it */
	bool moments;
	uint32_t rank;		/* Document.order */
	const char *supersedes; /* one entry of "source|id", or NULL */
	const char *and;	/* another one */
	int64_t until_us;	/* valid until; 0: as its kind is */
	uint32_t lane;		/* HS_PRIORITY_*; 0: the most urgent */
	size_t large_bytes;	/* of its original; 0: a few */
};

static inline hs_notice *
order_notice(struct hs_arena *arena, const struct order *order)
{
	hs_notice *notice = hs_message_new(arena, &hansho__v1__notice__descriptor);
	hs_area *area = hs_message_new(arena, &hansho__v1__area__descriptor);
	hs_text *text = hs_message_new(arena, &hansho__v1__text__descriptor);

	notice->mode = (Hansho__V1__Mode)(order->mode == 0 ? HS_MODE(DRILL) : order->mode);
	notice->kind = (Hansho__V1__Kind)(order->kind == 0 ? HS_KIND(EVACUATION) : order->kind);
	notice->action = (Hansho__V1__Action)order->action;
	notice->document = hs_message_new(arena, &hansho__v1__document__descriptor);
	notice->document->source = hs_arena_strdup(arena, "bosai.kakuu.example");
	notice->document->id = hs_arena_strdup(arena, order->id);
	notice->document->revision = order->revision;
	notice->priority = order->lane;
	notice->document->moments = order->moments;
	notice->document->order = order->rank;
	if (order->supersedes != NULL)
		assert_true(hs_repeat(arena, &notice->document->n_supersedes,
			&notice->document->supersedes, hs_arena_strdup(arena, order->supersedes)));
	if (order->until_us != 0) {
		notice->times = hs_message_new(arena, &hansho__v1__times__descriptor);
		notice->times->valid_until = hs_time_new(arena, order->until_us, 540);
	}
	if (order->and != NULL)
		assert_true(hs_repeat(arena, &notice->document->n_supersedes,
			&notice->document->supersedes, hs_arena_strdup(arena, order->and)));
	notice->level = hs_message_new(arena, &hansho__v1__level__descriptor);
	notice->level->number = order->level;
	area->code = hs_arena_strdup(arena, order->area == NULL ? "990019" : order->area);
	text->language = hs_arena_strdup(arena, "ja");
	text->headline = hs_arena_strdup(arena, "避難指示");
	assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas, area));
	if (order->also != NULL) {
		hs_area *also = hs_message_new(arena, &hansho__v1__area__descriptor);

		also->code = hs_arena_strdup(arena, order->also);
		assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas, also));
	}
	if (order->before != NULL)
		assert_true(hs_repeat(arena, &notice->document->n_areas_before,
			&notice->document->areas_before, hs_arena_strdup(arena, order->before)));
	assert_true(hs_repeat(arena, &notice->n_texts, &notice->texts, text));
	return notice;
}

static inline hs_submit *
order_submit(struct hs_arena *arena, const struct order *order)
{
	hs_submit *submit = hs_message_new(arena, &hansho__v1__submit__descriptor);

	submit->notice = order_notice(arena, order);
	submit->notice->document->ended = true; /* nobody asks the gate about that either */
	submit->content_sha256.data = hs_arena_alloc(arena, HS_SHA256_BYTES);
	submit->content_sha256.len = HS_SHA256_BYTES;
	memset(submit->content_sha256.data, order->content, HS_SHA256_BYTES);
	submit->original.data = (uint8_t *)hs_arena_strdup(arena, "<Report/>");
	submit->original.len = strlen("<Report/>");
	if (order->large_bytes > 0) {
		submit->original.len = order->large_bytes;
		submit->original.data = hs_arena_alloc(arena, order->large_bytes);
		memset(submit->original.data, ' ', order->large_bytes);
	}
	submit->principal = hs_arena_strdup(arena, "kakuu-shi");
	return submit;
}

/* ---- a core whose disk is a switch ---- */

enum { GATE, FEED, ADAPTER, PEERS };

struct desk {
	struct hs_core_peer peers[PEERS];
	struct hs_core_options options;
	struct hs_core *core;
	struct hs_effects effects; /* of the last step */
	struct hs_arena *arena;
	struct hs_row rows[256]; /* everything appended, body owned by the arena */
	size_t row_count;
	uint64_t committed;
	int64_t mono_us;
	uint64_t request;
	uint64_t busy_peers;
	bool disk_low;
};

static inline void
desk_step(struct desk *desk, struct hs_event event)
{
	event.unix_us = 1782000000000000 + desk->mono_us;
	event.mono_us = desk->mono_us;
	event.busy_peers = desk->busy_peers;
	event.disk_low = event.disk_low || desk->disk_low;
	hs_effects_reset(&desk->effects);
	hs_core_step(desk->core, &event, &desk->effects);
	for (size_t i = 0; i < desk->effects.count; i++) {
		struct hs_row row;
		char *copy;

		if (desk->effects.items[i].type != HS_EFFECT_APPEND)
			continue;
		row = hs_effect_row(&desk->effects, &desk->effects.items[i]);
		copy = hs_arena_alloc(desk->arena, row.body.len_bytes + 1);
		memcpy(copy, row.body.bytes, row.body.len_bytes);
		row.body.bytes = copy;
		row.original = (struct hs_span){ "", 0 };
		row.original_sha256 = NULL;
		row.owners = (struct hs_row_owners){ 0 };
		desk->row_count = (size_t)row.pos;
		desk->rows[row.pos - 1] = row;
	}
}

static inline void
desk_frame(struct desk *desk, uint32_t peer, const hs_link_frame *frame)
{
	struct hs_buf packed;
	struct hs_event event = { .type = HS_EVENT_FRAME, .peer = peer };

	hs_buf_init(&packed, HS_FRAME_MAX_BYTES);
	hs_message_pack(frame, &packed);
	event.bytes = (struct hs_span){ packed.bytes, packed.len_bytes };
	desk_step(desk, event);
	hs_buf_free(&packed);
}

#define DESK_FRAME(desk, peer, NAME, member, message)                            \
	do {                                                                     \
		hs_link_frame desk_link_frame;                                   \
		hansho__v1__link_frame__init(&desk_link_frame);                  \
		desk_link_frame.body_case = HANSHO__V1__LINK_FRAME__BODY_##NAME; \
		desk_link_frame.member = (message);                              \
		desk_frame(desk, peer, &desk_link_frame);                        \
	} while (0)

/* The frame of a SEND as a link gives it to the peer. */
static inline struct hs_span
desk_sent_bytes(struct desk *desk, const struct hs_effect *effect)
{
	struct hs_span pieces[HS_EFFECT_PIECES];
	size_t count = hs_effect_pieces(&desk->effects, effect, pieces), len_bytes = 0;
	char *whole;

	for (size_t i = 0; i < count; i++)
		len_bytes += pieces[i].len_bytes;
	whole = hs_arena_alloc(desk->arena, len_bytes + 1);
	assert_non_null(whole);
	len_bytes = 0;
	for (size_t i = 0; i < count; len_bytes += pieces[i++].len_bytes)
		memcpy(whole + len_bytes, pieces[i].bytes, pieces[i].len_bytes);
	return (struct hs_span){ whole, len_bytes };
}

/* The n-th frame of that body that the last step sent to the peer, or NULL. */
static inline hs_link_frame *
desk_sent(struct desk *desk, uint32_t peer, int body, size_t n)
{
	for (size_t i = 0; i < desk->effects.count; i++) {
		const struct hs_effect *effect = &desk->effects.items[i];
		struct hs_span bytes;
		hs_link_frame *frame;

		if (effect->type != HS_EFFECT_SEND || effect->peer != peer)
			continue;
		bytes = desk_sent_bytes(desk, effect);
		assert_int_equal(
			hs_link_frame_unpack(desk->arena, bytes.bytes, bytes.len_bytes, &frame),
			HS_OK);
		if ((int)frame->body_case == body && n-- == 0)
			return frame;
	}
	return NULL;
}
#define DESK_SENT(desk, peer, NAME, n) desk_sent(desk, peer, HANSHO__V1__LINK_FRAME__BODY_##NAME, n)

static inline size_t
desk_count(const struct desk *desk, enum hs_effect_type type)
{
	size_t count = 0;

	for (size_t i = 0; i < desk->effects.count; i++)
		count += desk->effects.items[i].type == type;
	return count;
}

/* All that was appended is on disk. */
static inline void
desk_commit(struct desk *desk)
{
	desk->committed = desk->row_count;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_COMMITTED, .pos = desk->committed });
}

static inline void
desk_turn(struct desk *desk)
{
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TURN });
}

/* Answers the READ of the last step, or fails. */
static inline void
desk_read(struct desk *desk)
{
	struct hs_row rows[64];
	struct hs_event event = { .type = HS_EVENT_RECORDS, .rows = rows };
	uint32_t limit = 0;
	uint64_t after_seq = 0, pos = 0;

	for (size_t i = 0; i < desk->effects.count; i++) {
		const struct hs_effect *effect = &desk->effects.items[i];

		if (effect->type != HS_EFFECT_READ)
			continue;
		event.ticket = effect->ticket;
		event.peer = effect->peer;
		limit = effect->limit;
		after_seq = effect->after_seq;
		pos = effect->pos;
	}
	assert_true(limit > 0);
	for (size_t i = 0; i < desk->committed && event.row_count < limit; i++) {
		if (pos > 0 ? desk->rows[i].pos == pos : desk->rows[i].seq > after_seq)
			rows[event.row_count++] = desk->rows[i];
	}
	desk_step(desk, event);
}

static inline void
desk_hello(struct desk *desk, uint32_t peer)
{
	Hansho__V1__Hello hello;

	desk_step(desk, (struct hs_event){ .type = HS_EVENT_PEER_UP, .peer = peer });
	hansho__v1__hello__init(&hello);
	hello.name = hs_arena_strdup(desk->arena, desk->peers[peer].name);
	hello.kind = (Hansho__V1__PeerKind)desk->peers[peer].kind;
	DESK_FRAME(desk, peer, HELLO, hello, &hello);
}

static inline void
desk_resume(struct desk *desk, uint32_t peer, const char *epoch, uint64_t seq, bool from_last_ack,
	bool snapshot)
{
	Hansho__V1__Resume resume;

	hansho__v1__resume__init(&resume);
	resume.epoch = hs_arena_strdup(desk->arena, epoch);
	resume.seq = seq;
	resume.from_last_ack = from_last_ack;
	resume.snapshot = snapshot;
	DESK_FRAME(desk, peer, RESUME, resume, &resume);
}

/* Submits without a commit; the reply, when there is one at once, is in the effects. */
static inline void
desk_submit(struct desk *desk, struct order order)
{
	hs_submit *submit = order_submit(desk->arena, &order);

	submit->request = ++desk->request;
	DESK_FRAME(desk, GATE, SUBMIT, submit, submit);
}

/* The same, opened aside as the shell does it with large ones. */
static inline void
desk_submit_opened(struct desk *desk, struct order order)
{
	hs_submit *submit = order_submit(desk->arena, &order);
	hs_link_frame frame;
	struct hs_buf packed;

	hansho__v1__link_frame__init(&frame);
	submit->request = ++desk->request;
	frame.body_case = HANSHO__V1__LINK_FRAME__BODY_SUBMIT;
	frame.submit = submit;
	hs_buf_init(&packed, HS_FRAME_MAX_BYTES);
	hs_message_pack(&frame, &packed);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_FRAME,
				.peer = GATE,
				.opened = hs_opened_create(
					(struct hs_span){ packed.bytes, packed.len_bytes },
					HS_MODE(DRILL)) });
	hs_buf_free(&packed);
}

static inline hs_submit_reply *
desk_reply(struct desk *desk, size_t n)
{
	hs_link_frame *frame = DESK_SENT(desk, GATE, SUBMIT_REPLY, n);

	return frame == NULL ? NULL : frame->submit_reply;
}

/* The question how a submission stands, and its answer, when it came in the last step. */
static inline void
desk_query_as(struct desk *desk, uint64_t request, char *id, uint32_t wait_ms, uint32_t version)
{
	hs_status_query message;

	hansho__v1__status_query__init(&message);
	message.request = request;
	message.id = id;
	message.wait_ms = wait_ms;
	message.version = version;
	DESK_FRAME(desk, GATE, STATUS_QUERY, status_query, &message);
}

static inline void
desk_query(struct desk *desk, char *id, uint32_t wait_ms, uint32_t version)
{
	desk_query_as(desk, 77, id, wait_ms, version);
}

static inline hs_status_reply *
desk_status(struct desk *desk)
{
	hs_link_frame *frame = DESK_SENT(desk, GATE, STATUS_REPLY, 0);

	return frame == NULL ? NULL : frame->status_reply;
}

/* Nobody wants the answer to that question any more. */
static inline void
desk_unask(struct desk *desk, uint64_t request)
{
	Hansho__V1__Unask message;

	hansho__v1__unask__init(&message);
	message.request = request;
	DESK_FRAME(desk, GATE, UNASK, unask, &message);
}

static inline size_t
desk_waiters(const struct desk *desk)
{
	struct hs_core_stats stats;

	hs_core_stats(desk->core, &stats);
	return stats.waiters;
}

static inline void
desk_ack(struct desk *desk, uint32_t peer, uint64_t seq)
{
	Hansho__V1__Ack ack;

	hansho__v1__ack__init(&ack);
	ack.seq = seq;
	DESK_FRAME(desk, peer, ACK, ack, &ack);
}

static inline int
desk_setup(void **state)
{
	struct desk *desk = calloc(1, sizeof(*desk));

	desk->arena = hs_arena_create((size_t)64 << 20);
	desk->mono_us = 1000000;
	hs_effects_init(&desk->effects);
	hs_core_options_init(&desk->options);
	desk->peers[GATE] = (struct hs_core_peer){ .name = "gate", .kind = HS_PEER(GATE) };
	desk->peers[FEED] = (struct hs_core_peer){ .name = "feed", .kind = HS_PEER(FEED) };
	desk->peers[ADAPTER] = (struct hs_core_peer){ .name = "signage", .kind = HS_PEER(ADAPTER) };
	desk->options.epoch = "0123456789abcdef0123456789abcdef";
	desk->options.version = "test";
	desk->options.peers = desk->peers;
	desk->options.peer_count = PEERS;
	desk->core = hs_core_create(&desk->options);
	*state = desk;
	return 0;
}

/* The same disk under a new core: what a restart does. */
static inline void
desk_restart(struct desk *desk)
{
	hs_core_destroy(desk->core);
	desk->core = hs_core_create(&desk->options);
	desk->row_count = desk->committed;
	for (size_t i = 0; i < desk->committed; i++)
		assert_int_equal(hs_core_recover(desk->core, &desk->rows[i]), HS_OK);
}

static inline int
desk_teardown(void **state)
{
	struct desk *desk = *state;

	hs_core_destroy(desk->core);
	hs_effects_free(&desk->effects);
	hs_arena_destroy(desk->arena);
	free(desk);
	return 0;
}

#define DESK_TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)

#endif
