/* plausible.h: is an order likely? Compares it with the register of districts (register.h) and warns; it never
 * changes the order and never refuses it.
 *
 * Rules:   area_unusual       a district that the register of its municipality does not have (misissuance M5)
 *          areas_all          all, or nearly all, districts at once, or the whole municipality by name
 *          households_far     the number of households or people is far from the register's
 *          area_other_river   the disaster names a river of the register that does not reach the district
 *          Only what is ordered is looked at; a lift or a cancel is never held back by likelihood.
 * Broken:  a check that fails itself adds check_broken and the order goes on (issue of misissuance guards: a broken
 *          check must not stop an order).
 * Threads: pure over one submission.
 */
#ifndef HS_GATE_PLAUSIBLE_H
#define HS_GATE_PLAUSIBLE_H

#include "hub/gate/submission.h"

/* Adds findings and flags. Without a register, or for other kinds than evacuation, nothing. */
void hs_plausible_check(struct hs_submission *submission);

#endif
