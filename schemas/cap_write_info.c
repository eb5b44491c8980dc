/* cap_write_info.c: infos: one for each language and each state that the notice tells of. */
#include <string.h>
#include <strings.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "schemas/cap_tables.h"
#include "schemas/cap_write_parts.h"
#include "schemas/statement.h"
#include "schemas/tables.h"

/* What one info says besides its language: a part of the notice in one state. */
struct part {
	const hs_notice *notice;
	const char *state;	    /* row of cap_levels.csv */
	const hs_level *level;	    /* 警戒レベル, or NULL */
	const hs_level *equivalent; /* 相当, or NULL */
	const hs_evacuation_detail
		*detail; /* its places are the areas; NULL: those of the notice */
};

static bool
is_absolute(const char *uri)
{
	return strstr(uri, "://") && uri[0] != ':' && !strpbrk(uri, " \t\r\n");
}

static const char *
digit(uint32_t number)
{
	static const char *const digits[] = { "none", "1", "2", "3", "4", "5" };

	return digits[number < HS_COUNT(digits) ? number : 5];
}

/* ---- states ---- */

/* A term without a number: a restricted zone or an unknown one is taken for the most severe. */
static const char *
state_of_term(const hs_notice *notice, const char *term)
{
	const hs_times *times = notice->times;
	int64_t ordered = times && times->ordered ? times->ordered->unix_us : hs_cap_sent(notice);
	const struct hs_level_row *row = NULL;

	if (hs_level_find(term, ordered, &row) != HS_OK || row->urgency > 5)
		return "zone";
	return "none";
}

/* The warning in force with the highest rank, or NULL. */
static const Hansho__V1__Hazard *
top_hazard(const hs_notice *notice)
{
	const Hansho__V1__Hazard *top = NULL;
	size_t count;
	Hansho__V1__Hazard *const *hazards = hs_notice_hazards(notice, &count);

	for (size_t i = 0; i < count; i++) {
		if (hazards[i]->in_force && (!top || hazards[i]->rank > top->rank))
			top = hazards[i];
	}
	return top;
}

/* The highest of 相当 level and rank of what is in force; 0: nothing. */
static uint32_t
warning_of(const hs_notice *notice)
{
	const Hansho__V1__Hazard *top = top_hazard(notice);
	uint32_t highest = notice->equivalent_level ? notice->equivalent_level->number : 0;

	if (top && top->rank > highest)
		highest = top->rank;
	/* A forecast for advanced users is no warning. */
	if (!top && notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EEW)
		highest = notice->eew->warning ? 5 : 2;
	return highest < 5 ? highest : 5;
}

static const char *
state_of_notice(const hs_notice *notice)
{
	static const char *const warnings[] = { "none", "w1", "w2", "w3", "w4", "w5" };
	uint32_t level = notice->level ? notice->level->number : 0;

	if (notice->action == HS_ACTION(CANCEL))
		return "cancel";
	if (notice->action == HS_ACTION(LIFT))
		return "lift";
	if (level > 0)
		return digit(level);
	if (notice->level && notice->level->term[0])
		return state_of_term(notice, notice->level->term);
	if (warning_of(notice) > 0)
		return warnings[warning_of(notice)];
	/* An EEW that says how strong it is was looked at above. */
	if (hs_cap_kind((int)notice->kind)->urgent)
		return "w5";
	return "none";
}

static const char *
state_of_detail(const hs_notice *notice, const hs_evacuation_detail *detail)
{
	if (notice->action == HS_ACTION(CANCEL))
		return "cancel";
	if (detail->state == HS_EVAC(LIFTED))
		return "lift";
	if (detail->level && detail->level->number > 0)
		return digit(detail->level->number);
	return state_of_term(notice, detail->sort);
}

/* The word of parameter state. */
static const char *
state_word(const char *state)
{
	if (strcmp(state, "cancel") == 0)
		return "cancelled";
	return strcmp(state, "lift") == 0 ? "lifted" : "issued";
}

/* ---- events ---- */

