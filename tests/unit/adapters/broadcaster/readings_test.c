/* Readings of an item: each name of a municipality once, in the order in which announcers meet them, of this prefecture only. */
#include "tests/unit/adapters/broadcaster/encode_bench.h"

#include "adapters/broadcaster/readings.h"
#include "adapters/broadcaster/seen.h"

static const struct kit_place places[] = {
	{ "990019", "北町", "きたまち", "避難指示", 4, false, 0 },
	{ "990019", "南町", "", "避難指示", 4, false, 0 }, /* nobody knows how */
	{ "131016", "丸の内", "まるのうち", "避難指示", 4, false, 0 },
	{ "990027", "北町", "ほくちょう", "避難指示", 4, false,
		0 }, /* the same name, read otherwise */
};

/* "code:name=kana name=kana" as it stands in the member. */
static const char *
told(struct bench *bench, const hs_notice *notice, const char *code, const char *prefecture)
{
	static char text[1024];
	struct hs_clause clause = { .area_code = code };
	const struct hs_broadcast_places asked = { notice, &clause, code != NULL ? 1 : 0,
		prefecture };
	struct hs_buf out;
	hs_buf_init(&out, 4096);
	hs_buf_puts(&out, "{");
	hs_broadcast_put_readings(bench->arena, &out, "readings", &asked);
	hs_buf_puts(&out, "}");
	json_t *json = json_loads(hs_buf_text(&out), 0, NULL), *row;
	const json_t *list = json_object_get(json, "readings");
	assert_true(json_is_array(list));
	text[0] = '\0';
	for (size_t i = 0; i < json_array_size(list); i++) {
		row = json_array_get(list, i);
		const char *of = text_of(row, "code");
		assert_int_equal(json_object_size(row), of[0] != '\0' ? 3 : 2);
		strcat(text, i > 0 ? " " : "");
		strcat(strcat(text, of), of[0] != '\0' ? ":" : "");
		strcat(strcat(strcat(text, text_of(row, "name")), "="), text_of(row, "kana"));
	}
	json_decref(json);
	hs_buf_free(&out);
	return text;
}

static void
test_of_an_order(void **state)
{
	struct bench *bench = *state;
	const hs_notice *notice =
		kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, places, HS_COUNT(places));
	/* The municipality of the clause comes from the table, the places from the order. */
	assert_string_equal(told(bench, notice, "990019", "99"),
		"990019:架空市=かくうし 990019:北町=きたまち 990027:北町=ほくちょう");
	assert_string_equal(told(bench, notice, "131016", "13"),
		"131016:千代田区=ちよだく 131016:丸の内=まるのうち");
	assert_string_equal(told(bench, notice, "000000", "27"), "");
}

static void
test_of_another_kind(void **state)
{
	struct bench *bench = *state;
	hs_notice *notice =
		kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, places, HS_COUNT(places));
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL__NOT_SET;
	notice->areas[0]->name = kit_text(bench->arena, "架空市");
	notice->areas[0]->kana = kit_text(bench->arena, "かくうし");
	notice->areas[1]->name = kit_text(bench->arena, "千代田区");
	notice->areas[1]->kana = kit_text(bench->arena, "ちよだく");
	assert_string_equal(told(bench, notice, NULL, "99"), "990019:架空市=かくうし");
	assert_string_equal(told(bench, notice, NULL, "13"), "131016:千代田区=ちよだく");
	/* once, though clause and area name it */
	assert_string_equal(told(bench, notice, "990019", "99"), "990019:架空市=かくうし");
}

static void
test_a_place_without_code_belongs_to_each(void **state)
{
	struct bench *bench = *state;
	hs_notice *notice = kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, places, 1);
	notice->evacuation->details[0]->areas[0]->area->code = kit_text(bench->arena, "");
	assert_string_equal(told(bench, notice, NULL, "13"), "北町=きたまち");
	notice->evacuation->details[0]->areas[0]->area = NULL;
	assert_string_equal(told(bench, notice, NULL, "13"), "");
}

/* One notice for two cities whose 本町 are read otherwise: an announcer needs both, and whose each is. */
static void
test_each_municipality_keeps_its_reading(void **state)
{
	struct bench *bench = *state;
	const struct kit_place both[] = { { "990019", "本町", "ほんちょう", "避難指示", 4, false,
						  0 },
		{ "990027", "本町", "もとまち", "避難指示", 4, false, 0 } };
	const hs_notice *notice = kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, both, 2);
	assert_string_equal(
		told(bench, notice, NULL, "99"), "990019:本町=ほんちょう 990027:本町=もとまち");
}

/* Thousands of pairs, each told once, however they meet in the table. */
static void
test_seen(void **state)
{
	struct bench *bench = *state;
	struct hs_seen seen;
	static char texts[3000][8];
	assert_true(hs_seen_begin(&seen, bench->arena, HS_COUNT(texts)));
	for (size_t i = 0; i < HS_COUNT(texts); i++) {
		snprintf(texts[i], sizeof(texts[i]), "%zu", i);
		assert_true(hs_seen_add(&seen, texts[i], i % 2 == 0 ? "" : "b", ""));
	}
	for (size_t i = 0; i < HS_COUNT(texts); i++)
		assert_false(hs_seen_add(&seen, texts[i], i % 2 == 0 ? "" : "b", ""));
	struct hs_seen few;
	assert_true(hs_seen_begin(&few, bench->arena, 3));
	assert_true(hs_seen_add(&few, "a", "bc", ""));
	assert_true(hs_seen_add(&few, "ab", "c", ""));
	assert_true(hs_seen_has(&few, "ab", "c", ""));
	assert_false(hs_seen_has(&few, "ab", "", "c"));
	assert_true(hs_seen_add(&few, "ab", "", "c"));
}

int
main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_of_an_order),
		ROW(test_of_another_kind),
		ROW(test_a_place_without_code_belongs_to_each),
		ROW(test_each_municipality_keeps_its_reading),
		ROW(test_seen),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
