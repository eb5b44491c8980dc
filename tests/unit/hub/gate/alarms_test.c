/* Who sees an alarm, and in which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/gate/alarms.h"

#define NOW_US 1000

static void
test_who_sees_it(void **state)
{
	static const struct {
		const char *own, *alarm;
		int role;
		bool sees;
	} rows[] = {
		{ "990019", "990019", HS_ROLE_SENDER, true },
		{ "990019", "990027", HS_ROLE_SENDER, false },
		{ "99", "990019", HS_ROLE_SENDER, true },
		{ "990001", "990019", HS_ROLE_SENDER, true },
		{ "13", "990019", HS_ROLE_SENDER, false },
		{ "011002", "011002", HS_ROLE_SENDER, true }, /* 札幌市 */
		{ "011011", "011002", HS_ROLE_SENDER, true }, /* a ward: its city */
		{ "141011", "011002", HS_ROLE_SENDER, false },
		{ "131016", "130001", HS_ROLE_SENDER, false }, /* never its prefecture */
		{ NULL, "990019", HS_ROLE_RELAYER, false },
		{ NULL, "990019", HS_ROLE_ADAPTER, false },
		{ NULL, "990019", HS_ROLE_OPERATOR, true },
		{ "990027", "990019", HS_ROLE_DRILL_LEADER, true },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		const char *areas[] = { rows[i].own };
		struct hs_principal principal = { .role = rows[i].role,
			.areas = { areas, rows[i].own != NULL } };

		if (hs_alarm_concerns(&principal, rows[i].alarm, NOW_US) != rows[i].sees)
			fail_msg("row %zu: %s of %s", i, rows[i].alarm, rows[i].own);
	}
}

static void
test_other_kinds_and_delegations(void **state)
{
	const char *own[] = { "990027" }, *lent[] = { "990019" }, *kinds[] = { "shelter" };
	struct hs_delegation delegation = {
		.areas = { lent, 1 }, .of = "", .from_unix_us = NOW_US, .to_unix_us = NOW_US + 1
	};
	struct hs_principal principal = {
		.areas = { own, 1 }, .kinds = { kinds, 1 }, .delegations = { &delegation, 1 }
	};

	(void)state;
	assert_true(hs_alarm_concerns(&principal, "990027", NOW_US));
	assert_true(hs_alarm_concerns(&principal, "990019", NOW_US));
	assert_false(hs_alarm_concerns(&principal, "990019", NOW_US - 1));
	assert_false(hs_alarm_concerns(&principal, "990019", NOW_US + 1));
}

static const struct hs_alarm_words *
words_of(int kind, int cause)
{
	Hansho__V1__Alarm alarm;

	hansho__v1__alarm__init(&alarm);
	alarm.kind = (Hansho__V1__AlarmKind)kind;
	alarm.cause_kind = (Hansho__V1__Kind)cause;
	return hs_alarm_words(&alarm);
}

static void
test_each_cause_has_its_words(void **state)
{
	const struct hs_alarm_words *all[] = { words_of(HS_ALARM(NO_ORDER), HS_KIND(TSUNAMI)),
		words_of(HS_ALARM(NO_ORDER), HS_KIND(URGENT_MAIL)),
		words_of(HS_ALARM(NO_ORDER), HS_KIND(WEATHER)),
		words_of(HS_ALARM(NO_UPDATE), HS_KIND(EVACUATION)), words_of(77, 0) };

	(void)state;
	for (size_t i = 0; i < HS_COUNT(all); i++) {
		for (size_t j = 0; j < i; j++)
			assert_ptr_not_equal(all[i], all[j]);
		assert_true(all[i]->next_ja[0] != '\0' && all[i]->next_en[0] != '\0');
	}
	assert_ptr_equal(words_of(HS_ALARM(NO_ORDER), HS_KIND(FLOOD)), all[2]);
	assert_non_null(strstr(all[0]->what_en, "tsunami"));
	assert_non_null(strstr(all[1]->what_en, "urgent mail"));
	assert_non_null(strstr(all[3]->next_en, "lift the order"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_who_sees_it),
		cmocka_unit_test(test_other_kinds_and_delegations),
		cmocka_unit_test(test_each_cause_has_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
