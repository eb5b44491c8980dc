#include "hub/core/record.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/wire.h"
#include "schemas/tables.h"

#define PREFECTURE_DIGITS 2

/* Field numbers of schemas/link.proto and schemas/notice.proto: they never change (notice.proto). */
enum record_field {
	RECORD_TYPE = 1,
	RECORD_SEQ = 2,
	RECORD_UNIX_US = 3,
	RECORD_ID = 4,
	RECORD_PRINCIPAL = 5,
	RECORD_CONTENT = 6,
	RECORD_NOTICE = 7,
	RECORD_PEER = 9,
	RECORD_ACK_SEQ = 10,
	RECORD_DISPLACED = 13
};

enum notice_field {
	NOTICE_MODE = 1,
	NOTICE_KIND = 2,
	NOTICE_ACTION = 4,
	NOTICE_DOCUMENT = 5,
	NOTICE_LEVEL = 8,
	NOTICE_EQUIVALENT_LEVEL = 9,
	NOTICE_AREA = 10,
	DOCUMENT_SOURCE = 1,
	DOCUMENT_AREAS_BEFORE = 6,
	DOCUMENT_ID = 2,
	DOCUMENT_REVISION = 3,
	DOCUMENT_SUPERSEDES = 4,
	DOCUMENT_MOMENTS = 7,
	DOCUMENT_ENDED = 8,
	DOCUMENT_ORDER = 9,
	DOCUMENT_EVENT = 10,
	DOCUMENT_FIRST = 11,
	DOCUMENT_KINDS_BEFORE = 12,
	DOCUMENT_LEVEL_BEFORE = 13,
	DOCUMENT_FOLLOWS = 14,
	FIRST_SOURCE = 1,
	FIRST_ID = 2,
	FIRST_EVENT = 3,
	LEVEL_NUMBER = 1,
	AREA_CODE = 1
};

void
hs_row_ref(const struct hs_row *row)
{
	hs_shared_ref(row->owners.body);
	hs_shared_ref(row->owners.original);
	hs_shared_ref(row->owners.reading);
	hs_shared_ref(row->owners.pressed);
}

void
hs_row_unref(const struct hs_row *row)
{
	hs_shared_unref(row->owners.body);
	hs_shared_unref(row->owners.original);
	hs_shared_unref(row->owners.reading);
	hs_shared_unref(row->owners.pressed);
}

static struct hs_span
span_of(const struct hs_wire_field *field)
{
	return (struct hs_span){ field->bytes, field->len_bytes };
}

enum hs_err
hs_record_look(struct hs_span body, struct hs_record_look *out)
{
	struct hs_wire wire = hs_wire_of(body.bytes, body.len_bytes);
	struct hs_wire_field field;

	memset(out, 0, sizeof(*out));
	while (hs_wire_next(&wire, &field)) {
		struct hs_span *const spans[] = { [RECORD_ID] = &out->id,
			[RECORD_PRINCIPAL] = &out->principal,
			[RECORD_CONTENT] = &out->content,
			[RECORD_NOTICE] = &out->notice,
			[RECORD_PEER] = &out->peer };

		if (field.bytes != NULL) {
			if (field.number < HS_COUNT(spans) && spans[field.number] != NULL)
				*spans[field.number] = span_of(&field);
		} else if (field.number == RECORD_TYPE) {
			out->type = (int)field.value;
		} else if (field.number == RECORD_SEQ) {
			out->seq = field.value;
		} else if (field.number == RECORD_UNIX_US) {
			out->unix_us = (int64_t)field.value;
		} else if (field.number == RECORD_ACK_SEQ) {
			out->ack_seq = field.value;
		}
	}
	return wire.bad ? HS_ERR_CORRUPT : HS_OK;
}

static void
look_at_first(struct hs_span first, struct hs_notice_look *out)
{
	struct hs_wire wire = hs_wire_of(first.bytes, first.len_bytes);
	struct hs_wire_field field;

	while (hs_wire_next(&wire, &field)) {
		if (field.number == FIRST_SOURCE)
			out->first_source = span_of(&field);
		else if (field.number == FIRST_ID)
			out->first_document = span_of(&field);
		else if (field.number == FIRST_EVENT)
			out->first_event = span_of(&field);
	}
}

