#include "sim/starter_model.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "sim/starter_plan.h"

enum state { WAITS, SOUNDS, FINISHED, STOPPED, EXPIRED };

struct item {
	struct item *next; /* by age */
	char *id;
	json_t *order;
	struct hs_starter_plan plan;
	enum state state;
	int64_t began_mono_us, began_unix_us, ended_unix_us;
	int64_t begun, interrupted, audio;
};

/* An answer that waits for its time. */
struct answer {
	struct answer *next;
	int64_t due_mono_us;
	char *id;
	const char *state;
	char detail[160];
};

struct hs_starter_model {
	const struct hs_starter_ops *ops;
	void *owner;
	struct hs_starter_habits habits;
	struct item *items, **end;
	struct answer *answers, **answers_end;
	size_t count, keep_max;
	json_int_t total, duplicates;
};

struct hs_starter_model *
hs_starter_model_create(
	const struct hs_starter_ops *ops, void *owner, size_t keep_max, int64_t speed)
{
	struct hs_starter_model *model = calloc(1, sizeof(*model));
	if (!model)
		return NULL;
	model->ops = ops;
	model->owner = owner;
	model->keep_max = keep_max;
	model->habits.speed = speed;
	model->end = &model->items;
	model->answers_end = &model->answers;
	return model;
}

static void
item_free(struct item *item)
{
	free(item->plan.contacts);
	json_decref(item->order);
	free(item->id);
	free(item);
}

static void
give_first(struct hs_starter_model *model, bool say)
{
	struct answer *answer = model->answers;
	model->answers = answer->next;
	if (!model->answers)
		model->answers_end = &model->answers;
	if (say && !model->habits.mute)
		model->ops->answer(model->owner, answer->id, answer->state, answer->detail);
	free(answer->id);
	free(answer);
}

void
hs_starter_model_destroy(struct hs_starter_model *model)
{
	if (!model)
		return;
	for (struct item *item = model->items, *next; item; item = next) {
		next = item->next;
		item_free(item);
	}
	while (model->answers)
		give_first(model, false);
	free(model);
}

/* ---- habits ---- */

static const struct {
	const char *name;
	size_t offset;
	int64_t min;
} habits[] = {
	{ "speed", offsetof(struct hs_starter_habits, speed), 1 },
	{ "answer_ms", offsetof(struct hs_starter_habits, answer_ms), 0 },
	{ "deaf", offsetof(struct hs_starter_habits, deaf), 0 },
	{ "mute", offsetof(struct hs_starter_habits, mute), 0 },
	{ "refuse", offsetof(struct hs_starter_habits, refuse), 0 },
};

bool
hs_starter_model_control(struct hs_starter_model *model, const json_t *control)
{
	struct hs_starter_habits wanted = model->habits;
	const char *name;
	json_t *value;
	json_object_foreach ((json_t *)(uintptr_t)control, name, value) {
		size_t i = 0;
		while (i < HS_COUNT(habits) && strcmp(habits[i].name, name) != 0)
			i++;
		if (i == HS_COUNT(habits) || !json_is_integer(value) ||
			json_integer_value(value) < habits[i].min)
			return false;
		*(int64_t *)((char *)&wanted + habits[i].offset) = json_integer_value(value);
	}
	model->habits = wanted;
	return true;
}

/* ---- answers ---- */

static void
answer(struct hs_starter_model *model, struct hs_starter_now now, const char *id, const char *state,
	const char *detail)
{
	struct answer *one = calloc(1, sizeof(*one));
	if (!one)
		return;
	one->id = strdup(id);
	one->state = state;
	one->due_mono_us = now.mono_us + model->habits.answer_ms * 1000;
	snprintf(one->detail, sizeof(one->detail), "%s", detail);
	if (!one->id) {
		free(one);
		return;
	}
	*model->answers_end = one;
	model->answers_end = &one->next;
}

/* How it stands, as one who asks again is told. */
static void
answer_state(struct hs_starter_model *model, struct hs_starter_now now, const struct item *item)
{
	static const char *const words[] = { [WAITS] = "accepted",
		[SOUNDS] = "started",
		[FINISHED] = "finished",
		[STOPPED] = "failed",
		[EXPIRED] = "failed" };
	char detail[160] = "", from[HS_RFC3339_SIZE], to[HS_RFC3339_SIZE];
	if (item->state == FINISHED) {
		hs_rfc3339_format(item->began_unix_us, HS_JST_MINUTES, from);
		hs_rfc3339_format(item->ended_unix_us, HS_JST_MINUTES, to);
		snprintf(detail, sizeof(detail), "%s/%s", from, to);
	} else if (item->state == STOPPED) {
		snprintf(detail, sizeof(detail), "stopped");
	} else if (item->state == EXPIRED) {
		snprintf(detail, sizeof(detail), "too old to begin");
	}
	answer(model, now, item->id, words[item->state], detail);
}

