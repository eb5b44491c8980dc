/* Words, readings, siren plans and JSON of announcements. */
#include "tests/unit/adapters/runtime/fake_hub.h"

#include <jansson.h>
#include <stdlib.h>

#include "adapters/jalert/jalert_encode.h"
#include "hub/base/check.h"
#include "tests/unit/adapters/cancel_story.h"
#include "tests/unit/adapters/two_messages.h"

struct made {
	struct hs_arena *arena;
	struct hs_readings *readings;
	struct hs_plan_options options;
	struct hs_plan plan;
	hs_notice *notice;
};

static struct made *
made_new(int mode)
{
	static const char *const places[] = { "中央地区", "港地区" };
	struct made *made = calloc(1, sizeof(*made));
	made->arena = hs_arena_create(64u << 20);
	made->readings = hs_readings_create();
	made->notice = fake_order(made->arena, mode, "d1", 1, places, HS_COUNT(places));
	made->options = (struct hs_plan_options){ .repeats = 2,
		.gap_ms = 1000,
		.mora_ms = 180,
		.live_volume = 100,
		.drill_volume = 50,
		.readings = made->readings };
	return made;
}

static const struct hs_announcement *
announce(struct made *made)
{
	struct hs_municipal *municipals;
	size_t count;
	made->plan = (struct hs_plan){ .notice = made->notice,
		.lane = made->notice->mode == HS_MODE(LIVE) ? HS_LANE_LIVE : HS_LANE_DRILL,
		.epoch = "epoch-a",
		.seq = 7,
		.expires_unix_us = 1782900000000000 };
	snprintf(made->plan.id, sizeof(made->plan.id), "live-epocha-7");
	assert_int_equal(HS_OK,
		hs_municipal_split(made->arena, 7, made->notice, NULL, false, &municipals, &count));
	assert_int_equal(1, count);
	assert_int_equal(
		HS_OK, hs_plan_announce(made->arena, &made->plan, &municipals[0], &made->options));
	return made->plan.announcements[0];
}

static void
made_free(struct made *made)
{
	hs_arena_destroy(made->arena);
	hs_readings_destroy(made->readings);
	free(made);
}

/* Speech segments in order; *count of them. */
static const struct hs_segment *
speech(const struct hs_announcement *announcement, size_t n)
{
	for (size_t i = 0; i < announcement->segment_count; i++)
		if (announcement->segments[i].kind == HS_SEGMENT_SPEECH && n-- == 0)
			return &announcement->segments[i];
	return NULL;
}

static void
level4_sounds_60_5_twice_then_speaks(void **state)
{
	(void)state;
	struct made *made = made_new(HS_MODE(LIVE));
	const struct hs_announcement *out = announce(made);
	const struct {
		int64_t at_ms, on_ms;
		enum hs_segment_kind kind;
	} expected[] = { { 0, 60000, HS_SEGMENT_TONE }, { 60000, 5000, HS_SEGMENT_SILENCE },
		{ 65000, 60000, HS_SEGMENT_TONE }, { 125000, 5000, HS_SEGMENT_SILENCE } };
	for (size_t i = 0; i < HS_COUNT(expected); i++) {
		assert_int_equal(expected[i].at_ms, out->segments[i].at_ms);
		assert_int_equal(expected[i].on_ms, out->segments[i].on_ms);
		assert_int_equal(expected[i].kind, out->segments[i].kind);
	}
	assert_int_equal(HS_SEGMENT_SPEECH, out->segments[4].kind);
	assert_int_equal(130000, out->segments[4].at_ms);
	const char *call = "緊急放送、緊急放送、警戒レベル4、避難開始。";
	assert_string_equal(call, speech(out, 0)->text);
	assert_string_equal(call, speech(out, 1)->text);
	const char *body = "こちらは、架空市です。中央地区、港地区に洪水に関する警戒レベル4、"
			   "避難指示を発令しました。危険な場所から全員避難。";
	assert_string_equal(body, speech(out, 2)->text);
	assert_string_equal(body, speech(out, 3)->text);
	assert_string_equal("こちらは、架空市です。これで放送を終わります。", speech(out, 4)->text);
	assert_null(speech(out, 5));
	assert_int_equal(100, made->plan.volume);
	made_free(made);
}

static void
segments_follow_each_other_without_holes(void **state)
{
	(void)state;
	const int modes[] = { HS_MODE(LIVE), HS_MODE(DRILL) };
	for (size_t m = 0; m < HS_COUNT(modes); m++) {
		struct made *made = made_new(modes[m]);
		const struct hs_announcement *out = announce(made);
		int64_t at_ms = 0;
		for (size_t i = 0; i < out->segment_count; i++) {
			assert_int_equal(at_ms, out->segments[i].at_ms);
			assert_true(out->segments[i].on_ms > 0);
			at_ms += out->segments[i].on_ms;
		}
		assert_int_equal(at_ms, out->duration_ms);
		assert_int_equal(at_ms, made->plan.duration_ms);
		made_free(made);
	}
}

