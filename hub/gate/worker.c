#include "hub/gate/worker.h"

#include "hub/base/check.h"

void
hs_worker_init(struct hs_worker *worker, uv_loop_t *loop, size_t jobs_max, size_t large_waiting_max)
{
	*worker = (struct hs_worker){
		.loop = loop, .jobs_max = jobs_max, .large_waiting_max = large_waiting_max
	};
}

static void
on_run(uv_work_t *work)
{
	struct hs_job *job = HS_CONTAINER_OF(work, struct hs_job, work);

	job->run(job);
}

static void on_done(uv_work_t *work, int status);

static void
start(struct hs_worker *worker, struct hs_job *job)
{
	worker->large_runs = worker->large_runs || job->large;
	HS_CHECK(uv_queue_work(worker->loop, &job->work, on_run, on_done) == 0);
}

/* The next of the large ones, in the order in which they came. */
static void
start_next_large(struct hs_worker *worker)
{
	struct hs_job *job = worker->first_large;

	worker->large_runs = false;
	if (job == NULL)
		return;
	worker->first_large = job->next;
	if (worker->first_large == NULL)
		worker->last_large = NULL;
	worker->large_waiting--;
	start(worker, job);
}

/* status is not looked at: no job is ever cancelled, so each one has run. */
static void
on_done(uv_work_t *work, int status)
{
	struct hs_job *job = HS_CONTAINER_OF(work, struct hs_job, work);
	struct hs_worker *worker = job->worker;

	(void)status;
	worker->jobs--;
	if (job->large)
		start_next_large(worker);
	job->done(job);
}

static enum hs_err
wait_in_line(struct hs_worker *worker, struct hs_job *job)
{
	if (worker->large_waiting >= worker->large_waiting_max)
		return HS_ERR_FULL;
	job->next = NULL;
	if (worker->last_large != NULL)
		worker->last_large->next = job;
	else
		worker->first_large = job;
	worker->last_large = job;
	worker->large_waiting++;
	return HS_OK;
}

enum hs_err
hs_worker_queue(struct hs_worker *worker, struct hs_job *job)
{
	if (worker->jobs >= worker->jobs_max)
		return HS_ERR_FULL;
	job->worker = worker;
	if (job->large && worker->large_runs) {
		if (wait_in_line(worker, job) != HS_OK)
			return HS_ERR_FULL;
	} else {
		start(worker, job);
	}
	worker->jobs++;
	return HS_OK;
}
