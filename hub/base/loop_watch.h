/* loop_watch.h: how long the turns of a loop are: whatever comes in while one lasts waits for its end.
 *
 * Flow:    before each wait of the loop the time since the one before it, less what it waited, is one turn.
 * Kept:    the longest of this minute and of the one before it, by the clock and by the thread's own processor time (which does
 *          not grow while other programs have the core).
 * Owner:   the caller. Threads: the loop's. Cost: three readings of clocks a turn.
 */
#ifndef HS_BASE_LOOP_WATCH_H
#define HS_BASE_LOOP_WATCH_H

#include <stdint.h>
#include <uv.h>

#include "hub/base/buf.h"

struct hs_turn {
	int64_t wall_ns, cpu_ns;
};

struct hs_loop_watch {
	uv_prepare_t prepare;
	int64_t wall_ns, cpu_ns; /* at the last prepare */
	uint64_t idle_ns;
	int64_t minute;
	struct hs_turn longest[2]; /* this minute's, and of the one before it */
};

void hs_loop_watch_start(struct hs_loop_watch *watch, uv_loop_t *loop);
/* The loop may end; closed (with handle->data as it is) when the memory may go. */
void hs_loop_watch_stop(struct hs_loop_watch *watch, uv_close_cb closed);
/* One turn more. The watch's own, here for its test. */
void hs_loop_watch_note(struct hs_loop_watch *watch, int64_t minute, struct hs_turn turn);
struct hs_turn hs_loop_watch_longest(const struct hs_loop_watch *watch);
/* Appends hansho_loop_turn_max_seconds. */
void hs_loop_watch_metrics(const struct hs_loop_watch *watch, struct hs_buf *out);

#endif
