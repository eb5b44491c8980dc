/* The queue of a carrier: order of bytes, limit, and that what is large and shared is not copied and lives as long as it waits. */
#include "hub/base/link_carrier.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define LARGE_BYTES ((size_t)200000)
#define MAX_BYTES   ((size_t)1 << 20)

static int released;

static void
release(void *memory)
{
	free(memory);
	released++;
}

static char *
large_memory(void)
{
	char *memory = malloc(LARGE_BYTES);

	assert_non_null(memory);
	for (size_t i = 0; i < LARGE_BYTES; i++)
		memory[i] = (char)(i * 7 + i / 1000);
	return memory;
}

/* Takes all that waits, in steps of at most `step`, and appends it to out. */
static void
drain(struct hs_send_queue *queue, size_t step, struct hs_buf *out)
{
	struct hs_span next;

	for (int i = 0; i < 100000 && (next = hs_send_queue_next(queue)).len_bytes > 0; i++) {
		size_t len_bytes = next.len_bytes < step ? next.len_bytes : step;

		hs_buf_add(out, next.bytes, len_bytes);
		hs_send_queue_sent(queue, len_bytes);
	}
	assert_int_equal(queue->waiting_bytes, 0);
}

static void
test_order_and_life(void **state)
{
	struct hs_send_queue queue;
	struct hs_buf out;
	char *memory = large_memory(), *copy = large_memory();
	struct hs_shared *owner = hs_shared_create(memory, release);
	const struct hs_span small = { "before", 6 }, behind = { "behind", 6 };
	const struct hs_span frame[] = { { "head", 4 }, { memory, LARGE_BYTES }, { "tail", 4 } };

	(void)state;
	released = 0;
	hs_send_queue_init(&queue, MAX_BYTES);
	hs_buf_init(&out, MAX_BYTES);
	assert_int_equal(hs_send_queue_add(&queue, &small, 1, 0, NULL), HS_OK);
	assert_int_equal(hs_send_queue_next(&queue).len_bytes, 6);
	assert_int_equal(hs_send_queue_add(&queue, frame, 3, 0, owner), HS_OK);
	assert_int_equal(hs_send_queue_add(&queue, &behind, 1, 0, NULL), HS_OK);
	hs_shared_unref(owner);
	assert_int_equal(hs_send_queue_next(&queue).len_bytes, 6); /* what leaves stays */
	hs_send_queue_sent(&queue, 6);
	assert_int_equal(hs_send_queue_next(&queue).len_bytes, 4);
	hs_send_queue_sent(&queue, 4);
	assert_ptr_equal(hs_send_queue_next(&queue).bytes, memory); /* where it lies */
	assert_int_equal(released, 0);
	drain(&queue, 3333, &out);
	assert_int_equal(released, 1);
	assert_int_equal(out.len_bytes, LARGE_BYTES + 10);
	assert_memory_equal(out.bytes, copy, LARGE_BYTES);
	assert_memory_equal(out.bytes + LARGE_BYTES, "tailbehind", 10);
	hs_buf_free(&out);
	hs_send_queue_free(&queue);
	free(copy);
}

/* A part of the frame has left already, wherever that ends. */
static void
test_the_rest_of_a_frame(void **state)
{
	static const size_t skips[] = { 1, 4, 5, 100000, LARGE_BYTES + 4, LARGE_BYTES + 7 };
	char *copy = large_memory();

	(void)state;
	for (size_t i = 0; i < sizeof(skips) / sizeof(skips[0]); i++) {
		struct hs_send_queue queue;
		struct hs_buf out, whole;
		char *memory = large_memory();
		struct hs_shared *owner = hs_shared_create(memory, release);
		const struct hs_span frame[] = { { "head", 4 }, { memory, LARGE_BYTES },
			{ "tail", 4 } };

		hs_send_queue_init(&queue, MAX_BYTES);
		hs_buf_init(&out, MAX_BYTES);
		hs_buf_init(&whole, MAX_BYTES);
		hs_buf_add(&whole, "head", 4);
		hs_buf_add(&whole, copy, LARGE_BYTES);
		hs_buf_add(&whole, "tail", 4);
		assert_int_equal(hs_send_queue_add(&queue, frame, 3, skips[i], owner), HS_OK);
		drain(&queue, SIZE_MAX, &out);
		assert_int_equal(out.len_bytes, whole.len_bytes - skips[i]);
		assert_memory_equal(out.bytes, whole.bytes + skips[i], out.len_bytes);
		hs_shared_unref(owner);
		hs_send_queue_free(&queue);
		hs_buf_free(&whole);
		hs_buf_free(&out);
	}
	free(copy);
}

static void
test_full_takes_nothing(void **state)
{
	struct hs_send_queue queue;
	struct hs_buf out;
	char *memory = large_memory();
	struct hs_shared *owner = hs_shared_create(memory, release);
	const struct hs_span frame[] = { { "head", 4 }, { memory, LARGE_BYTES } };

	(void)state;
	released = 0;
	hs_send_queue_init(&queue, LARGE_BYTES + 10);
	hs_buf_init(&out, MAX_BYTES);
	assert_int_equal(hs_send_queue_add(&queue, frame, 2, 0, owner), HS_OK);
	assert_int_equal(hs_send_queue_add(&queue, frame, 2, 0, owner), HS_ERR_AGAIN);
	assert_int_equal(hs_send_queue_add(&queue, frame, 1, 0, owner), HS_OK);
	drain(&queue, SIZE_MAX, &out);
	assert_int_equal(out.len_bytes, LARGE_BYTES + 8);
	assert_int_equal(hs_send_queue_add(&queue, frame, 2, 0, owner), HS_OK);
	hs_shared_unref(owner);
	assert_int_equal(released, 0);
	hs_send_queue_free(&queue); /* with what waits */
	assert_int_equal(released, 1);
	hs_buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_life),
		cmocka_unit_test(test_the_rest_of_a_frame),
		cmocka_unit_test(test_full_takes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
