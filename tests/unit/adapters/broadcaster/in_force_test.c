/* The list in force as files and stations have it: what expired is called so and nothing else is, and who hears only a part is not
 * told that nothing is in force. */
#include "adapters/broadcaster/ordered.h"
#include "tests/unit/adapters/broadcaster/encode_bench.h"

#define HOUR_US 3600000000LL

static void
put(struct bench *bench, const char *document, const char *place, int64_t until_us)
{
	const struct kit_place at = { "990019", place, "", "避難指示", 4, false, 0 };
	hs_notice *notice = kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), document, 1, &at, 1);
	if (until_us != 0)
		notice->times->valid_until = hs_time_new(bench->arena, until_us, 540);
	take(bench, notice);
}

static struct hs_force_view
view_of(const struct bench *bench, const struct hs_selector *selector, int64_t at_us)
{
	return (struct hs_force_view){ hs_force_after(bench->force), "99", selector, at_us };
}

static const char *
text_in_force(struct bench *bench, const struct hs_selector *selector, int64_t at_us)
{
	const struct hs_force_view view = view_of(bench, selector, at_us);
	struct hs_buf text;
	hs_buf_init(&text, 65536);
	assert_int_equal(hs_broadcast_in_force_text(bench->arena, &view, LIVE, &text), HS_OK);
	const char *out = hs_arena_strdup(bench->arena, hs_buf_text(&text));
	hs_buf_free(&text);
	return out;
}

/* Lines put together: a page breaks sentences anywhere. */
static const char *
pages_in_force(struct bench *bench, const struct hs_selector *selector, int64_t at_us)
{
	const struct hs_force_view view = view_of(bench, selector, at_us);
	const struct hs_wording_style paged = { .page = { 48, 8 } };
	struct hs_buf text;
	hs_buf_init(&text, 65536);
	assert_int_equal(
		hs_broadcast_in_force_pages(bench->arena, &view, LIVE, &paged, &text), HS_OK);
	char *out = hs_arena_strdup(bench->arena, hs_buf_text(&text));
	size_t used = 0;
	for (const char *at = out; *at != '\0'; at++) {
		if (*at != '\n' && *at != '\f')
			out[used++] = *at;
	}
	out[used] = '\0';
	hs_buf_free(&text);
	return out;
}

/* What is said behind a place up to the next one, or the line's end. */
static bool
is_called_expired(const char *text, const char *place, const char *until)
{
	const char *from = strstr(text, place);
	assert_non_null(from);
	const char *to = strstr(from + strlen(place), until);
	const char *mark = strstr(from, HS_WORDING_EXPIRED);
	return mark != NULL && (to == NULL || mark < to);
}

static json_t *
group_with(json_t *list, const char *place)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		json_t *group = json_array_get(list, i), *areas = json_object_get(group, "areas");
		for (size_t k = 0; k < json_array_size(areas); k++) {
			if (strcmp(text_of(json_array_get(areas, k), "name"), place) == 0)
				return group;
		}
	}
	fail_msg("%s is not in force", place);
	return NULL;
}

static void
check_only_one_expired(struct bench *bench)
{
	int64_t at_us = KIT_ORDERED_US + 2 * HOUR_US;
	const char *text = text_in_force(bench, NULL, at_us);
	assert_false(is_called_expired(text, "北町", "\n"));
	assert_true(is_called_expired(text, "南町", "\n"));
	assert_non_null(strstr(pages_in_force(bench, NULL, at_us), "避難指示" HS_WORDING_EXPIRED));
	const struct hs_force_view view = view_of(bench, NULL, at_us);
	json_t *list = hs_broadcast_in_force(bench->arena, &view);
	assert_null(json_object_get(group_with(list, "北町"), "expired"));
	assert_null(json_object_get(group_with(list, "北町"), "valid_until"));
	assert_true(json_is_true(json_object_get(group_with(list, "南町"), "expired")));
	assert_string_equal(
		text_of(group_with(list, "南町"), "valid_until"), "2026-07-01T19:55:00+09:00");
	json_decref(list);
}

static void
test_what_expired_is_called_so_and_nothing_else(void **state)
{
	struct bench *bench = *state;
	put(bench, "without-a-limit", "北町", 0);
	put(bench, "limited", "南町", KIT_ORDERED_US + HOUR_US);
	check_only_one_expired(bench);
}

static void
test_in_the_other_order(void **state)
{
	struct bench *bench = *state;
	put(bench, "limited", "南町", KIT_ORDERED_US + HOUR_US);
	put(bench, "without-a-limit", "北町", 0);
	check_only_one_expired(bench);
}

