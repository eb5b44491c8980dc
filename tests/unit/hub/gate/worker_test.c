/* The worker: large jobs one at a time and in order, small ones never behind them, urgent ones before all others. */
#include <pthread.h>
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
	assert_int_equal(
		hs_worker_start(&bench->worker, &bench->loop, jobs_max, waiting, 5), HS_OK);
}

static void
end(struct bench *bench)
{
	assert_int_equal(uv_run(&bench->loop, UV_RUN_DEFAULT), 0);
	assert_int_equal(bench->worker.jobs, 0);
	hs_worker_stop(&bench->worker);
	assert_int_equal(uv_run(&bench->loop, UV_RUN_DEFAULT), 0);
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

/* ---- lanes ---- */

#define POOL 4
#define CALM 6

/* Calm ones hold their threads until the gate opens; each notes when it ended. */
struct lane_job {
	struct hs_job job;
	uv_sem_t *gate;
	int *clock, ended;
};

static void
run_gated(struct hs_job *job)
{
	struct lane_job *mine = HS_CONTAINER_OF(job, struct lane_job, job);

	if (mine->gate != NULL) {
		uv_sem_wait(mine->gate);
		uv_sem_post(mine->gate);
	}
}

static void
lane_done(struct hs_job *job)
{
	struct lane_job *mine = HS_CONTAINER_OF(job, struct lane_job, job);

	mine->ended = ++*mine->clock;
	if (mine->gate == NULL) /* the order is through: the telegrams may go on */
		uv_sem_post(&HS_CONTAINER_OF(job->worker, struct bench, worker)->small_is_done);
}

static void
test_an_order_finds_a_thread(void **state)
{
	struct bench bench;
	struct lane_job calm[CALM], order;
	int clock = 0;

	(void)state;
	alarm(GIVE_UP_S);
	begin(&bench, JOBS_MAX, WAITING);
	for (int i = 0; i < CALM; i++) {
		calm[i] = (struct lane_job){
			{ .run = run_gated, .done = lane_done, .lane = HS_PRIORITY_NORMAL },
			&bench.small_is_done, &clock, 0
		};
		assert_int_equal(hs_worker_queue(&bench.worker, &calm[i].job), HS_OK);
	}
	assert_int_equal(bench.worker.running, POOL - 1);
	order = (struct lane_job){
		{ .run = run_gated, .done = lane_done, .lane = HS_PRIORITY_LEVEL4 }, NULL, &clock, 0
	};
	assert_int_equal(hs_worker_queue(&bench.worker, &order.job), HS_OK);
	end(&bench);
	alarm(0);
	assert_int_equal(order.ended, 1);
	assert_int_equal(clock, CALM + 1);
}

static void
test_the_most_urgent_goes_first(void **state)
{
	static const uint32_t lanes[] = { HS_PRIORITY_DRILL, HS_PRIORITY_BULK, HS_PRIORITY_NORMAL,
		HS_PRIORITY_LEVEL4, HS_PRIORITY_INSTANT, HS_PRIORITY_NORMAL, 99 };
	static const int order[] = { 4, 3, 2, 5, 1, 0, 6 };
	struct hs_job jobs[HS_COUNT(lanes)];
	struct bench bench;

	(void)state;
	begin(&bench, JOBS_MAX, WAITING);
	bench.worker.running = POOL; /* all threads are taken */
	for (size_t i = 0; i < HS_COUNT(lanes); i++) {
		jobs[i] = (struct hs_job){ .lane = lanes[i] };
		assert_int_equal(hs_worker_queue(&bench.worker, &jobs[i]), HS_OK);
	}
	bench.worker.running = 0;
	for (size_t i = 0; i < HS_COUNT(order); i++)
		assert_ptr_equal(hs_worker_take_next(&bench.worker), &jobs[order[i]]);
	assert_null(hs_worker_take_next(&bench.worker));
	bench.worker.jobs = 0;
	end(&bench);
}

/* Telegrams never fill the queue: a quarter of it is for orders. */
static void
test_room_is_kept_for_orders(void **state)
{
	struct hs_job jobs[JOBS_MAX], more = { .lane = HS_PRIORITY_NORMAL };
	struct bench bench;
	size_t calm_max = JOBS_MAX - JOBS_MAX / 4;

	(void)state;
	begin(&bench, JOBS_MAX, WAITING);
	bench.worker.running = POOL;
	for (size_t i = 0; i < JOBS_MAX; i++) {
		jobs[i] = (struct hs_job){ .lane = i < calm_max ? HS_PRIORITY_NORMAL
								: HS_PRIORITY_LEVEL4 };
		if (i == calm_max)
			assert_int_equal(hs_worker_queue(&bench.worker, &more), HS_ERR_FULL);
		assert_int_equal(hs_worker_queue(&bench.worker, &jobs[i]), HS_OK);
	}
	more.lane = HS_PRIORITY_INSTANT;
	assert_int_equal(hs_worker_queue(&bench.worker, &more), HS_ERR_FULL);
	bench.worker.jobs = 0;
	end(&bench);
}

/* ---- brief ones ---- */

struct brief_job {
	struct hs_job job;
	pthread_t ran_on;
	_Atomic int ran;
	int done;
};

static void
run_brief(struct hs_job *job)
{
	struct brief_job *mine = HS_CONTAINER_OF(job, struct brief_job, job);

	mine->ran_on = pthread_self();
	atomic_fetch_add(&mine->ran, 1);
}

static void
brief_done(struct hs_job *job)
{
	struct brief_job *mine = HS_CONTAINER_OF(job, struct brief_job, job);

	assert_int_equal(mine->ran, 1);
	mine->done++;
}

/* The first finds nobody and is checked at once; the second does not wait for the loop. */
static void
test_a_lone_brief_job_runs_here(void **state)
{
	struct bench bench;
	struct brief_job jobs[3] = { 0 };

	(void)state;
	begin(&bench, JOBS_MAX, WAITING);
	for (int i = 0; i < 3; i++) {
		jobs[i].job = (struct hs_job){ .run = run_brief,
			.done = brief_done,
			.lane = HS_PRIORITY_LEVEL4,
			.brief = i < 2 };
		assert_int_equal(hs_worker_queue(&bench.worker, &jobs[i].job), HS_OK);
		assert_int_equal(jobs[i].done, 0);
	}
	assert_int_equal(jobs[0].ran, 1);
	hs_worker_stop(&bench.worker); /* they still end */
	end(&bench);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(jobs[i].done, 1);
		assert_int_equal(pthread_equal(jobs[i].ran_on, pthread_self()) != 0, i == 0);
	}
}

static void
test_a_job_that_is_not_brief_never_runs_here(void **state)
{
	struct brief_job job = { .job = { .run = run_brief, .done = brief_done } };
	struct bench bench;

	(void)state;
	begin(&bench, JOBS_MAX, WAITING);
	assert_int_equal(hs_worker_queue(&bench.worker, &job.job), HS_OK);
	end(&bench);
	assert_int_equal(job.done, 1);
	assert_false(pthread_equal(job.ran_on, pthread_self()));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_small_jobs_do_not_wait),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_an_order_finds_a_thread),
		cmocka_unit_test(test_the_most_urgent_goes_first),
		cmocka_unit_test(test_room_is_kept_for_orders),
		cmocka_unit_test(test_a_lone_brief_job_runs_here),
		cmocka_unit_test(test_a_job_that_is_not_brief_never_runs_here),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
