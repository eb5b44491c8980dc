#include "hub/base/batch.h"

#include <errno.h>
#include <liburing.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "hub/base/check.h"
#include "hub/base/log.h"

#define MOST_MAX   4096
#define SEND_FLAGS (MSG_NOSIGNAL | MSG_DONTWAIT)
#define NO_RESULT  INT_MIN /* not handed over yet */

struct hs_batch {
	struct io_uring ring;
	bool has_ring;
	size_t most, count;
	struct hs_batch_send sends[];
};

static void
open_ring(struct hs_batch *batch)
{
	int err =
		io_uring_queue_init((unsigned)batch->most, &batch->ring, IORING_SETUP_COOP_TASKRUN);

	batch->has_ring = err == 0;
	if (err != 0)
		hs_info("batch.no_ring", "reason=\"%s\" sends=one_by_one", strerror(-err));
}

enum hs_err
hs_batch_create(size_t most, struct hs_batch **out)
{
	HS_CHECK(most > 0 && most <= MOST_MAX);
	struct hs_batch *batch = calloc(1, sizeof(*batch) + most * sizeof(batch->sends[0]));

	if (batch == NULL)
		return HS_ERR_NOMEM;
	batch->most = most;
	if (most > 1)
		open_ring(batch);
	*out = batch;
	return HS_OK;
}

void
hs_batch_destroy(struct hs_batch *batch)
{
	if (batch == NULL)
		return;
	hs_batch_clear(batch);
	if (batch->has_ring)
		io_uring_queue_exit(&batch->ring);
	free(batch);
}

bool
hs_batch_has_ring(const struct hs_batch *batch)
{
	return batch->has_ring;
}

size_t
hs_batch_count(const struct hs_batch *batch)
{
	return batch->count;
}

bool
hs_batch_full(const struct hs_batch *batch)
{
	return batch->count == batch->most;
}

void
hs_batch_add(
	struct hs_batch *batch, int fd, uint64_t who, struct hs_frame *frame, size_t head_bytes)
{
	HS_CHECK(!hs_batch_full(batch) && head_bytes <= HS_FRAME_HEADROOM);
	batch->sends[batch->count++] = (struct hs_batch_send){ .fd = fd,
		.result = NO_RESULT,
		.who = who,
		.bytes = hs_frame_bytes(frame) - head_bytes,
		.len_bytes = head_bytes + hs_frame_len_bytes(frame),
		.frame = hs_frame_ref(frame) };
}

const struct hs_batch_send *
hs_batch_at(const struct hs_batch *batch, size_t index)
{
	HS_CHECK(index < batch->count);
	return &batch->sends[index];
}

void
hs_batch_clear(struct hs_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++)
		hs_frame_unref(batch->sends[i].frame);
	batch->count = 0;
}

/* ---- the two ways ---- */

static void
run_one_by_one(struct hs_batch *batch)
{
	for (size_t i = 0; i < batch->count; i++) {
		struct hs_batch_send *send_now = &batch->sends[i];

		if (send_now->result != NO_RESULT)
			continue;
		do {
			ssize_t sent = send(
				send_now->fd, send_now->bytes, send_now->len_bytes, SEND_FLAGS);
			send_now->result = sent >= 0 ? (int)sent : -errno;
		} while (send_now->result == -EINTR);
	}
}

static void
take_results(struct hs_batch *batch)
{
	struct io_uring_cqe *cqe;
	unsigned head, taken = 0;

	io_uring_for_each_cqe(&batch->ring, head, cqe)
	{
		HS_CHECK(cqe->user_data < batch->count);
		batch->sends[cqe->user_data].result = cqe->res;
		taken++;
	}
	io_uring_cq_advance(&batch->ring, taken);
}

/* Requests that the kernel took are done when it returns. false: it took not all of them; the ring goes, and with it
 * what it still had queued. */
static bool
run_by_ring(struct hs_batch *batch)
{
	size_t taken = 0;
	int err = 0;

	for (size_t i = 0; i < batch->count; i++) {
		const struct hs_batch_send *send_now = &batch->sends[i];
		struct io_uring_sqe *sqe = io_uring_get_sqe(&batch->ring);

		HS_CHECK(sqe != NULL); /* it has as many places as the batch */
		io_uring_prep_send(
			sqe, send_now->fd, send_now->bytes, send_now->len_bytes, SEND_FLAGS);
		sqe->user_data = i;
	}
	while (taken < batch->count && (err >= 0 || err == -EINTR)) {
		err = io_uring_submit_and_wait(&batch->ring, (unsigned)(batch->count - taken));
		if (err == 0)
			err = -EAGAIN;
		taken += err > 0 ? (size_t)err : 0;
		take_results(batch);
	}
	if (taken == batch->count)
		return true;
	hs_warn("batch.ring_failed", "reason=\"%s\" sends=one_by_one", strerror(-err));
	return false;
}

void
hs_batch_run(struct hs_batch *batch)
{
	if (batch->count == 0)
		return;
	if (batch->has_ring && !run_by_ring(batch)) {
		io_uring_queue_exit(&batch->ring);
		batch->has_ring = false;
	}
	run_one_by_one(batch); /* those without a result */
	for (size_t i = 0; i < batch->count; i++)
		HS_CHECK(batch->sends[i].result <= (int)batch->sends[i].len_bytes);
}
