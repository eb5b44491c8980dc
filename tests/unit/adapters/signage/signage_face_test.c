/* signage_face_test.c: when items expire, when a screen switches and returns, its languages, marks, proof and shelters. */
#include "tests/unit/adapters/signage/sign_bench.h"

/* What goes out ends with the digest of all the rest. */
static void
test_the_digest_is_of_the_text(void **state)
{
	struct bench *bench = *state;
	char text[16384], want[HS_SIGNAGE_DIGEST_SIZE];
	order(bench, HS_LANE_DRILL, "d", &at4, 1);
	const json_t *message = encode_for(bench, &screen, 'n', 'f');
	size_t len = hs_frame_len_bytes(bench->face.frame);
	assert_true(len < sizeof(text));
	memcpy(text, hs_frame_bytes(bench->face.frame), len);
	text[len] = '\0';
	char *last = strstr(text, ",\"digest\":");
	assert_non_null(last);
	strcpy(last, "}");
	hs_signage_digest(text, strlen(text), want);
	assert_string_equal(bench->face.digest, want);
	assert_string_equal(text_at(message, "digest", NULL), want);
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
test_what_its_sender_limits_ends_then_and_is_said_until_it_is_lifted(void **state)
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
	assert_int_equal(json_array_size(json_object_get(expired, "areas")), 1);
	/* nobody lifted it, so it is in force: later it is said in short, and the screen is not calm */
	for (int days = 0; days < 3; days++) {
		bench->now_unix_us += screen.rules.expired_shown_ms * 1000 + days * 86400000000LL;
		message = encode_for(bench, &screen, 'f', 'n');
		assert_string_equal(text_at(message, "state_ja", NULL), "注意");
		expired = json_array_get(json_object_get(message, "expired"), 0);
		assert_string_equal(
			text_at(expired, "word", "ja"), "掲載期限切れ（解除の知らせはありません）");
		assert_string_equal(text_at(expired, "place", NULL), "架空県架空市");
		assert_int_equal(json_array_size(json_object_get(expired, "areas")), 0);
	}
	struct kit_place lifted = at4;
	lifted.lifted = true;
	assert_int_equal(
		hs_force_apply(bench->lanes[0], ++bench->seq,
			kit_notice(bench->arena, LIVE, HS_ACTION(LIFT), "l", 2, &lifted, 1)),
		HS_OK);
	message = encode_for(bench, &screen, 'f', 'n');
	assert_string_equal(text_at(message, "state", NULL), "normal");
	assert_null(json_object_get(message, "expired"));
}

static void
test_no_drill_takes_the_place_of_what_is_past_its_time(void **state)
{
	struct bench *bench = *state;
	order_until(bench, KIT_ORDERED_US + 60000000);
	order(bench, HS_LANE_DRILL, "d", &at5, 1);
	bench->now_unix_us += 2 * 60000000LL + screen.rules.expired_shown_ms * 1000;
	const json_t *message = encode_for(bench, &screen, 'f', 'f');
	assert_string_equal(text_at(message, "mode", NULL), "live");
	assert_string_equal(text_at(message, "state", NULL), "caution");
	assert_int_equal(json_array_size(json_object_get(message, "expired")), 1);
}

