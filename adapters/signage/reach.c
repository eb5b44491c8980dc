#include "adapters/signage/reach.h"

bool
hs_reaches(const struct hs_screen_settings *screen, const hs_notice *notice,
	const struct hs_change_row *rows, size_t count)
{
	if (hs_screen_wants_notice(screen, notice))
		return true;
	for (size_t i = 0; i < count; i++) {
		const struct hs_force_row *area = hs_change_area(&rows[i]);
		if (rows[i].change != HS_CHANGE_NONE &&
			hs_screen_wants(screen, area->area_code, area->sub_code))
			return true;
	}
	return false;
}
