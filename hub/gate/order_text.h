/* order_text.h: what an order says, in words: the headline's template and the list of what changes.
 *
 * Owner: texts are appended to the caller's buffer. Threads: any. Language: Japanese, with English where the
 * form shows both. The headline is only a proposal: the person edits it before sending.
 */
#ifndef HS_GATE_ORDER_TEXT_H
#define HS_GATE_ORDER_TEXT_H

#include "hub/gate/order.h"

/* Proposal for the headline: what is ordered, raised, lowered, lifted, for which areas, what people are to do,
 * and what stays in force; of a cancel: what comes back, what ends, what stays. */
void hs_order_headline(const struct hs_order_plan *plan, struct hs_buf *out);
/* "警戒レベル4 避難指示", or the bare term when it has no level. */
void hs_order_level_words(uint32_t level, const char *term, struct hs_buf *out);
/* "level 4 Evacuation Order"; the term as sent when the level is not on the scale. */
void hs_order_level_words_en(uint32_t level, const char *term, struct hs_buf *out);
size_t hs_order_change_count(const struct hs_order_plan *plan, enum hs_order_change_kind kind);
/* The names of a kind of change: 新たに発令 / Newly ordered. */
const char *hs_order_change_ja(enum hs_order_change_kind kind);
const char *hs_order_change_en(enum hs_order_change_kind kind);
/* What the last button says: 「警戒レベル4 避難指示を 3地区に 発令する（訓練）」. */
void hs_order_button_ja(const struct hs_order_plan *plan, bool drill, struct hs_buf *out);
void hs_order_button_en(const struct hs_order_plan *plan, bool drill, struct hs_buf *out);
/* What is wrong with the choice and how to mend it. */
const char *hs_order_problem_ja(enum hs_order_problem problem);
const char *hs_order_problem_en(enum hs_order_problem problem);

#endif
