#include "adapters/signage/signage_items.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/signage/terms.h"
#include "adapters/signage/ways.h"
#include "hub/base/clock.h"
#include "schemas/json_put.h"

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
hs_sign_put_time(struct hs_buf *out, const char *key, int64_t unix_us, int32_t offset_minutes)
{
	char stamp[HS_RFC3339_SIZE];
	if (unix_us == 0)
		return;
	hs_rfc3339_format(unix_us, offset_minutes, stamp);
	hs_json_put_text(out, key, stamp);
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
static const char *
title_of(const struct hs_sign_maker *maker, const struct hs_force_group *group)
{
	const struct hs_hazard_row *hazard = hazard_of(group);
	const char *title = group->term;
	if (hazard != NULL)
		title = hs_arena_printf(maker->speech.arena, "%s（%s）", group->term, hazard->ja);
	return title != NULL ? title : group->term;
}

/* A prefecture's own row, and a place of no table, are not told twice. */
static const char *
place_of(const struct hs_sign_maker *maker, const struct hs_force_group *group)
{
	const char *prefecture = group->prefecture_name;
	const char *place = group->name;
	if (strncmp(group->name, prefecture, strlen(prefecture)) != 0)
		place = hs_arena_printf(maker->speech.arena, "%s%s", prefecture, group->name);
	return place != NULL ? place : group->name;
}

static struct hs_sign_text
action_of(const struct hs_force_group *group)
{
	const struct hs_level_display *display = hs_level_display(group->level);
	if (display == NULL)
		return group->unknown ? unknown_action : zone_action;
	return (struct hs_sign_text){ display->action_ja, display->action_easy, display->action_en,
		hs_sign_level_action(group->level) };
}

/* An old or local word stands as it was sent; it asks what its level asks. */
static struct hs_sign_text
term_of(const struct hs_force_group *group)
{
	const struct hs_level_display *display = hs_level_display(group->level);
	if (display == NULL || strcmp(display->term_ja, group->term) != 0)
		return (struct hs_sign_text){ .ja = group->term };
	return (struct hs_sign_text){ group->term, display->term_easy, display->term_en,
		hs_sign_level_term(group->level) };
}

static void
put_words(const struct hs_sign_maker *maker, const struct hs_force_group *group, bool over)
{
	const struct hs_sign_speech *speech = &maker->speech;
	const struct hs_level_display *display = over ? NULL : hs_level_display(group->level);
	const struct hs_sign_text title = { .ja = title_of(maker, group) };
	const struct hs_sign_text term = term_of(group), action = action_of(group);
	hs_sign_put_words(speech, "title", &title);
	if (display != NULL)
		hs_json_put_integer(speech->out, "level", group->level);
	hs_sign_put_plain(speech, "term", &term);
	if (display != NULL)
		hs_sign_put_words(speech, "names", &term);
	if (!over)
		hs_sign_put_words(speech, "action", &action);
	if (display == NULL)
		return;
	hs_json_open(speech->out, "colour", '{');
	hs_json_put_text(speech->out, "background", display->background);
	hs_json_put_text(speech->out, "foreground", display->foreground);
	hs_json_close(speech->out, '}');
}

/* ---- the rest of an item ---- */

/* What the sender limits, and what no player may go on showing on its own. Rows in force of one group have one limit
 * (hs_force_groups_by_limit); of what is told in short the earliest one. */
static void
put_expiry(const struct hs_sign_maker *maker, const struct hs_force_group *group, bool over)
{
	struct hs_buf *out = maker->speech.out;
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
	hs_sign_put_time(out, "valid_until", sender_us, HS_JST_MINUTES);
	if (over)
		return;
	hs_sign_put_time(out, "expires_at", by_sender ? sender_us : renewed_us, HS_JST_MINUTES);
	hs_json_put_text(out, "expires_by", by_sender ? "sender" : "renewal");
}

static void
put_meta(const struct hs_sign_maker *maker, const struct hs_force_group *group, bool over)
{
	struct hs_buf *out = maker->speech.out;
	const struct hs_force_meta *meta = group->meta;
	const struct hs_hazard_row *hazard = hazard_of(group);
	if (meta != NULL) {
		hs_json_put_text(out, "headline", hs_sign_marked(&maker->speech, meta->headline));
		hs_json_put_text(out, "source", meta->source_name);
	}
	if (hazard == NULL)
		return;
	const struct hs_sign_text text = { hazard->ja, NULL, hazard->en, hazard->hazard };
	hs_sign_put_plain(&maker->speech, "hazard", &text);
	if (!over)
		hs_json_put_text(out, "pictogram", hazard->hazard);
}

static void
put_place(const struct hs_sign_maker *maker, const struct hs_force_group *group, bool brief)
{
	struct hs_buf *out = maker->speech.out;
	const struct hs_sign_text name = { group->name, NULL, group->name_en, NULL };
	hs_json_put_text(out, "code", group->area_code);
	hs_sign_put_plain(&maker->speech, "municipality", &name);
	hs_json_put_text(out, "prefecture", group->prefecture_name);
	hs_json_put_text(out, "place", place_of(maker, group));
	hs_json_open(out, "areas", '[');
	for (size_t i = 0; !brief && i < group->row_count; i++)
		hs_json_put_text(out, NULL, hs_force_place_name(group->rows[i]));
	hs_json_close(out, ']');
}

void
hs_sign_put_item(const struct hs_sign_maker *maker, const struct hs_force_group *group,
	const struct hs_sign_text *what, enum hs_sign_how how)
{
	struct hs_buf *out = maker->speech.out;
	bool over = how != HS_SIGN_FULL;
	hs_json_open(out, NULL, '{');
	put_words(maker, group, over);
	if (group->unknown)
		hs_json_put_bool(out, "unknown", true);
	put_place(maker, group, how == HS_SIGN_OVER_BRIEF);
	hs_json_put_integer(out, "seq", (int64_t)group->seq);
	hs_sign_put_time(out, "ordered_at", group->ordered_unix_us,
		group->meta != NULL ? group->meta->offset_minutes : HS_JST_MINUTES);
	put_expiry(maker, group, over);
	put_meta(maker, group, over);
	if (what != NULL)
		hs_sign_put_words(&maker->speech, "word", what);
	hs_json_close(out, '}');
}

struct hs_sign_drawn
hs_sign_drawn_of(const struct hs_sign_maker *maker, const struct hs_force_group *group)
{
	return (struct hs_sign_drawn){ group,
		hs_sign_marked(&maker->speech, title_of(maker, group)), place_of(maker, group),
		action_of(group), hs_level_display(group->level) != NULL ? group->level : 0 };
}

/* ---- shelters ---- */

static void
put_way(struct hs_buf *out, const struct hs_screen_site *site, const struct hs_way *way)
{
	hs_json_open(out, NULL, '{');
	hs_json_put_text(out, "name", way->name);
	hs_json_put_bool(out, "open", way->open);
	hs_json_put_text(out, "status", way->status);
	hs_json_put_integer(out, "distance_m", way->distance_m);
	hs_json_put_integer(out, "bearing", way->bearing);
	if (site->facing_degrees >= 0)
		hs_json_put_integer(
			out, "arrow", (way->bearing - site->facing_degrees + 360) % 360);
	hs_sign_put_time(out, "told_at", way->told_unix_us, way->offset_minutes);
	hs_json_close(out, '}');
}

void
hs_sign_put_shelters(const struct hs_sign_maker *maker, const char *hazard)
{
	const struct hs_screen_site *site = &maker->input->screen->site;
	struct hs_buf *out = maker->speech.out;
	const struct hs_way *way = hs_ways_next(maker->lane->ways, NULL, hazard);
	if (way == NULL ||
		hs_screen_least_permille(&maker->input->screen->look) > HS_SCREEN_NEAR_PERMILLE)
		return; /* there is no room for them */
	hs_json_open(out, "shelters", '[');
	for (int64_t i = 0; way != NULL && i < site->shelters_shown; i++) {
		put_way(out, site, way);
		hs_tells_add(maker->tells, way->seq);
		way = hs_ways_next(maker->lane->ways, way, hazard);
	}
	hs_json_close(out, ']');
}
