#include "hub/gate/intake.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/log.h"
#include "hub/gate/lane.h"
#include "hub/gate/pipeline.h"
#include "hub/gate/principals.h"

bool
hs_intake_prepare(struct hs_intake *intake, struct hs_intake_call *call)
{
	call->intake = intake;
	call->arena = hs_arena_create(HS_SUBMISSION_ARENA_BYTES);
	return call->arena != NULL;
}

void
hs_intake_take_body(struct hs_intake_call *call, const struct hs_http_request *request)
{
	call->body = hs_http_take_body(request);
	call->document = call->body != NULL ? call->body : (const uint8_t *)"";
	call->document_len_bytes = request->body_len_bytes;
}

void
hs_intake_end(struct hs_intake_call *call)
{
	hs_submission_end(&call->submission);
	hs_buf_free(&call->port_call.packed);
	hs_arena_destroy(call->arena);
	call->arena = NULL;
	free(call->body);
	call->body = NULL;
	hs_principal_drop(call->kept);
	call->kept = NULL;
}

/* What takes the loop many milliseconds for a telegram of some MB: to pack it, and to give its tree back. One that cannot be packed
 * here is packed when it is sent. */
static void
pack_large(struct hs_intake_call *call)
{
	struct hs_buf *packed = &call->port_call.packed;
	hs_submit *submit = hs_submission_to_submit(&call->submission, 0);

	hs_buf_init(packed, HS_FRAME_MAX_BYTES);
	if (submit != NULL)
		hs_message_pack(submit, packed);
	if (packed->failed)
		hs_buf_free(packed);
	hs_submission_end(&call->submission); /* the tree: the frame takes as much room again */
}

/* Worker thread: nothing but this call's submission is touched. */
static void
check_document(struct hs_job *job)
{
	struct hs_intake_call *call = HS_CONTAINER_OF(job, struct hs_intake_call, job);

	call->checked = hs_pipeline_run(&call->submission, &call->stage);
	if (call->job.large && call->checked == HS_OK && call->purpose == HS_INTAKE_SUBMIT)
		pack_large(call);
}

static void
count_outcome(struct hs_intake_counts *counts, int outcome)
{
	switch (outcome) {
	case HS_OUTCOME(ACCEPTED):
		counts->accepted++;
		break;
	case HS_OUTCOME(DUPLICATE):
		counts->duplicate++;
		break;
	case HS_OUTCOME(STALE):
		counts->stale++;
		break;
	case HS_OUTCOME(CONFLICT):
		counts->conflict++;
		break;
	case HS_OUTCOME(REFUSED):
		counts->refused++;
		break;
	case HS_OUTCOME(WITHDRAWN):
		counts->withdrawn++;
		break;
	default:
		counts->unavailable++;
		break;
	}
}

static void
count_lag(const struct hs_intake_call *call, int outcome)
{
	int64_t lag_s = hs_lag_of(call->submission.notice);

	if (outcome == (int)HS_OUTCOME(ACCEPTED) && lag_s >= 0)
		hs_lags_add(call->intake->guards->lags, call->principal->id, lag_s);
}

static void
complete(struct hs_intake_call *call, struct hs_intake_result *result)
{
	call->intake->open--;
	call->done(call, result);
}

/* The pipeline's findings, in front of those of the hub. */
static void
collect_findings(struct hs_intake_call *call, hs_pb_finding *const *more, size_t more_count,
	struct hs_intake_result *result)
{
	size_t count;
	hs_pb_finding **own = hs_findings_to_pb(&call->submission.findings, call->arena, &count);

	for (size_t i = 0; i < count; i++)
		(void)hs_repeat(call->arena, &result->finding_count, &result->findings, own[i]);
	for (size_t i = 0; i < more_count; i++)
		(void)hs_repeat(call->arena, &result->finding_count, &result->findings, more[i]);
}

static void
refuse(struct hs_intake_call *call, enum hs_err err)
{
	struct hs_intake_result result = { .err = HS_OK, .refusal = hs_refusal_of(err) };

	collect_findings(call, NULL, 0, &result);
	result.notice = call->submission.notice;
	result.id = result.epoch = "";
	call->intake->counts.unavailable++;
	hs_warn("gate.not_taken", "principal=%s error=%s", call->principal->id, hs_err_name(err));
	complete(call, &result);
}

static void
note(struct hs_intake_call *call, enum hs_finding_code code)
{
	hs_finding_add(&call->submission.findings, code, (struct hs_place){ "", 0 }, "", "");
}

/* A cancel ends at once what waits of its document, whatever becomes of the cancel itself: what was taken back must not go out. Any
 * other one does so when it is on its way for certain (or waits itself): a warning is not lost for one that is refused. */
