/* broadcaster_cancel_test.c: what stations and announcers get of a cancel. */
#include "tests/unit/adapters/broadcaster/encode_bench.h"

static void
test_cancel(void **state)
{
	struct bench *bench = *state;
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, level4, 2));
	hs_notice *cancel = kit_notice(bench->arena, LIVE, HS_ACTION(CANCEL), "d", 2, level4, 2);
	cancel->correction = kit_text(bench->arena, "対象地域の誤り");
	json_t *record = take(bench, cancel);
	assert_string_equal(text_of(record, "change"), "cancelled");
	assert_null(json_object_get(record, "level"));
	assert_says(bench->text, "【取消】理由：対象地域の誤り");
	assert_says(
		bench->text, "北町一丁目、北町二丁目の避難指示の情報は誤りでした。取り消します");
	assert_says(bench->crawl, "【取消】");
	assert_silent(bench->text, "解除");
	assert_string_equal(text_of(record, "correction"), "対象地域の誤り");
}

/* One raised to 5, the other lifted, then the lift was cancelled: the level 5 was not wrong. */
static void
test_cancel_of_a_lift(void **state)
{
	struct bench *bench = *state;
	struct kit_place raised[] = { { "990019", "北町一丁目", "", "緊急安全確保", 5, false, 10 },
		level4[1] };
	take(bench, kit_notice(bench->arena, DRILL, HS_ACTION(ISSUE), "d", 1, level4, 2));
	take(bench, kit_notice(bench->arena, DRILL, HS_ACTION(UPDATE), "d", 2, raised, 2));
	raised[1].lifted = true;
	take(bench, kit_notice(bench->arena, DRILL, HS_ACTION(UPDATE), "d", 3, raised, 2));
	json_t *record =
		take(bench, kit_notice(bench->arena, DRILL, HS_ACTION(CANCEL), "d", 4, raised, 2));
	check_mark(bench);
	assert_string_equal(text_of(record, "change"), "cancelled");
	assert_int_equal(number_of(record, "level"), 4);
	assert_string_equal(bench->text,
		MARK "【取消】直前の発表は誤りでした。取り消します。\n"
		     "架空県架空市の北町二丁目には、警戒レベル4 避難指示が再び発令されています。\n"
		     "もとの発令時刻は2026年7月1日午後6時55分です。\n危険な場所から全員避難。\n"
		     "架空県架空市の北町一丁目の警戒レベル5 緊急安全確保は引き続き発令中です。\n"
		     "発表：架空市 防災課\n" MARK);
	assert_says(bench->crawl, "直前の発表は誤りでした");
	assert_says(bench->crawl, "北町二丁目に警戒レベル４避難指示を再び発令　");
	assert_silent(bench->crawl, "緊急安全確保");
	const json_t *areas = json_object_get(record, "areas");
	assert_string_equal(text_of(json_array_get(areas, 0), "change"), "unchanged");
	assert_string_equal(text_of(json_array_get(areas, 1), "change"), "returned");
	assert_int_equal(number_of(json_array_get(areas, 1), "level"), 4);
}

static void
test_cancel_of_a_raise(void **state)
{
	struct bench *bench = *state;
	const struct kit_place at3 = { "990019", "北町", "", "高齢者等避難", 3, false, 0 };
	const struct kit_place at5 = { "990019", "北町", "", "緊急安全確保", 5, false, 10 };
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, &at3, 1));
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(UPDATE), "d", 2, &at5, 1));
	json_t *record =
		take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(CANCEL), "d", 3, &at5, 1));
	assert_int_equal(number_of(record, "level"), 3);
	assert_says(bench->text,
		"北町に出されていた警戒レベル5 緊急安全確保は誤りでした。取り消します。\n"
		"架空県架空市の北町には、警戒レベル3 高齢者等避難が再び発令されています。\n");
	assert_says(bench->crawl, "誤りでした　警戒レベル３高齢者等避難を再び発令");
	const json_t *area = json_array_get(json_object_get(record, "areas"), 0);
	assert_string_equal(text_of(area, "change"), "restored");
	assert_int_equal(number_of(area, "from_level"), 5);
}

/* Without the state around it a cancel says what it takes back, and nothing of what is in force. */
static void
test_cancel_without_a_basis(void **state)
{
	struct bench *bench = *state;
	struct kit_place places[] = { level4[0], level4[1] };
	struct hs_force_around around;
	places[1].lifted = true;
	const hs_notice *notice =
		kit_notice(bench->arena, LIVE, HS_ACTION(CANCEL), "d", 7, places, 2);
	assert_int_equal(hs_force_of_notice(bench->arena, 9, notice, &around), HS_OK);
	json_t *record = encode(bench, notice, &around, false);
	assert_string_equal(text_of(record, "change"), "cancelled");
	assert_says(bench->text, "北町一丁目の避難指示を含む直前の発表は誤りでした");
	assert_says(bench->text, "北町二丁目の避難指示の解除を含む直前の発表は誤りでした");
	assert_says(bench->text, "現在の発令状況は、この発表だけでは分かりません");
	assert_silent(bench->text, "発令中");
	assert_silent(bench->text, "再び");
	assert_silent(bench->text, "ほかにありません");
	assert_says(bench->crawl, "現在の発令状況は確認中");
	const json_t *areas = json_object_get(record, "areas");
	assert_string_equal(text_of(json_array_get(areas, 0), "change"), "retracted");
	assert_string_equal(text_of(json_array_get(areas, 1), "change"), "retracted_lift");
	/* nothing named at all */
	notice = kit_notice(bench->arena, LIVE, HS_ACTION(CANCEL), "d", 7, NULL, 0);
	assert_int_equal(hs_force_of_notice(bench->arena, 9, notice, &around), HS_OK);
	encode(bench, notice, &around, false);
	assert_says(bench->text, "直前の発表は誤りでした。取り消します。");
	assert_silent(bench->text, "変更はありません");
}

int
main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_cancel),
		ROW(test_cancel_of_a_lift),
		ROW(test_cancel_of_a_raise),
		ROW(test_cancel_without_a_basis),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
