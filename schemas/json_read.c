/* json_read.c: JSON into a message, by its descriptor, strictly: a member that is not known, of the wrong type or
 * out of range is named and refused, because a misspelt filter must not become no filter. `null` is absent.
 *
 * Owner: everything lives in the arena. Errors: HS_ERR_PARSE with `why`; HS_ERR_TOO_LARGE when the arena is full.
 */
#include <ctype.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "schemas/json_rules.h"
#include "schemas/wire.h"

typedef ProtobufCFieldDescriptor field_type;

/* Where we are in the document, for `why`: a chain from the inside out on the stack. */
struct place {
	const struct place *up;
	const char *name;
	size_t index; /* in an array, from 1; 0: not in one */
};

struct reader {
	struct hs_arena *arena;
	char *why;
	size_t why_size;
};

static enum hs_err read_fields(const struct reader *reader, const struct place *place,
	const json_t *object, ProtobufCMessage *message);

/* Jansson walks an object by a pointer that is not const, although it changes nothing. */
static json_t *
writable(const json_t *object)
{
	json_t *same = NULL;
	memcpy(&same, &object, sizeof(void *));
	return same;
}

/* ---- errors ---- */

static size_t
put_place(const struct place *place, char *out, size_t size)
{
	size_t len = place->up ? put_place(place->up, out, size) : 0;
	if (len >= size)
		return len;
	int more = snprintf(out + len, size - len, "%s%s", len ? "." : "", place->name);
	len += more > 0 ? (size_t)more : 0;
	if (place->index && len < size) {
		more = snprintf(out + len, size - len, "[%zu]", place->index - 1);
		len += more > 0 ? (size_t)more : 0;
	}
	return len;
}

/* Names the place and what was expected there. */
static enum hs_err
refuse(const struct reader *reader, const struct place *place, const char *expected)
{
	if (reader->why_size) {
		size_t len = put_place(place, reader->why, reader->why_size);
		if (len < reader->why_size)
			snprintf(reader->why + len, reader->why_size - len, ": %s", expected);
	}
	return HS_ERR_PARSE;
}

/* ---- scalars ---- */

