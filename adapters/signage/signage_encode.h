/* signage_encode.h: what a screen shows, pure: the lists in force of both lanes → one message.
 *
 * Flow:    rows in force within the screen's areas, that have not expired → groups of one limit → items with level, words, colours,
 *          action; beside them what was lifted, what expired, what a cancel did, the nearest shelters.
 * Rules:   what expired and was not lifted is in force: it is told until it is lifted, and no screen is calm before;
 *          a live item replaces every drill; a lane that has not been heard makes the screen `lost`,
 *          never `normal` (no data is never no order); texts come from reviewed tables only (schemas/tables, terms.h),
 *          the names of places and the headline as they were sent; of a drill each text begins and ends with its mark;
 *          every item says when it expires: a player shows it no longer than that, whatever happens to the line.
 * Format:  {"type":"screen", screen, state, state_ja, mode, marks, epoch, seq, digest, items, lifted?, vanished?, expired?,
 *          cancel? {returned, ended}, shelters? …} (schemas/sign.schema.json); digest covers all that is shown, so a
 *          player that says `displayed` with it says what it got, and by `drawn` (hs_screen_proofs) what it drew.
 * Cost:    the text is written straight (schemas/json_put.h); what is known before an order comes was worked out then (ways.h).
 * Owner:   the face is the caller's; the arena is for the time of the call. Threads: any.
 */
#ifndef HS_SIGNAGE_ENCODE_H
#define HS_SIGNAGE_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/runtime/inforce.h"
#include "adapters/runtime/rules.h"
#include "adapters/signage/cancel.h"
#include "adapters/signage/lifted.h"
#include "adapters/signage/screen_settings.h"
#include "adapters/signage/tells.h"
#include "adapters/signage/ways.h"
#include "hub/base/err.h"
#include "hub/base/frame.h"

enum hs_screen_state {
	HS_SCREEN_NORMAL,    /* 平常 */
	HS_SCREEN_CAUTION,   /* 注意 */
	HS_SCREEN_EMERGENCY, /* 緊急 */
	HS_SCREEN_DRILL,     /* 訓練 */
	HS_SCREEN_LOST	     /* 情報途絶 */
};

/* "normal" … "lost". */
const char *hs_screen_state_word(enum hs_screen_state state);

struct hs_signage_lane {
	bool configured;
	bool fresh; /* a state is known and the hub was heard within stale_after_ms */
	const struct hs_force_list *list; /* NULL while nothing is known */
	const char *epoch;
	uint64_t seq;	       /* newest notice that touched this screen; 0 = none */
	int64_t heard_unix_us; /* of the hub; 0 = never */
	const struct hs_signage_cancel *cancel; /* the newest one, or NULL */
	const struct hs_signage_lifted *lifted; /* or NULL */
	const struct hs_ways *ways;		/* of this screen; NULL: none */
};

struct hs_signage_input {
	const struct hs_screen_settings *screen;
	struct hs_signage_lane lanes[HS_LANE_COUNT];
	int64_t now_unix_us;
};

#define HS_SIGNAGE_DIGEST_SIZE 33

/* What a player must have drawn: the first 32 hex digits of SHA-256 over lines, each ended by \n. The page reads these lines from what
 * it drew. */
struct hs_screen_proofs {
	/* In the end, when it has shown each turn: of each item title and place in Japanese, its areas, and, when it stands large (the level
	 * of items[0]), what to do in ja, ja-easy, en and each further language that it has. Where characters must be so large that
	 * nothing stands below the alert (look.least_permille), each item stands large in its turn. */
	char whole[HS_SIGNAGE_DIGEST_SIZE];
	size_t count;
	/* While it shows items[i] (item 0 also when there is none): state_ja, mark in Japanese, level, title in Japanese, place;
	 * empty where there is nothing. */
	char drawn[][HS_SIGNAGE_DIGEST_SIZE];
};

/* What a screen shows, encoded. */
struct hs_screen_face {
	struct hs_frame *frame; /* the message as it goes out */
	struct hs_screen_proofs *proofs;
	enum hs_screen_state state;
	enum hs_adapter_lane lane; /* whose items are shown */
	uint64_t seq;
	struct hs_tells tells; /* which notices it tells of */
	char digest[HS_SIGNAGE_DIGEST_SIZE];
	size_t item_count;
};

/* The caller frees the face. */
enum hs_err hs_signage_encode(struct hs_arena *arena, const struct hs_signage_input *input,
	struct hs_screen_face *face) HS_MUST_CHECK;
void hs_screen_face_free(struct hs_screen_face *face);

/* The first 32 hex digits of the SHA-256 of a text. */
void hs_signage_digest(const char *text, size_t len_bytes, char out[HS_SIGNAGE_DIGEST_SIZE]);

/* Whether an area in force concerns the screen. A row without a 町丁字 concerns every part of its
 * municipality; a prefecture's row every municipality in it. */
bool hs_screen_wants(
	const struct hs_screen_settings *screen, const char *area_code, const char *sub_code);
/* Whether a notice names an area of the screen. */
bool hs_screen_wants_notice(const struct hs_screen_settings *screen, const hs_notice *notice);

#endif