static void
names_are_read_in_kana(void **state)
{
	(void)state;
	struct made *made = made_new(HS_MODE(LIVE));
	made->notice->evacuation->details[0]->areas[1]->area->kana =
		hs_arena_strdup(made->arena, "みなとちく");
	const struct hs_announcement *out = announce(made);
	assert_string_equal("こちらは、かくうしです。ちゅうおうちく、みなとちくにこうずいにかんする"
			    "けいかいれべるよん、ひなんしじをはつれいしました。"
			    "きけんなばしょからぜんいんひなん。",
		speech(out, 2)->reading);
	made_free(made);
}

static void
drill_says_so_first_last_and_between(void **state)
{
	(void)state;
	struct made *made = made_new(HS_MODE(DRILL));
	const struct hs_announcement *out = announce(made);
	const struct hs_segment *first = &out->segments[0];
	assert_int_equal(HS_SEGMENT_SPEECH, first->kind);
	assert_non_null(strstr(first->text, "訓練放送を行います"));
	size_t last = 0;
	for (size_t i = 0; i < out->segment_count; i++) {
		const struct hs_segment *segment = &out->segments[i];
		if (segment->kind == HS_SEGMENT_TONE)
			assert_in_range(segment->on_ms, 1, 1000); /* a chime, no siren */
		if (segment->kind != HS_SEGMENT_SPEECH)
			continue;
		assert_int_equal(0, strncmp(segment->text, "訓練", strlen("訓練")));
		assert_int_equal(0, strncmp(segment->reading, "くんれん", strlen("くんれん")));
		last = i;
	}
	const char *end = "これは、訓練です。";
	const char *text = out->segments[last].text;
	assert_string_equal(end, text + strlen(text) - strlen(end));
	for (size_t i = last + 1; i < out->segment_count; i++)
		assert_int_equal(HS_SEGMENT_SILENCE, out->segments[i].kind);
	assert_int_equal(0, strncmp(out->text, "【訓練】", strlen("【訓練】")));
	assert_string_equal("【訓練】", out->text + strlen(out->text) - strlen("【訓練】"));
	assert_int_equal(50, made->plan.volume);
	made_free(made);
}

static void
drill_siren_only_when_asked_for(void **state)
{
	(void)state;
	struct made *made = made_new(HS_MODE(DRILL));
	made->options.drill_siren = true;
	const struct hs_announcement *out = announce(made);
	size_t long_tones = 0;
	for (size_t i = 0; i < out->segment_count; i++)
		long_tones +=
			out->segments[i].kind == HS_SEGMENT_TONE && out->segments[i].on_ms == 60000;
	assert_int_equal(2, long_tones);
	made_free(made);
}

static void
patterns_come_from_the_settings(void **state)
{
	(void)state;
	struct made *made = made_new(HS_MODE(LIVE));
	const struct hs_siren sirens[] = { { 4, 3000, 2000, 3, 500, 0, HS_ALERT_EVACUATION },
		{ 0, 10000, 3000, 6, 300, 0, HS_ALERT_EVACUATION },
		{ 0, 1000, 1000, 1, 900, 0, HS_ALERT_MISSILE } };
	made->options.sirens = sirens;
	made->options.siren_count = HS_COUNT(sirens);
	const struct hs_announcement *out = announce(made);
	assert_int_equal(3000, out->segments[0].on_ms);
	assert_int_equal(500, out->segments[0].frequency_hz);
	assert_int_equal(10000, out->segments[4].at_ms);
	assert_int_equal(60000, hs_siren_for(&made->options, 5).on_ms);
	assert_int_equal(0, hs_siren_for(&made->options, 3).times);
	made->notice->action = HS_ACTION(LIFT);
	made->plan.announcement_count = 0;
	made->plan.announcements = NULL;
	out = announce(made);
	assert_int_equal(10000, out->segments[0].on_ms);
	made_free(made);
}

static void
a_lift_is_said_as_loudly(void **state)
{
	(void)state;
	struct made *made = made_new(HS_MODE(LIVE));
	made->notice->action = HS_ACTION(LIFT);
	const struct hs_announcement *out = announce(made);
	assert_string_equal("緊急放送、緊急放送、避難指示の解除。", speech(out, 0)->text);
	assert_string_equal("こちらは、架空市です。中央地区、港地区の避難指示を解除しました。",
		speech(out, 2)->text);
	assert_int_equal(100, made->plan.volume);
	made_free(made);
}

