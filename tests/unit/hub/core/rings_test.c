/* Who can ring for what, and what that means to the second of two routes: one with detail (JMA), one without (CAP). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/core/rings.h"
#include "hub/core/same_event.h"

#define NEW(type)  hs_message_new(arena, &hansho__v1__##type##__descriptor)
#define CASE(name) HANSHO__V1__NOTICE__DETAIL_##name
#define S	   1000000LL

static const struct hs_span agency = { "agency", 6 }, bridge = { "bridge", 6 };

/* One warning about event E at 03, of that rank; CAP when severity is given. */
struct says {
	int kind;
	uint32_t rank;
	const char *severity;
	const char *intensity; /* of an early warning, at 03 */
	const char *hazard;
	int64_t at_us;
	int action;
	const char *event; /* NULL: E */
	bool over;	   /* not in force any more */
	bool forecast;
};

static hs_area *
area_of(struct hs_arena *arena, const char *code)
{
	hs_area *area = NEW(area);
	area->code = hs_arena_strdup(arena, code);
	return area;
}

static void
intensity_add(struct hs_arena *arena, hs_earthquake *quake, const char *value)
{
	hs_intensity *one = NEW(intensity);
	one->value = hs_arena_strdup(arena, value);
	one->area = area_of(arena, "03");
	assert_true(hs_repeat(arena, &quake->n_intensities, &quake->intensities, one));
}

static void
detail_put(struct hs_arena *arena, hs_notice *notice, const struct says *says)
{
	hs_hazard *item = NEW(hazard);
	hs_earthquake *quake = NEW(earthquake);
	item->hazard = hs_arena_strdup(arena, says->hazard ? says->hazard : "x");
	item->rank = says->rank;
	item->in_force = !says->over;
	assert_true(hs_repeat(arena, &item->n_areas, &item->areas, area_of(arena, "03")));
	if (says->intensity)
		intensity_add(arena, quake, says->intensity);
	switch (says->kind) {
#define ROW(KIND, name)                                                                            \
	case HS_KIND(KIND):                                                                        \
		notice->name = NEW(name);                                                          \
		notice->detail_case = CASE(KIND);                                                  \
		assert_true(hs_repeat(arena, &notice->name->n_items, &notice->name->items, item)); \
		break;
		ROW(EEW, eew)
		ROW(TSUNAMI, tsunami)
		ROW(VOLCANO, volcano)
		ROW(WEATHER, weather)
		ROW(LANDSLIDE, landslide)
		ROW(FLOOD, flood)
	default:
		fail();
	}
	if (says->kind == HS_KIND(EEW)) {
		notice->eew->earthquake = quake;
		notice->eew->warning = !says->forecast;
	}
}

static void
cap_put(struct hs_arena *arena, hs_notice *notice, const char *severity)
{
	hs_cap_info *info = NEW(cap_info);
	info->severity = hs_arena_strdup(arena, severity);
	notice->cap = NEW(cap_values);
	assert_true(hs_repeat(arena, &notice->cap->n_infos, &notice->cap->infos, info));
}

static hs_notice *
make(struct hs_arena *arena, struct says says)
{
	hs_notice *notice = NEW(notice);
	notice->mode = HS_MODE(LIVE);
	notice->kind = (Hansho__V1__Kind)says.kind;
	notice->action = (Hansho__V1__Action)(says.action ? says.action : HS_ACTION(ISSUE));
	notice->document = NEW(document);
	notice->document->source = hs_arena_strdup(arena, says.severity ? "cap" : "jma");
	notice->document->id = hs_arena_strdup(arena, "d");
	notice->document->event = hs_arena_strdup(arena, says.event ? says.event : "E");
	notice->times = NEW(times);
	notice->times->reported = hs_time_new(arena, 1000 * S + says.at_us, 540);
	assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas, area_of(arena, "03")));
	if (says.severity)
		cap_put(arena, notice, says.severity);
	else
		detail_put(arena, notice, &says);
	return notice;
}

/* Was the second told by the first? */
static bool
told(struct says first, struct says second)
{
	struct hs_arena *arena = hs_arena_create(1u << 20);
	struct hs_same_events *events = hs_same_events_create(&hs_alike_defaults);
	hs_same_event_take(events, 1, agency, make(arena, first));
	bool found = hs_same_event_told(events, arena, bridge, make(arena, second));
	hs_same_events_destroy(events);
	hs_arena_destroy(arena);
	return found;
}

