/* geo.h: where a shelter lies, seen from a screen. Pure.
 *
 * Method:  great circle on a sphere of the mean radius of the earth; within 0.5 % of the ellipsoid, and the way on foot
 *          is longer anyway, so the distance is said as 直線距離 and rounded.
 * Units:   degrees WGS 84; metres; degrees clockwise from north.
 * Threads: any.
 */
#ifndef HS_SIGNAGE_GEO_H
#define HS_SIGNAGE_GEO_H

#include <stdbool.h>
#include <stdint.h>

struct hs_geo {
	double latitude, longitude;
};

/* "35.68950,139.69170", within Japan (20…46, 122…154.5). false: it is not that. */
bool hs_geo_parse(const char *text, struct hs_geo *out);
bool hs_geo_in_japan(struct hs_geo at);
double hs_geo_distance_m(struct hs_geo from, struct hs_geo to);
/* Direction in which to set out, 0 ≤ degrees < 360; 0 when both are one place. */
double hs_geo_bearing_degrees(struct hs_geo from, struct hs_geo to);
/* As it is said: to 10 m below a kilometre, to 100 m above it. */
int64_t hs_geo_rounded_m(double distance_m);

#endif
