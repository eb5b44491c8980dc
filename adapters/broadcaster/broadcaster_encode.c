/* broadcaster_encode.c: see broadcaster_encode.h. */
#include "adapters/broadcaster/broadcaster_encode.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/broadcaster/postcode.h"
#include "adapters/broadcaster/readings.h"
#include "adapters/runtime/change.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"

#define TEXT_MAX_BYTES (1u << 20)

void
hs_prefecture_of(const char *area_code, char out[HS_PREFECTURE_SIZE])
{
	bool known = area_code[0] >= '0' && area_code[0] <= '9' && area_code[1] >= '0' &&
		     area_code[1] <= '9';
	out[0] = known ? area_code[0] : '0';
	out[1] = known ? area_code[1] : '0';
	out[2] = '\0';
}

/* ---- JSON pieces ---- */

static void
set_text(json_t *object, const char *key, const char *text)
{
	if (text != NULL && text[0] != '\0')
		json_object_set_new_nocheck(object, key, json_string(text)); /* keys are ours */
}

static void
set_time(json_t *object, const char *key, int64_t unix_us, int offset_minutes)
{
	char stamp[HS_RFC3339_SIZE];
	if (unix_us == 0)
		return;
	hs_rfc3339_format(unix_us, offset_minutes, stamp);
	json_object_set_new(object, key, json_string(stamp));
}

static int
offset_of(const struct hs_force_meta *meta)
{
	return meta != NULL ? meta->offset_minutes : 540;
}

/* level, term, colour of something in force; a lift has only a term. */
static void
set_level(json_t *object, const struct hs_force_row *row)
{
	if (row == NULL)
		return;
	set_text(object, "term", row->term);
	if (row->unknown)
		json_object_set_new(object, "unknown", json_true());
	const struct hs_level_display *display = hs_level_display(row->level);
	if (row->level == 0)
		return;
	json_object_set_new(object, "level", json_integer(row->level));
	if (display != NULL)
		json_object_set_new(object, "colour",
			json_pack("{s:s,s:s}", "background", display->background, "foreground",
				display->foreground));
}

static void
set_codes(json_t *object, const char *area_code)
{
	char code5[6] = "";
	strncat(code5, area_code, 5);
	json_object_set_new(object, "code", json_string(area_code));
	json_object_set_new(object, "code5", json_string(code5));
	const struct hs_area_row *area = hs_area_find(area_code);
	if (area != NULL) {
		set_text(object, "municipality", area->name);
		set_text(object, "prefecture_name", area->prefecture_name);
	}
}

static json_t *
area_record(const struct hs_change_row *row)
{
	const struct hs_force_row *area = hs_change_area(row);
	json_t *record = json_object();
	set_codes(record, area->area_code);
	set_text(record, "name", area->area_name);
	set_text(record, "sub_code", area->sub_code);
	set_text(record, "change", hs_change_word(row->change));
	if (row->after != NULL)
		set_level(record, row->after);
	else
		set_text(record, "term", row->before->term);
	bool moved = row->before != NULL && row->after != NULL && row->change != HS_CHANGE_NONE;
	if (moved && row->before->level > 0)
		json_object_set_new(record, "from_level", json_integer(row->before->level));
	if (moved)
		set_text(record, "from_term", row->before->term);
	if (row->after != NULL)
		set_time(record, "ordered_at", area->ordered_unix_us, offset_of(area->meta));
	return record;
}

static bool
same_order(const struct hs_force_row *a, const struct hs_force_row *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	return a->level == b->level && a->unknown == b->unknown &&
	       a->ordered_unix_us == b->ordered_unix_us && a->meta == b->meta &&
	       strcmp(a->term, b->term) == 0;
}

/* Whether the records of both differ in nothing but the texts of the place's name and code. */
static bool
differ_in_place(const struct hs_change_row *a, const struct hs_change_row *b)
{
	const struct hs_force_row *one = hs_change_area(a), *other = hs_change_area(b);
	return a->change == b->change && same_order(a->before, b->before) &&
	       same_order(a->after, b->after) && strcmp(one->area_code, other->area_code) == 0 &&
	       (one->area_name[0] == '\0') == (other->area_name[0] == '\0') &&
	       (one->sub_code[0] == '\0') == (other->sub_code[0] == '\0');
}

