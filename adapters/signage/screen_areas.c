/* screen_areas.c: which areas concern a screen. See signage_encode.h. */
#include <string.h>

#include "adapters/signage/signage_encode.h"

static bool
wants_one(const char *wanted, const char *area_code, const char *sub_code)
{
	if (strlen(wanted) == 12) {
		if (strncmp(wanted, area_code, 5) == 0)
			return sub_code[0] == '\0' || strcmp(sub_code, wanted) == 0;
		return hs_area_within(wanted, area_code);
	}
	return hs_area_within(area_code, wanted) || hs_area_within(wanted, area_code);
}

bool
hs_screen_wants(
	const struct hs_screen_settings *screen, const char *area_code, const char *sub_code)
{
	for (size_t i = 0; i < screen->areas.count; i++) {
		if (wants_one(screen->areas.items[i], area_code, sub_code))
			return true;
	}
	return false;
}

static bool
wants_details(const struct hs_screen_settings *screen, const hs_evacuation *evacuation)
{
	for (size_t i = 0; i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];
		for (size_t j = 0; j < detail->n_areas; j++) {
			const hs_area *area = detail->areas[j]->area;
			if (area != NULL && hs_screen_wants(screen, area->code, area->sub_code))
				return true;
		}
	}
	return false;
}

bool
hs_screen_wants_notice(const struct hs_screen_settings *screen, const hs_notice *notice)
{
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION &&
		wants_details(screen, notice->evacuation))
		return true;
	for (size_t i = 0; i < notice->n_areas; i++) {
		if (hs_screen_wants(screen, notice->areas[i]->code, notice->areas[i]->sub_code))
			return true;
	}
	return false;
}
