/* What the hub tells of an order by what stands already, and the list of what an organisation has in force. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/core/guard.h"

#define ARENA_BYTES (8u << 20)
#define BIT(name)   (1u << HS_FINDING_##name)
#define PLACES_MAX  4

/* One order: a level for each place, 0 for none; lifted: it ends them. */
struct message {
	const char *document;
	uint32_t revision;
	const char *places[PLACES_MAX];
	uint32_t level;
	bool lifted, silent;
	const char *code; /* NULL: 990019 */
	int64_t at_s;
};

static const char *const sorts[] = { "", "", "", "高齢者等避難", "避難指示", "緊急安全確保" };

static char *
copy(struct hs_arena *arena, const char *text)
{
	return hs_arena_strdup(arena, text);
}

static hs_evacuation_place *
place_of(struct hs_arena *arena, const struct message *message, const char *name)
{
	hs_evacuation_place *place = HS_NEW(arena, &hansho__v1__evacuation__place__descriptor);

	place->area = HS_NEW(arena, &hansho__v1__area__descriptor);
	place->area->code = copy(arena, message->code ? message->code : "990019");
	place->area->name = copy(arena, name);
	place->ordered = hs_time_new(arena, (1782900000 + message->at_s) * 1000000, 540);
	return place;
}

static hs_notice *
notice_of(struct hs_arena *arena, const struct message *message)
{
	hs_notice *notice = HS_NEW(arena, &hansho__v1__notice__descriptor);
	hs_evacuation *evacuation = HS_NEW(arena, &hansho__v1__evacuation__descriptor);
	hs_evacuation_detail *detail = HS_NEW(arena, &hansho__v1__evacuation__detail__descriptor);

	notice->mode = HS_MODE(DRILL);
	notice->kind = HS_KIND(EVACUATION);
	notice->silent = message->silent;
	notice->action = message->silent	  ? HS_ACTION(CORRECT)
			 : message->revision == 1 ? HS_ACTION(ISSUE)
						  : HS_ACTION(UPDATE);
	notice->document = HS_NEW(arena, &hansho__v1__document__descriptor);
	notice->document->source = copy(arena, "bosai.kakuu.example");
	notice->document->id = copy(arena, message->document);
	notice->document->revision = message->revision;
	notice->source = HS_NEW(arena, &hansho__v1__source__descriptor);
	notice->source->code = copy(arena, message->code ? message->code : "990019");
	detail->sort = copy(arena, sorts[message->level]);
	detail->state = message->lifted ? HS_EVAC(LIFTED) : HS_EVAC(ISSUED);
	detail->level = HS_NEW(arena, &hansho__v1__level__descriptor);
	detail->level->number = message->lifted ? 0 : message->level;
	detail->level->term = copy(arena, sorts[message->level]);
	for (size_t i = 0; i < PLACES_MAX && message->places[i] != NULL; i++)
		hs_repeat(arena, &detail->n_areas, &detail->areas,
			place_of(arena, message, message->places[i]));
	hs_repeat(arena, &evacuation->n_details, &evacuation->details, detail);
	notice->evacuation = evacuation;
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EVACUATION;
	return notice;
}

/* Messages one after another; what is told of each before it is applied. */
struct step {
	struct message message;
	unsigned told;
	size_t in_force; /* afterwards */
};

static void
play(const struct step *steps, size_t count)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct hs_active *active = hs_active_create();

	for (size_t i = 0; i < count; i++) {
		hs_notice *notice = notice_of(arena, &steps[i].message);
		unsigned told = hs_guard_look(arena, active, notice);
		struct hs_in_force in_force;

		if (told != steps[i].told)
			fail_msg("step %zu: told %x, not %x", i, told, steps[i].told);
		if ((told & BIT(SILENT_CHANGES)) != 0)
			continue;
		assert_int_equal(hs_active_apply(active, i + 1, notice, NULL), HS_OK);
		hs_guard_in_force(arena, active, notice, &in_force);
		if (in_force.total != steps[i].in_force)
			fail_msg("step %zu: %zu in force, not %zu", i, in_force.total,
				steps[i].in_force);
	}
	hs_active_destroy(active);
	hs_arena_destroy(arena);
}

