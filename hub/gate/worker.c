#include "hub/gate/worker.h"

#include "hub/base/check.h"

#define POOL_THREADS  4
#define CALM_THREADS  (POOL_THREADS - 1)
#define RESERVED_PART 4 /* a quarter */

static void
stop_when_idle(struct hs_worker *worker)
{
	if (worker->jobs > 0)
		return;
	if (worker->turn.loop != NULL && !uv_is_closing((uv_handle_t *)&worker->turn))
		uv_close((uv_handle_t *)&worker->turn, NULL);
	hs_pool_close(worker->pool);
	hs_pool_close(worker->aside);
	worker->pool = worker->aside = NULL;
}

enum hs_err
hs_worker_start(struct hs_worker *worker, uv_loop_t *loop, size_t jobs_max,
	size_t large_waiting_max, int large_nice)
{
	enum hs_err err;

	*worker =
		(struct hs_worker){ .jobs_max = jobs_max, .large_waiting_max = large_waiting_max };
	uv_idle_init(loop, &worker->turn);
	err = hs_pool_open(loop, POOL_THREADS, 0, &worker->pool);
	if (err != HS_OK)
		return err;
	err = hs_pool_open(loop, 1, large_nice, &worker->aside);
	if (err != HS_OK)
		stop_when_idle(worker);
	return err;
}

static bool
is_calm(const struct hs_job *job)
{
	return !hs_priority_is_urgent(job->lane);
}

static void
on_run(struct hs_pool_job *work)
{
	struct hs_job *job = HS_CONTAINER_OF(work, struct hs_job, work);

	job->run(job);
}

/* ---- who is next ---- */

static bool
may_start(const struct hs_worker *worker, const struct hs_job *job)
{
	if (job->large && worker->large_runs)
		return false;
	return worker->running < (is_calm(job) ? CALM_THREADS : POOL_THREADS);
}

static void
unlink_job(struct hs_job_list *list, struct hs_job *before, struct hs_job *job)
{
	if (before != NULL)
		before->next = job->next;
	else
		list->first = job->next;
	if (list->last == job)
		list->last = before;
	job->next = NULL;
}

struct hs_job *
hs_worker_take_next(struct hs_worker *worker)
{
	for (size_t lane = 0; lane < HS_PRIORITY_COUNT; lane++) {
		struct hs_job_list *list = &worker->waiting[lane];
		struct hs_job *before = NULL;

		for (struct hs_job *job = list->first; job != NULL; job = job->next) {
			if (may_start(worker, job)) {
				unlink_job(list, before, job);
				return job;
			}
			if (!job->large)
				break; /* no thread for this lane: none for the rest of it */
			before = job;
		}
	}
	return NULL;
}

/* ---- life of a job ---- */

static void on_done(struct hs_pool_job *work);

static void
start_waiting(struct hs_worker *worker)
{
	struct hs_job *job;

	while ((job = hs_worker_take_next(worker)) != NULL) {
		worker->running++;
		worker->large_waiting -= job->large;
		worker->large_runs = worker->large_runs || job->large;
		job->work = (struct hs_pool_job){ .run = on_run, .done = on_done };
		hs_pool_run(job->large && is_calm(job) ? worker->aside : worker->pool, &job->work);
	}
}

static void
end_job(struct hs_job *job)
{
	struct hs_worker *worker = job->worker;

	worker->jobs--;
	worker->running--;
	worker->calm -= is_calm(job);
	if (job->large)
		worker->large_runs = false;
	start_waiting(worker);
	job->done(job);
	if (worker->stopped)
		stop_when_idle(worker);
}

static void
on_done(struct hs_pool_job *work)
{
	end_job(HS_CONTAINER_OF(work, struct hs_job, work));
}

static void
on_turn(uv_idle_t *turn)
{
	struct hs_worker *worker = HS_CONTAINER_OF(turn, struct hs_worker, turn);
	struct hs_job *job = worker->here;

	uv_idle_stop(turn);
	worker->here = NULL;
	end_job(job);
}

static void
run_here(struct hs_worker *worker, struct hs_job *job)
{
	worker->running++;
	worker->here = job;
	job->run(job);
	uv_idle_start(&worker->turn, on_turn);
}

void
hs_worker_stop(struct hs_worker *worker)
{
	worker->stopped = true;
	stop_when_idle(worker);
}

static bool
is_full(const struct hs_worker *worker, const struct hs_job *job)
{
	size_t calm_max = worker->jobs_max - worker->jobs_max / RESERVED_PART;

	if (worker->pool == NULL || worker->jobs >= worker->jobs_max ||
		(is_calm(job) && worker->calm >= calm_max))
		return true;
	return job->large && worker->large_runs &&
	       worker->large_waiting >= worker->large_waiting_max;
}

enum hs_err
hs_worker_queue(struct hs_worker *worker, struct hs_job *job)
{
	struct hs_job_list *list = &worker->waiting[hs_priority_row(job->lane)];

	if (is_full(worker, job))
		return HS_ERR_FULL;
	job->worker = worker;
	job->next = NULL;
	if (job->brief && worker->jobs == 0) {
		worker->jobs++;
		worker->calm += is_calm(job);
		run_here(worker, job);
		return HS_OK;
	}
	if (list->last != NULL)
		list->last->next = job;
	else
		list->first = job;
	list->last = job;
	worker->jobs++;
	worker->calm += is_calm(job);
	worker->large_waiting += job->large;
	start_waiting(worker);
	return HS_OK;
}
