/* auth.h: the Authorization header (Basic, Bearer) to a principal.
 *
 * Source:  RFC 7617 (Basic), RFC 6750 (Bearer). Owner: none. Threads: any.
 */
#ifndef HS_GATE_AUTH_H
#define HS_GATE_AUTH_H

#include "hub/gate/principals.h"

/* The principal that this header's value proves, or NULL. */
const struct hs_principal *hs_auth_header(
	const struct hs_principals *principals, const char *value);

#endif
