#include "hub/base/pool.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/base/step_back.h"
#include "hub/base/wake.h"

struct job_list {
	struct hs_pool_job *first, **last;
};

struct hs_pool {
	struct hs_wake wake;
	size_t open;  /* jobs that are not told as done; loop's thread */
	bool closing; /* loop's thread */
	size_t thread_count;
	int nice;
	pthread_mutex_t mutex; /* over what follows */
	pthread_cond_t work;   /* a job waits, or stop */
	bool stop;
	struct job_list waiting, ended;
	pthread_t threads[];
};

static void
list_init(struct job_list *list)
{
	list->first = NULL;
	list->last = &list->first;
}

static void
list_put(struct job_list *list, struct hs_pool_job *job)
{
	job->next = NULL;
	*list->last = job;
	list->last = &job->next;
}

static struct hs_pool_job *
list_take(struct job_list *list)
{
	struct hs_pool_job *job = list->first;

	if (job == NULL)
		return NULL;
	list->first = job->next;
	if (list->first == NULL)
		list->last = &list->first;
	return job;
}

static struct hs_pool_job *
next_job(struct hs_pool *pool)
{
	struct hs_pool_job *job;

	pthread_mutex_lock(&pool->mutex);
	while ((job = list_take(&pool->waiting)) == NULL && !pool->stop)
		pthread_cond_wait(&pool->work, &pool->mutex);
	pthread_mutex_unlock(&pool->mutex);
	return job;
}

static void *
thread_main(void *arg)
{
	struct hs_pool *pool = arg;
	struct hs_pool_job *job;

	if (pool->nice > 0)
		hs_step_back(pool->nice);
	while ((job = next_job(pool)) != NULL) {
		job->run(job);
		pthread_mutex_lock(&pool->mutex);
		list_put(&pool->ended, job);
		pthread_mutex_unlock(&pool->mutex);
		hs_wake_send(&pool->wake);
	}
	return NULL;
}

static void
end_threads(struct hs_pool *pool)
{
	pthread_mutex_lock(&pool->mutex);
	pool->stop = true;
	pthread_mutex_unlock(&pool->mutex);
	pthread_cond_broadcast(&pool->work);
	for (size_t i = 0; i < pool->thread_count; i++)
		HS_CHECK(pthread_join(pool->threads[i], NULL) == 0);
}

static void
on_wake_closed(struct hs_wake *wake)
{
	struct hs_pool *pool = HS_CONTAINER_OF(wake, struct hs_pool, wake);

	pthread_cond_destroy(&pool->work);
	pthread_mutex_destroy(&pool->mutex);
	free(pool);
}

/* The threads first: they wake the loop through a descriptor that the other closes. */
static void
end(struct hs_pool *pool)
{
	end_threads(pool);
	hs_wake_close(&pool->wake, on_wake_closed);
}

static void
on_woken(struct hs_wake *wake)
{
	struct hs_pool *pool = HS_CONTAINER_OF(wake, struct hs_pool, wake);
	struct job_list ended;

	list_init(&ended);
	pthread_mutex_lock(&pool->mutex);
	for (struct hs_pool_job *job; (job = list_take(&pool->ended)) != NULL;)
		list_put(&ended, job);
	pthread_mutex_unlock(&pool->mutex);
	for (struct hs_pool_job *job; (job = list_take(&ended)) != NULL;) {
		if (--pool->open == 0)
			uv_unref((uv_handle_t *)&pool->wake.poll);
		job->done(job); /* may run the next one */
	}
	if (pool->closing && pool->open == 0 && !uv_is_closing((uv_handle_t *)&pool->wake.poll))
		end(pool);
}

enum hs_err
hs_pool_open(uv_loop_t *loop, size_t threads, int nice, struct hs_pool **out)
{
	struct hs_pool *pool = calloc(1, sizeof(*pool) + threads * sizeof(pthread_t));
	enum hs_err err;

	if (pool == NULL)
		return HS_ERR_NOMEM;
	err = hs_wake_open(loop, &pool->wake, on_woken);
	if (err != HS_OK) {
		free(pool);
		return err;
	}
	pool->nice = nice;
	uv_unref((uv_handle_t *)&pool->wake.poll);
	pthread_mutex_init(&pool->mutex, NULL);
	pthread_cond_init(&pool->work, NULL);
	list_init(&pool->waiting);
	list_init(&pool->ended);
	while (pool->thread_count < threads) {
		if (pthread_create(&pool->threads[pool->thread_count], NULL, thread_main, pool) !=
			0) {
			end(pool);
			return HS_ERR_NOMEM;
		}
		pool->thread_count++;
	}
	*out = pool;
	return HS_OK;
}

void
hs_pool_run(struct hs_pool *pool, struct hs_pool_job *job)
{
	HS_CHECK(!pool->closing);
	if (pool->open++ == 0)
		uv_ref((uv_handle_t *)&pool->wake.poll);
	pthread_mutex_lock(&pool->mutex);
	list_put(&pool->waiting, job);
	pthread_mutex_unlock(&pool->mutex);
	/* After the mutex, so that the thread does not wake up only to wait for it. */
	pthread_cond_signal(&pool->work);
}

void
hs_pool_close(struct hs_pool *pool)
{
	if (pool == NULL)
		return;
	pool->closing = true;
	if (pool->open == 0)
		end(pool);
}
