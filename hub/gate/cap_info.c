/* cap_info.c: see cap_info.h. */
#include "hub/gate/cap_info.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/cap_words.h"
#include "hub/gate/text_clean.h"
#include "schemas/tables.h"

#define TEXTS_LOOKED_AT 64

/* ---- parts ---- */

void
hs_cap_set(const struct hs_cap *cap, char **field, hs_xml_node *node, const char *name)
{
	char *text = hs_cap_text(cap, node, name);

	if (text)
		*field = text;
}

hs_time *
hs_cap_read_time(const struct hs_cap *cap, hs_xml_node *node, const char *name)
{
	hs_xml_node *child = hs_cap_child(cap, node, name);
	char *text = hs_xml_text(cap->arena, child);
	int64_t unix_us;
	hs_time *time;
	int offset;

	if (!text || !hs_cap_time(text, &unix_us, &offset))
		return NULL;
	time = hs_time_new(cap->arena, unix_us, offset);
	if (time)
		hs_trace_add(&cap->submission->traces, cap->arena, time, child);
	return time;
}

void
hs_cap_read_pairs(const struct hs_cap *cap, hs_xml_node *node, const char *element, size_t *count,
	hs_cap_pair ***pairs)
{
	HS_CAP_EACH(cap, node, element, child)
	{
		hs_cap_pair *pair = hs_message_new(cap->arena, &hansho__v1__cap_pair__descriptor);

		if (!pair)
			return;
		hs_cap_set(cap, &pair->name, child, "valueName");
		hs_cap_set(cap, &pair->value, child, "value");
		if (!hs_repeat(cap->arena, count, pairs, pair))
			return;
	}
}

const char *
hs_cap_pair_value(hs_cap_pair *const *pairs, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(pairs[i]->name, name) == 0)
			return pairs[i]->value;
	}
	return NULL;
}

static void
read_words(const struct hs_cap *cap, hs_xml_node *node, const char *element, size_t *count,
	char ***words)
{
	HS_CAP_EACH(cap, node, element, child)
	{
		char *word = hs_xml_text(cap->arena, child);

		if (word && !hs_repeat(cap->arena, count, words, word))
			return;
	}
}

static void
read_resources(const struct hs_cap *cap, hs_xml_node *node, hs_cap_info *info)
{
	HS_CAP_EACH(cap, node, "resource", child)
	{
		hs_cap_resource *resource =
			hs_message_new(cap->arena, &hansho__v1__cap_resource__descriptor);

		if (!resource)
			return;
		hs_cap_set(cap, &resource->description, child, "resourceDesc");
		hs_cap_set(cap, &resource->mime_type, child, "mimeType");
		hs_cap_set(cap, &resource->size, child, "size");
		hs_cap_set(cap, &resource->uri, child, "uri");
		hs_cap_set(cap, &resource->digest, child, "digest");
		resource->embedded = hs_cap_child(cap, child, "derefUri") != NULL;
		if (!hs_repeat(cap->arena, &info->n_resources, &info->resources, resource))
			return;
	}
}

/* ---- texts ---- */

static bool
same_text(const hs_text *a, const hs_text *b)
{
	return strcmp(a->language, b->language) == 0 && strcmp(a->headline, b->headline) == 0 &&
	       strcmp(a->body, b->body) == 0 && strcmp(a->instruction, b->instruction) == 0;
}

/* Infos that differ only in levels or areas share their text. */
static uint32_t
keep_text(struct hs_cap_reader *reader, hs_text *text)
{
	hs_notice *notice = reader->notice;
	size_t from = notice->n_texts > TEXTS_LOOKED_AT ? notice->n_texts - TEXTS_LOOKED_AT : 0;

	for (size_t i = from; i < notice->n_texts; i++) {
		if (same_text(notice->texts[i], text))
			return (uint32_t)i;
	}
	hs_repeat(reader->cap->arena, &notice->n_texts, &notice->texts, text);
	return (uint32_t)(notice->n_texts ? notice->n_texts - 1 : 0);
}

