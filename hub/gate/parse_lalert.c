/* parse_lalert.c: envelope, Control and Head of an L-Alert document. */
#include "hub/gate/parse_lalert.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/gate/parse_jma.h"
#include "hub/gate/parser_registry.h"
#include "hub/gate/policy.h"
#include "hub/gate/text_clean.h"

/* ---- the parts of the document ---- */

/* Finds envelope, content, Report, Control and Head. false when one is missing (findings say
 * which). */
static bool
find_parts(struct hs_lalert *lalert)
{
	hs_xml_node *embedded;

	lalert->envelope = hs_xml_root(lalert->submission->doc);
	lalert->content = hs_lalert_one(lalert, lalert->envelope, HS_NS_COMMONS, "contentObject");
	if (!lalert->content) {
		hs_xml_missing(lalert->findings, lalert->envelope, "contentObject");
		return false;
	}
	embedded = hs_lalert_one(lalert,
		hs_lalert_one(lalert, lalert->content, HS_NS_EDXL, "xmlContent"), HS_NS_EDXL,
		"embeddedXMLContent");
	lalert->jma_report = hs_lalert_one(lalert, embedded, HS_NS_JMA, "Report");
	if (lalert->jma_report)
		return true;
	lalert->report = hs_lalert_one(lalert, embedded, HS_NS_PCXML, "Report");
	if (!lalert->report) {
		hs_xml_missing(
			lalert->findings, lalert->content, "xmlContent/embeddedXMLContent/Report");
		return false;
	}
	lalert->control = hs_lalert_one(lalert, lalert->report, HS_NS_PCXML, "Control");
	lalert->head = hs_lalert_one(lalert, lalert->report, HS_NS_BASIS, "Head");
	if (!lalert->control)
		hs_xml_missing(lalert->findings, lalert->report, "Control");
	if (!lalert->head)
		hs_xml_missing(lalert->findings, lalert->report, "Head");
	return lalert->control && lalert->head;
}

static bool
make_notice(struct hs_lalert *lalert)
{
	struct hs_arena *arena = lalert->arena;
	hs_notice *notice = hs_message_new(arena, &hansho__v1__notice__descriptor);

	if (!notice)
		return false;
	notice->document = hs_message_new(arena, &hansho__v1__document__descriptor);
	notice->source = hs_message_new(arena, &hansho__v1__source__descriptor);
	notice->times = hs_message_new(arena, &hansho__v1__times__descriptor);
	lalert->notice = notice;
	lalert->submission->notice = notice;
	return notice->document && notice->source && notice->times;
}

/* ---- values that stand in the envelope and again in the Head ---- */

/* The envelope's node, or the Head's when the envelope has none. A difference is told and
 * remembered. */
static hs_xml_node *
repeated(struct hs_lalert *lalert, hs_xml_node *envelope, const char *ns, const char *name)
{
	hs_xml_node *first = hs_lalert_one(lalert, envelope, ns, name);
	hs_xml_node *second = hs_lalert_one(lalert, lalert->head, ns, name);
	char *outer = hs_xml_text(lalert->arena, first);
	char *inner = hs_xml_text(lalert->arena, second);

	if (!outer && !inner) {
		hs_xml_missing(lalert->findings, envelope, name);
		return NULL;
	}
	if (!outer)
		return second;
	if (inner && strcmp(outer, inner) != 0) {
		hs_xml_finding(lalert->findings, HS_FINDING_HEAD_MISMATCH, second, outer, inner);
		hs_notice_flag(lalert->arena, lalert->notice, "head_mismatch");
	}
	return first;
}

/* A whole number 0…4,000,000,000 without sign; false when it is none. */
static bool
parse_number(const char *text, uint32_t *value)
{
	size_t len = strlen(text);

	if (len == 0 || len > 10 || strspn(text, "0123456789") != len)
		return false;
	if (strtoull(text, NULL, 10) > 4000000000ULL)
		return false;
	*value = (uint32_t)strtoull(text, NULL, 10);
	return true;
}

static void
read_revision(struct hs_lalert *lalert)
{
	hs_document *document = lalert->notice->document;
	hs_xml_node *node = repeated(lalert, lalert->content, HS_NS_COMMONS, "documentRevision");
	hs_xml_node *before =
		hs_xml_child(lalert->content, HS_NS_COMMONS, "previousDocumentRevision");
	char *text = hs_xml_text(lalert->arena, node);
	char *previous = hs_xml_text(lalert->arena, before);
	uint32_t number;

	if (!text)
		return;
	if (!parse_number(text, &document->revision) || document->revision == 0) {
		hs_xml_finding(lalert->findings, HS_FINDING_REVISION_BAD, node, "1, 2, 3 …", text);
		return;
	}
	if (previous && (!parse_number(previous, &number) || number + 1ULL != document->revision))
		hs_xml_finding(
			lalert->findings, HS_FINDING_PREVIOUS_REVISION, before, "", previous);
}

