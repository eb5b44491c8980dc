/* gets.h: the routes of the feed: views of the active set, the beginning of an event stream, and what
 * every GET begins and ends with. The notices themselves: queries.h.
 *
 * Format:  JSON bodies are the same frames that the stream has: one shape everywhere. Weak ETags of epoch and
 *          seq; If-None-Match gives 304 (RFC 9110, 13.1.2). Any origin may read (CORS).
 *          Event stream: HTML Living Standard 9.2; `id:` is epoch:seq, Last-Event-ID resumes.
 * Threads: the loop's. The owner of the http server must be the struct hs_feed_parts.
 */
#ifndef HS_FEED_GETS_H
#define HS_FEED_GETS_H

#include "hub/feed/answer.h"
#include "hub/feed/parts.h"

/* All routes of the feed but the WebSocket. */
extern const struct hs_http_route hs_get_routes[];
extern const size_t hs_get_route_count;
/* The request headers that they ask for. */
extern const char *const hs_get_headers[];

#define HS_GET_BODY_MAX_BYTES (256u << 20)

/* Counts the request; false when it was answered 503 because the hub was never heard. */
bool hs_get_ready(struct hs_feed_parts *parts, const struct hs_http_request *request);
/* Filter, mode and place of the query; false when it was answered with what is wrong.
 * wish->filter is the caller's. */
bool hs_get_wish(struct hs_feed_parts *parts, const struct hs_http_request *request,
	bool subscription, struct hs_wish *wish);
/* *value is the fallback; false when it was answered with what is wrong. */
bool hs_get_number(struct hs_feed_parts *parts, const struct hs_http_request *request,
	const char *name, uint64_t max, uint64_t *value);
void hs_get_etag(const struct hs_feed_parts *parts, uint64_t seq, char etag[HS_ETAG_SIZE]);
/* Answers 200 with the body, or 503 when building it failed; frees the body. */
void hs_get_send_body(struct hs_feed_parts *parts, hs_http_id id, const char *content_type,
	const char *etag, struct hs_buf *body);

#endif
