/* wrong.h: what a world, or the core in it, does wrong on purpose. One at a time; the checks must notice each
 * (mutants_test.c), or they are worth nothing.
 *
 * Those marked `world` are done by the world around the core: it re-orders, forges or forgets what passes between the
 * two. Those marked `core` and `feed` are done inside these: mutants_test.c is linked with --wrap for some of their own
 * functions, so the production code has no switch and knows nothing of this.
 */
#ifndef HS_TEST_WRONG_H
#define HS_TEST_WRONG_H

enum world_wrong {
	WRONG_NOTHING,
	WRONG_REPLY_EARLY,	 /* world: the gate is told before the commit */
	WRONG_DELIVER_EARLY,	 /* world: the takers are told before the commit */
	WRONG_DISK_LIES,	 /* world: the commit is reported, the sync comes later */
	WRONG_STORED_EARLY,	 /* world: pieces are reported before they are on disk */
	WRONG_PIECES_KEPT,	 /* core: nobody says that pieces are not needed */
	WRONG_TORN_STEP,	 /* world: a crash leaves a part of one transaction on the disk */
	WRONG_NO_DEDUPE,	 /* world: what is sent again looks like something new */
	WRONG_RESUME_AT_LIVE,	 /* core: a resume begins at the newest notice, without replay */
	WRONG_GAP_NOT_TOLD,	 /* core: a place of another journal is taken for one of this */
	WRONG_ACK_BEFORE_OUTLET, /* world: a taker acknowledges what its outlets do not have yet */
	WRONG_HOLE_TAKEN,	 /* world: a taker does not look at prev_seq */
	WRONG_TWICE_TAKEN,	 /* world: a taker does not look at seq */
	WRONG_CANCEL_FIRST,	 /* core: a cancel is taken before its issue */
	WRONG_STALE_TAKEN,	 /* core: an older revision replaces a newer one */
	WRONG_PENDING_UNSEEN,	 /* core: a submission is compared with what is on disk only */
	WRONG_AREA_FORGOTTEN,	 /* core: a cancel does not name the areas of before */
	WRONG_LEVEL_FORGOTTEN,	 /* core: what follows an order does not say how high that was */
	WRONG_DISPLACED_FORGOTTEN, /* core: what displaces an order of another document does not say so */
	WRONG_TOLD_FORGOTTEN, /* core: who was told of an order is not told of what follows */
	WRONG_ACK_LOST,	      /* core: a start forgets what peers acknowledged */
	WRONG_ACK_AHEAD,      /* core: an ack counts for the notice behind it too */
	WRONG_NOT_MARKED,     /* core: a drill goes out without its mark */
	WRONG_WINDOW_IGNORED, /* core: a slow peer is sent more than its window */
	WRONG_NEIGHBOUR_SENT, /* core: the bytes of the notice before, under the number of this */
	WRONG_SET_MISSES_ONE, /* core: now and then a notice does not reach the active set */
	WRONG_PAST_GUESSED, /* core: an adapter that starts is told that its outlets took everything */
	WRONG_FEED_NEWEST_ONLY, /* feed: who is behind gets the newest notice only */
	WRONG_FEED_GAP_NOT_TOLD, /* feed: a place that it does not have is taken for one that it has */
	WRONG_FEED_HOLE_TAKEN, /* feed: a hole in the hub's stream is taken */
	WRONG_FEED_PAGE_SKIPS, /* feed: who reads older pages misses one notice */
	WRONG_COUNT
};

/* What goes wrong at present. */
static enum world_wrong wrong_now;

#endif
