/* json.c: a message as JSON, by its descriptor; nothing here knows a single field (exceptions: json_rules.c).
 *
 * Owner: the caller gets one new reference. Errors: NULL when out of memory. Numbers that JSON cannot say (NaN,
 * infinity) are left out.
 */
#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/hash.h"
#include "schemas/json_rules.h"

typedef ProtobufCFieldDescriptor field_type;

static bool write_fields(json_t *object, const ProtobufCMessage *message);

/* ---- values ---- */

static json_t *
bytes_value(const ProtobufCBinaryData *bytes)
{
	char *hex = malloc(bytes->len * 2 + 1);
	if (!hex)
		return NULL;
	hs_hex(bytes->data, bytes->len, hex);
	json_t *value = json_string(hex);
	free(hex);
	return value;
}

static json_t *
unsigned_value(uint64_t number)
{
	if (number <= INT64_MAX)
		return json_integer((json_int_t)number);
	char text[24];
	snprintf(text, sizeof(text), "%" PRIu64, number);
	return json_string(text);
}

static json_t *
enum_value(const ProtobufCEnumDescriptor *type, int number)
{
	char word[64];
	const char *known = hs_enum_word(type, number, word);
	return known ? json_string(known) : json_integer(number);
}

static json_t *
message_value(const ProtobufCMessage *message)
{
	if (message->descriptor == &hansho__v1__time__descriptor) {
		const hs_time *time = (const hs_time *)(const void *)message;
		if (hs_json_time_can_be_said(time)) {
			char text[HS_RFC3339_SIZE];
			hs_rfc3339_format(time->unix_us, time->offset_minutes, text);
			return json_string(text);
		}
	}
	json_t *object = json_object();
	if (object && write_fields(object, message))
		return object;
	json_decref(object);
	return NULL;
}

/* The value of one item of a field that stands at `at`. NULL: out of memory. */
static json_t *
item_value(const field_type *field, const void *at)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return json_string(*(const char *const *)at);
	case PROTOBUF_C_TYPE_BYTES:
		return bytes_value(at);
	case PROTOBUF_C_TYPE_MESSAGE:
		return message_value(*(const ProtobufCMessage *const *)at);
	case PROTOBUF_C_TYPE_ENUM:
		return enum_value(field->descriptor, *(const int *)at);
	case PROTOBUF_C_TYPE_BOOL:
		return json_boolean(*(const protobuf_c_boolean *)at);
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		return json_integer(*(const uint32_t *)at);
	case PROTOBUF_C_TYPE_INT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_SFIXED32:
		return json_integer(*(const int32_t *)at);
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		return json_integer(*(const int64_t *)at);
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return unsigned_value(*(const uint64_t *)at);
	case PROTOBUF_C_TYPE_FLOAT:
		return json_real((double)*(const float *)at);
	case PROTOBUF_C_TYPE_DOUBLE:
		return json_real(*(const double *)at);
	}
	return NULL;
}

/* ---- fields ---- */

/* Whether a single field has anything to say. */
static bool
is_said(const field_type *field, const void *at)
{
	static const uint8_t zero[sizeof(ProtobufCBinaryData)];
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING: {
		const char *text = *(const char *const *)at;
		return text && *text;
	}
	case PROTOBUF_C_TYPE_BYTES:
		return ((const ProtobufCBinaryData *)at)->len > 0;
	case PROTOBUF_C_TYPE_DOUBLE: {
		double number = *(const double *)at;
		return isfinite(number) && (number > 0 || number < 0);
	}
	default:
		return memcmp(at, zero, hs_json_item_size(field)) != 0;
	}
}

static bool
write_assumed(json_t *object, const char *name, const hs_time *time)
{
	if (!time->offset_assumed || !hs_json_time_can_be_said(time))
		return true;
	char beside[HS_JSON_NAME];
	snprintf(beside, sizeof(beside), "%s%s", name, HS_JSON_ASSUMED);
	return json_object_set_new(object, beside, json_true()) == 0;
}

static bool
write_repeated(
	json_t *object, const char *name, const field_type *field, const void *base, bool always)
{
	size_t count =
		*(const size_t *)(const void *)((const char *)base + field->quantifier_offset);
	const char *items =
		*(const char *const *)(const void *)((const char *)base + field->offset);
	if (count == 0 && !always)
		return true;
	json_t *array = json_array();
	for (size_t i = 0; array && i < count; i++) {
		json_t *value = item_value(field, items + i * hs_json_item_size(field));
		if (!value || json_array_append_new(array, value) != 0) {
			json_decref(array);
			return false;
		}
	}
	return array && json_object_set_new(object, name, array) == 0;
}

static bool
write_field(json_t *object, const ProtobufCMessage *message, const field_type *field)
{
	const char *base = (const char *)message;
	const char *name = hs_json_name(message->descriptor, field);
	bool always = hs_json_always(message->descriptor, field);
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return write_repeated(object, name, field, base, always);
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
		*(const uint32_t *)(const void *)(base + field->quantifier_offset) != field->id)
		return true;
	const void *at = base + field->offset;
	if (!is_said(field, at) && !always)
		return true;
	json_t *value = item_value(field, at);
	if (!value || json_object_set_new(object, name, value) != 0)
		return false;
	if (hs_json_is_time(field))
		return write_assumed(object, name, *(const hs_time *const *)at);
	return true;
}

/* {"type": "heartbeat", "newest_seq": 7 …}: the body's fields beside its name. */
static bool
write_frame(json_t *object, const ProtobufCMessage *frame)
{
	const char *base = (const char *)frame;
	for (unsigned i = 0; i < frame->descriptor->n_fields; i++) {
		const field_type *field = &frame->descriptor->fields[i];
		if (*(const uint32_t *)(const void *)(base + field->quantifier_offset) != field->id)
			continue;
		const ProtobufCMessage *body =
			*(const ProtobufCMessage *const *)(const void *)(base + field->offset);
		if (json_object_set_new(object, HS_JSON_TYPE, json_string(field->name)) != 0)
			return false;
		return !body || write_fields(object, body);
	}
	return true;
}

/* Recursion ends because no message of ours contains itself. */
static bool
write_fields(json_t *object, const ProtobufCMessage *message)
{
	if (hs_json_is_frame(message->descriptor))
		return write_frame(object, message);
	for (unsigned i = 0; i < message->descriptor->n_fields; i++)
		if (!write_field(object, message, &message->descriptor->fields[i]))
			return false;
	return true;
}

json_t *
hs_message_to_json(const void *message)
{
	return message_value(message);
}
