/* What a warning says of which places: as much as any warning, and not a digest of the country. */
#include "hub/core/said.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Half of the areas in each of two items. */
static hs_notice *
rain_in(struct hs_arena *arena, size_t areas)
{
	hs_notice *notice = hs_message_new(arena, &hansho__v1__notice__descriptor);

	notice->kind = HS_KIND(WEATHER);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_WEATHER;
	notice->weather = hs_message_new(arena, &hansho__v1__weather__descriptor);
	for (size_t i = 0; i < 2; i++) {
		hs_hazard *hazard = hs_message_new(arena, &hansho__v1__hazard__descriptor);

		hazard->hazard = hs_arena_strdup(arena, "rain");
		hazard->in_force = true;
		hazard->rank = 3;
		for (size_t j = i; j < areas; j += 2) {
			hs_area *area = hs_message_new(arena, &hansho__v1__area__descriptor);
			char code[32];

			snprintf(code, sizeof(code), "X%06zu", j);
			area->code = hs_arena_strdup(arena, code);
			assert_true(hs_repeat(arena, &hazard->n_areas, &hazard->areas, area));
		}
		assert_true(hs_repeat(
			arena, &notice->weather->n_items, &notice->weather->items, hazard));
	}
	return notice;
}

static void
test_a_digest_is_not_gone_through(void **state)
{
	static const struct {
		size_t areas, pairs;
	} rows[] = { { 3, 3 }, { HS_SAID_MAX, HS_SAID_MAX }, { HS_SAID_MAX + 1, 0 } };
	(void)state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_arena *arena = hs_arena_create((size_t)64 << 20);
		struct hs_said said;

		hs_said_read(rain_in(arena, rows[i].areas), &said);
		assert_int_equal(said.count, rows[i].pairs);
		assert_int_equal(said.incomplete, rows[i].pairs == 0);
		assert_int_equal(hs_said_covers(&said, &said), rows[i].pairs > 0);
		hs_said_free(&said);
		hs_arena_destroy(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_digest_is_not_gone_through),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
