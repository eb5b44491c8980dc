/* jma_identity.c: which document a telegram belongs to, and which of two is newer.
 *
 * Key:     source, mode, and an id of telegram type, title, editorial office and the set of events. Two types of one event are two
 *          documents.
 * Version: Control/DateTime to the second; then Serial, then InfoType. What cannot be told: two telegrams of one second and one
 *          InfoType whose Serial is no number; then the one that arrived last counts.
 */
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/gate/parse_jma.h"

#define EPOCH_2000_S	946684800LL /* 2000-01-01 UTC: revisions count seconds from there */
#define EVENTS_MAX	32
#define SERIAL_MAX	(1u << 28)
#define DIGEST_HEX_ROOM (2 * HS_SHA256_BYTES + 1)

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The events as a set: sorted, each once, joined by +. Two earthquakes may feed one tsunami warning. */
static const char *
event_set(struct hs_jma *jma)
{
	char *list = hs_arena_strdup(jma->arena, hs_jma_head_text(jma, "EventID"));
	const char *joined = "-";
	char *events[EVENTS_MAX] = { NULL }, *rest = NULL;
	size_t count = 0;

	for (char *event = list ? strtok_r(list, " \t\r\n", &rest) : NULL;
		event && count < EVENTS_MAX; event = strtok_r(NULL, " \t\r\n", &rest))
		events[count++] = event;
	qsort(events, count, sizeof(events[0]), by_text);
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && strcmp(events[i], events[i - 1]) == 0)
			continue;
		joined = i == 0 ? events[0]
				: hs_arena_printf(jma->arena, "%s+%s", joined, events[i]);
		if (!joined)
			return "-";
	}
	return joined;
}

/* Part of a key: no blanks, controls, or what parts keys and their parts. */
static char *
key_text(struct hs_jma *jma, const char *text)
{
	char *key = hs_arena_strdup(jma->arena, text[0] ? text : "-");

	for (char *at = key; at && *at; at++) {
		if ((unsigned char)*at <= ' ' || *at == '|' || *at == '/' || *at == 0x7F)
			*at = '_';
	}
	return key;
}

/* What other sources call the event, too. */
void
hs_jma_set_event(struct hs_jma *jma)
{
	const char *events = event_set(jma);

	if (strcmp(events, "-") != 0)
		jma->notice->document->event = hs_arena_strdup(jma->arena, events);
}

/* Type, title, office and events: JMA's own unit of what replaces what. One that is too long is told by its hash. */
void
hs_jma_set_id(struct hs_jma *jma, const char *title)
{
	const char *type = jma->telegram->type;
	char *title_key = key_text(jma, title);
	char *office = key_text(jma, hs_jma_control_text(jma, "EditorialOffice"));
	char *events = key_text(jma, event_set(jma));
	char hex[DIGEST_HEX_ROOM];
	uint8_t digest[HS_SHA256_BYTES];
	struct hs_span span;
	char *id;

	if (!title_key || !office || !events)
		return;
	id = hs_arena_printf(
		jma->arena, "%s/%s/%s/%s", type[0] ? type : "JMA", title_key, office, events);
	if (!id)
		return;
	if ((int64_t)strlen(id) > jma->submission->limits->id_chars) {
		span = (struct hs_span){ id, strlen(id) };
		hs_sha256(&span, 1, digest);
		hs_hex(digest, sizeof(digest), hex);
		id = hs_arena_printf(jma->arena, "%s/%.32s", type[0] ? type : "JMA", hex);
	}
	if (id)
		jma->notice->document->id = id;
}

/* The moment is the version; at the same second a higher Serial, then a cancel over a correction over an issue. A Serial that is no
 * number ("", "01-02") says nothing: then the order is that of InfoType alone. */
void
hs_jma_set_version(struct hs_jma *jma, const hs_time *sent, const char *infotype)
{
	static const struct {
		const char *word;
		uint32_t rank;
	} types[] = { { "発表", 1 }, { "訂正", 2 }, { "取消", 3 } };
	hs_document *document = jma->notice->document;
	int64_t second = sent ? sent->unix_us / HS_US_PER_S - EPOCH_2000_S : 0;
	const char *serial = hs_jma_head_text(jma, "Serial");
	uint32_t number = 0, rank = 0;

	if (second < 1)
		second = 1;
	document->revision = second < UINT32_MAX ? (uint32_t)second : UINT32_MAX;
	document->moments = true;
	if (serial[0] != '\0' && strlen(serial) <= 9 &&
		strspn(serial, "0123456789") == strlen(serial))
		number = (uint32_t)strtoul(serial, NULL, 10);
	if (number >= SERIAL_MAX)
		number = SERIAL_MAX - 1;
	for (size_t i = 0; i < HS_COUNT(types); i++) {
		if (strcmp(types[i].word, infotype) == 0)
			rank = types[i].rank;
	}
	if (rank == 0)
		hs_jma_warn(jma, HS_FINDING_JMA_PART,
			hs_xml_child(jma->head, HS_NS_JMA_HEAD, "InfoType"), infotype,
			"unknown_infotype");
	document->order = number * 4 + rank;
}
