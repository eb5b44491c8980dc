/* link_carrier.h: what moves the bytes of a link. Internal to hub/base/link*.c.
 *
 * Flow:    link.c → open, connect; carrier → up, bytes…, down; link.c → connect again.
 *          Frames, greeting and the pauses between two tries are link.c's; sockets and queues the carrier's.
 * Two:     hs_carrier_local (unix:…, sockets of this loop) and hs_carrier_nng (ipc:…, tcp:…, tls+tcp:…).
 *          On the wire unix: and ipc: are the same, so each end may choose for itself.
 * Owner:   the link owns its carrier until hs_link_carrier_closed.
 * Threads: the loop's only. No carrier calls the link from inside a call of the link, but for _refused, _closed, and _bytes from
 *          inside look.
 */
#ifndef HS_LINK_CARRIER_H
#define HS_LINK_CARRIER_H

#include "hub/base/buf.h"
#include "hub/base/hash.h"
#include "hub/base/link.h"
#include "hub/base/shared.h"

#define HS_CARRIER_CHUNK_BYTES 65536 /* read at once */
#define HS_CARRIER_SOCKET_MODE \
	0660 /* of unix: and ipc: sockets: owner and group of the two processes */

struct hs_carrier; /* each kind has its own behind it */

struct hs_carrier_ops {
	/* Makes the endpoint, bound when it listens. HS_ERR_CONFIG (the reason is logged), HS_ERR_NOMEM:
	 * nothing is left of it. */
	enum hs_err (*open)(uv_loop_t *loop, const struct hs_link_options *options,
		struct hs_link *link, struct hs_carrier **out);
	/* Begins to dial, or to accept from now on; ends in hs_link_carrier_up or _refused. Does nothing while it is
	 * under way. */
	void (*connect)(struct hs_carrier *carrier);
	/* All pieces in order, or none: HS_ERR_AGAIN (the queue is full), HS_ERR_NOMEM. Only between up and
	 * down. Copies what does not leave at once, or, where it is large and has an owner, takes a reference. */
	enum hs_err (*send)(struct hs_carrier *carrier, const struct hs_span *pieces, size_t count,
		struct hs_shared *owner);
	/* Ends the connection; hs_link_carrier_down follows in a later turn of the loop, and no bytes before it. */
	void (*drop)(struct hs_carrier *carrier);
	/* Bytes of `send` that have not left. Only between up and down. */
	size_t (*unsent)(const struct hs_carrier *carrier);
	/* Hands out by hs_link_carrier_bytes what has come and was not handed out yet. Only between up and down. */
	void (*look)(struct hs_carrier *carrier);
	/* Ends everything; only hs_link_carrier_closed follows, at once or later. */
	void (*close)(struct hs_carrier *carrier);
};

extern const struct hs_carrier_ops hs_carrier_local;
extern const struct hs_carrier_ops hs_carrier_nng;

/* What a carrier tells its link. */
void hs_link_carrier_up(struct hs_link *link);
void hs_link_carrier_refused(struct hs_link *link); /* not connected: try again later */
void hs_link_carrier_bytes(struct hs_link *link, const unsigned char *bytes, size_t len_bytes);
void hs_link_carrier_down(struct hs_link *link);
/* While one is connected another knocks, who is to be hung up on. The first may be dropped for it. */
void hs_link_carrier_rival(struct hs_link *link);
void hs_link_carrier_closed(struct hs_link *link); /* the last call; the carrier is free */

/* Bytes that wait for one connection, part behind part: what is small in one buffer, what is large and shared where it lies. */
struct hs_send_part;
struct hs_send_queue {
	struct hs_send_part *first, *last;
	size_t first_sent_bytes;
	size_t waiting_bytes, max_bytes;
	bool leaves; /* the first was handed out by hs_send_queue_next */
};

void hs_send_queue_init(struct hs_send_queue *queue, size_t max_bytes);
void hs_send_queue_free(struct hs_send_queue *queue);
/* All pieces from the byte `skip` on, or none. owner (NULL: none) keeps them alive: large ones are not copied then. HS_ERR_AGAIN,
 * HS_ERR_NOMEM. */
enum hs_err hs_send_queue_add(struct hs_send_queue *queue, const struct hs_span *pieces,
	size_t count, size_t skip, struct hs_shared *owner) HS_MUST_CHECK;
/* What is to be sent next, borrowed until hs_send_queue_sent; empty: nothing waits. */
struct hs_span hs_send_queue_next(struct hs_send_queue *queue);
/* So many bytes of it have left. */
void hs_send_queue_sent(struct hs_send_queue *queue, size_t len_bytes);

#endif
