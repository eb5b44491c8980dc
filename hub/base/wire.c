#include "hub/base/wire.h"

#include <string.h>

enum wire_type { WIRE_VARINT = 0, WIRE_64 = 1, WIRE_BYTES = 2, WIRE_32 = 5 };

struct hs_wire
hs_wire_of(const void *bytes, size_t len_bytes)
{
	struct hs_wire wire = { bytes, NULL, false };

	wire.end = wire.at == NULL ? NULL : wire.at + len_bytes;
	return wire;
}

static bool
get_varint(struct hs_wire *wire, uint64_t *value)
{
	*value = 0;
	for (unsigned shift = 0; shift < 64 && wire->at < wire->end; shift += 7) {
		uint8_t byte = *wire->at++;

		*value |= (uint64_t)(byte & 0x7f) << shift;
		if ((byte & 0x80) == 0)
			return true;
	}
	return false;
}

static bool
get_fixed(struct hs_wire *wire, size_t len_bytes, uint64_t *value)
{
	if ((size_t)(wire->end - wire->at) < len_bytes)
		return false;
	*value = 0;
	for (size_t i = 0; i < len_bytes; i++)
		*value |= (uint64_t)wire->at[i] << (8 * i);
	wire->at += len_bytes;
	return true;
}

static bool
get_bytes(struct hs_wire *wire, struct hs_wire_field *field)
{
	uint64_t len_bytes;

	if (!get_varint(wire, &len_bytes) || len_bytes > (uint64_t)(wire->end - wire->at))
		return false;
	field->bytes = wire->at;
	field->len_bytes = (size_t)len_bytes;
	wire->at += len_bytes;
	return true;
}

bool
hs_wire_next(struct hs_wire *wire, struct hs_wire_field *field)
{
	uint64_t key;
	bool good = false;

	memset(field, 0, sizeof(*field));
	if (wire->bad || wire->at == wire->end)
		return false;
	if (get_varint(wire, &key) && (key >> 3) > 0 && (key >> 3) <= UINT32_MAX) {
		field->number = (uint32_t)(key >> 3);
		switch ((enum wire_type)(key & 7)) {
		case WIRE_VARINT:
			good = get_varint(wire, &field->value);
			break;
		case WIRE_64:
			good = get_fixed(wire, 8, &field->value);
			break;
		case WIRE_BYTES:
			good = get_bytes(wire, field);
			break;
		case WIRE_32:
			good = get_fixed(wire, 4, &field->value);
			break;
		}
	}
	wire->bad = !good;
	return good;
}

void
hs_wire_copy(const struct hs_wire *wire, const uint8_t *begin, struct hs_buf *out)
{
	hs_buf_add(out, begin, (size_t)(wire->at - begin));
}

static void
put_varint(struct hs_buf *out, uint64_t value)
{
	uint8_t bytes[10];
	size_t count = 0;

	do {
		bytes[count++] = (uint8_t)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
		value >>= 7;
	} while (value > 0);
	hs_buf_add(out, bytes, count);
}

void
hs_wire_put_uint(struct hs_buf *out, uint32_t number, uint64_t value)
{
	if (value == 0)
		return;
	put_varint(out, (uint64_t)number << 3 | WIRE_VARINT);
	put_varint(out, value);
}

void
hs_wire_put_head(struct hs_buf *out, uint32_t number, size_t len_bytes)
{
	put_varint(out, (uint64_t)number << 3 | WIRE_BYTES);
	put_varint(out, len_bytes);
}

static void
put_span(struct hs_buf *out, uint32_t number, const void *bytes, size_t len_bytes)
{
	hs_wire_put_head(out, number, len_bytes);
	if (len_bytes > 0)
		hs_buf_add(out, bytes, len_bytes);
}

void
hs_wire_put_bytes(struct hs_buf *out, uint32_t number, const void *bytes, size_t len_bytes)
{
	if (len_bytes > 0)
		put_span(out, number, bytes, len_bytes);
}

void
hs_wire_put_text(struct hs_buf *out, uint32_t number, const char *text)
{
	if (text != NULL)
		hs_wire_put_bytes(out, number, text, strlen(text));
}

void
hs_wire_put_message(struct hs_buf *out, uint32_t number, const struct hs_buf *message)
{
	put_span(out, number, message->bytes, message->len_bytes);
}
