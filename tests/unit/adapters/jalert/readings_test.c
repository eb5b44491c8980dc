/* Reading dictionary: longest word, later rows, wrong lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/jalert/readings.h"

static const char *
apply(struct hs_readings *readings, struct hs_arena *arena, const char *text)
{
	return hs_readings_apply(readings, arena, text, NULL);
}

static void
longest_word_wins(void **state)
{
	(void)state;
	struct hs_readings *readings = hs_readings_create();
	struct hs_arena *arena = hs_arena_create(1u << 20);
	assert_string_equal("おおつなみ", apply(readings, arena, "大津波"));
	assert_string_equal("おおじしん", apply(readings, arena, "大地震"));
	assert_string_equal("けいかいれべるよん", apply(readings, arena, "警戒レベル4"));
	assert_string_equal("こうれいしゃとうひなん", apply(readings, arena, "高齢者等避難"));
	assert_string_equal("未知のご", apply(readings, arena, "未知のご"));
	hs_arena_destroy(arena);
	hs_readings_destroy(readings);
}

static void
later_rows_and_names_win(void **state)
{
	(void)state;
	struct hs_readings *readings = hs_readings_create();
	struct hs_arena *arena = hs_arena_create(1u << 20);
	const char *csv = "# local names\nword,reading\r\n中央,なかおう\r\n\n新町,あらまち";
	size_t line;
	assert_int_equal(HS_OK, hs_readings_add(readings, csv, strlen(csv), &line));
	assert_string_equal("なかおうちく", apply(readings, arena, "中央地区"));
	assert_string_equal("あらまち", apply(readings, arena, "新町"));
	/* Of the notice: the longest name, and of equal ones the last; before the table, which also has 新町. */
	const struct hs_reading rows[] = { { "新", "あたらし" }, { "新町", "にいまち" },
		{ "新町", "しんまち" }, { "新町東", "しんまちひがし" } };
	const struct hs_reading_names *names = hs_reading_names_make(arena, rows, 4);
	assert_string_equal("しんまち", hs_readings_apply(readings, arena, "新町", names));
	assert_string_equal(
		"しんまちひがしなかおう", hs_readings_apply(readings, arena, "新町東中央", names));
	hs_arena_destroy(arena);
	hs_readings_destroy(readings);
}

static void
wrong_line_is_named(void **state)
{
	(void)state;
	struct hs_readings *readings = hs_readings_create();
	static const char *const wrong[] = { "a,b\nc\n", "a,b\n,c\n", "a,b\nc,\n", "a,b\nc,d,e\n" };
	for (size_t i = 0; i < 4; i++) {
		size_t line = 0;
		assert_int_equal(
			HS_ERR_PARSE, hs_readings_add(readings, wrong[i], strlen(wrong[i]), &line));
		assert_int_equal(2, line);
	}
	size_t line;
	assert_int_equal(HS_ERR_IO, hs_readings_add_file(readings, "/nonexistent", &line));
	hs_readings_destroy(readings);
}

static void
morae_are_counted(void **state)
{
	(void)state;
	assert_int_equal(0, hs_reading_morae(""));
	assert_int_equal(4, hs_reading_morae("ひなんし"));
	assert_int_equal(2, hs_reading_morae("ちょう")); /* ちょ, う */
	assert_int_equal(8, hs_reading_morae("あ、い。"));
	assert_int_equal(2, hs_reading_morae("漢"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(longest_word_wins),
		cmocka_unit_test(later_rows_and_names_win),
		cmocka_unit_test(wrong_line_is_named),
		cmocka_unit_test(morae_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
