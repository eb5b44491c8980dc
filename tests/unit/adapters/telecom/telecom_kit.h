/* telecom_kit.h: an arena for each test, and the one municipality of a notice. */
#ifndef HS_TEST_TELECOM_KIT_H
#define HS_TEST_TELECOM_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapters/runtime/municipal.h"

static struct hs_arena *arena;

static inline int
setup(void **state)
{
	(void)state;
	arena = hs_arena_create(256u << 20);
	return arena != NULL ? 0 : -1;
}

static inline int
teardown(void **state)
{
	(void)state;
	hs_arena_destroy(arena);
	return 0;
}

/* wards: as hs_municipal_split has it. */
static inline struct hs_municipal *
only_of(const hs_notice *notice, bool wards)
{
	struct hs_municipal *municipals;
	size_t count;
	assert_int_equal(
		HS_OK, hs_municipal_split(arena, 1, notice, NULL, wards, &municipals, &count));
	assert_int_equal(1, count);
	return municipals;
}

#endif