static struct hs_withdrawn
withdraw(struct hs_intake_call *call, const hs_notice *notice)
{
	struct hs_withdrawn withdrawn = hs_hold_withdraw(&call->intake->guards->hold, notice);

	if (withdrawn.count > 0)
		note(call, HS_FINDING_WITHDRAWN);
	return withdrawn;
}

static bool
withdrew(const struct hs_intake_call *call)
{
	const struct hs_findings *findings = &call->submission.findings;

	for (size_t i = 0; i < findings->count; i++) {
		if (findings->items[i].code == HS_FINDING_WITHDRAWN)
			return true;
	}
	return false;
}

/* The hub knows nothing of the document, because nothing of it ever went out. */
static bool
ended_before_it_went(const struct hs_intake_call *call, const hs_submit_reply *reply)
{
	return withdrew(call) && reply->outcome == HS_OUTCOME(REFUSED) && reply->n_findings == 1 &&
	       strcmp(reply->findings[0]->code, "cancel_unknown") == 0;
}

static void
take_reply(
	struct hs_intake_call *call, const hs_submit_reply *reply, struct hs_intake_result *result)
{
	bool ended = ended_before_it_went(call, reply);

	result->outcome = ended ? HS_OUTCOME(WITHDRAWN) : (int)reply->outcome;
	result->refusal = hs_refusal_of_outcome(result->outcome);
	result->id = ended ? "" : reply->id; /* there is no record of it */
	result->epoch = reply->epoch;
	result->seq = reply->seq;
	result->reply = reply;
	if (result->refusal == HS_REFUSAL_NONE && !ended)
		(void)withdraw(call, result->notice);
	collect_findings(call, reply->findings, ended ? 0 : reply->n_findings, result);
}

static void
on_reply(struct hs_port_call *port_call, enum hs_err err, const hs_link_frame *frame)
{
	struct hs_intake_call *call = HS_CONTAINER_OF(port_call, struct hs_intake_call, port_call);
	struct hs_intake_result result = { .err = HS_OK, .notice = call->submission.notice };
	const struct hs_principal *principal = call->principal;
	const hs_submit_reply *reply;

	if (err != HS_OK) {
		refuse(call, err);
		return;
	}
	if (frame->body_case != HANSHO__V1__LINK_FRAME__BODY_SUBMIT_REPLY) {
		refuse(call, HS_ERR_CLOSED); /* a hub that answers something else: nobody knows */
		return;
	}
	reply = frame->submit_reply;
	take_reply(call, reply, &result);
	count_outcome(&call->intake->counts, result.outcome);
	count_lag(call, result.outcome);
	hs_principal_hold(principal);
	complete(call, &result); /* the call is gone now; a slow log must not hold up the answer */
	hs_info("gate.submitted", "principal=%s id=%s seq=%llu outcome=%d", principal->id,
		reply->id, (unsigned long long)reply->seq, result.outcome);
	hs_principal_drop(principal);
}

static void
count_checked(const struct hs_intake_call *call, const struct hs_intake_result *result)
{
	if (call->checked == HS_OK) {
		call->intake->counts.validated++;
		return;
	}
	call->intake->counts.invalid++;
	hs_info("gate.invalid", "principal=%s stage=%s error=%s findings=%zu", call->principal->id,
		call->stage != NULL ? call->stage : "", hs_err_name(call->checked),
		result->finding_count);
}

static void
finish_checked(struct hs_intake_call *call)
{
	struct hs_intake_result result = { .err = call->checked, .id = "", .epoch = "" };

	collect_findings(call, NULL, 0, &result);
	if (call->checked == HS_OK)
		result.notice = call->submission.notice;
	if (call->purpose != HS_INTAKE_CANARY) /* a live lane refuses each of them, as it must */
		count_checked(call, &result);
	complete(call, &result);
}

static void
submit_checked(struct hs_intake_call *call)
{
	hs_submit *submit;
	enum hs_err err;

	if (call->intake->port == NULL) {
		refuse(call, HS_ERR_AWAY); /* the gate has stopped meanwhile */
		return;
	}
	submit = hs_submission_to_submit(&call->submission, 0);
	if (submit == NULL) {
		refuse(call, HS_ERR_NOMEM);
		return;
	}
	hs_submission_end(&call->submission); /* the tree: the frame takes as much room again */
	call->port_call.done = on_reply;
	err = hs_submit_port_submit(call->intake->port, &call->port_call, submit);
	if (err != HS_OK)
		refuse(call, err);
}

