/* reach_test.c: a correction or cancel reaches the screens that got the order, and no other; and what of a notice a screen shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/signage/reach.h"
#include "hub/base/check.h"
#include "tests/unit/adapters/notice_kit.h"

static const char *here[] = { "990019" }, *there[] = { "990027" }, *part[] = { "990010001001" },
		  *elsewhere[] = { "990043" };
#define RULES                                                             \
	{                                                                 \
		.caution_level = 1, .emergency_level = 4, .drills = true, \
		.return_after_ms = 600000                                 \
	}
static const struct hs_screen_settings screens[] = { { .areas = { here, 1 }, .rules = RULES },
	{ .areas = { there, 1 }, .rules = RULES }, { .areas = { part, 1 }, .rules = RULES },
	{ .areas = { elsewhere, 1 }, .rules = RULES } };

struct bench {
	struct hs_arena *arena;
	struct hs_force *force;
	struct hs_change_row *rows;
	size_t count;
	hs_notice *notice;
	uint64_t seq;
};

static void
take(struct bench *bench, int action, const char *document, uint32_t revision,
	const struct kit_place *places, size_t place_count)
{
	bench->notice = kit_notice(
		bench->arena, HS_MODE(LIVE), action, document, revision, places, place_count);
	assert_int_equal(hs_force_apply(bench->force, ++bench->seq, bench->notice), HS_OK);
	const struct hs_force_around around = { *hs_force_before(bench->force),
		*hs_force_after(bench->force), true };
	assert_int_equal(
		hs_changes(bench->arena, bench->notice, &around, &bench->rows, &bench->count),
		HS_OK);
}

/* Of the newest notice. */
static enum hs_reach
reach_of(const struct bench *bench, const struct hs_screen_settings *screen,
	enum hs_adapter_lane lane, bool says_cancels)
{
	const struct hs_reaching reaching = { bench->notice, bench->seq, lane,
		hs_force_after(bench->force), bench->rows, bench->count, says_cancels };
	return hs_reaches(screen, &reaching);
}

/* "HT-E": a letter for each screen that is reached. */
static const char *
reached(struct bench *bench, int action, const char *document, uint32_t revision,
	const struct kit_place *places, size_t place_count)
{
	static char out[HS_COUNT(screens) + 1];
	take(bench, action, document, revision, places, place_count);
	for (size_t i = 0; i < HS_COUNT(screens); i++)
		out[i] = reach_of(bench, &screens[i], HS_LANE_LIVE, true) != HS_REACH_NONE
				 ? "HTPE"[i]
				 : '-';
	return out;
}

static void
test_reach(void **state)
{
	struct bench bench = { .arena = hs_arena_create(64u << 20), .force = hs_force_create() };
	const struct kit_place town = { "990019", "北町", "", "避難指示", 4, false, 0 };
	const struct kit_place other = { "990027", "西町", "", "避難指示", 4, false, 0 };
	const struct kit_place both[] = { town, other };
	(void)state;
	assert_string_equal(reached(&bench, HS_ACTION(ISSUE), "a", 1, both, 2), "HTP-");
	/* leaves the other town out without naming it: its screen had the order, so it learns of the end */
	assert_string_equal(reached(&bench, HS_ACTION(CORRECT), "a", 2, &town, 1), "HTP-");
	/* and now it has nothing to do with it any more */
	assert_string_equal(reached(&bench, HS_ACTION(UPDATE), "a", 3, &town, 1), "H-P-");
	/* a cancel that names one town brings back what stood before: in the other one too where it did */
	assert_string_equal(reached(&bench, HS_ACTION(ISSUE), "b", 1, both, 2), "HTP-");
	assert_string_equal(reached(&bench, HS_ACTION(UPDATE), "b", 2, &town, 1), "HTP-");
	assert_string_equal(reached(&bench, HS_ACTION(CANCEL), "b", 3, &town, 1), "HTP-");
	hs_force_destroy(bench.force);
	hs_arena_destroy(bench.arena);
}

