/* Any bytes as a link frame, a notice and a feed frame: unpacked, turned into JSON and back, packed again. */
#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/notice.h"

#define ARENA_BYTES (8u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes);

static void
try_type(const ProtobufCMessageDescriptor *type, const uint8_t *bytes, size_t len_bytes)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	void *message = NULL;
	if (hs_message_unpack(arena, type, bytes, len_bytes, HS_FRAME_MAX_BYTES, &message) ==
		HS_OK) {
		struct hs_buf out;
		hs_buf_init(&out, HS_FRAME_MAX_BYTES);
		hs_message_pack(message, &out);
		hs_buf_free(&out);
		json_decref(hs_message_to_json(message));
	}
	hs_arena_destroy(arena);
}

static void
try_json(const uint8_t *bytes, size_t len_bytes)
{
	json_t *json = json_loadb((const char *)bytes, len_bytes, 0, NULL);
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	void *message = NULL;
	char why[256];
	if (json && hs_message_from_json(arena, &hansho__v1__notice__descriptor, json, &message,
			    why, sizeof(why)) != HS_OK)
		message = NULL;
	json_decref(json);
	hs_arena_destroy(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	try_type(&hansho__v1__notice__descriptor, bytes, len_bytes);
	try_type(&hansho__v1__link_frame__descriptor, bytes, len_bytes);
	try_type(&hansho__v1__feed_frame__descriptor, bytes, len_bytes);
	try_json(bytes, len_bytes);
	return 0;
}
