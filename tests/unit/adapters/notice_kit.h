/* notice_kit.h: small builder of evacuation notices for the tests of the renderers. Synthetic places only. */
#ifndef HS_TEST_NOTICE_KIT_H
#define HS_TEST_NOTICE_KIT_H

#include <string.h>

#include "hub/base/arena.h"
#include "schemas/notice.h"

/* 2026-07-01 18:55 +09:00 */
#define KIT_ORDERED_US 1782899700000000LL

struct kit_place {
	const char *code;
	const char *name;
	const char *kana;
	const char *term;
	uint32_t level;
	bool lifted;
	int64_t later_min; /* ordered so many minutes after KIT_ORDERED_US */
};

static inline char *
kit_text(struct hs_arena *arena, const char *text)
{
	return hs_arena_strdup(arena, text);
}

static inline hs_evacuation_detail *
kit_detail(struct hs_arena *arena, hs_evacuation *evacuation, const struct kit_place *place)
{
	int state = place->lifted ? HS_EVAC(LIFTED) : HS_EVAC(ISSUED);
	for (size_t i = 0; i < evacuation->n_details; i++) {
		hs_evacuation_detail *detail = evacuation->details[i];
		if ((int)detail->state == state && strcmp(detail->sort, place->term) == 0)
			return detail;
	}
	hs_evacuation_detail *detail =
		hs_message_new(arena, &hansho__v1__evacuation__detail__descriptor);
	detail->sort = kit_text(arena, place->term);
	detail->state = (Hansho__V1__Evacuation__State)state;
	detail->level = hs_message_new(arena, &hansho__v1__level__descriptor);
	detail->level->number = place->lifted ? 0 : place->level;
	detail->level->term = detail->sort;
	detail->level->scheme = kit_text(arena, "2026");
	hs_repeat(arena, &evacuation->n_details, &evacuation->details, detail);
	return detail;
}

static inline void
kit_add(struct hs_arena *arena, hs_notice *notice, const struct kit_place *place)
{
	hs_evacuation_detail *detail = kit_detail(arena, notice->evacuation, place);
	hs_evacuation_place *item =
		hs_message_new(arena, &hansho__v1__evacuation__place__descriptor);
	hs_area *area = hs_message_new(arena, &hansho__v1__area__descriptor);
	area->code = kit_text(arena, place->code);
	area->name = kit_text(arena, place->name);
	area->kana = kit_text(arena, place->kana != NULL ? place->kana : "");
	item->area = area;
	item->ordered = hs_time_new(arena, KIT_ORDERED_US + place->later_min * 60 * 1000000, 540);
	hs_repeat(arena, &detail->n_areas, &detail->areas, item);
	if (!place->lifted && place->level > notice->level->number) {
		notice->level->number = place->level;
		notice->level->term = detail->sort;
	}
	for (size_t i = 0; i < notice->n_areas; i++) {
		if (strcmp(notice->areas[i]->code, place->code) == 0)
			return;
	}
	hs_area *addressed = hs_message_new(arena, &hansho__v1__area__descriptor);
	addressed->code = area->code;
	hs_repeat(arena, &notice->n_areas, &notice->areas, addressed);
}

/* mode: HS_MODE(…), action: HS_ACTION(…). Document ids tell documents apart. */
static inline hs_notice *
kit_notice(struct hs_arena *arena, int mode, int action, const char *document, uint32_t revision,
	const struct kit_place *places, size_t count)
{
	hs_notice *notice = hs_message_new(arena, &hansho__v1__notice__descriptor);
	notice->mode = (Hansho__V1__Mode)mode;
	notice->action = (Hansho__V1__Action)action;
	notice->kind = HS_KIND(EVACUATION);
	notice->document = hs_message_new(arena, &hansho__v1__document__descriptor);
	notice->document->source = kit_text(arena, "bosai.kakuu.example");
	notice->document->id = kit_text(arena, document);
	notice->document->revision = revision;
	notice->source = hs_message_new(arena, &hansho__v1__source__descriptor);
	notice->source->code = kit_text(arena, count > 0 ? places[0].code : "990019");
	notice->source->name = kit_text(arena, "架空市");
	notice->source->office = kit_text(arena, "防災課");
	notice->times = hs_message_new(arena, &hansho__v1__times__descriptor);
	notice->times->ordered = hs_time_new(arena, KIT_ORDERED_US, 540);
	notice->level = hs_message_new(arena, &hansho__v1__level__descriptor);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EVACUATION;
	notice->evacuation = hs_message_new(arena, &hansho__v1__evacuation__descriptor);
	notice->evacuation->hazard = kit_text(arena, "flood");
	for (size_t i = 0; i < count; i++)
		kit_add(arena, notice, &places[i]);
	return notice;
}

#endif
