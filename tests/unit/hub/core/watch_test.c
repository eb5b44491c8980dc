/* Which order is missed, where, and from when on, to the microsecond. */
#include "tests/unit/hub/core/watch_fixture.h"

/* ---- an order that does not come ---- */

static void
test_an_order_is_missed_at_t_and_not_a_microsecond_before(void **state)
{
	struct desk desk = desk_open();
	const struct hs_alarm *alarm;

	(void)state;
	give(&desk, WARNING(.level = 4));
	assert_int_equal(look(&desk, T - 1), 0);
	assert_int_equal(look(&desk, T), 1);
	assert_int_equal(desk.raised, 1);
	alarm = alarm_of(&desk, HS_ALARM(NO_ORDER), "990019");
	assert_non_null(alarm);
	assert_int_equal(alarm->since_unix_us, AT0 + T);
	assert_int_equal(alarm->cause_unix_us, AT0);
	assert_int_equal(alarm->cause_seq, 1);
	assert_int_equal(alarm->cause_kind, HS_KIND(WEATHER));
	assert_int_equal(alarm->cause_level, 4);
	assert_string_equal(alarm->term, "レベル４大雨危険警報");
	assert_int_equal(look(&desk, T + HOUR), 1);
	assert_int_equal(desk.raised + desk.ended, 0);
	desk_close(&desk);
}

static void
test_level_3_and_a_tsunami_advisory_ask_for_nothing(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, WARNING(.level = 3));
	give(&desk, TSUNAMI(.level = 2));
	assert_int_equal(look(&desk, 2 * T), 0);
	give(&desk, WARNING(.level = 5));
	assert_int_equal(look(&desk, 3 * T), 1);
	assert_int_equal(alarm_of(&desk, HS_ALARM(NO_ORDER), "990019")->cause_level, 5);
	desk_close(&desk);
}

static void
test_an_order_in_force_is_enough(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, ORDER(.level = 3, .area = "990019"));
	give(&desk, WARNING(.level = 5, .also = "990027"));
	assert_int_equal(look(&desk, T), 1);
	assert_non_null(alarm_of(&desk, HS_ALARM(NO_ORDER), "990027"));
	give(&desk, ORDER(.document = "other", .level = 4, .area = "990027"));
	assert_int_equal(look(&desk, T + S), 0);
	assert_int_equal(desk.ended, 1);
	desk_close(&desk);
}

static void
test_after_a_lift_the_time_begins_anew(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, ORDER(.level = 4));
	give(&desk, WARNING(.level = 4));
	assert_int_equal(look(&desk, 2 * T), 0);
	give(&desk, ORDER(.lift = true));
	assert_int_equal(look(&desk, 3 * T - 1), 0);
	assert_int_equal(look(&desk, 3 * T), 1);
	assert_int_equal(alarm_of(&desk, HS_ALARM(NO_ORDER), "990019")->cause_unix_us, AT0 + 2 * T);
	desk_close(&desk);
}

static void
test_the_cancel_of_an_order_is_no_order(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, WARNING(.level = 4));
	give(&desk, ORDER(.level = 4));
	look(&desk, MIN);
	give(&desk, ORDER(.level = 4, .cancel = true));
	assert_int_equal(look(&desk, MIN + T - 1), 0);
	assert_int_equal(look(&desk, MIN + T), 1);
	desk_close(&desk);
}

static void
test_a_warning_that_ends_ends_the_alarm(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	for (int how = 0; how < 3; how++) {
		struct message end = WARNING(.lift = how == 0, .cancel = how == 1,
			.level = how == 0   ? 0
				 : how == 1 ? 4
					    : 2);

		give(&desk, WARNING(.level = 4));
		desk.now = AT0;
		assert_int_equal(look(&desk, T + how * HOUR), 1);
		give(&desk, end);
		assert_int_equal(look(&desk, T + how * HOUR + S), 0);
		assert_int_equal(desk.ended, 1);
		desk.now = AT0 + (how + 1) * HOUR;
	}
	desk_close(&desk);
}

static void
test_a_warning_told_again_is_as_old_as_its_first(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, WARNING(.level = 4));
	for (int i = 1; i < 3; i++) {
		look(&desk, i * 10 * MIN - MIN);
		desk.now = AT0 + i * 5 * MIN;
		give(&desk, WARNING(.level = i == 1 ? 5 : 4));
	}
	assert_int_equal(look(&desk, T - 1), 0);
	assert_int_equal(look(&desk, T), 1);
	assert_int_equal(alarm_of(&desk, HS_ALARM(NO_ORDER), "990019")->cause_seq, 3);
	desk_close(&desk);
}

static void
test_a_warning_that_had_ended_in_between_is_new(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, WARNING(.level = 4)); /* ends by its lift, or by its time */
	desk.now = AT0 + 10 * MIN;
	give(&desk, WARNING(.lift = true));
	give(&desk, WARNING(.document = "x", .level = 4, .area = "990027", .valid_us = MIN));
	desk.now = AT0 + 12 * MIN;
	give(&desk, WARNING(.level = 4));
	give(&desk, WARNING(.document = "x", .level = 4, .area = "990027"));
	assert_int_equal(look(&desk, 12 * MIN + T - 1), 0);
	assert_int_equal(look(&desk, 12 * MIN + T), 2);
	desk_close(&desk);
}

