#include "adapters/telecom/cbc_explain.h"

#include <stdio.h>
#include <stdlib.h>

#define REQUEST_SIZE 160

static void
show_delete(const struct hs_cbc_slot *slot, const struct hs_cbc_posted *wanted,
	struct hs_adapter_item *item, const char *outlet)
{
	char request[REQUEST_SIZE];
	if (!hs_cbc_slot_deletes(slot, wanted))
		return;
	snprintf(request, sizeof(request), "DELETE message/%u: %s", slot->message_id,
		wanted->any ? "what stands there gives way to the message below"
			    : "nothing stands under this identifier any more");
	hs_adapter_show(item, outlet, "delete", request);
}

void
hs_cbc_explain_rest(const struct hs_cbc_slot *slot, const struct hs_cbc_posted *wanted,
	struct hs_adapter_item *item, const char *outlet, int64_t now_unix_us)
{
	char *document = NULL;
	show_delete(slot, wanted, item, outlet);
	if (!wanted->any || wanted->etws || hs_cbc_slot_is(slot, wanted))
		return;
	hs_adapter_show(item, outlet, "text", wanted->text);
	if (hs_cbc_slot_document(slot, wanted, now_unix_us, &document) == HS_OK)
		hs_adapter_show(item, outlet, "message", document);
	free(document);
}

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
	show_delete(slot, wanted, item, outlet);
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