/* ---- who sounds ---- */

static struct item *
find(const struct hs_starter_model *model, const char *id)
{
	struct item *item = model->items;
	while (item && strcmp(item->id, id) != 0)
		item = item->next;
	return item;
}

static struct item *
sounding(const struct hs_starter_model *model)
{
	struct item *item = model->items;
	while (item && item->state != SOUNDS)
		item = item->next;
	return item;
}

/* The most urgent that waits; of equal ones the first that came. */
static struct item *
next_to_sound(const struct hs_starter_model *model)
{
	struct item *best = NULL;
	for (struct item *item = model->items; item; item = item->next)
		if (item->state == WAITS && (!best || item->plan.priority < best->plan.priority))
			best = item;
	return best;
}

static void
begin(struct hs_starter_model *model, struct hs_starter_now now, struct item *item)
{
	if (item->plan.expires_unix_us <= now.unix_us) {
		item->state = EXPIRED;
		answer_state(model, now, item);
		return;
	}
	item->state = SOUNDS;
	item->begun++;
	item->began_mono_us = now.mono_us;
	item->began_unix_us = now.unix_us;
	hs_starter_plan_rewind(&item->plan);
	if (item->begun == 1)
		answer_state(model, now, item);
}

static void
contacts_move(struct hs_starter_model *model, struct hs_starter_now now, struct item *item)
{
	hs_starter_plan_move(&item->plan, now.mono_us - item->began_mono_us, model->habits.speed);
}

static void
contacts_open(struct hs_starter_now now, struct item *item)
{
	hs_starter_plan_silence(&item->plan, now.mono_us - item->began_mono_us);
	item->ended_unix_us = now.unix_us;
}

static void
interrupt(struct hs_starter_model *model, struct hs_starter_now now)
{
	struct item *sounds = sounding(model), *next = next_to_sound(model);
	if (!sounds || !next || next->plan.priority >= sounds->plan.priority)
		return;
	contacts_open(now, sounds);
	sounds->state = WAITS;
	sounds->interrupted++;
}

static void
run(struct hs_starter_model *model, struct hs_starter_now now)
{
	struct item *next;
	interrupt(model, now);
	while (!sounding(model) && (next = next_to_sound(model)))
		begin(model, now, next);
	if (sounding(model))
		contacts_move(model, now, sounding(model));
}

/* ---- messages ---- */

static bool
is_over(const struct item *item)
{
	return item->state != WAITS && item->state != SOUNDS;
}

static void
forget_oldest(struct hs_starter_model *model)
{
	struct item **at = &model->items;
	while (*at && !is_over(*at))
		at = &(*at)->next;
	struct item *item = *at;
	if (!item || model->count < model->keep_max)
		return;
	*at = item->next;
	if (!item->next)
		model->end = at;
	model->count--;
	item_free(item);
}

static struct item *
item_new(struct hs_starter_model *model, const char *id, const json_t *order, char *why,
	size_t why_size)
{
	struct item *item = calloc(1, sizeof(*item));
	if (!item ||
		!hs_starter_plan_read(json_object_get(order, "plan"), &item->plan, why, why_size)) {
		free(item);
		return NULL;
	}
	item->id = strdup(id);
	item->order = json_incref((json_t *)(uintptr_t)order);
	if (!item->id) {
		item_free(item);
		return NULL;
	}
	forget_oldest(model);
	*model->end = item;
	model->end = &item->next;
	model->count++;
	return item;
}

static void
play(struct hs_starter_model *model, const char *id, const json_t *order, struct hs_starter_now now)
{
	struct item *item = find(model, id);
	char why[120] = "no memory";
	model->total++;
	if (model->habits.refuse) {
		answer(model, now, id, "failed", "refused");
		return;
	}
	if (item && item->state == STOPPED) {
		item->state = WAITS;
	} else if (item) {
		model->duplicates++;
	} else {
		item = item_new(model, id, order, why, sizeof(why));
	}
	if (item)
		answer_state(model, now, item);
	else
		answer(model, now, id, "failed", why);
}

