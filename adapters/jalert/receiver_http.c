#include "adapters/jalert/receiver_http.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/jalert/plan_file.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/hash.h"
#include "hub/base/http.h"
#include "hub/base/proc.h"

#define STOP_GRACE_MS 500

struct hs_receiver_http {
	struct hs_http_server *server;
	const struct hs_receiver_settings *settings;
	const struct hs_receiver_canary *canary;
	void (*received)(void *owner);
	void *owner;
	struct hs_http_route route;
	char token[512];
};

/* As long for a wrong token as for the right one. */
static bool
is_allowed(const struct hs_receiver_http *http, const char *given)
{
	char right[560];
	unsigned wrong = 0;
	snprintf(right, sizeof(right), "Bearer %s", http->token);
	size_t len = strlen(right), given_len = strlen(given);
	for (size_t i = 0; i < len; i++)
		wrong |= (unsigned)(unsigned char)right[i] ^
			 (unsigned)(unsigned char)(given_len ? given[i % given_len] : 0);
	return wrong == 0 && given_len == len;
}

static void
answer(const struct hs_http_request *request, int status, const char *text)
{
	(void)hs_http_reply_text(request->server, request->id, status, "application/json", text);
}

/* The name tells when it came; the same bytes again in the same microsecond do not happen. */
static enum hs_err
keep(const struct hs_receiver_http *http, const struct hs_http_request *request)
{
	bool json = strstr(hs_http_header_of(request, "content-type"), "json") != NULL;
	const struct hs_span span = { request->body, request->body_len_bytes };
	uint8_t hash[HS_SHA256_BYTES];
	char hex[HS_SHA256_HEX], name[80];
	hs_sha256(&span, 1, hash);
	hs_hex(hash, sizeof(hash), hex);
	snprintf(name, sizeof(name), "%lld-%.12s.%s", (long long)hs_clock_unix_us(), hex,
		json ? "json" : "xml");
	char *text = malloc(request->body_len_bytes + 1);
	if (!text)
		return HS_ERR_NOMEM;
	memcpy(text, request->body, request->body_len_bytes);
	text[request->body_len_bytes] = '\0';
	enum hs_receiver_whose whose = hs_receiver_canary_whose(http->canary, text);
	enum hs_err err = HS_OK;
	if (strlen(text) != request->body_len_bytes)
		err = HS_ERR_INVALID; /* a NUL is no XML and no JSON */
	else if (whose == HS_RECEIVER_FOREIGN)
		err = HS_ERR_CONFLICT;
	else
		err = hs_plan_file_write(http->settings->spool_dir,
			whose == HS_RECEIVER_OWN ? http->canary->name : name, text);
	free(text);
	return err;
}

static void
take(void *owner, const struct hs_http_request *request)
{
	struct hs_receiver_http *http = owner;
	if (!is_allowed(http, hs_http_header_of(request, "authorization"))) {
		answer(request, 401,
			"{\"error\":\"token\",\"message\":\"send Authorization: Bearer TOKEN\"}");
		return;
	}
	enum hs_err err = request->body_len_bytes > 0 ? keep(http, request) : HS_ERR_INVALID;
	if (err == HS_OK)
		answer(request, 202, "{\"outcome\":\"kept\"}");
	else if (err == HS_ERR_CONFLICT)
		answer(request, 409,
			"{\"error\":\"canary\",\"message\":\"canary of another bridge, or of "
			"before\"}");
	else if (err == HS_ERR_INVALID)
		answer(request, 400, "{\"error\":\"body\",\"message\":\"a telegram is needed\"}");
	else
		answer(request, 503,
			"{\"error\":\"spool\",\"message\":\"not written; send it again\"}");
	if (err == HS_OK)
		http->received(http->owner);
}

enum hs_err
hs_receiver_http_open(uv_loop_t *loop, const struct hs_receiver_canary *canary,
	void (*received)(void *owner), void *owner, struct hs_receiver_http **out)
{
	const struct hs_receiver_settings *settings = canary->settings;
	static const char *const headers[] = { "authorization", "content-type", NULL };
	struct hs_receiver_http *http = calloc(1, sizeof(*http));
	struct hs_http_options options;
	char address[64];
	if (!http)
		return HS_ERR_NOMEM;
	http->settings = settings;
	http->canary = canary;
	http->received = received;
	http->owner = owner;
	http->route = (struct hs_http_route){ "POST", "/v1/telegrams",
		(size_t)settings->file_max_bytes, take };
	hs_http_options_init(&options);
	enum hs_err err =
		hs_receiver_token(settings->listen_token_file, http->token, sizeof(http->token));
	if (err == HS_OK)
		err = hs_listen_parse(settings->listen, address, sizeof(address), &options.port);
	options.address = address;
	options.routes = &http->route;
	options.route_count = 1;
	options.headers = headers;
	options.owner = http;
	if (err == HS_OK)
		err = hs_http_server_create(loop, &options, &http->server);
	if (err != HS_OK) {
		free(http);
		return err;
	}
	*out = http;
	return HS_OK;
}

void
hs_receiver_http_close(struct hs_receiver_http *http)
{
	if (http)
		hs_http_server_stop(http->server, STOP_GRACE_MS, free, http);
}