static struct kit_place
north(const char *term, uint32_t level, bool lifted)
{
	return (struct kit_place){ "990019", "北町", "", term, level, lifted, 0 };
}

/* What a screen leaves out by its settings, and what changes nothing there, is nothing that could be displayed on it. */
static void
test_what_of_it_a_screen_shows(void **state)
{
	static const struct {
		int action;
		const char *document;
		uint32_t revision, level;
		const char *term;
		bool lifted, silent;
		enum hs_reach all, four,
			bare; /* a screen of all levels; from 4 on; with no words for ends */
	} rows[] = {
		{ HS_ACTION(ISSUE), "a", 1, 3, "高齢者等避難", false, false, HS_REACH_SAID,
			HS_REACH_BELOW, HS_REACH_SAID },
		{ HS_ACTION(UPDATE), "a", 2, 4, "避難指示", false, false, HS_REACH_SAID,
			HS_REACH_SAID, HS_REACH_SAID },
		{ HS_ACTION(UPDATE), "a", 3, 3, "高齢者等避難", false, false, HS_REACH_SAID,
			HS_REACH_BELOW, HS_REACH_SAID },
		{ HS_ACTION(LIFT), "a", 4, 3, "高齢者等避難", true, false, HS_REACH_SAID,
			HS_REACH_BELOW, HS_REACH_BARE },
		{ HS_ACTION(LIFT), "b", 1, 4, "避難指示", true, false, HS_REACH_IDLE, HS_REACH_IDLE,
			HS_REACH_IDLE },
		{ HS_ACTION(ISSUE), "c", 1, 4, "避難指示", false, false, HS_REACH_SAID,
			HS_REACH_SAID, HS_REACH_SAID },
		{ HS_ACTION(CANCEL), "c", 2, 4, "避難指示", false, false, HS_REACH_SAID,
			HS_REACH_SAID, HS_REACH_BARE },
		{ HS_ACTION(ISSUE), "d", 1, 5, "緊急安全確保", false, false, HS_REACH_SAID,
			HS_REACH_SAID, HS_REACH_SAID },
		{ HS_ACTION(LIFT), "d", 2, 5, "緊急安全確保", true, true, HS_REACH_BARE,
			HS_REACH_BARE, HS_REACH_BARE },
	};
	struct bench bench = { .arena = hs_arena_create(64u << 20), .force = hs_force_create() };
	struct hs_screen_settings four = screens[0], bare = screens[0], calm = screens[0];
	(void)state;
	four.rules.caution_level = 4;
	bare.rules.return_after_ms = 0;
	calm.rules.drills = false;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		const struct kit_place at = north(rows[i].term, rows[i].level, rows[i].lifted);
		take(&bench, rows[i].action, rows[i].document, rows[i].revision, &at, 1);
		bench.notice->silent = rows[i].silent;
		enum hs_reach all = reach_of(&bench, &screens[0], HS_LANE_LIVE, true),
			      some = reach_of(&bench, &four, HS_LANE_LIVE, true),
			      none = reach_of(&bench, &bare, HS_LANE_LIVE, false);
		if (all != rows[i].all || some != rows[i].four || none != rows[i].bare)
			fail_msg("row %zu: %d %d %d", i, all, some, none);
		assert_int_equal(reach_of(&bench, &calm, HS_LANE_DRILL, true), HS_REACH_NO_DRILLS);
	}
	for (int reach = HS_REACH_NONE; reach <= HS_REACH_SAID; reach++)
		assert_int_equal(
			hs_reach_why((enum hs_reach)reach)[0] == '\0', reach >= HS_REACH_BARE);
	hs_force_destroy(bench.force);
	hs_arena_destroy(bench.arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_reach),
		cmocka_unit_test(test_what_of_it_a_screen_shows) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
