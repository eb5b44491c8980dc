/* views.h: the active set and the recent notices in the forms of other worlds.
 *
 * GeoJSON: RFC 7946; one feature per area in force; geometry of the notice where it has one, else null:
 *          the area's code says where. A circle becomes a Point with "radius_km".
 * Atom:    RFC 4287, newest first, at most HS_ATOM_ENTRIES per page, older ones by rel="next" (RFC 5005).
 * Owner:   text goes into the caller's buffer; failure shows in out->failed. Threads: the loop's.
 */
#ifndef HS_FEED_VIEWS_H
#define HS_FEED_VIEWS_H

#include "hub/feed/store.h"

#define HS_ATOM_ENTRIES 100

/* What is in force at that time. */
void hs_view_geojson(const struct hs_store *store, const struct hs_filter *filter,
	int64_t at_unix_us, struct hs_buf *out);
/* Entries with a seq below `before` (UINT64_MAX: all). */
void hs_view_atom(const struct hs_store *store, const struct hs_filter *filter, uint64_t before,
	struct hs_buf *out);

#endif
