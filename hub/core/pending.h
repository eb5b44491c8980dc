/* pending.h: records on their way to the disk, and who waits for them.
 *
 * Flow:   hs_pending_add → APPEND … COMMITTED(pos) → hs_pending_first / hs_pending_pop up to pos.
 *         COMMIT_FAILED → all of them are popped: nothing here was promised to anybody (P1).
 * Waiters: gates whose reply depends on a record that is not yet durable: the submitter, whoever sent the
 *         same submission again meanwhile, and whoever was refused because of it.
 * Limit:  the caller's (pending_max). Owner: the core.
 */
#ifndef HS_CORE_PENDING_H
#define HS_CORE_PENDING_H

#include "hub/core/index.h"
#include "hub/core/record.h"

/* What a waiter is told when the record is durable; when it is not, it is told UNAVAILABLE. */
struct hs_waiting_reply {
	struct hs_waiting_reply *next;
	uint32_t peer;
	uint64_t connection; /* a reply for a connection that ended is dropped */
	uint64_t request;
	int outcome;
	uint64_t seq;
	char id[HS_ID_HEX];
	unsigned findings; /* bits: 1 << enum hs_hub_finding */
};

/* What the commit of a notice will need of it, worked out while the disk writes (hs_core_prepare). All NULL: not yet. */
struct hs_prepared {
	struct hs_arena *arena; /* owned; of the notice */
	hs_notice *notice;
	struct hs_kept *kept; /* owned */
};

struct hs_pending_record {
	struct hs_pending_record *next;
	struct hs_row
		row; /* body owned, or by its owner; the original is in the journal's queue only */
	struct hs_known_submission submission; /* by id; principal unset */
	struct hs_known_document document;     /* as it will be; NOTICE only */
	uint64_t mask;			       /* NOTICE: entitled peers */
	uint8_t (*superseded)[HS_ID_BYTES];    /* keys of the documents that it supersedes; owned */
	size_t superseded_count;
	bool again; /* receipts and acks: append anew when the commit failed */
	struct hs_prepared prepared;
	struct hs_waiting_reply *waiting;
	size_t waiting_count;
};
#define HS_WAITING_MAX 256 /* replies that wait for one record */

struct hs_pending;

struct hs_pending *hs_pending_create(void);
void hs_pending_destroy(struct hs_pending *pending);
/* Takes a copy of the row's body, or a reference; forgets its original. Borrowed until popped. */
struct hs_pending_record *hs_pending_add(struct hs_pending *pending, const struct hs_row *row);
size_t hs_pending_count(const struct hs_pending *pending);
struct hs_pending_record *hs_pending_first(const struct hs_pending *pending);
/* The first record, which the caller frees with hs_pending_free; NULL when there is none. */
struct hs_pending_record *hs_pending_pop(struct hs_pending *pending);
void hs_pending_free(struct hs_pending_record *record);

/* Works out what is needed of a notice, unless that was done. Without memory nothing is prepared: the commit does it all, or ends the
 * process as it always did. */
void hs_pending_prepare(struct hs_pending_record *record);
/* The notice of a record of type NOTICE, and what it says, prepared now when it was not. NULL: there is none, or no memory. */
const hs_notice *hs_pending_notice(struct hs_pending_record *record);
const struct hs_kept *hs_pending_kept(struct hs_pending_record *record);
/* The newest notice of the document that waits; NULL when there is none. */
struct hs_pending_record *hs_pending_document(
	const struct hs_pending *pending, const uint8_t key[HS_ID_BYTES]);
/* Does a notice that waits supersede the document? */
bool hs_pending_supersedes(const struct hs_pending *pending, const uint8_t key[HS_ID_BYTES]);
/* Keeps that this record supersedes the document. */
void hs_pending_supersede(struct hs_pending_record *record, const uint8_t key[HS_ID_BYTES]);
struct hs_pending_record *hs_pending_submission(
	const struct hs_pending *pending, const uint8_t id[HS_ID_BYTES]);
/* Copies reply. false: HS_WAITING_MAX wait already. */
bool hs_pending_wait(struct hs_pending_record *record, const struct hs_waiting_reply *reply);

#endif