static void
test_what_expires_is_over_without_a_notice(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, WARNING(.level = 4, .valid_us = HOUR));
	give(&desk, WARNING(.document = "x", .level = 4, .area = "990027"));
	give(&desk, ORDER(.level = 4, .area = "990027", .valid_us = 2 * HOUR));
	assert_int_equal(look(&desk, HOUR - 1), 1);
	assert_int_equal(look(&desk, HOUR), 0);
	assert_int_equal(look(&desk, 2 * HOUR - 1), 0);
	assert_int_equal(look(&desk, 2 * HOUR), 1);
	assert_non_null(alarm_of(&desk, HS_ALARM(NO_ORDER), "990027"));
	desk_close(&desk);
}

static void
test_a_replaced_document_leaves_nothing(void **state)
{
	struct desk desk = desk_open();
	struct hs_buf note;

	(void)state;
	give(&desk, WARNING(.level = 4));
	desk.now = AT0 + 5 * MIN;
	give(&desk, WARNING(.document = "w2", .level = 4, .supersedes = "jma.go.jp|w"));
	assert_int_equal(look(&desk, T), 0);
	assert_int_equal(look(&desk, 5 * MIN + T), 1);
	hs_buf_init(&note, 1u << 20);
	hs_watch_write(desk.watch, &note);
	assert_non_null(memmem(note.bytes, note.len_bytes, "jma.go.jp|w2", 12));
	assert_null(memmem(note.bytes, note.len_bytes, "jma.go.jp|w\x12", 12));
	hs_buf_free(&note);
	desk_close(&desk);
}

static void
test_the_newer_family_of_telegrams_counts(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, WARNING(.document = "old", .level = 4, .legacy = true));
	desk.now = AT0 + MIN;
	give(&desk, WARNING(.document = "new", .level = 4));
	desk.now = AT0 + 2 * MIN;
	give(&desk, WARNING(.document = "new", .lift = true));
	assert_int_equal(look(&desk, HOUR), 0);
	desk_close(&desk);
}

static void
test_a_tsunami_warning_asks_every_municipality_of_the_coast(void **state)
{
	struct desk desk = desk_open();
	size_t before;

	(void)state;
	give(&desk, TSUNAMI(.level = 3, .area = "99"));
	give(&desk, ORDER(.level = 4, .area = "990019"));
	assert_int_equal(look(&desk, T - 1), 0);
	before = look(&desk, T);
	assert_true(before >= 4);
	assert_null(alarm_of(&desk, HS_ALARM(NO_ORDER), "990019"));
	assert_non_null(alarm_of(&desk, HS_ALARM(NO_ORDER), "990027"));
	assert_null(alarm_of(&desk, HS_ALARM(NO_ORDER), "990001"));
	assert_null(alarm_of(&desk, HS_ALARM(NO_ORDER), "131016"));
	give(&desk, ORDER(.document = "p", .level = 4, .area = "990027"));
	assert_int_equal(look(&desk, T + S), before - 1);
	give(&desk, TSUNAMI(.lift = true, .level = 1, .area = "99"));
	assert_int_equal(look(&desk, T + 2 * S), 0);
	desk_close(&desk);
}

static void
test_the_warning_that_stands_longest_counts(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, WARNING(.level = 4));
	for (int i = 1; i <= 2; i++) {
		char document[16];

		desk.now = AT0 + i * MIN;
		(void)snprintf(document, sizeof(document), "x%d", i);
		give(&desk, WARNING(.document = document, .level = 5,
				    .hazard = i == 1 ? "flood" : "surge"));
	}
	assert_int_equal(look(&desk, T), 1);
	assert_int_equal(alarm_of(&desk, HS_ALARM(NO_ORDER), "990019")->cause_seq, 1);
	give(&desk, WARNING(.lift = true));
	assert_int_equal(look(&desk, T + MIN - 1), 0);
	assert_int_equal(look(&desk, T + MIN), 1);
	assert_int_equal(alarm_of(&desk, HS_ALARM(NO_ORDER), "990019")->cause_seq, 2);
	desk_close(&desk);
}

static void
test_a_tsunami_is_told_although_it_rains(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, MAILED(.area = "990019"));
	desk.now = AT0 + MIN;
	give(&desk, WARNING(.level = 5));
	desk.now = AT0 + 2 * MIN;
	give(&desk, TSUNAMI(.level = 3));
	for (int i = 0; i < 3; i++) {
		static const int kinds[] = { HS_KIND(URGENT_MAIL), HS_KIND(WEATHER),
			HS_KIND(TSUNAMI) };

		assert_int_equal(look(&desk, T + i * MIN), 1);
		assert_int_equal(desk.raised, 1);
		assert_int_equal(desk.ended, i > 0);
		assert_int_equal(
			alarm_of(&desk, HS_ALARM(NO_ORDER), "990019")->cause_kind, kinds[i]);
	}
	give(&desk, TSUNAMI(.lift = true, .level = 1));
	assert_int_equal(look(&desk, HOUR), 1);
	assert_int_equal(
		alarm_of(&desk, HS_ALARM(NO_ORDER), "990019")->cause_kind, HS_KIND(WEATHER));
	desk_close(&desk);
}

