/* runtime.h: everything that the adapters have in common. An adapter is a table of operations.
 *
 * Flow of a process (its main.c is one call of hs_adapter_main):
 *   command line, settings → ops.open → links dial the hub (live lane: live_url; drill lane: drill_url,
 *   only when `drill: true`) → … → SIGTERM: goodbye, grace for attempts under way, ops.close, end.
 * Flow of a lane (adapters/runtime/lane.c):
 *   up → hello both ways (another mode than the lane's: dropped) → resume (from_last_ack on the first
 *   connection or in a new epoch, else the last seq taken) → [gap] → [snapshot → ops.on_snapshot]
 *   → deliver… → ops.on_state(LIVE) → deliver…; heartbeats both ways, silence = drop; a prev_seq
 *   that does not fit = drop and resume.
 * Flow of a notice (one struct hs_adapter_item):
 *   deliver → seen before by (epoch, seq)? dropped
 *           → drill gate (rules.h) says no?     receipt FILTERED, done
 *           → ops.rings and too old?            receipt EXPIRED, done
 *           → ops.rings and told already?       receipt FILTERED, done (the hub's flag same_event)
 *           → ops.rings and unknown?            receipt HELD, done; released after hold_ms when > 0
 *           → ops.on_notice(item): the adapter encodes, then for each outlet either
 *               - reports at once:    hs_adapter_receipt(item, outlet, state, detail), or
 *               - lets the runtime try: hs_adapter_deliver(item, &own->delivery) → attempt → result
 *                 → back-off with jitter → attempt … until accepted, failed, or the deadline (EXPIRED)
 *             and says hs_adapter_done(item): nothing more will be added (may be later than on_notice)
 *           → done was said and every delivery is over → ack to the hub (cumulative) → item is freed.
 *   At-least-once on the link becomes exactly-once at the outlet by outputs that are keyed by
 *   (epoch, seq): file names, Idempotency-Key. After a restart unacknowledged notices come again.
 *   Nothing of a notice is kept on disk; what is kept is with which configuration each outlet was proven (proofs.h).
 * Deliveries are independent of each other: no outlet waits for another. Only deliveries with the same
 *   `order_key` (say "carrier/area") go one after the other, so that a lift never overtakes its order.
 *   Within a key, a newer revision of a document replaces an older one that still waits (EXPIRED, with
 *   the reason); one that is under way is never called back for that.
 * Canaries: every outlet is proven regularly, and an alarm is raised when it cannot be (canary.h).
 * Explain: `--explain` runs all of this up to where something would leave, and says what (explain.h).
 * Maintenance (misissuance M11): `maintenance: true` cuts the outlets off. ops.open is not called, so that no socket,
 *   file or contact of the adapter comes to life, and no other member of ops either, but `look`. Only the links to
 *   the hub live: each notice gets a receipt HELD (rules.h) and no ack. After the restart without it the hub
 *   gives what was held anew, and the usual age rule judges it: an outlet that rings says EXPIRED of what is older
 *   than max_age_ms, and starts the rest; what is in force comes with the snapshot.
 * Owner:   the adapter process owns struct hs_adapter; an item is owned by the runtime and borrowed by
 *          the adapter from on_notice until it said done and its last delivery ended (ended()).
 * Threads: all on the loop's thread.
 * Format:  schemas/link.proto.
 */
#ifndef HS_ADAPTER_RUNTIME_H
#define HS_ADAPTER_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "adapters/runtime/canary.h"
#include "adapters/runtime/explain.h"
#include "adapters/runtime/rules.h"
#include "hub/base/buf.h"
#include "hub/base/config.h"
#include "hub/base/err.h"
#include "schemas/notice.h"

struct hs_adapter;

