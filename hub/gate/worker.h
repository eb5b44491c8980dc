/* worker.h: runs what may take long (parsing foreign XML) beside the loop, with a bounded queue.
 *
 * Flow:    hs_worker_queue → (waits here) → (a thread of the pool, hub/base/pool.h) run → (loop) done.
 * Lanes:   the pool gets no more jobs than it has threads; the others wait here, where the most urgent goes first, and within
 *          a lane the oldest. What is less urgent than level 4 leaves one thread and a quarter of jobs_max free, so that an
 *          order neither waits for telegrams to end nor is told to come back because of them.
 * Large:   at most one large job is on the pool at any time. So a digest of the weather agency never takes the threads that an
 *          order or an early warning needs. Less urgent than level 4 it is done on a thread of its own with a nice value, so that it
 *          does not take the cores either.
 * Brief:   a brief job that finds nothing else open runs at once on the loop's thread: two hand-overs between threads cost more
 *          than the check of an ordinary order, and a lone order is what hurries most.
 * Owner:   the caller embeds struct hs_job and keeps it until `done`.
 * Threads: `run` on a pool thread (or, brief, in hs_worker_queue), with nothing but its own job; `done` on the loop's thread,
 *          exactly once, never before hs_worker_queue has returned.
 * Errors:  HS_ERR_FULL when jobs_max jobs are queued or running, when less urgent ones have filled their part of it, or when
 *          large_waiting_max large ones wait, or after the stop: the sender is told to come back.
 */
#ifndef HS_GATE_WORKER_H
#define HS_GATE_WORKER_H

#include <stdbool.h>
#include <stddef.h>
#include <uv.h>

#include "hub/base/err.h"
#include "hub/base/pool.h"
#include "schemas/notice.h"

struct hs_worker;

struct hs_job {
	struct hs_pool_job work;
	void (*run)(struct hs_job *job);
	void (*done)(struct hs_job *job);
	/* set by the caller */
	uint32_t lane; /* HS_PRIORITY_*; smaller goes first (lane.h) */
	bool large;
	bool brief; /* it never takes longer than what a loop can spare */
	/* the worker's own */
	struct hs_worker *worker;
	struct hs_job *next;
};

/* Jobs of one lane that wait, oldest first. */
struct hs_job_list {
	struct hs_job *first, *last;
};

struct hs_worker {
	struct hs_pool *pool, *aside; /* aside: for large ones */
	uv_idle_t turn;	     /* a brief job has run, and is told as done in the next turn */
	struct hs_job *here; /* that one, or NULL */
	size_t jobs_max;
	size_t jobs;	/* waiting or running */
	size_t running; /* on the pool */
	size_t calm;	/* waiting or running, and less urgent than level 4 */
	size_t large_waiting_max, large_waiting;
	bool large_runs, stopped;
	struct hs_job_list waiting[HS_PRIORITY_COUNT]; /* by lane */
};

/* Starts the threads. large_nice: 0…19, of that for large ones. HS_ERR_NOMEM, HS_ERR_IO: there are none. */
enum hs_err hs_worker_start(struct hs_worker *worker, uv_loop_t *loop, size_t jobs_max,
	size_t large_waiting_max, int large_nice) HS_MUST_CHECK;
/* No job may be queued after it; those that are open run to their end. Also when it was never started. */
void hs_worker_stop(struct hs_worker *worker);
/* Takes the most urgent job that may start now out of its line; NULL: none may. The worker's own, here for its test. */
struct hs_job *hs_worker_take_next(struct hs_worker *worker);
enum hs_err hs_worker_queue(struct hs_worker *worker, struct hs_job *job) HS_MUST_CHECK;

#endif
