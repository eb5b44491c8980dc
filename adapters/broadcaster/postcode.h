/* postcode.h: areas as data broadcasting wants them: a receiver knows its postcode, the station knows which postcodes
 * belong to which town (the post office's table), so an area is told as municipality code of 5 digits and town name.
 *
 * Flow:    name of a district as sent → the town it lies in, as the postcode table spells it → list without repeats.
 * Rules:   the municipality's own name in front goes; digits become full-width ones as in that table; what is smaller than
 *          a town (丁目, 番地, 番, 号, words in brackets) goes, because postcodes are no finer; a number that may belong to
 *          the name (七番丁, 三の丸, 二区) stays; a district that covers a whole
 *          municipality has no town and whole: true. A name that is no town (学区, 流域) stays as it is: the station sees
 *          it as a town that its table does not have, and takes the whole municipality.
 *          A town is among the ended only when no district of it stands any more, nor its whole municipality; a municipality that
 *          ended as a whole may be ended although towns of it stand: those count.
 * Owner:   towns live in the arena, lists in the caller's buffer. Threads: any. Pure. Errors: arena or buffer have failed.
 */
#ifndef HS_BROADCASTER_POSTCODE_H
#define HS_BROADCASTER_POSTCODE_H

#include "adapters/runtime/change.h"
#include "hub/base/buf.h"

/* The town of a district; "" for the whole municipality; NULL when the arena is full. */
const char *hs_postcode_town(
	struct hs_arena *arena, const char *area_name, const char *municipality);
/* A member of JSON (schemas/json_put.h): [{code5, code, town, whole}] of the areas that are in force after the change (ended:
 * those that are not), each once, in the order of the rows. */
void hs_postcode_put_areas(struct hs_arena *arena, struct hs_buf *out, const char *key,
	const struct hs_change_row *rows, size_t count, bool ended);

#endif
