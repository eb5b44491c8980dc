/* What a station's receipts confirm: each the one message that it is about, and the notice when all of its messages are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/broadcaster/had.h"
#include "adapters/broadcaster/later.h"

#define RECEIVED  HS_CONFIRMED_RECEIVED
#define DISPLAYED HS_CONFIRMED_DISPLAYED
#define FAILED	  HS_CONFIRMED_FAILED
#define NOT_YET	  HS_CONFIRMED_COUNT

/* Of a notice for two prefectures, sent to the first `sent` of them. */
static struct hs_confirmed
two(size_t sent)
{
	struct hs_confirmed confirmed = { 0 };
	hs_confirmed_expect(&confirmed, "13");
	hs_confirmed_expect(&confirmed, "99");
	assert_false(hs_confirmed_any_sent(&confirmed));
	if (sent > 0)
		hs_confirmed_sent(&confirmed, "13");
	if (sent > 1)
		hs_confirmed_sent(&confirmed, "99");
	assert_int_equal(hs_confirmed_any_sent(&confirmed), sent > 0);
	return confirmed;
}

static void
test_one_receipt_confirms_one_message(void **state)
{
	struct hs_confirmed confirmed = two(2);
	(void)state;
	assert_true(hs_confirmed_take(&confirmed, RECEIVED, "99"));
	assert_int_equal(hs_confirmed_of(&confirmed), NOT_YET);
	assert_true(hs_confirmed_is_open(&confirmed, "13"));
	assert_false(hs_confirmed_is_open(&confirmed, "99"));
	assert_true(hs_confirmed_take(&confirmed, RECEIVED, "99")); /* the same again */
	assert_int_equal(hs_confirmed_of(&confirmed), NOT_YET);
	assert_true(hs_confirmed_take(&confirmed, DISPLAYED, "13"));
	assert_int_equal(hs_confirmed_of(&confirmed), RECEIVED);
	assert_true(hs_confirmed_take(&confirmed, DISPLAYED, "99"));
	assert_int_equal(hs_confirmed_of(&confirmed), DISPLAYED);
}

/* Who confirms each as it comes, without a name. */
static void
test_without_a_name_each_receipt_is_one_more(void **state)
{
	struct hs_confirmed confirmed = two(2);
	(void)state;
	assert_true(hs_confirmed_take(&confirmed, RECEIVED, NULL));
	assert_false(hs_confirmed_is_open(&confirmed, "13"));
	assert_true(hs_confirmed_take(&confirmed, DISPLAYED, NULL));
	assert_int_equal(hs_confirmed_of(&confirmed), NOT_YET);
	assert_true(hs_confirmed_take(&confirmed, RECEIVED, NULL));
	assert_int_equal(hs_confirmed_of(&confirmed), RECEIVED);
	assert_true(hs_confirmed_take(&confirmed, DISPLAYED, NULL));
	assert_int_equal(hs_confirmed_of(&confirmed), DISPLAYED);
	assert_false(hs_confirmed_take(&confirmed, DISPLAYED, NULL));
}

