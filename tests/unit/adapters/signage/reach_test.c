/* reach_test.c: a correction or cancel reaches the screens that got the order, and no other. */
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
static const struct hs_screen_settings screens[] = { { .areas = { here, 1 } },
	{ .areas = { there, 1 } }, { .areas = { part, 1 } }, { .areas = { elsewhere, 1 } } };

struct bench {
	struct hs_arena *arena;
	struct hs_force *force;
	uint64_t seq;
};

/* "HT-E": a letter for each screen that is reached. */
static const char *
reached(struct bench *bench, int action, const char *document, uint32_t revision,
	const struct kit_place *places, size_t place_count)
{
	static char out[HS_COUNT(screens) + 1];
	const hs_notice *notice = kit_notice(
		bench->arena, HS_MODE(LIVE), action, document, revision, places, place_count);
	struct hs_change_row *rows;
	size_t count;
	assert_int_equal(hs_force_apply(bench->force, ++bench->seq, notice), HS_OK);
	const struct hs_force_around around = { *hs_force_before(bench->force),
		*hs_force_after(bench->force), true };
	assert_int_equal(hs_changes(bench->arena, notice, &around, &rows, &count), HS_OK);
	for (size_t i = 0; i < HS_COUNT(screens); i++)
		out[i] = hs_reaches(&screens[i], notice, rows, count) ? "HTPE"[i] : '-';
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

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_reach) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
