/* child_fetch.h: questions of the feeds below about older notices.
 *
 * Flow:    fetch → a plain page: answered from the ring, or from a page of the journal as soon as it is here
 *          (pager.h: fetched once, however many children and subscribers want it);
 *          originals, or one place: asked of the hub under a number of our own, and the answer passed on.
 * Limits:  HS_CHILD_FETCHES_MAX wait at a time; more are answered without rows and without `end`, as a hub does that
 *          has too much to read: the child asks again.
 * Rules:   when the hub is away nobody is answered: the heartbeat has told the children so, and they tell who asked.
 * Owner:   children.c. Threads: the loop's.
 */
#ifndef HS_FEED_CHILD_FETCH_H
#define HS_FEED_CHILD_FETCH_H

#include "hub/feed/parts.h"

#define HS_CHILD_FETCHES_MAX 256

struct hs_child_fetch_ports {
	/* Best effort: child counts from 0. */
	void (*send)(void *owner, size_t child, const void *bytes, size_t len_bytes);
	void *owner;
};

struct hs_child_fetches;

/* parts is borrowed. NULL when out of memory. */
struct hs_child_fetches *hs_child_fetches_create(
	struct hs_feed_parts *parts, const struct hs_child_fetch_ports *ports);
/* NULL is allowed. */
void hs_child_fetches_destroy(struct hs_child_fetches *fetches);
void hs_child_fetches_take(
	struct hs_child_fetches *fetches, size_t child, const Hansho__V1__Fetch *fetch);
/* A page may have come. */
void hs_child_fetches_retry(struct hs_child_fetches *fetches);
/* HS_ERR_NOT_FOUND: not an answer to one of ours. */
enum hs_err hs_child_fetches_reply(
	struct hs_child_fetches *fetches, const hs_fetch_reply *reply) HS_MUST_CHECK;
/* The child is gone. */
void hs_child_fetches_forget(struct hs_child_fetches *fetches, size_t child);
/* The hub is away, or another epoch began. */
void hs_child_fetches_forget_all(struct hs_child_fetches *fetches);
size_t hs_child_fetches_waiting(const struct hs_child_fetches *fetches);

#endif
