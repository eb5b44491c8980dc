/* selector_test.c: what reaches a station by its profile: whoever got an order gets its end, as loud as it was. */
#include "adapters/broadcaster/postcode.h"
#include "adapters/broadcaster/since.h"
#include "tests/unit/adapters/broadcaster/encode_bench.h"

static struct hs_selector
selector_of(uint32_t level_min, const char **areas, size_t area_count)
{
	return (struct hs_selector){ .areas = { areas, area_count }, .level_min = level_min };
}

/* The notice for this selector: the first item's record, NULL when it is not told. */
static json_t *
take_for(struct bench *bench, const hs_notice *notice, const struct hs_selector *selector)
{
	bench->seq++;
	assert_int_equal(hs_force_apply(bench->force, bench->seq, notice), HS_OK);
	struct hs_force_around around = around_of(bench);
	struct hs_broadcast_input input = { notice, "epoch1", bench->seq, "id", &around, false,
		selector, 0, NULL, 0 };
	forget(bench);
	assert_int_equal(
		hs_broadcast_encode(bench->arena, &input, &style, &bench->items, &bench->count),
		HS_OK);
	bench->record = bench->count > 0 ? record_of(&bench->items[0]) : NULL;
	return bench->record;
}

static hs_notice *
step(struct bench *bench, int action, uint32_t revision, const char *term, uint32_t level,
	bool lifted)
{
	struct kit_place place = { "990019", "北町", "", term, level, lifted, 0 };
	hs_notice *notice = kit_notice(bench->arena, DRILL, action, "doc", revision, &place, 1);
	if (action == HS_ACTION(CANCEL) || action == HS_ACTION(CORRECT))
		notice->correction = kit_text(bench->arena, "誤り");
	return notice;
}

/* Only level 4 and above: below it nothing is told, but what goes down from there is. */
static void
test_levels(void **state)
{
	struct bench *bench = *state;
	struct hs_selector four = selector_of(4, NULL, 0);
	json_t *record;
	assert_null(
		take_for(bench, step(bench, HS_ACTION(ISSUE), 1, "高齢者等避難", 3, false), &four));
	record = take_for(bench, step(bench, HS_ACTION(UPDATE), 2, "避難指示", 4, false), &four);
	assert_string_equal(text_of(record, "change"), "raised");
	record = take_for(bench, step(bench, HS_ACTION(CORRECT), 3, "避難指示", 4, false), &four);
	assert_string_equal(text_of(record, "change"), "corrected");
	assert_int_equal(number_of(record, "loudness"), 4);
	record =
		take_for(bench, step(bench, HS_ACTION(UPDATE), 4, "高齢者等避難", 3, false), &four);
	assert_string_equal(text_of(record, "change"), "lowered");
	assert_int_equal(number_of(record, "loudness"), 4);
	/* a cancel of the lowering brings level 4 back: told, and as loud */
	record =
		take_for(bench, step(bench, HS_ACTION(CANCEL), 5, "高齢者等避難", 3, false), &four);
	assert_string_equal(text_of(record, "change"), "cancelled");
	assert_int_equal(number_of(record, "loudness"), 4);
}

static void
test_lift_and_cancel_follow_the_order(void **state)
{
	struct bench *bench = *state;
	struct hs_selector four = selector_of(4, NULL, 0);
	assert_non_null(
		take_for(bench, step(bench, HS_ACTION(ISSUE), 1, "避難指示", 4, false), &four));
	json_t *record =
		take_for(bench, step(bench, HS_ACTION(LIFT), 2, "避難指示", 4, true), &four);
	assert_string_equal(text_of(record, "change"), "lifted");
	assert_int_equal(number_of(record, "loudness"), 4);
	assert_null(json_object_get(record, "level"));
}

/* An unknown term passes every filter of levels. */
static void
test_unknown_passes(void **state)
{
	struct bench *bench = *state;
	struct hs_selector five = selector_of(5, NULL, 0);
	json_t *record = take_for(
		bench, step(bench, HS_ACTION(ISSUE), 1, "見たことのない", 0, false), &five);
	assert_non_null(record);
	assert_int_equal(number_of(record, "loudness"), 6);
}

