/* area_key.h: one spelling for names of places below the municipality, for matching only.
 *
 * Senders write the same district as 北町一丁目, 北町１丁目, 架空市北町1丁目 or 【災害訓練】北町一丁目; names are
 * shown as sent and matched in this spelling. Rule: full-width and half-width forms made one (the part
 * of Unicode NFKC that Japanese place names need), blanks out, drill marks out, the municipality's own name
 * in front out, kanji numbers to digits, Latin letters to lower case.
 */
#ifndef HS_AREA_KEY_H
#define HS_AREA_KEY_H

#include "hub/base/arena.h"

/* The matching spelling of `name` within the municipality `code` (6 digits; may be unknown or "").
 * "*" for the whole municipality (全域, its own name, or no name). NULL when the arena is full. */
const char *hs_area_key(struct hs_arena *arena, const char *code, const char *name);

#endif
