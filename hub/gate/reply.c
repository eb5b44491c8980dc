#include "hub/gate/reply.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/log.h"
#include "schemas/json_text.h"

#define HEADERS_MAX 12

/* The form needs its own style sheet and its own address to post to, and nothing else; the console a script that asks the gate. */
#define POLICY                                                                               \
	"default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; " \
	"base-uri 'none'"
#define POLICY_SCRIPTED POLICY "; script-src 'self'; connect-src 'self'"

static const struct hs_http_header ALWAYS[] = {
	{ "x-content-type-options", "nosniff" },
	{ "referrer-policy", "no-referrer" },
};

struct header_list {
	struct hs_http_header items[HEADERS_MAX];
	size_t count;
};

static void
add_header(struct header_list *list, const char *name, const char *value)
{
	if (value == NULL)
		return;
	HS_CHECK(list->count < HEADERS_MAX);
	list->items[list->count++] = (struct hs_http_header){ name, value };
}

void
hs_gate_answer(struct hs_gate *gate, hs_http_id id, const struct hs_gate_reply *reply)
{
	struct header_list headers = { .count = 0 };
	struct hs_http_reply http = { .status = reply->status,
		.content_type = reply->content_type,
		.body = reply->body,
		.body_len_bytes = reply->len_bytes };
	char retry_after[24];
	enum hs_err err;

	if (gate->server == NULL)
		return; /* the gate has stopped meanwhile */

	for (size_t i = 0; i < HS_COUNT(ALWAYS); i++)
		add_header(&headers, ALWAYS[i].name, ALWAYS[i].value);
	add_header(&headers, "content-security-policy", reply->scripted ? POLICY_SCRIPTED : POLICY);
	add_header(&headers, "cache-control",
		reply->etag != NULL ? "public, max-age=3600" : "no-store");
	add_header(&headers, "etag", reply->etag);
	add_header(&headers, "set-cookie", reply->cookie);
	add_header(&headers, "location", reply->location);
	if (reply->status == 401)
		add_header(
			&headers, "www-authenticate", "Basic realm=\"hansho\", charset=\"UTF-8\"");
	if (reply->status == 503 || reply->status == 429) {
		(void)snprintf(retry_after, sizeof(retry_after), "%lld",
			(long long)gate->settings->bounds.retry_after_s);
		add_header(&headers, "retry-after", retry_after);
	}
	http.headers = headers.items;
	http.header_count = headers.count;
	err = hs_http_reply(gate->server, id, &http);
	if (err != HS_OK)
		hs_info("gate.client_gone", "connection=%llu", (unsigned long long)id);
}

void
hs_gate_answer_json(struct hs_gate *gate, hs_http_id id, int status, struct json_t *json)
{
	struct hs_gate_reply reply = { .status = 503,
		.content_type = "application/json; charset=utf-8",
		.body = "{}",
		.len_bytes = 2 };
	struct hs_buf text;

	hs_buf_init(&text, HS_JSON_TEXT_MAX);
	if (json != NULL && hs_json_write(&text, json)) {
		reply.status = status;
		reply.body = text.bytes;
		reply.len_bytes = text.len_bytes;
	}
	hs_gate_answer(gate, id, &reply);
	hs_buf_free(&text);
	json_decref(json);
}

void
hs_gate_refuse(struct hs_gate *gate, hs_http_id id, enum hs_refusal refusal)
{
	if (refusal == HS_REFUSAL_BUSY)
		gate->counts.busy++;
	hs_gate_answer_json(
		gate, id, hs_refusal_row(refusal)->http, hs_refusal_json(refusal, NULL, 0));
}
