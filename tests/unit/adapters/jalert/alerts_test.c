/* Kinds, the table of what starts, and what each place has heard. */
#include "tests/unit/adapters/runtime/fake_hub.h"

#include <stdlib.h>

#include "adapters/jalert/auto_start.h"
#include "adapters/jalert/heard.h"
#include "hub/base/check.h"

#define NEW(type) hs_message_new(arena, &hansho__v1__##type##__descriptor)

static hs_notice *
tsunami(struct hs_arena *arena, const char *code, uint32_t rank, const char *name)
{
	hs_notice *notice = NEW(notice);
	Hansho__V1__Tsunami *detail = NEW(tsunami);
	hs_hazard *item = NEW(hazard);
	hs_area *area = NEW(area), *addressed = NEW(area);
	notice->mode = HS_MODE(LIVE);
	notice->kind = HS_KIND(TSUNAMI);
	notice->action = HS_ACTION(ISSUE);
	area->code = addressed->code = hs_arena_strdup(arena, code);
	item->name = hs_arena_strdup(arena, name);
	item->rank = rank;
	item->in_force = rank > 1;
	assert_true(hs_repeat(arena, &item->n_areas, &item->areas, area));
	assert_true(hs_repeat(arena, &detail->n_items, &detail->items, item));
	assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas, addressed));
	notice->tsunami = detail;
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_TSUNAMI;
	return notice;
}

static const char *served_items[] = { "032018", "990019" };
static const struct hs_config_texts served = { served_items, 2 };

static void
a_prefecture_means_its_served_municipalities(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_create(1u << 20);
	struct hs_alerts alerts;
	const struct hs_config_texts all = { NULL, 0 };
	hs_notice *notice = tsunami(arena, "03", 5, "大津波警報");
	assert_int_equal(HS_OK, hs_alerts_of(arena, notice, &served, &alerts));
	assert_int_equal(1, alerts.count);
	assert_string_equal("032018", alerts.items[0].code);
	assert_string_equal("盛岡市", alerts.items[0].name);
	assert_int_equal(HS_ALERT_TSUNAMI_MAJOR, alerts.items[0].kind);
	assert_int_equal(HS_OK, hs_alerts_of(arena, notice, &all, &alerts));
	assert_string_equal("03", alerts.items[0].code);
	assert_int_equal(
		HS_OK, hs_alerts_of(arena, tsunami(arena, "04", 5, "x"), &served, &alerts));
	assert_int_equal(0, alerts.count);
	assert_int_equal(
		HS_OK, hs_alerts_of(arena, tsunami(arena, "03", 1, "津波なし"), &served, &alerts));
	assert_int_equal(0, alerts.count);
	hs_arena_destroy(arena);
}

static void
the_first_row_of_kind_and_area_counts(void **state)
{
	(void)state;
	const char *iwate[] = { "03" };
	const struct hs_auto_start_rule rules[] = {
		{ HS_ALERT_TSUNAMI_ADVISORY, { iwate, 1 }, true, "" },
		{ HS_ALERT_TSUNAMI_MAJOR, { iwate, 1 }, false, "" },
		{ HS_ALERT_TSUNAMI_MAJOR, { NULL, 0 }, true, "" },
		{ HS_ALERT_EEW, { NULL, 0 }, true, "4" },
	};
	const struct {
		enum hs_alert_kind kind;
		const char *code;
		uint32_t grade;
		bool with_rules, without;
	} rows[] = {
		{ HS_ALERT_TSUNAMI_ADVISORY, "032018", 1, true, false },
		{ HS_ALERT_TSUNAMI_ADVISORY, "042021", 1, false, false },
		{ HS_ALERT_TSUNAMI_MAJOR, "032018", 1, false, true },
		{ HS_ALERT_TSUNAMI_MAJOR, "042021", 1, true, true },
		{ HS_ALERT_EEW, "032018", 5, true, false },
		{ HS_ALERT_EEW, "032018", 6, true, true },
		{ HS_ALERT_EEW, "032018", 4, false, false },
		{ HS_ALERT_MISSILE, "032018", 1, true, true },
		{ HS_ALERT_WARNING, "032018", 1, false, false },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		const struct hs_alert alert = {
			.kind = rows[i].kind, .code = rows[i].code, .grade = rows[i].grade
		};
		assert_int_equal(rows[i].with_rules, hs_auto_start(rules, HS_COUNT(rules), &alert));
		assert_int_equal(rows[i].without, hs_auto_start(NULL, 0, &alert));
	}
	/* 業務規程: these six start by themselves */
	static const enum hs_alert_kind six[] = { HS_ALERT_TSUNAMI_MAJOR, HS_ALERT_TSUNAMI_WARNING,
		HS_ALERT_SPECIAL, HS_ALERT_ERUPTION, HS_ALERT_EEW, HS_ALERT_MISSILE };
	for (size_t i = 0; i < HS_COUNT(six); i++)
		assert_true(hs_alert_row(six[i])->starts);
}

