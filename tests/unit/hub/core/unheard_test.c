/* Outlets that say nothing: when a silence begins, who is told of it, when it is over. */
#include "tests/unit/hub/core/fixtures.h"

#include "hub/core/unheard.h"
#include "schemas/guests.h"

#define LIMIT_MS 60000
#define SECOND	 1000000

/* The adapter is limited, and connected or not; one order is on disk. */
static char *
begin(struct desk *desk, bool connected)
{
	desk->peers[ADAPTER].silent_after_ms = LIMIT_MS;
	desk_hello(desk, GATE);
	if (connected) {
		desk_hello(desk, ADAPTER);
		desk_resume(desk, ADAPTER, "", 0, true, false);
	}
	desk_submit(desk, (struct order){ "a", 1, HS_ACTION(ISSUE), .level = 4 });
	desk_commit(desk);
	return hs_arena_strdup(desk->arena, desk_reply(desk, 0)->id);
}

/* Heartbeats go on: an adapter that is there and says nothing about the order. */
static void
pass(struct desk *desk, int64_t seconds, bool alive)
{
	Hansho__V1__Heartbeat beat;

	desk->mono_us += seconds * SECOND;
	hansho__v1__heartbeat__init(&beat);
	if (alive)
		DESK_FRAME(desk, ADAPTER, HEARTBEAT, heartbeat, &beat);
	DESK_FRAME(desk, GATE, HEARTBEAT, heartbeat, &beat);
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
}

static void
pass_each_second(struct desk *desk, int64_t seconds, bool alive)
{
	for (int64_t i = 0; i < seconds; i++)
		pass(desk, 1, alive);
}

static void
say(struct desk *desk, uint64_t seq, const char *outlet, int state)
{
	hs_receipt message;

	hansho__v1__receipt__init(&message);
	message.seq = seq;
	message.outlet = hs_arena_strdup(desk->arena, outlet);
	message.state = (Hansho__V1__ReceiptState)state;
	DESK_FRAME(desk, ADAPTER, RECEIPT, receipt, &message);
}

/* "alarm signage/hall" of the last step; "" when there is none, and the next of two fails. */
static const char *
alarm_of(struct desk *desk)
{
	const char *text = "";

	for (size_t i = 0; i < desk->effects.count; i++) {
		const struct hs_effect *effect = &desk->effects.items[i];
		const char *outlet = (const char *)hs_effect_bytes(&desk->effects, effect).bytes;

		if (effect->type != HS_EFFECT_ALARM)
			continue;
		assert_string_equal(text, "");
		assert_true(outlet[strlen(outlet) + 1] != '\0'); /* a reason */
		text = hs_arena_printf(desk->arena, "%s %s", effect->event, outlet);
	}
	return text;
}

/* Of the one alarm of the last step. */
static const char *
reason_of(struct desk *desk)
{
	const char *reason = "";

	for (size_t i = 0; i < desk->effects.count; i++) {
		const struct hs_effect *effect = &desk->effects.items[i];
		const char *outlet = (const char *)hs_effect_bytes(&desk->effects, effect).bytes;

		if (effect->type == HS_EFFECT_ALARM)
			reason = outlet + strlen(outlet) + 1;
	}
	return reason;
}

static size_t
silent_outlets(struct desk *desk)
{
	struct hs_core_peer_stats stats;

	hs_core_peer_stats(desk->core, ADAPTER, &stats);
	return stats.silent_outlets;
}

/* Who waits is answered when the silence begins, not only when somebody speaks. */
static void
test_the_long_poll_wakes_when_silence_begins(void **state)
{
	struct desk *desk = *state;
	char *id = begin(desk, true);
	uint32_t version;

	pass_each_second(desk, 30, true);
	desk_query(desk, id, 0, 0);
	version = desk_status(desk)->version;
	desk_query(desk, id, 50000, version);
	assert_null(desk_status(desk));
	pass_each_second(desk, 30, true);
	assert_null(desk_status(desk)); /* exactly at the limit */
	assert_string_equal(alarm_of(desk), "");
	pass(desk, 1, true);
	assert_non_null(desk_status(desk));
	assert_int_equal(desk_status(desk)->version, version + 1);
	assert_int_equal(desk_status(desk)->receipts[0]->silent_ms, 61000);
	assert_string_equal(alarm_of(desk), "alarm signage");
	assert_int_equal(silent_outlets(desk), 1);
	desk_query(desk, id, 50000, version + 1); /* it lasts: nothing new */
	pass_each_second(desk, 30, true);
	assert_null(desk_status(desk));
	assert_string_equal(alarm_of(desk), "");
}

