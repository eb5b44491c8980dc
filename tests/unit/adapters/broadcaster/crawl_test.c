/* crawl_test.c: line breaking, most of it as properties over random place names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/broadcaster/crawl.h"
#include "hub/base/check.h"

#define MARK "【訓練】"

static uint64_t seed;

static uint32_t
next_random(uint32_t below)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33) % below;
}

struct span {
	size_t from, to; /* bytes of a word in the whole text */
};

struct story {
	struct hs_crawl crawl;
	char text[8192];
	struct span spans[64];
	size_t span_count;
};

static void
tell(struct story *story, const char *text, bool together)
{
	size_t from = strlen(story->text);
	strcat(story->text, text);
	if (together) {
		story->spans[story->span_count++] = (struct span){ from, strlen(story->text) };
		hs_crawl_word(&story->crawl, text);
	} else {
		hs_crawl_text(&story->crawl, text);
	}
}

/* A name of up to 12 characters: kanji, kana, digits, half-width letters, brackets. */
static void
random_name(char out[128])
{
	static const char *const parts[] = { "架", "空", "北", "町", "一", "丁", "目", "ヶ", "ー",
		"ッ", "々", "1", "12", "A", "（", "）", "(", ")", "・", "、", "ｱ", "が", "濱" };
	out[0] = '\0';
	for (uint32_t left = 1 + next_random(12); left > 0; left--)
		strcat(out, parts[next_random(HS_COUNT(parts))]);
}

static void
random_story(struct story *story, struct hs_arena *arena)
{
	static const char *const proses[] = { "の", "、", "に", "を発令　", "は継続　",
		"理由：入力の誤りです。", "（洪水）", "「", "」" };
	memset(story, 0, sizeof(*story));
	hs_crawl_begin(&story->crawl, arena);
	for (uint32_t i = 0, n = 1 + next_random(30); i < n; i++) {
		char name[128];
		random_name(name);
		tell(story, name, true);
		tell(story, proses[next_random(HS_COUNT(proses))], false);
	}
}

static const char *
without_marks(char *line, bool last)
{
	size_t mark = strlen(MARK), len = strlen(line);
	assert_true(len >= mark && strncmp(line, MARK, mark) == 0);
	if (last) {
		assert_true(strcmp(line + len - mark, MARK) == 0);
		line[len - mark] = '\0';
		if (len < 2 * mark)
			return "";
	}
	return line + mark;
}

static size_t
word_width(const char *text, struct span span)
{
	char word[256];
	size_t len = span.to - span.from;
	memcpy(word, text + span.from, len);
	word[len] = '\0';
	return hs_crawl_width(word);
}

static void
break_is_good(const struct story *story, size_t at, size_t room)
{
	for (size_t i = 0; i < story->span_count; i++) {
		struct span span = story->spans[i];
		if (word_width(story->text, span) <= room)
			assert_false(at > span.from && at < span.to);
	}
}

static void
check_story(const struct story *story, const char *mark, size_t width)
{
	const char **lines;
	size_t count, at = 0;
	assert_int_equal(hs_crawl_lines(&story->crawl, mark, width, &lines, &count), HS_OK);
	assert_true(count > 0);
	for (size_t i = 0; i < count; i++) {
		char line[1024];
		assert_true(hs_crawl_width(lines[i]) <= width);
		snprintf(line, sizeof(line), "%s", lines[i]);
		const char *content = mark[0] != '\0' ? without_marks(line, i + 1 == count) : line;
		assert_int_equal(strncmp(story->text + at, content, strlen(content)), 0);
		at += strlen(content);
		if (i + 1 < count)
			break_is_good(story, at, width - hs_crawl_width(mark));
	}
	assert_int_equal(at, strlen(story->text));
}

static void
test_random_names(void **state)
{
	(void)state;
	static const size_t widths[] = { 32, 48, 60, 80 };
	struct story *story = malloc(sizeof(*story));
	for (seed = 1; seed < 3000;) {
		uint64_t first = seed;
		struct hs_arena *arena = hs_arena_create(4u << 20);
		random_story(story, arena);
		size_t width = widths[next_random(HS_COUNT(widths))];
		check_story(story, "", width);
		check_story(story, MARK, width);
		hs_arena_destroy(arena);
		seed = first + 1;
	}
	free(story);
}

static void
lines_of(struct hs_arena *arena, const char *text, size_t width, const char ***lines, size_t *count)
{
	struct hs_crawl crawl;
	hs_crawl_begin(&crawl, arena);
	hs_crawl_text(&crawl, text);
	assert_int_equal(hs_crawl_lines(&crawl, "", width, lines, count), HS_OK);
}