/* Two documents with the same limit, or with none, are one line as before. */
static void
test_equal_limits_are_one_group(void **state)
{
	struct bench *bench = *state;
	put(bench, "a", "北町", KIT_ORDERED_US + HOUR_US);
	put(bench, "b", "南町", KIT_ORDERED_US + HOUR_US);
	const struct hs_force_view view = view_of(bench, NULL, KIT_ORDERED_US);
	json_t *list = hs_broadcast_in_force(bench->arena, &view);
	assert_int_equal(json_array_size(list), 1);
	json_decref(list);
	put(bench, "c", "東町", KIT_ORDERED_US + 2 * HOUR_US);
	const struct hs_force_view then = view_of(bench, NULL, KIT_ORDERED_US);
	list = hs_broadcast_in_force(bench->arena, &then);
	assert_int_equal(json_array_size(list), 2);
	json_decref(list);
}

static void
check_none(struct bench *bench, const struct hs_selector *selector, const char *wanted)
{
	char line[512];
	snprintf(line, sizeof(line), "%s\n", wanted);
	assert_string_equal(text_in_force(bench, selector, 0), line);
	assert_string_equal(pages_in_force(bench, selector, 0), wanted);
}

#define NONE "発表中の避難情報はありません。"
#define REST "対象外に発表中のものがあります。"

static void
test_who_hears_a_part_is_not_told_that_nothing_is_in_force(void **state)
{
	struct bench *bench = *state;
	const char *south[] = { "990027" };
	const struct hs_selector four = { .level_min = 4 };
	const struct hs_selector weather = { .kinds = UINT64_C(1) << HS_KIND(WEATHER) };
	const struct hs_selector areas = { .areas = { south, 1 } };
	const struct hs_selector all = { weather.kinds, areas.areas, 4 };
	const struct kit_place at = { "990019", "北町", "", "高齢者等避難", 3, false, 0 };
	check_none(bench, &four, NONE); /* that is the truth */
	check_none(bench, NULL, NONE);
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, &at, 1));
	assert_says(text_in_force(bench, NULL, 0), "北町");
	check_none(bench, &four, "この局の対象（レベル4以上）では、" NONE REST);
	check_none(bench, &weather, "この局の対象（設定した種類）では、" NONE REST);
	check_none(bench, &areas, "この局の対象（設定した区域）では、" NONE REST);
	check_none(bench, &all,
		"この局の対象（レベル4以上・設定した区域・設定した種類）では、" NONE REST);
	/* Of another prefecture: nothing is in force there. */
	struct hs_force_view tokyo = view_of(bench, &four, 0);
	tokyo.prefecture = "13";
	struct hs_buf text;
	hs_buf_init(&text, 4096);
	assert_int_equal(hs_broadcast_in_force_text(bench->arena, &tokyo, LIVE, &text), HS_OK);
	assert_string_equal(hs_buf_text(&text), NONE "\n");
	hs_buf_free(&text);
}

/* ---- what one notice put in force ---- */

static void
test_whether_anything_of_an_order_stands(void **state)
{
	struct bench *bench = *state;
	struct kit_place at[] = { { "990019", "北町", "", "高齢者等避難", 3, false, 0 },
		{ "990019", "南町", "", "高齢者等避難", 3, false, 0 } };
	struct hs_ordered first, lift;
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, at, 2));
	assert_true(hs_ordered_keep(&first, hs_force_after(bench->force), bench->seq));
	assert_int_equal(first.count, 2);
	/* The same once more, by a later message: it stands. */
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(UPDATE), "d", 2, at, 2));
	assert_false(hs_ordered_is_over(&first, hs_force_after(bench->force)));
	at[0].lifted = true;
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(UPDATE), "d", 3, at, 2));
	assert_false(hs_ordered_is_over(&first, hs_force_after(bench->force)));
	assert_true(hs_ordered_keep(&lift, hs_force_after(bench->force), bench->seq + 1));
	at[1].term = "避難指示";
	at[1].level = 4;
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(UPDATE), "d", 4, at, 2));
	assert_true(hs_ordered_is_over(&first, hs_force_after(bench->force)));
	assert_false(hs_ordered_is_over(&lift, hs_force_after(bench->force)));
	hs_ordered_free(&first);
	hs_ordered_free(&lift);
}

int
main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_what_expired_is_called_so_and_nothing_else),
		ROW(test_in_the_other_order),
		ROW(test_equal_limits_are_one_group),
		ROW(test_who_hears_a_part_is_not_told_that_nothing_is_in_force),
		ROW(test_whether_anything_of_an_order_stands),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