static uint64_t
kind_bit(struct hs_span word)
{
	char text[32] = "";

	if (word.len_bytes < sizeof(text))
		memcpy(text, word.bytes, word.len_bytes);
	return hs_reach_kind(hs_enum_value(&hansho__v1__kind__descriptor, text));
}

/* Of what the notice follows (before.h); a record of an older hub says nothing of it. */
static void
look_at_before(const struct hs_wire_field *field, uint32_t *level, struct hs_reach *out)
{
	if (field->number == DOCUMENT_KINDS_BEFORE)
		out->kinds |= kind_bit(span_of(field));
	else if (field->number == DOCUMENT_LEVEL_BEFORE)
		*level = (uint32_t)field->value;
	else if (field->number == DOCUMENT_FOLLOWS && field->value != 0)
		out->level = HS_REACH_ALL;
}

static void
look_at_document(struct hs_span document, struct hs_notice_look *out)
{
	struct hs_wire wire = hs_wire_of(document.bytes, document.len_bytes);
	struct hs_wire_field field;
	uint32_t level = 0;

	while (hs_wire_next(&wire, &field)) {
		if (field.number == DOCUMENT_SOURCE)
			out->source = span_of(&field);
		else if (field.number == DOCUMENT_ID)
			out->document = span_of(&field);
		else if (field.number == DOCUMENT_REVISION)
			out->revision = (uint32_t)field.value;
		else if (field.number == DOCUMENT_SUPERSEDES)
			out->supersedes++;
		else if (field.number == DOCUMENT_MOMENTS)
			out->moments = field.value != 0;
		else if (field.number == DOCUMENT_ENDED)
			out->ended = field.value != 0;
		else if (field.number == DOCUMENT_ORDER)
			out->order = (uint32_t)field.value;
		else if (field.number == DOCUMENT_EVENT)
			out->event = span_of(&field);
		else if (field.number == DOCUMENT_FIRST)
			look_at_first(span_of(&field), out);
		else
			look_at_before(&field, &level, &out->before);
	}
	if (out->before.level > 0)
		out->before.level = hs_reach_level(level);
}

static uint32_t
level_of(struct hs_span level)
{
	struct hs_wire wire = hs_wire_of(level.bytes, level.len_bytes);
	struct hs_wire_field field;
	uint32_t number = 0;

	while (hs_wire_next(&wire, &field)) {
		if (field.number == LEVEL_NUMBER)
			number = (uint32_t)field.value;
	}
	return number;
}

enum hs_err
hs_notice_look(struct hs_span notice, struct hs_notice_look *out)
{
	struct hs_wire wire = hs_wire_of(notice.bytes, notice.len_bytes);
	struct hs_wire_field field;

	memset(out, 0, sizeof(*out));
	while (hs_wire_next(&wire, &field)) {
		if (field.number == NOTICE_MODE) {
			out->mode = (int)field.value;
		} else if (field.number == NOTICE_KIND) {
			out->kind = (int)field.value;
		} else if (field.number == NOTICE_ACTION) {
			out->action = (int)field.value;
		} else if (field.number == NOTICE_DOCUMENT) {
			look_at_document(span_of(&field), out);
		} else if (field.number == NOTICE_LEVEL ||
			   field.number == NOTICE_EQUIVALENT_LEVEL) {
			uint32_t level = level_of(span_of(&field));

			out->level = level > out->level ? level : out->level;
		}
	}
	return wire.bad ? HS_ERR_CORRUPT : HS_OK;
}

static bool
is_same(struct hs_span one, struct hs_span other)
{
	return one.len_bytes == other.len_bytes &&
	       (one.len_bytes == 0 || memcmp(one.bytes, other.bytes, one.len_bytes) == 0);
}

