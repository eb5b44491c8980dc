/* The hub's table of who can ring for what (hub/core/rings.h), held against those who ring. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/jalert/alerts.h"
#include "adapters/telecom/telecom_outlet.h"
#include "hub/base/check.h"
#include "hub/core/rings.h"
#include "hub/core/said.h"

#define NEW(type)  hs_message_new(arena, &hansho__v1__##type##__descriptor)
#define CASE(name) HANSHO__V1__NOTICE__DETAIL_##name

static hs_notice *
headline(struct hs_arena *arena, int kind)
{
	hs_notice *notice = NEW(notice);
	hs_cap_info *info = NEW(cap_info);
	hs_area *area = NEW(area);
	notice->kind = (Hansho__V1__Kind)kind;
	notice->action = HS_ACTION(ISSUE);
	info->severity = hs_arena_strdup(arena, "Extreme");
	notice->cap = NEW(cap_values);
	area->code = hs_arena_strdup(arena, "990019");
	assert_true(hs_repeat(arena, &notice->cap->n_infos, &notice->cap->infos, info));
	assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas, area));
	return notice;
}

static hs_earthquake *
strong(struct hs_arena *arena)
{
	hs_earthquake *quake = NEW(earthquake);
	hs_intensity *one = NEW(intensity);
	one->value = hs_arena_strdup(arena, "7");
	one->area = NEW(area);
	one->area->code = hs_arena_strdup(arena, "990019");
	assert_true(hs_repeat(arena, &quake->n_intensities, &quake->intensities, one));
	return quake;
}

/* The gravest that there is of it. */
static void
detail_put(struct hs_arena *arena, hs_notice *notice, int detail)
{
	hs_hazard *item = NEW(hazard);
	item->rank = 5;
	item->in_force = true;
	assert_true(hs_repeat(arena, &item->n_areas, &item->areas, notice->areas[0]));
	notice->detail_case = (Hansho__V1__Notice__DetailCase)detail;
	switch (detail) {
#define ROW(KIND, name)                                                                            \
	case CASE(KIND):                                                                           \
		notice->name = NEW(name);                                                          \
		assert_true(hs_repeat(arena, &notice->name->n_items, &notice->name->items, item)); \
		break;
		ROW(EEW, eew)
		ROW(TSUNAMI, tsunami)
		ROW(VOLCANO, volcano)
		ROW(WEATHER, weather)
		ROW(LANDSLIDE, landslide)
		ROW(FLOOD, flood)
	case CASE(CIVIL_PROTECTION):
		notice->civil_protection = NEW(civil_protection);
		break;
	default:
		notice->earthquake = strong(arena);
		break;
	}
	if (detail == CASE(EEW)) {
		notice->eew->warning = true;
		notice->eew->earthquake = strong(arena);
	}
}

static void
rings_as_the_table_says(struct hs_arena *arena, const hs_notice *notice, uint32_t loud)
{
	const struct hs_config_texts all = { NULL, 0 };
	struct hs_alerts alerts;
	uint32_t rings = hs_rings(notice);
	assert_int_equal(HS_OK, hs_alerts_of(arena, notice, &all, &alerts));
	if ((alerts.count > 0) != ((rings & loud) != 0))
		fail_msg("loudspeakers: kind %d, detail %d", (int)notice->kind,
			(int)notice->detail_case);
	if (hs_cbc_outlet_ops.takes((int)notice->detail_case) !=
		((rings & HS_RING_CELL_BROADCAST) != 0))
		fail_msg("cell broadcast: kind %d, detail %d", (int)notice->kind,
			(int)notice->detail_case);
	assert_false(hs_carrier_outlet_ops.takes((int)notice->detail_case));
}

static void
the_table_is_what_outlets_do(void **state)
{
	(void)state;
	static const struct {
		int kind, detail;
	} rows[] = { { HS_KIND(CIVIL_PROTECTION), CASE(CIVIL_PROTECTION) },
		{ HS_KIND(EEW), CASE(EEW) }, { HS_KIND(TSUNAMI), CASE(TSUNAMI) },
		{ HS_KIND(VOLCANO), CASE(VOLCANO) }, { HS_KIND(WEATHER), CASE(WEATHER) },
		{ HS_KIND(LANDSLIDE), CASE(LANDSLIDE) }, { HS_KIND(FLOOD), CASE(FLOOD) },
		{ HS_KIND(EARTHQUAKE), CASE(EARTHQUAKE) } };
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_arena *arena = hs_arena_create(1u << 20);
		hs_notice *notice = headline(arena, rows[i].kind);
		rings_as_the_table_says(arena, notice, HS_RING_HEADLINE);
		detail_put(arena, notice, rows[i].detail);
		rings_as_the_table_says(arena, notice, HS_RING_DETAIL);
		notice->action = HS_ACTION(CANCEL);
		assert_int_equal(0, hs_rings(notice));
		hs_arena_destroy(arena);
	}
}

/* What the hub compares as the strongest of all is what loudspeakers ring for. */
static void
an_early_warning_without_intensities_counts_as_it_rings(void **state)
{
	(void)state;
	for (uint32_t rank = 1; rank <= 5; rank++) {
		struct hs_arena *arena = hs_arena_create(1u << 20);
		const struct hs_config_texts all = { NULL, 0 };
		hs_notice *notice = headline(arena, HS_KIND(EEW));
		struct hs_alerts alerts;
		struct hs_said said;
		bool strongest = false;

		detail_put(arena, notice, CASE(EEW));
		notice->eew->earthquake = NULL;
		notice->eew->items[0]->rank = rank;
		assert_int_equal(HS_OK, hs_alerts_of(arena, notice, &all, &alerts));
		hs_said_read(notice, &said);
		for (size_t i = 0; i < said.count; i++)
			strongest |= strcmp(said.pairs[i].label, "intensity") == 0;
		if ((alerts.count > 0) != strongest)
			fail_msg("rank %u", rank);
		hs_said_free(&said);
		hs_arena_destroy(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_table_is_what_outlets_do),
		cmocka_unit_test(an_early_warning_without_intensities_counts_as_it_rings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
