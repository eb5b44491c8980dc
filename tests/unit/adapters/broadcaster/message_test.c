/* A message as the frame that leaves. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "adapters/broadcaster/message.h"

static void
test_compact_bytes_without_an_end(void **state)
{
	(void)state;
	json_t *json = json_pack(
		"{s:s, s:[i, b], s:s}", "type", "state", "list", 12, 1, "mark", "【訓練】\n\"");
	static const char want[] =
		"{\"type\":\"state\",\"list\":[12,true],\"mark\":\"【訓練】\\n\\\"\"}";
	struct hs_frame *frame = hs_message_frame(json);
	assert_non_null(frame);
	/* a frame has a length, and no NUL that would be sent */
	assert_int_equal(hs_frame_len_bytes(frame), strlen(want));
	assert_memory_equal(hs_frame_bytes(frame), want, strlen(want));
	json_decref(json);
	/* its own copy: the tree is gone */
	assert_memory_equal(hs_frame_bytes(frame), want, strlen(want));
	struct hs_frame *same = hs_frame_ref(frame);
	hs_frame_unref(frame);
	assert_memory_equal(hs_frame_bytes(same), want, strlen(want));
	hs_frame_unref(same);
}

static void
test_nothing_gives_no_frame(void **state)
{
	(void)state;
	assert_null(hs_message_frame(NULL));
	/* deeper than any message is: a circle would be so */
	json_t *deep = json_array(), *inner = deep;
	for (int i = 0; i < 100; i++) {
		json_t *next = json_array();
		json_array_append_new(inner, next);
		inner = next;
	}
	assert_null(hs_message_frame(deep));
	json_decref(deep);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compact_bytes_without_an_end),
		cmocka_unit_test(test_nothing_gives_no_frame),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
