/* pages_test.c: lines and pages as properties, over random texts with every name of the tables and every width. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/broadcaster/pages.h"
#include "hub/base/check.h"
#include "schemas/tables.h"

#define MARK	  "【訓練】"
#define TEXT_SIZE 16384

static uint64_t seed;

static uint32_t
next_random(uint32_t below)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)(seed >> 33) % below;
}

/* Characters that may not begin a line, and that may not end one (JIS X 4051). Written down here once more. */
static const char *const closing[] = { "）", "」", "』", "】", "〉", "》", "〕", "、", "。", "，",
	"．", "・", "：", "！", "？", "ー", "々", "ぁ", "ゃ", "っ", "ッ", "ョ", ")", "]", ",", ".",
	"〜", "…" };
static const char *const opening[] = { "（", "「", "『", "【", "〈", "《", "〔", "(", "[" };

static bool
begins_with(const char *text, const char *const *set, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strncmp(text, set[i], strlen(set[i])) == 0)
			return true;
	}
	return false;
}

static bool
ends_with(const char *text, const char *const *set, size_t count)
{
	size_t len = strlen(text);
	for (size_t i = 0; i < count; i++) {
		size_t own = strlen(set[i]);
		if (len >= own && strcmp(text + len - own, set[i]) == 0)
			return true;
	}
	return false;
}

struct story {
	char text[TEXT_SIZE];
	bool inside[TEXT_SIZE]; /* a byte in a name that is not its first */
	size_t names[1024];	/* where one begins */
	size_t name_count;
	bool broken[TEXT_SIZE]; /* a line must begin here */
};

static void
add_name(struct story *story, const char *name)
{
	size_t from = strlen(story->text);
	strcat(story->text, name);
	story->names[story->name_count++] = from;
	for (size_t i = from + 1; i < strlen(story->text); i++)
		story->inside[i] = true;
}

static const char *
any_name(void)
{
	size_t count;
	const struct hs_area_row *rows = hs_area_rows(&count);
	return rows[next_random((uint32_t)count)].name;
}

/* Free text as people write it: names in brackets, in lists, one after the other; small kana, long vowels, numbers. */
static void
random_text(struct story *story)
{
	static const char *const between[] = { "、", "と", "（", "）", "「", "」に", "・", "では、",
		"ー", "。", "、レベル4", "2026年", "１２時", "っ", "へ", "【", "】", " ", "　",
		"ABC", "…", "〜", "を発令。", "では避難", "（洪水）", "『大雨』" };
	memset(story, 0, sizeof(*story));
	for (uint32_t left = 1 + next_random(40); left > 0; left--) {
		if (next_random(3) > 0)
			add_name(story, any_name());
		strcat(story->text, between[next_random(HS_COUNT(between))]);
	}
}

/* The longest run that the rules hold together, in half-width units: wider lines than that break no rule. */
static size_t
longest_run(const struct story *story)
{
	size_t longest = 0, width = 0;
	bool latin = false, held = false;
	for (const char *at = story->text; *at != '\0';) {
		size_t len = 1;
		while (((unsigned char)at[len] & 0xc0) == 0x80)
			len++;
		char one[8] = "";
		memcpy(one, at, len);
		bool is_latin = (unsigned char)at[0] < 0x80 ||
				strncmp(at, "\xef\xbc\x91", 3) == 0 ||
				strncmp(at, "\xef\xbc\x92", 3) == 0;
		bool stays = held || story->inside[at - story->text] ||
			     begins_with(one, closing, HS_COUNT(closing)) ||
			     strcmp(one, " ") == 0 || strcmp(one, "　") == 0 || (latin && is_latin);
		width = stays ? width + hs_crawl_width(one) : hs_crawl_width(one);
		longest = width > longest ? width : longest;
		held = begins_with(one, opening, HS_COUNT(opening));
		latin = is_latin;
		at += len;
	}
	return longest;
}

/* Lines without marks, put together, are the text; returns where the last one ends. */
static void
check_lines(const struct story *story, const char **lines, size_t count, size_t width)
{
	size_t at = 0;
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(lines[i]);
		assert_true(hs_crawl_width(lines[i]) <= width);
		assert_true(len > 0);
		assert_memory_equal(story->text + at, lines[i], len);
		if (i > 0 && story->inside[at])
			print_message("cut: %s | %s\n", lines[i - 1], lines[i]);
		assert_false(i > 0 && story->inside[at]);
		assert_false(i > 0 && begins_with(lines[i], closing, HS_COUNT(closing)));
		assert_false(i + 1 < count && ends_with(lines[i], opening, HS_COUNT(opening)));
		at += len;
	}
	assert_int_equal(at, strlen(story->text));
}

static void
test_lines_of_free_text(void **state)
{
	struct hs_place_names *names = hs_place_names_create();
	struct story *story = malloc(sizeof(*story));
	(void)state;
	assert_non_null(names);
	for (uint64_t each = 1; each <= 4000; each++) {
		struct hs_arena *arena = hs_arena_create(8u << 20);
		struct hs_crawl crawl;
		const char **lines;
		size_t count;
		seed = each;
		random_text(story);
		size_t least = longest_run(story);
		size_t width = (least < 16 ? 16 : least) + next_random(40);
		hs_crawl_begin(&crawl, arena);
		crawl.names = names;
		hs_crawl_text(&crawl, story->text);
		assert_int_equal(hs_crawl_lines(&crawl, "", width, &lines, &count), HS_OK);
		check_lines(story, lines, count, width);
		hs_arena_destroy(arena);
	}
	free(story);
	hs_place_names_destroy(names);
}

