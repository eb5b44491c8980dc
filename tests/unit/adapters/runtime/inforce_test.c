/* inforce_test.c: lists around a notice, groups and their order, facts of the notices behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/runtime/change.h"
#include "adapters/runtime/inforce.h"
#include "hub/base/check.h"
#include "tests/unit/adapters/notice_kit.h"

#define LIVE HS_MODE(LIVE)

struct bench {
	struct hs_arena *arena;
	struct hs_force *force;
};

static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	bench->arena = hs_arena_create(256u << 20);
	bench->force = hs_force_create();
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;
	hs_force_destroy(bench->force);
	hs_arena_destroy(bench->arena);
	free(bench);
	return 0;
}

static const struct kit_place north = { "990019", "北町", "", "避難指示", 4, false, 0 };
static const struct kit_place south = { "990027", "南町", "", "高齢者等避難", 3, false, 5 };

static void
test_before_and_after(void **state)
{
	struct bench *bench = *state;
	hs_notice *notice = kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "a", 1, &north, 1);
	notice->times->valid_until = hs_time_new(bench->arena, KIT_ORDERED_US + 1, 540);
	assert_int_equal(hs_force_apply(bench->force, 4, notice), HS_OK);
	assert_int_equal(hs_force_before(bench->force)->count, 0);
	assert_int_equal(hs_force_after(bench->force)->count, 1);
	const struct hs_force_row *row = &hs_force_after(bench->force)->rows[0];
	assert_string_equal(row->area_code, "990019");
	assert_int_equal(row->level, 4);
	assert_int_equal(row->urgency, 4);
	assert_false(row->unknown);
	assert_int_equal(row->seq, 4);
	assert_int_equal(row->ordered_unix_us, KIT_ORDERED_US);
	assert_non_null(row->meta);
	assert_string_equal(row->meta->hazard, "flood");
	assert_string_equal(row->meta->source_name, "架空市");
	assert_int_equal(row->meta->valid_until_unix_us, KIT_ORDERED_US + 1);

	notice = kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "b", 1, &south, 1);
	assert_int_equal(hs_force_apply(bench->force, 5, notice), HS_OK);
	assert_int_equal(hs_force_before(bench->force)->count, 1);
	assert_int_equal(hs_force_after(bench->force)->count, 2);
	assert_int_equal(hs_force_seq(bench->force), 5);

	assert_int_equal(hs_force_apply(bench->force, 6, notice), HS_ERR_STALE);
	assert_int_equal(hs_force_before(bench->force)->count, 2);
	assert_int_equal(hs_force_after(bench->force)->count, 2);
}

/* A shelter, a warning or a headquarters in force beside an order is no order; a kind of tomorrow may be one. */
static void
test_other_kinds(void **state)
{
	struct bench *bench = *state;
	hs_notice *order = kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "a", 1, &north, 1);
	assert_int_equal(hs_force_apply(bench->force, 1, order), HS_OK);
	for (int kind = HS_KIND(SHELTER); kind <= HS_KIND(OTHER) + 1; kind++) {
		char id[16];
		snprintf(id, sizeof(id), "k%d", kind);
		hs_notice *notice =
			kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), id, 1, &north, 1);
		notice->kind = (Hansho__V1__Kind)kind;
		notice->kind_text = kit_text(bench->arena, "Shelter");
		notice->detail_case = HANSHO__V1__NOTICE__DETAIL__NOT_SET;
		assert_int_equal(hs_force_apply(bench->force, (uint64_t)kind + 1, notice), HS_OK);
		bool known = kind <= HS_KIND(OTHER);
		assert_int_equal(hs_force_after(bench->force)->count, known ? 1 : 2);
		assert_int_equal(hs_force_counts(kind), !known);
		struct hs_force_around around = { *hs_force_before(bench->force),
			*hs_force_after(bench->force), true };
		struct hs_change_row *rows;
		size_t count;
		assert_int_equal(hs_changes(bench->arena, notice, &around, &rows, &count), HS_OK);
		assert_true(known ? count == 0 : count > 0);
	}
	assert_true(hs_force_counts(HS_KIND(EVACUATION)));
}

static void
test_groups(void **state)
{
	struct bench *bench = *state;
	const struct kit_place places[] = {
		{ "990019", "い町", "", "高齢者等避難", 3, false, 60 },
		{ "990019", "ろ町", "", "避難指示", 4, false, 0 },
		{ "990019", "は町", "", "避難指示", 4, false, 9 },
		{ "990019", "に町", "", "警戒区域", 0, false, 0 },
		{ "990019", "ほ町", "", "見たことのない言葉", 0, false, 0 },
	};
	const struct kit_place other = { "990027", "へ町", "", "避難指示", 4, false, 30 };
	assert_int_equal(hs_force_apply(bench->force, 1,
				 kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "a", 1, places,
					 HS_COUNT(places))),
		HS_OK);
	assert_int_equal(
		hs_force_apply(bench->force, 2,
			kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "b", 1, &other, 1)),
		HS_OK);
	struct hs_force_group *groups;
	size_t count;
	assert_int_equal(hs_force_groups(bench->arena, hs_force_after(bench->force), NULL, NULL,
				 &groups, &count),
		HS_OK);
	assert_int_equal(count, 5);
	assert_int_equal(groups[0].urgency, 6);
	assert_int_equal(groups[1].urgency, 6);
	assert_true(groups[0].unknown != groups[1].unknown);
	/* Same level: the newer order first. */
	assert_string_equal(groups[2].name, "想定市");
	assert_string_equal(groups[3].name, "架空市");
	assert_int_equal(groups[3].row_count, 2);
	assert_int_equal(groups[3].ordered_unix_us, KIT_ORDERED_US + 9 * 60 * 1000000LL);
	assert_string_equal(groups[3].prefecture_name, "架空県");
	assert_int_equal(groups[4].level, 3);
}

