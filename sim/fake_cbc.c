#include "sim/fake_cbc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/http.h"
#include "hub/base/proc.h"

#define BASE	       "/api/ecbe/v1/message"
#define BODY_MAX_BYTES (64u << 10)
#define STOP_GRACE_MS  100
#define PENDING_MAX    256

/* An answer that waits for its time. */
struct pending {
	uv_timer_t timer;
	struct hs_fake_cbc *cbc;
	hs_http_id id;
	struct hs_cbc_reply reply;
	char deleted[16]; /* "" = of a POST */
	struct pending *next;
};

struct hs_fake_cbc {
	uv_loop_t *loop;
	struct hs_http_server *http;
	struct hs_cbc_model *model;
	struct pending *pendings;
	size_t count;
};

static void
give(struct hs_fake_cbc *cbc, hs_http_id id, const struct hs_cbc_reply *reply, const char *deleted)
{
	if (deleted[0] != '\0' && reply->status == 200)
		hs_cbc_model_deleted(cbc->model, deleted);
	(void)hs_http_reply_text(
		cbc->http, id, reply->status, reply->text[0] ? "text/plain" : NULL, reply->text);
}

static void
pending_gone(uv_handle_t *handle)
{
	free(handle->data);
}

static void
pending_end(struct pending *pending)
{
	struct pending **at = &pending->cbc->pendings;
	while (*at != pending)
		at = &(*at)->next;
	*at = pending->next;
	pending->cbc->count--;
	uv_close((uv_handle_t *)&pending->timer, pending_gone);
}

static void
on_time(uv_timer_t *timer)
{
	struct pending *pending = timer->data;
	give(pending->cbc, pending->id, &pending->reply, pending->deleted);
	pending_end(pending);
}

static void
answer(struct hs_fake_cbc *cbc, hs_http_id id, struct hs_cbc_reply reply, const char *deleted)
{
	if (reply.status == 0)
		return;
	struct pending *pending = cbc->count < PENDING_MAX ? calloc(1, sizeof(*pending)) : NULL;
	if (!pending) {
		give(cbc, id, &reply, deleted);
		return;
	}
	pending->cbc = cbc;
	pending->id = id;
	pending->reply = reply;
	snprintf(pending->deleted, sizeof(pending->deleted), "%s", deleted);
	pending->next = cbc->pendings;
	cbc->pendings = pending;
	cbc->count++;
	uv_timer_init(cbc->loop, &pending->timer);
	pending->timer.data = pending;
	uv_timer_start(&pending->timer, on_time, (uint64_t)reply.after_ms, 0);
}

static void
on_post(void *owner, const struct hs_http_request *request)
{
	struct hs_fake_cbc *cbc = owner;
	answer(cbc, request->id,
		hs_cbc_model_post(cbc->model, (const char *)request->body, request->body_len_bytes),
		"");
}

static void
on_delete(void *owner, const struct hs_http_request *request)
{
	struct hs_fake_cbc *cbc = owner;
	const char *id = request->path + strlen(BASE "/");
	answer(cbc, request->id, hs_cbc_model_delete(cbc->model, id), id);
}

static const struct hs_http_route routes[] = {
	{ "POST", BASE, BODY_MAX_BYTES, on_post },
	{ "DELETE", BASE "/*", 0, on_delete },
};

enum hs_err
hs_fake_cbc_open(uv_loop_t *loop, const char *listen, struct hs_fake_cbc **out)
{
	char address[64];
	struct hs_http_options options;
	struct hs_fake_cbc *cbc = calloc(1, sizeof(*cbc));
	if (!cbc)
		return HS_ERR_NOMEM;
	cbc->loop = loop;
	cbc->model = hs_cbc_model_create();
	hs_http_options_init(&options);
	enum hs_err err = cbc->model
				  ? hs_listen_parse(listen, address, sizeof(address), &options.port)
				  : HS_ERR_NOMEM;
	options.address = address;
	options.routes = routes;
	options.route_count = HS_COUNT(routes);
	options.owner = cbc;
	if (err == HS_OK)
		err = hs_http_server_create(loop, &options, &cbc->http);
	if (err != HS_OK) {
		hs_cbc_model_destroy(cbc->model);
		free(cbc);
		return err;
	}
	*out = cbc;
	return HS_OK;
}

struct hs_cbc_model *
hs_fake_cbc_model(struct hs_fake_cbc *cbc)
{
	return cbc->model;
}

static void
stopped(void *owner)
{
	struct hs_fake_cbc *cbc = owner;
	hs_cbc_model_destroy(cbc->model);
	free(cbc);
}

void
hs_fake_cbc_close(struct hs_fake_cbc *cbc)
{
	if (!cbc)
		return;
	while (cbc->pendings)
		pending_end(cbc->pendings);
	hs_http_server_stop(cbc->http, STOP_GRACE_MS, stopped, cbc);
}
