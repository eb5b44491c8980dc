/* plays.h: announcements on their way to the auto-starter, and what happens to them there.
 *
 * Flow:    hs_plays_send: what sounds makes way (playing.h: interrupted, replaced, taken back, a drill silenced), and so does
 *          what is on its way: withdrawn (EXPIRED), and stopped where it may have been sent → a delivery of the runtime:
 *          {"type":"play"} until it is answered or too old → accepted → ACCEPTED, finished → DISPLAYED, failed → FAILED.
 * Order:   plays about one event go one after the other; a cancel of several is about each of them.
 * Lanes:   a live announcement stops every drill, and no drill is sent while a live one is on its way or playing.
 *          Within a lane the more urgent one interrupts (priority); what was interrupted is sent again, from its head, when
 *          nothing more urgent sounds, unless it is too old by then. The controller plays equals one after the other.
 * Restart: what the process before this one sent is known by its id: its answers are taken, what sounds can be stopped, also when
 *          its cancel comes before the controller said so; nothing of it is sent (before.h).
 * Explain: while hs_adapter_is_dry there is no controller and no clock; the request is shown, and counts as accepted.
 * Owner:   the adapter's state. Threads: the loop's.
 */
#ifndef HS_JALERT_PLAYS_H
#define HS_JALERT_PLAYS_H

#include "adapters/jalert/controller.h"
#include "adapters/jalert/jalert_encode.h"
#include "adapters/jalert/news.h"
#include "adapters/runtime/runtime.h"

struct hs_plays;

#define HS_PLAYS_OUTLET "controller"

struct hs_plays_ops {
	/* The controller is connected. */
	void (*up)(void *owner);
	/* An answer that is for no play; true: it was taken. */
	bool (*on_other)(void *owner, const struct hs_controller_answer *answer);
	/* The plan was never accepted: nobody heard it. seq: HS_HEARD_OLD(seq) of one in another history. */
	void (*unheard)(void *owner, enum hs_adapter_lane lane, uint64_t seq);
	/* A plan of a process before this one sounds, or has sounded. */
	void (*was_told)(
		void *owner, enum hs_adapter_lane lane, uint64_t seq, const hs_notice *notice);
	/* The plan is not to be heard any more. */
	void (*dropped)(void *owner, const char *id);
};

struct hs_plays_counts {
	uint64_t drills_stopped, interrupted, resumed, replaced, cancelled;
};

enum hs_err hs_plays_open(struct hs_adapter *adapter, const char *url,
	const struct hs_plays_ops *ops, void *owner, struct hs_plays **out) HS_MUST_CHECK;
/* Frees later. NULL is allowed. */
void hs_plays_close(struct hs_plays *plays);
/* NULL while nothing may leave. */
struct hs_controller *hs_plays_controller(struct hs_plays *plays);
const struct hs_plays_counts *hs_plays_counts(const struct hs_plays *plays);
/* Marks what of a cancel was never sent: its plan is made without it (hs_news_leave_out). */
void hs_plays_look(const struct hs_plays *plays, enum hs_adapter_lane lane, struct hs_news *news);
/* canary: of the controller. news: what the plan says, and of which events. All of them make way; when none of a cancel was ever
 * sent, it is not sent either. Out of memory is told by a receipt. */
void hs_plays_send(struct hs_plays *plays, struct hs_adapter_item *item, const struct hs_plan *plan,
	const char *json, const struct hs_news *news, const struct hs_canary *canary);
/* A cancel that is said to nobody silences all the same what may sound from before of what it takes back. */
void hs_plays_take_back(
	struct hs_plays *plays, enum hs_adapter_lane lane, const struct hs_news *news);
/* Asks what became of the plan of a notice that a process before this one may have sent. */
void hs_plays_ask(struct hs_plays *plays, enum hs_adapter_lane lane, const char *epoch,
	uint64_t seq, const hs_notice *notice);
/* The lane's history is another one from here on: of what was sent before nothing is told any more, but what may sound can be
 * stopped still. */
void hs_plays_restart(struct hs_plays *plays, enum hs_adapter_lane lane);
/* The first snapshot of a history of the lane: asks for all that is in force or that the controller took before, and takes it for sent. */
void hs_plays_load(struct hs_plays *plays, const struct hs_adapter_snapshot *snapshot);

#endif
