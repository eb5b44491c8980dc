/* broadcaster_encode_test.c: what stations and announcers get, for each way in which a state can change. */
#include "tests/unit/adapters/broadcaster/encode_bench.h"

static void
test_new_order(void **state)
{
	struct bench *bench = *state;
	json_t *record =
		take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, level4, 2));
	assert_string_equal(text_of(record, "change"), "new");
	assert_string_equal(text_of(record, "prefecture"), "99");
	assert_string_equal(text_of(record, "mode"), "live");
	assert_int_equal(number_of(record, "level"), 4);
	assert_string_equal(text_of(record, "term"), "避難指示");
	assert_string_equal(text_of(record, "ordered_at"), "2026-07-01T18:55:00+09:00");
	assert_string_equal(text_of(json_object_get(record, "colour"), "background"), "#aa00aa");
	assert_says(bench->text,
		"架空県架空市の北町一丁目、北町二丁目に警戒レベル4 避難指示が発令されました");
	assert_says(bench->text, "2026年7月1日午後6時55分");
	assert_says(bench->text, "危険な場所から全員避難。");
	assert_says(bench->text, "発表：架空市 防災課");
	assert_says(bench->crawl, "架空県架空市の北町一丁目、北町二丁目に警戒レベル４避難指示を発令"
				  "（洪水）　午後６時５５分"
				  "　危険な場所から全員避難");
	assert_silent(bench->text, "訓練");
	const json_t *area = json_array_get(json_object_get(record, "areas"), 0);
	assert_string_equal(text_of(area, "code5"), "99001");
	assert_string_equal(text_of(area, "change"), "new");
	assert_string_equal(text_of(area, "name"), "北町一丁目");
}

static void
test_readings(void **state)
{
	struct bench *bench = *state;
	json_t *record =
		take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, level4, 2));
	const json_t *list = json_object_get(record, "readings");
	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(text_of(json_array_get(list, 0), "name"), "架空市");
	assert_string_equal(text_of(json_array_get(list, 0), "kana"), "かくうし");
	assert_string_equal(text_of(json_array_get(list, 1), "kana"), "きたまちいっちょうめ");
}

static void
test_raised_and_lowered(void **state)
{
	struct bench *bench = *state;
	const struct kit_place at3 = { "990019", "北町", "", "高齢者等避難", 3, false, 0 };
	const struct kit_place at4 = { "990019", "北町", "", "避難指示", 4, false, 10 };
	const struct kit_place back3 = { "990019", "北町", "", "高齢者等避難", 3, false, 20 };
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, &at3, 1));
	json_t *record =
		take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(UPDATE), "d", 2, &at4, 1));
	assert_string_equal(text_of(record, "change"), "raised");
	assert_int_equal(number_of(record, "level"), 4);
	assert_says(bench->text, "警戒レベル3 高齢者等避難から警戒レベル4 避難指示に引き上げ");
	assert_says(bench->crawl, "警戒レベル４避難指示に引き上げ");
	const json_t *area = json_array_get(json_object_get(record, "areas"), 0);
	assert_int_equal(number_of(area, "from_level"), 3);

	record = take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(UPDATE), "d", 3, &back3, 1));
	assert_string_equal(text_of(record, "change"), "lowered");
	assert_int_equal(number_of(record, "level"), 3);
	assert_says(bench->text, "警戒レベル4 避難指示から警戒レベル3 高齢者等避難に引き下げ");
	assert_says(bench->text, "警戒レベル3 高齢者等避難は引き続き発令中です");
	assert_says(bench->crawl, "警戒レベル３高齢者等避難は継続");
	assert_silent(bench->text, "解除");
}

static void
test_lift(void **state)
{
	struct bench *bench = *state;
	struct kit_place places[] = { level4[0], level4[1] };
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, places, 2));
	places[0].lifted = true;
	json_t *record =
		take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(UPDATE), "d", 2, places, 2));
	assert_string_equal(text_of(record, "change"), "lifted");
	assert_null(json_object_get(record, "level"));
	assert_null(json_object_get(record, "colour"));
	assert_string_equal(text_of(record, "term"), "避難指示");
	assert_says(bench->text, "北町一丁目に出されていた避難指示は解除されました");
	assert_says(bench->text, "北町二丁目の警戒レベル4 避難指示は引き続き発令中です");
	assert_says(bench->crawl, "架空市の北町一丁目の避難指示を解除");
	assert_silent(bench->crawl, "レベル");

	places[1].lifted = true;
	record = take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(LIFT), "d", 3, places, 2));
	assert_string_equal(text_of(record, "change"), "lifted");
	assert_says(bench->text, "発令中の避難情報は、ほかにありません");
	assert_silent(bench->text, "レベル");
	assert_silent(bench->text, "北町一丁目");
}