static const char *
display_term(uint32_t level, const char *language)
{
	const struct hs_level_display *display = hs_level_display(level);

	if (!display)
		return NULL;
	if (strcmp(language, "en") == 0)
		return display->term_en;
	return strcmp(language, "ja-x-easy") == 0 ? display->term_easy : NULL;
}

/* The term as sent where it leads back to the same kind, else the kind's name. */
static const char *
event_of(const struct part *part, const char *language)
{
	const hs_notice *notice = part->notice;
	const struct hs_cap_kind_row *row = hs_cap_kind((int)notice->kind);
	const hs_level *level = part->level ? part->level : part->equivalent;
	const Hansho__V1__Hazard *top = level ? NULL : top_hazard(notice);
	const char *term = part->detail ? part->detail->sort
			   : level	? level->term
			   : top	? top->name
					: "";

	if (strncmp(language, "ja", 2) != 0 || strcmp(language, "ja-x-easy") == 0) {
		term = part->level && notice->kind == HS_KIND(EVACUATION)
			       ? display_term(part->level->number, language)
			       : NULL;
		return term && term[0] ? term : row->event_en;
	}
	if (notice->kind == HS_KIND(OTHER) && notice->kind_text[0])
		return notice->kind_text;
	if (term[0] && hs_cap_event_kind(term, row->category) == (int)notice->kind)
		return term;
	return row->event_ja;
}

/* ---- parts of an info ---- */

static void
put_times(struct hs_buf *out, const hs_notice *notice)
{
	const hs_times *times = notice->times;
	const hs_time *from = times ? (times->ordered ? times->ordered : times->reported) : NULL;
	const hs_time *to = times ? times->valid_until : NULL;

	/* One that is over already would contradict `sent`. */
	if (to && to->unix_us / HS_US_PER_S <= hs_cap_sent(notice) / HS_US_PER_S)
		to = NULL;
	if (from && (!to || from->unix_us <= to->unix_us))
		hs_cap_put_time(out, "effective", from->unix_us, from->offset_minutes);
	if (to)
		hs_cap_put_time(out, "expires", to->unix_us, to->offset_minutes);
}

static void
put_sender_name(struct hs_buf *out, const hs_source *source)
{
	if (!source || (source->name[0] == '\0' && source->office[0] == '\0'))
		return;
	hs_buf_puts(out, "<senderName>");
	hs_xml_put_text(out, source->name);
	hs_buf_puts(out, source->name[0] && source->office[0] ? " " : "");
	hs_xml_put_text(out, source->office);
	hs_buf_puts(out, "</senderName>\n");
}

static void
put_texts(struct hs_buf *out, const hs_text *text, const char *fallback)
{
	bool headline = text && text->headline[0];

	hs_xml_put(out, "headline", headline ? text->headline : fallback);
	if (!text)
		return;
	hs_xml_put(out, "description", text->body);
	hs_xml_put(out, "instruction", text->instruction);
}

static void
put_number(struct hs_buf *out, const char *name, uint32_t number)
{
	char text[16];
	size_t at = sizeof(text) - 1;

	text[at] = '\0';
	do {
		text[--at] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	hs_cap_put_pair(out, "parameter", name, text + at);
}

/* documentID, revision, state, kind: in every info of our profile. */
static void
put_document(struct hs_buf *out, const hs_notice *notice, const char *state)
{
	char word[64];
	const char *kind = hs_enum_word(&hansho__v1__kind__descriptor, (int)notice->kind, word);

	hs_cap_put_pair(out, "parameter", "documentID", notice->document->id);
	put_number(out, "revision", notice->document->revision);
	hs_cap_put_pair(out, "parameter", "state", state);
	hs_cap_put_pair(out, "parameter", "kind", kind);
}

/* A lift and a cancel keep the term that they end, and have no level. */
static void
put_level(struct hs_buf *out, const struct part *part)
{
	bool issued = strcmp(state_word(part->state), "issued") == 0;
	const hs_level *level = part->level ? part->level : part->equivalent;

	if (issued && part->level && part->level->number > 0)
		put_number(out, "alert_level", part->level->number);
	if (level) {
		hs_cap_put_pair(out, "parameter", "scheme", level->scheme);
		hs_cap_put_pair(out, "parameter", "term", level->term);
	}
	if (issued && part->equivalent && part->equivalent->number > 0)
		put_number(out, "equivalent_level", part->equivalent->number);
}

static void
put_part_areas(struct hs_buf *out, const struct part *part)
{
	const hs_notice *notice = part->notice;

	if (part->detail && part->detail->n_areas > 0) {
		for (size_t i = 0; i < part->detail->n_areas; i++)
			hs_cap_put_area(out, part->detail->areas[i]->area);
		return;
	}
	for (size_t i = 0; i < notice->n_areas; i++)
		hs_cap_put_area(out, notice->areas[i]);
}

static const char *
url_of(const hs_notice *notice)
{
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_NOTICE)
		return notice->notice->url;
	return notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVENT ? notice->event->url : "";
}