static void
test_brackets_and_punctuation(void **state)
{
	(void)state;
	static const char closing[] = "）」】、。";
	static const char opening[] = "（「【";
	struct hs_arena *arena = hs_arena_create(4u << 20);
	static const char text[] =
		"あいうえおかき（くけこ）さし「すせそ」たち、つて。となに【ぬね】"
		"のは（ひふへほ）、まみ「むめも」。";
	for (size_t width = 16; width <= 60; width++) {
		const char **lines;
		size_t count;
		lines_of(arena, text, width, &lines, &count);
		for (size_t i = 0; i < count; i++) {
			char first[4] = "", last[4] = "";
			memcpy(first, lines[i], 3);
			memcpy(last, lines[i] + strlen(lines[i]) - 3, 3);
			if (i > 0)
				assert_null(strstr(closing, first));
			if (i + 1 < count)
				assert_null(strstr(opening, last));
		}
	}
	hs_arena_destroy(arena);
}

static void
test_width(void **state)
{
	(void)state;
	assert_int_equal(hs_crawl_width("漢字かな"), 8);
	assert_int_equal(hs_crawl_width("ABC 12"), 6);
	assert_int_equal(hs_crawl_width("ｱｲｳ"), 3);
	assert_int_equal(hs_crawl_width("か\xe3\x82\x99"), 2); /* combining voiced mark */
	assert_int_equal(hs_crawl_width(""), 0);
}

static void
test_a_name_wider_than_a_line(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(1u << 20);
	struct hs_crawl crawl;
	const char **lines;
	size_t count;
	hs_crawl_begin(&crawl, arena);
	hs_crawl_word(&crawl,
		"とてもとても長くて一行には決して入らない地区の名前（そのまま送られたもの）");
	assert_int_equal(hs_crawl_lines(&crawl, MARK, 40, &lines, &count), HS_OK);
	assert_true(count >= 2);
	for (size_t i = 0; i < count; i++)
		assert_true(hs_crawl_width(lines[i]) <= 40);
	hs_arena_destroy(arena);
}

/* The last word goes to the next line with the mark rather than leaving the mark alone. */
static void
test_mark_does_not_stand_alone(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(1u << 20);
	struct hs_crawl crawl;
	const char **lines;
	size_t count;
	hs_crawl_begin(&crawl, arena);
	for (int i = 0; i < 6; i++)
		hs_crawl_word(&crawl, "北町二");
	assert_int_equal(hs_crawl_lines(&crawl, MARK, 8 + 36, &lines, &count), HS_OK);
	assert_int_equal(count, 2);
	assert_string_equal(lines[1], MARK "北町二" MARK);
	hs_arena_destroy(arena);
}

static void
test_control_characters(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(1u << 20);
	struct hs_crawl crawl;
	hs_crawl_begin(&crawl, arena);
	hs_crawl_word(&crawl, "北町\n一\xe2\x80\xae丁目\x07");
	assert_string_equal(hs_crawl_joined(&crawl), "北町 一丁目 ");
	hs_crawl_begin(&crawl, arena);
	hs_crawl_word(&crawl, "\xff\xe3\x81");
	assert_non_null(hs_crawl_joined(&crawl));
	hs_arena_destroy(arena);
}

static void
test_limits(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(1u << 20);
	struct hs_crawl crawl;
	const char **lines;
	size_t count;
	hs_crawl_begin(&crawl, arena);
	assert_int_equal(hs_crawl_lines(&crawl, "", 40, &lines, &count), HS_OK);
	assert_int_equal(count, 0);
	hs_crawl_word(&crawl, "北町");
	assert_int_equal(hs_crawl_lines(&crawl, MARK, 31, &lines, &count), HS_ERR_INVALID);
	struct hs_arena *small = hs_arena_create(64);
	hs_crawl_begin(&crawl, small);
	hs_crawl_word(&crawl, "北町一丁目");
	assert_int_equal(hs_crawl_lines(&crawl, "", 40, &lines, &count), HS_ERR_NOMEM);
	hs_arena_destroy(small);
	hs_arena_destroy(arena);
}

static void
check_no_line_begins_with(struct hs_arena *arena, const char *text, const char *mark)
{
	for (size_t width = 16; width < 28; width++) {
		const char **lines;
		size_t count;
		lines_of(arena, text, width, &lines, &count);
		for (size_t i = 1; i < count; i++) {
			if (strncmp(lines[i], mark, strlen(mark)) == 0)
				fail_msg("begins with %s: %s", mark, lines[i]);
		}
	}
}

