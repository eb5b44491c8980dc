/* keys.h: a certificate authority, and certificates of servers and clients (ECDSA P-256, libcrypto). */
#ifndef HS_CLI_KEYS_H
#define HS_CLI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "hub/base/err.h"

/* Writes ca.pem, ca.key, server.pem and server.key into directory (which exists); the keys readable by the
 * owner only. hosts: names or IPv4 addresses of the server. An authority that is there already is used on.
 * days: 1 … 3650. HS_ERR_IO: errno says why. */
enum hs_err hs_keys_make(const char *directory, const char *const *hosts, size_t host_count,
	long days) HS_MUST_CHECK;
/* Writes ID.pem and ID.key: a client certificate of that principal, bound by CN=ID and URI:urn:hansho:LANE:ID, signed by the
 * authority of the directory (made when it is missing). lane: "live" or "drill". */
enum hs_err hs_keys_make_client(
	const char *directory, const char *id, const char *lane, long days) HS_MUST_CHECK;
/* Adds the certificate in the file to the directory's revocation list crl.pem (made when it is missing), which promises its
 * next update in `days`. HS_ERR_INVALID: no certificate, or one of another authority. */
enum hs_err hs_keys_revoke(
	const char *directory, const char *certificate_path, long days) HS_MUST_CHECK;
/* Letters, digits and ._- of ASCII, 1 … 63 of them, and not the name of a file of the authority: what fits a file name, a CN
 * and a URI. */
bool hs_keys_id_right(const char *id);

#endif
