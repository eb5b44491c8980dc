#include "hub/base/link_carrier.h"

#include <stdlib.h>

/* What is smaller is copied: several leave together then. */
#define SHARED_MIN_BYTES ((size_t)64 << 10)

struct hs_send_part {
	struct hs_send_part *next;
	struct hs_buf own;	 /* copies of small pieces, one behind the other */
	struct hs_span borrowed; /* or one large piece */
	struct hs_shared *owner;
};

void
hs_send_queue_init(struct hs_send_queue *queue, size_t max_bytes)
{
	*queue = (struct hs_send_queue){ .max_bytes = max_bytes };
}

static void
drop_first(struct hs_send_queue *queue)
{
	struct hs_send_part *part = queue->first;

	queue->first = part->next;
	if (queue->last == part)
		queue->last = NULL;
	queue->first_sent_bytes = 0;
	hs_buf_free(&part->own);
	hs_shared_unref(part->owner);
	free(part);
}

void
hs_send_queue_free(struct hs_send_queue *queue)
{
	while (queue->first != NULL)
		drop_first(queue);
	queue->waiting_bytes = 0;
	queue->leaves = false;
}

static struct hs_span
span_of(const struct hs_send_part *part)
{
	return part->owner != NULL
		       ? part->borrowed
		       : (struct hs_span){ hs_buf_text(&part->own), part->own.len_bytes };
}

static struct hs_send_part *
add_part(struct hs_send_queue *queue)
{
	struct hs_send_part *part = calloc(1, sizeof(*part));

	if (part == NULL)
		return NULL;
	hs_buf_init(&part->own, queue->max_bytes);
	if (queue->last != NULL)
		queue->last->next = part;
	else
		queue->first = part;
	queue->last = part;
	return part;
}

static bool
copy_piece(struct hs_send_queue *queue, struct hs_span piece)
{
	struct hs_send_part *part = queue->last;

	/* The memory of what is leaving must not move. */
	if (part == NULL || part->owner != NULL || (part == queue->first && queue->leaves))
		part = add_part(queue);
	if (part == NULL)
		return false;
	hs_buf_add(&part->own, piece.bytes, piece.len_bytes);
	return !part->own.failed;
}

static bool
add_piece(struct hs_send_queue *queue, struct hs_span piece, struct hs_shared *owner)
{
	struct hs_send_part *part;

	if (owner == NULL || piece.len_bytes < SHARED_MIN_BYTES)
		return piece.len_bytes == 0 || copy_piece(queue, piece);
	part = add_part(queue);
	if (part == NULL)
		return false;
	part->borrowed = piece;
	part->owner = hs_shared_ref(owner);
	return true;
}

/* Where the queue ended: half a frame must not leave. */
struct mark {
	struct hs_send_part *last;
	size_t len_bytes;
};

static void
take_back(struct hs_send_queue *queue, const struct mark *mark)
{
	struct hs_send_part *part = mark->last != NULL ? mark->last->next : queue->first;

	if (mark->last != NULL) {
		mark->last->next = NULL;
		mark->last->own.len_bytes = mark->len_bytes;
		mark->last->own.failed = false;
	} else {
		queue->first = NULL;
	}
	queue->last = mark->last;
	while (part != NULL) {
		struct hs_send_part *next = part->next;

		hs_buf_free(&part->own);
		hs_shared_unref(part->owner);
		free(part);
		part = next;
	}
}

enum hs_err
hs_send_queue_add(struct hs_send_queue *queue, const struct hs_span *pieces, size_t count,
	size_t skip, struct hs_shared *owner)
{
	const struct mark mark = { queue->last,
		queue->last != NULL ? queue->last->own.len_bytes : 0 };
	size_t more_bytes = 0;
	bool good = true;

	for (size_t i = 0; i < count; i++)
		more_bytes += pieces[i].len_bytes;
	more_bytes -= skip;
	if (queue->waiting_bytes + more_bytes > queue->max_bytes)
		return HS_ERR_AGAIN;
	for (size_t i = 0; i < count && good; i++) {
		size_t from = skip < pieces[i].len_bytes ? skip : pieces[i].len_bytes;
		const struct hs_span rest = { (const char *)pieces[i].bytes + from,
			pieces[i].len_bytes - from };

		good = add_piece(queue, rest, owner);
		skip -= from;
	}
	if (good)
		queue->waiting_bytes += more_bytes;
	else
		take_back(queue, &mark);
	return good ? HS_OK : HS_ERR_NOMEM;
}

struct hs_span
hs_send_queue_next(struct hs_send_queue *queue)
{
	struct hs_span span = { "", 0 };

	if (queue->first == NULL)
		return span;
	span = span_of(queue->first);
	queue->leaves = true;
	return (struct hs_span){ (const char *)span.bytes + queue->first_sent_bytes,
		span.len_bytes - queue->first_sent_bytes };
}

void
hs_send_queue_sent(struct hs_send_queue *queue, size_t len_bytes)
{
	queue->leaves = false;
	queue->waiting_bytes -= len_bytes;
	queue->first_sent_bytes += len_bytes;
	if (queue->first_sent_bytes == span_of(queue->first).len_bytes)
		drop_first(queue);
}
