#include "adapters/broadcaster/since.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"

struct row {
	uint64_t seq;
	json_t *area;	/* key, code, code5, name, sub_code, change */
	json_t *before; /* level, term; NULL: not in force */
	json_t *after;
};

struct hs_since {
	struct row *rows; /* a ring */
	size_t rows_max;
	size_t oldest, count;
	uint64_t floor_seq;
};

struct hs_since *
hs_since_create(size_t rows_max)
{
	struct hs_since *since = calloc(1, sizeof(*since));
	struct row *rows = calloc(rows_max, sizeof(*rows));
	if (since == NULL || rows == NULL) {
		free(since);
		free(rows);
		return NULL;
	}
	since->rows = rows;
	since->rows_max = rows_max;
	return since;
}

static void
row_drop(struct hs_since *since)
{
	struct row *row = &since->rows[since->oldest];
	since->floor_seq = row->seq;
	json_decref(row->area);
	json_decref(row->before);
	json_decref(row->after);
	*row = (struct row){ 0 };
	since->oldest = (since->oldest + 1) % since->rows_max;
	since->count--;
}

void
hs_since_reset(struct hs_since *since, uint64_t floor_seq)
{
	while (since->count > 0)
		row_drop(since);
	since->floor_seq = floor_seq;
}

void
hs_since_destroy(struct hs_since *since)
{
	if (since == NULL)
		return;
	hs_since_reset(since, 0);
	free(since->rows);
	free(since);
}

static json_t *
standing(const struct hs_force_row *row)
{
	if (row == NULL)
		return NULL;
	json_t *out = json_pack("{s:s}", "term", row->term);
	if (row->level > 0)
		json_object_set_new(out, "level", json_integer(row->level));
	if (row->unknown)
		json_object_set_new(out, "unknown", json_true());
	return out;
}

static json_t *
area_of(const struct hs_change_row *row)
{
	const struct hs_force_row *area = hs_change_area(row);
	char code5[6] = "";
	strncat(code5, area->area_code, 5);
	json_t *key = json_sprintf("%s|%s|%d", area->area_code, area->place_key, area->kind);
	return json_pack("{s:o,s:s,s:s,s:s,s:s,s:s}", "key", key, "code", area->area_code, "code5",
		code5, "name", hs_force_place_name(area), "sub_code", area->sub_code, "change",
		hs_change_word(row->change));
}

void
hs_since_add(struct hs_since *since, uint64_t seq, const struct hs_change_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (rows[i].change == HS_CHANGE_NONE)
			continue;
		if (since->count == since->rows_max)
			row_drop(since);
		size_t at = (since->oldest + since->count++) % since->rows_max;
		since->rows[at] = (struct row){ seq, area_of(&rows[i]), standing(rows[i].before),
			standing(rows[i].after) };
	}
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));
	return text != NULL ? text : "";
}

/* first: what it was at the position; last: what it is now. */
static void
tell_area(json_t *answer, const struct row *first, const struct row *last)
{
	const char *list = "changed";
	if (first->before == NULL && last->after == NULL)
		return;
	if (first->before == NULL)
		list = "new";
	else if (last->after == NULL)
		list = "lifted";
	else if (json_equal(first->before, last->after) != 0)
		return;
	json_t *area = json_copy(last->area);
	json_object_del(area, "key");
	json_object_set_new(area, "seq", json_integer((json_int_t)last->seq));
	json_object_set(area, "before", first->before);
	json_object_set(area, "now", last->after);
	json_array_append_new(json_object_get(answer, list), area);
}

static const struct row *
row_at(const struct hs_since *since, size_t at)
{
	return &since->rows[(since->oldest + at) % since->rows_max];
}

struct json_t *
hs_since_tell(const struct hs_since *since, uint64_t seq, const char *prefecture)
{
	json_t *answer = json_pack("{s:I,s:b,s:[],s:[],s:[]}", "seq", (json_int_t)seq, "complete",
		seq >= since->floor_seq, "new", "changed", "lifted");
	json_t *places = json_object(); /* key → [first row, last row] */
	const char *key;
	json_t *ends;
	for (size_t i = 0; answer != NULL && places != NULL && i < since->count; i++) {
		const struct row *row = row_at(since, i);
		const char *name = text_of(row->area, "key");
		if (row->seq <= seq ||
			strncmp(text_of(row->area, "code"), prefecture, strlen(prefecture)) != 0)
			continue;
		json_t *known = json_object_get(places, name);
		if (known != NULL)
			json_array_set_new(known, 1, json_integer((json_int_t)i));
		else
			json_object_set_new(
				places, name, json_pack("[I,I]", (json_int_t)i, (json_int_t)i));
	}
	json_object_foreach (places, key, ends)
		tell_area(answer,
			row_at(since, (size_t)json_integer_value(json_array_get(ends, 0))),
			row_at(since, (size_t)json_integer_value(json_array_get(ends, 1))));
	json_decref(places);
	return answer;
}