/* The districts of an order are alike: each is the one before it under another name, and shares its texts. */
static json_t *
area_record_like(const json_t *model, const struct hs_change_row *row)
{
	const struct hs_force_row *area = hs_change_area(row);
	json_t *record = json_copy((json_t *)(uintptr_t)model);
	set_text(record, "name", area->area_name);
	set_text(record, "sub_code", area->sub_code);
	return record;
}

static json_t *
source_record(const hs_source *source)
{
	json_t *record = json_object();
	if (source != NULL) {
		set_text(record, "code", source->code);
		set_text(record, "name", source->name);
		set_text(record, "office", source->office);
		set_text(record, "entered_by", source->entered_by);
	}
	return record;
}

/* ---- one item ---- */

struct share {
	const struct hs_broadcast_input *input;
	const struct hs_wording_style *style;
	const char *prefecture;
	const struct hs_change_row *rows;
	size_t row_count;
	struct hs_clause *clauses;
	size_t clause_count;
	enum hs_change change;
};

static enum hs_change
plain_change(const hs_notice *notice)
{
	static const enum hs_change by_action[] = {
		[HS_ACTION(UNSPECIFIED)] = HS_CHANGE_NEW,
		[HS_ACTION(ISSUE)] = HS_CHANGE_NEW,
		[HS_ACTION(UPDATE)] = HS_CHANGE_NEW,
		[HS_ACTION(CORRECT)] = HS_CHANGE_CORRECTED,
		[HS_ACTION(LIFT)] = HS_CHANGE_LIFTED,
		[HS_ACTION(CANCEL)] = HS_CHANGE_CANCELLED,
	};
	size_t action = (size_t)notice->action;
	return action < HS_COUNT(by_action) ? by_action[action] : HS_CHANGE_NEW;
}

static void
plain_page(const struct hs_wording *wording, struct hs_crawl *page)
{
	hs_wording_plain_page(wording->notice, page);
}

static enum hs_err
share_words(struct hs_arena *arena, const struct share *share, struct hs_broadcast_item *item,
	struct hs_buf *text)
{
	const hs_notice *notice = share->input->notice;
	struct hs_wording wording = { notice, share->change, share->input->around->known,
		share->clauses, share->clause_count, share->style };
	bool plain = notice->kind != HS_KIND(EVACUATION);
	const struct hs_wording_style *style = share->style;
	const char *mark = hs_mode_mark((int)notice->mode, "ja");
	struct hs_crawl crawl, page;
	hs_crawl_begin(&crawl, arena);
	hs_crawl_begin(&page, arena);
	crawl.names = page.names = style->names;
	if (plain)
		hs_wording_plain_text(notice, text);
	else
		hs_wording_text(&wording, text);
	if (share->input->late)
		return text->failed ? HS_ERR_NOMEM : HS_OK;
	if (plain)
		hs_wording_plain_crawl(notice, &crawl);
	else
		hs_wording_crawl(&wording, &crawl);
	if (style->page.rows > 0)
		(plain ? plain_page : hs_wording_page)(&wording, &page);
	if (text->failed || crawl.failed || page.failed)
		return HS_ERR_NOMEM;
	enum hs_err err =
		hs_crawl_lines(&crawl, mark, style->width_half, &item->crawl, &item->crawl_count);
	if (err != HS_OK || style->page.rows == 0)
		return err;
	return hs_pages(&page, mark, style->page, &item->pages, &item->page_count);
}

/* Of the loudest thing that stood or stands: a correction or a cancel is as loud as the order was. */
static json_int_t
share_loudness(const struct share *share)
{
	const hs_notice *notice = share->input->notice;
	uint32_t loudest = notice->level != NULL ? notice->level->number : 0;
	if (notice->equivalent_level != NULL && notice->equivalent_level->number > loudest)
		loudest = notice->equivalent_level->number;
	if (share->row_count > 0)
		loudest = 0;
	for (size_t i = 0; i < share->row_count; i++) {
		uint32_t own = hs_change_loudness(&share->rows[i]);
		loudest = own > loudest ? own : loudest;
	}
	return (json_int_t)loudest;
}