static void
test_each_outlet_is_silent_by_itself(void **state)
{
	struct desk *desk = *state;

	begin(desk, true);
	say(desk, 1, "one", HS_RECEIPT(SENT));
	say(desk, 1, "two", HS_RECEIPT(ACCEPTED));
	pass_each_second(desk, 61, true);
	assert_string_equal(alarm_of(desk), "alarm signage/one");
	assert_int_equal(silent_outlets(desk), 1);
	say(desk, 1, "two", HS_RECEIPT(DISPLAYED));
	assert_string_equal(alarm_of(desk), "");
	say(desk, 1, "one", HS_RECEIPT(RECEIVED)); /* that is no word */
	assert_string_equal(alarm_of(desk), "");
	assert_int_equal(silent_outlets(desk), 1);
	say(desk, 1, "one", HS_RECEIPT(FAILED));
	assert_string_equal(alarm_of(desk), "over signage/one");
	assert_int_equal(silent_outlets(desk), 0);
}

/* An adapter that is away is silent too; it is one alarm, however many orders follow. */
static void
test_an_adapter_that_is_away_is_one_alarm(void **state)
{
	struct desk *desk = *state;
	char *id = begin(desk, false);

	pass_each_second(desk, 61, false);
	assert_string_equal(alarm_of(desk), "alarm signage");
	desk_query(desk, id, 0, 0);
	assert_int_equal(desk_status(desk)->n_receipts, 1);
	assert_int_equal(desk_status(desk)->receipts[0]->state, HS_RECEIPT(UNSPECIFIED));
	desk_submit(desk, (struct order){ "b", 1, HS_ACTION(ISSUE), .level = 4, .content = 1 });
	desk_commit(desk);
	for (int i = 0; i < 70; i++) {
		pass(desk, 1, false);
		assert_string_equal(alarm_of(desk), "");
	}
	assert_int_equal(silent_outlets(desk), 1);
	desk_hello(desk, ADAPTER);
	desk_resume(desk, ADAPTER, "", 0, true, false);
	assert_string_equal(alarm_of(desk), ""); /* sent: nobody spoke yet */
	say(desk, 2, "hall", HS_RECEIPT(DISPLAYED));
	assert_string_equal(alarm_of(desk), "over signage");
	say(desk, 1, "hall", HS_RECEIPT(DISPLAYED));
	pass(desk, 1, true);
	assert_string_equal(alarm_of(desk), "");
}

static void
test_a_restart_tells_what_still_is_silent_and_nothing_else(void **state)
{
	struct desk *desk = *state;

	begin(desk, true);
	say(desk, 1, "one", HS_RECEIPT(SENT));
	say(desk, 1, "two", HS_RECEIPT(SENT));
	desk_submit(desk, (struct order){ "b", 1, HS_ACTION(ISSUE), .level = 4, .content = 1 });
	desk_commit(desk);
	say(desk, 2, "two", HS_RECEIPT(DISPLAYED)); /* of a later one: it is alive */
	pass_each_second(desk, 61, true);
	assert_string_equal(alarm_of(desk), "alarm signage/one");
	desk_commit(desk);
	desk_restart(desk);
	desk_hello(desk, GATE);
	pass(desk, 1, false);
	assert_string_equal(alarm_of(desk), "alarm signage/one");
	assert_int_equal(silent_outlets(desk), 1);
}

static void
test_what_is_old_raises_no_alarm(void **state)
{
	struct desk *desk = *state;
	char *id;

	desk->options.watch.silence_us = 90LL * SECOND;
	hs_core_destroy(desk->core);
	desk->core = hs_core_create(&desk->options);
	id = begin(desk, true);
	pass_each_second(desk, 61, true);
	assert_string_equal(alarm_of(desk), "alarm signage");
	pass_each_second(desk, 29, true);
	assert_string_equal(alarm_of(desk), "over signage");
	assert_string_equal(
		reason_of(desk), "no longer watched: silent about seq 1, sent 90 s ago");
	assert_int_equal(silent_outlets(desk), 0);
	desk_query(desk, id, 0, 0); /* and is still told who asks */
	assert_int_equal(desk_status(desk)->receipts[0]->silent_ms, 90000);
	pass_each_second(desk, 60, true);
	assert_string_equal(alarm_of(desk), "");
}

