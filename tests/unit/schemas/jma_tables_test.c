/* The tables of the weather agency: which row is found, and that the rows fit together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "schemas/jma_tables.h"
#include "schemas/notice.h"
#include "schemas/tables.h"

static const char *
type(const char *title, const char *infokind, const char *version, const char *body)
{
	const struct hs_jma_telegram *row = hs_jma_telegram_find(title, infokind, version, body);

	return row ? row->type : NULL;
}

static void
test_telegrams(void **state)
{
	(void)state;
	assert_string_equal(type("震度速報", "", "", "seismology"), "VXSE51");
	assert_string_equal(
		type("気象警報・注意報（Ｒ０６）（土砂）", "", "", "meteorology"), "VPWW56");
	assert_string_equal(
		type("気象警報・注意報（Ｒ０６）（土砂災害）", "", "", "meteorology"), "VPWW56");
	assert_string_equal(type("津波情報ｂ", "", "", "seismology"), "VTSE51");
	/* by InfoKind: old and new warnings share it, the version parts them */
	assert_string_equal(type("x", "気象警報・注意報", "1.5_0", "meteorology"), "VPWW5x");
	assert_string_equal(type("x", "気象警報・注意報", "1.2_0", "meteorology"), "VPWW54");
	/* the body counts too */
	assert_string_equal(type("震度速報", "震度速報", "", "volcanology"), "");
	assert_null(type("震度速報", "震度速報", "", "oceanology"));
}

static void
test_every_telegram_has_a_kind(void **state)
{
	(void)state;
	assert_true(hs_table_jma_telegram_count > 60);
	for (size_t i = 0; i < hs_table_jma_telegram_count; i++)
		assert_true(hs_enum_value(&hansho__v1__kind__descriptor,
				    hs_table_jma_telegrams[i].kind) > 0);
}

static void
test_codes(void **state)
{
	int64_t now = 1782899400LL * 1000000;

	(void)state;
	assert_int_equal(hs_jma_code_find("w2026", "43", now)->level, 4);
	assert_int_equal(
		hs_jma_code_find("w2026", "43", 0)->level, 4); /* before its day: still known */
	assert_null(hs_jma_code_find("wlegacy", "43", now));
	assert_int_equal(hs_jma_code_find("wlegacy", "08", now)->level, 4);
	assert_int_equal(hs_jma_code_find("w2026", "08", now)->level, 3);
	assert_int_equal(hs_jma_code_find("tsunami", "52", now)->effect, HS_JMA_FORCE);
	assert_int_equal(hs_jma_code_find("tsunami", "50", now)->effect, HS_JMA_LIFT);
	assert_int_equal(hs_jma_code_find("tsunami", "71", now)->effect, HS_JMA_NONE);
	assert_null(hs_jma_code_find("w2026", "", now));
	assert_null(hs_jma_code_find("", "43", now));
}

/* Every code of the table, found again. */
static void
test_every_code_is_found(void **state)
{
	(void)state;
	for (size_t i = 0; i < hs_table_jma_code_count; i++) {
		const struct hs_jma_code *row = &hs_table_jma_codes[i];

		assert_ptr_equal(hs_jma_code_find(row->family, row->code, row->from_unix_us), row);
	}
}

static void
test_areas(void **state)
{
	(void)state;
	assert_string_equal(hs_jma_area_find("quake", "622")->codes, "38");
	assert_string_equal(hs_jma_area_find("quake", "167")->codes, "01");
	assert_string_equal(hs_jma_area_find("eew", "9380")->codes, "38");
	assert_string_equal(hs_jma_area_find("eew", "9943")->codes, "36 37 38 39");
	assert_string_equal(hs_jma_area_find("tsunami", "312")->codes, "12 13 14");
	assert_string_equal(hs_jma_area_find("volcano", "306")->codes, "10 20");
	assert_string_equal(hs_jma_area_find("forecast", "350000")->codes, "35");
	assert_string_equal(hs_jma_area_find("forecast", "350011")->codes, "352012");
	assert_null(hs_jma_area_find("tsunami", "306"));
	assert_null(hs_jma_area_find("quake", ""));
	assert_null(hs_jma_area_find("quake", "*"));
	assert_null(hs_jma_area_find("quake", "62"));
	for (size_t i = 0; i < hs_table_jma_area_count; i++)
		assert_ptr_equal(
			hs_jma_area_find(hs_table_jma_areas[i].scheme, hs_table_jma_areas[i].code),
			&hs_table_jma_areas[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_telegrams),
		cmocka_unit_test(test_every_telegram_has_a_kind),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_every_code_is_found),
		cmocka_unit_test(test_areas),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
