/* parse_jma.c: Control and Head of a JMA Report: identity, version, mode, times, action. */
#include "hub/gate/parse_jma.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/gate/parser_registry.h"
#include "hub/gate/policy.h"

#define SOURCE "jma.go.jp"

/* ---- small parts ---- */

hs_xml_node *
hs_jma_child(const struct hs_jma *jma, hs_xml_node *node, const char *name)
{
	return hs_xml_child(node, jma->ns, name);
}

hs_xml_node *
hs_jma_next(const struct hs_jma *jma, hs_xml_node *node, const char *name)
{
	return hs_xml_next(node, jma->ns, name);
}

char *
hs_jma_text(struct hs_jma *jma, hs_xml_node *node, const char *name)
{
	char *text = hs_xml_child_text(jma->arena, node, jma->ns, name);

	return text ? text : (char *)(uintptr_t) ""; /* never written to */
}

void
hs_jma_warn(struct hs_jma *jma, enum hs_finding_code code, hs_xml_node *node, const char *detail,
	const char *flag)
{
	hs_xml_finding(jma->findings, code, node, "", detail);
	hs_notice_flag(jma->arena, jma->notice, flag);
}

/* NULL when absent; when it cannot be read also NULL, with the finding `bad`. */
static hs_time *
read_time(struct hs_jma *jma, hs_xml_node *node, enum hs_finding_code bad)
{
	struct hs_lalert parts = { .submission = jma->submission,
		.arena = jma->arena,
		.findings = jma->findings,
		.notice = jma->notice };

	return hs_lalert_time(&parts, node, bad);
}

hs_time *
hs_jma_time(struct hs_jma *jma, hs_xml_node *node, const char *name)
{
	return read_time(jma, hs_jma_child(jma, node, name), HS_FINDING_TIME_IGNORED);
}

const char *
hs_jma_head_text(struct hs_jma *jma, const char *name)
{
	const char *text = hs_xml_child_text(jma->arena, jma->head, HS_NS_JMA_HEAD, name);

	return text ? text : "";
}

const char *
hs_jma_control_text(struct hs_jma *jma, const char *name)
{
	const char *text = hs_xml_child_text(jma->arena, jma->control, HS_NS_JMA, name);

	return text ? text : "";
}

/* ---- the parts of the document ---- */

/* The only child of that name; none and a second one are errors. */
static hs_xml_node *
one_part(struct hs_jma *jma, const char *ns, const char *name)
{
	hs_xml_node *node = hs_xml_child(jma->report, ns, name);
	hs_xml_node *second = hs_xml_next(node, ns, name);

	if (!node)
		hs_xml_missing(jma->findings, jma->report, name);
	if (second)
		hs_xml_finding(jma->findings, HS_FINDING_ELEMENT_REPEATED, second, name, "");
	return node;
}

/* Body stands in the namespace of its field. */
static bool
find_body(struct hs_jma *jma)
{
	static const char *const fields[] = { "meteorology1/", "seismology1/", "volcanology1/" };
	hs_xml_node *node = hs_xml_first(jma->report);
	hs_xml_node *found = NULL;

	for (; node; node = hs_xml_after(node)) {
		if (strcmp(hs_xml_name(node), "Body") != 0)
			continue;
		if (found) {
			hs_xml_finding(
				jma->findings, HS_FINDING_ELEMENT_REPEATED, node, "Body", "");
			return false;
		}
		found = node;
	}
	if (!found) {
		hs_xml_missing(jma->findings, jma->report, "Body");
		return false;
	}
	jma->body = found;
	jma->ns = hs_xml_ns(found);
	for (size_t i = 0; i < HS_COUNT(fields); i++) {
		if (strncmp(jma->ns, HS_NS_JMA_BODY, strlen(HS_NS_JMA_BODY)) == 0 &&
			strcmp(jma->ns + strlen(HS_NS_JMA_BODY), fields[i]) == 0)
			return true;
	}
	hs_xml_finding(jma->findings, HS_FINDING_BODY_UNKNOWN, found,
		HS_NS_JMA_BODY "meteorology1/, seismology1/, volcanology1/", jma->ns);
	return false;
}

static bool
find_parts(struct hs_jma *jma)
{
	size_t errors = jma->findings->errors;

	jma->control = one_part(jma, HS_NS_JMA, "Control");
	jma->head = one_part(jma, HS_NS_JMA_HEAD, "Head");
	jma->headline = hs_xml_child(jma->head, HS_NS_JMA_HEAD, "Headline");
	return find_body(jma) && jma->findings->errors == errors;
}

/* ---- which telegram ---- */

