/* internal.h: the parts of the runtime, for its own files only.
 *
 * struct hs_adapter owns two lanes, one list of delivery queues, the running alarm commands and one timer, and
 * borrows the canaries of its adapter; a lane owns its link,
 * its items and the receipts that are not safely at the hub yet. See runtime.h for the flow.
 */
#ifndef HS_ADAPTER_INTERNAL_H
#define HS_ADAPTER_INTERNAL_H

/* Without memory HASH_ADD leaves the new one out, hh.tbl NULL: it is told then, the process goes on. */
#define HASH_NONFATAL_OOM 1
#include <uthash.h>

#include "adapters/runtime/runtime.h"
#include "hub/base/alarm_command.h"
#include "hub/base/link.h"
#include "hub/base/proc.h"
#include "hub/base/silence.h"
#include "schemas/active.h"

#define HS_EPOCH_SIZE 80

/* One receipt, packed, until two heartbeats of the hub came after it was sent: what was in flight when
 * a connection breaks is lost, so it is sent again on the next one (the hub takes repeats in stride). */
struct hs_kept_receipt {
	struct hs_kept_receipt *next;
	uint32_t beats; /* heartbeats of the hub since it was sent */
	bool sent;	/* on this connection */
	bool passing;	/* it says how it stands, not how it ended: the first to go */
	size_t len_bytes;
	uint8_t bytes[];
};

struct hs_item {
	struct hs_adapter_item pub;
	struct hs_lane *lane;
	struct hs_arena *arena; /* owns the notice */
	struct hs_item_list *in;
	struct hs_item *next, *before; /* there */
	size_t len_bytes;	       /* packed, as it came */
	uint64_t prev_seq;	       /* of the notice that came before it on its lane; 0: none */
	size_t open;		       /* deliveries that are not over */
	bool done;		       /* the adapter adds no more */
	bool delivered;		       /* a delivery was added */
	struct hs_not_told {
		char outlet
			[96]; /* the last one that is not told of this end, as it had nothing of it; "" none */
		bool waits; /* but of what stands again */
	} not_told;
	bool orphan; /* of an epoch that is gone, or left to the next process: no ack, no receipt */
	int64_t release_mono_us; /* held until then; 0 = not held */
	int64_t durable_unix_us; /* when the hub had it on disk; 0 = a replay, or told already */
	char epoch8[9];
};

struct hs_item_list {
	struct hs_item *first; /* its `before` is the last (utlist) */
};

/* The notices of a lane, in one of three lists. Whatever happens to one costs the same, however many wait (item.c). */
struct hs_items {
	struct hs_item_list
		open; /* by rising seq, from the first one that holds the ack back; some are over */
	struct hs_item_list
		passed; /* no longer hold it back, and are still tried: acknowledged early, or of an epoch that is gone */
	struct hs_item_list held; /* the same, until their release, by its time */
	struct hs_items_sum {
		size_t count, bytes;
	} unacked, early;    /* of open; of passed and held */
	uint64_t newest_seq; /* that came; 0: none */
	bool left;	     /* to the next process: nothing is acknowledged any more */
};

/* What this lane has of the hub's stream. */
struct hs_stream {
	char epoch[HS_EPOCH_SIZE]; /* "" = never connected */
	uint64_t
		start_seq; /* what the hub had when this process met it: another one may have served that */
	uint64_t last_seq; /* newest seq taken; 0 = none */
	uint64_t ack_seq;  /* newest seq acknowledged */
	bool first;	   /* no deliver came on this connection yet */
	bool any_prev;	   /* the hub chose where to begin: the next prev_seq may be anything */
};

struct hs_snapshot_part {
	struct hs_snapshot_part *next;
	struct hs_arena *arena;
	const hs_link_frame *frame;
};

/* Those that are not safe at the hub, oldest first; all before `unsent` were sent on this connection. */
struct hs_kept_receipts {
	struct hs_kept_receipt *first, **end;
	struct hs_kept_receipt *unsent; /* NULL: all were sent */
	struct hs_kept_receipt **look;	/* before this link none is passing */
	size_t count, passing;
};

/* What is in force by what came on this lane, to be compared with what the hub says (agree.c). */
struct hs_agreement {
	struct hs_active *active; /* NULL: not known */
	uint64_t seq;		  /* true for this one */
	char digest[HS_DIGEST_SIZE];
	bool digest_is_old;
	bool wanted; /* the hub says digests: this adapter gets everything */
	unsigned strikes;
	int64_t resync_from_mono_us;
};

struct hs_lane_counts {
	uint64_t notices, duplicates, filtered, expired, held, early_acks;
	uint64_t receipts, receipts_dropped, gaps, drops, unknown_frames;
	uint64_t digests_differ, resyncs;
};

