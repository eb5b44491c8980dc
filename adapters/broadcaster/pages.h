/* pages.h: pages for the L-shaped frame around a programme (L字) and for text channels: lines of equal width, so many to
 * a page, shown one after the other.
 *
 * Flow:    a crawl text (crawl.h: words, free text, breaks) → lines → pages.
 * Rules:   lines as in crawl.h (no name cut, 禁則, never too wide, nothing lost); a page is seen alone, so the mark of a
 *          drill is the first and the last line of each; a paragraph whose last line would stand alone on the next page
 *          takes the line before along.
 * Owner:   everything lives in the crawl's arena. Threads: any. Pure.
 */
#ifndef HS_BROADCASTER_PAGES_H
#define HS_BROADCASTER_PAGES_H

#include "adapters/broadcaster/crawl.h"
#include "hub/base/buf.h"

struct hs_page_shape {
	size_t width_half; /* of a line, in half-width units, at least 16 */
	size_t rows;	   /* lines of a page, at least 4 with a mark, 2 without */
};

struct hs_page {
	const char **lines;
	size_t count;
};

/* mark: "" for none. HS_ERR_INVALID: too narrow or too few rows, also for the mark. HS_ERR_NOMEM: the arena is full. */
enum hs_err hs_pages(const struct hs_crawl *text, const char *mark, struct hs_page_shape shape,
	struct hs_page **pages, size_t *count) HS_MUST_CHECK;
/* As a file has them: a form feed stands alone on a line between two. */
void hs_pages_text(const struct hs_page *pages, size_t count, struct hs_buf *out);

#endif
