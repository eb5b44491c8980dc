#include "adapters/broadcaster/pages.h"

#include <string.h>

#define ROWS_LEAST 2u

static bool
page_begin(struct hs_arena *arena, struct hs_page *page, const char *mark, size_t rows)
{
	page->lines = hs_arena_alloc(arena, rows * sizeof(*page->lines));
	page->count = 0;
	if (page->lines != NULL && mark[0] != '\0')
		page->lines[page->count++] = mark;
	return page->lines != NULL;
}

/* How many of the next lines this page takes: never all but the last one. */
static size_t
share_of(size_t left, size_t rows)
{
	if (left <= rows)
		return left;
	return left == rows + 1 && rows > ROWS_LEAST ? rows - 1 : rows;
}

enum hs_err
hs_pages(const struct hs_crawl *text, const char *mark, struct hs_page_shape shape,
	struct hs_page **pages, size_t *count)
{
	const char **lines;
	size_t line_count, marks = mark[0] != '\0' ? 2 : 0;
	*pages = NULL;
	*count = 0;
	if (shape.rows < ROWS_LEAST + marks || hs_crawl_width(mark) > shape.width_half)
		return HS_ERR_INVALID;
	enum hs_err err = hs_crawl_lines(text, "", shape.width_half, &lines, &line_count);
	if (err != HS_OK || line_count == 0)
		return err;
	const char *own_mark = hs_arena_strdup(text->arena, mark);
	size_t rows = shape.rows - marks;
	struct hs_page *out =
		hs_arena_alloc(text->arena, (line_count / (rows - 1) + 2) * sizeof(*out));
	if (out == NULL || own_mark == NULL)
		return HS_ERR_NOMEM;
	for (size_t at = 0; at < line_count;) {
		struct hs_page *page = &out[*count];
		size_t share = share_of(line_count - at, rows);
		if (!page_begin(text->arena, page, own_mark, shape.rows))
			return HS_ERR_NOMEM;
		memcpy(page->lines + page->count, lines + at, share * sizeof(*lines));
		page->count += share;
		if (marks > 0)
			page->lines[page->count++] = own_mark;
		at += share;
		(*count)++;
	}
	*pages = out;
	return HS_OK;
}

void
hs_pages_text(const struct hs_page *pages, size_t count, struct hs_buf *out)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t k = 0; k < pages[i].count; k++) {
			hs_buf_puts(out, pages[i].lines[k]);
			hs_buf_puts(out, "\n");
		}
		hs_buf_puts(out, i + 1 < count ? "\f\n" : "");
	}
}
