/* jma_coordinate.c: coordinates of the weather agency's XML (ISO 6709), in degrees or in degrees and minutes. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "hub/gate/parse_jma.h"

/* A number with its sign; strtod alone would also take "inf", exponents and hexadecimal. */
static bool
signed_number(const char **text, double *value)
{
	size_t len = 1 + strspn(*text + ((*text)[0] != '\0'), "0123456789.");
	char *end = NULL;

	if ((*text)[0] != '+' && (*text)[0] != '-')
		return false;
	*value = strtod(*text, &end);
	if (end != *text + len)
		return false;
	*text = end;
	return true;
}

/* 3611.1 → 36 degrees and 11.1 minutes. false: sixty minutes or more. */
static bool
from_minutes(double *value)
{
	double degrees = trunc(*value / 100);
	double minutes = *value - degrees * 100;

	*value = degrees + minutes / 60;
	return fabs(minutes) < 60;
}

bool
hs_jma_coordinate(const char **text, bool minutes, hs_point *point, double *depth_km)
{
	double latitude, longitude, height = 0;

	*depth_km = 0;
	if (!signed_number(text, &latitude) || !signed_number(text, &longitude))
		return false;
	if (((*text)[0] == '+' || (*text)[0] == '-') && !signed_number(text, &height))
		return false;
	if (minutes && (!from_minutes(&latitude) || !from_minutes(&longitude)))
		return false;
	if (!(fabs(latitude) <= 90 && fabs(longitude) <= 180 && fabs(height) <= 1e6))
		return false;
	*text += (*text)[0] == '/';
	point->latitude = latitude;
	point->longitude = longitude;
	*depth_km = height == 0 ? 0 : -height / 1000;
	return true;
}
