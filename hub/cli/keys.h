/* keys.h: a certificate authority and server certificates for drills and tests (ECDSA P-256, libcrypto). */
#ifndef HS_CLI_KEYS_H
#define HS_CLI_KEYS_H

#include <stddef.h>

#include "hub/base/err.h"

/* Writes ca.pem, ca.key, server.pem and server.key into directory (which exists); the keys readable by the
 * owner only. hosts: names or IPv4 addresses of the server. An authority that is there already is used on.
 * days: 1 … 3650. HS_ERR_IO: errno says why. */
enum hs_err hs_keys_make(const char *directory, const char *const *hosts, size_t host_count,
	long days) HS_MUST_CHECK;

#endif
