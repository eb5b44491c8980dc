#include "hub/feed/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "hub/base/clock.h"
#include "schemas/statement.h"

#define ARENA_BYTES  (64u << 20)
#define JST_MINUTES  (9 * 60)
#define KEY_MAX	     HS_NOTICE_MAX_BYTES
#define URGENCY_ZONE 6

/* What was in force of the place at one moment, by kind and place. */
struct scene {
	struct hs_arena *arena;
	struct hs_active_entry *entries;
	size_t count, room;
	bool failed;
};

struct hs_timeline {
	struct hs_timeline_wish wish;
	struct hs_active *active;
	struct scene scene; /* after the last notice; empty while nothing of it is asked for */
	bool scene_known;
	int64_t expires_unix_us; /* when the scene changes by itself */
	json_t *events;
	uint64_t seq;
	int64_t at_unix_us; /* of the last notice */
};

/* Why entries come and go. */
struct cause {
	const hs_notice *notice; /* NULL: time */
	const char *key;	 /* of its document */
	struct hs_statements says;
	uint64_t seq;
	int64_t at_unix_us;
};

/* ---- scenes ---- */

static const char *
keep(struct scene *scene, const char *text)
{
	const char *copy = hs_arena_strdup(scene->arena, text);

	scene->failed = scene->failed || copy == NULL;
	return copy == NULL ? "" : copy;
}

struct collect {
	struct scene *scene;
	const struct hs_filter *filter;
};

static bool
make_room(struct scene *scene)
{
	struct hs_active_entry *entries;

	if (scene->count < scene->room)
		return true;
	entries = realloc(scene->entries, (scene->room * 2 + 16) * sizeof(*entries));
	if (entries == NULL)
		return false;
	scene->entries = entries;
	scene->room = scene->room * 2 + 16;
	return true;
}

static void
take_entry(void *owner, const struct hs_active_entry *entry)
{
	struct collect *collect = owner;
	struct scene *scene = collect->scene;
	struct hs_active_entry *copy;

	if (!hs_entry_wanted(collect->filter, entry))
		return;
	if (!make_room(scene)) {
		scene->failed = true;
		return;
	}
	copy = &scene->entries[scene->count++];
	*copy = *entry;
	copy->area_code = keep(scene, entry->area_code);
	copy->area_name = keep(scene, entry->area_name);
	copy->sub_code = keep(scene, entry->sub_code);
	copy->name_key = keep(scene, entry->name_key);
	copy->place_key = keep(scene, entry->place_key);
	copy->hazard = keep(scene, entry->hazard);
	copy->term = keep(scene, entry->term);
	copy->document_key = keep(scene, entry->document_key);
}

/* The same place on the same track: a warning keeps its track whatever kind of telegram tells it. */
static int
compare(const void *a, const void *b)
{
	const struct hs_active_entry *x = a, *y = b;
	int kind_x = x->hazard[0] != '\0' ? 0 : x->kind;
	int kind_y = y->hazard[0] != '\0' ? 0 : y->kind;

	if (kind_x != kind_y)
		return kind_x < kind_y ? -1 : 1;
	return strcmp(x->place_key, y->place_key);
}

static void
scene_free(struct scene *scene)
{
	hs_arena_destroy(scene->arena);
	free(scene->entries);
	*scene = (struct scene){ 0 };
}

static enum hs_err
scene_make(struct hs_timeline *timeline, int64_t at_unix_us, struct scene *scene)
{
	struct collect collect = { scene, timeline->wish.filter };

	*scene = (struct scene){ .arena = hs_arena_create(ARENA_BYTES) };
	if (scene->arena == NULL)
		return HS_ERR_NOMEM;
	hs_active_each_entry_at(timeline->active, at_unix_us, take_entry, &collect);
	timeline->expires_unix_us = hs_active_expires_next(timeline->active, at_unix_us);
	if (scene->count > 1)
		qsort(scene->entries, scene->count, sizeof(*scene->entries), compare);
	return scene->failed ? HS_ERR_NOMEM : HS_OK;
}

