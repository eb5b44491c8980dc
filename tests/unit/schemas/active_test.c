/* The active set: scenarios of the field, one by one. */
#include "tests/unit/schemas/active_bench.h"

/* ---- scenarios ---- */

static void
levels_go_up_and_down_without_a_lift(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	expect(&bench, "", 0);
	SAY(&bench, "d", 1, ORDER('3', "北町", 0));
	expect(&bench, "北町3", 1);
	SAY(&bench, "d", 2, ORDER('4', "北町", 10), ORDER('3', "港町", 10));
	expect(&bench, "北町4 港町3", 1);
	SAY(&bench, "d", 3, ORDER('3', "北町", 20), ORDER('3', "港町", 10));
	expect(&bench, "北町3 港町3", 1);
	assert_string_equal(hs_buf_text(&bench.vanished), "");
	expect_rebuildable(&bench);
	bench_end(&bench);
}

static void
what_was_let_go_is_fetched(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	hs_active_collect(bench.active, 0);
	SAY(&bench, "d", 1, ORDER('3', "北町", 0));
	SAY(&bench, "d", 2, ORDER('4', "北町", 10));
	assert_null(hs_active_dropped(bench.active)); /* a cancel brings the first one back */
	SAY(&bench, "d", 3, ORDER('5', "北町", 20));
	struct hs_kept *dropped = hs_active_dropped(bench.active);
	assert_non_null(dropped);
	assert_null(hs_active_dropped(bench.active));
	hs_kept_free_all(dropped);
	expect(&bench, "北町5", 1);
	expect_rebuildable(&bench);
	SAY(&bench, "d", 4, ORDER('3', "北町", 30)); /* the end of the set ends it, too */
	bench_end(&bench);
}

static void
a_lift_ends_an_area_whatever_its_sort(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	SAY(&bench, "d", 1, ORDER('5', "北町", 0), ORDER('4', "港町", 0));
	/* the lift names 避難指示, what stood was 緊急安全確保 */
	SAY(&bench, "d", 2, ORDER('-', "北町", 30), ORDER('4', "港町", 0));
	expect(&bench, "港町4", 1);
	assert_string_equal(hs_buf_text(&bench.vanished), "");
	SAY(&bench, "d", 3, ORDER('-', "北町", 30), ORDER('-', "港町", 40));
	expect(&bench, "", 0);
	expect_rebuildable(&bench);
	bench_end(&bench);
}

static void
raising_may_lift_the_lower_level_at_the_same_minute(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	SAY(&bench, "d", 1, ORDER('-', "北町", 10), ORDER('4', "北町", 10));
	expect(&bench, "北町4", 1);
	SAY(&bench, "d", 2, ORDER('4', "北町", 10), ORDER('-', "北町", 11));
	expect(&bench, "", 0);
	bench_end(&bench);
}

static void
a_restricted_zone_stands_beside_an_order(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	SAY(&bench, "d", 1, ORDER('4', "北町", 0), ORDER('z', "北町", 10));
	expect(&bench, "北町0z 北町4", 1);
	SAY(&bench, "d", 2, ORDER('-', "北町", 20), ORDER('z', "北町", 10));
	expect(&bench, "北町0z", 1);
	SAY(&bench, "d", 3, ORDER('4', "北町", 0), ORDER('Z', "北町", 30));
	expect(&bench, "北町4", 1);
	bench_end(&bench);
}

static void
an_area_that_vanishes_is_reported(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	SAY(&bench, "d", 1, ORDER('4', "北町一丁目", 0), ORDER('4', "港町", 0),
		ORDER('3', "東町", 0));
	SAY(&bench, "d", 2, ORDER('4', "架空市北町１丁目", 0));
	expect(&bench, "架空市北町１丁目4", 1);
	assert_non_null(strstr(hs_buf_text(&bench.vanished), "港町\n"));
	assert_non_null(strstr(hs_buf_text(&bench.vanished), "東町\n"));
	assert_null(strstr(hs_buf_text(&bench.vanished), "北町"));
	/* a lift of the whole municipality speaks about every district */
	SAY(&bench, "d", 3, ORDER('-', "全域", 50));
	assert_string_equal(hs_buf_text(&bench.vanished), "");
	expect(&bench, "", 0);
	bench_end(&bench);
}

