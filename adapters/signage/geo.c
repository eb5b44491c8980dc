#include "adapters/signage/geo.h"

#include <math.h>
#include <stdlib.h>

#define EARTH_RADIUS_M 6371008.8 /* mean radius, IUGG */
#define KILOMETRE_M    1000.0

static double
radians(double degrees)
{
	return degrees * M_PI / 180.0;
}

bool
hs_geo_in_japan(struct hs_geo at)
{
	return at.latitude >= 20.0 && at.latitude <= 46.0 && at.longitude >= 122.0 &&
	       at.longitude <= 154.5;
}

bool
hs_geo_parse(const char *text, struct hs_geo *out)
{
	char *end;
	struct hs_geo at;
	at.latitude = strtod(text, &end);
	if (end == text || *end != ',')
		return false;
	const char *second = end + 1;
	at.longitude = strtod(second, &end);
	if (end == second || *end != '\0' || !hs_geo_in_japan(at))
		return false;
	*out = at;
	return true;
}

double
hs_geo_distance_m(struct hs_geo from, struct hs_geo to)
{
	double up = sin(radians(to.latitude - from.latitude) / 2);
	double along = sin(radians(to.longitude - from.longitude) / 2);
	double h =
		up * up + cos(radians(from.latitude)) * cos(radians(to.latitude)) * along * along;
	return 2 * EARTH_RADIUS_M * asin(fmin(1.0, sqrt(h)));
}

double
hs_geo_bearing_degrees(struct hs_geo from, struct hs_geo to)
{
	double along = radians(to.longitude - from.longitude);
	double y = sin(along) * cos(radians(to.latitude));
	double x = cos(radians(from.latitude)) * sin(radians(to.latitude)) -
		   sin(radians(from.latitude)) * cos(radians(to.latitude)) * cos(along);
	double degrees = atan2(y, x) * 180.0 / M_PI;
	return degrees < 0 ? degrees + 360.0 : degrees;
}

int64_t
hs_geo_rounded_m(double distance_m)
{
	int64_t step = distance_m < KILOMETRE_M ? 10 : 100;
	return llround(distance_m / (double)step) * step;
}
