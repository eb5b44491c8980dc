/* rings.h: which outlets can alarm for a message, by its kind and by what it says in detail; and whether all that one message
 * lets alarm is alarmed by another. A table; which place, grade and hazard is said.h's business.
 *
 *   outlet                                  rings for
 *   loudspeakers (adapters/jalert/alerts.h) the grades of the detail that belongs to the kind, under their own names; of an alert
 *                                           without detail (CAP) what its severity stands for, under its headline; every civil
 *                                           protection
 *   cell broadcast (telecom/cbc_plan.h)     early warnings and tsunami warnings with their detail, nothing else of these kinds
 *   mails, screens, stations                nothing of these kinds, or they do not leave out what was told already
 *
 * Rule:    one covers another only if every outlet that can ring for the other can ring for it. So what comes without detail never
 *          covers what has one; what has a detail that does not belong to its kind neither covers nor is covered by what has.
 * Source:  the adapters; tests/unit/adapters/rings_test.c holds this table against them.
 * Threads: any. Pure.
 */
#ifndef HS_CORE_RINGS_H
#define HS_CORE_RINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "schemas/notice.h"

enum hs_ring {
	HS_RING_HEADLINE = 1,	    /* loudspeakers, as loud as its severity */
	HS_RING_DETAIL = 2,	    /* loudspeakers, by the grades of its detail */
	HS_RING_CELL_BROADCAST = 4, /* primary warnings */
	HS_RING_OTHERWISE = 8,	    /* a detail that does not belong to its kind: cannot be told */
};

/* Of enum hs_ring. 0: nobody, as for a cancel (which is none of this), a forecast, the report of an earthquake without intensities. */
uint32_t hs_rings(const hs_notice *notice);
/* Everybody who can ring for `one` can ring for `by`. */
bool hs_rings_cover(uint32_t by, uint32_t one);

#endif
