/* Mails that no order answered, orders that nobody touches any more, and what is known of both after a restart. */
#include "tests/unit/hub/core/watch_fixture.h"

/* ---- mails ---- */

static void
test_a_mail_without_an_order(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, MAILED(.document = "m1"));
	assert_int_equal(look(&desk, T - 1), 0);
	assert_int_equal(look(&desk, T), 1);
	assert_int_equal(
		alarm_of(&desk, HS_ALARM(NO_ORDER), "990019")->cause_kind, HS_KIND(URGENT_MAIL));
	give(&desk, MAILED(.document = "m2"));
	assert_int_equal(look(&desk, T + 1), 1);
	assert_int_equal(alarm_of(&desk, HS_ALARM(NO_ORDER), "990019")->cause_seq, 1);
	assert_int_equal(look(&desk, T + MAIL - 1), 1);
	assert_int_equal(look(&desk, T + MAIL), 0);
	desk_close(&desk);
}

static void
test_a_mail_is_answered_by_what_came_with_it(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, ORDER(.level = 4)); /* the lift, and the mail that tells of it */
	desk.now = AT0 + HOUR;
	give(&desk, ORDER(.lift = true));
	desk.now += T;
	give(&desk, MAILED(.revision = 1));
	assert_int_equal(look(&desk, HOUR + 2 * T), 0);
	desk.now = AT0 + HOUR + T + 1;
	give(&desk, MAILED(.document = "m2", .area = "990027"));
	give(&desk, ORDER(.document = "p", .level = 4, .area = "990027"));
	desk.now += MIN;
	give(&desk, ORDER(.document = "p", .lift = true, .area = "990027"));
	assert_int_equal(look(&desk, HOUR + 3 * T), 0); /* it was answered, for ever */
	desk_close(&desk);
}

static void
test_a_mail_long_after_the_lift_is_not_answered(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, ORDER(.level = 4));
	give(&desk, ORDER(.lift = true));
	desk.now = AT0 + T + 1;
	give(&desk, MAILED(.level = 0));
	assert_int_equal(look(&desk, 2 * T), 0);
	assert_int_equal(look(&desk, 2 * T + 1), 1);
	give(&desk, MAILED(.document = "m3", .cancel = true));
	assert_int_equal(look(&desk, 2 * T + 2), 0);
	desk_close(&desk);
}

static void
test_a_mail_is_new_after_an_answer_and_after_its_time(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, MAILED(.document = "m1"));
	give(&desk, ORDER(.level = 4));
	give(&desk, ORDER(.lift = true));
	give(&desk, MAILED(.document = "m1", .area = "990027"));
	desk.now = AT0 + HOUR;
	give(&desk, MAILED(.document = "m2"));
	assert_int_equal(look(&desk, HOUR + T - 1), 1);
	assert_int_equal(look(&desk, HOUR + T), 2);
	assert_int_equal(alarm_of(&desk, HS_ALARM(NO_ORDER), "990019")->cause_seq, 5);
	desk.now = AT0 + MAIL;
	give(&desk, MAILED(.document = "m3", .area = "990027"));
	assert_int_equal(look(&desk, MAIL + T - 1), 1);
	assert_int_equal(look(&desk, MAIL + T), 2);
	assert_int_equal(alarm_of(&desk, HS_ALARM(NO_ORDER), "990027")->cause_seq, 6);
	desk_close(&desk);
}

/* ---- an order that nobody ends ---- */