static void
test_areas(void **state)
{
	struct bench *bench = *state;
	const char *kakuu[] = { "990019" }, *tokyo[] = { "13" }, *all[] = { "99" };
	struct hs_selector city = selector_of(0, kakuu, 1), other = selector_of(0, tokyo, 1),
			   prefecture = selector_of(0, all, 1);
	const struct kit_place places[] = { { "990019", "北町", "", "避難指示", 4, false, 0 },
		{ "990027", "西町", "", "避難指示", 4, false, 0 } };
	hs_notice *notice = kit_notice(bench->arena, DRILL, HS_ACTION(ISSUE), "a", 1, places, 2);
	json_t *record = take_for(bench, notice, &city);
	assert_int_equal(json_array_size(json_object_get(record, "areas")), 1);
	assert_null(strstr(text_of(record, "text"), "西町"));
	notice->document->revision = 2;
	assert_null(take_for(bench, notice, &other));
	notice->document->revision = 3;
	record = take_for(bench, notice, &prefecture);
	assert_int_equal(json_array_size(json_object_get(record, "areas")), 2);
}

/* A notice of another kind: by its areas, those of earlier revisions too; never by what it does not say. */
static void
test_other_kinds(void **state)
{
	struct bench *bench = *state;
	const char *kakuu[] = { "990019" };
	const struct kit_place place = { "990019", "架空市", "", "", 0, false, 0 };
	struct hs_selector city = selector_of(4, kakuu, 1);
	hs_notice *notice = kit_notice(bench->arena, DRILL, HS_ACTION(ISSUE), "n", 1, &place, 1);
	notice->kind = HS_KIND(NOTICE);
	notice->level = NULL;
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL__NOT_SET;
	assert_true(hs_selector_wants_notice(&city, notice));
	city.kinds = UINT64_C(1) << HS_KIND(EVACUATION);
	assert_false(hs_selector_wants_notice(&city, notice));
	notice->kind = 77;
	assert_true(hs_selector_wants_notice(&city, notice));
	notice->kind = HS_KIND(EVACUATION);
	notice->areas[0]->code = kit_text(bench->arena, "990027");
	assert_false(hs_selector_wants_notice(&city, notice));
	char *before[] = { kit_text(bench->arena, "990019") };
	notice->document->n_areas_before = 1;
	notice->document->areas_before = before;
	assert_true(hs_selector_wants_notice(&city, notice));
	notice->areas[0]->code = kit_text(bench->arena, "99");
	notice->document->n_areas_before = 0;
	assert_true(hs_selector_wants_notice(&city, notice));
	/* kinds and levels of what it follows */
	char *kind[] = { kit_text(bench->arena, "evacuation") };
	notice->kind = HS_KIND(NOTICE);
	assert_false(hs_selector_wants_notice(&city, notice));
	notice->document->n_kinds_before = 1;
	notice->document->kinds_before = kind;
	assert_true(hs_selector_wants_notice(&city, notice));
	hs_level three = HANSHO__V1__LEVEL__INIT;
	three.number = 3;
	notice->level = &three;
	assert_false(hs_selector_wants_notice(&city, notice));
	notice->document->follows = true;
	notice->document->level_before = 3;
	assert_false(hs_selector_wants_notice(&city, notice));
	notice->document->level_before = 4;
	assert_true(hs_selector_wants_notice(&city, notice));
	notice->document->n_kinds_before = 0;
}