static void
find_telegram(struct hs_jma *jma, const char *title)
{
	const char *field = jma->ns + strlen(HS_NS_JMA_BODY);
	char body[32] = "";
	size_t len = strcspn(field, "0123456789/");

	if (len < sizeof(body))
		memcpy(body, field, len);
	jma->telegram = hs_jma_telegram_find(title, hs_jma_head_text(jma, "InfoKind"),
		hs_jma_head_text(jma, "InfoKindVersion"), body);
	HS_CHECK(jma->telegram != NULL); /* the table has a row for each body */
	if (jma->telegram->title[0] == '\0')
		hs_jma_warn(jma, HS_FINDING_UNKNOWN_TELEGRAM,
			hs_xml_child(jma->control, HS_NS_JMA, "Title"), title, "unknown_telegram");
	if (jma->telegram->legacy)
		hs_notice_flag(jma->arena, jma->notice, "legacy_source");
	if (jma->telegram->digest)
		hs_notice_flag(jma->arena, jma->notice, "digest");
	jma->notice->kind =
		(Hansho__V1__Kind)hs_enum_value(&hansho__v1__kind__descriptor, jma->telegram->kind);
	jma->notice->kind_text = hs_arena_strdup(jma->arena, title);
}

/* ---- mode and times ---- */

static const struct {
	const char *word, *status;
} statuses[] = { { "通常", "Actual" }, { "訓練", "Exercise" }, { "試験", "Test" } };

const char *
hs_jma_status(const char *status)
{
	for (size_t i = 0; i < HS_COUNT(statuses); i++) {
		if (strcmp(statuses[i].word, status) == 0)
			return statuses[i].status;
	}
	return "";
}

/* A mark of a test makes a 通常 telegram a test: on the live lane the policy refuses it, and nothing of it is ever shown there. */
static const char *
read_status(struct hs_jma *jma)
{
	const char *status = hs_jma_status(hs_jma_control_text(jma, "Status"));
	const char *mark = strcmp(status, "Actual") == 0 ? hs_jma_test_mark(jma) : NULL;

	if (!mark)
		return status;
	hs_jma_warn(jma, HS_FINDING_TEST_MARK, jma->report, mark, "test_mark");
	return "Test";
}

static void
read_mode(struct hs_jma *jma)
{
	struct hs_submission *submission = jma->submission;

	submission->control_status = read_status(jma);
	submission->envelope_status = submission->control_status;
	jma->notice->mode = (Hansho__V1__Mode)hs_status_mode(submission->control_status);
}

static hs_time *
read_times(struct hs_jma *jma)
{
	hs_times *times = jma->notice->times;
	hs_time *sent = read_time(
		jma, hs_xml_child(jma->control, HS_NS_JMA, "DateTime"), HS_FINDING_TIME_BAD);

	times->reported = read_time(jma, hs_xml_child(jma->head, HS_NS_JMA_HEAD, "ReportDateTime"),
		HS_FINDING_TIME_BAD);
	times->valid_until = read_time(
		jma, hs_xml_child(jma->head, HS_NS_JMA_HEAD, "ValidDateTime"), HS_FINDING_TIME_BAD);
	times->received =
		hs_time_new(jma->arena, jma->submission->received_unix_us, HS_JST_MINUTES);
	if (!sent || !times->reported)
		hs_jma_warn(jma, HS_FINDING_JMA_PART, sent ? jma->head : jma->control,
			sent ? "ReportDateTime" : "DateTime", "part_missing");
	if (!sent)
		sent = times->reported;
	if (!times->sent)
		times->sent = sent;
	if (!sent)
		hs_xml_missing(jma->findings, jma->control, "DateTime");
	jma->at_unix_us = times->reported ? times->reported->unix_us
			  : sent	  ? sent->unix_us
					  : jma->submission->received_unix_us;
	return sent;
}

static void
read_source(struct hs_jma *jma)
{
	hs_source *source = jma->notice->source;

	const char *office = hs_jma_control_text(jma, "EditorialOffice");

	source->name = hs_arena_strdup(jma->arena, hs_jma_control_text(jma, "PublishingOffice"));
	if (source->name && strcmp(source->name, office) != 0)
		source->office = hs_arena_strdup(jma->arena, office);
	if (source->name && source->name[0] == '\0')
		hs_jma_warn(
			jma, HS_FINDING_JMA_PART, jma->control, "PublishingOffice", "part_missing");
}

/* ---- the whole ---- */

static const struct {
	const char *detail;
	void (*convert)(struct hs_jma *jma);
} converters[] = {
	{ "headline", hs_jma_headline },
	{ "weather", hs_jma_weather },
	{ "landslide", hs_jma_weather },
	{ "rainfall", hs_jma_weather },
	{ "flood", hs_jma_flood },
	{ "earthquake", hs_jma_earthquake },
	{ "eew", hs_jma_eew },
	{ "tsunami", hs_jma_tsunami },
	{ "volcano", hs_jma_volcano },
};

