/* The same bytes as jansson's own writer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "hub/base/check.h"
#include "schemas/json_text.h"

static void
expect_same(const json_t *json)
{
	char *want = json_dumps(json, JSON_COMPACT | JSON_ENCODE_ANY);
	struct hs_buf out;

	hs_buf_init(&out, HS_JSON_TEXT_MAX);
	assert_true(hs_json_write(&out, json));
	assert_string_equal(hs_buf_text(&out), want);
	assert_int_equal(out.len_bytes, strlen(want));
	hs_buf_free(&out);
	free(want);
}

static void
test_values(void **state)
{
	static const char *const texts[] = { "{}", "[]", "[[],{},[[]]]", "null", "true", "false",
		"0", "-1", "9223372036854775807", "-9223372036854775808", "0.1", "-1.5e300",
		"139.7666666666667", "1.0", "\"\"", "\"避難指示\"",
		"{\"b\":1,\"a\":[2,{\"c\":null}]}", "{\"\":\"\",\"鍵\":\"値 \\u3000\"}",
		"\"\\ud83d\\udd14 \\u0001\"" };

	(void)state;
	for (size_t i = 0; i < HS_COUNT(texts); i++) {
		json_t *json = json_loads(texts[i], JSON_DECODE_ANY, NULL);

		assert_non_null(json);
		expect_same(json);
		json_decref(json);
	}
}

/* Every character that JSON may want to hide, at each place of a text, as value and as key. */
static void
test_every_character(void **state)
{
	(void)state;
	for (int c = 1; c < 0x80; c++) {
		char text[] = { 'a', (char)c, 'b', (char)c, '\0' };

		json_t *json = json_pack("{s:s,s:[s,s]}", text, text, "k", text + 1, text + 3);

		assert_non_null(json);
		expect_same(json);
		json_decref(json);
	}
	json_t *zero = json_stringn("a\0b", 3);
	expect_same(zero);
	json_decref(zero);
}

static void
test_a_full_buffer_fails(void **state)
{
	json_t *json = json_pack("{s:s}", "name", "value");
	struct hs_buf out;

	(void)state;
	hs_buf_init(&out, strlen("{\"name\":\"value\"}") - 1);
	assert_false(hs_json_write(&out, json));
	hs_buf_free(&out);
	json_decref(json);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_every_character),
		cmocka_unit_test(test_a_full_buffer_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