/* ---- who heard what ---- */

struct bench {
	struct hs_arena *arena;
	struct hs_heard *heard;
	struct hs_alerts news;
};

/* whole: all that the notice says; NULL: no more than `news`. */
static void
take(struct bench *bench, const char *event, uint64_t seq, const struct hs_alerts *news,
	const struct hs_alerts *whole)
{
	const struct hs_heard_told told = { .event = event,
		.seq = seq,
		.news = news,
		.whole = whole ? whole : news,
		.kind = HS_ALERT_COUNT };
	hs_heard_take(bench->heard, &told);
}

static void
take_back(struct bench *bench, const char *event, uint64_t seq, enum hs_alert_kind kind,
	struct hs_alerts *out)
{
	const struct hs_heard_told told = { .event = event, .seq = seq, .news = out, .kind = kind };
	assert_int_equal(HS_OK, hs_heard_of_event(bench->heard, bench->arena, event, kind, out));
	hs_heard_take(bench->heard, &told);
}

static struct hs_alerts
heard_of(struct bench *bench, const char *event)
{
	struct hs_alerts out;
	assert_int_equal(
		HS_OK, hs_heard_of_event(bench->heard, bench->arena, event, HS_ALERT_COUNT, &out));
	return out;
}

static int
setup(void **state)
{
	static struct bench bench;
	bench = (struct bench){ hs_arena_create(1u << 24), hs_heard_create(), { 0 } };
	*state = &bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;
	hs_arena_destroy(bench->arena);
	hs_heard_destroy(bench->heard);
	return 0;
}

/* Tells it and takes it; how much of it was news. */
static size_t
tell(struct bench *bench, const char *event, uint64_t seq, const hs_notice *notice)
{
	struct hs_alerts alerts;
	assert_int_equal(HS_OK, hs_alerts_of(bench->arena, notice, &served, &alerts));
	assert_int_equal(HS_OK,
		hs_heard_news(bench->heard, bench->arena, event, notice, &alerts, &bench->news));
	take(bench, event, seq, &bench->news, &alerts);
	return bench->news.count;
}

static void
only_news_is_said(void **state)
{
	struct bench *bench = *state;
	struct hs_arena *arena = bench->arena;
	assert_int_equal(1, tell(bench, "E1", 1, tsunami(arena, "03", 3, "津波警報")));
	assert_int_equal(0, tell(bench, "E1", 2, tsunami(arena, "03", 3, "津波警報")));
	assert_int_equal(
		1, tell(bench, "E2", 3, tsunami(arena, "03", 3, "津波警報"))); /* another event */
	assert_int_equal(1, tell(bench, "E1", 4, tsunami(arena, "03", 5, "大津波警報")));
	assert_int_equal(HS_ALERT_TSUNAMI_MAJOR, bench->news.items[0].kind);
	assert_string_equal("issue", bench->news.items[0].phase);
	/* lower: the new state is said, not the end of the old one beside it */
	assert_int_equal(1, tell(bench, "E1", 5, tsunami(arena, "03", 3, "津波警報")));
	assert_int_equal(HS_ALERT_TSUNAMI_WARNING, bench->news.items[0].kind);
	/* nothing in force: the end, once, and to no other place */
	assert_int_equal(0, tell(bench, "E1", 6, tsunami(arena, "04", 1, "津波なし")));
	assert_int_equal(1, tell(bench, "E1", 7, tsunami(arena, "03", 1, "津波なし")));
	assert_string_equal("lift", bench->news.items[0].phase);
	assert_int_equal(HS_ALERT_TSUNAMI_WARNING, bench->news.items[0].kind);
	assert_int_equal(0, tell(bench, "E1", 8, tsunami(arena, "03", 1, "津波なし")));
	/* one that has no detail says nothing about the rest of it */
	assert_int_equal(1, tell(bench, "E1", 9, tsunami(arena, "03", 3, "津波警報")));
	hs_notice *bare = tsunami(arena, "03", 3, "津波警報");
	bare->detail_case = HANSHO__V1__NOTICE__DETAIL__NOT_SET;
	assert_int_equal(0, tell(bench, "E1", 10, bare));
}

