/* faces_test.c: what screens get, byte for byte, and its proofs. faces.txt was written by a program that made a tree of objects first.
 *
 * Each story is looked at by each screen, with each use of the lanes and at several times. faces.txt has, for each story, one text in full
 * and, for each screen, a digest over all its texts and proofs. A change that is meant writes the file anew: HS_FACES_WRITE=1 and look at
 * the difference. */
#include "tests/unit/adapters/signage/sign_bench.h"

#define EXPECTED  "tests/unit/adapters/signage/faces.txt"
#define MINUTE_US 60000000LL

static const struct kit_place places[] = {
	{ "990019", "北町", "", "高齢者等避難", 3, false, 0 },
	{ "990019", "南町", "", "避難指示", 4, false, 2 },
	{ "990019", "東町", "", "緊急安全確保", 5, false, 1 },
	{ "990019", "港町\"甲\"\\乙", "", "緊急安全確保", 5, false, 1 },
	{ "990019", "西町\t（川沿い）🔔", "", "警戒区域", 0, false, 0 },
	{ "990019", "中町", "", "聞かない言葉", 0, false, 0 },
	{ "990019", "下町", "", "避難勧告", 4, false, 0 },
	{ "990019", "", "", "避難指示", 4, false, 0 },
	{ "990027", "架空川左岸", "", "避難指示", 4, false, 5 },
	{ "990035", "全域", "", "高齢者等避難", 3, false, 5 },
	{ "131016", "丸の内一丁目", "", "緊急安全確保", 5, false, 0 },
	{ "990999", "どこか", "", "避難指示", 4, false, 0 },
};

struct step {
	const char *story; /* NULL: it goes on */
	int action;
	const char *document;
	uint32_t revision;
	size_t from, to; /* of places; the first `lifted` of them end */
	size_t lifted;
	int64_t until_min; /* 0: not told */
	const char *headline, *hazard;
};

#define ISSUE  HS_ACTION(ISSUE)
#define UPDATE HS_ACTION(UPDATE)
#define LIFT   HS_ACTION(LIFT)
#define CANCEL HS_ACTION(CANCEL)

static const struct step steps[] = {
	{ "calm", 0, "", 0, 0, 0, 0, 0, "", "" },
	{ "one", ISSUE, "d", 1, 0, 1, 0, 0, "川の水位が\"高い\"", "flood" },
	{ "marked", ISSUE, "d", 1, 1, 2, 0, 0, "【訓練】これは訓練です。", "landslide" },
	{ "levels", ISSUE, "d", 1, 0, 4, 0, 0, "", "flood" },
	{ "zone", ISSUE, "d", 1, 4, 5, 0, 0, "", "volcano" },
	{ "strange", ISSUE, "d", 1, 5, 6, 0, 0, "", "other" },
	{ "old_word", ISSUE, "d", 1, 6, 8, 0, 0, "", "no such hazard" },
	{ "everywhere", ISSUE, "d", 1, 0, HS_COUNT(places), 0, 0, "全域\\で", "tsunami" },
	{ "limited", ISSUE, "d", 1, 1, 3, 0, 1, "", "storm_surge" },
	{ "two_documents", ISSUE, "d", 1, 1, 2, 0, 0, "一つめ", "flood" },
	{ NULL, ISSUE, "e", 1, 1, 3, 0, 5, "二つめ", "landslide" },
	{ "lifted", ISSUE, "d", 1, 0, 4, 0, 0, "", "flood" },
	{ NULL, LIFT, "d", 2, 0, 4, 4, 0, "", "flood" },
	{ "part_lifted", ISSUE, "d", 1, 1, 9, 0, 0, "", "flood" },
	{ NULL, UPDATE, "d", 2, 1, 9, 3, 0, "", "flood" },
	{ "vanished", ISSUE, "d", 1, 0, 4, 0, 0, "", "flood" },
	{ NULL, UPDATE, "d", 2, 0, 1, 0, 0, "", "flood" },
	{ "ended", ISSUE, "d", 1, 1, 3, 0, 0, "", "flood" },
	{ NULL, CANCEL, "d", 2, 1, 3, 0, 0, "", "flood" },
	{ "returned", ISSUE, "d", 1, 1, 4, 0, 0, "", "flood" },
	{ NULL, UPDATE, "d", 2, 1, 4, 2, 0, "", "flood" },
	{ NULL, CANCEL, "d", 3, 1, 4, 0, 0, "", "flood" },
};

