#include "hub/gate/gate.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/http_peer.h"
#include "hub/base/log.h"
#include "hub/base/look.h"
#include "hub/gate/alarms.h"
#include "hub/gate/api.h"
#include "hub/gate/auth.h"
#include "hub/gate/console.h"
#include "hub/gate/form.h"
#include "hub/gate/pipeline.h"
#include "hub/gate/soap_front.h"
#include "hub/gate/submissions.h"

#define ENVELOPE_BYTES 65536 /* what SOAP puts around a document */
#define STOP_TICK_MS   50

enum body { BODY_NONE, BODY_DOCUMENT, BODY_ENVELOPE, BODY_FIELDS, BODY_ORDER };

struct route {
	const char *method, *path;
	enum body body;
	void (*handle)(void *owner, const struct hs_http_request *request);
};

static const struct route ROUTES[] = {
	{ "POST", "/v1/submissions", BODY_DOCUMENT, hs_api_submit },
	{ "POST", "/v1/validate", BODY_DOCUMENT, hs_api_validate },
	{ "POST", "/v1/canary", BODY_DOCUMENT, hs_api_canary },
	{ "GET", "/v1/submissions", BODY_NONE, hs_api_list },
	{ "GET", "/v1/submissions/*", BODY_NONE, hs_api_status },
	{ "GET", "/v1/alarms", BODY_NONE, hs_api_alarms },
	{ "POST", "/soap/MQService", BODY_ENVELOPE, hs_soap_publish },
	{ "GET", "/", BODY_NONE, hs_form_home },
	{ "POST", "/sign-in", BODY_FIELDS, hs_form_sign_in },
	{ "POST", "/sign-out", BODY_FIELDS, hs_form_sign_out },
	{ "POST", "/check", BODY_ORDER, hs_form_check },
	{ "POST", "/send", BODY_ORDER, hs_form_send },
	{ "GET", "/receipt/*", BODY_NONE, hs_form_receipt },
	{ "GET", "/console", BODY_NONE, hs_console_page },
	{ "GET", "/console/list", BODY_NONE, hs_console_list },
	{ "GET", "/assets/*", BODY_NONE, hs_form_asset },
};

static const char *const HEADERS[] = { "authorization", "content-type", "cookie", "idempotency-key",
	"if-none-match", NULL };

/* A form that carries a document is percent-encoded: up to three bytes for one, and its fields twice. */
static size_t
body_max_bytes(const struct hs_gate_limits *limits, enum body body)
{
	size_t document = (size_t)limits->body_bytes;

	switch (body) {
	case BODY_DOCUMENT:
		return (size_t)hs_gate_limits_body_max(limits); /* see may_send */
	case BODY_ENVELOPE:
		return document + ENVELOPE_BYTES;
	case BODY_FIELDS:
		return 8192;
	case BODY_ORDER:
		return 4 * document + ENVELOPE_BYTES;
	default:
		return 0;
	}
}

/* Only a relayer may send more than a municipality's document; whoever is nobody never fills our memory with more. */
static bool
may_send(void *owner, const struct hs_http_request *head, size_t body_len_bytes)
{
	const struct hs_gate *gate = owner;
	const struct hs_principal *principal;

	for (size_t i = 0; i < HS_COUNT(ROUTES); i++) {
		if (ROUTES[i].body != BODY_DOCUMENT || strcmp(ROUTES[i].path, head->path) != 0)
			continue;
		if ((int64_t)body_len_bytes <= gate->settings->limits.body_bytes)
			return true;
		principal =
			hs_auth_header(gate->principals, hs_http_header_of(head, "authorization"));
		return principal != NULL && principal->role == HS_ROLE_RELAYER;
	}
	return true;
}

