#include "adapters/jalert/controller.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/link.h"
#include "hub/base/log.h"

#define FRAME_MAX_BYTES (1u << 20)

struct hs_controller {
	const struct hs_controller_ops *ops;
	void *owner;
	struct hs_link *link;
};

static void
on_up(void *owner, struct hs_link *link)
{
	struct hs_controller *controller = owner;
	(void)link;
	hs_info("jalert.controller_up", "protocol=pair");
	controller->ops->on_up(controller->owner);
}

static void
on_down(void *owner, struct hs_link *link)
{
	(void)owner;
	(void)link;
	hs_warn("jalert.controller_down", "protocol=pair");
}

static void
on_frame(void *owner, struct hs_link *link, const uint8_t *bytes, size_t len_bytes)
{
	struct hs_controller *controller = owner;
	(void)link;
	json_t *json = json_loadb((const char *)bytes, len_bytes, 0, NULL);
	const char *id = json_string_value(json_object_get(json, "id"));
	const char *state = json_string_value(json_object_get(json, "state"));
	const char *detail = json_string_value(json_object_get(json, "detail"));
	struct hs_controller_answer answer = { id, state, detail ? detail : "" };
	if (id && state)
		controller->ops->on_answer(controller->owner, &answer);
	else
		hs_warn("jalert.answer_unreadable", "bytes=%zu", len_bytes);
	json_decref(json);
}

static const struct hs_link_ops link_ops = { on_up, on_frame, on_down };

enum hs_err
hs_controller_open(uv_loop_t *loop, const char *url, const struct hs_controller_ops *ops,
	void *owner, struct hs_controller **out)
{
	struct hs_controller *controller = calloc(1, sizeof(*controller));
	if (!controller)
		return HS_ERR_NOMEM;
	controller->ops = ops;
	controller->owner = owner;
	const struct hs_link_options options = { .url = url,
		.pair = true,
		.ops = &link_ops,
		.owner = controller,
		.frame_max_bytes = FRAME_MAX_BYTES };
	enum hs_err err = hs_link_open(loop, &options, &controller->link);
	if (err != HS_OK) {
		free(controller);
		return err;
	}
	*out = controller;
	return HS_OK;
}

/* Nothing is kept for a controller that comes later: what would sound then may be old. */
enum hs_err
hs_controller_send(struct hs_controller *controller, const char *json)
{
	enum hs_err err = hs_link_send(controller->link, json, strlen(json));
	return err == HS_ERR_CLOSED ? HS_ERR_AGAIN : err;
}

bool
hs_controller_is_up(struct hs_controller *controller)
{
	return hs_link_is_up(controller->link);
}

void
hs_controller_close(struct hs_controller *controller)
{
	if (controller)
		hs_link_close(controller->link, free, controller);
}
