/* What goes on when something ends. */
#include "tests/unit/adapters/runtime/fake_hub.h"

#include "adapters/runtime/standing.h"
#include "hub/base/check.h"
#include "tests/unit/adapters/cancel_story.h"

static hs_notice *
order(struct hs_arena *arena, const char *id, uint32_t revision, const char *place)
{
	return fake_order(arena, HS_MODE(LIVE), id, revision, &place, 1);
}

static void
load(struct hs_standing *standing, uint64_t seq, hs_notice **notices, size_t count)
{
	struct hs_adapter_snapshot_notice rows[8];
	for (size_t i = 0; i < count; i++)
		rows[i] = (struct hs_adapter_snapshot_notice){ i + 1, notices[i] };
	struct hs_adapter_snapshot snapshot = {
		.epoch = "e", .seq = seq, .digest = "", .count = count
	};
	snapshot.notices = rows;
	hs_standing_load(standing, &snapshot);
}

static struct hs_municipal *
municipal_of(struct hs_standing *standing, struct hs_arena *arena, const hs_notice *notice)
{
	struct hs_adapter_item item = { .notice = notice, .seq = 9 };
	struct hs_municipal *municipals;
	size_t count;
	assert_int_equal(
		HS_OK, hs_standing_split(standing, arena, &item, false, &municipals, &count));
	assert_int_equal(1, count);
	return &municipals[0];
}

static void
the_rest_is_named(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(16u << 20);
	struct hs_standing standing = { 0 };
	hs_notice *notices[] = { order(arena, "d1", 1, "中央地区"),
		order(arena, "d2", 1, "港地区") };
	notices[1]->document->source = hs_arena_strdup(arena, "other.example");
	load(&standing, 2, notices, HS_COUNT(notices));
	hs_notice *lift = order(arena, "d1", 2, "中央地区");
	lift->action = HS_ACTION(LIFT);
	lift->evacuation->details[0]->state = HS_EVAC(LIFTED);
	struct hs_adapter_item item = { .notice = lift, .seq = 3 };
	hs_standing_apply(&standing, &item);
	struct hs_municipal *municipal = municipal_of(&standing, arena, lift);
	assert_int_equal(1, municipal->ended.count);
	assert_int_equal(1, municipal->standing.count);
	assert_string_equal("港地区", municipal->standing.groups[0]->rows[0]->area_name);
	hs_standing_free(&standing);
	hs_arena_destroy(arena);
}

static void
an_order_says_nothing_of_the_rest(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(16u << 20);
	struct hs_standing standing = { 0 };
	hs_notice *notices[] = { order(arena, "d1", 1, "中央地区") };
	load(&standing, 1, notices, 1);
	assert_int_equal(
		0, municipal_of(&standing, arena, order(arena, "d2", 1, "港地区"))->standing.count);
	hs_standing_free(&standing);
	hs_arena_destroy(arena);
}

static void
without_a_snapshot_nothing_is_said(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(16u << 20);
	struct hs_standing standing = { 0 };
	hs_notice *lift = order(arena, "d1", 2, "中央地区");
	lift->action = HS_ACTION(LIFT);
	struct hs_adapter_item item = { .notice = lift, .seq = 3 };
	hs_standing_apply(&standing, &item);
	assert_int_equal(0, municipal_of(&standing, arena, lift)->standing.count);
	hs_arena_destroy(arena);
}

static const char *
only_name(const struct hs_told *told)
{
	assert_int_equal(1, told->count);
	assert_int_equal(1, told->groups[0]->row_count);
	return told->groups[0]->rows[0]->area_name;
}