static enum hs_err
start_http(struct hs_gate *gate, char why[HS_CONFIG_WHY])
{
	const struct hs_gate_place *place = &gate->settings->place;
	const struct hs_gate_bounds *bounds = &gate->settings->bounds;
	struct hs_http_options options;
	enum hs_err err;

	hs_http_options_init(&options);
	for (size_t i = 0; i < HS_COUNT(ROUTES); i++)
		gate->routes[i] = (struct hs_http_route){ ROUTES[i].method, ROUTES[i].path,
			body_max_bytes(&gate->settings->limits, ROUTES[i].body), ROUTES[i].handle };
	err = hs_listen_parse(place->listen, gate->address, sizeof(gate->address), &options.port);
	options.address = gate->address;
	options.tls_cert_path = hs_config_path(place->tls_cert);
	options.tls_key_path = hs_config_path(place->tls_key);
	options.client_ca_path =
		place->client_certs != HS_CLIENT_CERTS_OFF ? place->client_ca : NULL;
	options.routes = gate->routes;
	options.route_count = HS_COUNT(ROUTES);
	options.headers = HEADERS;
	options.owner = gate;
	options.may_send = may_send;
	options.connections_max = bounds->connections_max;
	options.shares = bounds->shares;
	options.request_timeout_ms = bounds->request_timeout_ms;
	options.keepalive_timeout_ms = bounds->keepalive_timeout_ms;
	if (err == HS_OK)
		err = hs_http_server_create(gate->loop, &options, &gate->server);
	if (err != HS_OK)
		(void)snprintf(why, HS_CONFIG_WHY,
			"listen %.200s: cannot serve there (%s); choose a free address:port and "
			"check "
			"tls_cert and tls_key",
			place->listen, hs_err_text(err));
	return err;
}

static bool
has_left(void *owner, uint64_t client)
{
	const struct hs_gate *gate = owner;

	return gate->server == NULL || hs_http_left(gate->server, client);
}

static enum hs_err
start_port(struct hs_gate *gate, char why[HS_CONFIG_WHY])
{
	const struct hs_gate_place *place = &gate->settings->place;
	const struct hs_gate_bounds *bounds = &gate->settings->bounds;
	struct hs_submit_port_options options = { .url = place->hub_url,
		.name = place->name,
		.mode = gate->mode,
		.heartbeat_ms = bounds->heartbeat_ms,
		.answer_timeout_ms = bounds->answer_timeout_ms,
		.pending_max = bounds->pending_max,
		.in_flight_max = bounds->in_flight_max,
		.large_bytes = gate->settings->limits.large_bytes,
		.has_left = has_left,
		.owner = gate };
	enum hs_err err = hs_submit_port_create(gate->loop, &options, &gate->port);

	if (err != HS_OK)
		(void)snprintf(why, HS_CONFIG_WHY, "hub_url %.200s: cannot be used (%s)",
			place->hub_url, hs_err_text(err));
	gate->intake = (struct hs_intake){ .worker = &gate->worker,
		.port = gate->port,
		.limits = &gate->settings->limits,
		.mode = gate->mode,
		.guards = &gate->guards };
	return err;
}

static const char *
not_ready(void *owner)
{
	const struct hs_gate *gate = owner;

	return gate->stopping ? "this gate is stopping" : hs_submit_port_not_ready(gate->port);
}

static void
count(struct hs_buf *out, const char *name, const char *labels, uint64_t value)
{
	hs_buf_printf(out, "hansho_gate_%s%s %llu\n", name, labels, (unsigned long long)value);
}

static void
metrics(void *owner, struct hs_buf *out)
{
	const struct hs_gate *gate = owner;
	const struct hs_intake_counts *counts = &gate->intake.counts;

	count(out, "submissions_total", "{outcome=\"accepted\"}", counts->accepted);
	count(out, "submissions_total", "{outcome=\"duplicate\"}", counts->duplicate);
	count(out, "submissions_total", "{outcome=\"stale\"}", counts->stale);
	count(out, "submissions_total", "{outcome=\"withdrawn\"}", counts->withdrawn);
	count(out, "submissions_total", "{outcome=\"conflict\"}", counts->conflict);
	count(out, "submissions_total", "{outcome=\"refused\"}", counts->refused);
	count(out, "submissions_total", "{outcome=\"invalid\"}", counts->invalid);
	count(out, "submissions_total", "{outcome=\"unavailable\"}", counts->unavailable);
	count(out, "validated_total", "", counts->validated);
	count(out, "held", "", gate->guards.hold.count);
	hs_lags_metrics(gate->guards.lags, out);
	count(out, "busy_total", "", gate->counts.busy);
	count(out, "auth_failures_total", "", gate->counts.auth_failures);
	count(out, "nonce_replays_total", "", gate->counts.replays);
	count(out, "sign_ins_total", "{result=\"ok\"}", gate->counts.sign_ins);
	count(out, "sign_ins_total", "{result=\"failed\"}", gate->counts.sign_in_failures);
	count(out, "sign_ins_total", "{result=\"must_wait\"}", gate->counts.sign_in_waits);
	count(out, "principals_reads_total", "{result=\"ok\"}", gate->reload.loads);
	count(out, "principals_reads_total", "{result=\"refused\"}", gate->reload.failures);
	count(out, "principals_old", "", gate->reload.why[0] != '\0');
	count(out, "revoked_connections_total", "", gate->reload.ended);
	count(out, "hub_up", "", hs_submit_port_not_ready(gate->port)[0] == '\0');
	count(out, "hub_link_drops_total", "", hs_submit_port_drop_count(gate->port));
	count(out, "hub_pending", "", hs_submit_port_pending_count(gate->port));
	count(out, "hub_waiting", "", hs_submit_port_waiting_count(gate->port));
	count(out, "jobs", "", gate->worker.jobs);
	count(out, "large_jobs_waiting", "", gate->worker.large_waiting);
	count(out, "connections", "", hs_http_connection_count(gate->server));
}

