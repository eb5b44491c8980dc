/* form_sign_in.c: who is signed in: sign-in page, sign-out, the session of each request. See form.h. */
#include "hub/gate/form.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/asset.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/gate/form_call.h"
#include "hub/gate/reply.h"
#include "hub/gate/who.h"

#define COOKIE_SIZE	 (HS_SESSION_VALUE_SIZE + 160)
#define CALL_ARENA_BYTES (64u << 20)
#define FIELD_SIZE	 512

extern const struct hs_asset hs_assets_hub_gate[];

static void
make_cookie(struct hs_gate *gate, const struct hs_session *session, bool tls, char out[COOKIE_SIZE])
{
	char value[HS_SESSION_VALUE_SIZE];

	hs_session_write(&gate->session_key, session, value);
	(void)snprintf(out, COOKIE_SIZE, "%s=%s; Path=/; Max-Age=%lld; HttpOnly; SameSite=Strict%s",
		session->principal[0] != '\0' ? HS_SESSION_COOKIE : HS_VISITOR_COOKIE, value,
		(long long)gate->settings->bounds.session_s, tls ? "; Secure" : "");
}

static enum hs_err
new_session(struct hs_gate *gate, const struct hs_principal *principal, struct hs_session *out)
{
	return hs_session_new(principal != NULL ? principal->id : "",
		principal != NULL ? hs_principal_mark(principal) : 0,
		hs_clock_unix_us() + gate->settings->bounds.session_s * HS_US_PER_S, out);
}

static void
put_sign_in_fields(const char *token, struct hs_buf *out)
{
	hs_buf_puts(out, "<form method=\"post\" action=\"/sign-in\">\n");
	hs_form_hidden(out, "token", token);
	hs_buf_puts(out, "<p><label for=\"username\">");
	hs_form_both(out, "利用者名", "Username");
	hs_buf_puts(out,
		"</label><br><input id=\"username\" name=\"username\" autocomplete=\"username\" "
		"required autofocus></p>\n<p><label for=\"password\">");
	hs_form_both(out, "パスワード", "Password");
	hs_buf_puts(out, "</label><br><input id=\"password\" name=\"password\" type=\"password\" "
			 "autocomplete=\"current-password\" required></p>\n"
			 "<p><button type=\"submit\">");
	hs_form_both(out, "サインイン", "Sign in");
	hs_buf_puts(out, "</button></p></form>\n");
}

/* With a new session for nobody, whose token the form carries. */
static void
show_sign_in(struct hs_gate *gate, const struct hs_http_request *request, int status,
	const char *problem_ja, const char *problem_en)
{
	struct hs_form_page page = { .title_ja = "サインイン", .title_en = "Sign in" };
	struct hs_session session;
	struct hs_buf out;
	char cookie[COOKIE_SIZE], token[HS_SESSION_TOKEN_SIZE];

	if (new_session(gate, NULL, &session) != HS_OK) {
		hs_gate_refuse(gate, request->id, HS_REFUSAL_BUSY);
		return;
	}
	make_cookie(gate, &session, request->tls, cookie);
	hs_session_token(&gate->session_key, &session, token);
	hs_form_page_begin(gate, &page, &out);
	if (problem_ja != NULL)
		hs_form_problem(&out, problem_ja, problem_en);
	hs_buf_puts(&out, "<p>");
	hs_form_both(&out, "避難情報を発信するには、市区町村の利用者名でサインインしてください。",
		"To send evacuation orders, sign in with your municipality's username.");
	hs_buf_puts(&out, "</p>\n");
	put_sign_in_fields(token, &out);
	hs_form_page_send(gate, request->id, status, cookie, &out);
}

/* Whom the cookie proves; a session ends with the credential that began it. */
static const struct hs_principal *
session_owner(
	struct hs_gate *gate, const struct hs_http_request *request, struct hs_session *session)
{
	const struct hs_principal *row = NULL;

	if (hs_session_read(&gate->session_key, HS_SESSION_COOKIE,
		    hs_http_header_of(request, "cookie"), hs_clock_unix_us(), session) == HS_OK &&
		session->principal[0] != '\0')
		row = hs_principals_by_id(gate->principals, session->principal);
	if (row == NULL || row->username[0] == '\0' || row->revoked ||
		!hs_session_mark_right(session, hs_principal_mark(row)))
		return NULL;
	return row;
}

bool
hs_form_session(struct hs_gate *gate, const struct hs_http_request *request,
	struct hs_session *session, const struct hs_principal **principal)
{
	const struct hs_principal *row = session_owner(gate, request, session);
	enum hs_refusal refusal = row != NULL ? hs_who_agree(gate, request->id, row, principal)
					      : hs_who_certificate(gate, request->id, principal);
	const struct hs_refusal_row *text = hs_refusal_row(refusal);
	bool told = refusal != HS_REFUSAL_NONE;

