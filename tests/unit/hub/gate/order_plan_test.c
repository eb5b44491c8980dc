/* order_plan_test.c: issue, lift and cancel on what is in force. */
#include "tests/unit/hub/gate/order_fixture.h"

static void
a_first_order_begins_a_document(void **state)
{
	struct fixture *f = *state;

	f->choice.level = 4;
	f->choice.areas = " 北町一丁目 , きたまち \r\n\r\n\t港町，みなとまち\n　南町　";
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(changes(f), "new:北町一丁目:0>4 new:港町:0>4 new:南町:0>4");
	assert_string_equal(snapshot(f), "北町一丁目=避難指示 港町=避難指示 南町=避難指示");
	assert_string_equal(f->plan.in_force[0]->kana, "きたまち");
	assert_string_equal(f->plan.in_force[1]->kana, "みなとまち");
	assert_string_equal(f->plan.in_force[2]->kana, "");
	assert_string_equal(f->plan.document_id, "new-1");
	assert_int_equal(f->plan.revision, 1);
	assert_int_equal(f->plan.touched, 3);
	assert_string_equal(f->plan.disaster_name, "洪水");
	assert_true(f->plan.first); /* begins above level 3, which is said and no warning */
	assert_false(f->plan.jump);
	assert_int_equal(f->plan.remaining, 3);
}

static void
an_order_keeps_what_it_does_not_name(void **state)
{
	struct fixture *f = *state;
	const struct hs_order_document *document = add_document(f, "d-1", true);

	add_area(f, document, "北町一丁目", 3, "高齢者等避難");
	add_area(f, document, "港町", 4, "避難指示");
	add_area(f, document, "南町", 3, "高齢者等避難");
	f->choice.document_id = "d-1";
	f->choice.level = 4;
	f->choice.areas = "北町１丁目\n港町";
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(changes(f), "raised:北町１丁目:3>4 still:港町:4>4 still:南町:3>3");
	assert_string_equal(snapshot(f), "北町１丁目=避難指示 港町=避難指示 南町=高齢者等避難");
	/* what stands keeps its time, what changes gets a new one */
	assert_true(f->plan.in_force[0]->ordered_unix_us == NOW);
	assert_true(f->plan.in_force[1]->ordered_unix_us == NOW - HOUR);
	assert_true(f->plan.in_force[2]->ordered_unix_us == NOW - HOUR);
	assert_string_equal(f->plan.document_id, "d-1");
	assert_int_equal(f->plan.revision, 4);
	assert_string_equal(f->plan.disaster_name, "台風の大雨");
	assert_false(f->plan.jump);
}

static void
lowering_is_an_order_and_no_lift(void **state)
{
	struct fixture *f = *state;

	add_area(f, add_document(f, "d-1", true), "港町", 5, "緊急安全確保");
	f->choice.document_id = "d-1";
	f->choice.level = 3;
	f->choice.areas = "港町";
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(changes(f), "lowered:港町:5>3");
	assert_int_equal(f->plan.lifted_count, 0);
	assert_true(f->plan.jump);
}

static void
the_whole_takes_up_lower_districts_only(void **state)
{
	struct fixture *f = *state;
	const struct hs_order_document *document = add_document(f, "d-1", true);

	add_area(f, document, "港町", 3, "高齢者等避難");
	add_area(f, document, "北町", 4, "避難指示");
	add_area(f, document, "南町", 5, "緊急安全確保");
	add_area(f, document, "山手", 0, "警戒区域");
	f->choice.document_id = "d-1";
	f->choice.level = 4;
	f->choice.whole = true;
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(changes(f),
		"new:全域:0>4 ended:港町:3>0 ended:北町:4>0 still:南町:5>5 still:山手:0>0");
	assert_string_equal(snapshot(f), "全域=避難指示 南町=緊急安全確保 山手=警戒区域");
}

