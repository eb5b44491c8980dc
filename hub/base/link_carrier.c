#include "hub/base/link_carrier.h"

void
hs_send_queue_init(struct hs_send_queue *queue, size_t max_bytes)
{
	hs_buf_init(&queue->leaving, max_bytes);
	hs_buf_init(&queue->waiting, max_bytes);
	queue->left_bytes = 0;
}

void
hs_send_queue_free(struct hs_send_queue *queue)
{
	hs_buf_free(&queue->leaving);
	hs_buf_free(&queue->waiting);
}

enum hs_err
hs_send_queue_add(
	struct hs_send_queue *queue, const struct hs_span *pieces, size_t count, size_t skip)
{
	struct hs_buf *waiting = &queue->waiting;
	size_t before = waiting->len_bytes;
	size_t total = 0;

	for (size_t i = 0; i < count; i++)
		total += pieces[i].len_bytes;
	if (before + (total - skip) > waiting->max_bytes)
		return HS_ERR_AGAIN;
	for (size_t i = 0; i < count; i++) {
		size_t from = skip < pieces[i].len_bytes ? skip : pieces[i].len_bytes;

		hs_buf_add(
			waiting, (const char *)pieces[i].bytes + from, pieces[i].len_bytes - from);
		skip -= from;
	}
	if (!waiting->failed)
		return HS_OK;
	waiting->len_bytes = before; /* half a frame must not leave */
	waiting->failed = false;
	return HS_ERR_NOMEM;
}

struct hs_span
hs_send_queue_next(struct hs_send_queue *queue)
{
	if (queue->left_bytes == queue->leaving.len_bytes) {
		struct hs_buf empty = queue->leaving;

		queue->leaving = queue->waiting;
		queue->waiting = empty;
		queue->waiting.len_bytes = 0;
		queue->left_bytes = 0;
	}
	return (struct hs_span){ hs_buf_text(&queue->leaving) + queue->left_bytes,
		queue->leaving.len_bytes - queue->left_bytes };
}

void
hs_send_queue_sent(struct hs_send_queue *queue, size_t len_bytes)
{
	queue->left_bytes += len_bytes;
}
