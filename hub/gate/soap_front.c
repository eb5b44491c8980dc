#include "hub/gate/soap_front.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/gate/finding.h"
#include "hub/gate/lane.h"
#include "hub/gate/reply.h"
#include "hub/gate/soap.h"
#include "hub/gate/who.h"

#define CODE_OK		0
#define CODE_CONTENT	402
#define CODE_SYSTEM	901
#define REPLY_MAX_BYTES (4u << 20)

struct soap_call {
	struct hs_intake_call intake;
	struct hs_job parse;
	struct hs_gate *gate;
	hs_http_id id;
	const uint8_t *envelope;
	size_t envelope_len_bytes;
	struct hs_findings findings; /* of the envelope */
	struct hs_soap_request soap;
	enum hs_err parsed;
};

static void
end_call(struct soap_call *call)
{
	hs_intake_end(&call->intake);
	free(call);
}

static void
answer_xml(struct soap_call *call, int status, struct hs_buf *body)
{
	struct hs_gate_reply reply = { .status = body->failed ? 503 : status,
		.content_type = "text/xml; charset=utf-8",
		.body = hs_buf_text(body),
		.len_bytes = body->len_bytes };

	hs_gate_answer(call->gate, call->id, &reply);
	hs_buf_free(body);
	end_call(call);
}

static void
answer_code(struct soap_call *call, int code, hs_pb_finding *const *findings, size_t count)
{
	struct hs_buf body;

	hs_buf_init(&body, REPLY_MAX_BYTES);
	hs_soap_reply(&body, code, findings, count);
	answer_xml(call, 200, &body);
}

/* refusal NONE: the token is wrong, for a reason that only the log tells. */
static void
answer_fault(struct soap_call *call, enum hs_refusal refusal, const char *reason)
{
	const struct hs_refusal_row *row = hs_refusal_row(refusal);
	bool token = refusal == HS_REFUSAL_NONE;
	struct hs_buf body;

	call->gate->counts.auth_failures++;
	hs_warn("gate.auth_failed", "front=soap reason=%s", token ? reason : row->code);
	hs_buf_init(&body, REPLY_MAX_BYTES);
	hs_soap_fault(&body, token ? NULL : row->text_ja, token ? NULL : row->text_en);
	answer_xml(call, 500, &body);
}

/* No code at all: what a sender cannot parse, it sends again. */
static void
answer_503(struct hs_gate *gate, hs_http_id id, enum hs_refusal refusal)
{
	const char *text = hs_refusal_row(refusal)->text_en;
	struct hs_gate_reply reply = { .status = 503,
		.content_type = "text/plain; charset=utf-8",
		.body = text,
		.len_bytes = strlen(text) };

	if (refusal == HS_REFUSAL_BUSY)
		gate->counts.busy++;
	hs_gate_answer(gate, id, &reply);
}

static void
answer_refusal(struct soap_call *call, const struct hs_intake_result *result)
{
	hs_pb_finding own;
	hs_pb_finding **all = NULL;
	size_t count = 0;

	if (hs_refusal_row(result->refusal)->http == 503) {
		answer_503(call->gate, call->id, result->refusal);
		end_call(call);
		return;
	}
	hs_refusal_finding(result->refusal, &own);
	(void)hs_repeat(call->intake.arena, &count, &all, &own);
	for (size_t i = 0; i < result->finding_count; i++)
		(void)hs_repeat(call->intake.arena, &count, &all, result->findings[i]);
	answer_code(call, CODE_CONTENT, all, count);
}

static void
answer_findings(struct soap_call *call, const struct hs_findings *findings)
{
	int code = hs_findings_soap(findings);
	hs_pb_finding **list;
	size_t count;

	if (code == CODE_OK || code == CODE_SYSTEM) {
		answer_503(call->gate, call->id, HS_REFUSAL_BUSY);
		end_call(call);
		return;
	}
	list = hs_findings_to_pb(findings, call->intake.arena, &count);
	answer_code(call, code, list, count);
}

static void
on_taken(struct hs_intake_call *intake, const struct hs_intake_result *result)
{
	struct soap_call *call = HS_CONTAINER_OF(intake, struct soap_call, intake);

	if (result->err != HS_OK)
		answer_findings(call, &intake->submission.findings);
	else if (result->refusal != HS_REFUSAL_NONE)
		answer_refusal(call, result);
	else
		answer_code(call, CODE_OK, result->findings, result->finding_count);
}

