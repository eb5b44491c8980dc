/* http_request.c: from libwebsockets' HTTP callbacks to the handler of a route.
 *
 * Flow:   hs_on_head (checks, route) → hs_on_request (no body) or hs_on_body… hs_on_body_end →
 *         handler → reply at once (hs_reply_flush) or later (hs_http_reply).
 * Guard 1: libwebsockets 4.1.6 takes the stored bytes of the request head itself for its body when
 *         head and body were stored behind another request, and then loops for ever. A head was
 *         stored exactly when nothing was read from the socket since the last reply had left.
 *         When that cannot be told for certain, the body is refused.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "hub/base/check.h"
#include "hub/base/http_internal.h"

static const char *const method_names[] = { "GET", "POST", "OPTIONS", "PUT", "PATCH", "DELETE",
	"CONNECT", "HEAD" };

/* What a refused head is called, and what it says to municipal staff, by status. */
static const struct refusal_row {
	int status;
	enum hs_err err;
	const char *message_ja;
} refusal_rows[] = {
	{ 404, HS_ERR_NOT_FOUND, "このアドレスには何もありません。アドレスを確認してください。" },
	{ 405, HS_ERR_INVALID,
		"このアドレスでは使えない方法（メソッド）です。Allow "
		"に示した方法を使ってください。" },
	{ 411, HS_ERR_INVALID,
		"Content-Length が必要です。本文の長さを付けて送り直してください。" },
	{ 413, HS_ERR_TOO_LARGE, "本文が大きすぎます。分けて送り直してください。" },
	{ 503, HS_ERR_AGAIN,
		"いまは受け付けられません。しばらくして同じものを送り直してください。" },
	{ 0, HS_ERR_INVALID, "リクエストの形が正しくありません。英語の説明を見て直してください。" },
};

static const struct refusal_row *
refusal_row(int status)
{
	const struct refusal_row *row = refusal_rows;
	while (row->status != status && row->status != 0)
		row++;
	return row;
}

int
hs_refuse(struct hs_conn *conn, int status, const char *code, const char *message,
	const char *header_line)
{
	char body[1024];
	char out[LWS_PRE + 1536];
	const struct refusal_row *row = refusal_row(status);

	int body_len = snprintf(body, sizeof(body),
		"{\"error\":\"%s\",\"code\":\"%s\",\"path\":\"\",\"line\":0,\"expected\":\"\","
		"\"message\":{\"ja\":\"%s\",\"en\":\"%s\"}}\n",
		hs_err_name(row->err), code, row->message_ja, message);
	int len = snprintf(out + LWS_PRE, sizeof(out) - LWS_PRE,
		"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n"
		"Connection: close\r\n\r\n%s",
		status, hs_status_text(status), header_line, body_len, conn->head ? "" : body);
	HS_CHECK(body_len < (int)sizeof(body) && len < (int)(sizeof(out) - LWS_PRE));
	(void)lws_write(
		conn->wsi, (unsigned char *)out + LWS_PRE, (size_t)len, LWS_WRITE_HTTP_HEADERS);
	hs_conn_linger(conn);
	conn->state = HS_CONN_DOOMED;
	return -1;
}

/* ---- what lws knows about the head ---- */
static size_t
trimmed(char *text, size_t len)
{
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	text[len] = '\0';
	return len;
}

int
hs_request_token(
	struct lws *wsi, enum lws_token_indexes token, const char *name, char *out, size_t out_size)
{
	char with_colon[64];
	int len = -1;

	out[0] = '\0';
	if (token < WSI_TOKEN_COUNT) {
		if (lws_hdr_copy_fragment(wsi, out, 1, token, 0) < 0 &&
			lws_hdr_total_length(wsi, token) == 0)
			return -1;
		len = lws_hdr_copy(wsi, out, (int)out_size, token);
	} else {
		int name_len = snprintf(with_colon, sizeof(with_colon), "%s:", name);
		if (lws_hdr_custom_length(wsi, with_colon, name_len) < 0)
			return -1;
		len = lws_hdr_custom_copy(wsi, out, (int)out_size, with_colon, name_len);
	}
	return len < 0 ? -2 : (int)trimmed(out, (size_t)len);
}

int
hs_request_header(struct lws *wsi, const char *name, char *out, size_t out_size)
{
	return hs_request_token(wsi, hs_lws_token(name), name, out, out_size);
}

