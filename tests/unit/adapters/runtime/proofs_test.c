/* Who may serve at once after a start: the digest of a configuration at its last proof, kept in a folder. */
#include "tests/unit/adapters/runtime/canary_kit.h"

#include <sys/stat.h>

#include "hub/base/file.h"

static char folder[64];

static int
make_folder(void **state)
{
	(void)state;
	snprintf(folder, sizeof(folder), "/tmp/hansho-proofs-%d-XXXXXX", getpid());
	return mkdtemp(folder) == NULL;
}

static int
remove_folder(void **state)
{
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/probe-1.proofs", folder);
	unlink(path);
	return rmdir(folder);
}

static struct bench *
keeping(struct script *script, const char *letters, const char *more)
{
	char text[256];

	snprintf(text, sizeof(text), FAST "state_dir: %s\n%s", folder, more);
	return canary_bench(script, letters, text);
}

static bool
is_kept(void *owner)
{
	char path[128];

	(void)owner;
	snprintf(path, sizeof(path), "%s/probe-1.proofs", folder);
	return access(path, F_OK) == 0;
}

static void
a_configuration_that_was_proven_serves_at_once(void **state)
{
	struct script script;
	struct bench *bench = keeping(&script, "b", "");

	(void)state;
	assert_true(hs_canary_holds(&script.canary)); /* never proven */
	script.letters = "g";
	assert_true(run_till(&bench->loop, serves, bench));
	assert_true(run_till(&bench->loop, is_kept, bench));
	restart(bench, &script, "b");
	assert_false(hs_canary_holds(&script.canary));
	bench->probe.scripts[0] = "a";
	deliver(bench, 1, "d1");
	assert_true(wait_ack(bench, 1)); /* although its canary fails */
	bench_close(bench);
}

static bool
held_for_the_script(void *owner)
{
	const struct fake_receipt *receipt =
		fake_receipt_of(&((struct bench *)owner)->hub, 1, "one");
	return receipt && receipt->state == HS_RECEIPT(HELD) &&
	       strstr(receipt->detail, "scripted?");
}

static void
another_configuration_holds_until_its_first_proof(void **state)
{
	struct script script;
	struct bench *bench = keeping(&script, "g", "");

	(void)state;
	assert_true(run_till(&bench->loop, is_kept, bench));
	bench->settings.attempt_timeout_ms++;
	restart(bench, &script, "b");
	assert_true(hs_canary_holds(&script.canary));
	bench->probe.scripts[0] = "a";
	deliver(bench, 1, "d1");
	assert_true(run_till(&bench->loop, hub_has_failed, bench));
	assert_true(run_till(&bench->loop, held_for_the_script, bench));
	assert_int_equal(0, bench->probe.attempts[0]);
	assert_int_equal(0, strncmp("orders wait: bad", bench->hub.proof_why, 16));
	/* Back to what was proven: what waits goes out at once, and nothing was lost by the restart. */
	bench->settings.attempt_timeout_ms--;
	restart(bench, &script, "b");
	deliver(bench, 1, "d1");
	assert_true(wait_ack(bench, 1));
	bench_close(bench);
}

static void
what_waits_goes_out_with_the_first_proof(void **state)
{
	struct script script;
	struct bench *bench = keeping(&script, "nnngn", ""); /* once, and never again */

	(void)state;
	const uint64_t expected[] = { 1, 2, 3 };

	bench->probe.scripts[0] = "a";
	for (uint64_t seq = 1; seq <= HS_COUNT(expected); seq++) {
		char id[16];

		snprintf(id, sizeof(id), "d%llu", (unsigned long long)seq);
		deliver(bench, seq, id);
	}
	assert_true(wait_ack(bench, HS_COUNT(expected)));
	assert_int_equal(1, script.canary.counts.proofs);
	/* A cancel among them, whose document is another one, may not come before what it takes back. */
	assert_int_equal(HS_COUNT(expected), bench->probe.attempted_count);
	assert_memory_equal(expected, bench->probe.attempted, sizeof(expected));
	bench_close(bench);
}