static void
read_identity(struct hs_lalert *lalert)
{
	hs_document *document = lalert->notice->document;

	hs_lalert_set(lalert, &document->id,
		repeated(lalert, lalert->content, HS_NS_COMMONS, "documentID"));
	hs_lalert_set(lalert, &document->distribution_id,
		repeated(lalert, lalert->envelope, HS_NS_EDXL, "distributionID"));
	if (hs_lalert_need(lalert, lalert->envelope, HS_NS_EDXL, "senderID"))
		hs_lalert_set(lalert, &document->source,
			hs_xml_child(lalert->envelope, HS_NS_EDXL, "senderID"));
	read_revision(lalert);
}

/* ---- mode, times, offices ---- */

static void
read_mode(struct hs_lalert *lalert)
{
	struct hs_submission *submission = lalert->submission;
	char *envelope = hs_lalert_need(lalert, lalert->envelope, HS_NS_EDXL, "distributionStatus");
	char *control = hs_lalert_need(lalert, lalert->control, HS_NS_EDXL, "distributionStatus");

	submission->envelope_status = envelope ? envelope : "";
	submission->control_status = control ? control : "";
	lalert->notice->mode = (Hansho__V1__Mode)hs_status_mode(submission->envelope_status);
	if (envelope && lalert->notice->mode == HS_MODE(UNSPECIFIED))
		hs_xml_finding(lalert->findings, HS_FINDING_STATUS_UNKNOWN,
			hs_xml_child(lalert->envelope, HS_NS_EDXL, "distributionStatus"),
			"Actual, Exercise, Test, System", envelope);
}

static void
read_times(struct hs_lalert *lalert)
{
	const struct {
		hs_time **field;
		hs_xml_node *parent;
		const char *ns, *name;
	} rows[] = {
		{ &lalert->notice->times->sent, lalert->envelope, HS_NS_EDXL, "dateTimeSent" },
		{ &lalert->notice->times->created, lalert->head, HS_NS_BASIS, "CreateDateTime" },
		{ &lalert->notice->times->reported, lalert->head, HS_NS_BASIS, "ReportDateTime" },
		{ &lalert->notice->times->target, lalert->head, HS_NS_BASIS, "TargetDateTime" },
		{ &lalert->notice->times->valid_until, lalert->head, HS_NS_BASIS, "ValidDateTime" },
	};

	for (size_t i = 0; i < HS_COUNT(rows); i++)
		*rows[i].field = hs_lalert_time(lalert,
			hs_lalert_one(lalert, rows[i].parent, rows[i].ns, rows[i].name),
			HS_FINDING_TIME_IGNORED);
	lalert->notice->times->received =
		hs_time_new(lalert->arena, lalert->submission->received_unix_us, HS_JST_MINUTES);
}

/* PublishingOffice holds OfficeInfo elements, EditorialOffice the fields themselves; both forms
 * occur. */
static hs_xml_node *
office_of(hs_xml_node *control, const char *name)
{
	hs_xml_node *office = hs_xml_child(control, HS_NS_PCXML, name);
	hs_xml_node *info = hs_xml_child(office, HS_NS_ELEMENT, "OfficeInfo");

	return info ? info : office;
}

/* Envelope first, then the office in the Control. */
static void
set_either(struct hs_lalert *lalert, char **field, const char *outer, hs_xml_node *office,
	const char *inner)
{
	hs_xml_node *node = hs_lalert_one(lalert, lalert->content, HS_NS_COMMONS, outer);

	if (!hs_xml_text(lalert->arena, node))
		node = hs_xml_child(office, HS_NS_ELEMENT, inner);
	hs_lalert_set_name(lalert, field, node);
}

static void
read_offices(struct hs_lalert *lalert)
{
	hs_source *source = lalert->notice->source;
	hs_xml_node *publisher = office_of(lalert->control, "PublishingOffice");
	hs_xml_node *editor = office_of(lalert->control, "EditorialOffice");
	char *code, *name, *office;

	set_either(lalert, &source->code, "publishingOfficeID", publisher, "OrganizationCode");
	set_either(
		lalert, &source->name, "publishingOrganizationName", publisher, "OrganizationName");
	set_either(lalert, &source->office, "publishingOfficeName", publisher, "OfficeName");
	code = hs_xml_child_text(lalert->arena, editor, HS_NS_ELEMENT, "OrganizationCode");
	if (!code || strncmp(code, source->code, 5) == 0)
		return;
	name = hs_xml_child_text(lalert->arena, editor, HS_NS_ELEMENT, "OrganizationName");
	office = hs_xml_child_text(lalert->arena, editor, HS_NS_ELEMENT, "OfficeName");
	name = hs_arena_printf(lalert->arena, "%s%s%s", name ? name : code, office ? " " : "",
		office ? office : "");
	if (name)
		source->entered_by = name;
	hs_notice_flag(lalert->arena, lalert->notice, "proxy_entry");
}

