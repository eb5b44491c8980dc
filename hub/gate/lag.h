/* lag.h: how late each sender enters its orders: from the time an order was given to its arrival at the gate.
 *
 * Flow:    accepted order → hs_lags_add → /metrics, per principal (misissuance M9: 伝達タイムラグ).
 * Bounds:  one row per principal of the file. Threads: the loop's.
 */
#ifndef HS_GATE_LAG_H
#define HS_GATE_LAG_H

#include "hub/base/buf.h"
#include "schemas/notice.h"

struct hs_lags;

/* NULL when out of memory. */
struct hs_lags *hs_lags_create(void);
void hs_lags_destroy(struct hs_lags *lags);
/* Seconds from the newest order time to the first byte at the gate; -1: not an order, or no time in it. A clock of the
 * sender that is ahead counts as 0. */
int64_t hs_lag_of(const hs_notice *notice);
/* Counts one order of that principal; without memory it is not counted. */
void hs_lags_add(struct hs_lags *lags, const char *principal_id, int64_t lag_s);
/* A histogram in Prometheus text form. */
void hs_lags_metrics(const struct hs_lags *lags, struct hs_buf *out);

#endif
