/* watch_fixture.h: warnings, mails and orders for a watch on a table with a clock of its own. */
#ifndef HS_TEST_WATCH_FIXTURE_H
#define HS_TEST_WATCH_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/core/watch.h"

#define ARENA_BYTES (8u << 20)
#define AT0	    1782900000000000LL
#define S	    1000000LL
#define MIN	    (60 * S)
#define HOUR	    (60 * MIN)
#define T	    (15 * MIN)
#define N	    (6 * HOUR)
#define MAIL	    (3 * HOUR)

struct desk {
	struct hs_watch_options options;
	struct hs_watch *watch;
	struct hs_active *active;
	uint64_t seq;
	int64_t now;
	size_t raised, ended; /* by the last look */
};

/* One message. level: of the order or the warning; 0 with `lift`. */
struct message {
	int kind; /* 0: evacuation */
	const char *document;
	uint32_t revision;
	const char *area, *also;
	const char *district; /* NULL: 北町 */
	uint32_t other_level; /* of an order: of a second district; 0: none */
	uint32_t level;
	bool lift, cancel;
	int mode; /* 0: drill */
	const char *supersedes;
	const char *hazard; /* NULL: rain; of a tsunami its level is the rank */
	bool legacy;
	int64_t valid_us; /* 0: as its kind */
};

static inline struct desk
desk_open(void)
{
	struct desk desk = { .options = { HS_MODE(DRILL), T, N, MAIL, 1000 }, .now = AT0 };

	desk.watch = hs_watch_create(&desk.options);
	desk.active = hs_active_create();
	return desk;
}

static inline void
desk_close(struct desk *desk)
{
	hs_watch_destroy(desk->watch);
	hs_active_destroy(desk->active);
}

static inline hs_area *
area_of(struct hs_arena *arena, const char *code, const char *district)
{
	hs_area *area = HS_NEW(arena, &hansho__v1__area__descriptor);

	area->code = hs_arena_strdup(arena, code);
	area->name = hs_arena_strdup(arena, district != NULL ? district : "北町");
	return area;
}

static inline hs_level *
level_of(struct hs_arena *arena, uint32_t number)
{
	hs_level *level = HS_NEW(arena, &hansho__v1__level__descriptor);

	level->number = number;
	level->term = hs_arena_strdup(arena, "避難指示");
	return level;
}

/* One detail: the level for one district of each area. */
static inline void
put_detail_of_order(struct hs_arena *arena, const struct message *message, hs_notice *notice,
	uint32_t level, const char *district)
{
	hs_evacuation_detail *detail = HS_NEW(arena, &hansho__v1__evacuation__detail__descriptor);
	hs_evacuation *evacuation = notice->evacuation;

	detail->state = message->lift ? HS_EVAC(LIFTED) : HS_EVAC(ISSUED);
	detail->sort = hs_arena_strdup(arena, "避難指示");
	detail->level = level_of(arena, message->lift ? 0 : level);
	for (size_t i = 0; i < notice->n_areas; i++) {
		hs_evacuation_place *place =
			HS_NEW(arena, &hansho__v1__evacuation__place__descriptor);

		place->area = area_of(arena, notice->areas[i]->code, district);
		assert_true(hs_repeat(arena, &detail->n_areas, &detail->areas, place));
	}
	assert_true(hs_repeat(arena, &evacuation->n_details, &evacuation->details, detail));
}

static inline void
put_order(struct hs_arena *arena, const struct message *message, hs_notice *notice)
{
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EVACUATION;
	notice->evacuation = HS_NEW(arena, &hansho__v1__evacuation__descriptor);
	put_detail_of_order(arena, message, notice, message->level, message->district);
	if (message->other_level > 0)
		put_detail_of_order(arena, message, notice, message->other_level, "山手");
}

static inline void
put_warning(struct hs_arena *arena, const struct message *message, hs_notice *notice)
{
	Hansho__V1__Hazard *hazard = HS_NEW(arena, &hansho__v1__hazard__descriptor);
	bool tsunami = message->kind == (int)HS_KIND(TSUNAMI);

	hazard->hazard = hs_arena_strdup(arena, tsunami			  ? "tsunami"
						: message->hazard != NULL ? message->hazard
									  : "rain");
	hazard->name = hs_arena_strdup(arena, message->lift ? "解除" : "レベル４大雨危険警報");
	hazard->in_force = !message->lift;
	hazard->rank = tsunami ? message->level : 0;
	if (!tsunami && message->level > 0)
		hazard->equivalent_level = level_of(arena, message->level);
	hazard->n_areas = notice->n_areas;
	hazard->areas = notice->areas;
	if (tsunami) {
		notice->tsunami = HS_NEW(arena, &hansho__v1__tsunami__descriptor);
		notice->detail_case = HANSHO__V1__NOTICE__DETAIL_TSUNAMI;
		assert_true(hs_repeat(
			arena, &notice->tsunami->n_items, &notice->tsunami->items, hazard));
		return;
	}
	notice->weather = HS_NEW(arena, &hansho__v1__weather__descriptor);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_WEATHER;
	assert_true(hs_repeat(arena, &notice->weather->n_items, &notice->weather->items, hazard));
}

