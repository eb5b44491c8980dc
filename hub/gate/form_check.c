/* form_check.c: from the entered fields to the check page, and the sending of what was checked. See form.h.
 *
 * POST /check:  fields → what is in force → plan → XML → intake (validate only) → check page.
 * POST /send:   the XML of the check page → intake. When what is in force or the text is no longer what the
 *               person saw, the check page comes again instead.
 */
#include "hub/gate/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/hash.h"
#include "hub/gate/form_call.h"
#include "hub/gate/order_text.h"

#define HEADLINE_MAX_BYTES 12000

static enum hs_order_act
read_act(const char *word)
{
	if (strcmp(word, "lift") == 0)
		return HS_ORDER_LIFT;
	return strcmp(word, "cancel") == 0 ? HS_ORDER_CANCEL : HS_ORDER_ISSUE;
}

/* Blanks around a field mean nothing. */
static const char *
field(struct hs_form_call *call, const char *name)
{
	return hs_order_skip_blanks(hs_form_field(call, name));
}

/* The same for a text of several lines. */
static const char *
block(struct hs_form_call *call, const char *name)
{
	const char *text = field(call, name);

	while (*text == '\n')
		text = hs_order_skip_blanks(text + 1);
	return text;
}

static const char *
new_document_id(struct hs_form_call *call)
{
	uint8_t random[6];
	char hex[13];

	hs_random(random, sizeof(random));
	hs_hex(random, sizeof(random), hex);
	return hs_arena_printf(call->arena, "%s-form-%lld-%s", call->principal->source,
		(long long)(call->choice.now_unix_us / HS_US_PER_S), hex);
}

static void
read_choice(struct hs_form_call *call)
{
	struct hs_order_choice *choice = &call->choice;

	choice->act = read_act(field(call, "act"));
	choice->level = (uint32_t)strtoul(field(call, "level"), NULL, 10);
	choice->whole = field(call, "whole")[0] != '\0';
	choice->areas = hs_form_field(call, "areas");
	choice->document_id = field(call, "document");
	choice->disaster_name = field(call, "disaster");
	choice->hazard = field(call, "hazard");
	choice->reason = field(call, "reason");
	choice->complement = block(call, "complement");
	choice->now_unix_us = hs_clock_unix_us();
	choice->new_document_id = new_document_id(call);
}

/* The ticked areas among those in force now. */
static bool
read_lifts(struct hs_form_call *call)
{
	for (size_t i = 0; i < call->standing.area_count; i++) {
		char name[HS_ORDER_KEY_SIZE + 8], key[HS_ORDER_KEY_SIZE];

		hs_order_area_key(call->standing.areas[i], key);
		(void)snprintf(name, sizeof(name), "lift_%s", key);
		if (hs_form_field(call, name)[0] == '\0')
			continue;
		if (!hs_repeat(call->arena, &call->choice.lift_count, &call->choice.lift_keys,
			    hs_arena_strdup(call->arena, key)))
			return false;
	}
	return true;
}

/* A headline is one line: line breaks become blanks, those at the ends go. NULL without room. */
static char *
one_line(struct hs_arena *arena, const char *from)
{
	char *text = hs_arena_strdup(arena, from);
	size_t len_bytes;

	if (text == NULL)
		return NULL;
	for (char *at = text; *at != '\0'; at++) {
		if (*at == '\r' || *at == '\n')
			*at = ' ';
	}
	text += hs_order_skip_blanks(text) - text;
	len_bytes = strlen(text);
	while (len_bytes > 0 && text[len_bytes - 1] == ' ')
		text[--len_bytes] = '\0';
	return text;
}

