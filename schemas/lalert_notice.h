/* lalert_notice.h: any notice of L-Alert as an EDXL-DE/PCXML document again (generation 4), for receivers that take that
 * form.
 *
 * Flow:    notice → bytes; pure. What the gate reads of it is the notice again: every field that the format has a place for.
 * Forms:   all categories of schemas/tables/lalert_categories.csv: the bodies of EvacuationOrder, Shelter,
 *          AntidisasterHeadquarter, DamageInformation, GeneralInformation, Event and UrgentMail element by element; a
 *          category whose structure is not public, or that is unknown, with envelope, Control and Head. An order that came
 *          by another format (CAP) is an EvacuationOrder too. Other notices (weather, earthquakes …) have no such form.
 * Differs: what the hub adds has no place in it (accepted, areas_before and its like, flags); a time is written with its offset, so that
 *          an assumed one reads as told; of 代行入力 only the name of the editor is known, its code is looked up by that
 *          name and is 000000 when it is in no table.
 * Threads: any; no state.
 * Source:  L-Alert wire format (envelope, Control, Head, bodies); shapes: latitude first.
 */
#ifndef HS_LALERT_NOTICE_H
#define HS_LALERT_NOTICE_H

#include <stdbool.h>

#include "hub/base/buf.h"
#include "schemas/notice.h"

#define HS_LALERT_MEDIA_TYPE "application/xml"

/* Whether this notice has an L-Alert form. */
bool hs_lalert_has_form(const hs_notice *notice);
/* Appends the document. Failure shows in out->failed, also when it has no such form. */
void hs_lalert_write_notice(struct hs_buf *out, const hs_notice *notice);

#endif
