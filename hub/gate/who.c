#include "hub/gate/who.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/base/http_peer.h"
#include "hub/gate/auth.h"
#include "hub/gate/certificate_name.h"
#include "schemas/notice.h"

static const enum hs_refusal refusal_of_state[] = {
	[HS_PEER_GONE] = HS_REFUSAL_AUTH,
	[HS_PEER_NONE] = HS_REFUSAL_CERT_MISSING,
	[HS_PEER_TRUSTED] = HS_REFUSAL_NONE,
	[HS_PEER_UNKNOWN_AUTHORITY] = HS_REFUSAL_CERT_AUTHORITY,
	[HS_PEER_EXPIRED] = HS_REFUSAL_CERT_EXPIRED,
	[HS_PEER_REVOKED] = HS_REFUSAL_CERT_REVOKED,
	[HS_PEER_UNFIT] = HS_REFUSAL_CERT_UNFIT,
};

/* A certificate of the other lane is told as such, even when it is registered here under another of its names. */
static enum hs_refusal
find_owner(const struct hs_gate *gate, const struct hs_peer *peer, const struct hs_principal **out)
{
	const char *other =
		gate->mode == HS_MODE(LIVE) ? HS_CERTIFICATE_DRILL : HS_CERTIFICATE_LIVE;

	for (size_t i = 0; i < peer->name_count; i++) {
		const struct hs_principal *row =
			hs_principals_by_certificate(gate->principals, peer->names[i]);

		if (strncmp(peer->names[i], other, strlen(other)) == 0)
			return HS_REFUSAL_CERT_LANE;
		/* Names of two principals: in doubt nobody. */
		if (row != NULL && *out != NULL && row != *out)
			return HS_REFUSAL_CERT_DIFFERS;
		*out = row != NULL ? row : *out;
	}
	return *out != NULL ? HS_REFUSAL_NONE : HS_REFUSAL_CERT_UNKNOWN;
}

enum hs_refusal
hs_who_certificate(struct hs_gate *gate, hs_http_id id, const struct hs_principal **out)
{
	int asked = gate->settings->place.client_certs;
	const struct hs_principal *owner = NULL;
	enum hs_refusal refusal;
	struct hs_peer peer;

	*out = NULL;
	if (asked == HS_CLIENT_CERTS_OFF)
		return HS_REFUSAL_NONE;
	hs_http_peer(gate->server, id, gate->trust, &peer);
	if (peer.state == HS_PEER_NONE && asked == HS_CLIENT_CERTS_OPTIONAL)
		return HS_REFUSAL_NONE;
	refusal = refusal_of_state[peer.state];
	if (refusal == HS_REFUSAL_NONE)
		refusal = find_owner(gate, &peer, &owner);
	if (refusal == HS_REFUSAL_NONE && owner->revoked)
		refusal = HS_REFUSAL_REVOKED;
	if (refusal == HS_REFUSAL_NONE)
		*out = owner;
	return refusal;
}

enum hs_refusal
hs_who_agree(struct hs_gate *gate, hs_http_id id, const struct hs_principal *proven,
	const struct hs_principal **out)
{
	const struct hs_principal *owner;
	enum hs_refusal refusal = hs_who_certificate(gate, id, &owner);

	*out = NULL;
	if (refusal != HS_REFUSAL_NONE)
		return refusal;
	if (proven == NULL)
		proven = owner;
	if (proven == NULL)
		return HS_REFUSAL_AUTH;
	if (owner != NULL && owner != proven)
		return HS_REFUSAL_CERT_DIFFERS;
	if (proven->revoked)
		return HS_REFUSAL_REVOKED;
	(void)hs_http_set_tag(gate->server, id, hs_principal_mark(proven));
	*out = proven;
	return HS_REFUSAL_NONE;
}

enum hs_refusal
hs_who_request(struct hs_gate *gate, const struct hs_http_request *request,
	const struct hs_principal **out)
{
	const char *value = hs_http_header_of(request, "authorization");
	const struct hs_principal *proven = hs_auth_header(gate->principals, value);
	const struct hs_principal *owner;
	enum hs_refusal refusal;

	if (proven != NULL || value[0] == '\0')
		return hs_who_agree(gate, request->id, proven, out);
	/* A wrong password is wrong whatever certificate comes with it; a bad certificate is told first. */
	*out = NULL;
	refusal = hs_who_certificate(gate, request->id, &owner);
	return refusal != HS_REFUSAL_NONE ? refusal : HS_REFUSAL_AUTH;
}
