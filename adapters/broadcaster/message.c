#include "adapters/broadcaster/message.h"

#include <jansson.h>

#include "schemas/json_text.h"

struct hs_frame *
hs_message_frame(const struct json_t *json)
{
	struct hs_buf text;
	struct hs_frame *frame = NULL;
	hs_buf_init(&text, HS_JSON_TEXT_MAX);
	if (json != NULL && hs_json_write(&text, json))
		frame = hs_frame_from(text.bytes, text.len_bytes);
	hs_buf_free(&text);
	return frame;
}

struct hs_frame *
hs_message_frame_of(struct json_t *json)
{
	struct hs_frame *frame = hs_message_frame(json);
	json_decref(json);
	return frame;
}
