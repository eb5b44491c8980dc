/* signage_encode.h: what a screen shows, pure: the lists in force of both lanes → one message.
 *
 * Flow:    rows in force within the screen's areas → groups → items with level, words, colours, action.
 * Rules:   a live item replaces every drill; a lane that has not been heard makes the screen `lost`,
 *          never `normal` (no data is never no order); texts come from schemas/tables (reviewed only),
 *          the names of places and the headline as they were sent.
 *          what a cancel did is said beside the items for a while, as far as it is still so.
 * Format:  {"type":"screen", screen, state, mode, epoch, seq, digest, items, cancel? {returned, ended} …}; digest
 *          covers all that is shown, so a player that says `displayed` with it says what it drew.
 * Owner:   the message is a new reference; the rest lives in the caller's arena. Threads: any.
 */
#ifndef HS_SIGNAGE_ENCODE_H
#define HS_SIGNAGE_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/runtime/inforce.h"
#include "adapters/runtime/rules.h"
#include "adapters/signage/cancel.h"
#include "hub/base/config.h"
#include "hub/base/err.h"

struct json_t;

/* One row of the configuration's `screens`. */
struct hs_screen_settings {
	const char *id;
	const char *name;
	struct hs_config_texts
		areas; /* 2-digit prefecture, 6-digit municipality, 12-digit 町丁字 */
	struct hs_config_texts languages; /* ja, ja-easy, en */
	int64_t stale_after_ms;
	int64_t emergency_level; /* from this level on the state is `emergency`, below it `caution` */
};

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
};

struct hs_signage_input {
	const struct hs_screen_settings *screen;
	struct hs_signage_lane lanes[HS_LANE_COUNT];
	int64_t now_unix_us;
};

#define HS_SIGNAGE_DIGEST_SIZE 33

struct hs_signage_face {
	struct json_t *message;
	enum hs_screen_state state;
	enum hs_adapter_lane lane; /* whose items are shown */
	uint64_t seq;
	char digest[HS_SIGNAGE_DIGEST_SIZE];
	size_t item_count;
};

enum hs_err hs_signage_encode(struct hs_arena *arena, const struct hs_signage_input *input,
	struct hs_signage_face *face) HS_MUST_CHECK;

/* Whether an area in force concerns the screen. A row without a 町丁字 concerns every part of its
 * municipality; a prefecture's row every municipality in it. */
bool hs_screen_wants(
	const struct hs_screen_settings *screen, const char *area_code, const char *sub_code);
/* Whether a notice names an area of the screen. */
bool hs_screen_wants_notice(const struct hs_screen_settings *screen, const hs_notice *notice);

#endif
