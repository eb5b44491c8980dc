/* crawl.h: lines of a news crawl (速報テロップ) from words and free text.
 *
 * Flow:    hs_crawl_begin → hs_crawl_word / hs_crawl_text … → hs_crawl_lines.
 * Rules:   (line composition after JIS X 4051: 行頭禁則, 行末禁則)
 *          a line is never wider than asked; a full-width character counts 2, a half-width one 1;
 *          a word (a place name, a term, a time) stays in one line; one that is wider than a whole line goes on in the next, behind a
 *          bracket, a comma or a name within it (架空市|立…) when there is one in the second half of the line;
 *          closing brackets and punctuation never begin a line, opening brackets never end one;
 *          the lines put together give the text again, mark left aside.
 * Names:   in free text the names of municipalities are found (place_names.h) and kept whole like words.
 * Mark:    a line may be seen alone, so a drill's mark begins every line; it also ends the last one.
 * Owner:   everything lives in the arena that begin was given.
 * Threads: any. Pure.
 */
#ifndef HS_BROADCASTER_CRAWL_H
#define HS_BROADCASTER_CRAWL_H

#include <stdbool.h>
#include <stddef.h>

#include "adapters/broadcaster/place_names.h"
#include "hub/base/arena.h"
#include "hub/base/err.h"

struct hs_crawl_atom; /* one character and what may stand beside it */

struct hs_crawl {
	struct hs_arena *arena;
	struct hs_crawl_atom *atoms;
	size_t count;
	size_t room;
	const struct hs_place_names *names; /* for hs_crawl_text; NULL: none are known */
	bool fresh;			    /* what comes next begins a line */
	bool failed;			    /* the arena was full */
};

void hs_crawl_begin(struct hs_crawl *crawl, struct hs_arena *arena);
/* Must stay together. Control characters become blanks, direction marks vanish. */
void hs_crawl_word(struct hs_crawl *crawl, const char *text);
/* May break between characters where the rules allow; numbers and Latin words stay together. */
void hs_crawl_text(struct hs_crawl *crawl, const char *text);
/* What comes next begins a line; twice in a row is once. */
void hs_crawl_break(struct hs_crawl *crawl);
/* Each line of the text by hs_crawl_text, with a break behind each line end. */
void hs_crawl_lines_of(struct hs_crawl *crawl, const char *text);
/* What was put in so far as one text (in the arena); NULL when the arena is full. */
const char *hs_crawl_joined(const struct hs_crawl *crawl);

/* Width of a text in half-width units. */
size_t hs_crawl_width(const char *text);

/* Breaks it. width_half: room of a line in half-width units, at least 16 more than twice the mark's.
 * mark: "" for none. *lines is an array of *count texts in the arena.
 * HS_ERR_INVALID: too narrow for the mark. HS_ERR_NOMEM: the arena is full. */
enum hs_err hs_crawl_lines(const struct hs_crawl *crawl, const char *mark, size_t width_half,
	const char ***lines, size_t *count) HS_MUST_CHECK;

#endif
