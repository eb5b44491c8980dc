#include "adapters/signage/signage_items.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/signage/terms.h"
#include "adapters/signage/ways.h"
#include "hub/base/clock.h"

#define RENEWALS 4 /* in renew_ms */

bool
hs_sign_expired(const struct hs_force_row *row, int64_t now_unix_us)
{
	return row->meta != NULL && row->meta->valid_until_unix_us != 0 &&
	       row->meta->valid_until_unix_us <= now_unix_us;
}

int64_t
hs_sign_renewed_until(const struct hs_screen_rules *rules, int64_t now_unix_us)
{
	int64_t renew_us = rules->renew_ms * 1000, step_us = renew_us / RENEWALS;
	return now_unix_us - now_unix_us % step_us + renew_us;
}

void
hs_sign_set_time(json_t *object, const char *key, int64_t unix_us, int32_t offset_minutes)
{
	char stamp[HS_RFC3339_SIZE];
	if (unix_us == 0)
		return;
	hs_rfc3339_format(unix_us, offset_minutes, stamp);
	json_object_set_new(object, key, json_string(stamp));
}

/* ---- words ---- */

/* Things in force that have no number on the scale. Wording of the project. */
static const struct hs_sign_text zone_action = { "立入りが制限・禁止されています",
	"ここに 入っては いけません", "Entry is restricted or prohibited", NULL };
static const struct hs_sign_text unknown_action = { "市区町村の発表を確認してください",
	"市や 町の お知らせを 見て ください", "Check the announcement of your municipality", NULL };

static const struct hs_hazard_row *
hazard_of(const struct hs_force_group *group)
{
	const struct hs_hazard_row *row =
		group->meta != NULL ? hs_hazard_find(group->meta->hazard) : NULL;
	return row != NULL && strcmp(row->hazard, "other") != 0 ? row : NULL;
}

/* What stands large: the term and its hazard as one text. */
static json_t *
title_of(const struct hs_sign_maker *maker, const struct hs_force_group *group)
{
	const struct hs_hazard_row *hazard = hazard_of(group);
	const char *title = group->term;
	if (hazard != NULL)
		title = hs_arena_printf(maker->speech.arena, "%s（%s）", group->term, hazard->ja);
	const struct hs_sign_text text = { title != NULL ? title : group->term, NULL, NULL, NULL };
	return hs_sign_words(&maker->speech, &text);
}

static void
set_words(const struct hs_sign_maker *maker, json_t *item, const struct hs_force_group *group)
{
	const struct hs_sign_speech *speech = &maker->speech;
	const struct hs_level_display *display = hs_level_display(group->level);
	struct hs_sign_text term = { .ja = group->term };
	json_object_set_new(item, "title", title_of(maker, group));
	if (display == NULL) {
		json_object_set_new(item, "term", hs_sign_plain(speech, &term));
		json_object_set_new(item, "action",
			hs_sign_words(speech, group->unknown ? &unknown_action : &zone_action));
		return;
	}
	/* An old or local word stands as it was sent; it asks what its level asks. */
	if (strcmp(display->term_ja, group->term) == 0)
		term = (struct hs_sign_text){ group->term, display->term_easy, display->term_en,
			hs_sign_level_term(group->level) };
	const struct hs_sign_text action = { display->action_ja, display->action_easy,
		display->action_en, hs_sign_level_action(group->level) };
	json_object_set_new(item, "level", json_integer(group->level));
	json_object_set_new(item, "term", hs_sign_plain(speech, &term));
	json_object_set_new(item, "names", hs_sign_words(speech, &term));
	json_object_set_new(item, "action", hs_sign_words(speech, &action));
	json_object_set_new(item, "colour",
		json_pack("{s:s,s:s}", "background", display->background, "foreground",
			display->foreground));
}

