/* hash.h: SHA-256 and hexadecimal, over OpenSSL. */
#ifndef HS_HASH_H
#define HS_HASH_H

#include <stddef.h>
#include <stdint.h>

#define HS_SHA256_BYTES 32
#define HS_SHA256_HEX	65

struct hs_span {
	const void *bytes;
	size_t len_bytes;
};

/* One digest over the spans in order, as if they were one. */
void hs_sha256(const struct hs_span *spans, size_t count, uint8_t out[HS_SHA256_BYTES]);
/* Lower-case hexadecimal with a NUL: out has 2 * len_bytes + 1 bytes. */
void hs_hex(const uint8_t *bytes, size_t len_bytes, char *out);
/* Equal in constant time: 1, else 0. */
int hs_equal_secret(const char *a, const char *b);
/* len_bytes of the system's random numbers; ends the process when there are none. */
void hs_random(void *out, size_t len_bytes);

#endif
