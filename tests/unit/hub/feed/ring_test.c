#include "tests/unit/hub/feed/make_notice.h"

#include "hub/feed/ring.h"

static void
push(struct hs_ring *ring, uint64_t seq)
{
	struct hs_arena *arena = make_arena();
	struct hs_entry *entry;

	assert_int_equal(hs_entry_create("e", make_order(arena, seq), 1, &entry), HS_OK);
	hs_ring_push(ring, entry);
	hs_entry_unref(entry);
	hs_arena_destroy(arena);
}

static uint64_t
seq_after(const struct hs_ring *ring, uint64_t seq)
{
	const struct hs_entry *entry = hs_ring_after(ring, seq);

	return entry == NULL ? 0 : entry->seq;
}

static void
finds_what_follows_every_seq(void **state)
{
	struct hs_ring *ring = hs_ring_create(8, 1 << 20);

	(void)state;
	assert_null(hs_ring_after(ring, 0));
	for (uint64_t seq = 1; seq <= 20; seq++) {
		uint64_t base;

		push(ring, seq);
		base = hs_ring_base(ring);
		assert_int_equal(base, seq > 8 ? seq - 8 : 0);
		for (uint64_t from = 0; from <= seq + 1; from++)
			assert_int_equal(
				seq_after(ring, from), from < base || from >= seq ? 0 : from + 1);
	}
	assert_int_equal(hs_ring_count(ring), 8);
	assert_null(hs_ring_find(ring, 12));
	assert_int_equal(hs_ring_find(ring, 13)->seq, 13);
	assert_null(hs_ring_find(ring, 0));
	assert_int_equal(hs_ring_newest_at(ring, 0)->seq, 20);
	assert_int_equal(hs_ring_newest_at(ring, 7)->seq, 13);
	assert_null(hs_ring_newest_at(ring, 8));
	hs_ring_destroy(ring);
}

static void
passes_over_holes(void **state)
{
	struct hs_ring *ring = hs_ring_create(8, 1 << 20);

	(void)state;
	hs_ring_reset(ring, 10);
	push(ring, 14);
	push(ring, 20);
	assert_int_equal(seq_after(ring, 9), 0);
	assert_int_equal(seq_after(ring, 10), 14);
	assert_int_equal(seq_after(ring, 14), 20);
	assert_int_equal(seq_after(ring, 19), 20);
	hs_ring_advance(ring, 25);
	assert_int_equal(hs_ring_newest(ring), 25);
	assert_int_equal(seq_after(ring, 20), 0);
	hs_ring_destroy(ring);
}

static void
is_bounded_by_bytes(void **state)
{
	struct hs_ring *ring;
	uint64_t one;

	(void)state;
	ring = hs_ring_create(100, 1 << 20);
	push(ring, 1);
	one = hs_ring_bytes(ring);
	hs_ring_destroy(ring);
	ring = hs_ring_create(100, one * 3 + 10);
	for (uint64_t seq = 1; seq <= 9; seq++)
		push(ring, seq);
	assert_int_equal(hs_ring_count(ring), 3);
	assert_int_equal(hs_ring_base(ring), 6);
	assert_int_equal(hs_ring_bytes_after(ring, 8), one);
	assert_int_equal(hs_ring_bytes_after(ring, 9), 0);
	assert_int_equal(hs_ring_bytes_after(ring, 6), one * 3);
	assert_int_equal(hs_ring_bytes_after(ring, 2), one * 3);
	hs_ring_reset(ring, 7);
	assert_int_equal(hs_ring_bytes(ring), 0);
	push(ring, 8);
	assert_int_equal(hs_ring_bytes(ring), one);
	hs_ring_destroy(ring);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_follows_every_seq),
		cmocka_unit_test(passes_over_holes),
		cmocka_unit_test(is_bounded_by_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
