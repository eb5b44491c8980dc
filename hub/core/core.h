/* core.h: the deterministic core of the hub: step(state, event) → effects.
 *
 * It reads no clock, disk, network or random numbers and knows no libuv: time and bytes come in events,
 * what is to be done goes out as effects. The same events give the same effects, always; that is what
 * tests/simulation runs on, and what makes a failure repeatable.
 *
 * The way of an order:
 *   FRAME(submit) ─ waiting.h: may it go into the journal yet? else TURN … ─ intake.h: allowed? duplicate? newer? ─ APPEND record ─ pending.h (waits)
 *   COMMITTED     ─ index, active set, recent, route take the record over ─ SEND submit_reply (P1)
 *                 ─ delivery.h: SEND deliver to each entitled peer within its window (P2)
 *   FRAME(ack, receipt) ─ receipts.h ─ batch ─ APPEND record ─ status waiters answered
 *   FRAME(resume) ─ delivery.h: SEND gap / snapshot parts ─ READ … RECORDS ─ SEND deliver … live
 *   Large and opened aside: waits while STORE … STORED bring its bulk to disk in pieces, between which orders are committed; then as above,
 *   with a record that names the pieces (stored.h). FORGET: they are not needed.
 * Nothing is answered with ACCEPTED and nothing is sent to a peer before COMMITTED names its record.
 *
 * When the journal fails:
 *   COMMIT_FAILED with lost = false (disk full, rolled back): everybody who waits gets UNAVAILABLE with the
 *   reason; positions and numbers go back to the last committed; the next submission tries again.
 *   While events say disk_low, only what is urgent (urgent.h) goes to the journal, with what outlets report; others
 *   get UNAVAILABLE disk_full, and what guests say (schemas/guests.h) is dropped. What outlets say waits in memory while the disk is
 *   full, at most receipts_held_bytes, and is not tried again in one commit with an order (core_receipts.c).
 *   With lost = true (a write or fsync failed: nobody knows what is on disk): everybody who waits gets
 *   UNAVAILABLE, STOP with exit code 1; the supervisor starts the hub anew and it goes on from the journal.
 *
 * Owner:   the core owns its state; event bytes are borrowed for the step; effects are the caller's.
 * Threads: one.
 * Restart: hs_core_create, then hs_core_recover for every row of the journal by rising pos, then steps.
 * Memory:  per notice about 200 bytes (index, route) for the life of the process; everything else is
 *          limited by struct hs_core_options. Running out of memory ends the process (memory.h).
 */
#ifndef HS_CORE_CORE_H
#define HS_CORE_CORE_H

#include "hub/core/alike.h"
#include "hub/core/effects.h"
#include "hub/core/record.h"
#include "hub/core/watch.h"

#define HS_PEERS_MAX 64 /* one bit each in the route table */

struct hs_core;
struct hs_opened;
struct hs_outlets;

/* A configured peer. Strings and arrays are borrowed for the core's life. */
struct hs_core_peer {
	const char *name;
	int kind;		  /* HS_PEER(GATE | FEED | ADAPTER) */
	const char *const *kinds; /* "evacuation", "!weather"; none = every kind */
	size_t kind_count;
	const char *const *areas; /* 2, 5, 6 or 12 digits; none = everywhere */
	size_t area_count;
	uint32_t level_min;	 /* 0: every level */
	int rank;		 /* 1…9, smaller gets notices first; 0: by kind (peer.h) */
	int64_t silent_after_ms; /* adapters: an outlet without a word for so long is silent; 0: never */
};

/* How far ahead records are given to the journal, beyond which submissions wait in lanes (waiting.h). */
struct hs_core_ahead {
	size_t pending_max; /* on their way, those that wait among them; more get UNAVAILABLE */
	size_t records;
	size_t large_bytes; /* an original above it is committed alone */
};

/* Unacknowledged notices of one peer, 1…65536. An adapter's wait for outlets; a feed has nothing to wait for. */
struct hs_core_windows {
	int64_t adapter, feed;
};

struct hs_core_waits {
	int64_t batch_ms;    /* longest wait of receipts and acks for their commit */
	int64_t greeting_ms; /* a new connection must have said hello and resume by then */
};

/* The newest notices, kept packed in memory for live sending; and how many of them an adapter that starts is told (past.h). */
struct hs_core_recent {
	size_t notices, bytes;
	size_t past_notices, past_bytes;
	int64_t past_ms; /* 0: none */
};

/* Digests of the rule tables that a gate may have (activation.h); none: any. Borrowed for the core's life. */
struct hs_core_tables {
	const char *const *digests;
	size_t count;
};

struct hs_core_options {
	int mode;	   /* HS_MODE(LIVE | DRILL): the lane of this hub */
	const char *epoch; /* of the journal; borrowed */
	const char *version;
	const struct hs_core_peer *peers;
	size_t peer_count; /* ≤ HS_PEERS_MAX */
	struct hs_core_tables tables;
	int64_t heartbeat_ms;
	struct hs_core_windows windows;
	struct hs_core_ahead ahead;
	struct hs_core_recent recent;
	size_t status_notices; /* newest notices whose receipts are kept in memory */
	size_t receipts_per_notice;
	size_t receipts_held_bytes; /* while the disk is full, receipts that wait for it; the oldest are lost */
	size_t waiters_max; /* status queries that wait at the same time */
	size_t index_max;   /* submissions in one journal; more get UNAVAILABLE */
	size_t references_max; /* superseded documents that have not come yet; the oldest is forgotten */
	size_t state_notices; /* a note of the active set each so many notices (active_state.h) */
	struct hs_core_waits waits;
	struct hs_alike_limits alike;  /* when messages of two routes are about one event */
	struct hs_watch_options watch; /* its mode is the lane's */
};

