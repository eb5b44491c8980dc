#include "hub/base/check.h"

#include <stdio.h>
#include <stdlib.h>

void
hs_check_failed(const char *condition, const char *file, int line)
{
	fprintf(stderr, "check failed: %s (%s:%d)\n", condition, file, line);
	abort();
}
