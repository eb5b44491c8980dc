/* pool.h: threads that run jobs beside the loop.
 *
 * Flow:    hs_pool_run → (one of the threads) job->run → (loop) job->done, exactly once for each.
 * Owner:   the caller embeds struct hs_pool_job and keeps it until `done`. The pool frees itself after hs_pool_close.
 * Threads: hs_pool_… and `done` on the loop's; `run` on a thread of the pool, with nothing but its own job. Jobs begin in
 *          the order in which they came.
 * Loop:    stays alive while a job is open, and not otherwise.
 * libuv's own pool does the same with a slower way back to the loop: wake.h says why.
 */
#ifndef HS_POOL_H
#define HS_POOL_H

#include <stddef.h>
#include <uv.h>

#include "hub/base/err.h"

struct hs_pool;

struct hs_pool_job {
	void (*run)(struct hs_pool_job *job);
	void (*done)(struct hs_pool_job *job);
	struct hs_pool_job *next; /* the pool's own */
};

/* nice: 0…19, how much its threads yield to others (step_back.h); 0: not at all. HS_ERR_NOMEM, HS_ERR_IO: no thread or no descriptor left; nothing is open then. */
enum hs_err hs_pool_open(
	uv_loop_t *loop, size_t threads, int nice, struct hs_pool **out) HS_MUST_CHECK;
void hs_pool_run(struct hs_pool *pool, struct hs_pool_job *job);
/* No job may follow. Those that are open run to their end, and are told as done, before it is freed. NULL is allowed. */
void hs_pool_close(struct hs_pool *pool);

#endif