static void
a_restricted_zone_stands_beside_an_order(void **state)
{
	struct fixture *f = *state;

	add_area(f, add_document(f, "d-1", true), "山手", 0, "警戒区域");
	f->choice.document_id = "d-1";
	f->choice.level = 5;
	f->choice.areas = "山手";
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(snapshot(f), "山手=緊急安全確保 山手=警戒区域");
}

static void
a_lift_names_the_last_sort_and_keeps_the_rest(void **state)
{
	struct fixture *f = *state;
	const struct hs_order_document *document = add_document(f, "d-1", true);
	const char *keys[2];
	char text[2][HS_ORDER_KEY_SIZE];

	hs_order_area_key(add_area(f, document, "港町", 4, "避難指示"), text[0]);
	add_area(f, document, "北町", 4, "避難指示");
	hs_order_area_key(add_area(f, document, "南町", 3, "高齢者等避難"), text[1]);
	keys[0] = text[0];
	keys[1] = text[1];
	f->choice.act = HS_ORDER_LIFT;
	f->choice.lift_keys = keys;
	f->choice.lift_count = 2;
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(changes(f), "lifted:港町:4>0 lifted:南町:3>0 still:北町:4>4");
	assert_string_equal(snapshot(f), "北町=避難指示");
	assert_int_equal(f->plan.lifted_count, 2);
	assert_string_equal(f->plan.lifted[1]->term, "高齢者等避難");
	assert_int_equal(f->plan.lifted[1]->level, 0);
	assert_true(f->plan.lifted[0]->ordered_unix_us == NOW);
	assert_int_equal(f->plan.touched, 2);
	assert_string_equal(f->plan.document_id, "d-1");
}

static void
a_lift_never_reaches_into_another_document(void **state)
{
	struct fixture *f = *state;
	const char *keys[2];
	char text[2][HS_ORDER_KEY_SIZE];

	hs_order_area_key(
		add_area(f, add_document(f, "d-1", true), "港町", 4, "避難指示"), text[0]);
	hs_order_area_key(
		add_area(f, add_document(f, "d-2", true), "北町", 4, "避難指示"), text[1]);
	keys[0] = text[0];
	keys[1] = text[1];
	f->choice.act = HS_ORDER_LIFT;
	f->choice.lift_keys = keys;
	f->choice.lift_count = 2;
	assert_int_equal(plan(f), HS_ORDER_LIFT_MIXED);
	f->choice.lift_count = 1;
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(changes(f), "lifted:港町:4>0");
	f->choice.lift_count = 0;
	assert_int_equal(plan(f), HS_ORDER_NO_AREA);
}

static void
a_first_order_at_level_5_is_a_jump(void **state)
{
	struct fixture *f = *state;

	f->choice.level = 5;
	f->choice.areas = "港町";
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_true(f->plan.jump);
	f->choice.level = 3;
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_false(f->plan.jump || f->plan.first);
}

static void
a_cancel_repeats_what_it_takes_back(void **state)
{
	struct fixture *f = *state;
	struct hs_order_document *document = add_document(f, "d-1", true);

	add_area(f, document, "港町", 4, "避難指示");
	f->choice.act = HS_ORDER_CANCEL;
	assert_int_equal(plan(f), HS_ORDER_NO_DOCUMENT);
	f->choice.document_id = "d-1";
	assert_int_equal(plan(f), HS_ORDER_NO_REASON);
	f->choice.reason = "誤り";
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(changes(f), "back:港町:4>0");
	assert_string_equal(snapshot(f), "港町=避難指示");
	assert_int_equal(f->plan.revision, 4);
	assert_int_equal(f->plan.touched, 1);
	assert_int_equal(f->plan.remaining, 0);
	document->closed = true;
	assert_int_equal(plan(f), HS_ORDER_NO_DOCUMENT);
}