static void
test_words(void **state)
{
	const char *two[] = { "evacuation", "shelter" }, *without[] = { "!weather" },
		   *wrong[] = { "dance" };
	uint64_t kinds;
	(void)state;
	assert_string_equal(hs_selector_kinds(&(struct hs_config_texts){ two, 2 }, &kinds), "");
	struct hs_selector selector = { .kinds = kinds };
	assert_true(hs_selector_wants_kind(&selector, HS_KIND(SHELTER)));
	assert_false(hs_selector_wants_kind(&selector, HS_KIND(WEATHER)));
	assert_string_equal(hs_selector_kinds(&(struct hs_config_texts){ without, 1 }, &kinds), "");
	selector.kinds = kinds;
	assert_true(hs_selector_wants_kind(&selector, HS_KIND(SHELTER)));
	assert_false(hs_selector_wants_kind(&selector, HS_KIND(WEATHER)));
	assert_string_equal(
		hs_selector_kinds(&(struct hs_config_texts){ wrong, 1 }, &kinds), "dance");
	assert_true(hs_selector_area_known("13") && hs_selector_area_known("131016") &&
		    hs_selector_area_known("13101"));
	assert_false(hs_selector_area_known("98") || hs_selector_area_known("1") ||
		     hs_selector_area_known("Tokyo"));
}

static void
test_towns(void **state)
{
	struct bench *bench = *state;
	static const char *const rows[][2] = { { "北町一丁目", "北町" }, { "北町１丁目", "北町" },
		{ "北町12番地", "北町" }, { "架空市港町", "港町" }, { "全域", "" },
		{ "架空市", "" }, { "", "" }, { "港町（土砂災害警戒区域）", "港町" },
		{ "三の丸", "三の丸" }, { "八幡町2-3", "八幡町" }, { "第2地区", "第２地区" },
		{ "十日町", "十日町" }, { "東七番丁", "東七番丁" }, { "東八番丁", "東八番丁" },
		{ "二番町一丁目", "二番町" }, { "新一番堀通町", "新一番堀通町" },
		{ "南三の丸町", "南三の丸町" }, { "新二の宮町", "新二の宮町" },
		{ "北二区", "北二区" }, { "上十", "上十" }, { "北町二十一丁目", "北町" },
		{ "北町十二番", "北町" }, { "北町12番3号", "北町" }, { "北町三番から五番", "北町" },
		{ "北町１番・２番", "北町" }, { "北町3号", "北町" }, { "北町1の2", "北町" },
		{ "北町１", "北町" } };
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		assert_string_equal(
			hs_postcode_town(bench->arena, rows[i][0], "架空市"), rows[i][1]);
}

static void
test_postcode_list(void **state)
{
	struct bench *bench = *state;
	const struct kit_place places[] = { { "990019", "北町一丁目", "", "避難指示", 4, false, 0 },
		{ "990019", "北町二丁目", "", "避難指示", 4, false, 0 },
		{ "990027", "全域", "", "避難指示", 4, false, 0 } };
	json_t *record =
		take(bench, kit_notice(bench->arena, DRILL, HS_ACTION(ISSUE), "p", 1, places, 3));
	json_t *list = json_object_get(record, "postcode_areas");
	assert_int_equal(json_array_size(list), 2);
	assert_string_equal(text_of(json_array_get(list, 0), "town"), "北町");
	assert_string_equal(text_of(json_array_get(list, 0), "code5"), "99001");
	assert_true(json_is_true(json_object_get(json_array_get(list, 1), "whole")));
	assert_int_equal(json_array_size(json_object_get(record, "postcode_areas_ended")), 0);
}

/* "北町 全域" of the towns in a member. */
static const char *
towns_of(struct bench *bench, const char *key)
{
	static char text[512];
	const json_t *list = json_object_get(bench->record, key);
	text[0] = '\0';
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *town = text_of(json_array_get(list, i), "town");
		strcat(text, i > 0 ? " " : "");
		strcat(text, town[0] != '\0' ? town : "全域");
	}
	return text;
}

