#include "hub/base/plain.h"

#include <string.h>

void
hs_plain_copy(char *out, size_t size, const char *text)
{
	size_t used = 0;

	for (; used + 1 < size && text[used] != '\0'; used++) {
		char c = text[used];

		out[used] = c < ' ' || c > '~' || strchr("\"\\{}", c) != NULL ? '?' : c;
	}
	out[used] = '\0';
}
