/* What an adapter that starts is told of what its outlets heard. */
#include "tests/unit/hub/core/fixtures.h"

#define MINUTE_US INT64_C(60000000)

static void
resume(struct desk *desk, uint32_t peer, bool from_last_ack)
{
	Hansho__V1__Resume message;

	desk_hello(desk, peer);
	hansho__v1__resume__init(&message);
	message.from_last_ack = from_last_ack;
	message.snapshot = true;
	message.past = true;
	DESK_FRAME(desk, peer, RESUME, resume, &message);
}

/* Of the first part. */
static const Hansho__V1__Snapshot *
snapshot_of(struct desk *desk, uint32_t peer)
{
	const hs_link_frame *frame = DESK_SENT(desk, peer, SNAPSHOT, 0);

	assert_non_null(frame);
	return frame->snapshot;
}

/* "1 3": the seqs of what was taken, in their order. */
static const char *
past_of(struct desk *desk)
{
	const Hansho__V1__Snapshot *snapshot;
	char *text = hs_arena_strdup(desk->arena, "");

	resume(desk, ADAPTER, true);
	snapshot = snapshot_of(desk, ADAPTER);
	for (size_t i = 0; i < snapshot->n_past; i++)
		if (snapshot->past[i]->n_outlets > 0)
			text = hs_arena_printf(desk->arena, "%s%s%llu", text,
				text[0] != '\0' ? " " : "",
				(unsigned long long)snapshot->past[i]->seq);
	return text;
}

static void
receipt(struct desk *desk, uint32_t peer, uint64_t seq, const char *outlet, int state)
{
	hs_receipt message;

	hansho__v1__receipt__init(&message);
	message.seq = seq;
	message.outlet = hs_arena_strdup(desk->arena, outlet);
	message.state = (Hansho__V1__ReceiptState)state;
	DESK_FRAME(desk, peer, RECEIPT, receipt, &message);
}

static void
submit(struct desk *desk, const char *id, uint32_t revision, int action)
{
	desk_submit(desk,
		(struct order){ id, revision, action, .level = 4, .content = (uint8_t)revision });
	desk_commit(desk);
}

/* Orders a, b, c… as seq 1, 2, 3…, given to the adapter. */
static void
begin(struct desk *desk, uint32_t count)
{
	desk_hello(desk, GATE);
	for (uint32_t i = 0; i < count; i++)
		submit(desk, (char[]){ (char)('a' + i), 0 }, 1, HS_ACTION(ISSUE));
	desk_hello(desk, ADAPTER);
	desk_resume(desk, ADAPTER, "", 0, true, false);
}

static void
test_what_an_outlet_took_at_any_time_is_told(void **state)
{
	static const int states[] = { HS_RECEIPT(RECEIVED), HS_RECEIPT(ACCEPTED),
		HS_RECEIPT(DISPLAYED), HS_RECEIPT(FAILED), HS_RECEIPT(EXPIRED), HS_RECEIPT(HELD),
		HS_RECEIPT(FILTERED) };
	struct desk *desk = *state;

	begin(desk, 9);
	for (size_t i = 0; i < HS_COUNT(states); i++)
		receipt(desk, ADAPTER, i + 1, "one", states[i]);
	/* it was heard before it was stopped */
	receipt(desk, ADAPTER, 8, "one", HS_RECEIPT(ACCEPTED));
	receipt(desk, ADAPTER, 8, "one", HS_RECEIPT(EXPIRED));
	receipt(desk, ADAPTER, 9, "", HS_RECEIPT(ACCEPTED)); /* no outlet */
	assert_string_equal(past_of(desk), "2 3 8");
}

static void
test_it_names_the_outlets_and_no_other_ones(void **state)
{
	struct desk *desk = *state;
	const Hansho__V1__Past *past;

	begin(desk, 2);
	receipt(desk, ADAPTER, 1, "one", HS_RECEIPT(ACCEPTED));
	receipt(desk, ADAPTER, 1, "two", HS_RECEIPT(FAILED));
	receipt(desk, ADAPTER, 1, "three", HS_RECEIPT(DISPLAYED));
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, "", 0, false, false);
	receipt(desk, FEED, 2, "screen", HS_RECEIPT(DISPLAYED)); /* another peer's */
	assert_string_equal(past_of(desk), "1");
	past = snapshot_of(desk, ADAPTER)->past[0];
	assert_int_equal(past->n_outlets, 2);
	assert_string_equal(past->outlets[0], "one");
	assert_string_equal(past->outlets[1], "three");
	assert_string_equal(past->notice->document->id, "a");
}

