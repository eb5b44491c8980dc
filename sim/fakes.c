#include "sim/fakes.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/http.h"
#include "hub/base/log.h"
#include "hub/base/proc.h"
#include "sim/fake_cbc.h"

#define BODY_MAX_BYTES (256u << 10)
#define STOP_GRACE_MS  200

struct settings {
	const char *listen, *ops_listen, *controller_url, *cbc_listen;
	int64_t keep_max, controller_speed;
};

struct fakes {
	struct settings settings;
	struct hs_proc proc;
	struct hs_http_server *http;
	struct hs_ops *ops;
	struct hs_fake_controller *controller;
	struct hs_fake_cbc *cbc;
	struct hs_keep *mails, *canaries;
};

#define AT(member) offsetof(struct settings, member)
static const struct hs_config_item items[] = {
	{ "listen", HS_CONFIG_TEXT, AT(listen), "address:port", 1, 128, "127.0.0.1:8084",
		"where the carriers take mails", NULL },
	{ "ops_listen", HS_CONFIG_TEXT, AT(ops_listen), "address:port", 0, 128, "",
		"operations page", NULL },
	{ "controller_url", HS_CONFIG_TEXT, AT(controller_url), "url", 0, 512, "",
		"nng address of the auto-starter; empty: none", NULL },
	{ "controller_speed", HS_CONFIG_INT, AT(controller_speed), "times", 1, 100000, "1",
		"so many times as fast as planned the auto-starter plays", NULL },
	{ "cbc_listen", HS_CONFIG_TEXT, AT(cbc_listen), "address:port", 0, 128, "",
		"where the cell broadcast centre listens; empty: none", NULL },
	{ "keep_max", HS_CONFIG_INT, AT(keep_max), "documents", 1, 1000000, "10000",
		"documents that are kept to be looked at", NULL },
};
static const struct hs_config_record record = { items, HS_COUNT(items), sizeof(struct settings) };

/* A canary at the address of another carrier is what a wrong setting looks like. */
static void
take_canary(struct fakes *fakes, const struct hs_http_request *request, json_t *document)
{
	const char *token = json_string_value(json_object_get(document, "canary"));
	const char *carrier = json_string_value(json_object_get(document, "carrier"));
	bool known = token && carrier && strcmp(request->path + 1, carrier) == 0;
	char *text = known ? json_dumps(document, JSON_COMPACT) : NULL;
	if (known)
		hs_keep_add(fakes->canaries, token, json_incref(document));
	(void)hs_http_reply_text(request->server, request->id, text ? 200 : 403, "application/json",
		text ? text : "{\"error\":\"this is the address of another carrier\"}");
	free(text);
}

static void
show_canary(void *owner, const struct hs_http_request *request)
{
	const struct fakes *fakes = owner;
	json_t *json = hs_keep_find(fakes->canaries, request->path + strlen("/canaries/"));
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	(void)hs_http_reply_text(request->server, request->id, text ? 200 : 404, "application/json",
		text ? text : "{}");
	free(text);
}

static void
take_mail(void *owner, const struct hs_http_request *request)
{
	struct fakes *fakes = owner;
	const char *key = hs_http_header_of(request, "idempotency-key");
	json_t *document =
		json_loadb((const char *)request->body, request->body_len_bytes, 0, NULL);
	if (!document || !key[0]) {
		json_decref(document);
		(void)hs_http_reply_text(request->server, request->id, 400, "text/plain",
			"a JSON document and an Idempotency-Key are needed\n");
		return;
	}
	if (json_object_get(document, "canary")) {
		take_canary(fakes, request, document);
		json_decref(document);
		return;
	}
	hs_keep_add(fakes->mails, key, document);
	(void)hs_http_reply_text(
		request->server, request->id, 200, "application/json", "{\"result\":\"accepted\"}");
}

/* A mail that was taken is broadcast at once. */
static void
show_result(void *owner, const struct hs_http_request *request)
{
	const struct fakes *fakes = owner;
	bool taken = hs_keep_find(fakes->mails, request->path + strlen("/results/")) != NULL;
	(void)hs_http_reply_text(request->server, request->id, taken ? 200 : 404,
		"application/json", taken ? "{\"state\":\"broadcast\"}" : "{}");
}

/* Takes the reference over; NULL: there is none. */
static void
show(const struct hs_http_request *request, json_t *json, int status_without)
{
	char *text = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
	json_decref(json);
	(void)hs_http_reply_text(request->server, request->id, text ? 200 : status_without,
		"application/json; charset=utf-8", text ? text : "{}");
	free(text);
}

static void
show_mails(void *owner, const struct hs_http_request *request)
{
	show(request, hs_keep_json(((struct fakes *)owner)->mails), 503);
}

static void
show_played(void *owner, const struct hs_http_request *request)
{
	const struct fakes *fakes = owner;
	show(request,
		fakes->controller
			? hs_starter_model_json(hs_fake_controller_model(fakes->controller))
			: NULL,
		404);
}