/* ---- what happened ---- */

static void
read_errata(struct hs_lalert *lalert)
{
	hs_xml_node *errata = hs_lalert_one(lalert, lalert->control, HS_NS_PCXML, "Errata");

	hs_lalert_set(lalert, &lalert->notice->correction,
		hs_xml_child(errata, HS_NS_ELEMENT, "Description"));
}

/* Cancel, correction, lift or order: a cancel says the message was wrong, a lift that the danger
 * passed. */
static void
read_action(struct hs_lalert *lalert)
{
	hs_notice *notice = lalert->notice;
	hs_xml_node *node = repeated(lalert, lalert->envelope, HS_NS_EDXL, "distributionType");
	char *type = hs_xml_text(lalert->arena, node);
	bool reason = notice->correction[0] != '\0';

	if (!type)
		return;
	if (strcmp(type, "Cancel") == 0) {
		notice->action = HS_ACTION(CANCEL);
		if (!reason)
			hs_xml_finding(lalert->findings, HS_FINDING_ERRATA_MISSING, lalert->control,
				"Errata/Description", "");
	} else if (strcmp(type, "Report") != 0 && strcmp(type, "Update") != 0) {
		hs_xml_finding(lalert->findings, HS_FINDING_TYPE_UNKNOWN, node,
			"Report, Update, Cancel", type);
	} else if (reason) {
		notice->action = HS_ACTION(CORRECT);
	} else if (strcmp(type, "Report") == 0 && notice->document->revision <= 1) {
		notice->action = HS_ACTION(ISSUE);
	} else {
		notice->action = HS_ACTION(UPDATE);
	}
}

/* An order's headline is made from its details, which say more than the title of the Head. */
static bool
is_order(const struct hs_lalert *lalert)
{
	return lalert->notice->kind == HS_KIND(EVACUATION);
}

static void
read_headline(struct hs_lalert *lalert)
{
	hs_xml_node *headline = hs_xml_child(lalert->head, HS_NS_BASIS, "Headline");
	hs_xml_node *node = hs_xml_child(headline, HS_NS_BASIS, "Text");
	hs_text *text = hs_message_new(lalert->arena, &hansho__v1__text__descriptor);

	if (!text)
		return;
	if (!hs_xml_text(lalert->arena, node))
		node = hs_xml_child(lalert->content, HS_NS_EDXL, "contentDescription");
	if (!hs_xml_text(lalert->arena, node) && !is_order(lalert))
		node = hs_xml_child(lalert->head, HS_NS_BASIS, "Title");
	text->language = hs_arena_strdup(lalert->arena, "ja");
	text->reviewed = true;
	hs_lalert_set(lalert, &text->headline, node);
	if (text->language)
		hs_repeat(lalert->arena, &lalert->notice->n_texts, &lalert->notice->texts, text);
}

/* The Control's title says the category again. The envelope wins, and the sender is told. */
static void
check_title(struct hs_lalert *lalert, const char *category)
{
	hs_xml_node *node = hs_lalert_one(lalert, lalert->control, HS_NS_PCXML, "Title");
	char *title = hs_xml_text(lalert->arena, node);

	if (!title || strcasecmp(title, category) == 0)
		return;
	hs_xml_finding(lalert->findings, HS_FINDING_HEAD_MISMATCH, node, category, title);
	hs_notice_flag(lalert->arena, lalert->notice, "head_mismatch");
}

/* The category's row; none when it is not in the table: taken with a word to the sender. */
static void
read_category(struct hs_lalert *lalert)
{
	hs_xml_node *node = hs_lalert_one(lalert, lalert->content, HS_NS_COMMONS, "category");
	char *word = hs_xml_text(lalert->arena, node);

	if (!word) {
		node = hs_lalert_one(lalert, lalert->control, HS_NS_PCXML, "Title");
		word = hs_lalert_need(lalert, lalert->control, HS_NS_PCXML, "Title");
	}
	if (!word)
		return;
	hs_text_fold(word);
	check_title(lalert, word);
	lalert->category = hs_lalert_category_find(word);
	lalert->notice->kind_text = word;
	lalert->notice->kind =
		lalert->category ? (Hansho__V1__Kind)lalert->category->kind : HS_KIND(OTHER);
	if (lalert->category)
		return;
	hs_xml_finding(lalert->findings, HS_FINDING_UNKNOWN_CATEGORY, node, "", word);
	hs_notice_flag(lalert->arena, lalert->notice, "unknown_category");
}

