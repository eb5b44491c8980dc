/* http_lws.c: libwebsockets 4.1.6 on a foreign libuv loop: context, virtual host, table of callbacks.
 *
 * One context with one virtual host per server. libwebsockets gets every connection by adoption from
 * our own listener and keeps no timers for it. What else it is kept from is written at the place.
 */
#include <openssl/ssl.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/http_internal.h"
#include "hub/base/log.h"
#include "hub/base/look.h"

#define TX_PACKET_BYTES 65536 /* guard 4: else a message leaves in pieces of rx_buffer_size */
#define RX_BUFFER_BYTES 256   /* what an idle WebSocket keeps allocated */
#define SERVICE_BYTES	16384
#define HEADS_SPARE	64    /* header tables of connections that are just being closed */
#define LWS_TIMER_S	86400 /* timeouts are ours */

struct reason_row {
	enum lws_callback_reasons reason;
	int (*handle)(struct hs_conn *conn, void *in, size_t len);
};

static const struct reason_row reason_rows[] = {
	{ LWS_CALLBACK_FILTER_HTTP_CONNECTION, hs_on_head },
	{ LWS_CALLBACK_HTTP, hs_on_request },
	{ LWS_CALLBACK_HTTP_BODY, hs_on_body },
	{ LWS_CALLBACK_HTTP_BODY_COMPLETION, hs_on_body_end },
	{ LWS_CALLBACK_HTTP_WRITEABLE, hs_on_http_writable },
	{ LWS_CALLBACK_HTTP_CONFIRM_UPGRADE, hs_on_upgrade },
	{ LWS_CALLBACK_ESTABLISHED, hs_on_ws_open },
	{ LWS_CALLBACK_RECEIVE, hs_on_ws_receive },
	{ LWS_CALLBACK_RECEIVE_PONG, hs_on_ws_pong },
	{ LWS_CALLBACK_SERVER_WRITEABLE, hs_on_ws_writable },
	{ LWS_CALLBACK_CLOSED, hs_on_gone },
	{ LWS_CALLBACK_WSI_DESTROY, hs_on_gone },
};

/* By the clock and not by events: a handshake of TLS is worth fifty others, and after a pause of the whole process what has come
 * meanwhile is looked for at once. */
bool
hs_lws_look(struct hs_http_server *server, bool now)
{
	const struct hs_http_turn *turn = &server->options.turn;
	struct hs_http_look *look = &server->look;

	if (turn->look == NULL || look->inside || server->stop.begun)
		return false;
	if (!now && hs_clock_mono_us() - look->at_us < turn->look_us)
		return look->more;
	look->inside = true;
	look->more = turn->look(server->options.owner);
	look->inside = false;
	look->at_us = hs_clock_mono_us();
	return look->more;
}

static int
handle(struct hs_http_server *server, const struct reason_row *row, struct lws *wsi, void *in,
	size_t len)
{
	struct hs_conn *conn =
		hs_conn_find(server, (hs_http_id)(uintptr_t)lws_get_opaque_user_data(wsi));

	if (conn == NULL)
		return row->handle == hs_on_gone ? 0 : -1;
	if (conn->state == HS_CONN_DOOMED && row->handle != hs_on_gone)
		return -1;
	server->lws.kicks = 0;
	conn->wsi = wsi;
	return row->handle(conn, in, len);
}

static int
on_lws(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in, size_t len)
{
	/* once, while the virtual host is made; there is no connection yet */
	if (reason == LWS_CALLBACK_OPENSSL_LOAD_EXTRA_SERVER_VERIFY_CERTS) {
		const struct hs_http_server *server = lws_context_user(lws_get_context(wsi));
		if (server->options.client_ca_path != NULL)
			hs_peer_ask(user, server->options.client_ca_path);
		return 0;
	}
	for (size_t i = 0; i < HS_COUNT(reason_rows); i++) {
		if (reason_rows[i].reason != reason)
			continue;
		struct hs_http_server *server = lws_context_user(lws_get_context(wsi));
		int result = handle(server, &reason_rows[i], wsi, in, len);
		(void)hs_lws_look(server, false);
		return result;
	}
	return 0;
}