struct hs_lane {
	struct hs_adapter *adapter;
	enum hs_adapter_lane id;
	struct hs_link *link; /* NULL = not configured or closed */
	struct hs_stream stream;
	enum hs_adapter_lane_state state;
	bool greeted; /* hello of the hub was right, resume was sent */
	int64_t heard_mono_us, said_mono_us;
	int64_t hub_heartbeat_ms;
	uint32_t hub_window; /* notices that the hub sends ahead of our ack; 0 = it did not say */
	struct hs_items items;
	struct hs_kept_receipts receipts;
	struct hs_agreement agreement;
	struct hs_snapshot_part *parts, **parts_end;
	struct hs_lane_counts counts;
	uint64_t ack_sent;
	struct hs_canary way; /* from the hub, proven while it is greeted */
};

#define HS_DELAYS 16

/* From the hub's commit to the first call of an output, for each notice and output. */
struct hs_delays {
	uint64_t buckets[HS_DELAYS]; /* delays.c has the limits; the last is "longer" */
	uint64_t count;
	int64_t sum_us;
};

struct hs_delivery_counts {
	uint64_t attempts, retries, accepted, failed, expired, superseded;
	struct hs_delays delays;
};

/* All that waits or is under way. */
struct hs_queues {
	struct hs_delivery_queue *first; /* in the order in which they came */
	struct hs_delivery_queue *by_key[HS_LANE_COUNT];
	struct hs_document_deliveries *by_document[HS_LANE_COUNT];
	uv_idle_t rest; /* runs while a queue rests */
};

struct hs_adapter_patience {
	struct hs_silence_looks looks;
	bool may_judge; /* a hub's silence, at this tick */
};

struct hs_proving {
	struct hs_canary *canaries; /* in the order in which they were added */
	struct hs_alarm_command alarms;
	struct hs_proof *proofs;   /* proofs.h; in the order in which they were added */
	struct hs_proofs_job *job; /* that writes what is kept; NULL: none */
	bool unkept;		   /* there is more than what was written */
};

struct hs_adapter {
	uv_loop_t *loop;
	const struct hs_adapter_ops *ops;
	const struct hs_adapter_settings *settings;
	void *state;
	struct hs_lane lanes[HS_LANE_COUNT];
	struct hs_queues queues;
	struct hs_delivery_counts counts;
	struct hs_proving proving;
	int64_t start_mono_us;
	uv_timer_t timer;
	struct hs_ops *page;
	struct hs_adapter_patience patience;
	struct hs_explanation *explanation; /* explain.h; NULL: a real process */
	bool opened;
	bool stopping;
	int64_t stop_mono_us;
	int open_handles; /* links, timer and idle that are still closing */
	void (*gone)(void *owner);
	void *gone_owner;
};

/* lane.c */
bool hs_prev_fits(const struct hs_stream *stream, uint64_t prev_seq);
enum hs_err hs_lane_open(struct hs_lane *lane, const char *url) HS_MUST_CHECK;
void hs_lane_tick(struct hs_lane *lane, int64_t now_mono_us);
/* Sends what waits (receipts, the newest ack) when the lane is greeted. */
void hs_lane_flush(struct hs_lane *lane);
void hs_lane_goodbye(struct hs_lane *lane);
/* Closes the link; the handle is counted in adapter->open_handles until it is gone. */
void hs_lane_close(struct hs_lane *lane, void (*done)(void *owner), void *owner);
/* What it holds in memory; after the link is gone. */
void hs_lane_free(struct hs_lane *lane);

/* snapshot.c: parts are gathered until the last one, then shown as one. Takes the arena over. */
void hs_lane_snapshot_part(
	struct hs_lane *lane, struct hs_arena *arena, const hs_link_frame *frame);
void hs_lane_snapshot_free(struct hs_lane *lane);

/* receipts.c */
void hs_receipts_init(struct hs_kept_receipts *receipts);
/* Takes it over; the oldest passing one goes when there are more than `most`, or the oldest of all. True when one went that was never sent. */
bool hs_receipts_add(
	struct hs_kept_receipts *receipts, struct hs_kept_receipt *receipt, size_t most);
/* Sends what was not sent yet, in order, until the link takes no more. */
void hs_receipts_send(struct hs_kept_receipts *receipts, struct hs_link *link);
/* The connection is gone: what is kept must be sent again. */
void hs_receipts_unsend(struct hs_kept_receipts *receipts);
/* A heartbeat of the hub: what was sent long enough before is safe there and goes. */
void hs_receipts_beat(struct hs_kept_receipts *receipts);
/* Frees all; how many there were. */
size_t hs_receipts_free(struct hs_kept_receipts *receipts);