	if (row != NULL && !told)
		return true;
	*principal = NULL;
	show_sign_in(gate, request, told || strcmp(request->method, "POST") == 0 ? 403 : 200,
		told ? text->text_ja : NULL, told ? text->text_en : NULL);
	return false;
}

/* The fields of a POST, as text of its own; NULL without memory. */
static char *
copy_body(const struct hs_http_request *request)
{
	return strndup(
		request->body != NULL ? (const char *)request->body : "", request->body_len_bytes);
}

/* The token of the session that the browser sent: nobody else's page knows it. */
static bool
token_right(struct hs_gate *gate, const struct hs_http_request *request, const char *cookie,
	const char *body)
{
	struct hs_session session;
	char token[HS_SESSION_TOKEN_SIZE + 1];

	return hs_session_read(&gate->session_key, cookie, hs_http_header_of(request, "cookie"),
		       hs_clock_unix_us(), &session) == HS_OK &&
	       hs_http_param(body, "token", token, sizeof(token)) &&
	       hs_session_token_right(&gate->session_key, &session, token);
}

/* The password was right, and still it may not. */
static void
refuse_sign_in(struct hs_gate *gate, const struct hs_http_request *request, enum hs_refusal refusal)
{
	const struct hs_refusal_row *row = hs_refusal_row(refusal);

	gate->counts.sign_in_failures++;
	hs_warn("gate.sign_in_failed", "peer=%s reason=%s", request->peer_address, row->code);
	show_sign_in(gate, request, 403, row->text_ja, row->text_en);
}

static void
sign_in(struct hs_gate *gate, const struct hs_http_request *request, const char *body)
{
	char username[FIELD_SIZE], password[FIELD_SIZE], cookie[COOKIE_SIZE];
	const struct hs_principal *principal = NULL, *proven = NULL;
	enum hs_refusal refusal = HS_REFUSAL_AUTH;
	struct hs_session session;

	if (hs_http_param(body, "username", username, sizeof(username)) &&
		hs_http_param(body, "password", password, sizeof(password)))
		proven = hs_principals_sign_in(gate->principals, username, password);
	if (proven != NULL)
		refusal = hs_who_agree(gate, request->id, proven, &principal);
	if (proven != NULL && refusal != HS_REFUSAL_NONE) {
		refuse_sign_in(gate, request, refusal);
		return;
	}
	if (principal == NULL || new_session(gate, principal, &session) != HS_OK) {
		gate->counts.sign_in_failures++;
		hs_throttle_failed(gate->throttle, request->peer_address, hs_clock_mono_us());
		hs_warn("gate.sign_in_failed", "peer=%s", request->peer_address);
		show_sign_in(gate, request, 403, "利用者名またはパスワードが違います。",
			"The username or the password is wrong.");
		return;
	}
	gate->counts.sign_ins++;
	hs_throttle_cleared(gate->throttle, request->peer_address);
	hs_info("gate.sign_in", "principal=%s peer=%s", principal->id, request->peer_address);
	make_cookie(gate, &session, request->tls, cookie);
	hs_form_redirect(gate, request->id, "/", cookie);
}

void
hs_form_sign_in(void *owner, const struct hs_http_request *request)
{
	struct hs_gate *gate = owner;
	char *body;

	if (hs_throttle_wait_s(gate->throttle, request->peer_address, hs_clock_mono_us()) > 0) {
		gate->counts.sign_in_waits++;
		show_sign_in(gate, request, 429,
			"サインインの失敗が続いたため、しばらく受け付けません。数分待ってからやり直"
			"してください。",
			"Too many failed sign-ins. Wait a few minutes, then try again.");
		return;
	}
	body = copy_body(request);
	if (body != NULL && token_right(gate, request, HS_VISITOR_COOKIE, body))
		sign_in(gate, request, body);
	else
		show_sign_in(gate, request, 403,
			"画面の有効期限が切れました。もう一度サインインしてください。",
			"This page had expired. Please sign in again.");
	free(body);
}

void
hs_form_sign_out(void *owner, const struct hs_http_request *request)
{
	struct hs_gate *gate = owner;
	char *body = copy_body(request);

	if (body != NULL && token_right(gate, request, HS_SESSION_COOKIE, body))
		hs_form_redirect(gate, request->id, "/",
			HS_SESSION_COOKIE "=; Path=/; Max-Age=0; HttpOnly; SameSite=Strict");
	else
		hs_form_redirect(gate, request->id, "/", NULL);
	free(body);
}

