/* broadcast_storm_test.c: many connect at the moment when an order comes, as people do who heard of it. Nobody who was
 * there before may be left out for them. */
#include "tests/unit/hub/feed/make_notice.h"

#include "hub/feed/broadcast.h"

#define SUBSCRIBERS 50

struct bench {
	uv_loop_t loop;
	struct hs_store store;
	struct hs_pager *pager;
	struct hs_subscribers *table;
	struct hs_broadcast *broadcast;
	struct hs_feed_counts counts;
	unsigned frames[SUBSCRIBERS + 1]; /* by id */
};

static enum hs_err
send_frame(void *owner, const struct hs_subscriber *subscriber, struct hs_frame *frame)
{
	struct bench *bench = owner;

	assert_true(hs_frame_len_bytes(frame) > 0);
	bench->frames[subscriber->id]++;
	return HS_OK;
}

static void
close_one(void *owner, struct hs_subscriber *subscriber, int code, const char *reason)
{
	(void)owner, (void)code;
	fail_msg("%llu is closed: %s", (unsigned long long)subscriber->id, reason);
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
	(void)owner, (void)after_seq, (void)limit;
	return 1;
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

static int
end(void **state)
{
	struct bench *bench = *state;

	for (size_t i = 0; i < hs_subscribers_limit(bench->table); i++) {
		struct hs_subscriber *one = hs_subscribers_at(bench->table, i);

		hs_broadcast_leave(bench->broadcast, one);
		hs_interest_put(bench->store.interests, one->interest);
		one->interest = NULL;
	}
	hs_broadcast_destroy(bench->broadcast);
	uv_run(&bench->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&bench->loop), 0);
	hs_subscribers_destroy(bench->table);
	hs_pager_destroy(bench->pager);
	hs_store_free(&bench->store);
	free(bench);
	return 0;
}

/* first…last subscribe behind `cursor`; what they get for it is not counted. */
static void
subscribe(struct bench *bench, hs_http_id first, hs_http_id last, uint64_t cursor)
{
	struct hs_filter all = { 0 };

	for (hs_http_id id = first; id <= last; id++) {
		struct hs_subscriber *one = hs_subscribers_add(bench->table, id, HS_FORM_PROTO, 0);

		assert_non_null(one);
		one->cursor = cursor;
		one->interest = hs_interest_get(bench->store.interests, &all);
		assert_true(hs_subscriber_step(one, HS_SUB_SUBSCRIBED));
		hs_broadcast_pump(bench->broadcast, one);
		bench->frames[id] = 0;
	}
}

static void
run(struct bench *bench)
{
	size_t turns = 0;

	while (hs_broadcast_turn(bench->broadcast))
		assert_true(++turns < 10000);
}

/* Each of 1…last got `frames` since it was counted last. */
static void
assert_each_got(struct bench *bench, hs_http_id last, unsigned frames)
{
	for (hs_http_id id = 1; id <= last; id++)
		assert_int_equal(bench->frames[id], frames);
	memset(bench->frames, 0, sizeof(bench->frames));
}

static void
who_comes_with_a_notice_takes_nobodys_turn(void **state)
{
	struct bench *bench = *state;

	subscribe(bench, 1, 10, 0);
	for (uint64_t seq = 1; seq <= 5; seq++) {
		struct hs_arena *arena = make_arena();
		hs_http_id there = 10 * (hs_http_id)seq;

		assert_int_equal(hs_store_put(&bench->store, make_order(arena, seq), 1), HS_OK);
		hs_arena_destroy(arena);
		hs_broadcast_kick(bench->broadcast);
		if (there < SUBSCRIBERS)
			subscribe(bench, there + 1, there + 10, seq);
		run(bench);
		assert_each_got(bench, there, 1);
	}
}

static void
who_comes_with_a_heartbeat_takes_nobodys_turn(void **state)
{
	struct bench *bench = *state;
	const struct hs_heartbeat_facts facts = { .newest_seq = 0, .digest = "d" };

	subscribe(bench, 1, 10, 0);
	for (hs_http_id there = 10; there <= SUBSCRIBERS; there += 10) {
		struct hs_frame *frames[HS_FORM_COUNT] = { NULL };

		frames[HS_FORM_PROTO] = hs_frames_heartbeat(HS_FORM_PROTO, &facts);
		hs_broadcast_heartbeat(bench->broadcast, frames);
		if (there < SUBSCRIBERS)
			subscribe(bench, there + 1, there + 10, 0);
		run(bench);
		assert_each_got(bench, there, 1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			who_comes_with_a_notice_takes_nobodys_turn, begin, end),
		cmocka_unit_test_setup_teardown(
			who_comes_with_a_heartbeat_takes_nobodys_turn, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
