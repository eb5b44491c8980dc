/* The code tables against the rules of the field: check digits, which term means what when, what lies
 * within what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "schemas/tables.h"

#define REAL_AREAS	(1918 + 47)
#define SYNTHETIC_AREAS 11

static int64_t
at(const char *text)
{
	int64_t unix_us = 0;
	int offset = 0;
	assert_int_equal(hs_rfc3339_parse(text, &unix_us, &offset, NULL), HS_OK);
	return unix_us;
}

/* What the faulty senders compute: remainder 0 → '0', 1 → 'X'. */
static char
isbn_digit(const char *code)
{
	int sum = 0;
	for (int i = 0; i < 5; i++)
		sum += (code[i] - '0') * (6 - i);
	int digit = (11 - sum % 11) % 11;
	return digit == 10 ? 'X' : (char)('0' + digit);
}

static void
every_code_has_its_check_digit(void **state)
{
	(void)state;
	size_t count = 0, wrong_zero = 0, wrong_x = 0, real = 0;
	const struct hs_area_row *rows = hs_area_rows(&count);
	assert_int_equal(count, REAL_AREAS + SYNTHETIC_AREAS);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(strlen(rows[i].code), 6);
		assert_int_equal(hs_area_check_digit(rows[i].code), rows[i].code[5]);
		assert_true(i == 0 || strcmp(rows[i - 1].code, rows[i].code) < 0);
		if (memcmp(rows[i].code, "99", 2) == 0)
			continue;
		real++;
		char faulty = isbn_digit(rows[i].code);
		wrong_zero += faulty == '0' && rows[i].code[5] != '0';
		wrong_x += faulty == 'X';
	}
	assert_int_equal(real, REAL_AREAS);
	/* the known fault hits 183 and 187 of the 1,965 codes */
	assert_int_equal(wrong_zero, 183);
	assert_int_equal(wrong_x, 187);
}

static void
a_wrong_check_digit_is_no_code(void **state)
{
	(void)state;
	static const char *const right[] = { "990001", "990141", "990311", "990060", "990230",
		"990370", "110001", "090000" };
	for (size_t i = 0; i < HS_COUNT(right); i++) {
		const struct hs_area_row *row = hs_area_find(right[i]);
		assert_non_null(row);
		char faulty[7];
		memcpy(faulty, right[i], sizeof(faulty));
		faulty[5] = isbn_digit(right[i]);
		assert_int_not_equal(faulty[5], right[i][5]);
		assert_null(hs_area_find(faulty));
		assert_int_equal(hs_area_check_digit(faulty), right[i][5]);
		faulty[5] = '\0';
		assert_ptr_equal(hs_area_find(faulty), row);
		assert_true(hs_area_within(right[i], faulty));
	}
}

static void
areas_are_found_in_each_form(void **state)
{
	(void)state;
	assert_string_equal(hs_area_find("131016")->name, "千代田区");
	assert_string_equal(hs_area_find("13101")->code, "131016");
	assert_string_equal(hs_area_find("13")->code, "130001");
	assert_string_equal(hs_area_find("13")->kind, "prefecture");
	assert_string_equal(hs_area_find("990019")->name, "架空市");
	assert_string_equal(hs_area_find("990019")->kind, "synthetic");
	assert_string_equal(hs_area_find("011011")->parent, "011002");
	static const char *const unknown[] = { "", "1", "131", "1310", "131017", "48", "980005",
		"1310160", "abcdef", "99001X", "131016000001" };
	for (size_t i = 0; i < HS_COUNT(unknown); i++)
		assert_null(hs_area_find(unknown[i]));
	assert_null(hs_area_find(NULL));
	assert_int_equal(hs_area_check_digit("13a01"), 0);
	assert_int_equal(hs_area_check_digit("1310"), 0);
	assert_int_equal(hs_area_check_digit(NULL), 0);
}

