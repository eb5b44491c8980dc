/* What goes on when something ends. */
#include "tests/unit/adapters/runtime/fake_hub.h"

#include "adapters/runtime/standing.h"
#include "hub/base/check.h"

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
	struct hs_municipal *municipals;
	size_t count;
	assert_int_equal(HS_OK, hs_municipal_split(arena, 9, notice, false, &municipals, &count));
	assert_int_equal(1, count);
	assert_int_equal(HS_OK, hs_standing_of(standing, arena, notice, false, &municipals[0]));
	return &municipals[0];
}

static void
the_rest_is_named(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(16u << 20);
	struct hs_standing standing = { NULL };
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
	assert_int_equal(1, municipal->ended_count);
	assert_int_equal(1, municipal->standing_count);
	assert_string_equal("港地区", municipal->standing[0]->rows[0]->area_name);
	hs_standing_free(&standing);
	hs_arena_destroy(arena);
}

static void
an_order_says_nothing_of_the_rest(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(16u << 20);
	struct hs_standing standing = { NULL };
	hs_notice *notices[] = { order(arena, "d1", 1, "中央地区") };
	load(&standing, 1, notices, 1);
	assert_int_equal(
		0, municipal_of(&standing, arena, order(arena, "d2", 1, "港地区"))->standing_count);
	hs_standing_free(&standing);
	hs_arena_destroy(arena);
}

static void
without_a_snapshot_nothing_is_said(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(16u << 20);
	struct hs_standing standing = { NULL };
	hs_notice *lift = order(arena, "d1", 2, "中央地区");
	lift->action = HS_ACTION(LIFT);
	struct hs_adapter_item item = { .notice = lift, .seq = 3 };
	hs_standing_apply(&standing, &item);
	assert_int_equal(0, municipal_of(&standing, arena, lift)->standing_count);
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rest_is_named),
		cmocka_unit_test(an_order_says_nothing_of_the_rest),
		cmocka_unit_test(without_a_snapshot_nothing_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
