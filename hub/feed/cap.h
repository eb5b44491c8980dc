/* cap.h: a notice of the feed as a CAP alert: GET /v1/notices/{seq}.cap.
 *
 * Rule:    `sent` of earlier messages of its document comes from the notices that the ring still holds before it
 *          (schemas/cap_write.h says what stands in their place otherwise).
 * Threads: the loop's.
 */
#ifndef HS_FEED_CAP_H
#define HS_FEED_CAP_H

#include "hub/feed/store.h"

/* Appends the alert. Failure shows in out->failed. */
void hs_feed_cap(const struct hs_store *store, const struct hs_entry *entry, struct hs_buf *out);

#endif
