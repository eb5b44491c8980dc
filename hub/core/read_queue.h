/* read_queue.h: READ effects that wait for their turn of the loop, in order.
 *
 * Owner: the shell. Threads: the loop's.
 */
#ifndef HS_CORE_READ_QUEUE_H
#define HS_CORE_READ_QUEUE_H

#include "hub/core/effects.h"

struct hs_read {
	struct hs_read *next;
	uint32_t peer, limit;
	uint64_t ticket, after_seq;
	uint64_t pos; /* of one record; 0: notices after after_seq */
	bool originals;
};

struct hs_read_queue {
	struct hs_read *first, **last;
};

void hs_read_queue_init(struct hs_read_queue *queue);
/* Copies what the effect asks for. */
void hs_read_queue_put(struct hs_read_queue *queue, const struct hs_effect *effect);
/* The oldest into *out; false: there is none. */
bool hs_read_queue_take(struct hs_read_queue *queue, struct hs_read *out);
void hs_read_queue_free(struct hs_read_queue *queue);

#endif
