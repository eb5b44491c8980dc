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
serves(void *owner)
{
	(void)owner;
	return !hs_canary_holds(&the_script->canary);
}

static bool
is_kept(void *owner)
{
	char path[128];

	(void)owner;
	snprintf(path, sizeof(path), "%s/probe-1.proofs", folder);
	return access(path, F_OK) == 0;
}

struct seen {
	struct bench *bench;
	size_t count;
};

static bool
has_seen(void *owner)
{
	const struct seen *seen = owner;
	return seen->bench->probe.seen_count == seen->count;
}

/* The same adapter again, with whatever the settings say now. */
static void
restart(struct bench *bench, struct script *script, const char *letters)
{
	bench_stop_adapter(bench);
	*script = (struct script){ .letters = letters };
	bench->hub.resumed = false;
	bench_adapter(bench, &proving);
	assert_true(run_until(&bench->loop, is_resumed, bench, 5000));
}

static void
a_configuration_that_was_proven_serves_at_once(void **state)
{
	struct script script;
	struct bench *bench = keeping(&script, "bbbg", "");

	(void)state;
	assert_true(hs_canary_holds(&script.canary)); /* never proven */
	assert_true(run_until(&bench->loop, serves, bench, 3000));
	assert_true(run_until(&bench->loop, is_kept, bench, 3000));
	restart(bench, &script, "b");
	assert_false(hs_canary_holds(&script.canary));
	bench->probe.scripts[0] = "a";
	deliver(bench, 1, "d1");
	assert_true(wait_ack(bench, 1)); /* although its canary fails */
	bench_close(bench);
}

static void
another_configuration_holds_until_its_first_proof(void **state)
{
	struct script script;
	struct bench *bench = keeping(&script, "g", "");

	(void)state;
	assert_true(run_until(&bench->loop, is_kept, bench, 3000));
	bench->settings.attempt_timeout_ms++;
	restart(bench, &script, "b");
	assert_true(hs_canary_holds(&script.canary));
	bench->probe.scripts[0] = "a";
	deliver(bench, 1, "d1");
	assert_true(run_until(&bench->loop, hub_has_failed, bench, 3000));
	run_for(&bench->loop, 100);
	assert_int_equal(0, bench->probe.attempts[0]);
	assert_int_equal(HS_RECEIPT(HELD), fake_state_of(&bench->hub, 1, "one"));
	assert_non_null(strstr(fake_receipt_of(&bench->hub, 1, "one")->detail, "scripted?"));
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
	struct bench *bench = keeping(&script, "nnng", "");

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
	assert_true(run_until(&bench->loop, is_kept, bench, 3000));
	bench->settings.drill = true;
	bench->settings.drill_url = "ipc:///tmp/hansho-nobody";
	bench->settings.canary.alarm_command = "/bin/true";
	bench->settings.canary.period_ms++;
	bench->settings.max_age_ms++;
	restart(bench, &script, "b");
	assert_false(hs_canary_holds(&script.canary));
	bench_close(bench);
}

struct row {
	const char *document, *supersedes[2], *event;
	int action; /* 0: unknown, so that the outlet never gets it */
	uint32_t revision;
	int state;	  /* of its newest receipt of the outlet that holds; 0: none */
	const char *word; /* in it */
};

#define REF(id) "bosai.kakuu.example|" id

static hs_notice *
notice_of(struct bench *bench, const struct row *row, char *supersedes[2])
{
	hs_notice *notice = order(bench, row->document, row->revision);

	notice->action = (Hansho__V1__Action)row->action;
	if (row->event)
		notice->document->event = (char *)(uintptr_t)row->event;
	for (size_t i = 0; i < 2 && row->supersedes[i]; i++) {
		supersedes[i] = (char *)(uintptr_t)row->supersedes[i];
		notice->document->supersedes = supersedes;
		notice->document->n_supersedes = i + 1;
	}
	return notice;
}

static void
says(const struct bench *bench, uint64_t seq, int state, const char *word)
{
	assert_int_equal(state, fake_state_of(&bench->hub, seq, "one"));
	if (state != 0)
		assert_non_null(strstr(fake_receipt_of(&bench->hub, seq, "one")->detail, word));
}

/* In this order; what is accepted goes out at once, although the outlet holds. */
static void
deliver_rows(struct bench *bench, const struct row *rows, size_t count)
{
	size_t gone = 0, seen = 0;

	bench->probe.scripts[0] = "a";
	for (size_t i = 0; i < count; i++) {
		char *supersedes[2];

		fake_deliver(&bench->hub, i + 1, i, notice_of(bench, &rows[i], supersedes));
		seen += rows[i].action != 0;
		assert_true(run_until(&bench->loop, has_seen, &(struct seen){ bench, seen }, 3000));
		run_for(&bench->loop, 100);
		gone += rows[i].state == HS_RECEIPT(ACCEPTED);
		assert_int_equal(gone, bench->probe.attempts[0]);
	}
	for (size_t i = 0; i < count; i++)
		says(bench, i + 1, rows[i].state, rows[i].word);
}

