/* reach.h: what a notice is to a screen: whether it names its areas or changes what is in force there, and whether anything of it is shown.
 * Pure.
 *
 * A correction that leaves an area out ends the order there and does not name the area; a cancel brings back what it does
 * not name. The screens there got the order, so they get this too, and no other screen does. What a screen leaves out by its
 * settings, and what changes nothing on it, is no notice to wait for: nobody could ever have seen it there.
 * Threads: any.
 */
#ifndef HS_SIGNAGE_REACH_H
#define HS_SIGNAGE_REACH_H

#include "adapters/runtime/change.h"
#include "adapters/runtime/rules.h"
#include "adapters/signage/signage_encode.h"

enum hs_reach {
	HS_REACH_NONE,	    /* none of the areas of the screen */
	HS_REACH_NO_DRILLS, /* of a drill, and the screen shows none */
	HS_REACH_BELOW,	    /* its orders there are below caution_level */
	HS_REACH_IDLE,	    /* it names areas of the screen and changes nothing there */
	HS_REACH_BARE, /* it takes something away, which the screen says by no words (settings, or a silent notice) */
	HS_REACH_SAID /* a row in force or an end stands on the screen for it */
};

/* A notice that was applied: the list after it, and hs_changes around it. */
struct hs_reaching {
	const hs_notice *notice;
	uint64_t seq;
	enum hs_adapter_lane lane;
	const struct hs_force_list *list;
	const struct hs_change_row *rows;
	size_t count;
	bool says_cancels; /* cancel_shown_ms is not 0 */
};

enum hs_reach hs_reaches(
	const struct hs_screen_settings *screen, const struct hs_reaching *reaching);
/* Why nothing of it is shown: the detail of a receipt FILTERED. "" of those that are. */
const char *hs_reach_why(enum hs_reach reach);

#endif