/* True when the element is the known body of a category that is not this document's. */
static bool
is_foreign_body(const struct hs_lalert *lalert, hs_xml_node *node)
{
	size_t count;
	const struct hs_lalert_category *rows = hs_lalert_category_rows(&count);

	for (size_t i = 0; i < count; i++) {
		if (&rows[i] != lalert->category && rows[i].body[0] &&
			hs_xml_is(node, rows[i].ns, rows[i].body))
			return true;
	}
	return false;
}

/* The body. An evacuation order under another category would be taken and never be seen as one: that is refused
 * whatever the category. A body whose structure is not public is not looked into and may be absent. */
static bool
find_body(struct hs_lalert *lalert)
{
	const struct hs_lalert_category *category = lalert->category;
	bool typed = category && category->body[0];
	hs_xml_node *node = hs_xml_first(lalert->report);

	for (; node; node = hs_xml_after(node)) {
		if (!is_foreign_body(lalert, node))
			continue;
		hs_xml_finding(lalert->findings, HS_FINDING_BODY_MISMATCH, node,
			typed ? category->body : lalert->notice->kind_text, hs_xml_name(node));
		return false;
	}
	if (!typed)
		return true;
	lalert->body = hs_lalert_one(lalert, lalert->report, category->ns, category->body);
	if (!lalert->body)
		hs_xml_finding(lalert->findings, HS_FINDING_BODY_MISMATCH, lalert->report,
			category->body, lalert->notice->kind_text);
	return lalert->body != NULL;
}

static void
read_body(struct hs_lalert *lalert)
{
	hs_lalert_convert_body *convert =
		lalert->category ? hs_lalert_converter(lalert->category) : NULL;

	if (!find_body(lalert))
		return;
	if (convert)
		convert(lalert);
	if (lalert->all_lifted && (lalert->notice->action == HS_ACTION(ISSUE) ||
					  lalert->notice->action == HS_ACTION(UPDATE)))
		lalert->notice->action = HS_ACTION(LIFT);
}

/* ---- identity of the content ---- */

/* SHA-256 of the Report's content without the distributionID, which is new each time the same content
 * is sent. When envelope and Head disagree about the type the envelope's is part of it: a cancel must
 * never look like the order that it takes back. */
static enum hs_err
hash_content(struct hs_lalert *lalert)
{
	hs_xml_node *skip = hs_xml_child(lalert->head, HS_NS_EDXL, "distributionID");
	char *outer =
		hs_xml_child_text(lalert->arena, lalert->envelope, HS_NS_EDXL, "distributionType");
	char *inner =
		hs_xml_child_text(lalert->arena, lalert->head, HS_NS_EDXL, "distributionType");
	struct hs_span spans[2];
	struct hs_buf content;
	enum hs_err err;

	/* Room for any real document; one that repeats a huge namespace URI without end is refused. */
	hs_buf_init(&content, lalert->submission->text.len_bytes * 8 + 65536);
	err = hs_xml_content(lalert->report, skip, &content);
	spans[0] = (struct hs_span){ content.bytes, content.len_bytes };
	spans[1] = (struct hs_span){ outer, outer ? strlen(outer) : 0 };
	if (err == HS_OK)
		hs_sha256(spans, outer && (!inner || strcmp(outer, inner) != 0) ? 2 : 1,
			lalert->submission->content_sha256);
	hs_buf_free(&content);
	return err;
}

enum hs_err
hs_lalert_convert(struct hs_submission *submission)
{
	struct hs_lalert lalert = { .submission = submission,
		.arena = submission->arena,
		.findings = &submission->findings,
		.points_left = submission->limits->shape_points };

	if (!make_notice(&lalert))
		return HS_ERR_NOMEM;
	if (!find_parts(&lalert))
		return HS_ERR_REFUSED;
	read_identity(&lalert);
	if (lalert.jma_report)
		return hs_jma_in_envelope(&lalert, lalert.jma_report);
	read_mode(&lalert);
	read_times(&lalert);
	read_offices(&lalert);
	read_errata(&lalert);
	read_category(&lalert);
	read_headline(&lalert);
	hs_lalert_read_areas(&lalert);
	read_action(&lalert);
	if (lalert.notice->kind_text[0])
		read_body(&lalert);
	if (submission->findings.errors)
		return HS_ERR_REFUSED;
	return hash_content(&lalert);
}
