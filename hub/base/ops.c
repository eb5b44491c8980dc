/* ops.c: the operations page of a process: /healthz, /readyz, /metrics, /status.
 *
 * Formats: Prometheus text exposition 0.0.4 for /metrics, JSON for /status. The page is for operators
 * on the same host or behind the operator's own proxy: it has no sign-in and takes no input.
 */
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/http.h"
#include "hub/base/log.h"
#include "hub/base/loop_watch.h"
#include "hub/base/proc.h"

#define OPS_CONNECTIONS	   64
#define OPS_PAGE_MAX_BYTES ((size_t)1024 * 1024)
#define OPS_GRACE_MS	   1000
#define PORT_MAX	   65535

struct hs_ops {
	struct hs_http_server *server;
	const struct hs_ops_callbacks *callbacks;
	void *owner;
	struct hs_loop_watch watch;
};

static void
reply_page(const struct hs_http_request *request, int status, const char *type, struct hs_buf *page)
{
	static const struct hs_http_header no_store = { "Cache-Control", "no-store" };
	struct hs_http_reply reply = { .status = page->failed ? 500 : status,
		.content_type = type,
		.headers = &no_store,
		.header_count = 1,
		.body = page->failed ? NULL : hs_buf_text(page),
		.body_len_bytes = page->failed ? 0 : page->len_bytes };

	enum hs_err err = hs_http_reply(request->server, request->id, &reply);
	if (err != HS_OK)
		hs_warn("ops.reply", "error=%s", hs_err_name(err));
	hs_buf_free(page);
}

static void
on_healthz(void *owner, const struct hs_http_request *request)
{
	struct hs_buf page;

	(void)owner;
	hs_buf_init(&page, OPS_PAGE_MAX_BYTES);
	hs_buf_puts(&page, "ok\n");
	reply_page(request, 200, "text/plain; charset=utf-8", &page);
}

static void
on_readyz(void *owner, const struct hs_http_request *request)
{
	const struct hs_ops *ops = owner;
	const char *missing =
		ops->callbacks->not_ready != NULL ? ops->callbacks->not_ready(ops->owner) : "";
	struct hs_buf page;

	hs_buf_init(&page, OPS_PAGE_MAX_BYTES);
	hs_buf_printf(&page, "%s\n", missing[0] == '\0' ? "ready" : missing);
	reply_page(request, missing[0] == '\0' ? 200 : 503, "text/plain; charset=utf-8", &page);
}

static void
on_metrics(void *owner, const struct hs_http_request *request)
{
	const struct hs_ops *ops = owner;
	struct hs_buf page;

	hs_buf_init(&page, OPS_PAGE_MAX_BYTES);
	if (ops->callbacks->metrics != NULL)
		ops->callbacks->metrics(ops->owner, &page);
	hs_loop_watch_metrics(&ops->watch, &page);
	reply_page(request, 200, "text/plain; version=0.0.4; charset=utf-8", &page);
}

static void
on_status(void *owner, const struct hs_http_request *request)
{
	const struct hs_ops *ops = owner;
	struct hs_buf page;

	hs_buf_init(&page, OPS_PAGE_MAX_BYTES);
	if (ops->callbacks->status != NULL)
		ops->callbacks->status(ops->owner, &page);
	else
		hs_buf_puts(&page, "{}");
	hs_buf_puts(&page, "\n");
	reply_page(request, 200, "application/json", &page);
}

static const struct hs_http_route routes[] = {
	{ "GET", "/healthz", 0, on_healthz },
	{ "GET", "/readyz", 0, on_readyz },
	{ "GET", "/metrics", 0, on_metrics },
	{ "GET", "/status", 0, on_status },
};

enum hs_err
hs_listen_parse(const char *listen, char *address, size_t size, int *port)
{
	const char *colon = strrchr(listen, ':');
	const char *begin = listen;
	char *rest = NULL;

	if (colon == NULL || colon == listen || colon[1] < '0' || colon[1] > '9')
		return HS_ERR_INVALID;
	size_t len = (size_t)(colon - listen);
	if (begin[0] == '[' && begin[len - 1] == ']') { /* [::1]:8080 */
		begin++;
		len -= 2;
	}
	long number = strtol(colon + 1, &rest, 10);
	if (*rest != '\0' || number > PORT_MAX || len == 0 || len >= size)
		return HS_ERR_INVALID;
	memcpy(address, begin, len);
	address[len] = '\0';
	*port = (int)number;
	return HS_OK;
}

enum hs_err
hs_ops_create(uv_loop_t *loop, const char *listen, const struct hs_ops_callbacks *callbacks,
	void *owner, struct hs_ops **out)
{
	struct hs_http_options options;
	char address[64];

	*out = NULL;
	if (listen[0] == '\0')
		return HS_OK;
	hs_http_options_init(&options);
	enum hs_err err = hs_listen_parse(listen, address, sizeof(address), &options.port);
	if (err != HS_OK)
		return err;
	struct hs_ops *ops = calloc(1, sizeof(struct hs_ops));
	if (ops == NULL)
		return HS_ERR_NOMEM;
	ops->callbacks = callbacks;
	ops->owner = owner;
	options.address = address;
	options.routes = routes;
	options.route_count = HS_COUNT(routes);
	options.owner = ops;
	options.connections_max = OPS_CONNECTIONS;
	err = hs_http_server_create(loop, &options, &ops->server);
	if (err != HS_OK) {
		free(ops);
		return err;
	}
	hs_loop_watch_start(&ops->watch, loop);
	*out = ops;
	return HS_OK;
}

static void
on_watch_closed(uv_handle_t *handle)
{
	free(handle->data);
}

static void
on_server_gone(void *owner)
{
	struct hs_ops *ops = owner;

	ops->watch.prepare.data = ops;
	hs_loop_watch_stop(&ops->watch, on_watch_closed);
}

void
hs_ops_stop(struct hs_ops *ops)
{
	if (ops != NULL)
		hs_http_server_stop(ops->server, OPS_GRACE_MS, on_server_gone, ops);
}
