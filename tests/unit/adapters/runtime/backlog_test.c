/* Thousands of notices that wait at a dead outlet: what is acknowledged, what is kept in memory, and what each arrival costs. */
#include "tests/unit/adapters/runtime/backlog.h"

#include <time.h>

#define MANY 8000

#define EARLY(backlog) ((size_t)(backlog)->lane->counts.early_acks)

/* Below the bounds a restart brings all of them again. */
static void
what_waits_is_not_acknowledged_below_the_bounds(void **state)
{
	(void)state;
	struct backlog *backlog = backlog_open("", KEYS);
	arrive(backlog, MANY);
	assert_int_equal(0, EARLY(backlog));
	assert_int_equal(0, ACK(backlog));
	arrive(backlog, 1);
	assert_int_equal(1, EARLY(backlog));
	assert_int_equal(1, ACK(backlog));
	backlog->works = true;
	takes_all(backlog);
	assert_int_equal(MANY + 1, backlog->ended);
	assert_int_equal(MANY + 1, ACK(backlog));
	assert_int_equal(0, backlog->lane->items.unacked.count + backlog->lane->items.early.count);
	assert_int_equal(0, backlog->lane->items.unacked.bytes + backlog->lane->items.early.bytes);
	backlog_close(backlog);
}

static void
bytes_are_bounded_as_notices_are(void **state)
{
	(void)state;
	struct backlog *backlog = backlog_open("unacked_max_bytes: 65536\n", 1);
	arrive(backlog, 65);
	assert_int_equal(0, ACK(backlog));
	arrive(backlog, 1);
	assert_int_equal(1, ACK(backlog));
	assert_int_equal(65 * BYTES, backlog->lane->items.unacked.bytes);
	/* one that is larger than the bound waits alone */
	arrive_sized(backlog, 100000);
	assert_int_equal(66, ACK(backlog));
	assert_int_equal(100000, backlog->lane->items.unacked.bytes);
	arrive(backlog, 1);
	assert_int_equal(67, ACK(backlog));
	backlog_close(backlog);
}

/* The hub's window is the smaller one: it would send nothing more. */
static void
the_window_of_the_hub_stays_open(void **state)
{
	(void)state;
	struct backlog *backlog = backlog_open("", 1);
	backlog->lane->hub_window = 4;
	arrive(backlog, 10);
	assert_int_equal(7, ACK(backlog));
	assert_int_equal(0, backlog->ended); /* and all are tried */
	backlog_close(backlog);
}

/* Beyond the acknowledged ones as many again are tried; then the oldest are given up, however many come. */
static void
memory_is_bounded_by_giving_up_the_oldest(void **state)
{
	(void)state;
	static const char *const bounds[] = { "unacked_max: 10\n", "unacked_max_bytes: 100000\n" };
	for (size_t i = 0; i < HS_COUNT(bounds); i++) {
		struct backlog *backlog = backlog_open(bounds[i], i);
		size_t most = i == 0 ? 20 : 200;
		arrive(backlog, most);
		assert_int_equal(0, backlog->ended);
		arrive(backlog, 300);
		assert_int_equal(300, backlog->ended);
		assert_int_equal(300, backlog->adapter->counts.expired);
		assert_int_equal(0, backlog->adapter->counts.failed); /* by nobody */
		assert_int_equal(most / 2, backlog->lane->items.early.count);
		assert_int_equal(most / 2, backlog->lane->items.unacked.count);
		arrive_sized(backlog, most / 2 * BYTES); /* all that wait go with one */
		assert_in_range(backlog->lane->items.early.bytes, 0, 100000);
		backlog_close(backlog);
	}
}

/* What its adapter keeps open itself cannot be given up; those behind it can. */
static void
what_an_adapter_keeps_open_bounds_the_others_all_the_same(void **state)
{
	(void)state;
	struct backlog *backlog = backlog_open("unacked_max: 2\n", 1);
	backlog->keeps_open = true;
	arrive(backlog, 1);
	backlog->keeps_open = false;
	arrive(backlog, 10);
	assert_int_equal(7, backlog->ended);
	assert_int_equal(2, backlog->lane->items.early.count);
	hs_adapter_done(backlog->open_item);
	assert_int_equal(1, backlog->lane->items.early.count);
	backlog_close(backlog);
}

