/* Sentences of warnings, those of civil protection with the places and times of their message: as text, in parts that are prepared, and
 * as they are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/jalert/ahead.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"

#define NEW(type) hs_message_new(arena, &hansho__v1__##type##__descriptor)
#define HOUR	  3600LL
#define MINUTE	  60LL
#define DAY_UTC	  1782777600LL /* 2026-06-30T00:00:00Z: 9:00 in Japan */

struct bench {
	struct hs_arena *arena;
	struct hs_phrases *phrases;
	struct hs_readings *readings;
};

static struct bench
bench_new(void)
{
	return (struct bench){ hs_arena_create(1u << 24), hs_phrases_create(),
		hs_readings_create() };
}

static void
bench_free(struct bench *bench)
{
	hs_arena_destroy(bench->arena);
	hs_phrases_destroy(bench->phrases);
	hs_readings_destroy(bench->readings);
}

/* Moments in minutes of a day in Japan; -1: not told. */
static hs_notice *
message(struct hs_arena *arena, const char *const *codes, int64_t issued_min, int64_t when_min,
	int mode)
{
	hs_notice *notice = NEW(notice);
	const int64_t day_us = (DAY_UTC - 9 * HOUR) * HS_US_PER_S;
	notice->mode = (Hansho__V1__Mode)mode;
	notice->kind = HS_KIND(CIVIL_PROTECTION);
	notice->action = HS_ACTION(ISSUE);
	notice->times = NEW(times);
	if (issued_min >= 0)
		notice->times->reported =
			hs_time_new(arena, day_us + issued_min * MINUTE * HS_US_PER_S, 540);
	notice->cap = NEW(cap_values);
	hs_cap_info *info = NEW(cap_info);
	if (when_min >= 0)
		info->onset = hs_time_new(
			arena, day_us + when_min * MINUTE * HS_US_PER_S + 59 * HS_US_PER_S, 0);
	assert_true(hs_repeat(arena, &notice->cap->n_infos, &notice->cap->infos, info));
	for (size_t i = 0; codes[i]; i++) {
		hs_area *area = NEW(area);
		area->code = hs_arena_strdup(arena, codes[i]);
		assert_true(hs_repeat(arena, &notice->n_areas, &notice->areas, area));
	}
	return notice;
}

static struct hs_saying
say(struct bench *bench, enum hs_alert_kind kind, const char *phase, const hs_notice *notice,
	size_t places_max, bool easy)
{
	const struct hs_alert alert = {
		.kind = kind, .phase = phase, .name = "架空市", .title = "x"
	};
	struct hs_saying out;
	assert_true(hs_phrase_say(
		bench->phrases, bench->arena, &alert, notice, places_max, easy, &out));
	return out;
}

static const char *const aomori[] = { "022012", "02", "01", NULL }, *const nowhere[] = { NULL },
			 *const unknown[] = { "", "xx", NULL };