static void
test_the_reminder_comes_at_n_and_not_a_microsecond_before(void **state)
{
	struct desk desk = desk_open();
	const struct hs_alarm *alarm;

	(void)state;
	give(&desk, ORDER(.level = 4));
	assert_int_equal(look(&desk, N - 1), 0);
	assert_int_equal(look(&desk, N), 1);
	alarm = alarm_of(&desk, HS_ALARM(NO_UPDATE), "990019");
	assert_non_null(alarm);
	assert_int_equal(alarm->since_unix_us, AT0 + N);
	assert_int_equal(alarm->cause_seq, 1);
	assert_int_equal(alarm->cause_kind, HS_KIND(EVACUATION));
	assert_int_equal(alarm->cause_level, 4);
	give(&desk, ORDER(.level = 4)); /* an update ends it, for N */
	assert_int_equal(look(&desk, 2 * N - 1), 0);
	assert_int_equal(look(&desk, 2 * N), 1);
	give(&desk, ORDER(.lift = true));
	assert_int_equal(look(&desk, 2 * N + 1), 0);
	desk_close(&desk);
}

static void
test_an_order_is_as_high_as_its_highest_district(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, ORDER(.level = 3, .other_level = 5));
	give(&desk, ORDER(.document = "p", .level = 5, .other_level = 3, .area = "990027"));
	for (int i = 0; i < 2; i++) {
		assert_int_equal(look(&desk, N), 2);
		assert_int_equal(alarm_of(&desk, HS_ALARM(NO_UPDATE), "990019")->cause_level, 5);
		assert_int_equal(alarm_of(&desk, HS_ALARM(NO_UPDATE), "990027")->cause_level, 5);
		assert_string_equal(
			alarm_of(&desk, HS_ALARM(NO_UPDATE), "990019")->term, "緊急安全確保");
		restart(&desk, true);
	}
	desk_close(&desk);
}

static void
test_no_reminder_while_there_is_danger(void **state)
{
	static const struct message dangers[] = { { .kind = HS_KIND(WEATHER), .level = 3 },
		{ .kind = HS_KIND(TSUNAMI), .level = 3, .area = "99" } };

	(void)state;
	for (size_t i = 0; i < HS_COUNT(dangers); i++) {
		struct desk desk = desk_open();
		struct message end = dangers[i];

		give(&desk, ORDER(.level = 4));
		give(&desk, dangers[i]);
		assert_null((look(&desk, 2 * N), alarm_of(&desk, HS_ALARM(NO_UPDATE), "990019")));
		end.lift = i == 1;
		end.level = i == 1 ? 1 : 2;
		give(&desk, end);
		look(&desk, 2 * N + 1);
		assert_non_null(alarm_of(&desk, HS_ALARM(NO_UPDATE), "990019"));
		desk_close(&desk);
	}
}

static void
test_the_oldest_of_two_orders_is_reminded_of(void **state)
{
	struct desk desk = desk_open();

	(void)state;
	give(&desk, ORDER(.document = "flood", .level = 4));
	desk.now = AT0 + HOUR;
	give(&desk, ORDER(.document = "slide", .level = 3, .district = "南町"));
	desk.now = AT0 + 2 * HOUR;
	give(&desk, ORDER(.document = "surge", .level = 3, .district = "港町"));
	assert_int_equal(look(&desk, N - 1), 0);
	assert_int_equal(look(&desk, N), 1);
	assert_int_equal(alarm_of(&desk, HS_ALARM(NO_UPDATE), "990019")->cause_seq, 1);
	give(&desk, ORDER(.document = "flood", .lift = true));
	assert_int_equal(look(&desk, N + HOUR - 1), 0);
	assert_int_equal(look(&desk, N + HOUR), 1);
	assert_int_equal(alarm_of(&desk, HS_ALARM(NO_UPDATE), "990019")->cause_seq, 2);
	/* Another document about its district ends nothing of it. */
	give(&desk, ORDER(.document = "again", .level = 4, .district = "南町"));
	assert_int_equal(look(&desk, N + HOUR + 1), 1);
	give(&desk, ORDER(.document = "slide", .lift = true, .district = "南町"));
	assert_int_equal(look(&desk, N + 2 * HOUR - 1), 0);
	assert_int_equal(look(&desk, N + 2 * HOUR), 1);
	assert_int_equal(alarm_of(&desk, HS_ALARM(NO_UPDATE), "990019")->cause_seq, 3);
	desk_close(&desk);
}