static void
status(void *owner, struct hs_buf *out)
{
	const struct hs_gate *gate = owner;

	hs_buf_printf(out,
		"{\"process\":\"gate\",\"version\":\"%s\",\"mode\":\"%s\",\"hub\":\"%s\","
		"\"epoch\":\"%s\",\"principals\":%zu,\"principals_old\":%s,\"pending\":%zu,"
		"\"accepted\":%llu}",
		HS_VERSION, gate->mode == HS_MODE(LIVE) ? "live" : "drill", not_ready(owner),
		hs_submit_port_epoch(gate->port), hs_principals_count(gate->principals),
		gate->reload.why[0] != '\0' ? "true" : "false",
		hs_submit_port_pending_count(gate->port),
		(unsigned long long)gate->intake.counts.accepted);
}

static enum hs_err
start_ops(struct hs_gate *gate, char why[HS_CONFIG_WHY])
{
	static const struct hs_ops_callbacks callbacks = { not_ready, metrics, status };
	const char *listen = gate->settings->place.ops_listen;
	enum hs_err err = hs_ops_create(gate->loop, listen, &callbacks, gate, &gate->ops);

	if (err != HS_OK)
		(void)snprintf(why, HS_CONFIG_WHY, "ops_listen %.200s: cannot serve there (%s)",
			listen, hs_err_text(err));
	return err;
}

static enum hs_err
start_tables(struct hs_gate *gate, char why[HS_CONFIG_WHY])
{
	const struct hs_gate_bounds *bounds = &gate->settings->bounds;
	enum hs_err err;

	hs_session_key_init(&gate->session_key, gate->settings->place.session_key);
	gate->nonces = hs_nonces_create((size_t)bounds->nonce_max, bounds->nonce_window_s);
	err = hs_throttle_create((size_t)bounds->sign_in_rows, bounds->sign_in_failures,
		bounds->sign_in_window_s * HS_US_PER_S, &gate->throttle);
	if (gate->nonces == NULL || err != HS_OK) {
		(void)snprintf(
			why, HS_CONFIG_WHY, "out of memory; lower nonce_max or sign_in_rows");
		return HS_ERR_NOMEM;
	}
	err = hs_worker_start(&gate->worker, gate->loop, (size_t)bounds->jobs_max,
		(size_t)gate->settings->limits.large_waiting,
		(int)gate->settings->limits.large_nice);
	if (err != HS_OK)
		(void)snprintf(why, HS_CONFIG_WHY,
			"no threads for checking documents: %s; raise the limits of open files and "
			"of processes",
			hs_err_text(err));
	return err;
}

/* The port first: what is still open gets its 503 while the server can carry it. */
static void
close_all(struct hs_gate *gate)
{
	struct hs_http_server *server = gate->server;

	hs_guards_stop(&gate->guards);
	hs_worker_stop(&gate->worker);
	gate->intake.port = NULL;
	hs_submit_port_stop(gate->port);
	gate->port = NULL;
	gate->server = NULL;
	if (server != NULL)
		hs_http_server_stop(server, gate->settings->bounds.stop_grace_ms, NULL, NULL);
	hs_ops_stop(gate->ops);
	gate->ops = NULL;
	hs_reload_stop(gate);
}