static void
read_text(struct hs_cap_reader *reader, hs_xml_node *node, hs_cap_info *info)
{
	const struct hs_cap *cap = reader->cap;
	hs_text *text = hs_message_new(cap->arena, &hansho__v1__text__descriptor);
	char *language = hs_arena_strdup(cap->arena, hs_cap_language(cap, node));

	if (!text || !language)
		return;
	text->language = language;
	text->reviewed = true;
	hs_cap_set(cap, &text->headline, node, "headline");
	hs_cap_set(cap, &text->body, node, "description");
	hs_cap_set(cap, &text->instruction, node, "instruction");
	/* A screen needs one line at least. */
	if (text->headline[0] == '\0')
		text->headline = info->event;
	hs_trace_add(&cap->submission->traces, cap->arena, &text->headline,
		hs_cap_child(cap, node, "headline"));
	info->text = keep_text(reader, text);
}

/* ---- level ---- */

/* 0 for a text that is no level; then a finding. */
static uint32_t
level_number(const struct hs_cap *cap, hs_xml_node *node, const char *text)
{
	if (text[0] >= '0' && text[0] <= '5' && text[1] == '\0')
		return (uint32_t)(text[0] - '0');
	hs_cap_find(cap, HS_FINDING_CAP_LEVEL, node, "1 … 5", text);
	hs_notice_flag(cap->arena, cap->submission->notice, "cap_level");
	return 0;
}

/* The highest of all infos; `name` is alert_level or equivalent_level. */
static void
read_level(struct hs_cap_reader *reader, hs_xml_node *node, const hs_cap_info *info,
	const char *name, hs_level **best)
{
	const struct hs_cap *cap = reader->cap;
	hs_cap_pair *const *pairs = info->parameters;
	size_t count = info->n_parameters;
	const char *text = hs_cap_pair_value(pairs, count, name);
	const char *term = hs_cap_pair_value(pairs, count, "term");
	const char *scheme = hs_cap_pair_value(pairs, count, "scheme");
	uint32_t number = reader->own_profile && text ? level_number(cap, node, text) : 0;

	if (number == 0 || reader->notice->action == HS_ACTION(CANCEL) ||
		(*best && (*best)->number >= number))
		return;
	if (!*best)
		*best = hs_message_new(cap->arena, &hansho__v1__level__descriptor);
	if (!*best)
		return;
	if (!scheme || scheme[0] == '\0')
		scheme = hs_level_scheme(cap->sent_unix_us);
	(*best)->number = number;
	(*best)->term = hs_arena_strdup(cap->arena, term ? term : "");
	(*best)->scheme = hs_arena_strdup(cap->arena, scheme);
}

/* ---- infos ---- */

static void
read_values(const struct hs_cap *cap, hs_xml_node *node, hs_cap_info *info)
{
	const struct {
		char **field;
		const char *name;
	} rows[] = { { &info->event, "event" }, { &info->urgency, "urgency" },
		{ &info->severity, "severity" }, { &info->certainty, "certainty" },
		{ &info->audience, "audience" }, { &info->sender_name, "senderName" },
		{ &info->web, "web" }, { &info->contact, "contact" } };

	for (size_t i = 0; i < HS_COUNT(rows); i++)
		hs_cap_set(cap, rows[i].field, node, rows[i].name);
	if (strcmp(info->certainty, "Very Likely") == 0)
		info->certainty = hs_arena_strdup(cap->arena, "Likely");
	if (info->event[0])
		hs_text_fold(info->event);
	read_words(cap, node, "category", &info->n_categories, &info->categories);
	read_words(cap, node, "responseType", &info->n_response_types, &info->response_types);
	hs_cap_read_pairs(cap, node, "eventCode", &info->n_event_codes, &info->event_codes);
	hs_cap_read_pairs(cap, node, "parameter", &info->n_parameters, &info->parameters);
	info->effective = hs_cap_read_time(cap, node, "effective");
	info->onset = hs_cap_read_time(cap, node, "onset");
	info->expires = hs_cap_read_time(cap, node, "expires");
	read_resources(cap, node, info);
}

void
hs_cap_read_infos(struct hs_cap_reader *reader)
{
	const struct hs_cap *cap = reader->cap;

	HS_CAP_EACH(cap, cap->alert, "info", node)
	{
		hs_cap_info *info = hs_message_new(cap->arena, &hansho__v1__cap_info__descriptor);

		if (!info || hs_arena_failed(cap->arena))
			return;
		read_values(cap, node, info);
		read_text(reader, node, info);
		read_level(reader, node, info, "alert_level", &reader->notice->level);
		read_level(
			reader, node, info, "equivalent_level", &reader->notice->equivalent_level);
		hs_cap_read_areas(reader, node, info);
		if (!hs_repeat(cap->arena, &reader->values->n_infos, &reader->values->infos, info))
			return;
	}
}