static int
fields_of(struct lws *wsi, enum lws_token_indexes token)
{
	char one[HS_HTTP_HEAD_MAX_BYTES];
	int count = 0;

	while (count < 2 && lws_hdr_copy_fragment(wsi, one, sizeof(one), token, count) >= 0)
		count++;
	return count;
}

/* "content-length :" is no name that lws knows, but others may read it as one. */
static bool
has_blank_name(struct lws *wsi)
{
	static const char *const names[] = { "content-length :", "content-length\t:",
		"transfer-encoding :", "transfer-encoding\t:" };

	for (size_t i = 0; i < HS_COUNT(names); i++) {
		if (lws_hdr_custom_length(wsi, names[i], (int)strlen(names[i])) >= 0)
			return true;
	}
	return false;
}

static const char *
peer_text(struct lws *wsi, char *out, size_t out_size)
{
	struct sockaddr_storage peer = { 0 };
	socklen_t size = sizeof(peer);
	const void *address = &((struct sockaddr_in *)&peer)->sin_addr;

	out[0] = '\0';
	if (getpeername(lws_get_socket_fd(wsi), (struct sockaddr *)&peer, &size) != 0)
		return out;
	if (peer.ss_family == AF_INET6)
		address = &((struct sockaddr_in6 *)&peer)->sin6_addr;
	if (inet_ntop(peer.ss_family, address, out, (socklen_t)out_size) == NULL)
		out[0] = '\0';
	return out;
}

/* lws decodes the query and cuts it at '&': encode the pieces again and join them. */
static const char *
query_text(struct lws *wsi, struct hs_http_scratch *scratch)
{
	char piece[HS_HTTP_HEAD_MAX_BYTES];
	char *start = scratch->text + scratch->used_bytes;
	size_t room = sizeof(scratch->text) - scratch->used_bytes - 1;
	size_t used = 0;

	for (int i = 0;; i++) {
		int len = lws_hdr_copy_fragment(
			wsi, piece, sizeof(piece), WSI_TOKEN_HTTP_URI_ARGS, i);
		if (len < 0)
			break;
		if (i > 0 && used < room)
			start[used++] = '&';
		used += hs_percent_encode(
			piece, (size_t)len, "=/:@!$'()*,", start + used, room - used);
	}
	start[used] = '\0';
	scratch->used_bytes += used + 1;
	return start;
}

static void
headers_read(struct hs_conn *conn, struct hs_http_request *request)
{
	struct hs_http_scratch *scratch = &conn->server->scratch;
	const char *const *names = conn->server->options.headers;

	request->headers = scratch->headers;
	for (size_t i = 0; names != NULL && names[i] != NULL; i++) {
		char *to = scratch->text + scratch->used_bytes;
		size_t room = sizeof(scratch->text) - scratch->used_bytes;
		if (room < 2)
			break;
		int len = hs_request_token(
			conn->wsi, conn->server->lws.tokens[i], names[i], to, room);
		if (len < 0 || strlen(to) != (size_t)len)
			continue;
		scratch->headers[request->header_count].name = names[i];
		scratch->headers[request->header_count].value = to;
		request->header_count++;
		scratch->used_bytes += (size_t)len + 1;
	}
}

enum hs_err
hs_request_read(struct hs_conn *conn, struct hs_http_request *request)
{
	struct hs_http_scratch *scratch = &conn->server->scratch;
	char *uri = NULL;
	int uri_len = 0;
	int method = lws_http_get_uri_and_method(conn->wsi, &uri, &uri_len);

	if (method < 0 || method >= (int)HS_COUNT(method_names) || uri == NULL || uri_len < 1 ||
		uri_len >= HS_HTTP_HEAD_MAX_BYTES)
		return HS_ERR_PARSE;
	memset(request, 0, sizeof(*request));
	memcpy(scratch->text, uri, (size_t)uri_len);
	scratch->text[uri_len] = '\0';
	if (!hs_path_ok(scratch->text, (size_t)uri_len))
		return HS_ERR_PARSE;
	scratch->used_bytes = (size_t)uri_len + 1;
	request->server = conn->server;
	request->id = conn->id;
	request->method = method_names[method];
	request->path = scratch->text;
	request->query = query_text(conn->wsi, scratch);
	request->peer_address = peer_text(conn->wsi, scratch->peer, sizeof(scratch->peer));
	request->tls = lws_is_ssl(conn->wsi) != 0;
	headers_read(conn, request);
	return HS_OK;
}

