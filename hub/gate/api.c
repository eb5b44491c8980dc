#include "hub/gate/api.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/media_type.h"
#include "hub/gate/ask.h"
#include "hub/gate/finding.h"
#include "hub/gate/policy.h"
#include "hub/gate/reply.h"
#include "hub/gate/role.h"
#include "hub/gate/who.h"
#include "schemas/lalert_result.h"

#define SUBMISSION_ID_CHARS 32
#define JST_MIN		    540

struct submit_call {
	struct hs_intake_call intake;
	struct hs_gate *gate;
	hs_http_id id;
	struct hs_port_call port_call; /* of a canary */
};

#define RESULT_MAX_BYTES ((size_t)16 << 20)

const struct hs_principal *
hs_api_authenticate(struct hs_gate *gate, const struct hs_http_request *request)
{
	const struct hs_principal *principal;
	enum hs_refusal refusal = hs_who_request(gate, request, &principal);

	if (refusal != HS_REFUSAL_NONE) {
		gate->counts.auth_failures++;
		hs_warn("gate.auth_failed", "peer=%s given=%d reason=%s", request->peer_address,
			hs_http_header_of(request, "authorization")[0] != '\0',
			hs_refusal_row(refusal)->code);
		hs_gate_refuse(gate, request->id, refusal);
	}
	return principal;
}

static const char *
outcome_word(int outcome, char out[64])
{
	const char *word = hs_enum_word(&hansho__v1__outcome__descriptor, outcome, out);

	return word != NULL ? word : "unknown";
}

/* What was accepted has warnings only; a sender that looks at nothing else still finds them here. */
/* All that the organisation has in force after this order (misissuance M7). */
static void
add_in_force(json_t *json, const hs_submit_reply *reply)
{
	json_t *list = json_array();

	for (size_t i = 0; i < reply->n_in_force; i++)
		json_array_append_new(list, hs_message_to_json(reply->in_force[i]));
	json_object_set_new(json, "in_force", list);
	json_object_set_new(json, "in_force_count", json_integer(reply->in_force_count));
}

static json_t *
accepted_json(const struct hs_intake_result *result)
{
	char word[64];

	json_t *json = json_pack("{s:s,s:s,s:I,s:s,s:o}", "id", result->id, "epoch", result->epoch,
		"seq", (json_int_t)result->seq, "outcome", outcome_word(result->outcome, word),
		"warnings", hs_pb_findings_to_json(result->findings, result->finding_count));

	/* Only what was accepted now changes what is in force; of anything else it would be old news. */
	if (json != NULL && result->outcome == (int)HS_OUTCOME(ACCEPTED) &&
		result->reply->in_force_known)
		add_in_force(json, result->reply);
	return json;
}

static json_t *
valid_json(const struct hs_intake_result *result)
{
	return json_pack("{s:b,s:o,s:o}", "valid", 1, "warnings",
		hs_pb_findings_to_json(result->findings, result->finding_count), "notice",
		hs_message_to_json(result->notice));
}

static void
submit_end(struct submit_call *call)
{
	hs_intake_end(&call->intake);
	free(call);
}

/* ---- the canary of a sender ---- */

static void
on_hub_answered(struct hs_port_call *port_call, enum hs_err err, const hs_link_frame *frame)
{
	struct submit_call *call = HS_CONTAINER_OF(port_call, struct submit_call, port_call);

	if (err != HS_OK || frame->body_case != HANSHO__V1__LINK_FRAME__BODY_ALARM_REPLY)
		hs_gate_refuse(call->gate, call->id, HS_REFUSAL_AWAY);
	else
		hs_gate_answer_json(call->gate, call->id, 200,
			json_pack("{s:s,s:s,s:I}", "canary",
				call->intake.submission.notice->document->id, "epoch",
				hs_submit_port_epoch(call->gate->port), "seq",
				(json_int_t)frame->alarm_reply->seq));
	submit_end(call);
}

/* No lane takes it as a notice: that, and nothing else, may be wrong with it. */
static bool
is_canary(const struct submit_call *call)
{
	const struct hs_submission *submission = &call->intake.submission;
	const struct hs_findings *findings = &submission->findings;

	if (!hs_policy_is_canary(submission))
		return false;
	return findings->errors == 0 ||
	       (findings->errors == 1 &&
		       hs_findings_first_error(findings)->code == HS_FINDING_MODE_MISMATCH);
}

/* False: it is told like any other document what is wrong with it. */
static bool
ask_hub(struct submit_call *call)
{
	if (!is_canary(call))
		return false;
	call->port_call.done = on_hub_answered;
	enum hs_err err = HS_ERR_AWAY;
	if (call->gate->port != NULL)
		err = hs_submit_port_alarms(call->gate->port, &call->port_call);
	if (err != HS_OK) {
		hs_gate_refuse(call->gate, call->id, hs_refusal_of(err));
		submit_end(call);
	}
	return true;
}

