/* screen.h: one screen in the process: its newest face, and which notices wait for proof of display.
 *
 * Flow:    notice that concerns it → wait(seq) → the face is encoded anew → players → displayed(face)
 *          → every waiting seq of that lane up to the face's is proven and handed to `proven`.
 * Rules:   a lost screen proves nothing; a drill is proven only by a face that shows the drill lane.
 * Owner:   the signage adapter. Threads: one.
 */
#ifndef HS_SIGNAGE_SCREEN_H
#define HS_SIGNAGE_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/runtime/runtime.h"
#include "adapters/signage/players.h"
#include "adapters/signage/signage_encode.h"

#define HS_SCREEN_WAITING_MAX 64 /* per lane; beyond: the oldest stays without proof */

struct hs_screen_waiting {
	uint64_t seqs[HS_SCREEN_WAITING_MAX]; /* rising */
	size_t count;
	uint64_t proven_seq;  /* newest that was handed to `proven` */
	uint64_t touched_seq; /* newest that concerned the screen */
};

struct hs_screen {
	const struct hs_screen_settings *settings;
	struct hs_screen_face face;
	struct hs_screen_waiting lanes[HS_LANE_COUNT];
	bool drawn_fresh[HS_LANE_COUNT]; /* what the face was drawn with */
	int64_t changed_unix_us;
	int64_t displayed_unix_us; /* 0: never */
	char displayed_digest[HS_SIGNAGE_DIGEST_SIZE];
	uint64_t displays;
};

/* The lane begins anew (another epoch). */
void hs_screen_reset(struct hs_screen *screen, enum hs_adapter_lane lane);
/* This notice concerns the screen. */
void hs_screen_wait(struct hs_screen *screen, enum hs_adapter_lane lane, uint64_t seq);
/* Takes over the message of the face (its reference is given back). *changed: it shows something else
 * than before. */
enum hs_err hs_screen_show(struct hs_screen *screen, struct hs_signage_face *face,
	int64_t now_unix_us, bool *changed) HS_MUST_CHECK;
/* A player has drawn this face: calls proven for each notice that is thereby shown. */
void hs_screen_displayed(struct hs_screen *screen, const struct hs_screen_face *face,
	int64_t now_unix_us,
	void (*proven)(void *owner, enum hs_adapter_lane lane, uint64_t seq, const char *screen_id),
	void *owner);
/* New reference: a row of /sign/status. players: how many are connected. */
struct json_t *hs_screen_status(
	const struct hs_screen *screen, size_t players, int64_t now_unix_us);
/* New reference: RFC 3339 in Japanese time; null for 0. */
struct json_t *hs_screen_time(int64_t unix_us);
/* What the screen shows after the notice, or why it stays as it is (runtime/explain.h). */
void hs_screen_explain(
	const struct hs_screen *screen, struct hs_adapter_item *item, bool concerned);
void hs_screen_free(struct hs_screen *screen);

#endif