/* Held for an operator, they are in memory too. */
static void
what_is_held_is_bounded_and_released_in_order(void **state)
{
	(void)state;
	struct backlog *backlog = backlog_open("unacked_max: 3\nhold_ms: 60000\n", 1);
	backlog->works = true;
	backlog->unknown = true;
	arrive(backlog, 5);
	assert_int_equal(5, ACK(backlog));
	assert_int_equal(3, backlog->lane->items.early.count);
	assert_int_equal(0, backlog->attempts);
	hs_items_tick(backlog->lane, hs_clock_mono_us());
	assert_int_equal(0, backlog->attempts);
	hs_items_tick(backlog->lane, hs_clock_mono_us() + 61 * HS_US_PER_S);
	assert_int_equal(3, backlog->attempts);
	assert_int_equal(0, backlog->lane->items.early.count);
	backlog_close(backlog);
}

static size_t
kept_of(const struct backlog *backlog, int state)
{
	size_t count = 0;
	for (const struct hs_kept_receipt *each = backlog->lane->receipts.first; each;
		each = each->next) {
		struct hs_arena *arena = hs_arena_create(1u << 16);
		hs_link_frame *frame = NULL;
		assert_int_equal(
			HS_OK, hs_link_frame_unpack(arena, each->bytes, each->len_bytes, &frame));
		count += frame->receipt && (int)frame->receipt->state == state;
		hs_arena_destroy(arena);
	}
	return count;
}

/* Nobody of the new epoch is told anything under the same seq, and nothing old goes out. */
static void
what_is_held_of_an_epoch_that_is_gone_is_forgotten(void **state)
{
	(void)state;
	for (size_t more = 0; more < 2; more++) {
		struct backlog *backlog = backlog_open("unacked_max: 3\nhold_ms: 60000\n", 1);
		backlog->works = backlog->unknown = true;
		arrive(backlog, 3);
		/* as stream_restart does it */
		hs_items_orphan(backlog->lane);
		(void)hs_receipts_free(&backlog->lane->receipts);
		backlog->lane->stream = (struct hs_stream){ .epoch = "another" };
		backlog->seq = 100; /* of the new one */
		arrive(backlog, more);
		assert_int_equal(0, kept_of(backlog, HS_RECEIPT(FAILED)));
		hs_items_tick(backlog->lane, hs_clock_mono_us() + 61 * HS_US_PER_S);
		assert_int_equal(more, kept_of(backlog, HS_RECEIPT(RECEIVED)));
		assert_int_equal(more, backlog->attempts);
		assert_int_equal(0, backlog->lane->items.early.count);
		backlog_close(backlog);
	}
}

/* The outlet comes back while the hub is away: how all that waited ended is known when it is back. */
static void
no_outcome_is_lost_while_the_hub_is_away(void **state)
{
	(void)state;
	static const char *const mosts[] = { "", "receipts_max: 16100\nunacked_max: 8000\n" };
	for (size_t i = 0; i < HS_COUNT(mosts); i++) {
		struct backlog *backlog = backlog_open(mosts[i], KEYS);
		backlog->works = i > 0; /* each ends before the next comes */
		arrive(backlog, 2 * MANY);
		backlog->works = true;
		while (backlog->ended < backlog->seq)
			wakes(backlog);
		assert_int_equal(2 * MANY, ACK(backlog));
		assert_int_equal(2 * MANY, kept_of(backlog, HS_RECEIPT(ACCEPTED)));
		assert_int_equal(i == 0 ? 2 * MANY : 100, kept_of(backlog, HS_RECEIPT(RECEIVED)));
		backlog_close(backlog);
	}
}

/* Configurations of before, which have only the window, start as they did. */
static void
what_may_wait_follows_from_what_is_configured(void **state)
{
	(void)state;
	static const struct {
		const char *given;
		int64_t notices_max; /* 0: refused */
	} rows[] = { { "", 8000 }, { "window: 256\n", 256 }, { "receipts_max: 8192\n", 4096 },
		{ "unacked_max: 8192\n", 8192 }, { "unacked_max: 8193\n", 0 },
		{ "window: 256\nunacked_max: 257\n", 0 },
		{ "receipts_max: 100\nunacked_max: 51\n", 0 } };
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct backlog *backlog = backlog_open(rows[i].given, 1);
		char why[HS_CONFIG_WHY];
		bool fine = hs_adapter_settings_check(&ops, &backlog->settings, why) == HS_OK;
		int64_t most = fine ? hs_unacked_notices_max(&backlog->settings) : 0;
		if (most != rows[i].notices_max)
			fail_msg("%s: %lld", rows[i].given, (long long)most);
		backlog_close(backlog);
	}
}