/* Who the token proves; NULL with *reason. The nonce is looked at last, when the digest was right, so that
 * only those who know a password can fill the table. */
static const struct hs_principal *
token_owner(struct soap_call *call, const char **reason)
{
	const struct hs_soap_token *token = &call->soap.token;
	struct hs_gate *gate = call->gate;
	const struct hs_principal *principal =
		hs_principals_by_username(gate->principals, token->username);
	bool fits = hs_soap_token_fits(token, principal != NULL ? principal->password : "nobody");
	int64_t created_us;
	int offset_min;
	enum hs_err err;

	*reason = "password";
	if (principal == NULL || !fits)
		return NULL;
	if (token->kind != HS_SOAP_PASSWORD_DIGEST)
		return principal;
	*reason = "created";
	if (token->nonce[0] == '\0' ||
		hs_rfc3339_parse(token->created, &created_us, &offset_min, NULL) != HS_OK)
		return NULL;
	err = hs_nonces_take(
		gate->nonces, token->username, token->nonce, created_us, hs_clock_unix_us());
	if (err == HS_ERR_EXISTS)
		gate->counts.replays++;
	*reason = err == HS_ERR_EXISTS ? "replay" : err == HS_ERR_FULL ? "nonces_full" : "clock";
	return err == HS_OK ? principal : NULL;
}

static void
on_parsed(struct hs_job *job)
{
	struct soap_call *call = HS_CONTAINER_OF(job, struct soap_call, parse);
	const struct hs_principal *proven = NULL;
	const char *reason = "";
	enum hs_refusal refusal;

	if (call->parsed != HS_OK) {
		answer_findings(call, &call->findings);
		return;
	}
	/* A certificate alone is proof enough; a token that is there must be right, too. */
	if (call->soap.token.username[0] != '\0')
		proven = token_owner(call, &reason);
	refusal = hs_who_agree(call->gate, call->id, proven, &call->intake.principal);
	if (refusal != HS_REFUSAL_NONE ||
		(proven == NULL && call->soap.token.username[0] != '\0')) {
		answer_fault(call, refusal == HS_REFUSAL_AUTH ? HS_REFUSAL_NONE : refusal, reason);
		return;
	}
	call->intake.document = call->soap.document;
	call->intake.document_len_bytes = call->soap.document_len_bytes;
	call->intake.line_base = call->soap.document_line > 0 ? call->soap.document_line - 1 : 0;
	call->intake.done = on_taken;
	if (hs_intake_begin(&call->intake) != HS_OK) {
		answer_503(call->gate, call->id, HS_REFUSAL_BUSY);
		end_call(call);
	}
}

/* Worker thread. */
static void
parse_envelope(struct hs_job *job)
{
	struct soap_call *call = HS_CONTAINER_OF(job, struct soap_call, parse);

	call->parsed = hs_soap_parse(call->intake.arena, call->envelope, call->envelope_len_bytes,
		call->intake.intake->limits, &call->findings, &call->soap);
}

static bool
fill_call(struct soap_call *call, const struct hs_http_request *request)
{
	struct hs_gate *gate = call->gate;

	if (!hs_intake_prepare(&gate->intake, &call->intake))
		return false;
	hs_intake_take_body(&call->intake, request);
	call->id = request->id;
	call->envelope = call->intake.document;
	call->envelope_len_bytes = request->body_len_bytes;
	call->intake.received_unix_us = hs_clock_unix_us();
	hs_findings_init(
		&call->findings, call->intake.arena, (size_t)gate->settings->limits.findings);
	call->parse.run = parse_envelope;
	call->parse.done = on_parsed;
	call->parse.brief = (int64_t)request->body_len_bytes <= gate->settings->limits.brief_bytes;
	call->parse.lane = hs_lane_guess(call->envelope, call->envelope_len_bytes, false);
	return true;
}

void
hs_soap_publish(void *owner, const struct hs_http_request *request)
{
	struct hs_gate *gate = owner;
	struct soap_call *call;

	if (gate->stopping) {
		answer_503(gate, request->id, HS_REFUSAL_STOPPING);
		return;
	}
	call = calloc(1, sizeof(*call));
	if (call != NULL) {
		call->gate = gate;
		if (fill_call(call, request) &&
			hs_worker_queue(&gate->worker, &call->parse) == HS_OK)
			return;
		end_call(call);
	}
	answer_503(gate, request->id, HS_REFUSAL_BUSY);
}