static const char *many_languages[] = { "zh-Hans", "zh-Hant", "ko", "vi", "pt", "es", "tl", "th",
	"ne", "id", "my", "km", "mn" };
static const char *odd_languages[] = { "ja", "ko", "en", "ko", "ja-easy", "zh-Hant" };
static const char *wide[] = { "99", "131016" };
static const char *landslide[] = { "landslide", "flood" };
static struct hs_screen_shelter known[] = {
	{ "学校", "38.50450,143.50000", { NULL, 0 } },
	{ "体育館\"北\"", "38.50100,143.50000", { landslide, 2 } },
	{ "公民館", "38.48200,143.52000", { NULL, 0 } },
	{ "遠い学校", "43.00000,141.00000", { NULL, 0 } },
};
static const struct hs_open_shelter open_shelters[] = {
	{ "公民館", "990019", "混雑", { 38.4821, 143.5201 }, KIT_ORDERED_US, 540, 0 },
	{ "集会所", "990019", "", { 38.5, 143.49 }, 0, 540, 0 },
	{ "港の倉庫", "990019", "空き", { 38.51, 143.51 }, KIT_ORDERED_US - 1, 0, 0 },
};

static struct hs_screen_settings
screen_at(size_t index)
{
	struct hs_screen_settings settings = screen;
	settings.rules.return_after_ms = 15 * 60000;
	if (index == 1) {
		settings.languages =
			(struct hs_config_texts){ many_languages, HS_COUNT(many_languages) };
		settings.site = (struct hs_screen_site){ .position = "38.50000,143.50000",
			.facing_degrees = 90,
			.shelters = { known, HS_COUNT(known) },
			.shelters_shown = 4 };
		settings.look.qr_url = "https://www.city.kakuu.example/now?a=\"b\"";
	} else if (index == 2) {
		settings.areas = (struct hs_config_texts){ wide, HS_COUNT(wide) };
		settings.languages =
			(struct hs_config_texts){ odd_languages, HS_COUNT(odd_languages) };
		settings.look.viewing_distance_cm = 1200;
		settings.site.position = "38.50000,143.50000";
		settings.site.shelters_shown = 2;
		settings.rules.drills = false;
	} else if (index == 3) {
		settings.areas = (struct hs_config_texts){ wide, HS_COUNT(wide) };
		settings.rules.caution_level = 4;
		settings.rules.emergency_level = 5;
		settings.languages.count = 0;
	}
	return settings;
}

#define SCREENS 4

static void
take(struct bench *bench, enum hs_adapter_lane lane, const struct step *step)
{
	struct kit_place own[HS_COUNT(places)];
	size_t count = step->to - step->from;
	for (size_t i = 0; i < count; i++) {
		own[i] = places[step->from + i];
		own[i].lifted = i < step->lifted;
	}
	hs_notice *notice = kit_notice(bench->arena, lane == HS_LANE_LIVE ? LIVE : DRILL,
		step->action, step->document, step->revision, own, count);
	hs_text *text = hs_message_new(bench->arena, &hansho__v1__text__descriptor);
	text->language = kit_text(bench->arena, "ja");
	text->headline = kit_text(bench->arena, step->headline);
	assert_true(hs_repeat(bench->arena, &notice->n_texts, &notice->texts, text));
	notice->evacuation->hazard = kit_text(bench->arena, step->hazard);
	if (step->until_min != 0)
		notice->times->valid_until = hs_time_new(
			bench->arena, KIT_ORDERED_US + step->until_min * MINUTE_US, 540);
	assert_int_equal(hs_force_apply(bench->lanes[lane], ++bench->seq, notice), HS_OK);
	assert_int_equal(hs_signage_cancel_take(&bench->cancels[lane], bench->lanes[lane], notice,
				 KIT_ORDERED_US + 10 * MINUTE_US),
		HS_OK);
	const struct hs_force_around around = { *hs_force_before(bench->lanes[lane]),
		*hs_force_after(bench->lanes[lane]), true };
	struct hs_change_row *rows;
	size_t changed;
	assert_int_equal(hs_changes(bench->arena, notice, &around, &rows, &changed), HS_OK);
	assert_int_equal(hs_signage_lifted_take(&bench->lifted[lane], bench->seq, rows, changed,
				 bench->now_unix_us),
		HS_OK);
}

static void
rank(struct bench *bench, const struct hs_screen_settings *settings)
{
	assert_int_equal(
		hs_ways_rank(&bench->ways, &settings->site, open_shelters, HS_COUNT(open_shelters)),
		HS_OK);
}