static void
on_submitted(struct hs_intake_call *intake, const struct hs_intake_result *result)
{
	struct submit_call *call = HS_CONTAINER_OF(intake, struct submit_call, intake);
	int status = hs_intake_http(intake, result);
	json_t *json;

	if (intake->purpose == HS_INTAKE_CANARY && ask_hub(call))
		return;
	if (result->err != HS_OK)
		json = hs_pb_findings_to_error_json(
			result->err, result->findings, result->finding_count);
	else if (result->refusal != HS_REFUSAL_NONE)
		json = hs_refusal_json(result->refusal, result->findings, result->finding_count);
	else if (intake->purpose != HS_INTAKE_SUBMIT)
		json = valid_json(result);
	else
		json = accepted_json(result);
	hs_gate_answer_json(call->gate, call->id, status, json);
	submit_end(call);
}

/* A switch of the query: name=1. */
static bool
is_on(const struct hs_http_request *request, const char *name)
{
	char text[4];

	return hs_http_param(request->query, name, text, sizeof(text)) && strcmp(text, "1") == 0;
}

static bool
fill_call(struct submit_call *call, const struct hs_principal *principal,
	const struct hs_http_request *request, enum hs_intake_purpose purpose)
{
	char content_type[HS_MEDIA_TYPE_SIZE];

	if (!hs_intake_prepare(&call->gate->intake, &call->intake))
		return false;
	hs_media_type_xml(hs_http_header_of(request, "content-type"), content_type);
	call->intake.content_type = hs_arena_strdup(call->intake.arena, content_type);
	if (call->intake.content_type == NULL)
		return false;
	hs_intake_take_body(&call->intake, request);
	call->id = request->id;
	call->intake.principal = principal;
	call->intake.purpose = purpose;
	call->intake.confirmed = is_on(request, "confirm");
	call->intake.silent = is_on(request, "silent");
	call->intake.received_unix_us = hs_clock_unix_us();
	call->intake.done = on_submitted;
	return true;
}

static void
take(struct hs_gate *gate, const struct hs_http_request *request, enum hs_intake_purpose purpose)
{
	const struct hs_principal *principal = hs_api_authenticate(gate, request);
	struct submit_call *call;

	if (principal == NULL)
		return;
	if (gate->stopping) {
		hs_gate_refuse(gate, request->id, HS_REFUSAL_STOPPING);
		return;
	}
	call = calloc(1, sizeof(*call));
	if (call != NULL) {
		call->gate = gate;
		if (fill_call(call, principal, request, purpose) &&
			hs_intake_begin(&call->intake) == HS_OK)
			return;
		hs_intake_end(&call->intake);
		free(call);
	}
	hs_gate_refuse(gate, request->id, HS_REFUSAL_BUSY);
}

void
hs_api_submit(void *owner, const struct hs_http_request *request)
{
	take(owner, request, HS_INTAKE_SUBMIT);
}

void
hs_api_validate(void *owner, const struct hs_http_request *request)
{
	take(owner, request, HS_INTAKE_VALIDATE);
}

void
hs_api_canary(void *owner, const struct hs_http_request *request)
{
	take(owner, request, HS_INTAKE_CANARY);
}

const char *
hs_api_submission_id(const char *path, const char *prefix)
{
	size_t prefix_bytes = strlen(prefix);
	const char *id = path + prefix_bytes;

	if (strncmp(path, prefix, prefix_bytes) != 0 ||
		strspn(id, "0123456789abcdef") != SUBMISSION_ID_CHARS ||
		id[SUBMISSION_ID_CHARS] != '\0')
		return NULL;
	return id;
}

static json_t *
receipt_json(const hs_receipt *receipt)
{
	char word[64], when[HS_RFC3339_SIZE];
	const char *state =
		hs_enum_word(&hansho__v1__receipt_state__descriptor, (int)receipt->state, word);

	if (receipt->state == HS_RECEIPT(UNSPECIFIED))
		state = "waiting";
	hs_rfc3339_format(receipt->unix_us, JST_MIN, when);
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:I}", "adapter", receipt->adapter, "outlet",
		receipt->outlet, "state", state != NULL ? state : "unknown", "detail",
		receipt->detail, "time", when, "silent_ms", (json_int_t)receipt->silent_ms);
}

bool
hs_api_receipts_complete(const hs_status_reply *reply)
{
	return reply->seq == 0 || (reply->version > 0 && !reply->receipts_cut);
}

