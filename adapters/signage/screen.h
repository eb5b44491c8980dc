/* screen.h: one screen in the process: its newest face, and which notices wait for proof of display.
 *
 * Flow:    notice that concerns it → wait(seq) → the face is encoded anew → players → accepted(face): a player has it →
 *          displayed(face): it was drawn → every waiting seq of that lane that the face tells of (tells.h) is reported.
 *          No more told of by the face, without anybody having drawn it before → EXPIRED, over.
 *          Not drawn within proof_timeout_ms → FAILED with the reason, and it goes on waiting: a later proof replaces that.
 *          Past the time that its sender set before anybody drew it → EXPIRED, over.
 * Rules:   a lost screen proves nothing; a drill is proven only by a face that shows the drill lane. What a snapshot
 *          brought again (quiet) is reported when it is shown and never as failed or expired: it may have been shown long ago.
 *          A notice that no words are said for (bare: HS_REACH_BARE) is shown by each face that is made after it.
 * Owner:   the signage adapter. Threads: one.
 */
#ifndef HS_SIGNAGE_SCREEN_H
#define HS_SIGNAGE_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/runtime/runtime.h"
#include "adapters/signage/players.h"
#include "adapters/signage/reach.h"

#define HS_SCREEN_WAITING_MAX 64 /* per lane; beyond: the oldest is given up (FAILED) */

struct hs_screen_notice {
	uint64_t seq;
	int64_t since_mono_us;	 /* of waiting */
	int64_t expires_unix_us; /* 0: never */
	bool quiet, bare, accepted, failed;
};

struct hs_screen_waiting {
	struct hs_screen_notice notices[HS_SCREEN_WAITING_MAX]; /* by rising seq */
	size_t count;
	uint64_t settled_seq; /* newest that was displayed, or was over before it was */
	uint64_t touched_seq; /* newest that concerned the screen */
};

/* What the newest proof said. */
struct hs_screen_proof {
	int64_t unix_us;   /* of our clock; 0: never */
	char shown_at[40]; /* of the player's clock, as told */
	char digest[HS_SIGNAGE_DIGEST_SIZE], drawn[HS_SIGNAGE_DIGEST_SIZE];
	int64_t whole_unix_us; /* when each turn of a state had been drawn; 0: never */
	char whole_digest[HS_SIGNAGE_DIGEST_SIZE];
	uint64_t count;
	uint64_t failures; /* drawings that a player could not do, or did otherwise */
	char failure[128]; /* the newest of them; "" since the last proof */
};

struct hs_screen {
	const struct hs_screen_settings *settings;
	struct hs_screen_face face;
	struct hs_screen_face trial; /* players.h */
	struct hs_ways ways[HS_LANE_COUNT];
	struct hs_screen_waiting lanes[HS_LANE_COUNT];
	bool drawn_fresh[HS_LANE_COUNT]; /* what the face was drawn with */
	int64_t changed_unix_us;
	struct hs_screen_proof proof;
	struct hs_proof first; /* of this start (adapters/runtime/proofs.h) */
};

/* Who is told of receipts: state is HS_RECEIPT(…). */
struct hs_screen_reports {
	void (*report)(void *owner, enum hs_adapter_lane lane, uint64_t seq, const char *screen_id,
		int state, const char *detail);
	void *owner;
};

/* The lane begins anew (another epoch). */
void hs_screen_reset(struct hs_screen *screen, enum hs_adapter_lane lane);
/* This notice concerns the screen. notice: seq, since, expires, quiet, bare. */
void hs_screen_wait(struct hs_screen *screen, enum hs_adapter_lane lane,
	const struct hs_screen_notice *notice, const struct hs_screen_reports *reports);
/* Takes the face over. *changed: it shows something else than before. */
void hs_screen_show(
	struct hs_screen *screen, struct hs_screen_face *face, int64_t now_unix_us, bool *changed);
/* Sets the trial in the same way. */
void hs_screen_try(struct hs_screen *screen, struct hs_screen_face *face);
/* A player has it in full and begins to draw. */
void hs_screen_accepted(struct hs_screen *screen, const struct hs_screen_face *face,
	const struct hs_screen_reports *reports);
/* A player has drawn this face: reports each notice that is thereby shown, or was over before it was. shown_at: as the player says, may
 * be "". */
void hs_screen_displayed(struct hs_screen *screen, const struct hs_screen_face *face,
	const char *drawn, const char *shown_at, int64_t now_unix_us,
	const struct hs_screen_reports *reports);
/* A player has drawn each of its turns: no receipt, the notices were shown before. */
void hs_screen_whole(
	struct hs_screen *screen, const struct hs_screen_face *face, int64_t now_unix_us);
/* A player could not draw it, or drew something else. */
void hs_screen_failed(struct hs_screen *screen, const struct hs_screen_face *face, const char *why,
	const struct hs_screen_reports *reports);
/* Time goes by: what expired, what is over, what waits for longer than timeout_ms. players: connected ones. */
void hs_screen_look(struct hs_screen *screen, size_t players, int64_t now_mono_us,
	int64_t now_unix_us, int64_t timeout_ms, const struct hs_screen_reports *reports);
/* New reference: a row of /sign/status. players: how many are connected. */
struct json_t *hs_screen_status(
	const struct hs_screen *screen, size_t players, int64_t now_unix_us);
/* New reference: RFC 3339 in Japanese time; null for 0. */
struct json_t *hs_screen_time(int64_t unix_us);
/* What the screen shows after the notice, or why it stays as it is (runtime/explain.h). why: it is left out; "" it is not. */
void hs_screen_explain(
	const struct hs_screen *screen, struct hs_adapter_item *item, const char *why);
void hs_screen_free(struct hs_screen *screen);

#endif
