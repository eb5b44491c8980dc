/* explain.h: which peers the hub would give a notice to, and which rule keeps the others out (route.h).
 *
 * Flow:    stdin (schemas/question.h) → [snapshot: who was told of what stands] → notice → the same index and route as
 *          at a commit (hs_core_take_document) → one JSON line a notice.
 * Output:  {"adapter":"hub","kind":"hub","lane","seq","decision","reason","outlets":[{"outlet": peer, "decision":
 *          "sends" | "filtered","reason","outputs":[]}]}: the shape of an adapter's (adapters/runtime/explain.h).
 *          decision: passed, or filtered when the notice is of another lane.
 * Limits:  who was told is derived from the snapshot by the filters of this configuration; what a peer got under
 *          another one, or of documents that no longer stand, is not known here.
 * Threads: one.
 */
#ifndef HS_CORE_EXPLAIN_H
#define HS_CORE_EXPLAIN_H

#include <stdio.h>

#include "hub/core/settings.h"

/* Reads `in` to its end. The exit status: 0, 4 invalid input. */
int hs_hub_explain(const struct hs_hub_settings *settings, FILE *in, FILE *out);

#endif
