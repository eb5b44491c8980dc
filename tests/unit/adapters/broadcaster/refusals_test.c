/* refusals_test.c: of many refusals of a name one line a minute, which says how many there were; the count has all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapters/broadcaster/refusals.h"

static void
test_one_line_a_minute(void **state)
{
	struct hs_refusals refusals = { 0 };
	const int64_t begin_us = INT64_C(5000000);
	uint64_t unwritten = 99;
	(void)state;
	assert_true(hs_refusals_add(&refusals, begin_us, &unwritten));
	assert_int_equal(unwritten, 0);
	for (int i = 1; i <= 1000; i++)
		assert_false(hs_refusals_add(&refusals, begin_us + i, &unwritten));
	assert_false(hs_refusals_add(&refusals, begin_us + HS_REFUSALS_QUIET_US - 1, &unwritten));
	assert_true(hs_refusals_add(&refusals, begin_us + HS_REFUSALS_QUIET_US, &unwritten));
	assert_int_equal(unwritten, 1001);
	assert_int_equal(refusals.total, 1003);
	assert_true(hs_refusals_add(&refusals, begin_us + 2 * HS_REFUSALS_QUIET_US, &unwritten));
	assert_int_equal(unwritten, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_one_line_a_minute) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
