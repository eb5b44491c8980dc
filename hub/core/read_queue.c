#include "hub/core/read_queue.h"

#include <stdlib.h>

#include "hub/core/memory.h"

void
hs_read_queue_init(struct hs_read_queue *queue)
{
	queue->first = NULL;
	queue->last = &queue->first;
}

void
hs_read_queue_put(struct hs_read_queue *queue, const struct hs_effect *effect)
{
	struct hs_read *read = hs_must_alloc(1, sizeof(*read));

	*read = (struct hs_read){ .peer = effect->peer,
		.limit = effect->limit,
		.ticket = effect->ticket,
		.after_seq = effect->after_seq,
		.pos = effect->pos,
		.originals = effect->originals };
	*queue->last = read;
	queue->last = &read->next;
}

bool
hs_read_queue_take(struct hs_read_queue *queue, struct hs_read *out)
{
	struct hs_read *read = queue->first;

	if (read == NULL)
		return false;
	queue->first = read->next;
	if (queue->first == NULL)
		queue->last = &queue->first;
	*out = *read;
	free(read);
	return true;
}

void
hs_read_queue_free(struct hs_read_queue *queue)
{
	struct hs_read unused;

	while (hs_read_queue_take(queue, &unused))
		continue;
}
