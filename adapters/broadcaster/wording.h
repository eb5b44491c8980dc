/* wording.h: the sentences of an item: crawl (速報テロップ) and full text for announcer and page.
 *
 * Flow:    clauses of one prefecture → a phrase per kind of change (one table) → words into a crawl,
 *          sentences into a text.
 * Rules:   a lift names what was lifted and no level; a lowered level says what it came from and what
 *          stays in force; a cancel says that the information was wrong, what is in force again, what ended and
 *          what stays; when the state is not known it says what it takes back and that the rest is not known;
 *          terms stand as they were sent.
 *          Numbers are full-width in crawls, half-width in texts; times are Japanese local time.
 * Threads: any. Pure.
 */
#ifndef HS_BROADCASTER_WORDING_H
#define HS_BROADCASTER_WORDING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/broadcaster/pages.h"
#include "adapters/runtime/change.h"
#include "hub/base/buf.h"

struct hs_wording_style {
	size_t width_half;	/* of a crawl line, in half-width units */
	size_t crawl_names_max; /* more names than these are counted in a crawl: など12か所 */
	struct hs_page_shape page;	    /* rows 0: no pages */
	const struct hs_place_names *names; /* NULL: none are known in free text */
};

/* One prefecture's share of a notice. */
struct hs_wording {
	const hs_notice *notice;
	enum hs_change change;
	bool known; /* the state around it is known */
	const struct hs_clause *clauses;
	size_t clause_count;
	const struct hs_wording_style *style;
};

/* Fills the crawl. Nothing is said of what did not change, unless that is all there is. */
void hs_wording_crawl(const struct hs_wording *wording, struct hs_crawl *crawl);
/* Appends the full text, with its marks. */
void hs_wording_text(const struct hs_wording *wording, struct hs_buf *out);
/* The full text for pages (pages.h), without marks: one paragraph for each sentence, numbers full-width. */
void hs_wording_page(const struct hs_wording *wording, struct hs_crawl *page);
/* Notices of other kinds: their own headline, body and instruction. */
void hs_wording_plain_crawl(const hs_notice *notice, struct hs_crawl *crawl);
void hs_wording_plain_text(const hs_notice *notice, struct hs_buf *out);
void hs_wording_plain_page(const hs_notice *notice, struct hs_crawl *page);

/* "発表：架空市 防災課" and a line end; nothing when no name is known. */
void hs_wording_source(const hs_notice *notice, struct hs_buf *out);
/* "2026年7月1日午後6時55分". offset_minutes: east of UTC. */
void hs_wording_time(int64_t unix_us, int offset_minutes, struct hs_buf *out);
/* "警戒レベル4 避難指示"; the term alone when it has no level. */
void hs_wording_level(uint32_t level, const char *term, struct hs_buf *out);
/* What is done with something of that kind: an order is 発令, a zone is 設定, all else (a kind that this program has no name
 * for) is 発表: nobody may call an order what may be none. */
const char *hs_wording_verb(int kind, const char *term);
/* The term as sent; without one the name of its kind (cap_kinds.csv): 避難情報, その他の情報. */
const char *hs_wording_term(int kind, const char *term);
/* Beside a term of which nobody knows how urgent it is. */
#define HS_WORDING_UNKNOWN "（警戒レベル不明・発表元に確認中）"
/* Beside what is past its time: nobody ended it. */
#define HS_WORDING_EXPIRED "（有効期限経過・発表元に確認中）"

#endif
