/* make_notice.h: small notices and deliveries for the tests of the feed. */
#ifndef HS_TEST_MAKE_NOTICE_H
#define HS_TEST_MAKE_NOTICE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "schemas/notice.h"

#define NEW(arena, type) hs_message_new(arena, &hansho__v1__##type##__descriptor)

struct made {
	const char *area; /* NULL: none */
	const char *sub_code;
	int kind, action, mode;
	uint32_t level;
	uint32_t revision;
	const char *document;
	const char *also;   /* a second area */
	const char *before; /* one of areas_before */
	const char *kind_before;
	bool follows;
	uint32_t level_before;
};

static inline hs_notice *
make_notice(struct hs_arena *arena, const struct made *with)
{
	hs_notice *notice = NEW(arena, notice);
	hs_document *document = NEW(arena, document);
	hs_text *text = NEW(arena, text);
	hs_evacuation *evacuation = NEW(arena, evacuation);
	hs_evacuation_detail *detail = NEW(arena, evacuation__detail);
	hs_evacuation_place *place = NEW(arena, evacuation__place);

	assert_non_null(place);
	notice->mode = (Hansho__V1__Mode)(with->mode == 0 ? HS_MODE(DRILL) : with->mode);
	notice->kind = (Hansho__V1__Kind)with->kind;
	notice->action = (Hansho__V1__Action)(with->action == 0 ? HS_ACTION(ISSUE) : with->action);
	document->source = hs_arena_strdup(arena, "bosai.kakuu.example");
	document->id = hs_arena_strdup(arena, with->document == NULL ? "doc-1" : with->document);
	document->revision = with->revision == 0 ? 1 : with->revision;
	notice->document = document;
	if (with->level > 0) {
		notice->level = NEW(arena, level);
		notice->level->number = with->level;
		notice->level->term = hs_arena_strdup(arena, "避難指示");
	}
	if (with->area != NULL) {
		hs_area *area = NEW(arena, area);

		area->code = hs_arena_strdup(arena, with->area);
		area->name = hs_arena_strdup(arena, "架空市 \"北\" <1>");
		if (with->sub_code != NULL)
			area->sub_code = hs_arena_strdup(arena, with->sub_code);
		assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas, area));
		place->area = area;
	}
	if (with->also != NULL) {
		hs_area *also = NEW(arena, area);

		also->code = hs_arena_strdup(arena, with->also);
		assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas, also));
	}
	if (with->before != NULL)
		assert_true(hs_repeat(arena, &document->n_areas_before, &document->areas_before,
			hs_arena_strdup(arena, with->before)));
	if (with->kind_before != NULL)
		assert_true(hs_repeat(arena, &document->n_kinds_before, &document->kinds_before,
			hs_arena_strdup(arena, with->kind_before)));
	document->follows = with->follows;
	document->level_before = with->level_before;
	text->language = hs_arena_strdup(arena, "ja");
	text->headline = hs_arena_strdup(arena, "【訓練】避難指示\n二行目【訓練】");
	assert_true(hs_repeat(arena, &notice->n_texts, &notice->texts, text));
	if (with->kind == (int)HS_KIND(EVACUATION) && with->area != NULL) {
		detail->level = notice->level;
		detail->state = HS_EVAC(ISSUED);
		detail->sort = hs_arena_strdup(arena, "避難指示");
		assert_true(hs_repeat(arena, &detail->n_areas, &detail->areas, place));
		assert_true(hs_repeat(arena, &evacuation->n_details, &evacuation->details, detail));
		notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EVACUATION;
		notice->evacuation = evacuation;
	}
	return notice;
}

static inline hs_deliver *
make_deliver(struct hs_arena *arena, uint64_t seq, uint64_t prev_seq, const struct made *with)
{
	hs_deliver *deliver = NEW(arena, deliver);
	hs_hop *hop = NEW(arena, hop);

	assert_non_null(hop);
	deliver->seq = seq;
	deliver->prev_seq = prev_seq;
	deliver->notice = make_notice(arena, with);
	hop->name = hs_arena_strdup(arena, "accepted");
	hop->time = hs_time_new(arena, 1790000000000000, 540);
	assert_true(hs_repeat(arena, &deliver->n_hops, &deliver->hops, hop));
	return deliver;
}

/* A level 4 evacuation order for 架空市, one document per seq. */
static inline hs_deliver *
make_order(struct hs_arena *arena, uint64_t seq)
{
	char document[32];

	snprintf(document, sizeof(document), "doc-%llu", (unsigned long long)seq);
	return make_deliver(arena, seq, seq - 1,
		&(struct made){ .area = "990019",
			.kind = HS_KIND(EVACUATION),
			.level = 4,
			.document = document });
}

static inline struct hs_arena *
make_arena(void)
{
	struct hs_arena *arena = hs_arena_create(64u << 20);

	assert_non_null(arena);
	return arena;
}

#endif
