#include "hub/base/asset.h"

#include <string.h>

const struct hs_asset *
hs_asset_find(const struct hs_asset *table, const char *path)
{
	for (; table->path; table++)
		if (strcmp(table->path, path) == 0)
			return table;
	return NULL;
}
