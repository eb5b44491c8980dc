#include "adapters/telecom/telecom_document.h"

#include <jansson.h>
#include <string.h>

#include "adapters/telecom/telecom_chars.h"
#include "hub/base/hash.h"
#include "schemas/json_text.h"

#define GETA	 "〓"
#define UCS2_MAX 0xffff

const char *
hs_telecom_cb_text(struct hs_arena *arena, const struct hs_mail *mail, size_t *replaced)
{
	const char *source = hs_arena_printf(arena, "%s\n%s", mail->title, mail->body);
	char *out = source ? hs_arena_alloc(arena, strlen(source) + 1) : NULL;
	size_t used = 0, len_bytes;
	uint32_t character;
	*replaced = 0;
	if (!out)
		return NULL;
	/* The replacement (3 bytes) is shorter than what it replaces (4 bytes). */
	while ((character = hs_char_at(source, &len_bytes)) != 0) {
		bool fits = character <= UCS2_MAX;
		size_t n = fits ? len_bytes : strlen(GETA);
		memcpy(out + used, fits ? source : GETA, n);
		used += n;
		*replaced += !fits;
		source += len_bytes;
	}
	out[used] = '\0';
	return out;
}

static json_t *
pages_json(const struct hs_cb_pages *pages)
{
	json_t *array = json_array();
	for (size_t i = 0; i < pages->count; i++) {
		char hex[HS_CB_PAGE_BYTES * 2 + 1];
		hs_hex(pages->bytes[i], HS_CB_PAGE_BYTES, hex);
		json_array_append_new(array, json_string(hex));
	}
	return array;
}

static json_t *
notice_json(const struct hs_adapter_item *item)
{
	const hs_document *document = item->notice->document;
	return json_pack("{s:s, s:I, s:{s:s, s:s, s:i}}", "epoch", item->epoch, "seq",
		(json_int_t)item->seq, "document", "source", document ? document->source : "", "id",
		document ? document->id : "", "revision", document ? (int)document->revision : 0);
}

static const char *
word(const ProtobufCEnumDescriptor *type, int value, char out[64])
{
	const char *known = hs_enum_word(type, value, out);
	return known ? known : "unknown";
}

char *
hs_telecom_document_write(const struct hs_telecom_document *document)
{
	const struct hs_adapter_item *item = document->item;
	char mode[64], action[64];
	json_t *json = json_pack(
		"{s:s, s:s, s:s, s:i, s:i, s:i, s:o, s:i, s:[s], s:s, s:s, s:s, s:o}", "carrier",
		document->carrier, "title", document->mail->title, "body", document->mail->body,
		"message_id", (int)document->message_id, "serial_nr", (int)document->serial_nr,
		"dcs", HS_CB_DCS_UCS2, "pages", pages_json(&document->pages), "replaced",
		(int)document->replaced, "areas", document->area_code, "area_name",
		document->area_name, "mode",
		word(&hansho__v1__mode__descriptor, (int)item->notice->mode, mode), "action",
		word(&hansho__v1__action__descriptor, (int)item->notice->action, action), "notice",
		notice_json(item));
	char *text = hs_json_dump(json);
	json_decref(json);
	return text;
}
