/* parse_cap.c: the alert as a whole; its infos are read by cap_info.c. */
#include "hub/gate/parse_cap.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/gate/cap_info.h"
#include "hub/gate/policy.h"
#include "schemas/cap_tables.h"

/* ---- the parts of the document ---- */

static const char *
text_of(const struct hs_cap *cap, const char *name)
{
	const char *text = hs_cap_text(cap, cap->alert, name);

	return text ? text : "";
}

static bool
make_notice(struct hs_cap_reader *reader)
{
	struct hs_arena *arena = reader->cap->arena;
	hs_notice *notice = hs_message_new(arena, &hansho__v1__notice__descriptor);

	if (!notice)
		return false;
	notice->document = hs_message_new(arena, &hansho__v1__document__descriptor);
	notice->source = hs_message_new(arena, &hansho__v1__source__descriptor);
	notice->times = hs_message_new(arena, &hansho__v1__times__descriptor);
	notice->cap = hs_message_new(arena, &hansho__v1__cap_values__descriptor);
	reader->notice = notice;
	reader->values = notice->cap;
	reader->cap->submission->notice = notice;
	return notice->document && notice->source && notice->times && notice->cap;
}

/* Finds the alert and what the rules ask for again and again. false: this version is not accepted. */
static bool
find_parts(struct hs_cap *cap)
{
	hs_xml_node *root = hs_xml_root(cap->submission->doc);
	char *sent;
	size_t count;
	int offset;

	cap->alert = hs_cap_alert(root, &count);
	HS_CHECK(cap->alert != NULL);
	if (count > 1) { /* which one would count? */
		hs_cap_find(cap, HS_FINDING_ELEMENT_REPEATED, cap->alert, "alert", "");
		return false;
	}
	cap->envelope = cap->alert == root ? NULL : root;
	cap->ns = hs_xml_ns(cap->alert);
	if (strcmp(cap->ns, HS_NS_CAP_11) == 0 && !cap->submission->limits->cap_1_1) {
		hs_cap_find(cap, HS_FINDING_CAP_VERSION, cap->alert, HS_NS_CAP_12, cap->ns);
		return false;
	}
	cap->identifier = text_of(cap, "identifier");
	cap->sender = text_of(cap, "sender");
	cap->status = text_of(cap, "status");
	cap->msg_type = text_of(cap, "msgType");
	cap->scope = text_of(cap, "scope");
	cap->note = text_of(cap, "note");
	sent = hs_cap_text(cap, cap->alert, "sent");
	if (!sent || !hs_cap_time(sent, &cap->sent_unix_us, &offset))
		cap->sent_unix_us = INT64_MIN;
	return true;
}

/* ---- identity and mode ---- */

static void
read_identity(struct hs_cap_reader *reader)
{
	const struct hs_cap *cap = reader->cap;
	struct hs_submission *submission = cap->submission;
	hs_document *document = reader->notice->document;

	hs_cap_set(cap, &document->id, cap->alert, "identifier");
	hs_cap_set(cap, &document->source, cap->alert, "sender");
	document->revision = 1;
	document->distribution_id =
		hs_xml_child_text(cap->arena, cap->envelope, HS_NS_EDXL, "distributionID");
	if (!document->distribution_id)
		document->distribution_id = document->id;
	hs_trace_add(&submission->traces, cap->arena, &document->id,
		hs_cap_child(cap, cap->alert, "identifier"));
	hs_trace_add(&submission->traces, cap->arena, &document->source,
		hs_cap_child(cap, cap->alert, "sender"));
}

static void
read_mode(struct hs_cap_reader *reader)
{
	const struct hs_cap *cap = reader->cap;
	struct hs_submission *submission = cap->submission;
	char *envelope =
		hs_xml_child_text(cap->arena, cap->envelope, HS_NS_EDXL, "distributionStatus");

	submission->control_status = cap->status;
	submission->envelope_status = cap->envelope ? (envelope ? envelope : "") : cap->status;
	reader->notice->mode = (Hansho__V1__Mode)hs_status_mode(cap->status);
	hs_trace_add(&submission->traces, cap->arena, &reader->notice->mode,
		hs_cap_child(cap, cap->alert, "status"));
	hs_trace_add(&submission->traces, cap->arena, &reader->notice->cap, cap->alert);
}

/* references → supersedes: "sender|identifier", and the triples as sent. */
static void
read_references(struct hs_cap_reader *reader)
{
	const struct hs_cap *cap = reader->cap;
	hs_document *document = reader->notice->document;

	for (size_t i = 0; i < cap->reference_count; i++) {
		const struct hs_cap_reference *reference = &cap->references[i];
		char *key = hs_arena_printf(
			cap->arena, "%s|%s", reference->sender, reference->identifier);
		char *triple = hs_arena_strdup(cap->arena, reference->text);

		if (!key || !triple ||
			!hs_repeat(
				cap->arena, &document->n_supersedes, &document->supersedes, key) ||
			!hs_repeat(cap->arena, &reader->values->n_references,
				&reader->values->references, triple))
			return;
	}
}

static void
read_alert_values(struct hs_cap_reader *reader)
{
	const struct hs_cap *cap = reader->cap;
	hs_cap_values *values = reader->values;
	const struct {
		char **field;
		const char *name;
	} rows[] = { { &values->msg_type, "msgType" }, { &values->source, "source" },
		{ &values->scope, "scope" }, { &values->restriction, "restriction" },
		{ &values->addresses, "addresses" }, { &values->note, "note" },
		{ &values->incidents, "incidents" } };

	values->version =
		hs_arena_strdup(cap->arena, strcmp(cap->ns, HS_NS_CAP_12) == 0 ? "1.2" : "1.1");
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		hs_cap_set(cap, rows[i].field, cap->alert, rows[i].name);
	reader->notice->document->event = values->incidents;
	HS_CAP_EACH(cap, cap->alert, "code", code)
	{
		char *text = hs_xml_text(cap->arena, code);

		if (text && !hs_repeat(cap->arena, &values->n_codes, &values->codes, text))
			return;
	}
	for (size_t i = 0; i < values->n_profiles; i++)
		reader->own_profile |= strcmp(values->profiles[i], "hansho") == 0;
}

