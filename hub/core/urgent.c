#include "hub/core/urgent.h"

#include "hub/base/check.h"
#include "schemas/tables.h"

/* A term that no table knows may be the gravest one. */
static bool
detail_is_urgent(const hs_evacuation_detail *detail)
{
	int64_t ordered_us = 0;
	const struct hs_level_row *row;

	if (detail->state != HS_EVAC(ISSUED))
		return false;
	for (size_t i = 0; i < detail->n_areas; i++) {
		const hs_time *time = detail->areas[i]->ordered;

		if (time != NULL && time->unix_us > ordered_us)
			ordered_us = time->unix_us;
	}
	return hs_level_find(detail->sort, ordered_us, &row) != HS_OK ||
	       row->urgency >= HS_URGENT_LEVEL;
}

static bool
order_is_urgent(const hs_notice *notice)
{
	const hs_evacuation *evacuation = hs_notice_evacuation(notice) ? notice->evacuation : NULL;

	if (notice->level != NULL && notice->level->number >= HS_URGENT_LEVEL)
		return true;
	for (size_t i = 0; evacuation != NULL && i < evacuation->n_details; i++) {
		if (detail_is_urgent(evacuation->details[i]))
			return true;
	}
	return false;
}

bool
hs_is_urgent(const hs_notice *notice)
{
	static const int kinds[] = { HS_KIND(CIVIL_PROTECTION), HS_KIND(EEW), HS_KIND(TSUNAMI) };

	if (notice->action == HS_ACTION(CANCEL))
		return true;
	for (size_t i = 0; i < HS_COUNT(kinds); i++) {
		if ((int)notice->kind == kinds[i])
			return true;
	}
	return notice->kind == HS_KIND(EVACUATION) && order_is_urgent(notice);
}
