/* signage_encode_test.c: the states of a screen as a table, and what its items say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "adapters/signage/signage_items.h"
#include "adapters/signage/terms.h"
#include "hub/base/check.h"
#include "tests/unit/adapters/notice_kit.h"

#define LIVE  HS_MODE(LIVE)
#define DRILL HS_MODE(DRILL)

struct bench {
	struct hs_arena *arena;
	struct hs_force *lanes[HS_LANE_COUNT];
	struct hs_signage_cancel cancels[HS_LANE_COUNT];
	struct hs_signage_lifted lifted[HS_LANE_COUNT];
	int64_t now_unix_us;
	struct hs_signage_face face;
	uint64_t seq;
};

static const char *city[] = { "990019" };
static const char *more_languages[] = { "ko", "es", "th" };
static const struct hs_screen_settings screen = { .id = "hall",
	.name = "市役所",
	.areas = { city, 1 },
	.languages = { more_languages, 3 },
	.stale_after_ms = 15000,
	.rules = { .caution_level = 1,
		.emergency_level = 4,
		.drills = true,
		.return_after_ms = 600000,
		.expired_shown_ms = 3600000,
		.renew_ms = 21600000 },
	.site = { .position = "", .facing_degrees = -1, .map = true },
	.look = { .height_mm = 680, .qr_url = "" } };

static int
setup(void **state)
{
	struct bench *bench = calloc(1, sizeof(*bench));
	bench->arena = hs_arena_create(64u << 20);
	bench->lanes[0] = hs_force_create();
	bench->lanes[1] = hs_force_create();
	bench->now_unix_us = KIT_ORDERED_US;
	*state = bench;
	return 0;
}

static int
teardown(void **state)
{
	struct bench *bench = *state;
	json_decref(bench->face.message);
	hs_signage_cancel_free(&bench->cancels[0]);
	hs_signage_cancel_free(&bench->cancels[1]);
	hs_signage_lifted_free(&bench->lifted[0]);
	hs_signage_lifted_free(&bench->lifted[1]);
	hs_force_destroy(bench->lanes[0]);
	hs_force_destroy(bench->lanes[1]);
	hs_arena_destroy(bench->arena);
	free(bench);
	return 0;
}

static void
order(struct bench *bench, enum hs_adapter_lane lane, const char *document,
	const struct kit_place *places, size_t count)
{
	const hs_notice *notice = kit_notice(bench->arena, lane == HS_LANE_LIVE ? LIVE : DRILL,
		HS_ACTION(ISSUE), document, 1, places, count);
	assert_int_equal(hs_force_apply(bench->lanes[lane], ++bench->seq, notice), HS_OK);
}

/* use: 'n' not configured, 's' stale, 'f' fresh. */
static struct hs_signage_lane
lane_input(struct bench *bench, enum hs_adapter_lane lane, char use)
{
	return (struct hs_signage_lane){
		.configured = use != 'n',
		.fresh = use == 'f',
		.list = use == 'n' ? NULL : hs_force_after(bench->lanes[lane]),
		.epoch = "e",
		.seq = bench->seq,
		.cancel = &bench->cancels[lane],
		.lifted = &bench->lifted[lane],
	};
}

static const json_t *
encode_for(struct bench *bench, const struct hs_screen_settings *settings, char live, char drill)
{
	struct hs_signage_input input = { .screen = settings,
		.lanes = { lane_input(bench, HS_LANE_LIVE, live),
			lane_input(bench, HS_LANE_DRILL, drill) },
		.now_unix_us = bench->now_unix_us };
	json_decref(bench->face.message);
	bench->face.message = NULL;
	assert_int_equal(hs_signage_encode(bench->arena, &input, &bench->face), HS_OK);
	return bench->face.message;
}

static const char *
text_at(const json_t *object, const char *key, const char *inner)
{
	const json_t *value = json_object_get(object, key);
	if (inner != NULL)
		value = json_object_get(value, inner);
	return json_is_string(value) ? json_string_value(value) : "";
}

static const json_t *
item_at(const json_t *message, size_t index)
{
	return json_array_get(json_object_get(message, "items"), index);
}

static const struct kit_place at3 = { "990019", "北町", "", "高齢者等避難", 3, false, 0 };
static const struct kit_place at4 = { "990019", "南町", "", "避難指示", 4, false, 0 };
static const struct kit_place at5 = { "990019", "東町", "", "緊急安全確保", 5, false, 0 };
static const struct kit_place zone = { "990019", "西町", "", "警戒区域", 0, false, 0 };
static const struct kit_place strange = { "990019", "中町", "", "聞かない言葉", 0, false, 0 };

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