/* Marks of all kinds, at every place of a line. */
static void
test_marks_that_begin_no_line(void **state)
{
	static const char *const marks[] = { "｡", "､", "･", "ﾞ", "ﾟ", "ｰ", "ｯ", "ｬ", "｣", "｠",
		"〗", "〙", "〛", "〟", "»", "゛", "゜", "ㇱ", "ゕ", "ゖ", "⁉", "‼", "–", "゠",
		"〻" };
	struct hs_arena *arena = hs_arena_create(16u << 20);
	(void)state;
	for (size_t i = 0; i < HS_COUNT(marks); i++) {
		char text[512] = "";
		for (size_t k = 0; k < 40; k++)
			strcat(strcat(text, k % 3 == 0 ? "ｶ" : "川"), k % 4 == 0 ? marks[i] : "");
		check_no_line_begins_with(arena, text, marks[i]);
	}
	check_no_line_begins_with(arena, "ﾀﾞｲﾊﾞｶﾞｲﾄﾞﾌﾞｯｸﾎﾟｰﾄﾋﾟｱｶﾞｰﾃﾞﾝ｡ﾍﾞﾆｽ､ｶﾞﾗﾊﾟｺﾞｽ", "ﾞ");
	hs_arena_destroy(arena);
}

static void
test_brackets_that_end_no_line(void **state)
{
	static const char *const opening[] = { "〖", "〘", "〚", "｟", "〝", "«", "‹", "„", "｢",
		"（" };
	struct hs_arena *arena = hs_arena_create(16u << 20);
	(void)state;
	for (size_t k = 0; k < HS_COUNT(opening); k++) {
		for (size_t pad = 0; pad < 12; pad++) {
			const char **lines;
			size_t count, own = strlen(opening[k]);
			char text[512] = "";
			for (size_t i = 0; i < pad; i++)
				strcat(text, "山");
			strcat(strcat(text, opening[k]), "川沿いの低い土地にいる人は");
			lines_of(arena, text, 16, &lines, &count);
			for (size_t i = 0; i + 1 < count; i++) {
				size_t len = strlen(lines[i]);
				assert_false(len >= own &&
					     strcmp(lines[i] + len - own, opening[k]) == 0);
			}
		}
	}
	hs_arena_destroy(arena);
}

/* A name that no line can hold goes on in the next, where it reads best. */
static void
test_where_a_long_name_goes_on(void **state)
{
	static const struct {
		const char *name;
		const char *lines[3];
	} rows[] = {
		{ "架空県架空市立中央第一小学校", { "架空県架空市", "立中央第一小学校" } },
		{ "北部地域（架空川左岸の低地）", { "北部地域", "（架空川左岸の", "低地）" } },
		{ "北町内会・南町内会・東町内会", { "北町内会・", "南町内会・", "東町内会" } },
		{ "架空川沿いおよび想定川沿い", { "架空川沿いおよび", "想定川沿い" } },
		{ "寿限無寿限無五劫の擦り切れ", { "寿限無寿限無五劫の", "擦り切れ" } },
		{ "架空自治体連絡協議会連合", { "架空自治体連絡協議", "会連合" } },
		{ "甲乙丙丁戊己庚辛壬", { "甲乙丙丁戊己庚", "辛壬" } },
		{ "架空大字第1234567番台", { "架空大字第", "1234567番台" } },
	};
	struct hs_arena *arena = hs_arena_create(1u << 20);
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_crawl crawl;
		const char **lines;
		size_t count;
		hs_crawl_begin(&crawl, arena);
		hs_crawl_word(&crawl, rows[i].name);
		assert_int_equal(
			hs_crawl_lines(&crawl, "", i == 4 || i == 5 ? 18 : 16, &lines, &count),
			HS_OK);
		for (size_t k = 0; k < count; k++)
			assert_string_equal(lines[k], k < 3 ? rows[i].lines[k] : "");
		assert_true(count == 3 || rows[i].lines[count] == NULL);
	}
	hs_arena_destroy(arena);
}

/* A long run without a place to break costs no more than its lines. */
static void
test_long_run(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(64u << 20);
	char *run = malloc(100001);
	const char **lines;
	size_t count;
	memset(run, 'a', 100000);
	run[100000] = '\0';
	lines_of(arena, run, 60, &lines, &count);
	assert_int_equal(count, (100000 + 59) / 60);
	free(run);
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_names),
		cmocka_unit_test(test_brackets_and_punctuation),
		cmocka_unit_test(test_width),
		cmocka_unit_test(test_a_name_wider_than_a_line),
		cmocka_unit_test(test_mark_does_not_stand_alone),
		cmocka_unit_test(test_control_characters),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_marks_that_begin_no_line),
		cmocka_unit_test(test_brackets_that_end_no_line),
		cmocka_unit_test(test_where_a_long_name_goes_on),
		cmocka_unit_test(test_long_run),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