/* The text as edited, or the template of the plan. */
static bool
choose_headline(struct hs_form_call *call)
{
	struct hs_buf template;

	call->headline = one_line(call->arena, hs_form_field(call, "headline"));
	if (call->headline == NULL || call->headline[0] != '\0')
		return call->headline != NULL;
	hs_buf_init(&template, HEADLINE_MAX_BYTES);
	hs_order_headline(&call->plan, &template);
	call->headline = one_line(call->arena, hs_buf_text(&template));
	hs_buf_free(&template);
	return call->headline != NULL;
}

static const char *
status_word(const struct hs_gate *gate)
{
	return gate->mode == HS_MODE(LIVE) ? "Actual" : "Exercise";
}

static void show_refusal(
	struct hs_form_call *call, enum hs_refusal refusal, const struct hs_intake_result *result);

static void
on_validated(struct hs_intake_call *intake, const struct hs_intake_result *result)
{
	struct hs_form_call *call = HS_CONTAINER_OF(intake, struct hs_form_call, intake);

	hs_form_show_check(call, result);
}

static void
begin_intake(struct hs_form_call *call, const char *document, size_t len_bytes, bool validate_only,
	void (*done)(struct hs_intake_call *, const struct hs_intake_result *))
{
	enum hs_err err = HS_ERR_NOMEM;

	call->intake.principal = call->principal;
	call->intake.document = (const uint8_t *)document;
	call->intake.document_len_bytes = len_bytes;
	call->intake.purpose = validate_only ? HS_INTAKE_VALIDATE : HS_INTAKE_SUBMIT;
	call->intake.confirmed = true; /* the check page showed the warnings */
	call->intake.received_unix_us = hs_clock_unix_us();
	call->intake.done = done;
	if (hs_intake_prepare(&call->gate->intake, &call->intake))
		err = call->gate->stopping ? HS_ERR_AWAY : hs_intake_begin(&call->intake);
	if (err != HS_OK)
		show_refusal(call, hs_refusal_of(err), NULL);
}

/* Standing is known, or the person is told that it is not. */
static void
check_with_standing(struct hs_form_call *call)
{
	enum hs_order_problem problem;

	if (call->hub_err != HS_OK) {
		hs_form_show_home(call, HS_ORDER_FINE);
		return;
	}
	if (!read_lifts(call))
		problem = HS_ORDER_TOO_MUCH;
	else
		problem = hs_order_plan(call->arena, &call->standing, call->principal->code,
			&call->choice, &call->plan);
	if (problem == HS_ORDER_FINE && !choose_headline(call))
		problem = HS_ORDER_TOO_MUCH;
	if (problem == HS_ORDER_FINE) {
		hs_order_write(call->arena, &call->plan, call->principal, status_word(call->gate),
			call->headline, &call->xml);
		if (call->xml.failed)
			problem = HS_ORDER_TOO_MUCH;
	}
	if (problem != HS_ORDER_FINE)
		hs_form_show_home(call, problem);
	else
		begin_intake(call, call->xml.bytes, call->xml.len_bytes, true, on_validated);
}

void
hs_form_check(void *owner, const struct hs_http_request *request)
{
	struct hs_form_call *call = hs_form_begin(owner, request);

	if (call == NULL)
		return;
	read_choice(call);
	hs_form_ask_standing(call, check_with_standing);
}

/* ---- sending ---- */

/* What the check page showed is still so, or what has changed since is our own document: then the person
 * pressed twice, or sends again after an unknown outcome, and the hub recognises it. */
static bool
still_as_seen(struct hs_form_call *call)
{
	const char *document_id = hs_form_field(call, "sent_document");
	unsigned long revision = strtoul(hs_form_field(call, "sent_revision"), NULL, 10);

	if (strcmp(hs_form_field(call, "basis"), call->standing.basis) == 0)
		return true;
	for (size_t i = 0; i < call->standing.document_count; i++) {
		const struct hs_order_document *document = call->standing.documents[i];

		if (document->own && strcmp(document->id, document_id) == 0 &&
			document->revision == revision)
			return true;
	}
	return false;
}

