/* area_rules_test.c: places, relations, and codes that are no longer in force. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "schemas/area_rules.h"

static void
test_places(void **state)
{
	(void)state;
	assert_int_equal(hs_area_place("22"), HS_PLACE_PREFECTURE);
	assert_int_equal(hs_area_place("220001"), HS_PLACE_PREFECTURE);
	assert_int_equal(hs_area_place("221309"), HS_PLACE_MUNICIPALITY);
	assert_int_equal(hs_area_place("22130"), HS_PLACE_MUNICIPALITY);
	assert_int_equal(hs_area_place("131016"), HS_PLACE_MUNICIPALITY);
	assert_int_equal(hs_area_place("221384"), HS_PLACE_WARD);
	assert_int_equal(hs_area_place("221380010023"), HS_PLACE_DISTRICT);
	assert_int_equal(hs_area_place("221317"), HS_PLACE_NONE);
	assert_int_equal(hs_area_place("000000"), HS_PLACE_NONE);
	assert_int_equal(hs_area_place("2213"), HS_PLACE_NONE);
	assert_int_equal(hs_area_place(""), HS_PLACE_NONE);
}

static void
test_relations(void **state)
{
	(void)state;
	assert_int_equal(hs_area_relation("22", "220001"), HS_RELATION_SAME);
	assert_int_equal(hs_area_relation("22", "221309"), HS_RELATION_WITHIN);
	assert_int_equal(hs_area_relation("221309", "221384"), HS_RELATION_WITHIN);
	assert_int_equal(hs_area_relation("221384", "221309"), HS_RELATION_AROUND);
	assert_int_equal(hs_area_relation("221384", "22"), HS_RELATION_AROUND);
	assert_int_equal(hs_area_relation("221384", "221392"), HS_RELATION_BESIDE);
	assert_int_equal(hs_area_relation("22", "23"), HS_RELATION_BESIDE);
	assert_int_equal(hs_area_relation("221384", ""), HS_RELATION_BESIDE);
	assert_int_equal(hs_area_relation("", ""), HS_RELATION_BESIDE);
	assert_false(hs_area_rule_allows("", ""));
	assert_false(hs_area_rule_allows("221317", "221317"));
}

static void
test_retired_codes(void **state)
{
	(void)state;
	assert_string_equal(hs_area_retired_find("221317")->successors, "221384");
	assert_string_equal(hs_area_retired_find("22135")->successors, "221392 221384");
	assert_null(hs_area_retired_find("221384"));
	assert_null(hs_area_retired_find("22"));
	assert_null(hs_area_retired_find(""));
	/* Not even the city or the prefecture may name a ward that is no more. */
	assert_false(hs_area_rule_allows("221309", "221317"));
	assert_false(hs_area_rule_allows("22", "221317"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_relations),
		cmocka_unit_test(test_retired_codes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
