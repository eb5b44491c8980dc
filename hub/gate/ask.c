#include "hub/gate/ask.h"

#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/gate/reply.h"

static void
end(struct hs_ask *ask, enum hs_refusal refusal)
{
	if (refusal != HS_REFUSAL_NONE)
		hs_gate_refuse(ask->gate, ask->id, refusal);
	hs_principal_drop(ask->principal);
	free(ask);
}

static void
on_reply(struct hs_port_call *port_call, enum hs_err err, const hs_link_frame *frame)
{
	struct hs_ask *ask = HS_CONTAINER_OF(port_call, struct hs_ask, port_call);
	bool answered = err == HS_OK && (int)frame->body_case == ask->kind->reply;

	end(ask, answered ? ask->kind->answer(ask, frame) : HS_REFUSAL_AWAY);
}

void
hs_ask_begin(struct hs_gate *gate, const struct hs_http_request *request,
	const struct hs_principal *principal, const struct hs_ask_kind *kind, const void *what)
{
	struct hs_ask *ask = calloc(1, sizeof(*ask));
	enum hs_err err;

	if (ask == NULL) {
		hs_gate_refuse(gate, request->id, hs_refusal_of(HS_ERR_NOMEM));
		return;
	}
	*ask = (struct hs_ask){ .port_call = { .done = on_reply, .client = request->id },
		.gate = gate,
		.id = request->id,
		.principal = principal,
		.kind = kind };
	hs_principal_hold(principal);
	err = gate->port == NULL ? HS_ERR_AWAY : kind->send(ask, what);
	if (err != HS_OK)
		end(ask, hs_refusal_of(err));
}