/* What goes out is the message, word for word. */
static void
test_text_is_the_message(void **state)
{
	struct bench *bench = *state;
	order(bench, HS_LANE_DRILL, "d", &at4, 1);
	encode_for(bench, &screen, 'n', 'f');
	json_t *read = json_loads(bench->face.text, JSON_REJECT_DUPLICATES, NULL);
	assert_true(json_equal(read, bench->face.message));
	assert_string_equal(text_at(read, "digest", NULL), bench->face.digest);
	json_decref(read);
}

/* ---- expiry ---- */

static void
order_until(struct bench *bench, int64_t until_unix_us)
{
	hs_notice *notice = kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "l", 1, &at4, 1);
	if (until_unix_us != 0)
		notice->times->valid_until = hs_time_new(bench->arena, until_unix_us, 540);
	assert_int_equal(hs_force_apply(bench->lanes[0], ++bench->seq, notice), HS_OK);
}

static void
test_every_item_expires(void **state)
{
	struct bench *bench = *state;
	order_until(bench, 0);
	const json_t *item = item_at(encode_for(bench, &screen, 'f', 'n'), 0);
	char first[40];
	assert_string_equal(text_at(item, "expires_by", NULL), "renewal");
	assert_string_equal(text_at(item, "valid_until", NULL), "");
	snprintf(first, sizeof(first), "%s", text_at(item, "expires_at", NULL));
	/* renewed in good time, and not at every look */
	for (int64_t minutes = 0; minutes < 24 * 60; minutes++) {
		int64_t now_us = KIT_ORDERED_US + minutes * 60000000;
		int64_t until_us = hs_sign_renewed_until(&screen.rules, now_us);
		int64_t left_ms = (until_us - now_us) / 1000;
		assert_true(left_ms <= screen.rules.renew_ms &&
			    left_ms > screen.rules.renew_ms * 3 / 4);
	}
	bench->now_unix_us += 1000000;
	item = item_at(encode_for(bench, &screen, 'f', 'n'), 0);
	assert_string_equal(text_at(item, "expires_at", NULL), first);
	bench->now_unix_us += screen.rules.renew_ms * 1000 / 4;
	item = item_at(encode_for(bench, &screen, 'f', 'n'), 0);
	assert_string_not_equal(text_at(item, "expires_at", NULL), first);
}

static void
test_what_its_sender_limits_ends_then_and_is_said_for_a_while(void **state)
{
	struct bench *bench = *state;
	order_until(bench, KIT_ORDERED_US + 60000000);
	const json_t *message = encode_for(bench, &screen, 'f', 'n');
	assert_string_equal(text_at(item_at(message, 0), "expires_by", NULL), "sender");
	assert_string_equal(
		text_at(item_at(message, 0), "expires_at", NULL), "2026-07-01T18:56:00+09:00");
	bench->now_unix_us += 60000000;
	message = encode_for(bench, &screen, 'f', 'n');
	assert_int_equal(bench->face.item_count, 0);
	assert_string_equal(text_at(message, "state", NULL), "caution");
	const json_t *expired = json_array_get(json_object_get(message, "expired"), 0);
	assert_string_equal(text_at(expired, "term", "ja"), "避難指示");
	assert_null(json_object_get(expired, "level"));
	assert_null(json_object_get(expired, "colour"));
	bench->now_unix_us += screen.rules.expired_shown_ms * 1000;
	message = encode_for(bench, &screen, 'f', 'n');
	assert_string_equal(text_at(message, "state", NULL), "normal");
	assert_null(json_object_get(message, "expired"));
}

/* ---- switch and return ---- */

static void
test_each_screen_switches_by_its_own_levels(void **state)
{
	static const struct {
		int64_t caution, emergency;
		const struct kit_place *place;
		const char *state;
	} rows[] = {
		{ 1, 3, &at3, "emergency" },
		{ 1, 5, &at4, "caution" },
		{ 4, 4, &at3, "normal" },
		{ 4, 5, &at4, "caution" },
		{ 5, 5, &zone, "emergency" },
	};
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		void *own;
		setup(&own);
		struct hs_screen_settings settings = screen;
		settings.rules.caution_level = rows[i].caution;
		settings.rules.emergency_level = rows[i].emergency;
		order(own, HS_LANE_LIVE, "l", rows[i].place, 1);
		const json_t *message = encode_for(own, &settings, 'f', 'n');
		if (strcmp(text_at(message, "state", NULL), rows[i].state) != 0)
			fail_msg("row %zu: %s", i, text_at(message, "state", NULL));
		teardown(&own);
	}
}

