#include "hub/base/aside.h"

#include <pthread.h>
#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/base/step_back.h"

struct list {
	struct hs_aside_job *first, **last;
};

struct hs_aside {
	uv_async_t wake;
	pthread_t thread;
	pthread_mutex_t mutex; /* of waiting, finished and stop */
	pthread_cond_t work;
	struct list waiting, finished;
	bool stop;
	size_t count; /* loop's */
	int nice;
};

static void
put(struct list *list, struct hs_aside_job *job)
{
	job->next = NULL;
	*list->last = job;
	list->last = &job->next;
}

static void
put_first(struct list *list, struct hs_aside_job *job)
{
	job->next = list->first;
	list->first = job;
	if (!job->next)
		list->last = &job->next;
}

static struct hs_aside_job *
take(struct list *list)
{
	struct hs_aside_job *job = list->first;

	if (!job)
		return NULL;
	list->first = job->next;
	if (!list->first)
		list->last = &list->first;
	return job;
}

static void *
aside_main(void *owner)
{
	struct hs_aside *aside = owner;
	struct hs_aside_job *job;

	hs_step_back(aside->nice);
	pthread_mutex_lock(&aside->mutex);
	for (;;) {
		while (!aside->stop && !aside->waiting.first)
			pthread_cond_wait(&aside->work, &aside->mutex);
		if (aside->stop)
			break;
		job = take(&aside->waiting);
		pthread_mutex_unlock(&aside->mutex);
		job->run(job);
		pthread_mutex_lock(&aside->mutex);
		put(&aside->finished, job);
		uv_async_send(&aside->wake);
	}
	pthread_mutex_unlock(&aside->mutex);
	return NULL;
}

static struct hs_aside_job *
next_finished(struct hs_aside *aside)
{
	struct hs_aside_job *job;

	pthread_mutex_lock(&aside->mutex);
	job = take(&aside->finished);
	pthread_mutex_unlock(&aside->mutex);
	return job;
}

/* One in each turn: what a job leaves behind has its own turn, too. */
static void
on_wake(uv_async_t *wake)
{
	struct hs_aside *aside = wake->data;
	struct hs_aside_job *job = next_finished(aside);

	if (!job)
		return;
	uv_async_send(&aside->wake);
	aside->count--;
	job->done(job, false);
}

enum hs_err
hs_aside_create(uv_loop_t *loop, int nice, struct hs_aside **out)
{
	struct hs_aside *aside = calloc(1, sizeof(*aside));

	if (!aside)
		return HS_ERR_NOMEM;
	aside->nice = nice;
	aside->waiting.last = &aside->waiting.first;
	aside->finished.last = &aside->finished.first;
	HS_CHECK(pthread_mutex_init(&aside->mutex, NULL) == 0);
	HS_CHECK(pthread_cond_init(&aside->work, NULL) == 0);
	HS_CHECK(uv_async_init(loop, &aside->wake, on_wake) == 0);
	aside->wake.data = aside;
	if (pthread_create(&aside->thread, NULL, aside_main, aside) != 0) {
		aside->stop = true;
		uv_close((uv_handle_t *)&aside->wake, NULL);
		return HS_ERR_NOMEM; /* the few bytes stay: the process ends */
	}
	*out = aside;
	return HS_OK;
}

static void
queue(struct hs_aside *aside, struct hs_aside_job *job,
	void (*into)(struct list *list, struct hs_aside_job *job))
{
	aside->count++;
	pthread_mutex_lock(&aside->mutex);
	into(&aside->waiting, job);
	pthread_mutex_unlock(&aside->mutex);
	pthread_cond_signal(&aside->work);
}

void
hs_aside_queue(struct hs_aside *aside, struct hs_aside_job *job)
{
	queue(aside, job, put);
}

void
hs_aside_queue_first(struct hs_aside *aside, struct hs_aside_job *job)
{
	queue(aside, job, put_first);
}

size_t
hs_aside_count(const struct hs_aside *aside)
{
	return aside->count;
}

static void
on_closed(uv_handle_t *handle)
{
	struct hs_aside *aside = handle->data;

	pthread_cond_destroy(&aside->work);
	pthread_mutex_destroy(&aside->mutex);
	free(aside);
}

void
hs_aside_close(struct hs_aside *aside)
{
	struct hs_aside_job *job;

	if (!aside)
		return;
	pthread_mutex_lock(&aside->mutex);
	aside->stop = true;
	pthread_mutex_unlock(&aside->mutex);
	pthread_cond_signal(&aside->work);
	pthread_join(aside->thread, NULL);
	while ((job = take(&aside->finished)) != NULL || (job = take(&aside->waiting)) != NULL)
		job->done(job, true);
	uv_close((uv_handle_t *)&aside->wake, on_closed);
}