static void
test_jumps(void **state)
{
	static const struct step steps[] = {
		{ { "a", 1, { "港町" }, .level = 3 }, 0, 1 },
		{ { "a", 2, { "港町" }, .level = 4, .at_s = 1 }, 0, 1 },
		{ { "a", 3, { "港町", "北町" }, .level = 4, .at_s = 2 }, BIT(LEVEL_JUMP),
			2 }, /* 北町 from none */
		{ { "a", 4, { "港町", "北町" }, .level = 5, .at_s = 3 }, 0, 2 },
		{ { "a", 5, { "港町", "北町" }, .level = 3, .at_s = 4 }, 0,
			2 }, /* down is no jump */
		{ { "a", 6, { "港町", "北町" }, .level = 5, .at_s = 5 }, BIT(LEVEL_JUMP), 2 },
		{ { "a", 7, { "港町", "北町" }, .level = 5, .lifted = true, .at_s = 6 }, 0, 0 },
		{ { "b", 1, { "港町" }, .level = 5, .at_s = 7 }, BIT(LEVEL_JUMP), 1 },
	};

	(void)state;
	play(steps, HS_COUNT(steps));
}

/* What another document has in force of the same area counts, the newest of them. */
static void
test_a_jump_is_from_what_stands_in_any_document(void **state)
{
	static const struct step steps[] = {
		{ { "a", 1, { "港町" }, .level = 3 }, 0, 1 },
		{ { "b", 1, { "港町", "北町" }, .level = 3, .at_s = 1 }, 0, 2 },
		{ { "c", 1, { "港町" }, .level = 4, .at_s = 2 }, 0, 2 },
		{ { "d", 1, { "港町" }, .level = 5, .at_s = 3, .code = "990027" }, BIT(LEVEL_JUMP),
			1 },
	};

	(void)state;
	play(steps, HS_COUNT(steps));
}

/* Of what was ordered at the same moment the later notice counts, by whatever order the documents are looked through. */
static void
test_a_jump_is_from_the_later_of_one_moment(void **state)
{
	static const struct step steps[] = {
		{ { "a", 1, { "港町" }, .level = 3 }, 0, 1 },
		{ { "b", 1, { "港町" }, .level = 4 }, 0, 1 },
		{ { "a", 2, { "港町" }, .level = 3 }, 0, 1 },
		{ { "c", 1, { "港町" }, .level = 5 }, BIT(LEVEL_JUMP), 1 }, /* from 3 */
	};

	(void)state;
	play(steps, HS_COUNT(steps));
}

static void
test_twins(void **state)
{
	static const struct step steps[] = {
		{ { "a", 1, { "港町", "北町一丁目", "山手" }, .level = 3 }, 0, 3 },
		{ { "b", 1, { "山手", "港町", "北町１丁目" }, .level = 3, .at_s = 60 },
			BIT(NEAR_DUPLICATE), 3 },
		{ { "c", 1, { "山手", "港町" }, .level = 3, .at_s = 61 }, 0, 3 },
		{ { "d", 1, { "港町", "北町一丁目", "山手" }, .level = 4, .at_s = 62 }, 0 | 0, 3 },
		{ { "a", 2, { "港町", "北町一丁目", "山手" }, .level = 3, .at_s = 63 },
			BIT(NEAR_DUPLICATE), 3 },
		{ { "e", 1, { "港町", "北町一丁目", "山手" }, .level = 3, .at_s = 64,
			  .code = "990027" },
			0, 3 },
	};

	(void)state;
	play(steps, HS_COUNT(steps));
}

static void
test_silence(void **state)
{
	static const struct step steps[] = {
		{ { "a", 1, { "港町" }, .level = 3, .silent = true }, BIT(SILENT_CHANGES),
			0 }, /* of nothing */
		{ { "a", 1, { "港町" }, .level = 3 }, 0, 1 },
		{ { "a", 2, { "港町" }, .level = 3, .silent = true, .at_s = 1 }, 0, 1 },
		{ { "a", 3, { "港町" }, .level = 4, .silent = true, .at_s = 2 },
			BIT(SILENT_CHANGES), 1 },
		{ { "a", 3, { "港町", "北町" }, .level = 3, .silent = true, .at_s = 2 },
			BIT(SILENT_CHANGES), 1 },
		{ { "a", 3, { "港町" }, .level = 3, .lifted = true, .silent = true, .at_s = 2 },
			BIT(SILENT_CHANGES), 1 },
	};

	(void)state;
	play(steps, HS_COUNT(steps));
}

