/* soap_front.h: POST /soap/MQService, the L-Alert style SOAP 1.1 `publish`.
 *
 * Flow:    body → (worker) hs_soap_parse → (loop) UsernameToken → intake → publishResponse.
 * Rules:   0 only after the hub has it on disk. Any code is final for these senders, 901 too: when storing is
 *          not possible the HTTP exchange fails with 503 instead, so that they send again.
 *          Wrong credentials and replayed nonces get the Fault wsse:FailedAuthentication.
 * Source:  SOAP 1.1 section 6.2 (a Fault has HTTP status 500); WS-Security UsernameToken profile 1.0.
 * Owner:   each open request owns its call. Threads: the loop's, parsing on a worker.
 */
#ifndef HS_GATE_SOAP_FRONT_H
#define HS_GATE_SOAP_FRONT_H

#include "hub/gate/gate.h"

/* Handler of the route table; owner is the struct hs_gate. */
void hs_soap_publish(void *owner, const struct hs_http_request *request);

#endif
