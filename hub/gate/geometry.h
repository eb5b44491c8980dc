/* geometry.h: circle and polygon texts of EDXL-DE, as senders really write them.
 *
 * circle: "lat,lon,0" (seen), "lat,lon radius" (EDXL-DE 1.0); polygon: "lat,lon lat,lon …",
 * latitude first. A shape is believed only when all of it lands in Japan: the order of
 * coordinates is not documented.
 */
#ifndef HS_GATE_GEOMETRY_H
#define HS_GATE_GEOMETRY_H

#include <stdbool.h>

#include "hub/base/arena.h"
#include "schemas/notice.h"

/* Latitude 20…46, longitude 122…154: from 沖ノ鳥島 to 択捉島, from 与那国島 to 南鳥島. */
bool hs_in_japan(double latitude, double longitude);
/* Appends to geometry. false: not readable or not in Japan; nothing is appended. */
bool hs_circle_parse(struct hs_arena *arena, const char *text, hs_geometry *geometry);
bool hs_polygon_parse(struct hs_arena *arena, const char *text, hs_geometry *geometry);

#endif
