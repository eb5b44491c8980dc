/* ring_test.c: what a station that comes back is given, and when it is told that something is gone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapters/broadcaster/ring.h"

static void
push(struct hs_broadcast_ring *ring, uint64_t seq, const char *prefecture)
{
	hs_broadcast_ring_push(ring, seq, prefecture, 0, hs_frame_from("x", 1));
}

static void
test_resume(void **state)
{
	struct hs_broadcast_ring *ring = hs_broadcast_ring_create(8, 1000);
	uint64_t index;
	(void)state;
	assert_true(hs_broadcast_ring_after(ring, 0, &index));
	assert_int_equal(index, hs_broadcast_ring_next(ring));
	push(ring, 1, "13");
	push(ring, 3, "13");
	push(ring, 3, "99");
	push(ring, 7, "01");
	assert_true(hs_broadcast_ring_after(ring, 1, &index));
	assert_int_equal(hs_broadcast_ring_at(ring, index)->seq, 3);
	assert_string_equal(hs_broadcast_ring_at(ring, index)->prefecture, "13");
	assert_true(hs_broadcast_ring_after(ring, 2, &index));
	assert_int_equal(index, 1);
	assert_true(hs_broadcast_ring_after(ring, 7, &index));
	assert_int_equal(index, 4);
	assert_null(hs_broadcast_ring_at(ring, 4));
	hs_broadcast_ring_destroy(ring);
}

static void
test_what_fell_out_is_told(void **state)
{
	struct hs_broadcast_ring *ring = hs_broadcast_ring_create(4, 1000);
	uint64_t index;
	(void)state;
	for (uint64_t seq = 1; seq <= 10; seq++)
		push(ring, seq, "99");
	assert_int_equal(hs_broadcast_ring_oldest(ring), 6);
	assert_int_equal(hs_broadcast_ring_floor(ring), 6);
	assert_false(hs_broadcast_ring_after(ring, 5, &index));
	assert_true(hs_broadcast_ring_after(ring, 6, &index));
	assert_int_equal(hs_broadcast_ring_at(ring, index)->seq, 7);
	assert_null(hs_broadcast_ring_at(ring, 5));
	hs_broadcast_ring_destroy(ring);
}

static void
test_bytes_are_bounded(void **state)
{
	static const char text[400];
	struct hs_broadcast_ring *ring = hs_broadcast_ring_create(8, 1000);
	uint64_t index;
	(void)state;
	for (uint64_t seq = 1; seq <= 5; seq++)
		hs_broadcast_ring_push(ring, seq, "99", 0, hs_frame_from(text, sizeof(text)));
	assert_int_equal(hs_broadcast_ring_oldest(ring), 3);
	assert_false(hs_broadcast_ring_after(ring, 2, &index));
	assert_true(hs_broadcast_ring_after(ring, 3, &index));
	hs_broadcast_ring_destroy(ring);
	ring = hs_broadcast_ring_create(8, 10);
	hs_broadcast_ring_push(ring, 1, "99", 0, hs_frame_from(text, sizeof(text)));
	hs_broadcast_ring_push(ring, 2, "99", 0, hs_frame_from(text, sizeof(text)));
	assert_non_null(hs_broadcast_ring_at(ring, 1));
	assert_null(hs_broadcast_ring_at(ring, 0));
	hs_broadcast_ring_destroy(ring);
}

/* Half of a notice with two prefectures fell out: its seq is not complete any more. */
static void
test_half_a_notice_is_not_whole(void **state)
{
	struct hs_broadcast_ring *ring = hs_broadcast_ring_create(2, 1000);
	uint64_t index;
	(void)state;
	push(ring, 5, "13");
	push(ring, 5, "99");
	push(ring, 6, "13");
	assert_false(hs_broadcast_ring_after(ring, 4, &index));
	assert_true(hs_broadcast_ring_after(ring, 5, &index));
	hs_broadcast_ring_destroy(ring);
}

static void
test_start_at_a_snapshot(void **state)
{
	struct hs_broadcast_ring *ring = hs_broadcast_ring_create(4, 1000);
	uint64_t index;
	(void)state;
	push(ring, 1, "99");
	hs_broadcast_ring_clear(ring, 20);
	assert_false(hs_broadcast_ring_after(ring, 19, &index));
	assert_true(hs_broadcast_ring_after(ring, 20, &index));
	/* Never acknowledged before the restart: it comes again, older than the snapshot. */
	push(ring, 18, "99");
	assert_true(hs_broadcast_ring_after(ring, 17, &index));
	assert_int_equal(hs_broadcast_ring_at(ring, index)->seq, 18);
	assert_false(hs_broadcast_ring_after(ring, 16, &index));
	hs_broadcast_ring_destroy(ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_resume),
		cmocka_unit_test(test_what_fell_out_is_told),
		cmocka_unit_test(test_bytes_are_bounded),
		cmocka_unit_test(test_half_a_notice_is_not_whole),
		cmocka_unit_test(test_start_at_a_snapshot),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
