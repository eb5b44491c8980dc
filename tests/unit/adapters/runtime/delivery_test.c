/* Attempts at outlets: independent, in order, bounded; acks that follow them. */
#include "tests/unit/adapters/runtime/bench.h"

#include "adapters/runtime/internal.h"
#include "schemas/perhaps.h"

static bool without_memory;

struct hs_document_deliveries *__real_hs_document_join(
	struct hs_queues *queues, enum hs_adapter_lane lane, const hs_document *document);
struct hs_document_deliveries *__wrap_hs_document_join(
	struct hs_queues *queues, enum hs_adapter_lane lane, const hs_document *document);
struct hs_document_deliveries *
__wrap_hs_document_join(
	struct hs_queues *queues, enum hs_adapter_lane lane, const hs_document *document)
{
	return without_memory ? NULL : __real_hs_document_join(queues, lane, document);
}

static void
slow_outlet_delays_nobody_but_the_ack(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "attempt_timeout_ms: 2000\n");
	bench->probe.scripts[0] = "na";
	bench->probe.scripts[1] = "a";
	bench->probe.scripts[2] = "rrrd";
	bench->probe.scripts[3] = "f";
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	wait_receipt(bench, 1, "two", HS_RECEIPT(ACCEPTED));
	wait_receipt(bench, 1, "four", HS_RECEIPT(FAILED));
	assert_int_equal(0, fake_state_of(&bench->hub, 1, "one"));
	assert_int_equal(0, bench->hub.ack_seq);
	assert_true(wait_ack(bench, 1));
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->hub, 1, "one"));
	assert_int_equal(HS_RECEIPT(DISPLAYED), fake_state_of(&bench->hub, 1, "three"));
	assert_int_equal(4, bench->probe.attempts[2]);
	assert_int_equal(1, bench->probe.aborts);
	assert_int_equal(4, bench->probe.ended);
	bench_close(bench);
}

static void
dead_outlet_expires_at_the_deadline(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "max_age_ms: 3000\n");
	bench->probe.scripts[0] = "r";
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(wait_ack(bench, 1));
	const struct fake_receipt *receipt = fake_receipt_of(&bench->hub, 1, "one");
	assert_int_equal(HS_RECEIPT(EXPIRED), receipt->state);
	assert_non_null(strstr(receipt->detail, "as scripted"));
	assert_true(bench->probe.attempts[0] > 10);
	bench_close(bench);
}

static void
an_outlet_has_its_own_limits(void **state)
{
	(void)state;
	struct bench *bench =
		bench_open(&ringing, "max_age_ms: 60000\nattempt_timeout_ms: 60000\n");
	bench->probe.scripts[0] = bench->probe.scripts[1] = bench->probe.scripts[2] = "n";
	bench->probe.own_timeout_ms[0] = 100;
	bench->probe.own_deadline_ms[1] = 400;
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(wait_attempts(bench, 3));
	wait_receipt(bench, 1, "two", HS_RECEIPT(EXPIRED));
	run_for(&bench->loop, 500);
	assert_int_equal(0, fake_state_of(&bench->hub, 1, "one"));
	assert_int_equal(1, bench->probe.attempts[1]);
	assert_int_equal(1, bench->probe.attempts[2]);
	assert_int_equal(0, fake_state_of(&bench->hub, 1, "three"));
	bench_close(bench);
}

static bool
has_seen_two(void *owner)
{
	return ((struct bench *)owner)->probe.seen_count == 2;
}

static void
acks_are_cumulative(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	bench->probe.keep_open = true;
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(run_till(&bench->loop, has_seen_one, bench));
	struct hs_adapter_item *first = bench->probe.open_item;
	bench->probe.keep_open = false;
	fake_deliver(&bench->hub, 2, 1, order(bench, "d2", 1));
	assert_true(run_till(&bench->loop, has_seen_two, bench));
	run_for(&bench->loop, 50);
	assert_int_equal(0, bench->hub.ack_seq);
	hs_adapter_done(first);
	assert_true(wait_ack(bench, 2));
	bench_close(bench);
}

static void
dead_outlet_never_closes_the_window(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "unacked_max: 3\n");
	bench->probe.scripts[0] = "r";
	bench->probe.scripts[1] = "a";
	for (uint64_t seq = 1; seq <= 10; seq++) {
		char id[16];
		snprintf(id, sizeof(id), "d%llu", (unsigned long long)seq);
		fake_deliver(&bench->hub, seq, seq - 1, order(bench, id, 1));
	}
	assert_true(wait_ack(bench, 7));
	assert_int_equal(7, bench->hub.ack_seq);
	assert_int_equal(10, bench->probe.seen_count);
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->hub, 10, "two"));
	bench_close(bench);
}

/* unacked_max is 128 here: the hub, which sends only three ahead, would wait for ever. */
static void
dead_outlet_never_closes_a_small_window(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	bench->probe.scripts[0] = "r";
	bench->hub.window = 3;
	assert_true(fake_reconnect(&bench->hub));
	for (uint64_t seq = 1; seq <= 3; seq++) {
		char id[16];
		snprintf(id, sizeof(id), "d%llu", (unsigned long long)seq);
		fake_deliver(&bench->hub, seq, seq - 1, order(bench, id, 1));
	}
	assert_true(wait_ack(bench, 1));
	assert_int_equal(1, bench->hub.ack_seq);
	bench_close(bench);
}

