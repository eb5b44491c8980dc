/* places.h: which notices touch which place, in memory, so that what happened in one town can be told without reading
 * what happened in all others.
 *
 * Flow:   committed notice → hs_places_take; Fetch with an area_code → hs_places_next, hs_places_has.
 * Rules:  a notice touches the places that it is addressed to and those that its document was addressed to before
 *         (areas_before). It is found under its municipality, the designated city of a ward, and its prefecture; one
 *         that is addressed to a whole city or prefecture is found for every place in it; one without a place, or
 *         with more than HS_PLACES_MAX, for every place.
 * Memory: 4 bytes for each notice and place, for the life of the process.
 */
#ifndef HS_CORE_PLACES_H
#define HS_CORE_PLACES_H

#include "hub/core/record.h"

#define HS_PLACES_MAX 200

struct hs_places;

struct hs_places *hs_places_create(void);
void hs_places_destroy(struct hs_places *places);
/* By rising seq. codes: of the notice, see hs_notice_areas_told. */
void hs_places_take(struct hs_places *places, uint64_t seq, const struct hs_area_set *codes);
/* The first notice after after_seq that touches the place (2, 5, 6 or 12 digits); 0: none. */
uint64_t hs_places_next(const struct hs_places *places, const char *area_code, uint64_t after_seq);
bool hs_places_has(const struct hs_places *places, const char *area_code, uint64_t seq);

#endif