/* agree.c */
void hs_agree_snapshot(struct hs_lane *lane, const struct hs_adapter_snapshot *snapshot);
void hs_agree_notice(struct hs_lane *lane, uint64_t seq, const hs_notice *notice);
/* What the hub says for its newest seq. False: it differs for the second time; the lane is to resume with a snapshot. */
bool hs_agree_heartbeat(
	struct hs_lane *lane, uint64_t newest_seq, const char *digest, int64_t now_mono_us);
/* For our own heartbeat; "" when nothing is known, or the hub asks for none. Borrowed until the next notice. */
const char *hs_agree_digest(struct hs_lane *lane);
void hs_agree_forget(struct hs_lane *lane);

/* frames.c: each sends one frame; false when the link did not take it. */
bool hs_send_hello(struct hs_lane *lane);
bool hs_send_resume(struct hs_lane *lane, bool from_last_ack);
bool hs_send_ack(struct hs_lane *lane, uint64_t seq);
bool hs_send_heartbeat(struct hs_lane *lane);
bool hs_send_goodbye(struct hs_lane *lane);
/* The packed frame of a receipt; NULL when out of memory. Caller frees. */
struct hs_kept_receipt *hs_pack_receipt(
	uint64_t seq, const char *name, const char *outlet, int state, const char *detail);

/* item.c */
/* Takes the arena over. len_bytes: of the frame, which the hub's window counts nearly so. */
void hs_item_arrive(
	struct hs_lane *lane, struct hs_arena *arena, const hs_deliver *deliver, size_t len_bytes);
/* What is held ends without having gone out. */
void hs_item_end_held(struct hs_item *item, int receipt_state, const char *why);
void hs_items_tick(struct hs_lane *lane, int64_t now_mono_us);
void hs_items_free(struct hs_lane *lane);
/* The epoch changed: what is still open goes on without acks and receipts. */
void hs_items_orphan(struct hs_lane *lane);
/* A delivery of it ended, or done was said: when it is over it is freed, or waits for those before it; the ack moves on. */
void hs_item_moved(struct hs_item *item);
void hs_lane_receipt(
	struct hs_lane *lane, uint64_t seq, const char *outlet, int state, const char *detail);

/* delivery.c */
struct hs_delivery_queue {
	struct hs_delivery_queue *next, *before;
	struct hs_adapter_delivery *head;
	UT_hash_handle hh;	   /* when it has a key */
	enum hs_adapter_lane lane; /* the lanes never wait for each other */
	bool running;
	bool rests; /* its turn was over before its heads were: it goes on when the loop has looked at the others */
	bool held;  /* some of it may wait for a proof, and what does not goes before them */
	char key[]; /* "" = a delivery on its own */
};
/* Takes it out of its queue and its item. receipt_state UNSPECIFIED: no receipt. */
void hs_delivery_end(struct hs_adapter_delivery *delivery, int receipt_state, const char *detail);
void hs_deliveries_tick(struct hs_adapter *adapter, int64_t now_mono_us);
/* A turn for each queue that rests; the idle handle stops when none does any more. */
void hs_deliveries_rested(uv_idle_t *idle);
bool hs_deliveries_under_way(const struct hs_adapter *adapter);
/* Ends every delivery without a receipt: the hub will send them again after the restart. */
void hs_deliveries_abandon(struct hs_adapter *adapter);
/* Ends the deliveries of one item with a receipt FAILED. */
/* EXPIRED, and not FAILED: nobody refused it, and whether a try came through is not known. Its end is told. */
void hs_deliveries_give_up(struct hs_item *item, const char *why);
size_t hs_deliveries_waiting(const struct hs_adapter *adapter);

/* documents.c */
/* Where the deliveries of that document stand, until hs_document_leave at least. NULL: no memory. */
struct hs_document_deliveries *hs_document_join(
	struct hs_queues *queues, enum hs_adapter_lane lane, const hs_document *document);
void hs_document_leave(struct hs_queues *queues, struct hs_document_deliveries *own);
/* It stands there until hs_document_remove. */
void hs_document_put(struct hs_document_deliveries *own, struct hs_adapter_delivery *delivery);
void hs_document_remove(struct hs_queues *queues, struct hs_adapter_delivery *delivery);
/* Those of this document on this lane that are not over, in the order in which they came; the next one after `before`, which is
 * one of them. NULL: no more. */
struct hs_adapter_delivery *hs_delivery_of(const struct hs_adapter *adapter,
	const struct hs_lane *lane, const char *source, const char *id,
	const struct hs_adapter_delivery *before);

/* held.c */
/* A notice came on the lane, whatever becomes of it: what waits of its document is no longer the newest. */
void hs_held_follow(const struct hs_item *item);
/* A delivery comes to an outlet that holds, before it is in its queue: it waits from now on, or goes ahead of what waits (its
 * canary is NULL then). true: it is over, because it ends what was never given to the outlet. */