/* All but what the way to an outlet depends on. */
static void
a_drill_day_or_another_log_changes_no_outlet(void **state)
{
	struct script script;
	struct bench *bench = keeping(&script, "g", "");

	(void)state;
	assert_true(run_till(&bench->loop, is_kept, bench));
	bench->settings.drill = true;
	bench->settings.drill_url = "ipc:///tmp/hansho-nobody";
	bench->settings.canary.alarm_command = "/bin/true";
	bench->settings.canary.period_ms++;
	bench->settings.max_age_ms++;
	restart(bench, &script, "b");
	assert_false(hs_canary_holds(&script.canary));
	bench_close(bench);
}

static void
what_waits_until_it_is_too_old_says_why(void **state)
{
	struct script script;
	struct bench *bench = keeping(&script, "b", "");

	(void)state;
	bench->probe.scripts[0] = "a";
	bench->settings.max_age_ms = 3000;
	deliver(bench, 1, "d1");
	assert_true(wait_ack(bench, 1));
	assert_int_equal(HS_RECEIPT(EXPIRED), fake_state_of(&bench->hub, 1, "one"));
	assert_non_null(strstr(
		fake_receipt_of(&bench->hub, 1, "one")->detail, "not tried in time; orders wait"));
	bench_close(bench);
}

static void
a_file_that_is_not_ours_counts_as_none(void **state)
{
	static const char *const texts[] = { "", "hansho-proofs 2\n",
		"hansho-proofs 1\nlive one x\n", "live one 0\n" };
	char path[128];

	(void)state;
	snprintf(path, sizeof(path), "%s/probe-1.proofs", folder);
	for (size_t i = 0; i < HS_COUNT(texts); i++) {
		struct script script;
		assert_int_equal(HS_OK, hs_file_replace(path, texts[i]));
		struct bench *bench = keeping(&script, "b", "");
		assert_true(hs_canary_holds(&script.canary));
		script.letters = "g";
		assert_true(run_till(&bench->loop, serves, bench));
		restart(bench, &script, "b");
		assert_false(hs_canary_holds(&script.canary)); /* and is written anew */
		bench_close(bench);
	}
}

static void
what_cannot_be_kept_serves_all_the_same_and_waits_again(void **state)
{
	struct script script;
	char path[128];
	struct bench *bench;

	(void)state;
	snprintf(path, sizeof(path), "%s/probe-1.proofs", folder);
	assert_int_equal(0, mkdir(path, 0700)); /* not even root writes a file there */
	bench = keeping(&script, "g", "");
	assert_true(run_till(&bench->loop, serves, bench));
	restart(bench, &script, "b");
	assert_true(hs_canary_holds(&script.canary));
	script.letters = "g";
	assert_true(run_till(&bench->loop, serves, bench));
	assert_int_equal(0, rmdir(path));
	assert_true(run_till(&bench->loop, is_kept, bench)); /* with a later proof */
	bench_close(bench);
}

static void
who_asks_for_it_never_always_or_nowhere(void **state)
{
	static const struct {
		const char *more;
		bool first, again;
	} rows[] = {
		{ "proof_required: never\n", false, false },
		{ "proof_required: always\n", true, true },
		{ "proof_required: changed\n", false, false }, /* it keeps nothing */
		{ "canary_ms: 0\n", false, false },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct script script;
		/* what has not been proven yet cannot be proven before it is looked at */
		struct bench *bench = canary_bench(&script, "b", rows[i].more);
		assert_int_equal(rows[i].first, hs_canary_holds(&script.canary));
		script.letters = "g";
		if (rows[i].first)
			assert_true(run_till(&bench->loop, serves, bench));
		restart(bench, &script, "b");
		assert_int_equal(rows[i].again, hs_canary_holds(&script.canary));
		bench_close(bench);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			a_configuration_that_was_proven_serves_at_once, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(another_configuration_holds_until_its_first_proof,
			make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			what_waits_goes_out_with_the_first_proof, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			what_waits_until_it_is_too_old_says_why, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			a_file_that_is_not_ours_counts_as_none, make_folder, remove_folder),
		cmocka_unit_test_setup_teardown(
			what_cannot_be_kept_serves_all_the_same_and_waits_again, make_folder,
			remove_folder),
		cmocka_unit_test_setup_teardown(
			a_drill_day_or_another_log_changes_no_outlet, make_folder, remove_folder),
		cmocka_unit_test(who_asks_for_it_never_always_or_nowhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
