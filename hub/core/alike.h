/* alike.h: do two messages that share no id of their event speak of the same one? By what they say of it: an earthquake by its origin
 * time and hypocentre, a tsunami warning by that too, or by its forecast areas. Pure.
 *
 * Rules:   - two ids of the agency (JMA EventID: fourteen digits, several joined by +) that differ are two events, whatever else
 *            is alike: a second shock may come within seconds at the same place;
 *          - origin times further apart than origin_s, hypocentres further apart than hypocentre_cdeg, or, where one has no
 *            coordinates, places by another name: two events;
 *          - tsunami warnings of which one tells no origin: the same set of areas, reported within tsunami_s, is one event;
 *          - all else cannot be told. Who asks takes it for two.
 * Units:   hundredths of a degree in latitude and in longitude: hypocentres are told to a tenth of a degree.
 * Threads: any.
 */
#ifndef HS_CORE_ALIKE_H
#define HS_CORE_ALIKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/hash.h"
#include "schemas/notice.h"

struct hs_alike_limits {
	int64_t origin_s;	 /* 0: never by origin and hypocentre */
	int64_t hypocentre_cdeg; /* hundredths of a degree */
	int64_t tsunami_s;	 /* 0: never by forecast areas */
};
extern const struct hs_alike_limits hs_alike_defaults;

struct hs_alike {
	int mode, kind;
	bool names_event, agency_id, has_origin, has_point, has_areas;
	int64_t origin_unix_us, reported_unix_us;
	double latitude, longitude;
	uint8_t id[HS_SHA256_BYTES], name[HS_SHA256_BYTES],
		areas[HS_SHA256_BYTES]; /* name: zeros when it is not told */
};

enum hs_likeness { HS_CANNOT_BE_TOLD, HS_SAME, HS_DIFFERENT };

/* codes: of its forecast areas, in any order, some twice; sorted in place. */
void hs_alike_read(const hs_notice *notice, const char **codes, size_t code_count,
	int64_t reported_unix_us, struct hs_alike *out);
enum hs_likeness hs_alike_compare(const struct hs_alike *one, const struct hs_alike *other,
	const struct hs_alike_limits *limits);

#endif