static void
a_cancel_tells_what_it_did(void **state)
{
	(void)state;
	struct told_story told;
	story_tell(&told, STORY_LIFT, HS_MODE(LIVE), true);
	assert_true(told.municipal->known);
	assert_string_equal("北町", only_name(&told.municipal->returned));
	assert_string_equal("港町", only_name(&told.municipal->standing));
	assert_int_equal(0, told.municipal->ended.count);
	assert_int_equal(4, hs_municipal_top(told.municipal)->level);
	story_end(&told);
	story_tell(&told, STORY_RAISE, HS_MODE(LIVE), true);
	assert_string_equal("港町", only_name(&told.municipal->returned));
	assert_string_equal("港町", only_name(&told.municipal->ended));
	assert_string_equal("北町", only_name(&told.municipal->standing));
	assert_int_equal(3, hs_municipal_top(told.municipal)->level);
	assert_int_equal(5, hs_municipal_loudness(told.municipal)); /* as loud as what was wrong */
	story_end(&told);
	story_tell(&told, STORY_NOTHING, HS_MODE(LIVE), true);
	assert_int_equal(0, told.municipal->returned.count + told.municipal->ended.count);
	assert_int_equal(4, hs_municipal_loudness(told.municipal));
	story_end(&told);
}

static void
without_a_snapshot_a_cancel_tells_only_its_words(void **state)
{
	(void)state;
	struct told_story told;
	story_tell(&told, STORY_LIFT, HS_MODE(LIVE), false);
	assert_false(told.municipal->known);
	assert_string_equal("港町", only_name(&told.municipal->retracted));
	assert_string_equal("北町", only_name(&told.municipal->retracted_lift));
	assert_int_equal(0, told.municipal->returned.count + told.municipal->ended.count +
				    told.municipal->standing.count);
	assert_int_equal(5, hs_municipal_loudness(told.municipal));
	story_end(&told);
}

/* After a start the snapshot may hold the cancel already: what it changed is not known, what stands is. */
static void
a_cancel_older_than_the_snapshot_tells_what_stands(void **state)
{
	(void)state;
	struct told_story told;
	struct hs_municipal *municipals;
	size_t count;
	story_tell(&told, STORY_LIFT, HS_MODE(LIVE), true);
	struct hs_standing later = { .force = told.standing.force, .around_seq = 0 };
	hs_standing_apply(&later, &told.item);
	assert_int_equal(HS_OK,
		hs_standing_split(&later, told.arena, &told.item, false, &municipals, &count));
	assert_false(municipals[0].known);
	assert_int_equal(2, municipals[0].standing.count);
	story_end(&told);
}

/* A cancel that names one municipality and brings back another one's order. */
static void
a_municipality_that_is_not_named_is_told_too(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(16u << 20);
	struct hs_standing standing = { 0 };
	struct hs_adapter_snapshot snapshot = { .epoch = "e", .digest = "" };
	const struct kit_place places[] = { { "990019", "北町", "", "避難指示", 4, false, 0 },
		{ "990027", "南町", "", "避難指示", 4, false, 0 } };
	struct hs_municipal *municipals;
	size_t count;
	hs_standing_load(&standing, &snapshot);
	for (uint32_t i = 1; i <= 3; i++) {
		int action = i == 1   ? HS_ACTION(ISSUE)
			     : i == 2 ? HS_ACTION(UPDATE)
				      : HS_ACTION(CANCEL);
		struct hs_adapter_item item = { .notice = kit_notice(arena, HS_MODE(LIVE), action,
							"d", i, places, i == 1 ? 2 : 1),
			.seq = i };
		hs_standing_apply(&standing, &item);
		assert_int_equal(HS_OK,
			hs_standing_split(&standing, arena, &item, false, &municipals, &count));
	}
	assert_int_equal(2, count);
	assert_string_equal("990027", municipals[1].code);
	assert_string_equal("南町", only_name(&municipals[1].returned));
	assert_int_equal(0, municipals[0].returned.count);
	hs_standing_free(&standing);
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rest_is_named),
		cmocka_unit_test(an_order_says_nothing_of_the_rest),
		cmocka_unit_test(without_a_snapshot_nothing_is_said),
		cmocka_unit_test(a_cancel_tells_what_it_did),
		cmocka_unit_test(without_a_snapshot_a_cancel_tells_only_its_words),
		cmocka_unit_test(a_cancel_older_than_the_snapshot_tells_what_stands),
		cmocka_unit_test(a_municipality_that_is_not_named_is_told_too),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
