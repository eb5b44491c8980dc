/* history.h: questions about the past: what was in force at a moment, and what happened in one place.
 *
 * Flow:    GET → a job → pages of notices from the hub's journal (of one place, when one is asked for) → a set of the
 *          job's own, by the same pure function as the present one (schemas/active.h) → answer.
 * Bounds:  history_jobs_max at a time (503), history_notices_max notices each (413: name one area),
 *          history_timeout_ms (504). One page of at most 64 notices (8 of a time line) is worked on in one turn of the loop; the hub
 *          reads them beside its submissions, like the pages of a subscriber who comes back.
 * Routes:  GET /v1/state?at=TIME, GET /v1/areas/{code}/history. Moments are those at which the hub accepted.
 * Owner:   parts->history. Threads: the loop's.
 */
#ifndef HS_FEED_HISTORY_H
#define HS_FEED_HISTORY_H

#include "hub/feed/parts.h"

struct hs_history *hs_history_create(struct hs_feed_parts *parts);
/* NULL is allowed. */
void hs_history_destroy(struct hs_history *history);

/* GET /v1/state with the parameter at. */
void hs_history_state(struct hs_feed_parts *parts, const struct hs_http_request *request);
/* GET /v1/areas/…; owner is struct hs_feed_parts. */
void hs_history_area(void *owner, const struct hs_http_request *request);

/* An answer to one of our fetches; HS_ERR_NOT_FOUND when it is none. */
enum hs_err hs_history_reply(struct hs_history *history, const hs_fetch_reply *reply) HS_MUST_CHECK;
/* The hub is away: everybody who waits is told. */
void hs_history_away(struct hs_history *history);
/* Once a second. */
void hs_history_tick(struct hs_history *history);

#endif
