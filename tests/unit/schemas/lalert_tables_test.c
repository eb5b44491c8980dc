#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "schemas/lalert_tables.h"

static void
test_categories(void **state)
{
	size_t count;
	const struct hs_lalert_category *rows = hs_lalert_category_rows(&count);

	(void)state;
	assert_int_equal(count, 14);
	assert_ptr_equal(hs_lalert_category_find("rainFALL"), hs_lalert_category_find("Rainfall"));
	assert_null(hs_lalert_category_find("Rainfalls"));
	assert_null(hs_lalert_category_find(""));
	for (size_t i = 0; i < count; i++) {
		assert_ptr_equal(hs_lalert_category_find(rows[i].category), &rows[i]);
		assert_true(rows[i].name[0] != '\0');
		/* only what is evacuation is called so, and only that is for municipalities alone */
		assert_int_equal(rows[i].kind == HS_KIND(EVACUATION),
			strcmp(rows[i].category, "EvacuationOrder") == 0);
		assert_int_equal(rows[i].places, rows[i].kind == HS_KIND(EVACUATION));
	}
	assert_string_equal(hs_lalert_category_find("Shelter")->ns,
		"http://xml.publiccommons.ne.jp/pcxml1/body/shelter");
	assert_string_equal(hs_lalert_category_find("CivilProtection")->ns, "");
}

static void
test_values(void **state)
{
	(void)state;
	assert_true(hs_lalert_value_known("shelter_sort", "開設", ""));
	assert_false(hs_lalert_value_known("shelter_sort", "設置", ""));
	assert_false(hs_lalert_value_known("shelter_sort", "", ""));
	assert_true(hs_lalert_value_known("notice_sub_category", "鉄道", "交通"));
	assert_false(hs_lalert_value_known("notice_sub_category", "鉄道", "広報"));
	assert_false(hs_lalert_value_known("no_list", "開設", ""));
}

static void
test_damage_groups(void **state)
{
	(void)state;
	assert_string_equal(hs_lalert_damage_group("HumanDamages"), "human");
	assert_string_equal(hs_lalert_damage_group("Losses"), "loss");
	assert_null(hs_lalert_damage_group("HumanDamage"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_categories),
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_damage_groups),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