json_t *
hs_api_status_json(const hs_status_reply *reply)
{
	char word[64], when[HS_RFC3339_SIZE];
	json_t *receipts = json_array();

	for (size_t i = 0; i < reply->n_receipts; i++)
		(void)json_array_append_new(receipts, receipt_json(reply->receipts[i]));
	hs_rfc3339_format(reply->accepted_unix_us, JST_MIN, when);
	return json_pack("{s:s,s:I,s:s,s:s,s:i,s:o,s:b}", "id", reply->id, "seq",
		(json_int_t)reply->seq, "outcome", outcome_word((int)reply->outcome, word),
		"accepted", when, "version", (int)reply->version, "receipts", receipts,
		"receipts_complete", (int)hs_api_receipts_complete(reply));
}

static enum hs_refusal
answer_status(const struct hs_ask *ask, const hs_link_frame *frame)
{
	if (!hs_role_may_see(ask->principal, frame->status_reply))
		return HS_REFUSAL_NOT_FOUND;
	hs_gate_answer_json(ask->gate, ask->id, 200, hs_api_status_json(frame->status_reply));
	return HS_REFUSAL_NONE;
}

/* 配信結果情報: the same as a document (schemas/lalert_result.h). */
static enum hs_refusal
answer_lalert(const struct hs_ask *ask, const hs_link_frame *frame)
{
	struct hs_gate_reply answer = { .status = 200,
		.content_type = "application/xml; charset=utf-8" };
	enum hs_refusal refusal = HS_REFUSAL_NONE;
	struct hs_buf text;

	if (!hs_role_may_see(ask->principal, frame->status_reply))
		return HS_REFUSAL_NOT_FOUND;
	hs_buf_init(&text, RESULT_MAX_BYTES);
	if (!hs_lalert_result_write(&text, frame->status_reply, ask->gate->settings->place.name,
		    hs_clock_unix_us())) {
		refusal = HS_REFUSAL_NOT_FOUND;
	} else if (text.failed) {
		refusal = hs_refusal_of(HS_ERR_NOMEM);
	} else {
		answer.body = text.bytes;
		answer.len_bytes = text.len_bytes;
		hs_gate_answer(ask->gate, ask->id, &answer);
	}
	hs_buf_free(&text);
	return refusal;
}

bool
hs_api_number(const char *query, const char *name, uint64_t max, uint64_t *out)
{
	char text[24];
	uint64_t value;

	if (!hs_http_param(query, name, text, sizeof(text)))
		return true;
	if (text[0] == '\0' || strspn(text, "0123456789") != strlen(text))
		return false;
	value = strtoull(text, NULL, 10);
	*out = value < max ? value : max;
	return true;
}

struct status_ask {
	const char *id;
	uint64_t wait_s, version;
};

static enum hs_err
send_status(struct hs_ask *ask, const void *what)
{
	const struct status_ask *status = what;

	ask->port_call.whose = ask->principal;
	return hs_submit_port_status(ask->gate->port, &ask->port_call, status->id,
		(uint32_t)status->wait_s * 1000, (uint32_t)status->version);
}

/* In which form it is wanted; NULL: in one that there is not. */
static const struct hs_ask_kind *
status_kind(const char *query)
{
	static const struct {
		const char *as;
		struct hs_ask_kind kind;
	} rows[] = {
		{ "json",
			{ HANSHO__V1__LINK_FRAME__BODY_STATUS_REPLY, send_status, answer_status } },
		{ "lalert",
			{ HANSHO__V1__LINK_FRAME__BODY_STATUS_REPLY, send_status, answer_lalert } },
	};
	char as[16] = "json";

	(void)hs_http_param(query, "as", as, sizeof(as));
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (strcmp(as, rows[i].as) == 0)
			return &rows[i].kind;
	}
	return NULL;
}

void
hs_api_status(void *owner, const struct hs_http_request *request)
{
	struct hs_gate *gate = owner;
	const struct hs_principal *principal = hs_api_authenticate(gate, request);
	const struct hs_ask_kind *kind = status_kind(request->query);
	struct status_ask ask = { .version = HS_VERSION_NOW };

	if (principal == NULL)
		return;
	ask.id = hs_api_submission_id(request->path, "/v1/submissions/");
	if (ask.id == NULL)
		hs_gate_refuse(gate, request->id, HS_REFUSAL_NOT_FOUND);
	else if (kind == NULL ||
		 !hs_api_number(request->query, "wait", (uint64_t)gate->settings->bounds.wait_max_s,
			 &ask.wait_s) ||
		 !hs_api_number(request->query, "version", UINT32_MAX, &ask.version))
		hs_gate_refuse(gate, request->id, HS_REFUSAL_REQUEST);
	else
		hs_ask_begin(gate, request, principal, kind, &ask);
}
