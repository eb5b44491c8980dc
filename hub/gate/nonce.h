/* nonce.h: bounded memory of the nonces seen within the clock window, against replay of a
 * UsernameToken.
 *
 * Owner: the caller. Threads: one (the loop's). Time comes in with the call.
 * Rule:  an entry is forgotten only when its token is too old to be accepted anyway; a full
 *        table refuses instead of forgetting. Ask only after the digest was right, so that
 *        nobody else can fill it.
 * Source: WS-Security UsernameToken profile 1.0, section 3.1 (nonce and created).
 */
#ifndef HS_GATE_NONCE_H
#define HS_GATE_NONCE_H

#include <stddef.h>
#include <stdint.h>

#include "hub/base/err.h"

struct hs_nonces;

/* capacity 16…1,000,000 entries of 24 bytes; window_s: a token may be this much older or newer
 * than now. */
struct hs_nonces *hs_nonces_create(size_t capacity, int64_t window_s);
/* NULL is allowed. */
void hs_nonces_destroy(struct hs_nonces *nonces);
/* HS_OK and remembered; HS_ERR_STALE: created outside the window; HS_ERR_EXISTS: seen before;
 * HS_ERR_FULL: the table is full of nonces that are still valid. */
enum hs_err hs_nonces_take(struct hs_nonces *nonces, const char *username, const char *nonce,
	int64_t created_unix_us, int64_t now_unix_us) HS_MUST_CHECK;

#endif
