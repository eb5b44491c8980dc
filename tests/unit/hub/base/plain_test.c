/* Words from outside, made fit for logs, labels and frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hub/base/plain.h"

static void
only_printable_ascii_is_left(void **state)
{
	static const struct {
		const char *text, *plain;
	} rows[] = {
		{ "", "" },
		{ "HTTP 503, try again", "HTTP 503, try again" },
		{ "a\"b\\c{d}e", "a?b?c?d?e" },
		{ "line\nbreak\x7f\x01", "line?break??" },
		{ "\xe7\xab\xb9", "???" },
		{ "\xe7\xab", "??" },
	};
	char out[64];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		hs_plain_copy(out, sizeof(out), rows[i].text);
		assert_string_equal(rows[i].plain, out);
	}
}

static void
it_is_cut_to_the_room(void **state)
{
	char out[4] = "zzz";

	(void)state;
	hs_plain_copy(out, sizeof(out), "abcdef");
	assert_string_equal("abc", out);
	hs_plain_copy(out, 1, "abcdef");
	assert_string_equal("", out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_printable_ascii_is_left),
		cmocka_unit_test(it_is_cut_to_the_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