static void
test_vanished(void **state)
{
	struct bench *bench = *state;
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, level4, 2));
	json_t *record =
		take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(UPDATE), "d", 2, level4, 1));
	assert_string_equal(text_of(record, "change"), "vanished");
	assert_says(
		bench->text, "北町二丁目に出されていた避難指示は、最新の発表に含まれていません");
	assert_silent(bench->text, "解除されました");
}

static void
test_correction(void **state)
{
	struct bench *bench = *state;
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, level4, 1));
	hs_notice *correct = kit_notice(bench->arena, LIVE, HS_ACTION(CORRECT), "d", 2, level4, 2);
	correct->correction = kit_text(bench->arena, "地区の追加漏れ");
	json_t *record = take(bench, correct);
	assert_string_equal(text_of(record, "change"), "corrected");
	assert_says(bench->text, "【訂正】訂正理由：地区の追加漏れ");
	assert_says(bench->text, "北町二丁目に警戒レベル4 避難指示が発令されました");
	assert_says(bench->text, "北町一丁目の警戒レベル4 避難指示は引き続き発令中です");

	correct = kit_notice(bench->arena, LIVE, HS_ACTION(CORRECT), "d", 3, level4, 2);
	record = take(bench, correct);
	assert_string_equal(text_of(record, "change"), "corrected");
	assert_says(bench->crawl, "対象地域・警戒レベルに変更なし");
}

static void
test_unchanged_breaks_into_nothing(void **state)
{
	struct bench *bench = *state;
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, level4, 2));
	json_t *record =
		take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(UPDATE), "d", 2, level4, 2));
	assert_string_equal(text_of(record, "change"), "unchanged");
	assert_int_equal(bench->items[0].crawl_count, 0);
	assert_says(bench->text, "引き続き発令中です");
}

static void
test_late_has_no_crawl(void **state)
{
	struct bench *bench = *state;
	const hs_notice *notice =
		kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, level4, 2);
	assert_int_equal(hs_force_apply(bench->force, 1, notice), HS_OK);
	struct hs_force_around around = around_of(bench);
	json_t *record = encode(bench, notice, &around, true);
	assert_true(json_is_true(json_object_get(record, "late")));
	assert_int_equal(json_array_size(json_object_get(record, "crawl")), 0);
	assert_says(bench->text, "避難指示が発令されました");
}

/* Every change, every level, in drill mode: the mark stands first and last. */
static void
test_drill_mark(void **state)
{
	struct bench *bench = *state;
	static const struct {
		const char *term;
		uint32_t level;
	} terms[] = { { "高齢者等避難", 3 }, { "避難指示", 4 }, { "緊急安全確保", 5 },
		{ "高齢者等避難", 3 }, { "警戒区域", 0 }, { "聞いたことのない発令", 0 } };
	uint32_t revision = 0;
	for (size_t i = 0; i < HS_COUNT(terms); i++) {
		struct kit_place place = { "990019", "港町", "みなとまち", terms[i].term,
			terms[i].level, false, (int64_t)i };
		take(bench, kit_notice(bench->arena, DRILL, HS_ACTION(UPDATE), "d", ++revision,
				    &place, 1));
		check_mark(bench);
		assert_says(bench->text, terms[i].term);
		place.later_min++;
		if (i % 2 == 0)
			continue;
		place.lifted = true;
		take(bench, kit_notice(bench->arena, DRILL, HS_ACTION(UPDATE), "d", ++revision,
				    &place, 1));
		check_mark(bench);
	}
	hs_notice *cancel =
		kit_notice(bench->arena, DRILL, HS_ACTION(CANCEL), "d", ++revision, level4, 1);
	take(bench, cancel);
	check_mark(bench);
}

static void
test_unknown_and_zone(void **state)
{
	struct bench *bench = *state;
	const struct kit_place strange = { "990019", "北町", "", "聞いたことのない発令", 0, false,
		0 };
	json_t *record =
		take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, &strange, 1));
	assert_true(json_is_true(json_object_get(record, "unknown")));
	assert_null(json_object_get(record, "level"));
	assert_says(bench->text, "聞いたことのない発令が発令されました（警戒レベル不明");

	const struct kit_place zone = { "990027", "南町", "", "警戒区域", 0, false, 0 };
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "e", 1, &zone, 1));
	assert_says(bench->text, "警戒区域が設定されました");
	assert_silent(bench->text, "警戒レベル");
}

