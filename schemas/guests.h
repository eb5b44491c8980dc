/* guests.h: the outlet of all whom no configuration names: the guests of the broadcaster, who may connect under any name, and all subscribers
 * of a feed, who are never asked for one.
 *
 * Rules: there is one for each adapter and feed, and no settings can give its name; the detail of its receipts begins with the name that the guest
 *        gave itself. Nobody counts on guests: they are never silent, and their word is none of the adapter's (hub/core/unheard.h).
 */
#ifndef HS_GUESTS_H
#define HS_GUESTS_H

#include <stdbool.h>
#include <string.h>

#define HS_OUTLET_GUESTS "(guests)"

static inline bool
hs_outlet_is_guests(const char *outlet)
{
	return strcmp(outlet, HS_OUTLET_GUESTS) == 0;
}

#endif
