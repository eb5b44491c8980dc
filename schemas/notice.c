/* notice.c: the small helpers around a notice that everybody would otherwise write again.
 *
 * Flow:   enum words, times, flags, keys, and the marks of drills and tests.
 * Owner:  all results live in the arena or buffer that the caller gave.
 * Marks:  wording of the term table (status `project`, reviewed); a language without a reviewed word
 *         gets the Japanese one, because a mark must never be lost for want of a translation.
 */
#include "schemas/notice.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"

#define WORD_SIZE 64

/* ---- words of enums ---- */

/* "ReceiptState" → "RECEIPT_STATE_": the beginning that its values share in the .proto file. */
static size_t
enum_prefix(const ProtobufCEnumDescriptor *type, char out[WORD_SIZE])
{
	size_t len = 0;
	for (const char *c = type->short_name; *c && len + 3 < WORD_SIZE; c++) {
		if (isupper((unsigned char)*c) && len)
			out[len++] = '_';
		out[len++] = (char)toupper((unsigned char)*c);
	}
	out[len++] = '_';
	out[len] = '\0';
	return len;
}

const char *
hs_enum_word(const ProtobufCEnumDescriptor *type, int value, char out[64])
{
	const ProtobufCEnumValue *row = protobuf_c_enum_descriptor_get_value(type, value);
	if (!row)
		return NULL;
	char prefix[WORD_SIZE];
	size_t skip = enum_prefix(type, prefix);
	const char *name = row->name;
	if (strncmp(name, prefix, skip) == 0)
		name += skip;
	size_t i = 0;
	for (; name[i] && i + 1 < WORD_SIZE; i++)
		out[i] = (char)tolower((unsigned char)name[i]);
	out[i] = '\0';
	return out;
}

int
hs_enum_value(const ProtobufCEnumDescriptor *type, const char *word)
{
	char known[WORD_SIZE];
	for (unsigned i = 0; i < type->n_values; i++) {
		const char *row = hs_enum_word(type, type->values[i].value, known);
		if (row && strcmp(row, word) == 0)
			return type->values[i].value;
	}
	return -1;
}

/* ---- time, flags, texts, key ---- */

hs_time *
hs_time_new(struct hs_arena *arena, int64_t unix_us, int offset_min)
{
	hs_time *time = hs_message_new(arena, &hansho__v1__time__descriptor);
	if (!time)
		return NULL;
	time->unix_us = unix_us;
	time->offset_minutes = offset_min;
	return time;
}

bool
hs_notice_has_flag(const hs_notice *notice, const char *flag)
{
	for (size_t i = 0; i < notice->n_flags; i++)
		if (strcmp(notice->flags[i], flag) == 0)
			return true;
	return false;
}

const char *
hs_mode_status(int mode)
{
	static const struct {
		int mode;
		const char *status;
	} rows[] = { { HS_MODE(LIVE), "Actual" }, { HS_MODE(DRILL), "Exercise" },
		{ HS_MODE(TEST), "Test" }, { HS_MODE(SYSTEM), "System" } };

	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (rows[i].mode == mode)
			return rows[i].status;
	}
	return "System";
}

bool
hs_notice_flag(struct hs_arena *arena, hs_notice *notice, const char *flag)
{
	if (hs_notice_has_flag(notice, flag))
		return true;
	char *copy = hs_arena_strdup(arena, flag);
	return copy && hs_repeat(arena, &notice->n_flags, &notice->flags, copy);
}

struct area_visit {
	void (*visit)(void *owner, hs_area *area);
	void *owner;
};

static void each_area(ProtobufCMessage *message, const struct area_visit *visit);

