/* media_type_test.c: which Content-Type headers are believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/base/media_type.h"

static void
only_xml_is_taken_over(void **state)
{
	static const struct {
		const char *header, *expected;
	} rows[] = {
		{ "application/xml", "application/xml" },
		{ "text/xml", "text/xml" },
		{ "Text/XML; charset=utf-8", "text/xml" },
		{ "  text/xml ;charset=\"utf-8\"", "text/xml" },
		{ "application/cap+xml", "application/cap+xml" },
		{ "application/vnd.example.alert+XML;v=1", "application/vnd.example.alert+xml" },
		{ "", "application/xml" },
		{ "xml", "application/xml" },
		{ "/xml", "application/xml" },
		{ "text/", "application/xml" },
		{ "text/html", "application/xml" },
		{ "application/x-www-form-urlencoded", "application/xml" },
		{ "application/json", "application/xml" },
		{ "text/xml, text/html", "application/xml" },
		{ "text/xml\r\nSet-Cookie: a=b", "application/xml" },
		{ "text/html+xml\"><script>", "application/xml" },
		{ "+xml", "application/xml" },
	};
	char out[HS_MEDIA_TYPE_SIZE];
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		hs_media_type_xml(rows[i].header, out);
		assert_string_equal(out, rows[i].expected);
	}
}

static void
its_length_is_bounded(void **state)
{
	char header[512], out[HS_MEDIA_TYPE_SIZE];
	(void)state;
	for (size_t len = 1; len < 400; len++) {
		memset(header, 'a', len);
		snprintf(header + len, sizeof(header) - len, "/b+xml");
		hs_media_type_xml(header, out);
		assert_string_equal(out, len + 6 < HS_MEDIA_TYPE_SIZE ? header : "application/xml");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_xml_is_taken_over),
		cmocka_unit_test(its_length_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
