/* core_state.h: the state behind core.h. Only the core_*.c and core.c include it.
 *
 * core.c         create, recover, step, time, stop, statistics
 * core_frames.c  what a peer may send in which state: the table, and hello / resume / ack / receipt …
 * core_commit.c  submissions before the journal, records after it
 * core_receipts.c  receipts and acks before the journal, also while it takes none
 * core_store.c   large submissions: their pieces, before the journal
 * core_turn.c    what waits for a turn of the loop: submissions in lanes, peers in their order
 */
#ifndef HS_CORE_CORE_STATE_H
#define HS_CORE_CORE_STATE_H

#include "hub/core/active_state.h"
#include "hub/core/before.h"
#include "hub/core/core.h"
#include "hub/core/delivery.h"
#include "hub/core/index.h"
#include "hub/core/intake.h"
#include "hub/core/peer.h"
#include "hub/core/pending.h"
#include "hub/core/query.h"
#include "hub/core/receipts.h"
#include "hub/core/same_event.h"
#include "hub/core/waiting.h"
#include "hub/core/watch.h"

enum hs_core_life { HS_CORE_RUNS, HS_CORE_STOPS, HS_CORE_STOPPED };

/* Where the journal stands, and where it will when all that is pending is on disk. */
struct hs_core_journal {
	uint64_t committed_pos, next_pos, next_seq;
	uint64_t state_seq;	     /* of the last note of the active set */
	int64_t flush_after_mono_us; /* disk full: receipts and acks wait until then */
	struct hs_waiting *waiting;  /* submissions that may not go into it yet */
	struct hs_same_events *same; /* which route told what, with those that are pending */
	bool low;		     /* the disk has only its reserve left */
	bool full; /* it took nothing, and what waits to be tried again has not been taken since */
	uint64_t next_store; /* number of the next pieces */
};

/* Of the active set, made when it is asked for. */
struct hs_core_digest {
	char text[HS_DIGEST_SIZE];
	bool is_old;
};

struct hs_core_watch {
	struct hs_watch *watch;
	int64_t next_mono_us; /* of its next look */
	struct hs_unheard *unheard;
	int64_t next_silence_mono_us;
	uint64_t raised[HS_ALARM_KINDS + 1]; /* so far, by kind */
};

/* Receipts whose commit failed: appended anew. */
struct hs_core_held {
	struct hs_pending *records;
	size_t bytes;
	bool guests_told, loss_told; /* logged once for each time that the disk is low or full */
};

struct hs_core {
	struct hs_core_options options;
	struct hs_index *index;
	struct hs_pending *pending;
	struct hs_core_held held;
	struct hs_route *route;
	struct hs_recent *recent;
	struct hs_active *active;
	struct hs_receipts *receipts;
	struct hs_query *query;
	struct hs_delivery_source source; /* newest_seq, time and effects of the step */
	struct hs_peer peers[HS_PEERS_MAX];
	struct hs_delivery *deliveries[HS_PEERS_MAX]; /* NULL for gates */
	struct hs_peer_order order;		      /* of those with a delivery */
	struct hs_core_stats stats;
	struct hs_core_journal journal;
	struct hs_active_state state; /* while recovering */
	uint64_t connections;	      /* so far */
	enum hs_core_life life;
	struct hs_core_digest digest;
	struct hs_core_watch watch;
};

/* core_frames.c */
void hs_core_frame(struct hs_core *core, const struct hs_event *event);
/* Ends the connection and forgets what hung on it. */
void hs_core_lose_peer(struct hs_core *core, uint32_t peer);
void hs_core_drop_peer(struct hs_core *core, uint32_t peer, const char *reason);

/* core_commit.c */
/* Judges a submission and gives it to the journal, or answers why not. */
void hs_core_submit(struct hs_core *core, const struct hs_waiting_submit *submit);
/* The same for one that was just received, when its turn comes: true when it waits and the arena is taken over. */
bool hs_core_receive(struct hs_core *core, const struct hs_waiting_submit *submit);
/* Answers it without a record. */
void hs_core_refuse(struct hs_core *core, const struct hs_waiting_submit *submit, int outcome,
	unsigned findings, const char *detail);