static void
one_order_key_keeps_the_order(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	bench->probe.same_key = true;
	bench->probe.scripts[0] = "rra";
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	fake_deliver(&bench->hub, 2, 1, order(bench, "d2", 1));
	assert_true(wait_ack(bench, 2));
	const uint64_t expected[] = { 1, 1, 1, 2, 2, 2 };
	assert_int_equal(HS_COUNT(expected), bench->probe.attempted_count);
	assert_memory_equal(expected, bench->probe.attempted, sizeof(expected));
	bench_close(bench);
}

static void
newer_revision_replaces_a_waiting_one(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "retry_first_ms: 2000\nretry_max_ms: 2000\n");
	bench->probe.same_key = true;
	bench->probe.scripts[0] = "ra";
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(wait_attempts(bench, 1));
	fake_deliver(&bench->hub, 2, 1, order(bench, "d1", 2));
	assert_true(wait_ack(bench, 2));
	assert_int_equal(HS_RECEIPT(EXPIRED), fake_state_of(&bench->hub, 1, "one"));
	assert_non_null(strstr(fake_receipt_of(&bench->hub, 1, "one")->detail, "revision 2"));
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->hub, 2, "one"));
	bench_close(bench);
}

/* What was taken back while it was under way is not tried again, whether it was refused for now or got no answer. */
static void
what_is_under_way_is_not_tried_again_behind_a_newer_one(void **state)
{
	static const struct {
		const char *script;
		int action, state;
		const char *word;
	} rows[] = {
		{ "na", HS_ACTION(UPDATE), HS_RECEIPT(EXPIRED), "revision 2" },
		{ "na", HS_ACTION(CANCEL), HS_RECEIPT(EXPIRED), "no answer in time" },
		{ "la", HS_ACTION(LIFT), HS_RECEIPT(EXPIRED), "as scripted, late" },
		{ "wa", HS_ACTION(LIFT), HS_RECEIPT(EXPIRED), "as scripted, late" },
		/* but what was taken was */
		{ "ta", HS_ACTION(LIFT), HS_RECEIPT(ACCEPTED), "as scripted, late" },
	};
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct bench *bench = bench_open(&ringing, "");
		hs_notice *newer = order(bench, "d1", 2);
		newer->action = (Hansho__V1__Action)rows[i].action;
		bench->probe.same_key = true;
		bench->probe.scripts[0] = rows[i].script;
		fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
		assert_true(run_until(&bench->loop, has_seen_one, bench, 3000));
		bench->probe.scripts[0] = "a";
		fake_deliver(&bench->hub, 2, 1, newer);
		run_for(&bench->loop, 50);
		probe_answer_late(&bench->probe, rows[i].script[0]);
		assert_true(wait_ack(bench, 2));
		assert_int_equal(2, bench->probe.attempted_count);
		assert_int_equal(rows[i].state, fake_state_of(&bench->hub, 1, "one"));
		assert_non_null(
			strstr(fake_receipt_of(&bench->hub, 1, "one")->detail, rows[i].word));
		assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->hub, 2, "one"));
		bench_close(bench);
	}
}

/* So that who may have it gets its end. */
static void
what_is_given_up_after_an_attempt_may_have_been_taken(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "unacked_max: 1\n");
	bench->probe.same_key = true;
	bench->probe.scripts[0] = "r";
	for (uint64_t seq = 1; seq <= 5; seq++) {
		char id[16];
		snprintf(id, sizeof(id), "d%llu", (unsigned long long)seq);
		fake_deliver(&bench->hub, seq, seq - 1, order(bench, id, 1));
		run_for(&bench->loop, 50);
	}
	const struct fake_receipt *tried = fake_receipt_of(&bench->hub, 1, "one");
	assert_int_equal(HS_RECEIPT(EXPIRED), tried->state);
	assert_true(hs_detail_says_perhaps(tried->detail));
	bench_close(bench);
}

/* It replaces nothing, as it cannot go instead; what waits goes, and who sent it is told. */
static void
what_no_memory_is_left_for_is_told_and_replaces_nothing(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "retry_first_ms: 2000\nretry_max_ms: 2000\n");
	bench->probe.same_key = true;
	bench->probe.scripts[0] = "ra";
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(wait_attempts(bench, 1));
	without_memory = true;
	fake_deliver(&bench->hub, 2, 1, order(bench, "d1", 2));
	wait_receipt(bench, 2, "one", HS_RECEIPT(FAILED));
	without_memory = false;
	assert_string_equal("out of memory", fake_receipt_of(&bench->hub, 2, "one")->detail);
	assert_int_equal(1, bench->probe.ended);
	assert_int_equal(0, fake_state_of(&bench->hub, 1, "one"));
	assert_true(wait_ack(bench, 2));
	assert_int_equal(HS_RECEIPT(ACCEPTED), fake_state_of(&bench->hub, 1, "one"));
	bench_close(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slow_outlet_delays_nobody_but_the_ack),
		cmocka_unit_test(dead_outlet_expires_at_the_deadline),
		cmocka_unit_test(an_outlet_has_its_own_limits),
		cmocka_unit_test(acks_are_cumulative),
		cmocka_unit_test(dead_outlet_never_closes_the_window),
		cmocka_unit_test(dead_outlet_never_closes_a_small_window),
		cmocka_unit_test(one_order_key_keeps_the_order),
		cmocka_unit_test(newer_revision_replaces_a_waiting_one),
		cmocka_unit_test(what_is_under_way_is_not_tried_again_behind_a_newer_one),
		cmocka_unit_test(what_is_given_up_after_an_attempt_may_have_been_taken),
		cmocka_unit_test(what_no_memory_is_left_for_is_told_and_replaces_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
