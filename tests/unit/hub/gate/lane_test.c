/* The lane of a document before it is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/gate/lane.h"

static uint32_t
guess(const char *text)
{
	return hs_lane_guess((const uint8_t *)text, strlen(text), false);
}

static void
test_titles(void **state)
{
	static const struct {
		const char *text;
		uint32_t lane;
	} rows[] = {
		{ "<a><p:Title>EvacuationOrder</p:Title>", HS_PRIORITY_LEVEL4 },
		{ "<a><p:Title>evacuationorder</p:Title>", HS_PRIORITY_LEVEL4 },
		{ "<a><Title>CivilProtection</Title>", HS_PRIORITY_INSTANT },
		{ "<a><Title>Shelter</Title>", HS_PRIORITY_NORMAL },
		{ "<a><Title>緊急地震速報（警報）</Title>", HS_PRIORITY_INSTANT },
		{ "<a><Title>津波警報・注意報・予報a</Title>", HS_PRIORITY_TSUNAMI },
		{ "<a><Title>震度速報</Title>", HS_PRIORITY_LEVEL4 },
		{ "<a><Title>震源に関する情報</Title>", HS_PRIORITY_NORMAL },
		/* the first one counts: the Control's */
		{ "<Title>Shelter</Title><Title>EvacuationOrder</Title>", HS_PRIORITY_NORMAL },
		{ "<cap:urgency>Immediate</cap:urgency>", HS_PRIORITY_LEVEL4 },
		{ "<urgency>Expected</urgency>", HS_PRIORITY_NORMAL },
		{ "<Title>unknown</Title>", HS_PRIORITY_NORMAL },
		{ "<Title>EvacuationOrder", HS_PRIORITY_NORMAL },
		{ "", HS_PRIORITY_NORMAL },
		{ "Title>", HS_PRIORITY_NORMAL },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		assert_int_equal(guess(rows[i].text), rows[i].lane);
}

static void
test_a_large_one_is_a_digest(void **state)
{
	const char *text = "<Title>EvacuationOrder</Title>";

	(void)state;
	assert_int_equal(
		hs_lane_guess((const uint8_t *)text, strlen(text), true), HS_PRIORITY_BULK);
}

/* In a block of its own length: the sanitizer sees a byte too many. */
static void
test_nothing_behind_the_end_is_read(void **state)
{
	const char *text = "<Title>EvacuationOrder</Title>";

	(void)state;
	for (size_t len = 0; len <= strlen(text); len++) {
		uint8_t *copy = malloc(len + (len == 0));

		memcpy(copy, text, len);
		assert_int_equal(hs_lane_guess(copy, len, false),
			len > strlen("<Title>EvacuationOrder") ? HS_PRIORITY_LEVEL4
							       : HS_PRIORITY_NORMAL);
		free(copy);
	}
}

static void
test_facts(void **state)
{
	uint32_t lane = 99;

	(void)state;
	assert_int_equal(hs_lane_of_kind(HS_KIND(EEW)), HS_PRIORITY_INSTANT);
	assert_int_equal(hs_lane_of_kind(HS_KIND(EVACUATION)), HS_PRIORITY_NORMAL);
	assert_true(hs_lane_of_word("urgent", &lane));
	assert_int_equal(lane, HS_PRIORITY_LEVEL5);
	assert_true(hs_lane_of_word("bulk", &lane));
	assert_int_equal(lane, HS_PRIORITY_BULK);
	assert_false(hs_lane_of_word("", &lane));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_titles),
		cmocka_unit_test(test_a_large_one_is_a_digest),
		cmocka_unit_test(test_nothing_behind_the_end_is_read),
		cmocka_unit_test(test_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
