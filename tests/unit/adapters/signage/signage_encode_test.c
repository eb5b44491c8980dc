/* signage_encode_test.c: the states of a screen as a table, and what its items say. */
#include "tests/unit/adapters/signage/sign_bench.h"

static void
test_states(void **state)
{
	static const struct {
		const struct kit_place *live, *drill;
		char live_use, drill_use;
		const char *state, *mode;
		size_t items;
	} rows[] = {
		{ NULL, NULL, 'f', 'n', "normal", "live", 0 },
		{ &at3, NULL, 'f', 'n', "caution", "live", 1 },
		{ &at4, NULL, 'f', 'n', "emergency", "live", 1 },
		{ &at5, NULL, 'f', 'n', "emergency", "live", 1 },
		{ &zone, NULL, 'f', 'n', "emergency", "live", 1 },
		{ &strange, NULL, 'f', 'n', "emergency", "live", 1 },
		{ NULL, NULL, 's', 'n', "lost", "live", 0 },
		{ &at4, NULL, 's', 'n', "lost", "live", 1 },
		{ NULL, NULL, 'n', 'f', "normal", "drill", 0 },
		{ NULL, &at4, 'n', 'f', "drill", "drill", 1 },
		{ NULL, &at4, 'n', 's', "lost", "drill", 1 },
		{ NULL, &at5, 'f', 'f', "drill", "drill", 1 },
		{ &at3, &at5, 'f', 'f', "caution", "live", 1 },
		{ NULL, &at5, 'f', 's', "normal", "live", 0 },
		{ NULL, NULL, 'f', 'f', "normal", "live", 0 },
		{ NULL, &at5, 's', 'f', "lost", "drill", 1 },
		{ &at4, &at5, 's', 'f', "lost", "live", 1 },
		{ NULL, NULL, 'n', 'n', "lost", "live", 0 },
	};
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		void *own;
		setup(&own);
		struct bench *bench = own;
		if (rows[i].live != NULL)
			order(bench, HS_LANE_LIVE, "l", rows[i].live, 1);
		if (rows[i].drill != NULL)
			order(bench, HS_LANE_DRILL, "d", rows[i].drill, 1);
		const json_t *message =
			encode_for(bench, &screen, rows[i].live_use, rows[i].drill_use);
		if (strcmp(text_at(message, "state", NULL), rows[i].state) != 0 ||
			strcmp(text_at(message, "mode", NULL), rows[i].mode) != 0)
			fail_msg("row %zu: state %s mode %s", i, text_at(message, "state", NULL),
				text_at(message, "mode", NULL));
		assert_int_equal(json_array_size(json_object_get(message, "items")), rows[i].items);
		teardown(&own);
	}
}

static void
test_item(void **state)
{
	struct bench *bench = *state;
	const struct kit_place places[] = { at4, { "990019", "港町", "", "避難指示", 4, false, 5 },
		at5, at3 };
	order(bench, HS_LANE_LIVE, "l", places, HS_COUNT(places));
	const json_t *message = encode_for(bench, &screen, 'f', 'n');
	assert_int_equal(json_array_size(json_object_get(message, "items")), 3);
	assert_int_equal(json_integer_value(json_object_get(item_at(message, 0), "level")), 5);
	const json_t *item = item_at(message, 1);
	assert_int_equal(json_integer_value(json_object_get(item, "level")), 4);
	assert_string_equal(text_at(item, "term", "ja"), "避難指示");
	assert_string_equal(text_at(item, "term", "en"), "Evacuation Order");
	assert_string_equal(text_at(item, "action", "ja"), "危険な場所から全員避難");
	assert_true(text_at(item, "action", "ja-easy")[0] != '\0');
	assert_true(text_at(item, "action", "en")[0] != '\0');
	assert_string_equal(text_at(item, "colour", "background"), "#aa00aa");
	assert_string_equal(text_at(item, "municipality", "ja"), "架空市");
	assert_string_equal(text_at(item, "municipality", "en"), "Kaku City");
	assert_string_equal(text_at(item, "prefecture", NULL), "架空県");
	assert_string_equal(text_at(item, "hazard", "ja"), "洪水");
	assert_string_equal(text_at(item, "ordered_at", NULL), "2026-07-01T19:00:00+09:00");
	assert_int_equal(json_array_size(json_object_get(item, "areas")), 2);
}

