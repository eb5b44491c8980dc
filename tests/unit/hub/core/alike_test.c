/* Messages of two routes that share no id: the same event, or two. Near misses on both sides of each limit. */
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
#define JMA	  "20260701072934"

static const struct hs_span agency = { "agency", 6 }, receiver = { "receiver", 8 },
			    third = { "third", 5 };

/* An early warning, an earthquake or a tsunami warning for two places; origin 0: none is told. */
struct says {
	int kind;
	const char *event;
	int64_t origin_us;
	double latitude, longitude; /* 0: no point */
	const char *name;
	const char *codes[3];
	int64_t reported_us;
	int action, mode;
};

static const struct says eew = { HS_KIND(EEW), JMA, 1000 * S, 38.1, 142.9, "三陸沖", { "03", "04" },
	1010 * S, 0, 0 };
static const struct says tsunami = { HS_KIND(TSUNAMI), JMA, 0, 0, 0, "", { "03", "04" }, 1200 * S,
	0, 0 };

static hs_earthquake *
quake_of(struct hs_arena *arena, const struct says *says)
{
	hs_earthquake *quake = NEW(earthquake);
	if (says->origin_us)
		quake->origin = hs_time_new(arena, says->origin_us, 540);
	quake->epicenter_name = hs_arena_strdup(arena, says->name);
	if (says->latitude != 0) {
		quake->epicenter = NEW(point);
		quake->epicenter->latitude = says->latitude;
		quake->epicenter->longitude = says->longitude;
	}
	return quake;
}

static hs_hazard *
item_of(struct hs_arena *arena, const struct says *says)
{
	hs_hazard *item = NEW(hazard);
	item->hazard = hs_arena_strdup(arena, "x");
	item->rank = 5;
	item->in_force = true;
	for (size_t i = 0; i < 3 && says->codes[i]; i++) {
		hs_area *area = NEW(area);
		area->code = hs_arena_strdup(arena, says->codes[i]);
		assert_true(hs_repeat(arena, &item->n_areas, &item->areas, area));
	}
	return item;
}

static void
detail_of(struct hs_arena *arena, const struct says *says, hs_notice *notice)
{
	if (says->kind == HS_KIND(EEW)) {
		notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EEW;
		notice->eew = NEW(eew);
		notice->eew->earthquake = quake_of(arena, says);
		assert_true(hs_repeat(
			arena, &notice->eew->n_items, &notice->eew->items, item_of(arena, says)));
	} else {
		notice->detail_case = HANSHO__V1__NOTICE__DETAIL_TSUNAMI;
		notice->tsunami = NEW(tsunami);
		notice->tsunami->earthquake = quake_of(arena, says);
		assert_true(hs_repeat(arena, &notice->tsunami->n_items, &notice->tsunami->items,
			item_of(arena, says)));
	}
}

static hs_notice *
make(struct hs_arena *arena, struct says says)
{
	hs_notice *notice = NEW(notice);
	notice->mode = (Hansho__V1__Mode)(says.mode ? says.mode : HS_MODE(LIVE));
	notice->kind = (Hansho__V1__Kind)says.kind;
	notice->action = (Hansho__V1__Action)(says.action ? says.action : HS_ACTION(ISSUE));
	notice->document = NEW(document);
	notice->document->source = hs_arena_strdup(arena, "x");
	notice->document->id = hs_arena_printf(arena, "d-%s", says.event);
	notice->document->event = hs_arena_strdup(arena, says.event);
	notice->times = NEW(times);
	notice->times->reported = hs_time_new(arena, says.reported_us, 540);
	if (notice->action != HS_ACTION(CANCEL))
		detail_of(arena, &says, notice);
	return notice;
}

struct taken {
	struct hs_span who;
	hs_notice *notice;
};

struct bench {
	struct hs_arena *arena;
	struct hs_same_events *events;
	uint64_t seq;
	const char *first; /* event that the newest one names as the first */
	struct taken taken[16];
};

static struct bench
bench_new(const struct hs_alike_limits *limits)
{
	return (struct bench){ .arena = hs_arena_create(1u << 22),
		.events = hs_same_events_create(limits) };
}

static void
bench_free(struct bench *bench)
{
	hs_arena_destroy(bench->arena);
	hs_same_events_destroy(bench->events);
}

