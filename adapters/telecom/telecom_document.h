/* telecom_document.h: the JSON document that a carrier gets (telecom.h describes it). Pure. */
#ifndef HS_TELECOM_DOCUMENT_H
#define HS_TELECOM_DOCUMENT_H

#include "adapters/runtime/runtime.h"
#include "adapters/telecom/cell_broadcast.h"
#include "adapters/telecom/telecom_encode.h"

struct hs_telecom_document {
	const struct hs_adapter_item *item;
	const char *carrier;
	const char *area_code;
	const char *area_name;
	const struct hs_mail *mail;
	uint16_t message_id;
	uint16_t serial_nr;
	struct hs_cb_pages pages; /* count 0: the text does not fit */
	size_t replaced;	  /* characters that UCS-2 does not have */
};

/* Title and body as one text for the pages; characters that UCS-2 does not have become 〓 and are
 * counted. NULL when the arena is full. */
const char *hs_telecom_cb_text(
	struct hs_arena *arena, const struct hs_mail *mail, size_t *replaced);
/* NULL when out of memory; the caller frees it. */
char *hs_telecom_document_write(const struct hs_telecom_document *document);

#endif
