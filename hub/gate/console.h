/* console.h: the page that shows a municipality what became of all that it sent, outlet by outlet, as it happens.
 *
 * Flow:    GET /console?before=ID → page with the list as it is now. Its script (assets/console.js) asks GET /console/list for the list alone,
 *          with wait and version (submissions.h), and puts what changed into the page: within a second of the hub's own knowledge.
 * Truth:   the page says of when its picture is. Without its script it says no more; with it, it says whether it is still told, and
 *          when not, since when. No answer of the hub is never shown as an empty list.
 * Rules:   who is signed in sees its own submissions, operators and leaders of drills all of this gate. Works without script
 *          as a page that is loaded again by hand, and by keyboard alone. Japanese first, English beside.
 * Owner:   each open request owns its call (form_call.h). Threads: the loop's.
 */
#ifndef HS_GATE_CONSOLE_H
#define HS_GATE_CONSOLE_H

#include "hub/gate/gate.h"

/* Handlers of the route table; owner is the struct hs_gate. */
void hs_console_page(void *owner, const struct hs_http_request *request);
void hs_console_list(void *owner, const struct hs_http_request *request);

#endif