static void
test_what_was_not_sent_cannot_be_confirmed(void **state)
{
	struct hs_confirmed confirmed = two(1);
	(void)state;
	assert_true(hs_confirmed_take(&confirmed, DISPLAYED, NULL));
	assert_false(hs_confirmed_take(&confirmed, DISPLAYED, NULL));
	static const char *const wrong[] = { "99", "14", "", "1", "x3", "133", "一三" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(hs_confirmed_take(&confirmed, DISPLAYED, wrong[i]));
	assert_int_equal(hs_confirmed_of(&confirmed), NOT_YET);
}

static void
test_one_that_failed_is_told_at_once_and_counts(void **state)
{
	struct hs_confirmed confirmed = two(2);
	(void)state;
	assert_true(hs_confirmed_take(&confirmed, FAILED, "13"));
	assert_int_equal(hs_confirmed_of(&confirmed), NOT_YET);
	assert_int_equal(hs_confirmed_told(&confirmed, FAILED), FAILED);
	assert_int_equal(hs_confirmed_told(&confirmed, RECEIVED), NOT_YET);
	assert_true(hs_confirmed_take(&confirmed, DISPLAYED, "99"));
	assert_int_equal(hs_confirmed_of(&confirmed), FAILED);
	assert_true(hs_confirmed_take(&confirmed, DISPLAYED, "13")); /* in the end it was shown */
	assert_int_equal(hs_confirmed_of(&confirmed), DISPLAYED);
}

/* ---- what a notice that is over becomes ---- */

static void
test_what_is_over_is_displayed_when_all_of_it_is(void **state)
{
	struct hs_later *later = test_calloc(1, sizeof(*later));
	struct hs_confirmed confirmed = two(2);
	const char *epoch = "";
	(void)state;
	hs_later_add(later, "epoch1", 7, &confirmed, 0);
	assert_int_equal(hs_later_take(later, 8, DISPLAYED, NULL, &epoch), 0);
	assert_int_equal(hs_later_take(later, 7, DISPLAYED, NULL, &epoch), 0);
	assert_int_equal(hs_later_take(later, 7, DISPLAYED, NULL, &epoch), HS_RECEIPT(DISPLAYED));
	assert_string_equal(epoch, "epoch1");
	assert_int_equal(hs_later_take(later, 7, DISPLAYED, "13", &epoch), 0);
	assert_int_equal(hs_later_take(later, 7, RECEIVED, "13", &epoch), 0);
	test_free(later);
}

static void
test_what_failed_may_still_be_shown(void **state)
{
	struct hs_later *later = test_calloc(1, sizeof(*later));
	struct hs_confirmed confirmed = { 0 };
	const char *epoch;
	(void)state;
	hs_confirmed_expect(&confirmed, "00");
	hs_confirmed_sent(&confirmed, "00");
	assert_true(hs_confirmed_take(&confirmed, RECEIVED, NULL));
	hs_later_add(later, "e", 1, &confirmed, HS_RECEIPT(ACCEPTED));
	assert_int_equal(hs_later_take(later, 1, RECEIVED, NULL, &epoch), 0);
	assert_int_equal(hs_later_take(later, 1, FAILED, NULL, &epoch), HS_RECEIPT(FAILED));
	assert_int_equal(hs_later_take(later, 1, DISPLAYED, NULL, &epoch), HS_RECEIPT(DISPLAYED));
	for (uint64_t seq = 2; seq < 2 + HS_LATER_MAX; seq++)
		hs_later_add(later, "e", seq, &confirmed, 0);
	assert_int_equal(hs_later_take(later, 1, FAILED, NULL, &epoch), 0);
	assert_int_equal(hs_later_take(later, 2, FAILED, NULL, &epoch), HS_RECEIPT(FAILED));
	test_free(later);
}

/* ---- of which documents a station has anything ---- */

static void
test_what_a_station_had(void **state)
{
	struct hs_had *had = test_calloc(1, sizeof(*had));
	(void)state;
	assert_null(hs_had_find(had, 5));
	assert_null(hs_had_find(had, 0)); /* a notice without a document is told */
	hs_had_add(had, 5);
	hs_had_add(had, 0);
	assert_false(*hs_had_find(had, 5));
	assert_null(hs_had_find(had, 0));
	hs_had_got(had, 5);
	hs_had_add(had, 5);
	assert_true(*hs_had_find(had, 5));
	hs_had_add(had, 6);
	assert_false(*hs_had_find(had, 6));
	hs_had_got_all(had);
	assert_true(*hs_had_find(had, 6));
	for (uint64_t document = 10; document < 10 + HS_HAD_MAX; document++)
		hs_had_add(had, document);
	assert_null(hs_had_find(had, 5));
	test_free(had);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_receipt_confirms_one_message),
		cmocka_unit_test(test_without_a_name_each_receipt_is_one_more),
		cmocka_unit_test(test_what_was_not_sent_cannot_be_confirmed),
		cmocka_unit_test(test_one_that_failed_is_told_at_once_and_counts),
		cmocka_unit_test(test_what_is_over_is_displayed_when_all_of_it_is),
		cmocka_unit_test(test_what_failed_may_still_be_shown),
		cmocka_unit_test(test_what_a_station_had),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
