#include "adapters/signage/ways.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WAYS_ARENA_BYTES (64u << 20)
#define BEARING_STEP	 5
#define NEAR_DEGREES	 0.001 /* of latitude, more than HS_WAY_SAME_M */

static void
point(struct hs_way *way, struct hs_geo from)
{
	double degrees = hs_geo_bearing_degrees(from, way->at);
	way->distance_m = hs_geo_rounded_m(way->exact_m);
	way->bearing = llround(degrees / BEARING_STEP) * BEARING_STEP % 360;
}

static bool
is_fit(const struct hs_way *way, const char *hazard)
{
	return way->hazards == NULL || way->hazards->count == 0 || hazard[0] == '\0' ||
	       hs_config_texts_have(way->hazards, hazard);
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
set_open(struct hs_arena *arena, struct hs_way *way, const struct hs_open_shelter *open)
{
	way->open = true;
	way->status = hs_arena_strdup(arena, open->status);
	way->told_unix_us = open->told_unix_us;
	way->offset_minutes = open->offset_minutes;
	way->seq = open->seq;
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

static void
add(struct hs_ways *ways, struct hs_geo here, struct hs_way way)
{
	way.exact_m = hs_geo_distance_m(here, way.at);
	if (way.exact_m <= HS_WAY_MAX_M)
		ways->rows[ways->count++] = way;
}

static void
collect(struct hs_ways *ways, struct hs_geo here, const struct known *known,
	const struct hs_open_shelter *open, size_t open_count)
{
	for (size_t i = 0; i < known->count; i++) {
		struct hs_way way = { .name = known->rows[i].name,
			.status = "",
			.hazards = &known->rows[i].hazards,
			.at = known->at[i] };
		const struct hs_open_shelter *said = said_open(open, open_count, way.name, way.at);
		if (said != NULL)
			set_open(ways->arena, &way, said);
		add(ways, here, way);
	}
	for (size_t i = 0; i < open_count; i++) {
		struct hs_way way = { .name = hs_arena_strdup(ways->arena, open[i].name),
			.at = open[i].at };
		set_open(ways->arena, &way, &open[i]);
		if (!is_known(known, &open[i]))
			add(ways, here, way);
	}
}

enum hs_err
hs_ways_rank(struct hs_ways *ways, const struct hs_screen_site *site,
	const struct hs_open_shelter *open, size_t open_count)
{
	struct known known;
	struct hs_geo here;
	hs_ways_free(ways);
	if (site->shelters_shown == 0 || !hs_geo_parse(site->position, &here))
		return HS_OK;
	ways->arena = hs_arena_create(WAYS_ARENA_BYTES);
	enum hs_err err =
		ways->arena != NULL ? read_known(ways->arena, site, &known) : HS_ERR_NOMEM;
	if (err == HS_OK)
		ways->rows = hs_arena_alloc(
			ways->arena, (known.count + open_count + 1) * sizeof(*ways->rows));
	if (err == HS_OK && ways->rows != NULL)
		collect(ways, here, &known, open, open_count);
	if (err == HS_OK && (ways->rows == NULL || hs_arena_failed(ways->arena)))
		err = HS_ERR_NOMEM;
	if (err != HS_OK) {
		hs_ways_free(ways);
		return err;
	}
	if (ways->count > 0)
		qsort(ways->rows, ways->count, sizeof(*ways->rows), compare);
	for (size_t i = 0; i < ways->count; i++)
		point(&ways->rows[i], here);
	return HS_OK;
}

const struct hs_way *
hs_ways_next(const struct hs_ways *ways, const struct hs_way *last, const char *hazard)
{
	if (ways == NULL || ways->count == 0)
		return NULL;
	const struct hs_way *way = last != NULL ? last + 1 : ways->rows;
	while (way < ways->rows + ways->count && !is_fit(way, hazard))
		way++;
	return way < ways->rows + ways->count ? way : NULL;
}

void
hs_ways_free(struct hs_ways *ways)
{
	hs_arena_destroy(ways->arena);
	*ways = (struct hs_ways){ 0 };
}
