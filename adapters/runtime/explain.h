/* explain.h: what an adapter would do with a notice, and why: its own code, run up to where something would leave.
 *
 * Flow:    stdin, line by line → [snapshot → ops.on_snapshot] notice → item.c as always: rules.h, then ops.on_notice
 *          → every receipt, delivery and hs_adapter_show is written down instead of sent → one JSON line a notice.
 *          There is no second copy of a rule here: what is explained is what happens. Receipts that only a real
 *          answer from outside could give (accepted, displayed) do not occur, but where nothing has to leave for them.
 * Input:   frames of the feed as JSON, one a line: {"type":"snapshot","seq","epoch","notices":[{"seq","notice"}]},
 *          {"type":"notice","seq","epoch","notice","at"?,"submission_id"?}; a notice alone, as JSON or packed, is a notice of seq 1. `at`
 *          (RFC 3339): the moment to explain for; without it the one at which the hub accepted it, else now. Notices stay
 *          known to those after them; without a snapshot nothing else is in force. The lane is that of the notice's mode; of a test or a system message the live one.
 * Output:  {"adapter","kind","lane","epoch","seq","decision","reason","outlets":[{"outlet","decision","reason",
 *          "outputs":[{"what","text"}]}]}. decision of the adapter: passed, filtered, held, expired, not_connected;
 *          of an outlet: sends, or the word of its receipt (filtered, failed …).
 * Adapter: ops.open_dry gives the state; `output` in a delivery and hs_adapter_show tell what would go out. Code that
 *          touches the outside by itself asks hs_adapter_is_dry first.
 * Threads: one; there is no loop. Errors: a line that cannot be read is told on stderr, exit status 4.
 */
#ifndef HS_ADAPTER_EXPLAIN_H
#define HS_ADAPTER_EXPLAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct hs_adapter;
struct hs_adapter_item;
struct hs_adapter_ops;
struct hs_explanation;

/* True while nothing may leave. */
bool hs_adapter_is_dry(const struct hs_adapter *adapter);
/* The clock of decisions: the moment that is explained for, else now. Microseconds since 1970. */
int64_t hs_adapter_now_unix_us(const struct hs_adapter *adapter);
/* Shows what this outlet would get; what: "crawl", "screen", a file's name; may come more than once for an outlet. Does
 * nothing in a process that runs. text: UTF-8. */
void hs_adapter_show(
	struct hs_adapter_item *item, const char *outlet, const char *what, const char *text);
/* The same for an outlet that is no delivery and may wait for its first proof (proofs.h). */
void hs_adapter_show_proven(
	struct hs_adapter_item *item, const char *outlet, const char *what, const char *text);
/* Says that this outlet, which has a canary, gets it. unless: what may still keep it away and is not known here, or "". */
void hs_adapter_show_sends(struct hs_adapter_item *item, const char *outlet, const char *unless);
/* Reads `in` to its end and answers on `out`. The exit status: 0, 1 cannot, 4 invalid input. */
int hs_explain(const struct hs_adapter_ops *ops, const void *settings, FILE *in, FILE *out);

#endif