static void
test_what_another_document_said_makes_a_warning_no_older(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, WARNING(.level = 4));
	give(&desk, WARNING(.document = "x", .level = 4, .area = "990027"));
	give(&desk, WARNING(.lift = true));
	desk.now = AT0 + 5 * MIN;
	give(&desk, WARNING(.document = "x", .level = 4, .area = "990027", .also = "990019"));
	assert_int_equal(look(&desk, T), 1);
	assert_int_equal(look(&desk, T + 5 * MIN), 2);
	desk_close(&desk);
}

/* ---- places and lanes ---- */

static void
test_a_ward_is_its_city(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, WARNING(.level = 4, .area = "011002")); /* 札幌市 */
	give(&desk, ORDER(.level = 4, .area = "011011"));   /* 中央区 */
	assert_int_equal(look(&desk, T), 0);
	give(&desk, ORDER(.lift = true, .area = "011011"));
	assert_int_equal(look(&desk, 2 * T), 1);
	assert_non_null(alarm_of(&desk, HS_ALARM(NO_ORDER), "011002"));
	give(&desk, WARNING(.document = "v", .level = 4, .area = "011011"));
	assert_int_equal(look(&desk, 4 * T), 1);
	desk_close(&desk);
}

static void
test_only_the_mode_of_the_lane_counts(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, WARNING(.level = 4, .mode = HS_MODE(TEST)));
	give(&desk, MAILED(.mode = HS_MODE(LIVE)));
	assert_int_equal(look(&desk, T), 0);
	give(&desk, WARNING(.document = "w2", .level = 4));
	give(&desk, ORDER(.level = 4, .mode = HS_MODE(LIVE)));
	assert_int_equal(look(&desk, 2 * T), 1); /* the live order is none here */
	give(&desk, WARNING(.document = "w2", .lift = true));
	give(&desk, ORDER(.document = "o2", .level = 4));
	assert_int_equal(look(&desk, 2 * T + N), 1); /* nor does the test of a warning speak */
	assert_non_null(alarm_of(&desk, HS_ALARM(NO_UPDATE), "990019"));
	desk_close(&desk);
}

static void
test_a_warning_of_no_place_asks_every_municipality_of_the_country(void **state)
{
	struct desk desk = desk_open();
	size_t count;

	(void)state;
	desk.options.mode = HS_MODE(LIVE);
	restart(&desk, false);
	give(&desk, TSUNAMI(.level = 5, .area = "", .mode = HS_MODE(LIVE)));
	count = look(&desk, T);
	assert_in_range(count, 1700, 1800);
	assert_non_null(alarm_of(&desk, HS_ALARM(NO_ORDER), "131016"));
	assert_non_null(alarm_of(&desk, HS_ALARM(NO_ORDER), "011002"));
	assert_null(alarm_of(&desk, HS_ALARM(NO_ORDER), "011011")); /* a ward */
	assert_null(alarm_of(&desk, HS_ALARM(NO_ORDER), "990019")); /* for drills */
	desk_close(&desk);
}

static void
test_zero_switches_off(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	desk.options.no_order_us = desk.options.no_update_us = 0;
	restart(&desk, false);
	give(&desk, WARNING(.level = 4));
	give(&desk, ORDER(.level = 4, .area = "990027"));
	assert_int_equal(look(&desk, 2 * N), 0);
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_order_is_missed_at_t_and_not_a_microsecond_before),
		cmocka_unit_test(test_level_3_and_a_tsunami_advisory_ask_for_nothing),
		cmocka_unit_test(test_an_order_in_force_is_enough),
		cmocka_unit_test(test_after_a_lift_the_time_begins_anew),
		cmocka_unit_test(test_the_cancel_of_an_order_is_no_order),
		cmocka_unit_test(test_a_warning_that_ends_ends_the_alarm),
		cmocka_unit_test(test_a_warning_told_again_is_as_old_as_its_first),
		cmocka_unit_test(test_a_warning_that_had_ended_in_between_is_new),
		cmocka_unit_test(test_what_expires_is_over_without_a_notice),
		cmocka_unit_test(test_a_replaced_document_leaves_nothing),
		cmocka_unit_test(test_the_newer_family_of_telegrams_counts),
		cmocka_unit_test(test_a_tsunami_warning_asks_every_municipality_of_the_coast),
		cmocka_unit_test(test_the_warning_that_stands_longest_counts),
		cmocka_unit_test(test_a_tsunami_is_told_although_it_rains),
		cmocka_unit_test(test_what_another_document_said_makes_a_warning_no_older),
		cmocka_unit_test(test_a_ward_is_its_city),
		cmocka_unit_test(test_only_the_mode_of_the_lane_counts),
		cmocka_unit_test(test_a_warning_of_no_place_asks_every_municipality_of_the_country),
		cmocka_unit_test(test_zero_switches_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
