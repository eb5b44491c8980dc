/* order_text_test.c: the proposed headline and the words of the last button. */
#include "hub/gate/order_text.h"

#include "tests/unit/hub/gate/order_fixture.h"

static const char *
headline(struct fixture *f)
{
	struct hs_buf out;
	const char *text;

	assert_int_equal(plan(f), HS_ORDER_FINE);
	hs_buf_init(&out, 65536);
	hs_order_headline(&f->plan, &out);
	text = hs_arena_strdup(f->arena, hs_buf_text(&out));
	hs_buf_free(&out);
	return text;
}

static const char *
button(struct fixture *f, bool drill)
{
	struct hs_buf out;
	const char *text;

	assert_int_equal(plan(f), HS_ORDER_FINE);
	hs_buf_init(&out, 65536);
	hs_order_button_ja(&f->plan, drill, &out);
	hs_buf_puts(&out, " | ");
	hs_order_button_en(&f->plan, drill, &out);
	text = hs_arena_strdup(f->arena, hs_buf_text(&out));
	hs_buf_free(&out);
	return text;
}

static void
says_what_is_ordered_and_what_to_do(void **state)
{
	struct fixture *f = *state;

	f->choice.level = 4;
	f->choice.areas = "北町\n港町";
	assert_string_equal(headline(f), "7月1日18時55分、洪水に関する避難情報。北町、港町に警戒レ"
					 "ベル4 避難指示を発令しました。"
					 "危険な場所から全員避難。");
	assert_string_equal(button(f, true),
		"警戒レベル4 避難指示を 2地区に 発令する（訓練） | "
		"Issue level 4 Evacuation Order for 2 area(s) (DRILL)");
	assert_non_null(strstr(button(f, false), "（本番） | "));
	assert_non_null(strstr(button(f, false), "(LIVE)"));
}

static void
says_what_changed_and_what_remains(void **state)
{
	struct fixture *f = *state;
	const struct hs_order_document *document = add_document(f, "d-1", true);

	add_area(f, document, "北町", 5, "緊急安全確保");
	add_area(f, document, "港町", 3, "高齢者等避難");
	add_area(f, document, "南町", 3, "高齢者等避難");
	f->choice.document_id = "d-1";
	f->choice.level = 4;
	f->choice.areas = "北町\n港町\n西町";
	assert_string_equal(headline(f),
		"7月1日18時55分、台風の大雨に関する避難情報。西町に警戒レベル4 "
		"避難指示を発令しました。"
		"港町を警戒レベル4 避難指示に引き上げました。北町を警戒レベル4 "
		"避難指示に引き下げました。"
		"危険な場所から全員避難。南町に警戒レベル3 高齢者等避難を引き続き発令しています。");
}

static void
a_lift_has_no_level(void **state)
{
	struct fixture *f = *state;
	const struct hs_order_document *document = add_document(f, "d-1", true);
	char key[HS_ORDER_KEY_SIZE];
	const char *keys[] = { key };

	hs_order_area_key(add_area(f, document, "港町", 4, "避難指示"), key);
	f->choice.act = HS_ORDER_LIFT;
	f->choice.lift_keys = keys;
	f->choice.lift_count = 1;
	assert_string_equal(headline(f),
		"7月1日18時55分、台風の大雨に関する避難情報。港町の避難指示を解除しました。"
		"この災害で発令中の避難情報はありません。");
	assert_string_equal(button(f, true),
		"1地区の避難情報を 解除する（訓練） | Lift the order of 1 area(s) (DRILL)");
}

static void
cancel(struct fixture *f)
{
	f->choice.act = HS_ORDER_CANCEL;
	f->choice.document_id = "d-1";
	f->choice.reason = "操作を誤りました。";
}