static void
show_cbc(void *owner, const struct hs_http_request *request)
{
	const struct fakes *fakes = owner;
	show(request, fakes->cbc ? hs_cbc_model_json(hs_fake_cbc_model(fakes->cbc)) : NULL, 404);
}

static bool
cbc_behave(struct fakes *fakes, const json_t *control)
{
	return fakes->cbc && hs_cbc_model_control(hs_fake_cbc_model(fakes->cbc), control);
}

static bool
starter_behave(struct fakes *fakes, const json_t *control)
{
	return fakes->controller &&
	       hs_starter_model_control(hs_fake_controller_model(fakes->controller), control);
}

static void
control(const struct hs_http_request *request, struct fakes *fakes,
	bool (*behave)(struct fakes *fakes, const json_t *control))
{
	json_t *json = json_loadb((const char *)request->body, request->body_len_bytes, 0, NULL);
	bool good = json_is_object(json) && behave(fakes, json);
	json_decref(json);
	(void)hs_http_reply_text(request->server, request->id, good ? 200 : 400, "text/plain",
		good ? "done\n" : "habits by their names, as whole numbers\n");
}

static void
control_cbc(void *owner, const struct hs_http_request *request)
{
	control(request, owner, cbc_behave);
}

static void
control_starter(void *owner, const struct hs_http_request *request)
{
	control(request, owner, starter_behave);
}

static const struct hs_http_route routes[] = {
	{ "POST", "/carrier-*", BODY_MAX_BYTES, take_mail },
	{ "GET", "/received", 0, show_mails },
	{ "GET", "/played", 0, show_played },
	{ "GET", "/canaries/*", 0, show_canary },
	{ "GET", "/results/*", 0, show_result },
	{ "GET", "/cbc", 0, show_cbc },
	{ "POST", "/cbc", BODY_MAX_BYTES, control_cbc },
	{ "POST", "/starter", BODY_MAX_BYTES, control_starter },
};
static const char *const headers[] = { "idempotency-key", NULL };

static enum hs_err
open_all(struct fakes *fakes)
{
	char address[64];
	struct hs_http_options options;
	static const struct hs_ops_callbacks no_callbacks = { NULL, NULL, NULL };
	hs_http_options_init(&options);
	enum hs_err err =
		hs_listen_parse(fakes->settings.listen, address, sizeof(address), &options.port);
	options.address = address;
	options.routes = routes;
	options.route_count = HS_COUNT(routes);
	options.headers = headers;
	options.owner = fakes;
	fakes->mails = hs_keep_create((size_t)fakes->settings.keep_max);
	fakes->canaries = hs_keep_create((size_t)fakes->settings.keep_max);
	if (!fakes->mails || !fakes->canaries)
		return HS_ERR_NOMEM;
	if (err == HS_OK)
		err = hs_http_server_create(&fakes->proc.loop, &options, &fakes->http);
	if (err == HS_OK && fakes->settings.cbc_listen[0])
		err = hs_fake_cbc_open(&fakes->proc.loop, fakes->settings.cbc_listen, &fakes->cbc);
	if (err == HS_OK && fakes->settings.controller_url[0])
		err = hs_fake_controller_open(&fakes->proc.loop, fakes->settings.controller_url,
			(size_t)fakes->settings.keep_max, fakes->settings.controller_speed,
			&fakes->controller);
	if (err == HS_OK)
		err = hs_ops_create(&fakes->proc.loop, fakes->settings.ops_listen, &no_callbacks,
			fakes, &fakes->ops);
	return err;
}

static void
stop(void *owner)
{
	struct fakes *fakes = owner;
	if (fakes->http)
		hs_http_server_stop(fakes->http, STOP_GRACE_MS, NULL, NULL);
	if (fakes->controller)
		hs_fake_controller_close(fakes->controller);
	hs_fake_cbc_close(fakes->cbc);
	hs_ops_stop(fakes->ops);
}

int
hs_sim_fakes_main(int argc, char **argv)
{
	const struct hs_proc_settings what = { .record = &record };
	struct fakes fakes = { 0 };
	int exit_status = 0;
	if (!hs_proc_init(&fakes.proc, argc, argv, &what, &fakes.settings, &exit_status))
		return exit_status;
	enum hs_err err = open_all(&fakes);
	if (err != HS_OK) {
		hs_error("sim.start_failed", "reason=\"%s\"", hs_err_text(err));
		stop(&fakes);
		exit_status = 1;
	}
	int run_status = hs_proc_run(&fakes.proc, stop, &fakes);
	if (fakes.mails)
		hs_keep_destroy(fakes.mails);
	if (fakes.canaries)
		hs_keep_destroy(fakes.canaries);
	return exit_status ? exit_status : run_status;
}
