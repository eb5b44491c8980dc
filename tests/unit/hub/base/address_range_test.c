/* Addresses and ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hub/base/address_range.h"
#include "hub/base/check.h"

static void
test_within(void **state)
{
	static const struct {
		const char *range, *address;
		bool within;
	} rows[] = {
		{ "203.0.113.0/24", "203.0.113.255", true },
		{ "203.0.113.0/24", "203.0.114.0", false },
		{ "203.0.113.77/24", "203.0.113.1", true }, /* bits behind the length */
		{ "203.0.113.128/25", "203.0.113.127", false },
		{ "203.0.113.5", "203.0.113.5", true },
		{ "203.0.113.5", "203.0.113.4", false },
		{ "0.0.0.0/0", "198.51.100.1", true },
		{ "2001:db8::/32", "2001:db8:1::7", true },
		{ "2001:db8::/32", "2001:db9::7", false },
		{ "::/0", "198.51.100.1", false }, /* another family */
		{ "203.0.113.0/24", "::ffff:203.0.113.9", true },
		{ "203.0.113.0/24", "", false },
		{ "203.0.113.0/24", "unix", false },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		assert_int_equal(hs_address_within(rows[i].range, rows[i].address), rows[i].within);
}

static void
test_what_is_no_range(void **state)
{
	static const char *const wrong[] = { "", "/", "203.0.113.0/", "203.0.113.0/33",
		"203.0.113.0/-1", "203.0.113.0/ 8", "203.0.113.0/8x", "203.0.113", "2001:db8::/129",
		"station.example", "203.0.113.0/8/8",
		"2001:0db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000/32" };

	(void)state;
	assert_true(hs_address_range_ok("203.0.113.0/32"));
	assert_true(hs_address_range_ok("::1"));
	for (size_t i = 0; i < HS_COUNT(wrong); i++)
		assert_false(hs_address_range_ok(wrong[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_within),
		cmocka_unit_test(test_what_is_no_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
