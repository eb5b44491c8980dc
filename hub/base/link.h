/* link.h: one framed connection between two of our processes.
 *
 * Flow:    hs_link_open → (peer there) on_up → on_frame… → on_down → dials or waits again by itself.
 *          A frame that hs_link_send took is delivered while the connection lives; when it breaks,
 *          what was in flight is lost: sequence and resume above it (schemas/link.proto) make that good.
 * Owner:   the caller owns the link and closes it; frames are borrowed until on_frame returns.
 * Carrier: unix:///path is a socket of the loop itself, the fastest on one host; ipc:///path, tcp:// and
 *          tls+tcp:// are nng's streams. On the wire unix: and ipc: are the same (link_carrier.h).
 * Threads: callbacks and calls on the loop's thread only; nng's threads are hidden inside.
 *          Nobody may fork after the first link of nng's was opened (nng is not fork-safe).
 * Limits:  a received frame above frame_max_bytes ends the connection; unsent bytes above
 *          queue_max_bytes give HS_ERR_AGAIN.
 * Each link has exactly one peer: the hub listens on one url per configured peer, so the url (its
 * file permissions, or the TLS certificate) is the peer's identity. A second one is hung up on; when the first has been
 * silent for longer than a usual heartbeat, it is the peer itself, whose old connection died on the way without a word:
 * that one is ended, and the next try gets its place.
 */
#ifndef HS_LINK_H
#define HS_LINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "hub/base/err.h"
#include "hub/base/hash.h"

struct hs_link;
struct hs_shared;

struct hs_link_ops {
	void (*on_up)(void *owner, struct hs_link *link);
	void (*on_frame)(void *owner, struct hs_link *link, const uint8_t *bytes, size_t len_bytes);
	void (*on_down)(void *owner, struct hs_link *link);
};

struct hs_link_options {
	const char *url; /* "unix:///run/hansho/drill/feed-1.link", "tls+tcp://host:port" */
	bool listen;	 /* the hub listens, its peers dial */
	bool pair;	 /* speak nng's PAIR protocol on the wire: for partners that are not ours */
	const struct hs_link_ops *ops;
	void *owner;
	size_t frame_max_bytes; /* default 4 MiB when 0 */
	size_t queue_max_bytes; /* default 8 MiB when 0 */
	const char
		*tls_ca_path; /* tls+tcp only: PEM; both sides must show a certificate of this CA */
	const char *tls_cert_key_path; /* PEM with certificate and key */
};

enum hs_err hs_link_open(
	uv_loop_t *loop, const struct hs_link_options *options, struct hs_link **out) HS_MUST_CHECK;
/* Copies. HS_ERR_CLOSED: no peer. HS_ERR_AGAIN: the queue is full; on_drained is not needed because
 * the window of link.proto keeps senders below it. */
enum hs_err hs_link_send(struct hs_link *link, const void *bytes, size_t len_bytes) HS_MUST_CHECK;
/* One frame of at most HS_LINK_PIECES_MAX parts. owner (NULL: none) owns what its large parts point to: these are not copied. */
#define HS_LINK_PIECES_MAX 3
enum hs_err hs_link_send_pieces(struct hs_link *link, const struct hs_span *pieces, size_t count,
	struct hs_shared *owner) HS_MUST_CHECK;
/* Inside on_frame: the bytes of that frame are the caller's from now on, without a copy where the frame is so large that it came in
 * several pieces. *memory is to be given to free, in a later turn of the loop. Before the frame, HS_LINK_HEADROOM bytes of it are free
 * to be written, and nothing behind it. NULL: out of memory, the frame is still borrowed. */
#define HS_LINK_HEADROOM 512
uint8_t *hs_link_take_frame(
	struct hs_link *link, const uint8_t *bytes, size_t len_bytes, void **memory) HS_MUST_CHECK;
bool hs_link_is_up(const struct hs_link *link);
/* Bytes that were sent and have not left this process; 0 when it is not up. */
size_t hs_link_unsent_bytes(const struct hs_link *link);
/* Hands out what has come, now and not in the next turn of the loop: on_frame as usual. Not from within on_frame (then nothing
 * happens). At most HS_CARRIER_CHUNK_BYTES. */
void hs_link_look(struct hs_link *link);
/* Ends the present connection (protocol error, silence); it is set up anew by itself. */
void hs_link_drop(struct hs_link *link);
/* Frees the link later; `done` (may be NULL) is called once, from the loop, when it is gone. */
void hs_link_close(struct hs_link *link, void (*done)(void *owner), void *owner);

#endif
