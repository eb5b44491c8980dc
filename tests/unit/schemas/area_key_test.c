/* Names of districts as senders write them, and the one spelling that they are matched in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "schemas/area_key.h"

#define ARENA_BYTES (1u << 20)

static void
names_are_matched_in_one_spelling(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	static const struct {
		const char *name, *key;
	} rows[] = {
		{ "北町一丁目", "北町1丁目" },
		{ "北町１丁目", "北町1丁目" },
		{ "北町 1丁目", "北町1丁目" },
		{ "架空市北町一丁目", "北町1丁目" },
		{ "架空県架空市北町　一丁目", "北町1丁目" },
		{ "【災害訓練】北町一丁目", "北町1丁目" },
		{ "【訓練】北町一丁目【訓練】", "北町1丁目" },
		{ "［DRILL］北町1丁目", "北町1丁目" },
		{ "北町十丁目", "北町10丁目" },
		{ "北町十一丁目", "北町11丁目" },
		{ "北町二十三丁目", "北町23丁目" },
		{ "北町二〇丁目", "北町20丁目" },
		{ "ｶﾞｹ下", "ガケ下" },
		{ "ﾊﾟﾙﾌﾟ町", "パルプ町" },
		{ "北町（土砂災害警戒区域）", "北町(土砂災害警戒区域)" },
		{ "1〜3丁目", "1~3丁目" },
		{ "１～３丁目", "1~3丁目" },
		{ "1−2番", "1-2番" },
		{ "1－2番", "1-2番" },
		{ "", "*" },
		{ "全域", "*" },
		{ "市内全域", "*" },
		{ "架空市", "*" },
		{ "架空県架空市", "*" },
		{ "架空市全域", "*" },
		{ "全域(避難指示 解除 の地区除く)", "*" },
		{ "全域地区", "全域地区" },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		assert_string_equal(hs_area_key(arena, "990019", rows[i].name), rows[i].key);
	assert_string_equal(hs_area_key(arena, "", "架空市"), "架空市");
	assert_string_equal(hs_area_key(arena, NULL, NULL), "*");
	hs_arena_destroy(arena);
	arena = hs_arena_create(8);
	assert_null(hs_area_key(arena, "990019", "北町"));
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_matched_in_one_spelling),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
