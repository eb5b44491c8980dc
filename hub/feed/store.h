/* store.h: what this feed knows: epoch, recent notices, active set. No input or output of its own.
 *
 * Flow:    hub_port → begin / load / put / live → ring and active set → broadcast, snapshot, GETs.
 * Rules:   every delivery names the seq before it (prev_seq). When that is not our newest, something is
 *          missing: HS_ERR_CONFLICT, and the caller drops the link and resumes. A delivery that we have is
 *          skipped. A notice of another mode than the feed's never enters (promise P8).
 *          What is put makes those due who want it (interest.h).
 * Owner:   owns ring, active set and interests. Threads: the loop's.
 */
#ifndef HS_FEED_STORE_H
#define HS_FEED_STORE_H

#include "hub/feed/interest.h"
#include "hub/feed/ring.h"
#include "schemas/active.h"

struct hs_store {
	char epoch[HS_EPOCH_SIZE]; /* "" before the hub was ever heard */
	int mode;
	struct hs_ring *ring;
	struct hs_active *active;
	struct hs_interest_pool *interests;
	uint64_t active_seq; /* the active set is true for this seq */
	bool behind;	     /* it lacks notices of the ring: a large one is read aside (large.h) */
	uint64_t generation; /* how often it began anew */
	size_t large_bytes;  /* of a frame; 0: none is large */
	uint64_t loading_seq; /* seq of a snapshot of which parts are still to come; else 0 */
	uint64_t oldest_seq;  /* what the hub can replay; 0 while there is nothing */
	bool ready;	      /* the hub has said `live` in this epoch */
	uint64_t wrong_mode;  /* notices refused for their mode */
	uint64_t stale;	      /* notices that did not change the active set */
	char digest[HS_DIGEST_SIZE];
};

/* HS_MODE(LIVE): takes LIVE only. HS_MODE(DRILL): everything but LIVE. */
enum hs_err hs_store_init(
	struct hs_store *store, int mode, size_t ring_notices, uint64_t ring_bytes) HS_MUST_CHECK;
void hs_store_free(struct hs_store *store);

/* Forgets everything; from now on epoch is this one and deliveries after from_seq are expected. */
enum hs_err hs_store_begin(
	struct hs_store *store, const char *epoch, uint64_t from_seq) HS_MUST_CHECK;
/* One part of the hub's snapshot. */
enum hs_err hs_store_load(struct hs_store *store, const Hansho__V1__Snapshot *part) HS_MUST_CHECK;
/* HS_OK: new. HS_ERR_STALE: we have it. HS_ERR_CONFLICT: something before it is missing.
 * HS_ERR_FORBIDDEN: of another mode; passed over. HS_ERR_NOMEM. */
enum hs_err hs_store_put(
	struct hs_store *store, const hs_deliver *deliver, int64_t now_unix_us) HS_MUST_CHECK;
/* The same for a large one, whose entry is made: the active set does not know it yet. */
enum hs_err hs_store_put_large(
	struct hs_store *store, const hs_deliver *deliver, struct hs_entry *entry) HS_MUST_CHECK;
/* Applies what the set lacks, up to the next large notice, which is to be read aside: *large, borrowed; NULL: it has all. HS_ERR_CORRUPT:
 * something that it lacks has left the ring. HS_ERR_NOMEM. */
enum hs_err hs_store_follow(struct hs_store *store, struct hs_entry **large) HS_MUST_CHECK;
/* That one was read; takes kept over (NULL: it is read here). */
enum hs_err hs_store_apply_read(struct hs_store *store, uint64_t seq, const hs_notice *notice,
	struct hs_kept *kept) HS_MUST_CHECK;
/* What the set is at the newest notice; "" while it is behind. */
const char *hs_store_digest(const struct hs_store *store);
/* The hub has nothing newer than seq for us. */
void hs_store_live(struct hs_store *store, uint64_t seq);

uint64_t hs_store_newest(const struct hs_store *store);
/* Whether a notice of this mode may pass through a feed of the store's mode. */
bool hs_store_mode_fits(const struct hs_store *store, const hs_notice *notice);
/* The snapshot for an interest, true for store->active_seq, encoded once and kept with the interest.
 * Borrowed from it; NULL when out of memory. */
struct hs_frame *hs_store_snapshot(const struct hs_store *store, struct hs_interest *interest,
	enum hs_form form, uint64_t *encodes);

/* The same for any set that hangs in a store: epoch, active, active_seq and digest are looked at. The caller gives the
 * reference back; NULL when out of memory. */
struct hs_frame *hs_store_encode(
	const struct hs_store *store, const struct hs_filter *filter, enum hs_form form);

/* So many heartbeats in a row that name less than what somebody says to have, and the hub's history was lost: the first may have been
 * on its way before the notice was. */
#define HS_HUB_WORDS 2

/* Whether a position can be continued from. SEQ_AHEAD: it is to wait for us (visit.h). */
enum hs_gap_reason hs_store_gap_reason(
	const struct hs_store *store, const struct hs_position *from);

#endif
