/* The auto-starter: takes plans over nng's PAIR protocol, "plays" them at once, answers each step. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/link.h"
#include "hub/base/log.h"
#include "sim/fakes.h"

struct hs_fake_controller {
	struct hs_link *link;
	struct hs_keep *played;
};

static void
answer(struct hs_fake_controller *own, const char *id, const char *state)
{
	json_t *json = json_pack("{s:s,s:s,s:s}", "id", id, "state", state, "detail", "");
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	/* Nobody there any more: the adapter asks again. */
	if (text && hs_link_send(own->link, text, strlen(text)) != HS_OK)
		hs_warn("sim.controller_answer_lost", "id=%s state=%s", id, state);
	free(text);
}

static void
on_frame(void *owner, struct hs_link *link, const uint8_t *bytes, size_t len_bytes)
{
	struct hs_fake_controller *own = owner;
	(void)link;
	json_t *order = json_loadb((const char *)bytes, len_bytes, 0, NULL);
	const char *type = json_string_value(json_object_get(order, "type"));
	const char *id = json_string_value(json_object_get(order, "id"));
	bool play = type && strcmp(type, "play") == 0;
	bool canary = type && strcmp(type, "canary") == 0;
	bool audio = type && strcmp(type, "audio") == 0;
	if (canary && id) {
		answer(own, id, "canary");
	} else if (type && id && !audio) {
		if (play)
			hs_keep_add(own->played, id, json_incref(order));
		answer(own, id, "accepted");
	}
	if (play && id) {
		answer(own, id, "started");
		answer(own, id, "finished");
	}
	json_decref(order);
}

static void
on_change(void *owner, struct hs_link *link)
{
	(void)owner;
	hs_info("sim.controller", "connected=%d", hs_link_is_up(link));
}

static const struct hs_link_ops link_ops = { on_change, on_frame, on_change };

enum hs_err
hs_fake_controller_open(
	uv_loop_t *loop, const char *url, struct hs_keep *played, struct hs_fake_controller **out)
{
	struct hs_fake_controller *own = calloc(1, sizeof(*own));
	if (!own)
		return HS_ERR_NOMEM;
	own->played = played;
	const struct hs_link_options options = {
		.url = url, .listen = true, .pair = true, .ops = &link_ops, .owner = own
	};
	enum hs_err err = hs_link_open(loop, &options, &own->link);
	if (err != HS_OK) {
		free(own);
		return err;
	}
	*out = own;
	return HS_OK;
}

void
hs_fake_controller_close(struct hs_fake_controller *own)
{
	hs_link_close(own->link, free, own);
}
