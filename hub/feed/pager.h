/* pager.h: older notices than the ring holds, fetched from the hub's journal in pages and shared.
 *
 * Flow:    hs_pager_get(after) → a kept page, or one fetch to the hub (however many wait for it) →
 *          hs_pager_reply → the owner tries again for everybody who waits.
 * Rules:   pages begin at multiples of HS_PAGE_NOTICES, so that subscribers who come back at different places
 *          share them. At most `fetches_max` are asked for at a time; pages are kept in order of use.
 * Owner:   the pager owns its pages. Threads: the loop's.
 */
#ifndef HS_FEED_PAGER_H
#define HS_FEED_PAGER_H

#include "hub/feed/entry.h"

#define HS_PAGE_NOTICES 64

struct hs_pager;

struct hs_page {
	uint64_t after_seq;
	bool end; /* the hub had nothing newer */
	size_t count;
	struct hs_entry **entries;
};

struct hs_pager_ports {
	/* Asks the hub; the number of the request, or 0 when it cannot be asked now. */
	uint64_t (*fetch)(void *owner, uint64_t after_seq, uint32_t limit);
	void *owner;
};

struct hs_pager *hs_pager_create(const struct hs_pager_ports *ports, size_t pages_max);
void hs_pager_destroy(struct hs_pager *pager);
/* A page in which something after `seq` stands (or whose end flag says there is none). NULL: not here yet;
 * it was asked for, or will be at a later call. Borrowed until the next call. */
const struct hs_page *hs_pager_get(struct hs_pager *pager, uint64_t seq);
/* The entry after seq in that page, or NULL. */
struct hs_entry *hs_page_after(const struct hs_page *page, uint64_t seq);
/* HS_OK: a page came of it. HS_ERR_NOT_FOUND: not a request of ours. HS_ERR_NOMEM: it is asked for again. */
enum hs_err hs_pager_reply(struct hs_pager *pager, const char *epoch, const hs_fetch_reply *reply,
	int64_t now_unix_us) HS_MUST_CHECK;
/* The hub is away: what was asked for will not come. */
void hs_pager_forget_fetches(struct hs_pager *pager);
/* Another epoch: no page is true any more. */
void hs_pager_reset(struct hs_pager *pager);
size_t hs_pager_count(const struct hs_pager *pager);

#endif
