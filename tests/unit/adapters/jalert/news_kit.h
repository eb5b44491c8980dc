/* news_kit.h: what was heard, a snapshot with its past, and notices that come, for the tests of news.h. */
#ifndef HS_TEST_NEWS_KIT_H
#define HS_TEST_NEWS_KIT_H

#include "tests/unit/adapters/runtime/fake_hub.h"

#include <stdlib.h>
#include <time.h>

#include "adapters/jalert/news.h"
#include "hub/base/check.h"

#define NEW(type)   hs_message_new(arena, &hansho__v1__##type##__descriptor)
#define TELLERS_MAX 8
#define THE_OUTLET  "controller"

struct bench {
	struct hs_arena *arena;
	struct hs_heard *heard;
	struct hs_news_setup setup;
	struct hs_start start;
	struct hs_adapter_snapshot_notice notices[TELLERS_MAX];
	struct hs_adapter_past past[TELLERS_MAX], refused[TELLERS_MAX];
	size_t count, past_count, refused_count;
	uint64_t past_from_seq;
};

static const struct hs_config_texts everywhere = { NULL, 0 };
static const struct hs_config_list no_rules = { NULL, 0 };
static char *heard_by[] = { (char[]){ THE_OUTLET } };

static inline int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	bench->arena = hs_arena_create(16u << 20);
	bench->heard = hs_heard_create();
	bench->setup = (struct hs_news_setup){ bench->heard, &everywhere, &no_rules, &bench->start,
		THE_OUTLET };
	*state = bench;
	return 0;
}

static inline int
teardown(void **state)
{
	struct bench *bench = *state;
	hs_heard_destroy(bench->heard);
	hs_arena_destroy(bench->arena);
	free(bench);
	return 0;
}

static inline hs_notice *
notice_of(struct hs_arena *arena, int kind, const char *id, int action)
{
	hs_notice *notice = NEW(notice);
	notice->mode = HS_MODE(LIVE);
	notice->kind = (Hansho__V1__Kind)kind;
	notice->action = (Hansho__V1__Action)action;
	notice->document = NEW(document);
	notice->document->source = hs_arena_strdup(arena, "relay.example");
	notice->document->id = hs_arena_strdup(arena, id);
	notice->document->event = hs_arena_strdup(arena, "E");
	return notice;
}

/* An early warning, of that seismic intensity. */
static inline hs_notice *
eew(struct bench *bench, const char *code, const char *intensity)
{
	struct hs_arena *arena = bench->arena;
	hs_notice *notice = notice_of(arena, HS_KIND(EEW), "eew", HS_ACTION(ISSUE));
	hs_intensity *one = NEW(intensity);
	hs_area *area = NEW(area);
	one->value = hs_arena_strdup(arena, intensity);
	one->area = NEW(area);
	one->area->code = area->code = hs_arena_strdup(arena, code);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EEW;
	notice->eew = NEW(eew);
	notice->eew->warning = true;
	notice->eew->earthquake = NEW(earthquake);
	assert_true(hs_repeat(arena, &notice->eew->earthquake->n_intensities,
		&notice->eew->earthquake->intensities, one));
	assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas, area));
	return notice;
}

/* A tsunami warning: rank 3, a major one: 5. */
static inline hs_notice *
tsunami(struct bench *bench, const char *id, uint32_t rank)
{
	struct hs_arena *arena = bench->arena;
	hs_notice *notice = notice_of(arena, HS_KIND(TSUNAMI), id, HS_ACTION(ISSUE));
	hs_hazard *item = NEW(hazard);
	hs_area *area = NEW(area), *addressed = NEW(area);
	area->code = addressed->code = hs_arena_strdup(arena, "032018");
	item->name = hs_arena_strdup(arena, rank == 5 ? "大津波警報" : "津波警報");
	item->rank = rank;
	item->in_force = true;
	assert_true(hs_repeat(arena, &item->n_areas, &item->areas, area));
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_TSUNAMI;
	notice->tsunami = NEW(tsunami);
	assert_true(hs_repeat(arena, &notice->tsunami->n_items, &notice->tsunami->items, item));
	assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas, addressed));
	return notice;
}

static inline hs_notice *
cancel(struct bench *bench, int kind, const char *id)
{
	return notice_of(bench->arena, kind, id, HS_ACTION(CANCEL));
}

static inline hs_notice *
civil(struct bench *bench, const char *id, int action)
{
	struct hs_arena *arena = bench->arena;
	hs_notice *notice = notice_of(arena, HS_KIND(CIVIL_PROTECTION), id, action);
	hs_area *area = NEW(area);
	area->code = hs_arena_strdup(arena, "990019");
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_CIVIL_PROTECTION;
	notice->civil_protection = NEW(civil_protection);
	notice->civil_protection->type = hs_arena_strdup(arena, "missile");
	assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas, area));
	return notice;
}

static inline hs_notice *
by_another_route(struct bench *bench, hs_notice *notice)
{
	assert_true(hs_repeat(bench->arena, &notice->n_flags, &notice->flags,
		hs_arena_strdup(bench->arena, HS_FLAG_SAME_EVENT)));
	return notice;
}

static inline void
in_force(struct bench *bench, uint64_t seq, const hs_notice *notice)
{
	bench->notices[bench->count++] = (struct hs_adapter_snapshot_notice){ seq, notice };
}

static inline void
told(struct bench *bench, uint64_t seq, const hs_notice *notice, char *const *outlets)
{
	bench->past[bench->past_count++] =
		(struct hs_adapter_past){ seq, notice, outlets, outlets ? 1 : 0 };
}

static inline void
refused(struct bench *bench, uint64_t seq, const hs_notice *notice)
{
	bench->refused[bench->refused_count++] =
		(struct hs_adapter_past){ seq, notice, heard_by, 1 };
}

static inline void
load(struct bench *bench)
{
	const struct hs_adapter_snapshot snapshot = { .lane = HS_LANE_LIVE,
		.epoch = "e",
		.seq = 20,
		.digest = "",
		.count = bench->count,
		.notices = bench->notices,
		.past_count = bench->past_count,
		.past = bench->past,
		.refused_count = bench->refused_count,
		.refused = bench->refused,
		.past_from_seq = bench->past_from_seq };
	hs_news_load(&bench->setup, &snapshot);
}

/* What it says, to how many places; it is announced. */
static inline size_t
comes(struct bench *bench, uint64_t seq, const hs_notice *notice, const char *phase)
{
	struct hs_news news;
	assert_int_equal(HS_OK, hs_news_of(&bench->setup, bench->arena, notice, seq, &news));
	hs_news_take(&bench->setup, seq, &news);
	for (size_t i = 0; i < news.said.count; i++)
		assert_string_equal(phase, news.said.items[i].phase);
	return news.said.count;
}

static inline hs_notice *
updated(hs_notice *notice)
{
	notice->action = HS_ACTION(UPDATE);
	return notice;
}

#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

#endif
