#include "tests/unit/hub/feed/make_notice.h"

#include "hub/feed/filter.h"

struct row {
	const char *areas[4];
	const char *kinds[4];
	uint32_t level_min;
	struct made notice;
	bool passes;
	bool in_snapshot;
};

#define EVAC HS_KIND(EVACUATION)

static const struct row rows[] = {
	/* areas: by prefix, both ways */
	{ { NULL }, { NULL }, 0, { "990019", .kind = EVAC, .level = 4 }, true, true },
	{ { "990019" }, { NULL }, 0, { "990019", .kind = EVAC, .level = 4 }, true, true },
	{ { "99001" }, { NULL }, 0, { "990019", .kind = EVAC, .level = 4 }, true, true },
	{ { "99" }, { NULL }, 0, { "990019", .kind = EVAC, .level = 4 }, true, true },
	{ { "990001" }, { NULL }, 0, { "990019", .kind = EVAC, .level = 4 }, true, true },
	{ { "990027" }, { NULL }, 0, { "990019", .kind = EVAC, .level = 4 }, false, false },
	{ { "13" }, { NULL }, 0, { "990019", .kind = EVAC, .level = 4 }, false, false },
	{ { "13", "990019" }, { NULL }, 0, { "990019", .kind = EVAC, .level = 4 }, true, true },
	{ { "990019" }, { NULL }, 0, { "99", .kind = EVAC, .level = 4 }, true, true },
	{ { "990019" }, { NULL }, 0, { NULL, .kind = EVAC, .level = 4 }, true, true },
	/* 町丁字 */
	{ { "990019" }, { NULL }, 0, { "990019", "990010001000", EVAC, .level = 4 }, true, true },
	{ { "990010001000" }, { NULL }, 0, { "990019", "990010001000", EVAC, .level = 4 }, true,
		true },
	{ { "990010002000" }, { NULL }, 0, { "990019", "990010001000", EVAC, .level = 4 }, false,
		false },
	{ { "990010001000" }, { NULL }, 0, { "990019", .kind = EVAC, .level = 4 }, true, true },
	/* a ward lies in its city: 札幌市中央区 011011 in 札幌市 011002 */
	{ { "011002" }, { NULL }, 0, { "011011", .kind = EVAC, .level = 4 }, true, true },
	{ { "011011" }, { NULL }, 0, { "011002", .kind = EVAC, .level = 4 }, true, true },
	{ { "011011" }, { NULL }, 0, { "011029", .kind = EVAC, .level = 4 }, false, false },
	/* kinds */
	{ { NULL }, { "evacuation" }, 0, { "990019", .kind = EVAC, .level = 4 }, true, true },
	{ { NULL }, { "shelter" }, 0, { "990019", .kind = EVAC, .level = 4 }, false, false },
	{ { NULL }, { "!evacuation" }, 0, { "990019", .kind = EVAC, .level = 4 }, false, false },
	{ { NULL }, { "!weather" }, 0, { "990019", .kind = EVAC, .level = 4 }, true, true },
	{ { NULL }, { "evacuation", "!evacuation" }, 0, { "990019", .kind = EVAC, .level = 4 },
		false, false },
	/* a kind that we do not know goes to everybody (P12) */
	{ { NULL }, { "shelter" }, 0, { "990019", .kind = 41 }, true, true },
	{ { NULL }, { "shelter" }, 0, { "990019", .kind = 0 }, true, true },
	/* levels */
	{ { NULL }, { NULL }, 3, { "990019", .kind = EVAC, .level = 3 }, true, true },
	{ { NULL }, { NULL }, 4, { "990019", .kind = EVAC, .level = 3 }, false, false },
	{ { NULL }, { NULL }, 5, { "990019", .kind = EVAC, .level = 0 }, true, true },
	{ { NULL }, { NULL }, 5, { "990019", .kind = EVAC, .level = 9 }, true, true },
	/* what follows passes, so that holders of the order hear of it; a snapshot tells what is in force */
	{ { NULL }, { NULL }, 5,
		{ "990019", .kind = EVAC, .level = 2, .action = HS_ACTION(UPDATE) }, true, false },
	{ { NULL }, { NULL }, 5,
		{ "990019", .kind = EVAC, .level = 2, .action = HS_ACTION(CORRECT) }, true, false },
	{ { NULL }, { NULL }, 5, { "990019", .kind = EVAC, .action = HS_ACTION(LIFT) }, true,
		true },
	{ { NULL }, { NULL }, 5,
		{ "990019", .kind = EVAC, .level = 2, .action = HS_ACTION(CANCEL) }, true, false },
	{ { "990027" }, { NULL }, 5, { "990019", .kind = EVAC, .action = HS_ACTION(CANCEL) }, false,
		false },
	/* areas of earlier revisions: both directions, and no way around the other rules */
	{ { "990027" }, { NULL }, 0,
		{ "990019", .kind = EVAC, .action = HS_ACTION(UPDATE), .before = "990027" }, true,
		true },
	{ { "990027" }, { NULL }, 5,
		{ "990019", .kind = EVAC, .action = HS_ACTION(LIFT), .before = "99" }, true, true },
	{ { "99" }, { NULL }, 0,
		{ "131016", .kind = EVAC, .action = HS_ACTION(CANCEL), .before = "990027" }, true,
		true },
	{ { "990035" }, { NULL }, 0,
		{ "990019", .kind = EVAC, .action = HS_ACTION(UPDATE), .before = "990027" }, false,
		false },
	{ { "990027" }, { "!evacuation" }, 0,
		{ "990019", .kind = EVAC, .action = HS_ACTION(UPDATE), .before = "990027" }, false,
		false },
	{ { NULL }, { "!evacuation" }, 0, { "990019", .kind = EVAC, .action = HS_ACTION(LIFT) },
		false, false },
	/* kinds and levels of what it follows */
	{ { NULL }, { "weather" }, 0, { "990019", .kind = EVAC, .kind_before = "weather" }, true,
		false },
	{ { NULL }, { "!evacuation" }, 0, { "990019", .kind = EVAC, .kind_before = "weather" },
		true, false },
	{ { NULL }, { "flood" }, 0, { "990019", .kind = EVAC, .kind_before = "weather" }, false,
		false },
	{ { NULL }, { "flood" }, 0, { "990019", .kind = EVAC, .kind_before = "unspecified" }, true,
		false },
	{ { NULL }, { NULL }, 4,
		{ "990019", .kind = EVAC, .level = 3, .follows = true, .level_before = 4 }, true,
		false },
	{ { NULL }, { NULL }, 5,
		{ "990019", .kind = EVAC, .level = 3, .follows = true, .level_before = 4 }, false,
		false },
	{ { NULL }, { NULL }, 5, { "990019", .kind = EVAC, .level = 3, .follows = true }, true,
		false },
};

