#include "hub/feed/views.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/feed/in_force.h"
#include "schemas/atom_write.h"

#define VIEW_ARENA_BYTES (512u << 20)
#define JST_MINUTES	 (9 * 60)
#define KEY_SIZE	 512

/* ---- GeoJSON ---- */

struct geo {
	struct hs_arena *arena;
	const struct hs_filter *filter;
	json_t *shapes; /* "document|code|sub code|name" → geometry */
	json_t *features;
	bool failed;
};

static json_t *
point_of(const hs_point *point)
{
	return point == NULL ? NULL : json_pack("[f,f]", point->longitude, point->latitude);
}

/* A ring that is closed, as RFC 7946 wants it. */
static json_t *
ring_of(const hs_polygon *polygon)
{
	json_t *ring = json_array();
	const hs_point *first, *last;

	for (size_t i = 0; i < polygon->n_points; i++)
		json_array_append_new(ring, point_of(polygon->points[i]));
	if (polygon->n_points > 0) {
		first = polygon->points[0];
		last = polygon->points[polygon->n_points - 1];
		if (first->latitude != last->latitude || first->longitude != last->longitude)
			json_array_append_new(ring, point_of(first));
	}
	return ring;
}

static json_t *
shape_of(const hs_geometry *geometry)
{
	json_t *polygons;

	if (geometry->n_polygons > 0) {
		polygons = json_array();
		for (size_t i = 0; i < geometry->n_polygons; i++)
			json_array_append_new(
				polygons, json_pack("[o]", ring_of(geometry->polygons[i])));
		return json_pack("{s:s, s:o}", "type", "MultiPolygon", "coordinates", polygons);
	}
	if (geometry->n_circles > 0 && geometry->circles[0]->center != NULL)
		return json_pack("{s:s, s:o, s:f}", "type", "Point", "coordinates",
			point_of(geometry->circles[0]->center), "radius_km",
			geometry->circles[0]->radius_km);
	return NULL;
}

static void
shape_key(char key[KEY_SIZE], const char *document, const char *code, const char *sub_code,
	const char *name)
{
	snprintf(key, KEY_SIZE, "%s|%s|%s|%s", document, code, sub_code, name);
}

static void
keep_shape(struct geo *geo, const char *document, const hs_area *area)
{
	char key[KEY_SIZE];
	json_t *shape;

	if (area == NULL || area->geometry == NULL)
		return;
	shape = shape_of(area->geometry);
	if (shape == NULL)
		return;
	shape_key(key, document, area->code, area->sub_code, area->name);
	json_object_set_new(geo->shapes, key, shape);
}

static void
shapes_of_document(void *owner, uint64_t seq, const void *bytes, size_t len_bytes)
{
	struct geo *geo = owner;
	hs_notice *notice;
	struct hs_buf key;

	(void)seq;
	if (hs_notice_unpack(geo->arena, bytes, len_bytes, &notice) != HS_OK) {
		geo->failed = true;
		return;
	}
	hs_buf_init(&key, KEY_SIZE);
	if (hs_document_key(notice, &key)) {
		for (size_t i = 0; i < notice->n_areas; i++)
			keep_shape(geo, hs_buf_text(&key), notice->areas[i]);
	}
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION) {
		for (size_t i = 0; i < notice->evacuation->n_details; i++) {
			const hs_evacuation_detail *detail = notice->evacuation->details[i];

			for (size_t j = 0; j < detail->n_areas; j++)
				keep_shape(geo, hs_buf_text(&key), detail->areas[j]->area);
		}
	}
	hs_buf_free(&key);
}

static void
feature_of(void *owner, const struct hs_active_entry *entry)
{
	struct geo *geo = owner;
	char key[KEY_SIZE], word[64], ordered[HS_RFC3339_SIZE];
	json_t *feature, *shape, *radius;
	const char *kind;

	if (!hs_entry_wanted(geo->filter, entry))
		return;
	kind = hs_enum_word(&hansho__v1__kind__descriptor, entry->kind, word);
	hs_rfc3339_format(entry->ordered_unix_us, JST_MINUTES, ordered);
	shape_key(key, entry->document_key, entry->area_code, entry->sub_code, entry->area_name);
	shape = json_object_get(geo->shapes, key);
	radius = json_object_get(shape, "radius_km");
	feature =
		json_pack("{s:s, s:O?, s:{s:s, s:s, s:s, s:s, s:i, s:s, s:s, s:I, s:I, s:s, s:O*}}",
			"type", "Feature", "geometry", shape, "properties", "code",
			entry->area_code, "name", entry->area_name, "sub_code", entry->sub_code,
			"kind", kind == NULL ? "unknown" : kind, "level", (int)entry->level, "term",
			hs_entry_term(entry), "document", entry->document_key, "revision",
			(json_int_t)entry->revision, "seq", (json_int_t)entry->seq, "ordered",
			ordered, "radius_km", radius);
	if (feature == NULL || json_array_append_new(geo->features, feature) != 0)
		geo->failed = true;
}

