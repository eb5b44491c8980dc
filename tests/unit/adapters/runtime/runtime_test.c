/* Receipts over a broken connection, and the end of the process. */
#include "tests/unit/adapters/runtime/bench.h"

static size_t
receipts_for(const struct bench *bench, uint64_t seq, const char *outlet)
{
	size_t count = 0;
	for (size_t i = 0; i < bench->hub.receipt_count; i++)
		count += bench->hub.receipts[i].seq == seq &&
			 strcmp(bench->hub.receipts[i].outlet, outlet) == 0;
	return count;
}

/* It may be back within the same turn of the loop. */
static bool
hub_was_down(void *owner)
{
	const struct fake_hub *hub = &((struct bench *)owner)->hub;
	return !hub->up || hub->ups > hub->ups_before;
}

static bool
three_came(void *owner)
{
	return receipts_for(owner, 1, "one") >= 3;
}

static bool
has_said_goodbye(void *owner)
{
	return ((struct bench *)owner)->hub.goodbyes > 0;
}

static void
receipts_wait_for_the_hub_and_are_repeated(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	bench->probe.scripts[0] = "a";
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(wait_ack(bench, 1));
	bench->hub.resumed = false;
	bench->hub.ups_before = bench->hub.ups;
	hs_link_drop(bench->hub.link);
	assert_true(run_till(&bench->loop, hub_was_down, bench));
	hs_adapter_report(
		bench->adapter, HS_LANE_LIVE, "epoch-a", 1, "one", HS_RECEIPT(DISPLAYED), "later");
	hs_adapter_report(bench->adapter, HS_LANE_LIVE, "epoch-x", 1, "one", HS_RECEIPT(FAILED),
		"another epoch");
	assert_true(run_till(&bench->loop, is_resumed, bench));
	assert_true(run_till(&bench->loop, three_came, bench));
	run_for(&bench->loop, 50);
	assert_int_equal(HS_RECEIPT(DISPLAYED), fake_state_of(&bench->hub, 1, "one"));
	/* sent before the break without a later heartbeat: sent again, then the new one */
	assert_int_equal(3, receipts_for(bench, 1, "one"));
	for (int i = 0; i < 3; i++)
		fake_heartbeat(&bench->hub);
	/* what comes behind them is done, so they have come */
	fake_deliver(&bench->hub, 2, 1, order(bench, "d2", 1));
	assert_true(wait_ack(bench, 2));
	assert_true(fake_reconnect(&bench->hub));
	/* sent again behind what would be sent again of the first */
	fake_deliver(&bench->hub, 3, 2, order(bench, "d3", 1));
	assert_true(wait_ack(bench, 3));
	assert_int_equal(3, receipts_for(bench, 1, "one"));
	bench_close(bench);
}

static void
stop_says_goodbye_and_leaves_the_rest_to_the_hub(void **state)
{
	(void)state;
	struct bench *bench = bench_open(&ringing, "");
	bench->probe.scripts[0] = "n";
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(run_till(&bench->loop, has_seen_one, bench));
	bench_stop_adapter(bench);
	assert_true(run_till(&bench->loop, has_said_goodbye, bench));
	run_for(&bench->loop, 50);
	assert_int_equal(1, bench->hub.goodbyes);
	assert_int_equal(0, bench->hub.ack_seq);
	assert_int_equal(1, bench->probe.aborts);
	assert_int_equal(1, bench->probe.ended);
	/* the next process gets it again and finishes it */
	bench->probe.scripts[0] = "a";
	bench->hub.resumed = false;
	bench_adapter(bench, &ringing);
	assert_true(run_till(&bench->loop, is_resumed, bench));
	assert_true(bench->hub.from_last_ack);
	fake_deliver(&bench->hub, 1, 0, order(bench, "d1", 1));
	assert_true(wait_ack(bench, 1));
	bench_close(bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(receipts_wait_for_the_hub_and_are_repeated),
		cmocka_unit_test(stop_says_goodbye_and_leaves_the_rest_to_the_hub),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
