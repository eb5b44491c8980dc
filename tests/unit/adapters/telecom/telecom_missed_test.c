/* Who never got what; what a carrier's result says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/telecom/telecom_missed.h"
#include "adapters/telecom/telecom_result.h"
#include "hub/base/check.h"
#include "tests/unit/adapters/notice_kit.h"

static void
only_ends_of_what_was_never_there_are_left_out(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(1u << 20);
	struct hs_telecom_missed *missed = calloc(1, sizeof(*missed));
	hs_notice *order = kit_notice(arena, HS_MODE(LIVE), HS_ACTION(ISSUE), "d1", 1, NULL, 0);
	hs_notice *update = kit_notice(arena, HS_MODE(LIVE), HS_ACTION(UPDATE), "d1", 2, NULL, 0);
	hs_notice *lift = kit_notice(arena, HS_MODE(LIVE), HS_ACTION(LIFT), "d1", 3, NULL, 0);
	hs_notice *cancel = kit_notice(arena, HS_MODE(LIVE), HS_ACTION(CANCEL), "d1", 3, NULL, 0);
	hs_notice *other = kit_notice(arena, HS_MODE(LIVE), HS_ACTION(CANCEL), "d2", 2, NULL, 0);
	assert_false(hs_missed_is(missed, cancel, "a/1"));
	hs_missed_note(missed, order, "a/1", false);
	assert_true(hs_missed_is(missed, cancel, "a/1"));
	assert_true(hs_missed_is(missed, lift, "a/1"));
	assert_false(hs_missed_is(missed, update, "a/1"));
	assert_false(hs_missed_is(missed, cancel, "a/2"));
	assert_false(hs_missed_is(missed, other, "a/1"));
	/* a later one arrived, then one was refused again: there is something to take back */
	hs_missed_note(missed, update, "a/1", true);
	hs_missed_note(missed, update, "a/1", false);
	assert_false(hs_missed_is(missed, cancel, "a/1"));
	free(missed);
	hs_arena_destroy(arena);
}

static void
others_take(struct hs_telecom_missed *missed, struct hs_arena *arena, unsigned count)
{
	for (unsigned i = 1; i <= count; i++) {
		char id[32];
		snprintf(id, sizeof(id), "other%u", i);
		hs_missed_note(missed,
			kit_notice(arena, HS_MODE(LIVE), HS_ACTION(ISSUE), id, 1, NULL, 0), "a/1",
			true);
	}
}

/* Whatever was forgotten meanwhile, who may have the order gets its end. */
static void
who_got_it_gets_its_end_whatever_was_forgotten(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(1u << 26);
	struct hs_telecom_missed *missed = calloc(1, sizeof(*missed));
	hs_notice *order = kit_notice(arena, HS_MODE(LIVE), HS_ACTION(ISSUE), "d1", 1, NULL, 0);
	hs_notice *update = kit_notice(arena, HS_MODE(LIVE), HS_ACTION(UPDATE), "d1", 2, NULL, 0);
	hs_notice *cancel = kit_notice(arena, HS_MODE(LIVE), HS_ACTION(CANCEL), "d1", 3, NULL, 0);
	/* it missed the order, and got the update */
	hs_missed_note(missed, order, "a/1", false);
	hs_missed_note(missed, update, "a/1", true);
	others_take(missed, arena, HS_MISSED_MAX - 1);
	assert_false(hs_missed_is(missed, cancel, "a/1"));
	others_take(missed, arena, HS_MISSED_MAX + 1);
	assert_false(hs_missed_is(missed, cancel, "a/1"));
	/* it got the order, which is forgotten, and refuses the update */
	hs_missed_note(missed, update, "a/1", false);
	assert_false(hs_missed_is(missed, cancel, "a/1"));
	hs_missed_note(missed, order, "a/1", false);
	assert_true(hs_missed_is(missed, cancel, "a/1"));
	/* what replaces another document has something before it */
	char *supersedes[] = { (char *)(uintptr_t) "bosai.kakuu.example|d0" };
	hs_notice *after = kit_notice(arena, HS_MODE(LIVE), HS_ACTION(ISSUE), "d2", 1, NULL, 0);
	hs_notice *its_end = kit_notice(arena, HS_MODE(LIVE), HS_ACTION(CANCEL), "d2", 2, NULL, 0);
	after->document->supersedes = supersedes;
	after->document->n_supersedes = 1;
	hs_missed_note(missed, after, "a/1", false);
	assert_false(hs_missed_is(missed, its_end, "a/1"));
	free(missed);
	hs_arena_destroy(arena);
}

static void
results_are_read(void **state)
{
	(void)state;
	static const struct {
		long status;
		const char *reply;
		enum hs_result_told told;
		const char *reason;
	} rows[] = {
		{ 200, "{\"state\":\"broadcast\"}", HS_RESULT_BROADCAST, "" },
		{ 200, "{\"state\":\"failed\",\"reason\":\"圏外\"}", HS_RESULT_FAILED, "圏外" },
		{ 200, "{\"state\":\"pending\"}", HS_RESULT_PENDING, "" },
		{ 200, "{\"state\":\"whatever\"}", HS_RESULT_PENDING, "" },
		{ 200, "no json", HS_RESULT_PENDING, "" },
		{ 404, "{\"state\":\"failed\"}", HS_RESULT_PENDING, "" },
		{ 0, "", HS_RESULT_PENDING, "" },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		char reason[8];
		assert_int_equal(rows[i].told, hs_telecom_result_read(rows[i].status, rows[i].reply,
						       reason, sizeof(reason)));
		assert_string_equal(rows[i].reason, reason);
	}
	char cut[5];
	(void)hs_telecom_result_read(
		200, "{\"state\":\"failed\",\"reason\":\"圏外\"}", cut, sizeof(cut));
	assert_string_equal("圏?", cut);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_ends_of_what_was_never_there_are_left_out),
		cmocka_unit_test(who_got_it_gets_its_end_whatever_was_forgotten),
		cmocka_unit_test(results_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
