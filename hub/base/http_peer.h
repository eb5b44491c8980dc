/* http_peer.h: who is at the other end of a TLS connection, by its certificate.
 *
 * Flow:    the server asks for a certificate (hs_http_options.client_ca_path) and takes any, so that a refusal can say in
 *          words what is wrong with it; whoever serves a request has it judged by hs_http_peer, against the authorities and
 *          the revocation list of now. Nothing of a judgement is kept, and sessions are not resumed: what was revoked is
 *          refused on connections that are open, too.
 * Format:  X.509 (RFC 5280) in PEM; purpose TLS client. A revocation list that is out of date still revokes what it lists
 *          and stops nobody else; an authority without a list is not asked for one.
 * Owner:   the trust belongs to whoever loaded it. Threads: the loop's.
 */
#ifndef HS_HTTP_PEER_H
#define HS_HTTP_PEER_H

#include "hub/base/config.h"
#include "hub/base/http.h"

#define HS_PEER_NAMES_MAX 8
#define HS_PEER_NAME_SIZE 320

enum hs_peer_state {
	HS_PEER_GONE, /* the connection is */
	HS_PEER_NONE, /* no certificate, or no TLS */
	HS_PEER_TRUSTED,
	HS_PEER_UNKNOWN_AUTHORITY,
	HS_PEER_EXPIRED, /* or not valid yet */
	HS_PEER_REVOKED,
	HS_PEER_UNFIT /* for another purpose, or anything else: `reason` */
};

struct hs_peer {
	enum hs_peer_state state;
	const char *reason; /* libcrypto's words; "" when trusted */
	size_t name_count;
	/* "SHA256:…" of the certificate in DER first, then "URI:…" and "CN:…" */
	char names[HS_PEER_NAMES_MAX][HS_PEER_NAME_SIZE];
};

struct hs_trust;

/* crl_path "": no revocation list. HS_ERR_CONFIG: `why` names key, file and what is wrong. */
enum hs_err hs_trust_load(const char *ca_path, const char *crl_path, struct hs_trust **out,
	char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* NULL is allowed. */
void hs_trust_free(struct hs_trust *trust);
/* The next update that a revocation list promised is past. */
bool hs_trust_stale(const struct hs_trust *trust);

void hs_http_peer(struct hs_http_server *server, hs_http_id id, const struct hs_trust *trust,
	struct hs_peer *out);

#endif
