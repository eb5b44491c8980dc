#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/gate/text_clean.h"
#include "hub/gate/text_nfc.h"
#include "schemas/text_class.h"

#define ARENA_BYTES (1u << 20)

static void
test_clean(void **state)
{
	static const struct {
		const char *in, *out;
		bool told;
	} rows[] = {
		{ "", "", false },
		{ "北町一丁目", "北町一丁目", false },
		{ "a\tb\nc\r\nd", "a\tb\nc\r\nd", false },
		{ "北\u202e町", "北町", true },
		/* runs that need no look, before and behind what does */
		{ "北町一丁目\u202e北町一丁目\u200b南町", "北町一丁目北町一丁目南町", true },
		{ "きたまち ほか\u3099 abc", "きたまち ほか\u3099 abc", false },
		{ "東京都葛\U000e0100飾区葛飾", "東京都葛\U000e0100飾区葛飾", false },
		{ "abcカタカナ\U000e0100abc", "abcカタカナabc", true },
		{ "\u2066北\u2069\u200b\u200e\ufeff", "北", true },
		{ "北\u2028町\u2029"
		  "\xC2\x85"
		  "x",
			"北 町  x", true },
		{ "a\x7f"
		  "b",
			"a b", true },
		{ "北\u00ad\u061c\u180e\ufff9町", "北町", true },
		{ "\U000e0041\U000e007f", "", true },
		{ "北\u00a0町\u2003三", "北 町 三", false },
		{ "北\u3000町", "北\u3000町", false },
		{ "北\u3164町", "北 町", true },
		/* emoji and their joiners; a joiner between letters would part a word from its searches */
		{ "👨\u200d👩 か\u3099", "👨\u200d👩 か\u3099", false },
		{ "❤\ufe0f\u200d🔥", "❤\ufe0f\u200d🔥", false },
		{ "👨🏽\u200d🚒", "👨🏽\u200d🚒", false },
		{ "避\u200d難", "避難", true },
		{ "👨\u200d難", "👨難", true },
		{ "👨\u200d\u200d👩", "👨\u200d👩", true },
		{ "\u200d👨", "👨", true },
		/* selectors: 葛 in two shapes, 辻 with one and with two dots */
		{ "葛\U000e0100飾区", "葛\U000e0100飾区", false },
		{ "辻\U000e0101", "辻\U000e0101", false },
		{ "辻\ufe00", "辻\ufe00", false },
		{ "葛\U000e0100\U000e0101", "葛\U000e0100", true },
		{ "き\U000e0100た", "きた", true },
		{ " \U000e0100", " ", true },
		{ "a\ufe0f☔\ufe0f", "a☔\ufe0f", true },
		/* marks that would cover the lines around */
		{ "e\u0301\u0301\u0301\u0301", "e\u0301\u0301\u0301\u0301", false },
		{ "e\u0301\u0301\u0301\u0301\u0301\u0301f\u0301",
			"e\u0301\u0301\u0301\u0301f\u0301", true },
		/* gaiji are kept */
		{ "\ue000町", "\ue000町", false },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		bool before[HS_TEXT_LOOK_COUNT] = { false }, after[HS_TEXT_LOOK_COUNT] = { false };
		char text[128];
		size_t len = strlen(rows[i].in);

		memcpy(text, rows[i].in, len + 1);
		hs_text_look(text, len, before);
		assert_int_equal(before[HS_TEXT_LOOK_MARKS], rows[i].told);
		assert_int_equal(hs_text_clean(text, len), strlen(rows[i].out));
		assert_string_equal(text, rows[i].out);
		hs_text_look(text, strlen(text), after);
		assert_false(after[HS_TEXT_LOOK_MARKS]);
	}
}

static void
test_look(void **state)
{
	static const struct {
		const char *text;
		bool marks, told, refused;
	} rows[] = { { "北町", false, false, false }, { "北\ue000町", false, true, false },
		{ "北\U0010fffd", false, true, false }, { "北\ufffd", false, true, false },
		{ "北\ufdd0", false, false, true }, { "\U0001fffe", false, false, true },
		{ "\u202e\ue000\ufdd0", true, true, true } };

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		bool found[HS_TEXT_LOOK_COUNT] = { false };

		hs_text_look(rows[i].text, strlen(rows[i].text), found);
		assert_int_equal(found[HS_TEXT_LOOK_MARKS], rows[i].marks);
		assert_int_equal(found[HS_TEXT_LOOK_TOLD], rows[i].told);
		assert_int_equal(found[HS_TEXT_LOOK_REFUSED], rows[i].refused);
	}
}

static size_t
encode(uint32_t code, char *out)
{
	size_t len = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
	static const unsigned char leads[] = { 0, 0, 0xC0, 0xE0, 0xF0 };

	for (size_t i = len; i-- > 1; code >>= 6)
		out[i] = (char)(0x80 | (code & 0x3F));
	out[0] = (char)(leads[len] | code);
	return len;
}

/* あ, the code point, い as a sender's text: cleaned and in NFC. "!" or " " before it, ends of lines written out. */
static void
put_outcome(uint32_t code, char out[64])
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	bool found[HS_TEXT_LOOK_COUNT] = { false };
	char text[32] = "あ", *done;
	size_t len = strlen(text), at = 1;

	len += encode(code, text + len);
	memcpy(text + len, "い", sizeof("い"));
	len += strlen("い");
	hs_text_look(text, len, found);
	len = hs_text_clean(text, len);
	done = hs_text_nfc(arena, text, &len);
	assert_non_null(done);
	out[0] = found[HS_TEXT_LOOK_REFUSED] ? '!' : ' ';
	for (size_t i = 0; i < len; i++) {
		bool end = done[i] == '\n' || done[i] == '\r';

		if (end)
			out[at++] = '\\';
		out[at++] = done[i] == '\n' ? 'n' : done[i] == '\r' ? 'r' : done[i];
	}
	out[at] = '\0';
	hs_arena_destroy(arena);
}

/* Every code point there is, against what another implementation of Unicode makes of it. */
static void
test_all_code_points(void **state)
{
	FILE *expected = popen("/usr/bin/python3 tests/unit/hub/gate/text_expect.py", "r");
	size_t seen = 0, wrong = 0;
	char line[64], outcome[64];

	(void)state;
	assert_non_null(expected);
	for (uint32_t code = 1; code <= HS_TEXT_CODE_MAX; code++) {
		if (code >= 0xD800 && code < 0xE000)
			continue;
		assert_non_null(fgets(line, sizeof(line), expected));
		line[strcspn(line, "\n")] = '\0';
		put_outcome(code, outcome);
		seen++;
		if (strcmp(line, outcome) != 0 && wrong++ < 20)
			print_message("U+%04X: expected [%s], is [%s]\n", code, line, outcome);
	}
	assert_null(fgets(line, sizeof(line), expected));
	assert_int_equal(pclose(expected), 0);
	assert_int_equal(seen, 0x110000 - 0x800 - 1);
	assert_int_equal(wrong, 0);
	assert_int_equal(hs_text_class(0x110000), HS_TEXT_REFUSE);
	assert_int_equal(hs_text_class(0xD800), HS_TEXT_REFUSE);
	assert_int_equal(hs_text_class(0), HS_TEXT_BLANK);
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
		cmocka_unit_test(test_look),
		cmocka_unit_test(test_all_code_points),
		cmocka_unit_test(test_fold),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
