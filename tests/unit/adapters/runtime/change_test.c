/* change_test.c: the difference that a notice makes, above all a cancel. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/runtime/change.h"
#include "tests/unit/adapters/cancel_story.h"

/* "北町:returned:0>4 …" */
static const char *
spelled(struct hs_arena *arena, const hs_notice *notice, const struct hs_force_around *around)
{
	struct hs_change_row *rows;
	size_t count;
	const char *text = "";
	assert_int_equal(HS_OK, hs_changes(arena, notice, around, &rows, &count));
	for (size_t i = 0; i < count; i++)
		text = hs_arena_printf(arena, "%s%s%s:%s:%u>%u", text, i ? " " : "",
			hs_change_area(&rows[i])->area_name, hs_change_word(rows[i].change),
			rows[i].before ? rows[i].before->level : 0,
			rows[i].after ? rows[i].after->level : 0);
	return text;
}

static struct hs_force_around
around_of(const struct told_story *told)
{
	return (struct hs_force_around){ *hs_force_before(told->standing.force),
		*hs_force_after(told->standing.force), true };
}

static void
a_cancel_is_the_difference_and_not_its_text(void **state)
{
	static const char *const expected[] = {
		[STORY_LIFT] = "北町:returned:0>4 港町:unchanged:5>5",
		[STORY_RAISE] = "北町:unchanged:3>3 港町:restored:5>3",
		[STORY_FIRST] = "北町:cancelled:4>0 港町:cancelled:4>0",
		[STORY_NOTHING] = "北町:unchanged:4>4 港町:unchanged:4>4",
	};
	(void)state;
	for (size_t i = 0; i < HS_COUNT(expected); i++) {
		struct told_story told;
		story_tell(&told, (enum story_id)i, HS_MODE(LIVE), true);
		struct hs_force_around around = around_of(&told);
		assert_string_equal(expected[i], spelled(told.arena, told.cancel, &around));
		story_end(&told);
	}
}

static void
without_a_state_only_its_text_is_known(void **state)
{
	(void)state;
	struct told_story told;
	struct hs_force_around around;
	story_tell(&told, STORY_LIFT, HS_MODE(LIVE), false);
	assert_int_equal(HS_OK, hs_force_of_notice(told.arena, 4, told.cancel, &around));
	assert_false(around.known);
	assert_string_equal("北町:retracted_lift:0>0 港町:retracted:5>0",
		spelled(told.arena, told.cancel, &around));
	story_end(&told);
}

/* In one message the lower level was lifted and the higher one ordered: both are taken back, each as what it was. */
static void
a_raise_with_its_lift_is_told_apart(void **state)
{
	(void)state;
	const struct kit_place places[] = { { "990019", "港町", "", "高齢者等避難", 3, true, 0 },
		{ "990019", "港町", "", "避難指示", 4, false, 0 } };
	struct hs_arena *arena = hs_arena_create(16u << 20);
	struct hs_force_around around;
	const hs_notice *cancel =
		kit_notice(arena, HS_MODE(LIVE), HS_ACTION(CANCEL), "d", 2, places, 2);
	assert_int_equal(HS_OK, hs_force_of_notice(arena, 2, cancel, &around));
	const char *text = spelled(arena, cancel, &around);
	assert_non_null(strstr(text, "港町:retracted:4>0"));
	assert_non_null(strstr(text, "港町:retracted_lift:0>0"));
	hs_arena_destroy(arena);
}

/* A restricted zone stands beside an order of the same district; each has its own end. */
static void
a_zone_is_not_paired_with_an_order(void **state)
{
	(void)state;
	struct kit_place places[] = { { "990019", "港町", "", "避難指示", 4, false, 0 },
		{ "990019", "港町", "", "警戒区域", 0, false, 0 } };
	struct hs_arena *arena = hs_arena_create(16u << 20);
	struct hs_force *force = hs_force_create();
	assert_int_equal(HS_OK,
		hs_force_apply(force, 1,
			kit_notice(arena, HS_MODE(LIVE), HS_ACTION(ISSUE), "d", 1, places, 2)));
	places[0].lifted = true;
	const hs_notice *lift =
		kit_notice(arena, HS_MODE(LIVE), HS_ACTION(UPDATE), "d", 2, places, 2);
	assert_int_equal(HS_OK, hs_force_apply(force, 2, lift));
	struct hs_force_around around = { *hs_force_before(force), *hs_force_after(force), true };
	assert_string_equal("港町:lifted:4>0 港町:unchanged:0>0", spelled(arena, lift, &around));
	hs_force_destroy(force);
	hs_arena_destroy(arena);
}

/* The rows around a second message of document d, or of another one. */
static const char *
after_two(struct hs_arena *arena, const struct kit_place *first, const struct kit_place *second,
	int action, const char *document)
{
	struct hs_force *force = hs_force_create();
	assert_int_equal(HS_OK,
		hs_force_apply(force, 1,
			kit_notice(arena, HS_MODE(LIVE), HS_ACTION(ISSUE), "d", 1, first, 1)));
	const hs_notice *notice = kit_notice(arena, HS_MODE(LIVE), action, document, 2, second, 1);
	assert_int_equal(HS_OK, hs_force_apply(force, 2, notice));
	struct hs_force_around around = { *hs_force_before(force), *hs_force_after(force), true };
	const char *text = spelled(arena, notice, &around);
	hs_force_destroy(force);
	return text;
}

/* As the active set sees it: another spelling is no other district. */
static void
a_district_is_the_same_however_it_is_spelled(void **state)
{
	(void)state;
	const struct kit_place kanji = { "990019", "北町一丁目", "", "避難指示", 4, false, 0 };
	struct kit_place digit = { "990019", "北町1丁目", "", "避難指示", 4, false, 5 };
	struct hs_arena *arena = hs_arena_create(16u << 20);
	assert_string_equal("北町1丁目:unchanged:4>4",
		after_two(arena, &kanji, &digit, HS_ACTION(UPDATE), "other"));
	digit.level = 5;
	digit.term = "緊急安全確保";
	assert_string_equal(
		"北町1丁目:raised:4>5", after_two(arena, &kanji, &digit, HS_ACTION(UPDATE), "d"));
	digit.lifted = true;
	assert_string_equal(
		"北町一丁目:lifted:4>0", after_two(arena, &kanji, &digit, HS_ACTION(UPDATE), "d"));
	hs_arena_destroy(arena);
}

/* Only 解除 ends: an order for the whole municipality that does not name a district says nothing of a lift. */
static void
what_a_wider_order_takes_up_is_not_lifted(void **state)
{
	(void)state;
	const struct kit_place north = { "990019", "北町", "", "避難指示", 4, false, 0 };
	struct kit_place whole = { "990019", "全域", "", "避難指示", 4, false, 5 };
	struct hs_arena *arena = hs_arena_create(16u << 20);
	assert_non_null(strstr(
		after_two(arena, &north, &whole, HS_ACTION(UPDATE), "d"), "北町:vanished:4>0"));
	whole.lifted = true;
	assert_string_equal(
		"北町:lifted:4>0", after_two(arena, &north, &whole, HS_ACTION(UPDATE), "d"));
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cancel_is_the_difference_and_not_its_text),
		cmocka_unit_test(without_a_state_only_its_text_is_known),
		cmocka_unit_test(a_raise_with_its_lift_is_told_apart),
		cmocka_unit_test(a_zone_is_not_paired_with_an_order),
		cmocka_unit_test(a_district_is_the_same_however_it_is_spelled),
		cmocka_unit_test(what_a_wider_order_takes_up_is_not_lifted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