/* ---- head ---- */
static void
connection_kind(struct hs_conn *conn, const struct hs_http_request *request, bool http_1_0)
{
	char value[256];

	int len = hs_request_token(
		conn->wsi, WSI_TOKEN_CONNECTION, "connection", value, sizeof(value));
	conn->head = strcmp(request->method, "HEAD") == 0;
	conn->close = strcmp(request->method, "POST") == 0 || len == -2 ||
		      hs_token_listed(value, "close") ||
		      (http_1_0 && !hs_token_listed(value, "keep-alive"));
}

static bool
version_of(struct lws *wsi, bool *http_1_0)
{
	char version[16];

	if (lws_hdr_copy(wsi, version, sizeof(version), WSI_TOKEN_HTTP) <= 0)
		return false;
	*http_1_0 = strcmp(version, "HTTP/1.0") == 0;
	return *http_1_0 || strcmp(version, "HTTP/1.1") == 0;
}

static int
refuse_route(struct hs_conn *conn, const char *path, bool path_known)
{
	char allow[128];
	char line[160];

	if (!path_known)
		return hs_refuse(conn, 404, "not_found", "there is nothing at this address", "");
	hs_route_allow(&conn->server->options, path, allow, sizeof(allow));
	snprintf(line, sizeof(line), "Allow: %s\r\n", allow);
	return hs_refuse(conn, 405, "method_not_allowed",
		"this address does not take this method: see the header Allow", line);
}