static void
a_cancel_takes_along_what_waits_and_is_told_only_to_who_may_have_it(void **state)
{
	static const struct row rows[] = {
		{ "other", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
		{ "one", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(EXPIRED),
			"cancelled before it" },
		{ "one", { 0 }, 0, HS_ACTION(CANCEL), 2, HS_RECEIPT(FILTERED), "never sent" },
		/* the outlet may have its first revision */
		{ "old", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(EXPIRED), "cancel is sent" },
		{ "old", { 0 }, 0, HS_ACTION(CANCEL), 3, HS_RECEIPT(ACCEPTED), "" },
		{ "older", { 0 }, 0, HS_ACTION(LIFT), 2, HS_RECEIPT(ACCEPTED), "" },
		{ "lift", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
		{ "lift", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(HELD), "proven" },
		{ "lift", { 0 }, 0, HS_ACTION(LIFT), 3, HS_RECEIPT(HELD), "proven" },
		/* an alert, its update and their cancel are three documents */
		{ "a1", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(EXPIRED), "cancelled before it" },
		{ "a2", { REF("a1") }, 0, HS_ACTION(UPDATE), 1, HS_RECEIPT(EXPIRED), "cancelled" },
		{ "a3", { REF("a1"), REF("a2") }, 0, HS_ACTION(CANCEL), 1, HS_RECEIPT(FILTERED),
			"" },
		{ "b2", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(EXPIRED), "cancel is sent" },
		{ "b3", { REF("b1"), REF("b2") }, 0, HS_ACTION(CANCEL), 1, HS_RECEIPT(ACCEPTED),
			"" },
	};
	struct script script;
	struct bench *bench = canary_bench(&script, "b", FAST "proof_required: always\n");

	(void)state;
	deliver_rows(bench, rows, HS_COUNT(rows));
	bench_close(bench);
}

static void
a_hold_never_keeps_back_what_takes_back(void **state)
{
	static const struct row rows[] = {
		{ "b", { 0 }, "event", HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
		{ "a", { 0 }, "event", HS_ACTION(CANCEL), 2, HS_RECEIPT(ACCEPTED), "" },
		{ "c", { 0 }, "event", HS_ACTION(LIFT), 2, HS_RECEIPT(ACCEPTED), "" },
		{ "a4", { REF("a3") }, "event", HS_ACTION(CANCEL), 1, HS_RECEIPT(ACCEPTED), "" },
	};
	struct script script;
	struct bench *bench = canary_bench(&script, "b", FAST "proof_required: always\n");

	(void)state;
	deliver_rows(bench, rows, HS_COUNT(rows));
	bench_close(bench);
}

struct way {
	struct row rows[4];
	size_t count;
	bool same_key;
	uint64_t goes; /* the only one that goes out with the first proof */
};

/* With one order key for all, or with a key of its own for each. */
static void
goes_out_alone(const struct way *way)
{
	struct script script;
	struct bench *bench = canary_bench(&script, "bbbbbbg", FAST "proof_required: always\n");
	size_t gone;

	bench->probe.same_key = way->same_key;
	deliver_rows(bench, way->rows, way->count);
	assert_true(hs_canary_holds(&script.canary));
	gone = bench->probe.attempts[0];
	assert_true(run_until(&bench->loop, serves, bench, 5000));
	assert_true(wait_ack(bench, way->count));
	assert_int_equal(gone + (way->goes != 0), bench->probe.attempts[0]);
	for (uint64_t seq = 1; seq <= way->count; seq++) {
		int before = way->rows[seq - 1].state;
		if (seq == way->goes)
			says(bench, seq, HS_RECEIPT(ACCEPTED), "");
		else if (before == HS_RECEIPT(HELD))
			says(bench, seq, HS_RECEIPT(EXPIRED), "replaced by a newer message");
	}
	bench_close(bench);
}

static void
what_stands_again_after_a_cancel_goes_out(void **state)
{
	static const struct way ways[] = {
		{ { { "d", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(EXPIRED), "cancelled" },
			  { "d", { 0 }, 0, HS_ACTION(CANCEL), 3, HS_RECEIPT(FILTERED), "never" } },
			3, true, 1 },
		{ { { "d", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(EXPIRED), "cancelled" },
			  { "d", { 0 }, 0, HS_ACTION(CANCEL), 3, HS_RECEIPT(FILTERED), "never" } },
			3, false, 1 },
		/* it means a revision that was not for this outlet */
		{ { { "d", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, 0, 2, 0, "" },
			  { "d", { 0 }, 0, HS_ACTION(CANCEL), 3, HS_RECEIPT(FILTERED), "never" } },
			3, true, 1 },
		/* the lift was wrong, whether it waited or not */
		{ { { "d", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, HS_ACTION(LIFT), 2, HS_RECEIPT(EXPIRED), "cancelled" },
			  { "d", { 0 }, 0, HS_ACTION(CANCEL), 3, HS_RECEIPT(FILTERED), "never" } },
			3, true, 1 },
		{ { { "d", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, HS_ACTION(LIFT), 3, HS_RECEIPT(ACCEPTED), "" },
			  { "d", { 0 }, 0, HS_ACTION(CANCEL), 4, HS_RECEIPT(ACCEPTED), "" } },
			3, true, 1 },
		/* after the end that the outlet hears of a later one */
		{ { { "d", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, HS_ACTION(UPDATE), 3, HS_RECEIPT(EXPIRED), "is sent" },
			  { "d", { 0 }, 0, HS_ACTION(CANCEL), 4, HS_RECEIPT(ACCEPTED), "" } },
			3, true, 1 },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(ways); i++)
		goes_out_alone(&ways[i]);
}

static void
of_what_waited_the_newest_that_stands_goes_out(void **state)
{
	static const struct way ways[] = {
		{ { { "d", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(HELD), "proven" } },
			2, true, 2 },
		{ { { "a1", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
			  { "a2", { REF("a1") }, 0, HS_ACTION(UPDATE), 1, HS_RECEIPT(HELD), "" } },
			2, false, 2 },
		/* what a lift took back that the outlet heard */
		{ { { "d", { 0 }, 0, HS_ACTION(UPDATE), 2, HS_RECEIPT(HELD), "proven" },
			  { "d", { 0 }, 0, HS_ACTION(LIFT), 3, HS_RECEIPT(ACCEPTED), "" } },
			2, false, 0 },
		/* what a newer alert took the place of does not come back with the cancel of that one */
		{ { { "a1", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(HELD), "proven" },
			  { "a2", { REF("a1") }, 0, HS_ACTION(UPDATE), 1, HS_RECEIPT(EXPIRED), "" },
			  { "a3", { REF("a2") }, 0, HS_ACTION(CANCEL), 1, HS_RECEIPT(FILTERED),
				  "" } },
			3, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(ways); i++)
		goes_out_alone(&ways[i]);
}

/* It comes again after a start, because an outlet beside this one had not taken it: nobody knows what this one has. */
static void
the_end_of_what_the_process_before_may_have_sent_goes_out(void **state)
{
	static const struct row rows[] = {
		{ "d", { 0 }, 0, HS_ACTION(ISSUE), 1, HS_RECEIPT(EXPIRED), "is sent" },
		{ "d", { 0 }, 0, HS_ACTION(CANCEL), 2, HS_RECEIPT(ACCEPTED), "" },
	};
	struct script script;
	struct bench *bench = canary_bench(&script, "b", FAST "proof_required: always\n");

	(void)state;
	bench->hub.newest_seq = 1;
	restart(bench, &script, "b");
	deliver_rows(bench, rows, HS_COUNT(rows));
	bench_close(bench);
}

static void
what_waits_until_it_is_too_old_says_why(void **state)
{
	struct script script;
	struct bench *bench = keeping(&script, "b", "");

	(void)state;
	bench->probe.scripts[0] = "a";
	bench->settings.max_age_ms = 700;
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
		struct bench *bench = keeping(&script, "g", "");
		assert_true(hs_canary_holds(&script.canary));
		assert_true(run_until(&bench->loop, serves, bench, 3000));
		restart(bench, &script, "g");
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
	assert_true(run_until(&bench->loop, serves, bench, 3000));
	restart(bench, &script, "g");
	assert_true(hs_canary_holds(&script.canary));
	assert_true(run_until(&bench->loop, serves, bench, 3000));
	assert_int_equal(0, rmdir(path));
	assert_true(run_until(&bench->loop, is_kept, bench, 3000)); /* with a later proof */
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
		struct bench *bench = canary_bench(&script, "g", rows[i].more);
		assert_int_equal(rows[i].first, hs_canary_holds(&script.canary));
		if (rows[i].first)
			assert_true(run_until(&bench->loop, serves, bench, 3000));
		restart(bench, &script, "g");
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
		cmocka_unit_test(
			a_cancel_takes_along_what_waits_and_is_told_only_to_who_may_have_it),
		cmocka_unit_test(a_hold_never_keeps_back_what_takes_back),
		cmocka_unit_test(what_stands_again_after_a_cancel_goes_out),
		cmocka_unit_test(of_what_waited_the_newest_that_stands_goes_out),
		cmocka_unit_test(the_end_of_what_the_process_before_may_have_sent_goes_out),
		cmocka_unit_test(who_asks_for_it_never_always_or_nowhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