static void
within_is_by_place(void **state)
{
	(void)state;
	static const struct {
		const char *code, *within;
		bool expected;
	} rows[] = {
		{ "131016", "13", true },
		{ "131016", "130001", true },
		{ "131016", "13000", true },
		{ "131016", "131016", true },
		{ "13101", "131016", true },
		{ "131016", "13101", true },
		{ "131016", "14", false },
		{ "131016", "131024", false },
		{ "130001", "13", true },
		{ "13", "130001", true },
		{ "13", "131016", false },
		{ "130001", "131016", false },
		{ "131010001001", "131016", true },
		{ "131010001001", "13", true },
		{ "131010001001", "131010001001", true },
		{ "131010001001", "131010001002", false },
		{ "131016", "131010001001", false },
		{ "011011", "011002", true }, /* a ward in its city */
		{ "011010001001", "011002", true },
		{ "011002", "011011", false }, /* a city is not in its ward */
		{ "011011", "011029", false },
		{ "990019", "99", true },
		{ "99001X", "990019", true }, /* the check digit says nothing about the place */
		{ "990027", "990019", false },
		{ "", "13", false },
		{ "131016", "", false },
		{ "131016", "1", false },
		{ "1310", "13", false },
		{ "13101600", "13", false },
		{ "ab1016", "ab", false },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		if (hs_area_within(rows[i].code, rows[i].within) != rows[i].expected)
			fail_msg("%s within %s", rows[i].code, rows[i].within);
	assert_false(hs_area_within(NULL, "13"));
	assert_false(hs_area_within("13", NULL));
}

struct level_case {
	const char *term, *when, *scheme;
	uint32_t level;
	bool obsolete;
};

static const struct level_case LEVEL_CASES[] = {
	{ "避難指示", "2018-07-06T19:40:00+09:00", "legacy", 0, false },
	{ "避難指示", "2020-07-04T04:50:00+09:00", "2019", 4, false },
	{ "避難指示", "2022-07-01T18:55:00+09:00", "2021", 4, false },
	{ "避難指示", "2026-07-01T18:55:00+09:00", "2026", 4, false },
	{ "避難準備", "2018-07-06T19:40:00+09:00", "legacy", 0, false },
	{ "避難勧告", "2018-07-06T19:40:00+09:00", "legacy", 0, false },
	{ "避難準備・高齢者等避難開始", "2020-07-04T04:50:00+09:00", "2019", 3, false },
	{ "避難勧告", "2020-07-04T04:50:00+09:00", "2019", 4, false },
	{ "避難指示(緊急)", "2020-07-04T04:50:00+09:00", "2019", 4, false },
	{ "避難指示（緊急）", "2020-07-04T04:50:00+09:00", "2019", 4, false },
	{ "災害発生情報", "2020-07-04T04:50:00+09:00", "2019", 5, false },
	{ "高齢者等避難", "2021-05-20T00:00:00+09:00", "2021", 3, false },
	{ "緊急安全確保", "2021-05-20T00:00:00+09:00", "2021", 5, false },
	{ "高齢者等避難", "2026-05-28T00:00:00+09:00", "2026", 3, false },
	{ "緊急安全確保", "2026-05-28T00:00:00+09:00", "2026", 5, false },
	{ "避難勧告", "2021-05-19T23:59:59+09:00", "2019", 4, false },
	{ "避難勧告", "2021-05-20T00:00:00+09:00", "2021", 4, true },
	{ "避難勧告", "2026-11-01T00:00:00+09:00", "2026", 4, true },
	{ "避難準備", "2026-11-01T00:00:00+09:00", "2026", 3, true },
	{ "災害発生情報", "2026-11-01T00:00:00+09:00", "2026", 5, true },
	{ "警戒区域", "2016-11-01T00:00:00+09:00", "legacy", 0, false },
	{ "警戒区域", "2026-11-01T00:00:00+09:00", "2026", 0, false },
	{ "自主避難", "2026-11-01T00:00:00+09:00", "2026", 0, false },
};

static void
terms_mean_what_they_meant_then(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(LEVEL_CASES); i++) {
		const struct level_case *row = &LEVEL_CASES[i];
		const struct hs_level_row *found = NULL;
		assert_int_equal(hs_level_find(row->term, at(row->when), &found), HS_OK);
		if (strcmp(found->scheme, row->scheme) != 0 || found->level != row->level ||
			found->obsolete != row->obsolete)
			fail_msg("%s at %s: %s %u %d", row->term, row->when, found->scheme,
				found->level, found->obsolete);
		assert_string_equal(hs_level_scheme(at(row->when)), row->scheme);
	}
}

static void
unknown_terms_are_not_guessed(void **state)
{
	(void)state;
	const struct hs_level_row *found = NULL;
	static const char *const unknown[] = { "", "避難", "避難指示 ", "レベル４避難指示",
		"超避難", "zzz", "\x01" };
	for (size_t i = 0; i < HS_COUNT(unknown); i++)
		assert_int_equal(hs_level_find(unknown[i], at("2026-07-01T00:00:00+09:00"), &found),
			HS_ERR_NOT_FOUND);
	assert_null(found);
	assert_string_equal(hs_level_scheme(INT64_MIN), "legacy");
	assert_string_equal(hs_level_scheme(INT64_MAX), "2026");
}