static struct hs_head_verdict
judge(struct hs_conn *conn)
{
	char length[HS_HTTP_HEAD_MAX_BYTES];
	struct lws *wsi = conn->wsi;

	/* an empty Transfer-Encoding counts as well */
	struct hs_head_facts facts = { .post = strcmp(conn->route->method, "POST") == 0,
		.behind = hs_conn_behind(conn),
		.length_fields = fields_of(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH),
		.transfer_encoding = fields_of(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0,
		.body_max_bytes = conn->route->body_max_bytes };
	int len = lws_hdr_copy_fragment(
		wsi, length, sizeof(length), WSI_TOKEN_HTTP_CONTENT_LENGTH, 0);
	if (len >= 0 && strlen(length) == (size_t)len)
		facts.length = length;
	if (has_blank_name(wsi))
		facts.length_fields = 2;
	return hs_head_judge(&facts);
}

/* Expect: 100-continue is answered here, anything else that is expected is refused. */
static int
answer_expect(struct hs_conn *conn, size_t body_len_bytes)
{
	static const char go_on[] = "HTTP/1.1 100 Continue\r\n\r\n";
	unsigned char out[LWS_PRE + sizeof(go_on)];
	char value[64];

	int len =
		hs_request_token(conn->wsi, WSI_TOKEN_HTTP_EXPECT, "expect", value, sizeof(value));
	if (len == -1 || (len >= 0 && body_len_bytes == 0))
		return 0;
	if (len < 0 || strcasecmp(value, "100-continue") != 0)
		return hs_refuse(
			conn, 417, "expectation", "only Expect: 100-continue is understood", "");
	memcpy(out + LWS_PRE, go_on, sizeof(go_on));
	if (lws_write(conn->wsi, out + LWS_PRE, sizeof(go_on) - 1, LWS_WRITE_HTTP_HEADERS) < 0) {
		conn->state = HS_CONN_DOOMED;
		return -1;
	}
	return 0;
}

int
hs_on_head(struct hs_conn *conn, void *in, size_t len)
{
	struct hs_http_request request;
	bool http_1_0 = false;
	bool path_known = false;

	(void)in;
	(void)len;
	if (conn->state != HS_CONN_HEAD || conn->server->stop.begun)
		return -1;
	if (!version_of(conn->wsi, &http_1_0))
		return hs_refuse(conn, 505, "version", "speak HTTP/1.1", "");
	if (hs_request_read(conn, &request) != HS_OK)
		return hs_refuse(conn, 400, "bad_request", "the request line cannot be read", "");
	connection_kind(conn, &request, http_1_0);
	if (!http_1_0 && lws_hdr_total_length(conn->wsi, WSI_TOKEN_HOST) == 0)
		return hs_refuse(conn, 400, "host", "send exactly one header Host", "");
	conn->route =
		hs_route_find(&conn->server->options, request.method, request.path, &path_known);
	if (conn->route == NULL)
		return refuse_route(conn, request.path, path_known);
	struct hs_head_verdict verdict = judge(conn);
	if (verdict.status != 0)
		return hs_refuse(conn, verdict.status, verdict.error, verdict.message, "");
	if (conn->server->options.may_send && verdict.body_len_bytes > 0 &&
		!conn->server->options.may_send(
			conn->server->options.owner, &request, verdict.body_len_bytes))
		return hs_refuse(conn, 413, "too_large",
			"the body is larger than you may send to this address: split it or ask "
			"the operator",
			"");
	if (answer_expect(conn, verdict.body_len_bytes) != 0)
		return -1;
	conn->state = verdict.body_len_bytes > 0 ? HS_CONN_BODY : HS_CONN_PENDING;
	if (conn->state == HS_CONN_BODY && conn->replied)
		hs_conn_deadline(conn, conn->server->options.request_timeout_ms);
	return 0;
}

/* ---- handler ---- */
static int
dispatch(struct hs_conn *conn)
{
	struct hs_http_server *server = conn->server;
	struct hs_http_request request;
	bool had_body = conn->in.len_bytes > 0;

	if (hs_request_read(conn, &request) != HS_OK)
		return hs_refuse(conn, 400, "bad_request", "the request cannot be read", "");
	request.body = conn->in.bytes;
	request.body_len_bytes = conn->in.len_bytes;
	conn->state = HS_CONN_PENDING;
	hs_conn_deadline(conn, 0);
	server->in_handler = conn;
	conn->route->handle(server->options.owner, &request);
	server->in_handler = NULL;
	hs_conn_bytes_free(&conn->in);
	if (conn->state == HS_CONN_READY && hs_reply_flush(conn) != 0)
		return -1;
	if (conn->state == HS_CONN_DOOMED)
		return -1;
	/* With a body lws needs its header table until the end; without one it would ask for it. */
	if (!had_body && conn->state != HS_CONN_HEAD)
		lws_http_headers_detach(conn->wsi);
	if (conn->state == HS_CONN_PENDING || (conn->state == HS_CONN_STREAM && !conn->blocked))
		lws_rx_flow_control(conn->wsi, 0);
	return 0;
}

uint8_t *
hs_http_take_body(const struct hs_http_request *request)
{
	struct hs_conn *conn = request->server->in_handler;
	uint8_t *body;

	HS_CHECK(conn != NULL);
	HS_CHECK(conn->in.bytes == request->body);
	body = conn->in.bytes;
	conn->in = (struct hs_conn_bytes){ 0 };
	return body;
}

int
hs_on_request(struct hs_conn *conn, void *in, size_t len)
{
	(void)in;
	(void)len;
	lws_set_timeout(conn->wsi, NO_PENDING_TIMEOUT, 0);
	return conn->state == HS_CONN_BODY ? 0 : dispatch(conn);
}

int
hs_on_body(struct hs_conn *conn, void *in, size_t len)
{
	if (conn->state != HS_CONN_BODY || len == 0)
		return 0;
	if (!hs_conn_bytes_add(&conn->in, in, len, conn->route->body_max_bytes))
		return hs_refuse(conn, 503, "memory", "no room now: send it again later", "");
	return 0;
}

int
hs_on_body_end(struct hs_conn *conn, void *in, size_t len)
{
	(void)in;
	(void)len;
	if (conn->state == HS_CONN_BODY)
		return dispatch(conn);
	/* Bytes behind the body: lws would call this for ever. */
	if (conn->state == HS_CONN_PENDING || conn->state == HS_CONN_STREAM) {
		lws_rx_flow_control(conn->wsi, 0);
		return 0;
	}
	conn->state = HS_CONN_DOOMED;
	return -1;
}

int
hs_on_http_writable(struct hs_conn *conn, void *in, size_t len)
{
	(void)in;
	(void)len;
	if (conn->state == HS_CONN_STREAM)
		return hs_stream_writable(conn);
	if (conn->state == HS_CONN_READY || conn->state == HS_CONN_LEAVING)
		return hs_reply_flush(conn);
	return 0;
}

int
hs_on_gone(struct hs_conn *conn, void *in, size_t len)
{
	(void)in;
	(void)len;
	hs_conn_release(conn);
	return 0;
}
