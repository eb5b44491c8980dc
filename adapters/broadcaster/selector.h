/* selector.h: what a station wants: kinds, areas, levels. Pure.
 *
 * Rules:   - an area change concerns a station by the louder of what stood before and what stands now: who got an order
 *            gets its correction, its lowering, its lift and its cancel, whatever those say of themselves;
 *          - what is unknown (kind, term, level) passes: a filter may not be the reason that nobody sees it (P12);
 *          - a notice for a whole prefecture concerns every municipality in it, and the other way round;
 *          - areas, kinds and levels of what a notice follows count too (Document.areas_before, kinds_before, level_before).
 * Owner:   the selector borrows the texts of the configuration. Threads: any.
 */
#ifndef HS_BROADCASTER_SELECTOR_H
#define HS_BROADCASTER_SELECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/runtime/change.h"
#include "hub/base/config.h"

struct hs_selector {
	uint64_t kinds;		      /* bit of each HS_KIND(…) wanted; 0: all */
	struct hs_config_texts areas; /* 2, 5, 6 or 12 digits; none: everywhere */
	uint32_t level_min;	      /* of orders: 0 all … 5 */
};

/* kinds: words of enum Kind, "!weather" takes one out. "" when right, else the word that is none. */
const char *hs_selector_kinds(const struct hs_config_texts *kinds, uint64_t *out);
/* Whether a text of the configuration names an area that exists. */
bool hs_selector_area_known(const char *code);

/* selector NULL: everything, in all of these. */
bool hs_selector_wants_kind(const struct hs_selector *selector, int kind);
bool hs_selector_wants_area(const struct hs_selector *selector, const char *code);
bool hs_selector_wants_change(const struct hs_selector *selector, const struct hs_change_row *row);
bool hs_selector_wants_row(const struct hs_selector *selector, const struct hs_force_row *row);
/* A notice without area changes: by its kind, its areas and, where it has one, its level. */
bool hs_selector_wants_notice(const struct hs_selector *selector, const hs_notice *notice);

/* 1…5, 6 for a restricted zone or an unknown term, 0: nothing tells it. NULL: 0. */
uint32_t hs_row_loudness(const struct hs_force_row *row);
/* Of an area change: the louder of before and after. */
uint32_t hs_change_loudness(const struct hs_change_row *row);

#endif