/* Every name there is, at every place of a line. */
static void
test_every_name(void **state)
{
	struct hs_place_names *names = hs_place_names_create();
	size_t count;
	const struct hs_area_row *rows = hs_area_rows(&count);
	(void)state;
	assert_true(count > 1900);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(hs_place_names_at(names, rows[i].name), strlen(rows[i].name));
		for (size_t lead = 0; lead < 12; lead++) {
			struct hs_arena *arena = hs_arena_create(1u << 20);
			struct hs_crawl crawl;
			const char **lines;
			size_t line_count, found = 0;
			char text[256] = "";
			for (size_t k = 0; k < lead; k++)
				strcat(text, "を");
			snprintf(text + strlen(text), 128, "%sを、避難指示の対象とします",
				rows[i].name);
			size_t width = hs_crawl_width(rows[i].name) + 2;
			width = width < 16 ? 16 : width;
			hs_crawl_begin(&crawl, arena);
			crawl.names = names;
			hs_crawl_text(&crawl, text);
			assert_int_equal(
				hs_crawl_lines(&crawl, "", width, &lines, &line_count), HS_OK);
			for (size_t k = 0; k < line_count; k++)
				found += strstr(lines[k], rows[i].name) != NULL;
			assert_int_equal(found, 1);
			hs_arena_destroy(arena);
		}
	}
	hs_place_names_destroy(names);
}

static void
check_pages(const struct story *story, const struct hs_page *pages, size_t count, const char *mark,
	struct hs_page_shape shape)
{
	const char **lines = calloc(TEXT_SIZE, sizeof(*lines));
	size_t line_count = 0;
	for (size_t i = 0; i < count; i++) {
		size_t own = mark[0] != '\0' ? 1 : 0;
		assert_true(pages[i].count <= shape.rows);
		assert_true(pages[i].count > 2 * own);
		if (own) {
			assert_string_equal(pages[i].lines[0], mark);
			assert_string_equal(pages[i].lines[pages[i].count - 1], mark);
		}
		if (i + 1 == count && count > 1)
			assert_true(pages[i].count - 2 * own > 1 || shape.rows - 2 * own <= 2);
		for (size_t k = own; k + own < pages[i].count; k++)
			lines[line_count++] = pages[i].lines[k];
	}
	check_lines(story, lines, line_count, shape.width_half);
	free(lines);
}

static void
test_pages(void **state)
{
	struct hs_place_names *names = hs_place_names_create();
	struct story *story = malloc(sizeof(*story));
	(void)state;
	for (uint64_t each = 1; each <= 2000; each++) {
		struct hs_arena *arena = hs_arena_create(8u << 20);
		struct hs_crawl crawl;
		struct hs_page *pages;
		size_t count;
		seed = each;
		random_text(story);
		const char *mark = next_random(2) ? MARK : "";
		size_t least = longest_run(story);
		struct hs_page_shape shape = { (least < 16 ? 16 : least) + next_random(30),
			4 + next_random(8) };
		hs_crawl_begin(&crawl, arena);
		crawl.names = names;
		hs_crawl_text(&crawl, story->text);
		assert_int_equal(hs_pages(&crawl, mark, shape, &pages, &count), HS_OK);
		check_pages(story, pages, count, mark, shape);
		hs_arena_destroy(arena);
	}
	free(story);
	hs_place_names_destroy(names);
}

static void
test_breaks_and_limits(void **state)
{
	struct hs_arena *arena = hs_arena_create(1u << 20);
	struct hs_crawl crawl;
	struct hs_page *pages;
	size_t count;
	(void)state;
	hs_crawl_begin(&crawl, arena);
	hs_crawl_lines_of(&crawl, "一行目\n\n二行目、つづき\n");
	hs_crawl_text(&crawl, "三行目");
	struct hs_page_shape shape = { 32, 2 };
	assert_int_equal(hs_pages(&crawl, "", shape, &pages, &count), HS_OK);
	assert_int_equal(count, 2);
	assert_string_equal(pages[0].lines[0], "一行目");
	assert_string_equal(pages[0].lines[1], "二行目、つづき");
	assert_string_equal(pages[1].lines[0], "三行目");
	assert_int_equal(hs_pages(&crawl, MARK, shape, &pages, &count), HS_ERR_INVALID);
	shape.rows = 4;
	shape.width_half = 14;
	assert_int_equal(hs_pages(&crawl, "", shape, &pages, &count), HS_ERR_INVALID);
	hs_crawl_begin(&crawl, arena);
	shape.width_half = 16;
	assert_int_equal(hs_pages(&crawl, MARK, shape, &pages, &count), HS_OK);
	assert_int_equal(count, 0);
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines_of_free_text),
		cmocka_unit_test(test_every_name),
		cmocka_unit_test(test_pages),
		cmocka_unit_test(test_breaks_and_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
