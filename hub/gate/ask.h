/* ask.h: the questions that the REST front puts to the hub: one begin and one end for all of them.
 *
 * Flow:    a handler has read its parameters → hs_ask_begin → kind->send → submit_port.h … the reply, or none → kind->answer → HTTP.
 * Owner:   each open request owns its ask, which holds the principal until its end. Threads: the loop's.
 * Errors:  what cannot be sent is refused at once (hs_refusal_of); a hub that does not answer is HS_REFUSAL_AWAY. A client that has
 *          gone ends its question (submit_port.h).
 */
#ifndef HS_GATE_ASK_H
#define HS_GATE_ASK_H

#include "hub/gate/gate.h"
#include "hub/gate/refusal.h"

struct hs_ask;

struct hs_ask_kind {
	int reply; /* HANSHO__V1__LINK_FRAME__BODY_…_REPLY */
	/* Sends it by the port of the gate, which is there. `what`: as it was given to hs_ask_begin. */
	enum hs_err (*send)(struct hs_ask *ask, const void *what);
	/* Answers the request; anything but HS_REFUSAL_NONE: it did not, and that is why. */
	enum hs_refusal (*answer)(const struct hs_ask *ask, const hs_link_frame *reply);
};

struct hs_ask {
	struct hs_port_call port_call;
	struct hs_gate *gate;
	hs_http_id id;
	const struct hs_principal *principal;
	const struct hs_ask_kind *kind;
};

/* The principal was proven (hs_api_authenticate). The request is answered, now or later. */
void hs_ask_begin(struct hs_gate *gate, const struct hs_http_request *request,
	const struct hs_principal *principal, const struct hs_ask_kind *kind, const void *what);

#endif