/* Whether a Chinese character is left that nobody told how to read: U+4E00…9FFF is E4 B8 80…E9 BF BF. */
static bool
has_kanji(const char *reading)
{
	for (const unsigned char *at = (const unsigned char *)reading; *at; at++)
		if (*at >= 0xe4 && *at <= 0xe9)
			return true;
	return false;
}

/* The announcement of a story's cancel. */
static const struct hs_announcement *
announce_cancel(struct made *made, struct told_story *told, enum story_id id, bool with_state)
{
	story_tell(told, id, (int)made->notice->mode, with_state);
	made->plan = (struct hs_plan){ .notice = told->cancel,
		.lane = made->notice->mode == HS_MODE(LIVE) ? HS_LANE_LIVE : HS_LANE_DRILL,
		.epoch = "epoch-a",
		.seq = told->item.seq };
	assert_int_equal(
		HS_OK, hs_plan_announce(made->arena, &made->plan, told->municipal, &made->options));
	return made->plan.announcements[0];
}

static void
a_cancel_says_what_is_in_force_again_first(void **state)
{
	static const struct {
		enum story_id id;
		bool siren;
		const char *call, *body;
	} rows[] = {
		{ STORY_LIFT, true,
			"緊急放送、緊急放送、警戒レベル4、避難開始。前の発表は、誤りでした。",
			"こちらは、架空市です。先ほどの発表は誤りでした。取り消します。"
			"北町には、警戒レベル4、避難指示が、再び発令されています。"
			"危険な場所から全員避難。"
			"なお、港町の警戒レベル5、緊急安全確保は、引き続き発令中です。" },
		{ STORY_RAISE, false,
			"緊急放送、緊急放送、警戒レベル3、高齢者等避難。前の発表は、誤りでした。",
			"こちらは、架空市です。先ほどの発表は誤りでした。取り消します。"
			"港町には、警戒レベル3、高齢者等避難が、再び発令されています。"
			"危険な場所から高齢者等は避難。"
			"港町に発令した緊急安全確保は、誤りでした。"
			"なお、北町の警戒レベル3、高齢者等避難は、引き続き発令中です。" },
		{ STORY_FIRST, false, "緊急放送、緊急放送、避難指示の取消。",
			"こちらは、架空市です。先ほどの発表は誤りでした。取り消します。"
			"北町、港町に発令した避難指示は、誤りでした。" },
		{ STORY_NOTHING, false, "緊急放送、緊急放送、前の発表の取消。",
			"こちらは、架空市です。先ほどの発表は誤りでした。取り消します。"
			"発令中の地区に変わりはありません。"
			"なお、北町、港町の警戒レベル4、避難指示は、引き続き発令中です。" },
		/* what level 5 asks is never said behind the name of a place at level 3 */
		{ STORY_LEVELS, true,
			"緊急放送、緊急放送、警戒レベル5、緊急安全確保。前の発表は、誤りでした。",
			"こちらは、架空市です。先ほどの発表は誤りでした。取り消します。"
			"港町には、警戒レベル5、緊急安全確保が、再び発令されています。"
			"命の危険 直ちに安全確保。"
			"北町には、警戒レベル3、高齢者等避難が、再び発令されています。" },
	};
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct made *made = made_new(HS_MODE(LIVE));
		struct told_story told;
		const struct hs_announcement *out = announce_cancel(made, &told, rows[i].id, true);
		assert_string_equal(rows[i].call, speech(out, 0)->text);
		assert_string_equal(rows[i].body, speech(out, 2)->text);
		assert_false(has_kanji(out->reading));
		/* what comes back rings like the order that it is */
		assert_int_equal(rows[i].siren ? 60000 : 500, out->segments[0].on_ms);
		story_end(&told);
		made_free(made);
	}
}

static void
without_a_state_a_cancel_says_only_its_words(void **state)
{
	(void)state;
	struct made *made = made_new(HS_MODE(DRILL));
	struct told_story told;
	const struct hs_announcement *out = announce_cancel(made, &told, STORY_LIFT, false);
	assert_string_equal(
		"訓練、訓練。緊急放送、緊急放送、前の発表の取消。", speech(out, 1)->text);
	assert_string_equal(
		"訓練、訓練。こちらは、架空市です。先ほどの発表は誤りでした。取り消します。"
		"取り消したのは、港町の緊急安全確保の発令を含む発表です。"
		"取り消したのは、北町の避難指示の解除を含む発表です。"
		"いまの発令については、架空市の発表を確認してください。"
		"これは、訓練です。",
		speech(out, 3)->text);
	assert_false(has_kanji(speech(out, 3)->reading));
	story_end(&told);
	made_free(made);
}