static void
read_detail(struct hs_jma *jma)
{
	for (size_t i = 0; i < HS_COUNT(converters); i++) {
		if (strcmp(converters[i].detail, jma->telegram->detail) == 0)
			converters[i].convert(jma);
	}
}

/* What does not depend on whose identity counts. */
static void
read_content(struct hs_jma *jma, const char *title)
{
	find_telegram(jma, title);
	read_source(jma);
	hs_jma_read_texts(jma, title);
	read_detail(jma);
	hs_jma_set_event(jma);
}

static bool
make_notice(struct hs_jma *jma)
{
	hs_notice *notice = hs_message_new(jma->arena, &hansho__v1__notice__descriptor);

	if (!notice)
		return false;
	notice->document = hs_message_new(jma->arena, &hansho__v1__document__descriptor);
	notice->source = hs_message_new(jma->arena, &hansho__v1__source__descriptor);
	notice->times = hs_message_new(jma->arena, &hansho__v1__times__descriptor);
	jma->notice = notice;
	jma->submission->notice = notice;
	return notice->document && notice->source && notice->times;
}

static enum hs_err
hash_report(struct hs_jma *jma)
{
	struct hs_buf content;
	enum hs_err err;

	hs_buf_init(&content, jma->submission->text.len_bytes * 8 + 65536);
	err = hs_xml_content(jma->report, NULL, &content);
	if (err == HS_OK)
		hs_sha256(&(struct hs_span){ content.bytes, content.len_bytes }, 1,
			jma->submission->content_sha256);
	hs_buf_free(&content);
	return err;
}

enum hs_err
hs_jma_convert(struct hs_submission *submission)
{
	struct hs_jma jma = { .submission = submission,
		.arena = submission->arena,
		.findings = &submission->findings,
		.report = hs_xml_root(submission->doc) };
	const struct hs_span text = { submission->text.bytes, submission->text.len_bytes };
	const char *title, *infotype;
	hs_time *sent;

	if (!make_notice(&jma))
		return HS_ERR_NOMEM;
	if (!find_parts(&jma))
		return HS_ERR_REFUSED;
	title = hs_jma_control_text(&jma, "Title");
	infotype = hs_jma_head_text(&jma, "InfoType");
	read_mode(&jma);
	sent = read_times(&jma);
	jma.notice->document->source = hs_arena_strdup(jma.arena, SOURCE);
	hs_jma_set_version(&jma, sent, infotype);
	read_content(&jma, title);
	hs_jma_set_id(&jma, title);
	hs_jma_conclude(&jma, infotype);
	hs_jma_fit(&jma);
	if (submission->findings.errors)
		return HS_ERR_REFUSED;
	/* It comes over several lines, byte for byte: known by its text; a signed one by its content. */
	if (submission->signature == HS_SIGNATURE_NONE)
		hs_sha256(&text, 1, submission->content_sha256);
	return submission->signature == HS_SIGNATURE_NONE ? HS_OK : hash_report(&jma);
}

/* ---- inside an L-Alert envelope ---- */

static const struct hs_parser in_envelope = { "lalert-jma", HS_NS_EDXL, "EDXLDistribution",
	hs_lalert_convert, hs_jma_validate, hs_jma_policy };

static void
read_envelope(struct hs_lalert *lalert, struct hs_jma *jma)
{
	struct hs_submission *submission = jma->submission;
	char *status = hs_lalert_need(lalert, lalert->envelope, HS_NS_EDXL, "distributionStatus");
	char *type = hs_lalert_need(lalert, lalert->envelope, HS_NS_EDXL, "distributionType");

	submission->envelope_status = status ? status : "";
	submission->control_status = read_status(jma);
	jma->notice->mode = (Hansho__V1__Mode)hs_status_mode(submission->envelope_status);
	jma->notice->times->sent =
		read_time(jma, hs_xml_child(lalert->envelope, HS_NS_EDXL, "dateTimeSent"),
			HS_FINDING_TIME_IGNORED);
	if (type && strcmp(type, "Cancel") == 0)
		jma->notice->action = HS_ACTION(CANCEL);
}

enum hs_err
hs_jma_in_envelope(struct hs_lalert *lalert, hs_xml_node *report)
{
	struct hs_jma jma = { .submission = lalert->submission,
		.arena = lalert->arena,
		.findings = lalert->findings,
		.notice = lalert->notice,
		.report = report };
	const char *title, *infotype;

	lalert->submission->parser = &in_envelope;
	if (!find_parts(&jma))
		return HS_ERR_REFUSED;
	title = hs_jma_control_text(&jma, "Title");
	infotype = hs_jma_head_text(&jma, "InfoType");
	read_envelope(lalert, &jma);
	(void)read_times(&jma);
	read_content(&jma, title);
	hs_jma_conclude(&jma, infotype);
	hs_jma_fit(&jma);
	if (lalert->findings->errors)
		return HS_ERR_REFUSED;
	return hash_report(&jma);
}