/* What has no number gets no colour of the scale and no level. */
static void
test_without_level(void **state)
{
	struct bench *bench = *state;
	const struct kit_place places[] = { zone, strange };
	order(bench, HS_LANE_LIVE, "l", places, 2);
	const json_t *message = encode_for(bench, &screen, 'f', 'n');
	for (size_t i = 0; i < 2; i++) {
		const json_t *item = item_at(message, i);
		assert_null(json_object_get(item, "level"));
		assert_null(json_object_get(item, "colour"));
		assert_string_equal(text_at(item, "term", "en"), "");
		assert_true(text_at(item, "action", "ja")[0] != '\0');
	}
}

static void
test_old_word_keeps_its_level(void **state)
{
	struct bench *bench = *state;
	const struct kit_place old = { "990019", "北町", "", "避難勧告", 4, false, 0 };
	order(bench, HS_LANE_LIVE, "l", &old, 1);
	const json_t *item = item_at(encode_for(bench, &screen, 'f', 'n'), 0);
	assert_string_equal(text_at(item, "term", "ja"), "避難勧告");
	assert_string_equal(text_at(item, "term", "en"), "");
	assert_string_equal(text_at(item, "action", "ja"), "危険な場所から全員避難");
}

static void
test_areas(void **state)
{
	static const char *prefecture[] = { "99" }, *other[] = { "990027" }, *far[] = { "13" };
	static const char *part[] = { "990010001001" };
	static const struct {
		const char **areas;
		const char *code, *sub;
		bool wanted;
	} rows[] = {
		{ prefecture, "990019", "", true },
		{ city, "990019", "", true },
		{ city, "990019", "990010001001", true },
		{ city, "990027", "", false },
		{ city, "990001", "", true },
		{ other, "990019", "", false },
		{ far, "990019", "", false },
		{ far, "131016", "", true },
		{ part, "990019", "", true },
		{ part, "990019", "990010001001", true },
		{ part, "990019", "990010001002", false },
		{ part, "990027", "", false },
	};
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_screen_settings own = screen;
		own.areas.items = rows[i].areas;
		if (hs_screen_wants(&own, rows[i].code, rows[i].sub) != rows[i].wanted)
			fail_msg("row %zu", i);
	}
}

static void
test_digest(void **state)
{
	struct bench *bench = *state;
	char first[HS_SIGNAGE_DIGEST_SIZE];
	order(bench, HS_LANE_LIVE, "l", &at4, 1);
	encode_for(bench, &screen, 'f', 'n');
	memcpy(first, bench->face.digest, sizeof(first));
	assert_int_equal(strlen(first), HS_SIGNAGE_DIGEST_SIZE - 1);
	encode_for(bench, &screen, 'f', 'n');
	assert_string_equal(bench->face.digest, first);
	encode_for(bench, &screen, 's', 'n');
	assert_string_not_equal(bench->face.digest, first);
	order(bench, HS_LANE_LIVE, "m", &at5, 1);
	encode_for(bench, &screen, 'f', 'n');
	assert_string_not_equal(bench->face.digest, first);
}

/* ---- what a cancel did ---- */

static void
apply(struct bench *bench, int action, uint32_t revision, const struct kit_place *places,
	size_t count)
{
	const hs_notice *notice =
		kit_notice(bench->arena, LIVE, action, "d", revision, places, count);
	assert_int_equal(hs_force_apply(bench->lanes[0], ++bench->seq, notice), HS_OK);
	assert_int_equal(hs_signage_cancel_take(
				 &bench->cancels[0], bench->lanes[0], notice, KIT_ORDERED_US + 1),
		HS_OK);
}

static const json_t *
cancel_at(const json_t *message, const char *kind)
{
	return json_object_get(json_object_get(message, "cancel"), kind);
}

