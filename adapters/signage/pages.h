/* pages.h: the pages of the screens: what a browser loads, and the list of screens.
 *
 * Flow:    GET → embedded asset (schemas/gen/embed.py), with ETag and a policy that lets a page load nothing from elsewhere.
 * Owner:   the players' server; the owner of its routes begins with struct hs_pages. Threads: the loop's.
 */
#ifndef HS_SIGNAGE_PAGES_H
#define HS_SIGNAGE_PAGES_H

#include <stdbool.h>
#include <stddef.h>

#include "hub/base/http.h"

struct json_t;

/* First member of the owner of the server. */
struct hs_pages {
	struct hs_http_server *http;
	bool stopped; /* the owner of the callbacks is gone */
	/* Index of a screen, -1 when there is none of that id. */
	int (*find)(void *owner, const char *id);
	/* New reference: all screens. */
	struct json_t *(*status)(void *owner);
	void *owner;
};

extern const struct hs_http_route hs_pages_routes[];
extern const size_t hs_pages_route_count;
/* NULL-ended: the headers that they ask for. */
extern const char *const hs_pages_headers[];

#endif
