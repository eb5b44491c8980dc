/* wording_plain.c: notices that order nothing: their own words. See wording.h. */
#include <string.h>

#include "adapters/broadcaster/wording.h"
#include "hub/base/check.h"

void
hs_wording_plain_crawl(const hs_notice *notice, struct hs_crawl *crawl)
{
	const hs_text *text = hs_notice_text(notice, "ja");
	if (text == NULL)
		return;
	/* The crawl brings its own marks. */
	const char *mark = hs_mode_mark((int)notice->mode, "ja");
	const char *headline = text->headline;
	size_t mark_len = strlen(mark), len = strlen(headline);
	if (mark_len > 0 && strncmp(headline, mark, mark_len) == 0) {
		headline += mark_len;
		len -= mark_len;
	}
	char *copy = hs_arena_strdup(crawl->arena, headline);
	if (copy != NULL && mark_len > 0 && len >= mark_len &&
		strcmp(copy + len - mark_len, mark) == 0)
		copy[len - mark_len] = '\0';
	hs_crawl_text(crawl, copy);
}

void
hs_wording_plain_text(const hs_notice *notice, struct hs_buf *out)
{
	const hs_text *text = hs_notice_text(notice, "ja");
	const char *mark = hs_mode_mark((int)notice->mode, "ja");
	if (text == NULL || strncmp(text->headline, mark, strlen(mark)) != 0)
		hs_buf_puts(out, mark);
	if (text != NULL) {
		const char *const told[] = { text->headline, text->body, text->instruction };
		for (size_t i = 0; i < HS_COUNT(told); i++) {
			if (told[i][0] != '\0')
				hs_buf_printf(out, "%s\n", told[i]);
		}
	}
	hs_wording_source(notice, out);
	hs_buf_puts(out, mark);
}
