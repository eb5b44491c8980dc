/* The deterministic simulation of the hub's core (world.h): many seeds, a small part of a second each.
 *
 * HS_SEEDS=n runs n seeds (default 200), HS_SEED=s one seed with its failure printed; `make simulate SEEDS=n` builds
 * it for speed and runs n. A seed that ever failed gets a test of its own, by a name that says what it found.
 * Whether the checks notice anything at all is the matter of mutants_test.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "tests/simulation/world_check.h"

#define SEEDS_DEFAULT 200
#define SEEDS_CLOCK   12

static uint64_t
number_from(const char *name, uint64_t fallback)
{
	const char *text = getenv(name);

	return text == NULL ? fallback : strtoull(text, NULL, 10);
}

/* Runs one seed; prints and gives false when a check failed. */
static bool
holds(uint64_t seed)
{
	struct world *world = world_create(seed, WRONG_NOTHING);
	bool good = world_run(world);

	if (!good)
		print_message("seed %llu: %s\n  again: HS_SEED=%llu make simulate\n",
			(unsigned long long)seed, world->failure, (unsigned long long)seed);
	world_destroy(world);
	return good;
}

static void
test_many_seeds(void **state)
{
	uint64_t seeds = number_from("HS_SEEDS", SEEDS_DEFAULT);
	uint64_t only = number_from("HS_SEED", 0), seed = 1;
	struct timespec began, ended;
	double took_s;

	(void)state;
	if (only > 0) {
		assert_true(holds(only));
		print_message("seed %llu: every check held\n", (unsigned long long)only);
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &began);
	while (seed <= seeds && holds(seed))
		seed++;
	clock_gettime(CLOCK_MONOTONIC, &ended);
	took_s = (double)(ended.tv_sec - began.tv_sec) +
		 (double)(ended.tv_nsec - began.tv_nsec) / 1e9;
	print_message("%llu seeds held, %.0f seeds per second\n", (unsigned long long)(seed - 1),
		(double)seed / took_s);
	assert_true(seed == seeds + 1);
}

/* A feed cannot see that the notice before a `live` was lost: a link that loses something must end (world_feed.h). */
static void
test_live_behind_a_lost_notice(void **state)
{
	(void)state;
	assert_true(holds(10));
}

/* Two orders of the same moment: which of them a later one jumps from must not depend on a start (guard.c). */
static void
test_jump_is_the_same_after_a_start(void **state)
{
	(void)state;
	assert_true(holds(4315));
}

static void
test_same_seed_same_run(void **state)
{
	(void)state;
	for (uint64_t seed = 1001; seed < 1006; seed++) {
		struct world *first = world_create(seed, WRONG_NOTHING);
		struct world *second = world_create(seed, WRONG_NOTHING);
		struct world *other = world_create(seed + 500, WRONG_NOTHING);

		world_run(first);
		world_run(second);
		world_run(other);
		assert_true(first->trace == second->trace);
		assert_true(first->trace != other->trace);
		assert_true(first->disk.durable_count > 0);
		world_destroy(first);
		world_destroy(second);
		world_destroy(other);
	}
}

/* The same run with a wall clock that jumps and with one that does not: every choice of the hub is the same. */
static void
test_wall_clock_decides_nothing(void **state)
{
	size_t jumps = 0;

	(void)state;
	for (uint64_t seed = 2001; seed < 2001 + SEEDS_CLOCK; seed++) {
		struct world *jumping = world_create(seed, WRONG_NOTHING);
		struct world *holding = world_create(seed, WRONG_NOTHING);

		jumping->dated = holding->dated = true; /* an order is as old as its sender says */
		holding->clock_holds = true;
		assert_true(world_run(jumping) && world_run(holding));
		assert_int_equal(jumping->disk.durable_count, holding->disk.durable_count);
		assert_int_equal(jumping->disk.newest_seq, holding->disk.newest_seq);
		assert_int_equal(jumping->try_count, holding->try_count);
		for (size_t i = 0; i < jumping->try_count; i++)
			assert_int_equal(jumping->tries[i].outcome, holding->tries[i].outcome);
		jumps += jumping->counts.jumps;
		world_destroy(jumping);
		world_destroy(holding);
	}
	assert_true(jumps > 0);
}

struct events {
	size_t notices, conflicts, again, cancels;
	struct world_counts world;
};

static void
add_events(struct events *sum, const struct world *world)
{
	const size_t *from = (const size_t *)&world->counts;
	size_t *to = (size_t *)&sum->world;

	for (size_t i = 0; i < sizeof(world->counts) / sizeof(size_t); i++)
		to[i] += from[i];
	sum->notices += world->disk.newest_seq;
	for (size_t i = 0; i < world->try_count; i++) {
		sum->conflicts += world->tries[i].outcome == (int)HS_OUTCOME(CONFLICT);
		sum->again += world->tries[i].sent_times > 1;
	}
	for (size_t i = 0; i < world->model.document_count; i++)
		sum->cancels += world->model.documents[i].told;
}

/* The runs must reach what they are about; a world in which nothing happens proves nothing. */
static void
test_runs_are_eventful(void **state)
{
	struct events sum = { 0 };
	const struct world_counts *counts = &sum.world;

	(void)state;
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct world *world = world_create(seed, WRONG_NOTHING);

		world_run(world);
		add_events(&sum, world);
		world_destroy(world);
	}
	print_message(
		"notices %zu, crashes %zu (%zu within a commit), lost syncs %zu, full disk %zu, "
		"frames dropped %zu, doubled %zu, overtaken %zu (%zu seen), clock jumps %zu, "
		"sleeps %zu, reloads %zu (%zu filters), restores %zu (%zu gaps told); at "
		"subscribers of the feed: notices %zu, gaps %zu, pages fetched %zu, deaths of it "
		"%zu; large ones in pieces %zu, forgotten %zu, left by a crash %zu; told of before "
		"%zu\n",
		sum.notices, counts->crashes, counts->torn, counts->lost_syncs, counts->full,
		counts->dropped, counts->doubled, counts->overtaken, counts->holes_seen,
		counts->jumps, counts->sleeps, counts->reloads, counts->refilters, counts->restores,
		counts->gaps, counts->viewer_notices, counts->viewer_gaps, counts->fetches,
		counts->feed_deaths, counts->stores, counts->stores_forgotten, counts->stores_swept,
		counts->past);
	assert_true(
		counts->stores > 100 && counts->stores_forgotten > 10 && counts->stores_swept > 10);
	assert_true(sum.notices > 400 && sum.conflicts > 20 && sum.again > 200 && sum.cancels > 40);
	assert_true(counts->crashes > 80 && counts->torn > 20 && counts->lost_syncs > 10);
	assert_true(counts->full > 100 && counts->jumps > 10 && counts->sleeps > 100);
	assert_true(counts->dropped > 100 && counts->doubled > 100 && counts->overtaken > 50);
	assert_true(counts->holes_seen > 20 && counts->reloads > 20 && counts->refilters > 5);
	assert_true(counts->restores > 2 && counts->gaps > 2);
	assert_true(counts->viewer_notices > 1000 && counts->viewer_gaps > 20);
	assert_true(counts->past > 0);
	assert_true(counts->fetches > 40 && counts->feed_deaths > 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_seeds),
		cmocka_unit_test(test_live_behind_a_lost_notice),
		cmocka_unit_test(test_jump_is_the_same_after_a_start),
		cmocka_unit_test(test_same_seed_same_run),
		cmocka_unit_test(test_wall_clock_decides_nothing),
		cmocka_unit_test(test_runs_are_eventful),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
