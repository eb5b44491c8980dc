/* pipeline.c: the table of stages and the run over it. */
#include "hub/gate/pipeline.h"

#include "hub/base/check.h"
#include "hub/gate/parser_registry.h"
#include "hub/gate/stages.h"
#include "hub/gate/xml_doc.h"
#include "hub/gate/xml_guard.h"

/* What a relayer passes on is larger than what a municipality says. */
static enum hs_err
choose_limits(struct hs_submission *submission)
{
	struct hs_gate_limits *relayed;

	if (submission->principal->role != HS_ROLE_RELAYER)
		return HS_OK;
	relayed = hs_arena_alloc(submission->arena, sizeof(*relayed));
	if (!relayed)
		return HS_ERR_NOMEM;
	*relayed = hs_gate_limits_relayed(submission->limits);
	submission->limits = relayed;
	return HS_OK;
}

static enum hs_err
stage_guard(struct hs_submission *submission)
{
	enum hs_err err = choose_limits(submission);

	if (err)
		return err;
	return hs_xml_guard(submission->arena, submission->bytes, submission->len_bytes,
		submission->limits, &submission->findings, &submission->text);
}

static enum hs_err
stage_parse(struct hs_submission *submission)
{
	bool large = (int64_t)submission->text.len_bytes > submission->limits->large_bytes;

	/* What is large and passed on is a telegram: its identity is its bytes. */
	if (large && submission->principal->role == HS_ROLE_RELAYER)
		return hs_xml_parse_lean(
			&submission->text, &submission->findings, &submission->doc);
	return hs_xml_parse(&submission->text, &submission->findings, &submission->doc);
}

static enum hs_err
stage_recognise(struct hs_submission *submission)
{
	hs_xml_node *root = hs_xml_root(submission->doc);
	hs_xml_node *marked = hs_xml_marked(root);

	if (marked)
		hs_xml_finding(&submission->findings, HS_FINDING_FORMAT_MARKS, marked, "", "");
	submission->parser = hs_parser_find(root);
	if (submission->parser)
		return HS_OK;
	hs_xml_finding(&submission->findings, HS_FINDING_ROOT_UNKNOWN, root,
		"EDXLDistribution, Report (JMA)", hs_xml_name(root));
	return HS_ERR_REFUSED;
}

static enum hs_err
stage_convert(struct hs_submission *submission)
{
	return submission->parser->convert(submission);
}

static enum hs_err
stage_validate(struct hs_submission *submission)
{
	return submission->parser->validate(submission);
}

static enum hs_err
stage_policy(struct hs_submission *submission)
{
	return submission->parser->policy(submission);
}

static const struct hs_stage stages[] = {
	{ "guard", stage_guard },
	{ "parse", stage_parse },
	{ "recognise", stage_recognise },
	{ "convert", stage_convert },
	{ "validate", stage_validate },
	{ "policy", stage_policy },
	{ "normalise", hs_stage_normalise },
};

const struct hs_stage *
hs_pipeline_stages(size_t *count)
{
	*count = HS_COUNT(stages);
	return stages;
}

void
hs_pipeline_setup(void)
{
	hs_xml_setup();
}

void
hs_stage_finding(struct hs_submission *submission, enum hs_finding_code code, const void *part,
	const char *expected, const char *detail)
{
	hs_xml_finding(&submission->findings, code, hs_trace_find(&submission->traces, part),
		expected, detail);
}

enum hs_err
hs_pipeline_run(struct hs_submission *submission, const char **stage)
{
	enum hs_err err = HS_OK;

	for (size_t i = 0; i < HS_COUNT(stages) && err == HS_OK; i++) {
		if (stage)
			*stage = stages[i].name;
		err = stages[i].run(submission);
		/* A text that found no room looks like an absent one: never go on with that. */
		if (hs_arena_failed(submission->arena))
			err = HS_ERR_NOMEM;
		if (err == HS_OK && submission->findings.errors)
			err = HS_ERR_REFUSED;
	}
	if (err == HS_ERR_NOMEM &&
		!hs_findings_has(&submission->findings, HS_FINDING_OUT_OF_ROOM)) {
		submission->findings.count = submission->findings.errors = 0;
		hs_finding_add(&submission->findings, HS_FINDING_OUT_OF_ROOM,
			(struct hs_place){ "", 0 }, "", "");
	}
	HS_CHECK(err == HS_OK || submission->findings.errors > 0);
	return err;
}
