/* receipts.h: what became of each notice at each outlet: the newest state per (seq, adapter, outlet).
 *
 * Flow:   FILTERED (route), SENT (delivery), receipts of adapters and feeds → hs_receipts_put → memory at
 *         once (status queries see it) and, when it changed something, the batch → hs_receipts_flush →
 *         one TYPE_RECEIPTS record and one TYPE_ACK per peer, after batch_ms: never before a
 *         notice that waits for the same disk.
 * Rules:  SENT and RECEIVED never replace a later state: a notice that is sent again after a reconnect does
 *         not look less done. Everything else replaces what was there. An equal receipt changes nothing.
 * Silence: an outlet from which nothing was heard since it was SENT or RECEIVED says nothing about itself (unheard.h). A word
 *         for the adapter as a whole (outlet "") counts only while none of its outlets spoke. Guests (schemas/guests.h) do not count.
 * Guests: anybody may be one, so they cost next to nothing: one row for each notice and adapter or feed, in nobody's place; the journal
 *         gets the first word of each state of it, and none of a notice that is no longer in memory.
 * Versions: each change of a notice's receipts, and each silence that begins, counts its version up from 1.
 * Memory: the newest notices_max notices, each with at most per_notice receipts of each adapter in memory, so that none takes the
 *         place of another's; older and further ones stand in the journal only (of guests: nowhere).
 */
#ifndef HS_CORE_RECEIPTS_H
#define HS_CORE_RECEIPTS_H

#include "hub/core/changes.h"
#include "hub/core/record.h"

#define HS_OUTLET_MAX_BYTES  128
#define HS_DETAIL_MAX_BYTES  512
#define HS_RECEIPT_MAX_BYTES 1024 /* packed */

struct hs_receipts;

/* Strings borrowed. */
struct hs_receipt_entry {
	uint64_t seq;
	const char *adapter;
	const char *outlet;
	int state; /* HS_RECEIPT(…) */
	const char *detail;
	int64_t unix_us;
	int64_t silent_ms; /* in answers only; 0: not silent */
};

struct hs_receipts *hs_receipts_create(size_t notices_max, size_t per_notice, size_t peer_count);
/* Before the first receipt: most bytes in the batch, while the journal takes none; more are in memory only. */
void hs_receipts_limit(struct hs_receipts *receipts, size_t max_bytes);
void hs_receipts_destroy(struct hs_receipts *receipts);
/* A notice was committed: version 1. seq rises by one. accepted_unix_us: when it was taken; changes: counts for its sender,
 * borrowed for the life of the receipts, may be NULL. */
void hs_receipts_open(struct hs_receipts *receipts, uint64_t seq, int64_t accepted_unix_us,
	struct hs_changes *changes);
/* Takes it to memory; true when the journal should have it: it changed something, or the notice is no longer in memory, or has no
 * room; of guests: their row says that state for the first time. */
bool hs_receipts_put(struct hs_receipts *receipts, const struct hs_receipt_entry *entry);
/* 0: not in memory (any more). */
uint32_t hs_receipts_version(const struct hs_receipts *receipts, uint64_t seq);
/* More receipts of an adapter came than per_notice: these are in the journal only. */
bool hs_receipts_cut(const struct hs_receipts *receipts, uint64_t seq);
/* Of this adapter perhaps. */
bool hs_receipts_cut_of(const struct hs_receipts *receipts, uint64_t seq, const char *adapter);
void hs_receipts_each(const struct hs_receipts *receipts, uint64_t seq,
	void (*visit)(void *owner, const struct hs_receipt_entry *entry), void *owner);
/* The outlets of that adapter which said ACCEPTED or DISPLAYED of it at any time: what they say later ("stopped", "failed in the middle")
 * does not make it unheard. The outlet is borrowed. */
void hs_receipts_each_taker(const struct hs_receipts *receipts, uint64_t seq, const char *adapter,
	void (*visit)(void *owner, const char *outlet), void *owner);

/* Those that said FAILED of it, and cannot have taken it (schemas/perhaps.h). */
void hs_receipts_each_refuser(const struct hs_receipts *receipts, uint64_t seq, const char *adapter,
	void (*visit)(void *owner, const char *outlet), void *owner);

bool hs_receipt_of_guests(const struct hs_receipt_entry *entry);
/* Of somebody who proved no name: it becomes the guests', with the name that he gave himself at the front of the detail, for which the
 * caller has the room. */
void hs_receipt_by_guest(struct hs_receipt_entry *entry, char detail[HS_DETAIL_MAX_BYTES + 1]);
/* Nothing was heard of this entry (as hs_receipts_each gives it) since it was SENT or RECEIVED. */
bool hs_receipts_waits(const struct hs_receipts *receipts, const struct hs_receipt_entry *entry);

/* A notice at which somebody has to look: a receipt changed since, or a silence begins. */
struct hs_receipts_due {
	uint64_t seq;
	int64_t accepted_unix_us;
	int64_t looked_unix_us; /* the last time; 0: never */
	/* The answer of `look`. */
	bool began;	     /* a silence began since: that is a change */
	int64_t due_unix_us; /* when to look again, if nothing changes; INT64_MAX: never */
};
void hs_receipts_look(struct hs_receipts *receipts, int64_t unix_us,
	void (*look)(void *owner, struct hs_receipts_due *due), void *owner);

/* Puts it and, when that changed something, adds it to the batch. */
void hs_receipts_report(
	struct hs_receipts *receipts, const struct hs_receipt_entry *entry, int64_t mono_us);
/* peer has everything up to seq: goes into the batch when that is news. */
void hs_receipts_ack(struct hs_receipts *receipts, uint32_t peer, uint64_t seq, int64_t mono_us);
/* The record of one was lost: the newest goes into the batch again. */
void hs_receipts_ack_again(struct hs_receipts *receipts, uint32_t peer, int64_t mono_us);
/* What a peer acknowledged, of all connections and lives of the hub. */
uint64_t hs_receipts_acked(const struct hs_receipts *receipts, uint32_t peer);
/* From the journal at start: not news. */
void hs_receipts_recover_ack(struct hs_receipts *receipts, uint32_t peer, uint64_t seq);
struct hs_receipts_batch {
	size_t len_bytes; /* of the receipts in it */
	uint64_t lost;	  /* that found no room, so far */
};
struct hs_receipts_batch hs_receipts_batch(const struct hs_receipts *receipts);
/* When the batch is due: 0 nothing in it; else mono_us of its oldest entry. */
int64_t hs_receipts_since(const struct hs_receipts *receipts);
bool hs_receipts_changed(struct hs_receipts *receipts); /* since the last call */

/* Empties the batch into packed record bodies. */
void hs_receipts_flush(struct hs_receipts *receipts,
	const char *(*peer_name)(void *owner, uint32_t peer), int64_t unix_us,
	void (*record)(void *owner, int type, struct hs_span body), void *owner);

/* Appends a Receipt as field `number`. */
void hs_receipt_write(struct hs_buf *out, uint32_t number, const struct hs_receipt_entry *entry);

#endif
