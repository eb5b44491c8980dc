/* The longest turn of a loop: of this minute and the one before it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "hub/base/loop_watch.h"

#define MS 1000000

static void
test_minutes(void **state)
{
	struct hs_loop_watch watch = { .minute = 7 };

	(void)state;
	hs_loop_watch_note(&watch, 7, (struct hs_turn){ 9 * MS, 5 * MS });
	hs_loop_watch_note(&watch, 7, (struct hs_turn){ 2 * MS, 6 * MS });
	assert_int_equal(hs_loop_watch_longest(&watch).wall_ns, 9 * MS);
	assert_int_equal(hs_loop_watch_longest(&watch).cpu_ns, 6 * MS);
	hs_loop_watch_note(&watch, 8, (struct hs_turn){ 1 * MS, 1 * MS });
	assert_int_equal(hs_loop_watch_longest(&watch).wall_ns, 9 * MS);
	hs_loop_watch_note(&watch, 9, (struct hs_turn){ 3 * MS, 1 * MS });
	assert_int_equal(hs_loop_watch_longest(&watch).wall_ns, 3 * MS);
	hs_loop_watch_note(&watch, 20, (struct hs_turn){ 1 * MS, 1 * MS });
	assert_int_equal(hs_loop_watch_longest(&watch).wall_ns, 1 * MS);
}

static void
busy_for_30_ms(uv_timer_t *timer)
{
	struct timespec now, until;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &until);
	until.tv_nsec += 30 * MS;
	do
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	while ((now.tv_sec - until.tv_sec) * 1000000000L + now.tv_nsec < until.tv_nsec);
	if (timer->data == NULL)
		uv_close((uv_handle_t *)timer, NULL);
	timer->data = NULL;
}

/* To wait is no turn: the timer waits 200 ms, and each of its calls takes 30. */
static void
test_waiting_is_no_turn(void **state)
{
	struct hs_loop_watch watch;
	struct hs_turn longest;
	uv_loop_t loop;
	uv_timer_t timer;

	(void)state;
	uv_loop_init(&loop);
	hs_loop_watch_start(&watch, &loop);
	uv_timer_init(&loop, &timer);
	timer.data = &timer;
	uv_timer_start(&timer, busy_for_30_ms, 200, 200);
	uv_run(&loop, UV_RUN_DEFAULT);
	longest = hs_loop_watch_longest(&watch);
	assert_in_range(longest.cpu_ns, 29 * MS, 90 * MS);
	assert_true(longest.wall_ns >= 29 * MS);
	hs_loop_watch_stop(&watch, NULL);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_minutes),
		cmocka_unit_test(test_waiting_is_no_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
