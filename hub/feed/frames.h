/* frames.h: every frame of the feed, in its three forms.
 *
 * Flow:    facts → FeedFrame → protobuf bytes, or JSON {"type": "<name>", …fields…}, or that JSON as one
 *          Server-Sent Event (`id: epoch:seq`, `data: …`).
 * Owner:   the returned frame is the caller's (hs_frame_unref). NULL: out of memory.
 * Threads: none.
 * Format:  schemas/link.proto; JSON by the rules on top of schemas/notice.proto, but numbers, words and
 *          switches of the frame itself are always present, so that a reader need not know defaults.
 *          Server-Sent Events: HTML Living Standard, section 9.2.
 */
#ifndef HS_FEED_FRAMES_H
#define HS_FEED_FRAMES_H

#include "hub/base/frame.h"
#include "schemas/notice.h"

enum hs_form { HS_FORM_JSON, HS_FORM_PROTO, HS_FORM_SSE, HS_FORM_COUNT };

/* "json", "proto", "sse". */
const char *hs_form_name(enum hs_form form);

#define HS_EPOCH_SIZE 65

/* A place in the stream of one epoch: `id:` of an event, resume position of a subscriber. */
struct hs_position {
	const char *epoch;
	uint64_t seq;
};

/* Any frame. at: the event's id in the SSE form, NULL for none. */
struct hs_frame *hs_frames_encode(
	enum hs_form form, const hs_feed_frame *frame, const struct hs_position *at);

struct hs_hello_facts {
	const char *epoch;
	uint64_t newest_seq;
	uint64_t oldest_seq;
	uint32_t heartbeat_ms;
	int64_t unix_us;
	int mode;
};
/* In the SSE form it also tells the browser how long to wait before it comes back. */
struct hs_frame *hs_frames_hello(enum hs_form form, const struct hs_hello_facts *facts);
struct hs_frame *hs_frames_live(enum hs_form form, const struct hs_position *at);
/* Why a subscriber cannot go on from where it is. */
enum hs_gap_reason {
	HS_GAP_NONE, /* it can */
	HS_GAP_EPOCH_UNKNOWN,
	HS_GAP_SEQ_AHEAD,
	HS_GAP_TOO_OLD,
	HS_GAP_NOT_IN_JOURNAL,
	HS_GAP_REASON_COUNT
};
struct hs_frame *hs_frames_gap(
	enum hs_form form, uint64_t from_seq, uint64_t to_seq, enum hs_gap_reason reason);

struct hs_heartbeat_facts {
	uint64_t newest_seq;
	const char *digest;
	int64_t unix_us;
	uint32_t hub_age_ms;
};
struct hs_frame *hs_frames_heartbeat(enum hs_form form, const struct hs_heartbeat_facts *facts);

struct hs_error_facts {
	uint32_t code; /* HS_CLOSE_* */
	const char *text;
	bool close;
	uint32_t retry_after_ms;
};
struct hs_frame *hs_frames_error(enum hs_form form, const struct hs_error_facts *facts);
struct hs_frame *hs_frames_pong(enum hs_form form, uint64_t id);
/* Codes of error frames and of the close that follows; also `code` in JSON errors of the GETs. */
enum hs_close_code {
	HS_CLOSE_BAD = 4400,	/* the request cannot be understood or names something unknown */
	HS_CLOSE_IDLE = 4401,	/* no subscribe frame in time */
	HS_CLOSE_MODE = 4403,	/* this feed is of the other mode */
	HS_CLOSE_BEHIND = 4408, /* too far behind: come back with the position in the reason */
	HS_CLOSE_EPOCH = 4410,	/* the epoch ended: come back, a gap and a snapshot follow */
	HS_CLOSE_FLOOD = 4429,	/* too many frames from the client */
	HS_CLOSE_AWAY = 4503	/* the feed is not ready: come back later */
};

/* "epoch:seq" as it stands in ids and close reasons. Borrowed parts: epoch goes into its buffer.
 * HS_ERR_PARSE when it is no such text. */
enum hs_err hs_position_parse(
	const char *text, char epoch[HS_EPOCH_SIZE], uint64_t *seq) HS_MUST_CHECK;

#endif
