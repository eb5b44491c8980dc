/* Subscribers whose sockets are arrays: order, slices, full sockets, pages, gaps. */
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

static enum hs_err
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

static void
close_one(void *owner, struct hs_subscriber *subscriber, int code, const char *reason)
{
	struct bench *bench = owner;
	struct wire *wire = &bench->wires[subscriber->id];

	assert_true(hs_subscriber_step(subscriber, HS_SUB_CLOSES));
	wire->closed = code;
	snprintf(wire->reason, sizeof(wire->reason), "%s", reason);
}

static struct hs_frame *
hello(void *owner, enum hs_form form)
{
	(void)owner;
	return hs_frames_hello(form, &(struct hs_hello_facts){ .epoch = "ep" });
}

static uint64_t
fetch(void *owner, uint64_t after_seq, uint32_t limit)
{
	struct bench *bench = owner;

	(void)limit;
	bench->fetched_after = after_seq;
	return ++bench->fetches;
}

static int
begin(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	const struct hs_pager_ports pager = { fetch, bench };
	struct hs_broadcast_options options = { .store = &bench->store,
		.counts = &bench->counts,
		.ports = { send_frame, NULL, close_one, hello, bench },
		.slice = 20,
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

static void
leave(struct bench *bench, struct hs_subscriber *one)
{
	hs_broadcast_leave(bench->broadcast, one);
	hs_interest_put(bench->store.interests, one->interest);
	one->interest = NULL;
}

static int
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

static struct hs_subscriber *
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

static struct hs_subscriber *
subscribe(struct bench *bench, hs_http_id id, uint64_t cursor, size_t room)
{
	return subscribe_as(bench, id, cursor, room, false);
}

static void
subscribe_all(struct bench *bench)
{
	for (hs_http_id id = 1; id <= SUBSCRIBERS; id++)
		subscribe(bench, id, 0, 1000);
}

static void
publish(struct bench *bench, uint64_t seq)
{
	struct hs_arena *arena = make_arena();

	assert_int_equal(hs_store_put(&bench->store, make_order(arena, seq), 1), HS_OK);
	hs_arena_destroy(arena);
	hs_broadcast_kick(bench->broadcast);
}

static size_t
run(struct bench *bench)
{
	size_t turns = 1;

	while (hs_broadcast_turn(bench->broadcast))
		assert_true(++turns < 10000);
	return turns;
}

/* Exactly the notices first…last, in order. */
static void
assert_got(const struct wire *wire, uint64_t first, uint64_t last)
{
	uint64_t expected = first;

	for (size_t i = 0; i < wire->count; i++)
		if (wire->types[i] == BODY(NOTICE))
			assert_int_equal(wire->seqs[i], expected++);
	assert_int_equal(expected, last + 1);
}

static void
everybody_gets_everything_once_in_slices(void **state)
{
	struct bench *bench = *state;

	subscribe_all(bench);
	publish(bench, 1);
	assert_true(hs_broadcast_turn(bench->broadcast));
	assert_got(&bench->wires[1], 1, 1);
	assert_got(&bench->wires[SUBSCRIBERS], 1, 0);
	/* a newer one comes in the middle of the round */
	publish(bench, 2);
	assert_true(run(bench) > 2);
	for (hs_http_id id = 1; id <= SUBSCRIBERS; id++)
		assert_got(&bench->wires[id], 1, 2);
	assert_int_equal(bench->counts.deliveries[HS_FORM_PROTO], 2 * SUBSCRIBERS);
}

static void
who_is_full_waits_and_then_goes_on(void **state)
{
	struct bench *bench = *state;
	struct hs_subscriber *slow = subscribe(bench, 1, 0, 3);

	subscribe(bench, 2, 0, 1000);
	for (uint64_t seq = 1; seq <= 9; seq++)
		publish(bench, seq);
	run(bench);
	assert_got(&bench->wires[1], 1, 2);
	assert_got(&bench->wires[2], 1, 9);
	assert_true(slow->choked);
	for (uint64_t last = 6; last <= 9; last += 3) {
		bench->wires[1].room = last == 6 ? 4 : 100;
		hs_broadcast_drained(bench->broadcast, slow);
		assert_got(&bench->wires[1], 1, last);
	}
	assert_int_equal(bench->wires[1].closed, 0);
}

static void
who_is_too_far_behind_is_closed_with_its_place(void **state)
{
	struct bench *bench = *state;

	subscribe(bench, 1, 0, 3);
	for (uint64_t seq = 1; seq <= 12; seq++) {
		publish(bench, seq);
		run(bench);
	}
	assert_int_equal(bench->wires[1].closed, 0);
	publish(bench, 13);
	run(bench);
	assert_int_equal(bench->wires[1].closed, HS_CLOSE_BEHIND);
	assert_string_equal(bench->wires[1].reason, "behind; resume from ep:2");
	assert_int_equal(bench->counts.behind, 1);
}

static void
fill_page(struct bench *bench, uint64_t first, uint64_t last)
{
	struct hs_arena *arena = make_arena();
	hs_fetch_reply *reply = NEW(arena, fetch_reply);

	reply->request = bench->fetches;
	for (uint64_t seq = first; seq <= last; seq++)
		assert_true(hs_repeat(
			arena, &reply->n_notices, &reply->notices, make_order(arena, seq)));
	assert_int_equal(hs_pager_reply(bench->pager, "ep", reply, 1), HS_OK);
	hs_arena_destroy(arena);
	hs_broadcast_kick(bench->broadcast);
}

/* 200 notices, 32 in the ring: every start, page by page, then the ring, then live. */
static void
pages_then_ring_then_live(void **state)
{
	struct bench *bench = *state;
	struct hs_subscriber *one;

	for (uint64_t seq = 1; seq <= 200; seq++)
		publish(bench, seq);
	one = subscribe(bench, 1, 3, 1000);
	assert_int_equal(one->state, HS_SUB_BACKFILL);
	while (one->state == HS_SUB_BACKFILL) {
		uint64_t first = bench->fetched_after + 1;

		fill_page(bench, first, first + 63 < 200 ? first + 63 : 200);
		run(bench);
	}
	assert_int_equal(one->state, HS_SUB_LIVE);
	assert_got(&bench->wires[1], 4, 200);
	assert_int_equal(bench->wires[1].types[bench->wires[1].count - 1], BODY(LIVE));
	assert_int_equal(bench->fetches, 3);
}

static void
a_burst_over_the_ring_loses_nothing(void **state)
{
	struct bench *bench = *state;
	struct hs_subscriber *one = subscribe(bench, 1, 0, 1000);

	for (uint64_t seq = 1; seq <= 100; seq++)
		publish(bench, seq);
	run(bench);
	assert_int_equal(bench->fetches, 1);
	fill_page(bench, 1, 64);
	run(bench);
	fill_page(bench, 65, 100);
	run(bench);
	assert_got(&bench->wires[1], 1, 100);
	assert_int_equal(one->state, HS_SUB_LIVE);
	assert_int_equal(bench->wires[1].closed, 0);
}

static void
a_page_without_anything_becomes_a_gap(void **state)
{
	struct bench *bench = *state;
	const int expected[] = { BODY(GAP), BODY(SNAPSHOT), BODY(LIVE) };
	struct hs_arena *arena = make_arena();
	hs_fetch_reply *reply = NEW(arena, fetch_reply);

	for (uint64_t seq = 1; seq <= 200; seq++)
		publish(bench, seq);
	subscribe(bench, 1, 64, 1000);
	reply->request = bench->fetches;
	reply->end = true;
	assert_int_equal(hs_pager_reply(bench->pager, "ep", reply, 1), HS_OK);
	hs_broadcast_kick(bench->broadcast);
	run(bench);
	assert_int_equal(bench->wires[1].count, 3);
	assert_memory_equal(bench->wires[1].types, expected, sizeof(expected));
	hs_arena_destroy(arena);
}

/* What is owed survives a full socket at every place. */
static void
owed_frames_wait_for_room(void **state)
{
	struct bench *bench = *state;
	const int expected[] = { BODY(HELLO), BODY(GAP), BODY(SNAPSHOT), BODY(LIVE) };
	struct hs_filter all = { 0 };
	struct hs_subscriber *one;

	publish(bench, 1);
	run(bench);
	one = hs_subscribers_add(bench->table, 1, HS_FORM_PROTO, 0);
	one->owes = HS_OWES_HELLO | HS_OWES_GAP | HS_OWES_SNAPSHOT;
	one->gap_reason = "epoch_unknown";
	one->interest = hs_interest_get(bench->store.interests, &all);
	assert_true(hs_subscriber_step(one, HS_SUB_SUBSCRIBED));
	for (size_t i = 0; i < 8; i++) {
		bench->wires[1].room = i % 2;
		hs_broadcast_drained(bench->broadcast, one);
	}
	assert_int_equal(bench->wires[1].count, 4);
	assert_memory_equal(bench->wires[1].types, expected, sizeof(expected));
	assert_int_equal(one->state, HS_SUB_LIVE);
	assert_int_equal(one->cursor, 1);
}

static void
heartbeats_go_to_those_who_are_up_to_date(void **state)
{
	struct bench *bench = *state;
	const struct hs_heartbeat_facts facts = { .newest_seq = 1, .digest = "d" };
	struct hs_frame *frames[HS_FORM_COUNT] = { NULL };

	subscribe(bench, 1, 0, 1000);
	subscribe(bench, 2, 0, 1);
	publish(bench, 1);
	run(bench);
	frames[HS_FORM_PROTO] = hs_frames_heartbeat(HS_FORM_PROTO, &facts);
	hs_broadcast_heartbeat(bench->broadcast, frames);
	run(bench);
	assert_int_equal(bench->wires[1].types[bench->wires[1].count - 1], BODY(HEARTBEAT));
	assert_int_equal(bench->wires[2].count, 1);
	assert_int_equal(bench->counts.heartbeats, 1);
}

/* How many have the notice. */
static size_t
have(const struct bench *bench, uint64_t seq)
{
	size_t count = 0;

	for (size_t id = 1; id <= SUBSCRIBERS; id++)
		for (size_t i = 0; i < bench->wires[id].count; i++)
			count += bench->wires[id].seqs[i] == seq;
	return count;
}

static void
who_is_served_first_does_not_wait_for_the_others(void **state)
{
	struct bench *bench = *state;

	for (hs_http_id id = 1; id <= SUBSCRIBERS; id++)
		subscribe_as(bench, id, 0, 1000, id == SUBSCRIBERS);
	publish(bench, 1);
	assert_true(hs_broadcast_turn(bench->broadcast));
	assert_got(&bench->wires[SUBSCRIBERS], 1, 1);
	assert_int_equal(have(bench, 1), 20); /* nobody catches up, so nothing is kept */
	publish(bench, 2);		      /* before the first one has reached everybody */
	assert_true(hs_broadcast_turn(bench->broadcast));
	assert_got(&bench->wires[SUBSCRIBERS], 1, 2);
	assert_true(have(bench, 1) < SUBSCRIBERS);
	run(bench);
	for (hs_http_id id = 1; id <= SUBSCRIBERS; id++)
		assert_got(&bench->wires[id], 1, 2);
	leave(bench, hs_subscribers_at(bench->table, SUBSCRIBERS - 1));
	hs_subscribers_remove(bench->table, hs_subscribers_at(bench->table, SUBSCRIBERS - 1));
	assert_int_equal(hs_subscribers_first_count(bench->table), 0);
}

/* Forty-nine who are thirty notices behind, and one who is not, in the last slot. */
static void
who_is_up_to_date_does_not_wait_for_replays(void **state)
{
	struct bench *bench = *state;

	for (uint64_t seq = 1; seq <= 30; seq++)
		publish(bench, seq);
	for (hs_http_id id = 1; id < SUBSCRIBERS; id++) {
		struct hs_subscriber *one = subscribe(bench, id, 0, 0);

		bench->wires[id].room = 1000;
		one->choked = false;
	}
	subscribe(bench, SUBSCRIBERS, 30, 1000);
	publish(bench, 31);
	assert_true(hs_broadcast_turn(bench->broadcast));
	assert_got(&bench->wires[SUBSCRIBERS], 31, 31);
	assert_true(have(bench, 1) > 0); /* and the replays go on meanwhile */
	assert_true(have(bench, 1) < SUBSCRIBERS - 1);
	run(bench);
	for (hs_http_id id = 1; id < SUBSCRIBERS; id++)
		assert_got(&bench->wires[id], 1, 31);
}

/* Replays go on, too, while a newer notice comes in every turn. */
static void
replays_have_their_share(void **state)
{
	struct bench *bench = *state;
	struct hs_subscriber *late;

	for (uint64_t seq = 1; seq <= 8; seq++)
		publish(bench, seq);
	for (hs_http_id id = 2; id <= SUBSCRIBERS; id++)
		subscribe(bench, id, 8, 1000);
	late = subscribe(bench, 1, 0, 0);
	bench->wires[1].room = 1000;
	late->choked = false;
	for (uint64_t seq = 9; seq <= 12; seq++) {
		publish(bench, seq);
		assert_true(hs_broadcast_turn(bench->broadcast));
	}
	assert_true(late->cursor >= 8);
	run(bench);
	assert_got(&bench->wires[1], 1, 12);
}

static void
a_digest_takes_more_slices(void **state)
{
	struct bench *bench = *state;
	struct hs_arena *arena = make_arena();
	hs_deliver *digest = make_order(arena, 1);
	char *body = hs_arena_alloc(arena, 100001);

	assert_int_equal(hs_visit_cost(0), 1);
	assert_int_equal(hs_visit_cost(8191), 1);
	assert_int_equal(hs_visit_cost(8192), 2);
	assert_int_equal(hs_visit_cost(4000000), 9);
	memset(body, 'x', 100000);
	body[100000] = '\0';
	digest->notice->texts[0]->body = body;
	subscribe_all(bench);
	assert_int_equal(hs_store_put(&bench->store, digest, 1), HS_OK);
	hs_broadcast_kick(bench->broadcast);
	assert_true(hs_broadcast_turn(bench->broadcast));
	assert_int_equal(have(bench, 1), 3); /* of twenty units, nine each */
	run(bench);
	assert_int_equal(have(bench, 1), SUBSCRIBERS);
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everybody_gets_everything_once_in_slices),
		TEST(who_is_full_waits_and_then_goes_on),
		TEST(who_is_too_far_behind_is_closed_with_its_place),
		TEST(pages_then_ring_then_live),
		TEST(a_burst_over_the_ring_loses_nothing),
		TEST(a_page_without_anything_becomes_a_gap),
		TEST(owed_frames_wait_for_room),
		TEST(heartbeats_go_to_those_who_are_up_to_date),
		TEST(who_is_served_first_does_not_wait_for_the_others),
		TEST(who_is_up_to_date_does_not_wait_for_replays),
		TEST(replays_have_their_share),
		TEST(a_digest_takes_more_slices),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
