/* Reading dictionary: longest word, misreadings, later rows, wrong lines, what goes to the synthesis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/jalert/readings.h"
#include "adapters/jalert/speech.h"
#include "hub/base/check.h"

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

/* As the synthesis reads them by itself: ダイジシン, ダイツナミ; and all that changes its sound by the number before it. */
static void
misreadings_are_kept_away(void **state)
{
	(void)state;
	static const struct {
		const char *text, *reading;
	} rows[] = {
		{ "大地震です。大地震です。", "おおじしんです。おおじしんです。" },
		{ "大津波警報が", "おおつなみけいほうが" },
		{ "大津波警報・津波警報", "おおつなみけいほう・つなみけいほう" },
		{ "ミサイルが、7時50分頃、青森県、北海道周辺に",
			"ミサイルが、しちじごじゅっぷんごろ、あおもりけん、ほっかいどうしゅうへん"
			"に" },
		{ "4時4分頃", "よじよんぷんごろ" },
		{ "9時1分", "くじいっぷん" },
		{ "0時0分", "れいじれいふん" },
		{ "10時10分", "じゅうじじゅっぷん" },
		{ "14時38分", "じゅうよじさんじゅうはっぷん" },
		{ "17時16分", "じゅうしちじじゅうろっぷん" },
		{ "19時3分", "じゅうくじさんぷん" },
		{ "20時27分", "にじゅうじにじゅうななふん" },
		{ "23時59分", "にじゅうさんじごじゅうきゅうふん" },
		{ "対象地域は、神奈川県、東京都、京都府、大阪府です。",
			"たいしょうちいきは、かながわけん、とうきょうと、きょうとふ、おおさかふです"
			"。" },
		{ "直ちに建物の中、又は地下に避難して下さい。",
			"ただちにたてもののなか、またはちかにひなんしてください。" },
		{ "警戒レベル5、緊急安全確保", "けいかいれべるご、きんきゅうあんぜんかくほ" },
		{ "北町一丁目", "北町いっちょうめ" },
		{ "海に", "うみに" },
	};
	struct hs_readings *readings = hs_readings_create();
	struct hs_arena *arena = hs_arena_create(1u << 20);
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		assert_string_equal(rows[i].reading, apply(readings, arena, rows[i].text));
	hs_arena_destroy(arena);
	hs_readings_destroy(readings);
}

/* Every hour and minute has a reading of its own, none of them that of another. */
static void
every_minute_of_the_day_is_read(void **state)
{
	(void)state;
	struct hs_readings *readings = hs_readings_create();
	struct hs_arena *arena = hs_arena_create(1u << 20);
	const char *made[84];
	for (unsigned i = 0; i < HS_COUNT(made); i++) {
		const char *text = i < 24 ? hs_arena_printf(arena, "%u時", i)
					  : hs_arena_printf(arena, "%u分", i - 24);
		made[i] = apply(readings, arena, text);
		assert_null(strpbrk(made[i], "0123456789"));
		for (unsigned j = 0; j < i; j++)
			assert_string_not_equal(made[j], made[i]);
	}
	hs_arena_destroy(arena);
	hs_readings_destroy(readings);
}

/* The synthesis reads one line of 1,022 bytes and says nothing of an empty one: what goes to it is neither. */
static void
a_reading_goes_to_the_synthesis_in_lines_that_it_reads(void **state)
{
	(void)state;
	struct hs_readings *readings = hs_readings_create();
	struct hs_arena *arena = hs_arena_create(1u << 20);
	char text[3000] = "";
	for (int i = 0; i < 20; i++)
		strcat(text, i % 4 ? "大津波警報、緊急安全確保、" : "直ちに高台に避難して下さい。");
	const char *reading = apply(readings, arena, text);
	size_t pieces = 0, len_bytes = 0;
	assert_true(strlen(text) < 1022 && strlen(reading) > 1022); /* kana are longer */
	for (const char *at = reading; *at; at += len_bytes, pieces++) {
		len_bytes = hs_speech_piece(at, HS_SPEECH_PIECE_BYTES);
		assert_in_range(len_bytes, 1, 1021); /* and the end of the line */
		assert_true(((unsigned char)at[len_bytes] & 0xc0) != 0x80);
		assert_true(hs_speech_least_ms(at) > 0);
	}
	assert_true(pieces >= 2);
	assert_string_equal("", apply(readings, arena, ""));
	assert_int_equal(0, hs_speech_piece("", HS_SPEECH_PIECE_BYTES));
	assert_int_equal(0, hs_speech_least_ms(""));
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
	assert_int_equal(2, hs_reading_morae("「ファ」イャ")); /* ファ, イャ */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(longest_word_wins),
		cmocka_unit_test(misreadings_are_kept_away),
		cmocka_unit_test(every_minute_of_the_day_is_read),
		cmocka_unit_test(a_reading_goes_to_the_synthesis_in_lines_that_it_reads),
		cmocka_unit_test(later_rows_and_names_win),
		cmocka_unit_test(wrong_line_is_named),
		cmocka_unit_test(morae_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