static void
stop(struct hs_starter_model *model, const char *id, const json_t *order, struct hs_starter_now now)
{
	struct item *item = find(model, id);
	(void)order;
	if (item && item->state == SOUNDS)
		contacts_open(now, item);
	if (item && !is_over(item))
		item->state = STOPPED;
	answer(model, now, id, "failed", item ? "stopped" : "no such item");
}

static void
ask(struct hs_starter_model *model, const char *id, const json_t *order, struct hs_starter_now now)
{
	const struct item *item = find(model, id);
	(void)order;
	if (item)
		answer_state(model, now, item);
	else
		answer(model, now, id, "unknown", "");
}

static void
canary(struct hs_starter_model *model, const char *id, const json_t *order,
	struct hs_starter_now now)
{
	(void)order;
	answer(model, now, id, "canary", "");
}

static void
audio(struct hs_starter_model *model, const char *id, const json_t *order,
	struct hs_starter_now now)
{
	struct item *item = find(model, id);
	(void)order;
	(void)now;
	if (item)
		item->audio++;
}

void
hs_starter_model_take(
	struct hs_starter_model *model, const json_t *message, struct hs_starter_now now)
{
	static const struct {
		const char *type;
		void (*take)(struct hs_starter_model *model, const char *id, const json_t *order,
			struct hs_starter_now now);
	} types[] = { { "play", play }, { "stop", stop }, { "ask", ask }, { "canary", canary },
		{ "audio", audio } };
	const char *type = json_string_value(json_object_get(message, "type"));
	const char *id = json_string_value(json_object_get(message, "id"));
	for (size_t i = 0; type && id && !model->habits.deaf && i < HS_COUNT(types); i++)
		if (strcmp(types[i].type, type) == 0)
			types[i].take(model, id, message, now);
	hs_starter_model_tick(model, now);
}

/* ---- time ---- */

int64_t
hs_starter_model_next(const struct hs_starter_model *model)
{
	const struct item *item = sounding(model);
	int64_t answer_us = model->answers ? model->answers->due_mono_us : INT64_MAX;
	if (!item)
		return answer_us;
	int64_t plan_us =
		item->began_mono_us + hs_starter_plan_next_us(&item->plan, model->habits.speed);
	return plan_us < answer_us ? plan_us : answer_us;
}

void
hs_starter_model_tick(struct hs_starter_model *model, struct hs_starter_now now)
{
	struct item *item = sounding(model);
	if (item)
		contacts_move(model, now, item);
	if (item && now.mono_us - item->began_mono_us >=
			    hs_starter_plan_end_us(&item->plan, model->habits.speed)) {
		contacts_open(now, item);
		item->state = FINISHED;
		answer_state(model, now, item);
	}
	run(model, now);
	while (model->answers && model->answers->due_mono_us <= now.mono_us)
		give_first(model, true);
}

/* ---- what it did ---- */

static json_t *
time_json(int64_t unix_us)
{
	char text[HS_RFC3339_SIZE] = "";
	if (unix_us > 0)
		hs_rfc3339_format(unix_us, HS_JST_MINUTES, text);
	return json_string(text);
}

static json_t *
item_json(const struct item *item)
{
	static const char *const words[] = { [WAITS] = "waits",
		[SOUNDS] = "sounds",
		[FINISHED] = "finished",
		[STOPPED] = "stopped",
		[EXPIRED] = "expired" };
	return json_pack("{s:s, s:O, s:s, s:I, s:I, s:I, s:o, s:o, s:o}", "key", item->id,
		"document", item->order, "state", words[item->state], "begun",
		(json_int_t)item->begun, "interrupted", (json_int_t)item->interrupted, "audio",
		(json_int_t)item->audio, "started", time_json(item->began_unix_us), "ended",
		time_json(item->ended_unix_us), "contacts", hs_starter_plan_json(&item->plan));
}

json_t *
hs_starter_model_json(const struct hs_starter_model *model)
{
	json_t *items = json_array();
	for (const struct item *item = model->items; item; item = item->next)
		json_array_append_new(items, item_json(item));
	return json_pack("{s:I, s:I, s:I, s:o}", "total", model->total, "duplicates",
		model->duplicates, "speed", (json_int_t)model->habits.speed, "items", items);
}
