/* The worker: large jobs one at a time and in order, small ones never behind them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/gate/worker.h"

#define LARGE	  8  /* more than the pool has threads */
#define GIVE_UP_S 60 /* a large job that waits for ever ends the test */
#define JOBS_MAX  16
#define WAITING	  7

struct bench {
	uv_loop_t loop;
	struct hs_worker worker;
	uv_sem_t small_is_done;
	_Atomic int running, most_running;
	int order[LARGE], ended;
};

struct job {
	struct hs_job job;
	struct bench *bench;
	int number;
};

/* Holds its thread until the small job is through. */
static void
run_large(struct hs_job *job)
{
	struct bench *bench = HS_CONTAINER_OF(job, struct job, job)->bench;
	int running = atomic_fetch_add(&bench->running, 1) + 1;

	if (running > atomic_load(&bench->most_running))
		atomic_store(&bench->most_running, running);
	uv_sem_wait(&bench->small_is_done);
	uv_sem_post(&bench->small_is_done);
	atomic_fetch_sub(&bench->running, 1);
}

static void
large_done(struct hs_job *job)
{
	struct job *mine = HS_CONTAINER_OF(job, struct job, job);

	mine->bench->order[mine->bench->ended++] = mine->number;
}

static void
run_small(struct hs_job *job)
{
	(void)job;
}

static void
small_done(struct hs_job *job)
{
	uv_sem_post(&HS_CONTAINER_OF(job, struct job, job)->bench->small_is_done);
}

static void
begin(struct bench *bench, size_t jobs_max, size_t waiting)
{
	*bench = (struct bench){ 0 };
	assert_int_equal(uv_loop_init(&bench->loop), 0);
	assert_int_equal(uv_sem_init(&bench->small_is_done, 0), 0);
	hs_worker_init(&bench->worker, &bench->loop, jobs_max, waiting);
}

static void
end(struct bench *bench)
{
	assert_int_equal(uv_run(&bench->loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(bench->worker.jobs, 0);
	assert_int_equal(bench->worker.large_waiting, 0);
	assert_false(bench->worker.large_runs);
	uv_sem_destroy(&bench->small_is_done);
	assert_int_equal(uv_loop_close(&bench->loop), 0);
}

static void
test_small_jobs_do_not_wait(void **state)
{
	struct bench bench;
	struct job jobs[LARGE], small;

	(void)state;
	alarm(GIVE_UP_S);
	begin(&bench, JOBS_MAX, WAITING);
	for (int i = 0; i < LARGE; i++) {
		jobs[i] = (struct job){ { .run = run_large, .done = large_done, .large = true },
			&bench, i };
		assert_int_equal(hs_worker_queue(&bench.worker, &jobs[i].job), HS_OK);
	}
	small = (struct job){ { .run = run_small, .done = small_done }, &bench, 0 };
	assert_int_equal(hs_worker_queue(&bench.worker, &small.job), HS_OK);
	end(&bench);
	alarm(0);
	assert_int_equal(bench.most_running, 1);
	for (int i = 0; i < LARGE; i++)
		assert_int_equal(bench.order[i], i);
}

/* Large ones that find no place leave room for small ones. */
static void
test_bounds(void **state)
{
	struct bench bench;
	struct job jobs[3], small;

	(void)state;
	begin(&bench, 3, 1);
	for (int i = 0; i < 3; i++) {
		jobs[i] = (struct job){ { .run = run_large, .done = large_done, .large = true },
			&bench, i };
		assert_int_equal(
			hs_worker_queue(&bench.worker, &jobs[i].job), i < 2 ? HS_OK : HS_ERR_FULL);
	}
	small = (struct job){ { .run = run_small, .done = small_done }, &bench, 0 };
	assert_int_equal(hs_worker_queue(&bench.worker, &small.job), HS_OK);
	assert_int_equal(hs_worker_queue(&bench.worker, &jobs[2].job), HS_ERR_FULL);
	end(&bench);
	assert_int_equal(bench.ended, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_jobs_do_not_wait),
		cmocka_unit_test(test_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
