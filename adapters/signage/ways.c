#include "adapters/signage/ways.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BEARING_STEP 5

static void
measure(struct hs_way *way, struct hs_geo from, struct hs_geo to)
{
	way->exact_m = hs_geo_distance_m(from, to);
	way->distance_m = hs_geo_rounded_m(way->exact_m);
	way->bearing =
		llround(hs_geo_bearing_degrees(from, to) / BEARING_STEP) * BEARING_STEP % 360;
}

static bool
is_fit(const struct hs_screen_shelter *shelter, const char *hazard)
{
	return shelter->hazards.count == 0 || hazard[0] == '\0' ||
	       hs_config_texts_have(&shelter->hazards, hazard);
}

static const struct hs_open_shelter *
said_open(const struct hs_open_shelter *open, size_t count, const struct hs_screen_shelter *known,
	struct hs_geo at)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(open[i].name, known->name) == 0 ||
			hs_geo_distance_m(open[i].at, at) < HS_WAY_SAME_M)
			return &open[i];
	}
	return NULL;
}

/* Whether the configuration has it too: then it is told there, or it is not fit. */
static bool
is_known(const struct hs_screen_site *site, const struct hs_open_shelter *open)
{
	const struct hs_screen_shelter *known = site->shelters.items;
	for (size_t i = 0; i < site->shelters.count; i++) {
		struct hs_geo at;
		if (hs_geo_parse(known[i].position, &at) &&
			said_open(open, 1, &known[i], at) != NULL)
			return true;
	}
	return false;
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
	const struct hs_screen_shelter *known = site->shelters.items;
	struct hs_geo here, at;
	size_t found = 0;
	*out = NULL;
	*count = 0;
	if (site->shelters_shown == 0 || !hs_geo_parse(site->position, &here))
		return HS_OK;
	struct hs_way *ways =
		hs_arena_alloc(arena, (site->shelters.count + open_count + 1) * sizeof(*ways));
	if (ways == NULL)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < site->shelters.count; i++) {
		struct hs_way way = { .name = known[i].name, .status = "" };
		if (!is_fit(&known[i], hazard) || !hs_geo_parse(known[i].position, &at))
			continue;
		const struct hs_open_shelter *said = said_open(open, open_count, &known[i], at);
		if (said != NULL)
			set_open(&way, said);
		measure(&way, here, at);
		if (way.exact_m <= HS_WAY_MAX_M)
			ways[found++] = way;
	}
	for (size_t i = 0; i < open_count; i++) {
		struct hs_way way = { .name = open[i].name };
		measure(&way, here, open[i].at);
		if (way.exact_m > HS_WAY_MAX_M || is_known(site, &open[i]))
			continue;
		set_open(&way, &open[i]);
		ways[found++] = way;
	}
	qsort(ways, found, sizeof(*ways), compare);
	*out = ways;
	*count = found < (size_t)site->shelters_shown ? found : (size_t)site->shelters_shown;
	return HS_OK;
}
