/* text_nfc.h: one spelling for texts that look the same: Unicode NFC, but ideographs stay as they were written.
 *
 * Why:     か + U+3099 and が must be one and the same to searches, fonts and limits of length. NFC would also turn
 *          compatibility ideographs (U+F900…U+FAFF, U+2F800…U+2FA1F) into unified ones, U+FA19 into U+795E (神): the
 *          shape that a place or a person writes itself with would be lost. So each of them is left alone, and so are
 *          the selectors behind ideographs. What compares names has its own rules (schemas/area_key.h).
 * Source:  Unicode Standard Annex 15; library utf8proc. Threads: any.
 */
#ifndef HS_GATE_TEXT_NFC_H
#define HS_GATE_TEXT_NFC_H

#include <stdbool.h>
#include <stddef.h>

#include "hub/base/arena.h"

/* The text itself when it is in that form, as nearly all are; else a copy in the arena, *len_bytes long. Valid UTF-8 with
 * a 0 behind. NULL: arena full or no memory. */
char *hs_text_nfc(struct hs_arena *arena, char *text, size_t *len_bytes);
/* Whether it is in that form already. Valid UTF-8. */
bool hs_text_is_nfc(const char *text, size_t len_bytes);

#endif
