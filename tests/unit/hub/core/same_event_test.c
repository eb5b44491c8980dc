/* The second message about an event: told already, or not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/core/same_event.h"

#define NEW(type) hs_message_new(arena, &hansho__v1__##type##__descriptor)

static const struct hs_span line_a = { "agency", 6 }, line_b = { "receiver", 8 };

/* One warning for one or two areas. */
struct says {
	const char *event;
	int kind, action;
	const char *codes[2];
	uint32_t rank;
	const char *hazard;
	int64_t at;
	uint32_t level;
	int mode;
};

static hs_notice *
make(struct hs_arena *arena, struct says says)
{
	hs_notice *notice = NEW(notice);
	Hansho__V1__Weather *detail = NEW(weather);
	hs_hazard *item = NEW(hazard);
	notice->mode = (Hansho__V1__Mode)(says.mode ? says.mode : HS_MODE(LIVE));
	notice->kind = (Hansho__V1__Kind)(says.kind ? says.kind : HS_KIND(WEATHER));
	notice->action = (Hansho__V1__Action)(says.action ? says.action : HS_ACTION(ISSUE));
	notice->document = NEW(document);
	notice->document->source = hs_arena_strdup(arena, "jma.go.jp");
	notice->document->id = hs_arena_strdup(arena, "d");
	notice->document->event = hs_arena_strdup(arena, says.event);
	notice->times = NEW(times);
	notice->times->reported = hs_time_new(arena, says.at, 540);
	notice->equivalent_level = NEW(level);
	notice->equivalent_level->number = says.level;
	item->hazard = hs_arena_strdup(arena, says.hazard ? says.hazard : "rain");
	item->rank = says.rank;
	item->in_force = true;
	for (size_t i = 0; i < 2 && says.codes[i]; i++) {
		hs_area *area = NEW(area);
		area->code = hs_arena_strdup(arena, says.codes[i]);
		assert_true(hs_repeat(arena, &item->n_areas, &item->areas, area));
	}
	assert_true(hs_repeat(arena, &detail->n_items, &detail->items, item));
	notice->weather = detail;
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_WEATHER;
	return notice;
}

struct bench {
	struct hs_arena *arena;
	struct hs_same_events *events;
};

static struct bench
bench_new(void)
{
	return (struct bench){ hs_arena_create(1u << 22),
		hs_same_events_create(&hs_alike_defaults) };
}

static void
bench_free(struct bench *bench)
{
	hs_arena_destroy(bench->arena);
	hs_same_events_destroy(bench->events);
}

static void
a_second_message_is_compared_in_every_way(void **state)
{
	(void)state;
	const struct says first = { "E", 0, 0, { "03", "042021" }, 4, "rain", 100, 4, 0 };
	const struct {
		const char *what;
		struct says says;
		bool told;
	} rows[] = {
		{ "the same", { "E", 0, 0, { "03", "042021" }, 4, "rain", 100, 4, 0 }, true },
		{ "a part", { "E", 0, 0, { "032018" }, 4, "rain", 100, 4, 0 }, true },
		{ "weaker", { "E", 0, 0, { "03" }, 3, "rain", 100, 3, 0 }, true },
		{ "later", { "E", 0, 0, { "03" }, 4, "rain", 900, 4, 0 }, true },
		{ "one area more", { "E", 0, 0, { "03", "042030" }, 4, "rain", 100, 4, 0 }, false },
		{ "the prefecture around", { "E", 0, 0, { "04" }, 4, "rain", 100, 4, 0 }, false },
		{ "stronger", { "E", 0, 0, { "03" }, 5, "rain", 100, 4, 0 }, false },
		{ "a higher level", { "E", 0, 0, { "03" }, 4, "rain", 100, 5, 0 }, false },
		{ "no level, that no filter keeps", { "E", 0, 0, { "03" }, 4, "rain", 100, 0, 0 },
			false },
		{ "another hazard", { "E", 0, 0, { "03" }, 4, "landslide", 100, 4, 0 }, false },
		{ "another event", { "F", 0, 0, { "03" }, 4, "rain", 100, 4, 0 }, false },
		{ "another kind", { "E", HS_KIND(LANDSLIDE), 0, { "03" }, 4, "rain", 100, 4, 0 },
			false },
		{ "a drill", { "E", 0, 0, { "03" }, 4, "rain", 100, 4, HS_MODE(DRILL) }, false },
		{ "a cancel", { "E", 0, HS_ACTION(CANCEL), { "03" }, 4, "rain", 100, 4, 0 },
			false },
		{ "nowhere", { "E", 0, 0, { NULL }, 4, "rain", 100, 4, 0 }, false },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct bench bench = bench_new();
		hs_notice *second = make(bench.arena, rows[i].says);
		assert_false(hs_same_event_told(bench.events, bench.arena, line_b, second));
		hs_same_event_take(bench.events, 1, line_a, make(bench.arena, first));
		if (hs_same_event_told(bench.events, bench.arena, line_b, second) != rows[i].told)
			fail_msg("%s", rows[i].what);
		assert_false(hs_same_event_told(
			bench.events, bench.arena, line_a, second)); /* its own line */
		bench_free(&bench);
	}
}

