/* Query and form parameters, percent-encoding, header values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "hub/base/check.h"
#include "hub/base/http_internal.h"

struct param_case {
	const char *text;
	const char *name;
	const char *value; /* NULL: absent */
};

static void
test_param(void **state)
{
	static const struct param_case cases[] = {
		{ "a=1&b=2", "a", "1" },
		{ "a=1&b=2", "b", "2" },
		{ "a=1&b=2", "c", NULL },
		{ "a=1&a=2", "a", "1" },
		{ "ab=1", "a", NULL },
		{ "a=1", "ab", NULL },
		{ "b=%E6%B4%AA", "b", "\xe6\xb4\xaa" },
		{ "b=%e6%b4%aa", "b", "\xe6\xb4\xaa" },
		{ "a=x+y%2Bz", "a", "x y+z" },
		{ "a=x=y", "a", "x=y" },
		{ "a", "a", "" },
		{ "a=", "a", "" },
		{ "&&a=1", "a", "1" },
		{ "%61=1", "a", "1" },
		{ "a=%00", "a", NULL },
		{ "a=%0", "a", NULL },
		{ "a=%", "a", NULL },
		{ "a=%4&b=1", "a", NULL },
		{ "a=%4&b=1", "b", "1" },
		{ "a=%zz", "a", NULL },
		{ "a=%4g", "a", NULL },
		{ "a=1234567", "a", "1234567" },
		{ "a=12345678", "a", NULL }, /* too long for out */
		{ "", "a", NULL },
		{ "=1", "a", NULL },
		{ "%=1&a=2", "a", "2" },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(cases); i++) {
		char out[8] = "before";
		bool found = hs_http_param(cases[i].text, cases[i].name, out, sizeof(out));
		if (found != (cases[i].value != NULL))
			fail_msg("%s: %s", cases[i].text, cases[i].name);
		if (found)
			assert_string_equal(out, cases[i].value);
	}
	char none[1];
	assert_false(hs_http_param("a=1", "a", none, 0));
	assert_false(hs_http_param("a=1", "a", none, 1));
}

static void
test_encode(void **state)
{
	char out[16];

	(void)state;
	assert_int_equal(hs_percent_encode("a b&c", 5, "", out, sizeof(out)), 9);
	assert_string_equal(out, "a%20b%26c");
	assert_int_equal(hs_percent_encode("a=\xff", 3, "=", out, sizeof(out)), 5);
	assert_string_equal(out, "a=%FF");
	assert_int_equal(hs_percent_encode("\0", 1, "=", out, sizeof(out)), 3);
	assert_string_equal(out, "%00");
	/* never writes behind out */
	assert_true(hs_percent_encode("\xff\xff\xff\xff\xff\xff\xff\xff", 8, "", out, 10) <= 10);
}

static void
test_header_of(void **state)
{
	static const struct hs_http_header headers[] = { { "a", "1" }, { "b", "" } };
	const struct hs_http_request request = { .headers = headers, .header_count = 2 };

	(void)state;
	assert_string_equal(hs_http_header_of(&request, "a"), "1");
	assert_string_equal(hs_http_header_of(&request, "b"), "");
	assert_string_equal(hs_http_header_of(&request, "c"), "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_param),
		cmocka_unit_test(test_encode),
		cmocka_unit_test(test_header_of),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