/* A whole number, or its decimal text (64-bit numbers). */
static bool
whole_number(const json_t *json, bool *negative, uint64_t *magnitude)
{
	if (json_is_integer(json)) {
		json_int_t number = json_integer_value(json);
		*negative = number < 0;
		*magnitude = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
		return true;
	}
	const char *text = json_string_value(json);
	if (!text)
		return false;
	*negative = *text == '-';
	text += *negative;
	if (!isdigit((unsigned char)*text))
		return false;
	uint64_t value = 0;
	for (; isdigit((unsigned char)*text); text++) {
		uint64_t digit = (uint64_t)(*text - '0');
		if (value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*magnitude = value;
	return *text == '\0';
}

struct range {
	uint64_t low; /* largest magnitude below zero */
	uint64_t high;
	bool wide;
	const char *expected;
};

static struct range
range_of(ProtobufCType type)
{
	switch (type) {
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_FIXED32:
		return (struct range){ 0, UINT32_MAX, false, "expected a whole number, 0…2^32-1" };
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_FIXED64:
		return (struct range){ 0, UINT64_MAX, true, "expected a whole number, 0…2^64-1" };
	case PROTOBUF_C_TYPE_INT64:
	case PROTOBUF_C_TYPE_SINT64:
	case PROTOBUF_C_TYPE_SFIXED64:
		return (struct range){ 1ULL << 63, INT64_MAX, true,
			"expected a whole number, -2^63…2^63-1" };
	default:
		return (struct range){ 1ULL << 31, INT32_MAX, false,
			"expected a whole number, -2^31…2^31-1" };
	}
}

static enum hs_err
read_number(const struct reader *reader, const struct place *place, const field_type *field,
	const json_t *json, void *at)
{
	struct range range = range_of(field->type);
	bool negative = false;
	uint64_t magnitude = 0;
	if ((!range.wide && !json_is_integer(json)) || !whole_number(json, &negative, &magnitude) ||
		magnitude > (negative ? range.low : range.high))
		return refuse(reader, place, range.expected);
	uint64_t bits = negative ? 0 - magnitude : magnitude;
	uint32_t narrow = (uint32_t)bits;
	if (range.wide)
		memcpy(at, &bits, sizeof(bits));
	else
		memcpy(at, &narrow, sizeof(narrow));
	return HS_OK;
}

static enum hs_err
read_text(const struct reader *reader, const struct place *place, const json_t *json, char **out)
{
	const char *text = json_string_value(json);
	if (!text || strlen(text) != json_string_length(json))
		return refuse(reader, place, "expected a text without NUL");
	*out = hs_arena_strdup(reader->arena, text);
	return *out ? HS_OK : HS_ERR_TOO_LARGE;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static enum hs_err
read_bytes(const struct reader *reader, const struct place *place, const json_t *json,
	ProtobufCBinaryData *out)
{
	const char *text = json_string_value(json);
	size_t len = text ? json_string_length(json) : 1;
	if (len % 2)
		return refuse(
			reader, place, "expected bytes as an even number of hexadecimal digits");
	uint8_t *bytes = hs_arena_alloc(reader->arena, len / 2 + 1);
	if (!bytes)
		return HS_ERR_TOO_LARGE;
	for (size_t i = 0; i < len / 2; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);
		if (high < 0 || low < 0)
			return refuse(reader, place, "expected hexadecimal digits");
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	*out = (ProtobufCBinaryData){ len / 2, len ? bytes : NULL };
	return HS_OK;
}

/* A word that is not known is no error: it comes from a newer writer. It is named in `why`. */
static enum hs_err
read_enum(const struct reader *reader, const struct place *place, const field_type *field,
	const json_t *json, void *at)
{
	if (json_is_integer(json))
		return read_number(reader, place, field, json, at);
	const char *word = json_string_value(json);
	if (!word)
		return refuse(reader, place, "expected a word or a number");
	int value = hs_enum_value(field->descriptor, word);
	if (value < 0) {
		value = 0;
		refuse(reader, place, "unknown word, taken as unspecified");
	}
	memcpy(at, &value, sizeof(value));
	return HS_OK;
}

static enum hs_err
read_time(const struct reader *reader, const struct place *place, const json_t *json, hs_time *out)
{
	int offset_min = 0, assumed = 0;
	enum hs_err err =
		hs_rfc3339_parse(json_string_value(json), &out->unix_us, &offset_min, &assumed);
	if (err != HS_OK)
		return refuse(reader, place, "expected a time like 2026-07-01T18:57:05+09:00");
	out->offset_minutes = offset_min;
	out->offset_assumed = assumed;
	return HS_OK;
}

static enum hs_err
read_message(const struct reader *reader, const struct place *place, const field_type *field,
	const json_t *json, void *at)
{
	ProtobufCMessage *message = hs_message_new(reader->arena, field->descriptor);
	if (!message)
		return HS_ERR_TOO_LARGE;
	memcpy(at, &message, sizeof(void *));
	if (hs_json_is_time(field) && json_is_string(json))
		return read_time(reader, place, json, (hs_time *)(void *)message);
	return read_fields(reader, place, json, message);
}

static enum hs_err
read_item(const struct reader *reader, const struct place *place, const field_type *field,
	const json_t *json, void *at)
{
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		return read_text(reader, place, json, at);
	case PROTOBUF_C_TYPE_BYTES:
		return read_bytes(reader, place, json, at);
	case PROTOBUF_C_TYPE_MESSAGE:
		return read_message(reader, place, field, json, at);
	case PROTOBUF_C_TYPE_ENUM:
		return read_enum(reader, place, field, json, at);
	case PROTOBUF_C_TYPE_BOOL:
		if (!json_is_boolean(json))
			return refuse(reader, place, "expected true or false");
		*(protobuf_c_boolean *)at = json_is_true(json);
		return HS_OK;
	case PROTOBUF_C_TYPE_DOUBLE:
		if (!json_is_number(json) || !isfinite(json_number_value(json)))
			return refuse(reader, place, "expected a number");
		*(double *)at = json_number_value(json);
		return HS_OK;
	default:
		return read_number(reader, place, field, json, at);
	}
}

/* ---- fields ---- */

static enum hs_err
read_repeated(const struct reader *reader, const struct place *place, const field_type *field,
	const json_t *json, char *base)
{
	if (!json_is_array(json))
		return refuse(reader, place, "expected a list");
	size_t size = hs_json_item_size(field);
	size_t count = json_array_size(json);
	char *items = count ? hs_field_array(reader->arena, count * size) : NULL;
	if (count && !items)
		return HS_ERR_TOO_LARGE;
	for (size_t i = 0; i < count; i++) {
		struct place inside = { place->up, place->name, i + 1 };
		enum hs_err err = read_item(
			reader, &inside, field, json_array_get(json, i), items + i * size);
		if (err != HS_OK)
			return err;
	}
	memcpy(base + field->offset, &items, sizeof(items));
	memcpy(base + field->quantifier_offset, &count, sizeof(count));
	return HS_OK;
}

static enum hs_err
read_field(const struct reader *reader, const struct place *place, const field_type *field,
	const json_t *json, ProtobufCMessage *message)
{
	char *base = (char *)message;
	if (field->label == PROTOBUF_C_LABEL_REPEATED)
		return read_repeated(reader, place, field, json, base);
	if (field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) {
		uint32_t *chosen = (uint32_t *)(void *)(base + field->quantifier_offset);
		if (*chosen)
			return refuse(reader, place, "only one kind of detail may be given");
		*chosen = field->id;
	}
	return read_item(reader, place, field, json, base + field->offset);
}

/* The field of a member; FeedSubscribe keeps a text `from` in from_text. */
static const field_type *
field_of(const ProtobufCMessageDescriptor *type, const char *name, const json_t *json)
{
	if (type == &hansho__v1__feed_subscribe__descriptor) {
		if (strcmp(name, "from_text") == 0)
			return NULL;
		if (strcmp(name, "from") == 0 && json_is_string(json))
			name = "from_text";
	}
	return protobuf_c_message_descriptor_get_field_by_name(type, name);
}

/* "<name>_offset_assumed" beside a Time; NULL when it is no such member. */
static const field_type *
assumed_field_of(const ProtobufCMessageDescriptor *type, const char *name)
{
	size_t len = strlen(name), tail = strlen(HS_JSON_ASSUMED);
	char own[HS_JSON_NAME];
	if (len <= tail || len >= sizeof(own) || strcmp(name + len - tail, HS_JSON_ASSUMED) != 0)
		return NULL;
	memcpy(own, name, len - tail);
	own[len - tail] = '\0';
	const field_type *field = protobuf_c_message_descriptor_get_field_by_name(type, own);
	return field && hs_json_is_time(field) ? field : NULL;
}

/* After all other members: the times are there by then. */
static enum hs_err
read_assumed(const struct reader *reader, const struct place *up, const json_t *object,
	ProtobufCMessage *message)
{
	const char *name;
	json_t *json;
	json_object_foreach (writable(object), name, json) {
		const field_type *field = assumed_field_of(message->descriptor, name);
		if (!field || json_is_null(json))
			continue;
		struct place place = { up, name, 0 };
		hs_time *time = NULL;
		memcpy(&time, (char *)message + field->offset, sizeof(void *));
		if (!json_is_boolean(json) || !time)
			return refuse(reader, &place, "expected true or false, beside a time");
		time->offset_assumed = json_is_true(json);
	}
	return HS_OK;
}

static enum hs_err
read_members(const struct reader *reader, const struct place *up, const json_t *object,
	ProtobufCMessage *message, bool in_frame)
{
	const char *name;
	json_t *json;
	json_object_foreach (writable(object), name, json) {
		struct place place = { up, name, 0 };
		if (json_is_null(json) || (in_frame && strcmp(name, HS_JSON_TYPE) == 0) ||
			assumed_field_of(message->descriptor, name))
			continue;
		const field_type *field = field_of(message->descriptor, name, json);
		enum hs_err err = field ? read_field(reader, &place, field, json, message)
					: refuse(reader, &place, "unknown member");
		if (err != HS_OK)
			return err;
	}
	return read_assumed(reader, up, object, message);
}

static enum hs_err
read_frame(const struct reader *reader, const struct place *place, const json_t *object,
	ProtobufCMessage *frame)
{
	struct place type_place = { place, HS_JSON_TYPE, 0 };
	const char *name = json_string_value(json_object_get(object, HS_JSON_TYPE));
	const field_type *field =
		name ? protobuf_c_message_descriptor_get_field_by_name(frame->descriptor, name)
		     : NULL;
	if (!field)
		return refuse(reader, &type_place, "expected the name of a frame");
	ProtobufCMessage *body = hs_message_new(reader->arena, field->descriptor);
	if (!body)
		return HS_ERR_TOO_LARGE;
	memcpy((char *)frame + field->offset, &body, sizeof(void *));
	memcpy((char *)frame + field->quantifier_offset, &field->id, sizeof(field->id));
	return read_members(reader, place, object, body, true);
}

static enum hs_err
read_fields(const struct reader *reader, const struct place *place, const json_t *object,
	ProtobufCMessage *message)
{
	if (!json_is_object(object))
		return refuse(reader, place, "expected an object");
	if (hs_json_is_frame(message->descriptor))
		return read_frame(reader, place, object, message);
	return read_members(reader, place, object, message, false);
}

enum hs_err
hs_message_from_json(struct hs_arena *arena, const ProtobufCMessageDescriptor *type,
	const json_t *json, void *out_message, char *why, size_t why_size)
{
	struct reader reader = { arena, why, why_size };
	struct place top = { NULL, type->short_name, 0 };
	if (why_size)
		why[0] = '\0';
	ProtobufCMessage *message = hs_message_new(arena, type);
	if (!message)
		return HS_ERR_TOO_LARGE;
	enum hs_err err = read_fields(&reader, &top, json, message);
	if (err == HS_OK)
		memcpy(out_message, &message, sizeof(void *));
	return err;
}