static void
test_each_limit_is_an_item_of_its_own(void **state)
{
	struct bench *bench = *state;
	order_until(bench, KIT_ORDERED_US + 600000000);
	const struct kit_place places[] = { { "990019", "川下", "", "避難指示", 4, false, 0 },
		{ "990019", "港町", "", "避難指示", 4, false, 0 } };
	order(bench, HS_LANE_LIVE, "e", places, 2);
	const json_t *message = encode_for(bench, &screen, 'f', 'n');
	const json_t *unlimited = item_at(message, 0), *limited = item_at(message, 1);
	assert_int_equal(bench->face.item_count, 2);
	assert_int_equal(json_array_size(json_object_get(unlimited, "areas")), 2);
	assert_string_equal(text_at(unlimited, "expires_by", NULL), "renewal");
	assert_string_equal(text_at(unlimited, "valid_until", NULL), "");
	assert_string_equal(text_at(limited, "expires_by", NULL), "sender");
	/* and the end of the one is not the end of the other */
	bench->now_unix_us += 600000000;
	message = encode_for(bench, &screen, 'f', 'n');
	assert_int_equal(bench->face.item_count, 1);
	assert_int_equal(json_array_size(json_object_get(item_at(message, 0), "areas")), 2);
	assert_string_equal(text_at(message, "state", NULL), "emergency");
	assert_int_equal(json_array_size(json_object_get(message, "expired")), 1);
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
	assert_int_equal(hs_signage_lifted_take(
				 &bench->lifted[0], bench->seq, rows, count, bench->now_unix_us),
		HS_OK);
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

/* "1-3": a digit for each notice that the face tells of. */
static const char *
told(const struct bench *bench)
{
	static char out[8];
	for (uint64_t seq = 1; seq <= bench->seq; seq++)
		out[seq - 1] = hs_tells_has(&bench->face.tells, seq) ? (char)('0' + seq) : '-';
	out[bench->seq] = '\0';
	return out;
}

static void
take(struct bench *bench, int action, const char *document, uint32_t revision,
	const struct kit_place *place)
{
	struct hs_change_row *rows;
	size_t count;
	const hs_notice *notice =
		kit_notice(bench->arena, LIVE, action, document, revision, place, 1);
	assert_int_equal(hs_force_apply(bench->lanes[0], ++bench->seq, notice), HS_OK);
	const struct hs_force_around around = { *hs_force_before(bench->lanes[0]),
		*hs_force_after(bench->lanes[0]), true };
	assert_int_equal(hs_changes(bench->arena, notice, &around, &rows, &count), HS_OK);
	assert_int_equal(hs_signage_lifted_take(
				 &bench->lifted[0], bench->seq, rows, count, bench->now_unix_us),
		HS_OK);
	assert_int_equal(hs_signage_cancel_take(&bench->cancels[0], bench->lanes[0], notice,
				 bench->now_unix_us + 60000000),
		HS_OK);
}

static void
test_which_notices_a_face_tells_of(void **state)
{
	struct bench *bench = *state;
	struct hs_screen_settings four = screen;
	struct kit_place lifted = at4;
	four.rules.caution_level = 4;
	lifted.lifted = true;
	take(bench, HS_ACTION(ISSUE), "a", 1, &at3);
	take(bench, HS_ACTION(ISSUE), "b", 1, &at4);
	encode_for(bench, &screen, 'f', 'n');
	assert_string_equal(told(bench), "12");
	encode_for(bench, &four, 'f', 'n');
	assert_string_equal(told(bench), "-2");
	/* the lift is told of, the order that it ended is not */
	take(bench, HS_ACTION(LIFT), "b", 2, &lifted);
	encode_for(bench, &screen, 'f', 'n');
	assert_string_equal(told(bench), "1-3");
	take(bench, HS_ACTION(ISSUE), "c", 1, &at5);
	take(bench, HS_ACTION(CANCEL), "c", 2, &at5);
	encode_for(bench, &screen, 'f', 'n');
	assert_string_equal(told(bench), "1-3-5");
	/* and when their time to be told is over, neither */
	bench->now_unix_us += screen.rules.return_after_ms * 1000;
	encode_for(bench, &screen, 'f', 'n');
	assert_string_equal(told(bench), "1----");
	/* past its time it is told of as past, not as an order */
	order_until(bench, bench->now_unix_us + 1);
	bench->now_unix_us += 1;
	encode_for(bench, &screen, 'f', 'n');
	assert_string_equal(told(bench), "1-----");
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
	const char *calm = "43df287d6a80544b9c2befef96899f3e"; /* SHA-256 of "平常\n\n\n\n\n" */
	encode_for(bench, &screen, 'f', 'n');
	assert_int_equal(bench->face.proofs->count, 1);
	assert_string_equal(bench->face.proofs->drawn[0], calm);
	const struct kit_place places[] = { at5, at4 };
	order(bench, HS_LANE_LIVE, "l", places, 2);
	encode_for(bench, &screen, 'f', 'n');
	const struct hs_screen_proofs *proofs = bench->face.proofs;
	assert_int_equal(proofs->count, 2);
	assert_string_not_equal(proofs->drawn[0], proofs->drawn[1]);
	assert_string_not_equal(proofs->drawn[0], calm);
}

/* As a page makes it that has seen each of these lines. */
static void
expect_whole(const struct hs_screen_face *face, const char *lines)
{
	char want[HS_SIGNAGE_DIGEST_SIZE];
	hs_signage_digest(lines, strlen(lines), want);
	assert_string_equal(face->proofs->whole, want);
}

static void
test_whole(void **state)
{
	struct bench *bench = *state;
	struct hs_screen_settings far = screen;
	const struct kit_place places[] = { at5, at4 };
	far.look.viewing_distance_cm = 1200;
	order(bench, HS_LANE_LIVE, "l", places, 2);
	const char *const korean = hs_sign_word("act_l5", "ko");
	char large[1024], lines[2048];
	assert_non_null(korean);
	/* What stands large in each language that it has, es and th not reviewed; below it title, place and areas. */
	snprintf(large, sizeof(large), "%s\n%s\n%s\n%s\n%s\n%s\n%s\n", "緊急安全確保（洪水）",
		"架空県架空市", "東町", hs_level_display(5)->action_ja,
		hs_level_display(5)->action_easy, hs_level_display(5)->action_en, korean);
	snprintf(lines, sizeof(lines), "%s%s", large, "避難指示（洪水）\n架空県架空市\n南町\n");
	encode_for(bench, &screen, 'f', 'n');
	expect_whole(&bench->face, lines);
	/* Seen from far away there is nothing below: the lower one stands large in its turn. */
	encode_for(bench, &far, 'f', 'n');
	snprintf(lines, sizeof(lines), "%s%s\n%s\n%s\n%s\n", large,
		"避難指示（洪水）\n架空県架空市\n南町", hs_level_display(4)->action_ja,
		hs_level_display(4)->action_easy, hs_level_display(4)->action_en);
	strcat(lines, hs_sign_word("act_l4", "ko"));
	strcat(lines, "\n");
	expect_whole(&bench->face, lines);
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

static void
test_no_shelters_where_there_is_no_room_for_them(void **state)
{
	struct bench *bench = *state;
	struct hs_open_shelter open = { "公民館", "990019", "空き", { 38.4821, 143.5 }, 0, 540, 7 };
	struct hs_screen_settings settings = screen;
	settings.site.position = "38.50000,143.50000";
	settings.site.shelters_shown = 2;
	order(bench, HS_LANE_LIVE, "l", &at4, 1);
	for (int64_t metres = 3; metres <= 5; metres += 2) {
		settings.look.viewing_distance_cm = metres * 100;
		assert_int_equal(hs_ways_rank(&bench->ways, &settings.site, &open, 1), HS_OK);
		struct hs_signage_input input = { .screen = &settings,
			.lanes = { lane_input(bench, HS_LANE_LIVE, 'f'),
				lane_input(bench, HS_LANE_DRILL, 'n') },
			.now_unix_us = bench->now_unix_us };
		encode(bench, &input);
		bool shown = metres == 3;
		assert_int_equal(json_object_get(bench->message, "shelters") != NULL, shown);
		assert_int_equal(hs_tells_has(&bench->face.tells, 7), shown);
	}
}

int
main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_the_digest_is_of_the_text),
		ROW(test_every_item_expires),
		ROW(test_no_drill_takes_the_place_of_what_is_past_its_time),
		ROW(test_each_limit_is_an_item_of_its_own),
		ROW(test_which_notices_a_face_tells_of),
		ROW(test_no_shelters_where_there_is_no_room_for_them),
		ROW(test_what_its_sender_limits_ends_then_and_is_said_until_it_is_lifted),
		cmocka_unit_test(test_each_screen_switches_by_its_own_levels),
		ROW(test_a_screen_that_shows_no_drills),
		ROW(test_lift_returns_to_normal),
		ROW(test_only_reviewed_words),
		ROW(test_marks_of_a_drill),
		ROW(test_drawn),
		ROW(test_whole),
		ROW(test_shelters_beside_an_order),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