static void
a_restricted_zone_stands_above_level_five(void **state)
{
	(void)state;
	const struct hs_level_row *zone = NULL, *five = NULL;
	int64_t now = at("2026-07-01T00:00:00+09:00");
	assert_int_equal(hs_level_find("警戒区域", now, &zone), HS_OK);
	assert_int_equal(hs_level_find("緊急安全確保", now, &five), HS_OK);
	assert_int_equal(zone->level, 0);
	assert_true(zone->urgency > five->urgency);
}

static double
channel(const char *hex)
{
	unsigned value = 0;
	assert_int_equal(sscanf(hex, "%2x", &value), 1);
	double c = value / 255.0;
	if (c <= 0.04045)
		return c / 12.92;
	double base = (c + 0.055) / 1.055, power = base * base; /* base^2.4 ≈ base^2 · base^0.4 */
	double low = 0, high = 1;
	for (int i = 0; i < 60; i++) { /* fifth root of base^2 */
		double middle = (low + high) / 2;
		double fifth = middle * middle * middle * middle * middle;
		if (fifth < power)
			low = middle;
		else
			high = middle;
	}
	return power * low;
}

static double
luminance(const char *colour)
{
	return 0.2126 * channel(colour + 1) + 0.7152 * channel(colour + 3) +
	       0.0722 * channel(colour + 5);
}

static void
levels_can_be_read(void **state)
{
	(void)state;
	static const char *const backgrounds[] = { "#ffffff", "#f2e700", "#ff2800", "#aa00aa",
		"#0c000c" };
	for (uint32_t level = 1; level <= 5; level++) {
		const struct hs_level_display *row = hs_level_display(level);
		assert_non_null(row);
		assert_string_equal(row->background, backgrounds[level - 1]);
		double a = luminance(row->background), b = luminance(row->foreground);
		double contrast = a > b ? (a + 0.05) / (b + 0.05) : (b + 0.05) / (a + 0.05);
		assert_true(contrast >= 4.5);
		assert_true(row->term_ja[0] && row->term_easy[0] && row->term_en[0]);
		assert_true(row->action_ja[0]);
		assert_true(level < 3 || (row->action_easy[0] && row->action_en[0]));
	}
	assert_string_equal(hs_level_display(4)->term_ja, "避難指示");
	assert_null(hs_level_display(0));
	assert_null(hs_level_display(6));
}

static void
hazards_are_read_from_names(void **state)
{
	(void)state;
	assert_string_equal(hs_hazard_guess("令和８年台風第１５号")->hazard, "flood");
	assert_string_equal(hs_hazard_guess("台風第15号による土砂災害")->hazard, "landslide");
	assert_string_equal(hs_hazard_guess("○○川の氾濫")->hazard, "flood");
	assert_string_equal(hs_hazard_guess("大津波警報")->hazard, "tsunami");
	assert_string_equal(hs_hazard_guess("高潮")->hazard, "storm_surge");
	assert_null(hs_hazard_guess("訓練災害"));
	assert_null(hs_hazard_guess(""));
	assert_string_equal(hs_hazard_find("flood")->ja, "洪水");
	assert_null(hs_hazard_find("nothing"));
	size_t count = 0;
	hs_hazard_rows(&count);
	assert_int_equal(count, 8);
}

static void
orders_stand_until_they_are_lifted(void **state)
{
	(void)state;
	assert_true(hs_kind_validity_us("evacuation") == 0);
	assert_true(hs_kind_validity_us("shelter") == 0);
	assert_true(hs_kind_validity_us("weather") == 7 * 24 * 3600 * 1000000LL);
	assert_true(hs_kind_validity_us("a kind of next year") == 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_stand_until_they_are_lifted),
		cmocka_unit_test(every_code_has_its_check_digit),
		cmocka_unit_test(a_wrong_check_digit_is_no_code),
		cmocka_unit_test(areas_are_found_in_each_form),
		cmocka_unit_test(within_is_by_place),
		cmocka_unit_test(terms_mean_what_they_meant_then),
		cmocka_unit_test(unknown_terms_are_not_guessed),
		cmocka_unit_test(a_restricted_zone_stands_above_level_five),
		cmocka_unit_test(levels_can_be_read),
		cmocka_unit_test(hazards_are_read_from_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
