/* Bytes are pressed and come back; what does not get smaller, or is no frame, or of another length, is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/base/press.h"

#define PLAIN_BYTES 300000

static struct hs_span
same_many_times(void)
{
	static char bytes[PLAIN_BYTES];

	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)('a' + i % 23 + (i % 1009 == 0));
	return (struct hs_span){ bytes, sizeof(bytes) };
}

static void
test_there_and_back(void **state)
{
	const struct hs_span plain = same_many_times();
	struct hs_buf pressed, back;

	(void)state;
	hs_buf_init(&pressed, 2 * (size_t)PLAIN_BYTES);
	hs_buf_init(&back, 2 * (size_t)PLAIN_BYTES);
	hs_buf_puts(&pressed, "before");
	hs_buf_puts(&back, "before");
	assert_true(hs_press(plain, &pressed));
	assert_true(pressed.len_bytes < PLAIN_BYTES / 20);
	assert_int_equal(hs_unpress((struct hs_span){ pressed.bytes + 6, pressed.len_bytes - 6 },
				 PLAIN_BYTES, &back),
		HS_OK);
	assert_int_equal(back.len_bytes, 6 + PLAIN_BYTES);
	assert_memory_equal(back.bytes, "before", 6);
	assert_memory_equal(back.bytes + 6, plain.bytes, PLAIN_BYTES);
	hs_buf_free(&pressed);
	hs_buf_free(&back);
}

static void
test_what_gets_no_smaller_stays(void **state)
{
	unsigned char noise[512];
	uint32_t seed = 7;
	struct hs_buf out;

	(void)state;
	for (size_t i = 0; i < sizeof(noise); i++) {
		seed = seed * 1664525 + 1013904223;
		noise[i] = (unsigned char)(seed >> 24);
	}
	const struct hs_span spans[] = { { noise, sizeof(noise) }, { "a", 1 }, { "", 0 } };
	hs_buf_init(&out, 1000);
	hs_buf_puts(&out, "before");
	for (size_t i = 0; i < HS_COUNT(spans); i++) {
		assert_false(hs_press(spans[i], &out));
		assert_string_equal(hs_buf_text(&out), "before");
		assert_false(out.failed);
	}
	hs_buf_free(&out);
	hs_buf_init(&out, PLAIN_BYTES / 2); /* no room to work in */
	assert_false(hs_press(same_many_times(), &out));
	assert_false(out.failed);
	hs_buf_free(&out);
}

static void
test_what_is_no_such_frame(void **state)
{
	struct hs_buf pressed, out;

	(void)state;
	hs_buf_init(&pressed, 2 * (size_t)PLAIN_BYTES);
	hs_buf_init(&out, PLAIN_BYTES);
	assert_true(hs_press(same_many_times(), &pressed));
	const struct hs_span frame = { pressed.bytes, pressed.len_bytes };
	const struct {
		struct hs_span span;
		size_t plain_bytes;
		enum hs_err want;
	} rows[] = {
		{ frame, PLAIN_BYTES - 1, HS_ERR_CORRUPT },
		{ { frame.bytes, frame.len_bytes - 1 }, PLAIN_BYTES, HS_ERR_CORRUPT },
		{ { "no frame", 8 }, 100, HS_ERR_CORRUPT }, { { "", 0 }, 100, HS_ERR_CORRUPT },
		{ frame, PLAIN_BYTES + 1, HS_ERR_NOMEM }, /* more than out may hold */
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		assert_int_equal(hs_unpress(rows[i].span, rows[i].plain_bytes, &out), rows[i].want);
		assert_int_equal(out.len_bytes, 0);
	}
	hs_buf_free(&out);
	hs_buf_init(&out, 2 * (size_t)PLAIN_BYTES);
	assert_int_equal(hs_unpress(frame, PLAIN_BYTES + 1, &out), HS_ERR_CORRUPT);
	hs_buf_free(&out);
	hs_buf_free(&pressed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_what_gets_no_smaller_stays),
		cmocka_unit_test(test_what_is_no_such_frame),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