/* Raised one, lifted the other, cancelled: the lift was the last message. */
static void
a_cancel_of_a_lift_brings_the_order_back(void **state)
{
	struct fixture *f = *state;
	struct hs_order_document *document = add_document(f, "d-1", true);
	struct hs_order_document *other = add_document(f, "d-2", true);

	add_area(f, document, "港町", 5, "緊急安全確保");
	add_lifted(f, document, "北町", "避難指示");
	add_restored(f, document, "港町", 5, "緊急安全確保");
	add_restored(f, document, "北町", 4, "避難指示");
	add_restored(f, other, "東町", 3, "高齢者等避難"); /* not of this document */
	f->choice.act = HS_ORDER_CANCEL;
	f->choice.document_id = "d-1";
	f->choice.reason = "誤り";
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(changes(f), "still:港町:5>5 returned:北町:0>4");
	assert_string_equal(snapshot(f), "港町=緊急安全確保");
	assert_int_equal(f->plan.lifted_count, 1);
	assert_string_equal(f->plan.lifted[0]->name, "北町");
	assert_int_equal(f->plan.touched, 1);
	assert_int_equal(f->plan.remaining, 2);
	assert_false(f->plan.jump);
}

static void
a_cancel_of_a_raise_goes_back_to_the_level_before(void **state)
{
	struct fixture *f = *state;
	struct hs_order_document *document = add_document(f, "d-1", true);

	add_area(f, document, "港町", 5, "緊急安全確保");
	add_area(f, document, "北町", 5, "緊急安全確保");
	add_restored(f, document, "港町", 3, "高齢者等避難");
	f->choice.act = HS_ORDER_CANCEL;
	f->choice.document_id = "d-1";
	f->choice.reason = "誤り";
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(changes(f), "restored:港町:5>3 back:北町:5>0");
	assert_int_equal(f->plan.touched, 2);
	assert_int_equal(f->plan.remaining, 1);
}

/* All lifted: nothing to go on with, but the lift can be cancelled. */
static void
a_document_that_is_over_can_only_be_cancelled(void **state)
{
	struct fixture *f = *state;
	struct hs_order_document *document = add_document(f, "d-1", true);

	document->over = true;
	add_lifted(f, document, "北町", "避難指示");
	add_restored(f, document, "北町", 4, "避難指示");
	f->choice.document_id = "d-1";
	f->choice.level = 4;
	f->choice.areas = "港町";
	assert_int_equal(plan(f), HS_ORDER_NO_DOCUMENT);
	f->choice.act = HS_ORDER_CANCEL;
	f->choice.reason = "誤り";
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(changes(f), "returned:北町:0>4");
	assert_int_equal(f->plan.in_force_count, 0);
	assert_int_equal(f->plan.lifted_count, 1);
}

/* The same place at the same level, but another disaster: a new order, with the other one named beside it. */
static void
another_disaster_is_a_new_order(void **state)
{
	struct fixture *f = *state;

	add_area(f, add_document(f, "d-1", true), "港町", 4, "避難指示")->sub_code = "990010001000";
	f->choice.level = 4;
	f->choice.areas = "港町";
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(changes(f), "new:港町:0>4");
	assert_true(f->plan.in_force[0]->ordered_unix_us == NOW);
	assert_string_equal(f->plan.in_force[0]->sub_code, "990010001000");
	assert_non_null(f->plan.changes[0]->beside);
	assert_string_equal(f->plan.changes[0]->beside->document->id, "d-1");
	/* the same name is the same disaster, in whatever document */
	f->choice.hazard = "";
	f->choice.disaster_name = "台風の大雨";
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(changes(f), "still:港町:4>4");
	assert_null(f->plan.changes[0]->beside);
}

