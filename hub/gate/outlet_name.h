/* outlet_name.h: what the people of a municipality call an outlet, for the receipt page.
 *
 * Flow:    receipt {adapter, outlet} → rows of the configuration, then one built-in table → Japanese or English.
 * Format:  outlet is a station, a screen, a carrier, or carrier/municipality code (schemas/link.proto, Receipt). The
 *          name of an adapter is the peer's name at the hub, so "telecom" and "telecom-2" are both of that family.
 *          What nobody has named is shown as it came: an outlet never vanishes from the page.
 * Owner:   texts are appended to the caller's buffer. Threads: any. Pure.
 */
#ifndef HS_GATE_OUTLET_NAME_H
#define HS_GATE_OUTLET_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "hub/base/buf.h"

/* A row of the setting `outlets`, and of the built-in table. */
struct hs_outlet_row {
	const char *adapter;
	const char *outlet; /* "" = the adapter itself */
	const char *ja, *en;
};

/* Appends the plain text: 緊急速報メール ／ 携帯会社A 架空市. rows: of the configuration, may be NULL when count is 0. */
void hs_outlet_name(const struct hs_outlet_row *rows, size_t count, const char *adapter,
	const char *outlet, bool english, struct hs_buf *out);

#endif