static void
test_a_screen_that_shows_no_drills(void **state)
{
	struct bench *bench = *state;
	struct hs_screen_settings settings = screen;
	settings.rules.drills = false;
	order(bench, HS_LANE_DRILL, "d", &at5, 1);
	assert_string_equal(
		text_at(encode_for(bench, &settings, 'f', 'f'), "state", NULL), "normal");
	assert_string_equal(
		text_at(encode_for(bench, &settings, 'n', 'f'), "state", NULL), "normal");
	assert_int_equal(bench->face.item_count, 0);
}

static void
test_lift_returns_to_normal(void **state)
{
	struct bench *bench = *state;
	struct kit_place place = at4;
	order(bench, HS_LANE_LIVE, "l", &place, 1);
	place.lifted = true;
	const hs_notice *lift = kit_notice(bench->arena, LIVE, HS_ACTION(LIFT), "l", 2, &place, 1);
	const char *const words[] = { "lifted", "vanished" };
	struct hs_change_row *rows;
	size_t count;
	assert_true(hs_screen_wants_notice(&screen, lift));
	assert_int_equal(hs_force_apply(bench->lanes[0], ++bench->seq, lift), HS_OK);
	const struct hs_force_around around = { *hs_force_before(bench->lanes[0]),
		*hs_force_after(bench->lanes[0]), true };
	assert_int_equal(hs_changes(bench->arena, lift, &around, &rows, &count), HS_OK);
	assert_int_equal(
		hs_signage_lifted_take(&bench->lifted[0], rows, count, bench->now_unix_us), HS_OK);
	const json_t *message = encode_for(bench, &screen, 'f', 'n');
	assert_string_equal(text_at(message, "state", NULL), "caution");
	const json_t *lifted = json_array_get(json_object_get(message, words[0]), 0);
	assert_string_equal(text_at(lifted, "word", "ja"), "解除");
	assert_string_equal(text_at(lifted, "word", "ko"), "해제");
	assert_string_equal(text_at(lifted, "term", "ja"), "避難指示");
	assert_null(json_object_get(lifted, "level"));
	assert_null(json_object_get(message, words[1]));
	assert_null(json_object_get(encode_for(bench, &screen, 's', 'n'), words[0]));
	bench->now_unix_us += screen.rules.return_after_ms * 1000;
	assert_string_equal(text_at(encode_for(bench, &screen, 'f', 'n'), "state", NULL), "normal");
	/* and another order there takes its place at once */
	bench->now_unix_us = KIT_ORDERED_US;
	order(bench, HS_LANE_LIVE, "m", &at3, 1);
	order(bench, HS_LANE_LIVE, "n", &at4, 1);
	assert_null(json_object_get(encode_for(bench, &screen, 'f', 'n'), words[0]));
}

/* ---- languages and marks ---- */

static void
test_only_reviewed_words(void **state)
{
	struct bench *bench = *state;
	order(bench, HS_LANE_LIVE, "l", &at4, 1);
	const json_t *item = item_at(encode_for(bench, &screen, 'f', 'n'), 0);
	assert_string_equal(text_at(item, "term", "ko"), "피난 지시");
	assert_string_equal(text_at(item, "action", "ko"), "위험한 장소에서 전원 피난하십시오");
	assert_string_equal(text_at(item, "term", "es"), ""); /* in the table, reviewed by nobody */
	assert_string_equal(text_at(item, "term", "th"), "");
	for (size_t i = 0; i < hs_sign_term_count; i++)
		assert_string_not_equal(hs_sign_terms[i].text, "Orden de evacuación");
}

static void
assert_marked(const json_t *words, const char *language, const char *mark)
{
	const char *text = text_at(words, language, NULL);
	size_t len = strlen(text), mark_len = strlen(mark);
	if (len <= 2 * mark_len || strncmp(text, mark, mark_len) != 0 ||
		strcmp(text + len - mark_len, mark) != 0)
		fail_msg("%s: %s", language, text);
}