/* An alert without detail, for 03. */
static hs_notice *
headline(struct hs_arena *arena, int kind, const char *event, const char *severity)
{
	hs_notice *notice = tsunami(arena, "03", 3, "x");
	hs_cap_info *info = NEW(cap_info);
	notice->kind = (Hansho__V1__Kind)kind;
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL__NOT_SET;
	info->event = hs_arena_strdup(arena, event);
	info->severity = hs_arena_strdup(arena, severity);
	notice->cap = NEW(cap_values);
	assert_true(hs_repeat(arena, &notice->cap->n_infos, &notice->cap->infos, info));
	return notice;
}

/* By another route, under its headline: the name in detail is none that was not heard. Where a kind has several hazards it may be. */
static void
what_was_heard_by_its_headline_is_not_said_again(void **state)
{
	struct bench *bench = *state;
	struct hs_arena *arena = bench->arena;
	const int sea = HS_KIND(TSUNAMI), rain = HS_KIND(WEATHER);
	assert_int_equal(1, tell(bench, "E1", 1, headline(arena, sea, "津波警報", "Extreme")));
	assert_int_equal(HS_ALERT_TSUNAMI_MAJOR, bench->news.items[0].kind);
	assert_int_equal(0, tell(bench, "E1", 2, tsunami(arena, "03", 5, "大津波警報")));
	assert_int_equal(0, tell(bench, "E1", 3, headline(arena, sea, "Tsunami", "Extreme")));
	assert_int_equal(1, tell(bench, "E1", 4, tsunami(arena, "03", 3, "津波警報")));
	assert_int_equal(HS_ALERT_TSUNAMI_WARNING, bench->news.items[0].kind);
	assert_int_equal(1, tell(bench, "E2", 5, headline(arena, sea, "津波警報", "Severe")));
	assert_int_equal(1, tell(bench, "E2", 6, tsunami(arena, "03", 5, "大津波警報")));
	assert_int_equal(1, tell(bench, "E3", 7, headline(arena, rain, "特別警報", "Extreme")));
	hs_notice *special = tsunami(arena, "03", 5, "大雨特別警報");
	special->kind = HS_KIND(WEATHER);
	assert_int_equal(1, tell(bench, "E3", 8, special));
}

/* One more place, with its own state. */
static hs_notice *
and_at(struct hs_arena *arena, hs_notice *notice, const char *code, uint32_t rank, const char *name)
{
	hs_notice *more = tsunami(arena, code, rank, name);
	assert_true(hs_repeat(arena, &notice->tsunami->n_items, &notice->tsunami->items,
		more->tsunami->items[0]));
	assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas, more->areas[0]));
	return notice;
}

/* The new state of one place or family hides no end of another. */
static void
what_ends_is_said_but_where_something_takes_its_place(void **state)
{
	struct bench *bench = *state;
	struct hs_arena *arena = bench->arena;
	const struct hs_alert eruption = { .kind = HS_ALERT_ERUPTION,
		.phase = "issue",
		.grade = 1,
		.code = "032018",
		.title = "x" };
	const struct hs_alerts other = { (struct hs_alert *)(uintptr_t)&eruption, 1 };
	assert_int_equal(2, tell(bench, "E1", 1,
				    and_at(arena, tsunami(arena, "03", 5, "大津波警報"), "990019",
					    5, "大津波警報")));
	assert_int_equal(2, tell(bench, "E1", 2,
				    and_at(arena, tsunami(arena, "03", 3, "津波警報"), "990019", 1,
					    "津波なし")));
	assert_string_equal("032018", bench->news.items[0].code);
	assert_string_equal("issue", bench->news.items[0].phase);
	assert_string_equal("990019", bench->news.items[1].code);
	assert_string_equal("lift", bench->news.items[1].phase);
	take(bench, "E2", 3, &other, NULL);
	assert_int_equal(2, tell(bench, "E2", 4, tsunami(arena, "03", 5, "大津波警報")));
	assert_int_equal(HS_ALERT_ERUPTION, bench->news.items[1].kind);
	assert_string_equal("lift", bench->news.items[1].phase);
}