static void
test_what_was_taken_back_is_told_with_its_cancel(void **state)
{
	struct desk *desk = *state;

	begin(desk, 1);
	submit(desk, "a", 2, HS_ACTION(CANCEL));
	receipt(desk, ADAPTER, 1, "one", HS_RECEIPT(ACCEPTED));
	receipt(desk, ADAPTER, 2, "one", HS_RECEIPT(ACCEPTED));
	assert_string_equal(past_of(desk), "1 2");
	assert_int_equal(snapshot_of(desk, ADAPTER)->past[1]->notice->action, HS_ACTION(CANCEL));
}

/* An ack waits for the slowest outlet. */
static void
test_it_is_told_acknowledged_or_not(void **state)
{
	struct desk *desk = *state;

	begin(desk, 2);
	receipt(desk, ADAPTER, 1, "one", HS_RECEIPT(ACCEPTED));
	receipt(desk, ADAPTER, 2, "one", HS_RECEIPT(ACCEPTED));
	desk_ack(desk, ADAPTER, 1);
	assert_string_equal(past_of(desk), "1 2");
	assert_int_equal(DESK_SENT(desk, ADAPTER, DELIVER, 0)->deliver->seq, 2);
}

static void
test_the_hub_knows_it_after_its_own_restart(void **state)
{
	struct desk *desk = *state;

	begin(desk, 3);
	receipt(desk, ADAPTER, 1, "one", HS_RECEIPT(ACCEPTED));
	receipt(desk, ADAPTER, 1, "one", HS_RECEIPT(FAILED));
	receipt(desk, ADAPTER, 3, "one", HS_RECEIPT(DISPLAYED));
	desk_ack(desk, ADAPTER, 3);
	desk->mono_us += 60000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
	desk_commit(desk);
	desk_restart(desk);
	assert_string_equal(past_of(desk), "1 3");
	assert_int_equal(snapshot_of(desk, ADAPTER)->past[0]->n_outlets, 1);
}

static void
test_only_who_is_entitled_is_told(void **state)
{
	static const char *const areas[] = { "990027" };
	struct desk *desk = *state;

	begin(desk, 1);
	desk_submit(
		desk, (struct order){ "there", 1, HS_ACTION(ISSUE), .level = 4, .area = "990027" });
	desk_commit(desk);
	receipt(desk, ADAPTER, 1, "one", HS_RECEIPT(ACCEPTED));
	receipt(desk, ADAPTER, 2, "one", HS_RECEIPT(ACCEPTED));
	desk->mono_us += 60000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
	desk_commit(desk);
	desk->peers[ADAPTER].areas = areas;
	desk->peers[ADAPTER].area_count = 1;
	desk_restart(desk);
	assert_string_equal(past_of(desk), "2");
}

static void
test_who_goes_on_and_who_is_no_adapter_is_told_nothing(void **state)
{
	struct desk *desk = *state;

	begin(desk, 1);
	receipt(desk, ADAPTER, 1, "one", HS_RECEIPT(ACCEPTED));
	resume(desk, ADAPTER, false); /* as it does when it only lost its link */
	assert_int_equal(snapshot_of(desk, ADAPTER)->n_past, 0);
	desk_hello(desk, ADAPTER);
	desk_resume(desk, ADAPTER, "", 0, true, true); /* it does not ask */
	assert_int_equal(snapshot_of(desk, ADAPTER)->n_past, 0);
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, "", 0, false, false);
	receipt(desk, FEED, 1, "screen", HS_RECEIPT(DISPLAYED));
	resume(desk, FEED, true);
	assert_int_equal(snapshot_of(desk, FEED)->n_past, 0);
	assert_int_equal(snapshot_of(desk, FEED)->n_notices, 1);
}

