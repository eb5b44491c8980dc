/* soap.h: SOAP 1.1 `publish` of the L-Alert style service: token, inner document, reply, fault.
 *
 * Flow:    bytes → hs_soap_parse (guard and safe parse) → token + inner document as bytes of its
 *          own → pipeline; the answer is built by hs_soap_reply or hs_soap_fault.
 * Source:  SOAP 1.1, WS-Security UsernameToken profile 1.0, service MQService (L-Alert wire
 *          format).
 * Threads: none of its own. Secrets: the token is never part of the inner document that is
 *          journalled.
 */
#ifndef HS_GATE_SOAP_H
#define HS_GATE_SOAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/buf.h"
#include "hub/base/err.h"
#include "hub/gate/finding.h"
#include "hub/gate/limits.h"

enum hs_soap_password { HS_SOAP_PASSWORD_NONE, HS_SOAP_PASSWORD_TEXT, HS_SOAP_PASSWORD_DIGEST };

struct hs_soap_token {
	const char *username; /* "" when there is no token */
	enum hs_soap_password kind;
	const char *password; /* text, or Base64 of the digest */
	const char *nonce;    /* Base64 as sent, "" when absent */
	const char *created;  /* RFC 3339 as sent, "" when absent */
};

struct hs_soap_request {
	struct hs_soap_token token;
	const uint8_t *document; /* EDXLDistribution with all its namespaces, UTF-8, in the arena */
	size_t document_len_bytes;
	uint32_t
		document_line; /* line of its first line in the envelope; findings.line_base = this - 1 */
};

/* HS_ERR_PARSE, HS_ERR_TOO_LARGE or HS_ERR_NOMEM with findings. A request without token is HS_OK
 * with an empty username. */
enum hs_err hs_soap_parse(struct hs_arena *arena, const uint8_t *bytes, size_t len_bytes,
	const struct hs_gate_limits *limits, struct hs_findings *findings,
	struct hs_soap_request *out) HS_MUST_CHECK;

#define HS_SOAP_DIGEST_SIZE 32
/* Base64(SHA-1(base64decode(nonce) + created + password)). HS_ERR_INVALID: nonce is no Base64 or
 * over 128 bytes. */
enum hs_err hs_soap_digest(const char *nonce, const char *created, const char *password,
	char out[HS_SOAP_DIGEST_SIZE]) HS_MUST_CHECK;
/* The token fits the password; constant time in the secret. Does not look at username, clock or
 * replay. */
bool hs_soap_token_fits(const struct hs_soap_token *token, const char *password);

/* publishResponse with code (0, 401, 402, 901) and the findings as children of result (left out
 * when there are none). */
void hs_soap_reply(struct hs_buf *out, int code, hs_pb_finding *const *findings, size_t count);
/* SOAP Fault wsse:FailedAuthentication with this text; NULL: what is said of a wrong token. */
void hs_soap_fault(struct hs_buf *out, const char *text_ja, const char *text_en);

#endif
