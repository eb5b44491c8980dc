/* signage_encode.c: see signage_encode.h. */
#include "adapters/signage/signage_encode.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/hash.h"

const char *
hs_screen_state_word(enum hs_screen_state state)
{
	static const char *const words[] = { "normal", "caution", "emergency", "drill", "lost" };
	HS_CHECK((size_t)state < HS_COUNT(words));
	return words[state];
}

/* ---- areas ---- */

static bool
wants_one(const char *wanted, const char *area_code, const char *sub_code)
{
	if (strlen(wanted) == 12) {
		if (strncmp(wanted, area_code, 5) == 0)
			return sub_code[0] == '\0' || strcmp(sub_code, wanted) == 0;
		return hs_area_within(wanted, area_code);
	}
	return hs_area_within(area_code, wanted) || hs_area_within(wanted, area_code);
}

bool
hs_screen_wants(
	const struct hs_screen_settings *screen, const char *area_code, const char *sub_code)
{
	for (size_t i = 0; i < screen->areas.count; i++) {
		if (wants_one(screen->areas.items[i], area_code, sub_code))
			return true;
	}
	return false;
}

static bool
wants_details(const struct hs_screen_settings *screen, const hs_evacuation *evacuation)
{
	for (size_t i = 0; i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];
		for (size_t j = 0; j < detail->n_areas; j++) {
			const hs_area *area = detail->areas[j]->area;
			if (area != NULL && hs_screen_wants(screen, area->code, area->sub_code))
				return true;
		}
	}
	return false;
}

bool
hs_screen_wants_notice(const struct hs_screen_settings *screen, const hs_notice *notice)
{
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION &&
		wants_details(screen, notice->evacuation))
		return true;
	for (size_t i = 0; i < notice->n_areas; i++) {
		if (hs_screen_wants(screen, notice->areas[i]->code, notice->areas[i]->sub_code))
			return true;
	}
	return false;
}

static bool
row_wanted(const void *owner, const struct hs_force_row *row)
{
	return hs_screen_wants(owner, row->area_code, row->sub_code);
}

/* ---- words ---- */

/* Things in force that have no number on the scale. Wording of the project. */
struct fixed_words {
	const char *ja, *easy, *en;
};

static const struct fixed_words zone_action = { "立入りが制限・禁止されています",
	"ここに 入っては いけません", "Entry is restricted or prohibited" };
static const struct fixed_words unknown_action = { "市区町村の発表を確認してください",
	"市や 町の お知らせを 見て ください", "Check the announcement of your municipality" };

static json_t *
words(const char *ja, const char *easy, const char *en)
{
	json_t *object = json_object();
	json_object_set_new(object, "ja", json_string(ja));
	if (easy != NULL && easy[0] != '\0')
		json_object_set_new(object, "ja-easy", json_string(easy));
	if (en != NULL && en[0] != '\0')
		json_object_set_new(object, "en", json_string(en));
	return object;
}

static void
set_words(json_t *item, const struct hs_force_group *group)
{
	const struct hs_level_display *display = hs_level_display(group->level);
	if (display == NULL) {
		const struct fixed_words *action = group->unknown ? &unknown_action : &zone_action;
		json_object_set_new(item, "term", words(group->term, NULL, NULL));
		json_object_set_new(item, "action", words(action->ja, action->easy, action->en));
		return;
	}
	/* An old or local word stands as it was sent; it asks what its level asks. */
	bool own = strcmp(display->term_ja, group->term) == 0;
	json_object_set_new(item, "level", json_integer(group->level));
	json_object_set_new(item, "term",
		words(group->term, own ? display->term_easy : NULL, own ? display->term_en : NULL));
	json_object_set_new(item, "action",
		words(display->action_ja, display->action_easy, display->action_en));
	json_object_set_new(item, "colour",
		json_pack("{s:s,s:s}", "background", display->background, "foreground",
			display->foreground));
}

static void
set_time(json_t *item, const char *key, int64_t unix_us, const struct hs_force_meta *meta)
{
	char stamp[HS_RFC3339_SIZE];
	if (unix_us == 0)
		return;
	hs_rfc3339_format(unix_us, meta != NULL ? meta->offset_minutes : 540, stamp);
	json_object_set_new(item, key, json_string(stamp));
}

static void
set_meta(json_t *item, const struct hs_force_group *group, int64_t now_unix_us)
{
	const struct hs_force_meta *meta = group->meta;
	if (meta == NULL)
		return;
	set_time(item, "valid_until", meta->valid_until_unix_us, meta);
	/* Past its time it stays until it is lifted, and says that it is old. */
	if (meta->valid_until_unix_us != 0 && meta->valid_until_unix_us < now_unix_us)
		json_object_set_new(item, "expired", json_true());
	json_object_set_new(item, "headline", json_string(meta->headline));
	json_object_set_new(item, "source", json_string(meta->source_name));
	const struct hs_hazard_row *hazard = hs_hazard_find(meta->hazard);
	if (hazard != NULL && strcmp(hazard->hazard, "other") != 0)
		json_object_set_new(item, "hazard", words(hazard->ja, NULL, hazard->en));
}

