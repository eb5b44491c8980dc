#include "hub/gate/worker.h"

#include "hub/base/check.h"

void
hs_worker_init(struct hs_worker *worker, uv_loop_t *loop, size_t jobs_max)
{
	worker->loop = loop;
	worker->jobs_max = jobs_max;
	worker->jobs = 0;
}

static void
on_run(uv_work_t *work)
{
	struct hs_job *job = HS_CONTAINER_OF(work, struct hs_job, work);

	job->run(job);
}

/* status is not looked at: no job is ever cancelled, so each one has run. */
static void
on_done(uv_work_t *work, int status)
{
	struct hs_job *job = HS_CONTAINER_OF(work, struct hs_job, work);

	(void)status;
	job->worker->jobs--;
	job->done(job);
}

enum hs_err
hs_worker_queue(struct hs_worker *worker, struct hs_job *job)
{
	if (worker->jobs >= worker->jobs_max)
		return HS_ERR_FULL;
	job->worker = worker;
	HS_CHECK(uv_queue_work(worker->loop, &job->work, on_run, on_done) == 0);
	worker->jobs++;
	return HS_OK;
}