static void
restart_with(struct desk *desk, struct hs_core_recent recent)
{
	desk->options.recent = recent;
	desk_restart(desk);
}

/* Mails: told, and never in force. */
static void
begin_with_mails(struct desk *desk, uint32_t count)
{
	begin(desk, 0);
	for (uint32_t i = 0; i < count; i++)
		desk_submit(
			desk, (struct order){ (char[]){ (char)('a' + i), 0 }, 1, HS_ACTION(ISSUE),
				      .kind = HS_KIND(URGENT_MAIL), .content = (uint8_t)(i + 1) });
	desk_commit(desk);
}

/* The hub's clock goes on, and what was noted is on disk. */
static void
later(struct desk *desk, int64_t minutes)
{
	desk->mono_us += minutes * MINUTE_US + 60000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
	desk_commit(desk);
}

/* It rang an hour ago, and what was said after it to nobody must not pass for heard, nor keep what was heard from being known. */
static void
test_of_what_is_in_force_all_is_told(void **state)
{
	struct desk *desk = *state;

	begin(desk, 2); /* a, b */
	for (uint64_t seq = 1; seq <= 2; seq++)
		receipt(desk, ADAPTER, seq, "one", HS_RECEIPT(ACCEPTED));
	later(desk, 61);
	submit(desk, "a", 2, HS_ACTION(UPDATE));
	submit(desk, "b", 2, HS_ACTION(CANCEL));
	later(desk, 61);
	submit(desk, "c", 1, HS_ACTION(ISSUE));
	assert_string_equal(past_of(desk), "1 2");
	assert_int_equal(1, snapshot_of(desk, ADAPTER)->past_from_seq);
}

static void
test_the_limits(void **state)
{
	struct desk *desk = *state;
	struct hs_core_recent all = desk->options.recent, some;
	const char *none = "";

	begin_with_mails(desk, 2);
	desk->mono_us += 40 * MINUTE_US;
	submit(desk, "c", 1, HS_ACTION(ISSUE));
	submit(desk, "d", 1, HS_ACTION(ISSUE));
	for (uint64_t seq = 1; seq <= 4; seq++)
		receipt(desk, ADAPTER, seq, "one", HS_RECEIPT(ACCEPTED));
	desk->mono_us += 60000;
	desk_step(desk, (struct hs_event){ .type = HS_EVENT_TICK });
	desk_commit(desk);
	assert_string_equal(past_of(desk), "1 2 3 4");
	desk->mono_us += 21 * MINUTE_US;
	assert_string_equal(
		past_of(desk), "1 2 3 4"); /* before the newest, whatever the clock says */
	assert_int_equal(1, snapshot_of(desk, ADAPTER)->past_from_seq);
	some = all;
	some.past_ms = 40 * 60000;
	restart_with(desk, some);
	assert_string_equal(past_of(desk), "3 4");
	/* what is left out is over: of what is in force nothing is */
	assert_int_equal(1, snapshot_of(desk, ADAPTER)->past_from_seq);
	some = all;
	some.past_notices = 1;
	restart_with(desk, some);
	assert_string_equal(past_of(desk), "4");
	assert_int_equal(4, snapshot_of(desk, ADAPTER)->past_from_seq);
	some = all;
	some.past_bytes = 1;
	restart_with(desk, some);
	assert_string_equal(past_of(desk), none);
	assert_int_equal(5, snapshot_of(desk, ADAPTER)->past_from_seq);
	some = all;
	some.past_ms = 0;
	restart_with(desk, some);
	assert_string_equal(past_of(desk), none);
	assert_int_equal(0, snapshot_of(desk, ADAPTER)->past_from_seq);
	some = all;
	some.notices = 1; /* what is not in memory is not read for it */
	restart_with(desk, some);
	assert_string_equal(past_of(desk), "4");
	assert_int_equal(4, snapshot_of(desk, ADAPTER)->past_from_seq);
	desk->options.status_notices = 2;
	restart_with(desk, all);
	assert_string_equal(past_of(desk), "3 4");
	assert_int_equal(3, snapshot_of(desk, ADAPTER)->past_from_seq);
}