/* Into the journal's queue and among the pending; takes the next position. */
struct hs_pending_record *hs_core_append(struct hs_core *core, struct hs_row *row);

/* core_receipts.c */
/* A receipt from a peer, whose texts are not too long. */
void hs_core_report(
	struct hs_core *core, struct hs_receipt_entry *entry, const struct hs_core_peer *peer);
/* Receipts and acks that wait → journal. */
void hs_core_flush(struct hs_core *core);
/* The disk took nothing: they wait a moment, */
void hs_core_pause_receipts(struct hs_core *core);
/* this record of them is kept until then; */
void hs_core_hold(struct hs_core *core, const struct hs_pending_record *record);
/* and a commit came through. */
void hs_core_resume_receipts(struct hs_core *core);

/* core_store.c */
/* Frees one that was taken out of the lanes, and the pieces that no record names. */
void hs_core_let_go(struct hs_core *core, struct hs_waiting_submit *submit);
/* The next large one → disk, in pieces. */
void hs_core_store_next(struct hs_core *core);
void hs_core_stored(struct hs_core *core, const struct hs_event *event);
/* Only the reserve is left on the disk: who is not urgent does not use it up. */
void hs_core_store_low(struct hs_core *core);

/* core_commit.c, too */
/* UNAVAILABLE to everybody who waits; findings: bits 1 << enum hs_hub_finding. */
void hs_core_turn_away(struct hs_core *core, unsigned findings, const char *detail);
void hs_core_committed(struct hs_core *core, const struct hs_event *event);
void hs_core_commit_failed(struct hs_core *core, const struct hs_event *event);

/* core_take.c */
/* What taking a notice brought to light, for its sender. */
struct hs_taken {
	struct hs_buf vanished; /* names of areas that ended without 解除, one a line */
	struct hs_arena *arena; /* of the list */
	struct hs_in_force in_force;
	struct hs_prepared *prepared; /* its kept is taken over */
};
/* Why peers get a notice or not (route.h), for explain.h. */
struct hs_core_routed {
	const char *reasons[HS_PEERS_MAX]; /* of those who do not get it */
	uint64_t told; /* who gets it in any case, because he was told of its document */
};
struct hs_core_document {
	struct hs_span packed; /* the notice */
	struct hs_span
		record; /* around it; empty: there is none, and what it displaces is not known */
};
/* What a packed, readable notice makes of its document in the index, and the peers that get it. areas: those of the notice
 * (hs_notice_areas_told). routed may be NULL. */
uint64_t hs_core_take_document(struct hs_index *index, const struct hs_route *route,
	const struct hs_core_document *taken, const struct hs_area_set *areas,
	struct hs_core_routed *routed);
/* Takes over one record of the journal: shared by commit and recovery. taken: NULL at start. */
enum hs_err hs_core_take_record(struct hs_core *core, const struct hs_row *row,
	const struct hs_record_look *look, struct hs_taken *taken) HS_MUST_CHECK;

/* core_turn.c */
/* Notices that may be sent now → their peers: first those who are up to date, in their order. */
void hs_core_pump(struct hs_core *core);
/* A few of the submissions that wait, and what deliveries left for this turn. */
void hs_core_turn(struct hs_core *core);
/* There is work for another turn. */
bool hs_core_wants_turn(const struct hs_core *core);

/* core.c */
/* A note of the active set, when one is due or `now`. */
void hs_core_note_state(struct hs_core *core, bool now);
const char *hs_core_digest_text(struct hs_core *core);
/* Log and alarm of an outlet that went silent, or spoke again. */
struct hs_unheard_ops hs_core_unheard_ops(struct hs_core *core);
void hs_core_finish(struct hs_core *core, int exit_code, const char *reason);

#endif
