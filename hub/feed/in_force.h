/* in_force.h: areas in force as JSON, at a time: what has expired by then is left out.
 *
 * Format: an entry is {area_code, area_name, sub_code, kind, hazard, level, equivalent_level, term, document, revision,
 *         seq, ordered, valid_until}; hazard, valid_until and an equivalent_level of 0 are left out when there is none.
 * Threads: the loop's.
 */
#ifndef HS_FEED_IN_FORCE_H
#define HS_FEED_IN_FORCE_H

#include <jansson.h>

#include "hub/feed/store.h"

/* Whether a filter takes this area. */
bool hs_entry_wanted(const struct hs_filter *filter, const struct hs_active_entry *entry);
/* What people call it: the term as sent; what has no term of its own (a shelter, a headquarters) has the Japanese name of
 * its category in place of the category's English word. `kind` is for machines. */
const char *hs_entry_term(const struct hs_active_entry *entry);
/* A new reference; NULL when out of memory. */
json_t *hs_entry_json(const struct hs_active_entry *entry);
/* Appends the snapshot frame (JSON) of the set with two more members: at, and in_force, what holds then.
 * Failure shows in out->failed. */
void hs_state_add(const struct hs_active *active, const struct hs_filter *filter,
	struct hs_frame *snapshot, int64_t at_unix_us, struct hs_buf *out);
/* W/"epoch:seq", with the moment of the last expiry before `at` when there was one. */
void hs_state_etag(const struct hs_active *active, const char *epoch, uint64_t seq,
	int64_t at_unix_us, char *etag, size_t size);

#endif
