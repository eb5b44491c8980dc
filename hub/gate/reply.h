/* reply.h: answers of the gate, with the headers that every one of them carries.
 *
 * Owner: none. Threads: the loop's. A client that is gone is no error: the answer is dropped.
 */
#ifndef HS_GATE_REPLY_H
#define HS_GATE_REPLY_H

#include "hub/gate/gate.h"
#include "hub/gate/refusal.h"

struct json_t;

struct hs_gate_reply {
	int status;
	const char *content_type; /* NULL: no body */
	const void *body;
	size_t len_bytes;
	const char *cookie;   /* Set-Cookie, or NULL */
	const char *location; /* of a 303, or NULL */
	bool scripted;	      /* a page with a script of ours, which asks this gate */
	const char *etag;     /* cacheable for an hour under this etag; NULL = never stored */
};

void hs_gate_answer(struct hs_gate *gate, hs_http_id id, const struct hs_gate_reply *reply);
/* Takes over the reference. NULL (no memory) is answered 503. */
void hs_gate_answer_json(struct hs_gate *gate, hs_http_id id, int status, struct json_t *json);
/* A refusal without findings, as JSON. */
void hs_gate_refuse(struct hs_gate *gate, hs_http_id id, enum hs_refusal refusal);

#endif
