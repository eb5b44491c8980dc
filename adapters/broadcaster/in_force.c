/* in_force.c: the ordered list in force of a prefecture. See broadcaster_encode.h. */
#include <jansson.h>
#include <string.h>

#include "adapters/broadcaster/broadcaster_encode.h"
#include "hub/base/clock.h"

static bool
in_prefecture(const struct hs_force_view *view, const struct hs_force_row *row)
{
	return view->prefecture[0] == '\0' || strncmp(row->area_code, view->prefecture, 2) == 0;
}

static bool
is_wanted(const void *owner, const struct hs_force_row *row)
{
	const struct hs_force_view *view = owner;
	return in_prefecture(view, row) && hs_selector_wants_row(view->selector, row);
}

/* By limit: what has none stands, and is not called expired because another order of its municipality is. */
static enum hs_err
view_groups(struct hs_arena *arena, const struct hs_force_view *view,
	struct hs_force_group **groups, size_t *count)
{
	const struct hs_force_filter filter = { is_wanted, view };
	return hs_force_groups_by_limit(arena, view->list, &filter, groups, count);
}

/* Which settings of the station keep something that is in force from it. */
struct left_out {
	bool level, kinds, areas;
};

static struct left_out
left_out_of(const struct hs_force_view *view)
{
	struct left_out out = { false, false, false };
	if (view->selector == NULL)
		return out;
	const struct hs_selector level = { .level_min = view->selector->level_min };
	const struct hs_selector kinds = { .kinds = view->selector->kinds };
	const struct hs_selector areas = { .areas = view->selector->areas };
	for (size_t i = 0; i < view->list->count; i++) {
		const struct hs_force_row *row = &view->list->rows[i];
		if (!in_prefecture(view, row))
			continue;
		out.level = out.level || !hs_selector_wants_row(&level, row);
		out.kinds = out.kinds || !hs_selector_wants_row(&kinds, row);
		out.areas = out.areas || !hs_selector_wants_row(&areas, row);
	}
	return out;
}

/* Who hears only a part must not be told that nothing is in force. */
static void
put_none(const struct hs_force_view *view, struct hs_buf *out)
{
	const struct left_out left = left_out_of(view);
	if (!left.level && !left.kinds && !left.areas) {
		hs_buf_puts(out, "発表中の避難情報はありません。");
		return;
	}
	hs_buf_puts(out, "この局の対象（");
	if (left.level)
		hs_buf_printf(out, "レベル%u以上", view->selector->level_min);
	if (left.areas)
		hs_buf_printf(out, "%s設定した区域", left.level ? "・" : "");
	if (left.kinds)
		hs_buf_printf(out, "%s設定した種類", left.level || left.areas ? "・" : "");
	hs_buf_puts(out, "）では、発表中の避難情報はありません。対象外に発表中のものがあります。");
}

static void
set_stamp(json_t *object, const char *key, int64_t unix_us, const struct hs_force_meta *meta)
{
	char stamp[HS_RFC3339_SIZE];
	if (unix_us == 0)
		return;
	hs_rfc3339_format(unix_us, meta != NULL ? meta->offset_minutes : 540, stamp);
	json_object_set_new(object, key, json_string(stamp));
}

static bool
is_expired(const struct hs_force_group *group, int64_t at_unix_us)
{
	return group->meta != NULL && group->meta->valid_until_unix_us != 0 &&
	       group->meta->valid_until_unix_us <= at_unix_us;
}

static json_t *
group_areas(const struct hs_force_group *group)
{
	json_t *areas = json_array();
	for (size_t i = 0; i < group->row_count; i++) {
		json_t *area = json_object();
		json_object_set_new_nocheck(area, "name", json_string(group->rows[i]->area_name));
		if (group->rows[i]->sub_code[0] != '\0')
			json_object_set_new(
				area, "sub_code", json_string(group->rows[i]->sub_code));
		json_array_append_new(areas, area);
	}
	return areas;
}

static json_t *
group_record(const struct hs_force_group *group, int64_t at_unix_us)
{
	char code5[6] = "";
	strncat(code5, group->area_code, 5);
	json_t *record = json_pack("{s:s,s:s,s:s,s:s,s:s}", "code", group->area_code, "code5",
		code5, "municipality", group->name, "prefecture_name", group->prefecture_name,
		"term", group->term);
	if (record == NULL)
		return NULL;
	const struct hs_level_display *display = hs_level_display(group->level);
	if (group->level > 0)
		json_object_set_new(record, "level", json_integer(group->level));
	if (display != NULL)
		json_object_set_new(record, "colour",
			json_pack("{s:s,s:s}", "background", display->background, "foreground",
				display->foreground));
	if (group->unknown)
		json_object_set_new(record, "unknown", json_true());
	if (is_expired(group, at_unix_us))
		json_object_set_new(record, "expired", json_true());
	json_object_set_new(record, "seq", json_integer((json_int_t)group->seq));
	json_object_set_new(record, "areas", group_areas(group));
	set_stamp(record, "ordered_at", group->ordered_unix_us, group->meta);
	if (group->meta != NULL) {
		set_stamp(record, "valid_until", group->meta->valid_until_unix_us, group->meta);
		json_object_set_new(record, "source", json_string(group->meta->source_name));
	}
	return record;
}