bool
hs_first_key(const struct hs_notice_look *look, uint8_t out[HS_ID_BYTES])
{
	if (look->action != (int)HS_ACTION(CANCEL) || look->first_document.len_bytes == 0 ||
		(is_same(look->first_source, look->source) &&
			is_same(look->first_document, look->document)))
		return false;
	hs_document_id(look->mode, look->first_source, look->first_document, out);
	return true;
}

bool
hs_superseded_key(const struct hs_notice_look *look, struct hs_span entry, uint8_t out[HS_ID_BYTES])
{
	size_t len = look->source.len_bytes;
	const char *text = entry.bytes;

	if (entry.len_bytes < len + 2 || memcmp(text, look->source.bytes, len) != 0 ||
		text[len] != '|')
		return false; /* the same rule as hs_superseded_id */
	struct hs_span id = { text + len + 1, entry.len_bytes - len - 1 };

	if (is_same(id, look->document))
		return false;
	hs_document_id(look->mode, look->source, id, out);
	return true;
}

void
hs_notice_each_superseded(struct hs_span notice, const struct hs_notice_look *look,
	void (*visit)(void *owner, const uint8_t key[HS_ID_BYTES]), void *owner)
{
	struct hs_wire wire = hs_wire_of(notice.bytes, notice.len_bytes);
	struct hs_wire_field part, field;
	uint8_t key[HS_ID_BYTES];

	while (look->supersedes > 0 && hs_wire_next(&wire, &part)) {
		if (part.number != NOTICE_DOCUMENT)
			continue;
		struct hs_wire document = hs_wire_of(part.bytes, part.len_bytes);

		while (hs_wire_next(&document, &field)) {
			if (field.number == DOCUMENT_SUPERSEDES &&
				hs_superseded_key(look, span_of(&field), key))
				visit(owner, key);
		}
	}
}

void
hs_record_each_displaced(struct hs_span body,
	void (*visit)(void *owner, const uint8_t key[HS_ID_BYTES]), void *owner)
{
	struct hs_wire wire = hs_wire_of(body.bytes, body.len_bytes);
	struct hs_wire_field field;

	while (hs_wire_next(&wire, &field)) {
		if (field.number == RECORD_DISPLACED && field.bytes != NULL &&
			field.len_bytes == HS_ID_BYTES)
			visit(owner, field.bytes);
	}
}

static struct hs_span
code_of(struct hs_span area)
{
	struct hs_wire wire = hs_wire_of(area.bytes, area.len_bytes);
	struct hs_wire_field field;
	struct hs_span code = { "", 0 };

	while (hs_wire_next(&wire, &field)) {
		if (field.number == AREA_CODE && field.bytes != NULL)
			code = span_of(&field);
	}
	return code;
}

void
hs_notice_each_area(
	struct hs_span notice, bool (*visit)(void *owner, struct hs_span code), void *owner)
{
	struct hs_wire wire = hs_wire_of(notice.bytes, notice.len_bytes);
	struct hs_wire_field field;

	while (hs_wire_next(&wire, &field)) {
		if (field.number == NOTICE_AREA && !visit(owner, code_of(span_of(&field))))
			return;
	}
}

static enum hs_err
add_place(struct hs_area_set *out, struct hs_span code)
{
	char text[HS_AREA_CODE_SIZE] = "";
	size_t len = code.len_bytes;

	if (len < PREFECTURE_DIGITS || len >= sizeof(text))
		return HS_OK; /* no filter names it */
	memcpy(text, code.bytes, len);
	if (strspn(text, "0123456789") < PREFECTURE_DIGITS)
		return HS_OK;
	return hs_area_set_add(out, text, hs_area_known(text) ? len : PREFECTURE_DIGITS);
}

static enum hs_err
add_before(struct hs_area_set *out, struct hs_span document)
{
	struct hs_wire wire = hs_wire_of(document.bytes, document.len_bytes);
	struct hs_wire_field field;
	enum hs_err err = HS_OK;

	while (err == HS_OK && hs_wire_next(&wire, &field)) {
		if (field.number == DOCUMENT_AREAS_BEFORE)
			err = add_place(out, span_of(&field));
	}
	return err;
}

