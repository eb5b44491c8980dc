/* The judge of a drill: a good history passes, every kind of bad one is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/ledger.h"

#define BASE 100

struct world {
	struct hs_ledger *ledger;
	size_t feed, station, screen;
};

static struct world
begin(void)
{
	struct world world = { .ledger = hs_ledger_create(3, 3) };
	world.feed = hs_ledger_receiver(world.ledger, "feed 1", HS_RECEIVER_EACH);
	world.station = hs_ledger_receiver(world.ledger, "station 1", HS_RECEIVER_PARTS);
	world.screen = hs_ledger_receiver(world.ledger, "screen 1", HS_RECEIVER_STATE);
	hs_ledger_begin(world.ledger, BASE);
	for (size_t i = 0; i < 3; i++) {
		size_t order = hs_ledger_sent(world.ledger, 1000);
		hs_ledger_answered(world.ledger, order, BASE + 1 + i, "", 3000);
	}
	return world;
}

static void
arrive(struct world *world, size_t receiver, const int *seqs)
{
	for (; *seqs; seqs++)
		hs_ledger_arrived(world->ledger, receiver, (uint64_t)(BASE + *seqs), 5000);
}

/* Judges; the report must name `fault` (NULL: no fault). */
static void
expect(struct world *world, const char *fault)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);
	size_t faults = hs_ledger_judge(world->ledger, out);
	fclose(out);
	if (fault)
		assert_non_null(strstr(text, fault));
	assert_true((faults == 0) == (fault == NULL));
	free(text);
	hs_ledger_destroy(world->ledger);
}

static void
test_good_history(void **state)
{
	(void)state;
	struct world world = begin();
	assert_false(hs_ledger_complete(world.ledger));
	arrive(&world, world.feed, (const int[]){ 1, 2, 3, 0 });
	arrive(&world, world.station, (const int[]){ 1, 1, 2, 3, 3, 0 }); /* two prefectures */
	arrive(&world, world.screen, (const int[]){ 1, 3, 0 }); /* states may be skipped */
	assert_true(hs_ledger_complete(world.ledger));
	assert_int_equal(hs_ledger_accepted(world.ledger), 3);
	assert_int_equal(hs_ledger_seq(world.ledger, 1), BASE + 2);
	expect(&world, NULL);
}

static const struct {
	int feed[8], station[8], screen[8];
	const char *fault;
} bad[] = {
	{ { 1, 3 }, { 1, 2, 3 }, { 3 }, "LOST     feed 1 did not get seq 102" },
	{ { 1, 2, 3 }, { 1, 2 }, { 3 }, "LOST     station 1 did not get seq 103" },
	{ { 1, 2, 2, 3 }, { 1, 2, 3 }, { 3 }, "TWICE    feed 1" },
	{ { 2, 1, 3 }, { 1, 2, 3 }, { 3 }, "ORDER    feed 1" },
	{ { 1, 2, 3 }, { 2, 1, 3 }, { 3 }, "ORDER    station 1" },
	{ { 1, 2, 3 }, { 1, 2, 3 }, { 1, 2 }, "STALE    screen 1 ended at seq 102, not 103" },
	{ { 1, 2, 3, 9 }, { 1, 2, 3 }, { 3 }, "INVENTED 1 notices" },
	{ { 0 }, { 1, 2, 3 }, { 3 }, "LOST     feed 1" },
};

static void
test_each_fault_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct world world = begin();
		arrive(&world, world.feed, bad[i].feed);
		arrive(&world, world.station, bad[i].station);
		arrive(&world, world.screen, bad[i].screen);
		expect(&world, bad[i].fault);
	}
}

static void
test_refused_and_unanswered_orders_are_faults(void **state)
{
	(void)state;
	struct hs_ledger *ledger = hs_ledger_create(2, 1);
	size_t first = hs_ledger_sent(ledger, 1);
	hs_ledger_sent(ledger, 2);
	hs_ledger_answered(ledger, first, 0, "HTTP 422", 3);
	assert_false(hs_ledger_complete(ledger));
	struct world world = { .ledger = ledger };
	expect(&world, "REFUSED  order 2: no answer");
}

static void
test_what_was_there_before_does_not_count(void **state)
{
	(void)state;
	struct world world = begin();
	hs_ledger_arrived(world.ledger, world.feed, BASE, 10);
	arrive(&world, world.feed, (const int[]){ 1, 2, 3, 0 });
	arrive(&world, world.station, (const int[]){ 1, 2, 3, 0 });
	arrive(&world, world.screen, (const int[]){ 3, 0 });
	expect(&world, NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good_history),
		cmocka_unit_test(test_each_fault_is_found),
		cmocka_unit_test(test_refused_and_unanswered_orders_are_faults),
		cmocka_unit_test(test_what_was_there_before_does_not_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