static void
test_a_cancel_is_said_beside_the_items(void **state)
{
	struct bench *bench = *state;
	struct kit_place places[] = { at4, at5 };
	apply(bench, HS_ACTION(ISSUE), 1, places, 2);
	places[0].lifted = true;
	apply(bench, HS_ACTION(UPDATE), 2, places, 2);
	assert_null(json_object_get(encode_for(bench, &screen, 'f', 'n'), "cancel"));
	apply(bench, HS_ACTION(CANCEL), 3, places, 2);
	const json_t *message = encode_for(bench, &screen, 'f', 'n');
	assert_int_equal(bench->face.item_count, 2);
	const json_t *returned = cancel_at(message, "returned");
	assert_int_equal(json_array_size(returned), 1);
	assert_int_equal(
		json_integer_value(json_object_get(json_array_get(returned, 0), "level")), 4);
	assert_string_equal(text_at(json_array_get(returned, 0), "term", "ja"), "避難指示");
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(json_array_get(returned, 0), "areas"), 0)),
		"南町");
	assert_null(cancel_at(message, "ended"));
	/* another one, of something that ended long ago, changes nothing and takes nothing away */
	const hs_notice *idle =
		kit_notice(bench->arena, LIVE, HS_ACTION(CANCEL), "gone", 2, places, 1);
	assert_int_equal(hs_force_apply(bench->lanes[0], ++bench->seq, idle), HS_OK);
	assert_int_equal(hs_signage_cancel_take(
				 &bench->cancels[0], bench->lanes[0], idle, KIT_ORDERED_US + 1),
		HS_OK);
	message = encode_for(bench, &screen, 'f', 'n');
	assert_int_equal(json_array_size(cancel_at(message, "returned")), 1);
	/* a screen that has lost the hub says nothing that may be old */
	assert_null(json_object_get(encode_for(bench, &screen, 's', 'n'), "cancel"));
}

static void
test_what_a_cancel_ended_has_no_level(void **state)
{
	struct bench *bench = *state;
	apply(bench, HS_ACTION(ISSUE), 1, &at4, 1);
	apply(bench, HS_ACTION(CANCEL), 2, &at4, 1);
	const json_t *message = encode_for(bench, &screen, 'f', 'n');
	assert_string_equal(text_at(message, "state", NULL), "caution");
	const json_t *ended = json_array_get(cancel_at(message, "ended"), 0);
	assert_string_equal(text_at(ended, "term", "ja"), "避難指示");
	assert_string_equal(text_at(ended, "municipality", "ja"), "架空市");
	assert_null(json_object_get(ended, "level"));
	assert_null(json_object_get(ended, "colour"));
	assert_null(cancel_at(message, "returned"));
	/* ordered anew: it is in force, so nothing says that it was wrong */
	order(bench, HS_LANE_LIVE, "e", &at4, 1);
	assert_null(json_object_get(encode_for(bench, &screen, 'f', 'n'), "cancel"));
}

static void
test_a_cancel_is_over_after_a_while_and_for_its_own_places(void **state)
{
	struct bench *bench = *state;
	static const char *elsewhere[] = { "990027" };
	struct hs_screen_settings other = screen;
	other.areas = (struct hs_config_texts){ elsewhere, 1 };
	apply(bench, HS_ACTION(ISSUE), 1, &at4, 1);
	apply(bench, HS_ACTION(CANCEL), 2, &at4, 1);
	assert_non_null(json_object_get(encode_for(bench, &screen, 'f', 'n'), "cancel"));
	assert_null(json_object_get(encode_for(bench, &other, 'f', 'n'), "cancel"));
	bench->cancels[0].until_unix_us = KIT_ORDERED_US; /* the time at which is encoded */
	assert_null(json_object_get(encode_for(bench, &screen, 'f', 'n'), "cancel"));
}

int
main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_states),
		ROW(test_item),
		ROW(test_without_level),
		ROW(test_old_word_keeps_its_level),
		cmocka_unit_test(test_areas),
		ROW(test_digest),
		ROW(test_a_cancel_is_said_beside_the_items),
		ROW(test_what_a_cancel_ended_has_no_level),
		ROW(test_a_cancel_is_over_after_a_while_and_for_its_own_places),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