/* Whether it was told before; it is taken. */
static bool
tell(struct bench *bench, struct hs_span who, struct says says)
{
	hs_notice *notice = make(bench->arena, says);
	bool told = hs_same_event_told(bench->events, bench->arena, who, notice);
	if (told) /* as intake.h does */
		assert_true(hs_notice_flag(bench->arena, notice, HS_FLAG_SAME_EVENT));
	hs_same_event_take(bench->events, ++bench->seq, who, notice);
	bench->first = hs_first_of(notice->document).event;
	bench->taken[bench->seq] = (struct taken){ who, notice };
	return told;
}

/* Another process, from the journal, under other limits. */
static void
again(struct bench *bench, const struct hs_alike_limits *limits)
{
	hs_same_events_destroy(bench->events);
	bench->events = hs_same_events_create(limits);
	for (uint64_t seq = 1; seq <= bench->seq; seq++)
		hs_same_event_take(
			bench->events, seq, bench->taken[seq].who, bench->taken[seq].notice);
}

#define EEW(...)                          \
	{                                 \
		HS_KIND(EEW), __VA_ARGS__ \
	}
#define TSUNAMI(...)                          \
	{                                     \
		HS_KIND(TSUNAMI), __VA_ARGS__ \
	}
#define BOTH               \
	{                  \
		"03", "04" \
	}

static void
near_misses_on_both_sides(void **state)
{
	(void)state;
	const struct {
		const char *what;
		struct says first, second;
		bool told;
	} rows[] = {
		{ "an id of its own", eew,
			EEW("J-1", 1000 * S, 38.1, 142.9, "三陸沖", BOTH, 1010 * S, 0, 0), true },
		{ "no id", eew, EEW("", 1000 * S, 38.1, 142.9, "三陸沖", BOTH, 1010 * S, 0, 0),
			true },
		{ "5 s later", eew, EEW("J-1", 1005 * S, 38.1, 142.9, "", BOTH, 1010 * S, 0, 0),
			true },
		{ "6 s later", eew, EEW("J-1", 1006 * S, 38.1, 142.9, "", BOTH, 1010 * S, 0, 0),
			false },
		{ "5 s earlier", eew, EEW("J-1", 995 * S, 38.1, 142.9, "", BOTH, 1010 * S, 0, 0),
			true },
		{ "6 s earlier", eew, EEW("J-1", 994 * S, 38.1, 142.9, "", BOTH, 1010 * S, 0, 0),
			false },
		{ "0.3 degrees north", eew,
			EEW("J-1", 1000 * S, 38.4, 142.9, "", BOTH, 1010 * S, 0, 0), true },
		{ "0.4 degrees north", eew,
			EEW("J-1", 1000 * S, 38.5, 142.9, "", BOTH, 1010 * S, 0, 0), false },
		{ "0.3 degrees west", eew,
			EEW("J-1", 1000 * S, 38.1, 142.6, "", BOTH, 1010 * S, 0, 0), true },
		{ "0.4 degrees west", eew,
			EEW("J-1", 1000 * S, 38.1, 142.5, "", BOTH, 1010 * S, 0, 0), false },
		{ "no point, the same name", eew,
			EEW("J-1", 1000 * S, 0, 0, "三陸沖", BOTH, 1010 * S, 0, 0), true },
		{ "no point, another name", eew,
			EEW("J-1", 1000 * S, 0, 0, "宮城県沖", BOTH, 1010 * S, 0, 0), false },
		{ "no place at all", eew, EEW("J-1", 1000 * S, 0, 0, "", BOTH, 1010 * S, 0, 0),
			false },
		{ "no origin", eew, EEW("J-1", 0, 38.1, 142.9, "三陸沖", BOTH, 1010 * S, 0, 0),
			false },
		{ "another id of the agency, all else alike", eew,
			EEW("20260701072935", 1000 * S, 38.1, 142.9, "三陸沖", BOTH, 1010 * S, 0,
				0),
			false },
		{ "two ids of the agency", eew,
			EEW(JMA "+20260701072935", 1000 * S, 38.1, 142.9, "三陸沖", BOTH, 1010 * S,
				0, 0),
			false },
		{ "one area more", eew,
			EEW("J-1", 1000 * S, 38.1, 142.9, "", { "03", "04", "05" }, 1010 * S, 0, 0),
			false },
		{ "a drill", eew,
			EEW("J-1", 1000 * S, 38.1, 142.9, "三陸沖", BOTH, 1010 * S, 0,
				HS_MODE(DRILL)),
			false },
		{ "another kind", eew,
			TSUNAMI("J-1", 1000 * S, 38.1, 142.9, "三陸沖", BOTH, 1010 * S, 0, 0),
			false },
		{ "tsunami: the same areas", tsunami,
			TSUNAMI("J-1", 0, 0, 0, "", { "04", "03", "04" }, 1200 * S, 0, 0), true },
		{ "tsunami: one area less", tsunami,
			TSUNAMI("J-1", 0, 0, 0, "", { "03" }, 1200 * S, 0, 0), false },
		{ "tsunami: one area more", tsunami,
			TSUNAMI("J-1", 0, 0, 0, "", { "03", "04", "05" }, 1200 * S, 0, 0), false },
		{ "tsunami: 600 s later", tsunami,
			TSUNAMI("J-1", 0, 0, 0, "", BOTH, 1800 * S, 0, 0), true },
		{ "tsunami: 601 s later", tsunami,
			TSUNAMI("J-1", 0, 0, 0, "", BOTH, 1801 * S, 0, 0), false },
		{ "tsunami: 601 s earlier", tsunami,
			TSUNAMI("J-1", 0, 0, 0, "", BOTH, 599 * S, 0, 0), false },
		{ "tsunami: another id of the agency", tsunami,
			TSUNAMI("20260701080000", 0, 0, 0, "", BOTH, 1200 * S, 0, 0), false },
		{ "tsunami: the same areas, another origin",
			TSUNAMI(JMA, 1000 * S, 38.1, 142.9, "", BOTH, 1200 * S, 0, 0),
			TSUNAMI("J-1", 1100 * S, 38.1, 142.9, "", BOTH, 1200 * S, 0, 0), false },
		{ "tsunami: the origin alike, reported later",
			TSUNAMI(JMA, 1000 * S, 38.1, 142.9, "", BOTH, 1200 * S, 0, 0),
			TSUNAMI("J-1", 1001 * S, 38.2, 142.9, "", { "03" }, 9200 * S, 0, 0), true },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		for (int turned = 0; turned < 2; turned++) {
			struct bench bench = bench_new(&hs_alike_defaults);
			assert_false(tell(&bench, turned ? receiver : agency, rows[i].first));
			if (tell(&bench, turned ? agency : receiver, rows[i].second) !=
				rows[i].told)
				fail_msg("%s", rows[i].what);
			bench_free(&bench);
		}
	}
}