/* Guard 2: the idle handle of the libuv backend stops after one round, although decrypted or stored
 * bytes still wait; a 30 KB body over TLS would hang. Rounds that bring nothing are limited: a client
 * that sends on while its reply leaves would else keep the loop busy. */
static void
on_kick(uv_idle_t *idle)
{
	struct hs_http_server *server = idle->data;

	server->lws.kicks++;
	_lws_plat_service_forced_tsi(server->lws.context, 0);
}

static void
on_prepare(uv_prepare_t *prepare)
{
	struct hs_http_server *server = prepare->data;

	hs_conn_run_queue(server);
	server->look = (struct hs_http_look){ .at_us = hs_clock_mono_us() };
	if (server->lws.context == NULL || server->stop.stage > 0)
		return;
	if (server->lws.kicks < HS_HTTP_KICK_MAX &&
		lws_service_adjust_timeout(server->lws.context, 1, 0) == 0)
		uv_idle_start(&server->lws.kick, on_kick);
	else
		uv_idle_stop(&server->lws.kick);
}

enum lws_token_indexes
hs_lws_token(const char *name)
{
	for (int token = 0; token < WSI_TOKEN_COUNT; token++) {
		const char *known =
			(const char *)lws_token_to_string((enum lws_token_indexes)token);
		size_t len = strlen(name);
		if (known != NULL && strncmp(known, name, len) == 0 && known[len] == ':' &&
			known[len + 1] == '\0')
			return (enum lws_token_indexes)token;
	}
	return WSI_TOKEN_COUNT;
}

static bool
protocol_add(struct hs_lws *lws, size_t *count, const char *name)
{
	for (size_t i = 0; i < *count; i++) {
		if (strcmp(lws->protocols[i].name, name) == 0)
			return true;
	}
	if (*count > HS_WS_SUBPROTOCOLS_MAX)
		return false;
	lws->protocols[*count] = (struct lws_protocols){ .name = name,
		.callback = on_lws,
		.rx_buffer_size = RX_BUFFER_BYTES,
		.tx_packet_size = TX_PACKET_BYTES };
	(*count)++;
	return true;
}

static enum hs_err
tables_fill(struct hs_http_server *server)
{
	const struct hs_http_options *options = &server->options;
	struct hs_lws *lws = &server->lws;
	size_t count = 0;

	(void)protocol_add(lws, &count, "http");
	for (size_t i = 0; i < options->endpoint_count; i++) {
		const char *const *name = options->endpoints[i].subprotocols;
		for (; name != NULL && *name != NULL; name++) {
			if (!protocol_add(lws, &count, *name))
				return HS_ERR_INVALID;
		}
	}
	for (size_t i = 0; options->headers != NULL && options->headers[i] != NULL; i++) {
		if (i == HS_HTTP_HEADERS_MAX)
			return HS_ERR_INVALID;
		lws->tokens[i] = hs_lws_token(options->headers[i]);
	}
	return HS_OK;
}

/* libwebsockets does not say what is wrong with a certificate, and loses memory over it. */
static enum hs_err
certificate_check(const struct hs_http_options *options)
{
	char why[HS_CONFIG_WHY] = "";
	enum hs_err err = hs_look_server_tls(options->tls_cert_path,
		options->tls_key_path != NULL ? options->tls_key_path : "", why);

	if (err != HS_OK)
		hs_error("http.tls", "reason=\"%s\"", why);
	return err;
}

/* Guard 3: with the default policy every connection has a keep-alive timer in a sorted list. */
static const lws_retry_bo_t no_policy = { 0 };

