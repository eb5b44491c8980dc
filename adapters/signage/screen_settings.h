/* screen_settings.h: what the configuration says of one screen: one row of `screens`.
 *
 * Flow:    configuration → struct hs_screen_settings, borrowed by everybody for the life of the process.
 * Switch:  an order of at least caution_level makes the screen 注意, of at least emergency_level 緊急; orders of a
 *          drill make it 訓練 when `drills` is true and nothing live is in force; a hub that was not heard for
 *          stale_after_ms makes it 情報途絶, whatever else.
 * Return:  what was lifted is said for return_after_ms; the screen stays 注意 for so long and is then 平常. What is past the time of
 *          its sender is in force until it is lifted: the screen is 注意 and says so, for expired_shown_ms with its districts, then in
 *          short. A cancel is said for cancel_shown_ms of the adapter. A hub that is heard again ends 情報途絶 at once.
 * Threads: none.
 */
#ifndef HS_SIGNAGE_SCREEN_SETTINGS_H
#define HS_SIGNAGE_SCREEN_SETTINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/config.h"

/* A shelter that is known beforehand: one row of `shelters`. */
struct hs_screen_shelter {
	const char *name;
	const char *position; /* "35.68950,139.69170": latitude, longitude, degrees WGS 84 */
	struct hs_config_texts
		hazards; /* it is fit for these only (schemas/tables/hazards.csv); none: for all */
};

/* When it switches and returns. */
struct hs_screen_rules {
	int64_t caution_level; /* 1…5: orders below it are not shown */
	int64_t emergency_level;
	bool drills;		 /* it may show drills */
	int64_t return_after_ms; /* a lift is said for so long */
	int64_t expired_shown_ms; /* an order past its valid_until is said with its districts for so long, then in short */
	int64_t renew_ms; /* an item without valid_until expires so long after it was last told at the latest */
};

/* Where it stands, for distance, arrow and map. */
struct hs_screen_site {
	const char *position; /* "" = not known: no shelters */
	int64_t facing_degrees; /* where a person looks who reads it: 0 north, 90 east; -1 = not known */
	struct hs_config_list shelters; /* struct hs_screen_shelter */
	int64_t shelters_shown;
	bool map;
};

/* How it is read. */
struct hs_screen_look {
	int64_t viewing_distance_cm; /* 0 = not known: no least size */
	int64_t height_mm;	     /* of the visible picture */
	const char *qr_url;	     /* "" = no code */
};

struct hs_screen_settings {
	const char *id;
	const char *name;
	struct hs_config_texts
		areas; /* 2-digit prefecture, 6-digit municipality, 12-digit 町丁字 */
	struct hs_config_texts languages; /* beside ja, ja-easy and en, which are always shown */
	int64_t stale_after_ms;
	int64_t players_expected; /* fewer connected players are an alarm of the canary */
	struct hs_screen_rules rules;
	struct hs_screen_site site;
	struct hs_screen_look look;
};

extern const struct hs_config_record hs_screen_record;

/* NULL, or what is expected of screens[index] instead. Static text. */
const char *hs_screen_fault(const struct hs_screen_settings *screens, size_t index);

/* Beyond it the page leaves out what stands beside an order, and beyond the other one what stands below it too: there each order
 * stands large in its turn (tierOf of fit.js). Thousandths, as hs_screen_least_permille. */
#define HS_SCREEN_NEAR_PERMILLE 22
#define HS_SCREEN_MID_PERMILLE	45

/* Least height of a Japanese character, in thousandths of the picture's height; 0 = none. 4 mm for each metre of
 * viewing distance: 旅客施設 移動等円滑化整備ガイドライン (MLIT), sizes of signs (10 m: 40 mm, 20 m: 80 mm, 30 m: 120 mm). */
int64_t hs_screen_least_permille(const struct hs_screen_look *look);

#endif
