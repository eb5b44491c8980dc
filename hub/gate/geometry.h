/* geometry.h: circle and polygon texts of EDXL-DE, as senders really write them, and whether a polygon is one.
 *
 * circle: "lat,lon,0" (seen), "lat,lon radius" (EDXL-DE 1.0); polygon: "lat,lon lat,lon …",
 * latitude first, the first point again at the end. A shape is believed only when all of it lands in Japan (the order
 * of coordinates is not documented), when it is closed and when its sides do not cross. A ring that is not closed is
 * not closed for the sender: it may be cut off.
 * Source: EDXL-DE 1.0, 3.2.3; the crossing rule is that of Google's CAP validator. GEOS stays behind this header.
 */
#ifndef HS_GATE_GEOMETRY_H
#define HS_GATE_GEOMETRY_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "schemas/notice.h"

enum hs_shape {
	HS_SHAPE_OK,
	HS_SHAPE_BAD,	  /* not readable, not in Japan, or the arena is full */
	HS_SHAPE_OPEN,	  /* the last point is not the first one, or there are fewer than four */
	HS_SHAPE_CROSSES, /* sides cross */
	HS_SHAPE_LONG,	  /* more points than were left */
};

/* Latitude 20…46, longitude 122…154: from 沖ノ鳥島 to 択捉島, from 与那国島 to 南鳥島. */
bool hs_in_japan(double latitude, double longitude);
/* Appends to geometry when OK and only then. points_left: points that may still be read in this document; what was
 * read is taken off. where[] gets "lat,lon" of a crossing, else "". A circle takes no points and fills no where. */
enum hs_shape hs_circle_parse(struct hs_arena *arena, const char *text, hs_geometry *geometry,
	int64_t *points_left, char where[64]);
enum hs_shape hs_polygon_parse(struct hs_arena *arena, const char *text, hs_geometry *geometry,
	int64_t *points_left, char where[64]);
/* Whether the sides of a closed polygon cross; where[] gets "lat,lon". Points that stand twice are no crossing. */
bool hs_polygon_crosses(const hs_polygon *polygon, char where[64]);

#endif