static void
what_a_cancel_left_goes_on_as_a_new_document(void **state)
{
	struct fixture *f = *state;
	struct hs_order_document *document = add_document(f, "d-1", true);

	document->closed = true;
	add_area(f, document, "港町", 3, "高齢者等避難");
	f->choice.document_id = "d-1";
	f->choice.level = 4;
	f->choice.areas = "北町";
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(snapshot(f), "北町=避難指示 港町=高齢者等避難");
	assert_string_equal(f->plan.document_id, "new-1");
	assert_int_equal(f->plan.revision, 1);
	assert_string_equal(f->plan.disaster_name, "台風の大雨");
}

static void
other_sources_are_seen_and_never_continued(void **state)
{
	struct fixture *f = *state;

	add_area(f, add_document(f, "d-9", false), "港町", 3, "高齢者等避難");
	f->choice.level = 4;
	f->choice.areas = "港町";
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(changes(f), "new:港町:0>4");
	f->choice.hazard = "";
	f->choice.disaster_name = "台風の大雨";
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(changes(f), "raised:港町:3>4");
	assert_string_equal(f->plan.document_id, "new-1");
	f->choice.document_id = "d-9";
	assert_int_equal(plan(f), HS_ORDER_NO_DOCUMENT);
}

static void
says_what_is_missing(void **state)
{
	struct fixture *f = *state;
	static const uint32_t levels[] = { 0, 1, 2, 6, 4000000000u };

	f->choice.areas = "港町";
	for (size_t i = 0; i < sizeof(levels) / sizeof(levels[0]); i++) {
		f->choice.level = levels[i];
		assert_int_equal(plan(f), HS_ORDER_NO_LEVEL);
	}
	f->choice.level = 4;
	f->choice.areas = " \n　\n,よみ\n";
	assert_int_equal(plan(f), HS_ORDER_NO_AREA);
	f->choice.areas = "港町";
	f->choice.hazard = "";
	assert_int_equal(plan(f), HS_ORDER_NO_DISASTER);
	f->choice.disaster_name = "台風";
	assert_int_equal(plan(f), HS_ORDER_FINE);
}

static void
one_name_counts_once_and_too_many_are_refused(void **state)
{
	struct fixture *f = *state;
	struct hs_buf lines;

	f->choice.level = 4;
	f->choice.areas = "港町\n港町\n　港町,みなとまち";
	assert_int_equal(plan(f), HS_ORDER_FINE);
	assert_string_equal(snapshot(f), "港町=避難指示");
	hs_buf_init(&lines, 1u << 20);
	for (int i = 0; i < 2001; i++)
		hs_buf_printf(&lines, "町%d\n", i);
	f->choice.areas = hs_buf_text(&lines);
	assert_int_equal(plan(f), HS_ORDER_TOO_MUCH);
	hs_buf_free(&lines);
	hs_buf_init(&lines, 1u << 20);
	for (int i = 0; i < 700; i++)
		hs_buf_puts(&lines, "a");
	f->choice.areas = hs_buf_text(&lines);
	assert_int_equal(plan(f), HS_ORDER_TOO_MUCH);
	hs_buf_free(&lines);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_first_order_begins_a_document),
		TEST(an_order_keeps_what_it_does_not_name),
		TEST(lowering_is_an_order_and_no_lift),
		TEST(the_whole_takes_up_lower_districts_only),
		TEST(a_restricted_zone_stands_beside_an_order),
		TEST(a_lift_names_the_last_sort_and_keeps_the_rest),
		TEST(a_lift_never_reaches_into_another_document),
		TEST(a_first_order_at_level_5_is_a_jump),
		TEST(a_cancel_repeats_what_it_takes_back),
		TEST(a_cancel_of_a_lift_brings_the_order_back),
		TEST(a_cancel_of_a_raise_goes_back_to_the_level_before),
		TEST(a_document_that_is_over_can_only_be_cancelled),
		TEST(another_disaster_is_a_new_order),
		TEST(what_a_cancel_left_goes_on_as_a_new_document),
		TEST(other_sources_are_seen_and_never_continued),
		TEST(says_what_is_missing),
		TEST(one_name_counts_once_and_too_many_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