static void
unknown_words_stay_in_force(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	SAY(&bench, "d", 1, ORDER('?', "北町", 0), ORDER('n', "港町", 0));
	expect(&bench, "北町0", 1); /* 指示等なし orders nothing */
	bench_end(&bench);
}

static void
a_cancel_rolls_back_to_what_stood_before(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	SAY(&bench, "d", 1, ORDER('3', "北町", 0));
	SAY(&bench, "d", 2, ORDER('4', "北町", 10), ORDER('4', "港町", 10));
	expect_rebuildable(&bench);
	assert_int_equal(cancel(&bench, "d", 3), HS_OK);
	expect(&bench, "北町3", 1);
	expect_rebuildable(&bench);
	/* cancelled for good */
	assert_int_equal(say(&bench, "d", 4, NULL, 0), HS_ERR_STALE);
	expect(&bench, "北町3", 1);
	/* the next order is a new document and takes the place of what is left */
	SAY(&bench, "e", 1, ORDER('3', "北町", 0), ORDER('3', "東町", 20));
	expect(&bench, "北町3 東町3", 1);
	expect_rebuildable(&bench);
	bench_end(&bench);
}

static void
a_cancel_of_the_only_message_leaves_nothing(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	SAY(&bench, "d", 1, ORDER('4', "北町", 0));
	assert_int_equal(cancel(&bench, "d", 1), HS_OK); /* revision not raised: still applied */
	expect(&bench, "", 0);
	assert_int_equal(cancel(&bench, "never-seen", 2), HS_OK);
	expect(&bench, "", 0);
	expect_rebuildable(&bench);
	bench_end(&bench);
}

static void
a_wrong_lift_can_be_cancelled(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	SAY(&bench, "d", 1, ORDER('4', "北町", 0));
	SAY(&bench, "d", 2, ORDER('-', "北町", 10));
	expect(&bench, "", 0);
	struct bench newcomer;
	rebuild(&bench, &newcomer);
	assert_int_equal(cancel(&bench, "d", 3), HS_OK);
	assert_int_equal(cancel(&newcomer, "d", 3), HS_OK);
	expect(&bench, "北町4", 1);
	expect_same(&bench, &newcomer);
	/* a second cancel ends the rest */
	assert_int_equal(cancel(&bench, "d", 4), HS_OK);
	expect(&bench, "", 0);
	bench_end(&newcomer);
	bench_end(&bench);
}

static void
lifted_documents_are_forgotten_in_the_end(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	for (uint32_t i = 0; i < 50; i++) {
		char id[16];
		snprintf(id, sizeof(id), "d%u", i);
		SAY(&bench, id, 1, ORDER('4', "北町", 0));
		SAY(&bench, id, 2, ORDER('-', "北町", 10));
	}
	expect(&bench, "", 0);
	struct bench other;
	rebuild(&bench, &other);
	expect_same(&bench, &other);
	char after[HS_DIGEST_SIZE], digest[HS_DIGEST_SIZE];
	hs_active_digest(bench.active, digest);
	assert_int_equal(cancel(&bench, "d48", 3), HS_OK); /* gone long ago */
	hs_active_digest(bench.active, after);
	assert_string_equal(digest, after);
	bench_end(&other);
	bench_end(&bench);
}

/* Another disaster's document does not end what a cancel brought back, unless it speaks about those areas. */
static void
what_stands_needs_a_reason_to_end(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	struct order north = { '4', "北町", 0, NULL }, east = { '4', "東町", 0, NULL };
	hs_notice *first = notice_make(&bench, "d", 1, HS_ACTION(ISSUE));
	first->evacuation->disaster_name = text(&bench, "台風第15号");
	order_add(&bench, first, &north);
	assert_int_equal(say_notice(&bench, first), HS_OK);
	hs_notice *wrong = notice_make(&bench, "d", 2, HS_ACTION(UPDATE));
	wrong->evacuation->disaster_name = text(&bench, "台風第15号");
	order_add(&bench, wrong, &east);
	assert_int_equal(say_notice(&bench, wrong), HS_OK);
	assert_int_equal(cancel(&bench, "d", 3), HS_OK);
	hs_notice *other = notice_make(&bench, "e", 1, HS_ACTION(ISSUE));
	other->evacuation->disaster_name = text(&bench, "地震");
	order_add(&bench, other, &east);
	assert_int_equal(say_notice(&bench, other), HS_OK);
	expect(&bench, "北町4 東町4", 2);
	hs_notice *lifting = notice_make(&bench, "e", 2, HS_ACTION(UPDATE));
	lifting->evacuation->disaster_name = text(&bench, "地震");
	struct order lift = { '-', "北町", 30, NULL };
	order_add(&bench, lifting, &east);
	order_add(&bench, lifting, &lift);
	assert_int_equal(say_notice(&bench, lifting), HS_OK);
	expect(&bench, "東町4", 1);
	expect_rebuildable(&bench);
	bench_end(&bench);
}

