/* Much that waited for one outlet ends at once: the loop has turns in between. */
#include "tests/unit/adapters/runtime/backlog.h"

/* A centre is back: what waited for it ends at once, and the loop looks at the others in between. */
static void
what_ends_at_once_ends_in_turns(void **state)
{
	(void)state;
	struct backlog *backlog = backlog_open_turning("", 1, 1);
	arrive(backlog, 50);
	backlog->works = true;
	backlog->attempt_us = 1000;
	wakes(backlog);
	assert_int_equal(1, backlog->ended);
	hs_deliveries_tick(backlog->adapter, hs_clock_mono_us());
	assert_int_equal(1, backlog->ended);
	backlog->keys = KEYS; /* for another outlet, which does not wait for them */
	arrive(backlog, 1);
	assert_int_equal(2, backlog->ended);
	backlog->keys = 1; /* for the same: after them */
	arrive(backlog, 1);
	for (size_t ended = 2; ended < 51; ended++) {
		assert_int_equal(ended, backlog->ended);
		assert_int_equal(ended - 1, ACK(backlog));
		uv_run(&backlog->loop, UV_RUN_NOWAIT);
	}
	uv_run(&backlog->loop, UV_RUN_NOWAIT);
	assert_int_equal(52, backlog->ended);
	assert_int_equal(52, ACK(backlog));
	assert_false(uv_is_active((uv_handle_t *)&backlog->adapter->queues.rest));
	backlog->works = false;
	backlog->attempt_us = 0;
	arrive(backlog, 3);
	backlog->works = true;
	backlog->attempt_us = 1000;
	wakes(backlog);
	assert_int_equal(53, backlog->ended);
	backlog_close(backlog); /* while it rests */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_ends_at_once_ends_in_turns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
