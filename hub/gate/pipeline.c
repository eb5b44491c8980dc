/* pipeline.c: the table of stages and the run over it. */
#include "hub/gate/pipeline.h"

#include "hub/base/check.h"
#include "hub/gate/checks.h"
#include "hub/gate/parser_registry.h"
#include "hub/gate/plausible.h"
#include "hub/gate/policy.h"
#include "hub/gate/signature.h"
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
stage_role(struct hs_submission *submission)
{
	hs_policy_role(submission);
	return submission->findings.errors ? HS_ERR_FORBIDDEN : HS_OK;
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

/* What stands in the texts besides letters. */
static void
look_at_texts(struct hs_submission *submission, hs_xml_node *root)
{
	static const enum hs_finding_code codes[] = {
		[HS_TEXT_LOOK_MARKS] = HS_FINDING_FORMAT_MARKS,
		[HS_TEXT_LOOK_TOLD] = HS_FINDING_PRIVATE_USE,
		[HS_TEXT_LOOK_REFUSED] = HS_FINDING_NO_CHARACTER,
	};
	hs_xml_node *first[HS_TEXT_LOOK_COUNT] = { NULL };

	hs_xml_look(root, first);
	/* What others said is passed on all the same: a relayer cannot mend it, and a life may depend on it. */
	if (submission->principal->role == HS_ROLE_RELAYER && first[HS_TEXT_LOOK_REFUSED]) {
		first[HS_TEXT_LOOK_TOLD] = first[HS_TEXT_LOOK_REFUSED];
		first[HS_TEXT_LOOK_REFUSED] = NULL;
	}
	for (size_t i = 0; i < HS_COUNT(codes); i++) {
		if (first[i])
			hs_xml_finding(&submission->findings, codes[i], first[i], "", "");
	}
}

static enum hs_err
stage_recognise(struct hs_submission *submission)
{
	hs_xml_node *root = hs_xml_root(submission->doc);

	look_at_texts(submission, root);
	submission->parser = hs_parser_find(root);
	if (submission->parser) {
		hs_policy_format(submission);
		return submission->findings.errors ? HS_ERR_FORBIDDEN : HS_OK;
	}
	hs_xml_finding(&submission->findings, HS_FINDING_ROOT_UNKNOWN, root,
		"EDXLDistribution, alert (CAP), Report (JMA)", hs_xml_name(root));
	return HS_ERR_REFUSED;
}

static enum hs_err
stage_convert(struct hs_submission *submission)
{
	enum hs_err err = submission->parser->convert(submission);

	if (err == HS_OK)
		hs_signature_flag(submission);
	return err;
}

static enum hs_err
stage_validate(struct hs_submission *submission)
{
	enum hs_err err = submission->parser->validate(submission);

	if (err == HS_OK) {
		hs_check_all_texts(submission);
		hs_check_claims(submission);
	}
	return err;
}

static enum hs_err
stage_policy(struct hs_submission *submission)
{
	hs_policy_kind(submission);
	return submission->parser->policy(submission);
}

/* Last: it only warns. */
static enum hs_err
stage_plausible(struct hs_submission *submission)
{
	hs_plausible_check(submission);
	return HS_OK;
}

static const struct hs_stage stages[] = {
	{ "role", stage_role },
	{ "guard", stage_guard },
	{ "parse", stage_parse },
	{ "signature", hs_stage_signature },
	{ "recognise", stage_recognise },
	{ "convert", stage_convert },
	{ "validate", stage_validate },
	{ "policy", stage_policy },
	{ "normalise", hs_stage_normalise },
	{ "plausible", stage_plausible },
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
	hs_signature_setup();
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