static void
the_limits_are_those_of_the_configuration(void **state)
{
	(void)state;
	static const struct {
		struct hs_alike_limits limits;
		bool eew, tsunami;
	} rows[] = { { { 5, 30, 600 }, false, false }, { { 20, 30, 600 }, false, false },
		{ { 20, 100, 600 }, true, false }, { { 20, 100, 900 }, true, true },
		{ { 0, 100, 0 }, false, false } };
	struct says later = eew, second = tsunami;
	later.event = second.event = "J-1";
	later.origin_us += 20 * S;
	later.latitude += 1.0;
	second.reported_us += 900 * S;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct bench bench = bench_new(&rows[i].limits);
		tell(&bench, agency, eew);
		tell(&bench, agency, tsunami);
		assert_int_equal(rows[i].eew, tell(&bench, receiver, later));
		assert_int_equal(rows[i].tsunami, tell(&bench, receiver, second));
		bench_free(&bench);
	}
}

/* A cancel says nothing of the event but its id, which was seen with one that did. */
static void
a_cancel_is_of_the_event_of_its_id(void **state)
{
	(void)state;
	struct bench bench = bench_new(&hs_alike_defaults);
	struct says own = eew, cancel = eew, own_cancel = eew, other = eew;
	own.event = own_cancel.event = "J-1";
	cancel.action = own_cancel.action = HS_ACTION(CANCEL);
	assert_false(tell(&bench, agency, eew));
	assert_true(tell(&bench, receiver, own));
	assert_string_equal(JMA, bench.first);
	/* whatever the other one said: outlets know who heard, by the name of the first */
	assert_false(tell(&bench, agency, cancel));
	assert_string_equal(JMA, bench.first);
	assert_false(tell(&bench, receiver, own_cancel));
	assert_string_equal(JMA, bench.first);
	/* of another event it is none */
	other.event = "20260701080000";
	other.origin_us += 2000 * S;
	assert_false(tell(&bench, agency, other));
	own_cancel.event = "J-2";
	assert_false(tell(&bench, receiver, own_cancel));
	assert_string_equal("J-2", bench.first);
	bench_free(&bench);
}