static void
two_kinds_of_one_notice_stand_beside_each_other(void **state)
{
	struct bench *bench = *state;
	struct hs_alert items[] = {
		{ .kind = HS_ALERT_SPECIAL,
			.phase = "issue",
			.grade = 5,
			.code = "032018",
			.title = "大雨特別警報" },
		{ .kind = HS_ALERT_WARNING,
			.phase = "issue",
			.grade = 3,
			.code = "032018",
			.title = "暴風警報" },
	};
	struct hs_alert over = items[0];
	struct hs_alerts both = { items, 2 }, end = { &over, 1 }, warning = { &items[1], 1 }, back;
	over.phase = "lift";
	take(bench, "E1", 1, &both, NULL);
	assert_int_equal(2, heard_of(bench, "E1").count);
	take(bench, "E1", 2, &end, &warning);
	back = heard_of(bench, "E1");
	assert_int_equal(1, back.count);
	assert_int_equal(HS_ALERT_WARNING, back.items[0].kind);
	/* the end of what was heard under a lower name */
	take(bench, "E1", 3, &end, NULL);
	assert_int_equal(0, heard_of(bench, "E1").count);
}

/* The warning was heard first; the special warning comes to stand beside it. */
static void
what_goes_on_beside_a_louder_kind_stays_heard(void **state)
{
	struct bench *bench = *state;
	struct hs_alert items[] = { { .kind = HS_ALERT_SPECIAL,
					    .phase = "issue",
					    .grade = 5,
					    .code = "032018",
					    .title = "大雨特別警報" },
		{ .kind = HS_ALERT_WARNING,
			.phase = "issue",
			.grade = 3,
			.code = "032018",
			.title = "暴風警報" } };
	struct hs_alerts both = { items, 2 }, special = { &items[0], 1 },
			 warning = { &items[1], 1 };
	take(bench, "E1", 1, &warning, NULL);
	take(bench, "E1", 2, &special, &both);
	assert_int_equal(2, heard_of(bench, "E1").count);
	/* in its place: only the newer one stands; nobody heard it: the older one does */
	take(bench, "E2", 3, &warning, NULL);
	take(bench, "E2", 4, &special, NULL);
	assert_int_equal(1, heard_of(bench, "E2").count);
	assert_int_equal(HS_ALERT_SPECIAL, heard_of(bench, "E2").items[0].kind);
	hs_heard_forget(bench->heard, 4);
	assert_int_equal(1, heard_of(bench, "E2").count);
	assert_int_equal(HS_ALERT_WARNING, heard_of(bench, "E2").items[0].kind);
}

static const char *
kinds_of(const struct hs_alerts *alerts, char out[64])
{
	out[0] = '\0';
	for (size_t i = 0; i < alerts->count; i++)
		snprintf(out + strlen(out), 64 - strlen(out), "%s%s", i ? " " : "",
			hs_alert_row(alerts->items[i].kind)->word);
	return out;
}

/* A missile, then an air attack of the same event. */
static void
a_cancel_that_says_its_kind_takes_back_that_alone(void **state)
{
	(void)state;
	static const struct {
		enum hs_alert_kind kind;
		const char *said, *left, *again;
	} rows[] = {
		{ HS_ALERT_MISSILE, "missile", "air_attack", "air_attack" },
		{ HS_ALERT_AIR_ATTACK, "air_attack", "missile", "missile" },
		{ HS_ALERT_COUNT, "air_attack", "", "" },
		{ HS_ALERT_TERROR, "air_attack", "", "" }, /* never heard: all that stands */
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		void *own;
		setup(&own);
		struct bench *bench = own;
		struct hs_alert items[] = { { .kind = HS_ALERT_MISSILE,
						    .phase = "launch",
						    .grade = 1,
						    .code = "990019",
						    .title = "x" },
			{ .kind = HS_ALERT_AIR_ATTACK,
				.phase = "issue",
				.grade = 1,
				.code = "990019",
				.title = "x" } };
		struct hs_alerts missile = { &items[0], 1 }, attack = { &items[1], 1 }, back;
		char words[64];
		take(bench, "M1", 1, &missile, NULL);
		take(bench, "M1", 2, &attack, NULL);
		take_back(bench, "M1", 3, rows[i].kind, &back);
		assert_string_equal(rows[i].said, kinds_of(&back, words));
		back = heard_of(bench, "M1");
		assert_string_equal(rows[i].left, kinds_of(&back, words));
		/* the other one can be taken back too, and nothing twice */
		take_back(bench, "M1", 4, HS_ALERT_COUNT, &back);
		assert_string_equal(rows[i].again, kinds_of(&back, words));
		take_back(bench, "M1", 5, HS_ALERT_COUNT, &back);
		assert_int_equal(0, back.count);
		/* it came to nobody */
		hs_heard_forget(bench->heard, 4);
		back = heard_of(bench, "M1");
		assert_string_equal(rows[i].again, kinds_of(&back, words));
		teardown(&own);
	}
}

