#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/gate/text_nfc.h"

#define ARENA_BYTES (1u << 20)

static void
test_nfc(void **state)
{
	static const struct {
		const char *in, *out;
	} rows[] = {
		{ "", "" },
		{ "北町一丁目 がぎぐ é", "北町一丁目 がぎぐ é" },
		{ "か\u3099き\u3099は\u309a", "がぎぱ" },
		{ "e\u0301e\u0323\u0302", "éệ" },
		{ "e\u0302\u0323", "ệ" },
		{ "\u1112\u1161\u11ab", "한" },
		{ "\u212b\u2126", "ÅΩ" },
		/* compatibility ideographs stay: 神 U+FA19, 福 U+FA1B, 羽 U+FA1E, 﨑 U+FA11, 2F800 */
		{ "\ufa19戸", "\ufa19戸" },
		{ "\ufa1b島か\u3099", "\ufa1b島が" },
		{ "か\u3099\ufa1e\u3099", "が\ufa1e\u3099" },
		{ "宮\ufa11", "宮\ufa11" },
		{ "\U0002f800か\u3099", "\U0002f800が" },
		{ "葛\U000e0100か\u3099", "葛\U000e0100が" },
		{ "ｶﾞ㈱①Ⅲ", "ｶﾞ㈱①Ⅲ" },
	};
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		char text[128];
		size_t len = strlen(rows[i].in);
		char *out;

		memcpy(text, rows[i].in, len + 1);
		out = hs_text_nfc(arena, text, &len);
		assert_non_null(out);
		assert_string_equal(out, rows[i].out);
		assert_int_equal(len, strlen(rows[i].out));
		assert_string_equal(hs_text_nfc(arena, out, &len), rows[i].out);
	}
	hs_arena_destroy(arena);
}

static void
test_nfc_without_room(void **state)
{
	struct hs_arena *arena = hs_arena_create(1);
	char text[] = "か\u3099";
	size_t len = strlen(text);

	(void)state;
	assert_null(hs_text_nfc(arena, text, &len));
	assert_true(hs_arena_failed(arena));
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nfc),
		cmocka_unit_test(test_nfc_without_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
