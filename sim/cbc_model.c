#include "sim/cbc_model.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "sim/cbc_parse.h"

#define LOG_MAX 4000

struct hs_cbc_model {
	struct hs_cbc_habits habits;
	json_t *messages; /* what stands */
	json_t *air;
	json_t *requests;
	json_t *seen; /* "id serial": the phones had it */
	uint64_t unknown_deletes;
};

void
hs_cbc_habits_init(struct hs_cbc_habits *habits)
{
	*habits = (struct hs_cbc_habits){ .peers_connected = 1,
		.answer_ms = 2,
		.block_ms = 15000,
		.delete_block_ms = 10000,
		.lost_delete_every = 20 };
}

struct hs_cbc_model *
hs_cbc_model_create(void)
{
	struct hs_cbc_model *model = calloc(1, sizeof(*model));
	if (!model)
		return NULL;
	hs_cbc_habits_init(&model->habits);
	model->messages = json_array();
	model->air = json_array();
	model->requests = json_array();
	model->seen = json_object();
	if (model->messages && model->air && model->requests && model->seen)
		return model;
	hs_cbc_model_destroy(model);
	return NULL;
}

void
hs_cbc_model_destroy(struct hs_cbc_model *model)
{
	if (!model)
		return;
	json_decref(model->messages);
	json_decref(model->air);
	json_decref(model->requests);
	json_decref(model->seen);
	free(model);
}

struct hs_cbc_habits *
hs_cbc_model_habits(struct hs_cbc_model *model)
{
	return &model->habits;
}

static const struct {
	const char *name;
	size_t offset;
} habits[] = {
	{ "peers_connected", offsetof(struct hs_cbc_habits, peers_connected) },
	{ "peers_disconnected", offsetof(struct hs_cbc_habits, peers_disconnected) },
	{ "answer_ms", offsetof(struct hs_cbc_habits, answer_ms) },
	{ "block_ms", offsetof(struct hs_cbc_habits, block_ms) },
	{ "delete_block_ms", offsetof(struct hs_cbc_habits, delete_block_ms) },
	{ "lost_delete_every", offsetof(struct hs_cbc_habits, lost_delete_every) },
	{ "lose_posts", offsetof(struct hs_cbc_habits, lose_posts) },
	{ "lose_deletes", offsetof(struct hs_cbc_habits, lose_deletes) },
	{ "refuse_status", offsetof(struct hs_cbc_habits, refuse_status) },
	{ "accept_all", offsetof(struct hs_cbc_habits, accept_all) },
};

static int64_t *
habit_of(struct hs_cbc_model *model, const char *name)
{
	for (size_t i = 0; i < HS_COUNT(habits); i++)
		if (strcmp(habits[i].name, name) == 0)
			return (int64_t *)((char *)&model->habits + habits[i].offset);
	return NULL;
}

static void
peers_forget(struct hs_cbc_model *model)
{
	size_t i;
	json_t *message;
	json_array_foreach (model->messages, i, message)
		json_object_set_new(message, "peers", json_integer(0));
}

bool
hs_cbc_model_control(struct hs_cbc_model *model, const json_t *control)
{
	static const char *const acts[] = { "restart", "peers_restart" };
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)(uintptr_t)control, name, value)
		if ((!habit_of(model, name) && strcmp(name, acts[0]) != 0 &&
			    strcmp(name, acts[1]) != 0) ||
			!json_is_integer(value))
			return false;
	json_object_foreach ((json_t *)(uintptr_t)control, name, value) {
		if (strcmp(name, acts[0]) == 0)
			json_array_clear(model->messages);
		else if (strcmp(name, acts[1]) == 0)
			peers_forget(model);
		else
			*habit_of(model, name) = json_integer_value(value);
	}
	return true;
}

static struct hs_cbc_reply
reply(int status, const char *text, int64_t after_ms)
{
	struct hs_cbc_reply out = { .status = status, .after_ms = after_ms };
	snprintf(out.text, sizeof(out.text), "%s", text);
	return out;
}

static void
note(struct hs_cbc_model *model, const char *method, json_int_t id, int status)
{
	if (json_array_size(model->requests) >= LOG_MAX)
		json_array_remove(model->requests, 0);
	json_array_append_new(model->requests,
		json_pack("{s:s, s:I, s:i}", "method", method, "id", id, "status", status));
}

static size_t
place_of(const struct hs_cbc_model *model, json_int_t id)
{
	size_t i = 0;
	while (i < json_array_size(model->messages) &&
		json_integer_value(
			json_object_get(json_array_get(model->messages, i), "message_id")) != id)
		i++;
	return i;
}

