/* finding.c: the list of findings of one document, bounded. */
#include "hub/gate/finding.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"

#define HS_FINDING_TEXT_BYTES 200
#define FIRST_ROOM	      8

static const struct hs_finding_row rows[HS_FINDING_COUNT] = {
#define HS_FINDING_ROW(name, code, http, soap, severity, ja, en, mend_ja, mend_en) \
	[HS_FINDING_##                                                             \
		name] = { code, http, soap, HS_SEVERITY_##severity, ja, en, mend_ja, mend_en },
	HS_FINDING_LIST(HS_FINDING_ROW)
#undef HS_FINDING_ROW
};

const struct hs_finding_row *
hs_finding_row(enum hs_finding_code code)
{
	HS_CHECK(code >= 0 && code < HS_FINDING_COUNT);
	return &rows[code];
}

void
hs_findings_init(struct hs_findings *findings, struct hs_arena *arena, size_t limit)
{
	*findings = (struct hs_findings){ .arena = arena,
		.room = limit < FIRST_ROOM ? limit : FIRST_ROOM };
	findings->items = hs_arena_alloc(arena, findings->room * sizeof(findings->items[0]));
	findings->limit = findings->items ? limit : 0;
}

/* The next free place; NULL beyond the limit, or when the arena is full. */
static struct hs_finding *
next_place(struct hs_findings *findings)
{
	size_t room = findings->room * 2 < findings->limit ? findings->room * 2 : findings->limit;
	struct hs_finding *more;

	if (findings->count < findings->room)
		return &findings->items[findings->count++];
	more = room > findings->room ? hs_arena_alloc(findings->arena, room * sizeof(*more)) : NULL;
	if (!more)
		return NULL;
	memcpy(more, findings->items, findings->count * sizeof(*more));
	findings->items = more;
	findings->room = room;
	return &findings->items[findings->count++];
}

/* Whole characters of at most HS_FINDING_TEXT_BYTES; "" when the arena is full. */
static const char *
short_copy(struct hs_arena *arena, const char *text)
{
	size_t len = text ? strlen(text) : 0;
	const char *copy;

	if (len == 0)
		return "";
	if (len > HS_FINDING_TEXT_BYTES) {
		len = HS_FINDING_TEXT_BYTES;
		while (len > 0 && ((unsigned char)text[len] & 0xC0) == 0x80)
			len--;
		copy = hs_arena_printf(arena, "%.*s…", (int)len, text);
	} else {
		copy = hs_arena_strndup(arena, text, len);
	}
	return copy ? copy : "";
}

void
hs_finding_add(struct hs_findings *findings, enum hs_finding_code code, struct hs_place place,
	const char *expected, const char *detail)
{
	bool error = hs_finding_row(code)->severity == HS_SEVERITY_ERROR;
	struct hs_finding *slot;

	findings->errors += error;
	slot = findings->limit > 0 ? next_place(findings) : NULL;
	if (!slot) {
		/* The first error must stay visible: it takes the place of the last warning. */
		findings->dropped++;
		if (!error || findings->errors > 1 || findings->count == 0)
			return;
		HS_CHECK(findings->items != NULL);
		slot = &findings->items[findings->count - 1];
	}
	*slot = (struct hs_finding){ .code = code };
	slot->place.path = place.path && place.path[0] ? place.path : "";
	slot->place.line = place.line ? place.line + findings->line_base : 0;
	slot->expected = short_copy(findings->arena, expected);
	slot->detail = short_copy(findings->arena, detail);
}

const struct hs_finding *
hs_findings_first_error(const struct hs_findings *findings)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (hs_finding_row(findings->items[i].code)->severity == HS_SEVERITY_ERROR)
			return &findings->items[i];
	}
	return NULL;
}

bool
hs_findings_has(const struct hs_findings *findings, enum hs_finding_code code)
{
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->items[i].code == code)
			return true;
	}
	return false;
}

/* The row that decides the answer: an error that found no room means that there was none at all. */
static const struct hs_finding_row *
deciding_row(const struct hs_findings *findings)
{
	const struct hs_finding *first = hs_findings_first_error(findings);

	if (first)
		return hs_finding_row(first->code);
	return findings->errors ? hs_finding_row(HS_FINDING_OUT_OF_ROOM) : NULL;
}

int
hs_findings_http(const struct hs_findings *findings)
{
	const struct hs_finding_row *row = deciding_row(findings);

	return row ? row->http : 200;
}

int
hs_findings_soap(const struct hs_findings *findings)
{
	const struct hs_finding_row *row = deciding_row(findings);

	return row ? row->soap : 0;
}

static const char *const severity_words[] = {
	[HS_SEVERITY_RECOMMENDATION] = "recommendation",
	[HS_SEVERITY_WARNING] = "warning",
	[HS_SEVERITY_ERROR] = "error",
};

hs_pb_finding *
hs_finding_to_pb(struct hs_arena *arena, const struct hs_finding *finding)
{
	const struct hs_finding_row *row = hs_finding_row(finding->code);
	hs_pb_finding *pb = hs_message_new(arena, &hansho__v1__finding__descriptor);
	bool detail = finding->detail[0] != '\0';

	if (!pb)
		return NULL;
	pb->code = hs_arena_strdup(arena, row->code);
	pb->severity = hs_arena_strdup(arena, severity_words[row->severity]);
	pb->path = hs_arena_strdup(arena, finding->place.path);
	pb->line = finding->place.line;
	pb->expected = hs_arena_strdup(arena, finding->expected);
	pb->message_ja = hs_arena_printf(arena, "%s%s%s%s%s", row->text_ja, detail ? "（" : "",
		finding->detail, detail ? "）" : "", row->mend_ja);
	pb->message_en = hs_arena_printf(arena, "%s%s%s%s %s", row->text_en, detail ? " (" : "",
		finding->detail, detail ? ")" : "", row->mend_en);
	if (!pb->code || !pb->severity || !pb->path || !pb->expected || !pb->message_ja ||
		!pb->message_en)
		return NULL;
	return pb;
}

/* Appends all findings of one severity; false when the arena is full. */
static bool
append_severity(const struct hs_findings *findings, struct hs_arena *arena,
	enum hs_severity severity, hs_pb_finding **list, size_t *count)
{
	for (size_t i = 0; i < findings->count; i++) {
		const struct hs_finding *finding = &findings->items[i];

		if (hs_finding_row(finding->code)->severity != severity)
			continue;
		list[*count] = hs_finding_to_pb(arena, finding);
		if (!list[*count])
			return false;
		(*count)++;
	}
	return true;
}

hs_pb_finding **
hs_findings_to_pb(const struct hs_findings *findings, struct hs_arena *arena, size_t *count)
{
	hs_pb_finding **list;
	char number[24];

	*count = 0;
	if (findings->count == 0)
		return NULL;
	list = hs_arena_alloc(arena, (findings->count + 1) * sizeof(list[0]));
	if (!list)
		return NULL;
	if (!append_severity(findings, arena, HS_SEVERITY_ERROR, list, count) ||
		!append_severity(findings, arena, HS_SEVERITY_WARNING, list, count) ||
		!append_severity(findings, arena, HS_SEVERITY_RECOMMENDATION, list, count))
		return *count ? list : NULL;
	if (findings->dropped) {
		struct hs_finding more = { .code = HS_FINDING_MORE, .place = { "", 0 } };

		snprintf(number, sizeof(number), "+%zu", findings->dropped);
		more.expected = "";
		more.detail = number;
		list[*count] = hs_finding_to_pb(arena, &more);
		*count += list[*count] != NULL;
	}
	return list;
}