/* The proof of the way to the outlets, and who is told when it is missing (canary.h). */
struct hs_canary_settings {
	int64_t period_ms; /* 0: no canaries */
	int64_t timeout_ms;
	int proof_required;	   /* enum hs_proof_required */
	const char *state_dir;	   /* "" = nothing is kept */
	const char *alarm_command; /* "" = none */
	int64_t alarm_timeout_ms;
};

/* Settings that every adapter has. An adapter's own settings struct begins with this one
 * (`struct hs_adapter_settings common;` as its first member); its own table lists only its own keys,
 * the runtime puts the common ones before them. */
struct hs_adapter_settings {
	const char *name;      /* the peer's name at the hub */
	const char *live_url;  /* "" = no live lane */
	const char *drill_url; /* "" = no drill lane */
	bool drill;	       /* false: the drill lane is not even connected */
	const char *ops_listen;
	int64_t heartbeat_ms;
	int64_t window;		/* notices that the hub may send ahead of our ack */
	int64_t max_age_ms;	/* since accepted: an older order is EXPIRED at outlets that ring */
	int64_t max_age_end_ms; /* the same for lifts and cancels, which stay useful longer */
	int64_t hold_ms;	/* 0: what is held stays so until an operator sends it anew */
	int64_t retry_first_ms;
	int64_t retry_max_ms;
	int64_t attempt_timeout_ms;
	struct hs_unacked_settings {
		int64_t notices_max; /* 0: hs_unacked_notices_max */
		int64_t bytes_max;
		int64_t turn_ms; /* what waited for one outlet ends for so long before the others have a turn */
	} unacked; /* beyond the bounds: the oldest is acknowledged while an outlet still tries it */
	int64_t receipts_max; /* receipts kept while the hub is away */
	int64_t stop_grace_ms;
	const char *tls_ca; /* tls+tcp links only */
	const char *tls_cert_key;
	bool maintenance; /* contact no outlet */
	struct hs_canary_settings canary;
};

/* What the adapter gets of one notice. Read only. */
struct hs_adapter_item {
	const hs_notice *notice; /* unpacked, lives as long as the item */
	enum hs_adapter_lane lane;
	const char *epoch;
	uint64_t seq;
	const char *submission_id;
	int64_t received_unix_us; /* when this process got it */
	int64_t deadline_mono_us; /* hs_clock_mono_us at which it is too late to start anything */
	bool expired; /* past valid_until or max age (only adapters that do not ring see this): change
		       * what is shown, but alert nobody */
	bool unknown;	    /* hs_hold_reason was not "": show as unknown at the highest severity */
	const char *epoch8; /* first 8 characters of the epoch, safe in file names */
	bool perhaps_before; /* the process before this one may have served it, or begun to */
};

/* The active set of a lane: replaces all that the adapter knew of this lane. Borrowed until the
 * callback returns. Notices with a seq ≤ this one may still come by on_notice when they were never
 * acknowledged: report on them, they are already in the state. */
struct hs_adapter_snapshot {
	enum hs_adapter_lane lane;
	const char *epoch;
	uint64_t seq; /* true for this seq */
	const char *digest;
	size_t count;
	const struct hs_adapter_snapshot_notice {
		uint64_t seq;
		const hs_notice *notice;
	} * notices; /* by rising seq */
	/* Of an adapter that asks for it, on the first connection or in a new epoch: what outlets of it took before, in force or
	 * not, by rising seq. Of these, too, one may still come by on_notice, when another outlet was not done. */
	size_t past_count;
	const struct hs_adapter_past {
		uint64_t seq;
		const hs_notice *notice;
		char *const *outlets; /* that took it */
		size_t outlet_count;
	} * past;
	/* As past: its outlets are those that refused it for good, and never took it. */
	size_t refused_count;
	const struct hs_adapter_past *refused;
	uint64_t
		past_from_seq; /* at or after it who is not named in `past` did not take what is in force; 0: that is not known */
};
/* What is known of one that is in force at an outlet; NULL: at any. */
enum hs_heard_there {
	HS_HEARD_PERHAPS, /* it is older than what is known: it counts as taken, until it comes by itself */
	HS_HEARD,	  /* taken */
	HS_NOT_HEARD, /* neither it, nor anything before it that is not named: it was the first, or all is known */
	HS_NOT_HEARD_ITSELF /* not taken; of what came before it perhaps something was that is older than what is known */
};
enum hs_heard_there hs_snapshot_heard(const struct hs_adapter_snapshot *snapshot,
	const struct hs_adapter_snapshot_notice *one, const char *outlet);
