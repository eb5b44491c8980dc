/* ways.h: the shelters that a screen shows: which, how far, where to.
 *
 * Flow:    at the start, and when the shelters that are open change: hs_ways_rank → with an order: hs_ways_next for its hazard. So an
 *          order waits for no reckoning of distances.
 * Rules:   shelters that are said to be open come first, then those of the configuration; nearest first. A shelter of the
 *          configuration that is said to be open is one of both (same name, or not HS_WAY_SAME_M apart). One that is not fit
 *          for the hazard of the order is left out. Further away than HS_WAY_MAX_M: nobody walks there.
 * Owner:   the screen, for each lane; what municipalities said is copied. Threads: the loop's.
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
	uint64_t seq;	      /* the same; 0 = of the configuration */
	int32_t offset_minutes;
	const struct hs_config_texts *hazards; /* it is fit for these only; NULL, none: for all */
	struct hs_geo at;
	double exact_m;
};

/* All that are within reach, in their order. */
struct hs_ways {
	struct hs_arena *arena;
	struct hs_way *rows;
	size_t count;
};

/* Takes the place of what was there; after an error there are none. */
enum hs_err hs_ways_rank(struct hs_ways *ways, const struct hs_screen_site *site,
	const struct hs_open_shelter *open, size_t open_count) HS_MUST_CHECK;
/* The one behind `last` (NULL: the first one) that is fit for that hazard ("" = not known). NULL: there is none. ways: NULL
 * is allowed. */
const struct hs_way *hs_ways_next(
	const struct hs_ways *ways, const struct hs_way *last, const char *hazard);
void hs_ways_free(struct hs_ways *ways);

#endif