static void
who_rings_is_a_table_of_kind_and_detail(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(1u << 20);
	const uint32_t all = HS_RING_HEADLINE | HS_RING_DETAIL, cells = HS_RING_CELL_BROADCAST;
	const struct {
		struct says says;
		uint32_t rings;
	} rows[] = {
		{ { .kind = HS_KIND(TSUNAMI), .rank = 5 }, all | cells },
		{ { .kind = HS_KIND(TSUNAMI), .severity = "Extreme" }, HS_RING_HEADLINE },
		{ { .kind = HS_KIND(EEW), .rank = 5 }, all | cells },
		{ { .kind = HS_KIND(EEW), .rank = 5, .forecast = true }, 0 },
		{ { .kind = HS_KIND(EEW), .severity = "Extreme" }, HS_RING_HEADLINE },
		{ { .kind = HS_KIND(VOLCANO), .rank = 5 }, all },
		{ { .kind = HS_KIND(WEATHER), .rank = 5 }, all },
		{ { .kind = HS_KIND(WEATHER), .severity = "Extreme" }, HS_RING_HEADLINE },
		{ { .kind = HS_KIND(WEATHER), .severity = "Extreme", .action = HS_ACTION(CANCEL) },
			0 },
		{ { .kind = HS_KIND(EARTHQUAKE), .severity = "Extreme" }, 0 },
		{ { .kind = HS_KIND(EVACUATION), .severity = "Extreme" }, 0 },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		if (hs_rings(make(arena, rows[i].says)) != rows[i].rings)
			fail_msg("row %zu", i);
	hs_notice *odd = make(arena, rows[0].says);
	odd->kind = HS_KIND(WEATHER);
	assert_int_equal(HS_RING_OTHERWISE, hs_rings(odd));
	assert_true(hs_rings_cover(all | cells, HS_RING_HEADLINE));
	assert_false(hs_rings_cover(HS_RING_HEADLINE, all));
	assert_false(hs_rings_cover(all, all | cells));
	assert_false(hs_rings_cover(all | cells, HS_RING_OTHERWISE));
	assert_true(hs_rings_cover(0, 0));
	hs_arena_destroy(arena);
}

/* Both routes, in both orders; twice the same route without and with detail. */
static void
what_has_no_detail_covers_nothing_that_has_one(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		struct says jma, cap;
		bool jma_covers_cap;
	} rows[] = {
		{ "tsunami", { .kind = HS_KIND(TSUNAMI), .rank = 5 },
			{ .kind = HS_KIND(TSUNAMI), .severity = "Extreme" }, true },
		{ "weaker tsunami", { .kind = HS_KIND(TSUNAMI), .rank = 3 },
			{ .kind = HS_KIND(TSUNAMI), .severity = "Extreme" }, false },
		{ "stronger tsunami", { .kind = HS_KIND(TSUNAMI), .rank = 5 },
			{ .kind = HS_KIND(TSUNAMI), .severity = "Severe" }, true },
		{ "early warning", { .kind = HS_KIND(EEW), .rank = 5, .intensity = "6-" },
			{ .kind = HS_KIND(EEW), .severity = "Extreme" }, true },
		{ "early warning without intensities", { .kind = HS_KIND(EEW), .rank = 5 },
			{ .kind = HS_KIND(EEW), .severity = "Extreme" }, true },
		{ "forecast", { .kind = HS_KIND(EEW), .rank = 5, .forecast = true },
			{ .kind = HS_KIND(EEW), .severity = "Extreme" }, false },
		{ "eruption", { .kind = HS_KIND(VOLCANO), .rank = 5 },
			{ .kind = HS_KIND(VOLCANO), .severity = "Extreme" }, true },
		/* which hazard a headline means cannot be told: it rings */
		{ "special warning", { .kind = HS_KIND(WEATHER), .rank = 5, .hazard = "rain" },
			{ .kind = HS_KIND(WEATHER), .severity = "Extreme" }, false },
		{ "landslide", { .kind = HS_KIND(LANDSLIDE), .rank = 5, .hazard = "landslide" },
			{ .kind = HS_KIND(LANDSLIDE), .severity = "Extreme" }, false },
		{ "flood", { .kind = HS_KIND(FLOOD), .rank = 5, .hazard = "flood" },
			{ .kind = HS_KIND(FLOOD), .severity = "Extreme" }, false },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct says jma = rows[i].jma, cap = rows[i].cap;
		if (told(cap, jma) && !jma.forecast)
			fail_msg("%s: CAP first", rows[i].what);
		if (told(jma, cap) != rows[i].jma_covers_cap)
			fail_msg("%s: JMA first", rows[i].what);
		if (!told(jma, jma) || !told(cap, cap))
			fail_msg("%s: the same again", rows[i].what);
	}
}

