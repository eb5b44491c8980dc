/* place_names.h: the names of all prefectures and municipalities, found inside free text, so that a line never cuts one.
 *
 * Flow:    create (once, at start) → hs_place_names_at(text) at each character.
 * Format:  buckets by the first character; within one the longest name first, so that 焼津市 is not found as 津市.
 * Owner:   the caller; names point into schemas/tables. Threads: any once it is made.
 */
#ifndef HS_BROADCASTER_PLACE_NAMES_H
#define HS_BROADCASTER_PLACE_NAMES_H

#include <stddef.h>

struct hs_place_names;

/* NULL when out of memory. */
struct hs_place_names *hs_place_names_create(void);
/* NULL is allowed. */
void hs_place_names_destroy(struct hs_place_names *names);
/* Bytes of the longest name that text begins with; 0: none. names: NULL knows none. */
size_t hs_place_names_at(const struct hs_place_names *names, const char *text);

#endif
