/* What adapters say about their outlets: kept, bounded, told when it changes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/core/outlets.h"

#define MANY 200

struct desk {
	struct hs_outlets outlets;
	struct hs_effects effects;
	hs_outlet_proof rows[MANY], *list[MANY];
	hs_outlets_report report;
	char names[MANY][8];
};

static int
desk_open(void **state)
{
	static struct desk desk;

	desk = (struct desk){ 0 };
	hs_effects_init(&desk.effects);
	hansho__v1__adapter_state__init(&desk.report);
	desk.report.outlets = desk.list;
	for (size_t i = 0; i < MANY; i++) {
		snprintf(desk.names[i], sizeof(desk.names[i]), "o%zu", i);
		hansho__v1__outlet_proof__init(&desk.rows[i]);
		desk.rows[i].outlet = desk.names[i];
		desk.rows[i].state = HS_PROOF(PROVEN);
		desk.list[i] = &desk.rows[i];
	}
	*state = &desk;
	return 0;
}

static int
desk_close(void **state)
{
	struct desk *desk = *state;

	hs_outlets_free(&desk->outlets);
	hs_effects_free(&desk->effects);
	return 0;
}

/* Takes the first `count` rows; the number of log lines that came of it. */
static size_t
take(struct desk *desk, size_t count, int64_t mono_us)
{
	hs_effects_reset(&desk->effects);
	desk->report.n_outlets = count;
	hs_outlets_take(&desk->outlets, &desk->report, "telecom", mono_us, &desk->effects);
	return desk->effects.count;
}

static void
changes_are_told_once(void **state)
{
	struct desk *desk = *state;

	assert_int_equal(2, take(desk, 2, 1000));
	assert_string_equal("hub.outlet_proven", desk->effects.items[0].event);
	assert_int_equal(0, take(desk, 2, 2000));
	desk->rows[1].state = HS_PROOF(FAILED);
	assert_int_equal(1, take(desk, 2, 3000));
	assert_string_equal("hub.outlet_alarm", desk->effects.items[0].event);
	assert_int_equal(HS_LOG_ERROR, desk->effects.items[0].level);
	assert_int_equal(0, take(desk, 2, 4000));
	desk->report.maintenance = true;
	assert_int_equal(1, take(desk, 0, 5000));
	assert_string_equal("hub.peer_maintenance", desk->effects.items[0].event);
	assert_int_equal(0, desk->outlets.count);
}

static void
ages_count_back_from_now(void **state)
{
	struct desk *desk = *state;

	desk->rows[0].age_ms = 1500;
	desk->rows[1].age_ms = UINT64_MAX;
	take(desk, 2, 2000000);
	assert_int_equal(500000, desk->outlets.items[0].since_mono_us);
	assert_true(desk->outlets.items[1].since_mono_us < 0);
}

static void
it_is_bounded_and_plain(void **state)
{
	struct desk *desk = *state;
	char name[] = "a\"b\n\xff", detail[400];

	memset(detail, 'x', sizeof(detail) - 1);
	detail[sizeof(detail) - 1] = '\0';
	desk->rows[0].outlet = name;
	desk->rows[0].detail = detail;
	desk->rows[0].state = (Hansho__V1__ProofState)77;
	take(desk, MANY, 1000);
	assert_int_equal(HS_OUTLETS_MAX, desk->outlets.count);
	assert_string_equal("a?b??", desk->outlets.items[0].name);
	assert_int_equal(
		sizeof(desk->outlets.items[0].detail) - 1, strlen(desk->outlets.items[0].detail));
	assert_string_equal("unknown", hs_outlet_state_word(desk->outlets.items[0].state));
	assert_string_equal("proven", hs_outlet_state_word(desk->outlets.items[1].state));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(changes_are_told_once, desk_open, desk_close),
		cmocka_unit_test_setup_teardown(ages_count_back_from_now, desk_open, desk_close),
		cmocka_unit_test_setup_teardown(it_is_bounded_and_plain, desk_open, desk_close),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