/* What the reader was told of as expired stays so, whatever the clock of a later notice says. */
static int64_t
moment(const struct hs_timeline *timeline, int64_t at_unix_us)
{
	int64_t told_unix_us = timeline->wish.expired_after_unix_us;

	return at_unix_us > told_unix_us ? at_unix_us : told_unix_us;
}

/* ---- events ---- */

static const char *
why_gone(const struct cause *cause, const struct hs_active_entry *entry)
{
	struct hs_statement one = { .area_code = entry->area_code,
		.name_key = entry->name_key,
		.key = entry->place_key,
		.hazard = entry->hazard,
		.urgency = strstr(entry->place_key, "|zone|") != NULL ? URGENCY_ZONE : 0 };

	if (cause->notice == NULL)
		return "expired";
	if (cause->notice->action == HS_ACTION(CANCEL))
		return "cancelled";
	if (strcmp(cause->key, entry->document_key) != 0)
		return "superseded";
	return cause->says.count == 0 || hs_statements_mention(&cause->says, &one) ? "lifted"
										   : "vanished";
}

/* NULL: told again, nothing changed. */
static const char *
how_changed(const struct hs_active_entry *before, const struct hs_active_entry *after)
{
	int64_t was = before->level > 0 ? before->level : before->equivalent_level;
	int64_t is = after->level > 0 ? after->level : after->equivalent_level;

	if (was != is)
		return is > was ? "raised" : "lowered";
	return strcmp(before->term, after->term) != 0 ? "changed" : NULL;
}

static enum hs_err
add_event(struct hs_timeline *timeline, const struct cause *cause, const char *event,
	const struct hs_active_entry *entry, const struct hs_active_entry *before)
{
	char at[HS_RFC3339_SIZE];
	json_t *json = hs_entry_json(entry);
	int64_t at_unix_us = cause->notice == NULL ? entry->valid_until_unix_us : cause->at_unix_us;

	hs_rfc3339_format(at_unix_us, JST_MINUTES, at);
	if (json == NULL || json_object_set_new(json, "event", json_string(event)) != 0 ||
		json_object_set_new(json, "at", json_string(at)) != 0 ||
		json_object_set_new(json, "by_seq", json_integer((json_int_t)cause->seq)) != 0) {
		json_decref(json);
		return HS_ERR_NOMEM;
	}
	if (before != NULL) {
		json_object_set_new(json, "level_before", json_integer(before->level));
		json_object_set_new(
			json, "equivalent_level_before", json_integer(before->equivalent_level));
	}
	return json_array_append_new(timeline->events, json) == 0 ? HS_OK : HS_ERR_NOMEM;
}

/* What lies between two scenes; takes the second one over. */
static enum hs_err
tell(struct hs_timeline *timeline, const struct cause *cause, struct scene *next)
{
	struct scene *last = &timeline->scene;
	bool cancel = cause->notice != NULL && cause->notice->action == HS_ACTION(CANCEL);
	size_t i = 0, j = 0;
	enum hs_err err = HS_OK;

	while (err == HS_OK && (i < last->count || j < next->count)) {
		int order = i == last->count   ? 1
			    : j == next->count ? -1
					       : compare(&last->entries[i], &next->entries[j]);

		if (order < 0) {
			err = add_event(timeline, cause, why_gone(cause, &last->entries[i]),
				&last->entries[i], NULL);
		} else if (order > 0) {
			err = add_event(timeline, cause, cancel ? "restored" : "issued",
				&next->entries[j], NULL);
		} else {
			const char *event = how_changed(&last->entries[i], &next->entries[j]);

			if (event != NULL)
				err = add_event(timeline, cause, cancel ? "restored" : event,
					&next->entries[j], &last->entries[i]);
		}
		i += order <= 0;
		j += order >= 0;
	}
	scene_free(last);
	*last = *next;
	*next = (struct scene){ 0 };
	return err;
}

/* ---- notices ---- */

