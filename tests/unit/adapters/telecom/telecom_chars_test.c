/* Counting, and the forbidden list with rule, position and replacement. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/telecom/telecom_chars.h"
#include "hub/base/check.h"

#define ALL 0x1fu

static void
characters_are_counted_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(0, hs_char_count("", 1));
	assert_int_equal(4, hs_char_count("避難指示", 1));
	assert_int_equal(3, hs_char_count("a𠮷b", 1));
	assert_int_equal(3, hs_char_count("a\nb", 1));
	assert_int_equal(4, hs_char_count("a\nb", 2));
	assert_int_equal(3, hs_char_count("a\r\nb", 1));
	assert_int_equal(4, hs_char_count("a\r\nb", 2));
}

static void
forbidden_things_are_found_at_their_place(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum hs_forbidden rule;
		size_t position;
		const char *found;
		const char *suggestion;
	} rows[] = {
		{ "第①避難所", HS_FORBIDDEN_PLATFORM, 2, "①", "1" },
		{ "Ⅰ地区", HS_FORBIDDEN_PLATFORM, 1, "Ⅰ", "I" },
		{ "㈱架空", HS_FORBIDDEN_PLATFORM, 1, "㈱", "(株)" },
		{ "電話℡", HS_FORBIDDEN_PLATFORM, 3, "℡", "TEL" },
		{ "髙台へ", HS_FORBIDDEN_PLATFORM, 1, "髙", "高" },
		{ "長﨑", HS_FORBIDDEN_PLATFORM, 2, "﨑", "崎" },
		{ "詳細はhttp://example.jp/a へ", HS_FORBIDDEN_URL, 4, "http://example.jp/a", "" },
		{ "詳細はHTTPS://example.jp", HS_FORBIDDEN_URL, 4, "HTTPS://example.jp", "" },
		{ "連絡 a@example.jp", HS_FORBIDDEN_MAIL, 5, "@example.jp", "" },
		{ "mailto", HS_FORBIDDEN_MAIL, 1, "mailto", "" },
		{ "電話 0120-444-113", HS_FORBIDDEN_PHONE, 4, "0120-444-113", "" },
		{ "電話０１２０４４４１１３", HS_FORBIDDEN_PHONE, 3, "０", "" },
		{ "+81312345678", HS_FORBIDDEN_PHONE, 1, "+81312345678", "" },
		{ "コールセンター0120-444-113", HS_FORBIDDEN_PHONE, 8, "0120-444-113", "" },
		{ "電話(03)1234-5678", HS_FORBIDDEN_PHONE, 4, "03)1234-5678", "" },
		{ "電話（０３）１２３４−５６７８", HS_FORBIDDEN_PHONE, 4, "０", "" },
		{ "電話 03 1234 5678", HS_FORBIDDEN_PHONE, 4, "03", "" },
		{ "電話　０３　１２３４　５６７８", HS_FORBIDDEN_PHONE, 4, "０", "" },
		{ "03.1234.5678", HS_FORBIDDEN_PHONE, 1, "03.1234.5678", "" },
		{ "03・1234・5678", HS_FORBIDDEN_PHONE, 1, "03", "" },
		{ "03 - 1234 - 5678", HS_FORBIDDEN_PHONE, 1, "03", "" },
		{ "03-1234-5678 090-1234-5678", HS_FORBIDDEN_PHONE, 1, "03-1234-5678", "" },
		{ "8時から0120 44 41 13", HS_FORBIDDEN_PHONE, 5, "0120", "" },
		{ "+81 (0)3 1234 5678", HS_FORBIDDEN_PHONE, 1, "+81", "" },
		{ "電話 #7119", HS_FORBIDDEN_PHONE, 4, "#7119", "" },
		{ "♯7119", HS_FORBIDDEN_PHONE, 1, "♯7119", "" },
		{ "ｈｔｔｐｓ：／／ｅｘａｍｐｌｅ．ｊｐ", HS_FORBIDDEN_URL, 1, "ｈ", "" },
		{ "ＷＷＷ．ｅｘａｍｐｌｅ", HS_FORBIDDEN_URL, 1, "Ｗ", "" },
		{ "ａ＠ｅｘａｍｐｌｅ", HS_FORBIDDEN_MAIL, 2, "＠", "" },
		{ "𠮷野地区", HS_FORBIDDEN_PLATFORM, 1, "𠮷", "吉" },
		{ "🌊海岸", HS_FORBIDDEN_PLATFORM, 1, "🌊", "" },
		{ "葛\U000e0100西", HS_FORBIDDEN_PLATFORM, 2, "\U000e0100", "" },
		{ "南\u00a0町", HS_FORBIDDEN_PLATFORM, 2, "\u00a0", " " },
		{ "か\u3099けの下", HS_FORBIDDEN_PLATFORM, 2, "\u3099", "濁点つきの1文字" },
		{ "\u200b北町", HS_FORBIDDEN_PLATFORM, 1, "\u200b", "" },
		{ "#7119へ", HS_FORBIDDEN_PHONE, 1, "#7119", "" },
		{ "tel:1", HS_FORBIDDEN_PHONE, 1, "tel:1", "" },
		{ "ﾋﾅﾝ", HS_FORBIDDEN_HALF_KANA, 1, "ﾋ", "全角カナ" },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_forbidden_finding found;
		assert_true(hs_forbidden_find(rows[i].text, ALL, &found));
		assert_int_equal(rows[i].rule, found.rule);
		assert_int_equal(rows[i].position, found.position);
		assert_string_equal(rows[i].found, found.found);
		assert_string_equal(rows[i].suggestion, found.suggestion);
		assert_string_not_equal("", hs_forbidden_name_ja(found.rule));
		assert_string_not_equal("", hs_forbidden_name_en(found.rule));
		/* with its switch off it passes */
		assert_false(
			hs_forbidden_find(rows[i].text, ALL & ~(unsigned)rows[i].rule, &found));
	}
}

