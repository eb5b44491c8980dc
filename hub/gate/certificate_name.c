#include "hub/gate/certificate_name.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "hub/base/check.h"

#define FINGERPRINT	   "SHA256:"
#define FINGERPRINT_DIGITS 64

bool
hs_certificate_name_right(const char *name)
{
	static const char *const kinds[] = { "URI:", "CN:" };
	const char *digits = name + strlen(FINGERPRINT);

	for (size_t i = 0; i < HS_COUNT(kinds); i++) {
		if (strncmp(name, kinds[i], strlen(kinds[i])) == 0)
			return name[strlen(kinds[i])] != '\0';
	}
	return strncmp(name, FINGERPRINT, strlen(FINGERPRINT)) == 0 &&
	       strlen(digits) == FINGERPRINT_DIGITS &&
	       strspn(digits, "0123456789abcdefABCDEF") == FINGERPRINT_DIGITS;
}

bool
hs_certificate_name_equal(const char *a, const char *b)
{
	if (strncmp(a, FINGERPRINT, strlen(FINGERPRINT)) == 0)
		return strcasecmp(a, b) == 0;
	return strcmp(a, b) == 0;
}
