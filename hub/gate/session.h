/* session.h: who is signed in at the form, carried by the browser and kept nowhere else.
 *
 * Flow:    password right → hs_session_issue → Set-Cookie → (browser) → Cookie → hs_session_read.
 * Format:  expiry . random id . mark of the credential . principal in hexadecimal . HMAC-SHA256 of what stands before, in
 *          hexadecimal. A visitor's session has no principal and a cookie of its own: it only carries the
 *          token of the sign-in form, so that nobody else's page can sign a visitor in, or out.
 * CSRF:    each session has a token, HMAC-SHA256 of what it claims, under the same key; every POST form has it.
 * Owner:   no state. Threads: any. Time comes as a parameter.
 */
#ifndef HS_GATE_SESSION_H
#define HS_GATE_SESSION_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/err.h"
#include "hub/base/hash.h"

#define HS_SESSION_COOKIE     "hansho_session"
#define HS_VISITOR_COOKIE     "hansho_visitor"
#define HS_SESSION_ID_HEX     33
#define HS_SESSION_PRINCIPAL  64
#define HS_SESSION_MARK_HEX   17
#define HS_SESSION_VALUE_SIZE 320
#define HS_SESSION_TOKEN_SIZE HS_SHA256_HEX

struct hs_session_key {
	uint8_t bytes[HS_SHA256_BYTES];
};

struct hs_session {
	int64_t expires_unix_us;
	char id[HS_SESSION_ID_HEX];
	char principal[HS_SESSION_PRINCIPAL]; /* "": not signed in yet */
	char mark
		[HS_SESSION_MARK_HEX]; /* of the credential that signed in; another one ends the session */
};

/* text: the configured key; "" makes a random one, good until the process ends. */
void hs_session_key_init(struct hs_session_key *key, const char *text);
/* A new session with a random id. mark: hs_principal_mark, 0 for nobody. HS_ERR_TOO_LARGE: the principal's id is longer
 * than 63 bytes. */
enum hs_err hs_session_new(const char *principal, uint64_t mark, int64_t expires_unix_us,
	struct hs_session *out) HS_MUST_CHECK;
bool hs_session_mark_right(const struct hs_session *session, uint64_t mark);
/* The cookie's value. */
void hs_session_write(const struct hs_session_key *key, const struct hs_session *session,
	char out[HS_SESSION_VALUE_SIZE]);
/* The cookie of that name from a whole Cookie header. HS_ERR_AUTH: none, not ours, altered, or expired. */
enum hs_err hs_session_read(const struct hs_session_key *key, const char *name,
	const char *cookie_header, int64_t now_unix_us, struct hs_session *out) HS_MUST_CHECK;
void hs_session_token(const struct hs_session_key *key, const struct hs_session *session,
	char out[HS_SESSION_TOKEN_SIZE]);
bool hs_session_token_right(
	const struct hs_session_key *key, const struct hs_session *session, const char *token);

#endif
