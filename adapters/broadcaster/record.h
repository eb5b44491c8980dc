/* record.h: the record of an item, as stations get it and folders hold it: compact JSON in one frame.
 *
 * Flow:    one prefecture's share of a notice, its words → hs_record → the frame.
 * Owner:   the frame is a new reference; what is remembered meanwhile lies in the arena. Threads: any. Pure.
 * Format:  broadcaster_encode.h. What the districts of an order have in common is written once and copied.
 * Errors:  NULL when out of memory.
 */
#ifndef HS_BROADCASTER_RECORD_H
#define HS_BROADCASTER_RECORD_H

#include "adapters/broadcaster/broadcaster_encode.h"

struct hs_share {
	const struct hs_broadcast_input *input;
	const struct hs_wording_style *style;
	const char *prefecture;
	const struct hs_change_row *rows;
	size_t row_count;
	struct hs_clause *clauses;
	size_t clause_count;
	enum hs_change change;
};

/* item: its crawl and pages. text: the full text. */
struct hs_frame *hs_record(struct hs_arena *arena, const struct hs_share *share,
	const struct hs_broadcast_item *item, const char *text);

#endif
