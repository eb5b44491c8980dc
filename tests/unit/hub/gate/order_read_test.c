/* order_read_test.c: what is in force, and what would be if the last message of a document were taken back. */
#include "hub/gate/order.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "tests/unit/adapters/notice_kit.h"

#define OWN "bosai.kakuu.example" /* the source that notice_kit.h gives */

struct fixture {
	struct hs_arena *arena;
	hs_active_reply reply;
	struct hs_order_standing standing;
};

static int
set_up(void **state)
{
	struct fixture *f = test_calloc(1, sizeof(*f));

	f->arena = hs_arena_create(64u << 20);
	f->reply = (hs_active_reply)HANSHO__V1__ACTIVE_REPLY__INIT;
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

/* The next notice that the hub's set rests on. */
static hs_notice *
add(struct fixture *f, int action, const char *document, uint32_t revision,
	const struct kit_place *places, size_t count)
{
	hs_deliver *deliver = hs_message_new(f->arena, &hansho__v1__deliver__descriptor);

	deliver->seq = f->reply.n_notices + 1;
	deliver->notice =
		kit_notice(f->arena, HS_MODE(DRILL), action, document, revision, places, count);
	deliver->notice->evacuation->disaster_name = kit_text(f->arena, "洪水");
	assert_true(hs_repeat(f->arena, &f->reply.n_notices, &f->reply.notices, deliver));
	return deliver->notice;
}

static void
read_standing(struct fixture *f)
{
	assert_true(hs_order_standing_read(f->arena, &f->reply, OWN, "990019", &f->standing));
}

/* "name:level …" */
static const char *
spelled(struct fixture *f, struct hs_order_area *const *areas, size_t count)
{
	const char *text = "";

	for (size_t i = 0; i < count; i++)
		text = hs_arena_printf(f->arena, "%s%s%s:%u", text, i > 0 ? " " : "",
			areas[i]->name, areas[i]->level);
	return text;
}

#define IN_FORCE(f) spelled((f), (f)->standing.areas, (f)->standing.area_count)
#define LIFTED(f)   spelled((f), (f)->standing.lifted, (f)->standing.lifted_count)
#define RESTORED(f) spelled((f), (f)->standing.restored, (f)->standing.restored_count)

static const struct kit_place north4 = { "990019", "北町", "", "避難指示", 4, false, 0 };
static const struct kit_place north_lifted = { "990019", "北町", "", "避難指示", 4, true, 5 };
static const struct kit_place port4 = { "990019", "港町", "", "避難指示", 4, false, 0 };
static const struct kit_place port5 = { "990019", "港町", "", "緊急安全確保", 5, false, 5 };

static void
a_lift_and_what_stood_before_it(void **state)
{
	struct fixture *f = *state;

	add(f, HS_ACTION(UPDATE), "d", 2, (const struct kit_place[]){ north4, port5 }, 2);
	add(f, HS_ACTION(UPDATE), "d", 3, (const struct kit_place[]){ north_lifted, port5 }, 2);
	read_standing(f);
	assert_string_equal(IN_FORCE(f), "港町:5");
	assert_string_equal(LIFTED(f), "北町:0");
	assert_string_equal(RESTORED(f), "北町:4 港町:5");
	assert_int_equal(f->standing.document_count, 1);
	assert_int_equal(f->standing.documents[0]->revision, 3);
	assert_ptr_equal(f->standing.restored[0]->document, f->standing.documents[0]);
	assert_false(f->standing.documents[0]->over || f->standing.documents[0]->closed);
}

static void
a_first_message_leaves_nothing_behind(void **state)
{
	struct fixture *f = *state;

	add(f, HS_ACTION(ISSUE), "d", 1, &north4, 1);
	read_standing(f);
	assert_string_equal(IN_FORCE(f), "北町:4");
	assert_string_equal(RESTORED(f), "");
}

static void
all_lifted_is_over_and_can_come_back(void **state)
{
	struct fixture *f = *state;

	add(f, HS_ACTION(ISSUE), "d", 1, &north4, 1);
	add(f, HS_ACTION(LIFT), "d", 2, &north_lifted, 1);
	read_standing(f);
	assert_string_equal(IN_FORCE(f), "");
	assert_int_equal(f->standing.document_count, 1);
	assert_true(f->standing.documents[0]->over && f->standing.documents[0]->own);
	assert_int_equal(f->standing.documents[0]->revision, 2);
	assert_string_equal(LIFTED(f), "北町:0");
	assert_string_equal(RESTORED(f), "北町:4");
}

/* What a cancel brought back cannot be taken back once more. */
static void
a_cancelled_document_has_nothing_to_restore(void **state)
{
	struct fixture *f = *state;

	add(f, HS_ACTION(ISSUE), "d", 1, &port4, 1);
	add(f, HS_ACTION(UPDATE), "d", 2, &port5, 1);
	add(f, HS_ACTION(CANCEL), "d", 3, &port5, 1);
	read_standing(f);
	assert_string_equal(IN_FORCE(f), "港町:4");
	assert_true(f->standing.documents[0]->closed);
	assert_string_equal(RESTORED(f), "");
	assert_string_equal(LIFTED(f), "");
}

/* Each document is taken back for itself; another source's never. */
static void
only_own_documents_and_each_for_itself(void **state)
{
	struct fixture *f = *state;
	const struct kit_place elsewhere = { "990027", "西町", "", "避難指示", 4, false, 0 };

	add(f, HS_ACTION(UPDATE), "d", 2, &port4, 1);
	add(f, HS_ACTION(UPDATE), "d", 3, &port5, 1);
	add(f, HS_ACTION(ISSUE), "e", 1, &north4, 1);
	add(f, HS_ACTION(ISSUE), "x", 1, &port4, 1)->document->source =
		kit_text(f->arena, "other.example");
	add(f, HS_ACTION(UPDATE), "x", 2, (const struct kit_place[]){ port5, elsewhere }, 2)
		->document->source = kit_text(f->arena, "other.example");
	read_standing(f);
	assert_string_equal(IN_FORCE(f), "港町:5 北町:4 港町:5"); /* 西町 is not ours */
	assert_string_equal(RESTORED(f), "港町:4");
	assert_string_equal(f->standing.restored[0]->document->id, "d");
	assert_int_equal(f->standing.document_count, 3);
	assert_false(f->standing.documents[2]->own);
}

static void
the_basis_tells_a_lift_from_nothing(void **state)
{
	struct fixture *f = *state;
	char nothing[HS_ORDER_BASIS_SIZE];

	read_standing(f);
	memcpy(nothing, f->standing.basis, sizeof(nothing));
	add(f, HS_ACTION(ISSUE), "d", 1, &north4, 1);
	add(f, HS_ACTION(LIFT), "d", 2, &north_lifted, 1);
	read_standing(f);
	assert_string_not_equal(f->standing.basis, nothing);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(a_lift_and_what_stood_before_it),
		TEST(a_first_message_leaves_nothing_behind),
		TEST(all_lifted_is_over_and_can_come_back),
		TEST(a_cancelled_document_has_nothing_to_restore),
		TEST(only_own_documents_and_each_for_itself),
		TEST(the_basis_tells_a_lift_from_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
