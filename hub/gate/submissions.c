#include "hub/gate/submissions.h"

#include <jansson.h>
#include <string.h>

#include "hub/gate/api.h"
#include "hub/gate/ask.h"
#include "hub/gate/reply.h"
#include "hub/gate/role.h"

bool
hs_list_read(const struct hs_gate *gate, const char *query, struct hs_list_ask *out)
{
	*out = (struct hs_list_ask){ .limit = HS_LIST_DEFAULT };
	if (!hs_api_number(
		    query, "wait", (uint64_t)gate->settings->bounds.wait_max_s, &out->wait_s) ||
		!hs_api_number(query, "version", UINT64_MAX, &out->version) ||
		!hs_api_number(query, "limit", HS_LIST_MAX, &out->limit) || out->limit == 0)
		return false;
	if (strstr(query, "before=") == NULL)
		return true;
	return hs_http_param(query, "before", out->before, sizeof(out->before)) &&
	       hs_api_submission_id(out->before, "") != NULL;
}

enum hs_err
hs_list_send(struct hs_gate *gate, struct hs_port_call *call, const struct hs_principal *principal,
	const struct hs_list_ask *ask)
{
	hs_list_query query;

	if (gate->port == NULL)
		return HS_ERR_AWAY;
	hansho__v1__list_query__init(&query);
	/* The frame is packed before this returns. */
	query.principal =
		(char *)(uintptr_t)(hs_role_row(principal->role)->sees_all ? "" : principal->id);
	query.before = (char *)(uintptr_t)ask->before;
	query.limit = (uint32_t)ask->limit;
	query.wait_ms = (uint32_t)ask->wait_s * 1000;
	query.version = ask->version;
	call->whose = principal;
	return hs_submit_port_list(gate->port, call, &query);
}

const hs_list_reply *
hs_list_reply_of(enum hs_err err, const hs_link_frame *frame, enum hs_refusal *refusal)
{
	*refusal = HS_REFUSAL_AWAY;
	if (err != HS_OK || frame->body_case != HANSHO__V1__LINK_FRAME__BODY_LIST_REPLY)
		return NULL;
	*refusal = frame->list_reply->busy ? HS_REFUSAL_BUSY : HS_REFUSAL_NOT_FOUND;
	return frame->list_reply->found ? frame->list_reply : NULL;
}

/* ---- JSON ---- */

static const char *
word_or_unknown(const char *word)
{
	return word != NULL ? word : "unknown";
}

static json_t *
areas_json(const hs_notice *notice)
{
	json_t *areas = json_array();

	for (size_t i = 0; i < notice->n_areas; i++)
		(void)json_array_append_new(
			areas, json_pack("{s:s,s:s}", "code", notice->areas[i]->code, "name",
				       notice->areas[i]->name));
	return areas;
}

/* What it says, as far as a list needs it; the rest is at GET /v1/submissions/{id} and at the feeds. */
static json_t *
notice_json(const hs_status_reply *reply)
{
	const hs_notice *notice = reply->notice;
	const hs_level *level = notice->level;
	const hs_text *text = hs_notice_text(notice, "ja");
	char kind[64], action[64], mode[64];

	return json_pack("{s:s,s:s,s:s,s:i,s:s,s:s,s:s,s:o,s:b}", "kind",
		word_or_unknown(
			hs_enum_word(&hansho__v1__kind__descriptor, (int)notice->kind, kind)),
		"action",
		word_or_unknown(
			hs_enum_word(&hansho__v1__action__descriptor, (int)notice->action, action)),
		"mode",
		word_or_unknown(
			hs_enum_word(&hansho__v1__mode__descriptor, (int)notice->mode, mode)),
		"level", level != NULL ? (int)level->number : 0, "term",
		level != NULL ? level->term : "", "sender",
		notice->source != NULL ? notice->source->name : "", "headline",
		text != NULL ? text->headline : "", "areas", areas_json(notice), "shortened",
		(int)reply->shortened);
}

static json_t *
row_json(const hs_status_reply *reply)
{
	json_t *row = hs_api_status_json(reply);

	if (row != NULL && reply->notice != NULL)
		(void)json_object_set_new(row, "notice", notice_json(reply));
	return row;
}

static json_t *
list_json(const struct hs_principal *principal, const hs_list_reply *reply)
{
	json_t *rows = json_array();

	for (size_t i = 0; i < reply->n_submissions; i++) {
		if (hs_role_may_see(principal, reply->submissions[i]))
			(void)json_array_append_new(rows, row_json(reply->submissions[i]));
	}
	return json_pack("{s:I,s:b,s:o}", "version", (json_int_t)reply->version, "more",
		(int)reply->more, "submissions", rows);
}

static enum hs_err
send_list(struct hs_ask *ask, const void *what)
{
	return hs_list_send(ask->gate, &ask->port_call, ask->principal, what);
}

static enum hs_refusal
answer_list(const struct hs_ask *ask, const hs_link_frame *frame)
{
	enum hs_refusal refusal;
	const hs_list_reply *reply = hs_list_reply_of(HS_OK, frame, &refusal);

	if (reply == NULL)
		return refusal;
	hs_gate_answer_json(ask->gate, ask->id, 200, list_json(ask->principal, reply));
	return HS_REFUSAL_NONE;
}

void
hs_api_list(void *owner, const struct hs_http_request *request)
{
	static const struct hs_ask_kind kind = { HANSHO__V1__LINK_FRAME__BODY_LIST_REPLY, send_list,
		answer_list };
	struct hs_gate *gate = owner;
	const struct hs_principal *principal = hs_api_authenticate(gate, request);
	struct hs_list_ask list;

	if (principal == NULL)
		return;
	if (hs_list_read(gate, request->query, &list))
		hs_ask_begin(gate, request, principal, &kind, &list);
	else
		hs_gate_refuse(gate, request->id, HS_REFUSAL_REQUEST);
}
