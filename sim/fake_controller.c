/* The auto-starter (starter_model.h) behind nng's PAIR protocol. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "hub/base/link.h"
#include "hub/base/log.h"
#include "sim/fakes.h"

struct hs_fake_controller {
	struct hs_link *link;
	struct hs_starter_model *model;
	uv_timer_t timer;
	int open_handles;
};

static void
on_answer(void *owner, const char *id, const char *state, const char *detail)
{
	struct hs_fake_controller *own = owner;
	json_t *json = json_pack("{s:s,s:s,s:s}", "id", id, "state", state, "detail", detail);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	/* Nobody there any more: the adapter asks again. */
	if (text && hs_link_send(own->link, text, strlen(text)) != HS_OK)
		hs_warn("sim.controller_answer_lost", "id=%s state=%s", id, state);
	free(text);
}

static const struct hs_starter_ops model_ops = { on_answer };

static struct hs_starter_now
now(void)
{
	return (struct hs_starter_now){ hs_clock_mono_us(), hs_clock_unix_us() };
}

static void on_timer(uv_timer_t *timer);

static void
set_timer(struct hs_fake_controller *own)
{
	int64_t next_us = hs_starter_model_next(own->model), wait_us = next_us - hs_clock_mono_us();
	uv_timer_stop(&own->timer);
	if (next_us != INT64_MAX)
		uv_timer_start(&own->timer, on_timer,
			wait_us > 0 ? (uint64_t)(wait_us + 999) / 1000 : 0, 0);
}

static void
on_timer(uv_timer_t *timer)
{
	struct hs_fake_controller *own = timer->data;
	hs_starter_model_tick(own->model, now());
	set_timer(own);
}

static void
on_frame(void *owner, struct hs_link *link, const uint8_t *bytes, size_t len_bytes)
{
	struct hs_fake_controller *own = owner;
	(void)link;
	json_t *message = json_loadb((const char *)bytes, len_bytes, 0, NULL);
	hs_starter_model_take(own->model, message, now());
	json_decref(message);
	set_timer(own);
}

static void
on_change(void *owner, struct hs_link *link)
{
	(void)owner;
	hs_info("sim.controller", "connected=%d", hs_link_is_up(link));
}

static const struct hs_link_ops link_ops = { on_change, on_frame, on_change };

enum hs_err
hs_fake_controller_open(uv_loop_t *loop, const char *url, size_t keep_max, int64_t speed,
	struct hs_fake_controller **out)
{
	struct hs_fake_controller *own = calloc(1, sizeof(*own));
	if (!own)
		return HS_ERR_NOMEM;
	own->model = hs_starter_model_create(&model_ops, own, keep_max, speed);
	const struct hs_link_options options = {
		.url = url, .listen = true, .pair = true, .ops = &link_ops, .owner = own
	};
	enum hs_err err = own->model ? hs_link_open(loop, &options, &own->link) : HS_ERR_NOMEM;
	if (err != HS_OK) {
		hs_starter_model_destroy(own->model);
		free(own);
		return err;
	}
	uv_timer_init(loop, &own->timer);
	own->timer.data = own;
	*out = own;
	return HS_OK;
}

struct hs_starter_model *
hs_fake_controller_model(struct hs_fake_controller *own)
{
	return own->model;
}

static void
gone(struct hs_fake_controller *own)
{
	if (--own->open_handles > 0)
		return;
	hs_starter_model_destroy(own->model);
	free(own);
}

static void
link_closed(void *owner)
{
	gone(owner);
}

static void
timer_closed(uv_handle_t *handle)
{
	gone(handle->data);
}

void
hs_fake_controller_close(struct hs_fake_controller *own)
{
	own->open_handles = 2;
	uv_close((uv_handle_t *)&own->timer, timer_closed);
	hs_link_close(own->link, link_closed, own);
}