/* Nothing is heard of "one" about order 1, and `later` seconds behind it none about order 2. */
static void
begin_two(struct desk *desk, int64_t later)
{
	begin(desk, true);
	say(desk, 1, "one", HS_RECEIPT(SENT));
	pass_each_second(desk, later, true);
	desk_submit(desk, (struct order){ "b", 1, HS_ACTION(ISSUE), .level = 5, .content = 1 });
	desk_commit(desk);
	say(desk, 2, "one", HS_RECEIPT(SENT));
}

static void
pass_unchanged(struct desk *desk, int64_t seconds, size_t silent)
{
	for (int64_t i = 0; i < seconds; i++) {
		pass(desk, 1, true);
		assert_string_equal(alarm_of(desk), "");
		assert_int_equal(silent_outlets(desk), silent);
	}
}

static void
test_a_late_word_about_an_older_order_ends_nothing(void **state)
{
	struct desk *desk = *state;

	begin_two(desk, 0);
	pass_each_second(desk, 61, true);
	assert_string_equal(alarm_of(desk), "alarm signage/one");
	say(desk, 1, "one", HS_RECEIPT(DISPLAYED));
	assert_string_equal(alarm_of(desk), "");
	pass_unchanged(desk, 60, 1);
	say(desk, 2, "one", HS_RECEIPT(DISPLAYED));
	assert_string_equal(alarm_of(desk), "over signage/one");
	assert_string_equal(reason_of(desk), "spoke: was silent about seq 2, sent 121 s ago");
	pass_unchanged(desk, 60, 0);
}

/* Of two orders the second is watched for as long as the first. */
static void
test_an_alarm_lasts_as_long_as_its_newest_order(void **state)
{
	struct desk *desk = *state;

	desk->options.watch.silence_us = 100LL * SECOND;
	hs_core_destroy(desk->core);
	desk->core = hs_core_create(&desk->options);
	begin_two(desk, 30);
	pass_each_second(desk, 31, true);
	assert_string_equal(alarm_of(desk), "alarm signage/one");
	pass_unchanged(desk, 68, 1);
	pass(desk, 1, true);
	assert_string_equal(alarm_of(desk), "over signage/one");
	assert_int_equal(strncmp(reason_of(desk), "no longer watched", 17), 0);
	pass_unchanged(desk, 60, 0);
}

/* Whoever connects under a name of his own choice neither raises nor hides an alarm. */
static void
test_guests_neither_begin_nor_end_a_silence(void **state)
{
	struct desk *desk = *state;

	begin(desk, true);
	say(desk, 1, HS_OUTLET_GUESTS, HS_RECEIPT(RECEIVED));
	pass_each_second(desk, 61, true);
	assert_string_equal(alarm_of(desk), "alarm signage");
	say(desk, 1, HS_OUTLET_GUESTS, HS_RECEIPT(DISPLAYED));
	assert_string_equal(alarm_of(desk), "");
	pass_unchanged(desk, 60, 1);
	say(desk, 1, "one", HS_RECEIPT(DISPLAYED));
	assert_string_equal(alarm_of(desk), "over signage");
}

static void
test_those_who_spoke_leave_room_for_those_who_do_not(void **state)
{
	struct desk *desk = *state;

	begin(desk, true);
	for (int i = 0; i < HS_UNHEARD_OUTLETS_MAX; i++) {
		char name[16];

		(void)snprintf(name, sizeof(name), "n%d", i);
		say(desk, 1, name, HS_RECEIPT(DISPLAYED));
	}
	desk_submit(desk, (struct order){ "b", 1, HS_ACTION(ISSUE), .level = 5, .content = 1 });
	desk_commit(desk);
	say(desk, 2, "late", HS_RECEIPT(SENT));
	pass_each_second(desk, 61, true);
	assert_string_equal(alarm_of(desk), "alarm signage/late");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_the_long_poll_wakes_when_silence_begins),
		DESK_TEST(test_each_outlet_is_silent_by_itself),
		DESK_TEST(test_an_adapter_that_is_away_is_one_alarm),
		DESK_TEST(test_a_restart_tells_what_still_is_silent_and_nothing_else),
		DESK_TEST(test_what_is_old_raises_no_alarm),
		DESK_TEST(test_a_late_word_about_an_older_order_ends_nothing),
		DESK_TEST(test_an_alarm_lasts_as_long_as_its_newest_order),
		DESK_TEST(test_guests_neither_begin_nor_end_a_silence),
		DESK_TEST(test_those_who_spoke_leave_room_for_those_who_do_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
