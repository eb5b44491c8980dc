/* The order that canaries encode: whole, a drill, of nobody's municipality. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapters/runtime/canary.h"
#include "adapters/runtime/municipal.h"

static void
it_is_an_order_of_nobody(void **state)
{
	struct hs_arena *arena = hs_arena_create(1u << 20);
	const hs_notice *notice = hs_canary_notice(arena);
	struct hs_municipal *municipals;
	size_t count = 0;

	(void)state;
	assert_non_null(notice);
	assert_int_equal(HS_MODE(DRILL), notice->mode);
	assert_string_equal("", hs_hold_reason(notice));
	assert_int_equal(
		HS_OK, hs_municipal_split(arena, 0, notice, NULL, false, &municipals, &count));
	assert_int_equal(1, count);
	assert_string_equal("990019", municipals[0].code);
	assert_int_equal(1, municipals[0].ordered.count);
	hs_arena_destroy(arena);
}

static void
without_memory_there_is_none(void **state)
{
	struct hs_arena *arena = hs_arena_create(64);

	(void)state;
	assert_null(hs_canary_notice(arena));
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_an_order_of_nobody),
		cmocka_unit_test(without_memory_there_is_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
