/* wording_plain.c: notices that order nothing: their own words; who says so. See wording.h. */
#include <string.h>

#include "adapters/broadcaster/wording.h"
#include "hub/base/check.h"

void
hs_wording_source(const hs_notice *notice, struct hs_buf *out)
{
	const hs_source *source = notice->source;
	if (source == NULL || source->name[0] == '\0')
		return;
	hs_buf_printf(out, "発表：%s", source->name);
	if (source->office[0] != '\0')
		hs_buf_printf(out, " %s", source->office);
	if (source->entered_by[0] != '\0')
		hs_buf_printf(out, "（代行入力：%s）", source->entered_by);
	hs_buf_puts(out, "\n");
}

/* Without the marks of a drill at both ends: crawls and pages bring their own. NULL when the arena is full. */
static const char *
unmarked(struct hs_arena *arena, const hs_notice *notice, const char *text)
{
	const char *mark = hs_mode_mark((int)notice->mode, "ja");
	size_t mark_len = strlen(mark);
	if (mark_len > 0 && strncmp(text, mark, mark_len) == 0)
		text += mark_len;
	size_t len = strlen(text);
	char *copy = hs_arena_strdup(arena, text);
	if (copy != NULL && mark_len > 0 && len >= mark_len &&
		strcmp(copy + len - mark_len, mark) == 0)
		copy[len - mark_len] = '\0';
	return copy;
}

void
hs_wording_plain_crawl(const hs_notice *notice, struct hs_crawl *crawl)
{
	const hs_text *text = hs_notice_text(notice, "ja");
	if (text != NULL)
		hs_crawl_text(crawl, unmarked(crawl->arena, notice, text->headline));
}

void
hs_wording_plain_page(const hs_notice *notice, struct hs_crawl *page)
{
	const hs_text *text = hs_notice_text(notice, "ja");
	const char *const told[] = { text != NULL ? text->headline : "",
		text != NULL ? text->body : "", text != NULL ? text->instruction : "" };
	struct hs_buf source;
	for (size_t i = 0; i < HS_COUNT(told); i++) {
		const char *own = unmarked(page->arena, notice, told[i]);
		hs_crawl_lines_of(page, own != NULL ? own : "");
		hs_crawl_break(page);
	}
	hs_buf_init(&source, 4096);
	hs_wording_source(notice, &source);
	hs_crawl_lines_of(page, hs_buf_text(&source));
	hs_buf_free(&source);
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
