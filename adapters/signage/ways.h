/* ways.h: the shelters that a screen shows: which, how far, where to. Pure.
 *
 * Rules:   shelters that are said to be open come first, then those of the configuration; nearest first. A shelter of the
 *          configuration that is said to be open is one of both (same name, or not HS_WAY_SAME_M apart). One that is not fit
 *          for the hazard of the order is left out. Further away than HS_WAY_MAX_M: nobody walks there.
 * Owner:   rows live in the caller's arena. Threads: any.
 */
#ifndef HS_SIGNAGE_WAYS_H
#define HS_SIGNAGE_WAYS_H

#include "adapters/signage/screen_settings.h"
#include "adapters/signage/shelters.h"
#include "hub/base/arena.h"

#define HS_WAY_SAME_M 100
#define HS_WAY_MAX_M  20000

struct hs_way {
	const char *name;
	const char *status;   /* as sent; "" */
	bool open;	      /* its municipality says so */
	int64_t distance_m;   /* rounded, as the crow flies */
	int64_t bearing;      /* degrees from north, to 5 */
	int64_t told_unix_us; /* of `open`; 0 = not known */
	int32_t offset_minutes;
	struct hs_geo at;
	double exact_m;
};

/* The shelters for an order of that hazard ("" = not known). *count ≤ shelters_shown. */
enum hs_err hs_ways(struct hs_arena *arena, const struct hs_screen_site *site,
	const struct hs_open_shelter *open, size_t open_count, const char *hazard,
	struct hs_way **out, size_t *count) HS_MUST_CHECK;

#endif