/* A receiver whose postcode lies in a town that partly stands is still concerned. */
static void
test_a_town_that_partly_stands_has_not_ended(void **state)
{
	struct bench *bench = *state;
	struct kit_place places[] = { { "990019", "北町一丁目", "", "避難指示", 4, false, 0 },
		{ "990019", "北町二丁目", "", "避難指示", 4, false, 0 },
		{ "990019", "南町一丁目", "", "避難指示", 4, false, 0 },
		{ "990027", "北町", "", "避難指示", 4, false, 0 } };
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, places, 4));
	places[0].lifted = places[2].lifted = true;
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(UPDATE), "d", 2, places, 4));
	assert_string_equal(towns_of(bench, "postcode_areas"), "北町 北町");
	assert_string_equal(towns_of(bench, "postcode_areas_ended"), "南町");
	places[1].lifted = true;
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(UPDATE), "d", 3, places, 4));
	assert_string_equal(towns_of(bench, "postcode_areas"), "北町"); /* of the other city */
	assert_string_equal(towns_of(bench, "postcode_areas_ended"), "北町");
}

static void
test_no_town_ends_while_its_whole_municipality_stands(void **state)
{
	struct bench *bench = *state;
	struct kit_place places[] = { { "990019", "全域", "", "高齢者等避難", 3, false, 0 },
		{ "990019", "北町", "", "避難指示", 4, false, 0 } };
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, places, 2));
	places[1].lifted = true;
	take(bench, kit_notice(bench->arena, LIVE, HS_ACTION(UPDATE), "d", 2, places, 2));
	assert_string_equal(towns_of(bench, "postcode_areas"), "全域");
	assert_string_equal(towns_of(bench, "postcode_areas_ended"), "");
}

/* ---- since ---- */

static void
note(struct bench *bench, struct hs_since *since, const hs_notice *notice)
{
	struct hs_change_row *rows;
	size_t count;
	take(bench, notice);
	struct hs_force_around around = around_of(bench);
	assert_int_equal(hs_changes(bench->arena, notice, &around, &rows, &count), HS_OK);
	hs_since_add(since, bench->seq, rows, count);
}

static void
check_since(const struct hs_since *since, uint64_t seq, const char *prefecture, bool complete,
	size_t new, size_t changed, size_t lifted)
{
	json_t *told = hs_since_tell(since, seq, prefecture);
	assert_int_equal(json_is_true(json_object_get(told, "complete")), complete);
	assert_int_equal(json_array_size(json_object_get(told, "new")), new);
	assert_int_equal(json_array_size(json_object_get(told, "changed")), changed);
	assert_int_equal(json_array_size(json_object_get(told, "lifted")), lifted);
	json_decref(told);
}

static void
test_since(void **state)
{
	struct bench *bench = *state;
	struct hs_since *since = hs_since_create(3);
	hs_since_reset(since, 0);
	note(bench, since, step(bench, HS_ACTION(ISSUE), 1, "高齢者等避難", 3, false));
	check_since(since, 0, "", true, 1, 0, 0);
	check_since(since, 0, "13", true, 0, 0, 0);
	check_since(since, 1, "", true, 0, 0, 0);
	note(bench, since, step(bench, HS_ACTION(UPDATE), 2, "避難指示", 4, false));
	check_since(since, 0, "99", true, 1, 0, 0);
	check_since(since, 1, "99", true, 0, 1, 0);
	note(bench, since, step(bench, HS_ACTION(LIFT), 3, "避難指示", 4, true));
	check_since(since, 0, "99", true, 0, 0, 0); /* came and went */
	check_since(since, 2, "99", true, 0, 0, 1);
	note(bench, since, step(bench, HS_ACTION(UPDATE), 4, "避難指示", 4, false));
	check_since(since, 2, "99", true, 0, 0, 0); /* lifted, and back at the same */
	check_since(since, 3, "99", true, 1, 0, 0);
	check_since(since, 0, "99", false, 0, 1, 0); /* the first row fell out */
	hs_since_destroy(since);
}

int
main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		EACH(test_levels),
		EACH(test_lift_and_cancel_follow_the_order),
		EACH(test_unknown_passes),
		EACH(test_areas),
		EACH(test_other_kinds),
		cmocka_unit_test(test_words),
		EACH(test_towns),
		EACH(test_postcode_list),
		EACH(test_a_town_that_partly_stands_has_not_ended),
		EACH(test_no_town_ends_while_its_whole_municipality_stands),
		EACH(test_since),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