/* The earliest of its rows: what the sender limits, and what no player may go on showing on its own. */
static void
set_expiry(const struct hs_sign_maker *maker, json_t *item, const struct hs_force_group *group)
{
	int64_t sender_us = 0;
	int64_t renewed_us =
		hs_sign_renewed_until(&maker->input->screen->rules, maker->input->now_unix_us);
	for (size_t i = 0; i < group->row_count; i++) {
		const struct hs_force_meta *meta = group->rows[i]->meta;
		int64_t until_us = meta != NULL ? meta->valid_until_unix_us : 0;
		if (until_us != 0 && (sender_us == 0 || until_us < sender_us))
			sender_us = until_us;
	}
	bool by_sender = sender_us != 0 && sender_us < renewed_us;
	hs_sign_set_time(item, "valid_until", sender_us, 540);
	hs_sign_set_time(item, "expires_at", by_sender ? sender_us : renewed_us, 540);
	json_object_set_new(item, "expires_by", json_string(by_sender ? "sender" : "renewal"));
}

static void
set_meta(const struct hs_sign_maker *maker, json_t *item, const struct hs_force_group *group)
{
	const struct hs_force_meta *meta = group->meta;
	const struct hs_hazard_row *hazard = hazard_of(group);
	if (meta != NULL) {
		json_object_set_new(item, "headline",
			json_string(hs_sign_marked(&maker->speech, meta->headline)));
		json_object_set_new(item, "source", json_string(meta->source_name));
	}
	if (hazard == NULL)
		return;
	const struct hs_sign_text text = { hazard->ja, NULL, hazard->en, hazard->hazard };
	json_object_set_new(item, "hazard", hs_sign_plain(&maker->speech, &text));
	json_object_set_new(item, "pictogram", json_string(hazard->hazard));
}

static void
set_place(const struct hs_sign_maker *maker, json_t *item, const struct hs_force_group *group)
{
	const struct hs_sign_text name = { group->name, NULL, group->name_en, NULL };
	const char *prefecture = group->prefecture_name;
	const char *place = group->name;
	json_t *areas = json_array();
	/* A prefecture's own row, and a place of no table, are not told twice. */
	if (strncmp(group->name, prefecture, strlen(prefecture)) != 0)
		place = hs_arena_printf(maker->speech.arena, "%s%s", prefecture, group->name);
	json_object_set_new(item, "code", json_string(group->area_code));
	json_object_set_new(item, "municipality", hs_sign_plain(&maker->speech, &name));
	json_object_set_new(item, "prefecture", json_string(prefecture));
	json_object_set_new(item, "place", json_string(place != NULL ? place : group->name));
	for (size_t i = 0; i < group->row_count; i++)
		json_array_append_new(areas, json_string(group->rows[i]->area_name));
	json_object_set_new(item, "areas", areas);
}

json_t *
hs_sign_item(const struct hs_sign_maker *maker, const struct hs_force_group *group)
{
	json_t *item = json_object();
	set_words(maker, item, group);
	if (group->unknown)
		json_object_set_new(item, "unknown", json_true());
	set_place(maker, item, group);
	json_object_set_new(item, "seq", json_integer((json_int_t)group->seq));
	hs_sign_set_time(item, "ordered_at", group->ordered_unix_us,
		group->meta != NULL ? group->meta->offset_minutes : 540);
	set_expiry(maker, item, group);
	set_meta(maker, item, group);
	return item;
}

/* ---- shelters ---- */

enum hs_err
hs_sign_set_shelters(const struct hs_sign_maker *maker, const char *hazard, json_t *message)
{
	const struct hs_screen_site *site = &maker->input->screen->site;
	struct hs_way *ways;
	size_t count;
	enum hs_err err = hs_ways(maker->speech.arena, site, maker->lane->shelters,
		maker->lane->shelter_count, hazard, &ways, &count);
	if (err != HS_OK || count == 0)
		return err;
	json_t *list = json_array();
	for (size_t i = 0; i < count; i++) {
		const struct hs_way *way = &ways[i];
		json_t *row = json_pack("{s:s,s:b,s:s,s:I,s:I}", "name", way->name, "open",
			way->open, "status", way->status, "distance_m", (json_int_t)way->distance_m,
			"bearing", (json_int_t)way->bearing);
		if (site->facing_degrees >= 0)
			json_object_set_new(row, "arrow",
				json_integer((way->bearing - site->facing_degrees + 360) % 360));
		hs_sign_set_time(row, "told_at", way->told_unix_us, way->offset_minutes);
		json_array_append_new(list, row);
	}
	json_object_set_new(message, "shelters", list);
	return HS_OK;
}
