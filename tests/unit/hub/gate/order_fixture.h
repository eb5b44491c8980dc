/* order_fixture.h: what is in force, built by hand for the tests of order_plan and order_text. */
#ifndef TESTS_ORDER_FIXTURE_H
#define TESTS_ORDER_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/gate/order.h"
#include "schemas/area_key.h"

#define CODE "990019"
/* 2026-07-01T18:55:00+09:00 */
#define NOW  1782899700000000LL
#define HOUR 3600000000LL

struct fixture {
	struct hs_arena *arena;
	struct hs_order_standing standing;
	struct hs_order_choice choice;
	struct hs_order_plan plan;
};

static int
set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	f->arena = hs_arena_create(8u << 20);
	f->choice = (struct hs_order_choice){ .areas = "",
		.document_id = "",
		.disaster_name = "",
		.hazard = "flood",
		.reason = "",
		.complement = "",
		.now_unix_us = NOW,
		.new_document_id = "new-1" };
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	hs_arena_destroy(f->arena);
	test_free(f);
	return 0;
}

static inline struct hs_order_document *
add_document(struct fixture *f, const char *id, bool own)
{
	struct hs_order_document *document = hs_arena_alloc(f->arena, sizeof(*document));

	*document = (struct hs_order_document){ .source = own ? "s.example" : "other.example",
		.id = id,
		.revision = 3,
		.disaster_name = "台風の大雨",
		.own = own };
	assert_true(
		hs_repeat(f->arena, &f->standing.document_count, &f->standing.documents, document));
	return document;
}

static inline struct hs_order_area *
add_area(struct fixture *f, const struct hs_order_document *document, const char *name,
	uint32_t level, const char *term)
{
	struct hs_order_area *area = hs_arena_alloc(f->arena, sizeof(*area));

	*area = (struct hs_order_area){ .name = name,
		.kana = "",
		.code = CODE,
		.sub_code = "",
		.key = hs_area_key(f->arena, CODE, name),
		.term = term,
		.level = level,
		.ordered_unix_us = NOW - HOUR,
		.document = document };
	assert_true(hs_repeat(f->arena, &f->standing.area_count, &f->standing.areas, area));
	return area;
}

/* The same, but among those that stand once the newest message of its document is taken back. */
static inline void
add_restored(struct fixture *f, const struct hs_order_document *document, const char *name,
	uint32_t level, const char *term)
{
	struct hs_order_area *area = add_area(f, document, name, level, term);

	f->standing.area_count--;
	assert_true(hs_repeat(f->arena, &f->standing.restored_count, &f->standing.restored, area));
}

static inline void
add_lifted(struct fixture *f, const struct hs_order_document *document, const char *name,
	const char *term)
{
	struct hs_order_area *area = add_area(f, document, name, 0, term);

	f->standing.area_count--;
	assert_true(hs_repeat(f->arena, &f->standing.lifted_count, &f->standing.lifted, area));
}

static inline enum hs_order_problem
plan(struct fixture *f)
{
	return hs_order_plan(f->arena, &f->standing, CODE, &f->choice, &f->plan);
}

/* "kind:name:from>to …" in order. */
static inline const char *
changes(struct fixture *f)
{
	static char text[4096];
	static const char *const words[HS_ORDER_CHANGE_COUNT] = { "returned", "restored", "back",
		"new", "raised", "lowered", "still", "lifted", "ended" };
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < f->plan.change_count; i++) {
		const struct hs_order_change *change = f->plan.changes[i];

		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s:%s:%u>%u",
			i > 0 ? " " : "", words[change->kind], change->name, change->from_level,
			change->to_level);
	}
	return text;
}

/* "name=term …" of what the new snapshot has in force. */
static inline const char *
snapshot(struct fixture *f)
{
	static char text[4096];
	size_t used = 0;

	text[0] = '\0';
	for (size_t i = 0; i < f->plan.in_force_count; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s=%s",
			i > 0 ? " " : "", f->plan.in_force[i]->name, f->plan.in_force[i]->term);
	return text;
}

#endif