json_t *
hs_broadcast_in_force(struct hs_arena *arena, const struct hs_force_view *view)
{
	struct hs_force_group *groups;
	size_t count;
	if (view_groups(arena, view, &groups, &count) != HS_OK)
		return NULL;
	json_t *records = json_array();
	for (size_t i = 0; i < count; i++)
		json_array_append_new(records, group_record(&groups[i], view->at_unix_us));
	return records;
}

static void
group_text(const struct hs_force_group *group, int64_t at_unix_us, struct hs_buf *out)
{
	hs_wording_level(group->level, hs_wording_term(group->kind, group->term), out);
	if (group->unknown)
		hs_buf_puts(out, HS_WORDING_UNKNOWN);
	hs_buf_printf(out, "　%s", group->prefecture_name);
	if (strcmp(group->prefecture_name, group->name) != 0)
		hs_buf_puts(out, group->name);
	hs_buf_puts(out, "　");
	for (size_t i = 0; i < group->row_count; i++)
		hs_buf_printf(out, "%s%s", i > 0 ? "、" : "", hs_force_place_name(group->rows[i]));
	if (group->ordered_unix_us != 0) {
		hs_buf_puts(out, "　");
		hs_wording_time(group->ordered_unix_us,
			group->meta != NULL ? group->meta->offset_minutes : 540, out);
		hs_buf_puts(out, hs_wording_verb(group->kind, group->term));
	}
	if (is_expired(group, at_unix_us))
		hs_buf_puts(out, HS_WORDING_EXPIRED);
	hs_buf_puts(out, "\n");
}

enum hs_err
hs_broadcast_in_force_text(
	struct hs_arena *arena, const struct hs_force_view *view, int mode, struct hs_buf *out)
{
	struct hs_force_group *groups;
	size_t count;
	const char *mark = hs_mode_mark(mode, "ja");
	enum hs_err err = view_groups(arena, view, &groups, &count);
	if (err != HS_OK)
		return err;
	if (mark[0] != '\0')
		hs_buf_printf(out, "%s\n", mark);
	for (size_t i = 0; i < count; i++)
		group_text(&groups[i], view->at_unix_us, out);
	if (count == 0) {
		put_none(view, out);
		hs_buf_puts(out, "\n");
	}
	if (mark[0] != '\0')
		hs_buf_printf(out, "%s\n", mark);
	return out->failed ? HS_ERR_NOMEM : HS_OK;
}

/* One paragraph for each group; names are words. */
static void
group_page(const struct hs_force_group *group, int64_t at_unix_us, struct hs_crawl *page)
{
	struct hs_buf head;
	hs_buf_init(&head, 4096);
	hs_wording_level(group->level, hs_wording_term(group->kind, group->term), &head);
	hs_crawl_word(page, hs_buf_text(&head));
	hs_buf_free(&head);
	if (group->unknown)
		hs_crawl_text(page, HS_WORDING_UNKNOWN);
	if (is_expired(group, at_unix_us))
		hs_crawl_text(page, HS_WORDING_EXPIRED);
	hs_crawl_text(page, "　");
	if (strcmp(group->prefecture_name, group->name) != 0)
		hs_crawl_word(page, group->prefecture_name);
	hs_crawl_word(page, group->name);
	hs_crawl_text(page, "　");
	for (size_t i = 0; i < group->row_count; i++) {
		if (i > 0)
			hs_crawl_text(page, "、");
		hs_crawl_word(page, hs_force_place_name(group->rows[i]));
	}
	hs_crawl_break(page);
}

static void
page_none(const struct hs_force_view *view, struct hs_crawl *page)
{
	struct hs_buf none;
	hs_buf_init(&none, 4096);
	put_none(view, &none);
	hs_crawl_text(page, hs_buf_text(&none));
	hs_buf_free(&none);
}

enum hs_err
hs_broadcast_in_force_pages(struct hs_arena *arena, const struct hs_force_view *view, int mode,
	const struct hs_wording_style *style, struct hs_buf *out)
{
	struct hs_force_group *groups;
	size_t count, page_count;
	struct hs_page *pages;
	struct hs_crawl page;
	enum hs_err err = view_groups(arena, view, &groups, &count);
	if (err != HS_OK)
		return err;
	hs_crawl_begin(&page, arena);
	for (size_t i = 0; i < count; i++)
		group_page(&groups[i], view->at_unix_us, &page);
	if (count == 0)
		page_none(view, &page);
	err = hs_pages(&page, hs_mode_mark(mode, "ja"), style->page, &pages, &page_count);
	if (err == HS_OK)
		hs_pages_text(pages, page_count, out);
	return err == HS_OK && out->failed ? HS_ERR_NOMEM : err;
}