static void
what_went_down_covers_only_what_it_is(void **state)
{
	(void)state;
	struct bench bench = bench_new();
	struct says strong = { "E", 0, 0, { "03" }, 5, "rain", 100, 0, 0 };
	struct says weak = { "E", 0, 0, { "03" }, 3, "rain", 200, 0, 0 };
	struct says anew = { "E", 0, 0, { "03" }, 5, "rain", 300, 0, 0 };
	hs_same_event_take(bench.events, 1, line_a, make(bench.arena, strong));
	hs_same_event_take(bench.events, 2, line_a, make(bench.arena, weak));
	assert_true(hs_same_event_told(
		bench.events, bench.arena, line_b, make(bench.arena, strong))); /* came late */
	assert_false(
		hs_same_event_told(bench.events, bench.arena, line_b, make(bench.arena, anew)));
	bench_free(&bench);
}

static void
a_cancel_is_never_told(void **state)
{
	(void)state;
	struct bench bench = bench_new();
	struct says issue = { "E", 0, 0, { "03" }, 5, "rain", 100, 0, 0 };
	struct says cancel = { "E", 0, HS_ACTION(CANCEL), { NULL }, 0, "", 200, 0, 0 };
	struct says anew = { "E", 0, 0, { "03" }, 5, "rain", 300, 0, 0 };
	hs_same_event_take(bench.events, 1, line_a, make(bench.arena, issue));
	assert_false(
		hs_same_event_told(bench.events, bench.arena, line_b, make(bench.arena, cancel)));
	hs_same_event_take(bench.events, 2, line_a, make(bench.arena, cancel));
	assert_false(
		hs_same_event_told(bench.events, bench.arena, line_b, make(bench.arena, cancel)));
	assert_true(
		hs_same_event_told(bench.events, bench.arena, line_b, make(bench.arena, issue)));
	assert_false(
		hs_same_event_told(bench.events, bench.arena, line_b, make(bench.arena, anew)));
	bench_free(&bench);
}

static void
what_did_not_become_durable_was_told_to_nobody(void **state)
{
	(void)state;
	struct bench bench = bench_new();
	hs_notice *issue =
		make(bench.arena, (struct says){ "E", 0, 0, { "03" }, 5, "rain", 1, 0, 0 });
	hs_same_event_take(bench.events, 7, line_a, issue);
	assert_true(hs_same_event_told(bench.events, bench.arena, line_b, issue));
	hs_same_event_cut(bench.events, 6);
	assert_false(hs_same_event_told(bench.events, bench.arena, line_b, issue));
	hs_same_event_take(bench.events, 7, line_a, issue); /* sent again, stored now */
	assert_true(hs_same_event_told(bench.events, bench.arena, line_b, issue));
	for (uint64_t seq = 8; seq < 8 + HS_SAME_EVENTS_MAX; seq++)
		hs_same_event_take(bench.events, seq, line_a,
			make(bench.arena,
				(struct says){ "X", 0, 0, { "03" }, 5, "rain", 1, 0, 0 }));
	assert_false(hs_same_event_told(
		bench.events, bench.arena, line_b, issue)); /* forgotten: it alarms */
	bench_free(&bench);
}

/* Message b of the second line: what does it say that its event was first told in? "" for itself. */
static const char *
first_id(struct bench *bench, hs_notice *notice)
{
	const char *id;
	notice->document->first = NULL;
	(void)!hs_same_event_told(bench->events, bench->arena, line_b, notice);
	id = notice->document->first ? notice->document->first->id : "";
	return id;
}

static hs_notice *
of_document(struct bench *bench, const char *id, const char *event, int action, const char *ends)
{
	hs_notice *notice = make(
		bench->arena, (struct says){ event, 0, action, { "03" }, 4, "rain", 100, 4, 0 });
	notice->document->id = hs_arena_strdup(bench->arena, id);
	if (ends)
		assert_true(hs_repeat(bench->arena, &notice->document->n_supersedes,
			&notice->document->supersedes,
			hs_arena_printf(bench->arena, "jma.go.jp|%s", ends)));
	return notice;
}

