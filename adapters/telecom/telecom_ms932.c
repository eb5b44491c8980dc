#include "adapters/telecom/telecom_ms932.h"

#include <stdlib.h>

#include "adapters/telecom/telecom_chars.h"

static int
compare(const void *key, const void *row)
{
	const struct hs_ms932_range *range = row;
	uint32_t character = *(const uint32_t *)key;
	return character < range->first ? -1 : character > range->last;
}

bool
hs_ms932_has(uint32_t character)
{
	uint32_t index = character - HS_MS932_IDEOGRAPHS_FIRST;
	if (character >= HS_MS932_IDEOGRAPHS_FIRST && index / 32 < hs_ms932_ideograph_words)
		return hs_ms932_ideographs[index / 32] >> (index % 32) & 1;
	return bsearch(&character, hs_ms932_ranges, hs_ms932_range_count,
		       sizeof(hs_ms932_ranges[0]), compare) != NULL;
}