/* ---- what follows from the infos ---- */

static bool
is_all_clear(const hs_cap_info *info)
{
	for (size_t i = 0; i < info->n_response_types; i++) {
		if (strcmp(info->response_types[i], "AllClear") == 0)
			return true;
	}
	return false;
}

static void
read_action(struct hs_cap_reader *reader)
{
	static const struct {
		const char *msg_type;
		int action;
	} actions[] = { { "Alert", HS_ACTION(ISSUE) }, { "Update", HS_ACTION(UPDATE) },
		{ "Cancel", HS_ACTION(CANCEL) } };

	for (size_t i = 0; i < HS_COUNT(actions); i++) {
		if (strcmp(actions[i].msg_type, reader->cap->msg_type) == 0)
			reader->notice->action = (Hansho__V1__Action)actions[i].action;
	}
}

/* The danger passed: a lift, not an order that says so in words. */
static void
read_lift(struct hs_cap_reader *reader)
{
	const hs_cap_values *values = reader->values;
	bool clear = values->n_infos > 0 && reader->notice->action != HS_ACTION(CANCEL);

	for (size_t i = 0; i < values->n_infos; i++)
		clear = clear && is_all_clear(values->infos[i]);
	if (clear)
		reader->notice->action = HS_ACTION(LIFT);
}

/* The alert holds as long as any of its infos; one without end has none. */
static hs_time *
last_expiry(const hs_cap_values *values)
{
	hs_time *last = NULL;

	for (size_t i = 0; i < values->n_infos; i++) {
		hs_time *expires = values->infos[i]->expires;

		if (!expires)
			return NULL;
		if (!last || last->unix_us < expires->unix_us)
			last = expires;
	}
	return last;
}

static void
read_times(struct hs_cap_reader *reader)
{
	hs_times *times = reader->notice->times;
	const struct hs_cap *cap = reader->cap;

	times->sent = hs_cap_read_time(cap, cap->alert, "sent");
	times->reported = times->sent;
	times->received =
		hs_time_new(cap->arena, cap->submission->received_unix_us, HS_JST_MINUTES);
	if (reader->values->n_infos && reader->values->infos[0]->effective)
		times->reported = reader->values->infos[0]->effective;
	times->ordered = times->reported;
	times->valid_until = last_expiry(reader->values);
}

static void
read_kind(struct hs_cap_reader *reader)
{
	hs_notice *notice = reader->notice;
	const hs_cap_info *info = reader->values->n_infos ? reader->values->infos[0] : NULL;

	notice->kind = HS_KIND(OTHER);
	if (!info)
		return;
	notice->kind_text = info->event;
	notice->kind = (Hansho__V1__Kind)hs_cap_event_kind(
		info->event, info->n_categories ? info->categories[0] : "");
}

static void
read_source(struct hs_cap_reader *reader)
{
	hs_source *source = reader->notice->source;
	hs_cap_values *values = reader->values;

	source->name = reader->notice->document->source;
	if (values->source[0])
		source->name = values->source;
	if (values->n_infos && values->infos[0]->sender_name[0])
		source->name = values->infos[0]->sender_name;
	/* A cancel says why; CAP has a note for that, and a description. */
	if (reader->notice->action != HS_ACTION(CANCEL))
		return;
	if (reader->notice->n_texts && reader->notice->texts[0]->body[0])
		reader->notice->correction = reader->notice->texts[0]->body;
	if (values->note[0])
		reader->notice->correction = values->note;
}

static enum hs_err
hash_content(const struct hs_cap *cap)
{
	struct hs_span span;
	struct hs_buf content;
	enum hs_err err;

	hs_buf_init(&content, cap->submission->text.len_bytes * 8 + 65536);
	err = hs_xml_content(cap->alert, NULL, &content);
	span = (struct hs_span){ content.bytes, content.len_bytes };
	if (err == HS_OK)
		hs_sha256(&span, 1, cap->submission->content_sha256);
	hs_buf_free(&content);
	return err;
}

enum hs_err
hs_cap_convert(struct hs_submission *submission)
{
	struct hs_cap cap = { .submission = submission,
		.arena = submission->arena,
		.findings = &submission->findings };
	struct hs_cap_reader reader = { .cap = &cap };

	if (!make_notice(&reader))
		return HS_ERR_NOMEM;
	if (!find_parts(&cap) || !hs_cap_check_order(&cap))
		return HS_ERR_REFUSED;
	read_mode(&reader);
	if (!hs_cap_read_forms(&cap) || !hs_cap_read_references(&cap) ||
		!hs_cap_check_rules(&cap) || !hs_cap_check_profiles(&cap, reader.values))
		return HS_ERR_NOMEM;
	if (submission->findings.errors)
		return HS_ERR_REFUSED;
	read_identity(&reader);
	read_action(&reader);
	read_references(&reader);
	read_alert_values(&reader);
	hs_cap_read_infos(&reader);
	read_lift(&reader);
	read_times(&reader);
	read_kind(&reader);
	hs_cap_read_civil(&reader);
	read_source(&reader);
	if (submission->findings.errors)
		return HS_ERR_REFUSED;
	return hash_content(&cap);
}
