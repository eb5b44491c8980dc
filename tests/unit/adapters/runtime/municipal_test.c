/* Whom a message leaves out, and how loud what lowers or ends is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "tests/unit/adapters/two_messages.h"

#define CITY "990019"
#define TOWN "990027"

static struct hs_arena *arena;

static int
setup(void **state)
{
	(void)state;
	arena = hs_arena_create(64u << 20);
	return arena ? 0 : -1;
}

static int
teardown(void **state)
{
	(void)state;
	hs_arena_destroy(arena);
	return 0;
}

/* "北町、港町" of all groups. */
static const char *
names(const struct hs_told *told)
{
	const char *text = "";
	for (size_t i = 0; i < told->count; i++)
		for (size_t j = 0; j < told->groups[i]->row_count; j++)
			text = hs_arena_printf(arena, "%s%s%s", text, text[0] ? "、" : "",
				hs_force_place_name(told->groups[i]->rows[j]));
	return text;
}

static void
a_municipality_that_is_left_out_is_told(void **state)
{
	(void)state;
	const int actions[] = { HS_ACTION(CORRECT), HS_ACTION(UPDATE) };
	const struct kit_place places[] = { two_place(CITY, "北町", 3),
		two_place(TOWN, "川下", 4) };
	for (size_t i = 0; i < HS_COUNT(actions); i++) {
		struct two_messages two;
		two_tell(&two, arena, actions[i], places, 2, places, 1);
		assert_int_equal(2, two.count);
		assert_string_equal(TOWN, two.municipals[1].code);
		assert_string_equal("川下", names(&two.municipals[1].dropped));
		assert_int_equal(
			0, two.municipals[1].ordered.count + two.municipals[1].ended.count);
		assert_int_equal(4, hs_municipal_loudness(&two.municipals[1]));
		assert_string_equal("避難指示", hs_municipal_top(&two.municipals[1])->term);
		assert_int_equal(0, two.municipals[0].dropped.count);
		assert_int_equal(3, hs_municipal_loudness(&two.municipals[0]));
		two_end(&two);
	}
}

/* A lift that names one place ends the others too: nobody said 解除 to them. */
static void
a_place_that_a_lift_leaves_out_is_told(void **state)
{
	(void)state;
	const struct kit_place places[] = { two_place(CITY, "北町", 4),
		two_place(TOWN, "川下", 4) };
	const struct kit_place lift = two_place(CITY, "北町", 0);
	struct two_messages two;
	two_tell(&two, arena, HS_ACTION(LIFT), places, 2, &lift, 1);
	assert_int_equal(2, two.count);
	assert_string_equal("北町", names(&two.municipals[0].ended));
	assert_string_equal("川下", names(&two.municipals[1].dropped));
	two_end(&two);
}

/* What is dropped of 架空市 when `before` was ordered and `after` is. */
static const char *
dropped_of(const struct kit_place *before, const struct kit_place *after)
{
	struct two_messages two;
	two_tell(&two, arena, HS_ACTION(CORRECT), before, 1, after, 1);
	const char *text = names(&two.municipals[0].dropped);
	two_end(&two);
	return text;
}

/* Nobody who must still go is told that he need not. */
static void
what_is_still_ordered_is_not_told_to_be_left_out(void **state)
{
	(void)state;
	static const struct {
		const char *before, *after, *dropped;
	} rows[] = {
		{ "北町", "港町", "北町" },
		{ "北町", "架空市", "" },
		{ "北町一丁目", "北町", "" },
		{ "北町", "北町1丁目", "北町の一部" },
		{ "架空市", "北町", "そのほかの地区" },
		{ "港南町", "港", "港南町" },
		{ "港", "港南町", "港" },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		const struct kit_place before = two_place(CITY, rows[i].before, 4);
		const struct kit_place after = two_place(CITY, rows[i].after, 4);
		assert_string_equal(rows[i].dropped, dropped_of(&before, &after));
	}
	/* a restricted zone is no order: neither stands for the other */
	const struct kit_place zone = two_place(CITY, "北町", 9),
			       all = two_place(CITY, "架空市", 4);
	assert_string_equal("北町", dropped_of(&zone, &all));
}

