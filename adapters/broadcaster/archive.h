/* archive.h: the newest notices of each lane in the forms of other systems, and what changed, for those who ask later.
 *
 * Flow:    notice → hs_archive_add (the forms are made once, for files, stations and questions) → GET /v1/items/…
 *          After a start: the notices of the snapshot, so that the feed holds what is in force.
 * Owner:   the broadcaster; forms are borrowed until the next add. Threads: one.
 */
#ifndef HS_BROADCASTER_ARCHIVE_H
#define HS_BROADCASTER_ARCHIVE_H

#include "adapters/broadcaster/forms.h"
#include "adapters/broadcaster/since.h"
#include "adapters/runtime/rules.h"

struct hs_archive;

/* items: notices kept in each lane. NULL when out of memory. */
struct hs_archive *hs_archive_create(size_t items);
/* NULL is allowed. */
void hs_archive_destroy(struct hs_archive *archive);
/* Another history begins: forgets the lane. */
void hs_archive_reset(struct hs_archive *archive, enum hs_adapter_lane lane, uint64_t floor_seq);
/* Never NULL; without memory the forms are empty. A seq that is there already is left as it is. */
const struct hs_forms *hs_archive_add(struct hs_archive *archive, enum hs_adapter_lane lane,
	const char *epoch, uint64_t seq, const hs_notice *notice);
/* NULL: not (or no longer) there. */
const struct hs_forms *hs_archive_find(
	const struct hs_archive *archive, enum hs_adapter_lane lane, uint64_t seq);
/* The Atom feed, newest first. Free. NULL: out of memory. */
char *hs_archive_feed(
	const struct hs_archive *archive, enum hs_adapter_lane lane, const char *epoch);
struct hs_since *hs_archive_since(struct hs_archive *archive, enum hs_adapter_lane lane);

#endif
