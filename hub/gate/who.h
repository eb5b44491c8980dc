/* who.h: who sends this request: client certificate, password or token, and nobody who is revoked.
 *
 * Rules:   a certificate that was shown must be good, whatever else is given with it; with client_certs: required there must
 *          be one. Certificate and password or token must belong to the same principal. The certificate is judged by the
 *          authorities and the list of now (hub/base/http_peer.h).
 * Marks:   the connection is marked with the credential that it has proven; when that is revoked, reload.h ends it.
 * Owner:   none. The principal is borrowed until the next turn of the loop (principals.h). Threads: the loop's.
 */
#ifndef HS_GATE_WHO_H
#define HS_GATE_WHO_H

#include "hub/gate/gate.h"
#include "hub/gate/refusal.h"

/* HS_REFUSAL_NONE with *out NULL: no certificate, and none is needed. */
enum hs_refusal hs_who_certificate(
	struct hs_gate *gate, hs_http_id id, const struct hs_principal **out);
/* The last step of every proof: `proven` (by password, token or session; NULL: nothing was given) beside the certificate's.
 * HS_REFUSAL_NONE: *out is the principal, and the connection is marked. */
enum hs_refusal hs_who_agree(struct hs_gate *gate, hs_http_id id, const struct hs_principal *proven,
	const struct hs_principal **out);
/* By certificate and Authorization header. */
enum hs_refusal hs_who_request(struct hs_gate *gate, const struct hs_http_request *request,
	const struct hs_principal **out);

#endif
