/* cbc_words.h: what a cell broadcast says of one document in one municipality, in three lengths, and how several such
 * pieces become the one text that stands under an identifier. Pure.
 *
 * Flow:    notice, municipality → hs_cbc_words → pieces (cbc_board.h) → hs_cbc_compose → text → pages (cell_broadcast.h).
 * Rules:   the newest piece leads, as long as it fits; the others follow in brief; what still does not fit is counted
 *          (「ほかn件」), never cut. A name is written whole or not at all (telecom_body.h).
 *          The mark of a drill is the first and the last thing in the text of every language, and is counted.
 *          Languages besides Japanese have the reviewed words of the level table (schemas/tables/level_display.csv);
 *          what has none there, gives no text. Foreign texts name a place in Japanese too, with its prefecture.
 *          A sender's own mail is never shortened.
 *          Characters that UCS-2 does not have become 〓.
 * Owner:   texts live in the caller's arena. Threads: any.
 */
#ifndef HS_CBC_WORDS_H
#define HS_CBC_WORDS_H

#include <stdbool.h>
#include <stddef.h>

#include "adapters/runtime/municipal.h"
#include "adapters/telecom/cbc_settings.h"
#include "hub/base/arena.h"
#include "hub/base/err.h"
#include "schemas/notice.h"

enum hs_cbc_length { HS_CBC_FULL, HS_CBC_HALF, HS_CBC_BRIEF, HS_CBC_LENGTHS };

struct hs_cbc_words {
	const char *texts[HS_CBC_LENGTHS]; /* without marks */
};

/* room_chars: what a text alone may have, marks taken off. HS_ERR_NOT_FOUND: no reviewed words in this language;
 * HS_ERR_TOO_LARGE: not even the shortest fits; HS_ERR_NOMEM. */
enum hs_err hs_cbc_words(struct hs_arena *arena, const hs_notice *notice,
	const struct hs_municipal *municipal, enum hs_cbc_language language, size_t room_chars,
	struct hs_cbc_words *out) HS_MUST_CHECK;
/* Of a mail that its sender wrote himself. */
enum hs_err hs_cbc_words_own(struct hs_arena *arena, const hs_notice *notice, size_t room_chars,
	struct hs_cbc_words *out) HS_MUST_CHECK;
/* That an earthquake or tsunami warning has ended, or was wrong. */
enum hs_err hs_cbc_words_etws(struct hs_arena *arena, const hs_notice *notice,
	enum hs_cbc_language language, struct hs_cbc_words *out) HS_MUST_CHECK;

/* Characters for one text of so many pages in this mode, marks taken off. */
size_t hs_cbc_room(int64_t pages_max, int mode, enum hs_cbc_language language);
/* words: the leading one first; count ≥ 1. room_chars as from hs_cbc_room. With the marks of the mode. NULL: the arena
 * is full. *left_out: how many are only counted. */
const char *hs_cbc_compose(struct hs_arena *arena, const struct hs_cbc_words *words, size_t count,
	int mode, enum hs_cbc_language language, size_t room_chars, size_t *left_out);

#endif
