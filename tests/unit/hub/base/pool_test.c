/* Threads beside the loop: every job once, and the loop lives as long as one is open. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/base/pool.h"
#include "hub/base/wake.h"

#define THREADS	  3
#define JOBS	  200
#define AGAIN	  50 /* times that each is run */
#define GIVE_UP_S 60

struct job {
	struct hs_pool_job job;
	struct hs_pool *pool;
	int ran, done;
	int *all_done;
};

static void
run(struct hs_pool_job *job)
{
	HS_CONTAINER_OF(job, struct job, job)->ran++;
}

static void
done(struct hs_pool_job *job)
{
	struct job *mine = HS_CONTAINER_OF(job, struct job, job);

	++*mine->all_done;
	assert_int_equal(++mine->done, mine->ran);
	if (mine->done < AGAIN)
		hs_pool_run(mine->pool, job);
}

static void
test_every_job_once(void **state)
{
	static struct job jobs[JOBS];
	struct hs_pool *pool;
	int all_done = 0;
	uv_loop_t loop;

	(void)state;
	alarm(GIVE_UP_S);
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(hs_pool_open(&loop, THREADS, 0, &pool), HS_OK);
	assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0); /* nothing is open */
	for (int i = 0; i < JOBS; i++) {
		jobs[i] = (struct job){ { run, done, NULL }, pool, 0, 0, &all_done };
		hs_pool_run(pool, &jobs[i].job);
	}
	assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(all_done, JOBS * AGAIN);
	hs_pool_close(pool);
	assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(uv_loop_close(&loop), 0);
	alarm(0);
}

/* ---- all threads at once, and in the order in which they came ---- */

struct meeting {
	struct hs_pool_job job;
	uv_barrier_t *barrier; /* NULL: notes its number only */
	_Atomic int *clock;
	int number, at;
};

static void
meet(struct hs_pool_job *job)
{
	struct meeting *mine = HS_CONTAINER_OF(job, struct meeting, job);

	mine->at = atomic_fetch_add(mine->clock, 1);
	if (mine->barrier != NULL)
		(void)uv_barrier_wait(mine->barrier);
}

static void
met(struct hs_pool_job *job)
{
	(void)job;
}

static void
test_threads_run_together(void **state)
{
	struct meeting jobs[THREADS];
	_Atomic int clock = 0;
	struct hs_pool *pool;
	uv_barrier_t barrier;
	uv_loop_t loop;

	(void)state;
	alarm(GIVE_UP_S);
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(uv_barrier_init(&barrier, THREADS), 0);
	assert_int_equal(hs_pool_open(&loop, THREADS, 0, &pool), HS_OK);
	for (int i = 0; i < THREADS; i++) {
		jobs[i] = (struct meeting){ { meet, met, NULL }, &barrier, &clock, i, -1 };
		hs_pool_run(pool, &jobs[i].job);
	}
	hs_pool_close(pool); /* what is open still ends */
	assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(clock, THREADS);
	uv_barrier_destroy(&barrier);
	assert_int_equal(uv_loop_close(&loop), 0);
	alarm(0);
}

static void
test_first_come_first_run(void **state)
{
	struct meeting jobs[JOBS];
	_Atomic int clock = 0;
	struct hs_pool *pool;
	uv_loop_t loop;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(hs_pool_open(&loop, 1, 7, &pool), HS_OK);
	for (int i = 0; i < JOBS; i++) {
		jobs[i] = (struct meeting){ { meet, met, NULL }, NULL, &clock, i, -1 };
		hs_pool_run(pool, &jobs[i].job);
	}
	hs_pool_close(pool);
	assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
	for (int i = 0; i < JOBS; i++)
		assert_int_equal(jobs[i].at, i);
	assert_int_equal(uv_loop_close(&loop), 0);
}

/* ---- the way back alone ---- */

struct woken {
	struct hs_wake wake;
	uv_thread_t thread;
	int times, closed;
};

static void
on_woken(struct hs_wake *wake)
{
	HS_CONTAINER_OF(wake, struct woken, wake)->times++;
}

static void
on_closed(struct hs_wake *wake)
{
	HS_CONTAINER_OF(wake, struct woken, wake)->closed++;
}

static void
send_twice(void *arg)
{
	hs_wake_send(arg);
	hs_wake_send(arg);
}

static void
test_sends_before_a_look_are_one(void **state)
{
	struct woken woken = { 0 };
	uv_loop_t loop;

	(void)state;
	assert_int_equal(uv_loop_init(&loop), 0);
	assert_int_equal(hs_wake_open(&loop, &woken.wake, on_woken), HS_OK);
	for (int round = 1; round <= 2; round++) {
		assert_int_equal(uv_thread_create(&woken.thread, send_twice, &woken.wake), 0);
		assert_int_equal(uv_thread_join(&woken.thread), 0);
		assert_true(uv_run(&loop, UV_RUN_ONCE) != 0);
		assert_true(uv_run(&loop, UV_RUN_NOWAIT) != 0);
		assert_int_equal(woken.times, round);
	}
	hs_wake_close(&woken.wake, on_closed);
	assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(woken.closed, 1);
	assert_int_equal(uv_loop_close(&loop), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_job_once),
		cmocka_unit_test(test_threads_run_together),
		cmocka_unit_test(test_first_come_first_run),
		cmocka_unit_test(test_sends_before_a_look_are_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