static void
set_place(json_t *item, const struct hs_force_group *group)
{
	json_t *areas = json_array();
	json_object_set_new(item, "code", json_string(group->area_code));
	json_object_set_new(item, "municipality", words(group->name, NULL, group->name_en));
	json_object_set_new(item, "prefecture", json_string(group->prefecture_name));
	for (size_t i = 0; i < group->row_count; i++)
		json_array_append_new(areas, json_string(group->rows[i]->area_name));
	json_object_set_new(item, "areas", areas);
}

static json_t *
item_of(const struct hs_force_group *group, int64_t now_unix_us)
{
	json_t *item = json_object();
	set_words(item, group);
	if (group->unknown)
		json_object_set_new(item, "unknown", json_true());
	set_place(item, group);
	json_object_set_new(item, "seq", json_integer((json_int_t)group->seq));
	set_time(item, "ordered_at", group->ordered_unix_us, group->meta);
	set_meta(item, group, now_unix_us);
	return item;
}

/* ---- what a cancel did ---- */

struct still {
	const struct hs_screen_settings *screen;
	const struct hs_force_list *list; /* in force now */
	bool in_force;			  /* what is wanted: stands so, or stands so no more */
};

static int
compare_rows(const void *a, const void *b)
{
	return hs_force_compare(a, b);
}

/* What was said after the cancel may have overtaken it. */
static bool
is_still(const void *owner, const struct hs_force_row *row)
{
	const struct still *still = owner;
	const struct hs_force_row *now =
		still->list->count == 0 ? NULL
					: bsearch(row, still->list->rows, still->list->count,
						  sizeof(*row), compare_rows);
	bool same = now != NULL && now->level == row->level && strcmp(now->term, row->term) == 0;
	return row_wanted(still->screen, row) && same == still->in_force;
}

/* What ended has a name and neither level nor colour. */
static enum hs_err
cancel_groups(struct hs_arena *arena, const struct hs_force_list *rows, const struct still *still,
	json_t **list)
{
	struct hs_force_group *groups;
	size_t count;
	enum hs_err err = hs_force_groups(arena, rows, is_still, still, &groups, &count);
	*list = err == HS_OK && count > 0 ? json_array() : NULL;
	for (size_t i = 0; *list != NULL && i < count; i++) {
		json_t *item = json_object();
		if (still->in_force)
			set_words(item, &groups[i]);
		else
			json_object_set_new(item, "term", words(groups[i].term, NULL, NULL));
		set_place(item, &groups[i]);
		json_array_append_new(*list, item);
	}
	return err;
}

static enum hs_err
set_cancel(struct hs_arena *arena, const struct hs_signage_input *input,
	const struct hs_signage_lane *lane, json_t *message)
{
	const struct hs_signage_cancel *cancel = lane->cancel;
	json_t *returned, *ended = NULL;
	if (cancel == NULL || cancel->arena == NULL || lane->list == NULL ||
		input->now_unix_us >= cancel->until_unix_us)
		return HS_OK;
	struct still still = { input->screen, lane->list, true };
	enum hs_err err = cancel_groups(arena, &cancel->returned, &still, &returned);
	still.in_force = false;
	if (err == HS_OK)
		err = cancel_groups(arena, &cancel->ended, &still, &ended);
	if (returned != NULL || ended != NULL) {
		json_t *said = json_object();
		if (returned != NULL)
			json_object_set_new(said, "returned", returned);
		if (ended != NULL)
			json_object_set_new(said, "ended", ended);
		json_object_set_new(message, "cancel", said);
	}
	return err;
}

/* ---- a screen ---- */

struct shown {
	struct hs_force_group *groups;
	size_t count;
	enum hs_adapter_lane lane;
	enum hs_screen_state state;
};

static enum hs_err
lane_groups(
	struct hs_arena *arena, const struct hs_signage_input *input, int lane, struct shown *shown)
{
	shown->lane = (enum hs_adapter_lane)lane;
	shown->count = 0;
	if (input->lanes[lane].list == NULL)
		return HS_OK;
	return hs_force_groups(arena, input->lanes[lane].list, row_wanted, input->screen,
		&shown->groups, &shown->count);
}