/* Every order of two routes that tell and take back; a start of the hub between any two of them changes nothing. */
static void
every_cancel_names_what_rang(void **state)
{
	(void)state;
	static const struct hs_alike_limits none = { 0, 0, 0 };
	static const char *const kinds[] = { "EEW", "tsunami" };
	for (size_t i = 0; i < 2 * 2 * 2 * 8; i++) {
		struct bench bench = bench_new(&hs_alike_defaults);
		struct says by[2] = { i & 1 ? eew : tsunami, i & 1 ? eew : tsunami };
		const struct hs_span who[2] = { agency, receiver };
		size_t first = i >> 1 & 1, begins = i >> 2 & 1, starts = i >> 3;
		by[1].event = "J-1";
		assert_false(tell(&bench, who[first], by[first]));
		if (starts & 1)
			again(&bench, &hs_alike_defaults);
		assert_true(tell(&bench, who[!first], by[!first]));
		assert_string_equal(by[first].event, bench.first);
		if (starts & 2)
			again(&bench, &none);
		by[0].action = by[1].action = HS_ACTION(CANCEL);
		for (size_t n = 0; n < 2; n++) {
			size_t route = begins ^ n;
			if (tell(&bench, who[route], by[route]) ||
				strcmp(bench.first, by[first].event) != 0)
				fail_msg("%s %zu: cancel %zu of %s", kinds[i & 1], i, n,
					by[route].event);
			if (starts & 4)
				again(&bench, &none);
		}
		bench_free(&bench);
	}
}

/* The journal of a hub that marked, and named nothing: what it marked is of the event, what it let through is not. */
static void
what_was_only_marked_is_of_the_event_too(void **state)
{
	(void)state;
	for (int marked = 0; marked < 2; marked++) {
		struct bench bench = bench_new(&hs_alike_defaults);
		struct says own = eew;
		own.event = "J-1";
		tell(&bench, agency, eew);
		assert_true(tell(&bench, receiver, own));
		bench.taken[2].notice->document->first = NULL;
		bench.taken[2].notice->n_flags = (size_t)marked;
		again(&bench, &hs_alike_defaults);
		own.action = HS_ACTION(CANCEL);
		assert_false(tell(&bench, receiver, own));
		assert_string_equal(marked ? JMA : "J-1", bench.first);
		bench_free(&bench);
	}
}

/* Two shocks within seconds at one place: the agency tells them apart, and who has no ids of it is not taken for both. */
static void
two_shocks_in_a_row_stay_two(void **state)
{
	(void)state;
	struct bench bench = bench_new(&hs_alike_defaults);
	struct says second = eew, own = eew, own_second = eew;
	second.event = "20260701072940";
	second.origin_us += 4 * S;
	own.event = "J-1";
	own.origin_us += 1 * S;
	own_second.event = "J-2";
	own_second.origin_us += 5 * S;
	assert_false(tell(&bench, agency, eew));
	assert_false(tell(&bench, agency, second));
	assert_true(tell(&bench, receiver, own));
	/* alike both shocks, but J-1 has one of them: it can be the other one only */
	assert_true(tell(&bench, receiver, own_second));
	own_second.event = "J-3";
	assert_false(tell(&bench, receiver, own_second)); /* and now none is left */
	bench_free(&bench);
}

/* Each a little later than the one before: the first and the last are not one event. */
static void
a_chain_does_not_grow_together(void **state)
{
	(void)state;
	struct bench bench = bench_new(&hs_alike_defaults);
	struct says next = eew;
	assert_false(tell(&bench, agency, eew));
	next.event = "J-1";
	next.origin_us += 4 * S;
	assert_true(tell(&bench, receiver, next));
	next.event = "K-1";
	next.origin_us += 4 * S;
	assert_false(tell(&bench, third, next));
	bench_free(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(near_misses_on_both_sides),
		cmocka_unit_test(the_limits_are_those_of_the_configuration),
		cmocka_unit_test(a_cancel_is_of_the_event_of_its_id),
		cmocka_unit_test(every_cancel_names_what_rang),
		cmocka_unit_test(what_was_only_marked_is_of_the_event_too),
		cmocka_unit_test(two_shocks_in_a_row_stay_two),
		cmocka_unit_test(a_chain_does_not_grow_together),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
