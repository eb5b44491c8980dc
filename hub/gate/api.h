/* api.h: the REST front: POST /v1/submissions, POST /v1/validate, POST /v1/canary, GET /v1/submissions/{id}; GET /v1/submissions is in
 * submissions.h, GET /v1/alarms in alarms.h.
 *
 * Flow:    Authorization → principal → intake → JSON. Contract: OpenAPI under schemas/.
 * Rules:   202 only after the hub has it on disk. Idempotency-Key is accepted and needs no memory here:
 *          document id, revision and content make every submission recognisable by themselves.
 *          A submission is shown to its own principal; to all others it does not exist.
 * Canary:  who sends by machine proves its way here: an alert in CAP of status Test whose identifier is its token. It passes
 *          credential, role and checks like a submission, and what it is refused for on a live lane, its status, must be all
 *          that it is refused for; then the hub is asked, and the token goes back. Nothing is submitted or recorded.
 * Owner:   each open request owns its call. Threads: the loop's.
 */
#ifndef HS_GATE_API_H
#define HS_GATE_API_H

#include "hub/gate/gate.h"

/* Handlers of the route table; owner is the struct hs_gate. */
void hs_api_submit(void *owner, const struct hs_http_request *request);
void hs_api_validate(void *owner, const struct hs_http_request *request);
void hs_api_canary(void *owner, const struct hs_http_request *request);
void hs_api_status(void *owner, const struct hs_http_request *request);

/* Who asks. NULL: nobody is proven, and 401 was answered. */
const struct hs_principal *hs_api_authenticate(
	struct hs_gate *gate, const struct hs_http_request *request);
/* The 32 hexadecimal digits behind `prefix` in a path; NULL when it is anything else. Borrowed. */
const char *hs_api_submission_id(const char *path, const char *prefix);
/* A parameter of digits only into *out, at most `max`; *out keeps its value when the parameter is absent. false: it is no number. */
bool hs_api_number(const char *query, const char *name, uint64_t max, uint64_t *out);
/* Its receipts are all there are: nothing left the hub's memory, or found no room in it. */
bool hs_api_receipts_complete(const hs_status_reply *reply);
/* What stands in a status, without its notice; a new reference, NULL without memory. */
struct json_t *hs_api_status_json(const hs_status_reply *reply);

#endif
