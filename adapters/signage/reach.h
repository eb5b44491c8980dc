/* reach.h: which screens a notice reaches: those that it names, and those for whose areas it changes what is in force. Pure.
 *
 * A correction that leaves an area out ends the order there and does not name the area; a cancel brings back what it does
 * not name. The screens there got the order, so they get this too, and no other screen does.
 * Threads: any.
 */
#ifndef HS_SIGNAGE_REACH_H
#define HS_SIGNAGE_REACH_H

#include "adapters/runtime/change.h"
#include "adapters/signage/signage_encode.h"

/* rows: of hs_changes around this notice. */
bool hs_reaches(const struct hs_screen_settings *screen, const hs_notice *notice,
	const struct hs_change_row *rows, size_t count);

#endif
