#include "adapters/broadcaster/record.h"

#include <string.h>

#include "adapters/broadcaster/postcode.h"
#include "adapters/broadcaster/readings.h"
#include "hub/base/clock.h"
#include "schemas/json_put.h"

#define RECORD_MAX_BYTES (1u << 30) /* what it is made from is bounded */

/* ---- areas ---- */

static void
put_time(struct hs_buf *out, const char *key, int64_t unix_us, int offset_minutes)
{
	char stamp[HS_RFC3339_SIZE];
	if (unix_us == 0)
		return;
	hs_rfc3339_format(unix_us, offset_minutes, stamp);
	hs_json_put_text(out, key, stamp);
}

static int
offset_of(const struct hs_force_meta *meta)
{
	return meta != NULL ? meta->offset_minutes : HS_JST_MINUTES;
}

/* level, term, colour of something in force; a lift has only a term. */
static void
put_level(struct hs_buf *out, const struct hs_force_row *row)
{
	hs_json_put_said(out, "term", row->term);
	if (row->unknown)
		hs_json_put_bool(out, "unknown", true);
	const struct hs_level_display *display = hs_level_display(row->level);
	if (row->level == 0)
		return;
	hs_json_put_integer(out, "level", row->level);
	if (display == NULL)
		return;
	hs_json_open(out, "colour", '{');
	hs_json_put_text(out, "background", display->background);
	hs_json_put_text(out, "foreground", display->foreground);
	hs_json_close(out, '}');
}

void
hs_broadcast_put_code5(struct hs_buf *out, const char *area_code)
{
	char code5[6] = "";
	strncat(code5, area_code, 5);
	hs_text_mend(code5);
	hs_json_put_text(out, "code5", code5);
}

static void
put_codes(struct hs_buf *out, const char *area_code)
{
	hs_json_put_text(out, "code", area_code);
	hs_broadcast_put_code5(out, area_code);
	const struct hs_area_row *area = hs_area_find(area_code);
	if (area != NULL) {
		hs_json_put_said(out, "municipality", area->name);
		hs_json_put_said(out, "prefecture_name", area->prefecture_name);
	}
}

static void
put_place(struct hs_buf *out, const struct hs_change_row *row)
{
	hs_json_put_said(out, "name", hs_change_area(row)->area_name);
	hs_json_put_said(out, "sub_code", hs_change_area(row)->sub_code);
}

static void
put_change(struct hs_buf *out, const struct hs_change_row *row)
{
	const struct hs_force_row *before = row->before, *after = row->after;
	hs_json_put_said(out, "change", hs_change_word(row->change));
	if (after != NULL)
		put_level(out, after);
	else
		hs_json_put_said(out, "term", before->term);
	bool moved = before != NULL && after != NULL && row->change != HS_CHANGE_NONE;
	if (moved && before->level > 0)
		hs_json_put_integer(out, "from_level", before->level);
	if (moved)
		hs_json_put_said(out, "from_term", before->term);
	if (after != NULL)
		put_time(out, "ordered_at", after->ordered_unix_us, offset_of(after->meta));
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

/* Whether the records of both differ in nothing but the name and code of the place. */
static bool
differ_in_place(const struct hs_change_row *a, const struct hs_change_row *b)
{
	return a->change == b->change && same_order(a->before, b->before) &&
	       same_order(a->after, b->after) &&
	       strcmp(hs_change_area(a)->area_code, hs_change_area(b)->area_code) == 0;
}

/* The districts of an order are alike: what stands before and behind the place is written once and then copied. */
static void
put_areas(struct hs_buf *out, const struct hs_change_row *rows, size_t count)
{
	size_t from = 0, place_from = 0, place_to = 0, to = 0; /* of the last one that was made */
	hs_json_open(out, "areas", '[');
	for (size_t i = 0; i < count; i++) {
		const struct hs_change_row *row = &rows[i];
		hs_json_open(out, NULL, '{');
		if (i > 0 && differ_in_place(row - 1, row)) {
			hs_json_again(out, from, place_from);
			put_place(out, row);
			hs_json_again(out, place_to, to);
			continue;
		}
		from = out->len_bytes;
		put_codes(out, hs_change_area(row)->area_code);
		place_from = out->len_bytes;
		put_place(out, row);
		place_to = out->len_bytes;
		put_change(out, row);
		hs_json_close(out, '}');
		to = out->len_bytes;
	}
	hs_json_close(out, ']');
}

/* ---- the item ---- */

static void
put_source(struct hs_buf *out, const hs_source *source)
{
	hs_json_open(out, "source", '{');
	if (source != NULL) {
		hs_json_put_said(out, "code", source->code);
		hs_json_put_said(out, "name", source->name);
		hs_json_put_said(out, "office", source->office);
		hs_json_put_said(out, "entered_by", source->entered_by);
	}
	hs_json_close(out, '}');
}

static void
put_document(struct hs_buf *out, const hs_document *document)
{
	if (document == NULL)
		return;
	hs_json_open(out, "document", '{');
	hs_json_put_text(out, "source", document->source);
	hs_json_put_text(out, "id", document->id);
	hs_json_put_integer(out, "revision", (int)document->revision);
	hs_json_close(out, '}');
}

/* Of the loudest thing that stood or stands: a correction or a cancel is as loud as the order was. */
static int64_t
share_loudness(const struct hs_share *share)
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
	return loudest;
}

