/* hub_port.h: the feed's side of its link to the hub.
 *
 * Flow:    up → hello → (hub's hello) → resume → [gap] [snapshot…] deliver… live deliver… ; acks, receipts,
 *          fetches and heartbeats go back. When the link breaks it is set up anew for ever.
 * Rules:   on_epoch decides from where to resume. A frame that the owner refuses (prev_seq does not fit)
 *          drops the link; so do silence (hub/base/silence.h), and a digest that differs twice in a row.
 * Above:   the hub itself, or a feed that passes its stream on (children.h): the same frames, and its hello says
 *          which. What differs is whose age is told (hub_age.h), and that a feed above may be behind us.
 * Owner:   owns the link. Threads: the loop's.
 * Format:  schemas/link.proto.
 */
#ifndef HS_FEED_HUB_PORT_H
#define HS_FEED_HUB_PORT_H

#include <uv.h>

#include "hub/feed/hub_frames.h"
#include "schemas/notice.h"

struct hs_hub_port;

/* Where to go on, as the owner decides at the hub's hello. */
struct hs_hub_resume {
	uint64_t seq;
	bool snapshot;
};

struct hs_hub_ops {
	/* The hub's hello: HS_OK with *resume filled, or an error that drops the link (another mode). */
	enum hs_err (*on_hello)(
		void *owner, const Hansho__V1__Hello *hello, struct hs_hub_resume *resume);
	/* Any of these: an error drops the link, and resume begins anew. */
	enum hs_err (*on_snapshot)(void *owner, const Hansho__V1__Snapshot *part);
	enum hs_err (*on_deliver)(void *owner, const hs_deliver *deliver);
	/* The same of a large one, whose entry is made; borrowed. */
	enum hs_err (*on_large)(void *owner, const hs_deliver *deliver, struct hs_entry *entry);
	enum hs_err (*on_live)(void *owner, uint64_t seq);
	enum hs_err (*on_gap)(void *owner, const Hansho__V1__Gap *gap);
	enum hs_err (*on_heartbeat)(void *owner, const Hansho__V1__Heartbeat *heartbeat);
	void (*on_fetch_reply)(void *owner, const hs_fetch_reply *reply);
	void (*on_down)(void *owner);
	/* The feed above lost the hub: what was asked for will not come; or has it again. */
	void (*on_hub_away)(void *owner, bool away);
	/* What our own heartbeats say. digest has HS_DIGEST_SIZE bytes. */
	void (*say)(void *owner, uint64_t *newest_seq, char *digest);
};

struct hs_hub_port_options {
	const char *url;
	const char *name; /* this feed's, as in the hub's table of peers */
	int mode;	  /* HS_MODE(…) */
	const char *tls_ca_path;
	const char *tls_cert_key_path;
	int64_t heartbeat_ms; /* until the hub names its own */
	struct hs_hub_frames_options frames;
	const struct hs_hub_ops *ops;
	void *owner;
};

enum hs_err hs_hub_port_open(uv_loop_t *loop, const struct hs_hub_port_options *options,
	struct hs_hub_port **out) HS_MUST_CHECK;
/* Says goodbye and closes; frees later. NULL is allowed. */
void hs_hub_port_close(struct hs_hub_port *port);
/* Ends the connection, to begin anew from its hello. */
void hs_hub_port_again(struct hs_hub_port *port, const char *why, enum hs_err err);
/* HS_ERR_AWAY: no hub now. */
enum hs_err hs_hub_port_receipt(struct hs_hub_port *port, const hs_receipt *receipt) HS_MUST_CHECK;
/* *request comes back in the reply. HS_ERR_AWAY. */
enum hs_err hs_hub_port_fetch(struct hs_hub_port *port, uint64_t after_seq, uint32_t limit,
	bool originals, uint64_t *request) HS_MUST_CHECK;
/* The same for the notices that touch one place; "": all of them. */
enum hs_err hs_hub_port_fetch_area(struct hs_hub_port *port, uint64_t after_seq, uint32_t limit,
	const char *area_code, uint64_t *request) HS_MUST_CHECK;
/* The hub can be asked now: our link stands, and that of the feed above when there is one. */
/* Takes what has come on the link, now. */
void hs_hub_port_look(struct hs_hub_port *port);
bool hs_hub_port_is_up(const struct hs_hub_port *port);
/* Milliseconds since the hub was known to live; UINT32_MAX: never. */
uint32_t hs_hub_port_age_ms(const struct hs_hub_port *port);
uint64_t hs_hub_port_reconnects(const struct hs_hub_port *port);

#endif
