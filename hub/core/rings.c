#include "hub/core/rings.h"

#include "hub/base/check.h"

#define HEADLINE   HS_RING_HEADLINE
#define DETAIL	   (HS_RING_HEADLINE | HS_RING_DETAIL) /* who knows the grades needs no severity */
#define CELLS	   HS_RING_CELL_BROADCAST
#define CASE(name) HANSHO__V1__NOTICE__DETAIL_##name

static const struct {
	int kind, detail; /* the one that belongs to it */
	uint32_t with, without;
} rows[] = {
	{ HS_KIND(CIVIL_PROTECTION), CASE(CIVIL_PROTECTION), DETAIL, HEADLINE },
	{ HS_KIND(EEW), CASE(EEW), DETAIL | CELLS, HEADLINE },
	{ HS_KIND(TSUNAMI), CASE(TSUNAMI), DETAIL | CELLS, HEADLINE },
	{ HS_KIND(VOLCANO), CASE(VOLCANO), DETAIL, HEADLINE },
	{ HS_KIND(WEATHER), CASE(WEATHER), DETAIL, HEADLINE },
	{ HS_KIND(LANDSLIDE), CASE(LANDSLIDE), DETAIL, HEADLINE },
	{ HS_KIND(FLOOD), CASE(FLOOD), DETAIL, HEADLINE },
	{ HS_KIND(EARTHQUAKE), CASE(EARTHQUAKE), DETAIL, 0 },
};

static bool
is_forecast(const hs_notice *notice)
{
	return notice->detail_case == CASE(EEW) && !notice->eew->warning;
}

uint32_t
hs_rings(const hs_notice *notice)
{
	if (notice->action == HS_ACTION(CANCEL) || is_forecast(notice))
		return 0;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (rows[i].kind != (int)notice->kind)
			continue;
		if (notice->detail_case == CASE(_NOT_SET))
			return rows[i].without;
		return (int)notice->detail_case == rows[i].detail ? rows[i].with
								  : HS_RING_OTHERWISE;
	}
	return 0;
}

bool
hs_rings_cover(uint32_t by, uint32_t one)
{
	return (one & ~by) == 0;
}
