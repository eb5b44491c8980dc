/* feed_ops.h: the feed's operations page: readiness, metrics, status.
 *
 * Owner: owner of the callbacks is struct hs_feed_parts. Threads: the loop's.
 */
#ifndef HS_FEED_FEED_OPS_H
#define HS_FEED_FEED_OPS_H

#include "hub/base/proc.h"
#include "hub/feed/parts.h"

extern const struct hs_ops_callbacks hs_feed_ops;

#endif
