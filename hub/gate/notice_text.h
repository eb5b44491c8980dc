/* notice_text.h: the texts of an evacuation notice in Japanese, English and easy Japanese.
 *
 * Rules:  the sender's headline is never changed, only filled in when it is missing. Every text
 *         is made from reviewed words of the tables; place names stand as sent, with the
 *         municipality's English name beside the Japanese one. No drill mark here: the hub puts
 *         it, so that nobody can forget it.
 * Source: term table (rows not unverified), alert level table.
 */
#ifndef HS_GATE_NOTICE_TEXT_H
#define HS_GATE_NOTICE_TEXT_H

#include "hub/gate/submission.h"

/* Fills the ja text and adds en and ja-x-easy. HS_ERR_NOMEM. */
enum hs_err hs_notice_texts(struct hs_arena *arena, hs_notice *notice) HS_MUST_CHECK;

typedef void hs_put_text(struct hs_buf *out, const hs_notice *notice);
/* Runs one writer into `field`, without the last line's end; a text that is there already stays. HS_ERR_NOMEM,
 * also for a text longer than max_bytes. */
enum hs_err hs_text_fill(struct hs_arena *arena, char **field, size_t max_bytes, hs_put_text *put,
	const hs_notice *notice) HS_MUST_CHECK;

/* Level of a detail's Sort at its order time, also for a lift; 0 without level. *known false:
 * not in the table. Urgency 1…6 (restricted zone, unknown: 6). */
struct hs_sort_rank {
	uint32_t level, urgency;
	bool known;
};
struct hs_sort_rank hs_sort_rank(const hs_evacuation_detail *detail);

#endif
