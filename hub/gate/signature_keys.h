/* signature_keys.h: whose XML signatures count: the keys of the certificates that a principal names.
 *
 * Flow:    paths of the principals file → PEM → checks → public keys with the time in which they count.
 * Rules:   one certificate a file. It is taken as it stands: nobody else's signature under it is looked at, so that
 *          no authority can make a second key for the same sender. RSA of 2048 to 8192 bits or ECDSA on P-256; a
 *          keyUsage, when there is one, must allow signatures. A certificate that is over or not yet valid
 *          stops no start, it is logged: the gate must come up the morning after, too.
 * Owner:   whoever loads frees. Threads: read-only after loading: any.
 * Source:  RFC 5280 4.1.2.5, 4.2.1.3; XML Signature 1.1, 6.4.
 */
#ifndef HS_GATE_SIGNATURE_KEYS_H
#define HS_GATE_SIGNATURE_KEYS_H

#include <stdint.h>

#include "hub/base/config.h"
#include "hub/base/err.h"

struct evp_pkey_st;

/* Optional: checked when there is one. Required: nothing is taken without. Off: not looked at. */
enum hs_signature_mode { HS_SIGNATURE_OPTIONAL, HS_SIGNATURE_REQUIRED, HS_SIGNATURE_OFF };
#define HS_SIGNATURE_WORDS "optional required off"

enum hs_signature_kind { HS_SIGNATURE_RSA, HS_SIGNATURE_ECDSA };

struct hs_signature_key {
	struct evp_pkey_st *key;
	enum hs_signature_kind kind;
	int64_t from_unix_us, until_unix_us; /* both included */
};

struct hs_signature_keys {
	size_t count;
	struct hs_signature_key rows[];
};

/* What the principals file says of one sender. */
struct hs_signature_settings {
	int mode; /* enum hs_signature_mode */
	struct hs_config_texts certs;
	struct hs_signature_keys *keys; /* NULL: no certificate is named */
};

/* *keys from certs; NULL when there are none. HS_ERR_CONFIG: `why` names the file and how to mend it. */
enum hs_err hs_signature_keys_load(
	struct hs_signature_settings *settings, char why[HS_CONFIG_WHY]) HS_MUST_CHECK;
/* NULL is allowed. */
void hs_signature_keys_free(struct hs_signature_keys *keys);
bool hs_signature_key_counts(const struct hs_signature_key *key, int64_t at_unix_us);

#endif
