#include "hub/base/hash.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "hub/base/check.h"

void
hs_sha256(const struct hs_span *spans, size_t count, uint8_t out[HS_SHA256_BYTES])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	HS_CHECK(context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1);
	for (size_t i = 0; i < count; i++)
		HS_CHECK(EVP_DigestUpdate(context, spans[i].bytes, spans[i].len_bytes) == 1);
	HS_CHECK(EVP_DigestFinal_ex(context, out, NULL) == 1);
	EVP_MD_CTX_free(context);
}

void
hs_hex(const uint8_t *bytes, size_t len_bytes, char *out)
{
	static const char digits[] = "0123456789abcdef";
	for (size_t i = 0; i < len_bytes; i++) {
		out[2 * i] = digits[bytes[i] >> 4];
		out[2 * i + 1] = digits[bytes[i] & 15];
	}
	out[2 * len_bytes] = '\0';
}

/* Both are hashed first, so that neither length nor content shows in the time. */
int
hs_equal_secret(const char *a, const char *b)
{
	uint8_t hash_a[HS_SHA256_BYTES], hash_b[HS_SHA256_BYTES];
	hs_sha256(&(struct hs_span){ a, strlen(a) }, 1, hash_a);
	hs_sha256(&(struct hs_span){ b, strlen(b) }, 1, hash_b);
	return CRYPTO_memcmp(hash_a, hash_b, HS_SHA256_BYTES) == 0;
}

void
hs_random(void *out, size_t len_bytes)
{
	HS_CHECK(len_bytes <= INT32_MAX && RAND_bytes(out, (int)len_bytes) == 1);
}
