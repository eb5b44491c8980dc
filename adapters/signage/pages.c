/* pages.c: see pages.h. */
#include "adapters/signage/pages.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/asset.h"
#include "hub/base/check.h"
#include "schemas/json_text.h"

extern const struct hs_asset hs_assets_adapters_signage[];

#define ASSETS_PREFIX "/sign/assets/"

static void
reply_asset(struct hs_pages *pages, const struct hs_http_request *request, const char *path)
{
	static const char policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; "
				     "img-src 'self'; connect-src 'self'; worker-src 'self'; "
				     "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
	const struct hs_asset *asset = hs_asset_find(hs_assets_adapters_signage, path);
	if (asset == NULL) {
		hs_http_reply_text(
			pages->http, request->id, 404, "text/plain; charset=utf-8", "not found\n");
		return;
	}
	bool same = strcmp(hs_http_header_of(request, "if-none-match"), asset->etag) == 0;
	const struct hs_http_header headers[] = {
		{ "Content-Security-Policy", policy },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cache-Control", "no-cache" },
		{ "ETag", asset->etag },
	};
	struct hs_http_reply reply = {
		.status = same ? 304 : 200,
		.content_type = same ? NULL : asset->content_type,
		.headers = headers,
		.header_count = HS_COUNT(headers),
		.body = same ? NULL : asset->bytes,
		.body_len_bytes = same ? 0 : asset->len_bytes,
	};
	hs_http_reply(pages->http, request->id, &reply);
}

static void
get_asset(void *owner, const struct hs_http_request *request)
{
	reply_asset(owner, request, request->path + strlen(ASSETS_PREFIX));
}

static void
get_worker(void *owner, const struct hs_http_request *request)
{
	reply_asset(owner, request, "worker.js");
}

static void
get_screen(void *owner, const struct hs_http_request *request)
{
	struct hs_pages *pages = owner;
	const char *id = request->path + strlen("/sign/");
	if (pages->stopped || pages->find(pages->owner, id) < 0) {
		hs_http_reply_text(pages->http, request->id, 404, "text/plain; charset=utf-8",
			"この画面は設定されていません。no such screen: see /sign/status\n");
		return;
	}
	reply_asset(pages, request, "sign.html");
}

static void
get_status_page(void *owner, const struct hs_http_request *request)
{
	reply_asset(owner, request, "status.html");
}

static void
get_status(void *owner, const struct hs_http_request *request)
{
	struct hs_pages *pages = owner;
	/* A person's browser asks for a page, a program for JSON. */
	if (strstr(hs_http_header_of(request, "accept"), "text/html") != NULL) {
		get_status_page(owner, request);
		return;
	}
	json_t *status = pages->stopped ? NULL : pages->status(pages->owner);
	char *text = hs_json_dump(status);
	json_decref(status);
	hs_http_reply_text(pages->http, request->id, text != NULL ? 200 : 503, "application/json",
		text != NULL ? text : "{}");
	free(text);
}

const struct hs_http_route hs_pages_routes[] = {
	{ "GET", "/sign/status", 0, get_status },
	{ "GET", "/sign/status.json", 0, get_status },
	{ "GET", "/sign/worker.js", 0, get_worker },
	{ "GET", ASSETS_PREFIX "*", 0, get_asset },
	{ "GET", "/sign/*", 0, get_screen },
};

const size_t hs_pages_route_count = HS_COUNT(hs_pages_routes);

const char *const hs_pages_headers[] = { "accept", "if-none-match", NULL };
