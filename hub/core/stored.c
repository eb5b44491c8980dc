#include "hub/core/stored.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/base/wire.h"

/* Field numbers of schemas/link.proto. */
enum {
	RECORD_NOTICE = 7,
	RECORD_STORED = 12,
	STORED_STORE = 1,
	STORED_BULK_BYTES = 2,
	STORED_BULK_SHA256 = 3,
	STORED_ORIGINAL_BYTES = 4,
	STORED_ORIGINAL_SHA256 = 5,
	STORED_PRESSED_BULK_BYTES = 6,
	STORED_PRESSED_ORIGINAL_BYTES = 7
};

#define STORED_KEY	 (RECORD_STORED << 3 | 2) /* its first byte */
#define STORED_MAX_BYTES 256

void
hs_stored_put(struct hs_buf *out, const struct hs_stored *stored)
{
	struct hs_buf inner;

	hs_buf_init(&inner, STORED_MAX_BYTES);
	hs_wire_put_uint(&inner, STORED_STORE, stored->store);
	hs_wire_put_uint(&inner, STORED_BULK_BYTES, stored->bulk_bytes);
	hs_wire_put_bytes(&inner, STORED_BULK_SHA256, stored->bulk_sha256, HS_SHA256_BYTES);
	hs_wire_put_uint(&inner, STORED_ORIGINAL_BYTES, stored->original_bytes);
	hs_wire_put_bytes(&inner, STORED_ORIGINAL_SHA256, stored->original_sha256, HS_SHA256_BYTES);
	hs_wire_put_uint(&inner, STORED_PRESSED_BULK_BYTES, stored->pressed_bulk_bytes);
	hs_wire_put_uint(&inner, STORED_PRESSED_ORIGINAL_BYTES, stored->pressed_original_bytes);
	hs_wire_put_message(out, RECORD_STORED, &inner);
	hs_buf_free(&inner);
}

bool
hs_stored_is(struct hs_span body)
{
	return body.len_bytes > 0 && *(const uint8_t *)body.bytes == STORED_KEY;
}

static bool
take_hash(const struct hs_wire_field *field, uint8_t out[HS_SHA256_BYTES])
{
	if (field->len_bytes == HS_SHA256_BYTES)
		memcpy(out, field->bytes, HS_SHA256_BYTES);
	return field->len_bytes == HS_SHA256_BYTES;
}

static bool
take_field(const struct hs_wire_field *field, struct hs_stored *out)
{
	uint64_t *const numbers[] = { [STORED_STORE] = &out->store,
		[STORED_BULK_BYTES] = &out->bulk_bytes,
		[STORED_ORIGINAL_BYTES] = &out->original_bytes,
		[STORED_PRESSED_BULK_BYTES] = &out->pressed_bulk_bytes,
		[STORED_PRESSED_ORIGINAL_BYTES] = &out->pressed_original_bytes };

	if (field->number == STORED_BULK_SHA256)
		return take_hash(field, out->bulk_sha256);
	if (field->number == STORED_ORIGINAL_SHA256)
		return take_hash(field, out->original_sha256);
	if (field->number < HS_COUNT(numbers) && numbers[field->number] != NULL)
		*numbers[field->number] = field->value;
	return true;
}

enum hs_err
hs_stored_look(struct hs_span body, struct hs_stored *out)
{
	struct hs_wire outer = hs_wire_of(body.bytes, body.len_bytes), wire;
	struct hs_wire_field field;
	bool good = true;

	memset(out, 0, sizeof(*out));
	if (!hs_wire_next(&outer, &field) || field.number != RECORD_STORED || field.bytes == NULL)
		return HS_ERR_CORRUPT;
	wire = hs_wire_of(field.bytes, field.len_bytes);
	while (hs_wire_next(&wire, &field))
		good = take_field(&field, out) && good;
	return good && !wire.bad && out->store > 0 && out->bulk_bytes > 0 ? HS_OK : HS_ERR_CORRUPT;
}

/* The last field, which must be the notice, with a length that differs by `more` of what is there; and what of it is there. */
static enum hs_err
put_with_length(struct hs_span body, size_t notice_bytes, size_t kept_bytes, struct hs_buf *out)
{
	const uint8_t *begin = body.bytes, *last = begin;
	struct hs_wire wire = hs_wire_of(body.bytes, body.len_bytes);
	struct hs_wire_field field = { 0 };

	while (wire.at != wire.end) {
		last = wire.at;
		if (!hs_wire_next(&wire, &field))
			return HS_ERR_CORRUPT;
	}
	if (field.number != RECORD_NOTICE || field.bytes == NULL || field.len_bytes < kept_bytes)
		return HS_ERR_CORRUPT;
	hs_buf_add(out, begin, (size_t)(last - begin));
	hs_wire_put_head(out, RECORD_NOTICE, notice_bytes);
	hs_buf_add(out, field.bytes, kept_bytes);
	return out->failed ? HS_ERR_NOMEM : HS_OK;
}

/* Of the notice, which stands last. */
static size_t
notice_bytes_of(struct hs_span body)
{
	struct hs_record_look look;

	return hs_record_look(body, &look) == HS_OK ? look.notice.len_bytes : 0;
}

enum hs_err
hs_stored_shrink(struct hs_span body, size_t bulk_bytes, struct hs_buf *out)
{
	size_t len_bytes = notice_bytes_of(body);

	if (len_bytes < bulk_bytes)
		return HS_ERR_CORRUPT;
	return put_with_length(body, len_bytes - bulk_bytes, len_bytes - bulk_bytes, out);
}

enum hs_err
hs_stored_grow(struct hs_span column, uint64_t bulk_bytes, struct hs_buf *out)
{
	size_t len_bytes = notice_bytes_of(column);

	return put_with_length(column, len_bytes + bulk_bytes, len_bytes, out);
}

void
hs_stored_hash(const uint8_t before[HS_SHA256_BYTES], const struct hs_row *row,
	struct hs_span column, const struct hs_stored *stored, uint8_t out[HS_SHA256_BYTES])
{
	struct hs_row as_column = *row;

	as_column.body = column;
	as_column.original = (struct hs_span){ "", 0 };
	as_column.original_sha256 = stored->original_sha256;
	hs_record_hash(before, &as_column, out);
}