static void
places_and_times_stand_where_they_belong(void **state)
{
	(void)state;
	static const char *const seven[] = { "01", "02", "03", "04", "05", "06", "07", NULL };
	static const struct {
		enum hs_alert_kind kind;
		const char *phase;
		const char *const *codes;
		int64_t issued_min, when_min;
		bool easy;
		const char *wanted; /* the end of the text */
	} rows[] = {
		{ HS_ALERT_MISSILE, "launch", aomori, 7 * 60 + 29, -1, false,
			"地下に避難して下さい。対象地域は、青森県、北海道です。7時29分の発表です"
			"。" },
		{ HS_ALERT_MISSILE, "take_cover", aomori, 7 * 60 + 36, 7 * 60 + 44, false,
			"直ちに避難。直ちに避難。直ちに建物の中、又は地下に避難して下さい。ミサイル"
			"が、7時44分頃、"
			"青森県、北海道周辺に落下するものとみられます。直ちに避難して下さい。7時36"
			"分の発表です。" },
		{ HS_ALERT_MISSILE, "take_cover", nowhere, -1, -1, false,
			"地下に避難して下さい。ミサイルが、周辺に落下するものとみられます。直ちに避"
			"難して下さい。" },
		{ HS_ALERT_MISSILE, "take_cover", unknown, -1, 60, false,
			"ミサイルが、1時0分頃、周辺に落下するものとみられます。直ちに避難して下さい"
			"。" },
		{ HS_ALERT_MISSILE, "passed", aomori, 7 * 60 + 52, 7 * 60 + 48, false,
			"先程のミサイルは、7時48分頃、通過したものとみられます。避難の呼びかけを解"
			"除します。"
			"不審なものには決して近寄らないで下さい。対象地域は、青森県、北海道です。7"
			"時52分の発表です。" },
		{ HS_ALERT_MISSILE, "sea", nowhere, 0, 23 * 60 + 59, false,
			"先程のミサイルは、23時59分頃、海に落下したものとみられます。"
			"不審なものには決して近寄らないで下さい。0時0分の発表です。" },
		{ HS_ALERT_MISSILE, "fell", aomori, -1, 60, false,
			"ミサイル落下。ミサイル落下。1時0分頃、青森県、北海道周辺に、ミサイルが落下"
			"した可能性があります。"
			"引き続き建物の中、又は地下に避難して下さい。" },
		{ HS_ALERT_AIR_ATTACK, "issue", aomori, 60, -1, false,
			"つけて下さい。対象地域は、青森県、北海道です。1時0分の発表です。" },
		{ HS_ALERT_TERROR, "cancel", aomori, 60, -1, false,
			"取り消します。対象地域は、青森県、北海道です。1時0分の発表です。" },
		{ HS_ALERT_GUERRILLA, "issue", seven, -1, -1, false,
			"対象地域は、北海道、青森県、岩手県、宮城県、秋田県などです。" },
		{ HS_ALERT_MISSILE, "launch", aomori, 60, -1, true,
			"入って ください。気を つける ところは、青森県、北海道です。1時0分の "
			"お知らせです。" },
		{ HS_ALERT_MISSILE, "take_cover", aomori, 60, 62, true,
			"ミサイルが 1時2分ごろ、青森県、北海道の 近くに おちます。いま すぐ "
			"たてものの 中か 地下に 入って "
			"ください。" },
		{ HS_ALERT_MISSILE, "none", aomori, 60, -1, true,
			"もう だいじょうぶです。1時0分の お知らせです。" },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct bench bench = bench_new();
		hs_notice *notice = message(bench.arena, rows[i].codes, rows[i].issued_min,
			rows[i].when_min, HS_MODE(LIVE));
		struct hs_saying said =
			say(&bench, rows[i].kind, rows[i].phase, notice, 5, rows[i].easy);
		size_t text = strlen(said.text), wanted = strlen(rows[i].wanted);
		if (text < wanted || strcmp(said.text + text - wanted, rows[i].wanted) != 0)
			fail_msg("%s: %s", rows[i].wanted, said.text);
		bench_free(&bench);
	}
}

static void
no_place_is_named_where_none_is_wanted(void **state)
{
	(void)state;
	struct bench bench = bench_new();
	hs_notice *notice = message(bench.arena, aomori, -1, -1, HS_MODE(LIVE));
	struct hs_saying said = say(&bench, HS_ALERT_MISSILE, "launch", notice, 0, false);
	assert_null(strstr(said.text, "対象地域"));
	said = say(&bench, HS_ALERT_MISSILE, "launch", notice, 1, false);
	assert_non_null(strstr(said.text, "対象地域は、青森県などです。"));
	bench_free(&bench);
}

static void
each_kind_has_its_words_in_both_languages(void **state)
{
	(void)state;
	static const char *const phases[] = { "issue", "lift", "cancel" };
	static const hs_notice nothing_told = HANSHO__V1__NOTICE__INIT;
	struct hs_arena *arena = hs_arena_create(1u << 22);
	struct hs_phrases *phrases = hs_phrases_create();
	assert_non_null(phrases);
	for (int kind = HS_ALERT_MISSILE; kind < HS_ALERT_COUNT; kind++) {
		const char *said[HS_COUNT(phases)][2];
		for (size_t i = 0; i < HS_COUNT(phases); i++)
			for (int easy = 0; easy < 2; easy++) {
				const struct hs_alert alert = { .kind = (enum hs_alert_kind)kind,
					.phase = phases[i],
					.name = "架空市",
					.title = "某火山" };
				struct hs_saying saying;
				assert_true(hs_phrase_say(
					phrases, arena, &alert, &nothing_told, 5, easy, &saying));
				said[i][easy] = saying.text;
				assert_true(strlen(said[i][easy]) > 20);
				assert_null(strpbrk(said[i][easy], "{}[]|"));
			}
		/* each says something of its own: a missing row falls back to issue */
		assert_string_not_equal(said[0][0], said[1][0]);
		assert_string_not_equal(said[0][0], said[2][0]);
		const char *wrong =
			kind == HS_ALERT_MISSILE ? "発射されていません" : "取り消します";
		assert_non_null(strstr(said[2][0], wrong));
	}
	hs_phrases_destroy(phrases);
	hs_arena_destroy(arena);
}