/* Who says until when a group stands must not say it of a row that stands longer. */
static void
test_groups_by_limit(void **state)
{
	struct bench *bench = *state;
	static const int64_t until_us[] = { 0, KIT_ORDERED_US + 1, 0, KIT_ORDERED_US + 9 };
	static const char *const names[] = { "い町", "ろ町", "は町", "に町" };
	const struct hs_force_filter all = { NULL, NULL };
	struct hs_force_group *groups;
	size_t count;
	for (size_t i = 0; i < 4; i++) {
		const struct kit_place at = { "990019", names[i], "", "避難指示", 4, false, 0 };
		hs_notice *notice =
			kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), names[i], 1, &at, 1);
		if (until_us[i] != 0)
			notice->times->valid_until = hs_time_new(bench->arena, until_us[i], 540);
		assert_int_equal(hs_force_apply(bench->force, i + 1, notice), HS_OK);
	}
	assert_int_equal(hs_force_groups(bench->arena, hs_force_after(bench->force), NULL, NULL,
				 &groups, &count),
		HS_OK);
	assert_int_equal(count, 1);
	assert_int_equal(hs_force_groups_by_limit(
				 bench->arena, hs_force_after(bench->force), &all, &groups, &count),
		HS_OK);
	assert_int_equal(count, 3);
	assert_int_equal(groups[0].row_count, 2);
	assert_int_equal(groups[0].meta->valid_until_unix_us, 0);
	assert_int_equal(groups[1].meta->valid_until_unix_us, until_us[3]);
	assert_string_equal(groups[1].rows[0]->area_name, "に町");
	assert_int_equal(groups[2].meta->valid_until_unix_us, until_us[1]);
}

/* Facts of notices that order nothing any more do not pile up; those of what stands are kept. */
static void
test_many_revisions(void **state)
{
	struct bench *bench = *state;
	assert_int_equal(
		hs_force_apply(bench->force, 1,
			kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "stays", 1, &south, 1)),
		HS_OK);
	for (uint32_t revision = 1; revision <= 500; revision++) {
		struct hs_arena *arena = hs_arena_create(1u << 20);
		struct kit_place place = north;
		place.later_min = revision;
		assert_int_equal(hs_force_apply(bench->force, 1 + revision,
					 kit_notice(arena, LIVE, HS_ACTION(UPDATE), "a", revision,
						 &place, 1)),
			HS_OK);
		hs_arena_destroy(arena);
		const struct hs_force_row *row = &hs_force_after(bench->force)->rows[0];
		assert_non_null(row->meta);
		assert_int_equal(row->meta->seq, row->seq);
	}
	const struct hs_force_list *list = hs_force_after(bench->force);
	assert_int_equal(list->count, 2);
	assert_non_null(list->rows[0].meta);
	assert_int_equal(list->rows[1].seq, 1);
	assert_non_null(list->rows[1].meta);
	assert_string_equal(list->rows[1].meta->source_name, "架空市");
}

static void
test_of_notice(void **state)
{
	struct bench *bench = *state;
	struct kit_place places[] = { north, { "990019", "港町", "", "避難指示", 4, true, 0 } };
	struct hs_force_around around;
	const hs_notice *notice =
		kit_notice(bench->arena, LIVE, HS_ACTION(UPDATE), "a", 3, places, 2);
	assert_int_equal(hs_force_of_notice(bench->arena, 9, notice, &around), HS_OK);
	assert_int_equal(around.before.count, 1);
	assert_string_equal(around.before.rows[0].area_name, "港町");
	assert_string_equal(around.before.rows[0].term, "避難指示");
	assert_int_equal(around.after.count, 1);
	assert_string_equal(around.after.rows[0].area_name, "北町");
	notice = kit_notice(bench->arena, LIVE, HS_ACTION(CANCEL), "a", 4, places, 2);
	assert_int_equal(hs_force_of_notice(bench->arena, 10, notice, &around), HS_OK);
	assert_int_equal(around.before.count, 2);
	assert_int_equal(around.after.count, 0);
}

int
main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_before_and_after),
		ROW(test_other_kinds),
		ROW(test_groups),
		ROW(test_groups_by_limit),
		ROW(test_many_revisions),
		ROW(test_of_notice),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
