/* queries.h: the GETs of notices, which may have to wait for the hub.
 *
 * Flow:    GET → answered from the ring at once; or it waits for a page or original bytes from the hub and is
 *          tried again when something came, for at most fetch_timeout_ms (504; 503 while the hub is away).
 * Owner:   queries own what waits. Threads: the loop's.
 */
#ifndef HS_FEED_QUERIES_H
#define HS_FEED_QUERIES_H

#include "hub/feed/parts.h"

/* Handlers of GET /v1/notices and /v1/notices/…; owner is struct hs_feed_parts. */
void hs_get_list(void *owner, const struct hs_http_request *request);
void hs_get_notice(void *owner, const struct hs_http_request *request);

struct hs_queries *hs_queries_create(struct hs_feed_parts *parts);
/* NULL is allowed. */
void hs_queries_destroy(struct hs_queries *queries);
/* A page came: whoever waits is tried again. */
void hs_queries_retry(struct hs_queries *queries);
/* An answer to one of our own fetches; HS_ERR_NOT_FOUND when it is none. */
enum hs_err hs_queries_reply(struct hs_queries *queries, const hs_fetch_reply *reply) HS_MUST_CHECK;
/* The hub is away: everybody who waits is told. */
void hs_queries_away(struct hs_queries *queries);
/* Once a second. */
void hs_queries_tick(struct hs_queries *queries);
size_t hs_queries_waiting(const struct hs_queries *queries);

#endif