/* Whether that outlet took it. */
bool hs_past_took(const struct hs_adapter_past *past, const char *outlet);

enum hs_adapter_lane_state {
	HS_LANE_DOWN,	  /* no hub: what is shown is stale from now on */
	HS_LANE_CATCHING, /* connected, the backlog is coming */
	HS_LANE_CURRENT	  /* everything up to now is here */
};

/* What an adapter is. `state` is what open gave. Members marked * may be NULL. */
struct hs_adapter_ops {
	const char *name; /* "telecom": in logs and metrics */
	/* Its own settings: size_bytes of the whole struct that begins with hs_adapter_settings. */
	const struct hs_config_record *settings;
	/* It sounds or alerts: the runtime keeps old notices (EXPIRED) and unknown ones (HELD) away. */
	bool rings;
	/* A delivery says only what is new since those before it: no revision takes the place of an older one that waits, and it
	 * withdraws itself what is not to be said any more. */
	bool says_news;
	/* Ask for the active set at each connection → on_snapshot. */
	bool snapshot;
	/* Ask at the start also for what was told before (only when `snapshot`). */
	bool past;
	/* * Its part of the second look (hub/base/look.h): makes nothing, opens nothing. */
	enum hs_err (*look)(const void *settings, char why[HS_CONFIG_WHY]);
	/* Before any link. settings: the whole struct, lives as long as the process. Adds its canaries by
	 * hs_canary_add (canary.h). */
	enum hs_err (*open)(struct hs_adapter *adapter, const void *settings, void **state);
	/* A notice that may go out. Must lead to hs_adapter_done(item), now or later. */
	void (*on_notice)(void *state, struct hs_adapter_item *item);
	/* * A notice that the runtime keeps away (drill gate, too old, unknown): for who keeps what it told by notice. */
	void (*on_refused)(void *state, const struct hs_adapter_item *item);
	/* * Only when `snapshot`. */
	void (*on_snapshot)(void *state, const struct hs_adapter_snapshot *snapshot);
	/* * The hub of the lane has another history from here on (another epoch, or a journal that was restored from an older
	 * copy and so has its epoch still): no seq and no past of before means anything any more. Items that are open stay so;
	 * what is reported of them goes nowhere. Before the snapshot. */
	void (*on_restart)(void *state, enum hs_adapter_lane lane);
	/* * The lane's link changed. seq: the newest seq taken in its epoch. */
	void (*on_state)(void *state, enum hs_adapter_lane lane,
		enum hs_adapter_lane_state lane_state, uint64_t seq);
	/* * Heartbeat of the hub: newest seq and digest of the hub's active set. */
	void (*on_heartbeat)(
		void *state, enum hs_adapter_lane lane, uint64_t newest_seq, const char *digest);
	/* * "" when ready, else what is missing. */
	const char *(*not_ready)(void *state);
	/* * Further Prometheus lines. */
	void (*metrics)(void *state, struct hs_buf *out);
	/* * Further members of the status object: `"key":value,"key":value` without braces. */
	void (*status)(void *state, struct hs_buf *out);
	/* * For explain.h: the state as open makes it, but without any way out: opens no socket, no contact and no folder,
	 * and adds no canary. on_snapshot and on_notice then run as always. */
	enum hs_err (*open_dry)(struct hs_adapter *adapter, const void *settings, void **state);
	/* Frees what open_dry gave; needs no loop. Goes with it. */
	void (*close_dry)(void *state);
	/* Close everything that keeps the loop alive; free state when that is gone. Items that are still
	 * open are no longer valid after this call. */
	void (*close)(void *state);
};