void
hs_view_geojson(const struct hs_store *store, const struct hs_filter *filter, int64_t at_unix_us,
	struct hs_buf *out)
{
	struct geo geo = { .filter = filter };
	json_t *root;
	char *text = NULL;

	geo.arena = hs_arena_create(VIEW_ARENA_BYTES);
	geo.shapes = json_object();
	geo.features = json_array();
	if (geo.arena != NULL) {
		hs_active_each_document(store->active, shapes_of_document, &geo);
		hs_active_each_entry_at(store->active, at_unix_us, feature_of, &geo);
	}
	root = json_pack("{s:s, s:s, s:I, s:s, s:s, s:O}", "type", "FeatureCollection", "epoch",
		store->epoch, "seq", (json_int_t)store->active_seq, "digest", store->digest, "mode",
		store->mode == HS_MODE(LIVE) ? "live" : "drill", "features", geo.features);
	if (root != NULL && geo.arena != NULL && !geo.failed)
		text = json_dumps(root, JSON_COMPACT);
	if (text == NULL)
		out->failed = true;
	else
		hs_buf_puts(out, text);
	free(text);
	json_decref(root);
	json_decref(geo.features);
	json_decref(geo.shapes);
	hs_arena_destroy(geo.arena);
}

/* ---- Atom ---- */

static void
atom_entry(struct hs_buf *out, const struct hs_store *store, const struct hs_entry *entry,
	const hs_notice *notice)
{
	unsigned long long seq = (unsigned long long)entry->seq;
	char hrefs[3][48];

	snprintf(hrefs[0], sizeof(hrefs[0]), "/v1/notices/%llu", seq);
	snprintf(hrefs[1], sizeof(hrefs[1]), "/v1/notices/%llu.cap", seq);
	snprintf(hrefs[2], sizeof(hrefs[2]), "/v1/notices/%llu/original", seq);
	const struct hs_atom_link links[] = { { "alternate", "application/json", hrefs[0] },
		{ "alternate", "application/cap+xml", hrefs[1] },
		{ "related", "application/xml", hrefs[2] } };

	hs_atom_entry(out, store->epoch, entry->seq, notice, links, HS_COUNT(links));
}

static void
atom_entries(const struct hs_store *store, const struct hs_filter *filter, uint64_t before,
	struct hs_buf *out)
{
	uint64_t next = 0;
	size_t count = 0;
	struct hs_entry *entry;

	for (size_t i = 0; (entry = hs_ring_newest_at(store->ring, i)) != NULL; i++) {
		const Hansho__V1__FeedNotice *notice;
		struct hs_arena *arena;

		if (entry->seq >= before || !hs_filter_passes(filter, &entry->head))
			continue;
		if (count++ == HS_ATOM_ENTRIES) {
			next = entry->seq + 1;
			break;
		}
		arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
		if (arena != NULL && hs_entry_notice(arena, entry, &notice) == HS_OK)
			atom_entry(out, store, entry, notice->notice);
		else
			out->failed = true;
		hs_arena_destroy(arena);
	}
	if (next != 0)
		hs_buf_printf(out, "<link rel=\"next\" href=\"/v1/feed.atom?before=%llu\"/>\n",
			(unsigned long long)next);
}

void
hs_view_atom(const struct hs_store *store, const struct hs_filter *filter, uint64_t before,
	struct hs_buf *out)
{
	struct hs_entry *newest = hs_ring_newest_at(store->ring, 0);
	const Hansho__V1__FeedNotice *notice;
	struct hs_arena *arena = hs_arena_create(HS_UNPACK_ARENA_BYTES);
	int64_t updated_unix_us = 0;
	int offset_minutes;

	if (newest != NULL && arena != NULL && hs_entry_notice(arena, newest, &notice) == HS_OK)
		updated_unix_us = hs_atom_updated(notice->notice, &offset_minutes);
	hs_atom_begin(out, store->epoch,
		store->mode == HS_MODE(LIVE) ? HS_MODE(LIVE) : HS_MODE(DRILL), "/v1/feed.atom",
		updated_unix_us);
	atom_entries(store, filter, before, out);
	hs_atom_end(out);
	hs_arena_destroy(arena);
}
