/* The bytes before each frame: ours, and those of nng's PAIR protocol. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/base/link_framing.h"

static const struct {
	const char *url;
	bool pair;
	uint64_t len_bytes;
	size_t head_bytes, greeting_bytes;
	unsigned char head[HS_FRAMING_HEAD_MAX];
} rows[] = {
	{ "ipc:///tmp/x", false, 0x01020304, 4, 0, { 1, 2, 3, 4 } },
	{ "tls+tcp://h:1", false, 5, 4, 0, { 0, 0, 0, 5 } },
	{ "ipc:///tmp/x", true, 0x0102, 9, 8, { 1, 0, 0, 0, 0, 0, 0, 1, 2 } },
	{ "tcp://h:1", true, 0x01020304050607, 8, 8, { 0, 1, 2, 3, 4, 5, 6, 7 } },
};

static void
test_heads(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		const struct hs_link_framing *framing =
			hs_link_framing_of(rows[i].url, rows[i].pair);
		unsigned char head[HS_FRAMING_HEAD_MAX];
		uint64_t len_bytes = 0;
		assert_int_equal(framing->head_bytes, rows[i].head_bytes);
		assert_int_equal(framing->greeting_bytes, rows[i].greeting_bytes);
		hs_link_head_write(framing, head, rows[i].len_bytes);
		assert_memory_equal(head, rows[i].head, rows[i].head_bytes);
		assert_true(hs_link_head_read(framing, head, &len_bytes));
		assert_true(len_bytes == rows[i].len_bytes);
	}
}

static void
test_greeting_and_wrong_mark(void **state)
{
	(void)state;
	const struct hs_link_framing *framing = hs_link_framing_of("ipc:///x", true);
	assert_memory_equal(framing->greeting, "\0SP\0\0\x10\0\0", 8);
	const unsigned char wrong[HS_FRAMING_HEAD_MAX] = { 2 };
	uint64_t len_bytes;
	assert_false(hs_link_head_read(framing, wrong, &len_bytes));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heads),
		cmocka_unit_test(test_greeting_and_wrong_mark),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
