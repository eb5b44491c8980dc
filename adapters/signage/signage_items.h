/* signage_items.h: the parts of a screen's message: items, ends, ways to shelters. See signage_encode.h. */
#ifndef HS_SIGNAGE_ITEMS_H
#define HS_SIGNAGE_ITEMS_H

#include "adapters/signage/signage_encode.h"
#include "adapters/signage/signage_words.h"

/* What the parts are made with. All of them write behind each other into speech.out. */
struct hs_sign_maker {
	const struct hs_signage_input *input;
	const struct hs_signage_lane *lane; /* whose items are shown */
	struct hs_sign_speech speech;
	struct hs_tells *tells; /* of the face */
};

/* How an item is told. */
enum hs_sign_how {
	HS_SIGN_FULL,	   /* with level and colour, and what it asks for */
	HS_SIGN_OVER,	   /* it asks for nothing any more, and has neither */
	HS_SIGN_OVER_BRIEF /* the same without its areas */
};

/* What of an item a player must have drawn. */
struct hs_sign_drawn {
	const struct hs_force_group *group;
	const char *title, *place; /* Japanese; as they stand on the screen */
	struct hs_sign_text action;
	uint32_t level; /* 0: none */
};

/* Whether a row has passed the time that its sender set. */
bool hs_sign_expired(const struct hs_force_row *row, int64_t now_unix_us);
/* From then on an item without such a time is too old for a player that heard nothing more; it changes every quarter of
 * renew_ms. */
int64_t hs_sign_renewed_until(const struct hs_screen_rules *rules, int64_t now_unix_us);

/* An element of an array. what: what happened to it, its last member; NULL for an order. */
void hs_sign_put_item(const struct hs_sign_maker *maker, const struct hs_force_group *group,
	const struct hs_sign_text *what, enum hs_sign_how how);
struct hs_sign_drawn hs_sign_drawn_of(
	const struct hs_sign_maker *maker, const struct hs_force_group *group);
/* Whether a row in force concerns the screen and is past its time: it was not lifted, so the screen may not be calm. */
bool hs_sign_is_past(const struct hs_signage_input *input, const struct hs_force_row *row);
/* Adds lifted, vanished, expired and cancel, each only when there is something; *said: whether any end is told. */
enum hs_err hs_sign_put_ends(const struct hs_sign_maker *maker, bool *said) HS_MUST_CHECK;
/* hazard: of the first item, "" when it is not known. */
void hs_sign_put_shelters(const struct hs_sign_maker *maker, const char *hazard);
/* RFC 3339; nothing for 0. */
void hs_sign_put_time(struct hs_buf *out, const char *key, int64_t unix_us, int32_t offset_minutes);

/* What a player must have drawn of all items (hs_screen_proofs of signage_encode.h). NULL: out of memory. */
struct hs_screen_proofs *hs_sign_prove(const struct hs_sign_maker *maker, const char *state_ja,
	const struct hs_force_group *groups, size_t count);

#endif