static void
test_many_names(void **state)
{
	struct bench *bench = *state;
	struct kit_place places[40];
	char names[40][32];
	for (size_t i = 0; i < HS_COUNT(places); i++) {
		snprintf(names[i], sizeof(names[i]), "大字%zu番", i);
		places[i] = (struct kit_place){ "990019", names[i], "", "避難指示", 4, false, 0 };
	}
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, places, 40));
	assert_says(bench->crawl, "など４０か所に");
	for (size_t i = 0; i < HS_COUNT(places); i++)
		assert_says(bench->text, names[i]);
}

static void
test_two_prefectures(void **state)
{
	struct bench *bench = *state;
	const struct kit_place places[] = {
		{ "131016", "神田", "", "避難指示", 4, false, 0 },
		{ "990019", "北町", "", "避難指示", 4, false, 0 },
	};
	take(bench, kit_notice(bench->arena, DRILL, HS_ACTION(ISSUE), "d", 1, places, 2));
	assert_int_equal(bench->count, 2);
	assert_string_equal(bench->items[0].prefecture, "13");
	assert_string_equal(bench->items[1].prefecture, "99");
	json_t *of_second = record_of(&bench->items[1]);
	const char *second = text_of(of_second, "text");
	assert_says(bench->text, "神田");
	assert_silent(bench->text, "北町");
	assert_says(second, "北町");
	assert_silent(second, "神田");
	json_decref(of_second);
}

static void
test_without_a_basis(void **state)
{
	struct bench *bench = *state;
	struct kit_place places[] = { level4[0], level4[1] };
	places[1].lifted = true;
	const hs_notice *notice =
		kit_notice(bench->arena, LIVE, HS_ACTION(UPDATE), "d", 7, places, 2);
	struct hs_force_around around;
	assert_int_equal(hs_force_of_notice(bench->arena, 9, notice, &around), HS_OK);
	json_t *record = encode(bench, notice, &around, false);
	assert_string_equal(text_of(record, "change"), "new");
	assert_says(bench->text, "北町一丁目に警戒レベル4 避難指示が発令されました");
	assert_says(bench->text, "北町二丁目に出されていた避難指示は解除されました");
}

static void
test_other_kinds(void **state)
{
	struct bench *bench = *state;
	hs_notice *notice = kit_notice(bench->arena, DRILL, HS_ACTION(ISSUE), "d", 1, NULL, 0);
	notice->kind = HS_KIND(NOTICE);
	hs_text *text = hs_message_new(bench->arena, &hansho__v1__text__descriptor);
	text->language = kit_text(bench->arena, "ja");
	text->headline = kit_text(bench->arena, "市道一号線は通行止めです");
	hs_repeat(bench->arena, &notice->n_texts, &notice->texts, text);
	assert_true(hs_notice_mark(bench->arena, notice));
	struct hs_force_around empty = { .known = true };
	bench->seq = 1;
	json_t *record = encode(bench, notice, &empty, false);
	check_mark(bench);
	assert_string_equal(text_of(record, "prefecture"), "99");
	assert_string_equal(bench->crawl, MARK "市道一号線は通行止めです" MARK);
}

static void
test_list_in_force(void **state)
{
	struct bench *bench = *state;
	const struct kit_place places[] = {
		{ "990019", "北町", "", "高齢者等避難", 3, false, 30 },
		{ "990019", "南町", "", "避難指示", 4, false, 0 },
		{ "990019", "東町", "", "警戒区域", 0, false, 0 },
	};
	const struct kit_place other = { "990027", "西町", "", "緊急安全確保", 5, false, 0 };
	take(bench, kit_notice(bench->arena, DRILL, HS_ACTION(ISSUE), "d", 1, places, 3));
	take(bench, kit_notice(bench->arena, DRILL, HS_ACTION(ISSUE), "e", 1, &other, 1));
	const struct hs_force_view in_99 = { hs_force_after(bench->force), "99", NULL, 0 };
	const struct hs_force_view in_13 = { hs_force_after(bench->force), "13", NULL, 0 };
	json_t *list = hs_broadcast_in_force(bench->arena, &in_99);
	static const char *const order[] = { "警戒区域", "緊急安全確保", "避難指示",
		"高齢者等避難" };
	assert_int_equal(json_array_size(list), HS_COUNT(order));
	for (size_t i = 0; i < HS_COUNT(order); i++)
		assert_string_equal(text_of(json_array_get(list, i), "term"), order[i]);
	assert_null(json_object_get(json_array_get(list, 0), "level"));
	json_decref(list);
	list = hs_broadcast_in_force(bench->arena, &in_13);
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);

	struct hs_buf text;
	hs_buf_init(&text, 65536);
	assert_int_equal(hs_broadcast_in_force_text(bench->arena, &in_99, DRILL, &text), HS_OK);
	assert_int_equal(strncmp(hs_buf_text(&text), MARK "\n", strlen(MARK) + 1), 0);
	assert_string_equal(hs_buf_text(&text) + text.len_bytes - strlen(MARK) - 1, MARK "\n");
	assert_says(hs_buf_text(&text), "警戒レベル4 避難指示　架空県架空市　南町");
	hs_buf_free(&text);
	hs_buf_init(&text, 65536);
	assert_int_equal(hs_broadcast_in_force_text(bench->arena, &in_13, LIVE, &text), HS_OK);
	assert_string_equal(hs_buf_text(&text), "発表中の避難情報はありません。\n");
	hs_buf_free(&text);
}