static void
ordinary_texts_pass(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"架空市は2日18時05分、洪水に関する警戒レベル4「避難指示」"
		"を次の地区に発令しました。\n対象：中央地区、港地区ほか3地区",
		"カタカナ、ひらがな、ＡＢＣ、１２３", "00時05分", "119番", "100%", "3/2",
		"人口10000人", "≒∵√", "〓", "10月5日 03時30分", "2026/11/28 09:30",
		"2026-01-02 03:04", "2026.01.02 03.04.05", "2026年01月02日 03 04 05", "第02号",
		"0時", "01 02 03 04 05 06", "001 002 003 004", "0 1000 2000 3000", "0 10000 20000",
		"0.5 1.0 1.5 2.0 2.5", "〒012-3456 123番地", "012-3456", "北緯35.0116363 東経135.7",
		"1〜3丁目、4－6番、7～9番地—北", "＃1 2026", "𠮷を除く"
	};
	struct hs_forbidden_finding found;
	for (size_t i = 0; i + 1 < HS_COUNT(texts); i++)
		assert_false(hs_forbidden_find(texts[i], ALL, &found));
	assert_true(hs_forbidden_find(texts[HS_COUNT(texts) - 1], ALL, &found));
}

/* What is written instead must pass itself. */
static void
suggestions_are_allowed(void **state)
{
	(void)state;
	size_t suggested = 0;
	for (uint32_t character = 0x80; character < 0x30000; character++) {
		const char *suggestion;
		struct hs_forbidden_finding found;
		if (!hs_platform_character(character, &suggestion) || suggestion[0] == '\0')
			continue;
		suggested++;
		assert_false(hs_forbidden_find(suggestion, ALL, &found));
	}
	assert_true(suggested > 100);
}

static void
each_carrier_counts_in_its_way(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		size_t characters, width, utf16;
	} rows[] = { { "", 0, 0, 0 }, { "避難", 2, 2, 2 }, { "abc", 3, 2, 3 },
		{ "第12町", 4, 3, 4 }, { "ｱｲ避", 3, 2, 3 }, { "𠮷", 1, 1, 2 },
		{ "a\r\nb", 4, 3, 4 } };
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		assert_int_equal(
			rows[i].characters, hs_char_length(rows[i].text, HS_COUNT_CHARACTERS, 2));
		assert_int_equal(rows[i].width, hs_char_length(rows[i].text, HS_COUNT_WIDTH, 2));
		assert_int_equal(rows[i].utf16, hs_char_length(rows[i].text, HS_COUNT_UTF16, 2));
	}
}

static void
a_carriers_own_list(void **state)
{
	(void)state;
	struct hs_forbidden_finding found;
	assert_false(hs_forbidden_listed("避難指示", NULL, &found));
	assert_false(hs_forbidden_listed("避難指示", "", &found));
	assert_false(hs_forbidden_listed("避難指示", "①〜", &found));
	assert_true(hs_forbidden_listed("避難指示〜", "①〜", &found));
	assert_int_equal(5, found.position);
	assert_string_equal("〜", found.found);
	assert_int_equal(HS_FORBIDDEN_LISTED, found.rule);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_are_counted_not_bytes),
		cmocka_unit_test(forbidden_things_are_found_at_their_place),
		cmocka_unit_test(ordinary_texts_pass),
		cmocka_unit_test(suggestions_are_allowed),
		cmocka_unit_test(each_carrier_counts_in_its_way),
		cmocka_unit_test(a_carriers_own_list),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