/* A member of message type: one, or an array behind its count; one of a oneof counts only when it is the set one. */
static void
each_area_in(ProtobufCMessage *message, const ProtobufCFieldDescriptor *field,
	const struct area_visit *visit)
{
	char *base = (char *)message;
	void *member = base + field->offset;

	if (field->label == PROTOBUF_C_LABEL_REPEATED) {
		size_t count = *(size_t *)(void *)(base + field->quantifier_offset);

		for (size_t i = 0; i < count; i++)
			each_area((*(ProtobufCMessage ***)member)[i], visit);
		return;
	}
	if ((field->flags & PROTOBUF_C_FIELD_FLAG_ONEOF) &&
		*(uint32_t *)(void *)(base + field->quantifier_offset) != field->id)
		return;
	if (*(ProtobufCMessage **)member != NULL)
		each_area(*(ProtobufCMessage **)member, visit);
}

static void
each_area(ProtobufCMessage *message, const struct area_visit *visit)
{
	if (message->descriptor == &hansho__v1__area__descriptor) {
		visit->visit(visit->owner, (hs_area *)message);
		return;
	}
	/* From the last: the details come before what was worked out from them, as a reader would tell them. */
	for (unsigned i = message->descriptor->n_fields; i > 0; i--) {
		if (message->descriptor->fields[i - 1].type == PROTOBUF_C_TYPE_MESSAGE)
			each_area_in(message, &message->descriptor->fields[i - 1], visit);
	}
}

void
hs_notice_visit_areas(hs_notice *notice, void (*visit)(void *owner, hs_area *area), void *owner)
{
	const struct area_visit what = { visit, owner };

	each_area(&notice->base, &what);
}

const hs_evacuation *
hs_notice_evacuation(const hs_notice *notice)
{
	return notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION ? notice->evacuation
									    : NULL;
}

const hs_text *
hs_notice_text(const hs_notice *notice, const char *language)
{
	for (size_t i = 0; i < notice->n_texts; i++)
		if (strcmp(notice->texts[i]->language, language) == 0)
			return notice->texts[i];
	return NULL;
}

/* A source could hold the separator: it is written as %7C, so that no two documents share a key. */
static void
add_key_part(struct hs_buf *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '|')
			hs_buf_puts(out, "%7C");
		else if (*text == '%')
			hs_buf_puts(out, "%25");
		else
			hs_buf_add(out, text, 1);
	}
}

static bool
add_key(const hs_notice *notice, const char *source, const char *id, struct hs_buf *out)
{
	char word[WORD_SIZE];
	const char *mode = hs_enum_word(&hansho__v1__mode__descriptor, (int)notice->mode, word);
	if (mode)
		hs_buf_puts(out, mode);
	else
		hs_buf_printf(out, "%d", (int)notice->mode);
	hs_buf_puts(out, "|");
	add_key_part(out, source);
	hs_buf_puts(out, "|");
	hs_buf_puts(out, id);
	return !out->failed;
}

bool
hs_document_key_of(const hs_notice *notice, const char *id, struct hs_buf *out)
{
	return add_key(notice, notice->document->source, id, out);
}

bool
hs_document_key(const hs_notice *notice, struct hs_buf *out)
{
	return notice->document && hs_document_key_of(notice, notice->document->id, out);
}

struct hs_first
hs_first_of(const hs_document *document)
{
	const Hansho__V1__Document__First *first = document->first;

	if (first != NULL)
		return (struct hs_first){ first->source, first->id, first->event };
	return (struct hs_first){ document->source, document->id, document->event };
}

bool
hs_first_document_key(const hs_notice *notice, struct hs_buf *out)
{
	if (notice->document == NULL)
		return false;
	struct hs_first first = hs_first_of(notice->document);

	return add_key(notice, first.source, first.id, out);
}

const char *
hs_superseded_id(const hs_document *document, size_t i)
{
	size_t len = strlen(document->source);
	const char *entry = document->supersedes[i];
	if (strncmp(entry, document->source, len) != 0 || entry[len] != '|')
		return NULL;
	const char *id = entry + len + 1;
	return id[0] && strcmp(id, document->id) != 0 ? id : NULL;
}

