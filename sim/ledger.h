/* ledger.h: what was sent, who got it, when; and the verdict.
 *
 * Flow:   hs_ledger_sent (before the POST) → hs_ledger_answered → hs_ledger_arrived for each receiver and
 *         seq, in any order with the answers → hs_ledger_judge → hs_ledger_table.
 * Rules:  an accepted order must arrive at every receiver that takes all, exactly once, by rising seq; a
 *         receiver of states (a screen) must end at the newest; nothing may arrive that was not accepted
 *         in this run or before it.
 * Times:  microseconds of hs_clock_mono_us. Memory: orders × receivers × 8 bytes. Threads: one.
 */
#ifndef HS_SIM_LEDGER_H
#define HS_SIM_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "hub/base/err.h"

struct hs_ledger;

enum hs_receiver_kind {
	HS_RECEIVER_EACH,  /* every notice, once: feeds */
	HS_RECEIVER_PARTS, /* every notice, in one or more parts: a broadcaster's prefectures */
	HS_RECEIVER_STATE  /* whole states: screens */
};

struct hs_ledger *hs_ledger_create(size_t orders_max, size_t receivers_max);
void hs_ledger_destroy(struct hs_ledger *ledger);
/* name is borrowed. Returns its index. */
size_t hs_ledger_receiver(struct hs_ledger *ledger, const char *name, enum hs_receiver_kind kind);
/* Everything up to seq was there before this run. */
void hs_ledger_begin(struct hs_ledger *ledger, uint64_t newest_seq);
/* Returns the order's index. */
size_t hs_ledger_sent(struct hs_ledger *ledger, int64_t now_us);
/* seq 0: not accepted; text says why. */
void hs_ledger_answered(
	struct hs_ledger *ledger, size_t order, uint64_t seq, const char *text, int64_t now_us);
void hs_ledger_arrived(struct hs_ledger *ledger, size_t receiver, uint64_t seq, int64_t now_us);
/* All orders are answered, and all that must arrive did. */
bool hs_ledger_complete(const struct hs_ledger *ledger);
size_t hs_ledger_accepted(const struct hs_ledger *ledger);
/* The seq of accepted order number i (0 …), by time of answer. */
uint64_t hs_ledger_seq(const struct hs_ledger *ledger, size_t i);
/* Writes every fault, one a line; returns how many. */
size_t hs_ledger_judge(const struct hs_ledger *ledger, FILE *out);
/* submit→durable, →first, →last: min, p50, p99, max in ms. */
void hs_ledger_table(const struct hs_ledger *ledger, FILE *out);

#endif
