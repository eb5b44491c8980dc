/* readings.h: how the places of an item are read aloud, for announcers. Pure.
 *
 * Flow: municipalities of the clauses, places of the order, areas of the notice in the prefecture → each name once.
 * Owner: the result is a new reference. Threads: any.
 */
#ifndef HS_BROADCASTER_READINGS_H
#define HS_BROADCASTER_READINGS_H

#include <stddef.h>

#include "adapters/runtime/change.h"

struct json_t;

/* An array of {"name","kana"}. */
struct json_t *hs_broadcast_readings(const hs_notice *notice, const struct hs_clause *clauses,
	size_t count, const char *prefecture);

#endif