/* The whole main() of an adapter. Returns the exit status. */
int hs_adapter_main(int argc, char **argv, const struct hs_adapter_ops *ops);

/* The same without process and signals, for tests. settings: see ops.settings. */
enum hs_err hs_adapter_create(uv_loop_t *loop, const struct hs_adapter_ops *ops,
	const void *settings, struct hs_adapter **out) HS_MUST_CHECK;
/* Begins the end: goodbye, grace, close. Frees itself; the loop then has nothing left of it.
 * `gone` (may be NULL) is called once when the memory is about to be freed. */
void hs_adapter_stop(struct hs_adapter *adapter, void (*gone)(void *owner), void *owner);
/* The second look at all of its settings: the common ones, then ops.look. */
/* Of unacked, as it is given or follows from what is. */
int64_t hs_unacked_notices_max(const struct hs_adapter_settings *settings);
enum hs_err hs_adapter_settings_check(const struct hs_adapter_ops *ops, const void *settings,
	char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* Where an adapter serves others, beside its ops_listen. cert, key: of TLS, "" for none. */
struct hs_adapter_serving {
	const char *key; /* of the configuration: "listen" */
	const char *listen;
	bool optional; /* listen may be "" */
	const char *cert, *key_of_cert;
};
/* Its part of a second look (hub/base/look.h). */
enum hs_err hs_adapter_look_serving(const struct hs_adapter_settings *settings,
	const struct hs_adapter_serving *serving, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* Ready-made table: common rows, then the adapter's. Caller frees *items with free(). */
enum hs_err hs_adapter_settings_table(const struct hs_adapter_ops *ops,
	struct hs_config_record *out, struct hs_config_item **items) HS_MUST_CHECK;

/* The same rows without those that have nothing to do with the way to an outlet: what a proof is of (proofs.h). */
enum hs_err hs_adapter_settings_of_path(const struct hs_adapter_ops *ops,
	struct hs_config_record *out, struct hs_config_item **items) HS_MUST_CHECK;

uv_loop_t *hs_adapter_loop(const struct hs_adapter *adapter);
const struct hs_adapter_settings *hs_adapter_common(const struct hs_adapter *adapter);
/* Of the lane's hub; "" until it said hello. */
const char *hs_adapter_epoch(const struct hs_adapter *adapter, enum hs_adapter_lane lane);
/* Its first 8 letters and digits: safe in file names. */
void hs_epoch8(char out[9], const char *epoch);

/* ---- receipts ---- */

/* One outlet's state for this item, sent to the hub (or kept until the hub is back).
 * receipt_state: HS_RECEIPT(…); detail: "" or a short sentence. */
void hs_adapter_receipt(
	struct hs_adapter_item *item, const char *outlet, int receipt_state, const char *detail);
/* Brings the deadline of the item forward to that moment; never puts it off. Before the first delivery. */
void hs_adapter_hurry(struct hs_adapter_item *item, int64_t end_unix_us);
/* Nothing more will be added to this item. Exactly once per item. The item may be gone afterwards. */
void hs_adapter_done(struct hs_adapter_item *item);
/* A receipt for a notice whose item is gone: a screen that confirms later. Ignored (and counted) when
 * `epoch` is no longer the lane's. */
void hs_adapter_report(struct hs_adapter *adapter, enum hs_adapter_lane lane, const char *epoch,
	uint64_t seq, const char *outlet, int receipt_state, const char *detail);

/* ---- deliveries that the runtime tries until they are over ---- */

enum hs_attempt_result {
	HS_ATTEMPT_ACCEPTED,  /* taken: receipt ACCEPTED, over */
	HS_ATTEMPT_DISPLAYED, /* taken and shown or played: receipt DISPLAYED, over */
	HS_ATTEMPT_FAILED,    /* will never work: receipt FAILED, over */
	HS_ATTEMPT_FILTERED,  /* the outlet has no need of it: receipt FILTERED, over */
	HS_ATTEMPT_RETRY,     /* try again after the back-off, until the deadline */
	HS_ATTEMPT_WAIT /* nobody is there: try again at hs_adapter_deliver_now, until the deadline */
};

struct hs_delivery_queue;      /* private */
struct hs_document_deliveries; /* private */

/* Embed it in the adapter's own record of one output; recover that by HS_CONTAINER_OF. Zero it, fill
 * the members before the private ones, call hs_adapter_deliver. */
struct hs_adapter_delivery {
	const char *outlet;    /* for the receipt; must live as long as the delivery */
	const char *order_key; /* deliveries of one key go in order; NULL = on its own. Copied. */
	/* Of its outlet, for whose first proof it waits where that holds (proofs.h). NULL: it waits for none, and so it
	 * becomes where it ends what the outlet was given before this start: that goes ahead of what waits (held.c). */
	const struct hs_canary *canary;
	bool as_it_stands; /* an attempt sends what stands then at its outlet, not what its own notice said */
	/* Of this outlet alone; 0: attempt_timeout_ms of the settings, and the deadline of the item. The earlier of the
	 * two deadlines counts. */
	int64_t attempt_timeout_ms;
	int64_t deadline_mono_us;
	/* Starts one attempt. Ends by hs_adapter_attempt_done, also from inside. */
	void (*attempt)(struct hs_adapter_delivery *delivery);
	/* Stops the attempt under way (timeout, deadline, end of the process): no attempt_done after it. */
	void (*abort)(struct hs_adapter_delivery *delivery);
	/* Over: free your record. The last thing that happens to the delivery. */
	void (*ended)(struct hs_adapter_delivery *delivery);
	/* What the attempt sends, as text, for explain.h, and what that is ("mail", "plan"). NULL: shown otherwise. */
	const char *output;
	const char *output_is;
	/* Private to the runtime from here on. */
	struct hs_adapter_item *item;
	struct hs_delivery_queue *queue;
	struct hs_delivery_links {
		struct hs_adapter_delivery *next, *before; /* in its queue */
		struct hs_document_deliveries *document;   /* NULL: its notice has none */
		struct hs_adapter_delivery *document_next, *document_before;
	} links;
	int64_t due_mono_us; /* of the next attempt, or the end of the one under way */
	uint32_t attempts;
	bool under_way;
	struct hs_attempt_call {
		bool starting; /* inside attempt(): its result is handled when that returned */
		bool answered;
		enum hs_attempt_result result;
		uint32_t
			newer_revision; /* that came while it was under way, and takes its place unless it is taken; 0: none */
	} call;
	struct hs_hold {
		bool first;	       /* the outlet was given nothing of it before */
		uint64_t followed_seq; /* the newest of its document that came after it; 0: none */
		uint64_t replaced_seq; /* what takes its place when the hold is over; 0: nothing */
	} hold;			       /* while it waits for a proof (held.c) */
	char why[160];		       /* of the last attempt */
};

/* Adds the delivery to the item and starts it when it is the first of its order key. Before
 * hs_adapter_done(item). It may be over, and gone, when this returns; without memory it is, with a receipt FAILED, and
 * nothing that waits was replaced or taken back by it. */
void hs_adapter_deliver(struct hs_adapter_item *item, struct hs_adapter_delivery *delivery);
/* The result of the attempt under way. detail: why, in a few words ("HTTP 503"). */
void hs_adapter_attempt_done(
	struct hs_adapter_delivery *delivery, enum hs_attempt_result result, const char *detail);

/* What it waited for is there (a station connected): its next attempt begins at the next tick. */
void hs_adapter_deliver_now(struct hs_adapter_delivery *delivery);

#endif
