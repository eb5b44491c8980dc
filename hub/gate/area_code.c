/* area_code.c: look-up that does not trust the check digit. */
#include "hub/gate/area_code.h"

#include <string.h>

const struct hs_area_row *
hs_area_by_five(const char *code)
{
	size_t len = strlen(code);
	char five[6];

	if (len != 5 && len != 6)
		return NULL;
	memcpy(five, code, 5);
	five[5] = '\0';
	return hs_area_find(five);
}

bool
hs_area_is_prefecture(const struct hs_area_row *row)
{
	return strncmp(row->code + 2, "000", 3) == 0;
}