/* ---- marks ---- */

struct mark_row {
	const char *language;
	const char *drill, *test, *system;
};

/* The first row is the one for every language that is not listed. */
static const struct mark_row MARKS[] = {
	{ "ja", "【訓練】", "【試験】", "【通信試験】" },
	{ "ja-x-easy", "【くんれん】", "【テスト】", "【テスト】" },
	{ "en", "[DRILL]", "[TEST]", "[SYSTEM TEST]" },
	{ "zh-Hans", "【演习】", "【试验】", "【试验】" },
	{ "zh-Hant", "【演習】", "【試驗】", "【試驗】" },
	{ "ko", "【훈련】", "【시험】", "【시험】" },
};

const char *
hs_mode_mark(int mode, const char *language)
{
	if (mode == HS_MODE(LIVE))
		return "";
	const struct mark_row *row = &MARKS[0];
	for (size_t i = 0; i < HS_COUNT(MARKS); i++)
		if (strcasecmp(MARKS[i].language, language ? language : "") == 0)
			row = &MARKS[i];
	if (mode == HS_MODE(TEST))
		return row->test;
	if (mode == HS_MODE(SYSTEM))
		return row->system;
	return row->drill; /* also what we cannot name: only LIVE may look like the real thing */
}

static bool
begins_with(const char *text, size_t len, const char *mark)
{
	size_t mark_len = strlen(mark);
	return len >= mark_len && memcmp(text, mark, mark_len) == 0;
}

static bool
ends_with(const char *text, size_t len, const char *mark)
{
	size_t mark_len = strlen(mark);
	return len >= mark_len && memcmp(text + len - mark_len, mark, mark_len) == 0;
}

static bool
mark_text(struct hs_arena *arena, char **text, const char *mark)
{
	size_t len = *text ? strlen(*text) : 0;
	if (len == 0)
		return true;
	/* A text that is nothing but the mark counts as its beginning only. */
	bool first = begins_with(*text, len, mark);
	size_t behind = first ? strlen(mark) : 0;
	bool last = ends_with(*text + behind, len - behind, mark);
	if (first && last)
		return true;
	char *marked = hs_arena_printf(arena, "%s%s%s", first ? "" : mark, *text, last ? "" : mark);
	if (!marked)
		return false;
	*text = marked;
	return true;
}

bool
hs_notice_mark(struct hs_arena *arena, hs_notice *notice)
{
	if (notice->mode == HS_MODE(LIVE))
		return true;
	for (size_t i = 0; i < notice->n_texts; i++) {
		hs_text *text = notice->texts[i];
		const char *mark = hs_mode_mark((int)notice->mode, text->language);
		if (!mark_text(arena, &text->headline, mark) ||
			!mark_text(arena, &text->body, mark) ||
			!mark_text(arena, &text->instruction, mark))
			return false;
	}
	return true;
}

bool
hs_same_document(const hs_document *one, const hs_document *other)
{
	return one && other && strcmp(one->id, other->id) == 0 &&
	       strcmp(one->source, other->source) == 0;
}

hs_notice
hs_notice_bulk(const hs_notice *notice)
{
	hs_notice bulk = HANSHO__V1__NOTICE__INIT;

	bulk.n_areas = notice->n_areas;
	bulk.areas = notice->areas;
	bulk.n_texts = notice->n_texts;
	bulk.texts = notice->texts;
	bulk.cap = notice->cap;
	bulk.detail_case = notice->detail_case;
	bulk.evacuation = notice->evacuation; /* whichever of the union it is */
	return bulk;
}

hs_notice
hs_notice_rest(const hs_notice *notice)
{
	hs_notice rest = *notice;

	rest.n_areas = 0;
	rest.n_texts = 0;
	rest.cap = NULL;
	rest.detail_case = HANSHO__V1__NOTICE__DETAIL__NOT_SET;
	return rest;
}