/* Certificates are asked for by TLS, and judged by an authority. */
static enum hs_err
look_client_certs(const struct hs_gate_place *place, char why[HS_CONFIG_WHY])
{
	if (place->client_certs == HS_CLIENT_CERTS_OFF)
		return HS_OK;
	if (place->tls_cert[0] == '\0')
		return hs_look_refuse(why, "client_certs needs TLS: give tls_cert and tls_key, or "
					   "set client_certs to off");
	if (place->client_ca[0] == '\0')
		return hs_look_refuse(why,
			"client_ca is missing; client_certs needs the authorities "
			"that sign client certificates");
	return HS_OK;
}

enum hs_err
hs_gate_look(const struct hs_gate_settings *settings, char why[HS_CONFIG_WHY])
{
	const struct hs_gate_place *place = &settings->place;
	const struct hs_look_listen listens[] = { { "listen", place->listen, false },
		{ "ops_listen", place->ops_listen, true } };
	const struct hs_look_link link = {
		.place = "", .key = "hub_url", .url = place->hub_url, .local_only = true
	};
	struct hs_principals *principals = NULL;
	struct hs_trust *trust = NULL;
	enum hs_err err = hs_look_listens(listens, HS_COUNT(listens), why);

	if (err == HS_OK)
		err = hs_look_server_tls(place->tls_cert, place->tls_key, why);
	if (err == HS_OK)
		err = hs_look_link(&link, why);
	if (err == HS_OK)
		err = look_client_certs(place, why);
	if (err == HS_OK)
		err = hs_reload_read(settings, &principals, &trust, why);
	hs_principals_free(principals);
	hs_trust_free(trust);
	return err == HS_OK ? hs_guards_look(&settings->guards, why) : err;
}

enum hs_err
hs_gate_start(struct hs_gate *gate, uv_loop_t *loop, const struct hs_gate_settings *settings,
	char why[HS_CONFIG_WHY])
{
	enum hs_err err;

	gate->loop = loop;
	gate->settings = settings;
	gate->mode = hs_gate_settings_mode(settings);
	hs_pipeline_setup();
	hs_reload_stamp(gate);
	err = hs_reload_read(settings, &gate->principals, &gate->trust, why);
	if (err == HS_OK)
		err = hs_guards_start(&gate->guards, loop, &settings->guards, why);
	if (err == HS_OK)
		err = start_tables(gate, why);
	if (err == HS_OK)
		err = start_port(gate, why);
	if (err == HS_OK)
		err = start_http(gate, why);
	if (err == HS_OK)
		err = start_ops(gate, why);
	if (err != HS_OK) {
		close_all(gate);
		return err;
	}
	hs_reload_start(gate);
	hs_info("gate.ready", "mode=%s listen=%s port=%d principals=%zu",
		gate->mode == HS_MODE(LIVE) ? "live" : "drill", settings->place.listen,
		hs_http_port(gate->server), hs_principals_count(gate->principals));
	return HS_OK;
}

static void
on_stop_tick(uv_timer_t *timer)
{
	struct hs_gate *gate = HS_CONTAINER_OF(timer, struct hs_gate, stop.timer);
	bool open = gate->worker.jobs > 0 || gate->intake.open > 0;

	if (open && hs_clock_mono_us() < gate->stop.deadline_mono_us)
		return;
	hs_info("gate.stopped", "unanswered=%zu", gate->intake.open);
	uv_close((uv_handle_t *)timer, NULL);
	close_all(gate);
}

void
hs_gate_stop(struct hs_gate *gate)
{
	if (gate->stopping)
		return;
	gate->stopping = true;
	hs_guards_stop(&gate->guards);
	gate->stop.deadline_mono_us =
		hs_clock_mono_us() + gate->settings->bounds.stop_grace_ms * 1000;
	HS_CHECK(uv_timer_init(gate->loop, &gate->stop.timer) == 0);
	HS_CHECK(uv_timer_start(&gate->stop.timer, on_stop_tick, 0, STOP_TICK_MS) == 0);
}

void
hs_gate_free(struct hs_gate *gate)
{
	hs_nonces_destroy(gate->nonces);
	hs_throttle_destroy(gate->throttle);
	hs_principals_free(gate->principals);
	hs_guards_free(&gate->guards);
	hs_trust_free(gate->trust);
}