/* One that refused it is known as such; the others of the notice are not. */
static void
test_it_names_who_refused(void **state)
{
	struct desk *desk = *state;
	const Hansho__V1__Past *past;

	begin(desk, 2);
	receipt(desk, ADAPTER, 1, "one", HS_RECEIPT(FAILED));
	receipt(desk, ADAPTER, 2, "one", HS_RECEIPT(ACCEPTED));
	receipt(desk, ADAPTER, 2, "one", HS_RECEIPT(FAILED));
	receipt(desk, ADAPTER, 2, "two", HS_RECEIPT(EXPIRED));
	assert_string_equal(past_of(desk), "2");
	past = snapshot_of(desk, ADAPTER)->past[0];
	assert_int_equal(1, past->seq);
	assert_int_equal(0, past->n_outlets);
	assert_int_equal(1, past->n_refused);
	assert_string_equal("one", past->refused[0]);
	past = snapshot_of(desk, ADAPTER)->past[1];
	assert_int_equal(1, past->n_outlets);
	assert_int_equal(0, past->n_refused);
}

static void
test_who_took_it_is_told_though_many_others_spoke(void **state)
{
	struct desk *desk = *state;
	char name[32];

	begin(desk, 2);
	desk_hello(desk, FEED);
	desk_resume(desk, FEED, "", 0, false, false);
	for (size_t i = 0; i <= desk->options.receipts_per_notice; i++) {
		snprintf(name, sizeof(name), "screen-%zu", i);
		receipt(desk, FEED, 1, name, HS_RECEIPT(DISPLAYED));
	}
	receipt(desk, ADAPTER, 1, "controller", HS_RECEIPT(ACCEPTED));
	assert_string_equal(past_of(desk), "1");
	assert_int_equal(1, snapshot_of(desk, ADAPTER)->past_from_seq);
	/* its own: then who is not named may have taken it */
	for (size_t i = 0; i <= desk->options.receipts_per_notice; i++) {
		snprintf(name, sizeof(name), "carrier-%zu", i);
		receipt(desk, ADAPTER, 1, name, HS_RECEIPT(ACCEPTED));
	}
	assert_string_equal(past_of(desk), "1");
	assert_int_equal(2, snapshot_of(desk, ADAPTER)->past_from_seq);
}

static void
test_a_large_one_is_left_out(void **state)
{
	struct desk *desk = *state;
	hs_submit *large = order_submit(
		desk->arena, &(struct order){ "large", 1, HS_ACTION(ISSUE), .level = 4 });
	size_t large_bytes = desk->options.ahead.large_bytes;
	struct hs_core_recent some = desk->options.recent;
	char *text = hs_arena_alloc(desk->arena, large_bytes + 1);

	some.past_bytes = 4 * large_bytes;
	restart_with(desk, some);
	begin(desk, 1);
	memset(text, 'x', large_bytes);
	text[large_bytes] = '\0';
	large->notice->texts[0]->body = text;
	DESK_FRAME(desk, GATE, SUBMIT, submit, large);
	desk_commit(desk);
	submit(desk, "c", 1, HS_ACTION(ISSUE));
	for (uint64_t seq = 1; seq <= 3; seq++)
		receipt(desk, ADAPTER, seq, "one", HS_RECEIPT(ACCEPTED));
	assert_string_equal(past_of(desk), "1 3");
	assert_int_equal(3, snapshot_of(desk, ADAPTER)->past_from_seq);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_what_an_outlet_took_at_any_time_is_told),
		DESK_TEST(test_it_names_the_outlets_and_no_other_ones),
		DESK_TEST(test_what_was_taken_back_is_told_with_its_cancel),
		DESK_TEST(test_it_is_told_acknowledged_or_not),
		DESK_TEST(test_the_hub_knows_it_after_its_own_restart),
		DESK_TEST(test_only_who_is_entitled_is_told),
		DESK_TEST(test_who_goes_on_and_who_is_no_adapter_is_told_nothing),
		DESK_TEST(test_the_limits),
		DESK_TEST(test_of_what_is_in_force_all_is_told),
		DESK_TEST(test_a_large_one_is_left_out),
		DESK_TEST(test_it_names_who_refused),
		DESK_TEST(test_who_took_it_is_told_though_many_others_spoke),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