bool hs_held_take(struct hs_adapter *adapter, struct hs_adapter_delivery *delivery);
/* The hold is over, and something newer took its place meanwhile. */
bool hs_held_is_replaced(const struct hs_adapter_delivery *delivery);
/* The canary of an outlet that holds failed: who sent what waits there is told why. */
void hs_deliveries_held(const struct hs_adapter *adapter, const struct hs_canary *canary);

/* hold.c */
/* A notice came on the lane, with this ruling: what is held of a document that it ends or replaces ends. */
void hs_hold_follow(struct hs_item *newer, enum hs_ruling_kind ruling);

/* canary.c */
void hs_canaries_tick(struct hs_adapter *adapter, int64_t now_mono_us);
/* Ends the tries under way and forgets all canaries: before ops.close. */
void hs_canaries_abandon(struct hs_adapter *adapter);
const char *hs_canary_lane_name(const struct hs_canary *canary);
/* Since the last proof; while there is none: since the start. */
int64_t hs_canary_age_ms(
	const struct hs_adapter *adapter, const struct hs_canary *canary, int64_t now_mono_us);
/* Fills rows and list with what the hub of this lane is told; strings are borrowed. Returns how many. */
size_t hs_canaries_report(
	const struct hs_lane *lane, hs_outlet_proof *rows, hs_outlet_proof **list, size_t max);
void hs_canaries_metrics(const struct hs_adapter *adapter, struct hs_buf *out);
/* `"outlets":[…]` */
void hs_canaries_status(const struct hs_adapter *adapter, struct hs_buf *out);

/* Begins what the hub is told of an outlet whose orders wait. */
#define HS_HOLDS_WORD "orders wait: "

/* proofs.c */
/* What proof_required comes to: without a state_dir nothing can be compared, without canaries nothing proven. */
enum hs_proof_required hs_proofs_required(const struct hs_canary_settings *settings);
/* "", or what is to be set so that it does what it says. Holds nothing that JSON must escape. */
const char *hs_proofs_remark(const struct hs_canary_settings *settings);
#define HS_PROOFS_UNKEPT                                                                      \
	"proof_required: changed needs a folder where proofs are kept; without one no order " \
	"waits for a proof, also after a change: set state_dir, or say proof_required: never"
/* "live", "drill", "all". */
const char *hs_proof_lane_name(int lane);
void hs_proof_join(struct hs_adapter *adapter, struct hs_proof *proof);
void hs_proofs_close(struct hs_adapter *adapter);
/* Writes what is not kept yet, unless that is under way. */
void hs_proofs_keep(struct hs_adapter *adapter);
/* For explain.h: whether that outlet was proven with what the configuration says now. */
bool hs_proofs_know(
	const struct hs_adapter *adapter, enum hs_adapter_lane lane, const char *outlet);
void hs_proofs_metrics(const struct hs_adapter *adapter, struct hs_buf *out);
/* `"waits_for_proof":[…],"proof_remark":"…"` */
void hs_proofs_status(const struct hs_adapter *adapter, struct hs_buf *out);

void hs_alarms_init(struct hs_adapter *adapter);
/* alarm.c: runs alarm_command, when there is one. what: "alarm" or "over". */
void hs_alarm_run(struct hs_adapter *adapter, const char *what, const struct hs_canary *canary);
/* Kills what still runs; each is counted in adapter->open_handles until it is gone. */
void hs_alarms_stop(struct hs_adapter *adapter);

/* runtime.c: a handle that was counted in open_handles is closed. The last one frees the adapter. */
void hs_adapter_handle_gone(struct hs_adapter *adapter);

/* explain.c: where receipts and deliveries go while an adapter explains. */
void hs_explanation_receipt(
	struct hs_explanation *explanation, const char *outlet, int state, const char *detail);
void hs_explanation_delivery(
	struct hs_explanation *explanation, const struct hs_adapter_delivery *delivery);

/* runtime.c */
void hs_lane_init(struct hs_adapter *adapter, enum hs_adapter_lane id);
/* The link of each lane that is to be dialled; "" = none. */
const char *hs_lane_url(const struct hs_adapter_settings *settings, enum hs_adapter_lane id);

/* delays.c */
/* When the hub had this notice on disk, by its hops; 0: not told. */
int64_t hs_durable_unix_us(const hs_deliver *deliver);
/* An output is called for the first time. */
void hs_delay_note(struct hs_item *item);
void hs_delays_metrics(const struct hs_delays *delays, struct hs_buf *out);

/* ops_page.c */
enum hs_err hs_adapter_page_open(struct hs_adapter *adapter) HS_MUST_CHECK;

#endif