static void
put_findings(const struct hs_intake_result *result, struct hs_buf *out)
{
	for (size_t i = 0; result != NULL && i < result->finding_count; i++) {
		const hs_pb_finding *finding = result->findings[i];

		hs_buf_puts(out, "<p>");
		hs_form_both(out, finding->message_ja, finding->message_en);
		hs_buf_puts(out, "</p>\n");
	}
}

/* The same document once more: byte for byte, so that the hub recognises it. */
static void
put_send_again(struct hs_form_call *call, struct hs_buf *out)
{
	static const char *const fields[] = { "xml", "basis", "said", "headline", "sent_document",
		"sent_revision" };

	hs_buf_puts(out, "<form method=\"post\" action=\"/send\">\n");
	hs_form_token_field(call, out);
	hs_form_hidden_choice(call, out);
	for (size_t i = 0; i < HS_COUNT(fields); i++)
		hs_form_hidden(out, fields[i], hs_form_field(call, fields[i]));
	hs_buf_puts(out, "<p><button class=\"final\" type=\"submit\">");
	hs_form_both(out, "同じ内容をもう一度送る", "Send the same again");
	hs_buf_puts(out, "</button></p></form>\n");
}

static void
show_refusal(
	struct hs_form_call *call, enum hs_refusal refusal, const struct hs_intake_result *result)
{
	const struct hs_refusal_row *row = hs_refusal_row(refusal);
	struct hs_buf out;

	hs_form_call_begin_page(call, "発信できませんでした", "This was not sent", 0, &out);
	hs_form_problem(&out, row->text_ja, row->text_en);
	put_findings(result, &out);
	if (row->http == 503 && hs_form_field(call, "xml")[0] != '\0')
		put_send_again(call, &out);
	hs_buf_puts(&out, "<p><a href=\"/\">");
	hs_form_both(&out, "最初の画面に戻る", "Back to the first page");
	hs_buf_puts(&out, "</a></p>\n");
	hs_form_page_send(call->gate, call->id, row->http, NULL, &out);
	hs_form_end(call);
}

static void
on_sent(struct hs_intake_call *intake, const struct hs_intake_result *result)
{
	struct hs_form_call *call = HS_CONTAINER_OF(intake, struct hs_form_call, intake);
	char location[128];

	if (result->err != HS_OK) {
		show_refusal(call, HS_REFUSAL_RULE, result);
		return;
	}
	if (result->refusal != HS_REFUSAL_NONE) {
		show_refusal(call, result->refusal, result);
		return;
	}
	if (result->outcome ==
		HS_OUTCOME(WITHDRAWN)) { /* nothing is on record that a receipt could show */
		show_refusal(call, HS_REFUSAL_WITHDRAWN, result);
		return;
	}
	(void)snprintf(location, sizeof(location), "/receipt/%.64s", result->id);
	hs_form_redirect(call->gate, call->id, location, NULL);
	hs_form_end(call);
}

static bool
text_as_seen(struct hs_form_call *call)
{
	const char *said = one_line(call->arena, hs_form_field(call, "said"));
	const char *now = one_line(call->arena, hs_form_field(call, "headline"));

	return said != NULL && now != NULL && strcmp(said, now) == 0;
}

static void
send_with_standing(struct hs_form_call *call)
{
	const char *xml = hs_form_field(call, "xml");

	if (call->hub_err != HS_OK) {
		show_refusal(call, HS_REFUSAL_AWAY, NULL);
		return;
	}
	if (xml[0] == '\0' || !text_as_seen(call) || !still_as_seen(call)) {
		call->changed = true;
		check_with_standing(call);
		return;
	}
	begin_intake(call, xml, strlen(xml), false, on_sent);
}

void
hs_form_send(void *owner, const struct hs_http_request *request)
{
	struct hs_form_call *call = hs_form_begin(owner, request);

	if (call == NULL)
		return;
	read_choice(call);
	hs_form_ask_standing(call, send_with_standing);
}
