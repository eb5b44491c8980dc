/* lane.h: which lane a submission is on: the facts, and a guess before anything is read.
 *
 * Flow:    bytes → hs_lane_guess → the worker's queue (worker.h); the parsed notice → normalise.c → Notice.priority →
 *          the queue to the hub (port_table.h) → the hub's queue (hub/core/waiting.h).
 * Rules:   civil protection and earthquake early warning before tsunami before level 5 before level 4 before the rest before
 *          digests before drills (schemas/notice.h HS_PRIORITY_*). A guess decides the order of work and nothing else: who
 *          guesses wrong waits a little longer or shorter, and what is sent on carries the lane of its content.
 * Threads: any; pure functions over built-in tables.
 * Source:  issue order of the feeds; the column `lane` of schemas/tables/jma_telegrams.csv.
 */
#ifndef HS_GATE_LANE_H
#define HS_GATE_LANE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "schemas/notice.h"

/* Of a kind whose lane does not depend on a level: HS_KIND(…). HS_PRIORITY_NORMAL for all others. */
uint32_t hs_lane_of_kind(int kind);
/* Of a word of jma_telegrams.csv: urgent, high, normal, bulk. false: another word, or none. */
bool hs_lane_of_word(const char *word, uint32_t *lane);
/* By the first Title in the first bytes (the Control's, in L-Alert and JMA alike), or the urgency of a CAP alert. An order
 * whose level is not known yet counts as level 4; what nothing is known of, and what is UTF-16, as the rest; `large`
 * (limits.h large_bytes) as a digest. Bytes of anybody are read, but never beyond len_bytes. */
uint32_t hs_lane_guess(const uint8_t *bytes, size_t len_bytes, bool large);

#endif