static enum hs_screen_state
state_of(const struct hs_signage_input *input, const struct shown *shown)
{
	const struct hs_signage_lane *lanes = input->lanes;
	/* With a live lane the drill lane decides nothing: it may come and go. */
	const struct hs_signage_lane *leading =
		lanes[HS_LANE_LIVE].configured ? &lanes[HS_LANE_LIVE] : &lanes[HS_LANE_DRILL];
	if (!leading->fresh)
		return HS_SCREEN_LOST;
	if (shown->count == 0)
		return HS_SCREEN_NORMAL;
	if (shown->lane == HS_LANE_DRILL)
		return HS_SCREEN_DRILL;
	bool emergency = (int64_t)shown->groups[0].urgency >= input->screen->emergency_level;
	return emergency ? HS_SCREEN_EMERGENCY : HS_SCREEN_CAUTION;
}

static enum hs_err
choose(struct hs_arena *arena, const struct hs_signage_input *input, struct shown *shown)
{
	enum hs_err err = HS_OK;
	if (input->lanes[HS_LANE_LIVE].configured)
		err = lane_groups(arena, input, HS_LANE_LIVE, shown);
	const struct hs_signage_lane *drill = &input->lanes[HS_LANE_DRILL];
	bool drill_counts =
		drill->configured && (!input->lanes[HS_LANE_LIVE].configured || drill->fresh);
	if (err == HS_OK && shown->count == 0 && drill_counts) {
		err = lane_groups(arena, input, HS_LANE_DRILL, shown);
		/* A calm drill lane beside a live one is no reason to speak of drills. */
		if (shown->count == 0 && input->lanes[HS_LANE_LIVE].configured)
			shown->lane = HS_LANE_LIVE;
	}
	if (err == HS_OK)
		shown->state = state_of(input, shown);
	return err;
}

static bool
digest_of(json_t *message, char out[HS_SIGNAGE_DIGEST_SIZE])
{
	uint8_t bytes[HS_SHA256_BYTES];
	char hex[HS_SHA256_HEX];
	char *text = json_dumps(message, JSON_COMPACT | JSON_SORT_KEYS);
	if (text == NULL)
		return false;
	struct hs_span span = { text, strlen(text) };
	hs_sha256(&span, 1, bytes);
	hs_hex(bytes, sizeof(bytes), hex);
	memcpy(out, hex, HS_SIGNAGE_DIGEST_SIZE - 1);
	out[HS_SIGNAGE_DIGEST_SIZE - 1] = '\0';
	free(text);
	return true;
}

/* The five levels, for the strip beside the alert. */
static json_t *
scale(void)
{
	json_t *list = json_array();
	for (uint32_t level = 1; level <= 5; level++) {
		const struct hs_level_display *display = hs_level_display(level);
		if (display != NULL)
			json_array_append_new(
				list, json_pack("{s:i,s:s,s:s,s:s}", "level", (int)level, "term",
					      display->term_ja, "background", display->background,
					      "foreground", display->foreground));
	}
	return list;
}

static json_t *
languages_of(const struct hs_screen_settings *screen)
{
	json_t *list = json_array();
	for (size_t i = 0; i < screen->languages.count; i++)
		json_array_append_new(list, json_string(screen->languages.items[i]));
	return list;
}

enum hs_err
hs_signage_encode(
	struct hs_arena *arena, const struct hs_signage_input *input, struct hs_signage_face *face)
{
	const struct hs_screen_settings *screen = input->screen;
	struct shown shown = { .lane = HS_LANE_LIVE };
	enum hs_err err = choose(arena, input, &shown);
	if (err != HS_OK)
		return err;
	const struct hs_signage_lane *lane = &input->lanes[shown.lane];
	json_t *items = json_array();
	for (size_t i = 0; i < shown.count; i++)
		json_array_append_new(items, item_of(&shown.groups[i], input->now_unix_us));
	*face = (struct hs_signage_face){ .state = shown.state,
		.lane = shown.lane,
		.seq = lane->seq,
		.item_count = shown.count };
	face->message = json_pack("{s:s,s:{s:s,s:s},s:s,s:s,s:s,s:I,s:I,s:o,s:o,s:o}", "type",
		"screen", "screen", "id", screen->id, "name", screen->name, "state",
		hs_screen_state_word(shown.state), "mode", hs_lane_name(shown.lane), "epoch",
		lane->epoch != NULL ? lane->epoch : "", "seq", (json_int_t)lane->seq,
		"stale_after_ms", (json_int_t)screen->stale_after_ms, "languages",
		languages_of(screen), "scale", scale(), "items", items);
	/* Only then: while the hub is heard it would change with every heartbeat. */
	if (face->message != NULL && shown.state == HS_SCREEN_LOST)
		set_time(face->message, "heard_at", lane->heard_unix_us, NULL);
	if (face->message != NULL && shown.state != HS_SCREEN_LOST)
		err = set_cancel(arena, input, lane, face->message);
	if (err != HS_OK || face->message == NULL || !digest_of(face->message, face->digest)) {
		json_decref(face->message);
		face->message = NULL;
		return HS_ERR_NOMEM;
	}
	json_object_set_new(face->message, "digest", json_string(face->digest));
	return HS_OK;
}
