/* What comes anew after an end alarms, whatever another route said before it; and what an early warning covers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/core/same_event.h"

#define NEW(type) hs_message_new(arena, &hansho__v1__##type##__descriptor)
#define S	  1000000LL

static const struct hs_span agency = { "agency", 6 }, bridge = { "bridge", 6 };

struct says {
	int kind;
	uint32_t rank;
	int64_t at_us;
	int action;
	bool over;
	bool no_times;
	const char *intensity;
	const char *severity; /* without detail, as CAP says it */
	const char *code;     /* NULL: 03 */
};

static hs_area *
area_of(struct hs_arena *arena, const char *code)
{
	hs_area *area = NEW(area);
	area->code = hs_arena_strdup(arena, code);
	return area;
}

static hs_notice *
make(struct hs_arena *arena, struct says says)
{
	hs_notice *notice = NEW(notice);
	hs_hazard *item = NEW(hazard);
	notice->mode = HS_MODE(LIVE);
	notice->kind = (Hansho__V1__Kind)(says.kind ? says.kind : HS_KIND(TSUNAMI));
	notice->action = (Hansho__V1__Action)(says.action ? says.action : HS_ACTION(ISSUE));
	notice->document = NEW(document);
	notice->document->source = hs_arena_strdup(arena, "jma");
	notice->document->id = hs_arena_strdup(arena, "d");
	notice->document->event = hs_arena_strdup(arena, "E");
	if (!says.no_times) {
		notice->times = NEW(times);
		notice->times->reported = hs_time_new(arena, 1000 * S + says.at_us, 540);
	}
	assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas,
		area_of(arena, says.code ? says.code : "03")));
	if (says.severity) {
		hs_cap_info *info = NEW(cap_info);
		info->severity = hs_arena_strdup(arena, says.severity);
		notice->cap = NEW(cap_values);
		assert_true(hs_repeat(arena, &notice->cap->n_infos, &notice->cap->infos, info));
		return notice;
	}
	item->hazard = hs_arena_strdup(arena, "x");
	item->rank = says.rank;
	item->in_force = !says.over;
	assert_true(hs_repeat(arena, &item->n_areas, &item->areas, area_of(arena, "03")));
	if (notice->kind == HS_KIND(EEW)) {
		notice->eew = NEW(eew);
		notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EEW;
		notice->eew->warning = true;
		notice->eew->earthquake = NEW(earthquake);
		assert_true(hs_repeat(arena, &notice->eew->n_items, &notice->eew->items, item));
		if (says.intensity) {
			hs_intensity *one = NEW(intensity);
			one->value = hs_arena_strdup(arena, says.intensity);
			one->area = area_of(arena, "03");
			assert_true(hs_repeat(arena, &notice->eew->earthquake->n_intensities,
				&notice->eew->earthquake->intensities, one));
		}
		return notice;
	}
	notice->tsunami = NEW(tsunami);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_TSUNAMI;
	assert_true(hs_repeat(arena, &notice->tsunami->n_items, &notice->tsunami->items, item));
	return notice;
}

struct desk {
	struct hs_arena *arena;
	struct hs_same_events *events;
	uint64_t seq;
};

/* As the hub does it: asked, then taken. */
static bool
comes(struct desk *desk, struct hs_span by, struct says says)
{
	hs_notice *notice = make(desk->arena, says);
	bool told = hs_same_event_told(desk->events, desk->arena, by, notice);
	hs_same_event_take(desk->events, ++desk->seq, by, notice);
	return told;
}

static struct desk
desk_new(void)
{
	return (struct desk){ hs_arena_create(1u << 20), hs_same_events_create(&hs_alike_defaults),
		0 };
}

static void
desk_free(struct desk *desk)
{
	hs_same_events_destroy(desk->events);
	hs_arena_destroy(desk->arena);
}

static const struct says order = { .rank = 5 };

/* In full by one route, coarser by the other (CAP), then in full by that one too: silent, unless the coarse one said less, or the last
 * one says more. */
