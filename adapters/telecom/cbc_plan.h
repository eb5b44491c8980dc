/* cbc_plan.h: what a notice means to one cell broadcast centre: which pieces under which identifiers, or why none. Pure.
 *
 * Flow:    notice → municipalities within its network (municipal.h, standing.h) → use → identifier → words → row;
 *          an early warning or tsunami warning → one primary warning, or the text that it is over.
 * Rules:   - each message goes to the whole network, so a place outside of it gives no row;
 *          - an end or a lowering has the identifier of what it ends or lowers (the loudness that municipal.h tells), a drill
 *            that of drills;
 *          - a primary warning is repeated only when it became graver than what was sent: one that the centre never took silences
 *            none. Its end is told, as a text under its own identifier, until it was sent;
 *          - what has no identifier in the table of the centre is not sent.
 * Owner:   everything lives in the caller's arena or is borrowed from the item. Threads: any.
 */
#ifndef HS_CBC_PLAN_H
#define HS_CBC_PLAN_H

#include "adapters/runtime/standing.h"
#include "adapters/telecom/cbc_board.h"

enum hs_cbc_verdict { HS_CBC_PLAN_SEND, HS_CBC_PLAN_FILTERED, HS_CBC_PLAN_REFUSED };

struct hs_cbc_plan_row {
	enum hs_cbc_verdict verdict;
	const char *why;   /* "" when it is to be sent */
	const char *place; /* code of the municipality, "etws", or "" when it is about all */
	struct hs_cbc_piece piece;
	struct hs_cbc_words words;
	bool put; /* the caller's */
};

struct hs_cbc_plan {
	struct hs_cbc_plan_row *rows;
	size_t count;
};

struct hs_cbc_plan_options {
	const struct hs_cbc *cbc;
	const struct hs_cbc_board *board;
	const struct hs_standing *standing; /* after the item was applied */
	int64_t level_min;
	int64_t now_unix_us;
	bool again; /* of a snapshot: what it said when it came */
};

/* HS_ERR_INVALID: neither areas nor a source; HS_ERR_NOMEM. */
enum hs_err hs_cbc_plan_make(struct hs_arena *arena, const struct hs_adapter_item *item,
	const struct hs_cbc_plan_options *options, struct hs_cbc_plan *out) HS_MUST_CHECK;

#endif