/* Announces municipality `index` of the second message. */
static const struct hs_announcement *
announce_second(struct made *made, const struct two_messages *two, size_t index)
{
	made->plan = (struct hs_plan){ .notice = two->second, .epoch = "epoch-a", .seq = 2 };
	assert_int_equal(HS_OK, hs_plan_announce(made->arena, &made->plan, &two->municipals[index],
					&made->options));
	return made->plan.announcements[0];
}

static void
who_is_left_out_hears_it_as_loudly(void **state)
{
	(void)state;
	static const struct {
		int action;
		const char *call, *body, *bank;
	} rows[] = {
		{ HS_ACTION(CORRECT), "緊急放送、緊急放送、避難指示の訂正。",
			"訂正します。川下は、先に発表した避難指示の対象ではありません。",
			"evacuation-4-correct" },
		{ HS_ACTION(UPDATE), "緊急放送、緊急放送、避難指示の変更。",
			"川下の避難指示は、最新の発表に含まれていません。解除とは伝えられていません"
			"。",
			"evacuation-4-drop" },
	};
	const struct kit_place places[] = { two_place("990019", "北町", 3),
		two_place("990027", "川下", 4) };
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct made *made = made_new(HS_MODE(LIVE));
		struct two_messages two;
		two_tell(&two, made->arena, rows[i].action, places, 2, places, 1);
		const struct hs_announcement *out = announce_second(made, &two, 1);
		assert_string_equal(rows[i].call, speech(out, 0)->text);
		assert_non_null(strstr(speech(out, 2)->text, rows[i].body));
		assert_null(strstr(speech(out, 2)->text, "を発令"));
		assert_string_equal(rows[i].bank, speech(out, 2)->bank);
		assert_int_equal(HS_PRIORITY_LEVEL4, made->plan.priority);
		two_end(&two);
		made_free(made);
	}
}

/* The recording names the level that is ordered; the priority is that of what it takes back. */
static void
a_lowering_speaks_of_its_own_level(void **state)
{
	(void)state;
	const struct kit_place before = two_place("990019", "北町", 5);
	const struct kit_place after = two_place("990019", "北町", 3);
	struct made *made = made_new(HS_MODE(LIVE));
	struct two_messages two;
	two_tell(&two, made->arena, HS_ACTION(CORRECT), &before, 1, &after, 1);
	const struct hs_announcement *out = announce_second(made, &two, 0);
	assert_int_equal(3, out->level);
	assert_string_equal("evacuation-3-issue", speech(out, 2)->bank);
	assert_int_equal(HS_PRIORITY_LEVEL5, made->plan.priority);
	two_end(&two);
	made_free(made);
}

static void
plan_is_readable_json(void **state)
{
	(void)state;
	struct made *made = made_new(HS_MODE(LIVE));
	made->notice->priority = HS_PRIORITY_LEVEL4;
	announce(made);
	char *text = hs_plan_json(&made->plan);
	json_t *json = json_loads(text, 0, NULL);
	assert_non_null(json);
	assert_string_equal("live-epocha-7", json_string_value(json_object_get(json, "id")));
	assert_string_equal("live", json_string_value(json_object_get(json, "mode")));
	assert_string_equal("issue", json_string_value(json_object_get(json, "action")));
	assert_int_equal(3, json_integer_value(json_object_get(json, "priority")));
	assert_string_equal(
		"2026-07-01T19:00:00+09:00", json_string_value(json_object_get(json, "expires")));
	json_t *announcement = json_array_get(json_object_get(json, "announcements"), 0);
	assert_int_equal(4, json_integer_value(json_object_get(announcement, "level")));
	assert_string_equal("かくうし",
		json_string_value(json_object_get(json_object_get(announcement, "area"), "kana")));
	json_t *tone = json_array_get(json_object_get(announcement, "segments"), 0);
	assert_string_equal("tone", json_string_value(json_object_get(tone, "kind")));
	assert_int_equal(400, json_integer_value(json_object_get(tone, "frequency_hz")));
	json_decref(json);
	free(text);
	made_free(made);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(level4_sounds_60_5_twice_then_speaks),
		cmocka_unit_test(segments_follow_each_other_without_holes),
		cmocka_unit_test(names_are_read_in_kana),
		cmocka_unit_test(drill_says_so_first_last_and_between),
		cmocka_unit_test(drill_siren_only_when_asked_for),
		cmocka_unit_test(patterns_come_from_the_settings),
		cmocka_unit_test(a_lift_is_said_as_loudly),
		cmocka_unit_test(a_cancel_says_what_is_in_force_again_first),
		cmocka_unit_test(without_a_state_a_cancel_says_only_its_words),
		cmocka_unit_test(who_is_left_out_hears_it_as_loudly),
		cmocka_unit_test(a_lowering_speaks_of_its_own_level),
		cmocka_unit_test(plan_is_readable_json),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
