#include "hub/gate/auth.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <string.h>
#include <strings.h>

#define CREDENTIALS_MAX_BYTES 1024

/* Base64 into a C string; false when it is none, too long, or has a NUL inside. */
static bool
decode(const char *text, char *out, size_t out_size)
{
	size_t len_bytes = strlen(text), padding = 0;
	int decoded;

	if (len_bytes == 0 || len_bytes % 4 != 0 || len_bytes / 4 * 3 >= out_size)
		return false;
	while (padding < 2 && text[len_bytes - 1 - padding] == '=')
		padding++;
	decoded =
		EVP_DecodeBlock((unsigned char *)out, (const unsigned char *)text, (int)len_bytes);
	if (decoded < 0)
		return false;
	len_bytes = (size_t)decoded - padding;
	out[len_bytes] = '\0';
	return strlen(out) == len_bytes;
}

static const struct hs_principal *
basic(const struct hs_principals *principals, const char *text)
{
	char credentials[CREDENTIALS_MAX_BYTES];
	const struct hs_principal *principal = NULL;
	char *password;

	if (!decode(text, credentials, sizeof(credentials)))
		return NULL;
	password = strchr(credentials, ':');
	if (password != NULL) {
		*password++ = '\0';
		principal = hs_principals_sign_in(principals, credentials, password);
	}
	OPENSSL_cleanse(credentials, sizeof(credentials));
	return principal;
}

const struct hs_principal *
hs_auth_header(const struct hs_principals *principals, const char *value)
{
	size_t scheme_bytes = strcspn(value, " ");
	const char *rest = value + scheme_bytes + strspn(value + scheme_bytes, " ");

	if (scheme_bytes == 5 && strncasecmp(value, "Basic", 5) == 0)
		return basic(principals, rest);
	if (scheme_bytes == 6 && strncasecmp(value, "Bearer", 6) == 0)
		return hs_principals_by_token(principals, rest);
	return NULL;
}