/* What waited and was taken back, or (refusal NONE) the cancel that did: nothing of it goes to the hub. */
static void
answer_withdrawn(struct hs_intake_call *call, enum hs_refusal refusal)
{
	struct hs_intake_result result = { .err = HS_OK,
		.refusal = refusal,
		.outcome = HS_OUTCOME(WITHDRAWN),
		.id = "",
		.epoch = "",
		.notice = call->submission.notice };

	hs_info("gate.withdrawn", "principal=%s document=%.100s revision=%u", call->principal->id,
		call->submission.notice->document->id, call->submission.notice->document->revision);
	collect_findings(call, NULL, 0, &result);
	call->intake->counts.withdrawn++;
	complete(call, &result);
}

static void
on_released(struct hs_held *held, enum hs_hold_end end)
{
	struct hs_intake_call *call = HS_CONTAINER_OF(held, struct hs_intake_call, held);
	char waited[32];

	if (end == HS_HOLD_WITHDRAWN) {
		note(call, HS_FINDING_WITHDRAWN);
		answer_withdrawn(call, HS_REFUSAL_WITHDRAWN);
		return;
	}
	(void)snprintf(
		waited, sizeof(waited), "%lld s", (long long)call->intake->guards->rules->hold_s);
	hs_finding_add(&call->submission.findings, HS_FINDING_HELD, (struct hs_place){ "", 0 }, "",
		waited);
	hs_notice_flag(call->arena, call->submission.notice, "held");
	hs_buf_free(&call->port_call.packed); /* it says more now */
	hs_info("gate.released", "principal=%s document=%.100s revision=%u reason=%s",
		call->principal->id, call->submission.notice->document->id,
		call->submission.notice->document->revision,
		end == HS_HOLD_RAN_OUT ? "ran_out" : "gate_stops");
	submit_checked(call);
}

static bool
cancel_took_all_back(struct hs_intake_call *call)
{
	struct hs_withdrawn withdrawn = { 0 };

	if (call->submission.notice->action == HS_ACTION(CANCEL))
		withdrawn = withdraw(call, call->submission.notice);
	return withdrawn.all;
}

static void
on_checked(struct hs_job *job)
{
	struct hs_intake_call *call = HS_CONTAINER_OF(job, struct hs_intake_call, job);
	struct hs_guards *guards = call->intake->guards;
	const char *reason;

	if (call->checked != HS_OK || call->purpose != HS_INTAKE_SUBMIT) {
		finish_checked(call);
		return;
	}
	if (cancel_took_all_back(call)) {
		note(call, HS_FINDING_BEFORE_STANDS);
		answer_withdrawn(call, HS_REFUSAL_NONE);
		return;
	}
	reason = hs_hold_wanted(guards->rules, &call->submission.findings, call->submission.notice,
		call->confirmed);
	if (reason == NULL || !guards->hold.open) {
		submit_checked(call);
		return;
	}
	hs_info("gate.held", "principal=%s document=%.100s revision=%u reason=%s hold_s=%lld",
		call->principal->id, call->submission.notice->document->id,
		call->submission.notice->document->revision, reason,
		(long long)guards->rules->hold_s);
	(void)withdraw(call, call->submission.notice);
	call->held.go = on_released;
	call->held.notice = call->submission.notice;
	hs_hold_add(&guards->hold, &call->held);
}

enum hs_err
hs_intake_begin(struct hs_intake_call *call)
{
	struct hs_submission *submission = &call->submission;
	enum hs_err err;

	hs_principal_hold(call->principal);
	call->kept = call->principal;
	hs_submission_begin(submission, call->arena, call->intake->limits);
	submission->principal = call->principal;
	submission->bytes = call->document;
	submission->len_bytes = call->document_len_bytes;
	if (call->content_type != NULL)
		submission->content_type = call->content_type;
	submission->mode = call->intake->mode;
	submission->guard.reg = call->intake->guards->reg;
	submission->guard.silent = call->silent;
	submission->received_unix_us = call->received_unix_us;
	submission->findings.line_base = call->line_base;
	call->job.run = check_document;
	call->job.done = on_checked;
	call->job.large = (int64_t)call->document_len_bytes > call->intake->limits->large_bytes;
	call->job.brief = (int64_t)call->document_len_bytes <= call->intake->limits->brief_bytes;
	call->job.lane = hs_lane_guess(call->document, call->document_len_bytes, call->job.large);
	err = hs_worker_queue(call->intake->worker, &call->job);
	if (err == HS_OK)
		call->intake->open++;
	return err;
}

int
hs_intake_http(const struct hs_intake_call *call, const struct hs_intake_result *result)
{
	if (result->err != HS_OK)
		return hs_findings_http(&call->submission.findings);
	if (result->refusal != HS_REFUSAL_NONE)
		return hs_refusal_row(result->refusal)->http;
	return call->purpose == HS_INTAKE_SUBMIT ? 202 : 200;
}
