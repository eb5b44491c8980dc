/* before.h: plans that the process before this one sent. Nothing of them is on disk, but the controller knows them by their id, and
 * an id says its lane, epoch and seq: what became of them is told after a restart too.
 *
 * Flow:    on_snapshot, a plan that is too old to be sent → hs_before_ask → {"type":"ask"} when hub and controller are there →
 *          answer for no plan of this process → hs_before_answer → receipt, and that it was heard (`heard`); what still sounds or waits can be stopped like any
 *          other (playing.h). Nothing is ever played for it. What is taken back before that answer is stopped in any case
 *          (hs_before_take_back), because a stop may come for what never sounded; what it was is told when the answer comes.
 *          Another history of the hub: nothing is told any more of what was sent in the one before it, but it can be stopped.
 * Limits:  the newest HS_PLAYING_MAX ids are asked for, once; an answer that comes before the hub said its epoch is asked for
 *          again. How long a plan of before sounds is not known: without an answer it counts as over after half an hour.
 * Owner:   embedded in its owner, who calls hs_before_free. Threads: the loop's.
 */
#ifndef HS_JALERT_BEFORE_H
#define HS_JALERT_BEFORE_H

#include "adapters/jalert/controller.h"
#include "adapters/jalert/jalert_encode.h"
#include "adapters/jalert/playing.h"
#include "adapters/runtime/runtime.h"

struct hs_before_row {
	char id[HS_PLAN_ID_SIZE]; /* "" = free */
	char *event;		  /* hs_alert_event; NULL: not known */
	uint32_t
		kinds; /* the one that a cancel may name (HS_PLAYING_KIND); 0: any cancel means it */
	uint8_t *notice; /* packed; NULL: not known, or told to `heard` */
	size_t notice_len_bytes;
	bool asked;
	bool answered;
	bool taken_back; /* and stopped, before the answer */
	bool correction; /* it takes back itself: another that does is no reason to silence it */
	bool old;	 /* of another history of the hub: its seq says nothing here */
};

/* Of more, a late answer for the oldest would be taken for one of before: reported once more, and no harm. */
#define HS_BEFORE_SENT_MAX    1024
#define HS_STOPPED_TAKEN_BACK "stopped: it was taken back"

struct hs_before {
	struct hs_adapter *adapter;
	struct hs_controller *controller;
	/* The controller says that it sounds, or has sounded. */
	void (*heard)(
		void *owner, enum hs_adapter_lane lane, uint64_t seq, const hs_notice *notice);
	void *owner;
	struct hs_before_sent {
		uint64_t seqs[HS_BEFORE_SENT_MAX];
		size_t next;
	} sent[HS_LANE_COUNT]; /* by this process */
	struct hs_before_row rows[HS_PLAYING_MAX];
	size_t next;
};

/* This process sends it: answers for it are no business of the one before. */
void hs_before_sent(struct hs_before *before, enum hs_adapter_lane lane, uint64_t seq);
/* The lane's history is another one: what is known of before is old, and nothing of it was sent by this process. */
void hs_before_restart(struct hs_before *before, enum hs_adapter_lane lane);
/* Its id is to be asked for. notice: what it said; NULL: not known. */
void hs_before_ask(struct hs_before *before, const char *id, const hs_notice *notice);
/* Asks, as far as hub and controller are there. */
void hs_before_tick(struct hs_before *before);
/* An answer for no plan of this process. false: it is of none before either. still: id "" unless it sounds or waits there; its
 * texts are the caller's. */
bool hs_before_answer(struct hs_before *before, const struct hs_controller_answer *answer,
	struct hs_playing *still);
/* It sounds or waits there. */
bool hs_controller_has(const struct hs_controller_answer *answer);
/* Those of which nothing is known yet and that this one takes back: each is given to `stop` once, as what is to be silenced and of
 * which nothing is told; its texts are none. */
void hs_before_take_back(struct hs_before *before, const struct hs_coming *coming,
	void (*stop)(void *owner, const struct hs_playing *unanswered), void *owner);
/* true: it is for one of those, and told: the answer to `ask`, or to its stop. */
bool hs_before_late_answer(struct hs_before *before, const struct hs_controller_answer *answer);
void hs_before_free(struct hs_before *before);

#endif