static void
a_cancel_reaches_exactly_those_who_heard(void **state)
{
	struct bench *bench = *state;
	struct hs_alerts back;
	tell(bench, "E1", 1, tsunami(bench->arena, "03", 5, "大津波警報"));
	tell(bench, "E1", 2, tsunami(bench->arena, "990019", 3, "津波警報"));
	tell(bench, "E2", 3, tsunami(bench->arena, "990019", 5, "大津波警報"));
	hs_heard_forget(bench->heard, 2); /* no outlet took it */
	back = heard_of(bench, "E1");
	assert_int_equal(1, back.count);
	assert_string_equal("032018", back.items[0].code);
	assert_int_equal(HS_ALERT_TSUNAMI_MAJOR, back.items[0].kind);
	assert_string_equal("cancel", back.items[0].phase);
	take_back(bench, "E1", 4, HS_ALERT_COUNT, &back);
	back = heard_of(bench, "E1");
	assert_int_equal(0, back.count);
	/* who heard an earlier form stays when the newer one came to nobody */
	tell(bench, "E3", 5, tsunami(bench->arena, "03", 3, "津波警報"));
	tell(bench, "E3", 6, tsunami(bench->arena, "03", 5, "大津波警報"));
	hs_heard_forget(bench->heard, 6);
	back = heard_of(bench, "E3");
	assert_int_equal(1, back.count);
	/* but for what has taken the place of that one */
	tell(bench, "E4", 7, tsunami(bench->arena, "03", 2, "津波注意報"));
	tell(bench, "E4", 8, tsunami(bench->arena, "03", 3, "津波警報"));
	tell(bench, "E4", 9, tsunami(bench->arena, "03", 5, "大津波警報"));
	hs_heard_forget(bench->heard, 8);
	assert_int_equal(0, tell(bench, "E4", 10, tsunami(bench->arena, "03", 5, "大津波警報")));
	hs_heard_forget(bench->heard, 9);
	back = heard_of(bench, "E4");
	assert_int_equal(1, back.count);
	assert_int_equal(HS_ALERT_TSUNAMI_ADVISORY, back.items[0].kind);
}

static void
memory_is_bounded(void **state)
{
	struct bench *bench = *state;
	hs_notice *notice = tsunami(bench->arena, "03", 5, "大津波警報");
	struct hs_alerts alerts, back;
	assert_int_equal(HS_OK, hs_alerts_of(bench->arena, notice, &served, &alerts));
	for (uint64_t i = 0; i < HS_HEARD_MAX + 3; i++) {
		char event[32];
		snprintf(event, sizeof(event), "E%u", (unsigned)i);
		take(bench, event, i + 1, &alerts, NULL);
	}
	assert_int_equal(HS_HEARD_MAX, hs_heard_count(bench->heard));
	back = heard_of(bench, "E2");
	assert_int_equal(0, back.count);
	back = heard_of(bench, "E3");
	assert_int_equal(1, back.count);
}

int
main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefecture_means_its_served_municipalities),
		cmocka_unit_test(the_first_row_of_kind_and_area_counts),
		ROW(only_news_is_said),
		ROW(what_was_heard_by_its_headline_is_not_said_again),
		ROW(what_ends_is_said_but_where_something_takes_its_place),
		ROW(two_kinds_of_one_notice_stand_beside_each_other),
		ROW(what_goes_on_beside_a_louder_kind_stays_heard),
		cmocka_unit_test(a_cancel_that_says_its_kind_takes_back_that_alone),
		ROW(a_cancel_reaches_exactly_those_who_heard),
		ROW(memory_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
