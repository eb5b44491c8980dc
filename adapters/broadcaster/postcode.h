/* postcode.h: areas as data broadcasting wants them: a receiver knows its postcode, the station knows which postcodes
 * belong to which town (the post office's table), so an area is told as municipality code of 5 digits and town name.
 *
 * Flow:    name of a district as sent → the town it lies in, as the postcode table spells it → list without repeats.
 * Rules:   the municipality's own name in front goes; digits become full-width ones as in that table; what is smaller than
 *          a town (丁目, 番, 号, words in brackets) goes, because postcodes are no finer; a district that covers a whole
 *          municipality has no town and whole: true. A name that is no town (学区, 流域) stays as it is: the station sees
 *          it as a town that its table does not have, and takes the whole municipality.
 * Owner:   results live in the arena or are new references. Threads: any. Pure.
 */
#ifndef HS_BROADCASTER_POSTCODE_H
#define HS_BROADCASTER_POSTCODE_H

#include "adapters/runtime/change.h"

struct json_t;

/* The town of a district; "" for the whole municipality; NULL when the arena is full. */
const char *hs_postcode_town(
	struct hs_arena *arena, const char *area_name, const char *municipality);
/* [{code5, code, town, whole}] of the areas that are in force after the change (ended: those that are not), each
 * once, in the order of the rows. NULL when out of memory. */
struct json_t *hs_postcode_areas(
	struct hs_arena *arena, const struct hs_change_row *rows, size_t count, bool ended);

#endif
