/* broadcaster_encode.c: see broadcaster_encode.h. */
#include "adapters/broadcaster/broadcaster_encode.h"

#include <stdlib.h>
#include <string.h>

#include "adapters/broadcaster/record.h"
#include "adapters/runtime/change.h"
#include "hub/base/check.h"

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

/* ---- one item ---- */

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
share_words(struct hs_arena *arena, const struct hs_share *share, struct hs_broadcast_item *item,
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

static enum hs_err
share_encode(struct hs_arena *arena, struct hs_share *share, struct hs_broadcast_item *item)
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
	item->record = err == HS_OK ? hs_record(arena, share, item, hs_buf_text(&text)) : NULL;
	hs_buf_free(&text);
	return err != HS_OK ? err : item->record == NULL ? HS_ERR_NOMEM : HS_OK;
}

void
hs_broadcast_items_free(struct hs_broadcast_item *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		hs_frame_unref(items[i].record);
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
		struct hs_share share = { input, style, all.codes[i], rows + from, at - from, NULL,
			0, 0 };
		err = share_encode(arena, &share, &(*items)[i]);
		*count += err == HS_OK ? 1 : 0;
	}
	if (err != HS_OK)
		hs_broadcast_items_free(*items, *count);
	return err;
}
