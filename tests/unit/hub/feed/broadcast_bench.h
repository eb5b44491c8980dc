/* broadcast_bench.h: a store, a broadcast and subscribers whose sockets are arrays, for its tests. */
#ifndef HS_TEST_BROADCAST_BENCH_H
#define HS_TEST_BROADCAST_BENCH_H

#include "tests/unit/hub/feed/make_notice.h"

#include "hub/feed/visit.h"

#define TEST(name)  cmocka_unit_test_setup_teardown(name, begin, end)
#define BODY(name)  HANSHO__V1__FEED_FRAME__BODY_##name
#define SUBSCRIBERS 50
#define FRAMES_MAX  600

struct wire {
	int types[FRAMES_MAX]; /* body_case of each frame */
	uint64_t seqs[FRAMES_MAX];
	size_t count, room; /* room: frames until the socket is full */
	int closed;
	char reason[128];
};

struct bench {
	uv_loop_t loop;
	struct hs_store store;
	struct hs_pager *pager;
	struct hs_subscribers *table;
	struct hs_broadcast *broadcast;
	struct hs_feed_counts counts;
	struct wire wires[SUBSCRIBERS + 1]; /* by id */
	uint64_t fetched_after, fetches;
};

static inline enum hs_err
send_frame(void *owner, const struct hs_subscriber *subscriber, struct hs_frame *frame)
{
	struct bench *bench = owner;
	struct wire *wire = &bench->wires[subscriber->id];
	struct hs_arena *arena;
	hs_feed_frame *message;

	if (wire->closed != 0 || wire->room == 0)
		return wire->closed != 0 ? HS_ERR_CLOSED : HS_ERR_AGAIN;
	wire->room--;
	arena = make_arena();
	assert_true(wire->count < FRAMES_MAX);
	assert_int_equal(
		hs_message_unpack(arena, &hansho__v1__feed_frame__descriptor, hs_frame_bytes(frame),
			hs_frame_len_bytes(frame), HS_FRAME_MAX_BYTES, &message),
		HS_OK);
	wire->types[wire->count] = (int)message->body_case;
	if (message->body_case == HANSHO__V1__FEED_FRAME__BODY_NOTICE)
		wire->seqs[wire->count] = message->notice->seq;
	wire->count++;
	hs_arena_destroy(arena);
	return HS_OK;
}

static inline void
close_one(void *owner, struct hs_subscriber *subscriber, int code, const char *reason)
{
	struct bench *bench = owner;
	struct wire *wire = &bench->wires[subscriber->id];

	assert_true(hs_subscriber_step(subscriber, HS_SUB_CLOSES));
	wire->closed = code;
	snprintf(wire->reason, sizeof(wire->reason), "%s", reason);
}

static inline struct hs_frame *
hello(void *owner, enum hs_form form)
{
	(void)owner;
	return hs_frames_hello(form, &(struct hs_hello_facts){ .epoch = "ep" });
}

static inline uint64_t
fetch(void *owner, uint64_t after_seq, uint32_t limit)
{
	struct bench *bench = owner;

	(void)limit;
	bench->fetched_after = after_seq;
	return ++bench->fetches;
}

static inline int
begin(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	const struct hs_pager_ports pager = { fetch, bench };
	struct hs_broadcast_options options = { .store = &bench->store,
		.counts = &bench->counts,
		.ports = { .send = send_frame, .close = close_one, .hello = hello, .owner = bench },
		.slice = 20,
		.rest_percent = 25,
		.backlog_max = 10,
		.backlog_max_bytes = 1 << 20 };

	uv_loop_init(&bench->loop);
	assert_int_equal(hs_store_init(&bench->store, HS_MODE(DRILL), 32, 1 << 20), HS_OK);
	assert_int_equal(hs_store_begin(&bench->store, "ep", 0), HS_OK);
	bench->pager = options.pager = hs_pager_create(&pager, 4);
	bench->table = options.subscribers = hs_subscribers_create(SUBSCRIBERS);
	assert_int_equal(hs_broadcast_create(&bench->loop, &options, &bench->broadcast), HS_OK);
	hs_store_live(&bench->store, 0);
	*state = bench;
	return 0;
}

static inline void
leave(struct bench *bench, struct hs_subscriber *one)
{
	hs_broadcast_leave(bench->broadcast, one);
	hs_interest_put(bench->store.interests, one->interest);
	one->interest = NULL;
}

static inline int
end(void **state)
{
	struct bench *bench = *state;

	for (size_t i = 0; i < hs_subscribers_limit(bench->table); i++)
		leave(bench, hs_subscribers_at(bench->table, i));
	hs_broadcast_destroy(bench->broadcast);
	uv_run(&bench->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&bench->loop), 0);
	hs_subscribers_destroy(bench->table);
	hs_pager_destroy(bench->pager);
	hs_store_free(&bench->store);
	free(bench);
	return 0;
}

static inline struct hs_subscriber *
subscribe_as(struct bench *bench, hs_http_id id, uint64_t cursor, size_t room, bool first)
{
	struct hs_filter all = { 0 };
	struct hs_subscriber *one = hs_subscribers_add(bench->table, id, HS_FORM_PROTO, 0);

	assert_non_null(one);
	if (first)
		hs_subscribers_set_first(bench->table, one);
	bench->wires[id].room = room;
	one->cursor = cursor;
	one->interest = hs_interest_get(bench->store.interests, &all);
	assert_true(hs_subscriber_step(one, HS_SUB_SUBSCRIBED));
	hs_broadcast_pump(bench->broadcast, one);
	return one;
}

static inline struct hs_subscriber *
subscribe(struct bench *bench, hs_http_id id, uint64_t cursor, size_t room)
{
	return subscribe_as(bench, id, cursor, room, false);
}

static inline void
subscribe_all(struct bench *bench)
{
	for (hs_http_id id = 1; id <= SUBSCRIBERS; id++)
		subscribe(bench, id, 0, 1000);
}

static inline void
publish(struct bench *bench, uint64_t seq)
{
	struct hs_arena *arena = make_arena();

	assert_int_equal(hs_store_put(&bench->store, make_order(arena, seq), 1), HS_OK);
	hs_arena_destroy(arena);
	hs_broadcast_kick(bench->broadcast);
}

static inline size_t
run(struct bench *bench)
{
	size_t turns = 1;

	while (hs_broadcast_turn(bench->broadcast))
		assert_true(++turns < 10000);
	return turns;
}

/* Exactly the notices first…last, in order. */
static inline void
assert_got(const struct wire *wire, uint64_t first, uint64_t last)
{
	uint64_t expected = first;

	for (size_t i = 0; i < wire->count; i++)
		if (wire->types[i] == BODY(NOTICE))
			assert_int_equal(wire->seqs[i], expected++);
	assert_int_equal(expected, last + 1);
}

#endif