static void
the_newest_order_of_two_documents_wins(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	SAY(&bench, "own", 1, ORDER('3', "北町", 20), ORDER('4', "港町", 10));
	SAY(&bench, "proxy", 1, ORDER('4', "北町", 10), ORDER('3', "港町", 10));
	/* 北町: own is newer; 港町: same time, the later message */
	expect(&bench, "北町3 港町3", 2);
	/* the winner leaves: the other one stands again */
	SAY(&bench, "own", 2, ORDER('-', "北町", 30), ORDER('-', "港町", 30));
	expect(&bench, "北町4 港町3", 1);
	expect_rebuildable(&bench);
	bench_end(&bench);
}

static void
stale_messages_change_nothing(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	SAY(&bench, "d", 2, ORDER('4', "北町", 0));
	char before[HS_DIGEST_SIZE], after[HS_DIGEST_SIZE];
	hs_active_digest(bench.active, before);
	assert_int_equal(say(&bench, "d", 1, NULL, 0), HS_ERR_STALE);
	assert_int_equal(say(&bench, "d", 2, NULL, 0), HS_ERR_STALE);
	hs_active_digest(bench.active, after);
	assert_string_equal(before, after);
	bench_end(&bench);
}

static void
modes_never_meet(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	SAY(&bench, "d", 1, ORDER('4', "北町", 10));
	hs_notice *test = notice_make(&bench, "d", 1, HS_ACTION(ISSUE));
	test->mode = HS_MODE(TEST);
	struct order order = { '3', "北町", 20, NULL };
	order_add(&bench, test, &order);
	assert_int_equal(say_notice(&bench, test), HS_OK);
	expect(&bench, "北町4 北町3", 2);
	bench_end(&bench);
}

static void
other_kinds_stand_until_lifted(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	hs_notice *notice = notice_make(&bench, "w", 1, HS_ACTION(ISSUE));
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL__NOT_SET;
	notice->kind = HS_KIND(LANDSLIDE);
	hs_area *area = HS_NEW(bench.arena, &hansho__v1__area__descriptor);
	area->code = text(&bench, "990027");
	area->name = text(&bench, "想定市");
	assert_true(hs_repeat(bench.arena, &notice->n_areas, &notice->areas, area));
	assert_int_equal(say_notice(&bench, notice), HS_OK);
	expect(&bench, "想定市0", 1);
	notice->document->revision = 2;
	notice->action = HS_ACTION(LIFT);
	assert_int_equal(say_notice(&bench, notice), HS_OK);
	expect(&bench, "", 0);
	/* a single message leaves no state */
	notice->document->id = text(&bench, "m");
	notice->kind = HS_KIND(URGENT_MAIL);
	notice->action = HS_ACTION(ISSUE);
	assert_int_equal(say_notice(&bench, notice), HS_OK);
	expect(&bench, "", 0);
	notice->document = NULL;
	assert_int_equal(say_notice(&bench, notice), HS_ERR_INVALID);
	bench_end(&bench);
}

