/* area_code.h: area codes as senders write them, wrong check digits included. */
#ifndef HS_GATE_AREA_CODE_H
#define HS_GATE_AREA_CODE_H

#include <stdbool.h>

#include "schemas/tables.h"

/* Row of a 6-digit (or 5-digit) code by its first five digits alone: 18.8 % of all codes come
 * with a wrong check digit from some senders, and five digits name one place. NULL: no such
 * place, or no such form. */
const struct hs_area_row *hs_area_by_five(const char *code);
bool hs_area_is_prefecture(const struct hs_area_row *row);

#endif