static size_t
count_of(const char *const words[4])
{
	size_t count = 0;

	while (count < 4 && words[count] != NULL)
		count++;
	return count;
}

static void
decides_by_the_table(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		const struct hs_filter_words words = { row->areas, count_of(row->areas), row->kinds,
			count_of(row->kinds), row->level_min };
		struct hs_arena *arena = make_arena();
		char why[HS_FILTER_WHY];
		struct hs_filter filter;
		struct hs_head head;

		assert_int_equal(hs_filter_parse(&words, 8, &filter, why), HS_OK);
		assert_int_equal(hs_head_read(make_notice(arena, &row->notice), &head), HS_OK);
		if (hs_filter_passes(&filter, &head) != row->passes ||
			hs_filter_in_snapshot(&filter, &head) != row->in_snapshot)
			fail_msg("row %zu", i);
		hs_head_free(&head);
		hs_filter_free(&filter);
		hs_arena_destroy(arena);
	}
}

static void
names_what_it_does_not_know(void **state)
{
	static const struct {
		const char *area, *kind;
		uint32_t level_min;
		const char *named;
	} bad[] = {
		{ "98", NULL, 0, "\"98\"" },
		{ "130000", NULL, 0, "\"130000\"" },
		{ "1", NULL, 0, "\"1\"" },
		{ "", NULL, 0, "\"\"" },
		{ "13x", NULL, 0, "\"13x\"" },
		{ "990010001", NULL, 0, "\"990010001\"" },
		{ "980010001000", NULL, 0, "\"980010001000\"" },
		{ "9900100010001", NULL, 0, "\"9900100010001\"" },
		{ NULL, "evakuation", 0, "\"evakuation\"" },
		{ NULL, "!", 0, "\"!\"" },
		{ NULL, "unspecified", 0, "\"unspecified\"" },
		{ NULL, NULL, 6, "6" },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(bad); i++) {
		const struct hs_filter_words words = { &bad[i].area, bad[i].area != NULL,
			&bad[i].kind, bad[i].kind != NULL, bad[i].level_min };
		char why[HS_FILTER_WHY];
		struct hs_filter filter;

		assert_int_equal(hs_filter_parse(&words, 8, &filter, why), HS_ERR_INVALID);
		if (strstr(why, bad[i].named) == NULL)
			fail_msg("row %zu: %s", i, why);
		assert_null(filter.areas.codes);
	}
}

static void
equal_wishes_have_equal_keys(void **state)
{
	const char *one[] = { "990027", "13", "990027" }, *two[] = { "13", "990027" };
	const struct hs_filter_words words[] = { { one, 3, NULL, 0, 3 }, { two, 2, NULL, 0, 3 },
		{ two, 2, NULL, 0, 4 } };
	struct hs_filter filters[3];
	struct hs_buf keys[3];
	char why[HS_FILTER_WHY];

	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(hs_filter_parse(&words[i], 8, &filters[i], why), HS_OK);
		hs_buf_init(&keys[i], 1000);
		hs_filter_key(&filters[i], &keys[i]);
	}
	assert_string_equal(hs_buf_text(&keys[0]), hs_buf_text(&keys[1]));
	assert_string_not_equal(hs_buf_text(&keys[1]), hs_buf_text(&keys[2]));
	for (int i = 0; i < 3; i++) {
		hs_filter_free(&filters[i]);
		hs_buf_free(&keys[i]);
	}
	assert_int_equal(hs_filter_parse(&words[0], 2, &filters[0], why), HS_ERR_TOO_LARGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decides_by_the_table),
		cmocka_unit_test(names_what_it_does_not_know),
		cmocka_unit_test(equal_wishes_have_equal_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