static enum hs_err
context_create(struct hs_http_server *server)
{
	const struct hs_http_options *options = &server->options;
	struct lws_context_creation_info info = { 0 };
	void *loops[1] = { server->loop };
	bool tls = options->tls_cert_path != NULL;

	info.options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS | LWS_SERVER_OPTION_LIBUV |
		       LWS_SERVER_OPTION_VALIDATE_UTF8;
	if (tls)
		info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
	info.port = CONTEXT_PORT_NO_LISTEN_SERVER;
	info.foreign_loops = loops;
	info.user = server;
	info.max_http_header_data = HS_HTTP_HEAD_MAX_BYTES;
	/* Guard 6: one for each connection, else heads that never end would make all others wait. */
	info.max_http_header_pool2 = (unsigned int)options->connections_max + HEADS_SPARE;
	info.pt_serv_buf_size = SERVICE_BYTES;
	info.timeout_secs = LWS_TIMER_S;
	info.retry_and_idle_policy = &no_policy;
	server->lws.context = lws_create_context(&info);
	if (server->lws.context == NULL) {
		hs_error("http.context",
			"what=libwebsockets hint=install_libwebsockets-evlib-uv_and_raise_nofile");
		return HS_ERR_IO;
	}
	info.options = 0;
	/* A TLS host without this option would serve plain text. */
	if (tls)
		info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT |
				LWS_SERVER_OPTION_DISABLE_OS_CA_CERTS;
	info.vhost_name = "hansho";
	info.protocols = server->lws.protocols;
	info.keepalive_timeout = LWS_TIMER_S;
	info.timeout_secs_ah_idle = LWS_TIMER_S;
	info.alpn = "http/1.1"; /* guard 5: bodies stall on HTTP/2 */
	info.ssl_cert_filepath = options->tls_cert_path;
	info.ssl_private_key_filepath = options->tls_key_path;
	info.ssl_options_set =
		(long)(SSL_OP_NO_TLSv1 | SSL_OP_NO_TLSv1_1 | SSL_OP_NO_RENEGOTIATION);
	server->lws.vhost = lws_create_vhost(server->lws.context, &info);
	if (server->lws.vhost == NULL) {
		hs_error("http.vhost", "cert=%s hint=check_that_certificate_and_key_are_readable",
			tls ? options->tls_cert_path : "-");
		return HS_ERR_CONFIG;
	}
	return HS_OK;
}

enum hs_err
hs_lws_create(struct hs_http_server *server)
{
	struct hs_lws *lws = &server->lws;

	/* first, because the end of a server that did not start closes them as well */
	uv_prepare_init(server->loop, &lws->prepare);
	lws->prepare.data = server;
	uv_idle_init(server->loop, &lws->kick);
	lws->kick.data = server;
	server->handles_open += 2;
	enum hs_err err = tables_fill(server);
	if (err == HS_OK && server->options.tls_cert_path != NULL)
		err = certificate_check(&server->options);
	if (err == HS_OK) {
		lws_set_log_level(0, NULL); /* its messages could be made by anybody outside */
		err = context_create(server);
	}
	if (err == HS_OK)
		uv_prepare_start(&lws->prepare, on_prepare);
	return err;
}

enum hs_err
hs_lws_adopt(struct hs_http_server *server, struct hs_conn *conn, int fd)
{
	hs_http_id id = conn->id;
	bool tls = server->options.tls_cert_path != NULL;
	lws_adopt_desc_t desc = { .vh = server->lws.vhost,
		.type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP | (tls ? LWS_ADOPT_ALLOW_SSL : 0),
		.fd = { .sockfd = fd },
		/* the id, not the pointer: lws may call back after the connection was forgotten */
		.opaque = (void *)(uintptr_t)id };
	struct lws *wsi = lws_adopt_descriptor_vhost_via_info(&desc);

	conn = hs_conn_find(server, id);
	if (wsi == NULL) {
		if (conn != NULL) {
			conn->wsi = NULL;
			hs_conn_release(conn);
		}
		return HS_ERR_IO;
	}
	if (conn != NULL)
		conn->wsi = wsi;
	lws_set_timeout(wsi, NO_PENDING_TIMEOUT, 0);
	return HS_OK;
}

/* The first call begins to close what lws has on the loop, the second frees the context. */
void
hs_lws_destroy(struct hs_http_server *server)
{
	if (server->lws.context != NULL)
		lws_context_destroy(server->lws.context);
}