static void
record_head(json_t *record, const struct share *share)
{
	const struct hs_broadcast_input *input = share->input;
	const hs_notice *notice = input->notice;
	char word[64];
	const struct hs_area_row *prefecture = hs_area_find(share->prefecture);
	json_object_set_new(record, "type", json_string("item"));
	set_text(record, "epoch", input->epoch);
	json_object_set_new(record, "seq", json_integer((json_int_t)input->seq));
	set_text(record, "mode",
		hs_enum_word(&hansho__v1__mode__descriptor, (int)notice->mode, word));
	set_text(record, "kind",
		hs_enum_word(&hansho__v1__kind__descriptor, (int)notice->kind, word));
	set_text(record, "prefecture", share->prefecture);
	if (prefecture != NULL)
		set_text(record, "prefecture_name", prefecture->name);
	set_text(record, "change", hs_change_word(share->change));
	if (input->late)
		json_object_set_new(record, notice->silent ? "silent" : "late", json_true());
	json_object_set_new(record, "loudness", json_integer(share_loudness(share)));
	if (!input->late)
		set_time(record, "break_in_until", input->break_in_until_unix_us, 540);
	set_text(record, "submission_id", input->submission_id);
	if (notice->document != NULL)
		json_object_set_new(record, "document",
			json_pack("{s:s,s:s,s:i}", "source", notice->document->source, "id",
				notice->document->id, "revision", (int)notice->document->revision));
	json_object_set_new(record, "source", source_record(notice->source));
	set_text(record, "correction", notice->correction);
}

/* The level and the time of the most urgent thing that changed. */
static void
record_level(json_t *record, const struct share *share)
{
	if (share->clause_count == 0)
		return;
	const struct hs_clause *first = &share->clauses[0];
	if (first->after != NULL)
		set_level(record, first->after);
	else
		set_text(record, "term", first->before->term);
	const struct hs_force_row *row = first->after != NULL ? first->after : first->before;
	set_time(record, "ordered_at", row->ordered_unix_us, offset_of(row->meta));
	if (row->meta != NULL)
		set_time(record, "valid_until", row->meta->valid_until_unix_us,
			offset_of(row->meta));
}

static json_t *
crawl_record(const struct hs_broadcast_item *item)
{
	json_t *lines = json_array();
	for (size_t i = 0; i < item->crawl_count; i++)
		json_array_append_new(lines, json_string(item->crawl[i]));
	return lines;
}

static json_t *
pages_record(const struct hs_broadcast_item *item)
{
	json_t *pages = json_array();
	for (size_t i = 0; i < item->page_count; i++) {
		json_t *lines = json_array();
		for (size_t k = 0; k < item->pages[i].count; k++)
			json_array_append_new(lines, json_string(item->pages[i].lines[k]));
		json_array_append_new(pages, json_pack("{s:i,s:i,s:o}", "number", (int)i + 1, "of",
						     (int)item->page_count, "lines", lines));
	}
	return pages;
}

static json_t *
areas_record(const struct share *share)
{
	json_t *areas = json_array();
	const json_t *model = NULL;
	for (size_t i = 0; i < share->row_count; i++) {
		const struct hs_change_row *row = &share->rows[i];
		bool alike = model != NULL && differ_in_place(row - 1, row);
		json_t *record = alike ? area_record_like(model, row) : area_record(row);
		model = json_array_append_new(areas, record) == 0 ? record : NULL;
	}
	return areas;
}

static enum hs_err
share_encode(struct hs_arena *arena, struct share *share, struct hs_broadcast_item *item)
{
	const hs_notice *notice = share->input->notice;
	enum hs_err err = hs_clauses(
		arena, share->rows, share->row_count, &share->clauses, &share->clause_count);
	if (err != HS_OK)
		return err;
	share->change = notice->kind == HS_KIND(EVACUATION)
				? hs_change_of_item(notice, share->clauses, share->clause_count)
				: plain_change(notice);
	memcpy(item->prefecture, share->prefecture, HS_PREFECTURE_SIZE);
	struct hs_buf text;
	hs_buf_init(&text, TEXT_MAX_BYTES);
	err = share_words(arena, share, item, &text);
	json_t *record = err == HS_OK ? json_object() : NULL;
	if (record != NULL) {
		record_head(record, share);
		record_level(record, share);
		json_object_set_new(record, "crawl", crawl_record(item));
		json_object_set_new(record, "pages", pages_record(item));
		json_object_set_new(record, "text", json_string(hs_buf_text(&text)));
		json_object_set_new(record, "readings",
			hs_broadcast_readings(
				notice, share->clauses, share->clause_count, share->prefecture));
		json_object_set_new(record, "areas", areas_record(share));
		json_object_set_new(record, "postcode_areas",
			hs_postcode_areas(arena, share->rows, share->row_count, false));
		json_object_set_new(record, "postcode_areas_ended",
			hs_postcode_areas(arena, share->rows, share->row_count, true));
	}
	hs_buf_free(&text);
	item->record = record;
	return err != HS_OK ? err : record == NULL ? HS_ERR_NOMEM : HS_OK;
}

