#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/gate/text_clean.h"

static void
test_clean(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "", "" },
		{ "北町一丁目", "北町一丁目" },
		{ "a\tb\nc\r\nd", "a\tb\nc\r\nd" },
		{ "北\u202e町", "北町" },
		{ "\u2066北\u2069\u200b\u200e\ufeff", "北" },
		{ "北\u2028町\u2029"
		  "\xC2\x85"
		  "x",
			"北 町  x" },
		{ "a\x7f"
		  "b",
			"a b" },
		{ "北\u00ad\u061c\u180e\ufff9町", "北町" },
		{ "\U000e0041\U000e007f", "" },
		{ "👨\u200d👩 か\u3099 \U000e0100", "👨\u200d👩 か\u3099 \U000e0100" },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		char text[128];
		size_t len = strlen(rows[i].in);

		memcpy(text, rows[i].in, len + 1);
		assert_int_equal(
			hs_text_is_marked(text, len), strcmp(rows[i].in, rows[i].out) != 0);
		assert_int_equal(hs_text_clean(text, len), strlen(rows[i].out));
		assert_string_equal(text, rows[i].out);
		assert_false(hs_text_is_marked(text, strlen(text)));
	}
}

static void
test_fold(void **state)
{
	char text[] = "北\r\n町 \t 一  丁目";

	(void)state;
	hs_text_fold(text);
	assert_string_equal(text, "北 町 一 丁目");
}

/* Bytes that are no UTF-8 never come here; cut ones must not be read past the end all the same. */
static void
test_cut(void **state)
{
	char text[] = { '\xE2', '\x80', '\0', '\0' };

	(void)state;
	assert_true(hs_text_clean(text, 1) <= 1);
	assert_true(hs_text_clean(text, 2) <= 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
