#include "adapters/broadcaster/readings.h"

#include <string.h>

#include "adapters/broadcaster/broadcaster_encode.h"
#include "adapters/broadcaster/seen.h"
#include "schemas/json_put.h"

struct list {
	struct hs_buf *out;
	struct hs_seen seen;
	const char *prefecture;
};

static void
add_reading(struct list *list, const char *code, const char *name, const char *kana)
{
	if (name == NULL || kana == NULL || name[0] == '\0' || kana[0] == '\0')
		return;
	if (!hs_seen_add(&list->seen, code, name, kana))
		return;
	hs_json_open(list->out, NULL, '{');
	hs_json_put_said(list->out, "code", code);
	hs_json_put_text(list->out, "name", name);
	hs_json_put_text(list->out, "kana", kana);
	hs_json_close(list->out, '}');
}

static bool
is_own(const struct list *list, const char *area_code)
{
	char own[HS_PREFECTURE_SIZE];
	hs_prefecture_of(area_code, own);
	return strcmp(own, list->prefecture) == 0;
}

static void
place_readings(struct list *list, const hs_evacuation *evacuation)
{
	for (size_t i = 0; i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];
		for (size_t j = 0; j < detail->n_areas; j++) {
			const hs_area *area = detail->areas[j]->area;
			if (area == NULL)
				continue;
			if (area->code[0] == '\0' || is_own(list, area->code))
				add_reading(list, area->code, area->name, area->kana);
		}
	}
}

/* As many names as may come. */
static size_t
names_most(const hs_notice *notice, size_t clauses)
{
	size_t most = clauses + notice->n_areas;
	if (notice->detail_case != HANSHO__V1__NOTICE__DETAIL_EVACUATION)
		return most;
	for (size_t i = 0; i < notice->evacuation->n_details; i++)
		most += notice->evacuation->details[i]->n_areas;
	return most;
}

void
hs_broadcast_put_readings(struct hs_arena *arena, struct hs_buf *out, const char *key,
	const struct hs_broadcast_places *places)
{
	const hs_notice *notice = places->notice;
	struct list list = { .out = out, .prefecture = places->prefecture };
	hs_json_open(out, key, '[');
	bool good = hs_seen_begin(&list.seen, arena, names_most(notice, places->clause_count));
	for (size_t i = 0; good && i < places->clause_count; i++) {
		const struct hs_area_row *area = hs_area_find(places->clauses[i].area_code);
		if (area != NULL)
			add_reading(&list, area->code, area->name, area->kana);
	}
	if (good && notice->detail_case == HANSHO__V1__NOTICE__DETAIL_EVACUATION)
		place_readings(&list, notice->evacuation);
	for (size_t i = 0; good && i < notice->n_areas; i++) {
		if (is_own(&list, notice->areas[i]->code))
			add_reading(&list, notice->areas[i]->code, notice->areas[i]->name,
				notice->areas[i]->kana);
	}
	hs_json_close(out, ']');
}
