/* receipt_entry.c: one receipt by itself: who says it, and its bytes. See receipts.h. */
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/wire.h"
#include "hub/core/receipts.h"
#include "schemas/guests.h"

bool
hs_receipt_of_guests(const struct hs_receipt_entry *entry)
{
	return hs_outlet_is_guests(entry->outlet);
}

void
hs_receipt_by_guest(struct hs_receipt_entry *entry, char detail[HS_DETAIL_MAX_BYTES + 1])
{
	const size_t size = HS_DETAIL_MAX_BYTES + 1;
	size_t len;
	int want;

	if (hs_receipt_of_guests(entry))
		return;
	want = snprintf(detail, size, "%.*s%s%s", HS_OUTLET_MAX_BYTES, entry->outlet,
		entry->detail[0] != '\0' ? ": " : "", entry->detail);
	len = strlen(detail);
	if (want > (int)len) { /* never half a character */
		while (len > 0 && ((unsigned char)detail[len - 1] & 0xc0) == 0x80)
			len--;
		if (len > 0 && ((unsigned char)detail[len - 1] & 0xc0) == 0xc0)
			len--;
		detail[len] = '\0';
	}
	entry->outlet = HS_OUTLET_GUESTS;
	entry->detail = detail;
}

void
hs_receipt_write(struct hs_buf *out, uint32_t number, const struct hs_receipt_entry *entry)
{
	struct hs_buf inner;

	hs_buf_init(&inner, 4096);
	hs_wire_put_uint(&inner, 1, entry->seq);
	hs_wire_put_text(&inner, 2, entry->adapter);
	hs_wire_put_text(&inner, 3, entry->outlet);
	hs_wire_put_uint(&inner, 4, (uint64_t)entry->state);
	hs_wire_put_text(&inner, 5, entry->detail);
	hs_wire_put_uint(&inner, 6, (uint64_t)entry->unix_us);
	hs_wire_put_uint(&inner, 7, (uint64_t)entry->silent_ms);
	HS_CHECK(!inner.failed);
	hs_wire_put_message(out, number, &inner);
	hs_buf_free(&inner);
}