static void
test_marks_of_a_drill(void **state)
{
	struct bench *bench = *state;
	order(bench, HS_LANE_DRILL, "d", &at3, 1);
	const json_t *message = encode_for(bench, &screen, 'n', 'f');
	const json_t *item = item_at(message, 0);
	for (const char *const *key = (const char *const[]){ "action", "names", NULL };
		*key != NULL; key++) {
		const json_t *words = json_object_get(item, *key);
		assert_marked(words, "ja", "【訓練】");
		assert_marked(words, "ja-easy", "【くんれん】");
		assert_marked(words, "en", "[DRILL]");
		assert_marked(words, "ko", "【훈련】");
	}
	/* its own mark was reviewed by nobody: it stands in Japanese and English */
	assert_marked(json_object_get(item, "names"), "es", "【訓練】[DRILL]");
	assert_marked(json_object_get(item, "title"), "ja", "【訓練】");
	assert_string_equal(text_at(message, "marks", "ja"), "【訓練】");
	order(bench, HS_LANE_LIVE, "l", &at3, 1);
	message = encode_for(bench, &screen, 'f', 'f');
	assert_null(strstr(text_at(item_at(message, 0), "action", "ja"), "訓練"));
	assert_int_equal(json_object_size(json_object_get(message, "marks")), 0);
}

/* ---- what must have been drawn ---- */

static void
test_drawn(void **state)
{
	struct bench *bench = *state;
	char calm[HS_SIGNAGE_DIGEST_SIZE], first[HS_SIGNAGE_DIGEST_SIZE],
		second[HS_SIGNAGE_DIGEST_SIZE];
	assert_true(hs_signage_drawn(encode_for(bench, &screen, 'f', 'n'), 0, calm));
	/* SHA-256 of "平常\n\n\n\n\n" */
	assert_string_equal(calm, "43df287d6a80544b9c2befef96899f3e");
	const struct kit_place places[] = { at5, at4 };
	order(bench, HS_LANE_LIVE, "l", places, 2);
	const json_t *message = encode_for(bench, &screen, 'f', 'n');
	assert_true(hs_signage_drawn(message, 0, first));
	assert_true(hs_signage_drawn(message, 1, second));
	assert_string_not_equal(first, second);
	assert_string_not_equal(first, calm);
	assert_false(hs_signage_drawn(message, 2, second));
}

/* ---- shelters ---- */

static void
test_shelters_beside_an_order(void **state)
{
	static const char *fit[] = { "landslide" };
	struct bench *bench = *state;
	struct hs_screen_shelter known[] = { { "学校", "38.50450,143.50000", { NULL, 0 } },
		{ "体育館", "38.50100,143.50000", { fit, 1 } },
		{ "公民館", "38.48200,143.50000", { NULL, 0 } } };
	struct hs_screen_settings settings = screen;
	settings.site = (struct hs_screen_site){ .position = "38.50000,143.50000",
		.facing_degrees = 90,
		.shelters = { known, 3 },
		.shelters_shown = 2 };
	assert_null(json_object_get(encode_for(bench, &settings, 'f', 'n'), "shelters"));
	order(bench, HS_LANE_LIVE, "l", &at4, 1); /* a flood */
	const json_t *list = json_object_get(encode_for(bench, &settings, 'f', 'n'), "shelters");
	assert_int_equal(json_array_size(list), 2);
	const json_t *way = json_array_get(list, 0);
	assert_string_equal(text_at(way, "name", NULL), "学校");
	assert_int_equal(json_integer_value(json_object_get(way, "distance_m")), 500);
	assert_int_equal(json_integer_value(json_object_get(way, "bearing")), 0);
	assert_int_equal(json_integer_value(json_object_get(way, "arrow")), 270);
	assert_true(json_is_false(json_object_get(way, "open")));
	assert_string_equal(text_at(json_array_get(list, 1), "name", NULL), "公民館");
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
		ROW(test_text_is_the_message),
		ROW(test_every_item_expires),
		ROW(test_what_its_sender_limits_ends_then_and_is_said_for_a_while),
		cmocka_unit_test(test_each_screen_switches_by_its_own_levels),
		ROW(test_a_screen_that_shows_no_drills),
		ROW(test_lift_returns_to_normal),
		ROW(test_only_reviewed_words),
		ROW(test_marks_of_a_drill),
		ROW(test_drawn),
		ROW(test_shelters_beside_an_order),
		ROW(test_a_cancel_is_said_beside_the_items),
		ROW(test_what_a_cancel_ended_has_no_level),
		ROW(test_a_cancel_is_over_after_a_while_and_for_its_own_places),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
