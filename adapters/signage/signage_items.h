/* signage_items.h: the parts of a screen's message: items, ends, ways to shelters. See signage_encode.h. */
#ifndef HS_SIGNAGE_ITEMS_H
#define HS_SIGNAGE_ITEMS_H

#include "adapters/signage/signage_encode.h"
#include "adapters/signage/signage_words.h"

/* What the parts are made with. */
struct hs_sign_maker {
	const struct hs_signage_input *input;
	const struct hs_signage_lane *lane; /* whose items are shown */
	struct hs_sign_speech speech;
};

/* Whether a row has passed the time that its sender set. */
bool hs_sign_expired(const struct hs_force_row *row, int64_t now_unix_us);
/* From then on an item without such a time is too old for a player that heard nothing more; it changes every quarter of
 * renew_ms. */
int64_t hs_sign_renewed_until(const struct hs_screen_rules *rules, int64_t now_unix_us);

/* New references; NULL: out of memory. */
struct json_t *hs_sign_item(const struct hs_sign_maker *maker, const struct hs_force_group *group);
/* Adds lifted, vanished, expired, cancel and shelters to the message, each only when there is something; *said: whether
 * any end is told. hazard: of the first item, "" when there is none. */
enum hs_err hs_sign_set_ends(
	const struct hs_sign_maker *maker, struct json_t *message, bool *said) HS_MUST_CHECK;
enum hs_err hs_sign_set_shelters(const struct hs_sign_maker *maker, const char *hazard,
	struct json_t *message) HS_MUST_CHECK;
/* RFC 3339 into object[key]; nothing for 0. */
void hs_sign_set_time(
	struct json_t *object, const char *key, int64_t unix_us, int32_t offset_minutes);

#endif
