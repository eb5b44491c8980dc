/* telecom_encode.h: 緊急速報メール texts for one carrier and one municipality. Pure.
 *
 * Flow:    notice → municipalities (runtime/municipal.h) → per carrier: title and body within the
 *          carrier's limits → forbidden characters → a mail, or the reason why there is none.
 * Rules:   - the drill mark stands first and last in title and body and is counted; a limit that has no
 *            room for it and a word gives no mail;
 *          - too long: the text is shortened by rule, in this order: the sender's remark, the reason of a correction,
 *            area names (「ほかn地区」, never within a name), the call to action, the names altogether;
 *          - a sender's own mail (kind urgent_mail) is never shortened: too long is an error;
 *          - a forbidden character stops the mail; rule, place and replacement are named. In the remark or the reason it
 *            stops only these: an order does not wait for what shortening would leave out first.
 * Lengths are counted as in telecom_chars.h. Owner: texts live in the caller's arena.
 * Threads: any. Source: 緊急速報メール conventions as senders publish them; all limits are settings.
 */
#ifndef HS_TELECOM_ENCODE_H
#define HS_TELECOM_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/runtime/municipal.h"
#include "adapters/telecom/telecom_chars.h"
#include "hub/base/err.h"
#include "schemas/notice.h"

struct hs_mail_limits {
	int64_t title_max; /* counted by the two rules below, as all lengths here */
	int64_t body_max;
	int64_t total_max; /* title and body; 0 = no such limit */
	enum hs_counting counting;
	int newline_counts;		  /* 1 or 2 */
	unsigned forbidden;		  /* HS_FORBIDDEN_* joined */
	const char *forbidden_characters; /* further ones; NULL = none */
};

#define HS_MAIL_WHY 512

struct hs_mail {
	const char *title;
	const char *body;
	size_t title_chars;
	size_t body_chars;
	size_t names_left_out; /* area names that 「ほかn地区」 stands for */
	char why[HS_MAIL_WHY]; /* "" or why there is no mail, in Japanese and English */
	char left_out
		[HS_MAIL_WHY]; /* "" or which words of the sender are not in it, and why; in both too */
};

/* HS_OK: the mail is ready. HS_ERR_REFUSED: out->why says what must change. HS_ERR_NOMEM. */
enum hs_err hs_mail_encode(struct hs_arena *arena, const hs_notice *notice,
	const struct hs_municipal *municipal, const struct hs_mail_limits *limits,
	struct hs_mail *out) HS_MUST_CHECK;

/* A notice that the sender wrote as a mail already (kind urgent_mail). */
enum hs_err hs_mail_encode_own(struct hs_arena *arena, const hs_notice *notice,
	const struct hs_mail_limits *limits, struct hs_mail *out) HS_MUST_CHECK;

/* Whether this mail is meant for a carrier: a sender's own mail may name carriers (UMC1 …); all others
 * go to all. lalert_code: "" = the carrier has none and gets those that name nobody. */
bool hs_mail_for_carrier(const hs_notice *notice, const char *lalert_code);

#endif
