/* readings.h: how the places of an item are read aloud, for announcers. Pure.
 *
 * Flow: municipalities of the clauses, places of the order, areas of the notice in the prefecture → each once. The same name is
 *       read otherwise elsewhere (本町: ほんちょう, もとまち), so each reading stands with the municipality that it is of.
 * Owner: the caller's buffer; what it remembers meanwhile lies in the arena. Threads: any. Errors: the arena or the buffer has failed.
 */
#ifndef HS_BROADCASTER_READINGS_H
#define HS_BROADCASTER_READINGS_H

#include <stddef.h>

#include "adapters/runtime/change.h"
#include "hub/base/buf.h"

struct hs_broadcast_places {
	const hs_notice *notice;
	const struct hs_clause *clauses;
	size_t clause_count;
	const char *prefecture; /* "13" */
};

/* A member of JSON (schemas/json_put.h): an array of {"code","name","kana"}; without code where the sender gave none. */
void hs_broadcast_put_readings(struct hs_arena *arena, struct hs_buf *out, const char *key,
	const struct hs_broadcast_places *places);

#endif