static void
a_lowering_is_as_loud_as_the_order(void **state)
{
	(void)state;
	static const struct {
		uint32_t before, after, loudness;
	} rows[] = { { 5, 3, 5 }, { 4, 3, 4 }, { 3, 4, 4 }, { 3, 3, 3 }, { 4, 0, 4 } };
	const int actions[] = { HS_ACTION(CORRECT), HS_ACTION(UPDATE) };
	for (size_t i = 0; i < HS_COUNT(rows) * HS_COUNT(actions); i++) {
		uint32_t was = rows[i / 2].before, is = rows[i / 2].after;
		const struct kit_place before = two_place(CITY, "北町", was);
		const struct kit_place after = two_place(CITY, "北町", is);
		struct two_messages two;
		two_tell(&two, arena, actions[i % 2], &before, 1, &after, 1);
		assert_int_equal(1, two.count);
		assert_int_equal(rows[i / 2].loudness, hs_municipal_loudness(&two.municipals[0]));
		two_end(&two);
	}
}

/* The lift of one district beside a lower order for another one reaches whom its order reached. */
static void
a_lift_beside_an_order_is_as_loud_as_alone(void **state)
{
	(void)state;
	const struct kit_place before[] = { two_place(CITY, "北町", 4) };
	const struct kit_place after[] = { two_place(CITY, "北町", 0), two_place(CITY, "港町", 3) };
	struct two_messages two;
	two_tell(&two, arena, HS_ACTION(UPDATE), before, 1, after, 2);
	assert_int_equal(4, hs_municipal_loudness(&two.municipals[0]));
	assert_int_equal(3, hs_municipal_top(&two.municipals[0])->level);
	two_end(&two);
}

/* What else is in force there is said beside it: it must not read as the end of all. */
static void
what_stays_beside_is_named(void **state)
{
	(void)state;
	const struct kit_place places[] = { two_place(CITY, "北町", 4),
		two_place(TOWN, "川下", 4) };
	const struct kit_place other = two_place(TOWN, "川上", 3);
	struct two_messages two;
	struct hs_adapter_snapshot snapshot = { .epoch = "e", .digest = "" };
	struct hs_adapter_item items[3] = { { .seq = 1 }, { .seq = 2 }, { .seq = 3 } };
	hs_notice *beside =
		kit_notice(arena, HS_MODE(LIVE), HS_ACTION(ISSUE), "other", 1, &other, 1);
	beside->document->source = kit_text(arena, "bosai.machi.example");
	items[0].notice = beside;
	items[1].notice = kit_notice(arena, HS_MODE(LIVE), HS_ACTION(ISSUE), "d", 1, places, 2);
	items[2].notice = kit_notice(arena, HS_MODE(LIVE), HS_ACTION(CORRECT), "d", 2, places, 1);
	two = (struct two_messages){ 0 };
	hs_standing_load(&two.standing, &snapshot);
	for (size_t i = 0; i < HS_COUNT(items); i++)
		hs_standing_apply(&two.standing, &items[i]);
	assert_int_equal(HS_OK, hs_standing_split(&two.standing, arena, &items[2], false,
					&two.municipals, &two.count));
	assert_int_equal(2, two.count);
	assert_string_equal("川下", names(&two.municipals[1].dropped));
	assert_string_equal("川上", names(&two.municipals[1].standing));
	two_end(&two);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_municipality_that_is_left_out_is_told),
		cmocka_unit_test(a_place_that_a_lift_leaves_out_is_told),
		cmocka_unit_test(what_is_still_ordered_is_not_told_to_be_left_out),
		cmocka_unit_test(a_lowering_is_as_loud_as_the_order),
		cmocka_unit_test(a_lift_beside_an_order_is_as_loud_as_alone),
		cmocka_unit_test(what_stays_beside_is_named),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