/* Counts of damage: a snapshot that the next revision replaces whole. Nobody lifts them: a cancel rolls back, a time ends them. */
static void
damage_stands_until_its_next_revision(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	hs_notice *notice = notice_make(&bench, "d", 1, HS_ACTION(ISSUE));
	notice->kind = HS_KIND(DAMAGE);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_DAMAGE;
	notice->damage = HS_NEW(bench.arena, &hansho__v1__damage__descriptor);
	notice->times = HS_NEW(bench.arena, &hansho__v1__times__descriptor);
	notice->times->reported = hs_time_new(bench.arena, BASE_US, 540);
	hs_area *area = HS_NEW(bench.arena, &hansho__v1__area__descriptor);
	area->code = text(&bench, "990019");
	area->name = text(&bench, "架空市");
	assert_true(hs_repeat(bench.arena, &notice->n_areas, &notice->areas, area));
	SAY(&bench, "order", 1, ORDER('4', "架空市", 0));
	assert_int_equal(say_notice(&bench, notice), HS_OK);
	expect(&bench, "架空市4 架空市0",
		2); /* beside the order of the same place, with no level */
	notice->document->revision = 2;
	notice->action = HS_ACTION(UPDATE);
	assert_int_equal(say_notice(&bench, notice), HS_OK);
	expect(&bench, "架空市4 架空市0", 2);
	notice->document->revision = 3;
	notice->action = HS_ACTION(CANCEL);
	assert_int_equal(say_notice(&bench, notice), HS_OK);
	expect(&bench, "架空市4 架空市0", 2); /* the first counts again */
	assert_int_equal(hs_valid_until(notice), BASE_US + (int64_t)90 * 24 * 60 * MINUTE_US);
	bench_end(&bench);
}

static void
codes_and_names_meet(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	SAY(&bench, "d", 1, CODED('4', "北町一丁目", 0, "990010001001"),
		ORDER('4', "北町二丁目", 0));
	expect(&bench, "北町二丁目4 北町一丁目4", 1);
	/* the lift leaves the code out, the other order gives one */
	SAY(&bench, "d", 2, CODED('4', "北町一丁目", 0, "990010001001"),
		ORDER('-', "北町1丁目", 10), CODED('4', "北町二丁目", 0, "990010001002"));
	expect(&bench, "北町二丁目4", 1);
	assert_string_equal(hs_buf_text(&bench.vanished), "");
	bench_end(&bench);
}

static void
check_standing(void *owner, uint64_t seq, const void *notice, size_t len_bytes)
{
	(void)notice;
	uint64_t *last = owner;
	assert_true(seq > *last && len_bytes > 0);
	*last = seq;
}

static void
what_stands_is_listed_once_for_each_document(void **state)
{
	(void)state;
	struct bench bench = bench_make();
	SAY(&bench, "d", 1, ORDER('3', "北町", 0));
	SAY(&bench, "d", 2, ORDER('4', "北町", 10));
	SAY(&bench, "e", 1, ORDER('4', "港町", 10));
	assert_int_equal(cancel(&bench, "d", 3), HS_OK);
	uint64_t last = 0;
	hs_active_each_standing(bench.active, check_standing, &last);
	assert_int_equal(last, 3); /* e; before it d's first message again */
	bench_end(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(levels_go_up_and_down_without_a_lift),
		cmocka_unit_test(what_was_let_go_is_fetched),
		cmocka_unit_test(a_lift_ends_an_area_whatever_its_sort),
		cmocka_unit_test(raising_may_lift_the_lower_level_at_the_same_minute),
		cmocka_unit_test(a_restricted_zone_stands_beside_an_order),
		cmocka_unit_test(an_area_that_vanishes_is_reported),
		cmocka_unit_test(unknown_words_stay_in_force),
		cmocka_unit_test(a_cancel_rolls_back_to_what_stood_before),
		cmocka_unit_test(a_cancel_of_the_only_message_leaves_nothing),
		cmocka_unit_test(a_wrong_lift_can_be_cancelled),
		cmocka_unit_test(lifted_documents_are_forgotten_in_the_end),
		cmocka_unit_test(what_stands_needs_a_reason_to_end),
		cmocka_unit_test(the_newest_order_of_two_documents_wins),
		cmocka_unit_test(stale_messages_change_nothing),
		cmocka_unit_test(modes_never_meet),
		cmocka_unit_test(other_kinds_stand_until_lifted),
		cmocka_unit_test(damage_stands_until_its_next_revision),
		cmocka_unit_test(codes_and_names_meet),
		cmocka_unit_test(what_stands_is_listed_once_for_each_document),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
