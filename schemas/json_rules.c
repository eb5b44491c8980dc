#include "schemas/json_rules.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"

#define FIRST_UNIX_S   (-62135596800LL)
#define BEHIND_UNIX_S  253402300800LL
#define OFFSET_MAX_MIN 1439

struct named_field {
	const char *message, *field;
};

static const struct named_field ALWAYS[] = {
	{ "Count", "value" },
	{ "FeedHello", "newest_seq" },
	{ "FeedHello", "oldest_seq" },
	{ "FeedHello", "heartbeat_ms" },
	{ "FeedNotice", "seq" },
	{ "FeedSnapshot", "seq" },
	{ "FeedSnapshot", "notices" },
	{ "FeedLive", "seq" },
	{ "FeedGap", "from_seq" },
	{ "FeedGap", "to_seq" },
	{ "FeedHeartbeat", "newest_seq" },
	{ "FeedError", "code" },
	{ "FeedError", "close" },
	{ "FeedPing", "id" },
	{ "FeedPong", "id" },
};

bool
hs_json_is_frame(const ProtobufCMessageDescriptor *type)
{
	for (unsigned i = 0; i < type->n_fields; i++)
		if (!(type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF))
			return false;
	return type->n_fields > 0;
}

bool
hs_json_is_time(const ProtobufCFieldDescriptor *field)
{
	return field->type == PROTOBUF_C_TYPE_MESSAGE &&
	       field->descriptor == &hansho__v1__time__descriptor;
}

const char *
hs_json_name(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field)
{
	if (type == &hansho__v1__feed_subscribe__descriptor &&
		strcmp(field->name, "from_text") == 0)
		return "from";
	return field->name;
}

bool
hs_json_always(const ProtobufCMessageDescriptor *type, const ProtobufCFieldDescriptor *field)
{
	for (size_t i = 0; i < HS_COUNT(ALWAYS); i++)
		if (strcmp(ALWAYS[i].message, type->short_name) == 0 &&
			strcmp(ALWAYS[i].field, field->name) == 0)
			return true;
	return false;
}

bool
hs_json_time_can_be_said(const hs_time *time)
{
	if (time->offset_minutes < -OFFSET_MAX_MIN || time->offset_minutes > OFFSET_MAX_MIN)
		return false;
	/* one day of room, so that the local date stays within the years too */
	return time->unix_us >= (FIRST_UNIX_S + 86400) * HS_US_PER_S &&
	       time->unix_us < (BEHIND_UNIX_S - 86400) * HS_US_PER_S;
}

size_t
hs_json_item_size(const ProtobufCFieldDescriptor *field)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_BYTES:
		return sizeof(ProtobufCBinaryData);
	case PROTOBUF_C_TYPE_STRING:
	case PROTOBUF_C_TYPE_MESSAGE:
		return sizeof(void *);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
	case PROTOBUF_C_TYPE_DOUBLE:
		return sizeof(uint64_t);
	default:
		return sizeof(uint32_t);
	}
}