static void
a_coarse_echo_between_two_full_ones_is_no_end(void **state)
{
	(void)state;
	static const struct {
		const char *what, *severity, *code, *intensity;
		bool told;
	} rows[] = {
		{ "as much as it can", "Extreme", "03", "6-", true },
		{ "less", "Moderate", "03", "6-", false },
		{ "elsewhere", "Extreme", "032018", "6-", false },
		{ "and stronger then", "Extreme", "03", "7", false },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct desk desk = desk_new();
		const struct says full = { .kind = HS_KIND(EEW), .rank = 3, .intensity = "6-" },
				  coarse = { .kind = HS_KIND(EEW),
					  .severity = rows[i].severity,
					  .code = rows[i].code,
					  .at_us = S },
				  again = { .kind = HS_KIND(EEW),
					  .rank = 3,
					  .intensity = rows[i].intensity,
					  .at_us = 2 * S };
		assert_false(comes(&desk, agency, full));
		(void)comes(&desk, bridge, coarse);
		if (comes(&desk, bridge, again) != rows[i].told)
			fail_msg("%s", rows[i].what);
		desk_free(&desk);
	}
}

/* The agency warns (rings), the bridge echoes (silent), the agency ends it (all are told), the agency warns anew: must ring. */
static void
a_warning_anew_after_its_end_rings_though_the_other_route_never_ended(void **state)
{
	(void)state;
	struct desk desk = desk_new();
	struct says echo = order, end = { .rank = 1, .over = true, .at_us = 60 * S },
		    anew = { .rank = 5, .at_us = 120 * S };
	echo.at_us = S;
	assert_false(comes(&desk, agency, order));
	assert_true(comes(&desk, bridge, echo));
	assert_false(comes(&desk, agency, end));
	assert_false(comes(&desk, agency, anew));
	desk_free(&desk);
}

/* The same with a cancel in between (in error). */
static void
a_warning_anew_after_its_cancel_rings(void **state)
{
	(void)state;
	struct desk desk = desk_new();
	struct says echo = order,
		    cancel = { .rank = 5, .action = HS_ACTION(CANCEL), .at_us = 60 * S },
		    anew = { .rank = 5, .at_us = 120 * S };
	echo.at_us = S;
	assert_false(comes(&desk, agency, order));
	assert_true(comes(&desk, bridge, echo));
	assert_false(comes(&desk, agency, cancel));
	assert_false(comes(&desk, agency, anew));
	desk_free(&desk);
}

/* The end by the bridge, and the order anew by the bridge: the agency's order stands as its newest. */
static void
the_other_route_that_ends_and_warns_anew_rings(void **state)
{
	(void)state;
	struct desk desk = desk_new();
	struct says end = { .rank = 1, .over = true, .at_us = 60 * S },
		    anew = { .rank = 5, .at_us = 120 * S };
	assert_false(comes(&desk, agency, order));
	assert_false(comes(&desk, bridge, end));
	assert_false(comes(&desk, bridge, anew));
	desk_free(&desk);
}

/* An order whose time is not known covers an end that is certainly after it. */
static void
an_order_without_a_time_covers_no_end(void **state)
{
	(void)state;
	struct desk desk = desk_new();
	struct says timeless = order, end = { .rank = 1, .over = true, .at_us = 60 * S };
	timeless.no_times = true;
	assert_false(comes(&desk, agency, timeless));
	assert_false(comes(&desk, bridge, end));
	desk_free(&desk);
}

/* Loudspeakers keep still for an early warning of rank 3 without intensities; it covers none that has one. */
static void
an_early_warning_that_does_not_ring_covers_none_that_does(void **state)
{
	(void)state;
	struct desk desk = desk_new();
	struct says still = { .kind = HS_KIND(EEW), .rank = 3 },
		    rings = { .kind = HS_KIND(EEW), .rank = 3, .intensity = "6-" };
	assert_false(comes(&desk, agency, still));
	assert_false(comes(&desk, bridge, rings));
	desk_free(&desk);
}

/* As the hub meets them: who says what, and whether it is silent. */
struct step {
	const struct hs_span *by;
	struct says says;
	bool told;
};

static void
go(const char *what, const struct step *steps)
{
	struct desk desk = desk_new();
	for (size_t i = 0; steps[i].by != NULL; i++)
		if (comes(&desk, *steps[i].by, steps[i].says) != steps[i].told)
			fail_msg("%s: step %zu", what, i + 1);
	desk_free(&desk);
}

