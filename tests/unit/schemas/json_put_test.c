/* What is written piece by piece is what jansson prints of the same tree, compact and indented. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "hub/base/check.h"
#include "schemas/json_put.h"

static void
expect(struct hs_buf *out, json_t *want)
{
	char *compact = json_dumps(want, JSON_COMPACT),
	     *indented = json_dumps(want, JSON_INDENT(1));
	struct hs_buf for_people;
	assert_string_equal(hs_buf_text(out), compact);
	hs_buf_init(&for_people, 1u << 20);
	hs_json_indent(&for_people, out->bytes, out->len_bytes);
	assert_string_equal(hs_buf_text(&for_people), indented);
	hs_buf_free(&for_people);
	hs_buf_free(out);
	free(compact);
	free(indented);
	json_decref(want);
}

static void
test_members_and_commas(void **state)
{
	(void)state;
	struct hs_buf out;
	hs_buf_init(&out, 1u << 20);
	hs_json_open(&out, NULL, '{');
	hs_json_open(&out, "none", '{');
	hs_json_close(&out, '}');
	hs_json_open(&out, "list", '[');
	hs_json_put_integer(&out, NULL, INT64_MIN);
	hs_json_put_integer(&out, NULL, INT64_MAX);
	hs_json_put_integer(&out, NULL, 0);
	hs_json_open(&out, NULL, '[');
	hs_json_close(&out, ']');
	hs_json_put_text(&out, NULL, "ends with :");
	hs_json_put_text(&out, NULL, "{ [ , : } ]");
	hs_json_put_bool(&out, NULL, true);
	hs_json_close(&out, ']');
	hs_json_put_said(&out, "left", "");
	hs_json_put_said(&out, "out", NULL);
	hs_json_put_said(&out, "said", "避難指示");
	hs_json_put_bool(&out, "no", false);
	hs_json_put_raw(&out, "raw", "{\"a\":[1,2]}", strlen("{\"a\":[1,2]}"));
	hs_json_put_text(&out, "empty", "");
	hs_json_close(&out, '}');
	expect(&out, json_pack("{s:{}, s:[I,I,i,[],s,s,b], s:s, s:b, s:{s:[i,i]}, s:s}", "none",
			     "list", (json_int_t)INT64_MIN, (json_int_t)INT64_MAX, 0,
			     "ends with :", "{ [ , : } ]", 1, "said", "避難指示", "no", 0, "raw",
			     "a", 1, 2, "empty", ""));
}

/* Each character at each place of a word of eight bytes, before and behind others that need an escape. */
static void
test_every_character_at_every_place(void **state)
{
	(void)state;
	for (int c = 1; c < 0x80; c++) {
		for (size_t place = 0; place < 20; place++) {
			char text[32];
			struct hs_buf out;
			memset(text, 'a', sizeof(text));
			text[place] = (char)c;
			text[place + 5] = place % 3 == 0 ? '"' : (char)c;
			text[place + 9] = '\0';
			hs_buf_init(&out, 1024);
			hs_json_open(&out, NULL, '[');
			hs_json_put_text(&out, NULL, text);
			hs_json_close(&out, ']');
			expect(&out, json_pack("[s]", text));
		}
	}
}

static void
test_again(void **state)
{
	(void)state;
	struct hs_buf out;
	hs_buf_init(&out, 1u << 20);
	hs_json_open(&out, NULL, '[');
	hs_json_open(&out, NULL, '{');
	size_t from = out.len_bytes;
	hs_json_put_text(&out, "code", "990019");
	size_t to = out.len_bytes;
	hs_json_put_text(&out, "name", "北町");
	hs_json_close(&out, '}');
	json_t *want = json_pack("[{s:s, s:s}]", "code", "990019", "name", "北町");
	for (int i = 0; i < 100; i++) { /* so that the buffer grows in between */
		hs_json_open(&out, NULL, '{');
		hs_json_again(&out, from, to);
		hs_json_put_text(&out, "name", "南町");
		hs_json_close(&out, '}');
		json_array_append_new(
			want, json_pack("{s:s, s:s}", "code", "990019", "name", "南町"));
	}
	hs_json_close(&out, ']');
	expect(&out, want);
}

static void
test_a_missing_text_fails(void **state)
{
	(void)state;
	struct hs_buf out;
	hs_buf_init(&out, 1024);
	hs_json_put_text(&out, "name", NULL);
	assert_true(out.failed);
	hs_buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_members_and_commas),
		cmocka_unit_test(test_every_character_at_every_place),
		cmocka_unit_test(test_again),
		cmocka_unit_test(test_a_missing_text_fails),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
