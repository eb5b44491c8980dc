#include "adapters/broadcaster/readings.h"

#include <jansson.h>
#include <string.h>

#include "adapters/broadcaster/broadcaster_encode.h"

static void
add_reading(json_t *list, json_t *seen, const char *name, const char *kana)
{
	if (name == NULL || kana == NULL || name[0] == '\0' || kana[0] == '\0')
		return;
	if (json_object_get(seen, name) != NULL)
		return;
	json_object_set_new(seen, name, json_true());
	json_array_append_new(list, json_pack("{s:s,s:s}", "name", name, "kana", kana));
}

static void
place_readings(json_t *list, json_t *seen, const hs_evacuation *evacuation, const char *prefecture)
{
	for (size_t i = 0; i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];
		for (size_t j = 0; j < detail->n_areas; j++) {
			const hs_area *area = detail->areas[j]->area;
			char own[HS_PREFECTURE_SIZE];
			if (area == NULL)
				continue;
			hs_prefecture_of(area->code, own);
			if (area->code[0] == '\0' || strcmp(own, prefecture) == 0)
				add_reading(list, seen, area->name, area->kana);
		}
	}
}

struct json_t *
hs_broadcast_readings(const hs_notice *notice, const struct hs_clause *clauses, size_t count,
	const char *prefecture)
{
	json_t *list = json_array();
	json_t *seen = json_object();
	for (size_t i = 0; i < count; i++) {
		const struct hs_area_row *area = hs_area_find(clauses[i].area_code);
		if (area != NULL)
			add_reading(list, seen, area->name, area->kana);
	}
	if (notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION)
		place_readings(list, seen, notice->evacuation, prefecture);
	for (size_t i = 0; i < notice->n_areas; i++) {
		char own[HS_PREFECTURE_SIZE];
		hs_prefecture_of(notice->areas[i]->code, own);
		if (strcmp(own, prefecture) == 0)
			add_reading(list, seen, notice->areas[i]->name, notice->areas[i]->kana);
	}
	json_decref(seen);
	return list;
}
