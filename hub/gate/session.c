#include "hub/gate/session.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"

void
hs_session_key_init(struct hs_session_key *key, const char *text)
{
	struct hs_span span = { text, strlen(text) };

	if (span.len_bytes == 0)
		hs_random(key->bytes, sizeof(key->bytes));
	else
		hs_sha256(&span, 1, key->bytes);
}

/* purpose separates the two uses of the key: a cookie's signature is never a token. */
static void
sign(const struct hs_session_key *key, char purpose, const char *text, char out[HS_SHA256_HEX])
{
	uint8_t digest[HS_SHA256_BYTES];
	unsigned int len_bytes = sizeof(digest);
	char message[HS_SESSION_VALUE_SIZE + 2];
	int length = snprintf(message, sizeof(message), "%c%s", purpose, text);

	HS_CHECK(length > 0 && (size_t)length < sizeof(message));
	HS_CHECK(HMAC(EVP_sha256(), key->bytes, sizeof(key->bytes), (const unsigned char *)message,
			 (size_t)length, digest, &len_bytes) != NULL);
	hs_hex(digest, sizeof(digest), out);
}

static void
write_mark(uint64_t mark, char out[HS_SESSION_MARK_HEX])
{
	(void)snprintf(out, HS_SESSION_MARK_HEX, "%016llx", (unsigned long long)mark);
}

bool
hs_session_mark_right(const struct hs_session *session, uint64_t mark)
{
	char text[HS_SESSION_MARK_HEX];

	write_mark(mark, text);
	return strcmp(text, session->mark) == 0;
}

enum hs_err
hs_session_new(
	const char *principal, uint64_t mark, int64_t expires_unix_us, struct hs_session *out)
{
	uint8_t random[(HS_SESSION_ID_HEX - 1) / 2];

	if (strlen(principal) >= sizeof(out->principal))
		return HS_ERR_TOO_LARGE;
	hs_random(random, sizeof(random));
	hs_hex(random, sizeof(random), out->id);
	(void)snprintf(out->principal, sizeof(out->principal), "%s", principal);
	write_mark(mark, out->mark);
	out->expires_unix_us = expires_unix_us;
	return HS_OK;
}

static void
write_claims(const struct hs_session *session, char out[HS_SESSION_VALUE_SIZE])
{
	char principal[2 * HS_SESSION_PRINCIPAL + 1];

	hs_hex((const uint8_t *)session->principal, strlen(session->principal), principal);
	(void)snprintf(out, HS_SESSION_VALUE_SIZE, "%lld.%s.%s.%s",
		(long long)session->expires_unix_us, session->id, session->mark, principal);
}

void
hs_session_write(const struct hs_session_key *key, const struct hs_session *session,
	char out[HS_SESSION_VALUE_SIZE])
{
	char claims[HS_SESSION_VALUE_SIZE];
	char signature[HS_SHA256_HEX];
	int length;

	write_claims(session, claims);
	sign(key, 'S', claims, signature);
	length = snprintf(out, HS_SESSION_VALUE_SIZE, "%.*s.%s",
		HS_SESSION_VALUE_SIZE - HS_SHA256_HEX - 1, claims, signature);
	HS_CHECK(length > 0 && length < HS_SESSION_VALUE_SIZE);
}

/* The value of a cookie in "a=1; hansho_session=…; b=2". */
static bool
find_cookie(const char *header, const char *name, char *out, size_t out_size)
{
	size_t name_bytes = strlen(name);
	const char *at = header;

	while (*at != '\0') {
		size_t len_bytes;

		at += strspn(at, " ;");
		len_bytes = strcspn(at, ";");
		if (len_bytes > name_bytes + 1 && at[name_bytes] == '=' &&
			strncmp(at, name, name_bytes) == 0) {
			len_bytes -= name_bytes + 1;
			if (len_bytes >= out_size)
				return false;
			memcpy(out, at + name_bytes + 1, len_bytes);
			out[len_bytes] = '\0';
			return true;
		}
		at += len_bytes;
	}
	return false;
}

static int
nibble(char digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	if (digit >= 'a' && digit <= 'f')
		return digit - 'a' + 10;
	return -1;
}

static bool
from_hex(const char *text, char *out, size_t out_size)
{
	size_t len_bytes = strlen(text) / 2;

	if (strlen(text) % 2 != 0 || len_bytes >= out_size)
		return false;
	for (size_t i = 0; i < len_bytes; i++) {
		int high = nibble(text[2 * i]), low = nibble(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (char)(high * 16 + low);
	}
	out[len_bytes] = '\0';
	return true;
}

/* claims has a right signature, so this only takes apart what hs_session_write put together. */
static bool
read_claims(char *claims, struct hs_session *out)
{
	char *id = strchr(claims, '.');
	char *mark = id == NULL ? NULL : strchr(id + 1, '.');
	char *principal = mark == NULL ? NULL : strchr(mark + 1, '.');

	if (principal == NULL)
		return false;
	*id++ = '\0';
	*mark++ = '\0';
	*principal++ = '\0';
	if (strlen(id) != HS_SESSION_ID_HEX - 1 || strlen(mark) != HS_SESSION_MARK_HEX - 1)
		return false;
	memcpy(out->id, id, HS_SESSION_ID_HEX);
	memcpy(out->mark, mark, HS_SESSION_MARK_HEX);
	out->expires_unix_us = strtoll(claims, NULL, 10);
	return from_hex(principal, out->principal, sizeof(out->principal));
}

enum hs_err
hs_session_read(const struct hs_session_key *key, const char *name, const char *cookie_header,
	int64_t now_unix_us, struct hs_session *out)
{
	char value[HS_SESSION_VALUE_SIZE];
	char expected[HS_SHA256_HEX];
	char *signature;

	if (!find_cookie(cookie_header, name, value, sizeof(value)))
		return HS_ERR_AUTH;
	signature = strrchr(value, '.');
	if (signature == NULL)
		return HS_ERR_AUTH;
	*signature++ = '\0';
	sign(key, 'S', value, expected);
	if (!hs_equal_secret(signature, expected) || !read_claims(value, out))
		return HS_ERR_AUTH;
	return out->expires_unix_us > now_unix_us ? HS_OK : HS_ERR_AUTH;
}

void
hs_session_token(const struct hs_session_key *key, const struct hs_session *session,
	char out[HS_SESSION_TOKEN_SIZE])
{
	char claims[HS_SESSION_VALUE_SIZE];

	write_claims(session, claims);
	sign(key, 'T', claims, out);
}

bool
hs_session_token_right(
	const struct hs_session_key *key, const struct hs_session *session, const char *token)
{
	char expected[HS_SESSION_TOKEN_SIZE];

	hs_session_token(key, session, expected);
	return hs_equal_secret(token, expected) == 1;
}