static void
a_cancel_says_that_it_was_wrong_and_why(void **state)
{
	struct fixture *f = *state;

	add_area(f, add_document(f, "d-1", true), "港町", 4, "避難指示");
	cancel(f);
	assert_string_equal(headline(f),
		"7月1日18時55分、台風の大雨に関する避難情報。直前の発表は誤りでした。取り消します。"
		"港町の避難指示は誤りでした。この災害で発令中の避難情報はありません。"
		"理由：操作を誤りました。");
	assert_string_equal(button(f, true),
		"直前の発信を 誤りとして 取り消す：1地区の発令を終了（訓練） | "
		"Take back the last message as wrong: 1 area(s) end (DRILL)");
}

static void
a_cancel_of_a_lift_says_what_comes_back(void **state)
{
	struct fixture *f = *state;
	const struct hs_order_document *document = add_document(f, "d-1", true);

	add_area(f, document, "港町", 5, "緊急安全確保");
	add_area(f, document, "南町", 4, "避難指示");
	add_lifted(f, document, "北町", "避難指示");
	add_restored(f, document, "港町", 5, "緊急安全確保");
	add_restored(f, document, "南町", 3, "高齢者等避難");
	add_restored(f, document, "北町", 4, "避難指示");
	cancel(f);
	assert_string_equal(headline(f),
		"7月1日18時55分、台風の大雨に関する避難情報。直前の発表は誤りでした。取り消します。"
		"北町に警戒レベル4 避難指示を再び発令しています。"
		"危険な場所から全員避難。"
		"南町は警戒レベル3 高齢者等避難に戻ります。"
		"危険な場所から高齢者等は避難。"
		"港町に警戒レベル5 緊急安全確保を引き続き発令しています。"
		"理由：操作を誤りました。");
	assert_string_equal(button(f, false),
		"直前の発信を 誤りとして "
		"取り消す：1地区を再び発令、1地区を前のレベルに戻す（本番） | "
		"Take back the last message as wrong: 1 area(s) in force again, "
		"1 area(s) back to the level before (LIVE)");
}

static void
a_cancel_that_changes_nothing_says_so(void **state)
{
	struct fixture *f = *state;
	const struct hs_order_document *document = add_document(f, "d-1", true);

	add_area(f, document, "港町", 4, "避難指示");
	add_restored(f, document, "港町", 4, "避難指示");
	cancel(f);
	assert_non_null(strstr(button(f, true), "発令中の地区は変わらない（訓練）"));
	assert_non_null(strstr(button(f, true), "no area changes"));
}

static void
long_lists_are_shortened_in_the_headline_only(void **state)
{
	struct fixture *f = *state;

	f->choice.level = 3;
	f->choice.areas = "町A\n町B\n町C\n町D\n町E\n町F\n町G\n町H\n町I\n町J\n町K\n町L";
	assert_non_null(strstr(headline(f), "町A、町B、"));
	assert_non_null(strstr(headline(f), "町Jほか2地区に警戒レベル3"));
	assert_int_equal(f->plan.in_force_count, 12);
}

static void
every_word_is_there_in_both_languages(void **state)
{
	(void)state;
	for (int i = 0; i < HS_ORDER_CHANGE_COUNT; i++) {
		assert_true(strlen(hs_order_change_ja((enum hs_order_change_kind)i)) > 0);
		assert_true(strlen(hs_order_change_en((enum hs_order_change_kind)i)) > 0);
	}
	for (int i = 1; i < HS_ORDER_PROBLEM_COUNT; i++) {
		assert_true(strlen(hs_order_problem_ja((enum hs_order_problem)i)) > 0);
		assert_true(strlen(hs_order_problem_en((enum hs_order_problem)i)) > 0);
	}
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(says_what_is_ordered_and_what_to_do),
		TEST(says_what_changed_and_what_remains),
		TEST(a_lift_has_no_level),
		TEST(a_cancel_says_that_it_was_wrong_and_why),
		TEST(a_cancel_of_a_lift_says_what_comes_back),
		TEST(a_cancel_that_changes_nothing_says_so),
		TEST(long_lists_are_shortened_in_the_headline_only),
		TEST(every_word_is_there_in_both_languages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
