#include "adapters/telecom/cbc_explain.h"

#include <stdlib.h>

void
hs_cbc_explain(const struct hs_cbc_slot *slot, const struct hs_cbc_posted *wanted,
	struct hs_adapter_item *item, struct hs_adapter_delivery *delivery, int64_t now_unix_us,
	const char *stands)
{
	const char *outlet = delivery->outlet;
	char *document = NULL;
	enum hs_err err = HS_OK;
	if (wanted->any)
		err = hs_cbc_slot_document(slot, wanted, now_unix_us, &document);
	if (wanted->any && !wanted->etws)
		hs_adapter_show(item, outlet, "text", wanted->text);
	delivery->output = document;
	delivery->output_is = "message";
	hs_adapter_deliver(item, delivery);
	if (err != HS_OK)
		hs_adapter_receipt(item, outlet, HS_RECEIPT(FAILED), hs_cbc_document_why(err));
	else if (hs_cbc_slot_is(slot, wanted))
		hs_adapter_receipt(item, outlet, HS_RECEIPT(ACCEPTED), stands);
	free(document);
}
