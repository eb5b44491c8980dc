/* message_filler.h: random messages by their descriptors: a field that is added to a .proto file is covered by
 * every test that uses this, without anybody thinking of it. The same seed gives the same message. */
#ifndef HS_TEST_MESSAGE_FILLER_H
#define HS_TEST_MESSAGE_FILLER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "schemas/notice.h"

struct filler {
	struct hs_arena *arena;
	uint64_t seed;
	bool everything; /* every field is said; else about half of them */
	bool any_enum;	 /* also numbers that have no word */
};

static inline uint32_t
filler_dice(struct filler *filler, uint32_t sides)
{
	filler->seed = filler->seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(filler->seed >> 33) % sides;
}

static inline char *
filler_text(struct filler *filler)
{
	static const char *const parts[] = { "避難指示", "北町", "a", "\"", "\\", "\n", "é", "\x7f",
		"𠮷", " ", "<&>", "{}", "/" };
	char text[96] = "";
	uint32_t count = 1 + filler_dice(filler, 5);
	for (uint32_t i = 0; i < count; i++)
		strcat(text, parts[filler_dice(filler, HS_COUNT(parts))]);
	return hs_arena_strdup(filler->arena, text);
}

static inline void *filler_message(struct filler *filler, const ProtobufCMessageDescriptor *type);

static inline void
filler_time(struct filler *filler, hs_time *time)
{
	time->unix_us = 1000000000000000LL + (int64_t)filler_dice(filler, 1u << 30) * 1000000 +
			filler_dice(filler, 1000000);
	time->offset_minutes = (int32_t)filler_dice(filler, 1440) - 720;
	time->offset_assumed = (int)filler_dice(filler, 2);
}

static inline void
filler_bytes(struct filler *filler, ProtobufCBinaryData *out)
{
	out->len = 1 + filler_dice(filler, 40);
	out->data = hs_arena_alloc(filler->arena, out->len);
	for (size_t i = 0; i < out->len; i++)
		out->data[i] = (uint8_t)filler_dice(filler, 256);
}

static inline void
filler_enum(struct filler *filler, const ProtobufCEnumDescriptor *type, void *at)
{
	int value = type->values[filler_dice(filler, type->n_values)].value;
	if (filler->everything && value == 0)
		value = type->values[type->n_values - 1].value;
	if (filler->any_enum && filler_dice(filler, 4) == 0)
		value = 1000 + (int)filler_dice(filler, 1000);
	memcpy(at, &value, sizeof(value));
}

static inline void
filler_item(struct filler *filler, const ProtobufCFieldDescriptor *field, void *at)
{
	uint32_t small = 1 + filler_dice(filler, 1u << 30);
	uint64_t large = (uint64_t)small << filler_dice(filler, 33);
	switch (field->type) {
	case PROTOBUF_C_TYPE_STRING:
		*(char **)at = filler_text(filler);
		break;
	case PROTOBUF_C_TYPE_BYTES:
		filler_bytes(filler, at);
		break;
	case PROTOBUF_C_TYPE_MESSAGE:
		*(void **)at = filler_message(filler, field->descriptor);
		break;
	case PROTOBUF_C_TYPE_ENUM:
		filler_enum(filler, field->descriptor, at);
		break;
	case PROTOBUF_C_TYPE_BOOL:
		*(protobuf_c_boolean *)at = 1;
		break;
	case PROTOBUF_C_TYPE_DOUBLE:
		*(double *)at = ((double)small - 5e8) / 7.0;
		break;
	case PROTOBUF_C_TYPE_UINT32:
	case PROTOBUF_C_TYPE_SINT32:
	case PROTOBUF_C_TYPE_INT32:
		memcpy(at, &small, sizeof(small));
		break;
	case PROTOBUF_C_TYPE_UINT64:
	case PROTOBUF_C_TYPE_INT64:
		memcpy(at, &large, sizeof(large));
		break;
	default:
		fail_msg("%s: the filler does not know this type", field->name);
	}
}

static inline void
filler_repeated(struct filler *filler, const ProtobufCFieldDescriptor *field, char *base)
{
	size_t count = 1 + filler_dice(filler, 3);
	size_t size = field->type == PROTOBUF_C_TYPE_BYTES ? sizeof(ProtobufCBinaryData) : 8;
	char *items = hs_arena_alloc(filler->arena, count * size);
	for (size_t i = 0; i < count; i++)
		filler_item(filler, field, items + i * size);
	memcpy(base + field->offset, &items, sizeof(items));
	memcpy(base + field->quantifier_offset, &count, sizeof(count));
}

/* One of the oneof's fields, chosen by the dice. */
static inline void
filler_oneof(struct filler *filler, const ProtobufCMessageDescriptor *type, char *base)
{
	uint32_t count = 0;
	for (unsigned i = 0; i < type->n_fields; i++)
		count += (type->fields[i].flags & PROTOBUF_C_FIELD_FLAG_ONEOF) != 0;
	if (count == 0)
		return;
	uint32_t chosen = filler_dice(filler, count);
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];
		if (!(field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) || chosen-- != 0)
			continue;
		memcpy(base + field->quantifier_offset, &field->id, sizeof(field->id));
		filler_item(filler, field, base + field->offset);
	}
}

static inline void *
filler_message(struct filler *filler, const ProtobufCMessageDescriptor *type)
{
	char *base = hs_message_new(filler->arena, type);
	assert_non_null(base);
	if (type == &hansho__v1__time__descriptor) {
		filler_time(filler, (hs_time *)(void *)base);
		return base;
	}
	for (unsigned i = 0; i < type->n_fields; i++) {
		const ProtobufCFieldDescriptor *field = &type->fields[i];
		if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) ||
			(!filler->everything && filler_dice(filler, 2)))
			continue;
		if (field->label == PROTOBUF_C_LABEL_REPEATED)
			filler_repeated(filler, field, base);
		else
			filler_item(filler, field, base + field->offset);
	}
	filler_oneof(filler, type, base);
	return base;
}

#endif
