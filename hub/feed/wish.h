/* wish.h: what a client asks for, in whichever form it says so.
 *
 * Flow:    WebSocket message (JSON or protobuf) → hs_client_frame_parse → FeedFrame; a subscribe frame or the
 *          query of a GET → struct hs_wish. Everything unknown is an error that names it: a client never
 *          gets a stream that is not what it asked for.
 * Mode:    a subscription without a mode asks for "live"; who wants drills says so. Plain GETs may leave it out.
 * Threads: none. Limits: the caller's message limit, areas_max.
 */
#ifndef HS_FEED_WISH_H
#define HS_FEED_WISH_H

#include "hub/base/http.h"
#include "hub/feed/filter.h"
#include "hub/feed/frames.h"

enum hs_from { HS_FROM_SNAPSHOT, HS_FROM_NOW, HS_FROM_POSITION };

struct hs_wish {
	enum hs_from from;
	char epoch[HS_EPOCH_SIZE]; /* HS_FROM_POSITION */
	uint64_t seq;
	struct hs_filter filter; /* hs_filter_free, or hand it on */
};

#define HS_WISH_WHY 256

/* Why it was refused: HS_CLOSE_BAD or HS_CLOSE_MODE, and a sentence for the client. */
struct hs_refusal {
	int code;
	char why[HS_WISH_WHY];
};

/* One message of a client: subscribe, receipt, ping or pong. *out lives in the arena. */
enum hs_err hs_client_frame_parse(struct hs_arena *arena, enum hs_form form, const uint8_t *bytes,
	size_t len_bytes, bool binary, hs_feed_frame **out,
	struct hs_refusal *refusal) HS_MUST_CHECK;

/* mode: the feed's. */
enum hs_err hs_wish_from_subscribe(const Hansho__V1__FeedSubscribe *subscribe, int mode,
	size_t areas_max, struct hs_wish *out, struct hs_refusal *refusal) HS_MUST_CHECK;

/* areas, kinds (comma-separated), level_min, mode, from ("snapshot", "now", "epoch:seq") of a query.
 * last_event_id: "" or what the browser sends when it comes back; it wins over `from`.
 * subscription: mode must be given for drills. */
struct hs_wish_query {
	const char *query;
	const char *last_event_id;
	int mode;
	bool subscription;
	size_t areas_max;
};
enum hs_err hs_wish_from_query(const struct hs_wish_query *query, struct hs_wish *out,
	struct hs_refusal *refusal) HS_MUST_CHECK;
/* A whole number of a query; `fallback` when it is absent. HS_ERR_INVALID when it is no number 0…max. */
enum hs_err hs_query_number(const char *query, const char *name, uint64_t max, uint64_t fallback,
	uint64_t *out, struct hs_refusal *refusal) HS_MUST_CHECK;

#endif
