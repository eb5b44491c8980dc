/* plays_parts.h: what plays.c (sending, answers, life) and plays_way.c (who makes way, and begins again) share.
 *
 * Flow of a stop: hs_plays_stop → sent → answered "failed" (or "finished": it came too late). While it could not be sent it is
 *          owed, and sent at the next tick; when the connection broke before the answer it is sent again. Until it is answered
 *          its item is not sent again, so that its answer is not taken for one to that.
 */
#ifndef HS_JALERT_PLAYS_PARTS_H
#define HS_JALERT_PLAYS_PARTS_H

#include "adapters/jalert/before.h"
#include "adapters/jalert/playing.h"
#include "adapters/jalert/plays.h"
#include "adapters/jalert/sent.h"

/* After its planned end an item counts as over even when the controller never said so. */
#define HS_PLAYING_MARGIN_US (30 * HS_US_PER_S)
#define HS_REASON_LIVE	     "a live announcement has the loudspeakers"
#define HS_REASON_TAKEN_BACK "it was taken back"

struct hs_plays {
	struct hs_adapter *adapter;
	struct hs_controller *controller;
	const struct hs_plays_ops *ops;
	void *owner;
	uv_timer_t timer;
	struct hs_play *plays; /* on their way to the controller */
	struct hs_playing_list playing;
	struct hs_plays_counts counts;
	struct hs_before before;
	struct hs_sent sent;
	uint64_t loaded_seq[HS_LANE_COUNT]; /* of the first snapshot of its history */
	bool loaded[HS_LANE_COUNT];
};

/* One plan on its way to the controller. */
struct hs_play {
	struct hs_adapter_delivery delivery;
	struct hs_plays *owner;
	struct hs_play *next;
	char id[64];
	char *request, *places;
	struct hs_abouts about;
	uint32_t priority;
	int64_t duration_ms;
	const char *withdrawn; /* why it must not be sent any more; static. NULL: it may */
	bool sent;	       /* by this process, or maybe by the one before it */
	bool accepted;
	bool waits; /* for one before it */
	bool old;   /* of another history of the hub */
};

/* Nobody heard it. */
void hs_plays_unheard(const struct hs_play *play);
/* Something about an event of it that came before it is on its way. */
bool hs_plays_is_behind(const struct hs_play *play);
/* One is gone, or will not be sent: those that waited look again. */
void hs_plays_wake(struct hs_plays *plays);
bool hs_plays_live_is_on(const struct hs_plays *plays);
/* An item that is with the controller, from a play. The texts stay the play's. */
struct hs_playing hs_plays_playing_of(const struct hs_play *play);
/* Before the new one goes out. Plays that are on their way may be gone afterwards. */
void hs_plays_make_way(struct hs_plays *plays, const struct hs_coming *coming);
/* Of it that what a process before this one sent and of which nothing is known. */
void hs_plays_silence_before(struct hs_plays *plays, const struct hs_coming *coming);
/* What was interrupted begins again when nothing more urgent sounds or is on its way. */
void hs_plays_resume(struct hs_plays *plays);
/* Stops that are owed, and items whose stop was never answered. */
void hs_plays_stops_tick(struct hs_plays *plays);
/* The controller is connected anew: what it was asked to stop before may not have reached it. */
void hs_plays_stops_again(struct hs_plays *plays);

#endif