void
hs_form_asset(void *owner, const struct hs_http_request *request)
{
	struct hs_gate *gate = owner;
	const struct hs_asset *asset =
		hs_asset_find(hs_assets_hub_gate, request->path + strlen("/assets/"));
	struct hs_gate_reply reply = { .status = 200 };

	if (asset == NULL) {
		hs_gate_refuse(gate, request->id, HS_REFUSAL_NOT_FOUND);
		return;
	}
	reply.etag = asset->etag;
	if (strcmp(hs_http_header_of(request, "if-none-match"), asset->etag) == 0) {
		reply.status = 304;
	} else {
		reply.content_type = asset->content_type;
		reply.body = asset->bytes;
		reply.len_bytes = asset->len_bytes;
	}
	hs_gate_answer(gate, request->id, &reply);
}

/* ---- calls ---- */

static struct hs_form_call *
new_call(struct hs_gate *gate, const struct hs_http_request *request)
{
	bool post = strcmp(request->method, "POST") == 0;
	const char *text =
		post && request->body != NULL ? (const char *)request->body : request->query;
	size_t len_bytes = post ? request->body_len_bytes : strlen(request->query);
	struct hs_form_call *call = calloc(1, sizeof(*call));

	if (call == NULL)
		return NULL;
	call->gate = gate;
	call->id = request->id;
	if (!post) /* an order goes on when its browser has gone */
		call->port_call.client = request->id;
	call->arena = hs_arena_create(CALL_ARENA_BYTES);
	call->body = call->arena != NULL ? hs_arena_strndup(call->arena, text, len_bytes) : NULL;
	call->body_len_bytes = len_bytes;
	hs_buf_init(&call->xml, (size_t)gate->settings->limits.body_bytes);
	if (call->body == NULL) {
		hs_form_end(call);
		return NULL;
	}
	return call;
}

/* The session stays: a page of somebody else must not be able to sign anybody out. */
static void
show_expired(struct hs_form_call *call)
{
	struct hs_buf out;

	hs_form_call_begin_page(call, "画面の有効期限切れ", "This page has expired", 0, &out);
	hs_form_problem(&out,
		"この画面からは受け付けられません。何も送信していません。最初の画面からやり直してく"
		"ださい。",
		"Nothing was taken from this page and nothing was sent. Begin again from the first "
		"page.");
	hs_buf_puts(&out, "<p><a href=\"/\">");
	hs_form_both(&out, "最初の画面に戻る", "Back to the first page");
	hs_buf_puts(&out, "</a></p>\n");
	hs_form_page_send(call->gate, call->id, 403, NULL, &out);
	hs_form_end(call);
}

struct hs_form_call *
hs_form_begin(struct hs_gate *gate, const struct hs_http_request *request)
{
	const struct hs_principal *principal;
	struct hs_session session;
	struct hs_form_call *call;

	if (!hs_form_session(gate, request, &session, &principal))
		return NULL;
	call = new_call(gate, request);
	if (call == NULL) {
		hs_gate_refuse(gate, request->id, HS_REFUSAL_BUSY);
		return NULL;
	}
	call->session = session;
	call->principal = principal;
	hs_principal_hold(principal);
	if (strcmp(request->method, "POST") == 0 &&
		!token_right(gate, request, HS_SESSION_COOKIE, call->body)) {
		hs_warn("gate.token_wrong", "principal=%s", principal->id);
		show_expired(call);
		return NULL;
	}
	return call;
}

void
hs_form_end(struct hs_form_call *call)
{
	hs_intake_end(&call->intake);
	hs_principal_drop(call->principal);
	hs_buf_free(&call->xml);
	hs_arena_destroy(call->arena);
	free(call);
}

const char *
hs_form_field(struct hs_form_call *call, const char *name)
{
	char *value = hs_arena_alloc(call->arena, call->body_len_bytes + 1);

	if (value == NULL || !hs_http_param(call->body, name, value, call->body_len_bytes + 1))
		return "";
	return value;
}

static void
on_active(struct hs_port_call *port_call, enum hs_err err, const hs_link_frame *frame)
{
	struct hs_form_call *call = HS_CONTAINER_OF(port_call, struct hs_form_call, port_call);

	call->hub_err = err;
	if (err == HS_OK &&
		(frame->body_case != HANSHO__V1__LINK_FRAME__BODY_ACTIVE_REPLY ||
			!hs_order_standing_read(call->arena, frame->active_reply,
				call->principal->source, call->principal->code, &call->standing)))
		call->hub_err = HS_ERR_AWAY;
	call->then(call);
}

void
hs_form_ask_standing(struct hs_form_call *call, void (*then)(struct hs_form_call *call))
{
	enum hs_err err;

	call->then = then;
	call->port_call.done = on_active;
	err = call->gate->port == NULL ? HS_ERR_AWAY
				       : hs_submit_port_active(call->gate->port, &call->port_call,
						 call->principal->code);
	if (err != HS_OK) {
		call->hub_err = err;
		then(call);
	}
}
