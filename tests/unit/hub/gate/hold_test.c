/* Which orders wait, that all of them go in the end, and that nothing waits where nobody asked for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/gate/hold.h"

#define ARENA_BYTES (1u << 20)

struct waiter {
	struct hs_held held;
	int gone;
	enum hs_hold_end end;
};

static void
on_go(struct hs_held *held, enum hs_hold_end end)
{
	struct waiter *waiter = HS_CONTAINER_OF(held, struct waiter, held);

	waiter->gone++;
	waiter->end = end;
}

static const struct {
	int kind, action;
	uint32_t level;
	bool confirmed;
	int64_t hold_s;
	enum hs_finding_code code;
	bool held;
} cases[] = {
	{ HS_KIND(EVACUATION), HS_ACTION(ISSUE), 4, false, 5, HS_FINDING_AREAS_ALL, true },
	{ HS_KIND(EVACUATION), HS_ACTION(UPDATE), 3, false, 5, HS_FINDING_AREA_UNUSUAL, true },
	{ HS_KIND(EVACUATION), HS_ACTION(CORRECT), 0, false, 5, HS_FINDING_HOUSEHOLDS_FAR, true },
	{ HS_KIND(EVACUATION), HS_ACTION(ISSUE), 5, false, 5, HS_FINDING_AREAS_ALL, false },
	{ HS_KIND(EVACUATION), HS_ACTION(ISSUE), 4, true, 5, HS_FINDING_AREAS_ALL, false },
	{ HS_KIND(EVACUATION), HS_ACTION(ISSUE), 4, false, 0, HS_FINDING_AREAS_ALL, false },
	{ HS_KIND(EVACUATION), HS_ACTION(LIFT), 0, false, 5, HS_FINDING_AREAS_ALL, false },
	{ HS_KIND(EVACUATION), HS_ACTION(CANCEL), 0, false, 5, HS_FINDING_AREAS_ALL, false },
	{ HS_KIND(SHELTER), HS_ACTION(ISSUE), 0, false, 5, HS_FINDING_AREAS_ALL, false },
	{ HS_KIND(EVACUATION), HS_ACTION(ISSUE), 4, false, 5, HS_FINDING_LATE_ENTRY, false },
};

static void
test_who_waits(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(cases); i++) {
		struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
		struct hs_hold_rules rules = { .hold_s = cases[i].hold_s };
		struct hs_findings findings;
		hs_level level = HANSHO__V1__LEVEL__INIT;
		hs_notice notice = HANSHO__V1__NOTICE__INIT;
		const char *reason;

		level.number = cases[i].level;
		notice.kind = (Hansho__V1__Kind)cases[i].kind;
		notice.action = (Hansho__V1__Action)cases[i].action;
		notice.level = &level;
		hs_findings_init(&findings, arena, 10);
		hs_finding_add(&findings, cases[i].code, (struct hs_place){ "", 0 }, "", "");
		reason = hs_hold_wanted(&rules, &findings, &notice, cases[i].confirmed);
		if ((reason != NULL) != cases[i].held)
			print_message("case %zu\n", i);
		assert_int_equal(reason != NULL, cases[i].held);
		if (reason != NULL)
			assert_string_equal(reason, hs_finding_row(cases[i].code)->code);
		hs_arena_destroy(arena);
	}
}

static void
test_own_codes(void **state)
{
	static const char *codes[] = { "late_entry" };
	static const char *wrong[] = { "late_entry", "areas_some" };
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct hs_hold_rules rules = { .hold_s = 1, .codes = { codes, 1 } };
	struct hs_findings findings;
	hs_notice notice = HANSHO__V1__NOTICE__INIT;

	(void)state;
	notice.kind = HS_KIND(EVACUATION);
	notice.action = HS_ACTION(ISSUE);
	hs_findings_init(&findings, arena, 10);
	hs_finding_add(&findings, HS_FINDING_AREAS_ALL, (struct hs_place){ "", 0 }, "", "");
	assert_null(hs_hold_wanted(&rules, &findings, &notice, false));
	hs_finding_add(&findings, HS_FINDING_LATE_ENTRY, (struct hs_place){ "", 0 }, "", "");
	assert_string_equal(hs_hold_wanted(&rules, &findings, &notice, false), "late_entry");
	assert_null(hs_hold_unknown_code(&rules));
	rules.codes = (struct hs_config_texts){ wrong, 2 };
	assert_string_equal(hs_hold_unknown_code(&rules), "areas_some");
	hs_arena_destroy(arena);
}

/* hold_s 0 is "never" for the decision; here it makes the time run out in the next turn of the loop. */
static void
test_all_go(void **state)
{
	struct hs_hold_rules rules = { .hold_s = 0 };
	struct waiter waiters[3] = { 0 };
	struct hs_hold hold;
	uv_loop_t loop;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	hs_hold_init(&hold, &loop, &rules);
	for (size_t i = 0; i < HS_COUNT(waiters); i++) {
		waiters[i].held.go = on_go;
		hs_hold_add(&hold, &waiters[i].held);
	}
	assert_int_equal(hold.count, 3);
	uv_run(&loop, UV_RUN_ONCE);
	for (size_t i = 0; i < HS_COUNT(waiters); i++) {
		assert_int_equal(waiters[i].gone, 1);
		assert_int_equal(waiters[i].end, HS_HOLD_RAN_OUT);
	}
	assert_int_equal(hold.count, 0);
	hs_hold_stop(&hold);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

/* A gate that stops sends what it holds, in order, and not twice. */
static void
test_stop(void **state)
{
	struct hs_hold_rules rules = { .hold_s = 3600 };
	struct waiter waiters[2] = { 0 };
	struct hs_hold hold;
	uv_loop_t loop;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	hs_hold_init(&hold, &loop, &rules);
	for (size_t i = 0; i < HS_COUNT(waiters); i++) {
		waiters[i].held.go = on_go;
		hs_hold_add(&hold, &waiters[i].held);
	}
	uv_run(&loop, UV_RUN_NOWAIT);
	assert_int_equal(waiters[0].gone, 0);
	hs_hold_stop(&hold);
	hs_hold_stop(&hold);
	for (size_t i = 0; i < HS_COUNT(waiters); i++) {
		assert_int_equal(waiters[i].gone, 1);
		assert_int_equal(waiters[i].end, HS_HOLD_STOPPED);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_waits),
		cmocka_unit_test(test_own_codes),
		cmocka_unit_test(test_all_go),
		cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