/* ---- restarts, many ---- */

static void
test_the_same_alarms_stand_after_a_restart(void **state)
{
	struct desk desk = desk_open();
	size_t count;

	(void)state;
	give(&desk, WARNING(.level = 4));
	give(&desk, MAILED(.area = "990027"));
	give(&desk, ORDER(.level = 4, .area = "990035"));
	desk.now = AT0 + 5 * MIN;
	give(&desk, WARNING(.level = 5)); /* the first telegram is in no set any more */
	give(&desk, ORDER(.document = "lifted", .level = 4, .area = "990043"));
	give(&desk, ORDER(.document = "lifted", .lift = true, .area = "990043"));
	give(&desk, MAILED(.document = "m2", .area = "990043"));
	restart(&desk, true);
	assert_int_equal(look(&desk, T - 1), 0);
	assert_int_equal(look(&desk, T), 2);
	assert_int_equal(alarm_of(&desk, HS_ALARM(NO_ORDER), "990019")->cause_unix_us, AT0);
	restart(&desk, true);
	count = look(&desk, T);
	assert_int_equal(count, 2);
	assert_int_equal(look(&desk, T + 5 * MIN), 2); /* the mail of 990043 is answered */
	assert_int_equal(look(&desk, N), 2); /* the mail is over, the order of 990035 is old */
	assert_non_null(alarm_of(&desk, HS_ALARM(NO_UPDATE), "990035"));
	desk_close(&desk);
}

static void
test_a_broken_note_is_refused(void **state)
{
	struct desk desk = desk_open();
	static const uint8_t broken[][4] = { { 0x0A, 0x05, 0x08, 0x01 }, { 0x08, 0x01 },
		{ 0x12, 0x02, 0x12, 0x00 } };
	static const size_t lens[] = { 4, 2, 4 };

	(void)state;
	for (size_t i = 0; i < HS_COUNT(broken); i++)
		assert_false(hs_watch_read(desk.watch, (struct hs_span){ broken[i], lens[i] }));
	desk_close(&desk);
}

static void
test_many_municipalities(void **state)
{
	struct desk desk = desk_open();
	size_t count;
	char code[16];

	(void)state;
	for (int i = 1; i <= 99; i++) {
		char document[16];

		(void)snprintf(code, sizeof(code), "13%03d", 100 + i);
		(void)snprintf(document, sizeof(document), "w%d", i);
		give(&desk, WARNING(.document = document, .level = 4, .area = code));
		(void)snprintf(document, sizeof(document), "o%d", i);
		if (i % 3 == 0)
			give(&desk, ORDER(.document = document, .level = 4, .area = code));
	}
	assert_int_equal(look(&desk, T), 66);
	assert_int_equal(desk.raised, 66);
	const struct hs_alarm *alarms = hs_watch_alarms(desk.watch, &count);
	for (size_t i = 1; i < count; i++)
		assert_true(strcmp(alarms[i - 1].area_code, alarms[i].area_code) < 0);
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_mail_without_an_order),
		cmocka_unit_test(test_a_mail_is_answered_by_what_came_with_it),
		cmocka_unit_test(test_a_mail_long_after_the_lift_is_not_answered),
		cmocka_unit_test(test_a_mail_is_new_after_an_answer_and_after_its_time),
		cmocka_unit_test(test_the_reminder_comes_at_n_and_not_a_microsecond_before),
		cmocka_unit_test(test_an_order_is_as_high_as_its_highest_district),
		cmocka_unit_test(test_no_reminder_while_there_is_danger),
		cmocka_unit_test(test_the_oldest_of_two_orders_is_reminded_of),
		cmocka_unit_test(test_the_same_alarms_stand_after_a_restart),
		cmocka_unit_test(test_a_broken_note_is_refused),
		cmocka_unit_test(test_many_municipalities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