/* Down and up again is a warning anew; a late echo of what was before it is none. */
static void
what_went_down_by_one_route_rings_when_it_rises_again(void **state)
{
	(void)state;
	const struct says echo = { .rank = 5, .at_us = S }, down = { .rank = 2, .at_us = 60 * S },
			  anew = { .rank = 5, .at_us = 120 * S };
	go("down and up",
		(struct step[]){ { &agency, order, false }, { &bridge, echo, true },
			{ &agency, down, true }, { &agency, anew, false }, { .by = NULL } });
	go("down and up, echoed",
		(struct step[]){ { &agency, order, false }, { &bridge, echo, true },
			{ &agency, down, true }, { &agency, anew, false }, { &bridge, anew, true },
			{ &bridge, down, true }, { .by = NULL } });
	go("a step late",
		(struct step[]){ { &agency, down, false }, { &bridge, down, true },
			{ &agency, anew, false }, { &bridge, anew, true }, { .by = NULL } });
	go("all late", (struct step[]){ { &agency, down, false }, { &agency, anew, false },
			       { &bridge, down, true }, { &bridge, anew, true }, { .by = NULL } });
}

static void
a_late_echo_stays_silent_after_the_end(void **state)
{
	(void)state;
	const struct says end = { .rank = 1, .over = true, .at_us = 60 * S },
			  cancel = { .rank = 5, .action = HS_ACTION(CANCEL), .at_us = 60 * S },
			  late = { .rank = 5, .at_us = 60 * S }, first = { .rank = 5 },
			  anew = { .rank = 5, .at_us = 120 * S };
	go("of the order",
		(struct step[]){ { &agency, order, false }, { &agency, end, false },
			{ &bridge, first, true }, { &bridge, late, false }, { .by = NULL } });
	go("of the echo",
		(struct step[]){ { &agency, order, false }, { &bridge, first, true },
			{ &agency, end, false }, { &agency, late, true }, { .by = NULL } });
	go("after a cancel", (struct step[]){ { &agency, order, false }, { &agency, cancel, false },
				     { &bridge, first, true }, { .by = NULL } });
	go("of the end, after the order anew",
		(struct step[]){ { &agency, order, false }, { &bridge, first, true },
			{ &agency, end, false }, { &agency, anew, false }, { &bridge, end, true },
			{ &bridge, anew, true }, { .by = NULL } });
}

/* When an end, or what comes after it, has no time, nobody knows that it is an echo. */
static void
without_a_time_what_comes_after_an_end_rings(void **state)
{
	(void)state;
	const struct says echo = { .rank = 5, .at_us = S },
			  end = { .rank = 1, .over = true, .at_us = 60 * S },
			  timeless_end = { .rank = 1, .over = true, .no_times = true },
			  cancel = { .rank = 5, .action = HS_ACTION(CANCEL), .at_us = 60 * S },
			  anew = { .rank = 5, .at_us = 120 * S },
			  timeless = { .rank = 5, .no_times = true };
	go("an end", (struct step[]){ { &agency, order, false }, { &bridge, echo, true },
			     { &agency, timeless_end, false }, { &agency, anew, false },
			     { .by = NULL } });
	go("an order",
		(struct step[]){ { &agency, order, false }, { &bridge, echo, true },
			{ &agency, end, false }, { &agency, timeless, false }, { .by = NULL } });
	go("none at all", (struct step[]){ { &agency, timeless, false },
				  { &bridge, timeless, true }, { &agency, timeless_end, false },
				  { &agency, timeless, false }, { .by = NULL } });
	go("the first order",
		(struct step[]){ { &agency, timeless, false }, { &bridge, echo, true },
			{ &bridge, cancel, false }, { &bridge, anew, false }, { .by = NULL } });
	go("an echo, nothing ended",
		(struct step[]){ { &agency, timeless, false }, { &bridge, timeless, true },
			{ &bridge, echo, true }, { .by = NULL } });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_coarse_echo_between_two_full_ones_is_no_end),
		cmocka_unit_test(
			a_warning_anew_after_its_end_rings_though_the_other_route_never_ended),
		cmocka_unit_test(a_warning_anew_after_its_cancel_rings),
		cmocka_unit_test(the_other_route_that_ends_and_warns_anew_rings),
		cmocka_unit_test(an_order_without_a_time_covers_no_end),
		cmocka_unit_test(an_early_warning_that_does_not_ring_covers_none_that_does),
		cmocka_unit_test(what_went_down_by_one_route_rings_when_it_rises_again),
		cmocka_unit_test(a_late_echo_stays_silent_after_the_end),
		cmocka_unit_test(without_a_time_what_comes_after_an_end_rings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