/* The third message: whatever the headline in between said, the telegram that says more rings. */
static void
a_headline_in_between_hides_no_later_telegram(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(1u << 20);
	struct hs_same_events *events = hs_same_events_create(&hs_alike_defaults);
	struct says weak = { .kind = HS_KIND(TSUNAMI), .rank = 3 };
	struct says headline = { .kind = HS_KIND(TSUNAMI), .severity = "Extreme", .at_us = S };
	struct says strong = { .kind = HS_KIND(TSUNAMI), .rank = 5, .at_us = 2 * S };
	hs_same_event_take(events, 1, agency, make(arena, weak));
	assert_false(hs_same_event_told(events, arena, bridge, make(arena, headline)));
	hs_same_event_take(events, 2, bridge, make(arena, headline));
	assert_false(hs_same_event_told(events, arena, agency, make(arena, strong)));
	hs_same_events_destroy(events);
	hs_arena_destroy(arena);
}

/* The first info is what loudspeakers go by; an all-clear says nothing. */
static void
a_headline_says_no_more_than_it_rings_for(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(1u << 20);
	struct hs_same_events *events = hs_same_events_create(&hs_alike_defaults);
	struct says minor = { .kind = HS_KIND(TSUNAMI), .severity = "Minor" };
	struct says extreme = { .kind = HS_KIND(TSUNAMI), .severity = "Extreme" };
	struct says clear = {
		.kind = HS_KIND(TSUNAMI), .severity = "Extreme", .action = HS_ACTION(LIFT)
	};
	hs_notice *first = make(arena, minor);
	cap_put(arena, first, "Minor");
	hs_cap_info *second = NEW(cap_info);
	second->severity = hs_arena_strdup(arena, "Extreme");
	assert_true(hs_repeat(arena, &first->cap->n_infos, &first->cap->infos, second));
	hs_same_event_take(events, 1, agency, first);
	assert_false(hs_same_event_told(events, arena, bridge, make(arena, extreme)));
	assert_false(told(clear, extreme));
	hs_same_events_destroy(events);
	hs_arena_destroy(arena);
}

/* Of an early warning without any intensity the strongest is to be feared, and told. */
static void
intensities_that_are_told_cover_none_that_are_not(void **state)
{
	(void)state;
	struct says five = { .kind = HS_KIND(EEW), .rank = 5, .intensity = "5-" };
	struct says seven = { .kind = HS_KIND(EEW), .rank = 5, .intensity = "7" };
	struct says untold = { .kind = HS_KIND(EEW), .rank = 5 };
	assert_false(told(five, untold));
	assert_true(told(seven, untold));
	assert_true(told(untold, five));
}

/* The line that told the order may be cut: whoever ends it first is heard. One that is older ends nothing. */
static void
an_order_covers_no_end_that_is_newer(void **state)
{
	(void)state;
	struct says order = { .kind = HS_KIND(TSUNAMI), .rank = 5 };
	struct says end = { .kind = HS_KIND(TSUNAMI), .rank = 1, .over = true, .at_us = S };
	assert_false(told(order, end));
	assert_true(told(end, end));
	end.at_us = 0;
	assert_true(told(order, end));
	end.at_us = -S;
	assert_true(told(order, end));
}

/* Decided so (DECISIONS.md): an early warning in CAP that names no event stays an event of its own, however soon after the agency's
 * and for whichever areas it comes: a second shock that only CAP tells of must ring. */
static void
an_early_warning_in_cap_is_of_the_event_that_it_names(void **state)
{
	(void)state;
	struct says jma = {
		.kind = HS_KIND(EEW), .rank = 5, .intensity = "6-", .event = "20260701072934"
	};
	struct says cap = {
		.kind = HS_KIND(EEW), .severity = "Extreme", .event = "", .at_us = 5 * S
	};
	assert_false(told(jma, cap));
	cap.event = jma.event;
	assert_true(told(jma, cap));
	cap.event = "20260701072939";
	assert_false(told(jma, cap));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_rings_is_a_table_of_kind_and_detail),
		cmocka_unit_test(what_has_no_detail_covers_nothing_that_has_one),
		cmocka_unit_test(a_headline_in_between_hides_no_later_telegram),
		cmocka_unit_test(a_headline_says_no_more_than_it_rings_for),
		cmocka_unit_test(intensities_that_are_told_cover_none_that_are_not),
		cmocka_unit_test(an_order_covers_no_end_that_is_newer),
		cmocka_unit_test(an_early_warning_in_cap_is_of_the_event_that_it_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
