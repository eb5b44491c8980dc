/* The record as bytes: what stations and playout systems have parsed since the first release does not change by itself.
 * records.txt has one line for each step: the record of each prefecture, then the list in force. A change that is meant writes
 * the file anew: HS_RECORDS_WRITE=1 and look at the difference. */
#include "tests/unit/adapters/broadcaster/encode_bench.h"

#include "adapters/broadcaster/forms.h"
#include "schemas/json_put.h"
#include "schemas/json_text.h"

#define EXPECTED   "tests/unit/adapters/broadcaster/records.txt"
#define PLACES_MAX 24

struct step {
	int mode, action;
	const char *document;
	uint32_t revision;
	const char *term; /* of all places */
	uint32_t level;
	size_t from, to; /* of `towns` */
	bool late, plain, forms;
	const char *correction;
};

static const struct {
	const char *code, *name, *kana, *sub_code;
} towns[] = {
	{ "990019", "北町一丁目", "きたまちいっちょうめ", "" },
	{ "990019", "北町二丁目", "きたまちにちょうめ", "" },
	{ "990019", "南町12番地", "", "0012" },
	{ "990019", "南町13番地", "みなみまち", "0013" },
	{ "990019", "東町\"甲\"\\乙", "ひがしまち", "" },
	{ "990019", "西町\t（川沿い）", "", "" },
	{ "990019", "", "", "" },
	{ "990027", "架空川左岸", "かくうがわさがん", "" },
	{ "990027", "全域", "", "" },
	{ "131016", "丸の内一丁目", "まるのうち", "" },
	{ "131016", "千代田区大手町", "", "" },
	{ "131024", "日本橋🔔横", "にほんばし", "7" },
	{ "990999", "どこか", "どこか", "" },
};

static const struct step steps[] = {
	{ LIVE, HS_ACTION(ISSUE), "d", 1, "高齢者等避難", 3, 0, 6, .forms = true },
	{ LIVE, HS_ACTION(UPDATE), "d", 2, "避難指示", 4, 0, 7, .forms = true },
	{ LIVE, HS_ACTION(UPDATE), "d", 3, "避難指示", 4, 2, 6, .late = false },
	{ LIVE, HS_ACTION(CORRECT), "d", 4, "避難指示", 4, 2, 5, .correction = "地区の\"誤り\"" },
	{ LIVE, HS_ACTION(CANCEL), "d", 5, "避難指示", 4, 2, 5, .correction = "対象地域の誤り" },
	{ LIVE, HS_ACTION(ISSUE), "e", 1, "緊急安全確保", 5, 7, 12, .late = false },
	{ LIVE, HS_ACTION(ISSUE), "z", 1, "警戒区域", 0, 3, 5, .late = false },
	{ LIVE, HS_ACTION(ISSUE), "n", 1, "見たことのない言葉", 0, 12, 13, .late = false },
	{ LIVE, HS_ACTION(UPDATE), "e", 2, "緊急安全確保", 5, 7, 12, .late = true },
	{ DRILL, HS_ACTION(ISSUE), "t", 1, "避難指示", 4, 0, 13, .forms = true },
	{ DRILL, HS_ACTION(LIFT), "t", 2, "避難指示", 4, 0, 13, .late = false },
	{ LIVE, HS_ACTION(ISSUE), "w", 1, "", 0, 0, 2, .plain = true, .forms = true },
};

static hs_notice *
notice_of(struct hs_arena *arena, const struct step *step)
{
	struct kit_place places[PLACES_MAX];
	size_t count = step->to - step->from;
	for (size_t i = 0; i < count; i++)
		places[i] = (struct kit_place){ towns[step->from + i].code,
			towns[step->from + i].name, towns[step->from + i].kana, step->term,
			step->level, step->action == HS_ACTION(LIFT), 0 };
	hs_notice *notice = kit_notice(
		arena, step->mode, step->action, step->document, step->revision, places, count);
	hs_evacuation_detail *detail = notice->evacuation->details[0];
	for (size_t i = 0; i < detail->n_areas; i++)
		detail->areas[i]->area->sub_code = kit_text(arena, towns[step->from + i].sub_code);
	if (step->correction != NULL)
		notice->correction = kit_text(arena, step->correction);
	if (step->plain) {
		notice->kind = HS_KIND(WEATHER);
		notice->kind_text = kit_text(arena, "大雨警報");
		notice->detail_case = HANSHO__V1__NOTICE__DETAIL__NOT_SET;
	}
	return notice;
}

