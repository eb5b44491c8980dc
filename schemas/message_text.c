#include "schemas/message_text.h"

#include <protobuf-c/protobuf-c.h>
#include <stdint.h>

struct visitor {
	hs_text_visit *visit;
	void *owner;
};

static void visit_message(const struct visitor *visitor, const ProtobufCMessage *message);

/* One value: of a field that stands once, or of one that repeats. Both are pointers. */
static void
visit_value(const struct visitor *visitor, const ProtobufCFieldDescriptor *field, const void *at)
{
	if (field->type == PROTOBUF_C_TYPE_STRING)
		visitor->visit(visitor->owner, field->name, (char *const *)at);
	else if (*(const ProtobufCMessage *const *)at)
		visit_message(visitor, *(const ProtobufCMessage *const *)at);
}

static void
visit_field(const struct visitor *visitor, const ProtobufCMessage *message,
	const ProtobufCFieldDescriptor *field)
{
	const char *base = (const char *)message;
	const void *at = base + field->offset;
	const void *quantifier = base + field->quantifier_offset;

	if (field->type != PROTOBUF_C_TYPE_STRING && field->type != PROTOBUF_C_TYPE_MESSAGE)
		return;
	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		void *const *items = *(void *const *const *)at;

		for (size_t i = 0; i < *(const size_t *)quantifier; i++)
			visit_value(visitor, field, &items[i]);
		return;
	}
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) == 0 ||
		*(const uint32_t *)quantifier == field->id)
		visit_value(visitor, field, at);
}

static void
visit_message(const struct visitor *visitor, const ProtobufCMessage *message)
{
	for (unsigned i = 0; i < message->descriptor->n_fields; i++)
		visit_field(visitor, message, &message->descriptor->fields[i]);
}

void
hs_message_texts(const void *message, hs_text_visit *visit, void *owner)
{
	const struct visitor visitor = { visit, owner };

	visit_message(&visitor, message);
}
