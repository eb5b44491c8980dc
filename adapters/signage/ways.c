#include "adapters/signage/ways.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BEARING_STEP 5
#define NEAR_DEGREES 0.001 /* of latitude, more than HS_WAY_SAME_M */

/* What only the shelters that are shown need. */
static void
point(struct hs_way *way, struct hs_geo from)
{
	double degrees = hs_geo_bearing_degrees(from, way->at);
	way->distance_m = hs_geo_rounded_m(way->exact_m);
	way->bearing = llround(degrees / BEARING_STEP) * BEARING_STEP % 360;
}

static bool
is_fit(const struct hs_screen_shelter *shelter, const char *hazard)
{
	return shelter->hazards.count == 0 || hazard[0] == '\0' ||
	       hs_config_texts_have(&shelter->hazards, hazard);
}

/* The shelters of the configuration with their places. */
struct known {
	const struct hs_screen_shelter *rows;
	struct hs_geo *at;
	size_t count;
};

static bool
is_same(const struct hs_open_shelter *open, const char *name, struct hs_geo at)
{
	/* few are near: the distance is for these */
	if (fabs(open->at.latitude - at.latitude) < NEAR_DEGREES &&
		hs_geo_distance_m(open->at, at) < HS_WAY_SAME_M)
		return true;
	return strcmp(open->name, name) == 0;
}

static const struct hs_open_shelter *
said_open(const struct hs_open_shelter *open, size_t count, const char *name, struct hs_geo at)
{
	for (size_t i = 0; i < count; i++) {
		if (is_same(&open[i], name, at))
			return &open[i];
	}
	return NULL;
}

/* Whether the configuration has it too: then it is told there, or it is not fit. */
static bool
is_known(const struct known *known, const struct hs_open_shelter *open)
{
	for (size_t i = 0; i < known->count; i++) {
		if (is_same(open, known->rows[i].name, known->at[i]))
			return true;
	}
	return false;
}

static enum hs_err
read_known(struct hs_arena *arena, const struct hs_screen_site *site, struct known *known)
{
	known->rows = site->shelters.items;
	known->count = site->shelters.count;
	known->at = hs_arena_alloc(arena, (known->count + 1) * sizeof(*known->at));
	if (known->at == NULL)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < known->count; i++) {
		if (!hs_geo_parse(known->rows[i].position, &known->at[i]))
			return HS_ERR_CONFIG; /* settings.c lets none through */
	}
	return HS_OK;
}

static void
set_open(struct hs_way *way, const struct hs_open_shelter *open)
{
	way->open = true;
	way->status = open->status;
	way->told_unix_us = open->told_unix_us;
	way->offset_minutes = open->offset_minutes;
}

static int
compare(const void *left, const void *right)
{
	const struct hs_way *a = left, *b = right;
	if (a->open != b->open)
		return a->open ? -1 : 1;
	if (a->exact_m != b->exact_m)
		return a->exact_m < b->exact_m ? -1 : 1;
	return strcmp(a->name, b->name);
}

enum hs_err
hs_ways(struct hs_arena *arena, const struct hs_screen_site *site,
	const struct hs_open_shelter *open, size_t open_count, const char *hazard,
	struct hs_way **out, size_t *count)
{
	struct known known;
	struct hs_geo here;
	size_t found = 0;
	*out = NULL;
	*count = 0;
	if (site->shelters_shown == 0 || !hs_geo_parse(site->position, &here))
		return HS_OK;
	enum hs_err err = read_known(arena, site, &known);
	struct hs_way *ways = hs_arena_alloc(arena, (known.count + open_count + 1) * sizeof(*ways));
	if (err != HS_OK || ways == NULL)
		return err != HS_OK ? err : HS_ERR_NOMEM;
	for (size_t i = 0; i < known.count; i++) {
		struct hs_way way = { .name = known.rows[i].name, .status = "", .at = known.at[i] };
		way.exact_m = hs_geo_distance_m(here, way.at);
		if (!is_fit(&known.rows[i], hazard) || way.exact_m > HS_WAY_MAX_M)
			continue;
		const struct hs_open_shelter *said =
			said_open(open, open_count, way.name, known.at[i]);
		if (said != NULL)
			set_open(&way, said);
		ways[found++] = way;
	}
	for (size_t i = 0; i < open_count; i++) {
		struct hs_way way = { .name = open[i].name, .at = open[i].at };
		way.exact_m = hs_geo_distance_m(here, way.at);
		if (way.exact_m > HS_WAY_MAX_M || is_known(&known, &open[i]))
			continue;
		set_open(&way, &open[i]);
		ways[found++] = way;
	}
	qsort(ways, found, sizeof(*ways), compare);
	*out = ways;
	*count = found < (size_t)site->shelters_shown ? found : (size_t)site->shelters_shown;
	for (size_t i = 0; i < *count; i++)
		point(&ways[i], here);
	return HS_OK;
}