/* ---- everything that can be said ---- */

static enum hs_err
check_words(void *owner, const struct hs_announcement *announcement)
{
	size_t *count = owner;
	(*count)++;
	for (size_t i = 0; i < announcement->segment_count; i++) {
		const struct hs_segment *segment = &announcement->segments[i];
		if (segment->kind != HS_SEGMENT_SPEECH)
			continue;
		assert_non_null(segment->bank);
		assert_true(strlen(segment->bank) < 60);
		/* no Chinese character is left to guess at */
		for (const unsigned char *at = (const unsigned char *)segment->reading; *at; at++)
			if (at[0] >= 0xe4 && at[0] <= 0xe9 &&
				strncmp((const char *)at, "「", 3) != 0)
				fail_msg("%s: %s", segment->text, (const char *)at);
	}
	return HS_OK;
}

static void
nothing_is_left_to_guess_how_to_read(void **state)
{
	(void)state;
	struct hs_readings *readings = hs_readings_create();
	struct hs_phrases *phrases = hs_phrases_create();
	const struct hs_plan_options options = { .repeats = 2,
		.mora_ms = 100,
		.easy_speech = true,
		.readings = readings,
		.phrases = phrases };
	static const char *some_items[] = { "032018", "990019" };
	static const struct hs_config_texts some = { some_items, 2 };
	struct hs_auto_start_rule rules[HS_ALERT_COUNT];
	size_t count = 0;
	for (int i = 0; i < HS_ALERT_COUNT; i++)
		rules[i] = (struct hs_auto_start_rule){ i, { NULL, 0 }, true, "" };
	const struct hs_ahead ahead = { &options, rules, HS_ALERT_COUNT, &some, 10 };
	assert_int_equal(HS_OK, hs_ahead_each(&ahead, HS_MODE(LIVE), check_words, &count));
	assert_int_equal(HS_OK, hs_ahead_each(&ahead, HS_MODE(DRILL), check_words, &count));
	assert_true(count > 150);
	hs_phrases_destroy(phrases);
	hs_readings_destroy(readings);
}

/* ---- what is prepared ---- */

#define PREPARED_MAX 4096

struct prepared {
	char *readings[PREPARED_MAX];
	size_t count;
};

static enum hs_err
note(void *owner, const struct hs_announcement *announcement)
{
	struct prepared *prepared = owner;
	for (size_t i = 0; i < announcement->segment_count; i++)
		if (announcement->segments[i].kind == HS_SEGMENT_SPEECH &&
			prepared->count < PREPARED_MAX)
			prepared->readings[prepared->count++] =
				strdup(announcement->segments[i].reading);
	return HS_OK;
}

static bool
is_prepared(const struct prepared *prepared, const char *reading)
{
	for (size_t i = 0; i < prepared->count; i++)
		if (strcmp(prepared->readings[i], reading) == 0)
			return true;
	return false;
}

/* What is rendered for a missile is only joined: every part of every message must be there ahead of it. */
static void
every_part_of_a_message_is_prepared(void **state)
{
	(void)state;
	static const char *const phases[] = { "launch", "take_cover", "passed", "sea", "fell",
		"intercepted", "none", "lift", "cancel" };
	static const char *served_items[] = { "990019" };
	static const struct hs_config_texts served = { served_items, 1 };
	static const int modes[] = { HS_MODE(LIVE), HS_MODE(DRILL) };
	struct bench bench = bench_new();
	const struct hs_plan_options options = { .repeats = 1,
		.mora_ms = 100,
		.places_max = 3,
		.easy_speech = true,
		.readings = bench.readings,
		.phrases = bench.phrases };
	const struct hs_ahead ahead = { &options, NULL, 0, &served, 10 };
	struct prepared prepared = { .count = 0 };
	for (size_t m = 0; m < HS_COUNT(modes); m++)
		assert_int_equal(HS_OK, hs_ahead_each(&ahead, modes[m], note, &prepared));
	for (size_t i = 0; i < HS_COUNT(phases) * 400; i++) {
		static const char *const codes[] = { "02", "01", "473014", "99", NULL };
		int mode = modes[i & 1];
		hs_notice *notice = message(bench.arena, codes + i % 5, (int64_t)(i * 7 % 1440),
			(int64_t)(i % 1440), mode);
		struct hs_plan plan = { .notice = notice,
			.lane = mode == HS_MODE(LIVE) ? HS_LANE_LIVE : HS_LANE_DRILL,
			.epoch = "" };
		struct hs_alert alert = { .kind = HS_ALERT_MISSILE,
			.phase = phases[i % HS_COUNT(phases)],
			.grade = 1,
			.code = "990019",
			.title = "x" };
		hs_alert_name(&alert);
		/* with no place to name nothing is left that could be */
		if (notice->n_areas == 0)
			continue;
		struct hs_arena *arena = hs_arena_create(1u << 22);
		assert_int_equal(HS_OK, hs_plan_alert(arena, &plan, &alert, &options));
		for (size_t j = 0; j < plan.announcements[0]->segment_count; j++) {
			const struct hs_segment *one = &plan.announcements[0]->segments[j];
			if (one->kind == HS_SEGMENT_SPEECH && !is_prepared(&prepared, one->reading))
				fail_msg("not prepared: %s", one->reading);
		}
		hs_arena_destroy(arena);
	}
	for (size_t i = 0; i < prepared.count; i++)
		free(prepared.readings[i]);
	bench_free(&bench);
}