/* A folder holds the same, indented as jansson would do it; and both are what jansson would print again. */
static void
expect_as_jansson(const char *compact, size_t len)
{
	json_t *tree = json_loadb(compact, len, 0, NULL);
	struct hs_buf own;
	assert_non_null(tree);
	char *indented = json_dumps(tree, JSON_INDENT(1)), *again = json_dumps(tree, JSON_COMPACT);
	hs_buf_init(&own, 4u << 20);
	hs_json_indent(&own, compact, len);
	assert_string_equal(hs_buf_text(&own), indented);
	assert_int_equal(strlen(again), len);
	assert_memory_equal(again, compact, len);
	hs_buf_free(&own);
	free(again);
	free(indented);
	json_decref(tree);
}

static void
put_record(const struct hs_broadcast_item *item, struct hs_buf *out)
{
	const char *bytes = (const char *)hs_frame_bytes(item->record);
	expect_as_jansson(bytes, hs_frame_len_bytes(item->record));
	hs_buf_add(out, bytes, hs_frame_len_bytes(item->record));
	hs_buf_puts(out, "\n");
}

static void
put_in_force(struct hs_arena *arena, const struct hs_force_view *view, struct hs_buf *out)
{
	json_t *list = hs_broadcast_in_force(arena, view);
	assert_true(hs_json_write(out, list));
	hs_buf_puts(out, "\n");
	json_decref(list);
}

static void
put_step(struct bench *bench, const struct step *step, struct hs_buf *out)
{
	const struct hs_wording_style paged = {
		.width_half = 60, .crawl_names_max = 8, .page = { 40, 6 }
	};
	const hs_notice *notice = notice_of(bench->arena, step);
	struct hs_broadcast_item *items;
	struct hs_forms forms = { 0 };
	size_t count;
	if (step->forms)
		assert_true(hs_forms_make(&forms, HS_FORM_LALERT | HS_FORM_ATOM, notice, "epoch1",
			bench->seq + 1, NULL, 0));
	assert_int_equal(hs_force_apply(bench->force, ++bench->seq, notice), HS_OK);
	struct hs_force_around around = around_of(bench);
	struct hs_broadcast_input input = { .notice = notice,
		.epoch = "epoch1",
		.seq = bench->seq,
		.submission_id = "id",
		.around = &around,
		.late = step->late,
		.break_in_until_unix_us = KIT_ORDERED_US + 600000000,
		.forms = &forms,
		.forms_wanted = HS_FORM_LALERT | HS_FORM_ATOM };
	assert_int_equal(hs_broadcast_encode(bench->arena, &input, &paged, &items, &count), HS_OK);
	for (size_t i = 0; i < count; i++)
		put_record(&items[i], out);
	hs_broadcast_items_free(items, count);
	const struct hs_force_view view = { &around.after, "", NULL, KIT_ORDERED_US };
	put_in_force(bench->arena, &view, out);
	hs_forms_free(&forms);
}

static void
test_records_stay_as_they_are(void **state)
{
	struct bench *bench = *state;
	struct hs_buf out;
	hs_buf_init(&out, 4u << 20);
	for (size_t i = 0; i < HS_COUNT(steps); i++)
		put_step(bench, &steps[i], &out);
	if (getenv("HS_RECORDS_WRITE") != NULL) {
		FILE *file = fopen(EXPECTED, "w");
		assert_non_null(file);
		assert_int_equal(fwrite(out.bytes, 1, out.len_bytes, file), out.len_bytes);
		assert_int_equal(fclose(file), 0);
	}
	FILE *file = fopen(EXPECTED, "r");
	assert_non_null(file);
	char *line = NULL;
	size_t room = 0, lines = 0;
	const char *at = hs_buf_text(&out);
	while (getline(&line, &room, file) > 0) {
		size_t len = strlen(line);
		if (strncmp(at, line, len) != 0)
			print_error("line %zu\nwant %sgot  %.*s\n", lines + 1, line,
				(int)strcspn(at, "\n"), at);
		assert_int_equal(strncmp(at, line, len), 0);
		at += len;
		lines++;
	}
	assert_string_equal(at, "");
	assert_true(lines > HS_COUNT(steps));
	free(line);
	fclose(file);
	hs_buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_records_stay_as_they_are, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
