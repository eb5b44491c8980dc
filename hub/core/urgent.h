/* urgent.h: what is taken even when only the reserve of the disk is left (hub/core/journal.h, reserve_bytes).
 *
 * Rules: every cancel; evacuation orders of level 4 and 5, of a restricted zone and of a term that nobody knows; civil
 *        protection, earthquake early warning, tsunami. A lift, level 3 and everything else wait for room.
 *        The notice's own lane (`priority`) is not asked: it is the last one for every drill.
 * Source: the order of the lanes in schemas/notice.h; urgency of terms in schemas/tables/levels.csv.
 * Pure.
 */
#ifndef HS_CORE_URGENT_H
#define HS_CORE_URGENT_H

#include "schemas/notice.h"

#define HS_URGENT_LEVEL 4

bool hs_is_urgent(const hs_notice *notice);

#endif
