/* silent.h: does a correction leave everything that stands as it is? Then it may be made without alarming anybody
 * (Notice.silent; misissuance M14: fixing a shelter's address would have announced 避難所開設).
 *
 * Rules:   same kind and addressed areas; the same statements (area, track, level, term, in force); for shelters the
 *          same places with the same open/closed words; for a headquarters the same type and status; for damage
 *          the same counts. An urgent mail is an alarm by itself: never silent. The time of an order may be corrected.
 * Threads: pure.
 */
#ifndef HS_SILENT_H
#define HS_SILENT_H

#include "schemas/notice.h"

/* before: the newest notice of the document; after: its correction. HS_ERR_NOMEM. */
enum hs_err hs_silent_allowed(struct hs_arena *arena, const hs_notice *before,
	const hs_notice *after, bool *allowed) HS_MUST_CHECK;

#endif