static void
put_info(struct hs_buf *out, const struct part *part, const char *language, const hs_text *text)
{
	const hs_notice *notice = part->notice;
	const struct hs_cap_level_row *values = hs_cap_level(part->state);
	const char *event = event_of(part, language);

	hs_buf_puts(out, "<info>\n");
	hs_xml_put(out, "language", language);
	hs_xml_put(out, "category", hs_cap_kind((int)notice->kind)->category);
	hs_xml_put(out, "event", event);
	hs_xml_put(out, "responseType", values->response);
	hs_xml_put(out, "urgency", values->urgency);
	hs_xml_put(out, "severity", values->severity);
	hs_xml_put(out, "certainty", values->certainty);
	put_times(out, notice);
	put_sender_name(out, notice->source);
	put_texts(out, text, event);
	if (is_absolute(url_of(notice)))
		hs_xml_put(out, "web", url_of(notice));
	put_level(out, part);
	put_document(out, notice, state_word(part->state));
	put_part_areas(out, part);
	hs_buf_puts(out, "</info>\n");
}

/* ---- which infos ---- */

static void
put_language(struct hs_buf *out, const hs_notice *notice, const char *language, const hs_text *text)
{
	bool evacuation = notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION;
	size_t count = evacuation ? notice->evacuation->n_details : 0;
	struct part part = { .notice = notice,
		.state = state_of_notice(notice),
		.level = notice->level,
		.equivalent = notice->equivalent_level };

	for (size_t i = 0; i < count; i++) {
		part.detail = notice->evacuation->details[i];
		part.level = part.detail->level;
		part.state = state_of_detail(notice, part.detail);
		put_info(out, &part, language, text);
	}
	if (count == 0)
		put_info(out, &part, language, text);
}

/* Japanese first, from the table where the notice has none; then each further language that was reviewed. */
static void
put_languages(struct hs_buf *out, const hs_notice *notice)
{
	const hs_text *japanese = hs_notice_text(notice, "ja");

	put_language(out, notice, "ja", japanese && japanese->reviewed ? japanese : NULL);
	for (size_t i = 0; i < notice->n_texts; i++) {
		const hs_text *text = notice->texts[i];

		if (text != japanese && text->reviewed && text->language[0])
			put_language(out, notice, text->language, text);
	}
}

/* ---- infos that came as CAP ---- */

static const hs_text *
text_of(const hs_notice *notice, const hs_cap_info *info)
{
	return info->text < notice->n_texts ? notice->texts[info->text] : NULL;
}

bool
hs_cap_is_ours(const hs_notice *notice)
{
	const hs_text *text;

	if (!notice->cap)
		return true;
	/* An update of nothing (another's mistake, taken with a warning) is none of ours. */
	if (notice->cap->n_references == 0 && notice->action != HS_ACTION(CANCEL) &&
		strcmp(notice->cap->msg_type, "Update") == 0)
		return false;
	if (notice->cap->n_infos == 0)
		return true;
	text = text_of(notice, notice->cap->infos[0]);
	return text && strncasecmp(text->language, "ja", 2) == 0;
}

