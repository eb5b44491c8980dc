#include "tests/unit/hub/feed/make_notice.h"

#include "hub/feed/subscriber.h"

/* Every state and every event; -1: refused. */
static const int table[HS_SUB_STATE_COUNT][HS_SUB_EVENT_COUNT] = {
	/* SUBSCRIBED, NEEDS_PAGE, GOT_PAGE, CAUGHT_UP, CLOSES */
	[HS_SUB_FREE] = { -1, -1, -1, -1, -1 },
	[HS_SUB_HELLO] = { HS_SUB_REPLAY, -1, -1, -1, HS_SUB_CLOSING },
	[HS_SUB_REPLAY] = { -1, HS_SUB_BACKFILL, -1, HS_SUB_LIVE, HS_SUB_CLOSING },
	[HS_SUB_BACKFILL] = { -1, -1, HS_SUB_REPLAY, -1, HS_SUB_CLOSING },
	[HS_SUB_LIVE] = { -1, -1, -1, -1, HS_SUB_CLOSING },
	[HS_SUB_CLOSING] = { -1, -1, -1, -1, -1 },
};

static void
moves_by_the_table(void **state)
{
	(void)state;
	for (int from = 0; from < HS_SUB_STATE_COUNT; from++) {
		for (int event = 0; event < HS_SUB_EVENT_COUNT; event++) {
			struct hs_subscriber subscriber = { .state = (uint8_t)from };
			bool moved = hs_subscriber_step(&subscriber, (enum hs_sub_event)event);

			assert_int_equal(moved, table[from][event] >= 0);
			assert_int_equal(subscriber.state, moved ? table[from][event] : from);
		}
	}
}

static void
uses_slots_again(void **state)
{
	struct hs_subscribers *all = hs_subscribers_create(100);
	struct hs_subscriber *subscriber;
	uint64_t tags[101] = { 0 };

	(void)state;
	for (uint64_t id = 1; id <= 100; id++) {
		subscriber = hs_subscribers_add(all, id, HS_FORM_JSON, 5);
		assert_non_null(subscriber);
		assert_int_equal(subscriber->state, HS_SUB_HELLO);
		tags[id] = hs_subscribers_tag(all, subscriber);
		assert_true(tags[id] > 0);
	}
	assert_null(hs_subscribers_add(all, 101, HS_FORM_JSON, 5));
	for (uint64_t id = 1; id <= 100; id++)
		assert_int_equal(hs_subscribers_find(all, tags[id], id)->id, id);
	assert_null(hs_subscribers_find(all, tags[3], 4));
	assert_null(hs_subscribers_find(all, 0, 1));
	assert_null(hs_subscribers_find(all, 101, 1));
	for (uint64_t id = 1; id <= 100; id += 2)
		hs_subscribers_remove(all, hs_subscribers_find(all, tags[id], id));
	assert_int_equal(hs_subscribers_count(all), 50);
	assert_null(hs_subscribers_find(all, tags[1], 1));
	for (uint64_t id = 201; id <= 250; id++)
		assert_non_null(hs_subscribers_add(all, id, HS_FORM_SSE, 5));
	assert_null(hs_subscribers_add(all, 300, HS_FORM_JSON, 5));
	assert_int_equal(hs_subscribers_limit(all), 100);
	assert_int_equal(hs_subscribers_in_form(all, HS_FORM_SSE), 50);
	assert_int_equal(hs_subscribers_in_form(all, HS_FORM_JSON), 50);
	hs_subscribers_destroy(all);
}

/* The promise of 4 KiB per idle subscriber leaves little room here. */
static void
is_small(void **state)
{
	(void)state;
	assert_true(sizeof(struct hs_subscriber) <= 64);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moves_by_the_table),
		cmocka_unit_test(uses_slots_again),
		cmocka_unit_test(is_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