static void
put_proofs(const struct hs_screen_face *face, struct hs_buf *out)
{
	for (size_t i = 0; i < face->proofs->count; i++)
		hs_buf_printf(out, "%s\n", face->proofs->drawn[i]);
	hs_buf_printf(out, "%s\n", face->proofs->whole);
}

static void
put_face(struct bench *bench, const struct hs_screen_settings *settings, const char *uses,
	struct hs_buf *out)
{
	struct hs_signage_input input = { .screen = settings,
		.lanes = { lane_input(bench, HS_LANE_LIVE, uses[0]),
			lane_input(bench, HS_LANE_DRILL, uses[1]) },
		.now_unix_us = bench->now_unix_us };
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		input.lanes[i].heard_unix_us = KIT_ORDERED_US;
	encode(bench, &input);
	size_t from = out->len_bytes;
	hs_buf_add(out, hs_frame_bytes(bench->face.frame), hs_frame_len_bytes(bench->face.frame));
	char *again = json_dumps(bench->message, JSON_COMPACT); /* as jansson would print it */
	assert_string_equal(again, out->bytes + from);
	free(again);
	hs_buf_puts(out, "\n");
}

/* One screen, however its lanes are used, now and later. */
static void
put_screen(struct bench *bench, size_t index, const char *story, struct hs_buf *out)
{
	static const char *const uses[] = { "fn", "sn", "nf", "ns", "ff", "fs", "nn" };
	static const int64_t minutes[] = { 0, 2, 12, 90 };
	const struct hs_screen_settings settings = screen_at(index);
	char digest[HS_SIGNAGE_DIGEST_SIZE];
	struct hs_buf all;
	hs_buf_init(&all, 16u << 20);
	rank(bench, &settings);
	for (size_t i = 0; i < HS_COUNT(uses) * HS_COUNT(minutes); i++) {
		bench->now_unix_us = KIT_ORDERED_US + minutes[i / HS_COUNT(uses)] * MINUTE_US;
		put_face(bench, &settings, uses[i % HS_COUNT(uses)], &all);
		put_proofs(&bench->face, &all);
	}
	hs_signage_digest(all.bytes, all.len_bytes, digest);
	hs_buf_printf(out, "%s screen %zu: %s\n", story, index, digest);
	hs_buf_free(&all);
}

static void
put_story(enum hs_adapter_lane lane, size_t first, struct hs_buf *out)
{
	void *own;
	setup(&own);
	struct bench *bench = own;
	for (size_t i = first; i == first || (i < HS_COUNT(steps) && steps[i].story == NULL); i++)
		if (steps[i].action != 0)
			take(bench, lane, &steps[i]);
	const struct hs_screen_settings settings = screen_at(0);
	rank(bench, &settings);
	put_face(bench, &settings, lane == HS_LANE_LIVE ? "fn" : "nf", out);
	for (size_t i = 0; i < SCREENS; i++)
		put_screen(bench, i, steps[first].story, out);
	teardown(&own);
}

static void
write_expected(const struct hs_buf *out)
{
	FILE *file = fopen(EXPECTED, "w");
	assert_non_null(file);
	assert_int_equal(fwrite(out->bytes, 1, out->len_bytes, file), out->len_bytes);
	assert_int_equal(fclose(file), 0);
}

static void
test_faces_stay_as_they_are(void **state)
{
	struct hs_buf out;
	(void)state;
	hs_buf_init(&out, 16u << 20);
	for (size_t i = 0; i < HS_COUNT(steps) * HS_LANE_COUNT; i++)
		if (steps[i / HS_LANE_COUNT].story != NULL)
			put_story(
				(enum hs_adapter_lane)(i % HS_LANE_COUNT), i / HS_LANE_COUNT, &out);
	if (getenv("HS_FACES_WRITE") != NULL)
		write_expected(&out);
	FILE *file = fopen(EXPECTED, "r");
	assert_non_null(file);
	char *line = NULL;
	size_t room = 0;
	const char *at = hs_buf_text(&out);
	while (getline(&line, &room, file) > 0) {
		size_t len = strlen(line);
		if (strncmp(at, line, len) != 0)
			fail_msg("want %sgot  %.*s", line, (int)strcspn(at, "\n"), at);
		at += len;
	}
	assert_string_equal(at, "");
	free(line);
	fclose(file);
	hs_buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_faces_stay_as_they_are) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
