#include "hub/base/address_range.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_SIZE     64
#define MAPPED_PREFIX "::ffff:"

struct address {
	unsigned char bytes[16];
	unsigned bits; /* 32 or 128 */
};

static bool
read_address(const char *text, struct address *out)
{
	size_t prefix = strlen(MAPPED_PREFIX);

	if (strncmp(text, MAPPED_PREFIX, prefix) == 0 && strchr(text, '.') != NULL)
		text += prefix;
	out->bits = strchr(text, ':') != NULL ? 128 : 32;
	return inet_pton(out->bits == 128 ? AF_INET6 : AF_INET, text, out->bytes) == 1;
}

static bool
read_range(const char *text, struct address *out, unsigned *length)
{
	char copy[TEXT_SIZE];
	char *slash, *end;
	unsigned long asked;

	if (snprintf(copy, sizeof(copy), "%s", text) >= (int)sizeof(copy))
		return false;
	slash = strchr(copy, '/');
	if (slash != NULL)
		*slash = '\0';
	if (!read_address(copy, out))
		return false;
	*length = out->bits;
	if (slash == NULL)
		return true;
	asked = strtoul(slash + 1, &end, 10);
	*length = (unsigned)asked;
	return slash[1] >= '0' && slash[1] <= '9' && *end == '\0' && asked <= out->bits;
}

bool
hs_address_range_ok(const char *range)
{
	struct address address;
	unsigned length;

	return read_range(range, &address, &length);
}

bool
hs_address_within(const char *range, const char *address)
{
	struct address first, asked;
	unsigned length;

	if (!read_range(range, &first, &length) || !read_address(address, &asked) ||
		first.bits != asked.bits)
		return false;
	for (unsigned bit = 0; bit < length; bit++) {
		unsigned char mask = (unsigned char)(0x80u >> bit % 8);

		if (((first.bytes[bit / 8] ^ asked.bytes[bit / 8]) & mask) != 0)
			return false;
	}
	return true;
}