static inline void
put_detail(struct hs_arena *arena, const struct message *message, hs_notice *notice)
{
	if (notice->kind == HS_KIND(EVACUATION)) {
		put_order(arena, message, notice);
	} else if (notice->kind == HS_KIND(URGENT_MAIL)) {
		notice->urgent_mail = HS_NEW(arena, &hansho__v1__urgent_mail__descriptor);
		notice->detail_case = HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL;
	} else {
		put_warning(arena, message, notice);
	}
}

static inline void
put_document(struct hs_arena *arena, const struct message *message, hs_notice *notice)
{
	hs_document *document = HS_NEW(arena, &hansho__v1__document__descriptor);
	bool agency = notice->kind == HS_KIND(WEATHER) || notice->kind == HS_KIND(TSUNAMI);

	document->source = hs_arena_strdup(arena, agency ? "jma.go.jp" : "bosai.kakuu.example");
	document->id = hs_arena_strdup(arena, message->document);
	document->revision = message->revision;
	document->moments = agency;
	if (message->supersedes != NULL)
		assert_true(hs_repeat(arena, &document->n_supersedes, &document->supersedes,
			hs_arena_strdup(arena, message->supersedes)));
	notice->document = document;
	notice->source = HS_NEW(arena, &hansho__v1__source__descriptor);
	notice->source->code = hs_arena_strdup(arena, agency ? "" : "990019");
}

static inline hs_notice *
notice_of(struct hs_arena *arena, const struct message *message, int64_t at)
{
	hs_notice *notice = HS_NEW(arena, &hansho__v1__notice__descriptor);

	notice->mode = (Hansho__V1__Mode)(message->mode ? message->mode : (int)HS_MODE(DRILL));
	notice->kind = (Hansho__V1__Kind)(message->kind ? message->kind : (int)HS_KIND(EVACUATION));
	notice->action = message->cancel ? HS_ACTION(CANCEL)
			 : message->lift ? HS_ACTION(LIFT)
					 : HS_ACTION(ISSUE);
	notice->times = HS_NEW(arena, &hansho__v1__times__descriptor);
	notice->times->reported = hs_time_new(arena, at, 540);
	if (message->valid_us > 0)
		notice->times->valid_until = hs_time_new(arena, at + message->valid_us, 540);
	assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas,
		area_of(arena, message->area ? message->area : "990019", message->district)));
	if (message->also != NULL)
		assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas,
			area_of(arena, message->also, message->district)));
	if (message->legacy)
		assert_true(hs_notice_flag(arena, notice, "legacy_source"));
	put_document(arena, message, notice);
	put_detail(arena, message, notice);
	return notice;
}

static inline void
give(struct desk *desk, struct message message)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	hs_notice *notice;

	if (message.document == NULL)
		message.document = message.kind == (int)HS_KIND(WEATHER)       ? "w"
				   : message.kind == (int)HS_KIND(TSUNAMI)     ? "t"
				   : message.kind == (int)HS_KIND(URGENT_MAIL) ? "m"
									       : "o";
	if (message.revision == 0)
		message.revision = (uint32_t)desk->seq + 1;
	notice = notice_of(arena, &message, desk->now);
	assert_int_equal(hs_active_apply(desk->active, ++desk->seq, notice, NULL), HS_OK);
	hs_watch_take(desk->watch, desk->active, desk->seq, desk->now, notice);
	hs_arena_destroy(arena);
}

static inline void
on_change(void *owner, const struct hs_alarm *alarm, bool raised)
{
	struct desk *desk = owner;

	(void)alarm;
	*(raised ? &desk->raised : &desk->ended) += 1;
}

static inline size_t
look(struct desk *desk, int64_t after)
{
	size_t count;

	desk->now = AT0 + after;
	desk->raised = desk->ended = 0;
	hs_watch_look(desk->watch, desk->active, desk->now, on_change, desk);
	hs_watch_alarms(desk->watch, &count);
	return count;
}

static inline const struct hs_alarm *
alarm_of(const struct desk *desk, int kind, const char *code)
{
	size_t count;
	const struct hs_alarm *alarms = hs_watch_alarms(desk->watch, &count);

	for (size_t i = 0; i < count; i++) {
		if (alarms[i].kind == kind && strcmp(alarms[i].area_code, code) == 0)
			return &alarms[i];
	}
	return NULL;
}

/* A new process with the note of the old one, or with nothing. */
static inline void
restart(struct desk *desk, bool note)
{
	struct hs_watch *fresh = hs_watch_create(&desk->options);
	struct hs_buf bytes;

	hs_buf_init(&bytes, 1u << 20);
	if (note) {
		hs_watch_write(desk->watch, &bytes);
		assert_true(hs_watch_read(fresh, (struct hs_span){ bytes.bytes, bytes.len_bytes }));
	}
	hs_buf_free(&bytes);
	hs_watch_destroy(desk->watch);
	desk->watch = fresh;
}

#define WARNING(...) ((struct message){ .kind = HS_KIND(WEATHER), __VA_ARGS__ })
#define TSUNAMI(...) ((struct message){ .kind = HS_KIND(TSUNAMI), __VA_ARGS__ })
#define MAILED(...)  ((struct message){ .kind = HS_KIND(URGENT_MAIL), __VA_ARGS__ })
#define ORDER(...)   ((struct message){ .kind = HS_KIND(EVACUATION), __VA_ARGS__ })

#endif