static void
put_pairs(struct hs_buf *out, const char *element, hs_cap_pair *const *pairs, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		hs_buf_printf(out, "<%s>", element);
		hs_xml_put(out, "valueName", pairs[i]->name);
		hs_buf_puts(out, "<value>");
		hs_xml_put_text(out, pairs[i]->value);
		hs_buf_printf(out, "</value></%s>\n", element);
	}
}

static void
put_words(struct hs_buf *out, const char *element, char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		hs_xml_put(out, element, words[i]);
}

/* Those that stand in put_document are written anew. */
static void
put_cap_parameters(struct hs_buf *out, const hs_notice *notice, const hs_cap_info *info)
{
	static const char *const own[] = { "documentID", "revision", "state", "kind" };

	for (size_t i = 0; i < info->n_parameters; i++) {
		bool known = false;

		for (size_t k = 0; k < HS_COUNT(own); k++)
			known = known || strcmp(info->parameters[i]->name, own[k]) == 0;
		if (!known)
			put_pairs(out, "parameter", &info->parameters[i], 1);
	}
	put_document(out, notice, state_word(state_of_notice(notice)));
}

/* What was carried inside stands in the original only; without it a relative uri leads nowhere. */
static void
put_cap_resources(struct hs_buf *out, const hs_cap_info *info)
{
	for (size_t i = 0; i < info->n_resources; i++) {
		const hs_cap_resource *resource = info->resources[i];

		if (!is_absolute(resource->uri) || resource->mime_type[0] == '\0')
			continue;
		hs_buf_puts(out, "<resource>\n<resourceDesc>");
		hs_xml_put_text(out, resource->description);
		hs_buf_puts(out, "</resourceDesc>\n");
		hs_xml_put(out, "mimeType", resource->mime_type);
		hs_xml_put(out, "size", resource->size);
		hs_xml_put(out, "uri", resource->uri);
		hs_xml_put(out, "digest", resource->digest);
		hs_buf_puts(out, "</resource>\n");
	}
}

static void
put_moment(struct hs_buf *out, const char *name, const hs_time *time)
{
	if (time)
		hs_cap_put_time(out, name, time->unix_us, time->offset_minutes);
}

static void
put_cap_info(struct hs_buf *out, const hs_notice *notice, const hs_cap_info *info)
{
	const hs_text *text = text_of(notice, info);

	hs_buf_puts(out, "<info>\n");
	hs_xml_put(out, "language", text ? text->language : "ja");
	put_words(out, "category", info->categories, info->n_categories);
	hs_xml_put(out, "event", info->event);
	put_words(out, "responseType", info->response_types, info->n_response_types);
	hs_xml_put(out, "urgency", info->urgency);
	hs_xml_put(out, "severity", info->severity);
	hs_xml_put(out, "certainty", info->certainty);
	hs_xml_put(out, "audience", info->audience);
	put_pairs(out, "eventCode", info->event_codes, info->n_event_codes);
	put_moment(out, "effective", info->effective);
	put_moment(out, "onset", info->onset);
	put_moment(out, "expires", info->expires);
	hs_xml_put(out, "senderName", info->sender_name);
	put_texts(out, text, info->event);
	hs_xml_put(out, "web", info->web);
	hs_xml_put(out, "contact", info->contact);
	put_cap_parameters(out, notice, info);
	put_cap_resources(out, info);
	for (size_t i = 0; i < info->n_areas; i++)
		hs_cap_put_cap_area(out, notice, info->areas[i]);
	hs_buf_puts(out, "</info>\n");
}

void
hs_cap_put_infos(struct hs_buf *out, const hs_notice *notice)
{
	if (!notice->cap || notice->cap->n_infos == 0) {
		put_languages(out, notice);
		return;
	}
	for (size_t i = 0; i < notice->cap->n_infos; i++)
		put_cap_info(out, notice, notice->cap->infos[i]);
}