/* Its event, or for a cancel its document and those that it takes back; of another source or event it is none. */
static void
what_an_event_was_first_told_in_is_named(void **state)
{
	(void)state;
	struct bench bench = bench_new();
	const int issue = HS_ACTION(ISSUE), cancel = HS_ACTION(CANCEL);
	hs_notice *notice = of_document(&bench, "a", "E", issue, NULL), *foreign;
	assert_string_equal("", first_id(&bench, notice));
	hs_same_event_take(bench.events, 1, line_a, notice);
	assert_string_equal("", first_id(&bench, notice)); /* the same again */
	notice = of_document(&bench, "b", "E", issue, NULL);
	assert_string_equal("a", first_id(&bench, notice));
	assert_string_equal("E", notice->document->first->event);
	assert_string_equal("jma.go.jp", notice->document->first->source);
	hs_same_event_take(bench.events, 2, line_b, notice);
	assert_string_equal("a", first_id(&bench, of_document(&bench, "b", "", cancel, NULL)));
	assert_string_equal("a", first_id(&bench, of_document(&bench, "c", "", cancel, "b")));
	assert_string_equal("a", first_id(&bench, of_document(&bench, "c", "F", cancel, "a")));
	assert_string_equal("", first_id(&bench, of_document(&bench, "c", "F", cancel, "x")));
	assert_string_equal("", first_id(&bench, of_document(&bench, "c", "F", cancel, NULL)));
	assert_string_equal("", first_id(&bench, of_document(&bench, "c", "", issue, "b")));
	foreign = of_document(&bench, "c", "", cancel, "b");
	foreign->document->source = hs_arena_strdup(bench.arena, "other.example");
	assert_string_equal("", first_id(&bench, foreign));
	foreign = of_document(&bench, "b", "E", cancel, NULL);
	foreign->mode = HS_MODE(DRILL);
	assert_string_equal("", first_id(&bench, foreign));
	bench_free(&bench);
}

/* One warning for `count` parts of a town. */
static hs_notice *
warn_parts(struct hs_arena *arena, size_t count)
{
	hs_notice *notice = make(arena, (struct says){ "E", 0, 0, { NULL }, 4, "rain", 100, 4, 0 });
	hs_hazard *item = notice->weather->items[0];

	for (size_t i = 0; i < count; i++) {
		hs_area *area = NEW(area);
		area->code = hs_arena_printf(arena, "03201%07zu", (i * 7919) % 99991);
		assert_true(hs_repeat(arena, &item->n_areas, &item->areas, area));
	}
	return notice;
}

/* Whatever cannot be compared as a whole alarms, although all that could be compared is covered; and covers nothing. */
static void
what_is_too_much_to_compare_is_told_to_nobody(void **state)
{
	(void)state;
	const struct {
		size_t first, second;
		bool told;
	} rows[] = { { 4096, 4096, true }, { 4096, 4095, true }, { 4095, 4096, false },
		{ 4096, 4097, false }, { 4097, 4097, false }, { 20000, 20000, false },
		{ 20000, 100, false } };
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct bench bench = bench_new();
		hs_arena_destroy(bench.arena);
		bench.arena = hs_arena_create(1u << 26);
		hs_same_event_take(bench.events, 1, line_a, warn_parts(bench.arena, rows[i].first));
		if (hs_same_event_told(bench.events, bench.arena, line_b,
			    warn_parts(bench.arena, rows[i].second)) != rows[i].told)
			fail_msg("%zu and %zu", rows[i].first, rows[i].second);
		bench_free(&bench);
	}
}

/* Regions of the agency have codes that are none of a municipality: they are the same place when they are the same code. */
static void
regions_of_the_agency_are_compared_by_their_code(void **state)
{
	(void)state;
	struct bench bench = bench_new();
	struct says first = { "E", HS_KIND(EEW), 0, { "210", "211" }, 5, "", 100, 0, 0 };
	struct says part = { "E", HS_KIND(EEW), 0, { "211" }, 5, "", 100, 0, 0 };
	struct says other = { "E", HS_KIND(EEW), 0, { "21" }, 5, "", 100, 0, 0 };
	hs_same_event_take(bench.events, 1, line_a, make(bench.arena, first));
	assert_true(hs_same_event_told(bench.events, bench.arena, line_b, make(bench.arena, part)));
	assert_false(
		hs_same_event_told(bench.events, bench.arena, line_b, make(bench.arena, other)));
	bench_free(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_second_message_is_compared_in_every_way),
		cmocka_unit_test(what_went_down_covers_only_what_it_is),
		cmocka_unit_test(a_cancel_is_never_told),
		cmocka_unit_test(what_did_not_become_durable_was_told_to_nobody),
		cmocka_unit_test(what_an_event_was_first_told_in_is_named),
		cmocka_unit_test(what_is_too_much_to_compare_is_told_to_nobody),
		cmocka_unit_test(regions_of_the_agency_are_compared_by_their_code),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
