#include "hub/rehearse/compare.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"

/* Members that the conversion does not make. */
static const struct {
	const char *parent, *member;
} left_out[] = {
	{ "times", "accepted" },	/* the hub */
	{ "times", "received" },	/* the gate's clock */
	{ "document", "areas_before" }, /* the hub, from the revisions before */
	{ "document", "kinds_before" }, { "document", "level_before" }, { "document", "follows" },
	{ "document", "ended" }, { "document", "first" },
	{ "source", "entered_by" }, /* the credential, when the document says none */
};

static const char *const flags_left_out[] = {
	/* the hub (hub/core/intake.c) */
	"level_jump",
	"near_duplicate",
	"check_broken",
	"cancel_revision",
	"revision_gap",
	"same_moment",
	"born_superseded",
	"born_cancelled",
	"supersedes_foreign",
	/* the credential */
	"proxy_entry",
	"signature_valid",
	"signature_unverified",
	/* the register of districts, and the hold (hub/gate/guards.h) */
	"area_unusual",
	"areas_all",
	"area_other_river",
	"households_far",
	"held",
};

struct comparison {
	struct hs_arena *arena;
	struct hs_differences *out;
};

/* NULL is absent. */
static const char *
text_of(struct hs_arena *arena, const json_t *value)
{
	char *text;
	const char *kept;

	if (value == NULL)
		return NULL;
	if (json_is_string(value))
		return hs_arena_strdup(arena, json_string_value(value));
	text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_SORT_KEYS);
	kept = hs_arena_strdup(arena, text != NULL ? text : "");
	free(text);
	return kept;
}

static void
add(struct comparison *comparison, const char *field, const json_t *before, const json_t *after)
{
	struct hs_difference *item = hs_arena_alloc(comparison->arena, sizeof(*item));

	if (item == NULL)
		return;
	*item = (struct hs_difference){ .field = field,
		.before = text_of(comparison->arena, before),
		.after = text_of(comparison->arena, after) };
	(void)hs_repeat(comparison->arena, &comparison->out->count, &comparison->out->items, item);
}

static bool
has_text(const json_t *list, const char *text)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *item = json_string_value(json_array_get(list, i));

		if (item != NULL && strcmp(item, text) == 0)
			return true;
	}
	return false;
}

static bool
is_left_out(const char *flag)
{
	for (size_t i = 0; i < HS_COUNT(flags_left_out); i++) {
		if (strcmp(flags_left_out[i], flag) == 0)
			return true;
	}
	return false;
}

/* Flags are a set: their order says nothing. */
static void
compare_flags(struct comparison *comparison, const json_t *before, const json_t *after)
{
	for (size_t i = 0; i < json_array_size(before); i++) {
		const json_t *flag = json_array_get(before, i);

		if (!is_left_out(json_string_value(flag)) &&
			!has_text(after, json_string_value(flag)))
			add(comparison, "flags", flag, NULL);
	}
	for (size_t i = 0; i < json_array_size(after); i++) {
		const json_t *flag = json_array_get(after, i);

		if (!is_left_out(json_string_value(flag)) &&
			!has_text(before, json_string_value(flag)))
			add(comparison, "flags", NULL, flag);
	}
}

/* A pair of values that is still to be looked at. */
struct pair {
	const char *field;
	const json_t *before, *after;
};

struct pairs {
	struct pair **items;
	size_t count;
};

static void
push(struct hs_arena *arena, struct pairs *pairs, const char *field, const json_t *before,
	const json_t *after)
{
	struct pair *pair = hs_arena_alloc(arena, sizeof(*pair));

	if (pair == NULL || field == NULL)
		return;
	*pair = (struct pair){ field, before, after };
	(void)hs_repeat(arena, &pairs->count, &pairs->items, pair);
}

static const char *
member_of(struct hs_arena *arena, const char *field, const char *name)
{
	return field[0] == '\0' ? hs_arena_strdup(arena, name)
				: hs_arena_printf(arena, "%s.%s", field, name);
}

/* The members of both, in the order of the names. */
static void
push_members(struct hs_arena *arena, struct pairs *pairs, const struct pair *of)
{
	json_t *names = json_object();
	const char *name;
	json_t *value;

	json_object_update(names, (json_t *)(uintptr_t)of->before);
	json_object_update(names, (json_t *)(uintptr_t)of->after);
	json_object_foreach (names, name, value) {
		push(arena, pairs, member_of(arena, of->field, name),
			json_object_get(of->before, name), json_object_get(of->after, name));
	}
	json_decref(names);
}

static void
push_items(struct hs_arena *arena, struct pairs *pairs, const struct pair *of)
{
	size_t before = json_array_size(of->before), after = json_array_size(of->after);

	for (size_t i = 0; i < (before > after ? before : after); i++)
		push(arena, pairs, hs_arena_printf(arena, "%s[%zu]", of->field, i),
			json_array_get(of->before, i), json_array_get(of->after, i));
}

static void
compare_all(struct comparison *comparison, const json_t *before, const json_t *after)
{
	struct hs_arena *arena = comparison->arena;
	struct pairs pairs = { 0 };

	push(arena, &pairs, "", before, after);
	for (size_t i = 0; i < pairs.count && !hs_arena_failed(arena); i++) {
		const struct pair *pair = pairs.items[i];

		if (strcmp(pair->field, "flags") == 0)
			compare_flags(comparison, pair->before, pair->after);
		else if (json_is_object(pair->before) && json_is_object(pair->after))
			push_members(arena, &pairs, pair);
		else if (json_is_array(pair->before) && json_is_array(pair->after))
			push_items(arena, &pairs, pair);
		else if (!json_equal(pair->before, pair->after))
			add(comparison, pair->field, pair->before, pair->after);
	}
}

static json_t *
as_json(const hs_notice *notice)
{
	json_t *json = hs_message_to_json(notice);

	for (size_t i = 0; i < HS_COUNT(left_out); i++)
		(void)json_object_del(
			json_object_get(json, left_out[i].parent), left_out[i].member);
	return json;
}

enum hs_err
hs_compare(struct hs_arena *arena, const hs_notice *before, const hs_notice *after,
	struct hs_differences *out)
{
	struct comparison comparison = { arena, out };
	json_t *old = as_json(before), *now = as_json(after);
	enum hs_err err = HS_ERR_NOMEM;

	*out = (struct hs_differences){ 0 };
	if (old != NULL && now != NULL) {
		compare_all(&comparison, old, now);
		err = hs_arena_failed(arena) ? HS_ERR_NOMEM : HS_OK;
	}
	json_decref(old);
	json_decref(now);
	return err;
}
