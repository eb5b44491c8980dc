/* The deterministic simulation of the hub's core (world.h): many seeds, one second each at most.
 *
 * HS_SEEDS=n runs n seeds (default 200), HS_SEED=s one seed with its failure printed. A seed that ever
 * failed gets a test of its own below, by name. Each known-bad switch must be caught, or the checks are
 * worth nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "tests/simulation/world_check.h"

#define SEEDS_DEFAULT 200
#define SEEDS_BAD     60

static uint64_t
number_from(const char *name, uint64_t fallback)
{
	const char *text = getenv(name);

	return text == NULL ? fallback : strtoull(text, NULL, 10);
}

/* Runs one seed; prints and gives false when a check failed. */
static bool
holds(uint64_t seed, const struct world_faults *faults, bool quiet)
{
	struct world *world = world_create(seed, faults);
	bool good = world_run(world);

	if (!good && !quiet)
		print_message("seed %llu: %s\n", (unsigned long long)seed, world->failure);
	world_destroy(world);
	return good;
}

static void
test_many_seeds(void **state)
{
	const struct world_faults none = { 0 };
	uint64_t seeds = number_from("HS_SEEDS", SEEDS_DEFAULT);
	uint64_t only = number_from("HS_SEED", 0);
	size_t failed = 0;

	(void)state;
	if (only > 0) {
		assert_true(holds(only, &none, false));
		return;
	}
	for (uint64_t seed = 1; seed <= seeds && failed < 5; seed++)
		failed += !holds(seed, &none, false);
	assert_int_equal(failed, 0);
}

static void
test_same_seed_same_run(void **state)
{
	const struct world_faults none = { 0 };

	(void)state;
	for (uint64_t seed = 1001; seed < 1006; seed++) {
		struct world *first = world_create(seed, &none);
		struct world *second = world_create(seed, &none);
		struct world *other = world_create(seed + 500, &none);

		world_run(first);
		world_run(second);
		world_run(other);
		assert_true(first->trace == second->trace);
		assert_true(first->trace != other->trace);
		assert_true(first->disk.newest_seq > 0);
		world_destroy(first);
		world_destroy(second);
		world_destroy(other);
	}
}

/* The runs must reach what they are about; a world in which nothing happens proves nothing. */
static void
test_runs_are_eventful(void **state)
{
	const struct world_faults none = { 0 };
	uint64_t notices = 0, crashes = 0, conflicts = 0, cancels = 0, again = 0;

	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct world *world = world_create(seed, &none);

		world_run(world);
		notices += world->disk.newest_seq;
		crashes += world->crashes;
		for (size_t i = 0; i < world->try_count; i++) {
			conflicts += world->tries[i].outcome == (int)HS_OUTCOME(CONFLICT);
			again += world->tries[i].sent_times > 1;
		}
		for (size_t i = 0; i < world->model.document_count; i++)
			cancels += world->model.documents[i].told;
		world_destroy(world);
	}
	assert_true(notices > 200 && crashes > 40 && conflicts > 10 && again > 100 && cancels > 20);
}

static size_t
caught(const struct world_faults *faults)
{
	size_t count = 0;

	for (uint64_t seed = 1; seed <= SEEDS_BAD; seed++)
		count += !holds(seed, faults, true);
	return count;
}

static void
test_commit_before_disk_is_caught(void **state)
{
	const struct world_faults faults = { .commit_before_disk = true };

	(void)state;
	assert_true(caught(&faults) > SEEDS_BAD / 2);
}

static void
test_forgotten_identity_is_caught(void **state)
{
	const struct world_faults faults = { .forget_identity = true };

	(void)state;
	assert_true(caught(&faults) > SEEDS_BAD / 2);
}

static void
test_resume_at_live_is_caught(void **state)
{
	const struct world_faults faults = { .resume_at_live = true };

	(void)state;
	assert_true(caught(&faults) > SEEDS_BAD / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_many_seeds),
		cmocka_unit_test(test_same_seed_same_run),
		cmocka_unit_test(test_runs_are_eventful),
		cmocka_unit_test(test_commit_before_disk_is_caught),
		cmocka_unit_test(test_forgotten_identity_is_caught),
		cmocka_unit_test(test_resume_at_live_is_caught),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
