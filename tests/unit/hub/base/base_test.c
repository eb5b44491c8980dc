/* The small things that everything stands on: errors, arena, buffer, frame, time, hash. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/arena.h"
#include "hub/base/buf.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/err.h"
#include "hub/base/frame.h"
#include "hub/base/hash.h"

static void
test_every_error_has_name_text_and_status(void **state)
{
	(void)state;
	for (int e = 0; e < HS_ERR_COUNT; e++) {
		enum hs_err err = (enum hs_err)e;
		assert_true(strlen(hs_err_name(err)) > 1);
		assert_true(strlen(hs_err_text(err)) > 1);
		assert_in_range(hs_err_http(err), 200, 504);
		assert_true((err == HS_OK) == (hs_err_class(err) == HS_CLASS_NONE));
	}
	assert_string_equal(hs_err_name(HS_ERR_SYNC), "SYNC");
	assert_int_equal(hs_err_class(HS_ERR_SYNC), HS_CLASS_FATAL);
}

static void
test_arena_gives_zeroed_aligned_pieces_up_to_its_capacity(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(100000);
	size_t got = 0;
	for (;;) {
		unsigned char *piece = hs_arena_alloc(arena, 1000);
		if (!piece)
			break;
		assert_int_equal((uintptr_t)piece % 16, 0);
		for (int i = 0; i < 1000; i++)
			assert_int_equal(piece[i], 0);
		memset(piece, 0xff, 1000);
		got++;
	}
	assert_in_range(got, 95, 100);
	assert_true(hs_arena_used_bytes(arena) <= 100000);
	assert_true(hs_arena_failed(arena));
	assert_null(hs_arena_alloc(arena, SIZE_MAX - 3));
	hs_arena_destroy(arena);
	hs_arena_destroy(NULL);
}

static void
test_arena_texts(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(4096);
	assert_string_equal(hs_arena_printf(arena, "%s-%d", "架空市", 7), "架空市-7");
	assert_string_equal(hs_arena_strndup(arena, "避難指示", 6), "避難");
	assert_string_equal(hs_arena_strdup(arena, ""), "");
	assert_null(hs_arena_printf(arena, "%5000d", 1));
	hs_arena_destroy(arena);
}

static void
test_buffer_stops_at_its_limit_and_says_so(void **state)
{
	(void)state;
	struct hs_buf buf;
	hs_buf_init(&buf, 10);
	assert_string_equal(hs_buf_text(&buf), "");
	hs_buf_puts(&buf, "12345");
	hs_buf_printf(&buf, "%s", "67890");
	assert_false(buf.failed);
	assert_string_equal(hs_buf_text(&buf), "1234567890");
	hs_buf_puts(&buf, "x");
	assert_true(buf.failed);
	assert_string_equal(hs_buf_text(&buf), "1234567890");
	hs_buf_free(&buf);
}

static void
test_buffer_escapes_markup(void **state)
{
	(void)state;
	struct hs_buf buf;
	hs_buf_init(&buf, 200);
	hs_buf_escape(&buf, "<a href=\"x\">&'\xe5\xb8\x82");
	assert_string_equal(hs_buf_text(&buf), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;市");
	hs_buf_free(&buf);
}

static void
test_frame_counts_its_references(void **state)
{
	(void)state;
	struct hs_frame *frame = hs_frame_from("abc", 3);
	assert_int_equal(hs_frame_len_bytes(frame), 3);
	assert_ptr_equal(hs_frame_ref(frame), frame);
	hs_frame_unref(frame);
	assert_memory_equal(hs_frame_bytes(frame), "abc", 3);
	memset(hs_frame_bytes(frame) - HS_FRAME_HEADROOM, 0, HS_FRAME_HEADROOM);
	hs_frame_unref(frame);
	hs_frame_unref(NULL);
}

static const struct {
	const char *text;
	int64_t unix_us;
	int offset_min, assumed;
} times[] = {
	{ "1970-01-01T00:00:00Z", 0, 0, 0 },
	{ "2026-07-01T18:57:05+09:00", 1782899825LL * 1000000, 540, 0 },
	{ "2026-07-01T18:57:07.629+09:00", 1782899827LL * 1000000 + 629000, 540, 0 },
	{ "2026-07-01T18:57:05", 1782899825LL * 1000000, 540, 1 },
	{ "2026-07-01T09:57:05.1234567Z", 1782899825LL * 1000000 + 123456, 0, 0 },
	{ "2024-02-29T12:00:00-03:30", 1709220600LL * 1000000, -210, 0 },
	{ "1969-12-31T23:59:59.5Z", -500000, 0, 0 },
};

static void
test_times_are_read_with_their_offset(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(times); i++) {
		int64_t unix_us = 0;
		int offset_min = 0, assumed = 0;
		assert_int_equal(
			hs_rfc3339_parse(times[i].text, &unix_us, &offset_min, &assumed), HS_OK);
		assert_true(unix_us == times[i].unix_us);
		assert_int_equal(offset_min, times[i].offset_min);
		assert_int_equal(assumed, times[i].assumed);
		char text[HS_RFC3339_SIZE];
		int64_t again = 0;
		hs_rfc3339_format(unix_us, offset_min, text);
		assert_int_equal(hs_rfc3339_parse(text, &again, &offset_min, NULL), HS_OK);
		assert_true(again == unix_us);
	}
}

static void
test_what_is_no_time_is_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = { "", "2026", "2026-07-01", "2026-13-01T00:00:00Z",
		"2026-02-29T00:00:00Z", "2026-07-32T00:00:00Z", "2026-07-01T24:00:00Z",
		"2026-07-01T00:60:00Z", "2026-07-01T00:00:00.Z", "2026-07-01T00:00:00+9:00",
		"2026-07-01T00:00:00+24:00", "2026-07-01T00:00:00Zx", "2026-07-01T00:00:00 JST",
		"0000-07-01T00:00:00Z", "２０２６-07-01T00:00:00Z" };
	for (size_t i = 0; i < HS_COUNT(wrong); i++) {
		int64_t unix_us = 0;
		int offset_min = 0;
		assert_int_equal(
			hs_rfc3339_parse(wrong[i], &unix_us, &offset_min, NULL), HS_ERR_PARSE);
	}
}

static void
test_hashes(void **state)
{
	(void)state;
	uint8_t digest[HS_SHA256_BYTES], pieces[HS_SHA256_BYTES];
	char hex[HS_SHA256_HEX];
	hs_sha256(&(struct hs_span){ "abc", 3 }, 1, digest);
	hs_hex(digest, sizeof(digest), hex);
	/* FIPS 180-4, example of SHA-256 */
	assert_string_equal(
		hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	const struct hs_span spans[] = { { "a", 1 }, { "", 0 }, { "bc", 2 } };
	hs_sha256(spans, HS_COUNT(spans), pieces);
	assert_memory_equal(digest, pieces, sizeof(digest));
	assert_true(hs_equal_secret("secret", "secret"));
	assert_false(hs_equal_secret("secret", "secres"));
	assert_false(hs_equal_secret("", "x"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_error_has_name_text_and_status),
		cmocka_unit_test(test_arena_gives_zeroed_aligned_pieces_up_to_its_capacity),
		cmocka_unit_test(test_arena_texts),
		cmocka_unit_test(test_buffer_stops_at_its_limit_and_says_so),
		cmocka_unit_test(test_buffer_escapes_markup),
		cmocka_unit_test(test_frame_counts_its_references),
		cmocka_unit_test(test_times_are_read_with_their_offset),
		cmocka_unit_test(test_what_is_no_time_is_refused),
		cmocka_unit_test(test_hashes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