static void
assert_silent_of(const char *text, const char *word)
{
	if (strstr(text, word) != NULL)
		fail_msg("%s in %s", word, text);
}

/* Only an order is 発令. A zone is set up; a kind of tomorrow is 発表, by its own word or the name of its kind, and what
 * nobody can rank says so in Japanese. */
static void
test_list_in_force_calls_only_orders_so(void **state)
{
	static const char *const kind_texts[] = { "未来の情報", "" };
	struct bench *bench = *state;
	const struct kit_place zone = { "990019", "東町", "", "警戒区域", 0, false, 0 };
	const struct kit_place order = { "990019", "南町", "", "避難指示", 4, false, 0 };
	const struct kit_place none = { "990027", "西町", "", "見たことのない言葉", 0, false, 0 };
	take(bench, kit_notice(bench->arena, DRILL, HS_ACTION(ISSUE), "z", 1, &zone, 1));
	take(bench, kit_notice(bench->arena, DRILL, HS_ACTION(ISSUE), "o", 1, &order, 1));
	take(bench, kit_notice(bench->arena, DRILL, HS_ACTION(ISSUE), "n", 1, &none, 1));
	for (size_t i = 0; i < HS_COUNT(kind_texts); i++) {
		hs_notice *notice = kit_notice(bench->arena, DRILL, HS_ACTION(ISSUE),
			i == 0 ? "k" : "l", 1, i == 0 ? &zone : &none, 1);
		notice->kind = (Hansho__V1__Kind)(HS_KIND(OTHER) + 1 + (int)i);
		notice->kind_text = kit_text(bench->arena, kind_texts[i]);
		notice->level = NULL;
		notice->detail_case = HANSHO__V1__NOTICE__DETAIL__NOT_SET;
		take(bench, notice);
	}
	hs_notice *warning = kit_notice(bench->arena, DRILL, HS_ACTION(ISSUE), "w", 1, &order, 1);
	warning->kind = HS_KIND(WEATHER);
	warning->kind_text = kit_text(bench->arena, "大雨警報");
	warning->detail_case = HANSHO__V1__NOTICE__DETAIL__NOT_SET;
	take(bench, warning);

	const struct hs_force_view in_99 = { hs_force_after(bench->force), "99", NULL, 0 };
	struct hs_buf text;
	hs_buf_init(&text, 65536);
	assert_int_equal(hs_broadcast_in_force_text(bench->arena, &in_99, DRILL, &text), HS_OK);
	const char *lines = hs_buf_text(&text);
	assert_says(lines, "警戒区域　架空県架空市　東町　2026年7月1日午後6時55分設定\n");
	assert_says(
		lines, "警戒レベル4 避難指示　架空県架空市　南町　2026年7月1日午後6時55分発令\n");
	assert_says(lines, "見たことのない言葉（警戒レベル不明・発表元に確認中）　架空県想定市");
	assert_says(lines, "未来の情報（警戒レベル不明・発表元に確認中）");
	assert_says(lines, "その他の情報（警戒レベル不明・発表元に確認中）");
	assert_says(lines, "発表\n");
	assert_silent_of(lines, "unknown");
	assert_silent_of(lines, "大雨");
	hs_buf_free(&text);
}

int
main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_new_order),
		ROW(test_readings),
		ROW(test_raised_and_lowered),
		ROW(test_lift),
		ROW(test_vanished),
		ROW(test_correction),
		ROW(test_unchanged_breaks_into_nothing),
		ROW(test_late_has_no_crawl),
		ROW(test_drill_mark),
		ROW(test_unknown_and_zone),
		ROW(test_many_names),
		ROW(test_two_prefectures),
		ROW(test_without_a_basis),
		ROW(test_list_in_force_calls_only_orders_so),
		ROW(test_other_kinds),
		ROW(test_list_in_force),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