/* Nine of ten are lifted: the tenth is in the list, with its document. */
static void
test_what_stays(void **state)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct hs_active *active = hs_active_create();
	struct message all = { "a", 1, { "一", "二", "三", "四" }, .level = 4 };
	struct message lift = { "a", 2, { "一", "二", "三" }, .level = 4, .lifted = true,
		.at_s = 9 };
	hs_notice *notice = notice_of(arena, &lift);
	struct hs_in_force in_force;

	(void)state;
	hs_repeat(arena, &notice->evacuation->n_details, &notice->evacuation->details,
		notice_of(arena, &(struct message){ "a", 2, { "四" }, .level = 4, .at_s = 9 })
			->evacuation->details[0]);
	assert_int_equal(hs_active_apply(active, 1, notice_of(arena, &all), NULL), HS_OK);
	assert_int_equal(hs_active_apply(active, 2, notice, NULL), HS_OK);
	hs_guard_in_force(arena, active, notice, &in_force);
	assert_int_equal(in_force.count, 1);
	assert_string_equal(in_force.items[0]->area_name, "四");
	assert_string_equal(in_force.items[0]->document, "a");
	assert_string_equal(in_force.items[0]->term, "避難指示");
	assert_int_equal(in_force.items[0]->level, 4);
	hs_active_destroy(active);
	hs_arena_destroy(arena);
}

/* An organisation with very many documents: nobody looks, and says so; that is not "nothing is in force". */
static void
test_too_many_documents(void **state)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES * 4);
	struct hs_active *active = hs_active_create();
	struct hs_in_force in_force;
	hs_notice *notice = NULL;

	(void)state;
	for (size_t i = 0; i <= HS_GUARD_DOCUMENTS_MAX; i++) {
		struct message message = { hs_arena_printf(arena, "d%zu", i), 1, { "港町" },
			.level = 3, .at_s = (int64_t)i };

		notice = notice_of(arena, &message);
		assert_int_equal(
			hs_guard_look(arena, active, notice), i == 0 ? 0 : BIT(NEAR_DUPLICATE));
		assert_int_equal(hs_active_apply(active, i + 1, notice, NULL), HS_OK);
		hs_guard_in_force(arena, active, notice, &in_force);
		assert_int_equal(in_force.known, i < HS_GUARD_DOCUMENTS_MAX);
		assert_int_equal(in_force.total, in_force.known);
	}
	assert_int_equal(hs_guard_look(arena, active, notice), BIT(CHECK_BROKEN));
	hs_active_destroy(active);
	hs_arena_destroy(arena);
}

/* Without memory: the order passes, its sender learns that nobody looked; silence is not granted. */
static void
test_without_memory(void **state)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES), *none = hs_arena_create(16);
	struct hs_active *active = hs_active_create();
	struct message order = { "a", 1, { "港町" }, .level = 5 };
	struct message silent = { "a", 2, { "港町" }, .level = 5, .silent = true };

	(void)state;
	assert_int_equal(hs_guard_look(none, active, notice_of(arena, &order)), BIT(CHECK_BROKEN));
	assert_int_equal(hs_active_apply(active, 1, notice_of(arena, &order), NULL), HS_OK);
	assert_int_equal(
		hs_guard_look(none, active, notice_of(arena, &silent)), BIT(SILENT_CHANGES));
	hs_active_destroy(active);
	hs_arena_destroy(none);
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_jumps),
		cmocka_unit_test(test_a_jump_is_from_what_stands_in_any_document),
		cmocka_unit_test(test_a_jump_is_from_the_later_of_one_moment),
		cmocka_unit_test(test_twins),
		cmocka_unit_test(test_silence),
		cmocka_unit_test(test_what_stays),
		cmocka_unit_test(test_too_many_documents),
		cmocka_unit_test(test_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
