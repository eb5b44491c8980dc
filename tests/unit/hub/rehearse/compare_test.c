/* The difference of two notices: what counts, what is left out, and how it is said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "hub/base/check.h"
#include "hub/rehearse/compare.h"

#define ARENA_BYTES ((size_t)4 << 20)

/* { members } of a notice; both texts get the same document. */
static hs_notice *
notice_of(struct hs_arena *arena, const char *json)
{
	json_t *tree = json_loads(json, 0, NULL);
	hs_notice *notice = NULL;
	char why[200];

	assert_non_null(tree);
	if (hs_message_from_json(arena, &hansho__v1__notice__descriptor, tree, &notice, why,
		    sizeof(why)) != HS_OK)
		fail_msg("%s: %s", json, why);
	json_decref(tree);
	return notice;
}

struct line {
	const char *field, *before, *after;
};

static const struct row {
	const char *before, *after;
	struct line lines[3];
} rows[] = {
	{ "{\"mode\":\"drill\"}", "{\"mode\":\"drill\"}", { { 0 } } },
	{ "{\"kind\":\"weather\",\"priority\":4}", "{\"kind\":\"flood\",\"priority\":2}",
		{ { "kind", "weather", "flood" }, { "priority", "4", "2" } } },
	{ "{\"level\":{\"number\":3,\"term\":\"a\"}}", "{\"level\":{\"number\":5,\"term\":\"a\"}}",
		{ { "level.number", "3", "5" } } },
	/* absent on one side: whole, as JSON */
	{ "{\"level\":{\"number\":3}}", "{}", { { "level", "{\"number\":3}", NULL } } },
	{ "{\"areas\":[{\"code\":\"990019\"}]}",
		"{\"areas\":[{\"code\":\"990027\"},{\"code\":\"990035\"}]}",
		{ { "areas[1]", NULL, "{\"code\":\"990035\"}" },
			{ "areas[0].code", "990019", "990027" } } },
	/* flags are a set */
	{ "{\"flags\":[\"unknown_sort\",\"obsolete_term\"]}",
		"{\"flags\":[\"obsolete_term\",\"unknown_sort\"]}", { { 0 } } },
	{ "{\"flags\":[\"unknown_sort\"]}", "{\"flags\":[\"obsolete_term\"]}",
		{ { "flags", "unknown_sort", NULL }, { "flags", NULL, "obsolete_term" } } },
	{ "{}", "{\"flags\":[\"unknown_sort\"]}", { { "flags", NULL, "unknown_sort" } } },
	/* the hub, the credential and the register are not tried */
	{ "{\"flags\":[\"revision_gap\",\"proxy_entry\",\"held\",\"areas_all\",\"signature_valid\"]"
	  "}",
		"{\"flags\":[\"signature_unverified\"]}", { { 0 } } },
	{ "{\"document\":{\"id\":\"d\",\"ended\":true,\"areas_before\":[\"990019\"],\"kinds_"
	  "before\":[\"flood\"],\"level_before\":4,\"follows\":true},"
	  "\"source\":{\"code\":\"990019\",\"entered_by\":\"x\"}}",
		"{\"document\":{\"id\":\"d\"},\"source\":{\"code\":\"990019\"}}", { { 0 } } },
	{ "{\"times\":{\"accepted\":\"2026-07-01T18:57:08+09:00\","
	  "\"sent\":\"2026-07-01T18:57:05+09:00\"}}",
		"{\"times\":{\"received\":\"2026-07-01T18:57:07+09:00\","
		"\"sent\":\"2026-07-01T18:57:06+09:00\"}}",
		{ { "times.sent", "2026-07-01T18:57:05+09:00", "2026-07-01T18:57:06+09:00" } } },
};

static void
assert_text(const char *is, const char *want)
{
	if (is == NULL || want == NULL)
		assert_true(is == NULL && want == NULL);
	else
		assert_string_equal(is, want);
}

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
		struct hs_differences found;
		size_t want = 0;

		assert_int_equal(hs_compare(arena, notice_of(arena, rows[i].before),
					 notice_of(arena, rows[i].after), &found),
			HS_OK);
		while (want < HS_COUNT(rows[i].lines) && rows[i].lines[want].field != NULL)
			want++;
		if (found.count != want)
			print_message("row %zu: %s\n", i, rows[i].before);
		assert_int_equal(found.count, want);
		for (size_t k = 0; k < want; k++) {
			assert_string_equal(found.items[k]->field, rows[i].lines[k].field);
			assert_text(found.items[k]->before, rows[i].lines[k].before);
			assert_text(found.items[k]->after, rows[i].lines[k].after);
		}
		hs_arena_destroy(arena);
	}
}

/* A difference that finds no room must not look like none. */
static void
test_no_room_is_an_error(void **state)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES), *small = hs_arena_create(64);
	hs_notice *before = notice_of(arena, "{\"kind\":\"weather\"}");
	hs_notice *after = notice_of(arena, "{\"kind\":\"flood\"}");
	struct hs_differences found;

	(void)state;
	assert_int_equal(hs_compare(small, before, after, &found), HS_ERR_NOMEM);
	hs_arena_destroy(small);
	hs_arena_destroy(arena);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_no_room_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