/* What phones and receivers get of it. */
static void
broadcast(struct hs_cbc_model *model, const json_t *message)
{
	char pair[48];
	json_t *heard = json_copy((json_t *)(uintptr_t)message);
	if (!heard || json_is_true(json_object_get(message, "silent"))) {
		json_decref(heard);
		return;
	}
	snprintf(pair, sizeof(pair), "%lld %lld",
		(long long)json_integer_value(json_object_get(message, "message_id")),
		(long long)json_integer_value(json_object_get(message, "serial_nr")));
	json_object_set_new(heard, "rang", json_boolean(!json_object_get(model->seen, pair)));
	json_object_set_new(model->seen, pair, json_true());
	if (json_array_size(model->air) >= LOG_MAX)
		json_array_remove(model->air, 0);
	json_array_append_new(model->air, heard);
}

static struct hs_cbc_reply
create(struct hs_cbc_model *model, json_t *message)
{
	const struct hs_cbc_habits *own = &model->habits;
	json_object_set_new(message, "peers", json_integer(own->peers_connected));
	json_array_append_new(model->messages, message);
	if (own->peers_connected > 0)
		broadcast(model, message);
	if (own->peers_connected > 0 || own->peers_disconnected > 0)
		return reply(201, "Created", own->peers_connected > 0 ? own->answer_ms : 0);
	return reply(200, "", own->block_ms);
}

struct hs_cbc_reply
hs_cbc_model_post(struct hs_cbc_model *model, const char *body, size_t len_bytes)
{
	char why[96] = "";
	json_t *json = json_loadb(body, len_bytes, 0, NULL);
	json_t *message = json ? hs_cbc_parse(json, why, sizeof(why)) : NULL;
	json_int_t id = message ? json_integer_value(json_object_get(message, "message_id")) : -1;
	struct hs_cbc_reply out;
	if (model->habits.refuse_status)
		out = reply((int)model->habits.refuse_status, "refused by the proxy", 0);
	else if (model->habits.accept_all)
		out = reply(201, "Created", 0);
	else if (!json)
		out = reply(400, "no JSON", 0);
	else if (!message)
		out = reply(400, why, 0);
	else if (place_of(model, id) < json_array_size(model->messages))
		out = reply(409, "Could not allocate", 0);
	else
		out = create(model, json_incref(message));
	note(model, "POST", id, out.status);
	if (out.status == 201 && model->habits.lose_posts > 0) {
		model->habits.lose_posts--;
		out.status = 0;
	}
	json_decref(message);
	json_decref(json);
	return out;
}

static struct hs_cbc_reply
delete_known(struct hs_cbc_model *model)
{
	const struct hs_cbc_habits *own = &model->habits;
	if (own->peers_disconnected > 0)
		return reply(200, "OK", own->delete_block_ms);
	if (own->peers_connected == 0)
		return reply(200, "", own->block_ms);
	return reply(200, "OK", own->answer_ms);
}

static struct hs_cbc_reply
delete_unknown(struct hs_cbc_model *model)
{
	int64_t every = model->habits.lost_delete_every;
	model->unknown_deletes++;
	if (every > 0 && model->unknown_deletes % (uint64_t)every == 0)
		return reply(0, "", 0);
	return reply(404, "", 0);
}

struct hs_cbc_reply
hs_cbc_model_delete(struct hs_cbc_model *model, const char *message_id)
{
	long id = strtol(message_id, NULL, 10);
	struct hs_cbc_reply out;
	if (model->habits.refuse_status)
		out = reply((int)model->habits.refuse_status, "refused by the proxy", 0);
	else if (id < 0 || id > 65535)
		out = reply(400, "", 0);
	else if (place_of(model, id) < json_array_size(model->messages))
		out = delete_known(model);
	else
		out = delete_unknown(model);
	note(model, "DELETE", id, out.status);
	if (out.status == 200 && model->habits.lose_deletes > 0) {
		model->habits.lose_deletes--;
		hs_cbc_model_deleted(model, message_id);
		out.status = 0;
	}
	return out;
}

void
hs_cbc_model_deleted(struct hs_cbc_model *model, const char *message_id)
{
	size_t at = place_of(model, strtol(message_id, NULL, 10));
	if (at < json_array_size(model->messages))
		json_array_remove(model->messages, at);
}

json_t *
hs_cbc_model_json(const struct hs_cbc_model *model)
{
	return json_pack("{s:O, s:O, s:O}", "messages", model->messages, "air", model->air,
		"requests", model->requests);
}