/* ---- a notice ---- */

struct prefectures {
	char codes[HS_PREFECTURES_MAX][HS_PREFECTURE_SIZE];
	size_t count;
};

static int
compare_prefectures(const void *a, const void *b)
{
	return strcmp(a, b);
}

static void
prefecture_add(struct prefectures *all, const char *area_code)
{
	char code[HS_PREFECTURE_SIZE];
	hs_prefecture_of(area_code, code);
	for (size_t i = 0; i < all->count; i++) {
		if (strcmp(all->codes[i], code) == 0)
			return;
	}
	if (all->count < HS_PREFECTURES_MAX)
		memcpy(all->codes[all->count++], code, sizeof(code));
}

/* The changes that the selector wants, in place. */
static size_t
rows_wanted(const struct hs_selector *selector, struct hs_change_row *rows, size_t count)
{
	size_t kept = 0;
	for (size_t i = 0; i < count; i++) {
		if (hs_selector_wants_change(selector, &rows[i]))
			rows[kept++] = rows[i];
	}
	return kept;
}

/* Of the wanted changes; without any of a notice that has none of its own: of its areas. */
static void
prefectures_find(const struct hs_broadcast_input *input, const struct hs_change_row *rows,
	size_t count, bool by_areas, struct prefectures *out)
{
	const hs_notice *notice = input->notice;
	const hs_document *document = notice->document;
	out->count = 0;
	for (size_t i = 0; i < count; i++)
		prefecture_add(out, hs_change_area(&rows[i])->area_code);
	for (size_t i = 0; by_areas && i < notice->n_areas; i++) {
		if (hs_selector_wants_area(input->selector, notice->areas[i]->code))
			prefecture_add(out, notice->areas[i]->code);
	}
	for (size_t i = 0; by_areas && document != NULL && i < document->n_areas_before; i++) {
		if (hs_selector_wants_area(input->selector, document->areas_before[i]))
			prefecture_add(out, document->areas_before[i]);
	}
	if (by_areas && out->count == 0)
		prefecture_add(out, notice->source != NULL ? notice->source->code : "");
	qsort(out->codes, out->count, sizeof(out->codes[0]), compare_prefectures);
}

enum hs_err
hs_broadcast_encode(struct hs_arena *arena, const struct hs_broadcast_input *input,
	const struct hs_wording_style *style, struct hs_broadcast_item **items, size_t *count)
{
	struct hs_change_row *rows;
	size_t row_count;
	struct prefectures all;
	*count = 0;
	enum hs_err err = hs_changes(arena, input->notice, input->around, &rows, &row_count);
	if (err != HS_OK)
		return err;
	size_t changes = row_count;
	row_count = rows_wanted(input->selector, rows, row_count);
	/* An order whose changes were all left out by the selector is nothing to it. */
	bool by_areas = (changes == 0 || input->selector == NULL) &&
			hs_selector_wants_notice(input->selector, input->notice);
	prefectures_find(input, rows, row_count, by_areas, &all);
	*items = hs_arena_alloc(arena, (all.count + 1) * sizeof(**items));
	if (*items == NULL)
		return HS_ERR_NOMEM;
	for (size_t i = 0, at = 0; i < all.count && err == HS_OK; i++) {
		char own[HS_PREFECTURE_SIZE];
		size_t from;
		/* Rows come by area code, so a prefecture's rows stand together. */
		for (; at < row_count; at++) {
			hs_prefecture_of(hs_change_area(&rows[at])->area_code, own);
			if (strcmp(own, all.codes[i]) >= 0)
				break;
		}
		for (from = at; at < row_count; at++) {
			hs_prefecture_of(hs_change_area(&rows[at])->area_code, own);
			if (strcmp(own, all.codes[i]) != 0)
				break;
		}
		struct share share = { input, style, all.codes[i], rows + from, at - from, NULL, 0,
			0 };
		err = share_encode(arena, &share, &(*items)[i]);
		*count += err == HS_OK ? 1 : 0;
	}
	for (size_t i = 0; err != HS_OK && i < *count; i++)
		json_decref((*items)[i].record);
	return err;
}