struct hs_timeline *
hs_timeline_create(const struct hs_timeline_wish *wish)
{
	struct hs_timeline *timeline = calloc(1, sizeof(*timeline));

	if (timeline == NULL)
		return NULL;
	timeline->wish = *wish;
	timeline->active = hs_active_create();
	timeline->events = json_array();
	if (timeline->active != NULL && timeline->events != NULL)
		return timeline;
	hs_timeline_destroy(timeline);
	return NULL;
}

void
hs_timeline_destroy(struct hs_timeline *timeline)
{
	if (timeline == NULL)
		return;
	scene_free(&timeline->scene);
	hs_active_destroy(timeline->active);
	json_decref(timeline->events);
	free(timeline);
}

/* What passed by itself since the last notice. The first notice that is asked for finds what stood before it. */
static enum hs_err
tell_expired(struct hs_timeline *timeline, int64_t now_unix_us)
{
	struct cause time = { .at_unix_us = now_unix_us };
	struct scene next = { 0 };
	enum hs_err err = HS_OK;

	now_unix_us = moment(timeline, now_unix_us);
	if (!timeline->scene_known)
		err = scene_make(
			timeline, moment(timeline, timeline->at_unix_us), &timeline->scene);
	timeline->scene_known = true;
	if (err == HS_OK && now_unix_us >= timeline->expires_unix_us) {
		err = scene_make(timeline, now_unix_us, &next);
		if (err == HS_OK)
			err = tell(timeline, &time, &next);
	}
	scene_free(&next);
	return err;
}

static enum hs_err
tell_notice(struct hs_timeline *timeline, const hs_notice *notice, struct cause *cause)
{
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	struct scene next = { 0 };
	struct hs_buf key;
	enum hs_err err = HS_ERR_NOMEM;

	hs_buf_init(&key, KEY_MAX);
	if (arena != NULL && hs_document_key(notice, &key))
		err = hs_statements_of(arena, notice, &cause->says);
	cause->key = hs_buf_text(&key);
	if (err == HS_OK)
		err = hs_active_apply(timeline->active, cause->seq, notice, NULL);
	if (err == HS_OK)
		err = scene_make(timeline, moment(timeline, cause->at_unix_us), &next);
	if (err == HS_OK)
		err = tell(timeline, cause, &next);
	scene_free(&next);
	hs_buf_free(&key);
	hs_arena_destroy(arena);
	return err;
}

enum hs_err
hs_timeline_take(struct hs_timeline *timeline, uint64_t seq, const hs_notice *notice)
{
	int64_t at_unix_us = notice->times != NULL && notice->times->accepted != NULL
				     ? notice->times->accepted->unix_us
				     : timeline->at_unix_us;
	struct cause cause = { .notice = notice, .seq = seq, .at_unix_us = at_unix_us };
	enum hs_err err;

	if (notice->document == NULL)
		return HS_OK;
	if (json_array_size(timeline->events) >= timeline->wish.limit)
		return HS_ERR_FULL;
	if (seq <= timeline->wish.after_seq) {
		err = hs_active_apply(timeline->active, seq, notice, NULL);
	} else {
		err = tell_expired(timeline, at_unix_us);
		if (err == HS_OK)
			err = tell_notice(timeline, notice, &cause);
	}
	timeline->seq = seq;
	timeline->at_unix_us = at_unix_us;
	return err == HS_ERR_STALE ? HS_OK : err;
}

enum hs_err
hs_timeline_end(struct hs_timeline *timeline, int64_t now_unix_us)
{
	if (json_array_size(timeline->events) >= timeline->wish.limit)
		return HS_ERR_FULL;
	return tell_expired(timeline, now_unix_us);
}

int64_t
hs_timeline_expired(const struct hs_timeline *timeline, int64_t now_unix_us)
{
	return moment(timeline,
		hs_active_expired_before(timeline->active, moment(timeline, now_unix_us)));
}

json_t *
hs_timeline_events(const struct hs_timeline *timeline)
{
	return timeline->events;
}

uint64_t
hs_timeline_seq(const struct hs_timeline *timeline)
{
	return timeline->seq;
}