enum hs_err
hs_notice_areas_told(struct hs_span notice, struct hs_area_set *out)
{
	struct hs_wire wire = hs_wire_of(notice.bytes, notice.len_bytes);
	struct hs_wire_field field;
	enum hs_err err = HS_OK;

	while (err == HS_OK && hs_wire_next(&wire, &field)) {
		if (field.number == NOTICE_AREA)
			err = add_place(out, code_of(span_of(&field)));
		else if (field.number == NOTICE_DOCUMENT)
			err = add_before(out, span_of(&field));
	}
	return err;
}

static void
half_of_sha256(const struct hs_span *spans, size_t count, uint8_t out[HS_ID_BYTES])
{
	uint8_t whole[HS_SHA256_BYTES];

	hs_sha256(spans, count, whole);
	memcpy(out, whole, HS_ID_BYTES);
}

/* The word of a mode as in JSON; unknown modes never reach the journal (intake.c). */
static struct hs_span
mode_word(int mode)
{
	static const char *const words[] = { "unspecified", "live", "drill", "test", "system" };
	const char *word = mode >= 0 && (size_t)mode < HS_COUNT(words) ? words[mode] : words[0];

	return (struct hs_span){ word, strlen(word) };
}

void
hs_document_id(int mode, struct hs_span source, struct hs_span document, uint8_t out[HS_ID_BYTES])
{
	const struct hs_span spans[] = { mode_word(mode), { "|", 1 }, source, { "|", 1 },
		document };

	half_of_sha256(spans, HS_COUNT(spans), out);
}

void
hs_document_key_id(const char *document_key, uint8_t out[HS_ID_BYTES])
{
	const struct hs_span whole = { document_key, strlen(document_key) };

	half_of_sha256(&whole, 1, out);
}

void
hs_submission_id(const struct hs_notice_look *notice, const uint8_t content[HS_SHA256_BYTES],
	uint8_t out[HS_ID_BYTES])
{
	char revision[16];
	char hex[HS_SHA256_HEX];
	int len = snprintf(revision, sizeof(revision), "%u", notice->revision);

	hs_hex(content, HS_SHA256_BYTES, hex);
	const struct hs_span spans[] = { mode_word(notice->mode), { "|", 1 }, notice->source,
		{ "|", 1 }, notice->document, { "|", 1 }, { revision, (size_t)len }, { "|", 1 },
		{ hex, HS_SHA256_HEX - 1 },
		{ "|cancel", notice->action == (int)HS_ACTION(CANCEL) ? 7 : 0 } };

	half_of_sha256(spans, HS_COUNT(spans), out);
}

static int
digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool
hs_id_parse(struct hs_span text, uint8_t out[HS_ID_BYTES])
{
	const char *hex = text.bytes;

	if (text.len_bytes != HS_ID_HEX - 1)
		return false;
	for (size_t i = 0; i < HS_ID_BYTES; i++) {
		int high = digit_of(hex[2 * i]);
		int low = digit_of(hex[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high * 16 + low);
	}
	return true;
}

void
hs_record_hash(const uint8_t before[HS_SHA256_BYTES], const struct hs_row *row,
	uint8_t out[HS_SHA256_BYTES])
{
	uint8_t pos[8];
	uint8_t original[HS_SHA256_BYTES] = { 0 };

	for (size_t i = 0; i < sizeof(pos); i++)
		pos[i] = (uint8_t)(row->pos >> (56 - 8 * i));
	if (row->original_sha256 != NULL)
		memcpy(original, row->original_sha256, sizeof(original));
	else if (row->original.len_bytes > 0)
		hs_sha256(&row->original, 1, original);
	const struct hs_span spans[] = { { before, HS_SHA256_BYTES }, { pos, sizeof(pos) },
		row->body, { original, sizeof(original) } };

	hs_sha256(spans, HS_COUNT(spans), out);
}