static void
put_head(struct hs_buf *out, const struct hs_share *share)
{
	const struct hs_broadcast_input *input = share->input;
	const hs_notice *notice = input->notice;
	char word[64];
	const struct hs_area_row *prefecture = hs_area_find(share->prefecture);
	hs_json_put_text(out, "type", "item");
	hs_json_put_said(out, "epoch", input->epoch);
	hs_json_put_integer(out, "seq", (int64_t)input->seq);
	hs_json_put_said(
		out, "mode", hs_enum_word(&hansho__v1__mode__descriptor, (int)notice->mode, word));
	hs_json_put_said(
		out, "kind", hs_enum_word(&hansho__v1__kind__descriptor, (int)notice->kind, word));
	hs_json_put_said(out, "prefecture", share->prefecture);
	hs_json_put_said(out, "prefecture_name", prefecture != NULL ? prefecture->name : NULL);
	hs_json_put_said(out, "change", hs_change_word(share->change));
	if (input->late)
		hs_json_put_bool(out, notice->silent ? "silent" : "late", true);
	hs_json_put_integer(out, "loudness", share_loudness(share));
	if (!input->late)
		put_time(out, "break_in_until", input->break_in_until_unix_us, HS_JST_MINUTES);
	hs_json_put_said(out, "submission_id", input->submission_id);
	put_document(out, notice->document);
	put_source(out, notice->source);
	hs_json_put_said(out, "correction", notice->correction);
}

/* The level and the time of the most urgent thing that changed. */
static void
put_most_urgent(struct hs_buf *out, const struct hs_share *share)
{
	if (share->clause_count == 0)
		return;
	const struct hs_clause *first = &share->clauses[0];
	const struct hs_force_row *row = first->after != NULL ? first->after : first->before;
	if (first->after != NULL)
		put_level(out, row);
	else
		hs_json_put_said(out, "term", row->term);
	put_time(out, "ordered_at", row->ordered_unix_us, offset_of(row->meta));
	if (row->meta != NULL)
		put_time(out, "valid_until", row->meta->valid_until_unix_us, offset_of(row->meta));
}

static void
put_lines(struct hs_buf *out, const char *key, const char *const *lines, size_t count)
{
	hs_json_open(out, key, '[');
	for (size_t i = 0; i < count; i++)
		hs_json_put_text(out, NULL, lines[i]);
	hs_json_close(out, ']');
}

static void
put_pages(struct hs_buf *out, const struct hs_broadcast_item *item)
{
	hs_json_open(out, "pages", '[');
	for (size_t i = 0; i < item->page_count; i++) {
		hs_json_open(out, NULL, '{');
		hs_json_put_integer(out, "number", (int64_t)i + 1);
		hs_json_put_integer(out, "of", (int64_t)item->page_count);
		put_lines(out, "lines", item->pages[i].lines, item->pages[i].count);
		hs_json_close(out, '}');
	}
	hs_json_close(out, ']');
}

struct hs_frame *
hs_record(struct hs_arena *arena, const struct hs_share *share,
	const struct hs_broadcast_item *item, const char *text)
{
	const struct hs_broadcast_input *input = share->input;
	const struct hs_broadcast_places places = { input->notice, share->clauses,
		share->clause_count, share->prefecture };
	struct hs_frame *record = NULL;
	struct hs_buf out;
	hs_buf_init(&out, RECORD_MAX_BYTES);
	hs_json_open(&out, NULL, '{');
	put_head(&out, share);
	put_most_urgent(&out, share);
	put_lines(&out, "crawl", item->crawl, item->crawl_count);
	put_pages(&out, item);
	hs_json_put_text(&out, "text", text);
	hs_broadcast_put_readings(arena, &out, "readings", &places);
	put_areas(&out, share->rows, share->row_count);
	hs_postcode_put_areas(arena, &out, "postcode_areas", share->rows, share->row_count, false);
	hs_postcode_put_areas(
		arena, &out, "postcode_areas_ended", share->rows, share->row_count, true);
	if (input->forms != NULL)
		hs_forms_put(&out, "forms", input->forms, input->forms_wanted);
	hs_json_close(&out, '}');
	if (!out.failed && !hs_arena_failed(arena))
		record = hs_frame_from(out.bytes, out.len_bytes);
	hs_buf_free(&out);
	return record;
}
