/* submissions.h: the list of one's own submissions, newest first: GET /v1/submissions, and what the console asks (console.h).
 *
 * Flow:    query → hs_list_read → principal → list_query → hub (hub/core/listing.h) → those that the principal may see.
 * Rules:   a principal gets its own; roles that see all, everybody's. The hub is asked for no more than that, and each row that
 *          it answers is looked at again. A `before` of somebody else is like one that does not exist.
 * Paging:  limit 1…HS_LIST_MAX; `before`: id of the last row of the page before. The hub may end a page earlier; `more` says
 *          whether anything is left.
 * Polling: wait and version as in GET /v1/submissions/{id}; the version differs when anything in the whole list changed, also when the
 *          hub was started anew.
 * Owner:   each open request owns its call. Threads: the loop's.
 */
#ifndef HS_GATE_SUBMISSIONS_H
#define HS_GATE_SUBMISSIONS_H

#include "hub/gate/gate.h"
#include "hub/gate/refusal.h"

#define HS_LIST_MAX	100
#define HS_LIST_DEFAULT 20
#define HS_LIST_ID_SIZE 33

struct hs_list_ask {
	char before[HS_LIST_ID_SIZE]; /* "": the first page */
	uint64_t limit, wait_s, version;
};

/* false: a parameter is wrong. */
bool hs_list_read(const struct hs_gate *gate, const char *query, struct hs_list_ask *out);
enum hs_err hs_list_send(struct hs_gate *gate, struct hs_port_call *call,
	const struct hs_principal *principal, const struct hs_list_ask *ask) HS_MUST_CHECK;
/* The reply of a call that is done; NULL: *refusal says why there is none. */
const hs_list_reply *hs_list_reply_of(
	enum hs_err err, const hs_link_frame *frame, enum hs_refusal *refusal);

/* Handler of the route table; owner is the struct hs_gate. */
void hs_api_list(void *owner, const struct hs_http_request *request);

#endif
