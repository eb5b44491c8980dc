/* shelters.h: the shelters that are open on one lane, as their municipalities say (L-Alert 避難所), with their positions.
 *
 * Flow:    snapshot or notice of kind SHELTER → hs_active (schemas/active.h decides what stands) → list of shelters that are
 *          open and have a position → screens choose the nearest (ways.h).
 * Rules:   one that is closed, not yet open or not known to be open is not in the list; one of no position neither.
 * Owner:   the lane owns it; the list is borrowed until the next load or apply. Threads: the loop's.
 */
#ifndef HS_SIGNAGE_SHELTERS_H
#define HS_SIGNAGE_SHELTERS_H

#include <stddef.h>
#include <stdint.h>

#include "adapters/signage/geo.h"
#include "hub/base/err.h"
#include "schemas/notice.h"

struct hs_shelters;

struct hs_open_shelter {
	const char *name;
	const char *area_code; /* municipality, "" when not told */
	const char *status;    /* 空き, 混雑, 定員一杯 as sent; "" */
	struct hs_geo at;
	int64_t told_unix_us; /* how old this is: when it was checked, changed or sent; 0 = not known */
	int32_t offset_minutes;
	uint64_t seq; /* of the notice that says so */
};

/* NULL when out of memory. */
struct hs_shelters *hs_shelters_create(void);
/* NULL is allowed. */
void hs_shelters_destroy(struct hs_shelters *shelters);
/* Takes a notice in; of another kind: nothing. HS_ERR_STALE: it is not news. HS_ERR_NOMEM: the list is empty. */
enum hs_err hs_shelters_apply(
	struct hs_shelters *shelters, uint64_t seq, const hs_notice *notice) HS_MUST_CHECK;
const struct hs_open_shelter *hs_shelters_list(const struct hs_shelters *shelters, size_t *count);

#endif