static size_t
places_in(const char *text)
{
	size_t count = 0;
	for (unsigned i = 0; i < 47; i++)
		count += strstr(text, hs_phrase_prefecture(i)) != NULL;
	return count;
}

/* All prefectures are hit, and more may be named than there is room for. */
static void
names_of_places_never_cost_the_announcement(void **state)
{
	(void)state;
	static const struct {
		int64_t places_max, times;
		bool easy;
		enum hs_err err;
	} rows[] = { { 20, 1, false, HS_OK }, { 47, 1, true, HS_OK }, { 5, 11, true, HS_OK },
		{ 5, 12, false, HS_OK }, { 0, 12, true, HS_OK }, { 1, 13, true, HS_OK },
		{ 5, 20, false, HS_ERR_TOO_LARGE }, { 0, 20, false, HS_ERR_TOO_LARGE } };
	const char *codes[48] = { NULL };
	char text[47][12];
	struct bench bench = bench_new();
	for (int i = 0; i < 47; i++) {
		snprintf(text[i], sizeof(text[i]), "%02d", i + 1);
		codes[i] = text[i];
	}
	hs_notice *notice = message(bench.arena, codes, 456, 464, HS_MODE(LIVE));
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		const struct hs_siren siren = { .on_ms = 14000,
			.off_ms = 1000,
			.times = rows[i].times,
			.kind = HS_ALERT_MISSILE };
		const struct hs_plan_options options = { .sirens = &siren,
			.siren_count = 1,
			.gap_ms = 1500,
			.mora_ms = 100,
			.places_max = rows[i].places_max,
			.easy_speech = rows[i].easy,
			.readings = bench.readings,
			.phrases = bench.phrases };
		struct hs_plan plan = { .notice = notice, .lane = HS_LANE_LIVE, .epoch = "" };
		const struct hs_alert alert = { .kind = HS_ALERT_MISSILE,
			.phase = "take_cover",
			.code = "990019",
			.name = "架空市",
			.kana = "かくうし",
			.title = "x" };
		assert_int_equal(rows[i].err, hs_plan_alert(bench.arena, &plan, &alert, &options));
		if (rows[i].err != HS_OK)
			continue;
		const struct hs_announcement *said = plan.announcements[0];
		size_t named = places_in(said->text), each = rows[i].easy ? 8 : 6;
		assert_non_null(strstr(said->text, "直ちに避難して下さい。7時36分の発表です。"));
		assert_true((int64_t)named <= rows[i].places_max);
		/* with one place more it would be too large */
		if ((int64_t)named < rows[i].places_max)
			assert_true(said->segment_count + each > HS_SEGMENTS_MAX);
		assert_int_equal(named > 0, strstr(said->text, "など") != NULL);
	}
	bench_free(&bench);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_and_times_stand_where_they_belong),
		cmocka_unit_test(no_place_is_named_where_none_is_wanted),
		cmocka_unit_test(each_kind_has_its_words_in_both_languages),
		cmocka_unit_test(nothing_is_left_to_guess_how_to_read),
		cmocka_unit_test(every_part_of_a_message_is_prepared),
		cmocka_unit_test(names_of_places_never_cost_the_announcement),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
