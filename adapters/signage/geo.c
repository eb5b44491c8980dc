#include "adapters/signage/geo.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#define EARTH_RADIUS_M	6371008.8 /* mean radius, IUGG */
#define KILOMETRE_M	1000.0
#define PLAIN_BYTES_MAX 15 /* digits of a whole number that a double holds exactly */

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

/* Digits with a point, as positions are written: so few that their whole number is exact, so that one division gives the same as
 * strtod, in a tenth of its time. 0 bytes: something else. */
static size_t
plain_degrees(const char *text, double *out)
{
	static const double parts[] = { 1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8 };
	uint64_t whole = 0;
	size_t at = 0, point = 0; /* behind the point; 0: none yet */
	for (; at < PLAIN_BYTES_MAX; at++) {
		if (text[at] >= '0' && text[at] <= '9')
			whole = whole * 10 + (uint64_t)(text[at] - '0');
		else if (text[at] == '.' && point == 0 && at > 0)
			point = at + 1;
		else
			break;
	}
	size_t decimals = point > 0 ? at - point : 0;
	if (at == 0 || at == PLAIN_BYTES_MAX || decimals >= sizeof(parts) / sizeof(parts[0]) ||
		(text[at] != ',' && text[at] != '\0'))
		return 0;
	*out = (double)whole / parts[decimals];
	return at;
}

static const char *
degrees_end(const char *text, double *out)
{
	char *end;
	size_t plain = plain_degrees(text, out);
	if (plain > 0)
		return text + plain;
	*out = strtod(text, &end);
	return end;
}

bool
hs_geo_parse(const char *text, struct hs_geo *out)
{
	struct hs_geo at;
	const char *end = degrees_end(text, &at.latitude);
	if (end == text || *end != ',')
		return false;
	const char *second = end + 1;
	end = degrees_end(second, &at.longitude);
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