enum hs_event_type {
	HS_EVENT_PEER_UP,
	HS_EVENT_PEER_DOWN,
	HS_EVENT_FRAME,		/* bytes from a peer */
	HS_EVENT_COMMITTED,	/* every record up to pos is on disk */
	HS_EVENT_COMMIT_FAILED, /* no record after the last committed is on disk; see lost */
	HS_EVENT_STORED, /* the answer to a STORE: on disk, or, with a reason, not; see stored.h */
	HS_EVENT_RECORDS, /* the answer to a READ: rows with seq > after_seq, without holes, or the one at pos */
	HS_EVENT_TICK, /* at least each 50 ms */
	HS_EVENT_TURN, /* the answer to a TURN: what else was ready went before it */
	HS_EVENT_STOP, /* stop in good order: flush, goodbye, STOP with exit code 0 */
	HS_EVENT_COUNT
};

struct hs_event {
	enum hs_event_type type;
	int64_t unix_us; /* may jump; goes into records and frames */
	int64_t mono_us; /* never goes back; measures waiting */
	uint32_t peer;
	struct hs_span bytes;	  /* FRAME */
	struct hs_opened *opened; /* FRAME: instead of bytes; the core takes it over (opened.h) */
	uint64_t pos;		  /* COMMITTED */
	bool lost;		  /* COMMIT_FAILED: state of the disk unknown */
	const char *reason;	  /* COMMIT_FAILED, STORED (NULL: on disk): for people; borrowed */
	uint64_t store;		  /* STORED */
	bool disk_low;		  /* of every event: only the reserve is left on the disk */
	/* Of every event, peers (bits) whose link has so much unsent that lists wait for it. */
	uint64_t busy_peers;
	uint64_t ticket; /* RECORDS */
	const struct hs_row *rows;
	size_t row_count;
};

/* Fills every limit with its default; mode, epoch, version and peers stay to be set. */
void hs_core_options_init(struct hs_core_options *options);
/* Of a peer of that kind. */
size_t hs_core_window(const struct hs_core_options *options, int kind);
/* Never NULL. */
struct hs_core *hs_core_create(const struct hs_core_options *options);
void hs_core_destroy(struct hs_core *core);
/* Large notices that the active set let go (hs_active_collect), the caller's: hs_kept_free_all, beside the loop. */
struct hs_kept *hs_core_dropped(struct hs_core *core);
/* A note of the active set that the journal kept: the rows up to it cost less. A note that is not usable is
 * ignored. Before the first row. */
void hs_core_recover_state(struct hs_core *core, struct hs_span state);
/* Takes one row of the journal; original bytes are not needed. HS_ERR_CORRUPT: pos or seq not the next,
 * or the body is no record: the journal must not be served (hansho journal check says more).
 * HS_ERR_AGAIN: the note did not lead to the set that it names: begin anew with a new core, without it. */
enum hs_err hs_core_recover(struct hs_core *core, const struct hs_row *row) HS_MUST_CHECK;
void hs_core_step(struct hs_core *core, const struct hs_event *event, struct hs_effects *effects);
/* For after a step, when its rows are on their way to the disk: works out beforehand what their commit will need. It changes
 * nothing that can be seen, and may be left out: the commit then takes longer. */
void hs_core_prepare(struct hs_core *core);

/* After the recovery, before the first step: replaces the tables of the options. */
void hs_core_know_tables(struct hs_core *core, struct hs_core_tables tables);

/* After the recovery, before the first step: the number that no pieces on disk have (journal.h). 1 when this is left out. */
void hs_core_know_stores(struct hs_core *core, uint64_t next_store);

/* What the operations page shows. */
struct hs_core_peer_stats {
	const char *name;
	int kind;
	bool up;
	const char *link_state;	    /* "down", "greeting", "ready" … */
	const char *delivery_state; /* "stopped", "snapshot", "replay", "live" */
	uint64_t sent_seq, acked_seq;
	size_t in_flight;
	int64_t heard_mono_us;		  /* 0: nothing since it came up */
	const struct hs_outlets *outlets; /* outlets.h; borrowed until the next step */
	size_t silent_outlets;		  /* unheard.h */
};
struct hs_core_receipt_stats {
	uint64_t guests_dropped; /* of guests, while the disk was low or full */
	uint64_t held_lost;	 /* records of receipts, for want of receipts_held_bytes */
	uint64_t not_batched;	 /* receipts, likewise */
};
struct hs_core_stats {
	uint64_t newest_seq, committed_pos;
	size_t pending; /* with those that wait */
	size_t waiting, waiters, documents, peers_up;
	uint64_t accepted, duplicates, stale, conflicts, refused, unavailable;
	uint64_t frames_unknown, frames_bad, digests_differ;
	struct hs_core_receipt_stats receipts;
	size_t alarms[HS_ALARM_KINDS + 1];	    /* that stand, by HS_ALARM(…) */
	uint64_t alarms_raised[HS_ALARM_KINDS + 1]; /* since the start */
	bool stopping;
};
void hs_core_stats(const struct hs_core *core, struct hs_core_stats *out);
void hs_core_peer_stats(const struct hs_core *core, size_t peer, struct hs_core_peer_stats *out);
/* The oldest notice that is sent from memory, 0: none. */
uint64_t hs_core_oldest_recent(const struct hs_core *core);
/* What snapshots are made of: the notices that the active set rests on (schemas/active.h), packed. */
void hs_core_each_active(const struct hs_core *core,
	void (*visit)(void *owner, uint64_t seq, const void *notice, size_t len_bytes),
	void *owner);
/* Digest of the active set; out has HS_DIGEST_SIZE bytes (schemas/active.h). */
void hs_core_digest(const struct hs_core *core, char *out);

#endif