/* The ack stands before the first that waits, whatever else is over, and goes on at once when that is. */
static void
the_ack_follows_the_first_that_waits(void **state)
{
	(void)state;
	struct backlog *backlog = backlog_open("", 0);
	backlog->works = true;
	arrive(backlog, 2);
	assert_int_equal(2, ACK(backlog));
	backlog->works = false;
	arrive(backlog, 1);
	backlog->works = true;
	arrive(backlog, 5);
	assert_int_equal(2, ACK(backlog));
	assert_int_equal(7, backlog->ended);
	wakes(backlog);
	assert_int_equal(8, ACK(backlog));
	backlog_close(backlog);
}

/* What is left when the process ends comes again in the next one: what was done behind it does not speak for it. */
static void
what_is_left_at_the_end_is_not_acknowledged(void **state)
{
	(void)state;
	struct backlog *backlog = backlog_open("", 0);
	arrive(backlog, 1);
	backlog->works = true;
	arrive(backlog, 1);
	backlog->works = false;
	hs_deliveries_abandon(backlog->adapter);
	assert_int_equal(0, ACK(backlog));
	assert_int_equal(2, backlog->ended);
	backlog_close(backlog);
}

/* Another history: what waits of the old one is tried on, and acknowledges nothing of the new one. */
static void
what_is_of_another_epoch_acknowledges_nothing(void **state)
{
	(void)state;
	struct backlog *backlog = backlog_open("", 0);
	arrive(backlog, 3);
	backlog->works = true;
	arrive(backlog, 1);
	backlog->works = false;
	hs_items_orphan(backlog->lane);
	assert_int_equal(3, backlog->lane->items.early.count);
	backlog->seq = 0;
	arrive(backlog, 1);
	backlog->works = true;
	wakes(backlog);
	assert_int_equal(1, ACK(backlog));
	assert_int_equal(5, backlog->ended);
	assert_int_equal(0, backlog->lane->items.early.count);
	backlog_close(backlog);
}

/* Of this process's own work: a busy machine must not fail the test. */
static double
now_ms(void)
{
	return (double)clock() * 1e3 / CLOCKS_PER_SEC;
}

static double
ms_of(struct backlog *backlog, size_t count)
{
	double from_ms = now_ms();
	arrive(backlog, count);
	return now_ms() - from_ms;
}

/* Also prints what it cost: with thousands waiting an arrival costs as much as with none. */
static void
an_arrival_costs_the_same_whatever_waits(void **state)
{
	(void)state;
	const size_t keys[] = { 0, 1, KEYS };
	for (size_t i = 0; i < HS_COUNT(keys); i++) {
		struct backlog *backlog = backlog_open("", keys[i]);
		double first = ms_of(backlog, 1000);
		arrive(backlog, MANY - 1000);
		double eighth = ms_of(backlog, 1000);
		arrive(backlog, MANY - 1000);
		double last = ms_of(backlog, 1000);
		backlog->works = true;
		double from_ms = now_ms();
		takes_all(backlog);
		print_message("%zu keys: 1000 arrivals %.0f ms, with 8000 waiting %.0f ms, with "
			      "16000 %.0f ms; all taken %.0f ms\n",
			keys[i], first, eighth, last, now_ms() - from_ms);
		assert_int_equal(backlog->seq, backlog->ended);
		assert_true(eighth < 500 && last < 500); /* quadratic: seconds */
		backlog_close(backlog);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_waits_is_not_acknowledged_below_the_bounds),
		cmocka_unit_test(bytes_are_bounded_as_notices_are),
		cmocka_unit_test(the_window_of_the_hub_stays_open),
		cmocka_unit_test(memory_is_bounded_by_giving_up_the_oldest),
		cmocka_unit_test(what_an_adapter_keeps_open_bounds_the_others_all_the_same),
		cmocka_unit_test(what_is_held_is_bounded_and_released_in_order),
		cmocka_unit_test(what_is_held_of_an_epoch_that_is_gone_is_forgotten),
		cmocka_unit_test(no_outcome_is_lost_while_the_hub_is_away),
		cmocka_unit_test(what_may_wait_follows_from_what_is_configured),
		cmocka_unit_test(the_ack_follows_the_first_that_waits),
		cmocka_unit_test(what_is_left_at_the_end_is_not_acknowledged),
		cmocka_unit_test(what_is_of_another_epoch_acknowledges_nothing),
		cmocka_unit_test(an_arrival_costs_the_same_whatever_waits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
