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

static hs_notice *
notice_of(struct hs_arena *arena, const char *id, uint32_t revision, int action)
{
	hs_notice *notice = hs_message_new(arena, &hansho__v1__notice__descriptor);

	notice->mode = (Hansho__V1__Mode)HS_MODE(DRILL);
	notice->action = (Hansho__V1__Action)action;
	notice->document = hs_message_new(arena, &hansho__v1__document__descriptor);
	notice->document->source = hs_arena_strdup(arena, "bosai.kakuu.example");
	notice->document->id = hs_arena_strdup(arena, id);
	notice->document->revision = revision;
	return notice;
}

/* Four wait: a-1, a-2, b-1, c-1. What its own sender takes back never goes, and all else does, in order. */
static void
test_who_is_taken_back(void **state)
{
	static const struct {
		const char *id;
		uint32_t revision;
		int action;
		const char *supersedes, *source;
		bool gone[4];
		bool all;
	} rows[] = {
		{ "a", 3, HS_ACTION(CANCEL), NULL, NULL, { true, true, false, false }, true },
		{ "a", 1, HS_ACTION(CANCEL), NULL, NULL, { true, true, false, false }, false },
		{ "a", 2, HS_ACTION(UPDATE), NULL, NULL, { true, false, false, false }, false },
		{ "a", 1, HS_ACTION(ISSUE), NULL, NULL, { false, false, false, false }, false },
		{ "c", 2, HS_ACTION(LIFT), NULL, NULL, { false, false, false, true }, false },
		{ "d", 1, HS_ACTION(CANCEL), NULL, NULL, { false, false, false, false }, false },
		{ "d", 1, HS_ACTION(CANCEL), "bosai.kakuu.example|b", NULL,
			{ false, false, true, false }, false },
		{ "d", 1, HS_ACTION(CANCEL), "bosai.kakuu.example2|b", NULL,
			{ false, false, false, false }, false },
		{ "a", 3, HS_ACTION(CANCEL), NULL, "bosai.soba.example",
			{ false, false, false, false }, false },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
		struct hs_hold_rules rules = { .hold_s = 3600 };
		const hs_notice *held[] = { notice_of(arena, "a", 1, HS_ACTION(ISSUE)),
			notice_of(arena, "a", 2, HS_ACTION(UPDATE)),
			notice_of(arena, "b", 1, HS_ACTION(ISSUE)),
			notice_of(arena, "c", 1, HS_ACTION(ISSUE)) };
		hs_notice *by = notice_of(arena, rows[i].id, rows[i].revision, rows[i].action);
		struct waiter waiters[4] = { 0 };
		struct hs_withdrawn withdrawn;
		struct hs_hold hold;
		uv_loop_t loop;
		size_t gone = 0;

		if (rows[i].supersedes != NULL)
			assert_true(hs_repeat(arena, &by->document->n_supersedes,
				&by->document->supersedes,
				hs_arena_strdup(arena, rows[i].supersedes)));
		if (rows[i].source != NULL)
			by->document->source = hs_arena_strdup(arena, rows[i].source);
		assert_int_equal(uv_loop_init(&loop), 0);
		hs_hold_init(&hold, &loop, &rules);
		for (size_t j = 0; j < HS_COUNT(waiters); j++) {
			waiters[j].held.go = on_go;
			waiters[j].held.notice = held[j];
			hs_hold_add(&hold, &waiters[j].held);
			gone += rows[i].gone[j];
		}
		withdrawn = hs_hold_withdraw(&hold, by);
		assert_int_equal(withdrawn.count, gone);
		assert_int_equal(withdrawn.all, rows[i].all);
		assert_int_equal(hold.count, HS_COUNT(waiters) - gone);
		hs_hold_stop(&hold);
		for (size_t j = 0; j < HS_COUNT(waiters); j++) {
			assert_int_equal(waiters[j].gone, 1);
			assert_int_equal(waiters[j].end,
				rows[i].gone[j] ? HS_HOLD_WITHDRAWN : HS_HOLD_STOPPED);
		}
		uv_run(&loop, UV_RUN_DEFAULT);
		assert_int_equal(uv_loop_close(&loop), 0);
		hs_arena_destroy(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_waits),
		cmocka_unit_test(test_own_codes),
		cmocka_unit_test(test_all_go),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_who_is_taken_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
