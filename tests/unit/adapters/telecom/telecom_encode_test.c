/* Titles and bodies within limits: marks, cuts, ends, forbidden characters. */
#include "tests/unit/adapters/runtime/fake_hub.h"

#include <stdlib.h>

#include "adapters/telecom/telecom_chars.h"
#include "adapters/telecom/telecom_encode.h"
#include "hub/base/check.h"
#include "tests/unit/adapters/cancel_story.h"
#include "tests/unit/adapters/telecom/telecom_kit.h"

#define ALL  0x1fu
#define MARK "【訓練】"

static enum hs_err
encode(const hs_notice *notice, int64_t title_max, int64_t body_max, struct hs_mail *mail)
{
	struct hs_mail_limits limits = {
		.title_max = title_max, .body_max = body_max, .newline_counts = 1, .forbidden = ALL
	};
	return hs_mail_encode(arena, notice, only_of(notice, true), &limits, mail);
}

static hs_notice *
order(int mode)
{
	static const char *const places[] = { "中央地区", "港地区", "山手一丁目" };
	hs_notice *notice = fake_order(arena, mode, "d1", 1, places, HS_COUNT(places));
	/* 2026-07-02 18:57:05 +09:00 */
	notice->times->ordered->unix_us = 1782986225000000;
	return notice;
}

static void
live_order_in_full(void **state)
{
	(void)state;
	struct hs_mail mail;
	assert_int_equal(HS_OK, encode(order(HS_MODE(LIVE)), 15, 200, &mail));
	assert_string_equal("警戒レベル4 避難指示", mail.title);
	assert_int_equal(11, mail.title_chars);
	assert_string_equal("架空市は2日18時57分、洪水に関する警戒レベル4「避難指示」を次の地区に"
			    "発令しました。\n対象：中央地区、山手一丁目、港地区\n"
			    "危険な場所から全員避難。",
		mail.body);
	assert_int_equal(0, mail.names_left_out);
	assert_string_equal("", mail.why);
}

static void
title_boundary_15_16(void **state)
{
	(void)state;
	struct hs_mail mail;
	hs_notice *notice = order(HS_MODE(LIVE));
	/* 11 characters: fits 11, gives way to the shorter one at 10 */
	assert_int_equal(HS_OK, encode(notice, 11, 200, &mail));
	assert_int_equal(11, mail.title_chars);
	assert_int_equal(HS_OK, encode(notice, 10, 200, &mail));
	assert_string_equal("避難指示", mail.title);
	/* a term that makes the long form exactly 15, then 16 */
	hs_evacuation_detail *detail = notice->evacuation->details[0];
	detail->sort = detail->level->term = hs_arena_strdup(arena, "あいうえおかきく");
	assert_int_equal(HS_OK, encode(notice, 15, 200, &mail));
	assert_int_equal(15, mail.title_chars);
	detail->sort = detail->level->term = hs_arena_strdup(arena, "あいうえおかきくけ");
	assert_int_equal(HS_OK, encode(notice, 15, 200, &mail));
	assert_string_equal("あいうえおかきくけ", mail.title);
	assert_int_equal(HS_ERR_REFUSED, encode(notice, 3, 200, &mail));
	assert_non_null(strstr(mail.why, "3 characters of the title"));
}

static bool
is_marked(const char *text)
{
	size_t len_bytes = strlen(text), mark_bytes = strlen(MARK);
	return len_bytes > 2 * mark_bytes && memcmp(text, MARK, mark_bytes) == 0 &&
	       strcmp(text + len_bytes - mark_bytes, MARK) == 0;
}

static void
drill_mark_is_first_last_and_counted(void **state)
{
	(void)state;
	struct hs_mail mail;
	assert_int_equal(HS_OK, encode(order(HS_MODE(DRILL)), 15, 200, &mail));
	assert_string_equal(MARK "避難指示" MARK, mail.title);
	assert_int_equal(12, mail.title_chars);
	assert_true(is_marked(mail.body));
	assert_int_equal(hs_char_count(mail.body, 1), mail.body_chars);
}

static void
drill_mark_survives_every_limit(void **state)
{
	(void)state;
	size_t made = 0, refused = 0;
	for (int64_t max = 1; max <= 200; max++) {
		struct hs_mail mail;
		enum hs_err err = encode(order(HS_MODE(DRILL)), 15, max, &mail);
		if (err == HS_ERR_REFUSED) {
			refused++;
			continue;
		}
		assert_int_equal(HS_OK, err);
		made++;
		assert_true(is_marked(mail.body));
		assert_true(mail.body_chars <= (size_t)max);
		assert_non_null(strstr(mail.body, "避難指示"));
	}
	assert_true(made > 150 && refused > 5);
	struct hs_mail mail;
	assert_int_equal(HS_ERR_REFUSED, encode(order(HS_MODE(DRILL)), 8, 200, &mail));
}

/* Every name in the body is one of the order's, whole; the rest is counted. */
static void
place_names_are_never_cut(void **state)
{
	(void)state;
	enum { PLACES = 60 };
	char names[PLACES][64];
	const char *places[PLACES];
	for (size_t i = 0; i < PLACES; i++) {
		snprintf(names[i], sizeof(names[i]), "第%zu字架空台地区", i + 100);
		places[i] = names[i];
	}
	hs_notice *notice = fake_order(arena, HS_MODE(LIVE), "d1", 1, places, PLACES);
	size_t last_shown = 0;
	for (int64_t max = 60; max <= 560; max++) {
		struct hs_mail mail;
		assert_int_equal(HS_OK, encode(notice, 15, max, &mail));
		assert_true(mail.body_chars <= (size_t)max);
		const char *at = strstr(mail.body, "対象：");
		size_t shown = 0;
		if (!at)
			continue;
		at += strlen("対象：");
		while (strncmp(at, names[shown], strlen(names[shown])) == 0) {
			at += strlen(names[shown++]);
			if (strncmp(at, "、", strlen("、")) != 0)
				break;
			at += strlen("、");
		}
		char rest[64] = "";
		if (shown < PLACES)
			snprintf(rest, sizeof(rest), "%s%zu地区", shown ? "ほか" : "",
				PLACES - shown);
		assert_int_equal(0, strncmp(at, rest, strlen(rest)));
		at += strlen(rest);
		assert_true(*at == '\n' || *at == '\0');
		assert_int_equal(PLACES - shown, mail.names_left_out);
		assert_true(shown >= last_shown);
		last_shown = shown;
	}
	assert_true(last_shown > 30);
}

static void
remark_goes_first(void **state)
{
	(void)state;
	struct hs_mail mail;
	hs_notice *notice = order(HS_MODE(LIVE));
	notice->evacuation->complement = hs_arena_strdup(arena, "川の水位が上がっています。");
	assert_int_equal(HS_OK, encode(notice, 15, 500, &mail));
	assert_non_null(strstr(mail.body, "川の水位が上がっています。"));
	size_t full = mail.body_chars;
	assert_int_equal(HS_OK, encode(notice, 15, (int64_t)full, &mail));
	assert_int_equal(full, mail.body_chars);
	assert_int_equal(HS_OK, encode(notice, 15, (int64_t)full - 1, &mail));
	assert_null(strstr(mail.body, "川の水位"));
	assert_non_null(strstr(mail.body, "山手一丁目"));
	assert_int_equal(0, mail.names_left_out);
}

static void
a_lift_has_its_own_mail(void **state)
{
	(void)state;
	struct hs_mail mail;
	hs_notice *notice = order(HS_MODE(LIVE));
	notice->action = HS_ACTION(LIFT);
	notice->evacuation->details[0]->state = HS_EVAC(LIFTED);
	assert_int_equal(HS_OK, encode(notice, 15, 200, &mail));
	assert_string_equal("避難指示の解除", mail.title);
	assert_non_null(strstr(mail.body, "次の地区の「避難指示」を解除しました。"));
	assert_null(strstr(mail.body, "警戒レベル4"));
	/* in a drill, the longest term falls back to one that fits 15 */
	hs_notice *drill = order(HS_MODE(DRILL));
	drill->action = HS_ACTION(LIFT);
	drill->evacuation->details[0]->sort = hs_arena_strdup(arena, "高齢者等避難");
	drill->evacuation->details[0]->level->term = drill->evacuation->details[0]->sort;
	assert_int_equal(HS_OK, encode(drill, 15, 200, &mail));
	assert_string_equal(MARK "避難情報の解除" MARK, mail.title);
	assert_int_equal(15, mail.title_chars);
}

/* The mail of a story's cancel, at the usual limits. */
static void
cancel_mail(
	struct told_story *told, enum story_id id, int mode, bool with_state, struct hs_mail *mail)
{
	struct hs_mail_limits limits = {
		.title_max = 15, .body_max = 200, .newline_counts = 1, .forbidden = ALL
	};
	story_tell(told, id, mode, with_state);
	assert_int_equal(
		HS_OK, hs_mail_encode(told->arena, told->cancel, told->municipal, &limits, mail));
}

static void
a_cancel_says_what_returns_and_what_ends(void **state)
{
	static const struct {
		enum story_id id;
		const char *title, *body;
	} rows[] = {
		{ STORY_LIFT, "訂正 警戒レベル4 避難指示",
			"架空市の直前の発表は誤りでした。取り消します。\n"
			"再び発令中：警戒レベル4「避難指示」 北町\n危険な場所から全員避難。\n"
			"継続中：警戒レベル5「緊急安全確保」 港町\n理由：操作の誤り" },
		{ STORY_RAISE, "訂正 高齢者等避難",
			"架空市の直前の発表は誤りでした。取り消します。\n"
			"再び発令中：警戒レベル3「高齢者等避難」 港町\n"
			"危険な場所から高齢者等は避難。\n誤り：「緊急安全確保」 港町\n"
			"継続中：警戒レベル3「高齢者等避難」 北町\n理由：操作の誤り" },
		{ STORY_FIRST, "避難指示の取消",
			"架空市の直前の発表は誤りでした。取り消します。\n"
			"誤り：「避難指示」 北町、港町\n理由：操作の誤り" },
		{ STORY_NOTHING, "直前の発表の取消",
			"架空市の直前の発表は誤りでした。取り消します。\n"
			"発令中の地区に変わりはありません。\n"
			"継続中：警戒レベル4「避難指示」 北町、港町\n理由：操作の誤り" },
		/* what level 5 asks never stands behind the name of a place at level 3 */
		{ STORY_LEVELS, "訂正 緊急安全確保",
			"架空市の直前の発表は誤りでした。取り消します。\n"
			"再び発令中：警戒レベル5「緊急安全確保」 港町\n"
			"命の危険 直ちに安全確保。\n"
			"再び発令中：警戒レベル3「高齢者等避難」 北町\n理由：操作の誤り" },
	};
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct told_story told;
		struct hs_mail mail;
		cancel_mail(&told, rows[i].id, HS_MODE(LIVE), true, &mail);
		assert_string_equal(rows[i].title, mail.title);
		assert_string_equal(rows[i].body, mail.body);
		story_end(&told);
	}
}

static void
without_a_state_a_cancel_says_only_what_it_takes_back(void **state)
{
	(void)state;
	struct told_story told;
	struct hs_mail mail;
	cancel_mail(&told, STORY_LIFT, HS_MODE(LIVE), false, &mail);
	assert_string_equal("直前の発表の取消", mail.title);
	assert_string_equal("架空市の直前の発表は誤りでした。取り消します。\n"
			    "取り消す発表：「緊急安全確保」の発令 港町\n"
			    "取り消す発表：「避難指示」の解除 北町\n"
			    "いまの発令は市区町村に確認してください。\n理由：操作の誤り",
		mail.body);
	story_end(&told);
}

/* However short: marked, within the limit, no name cut, and never a word that turns the cancel round. */
static void
a_cancel_is_true_at_every_limit(void **state)
{
	(void)state;
	for (int id = STORY_LIFT; id <= STORY_NOTHING; id++) {
		struct told_story told;
		size_t made = 0;
		story_tell(&told, (enum story_id)id, HS_MODE(DRILL), true);
		for (int64_t max = 1; max <= 200; max++) {
			struct hs_mail_limits limits = { .title_max = 15,
				.body_max = max,
				.newline_counts = 1,
				.forbidden = ALL };
			struct hs_mail mail;
			enum hs_err err = hs_mail_encode(
				told.arena, told.cancel, told.municipal, &limits, &mail);
			if (err == HS_ERR_REFUSED)
				continue;
			assert_int_equal(HS_OK, err);
			made++;
			assert_true(is_marked(mail.body) && is_marked(mail.title));
			assert_true(mail.body_chars <= (size_t)max);
			assert_null(strstr(mail.body, "解除"));
			assert_non_null(strstr(mail.body,
				id == STORY_LIFT || id == STORY_RAISE ? "再び発令中" : "誤り"));
		}
		assert_true(made > 150);
		story_end(&told);
	}
}

static void
forbidden_name_stops_the_mail(void **state)
{
	(void)state;
	static const char *const places[] = { "髙台地区" };
	struct hs_mail mail;
	hs_notice *notice = fake_order(arena, HS_MODE(LIVE), "d1", 1, places, 1);
	assert_int_equal(HS_ERR_REFUSED, encode(notice, 15, 200, &mail));
	assert_non_null(strstr(mail.why, "「髙」"));
	assert_non_null(strstr(mail.why, "「高」にしてください。"));
	assert_non_null(strstr(mail.why, "body, character "));
}

static void
own_mail_is_never_shortened(void **state)
{
	(void)state;
	hs_notice *notice = order(HS_MODE(DRILL));
	Hansho__V1__UrgentMail *own = hs_message_new(arena, &hansho__v1__urgent_mail__descriptor);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL;
	notice->kind = HS_KIND(URGENT_MAIL);
	notice->urgent_mail = own;
	own->title = hs_arena_strdup(arena, "避難のお知らせ");		   /* 7 + 8 */
	own->message = hs_arena_strdup(arena, "一二三四五六七八九十一二"); /* 12 + 8 */
	struct hs_mail_limits limits = {
		.title_max = 15, .body_max = 20, .newline_counts = 1, .forbidden = ALL
	};
	struct hs_mail mail;
	assert_int_equal(HS_OK, hs_mail_encode_own(arena, notice, &limits, &mail));
	assert_int_equal(15, mail.title_chars);
	assert_int_equal(20, mail.body_chars);
	limits.body_max = 19;
	assert_int_equal(HS_ERR_REFUSED, hs_mail_encode_own(arena, notice, &limits, &mail));
	assert_non_null(strstr(mail.why, "20 characters, the limit is 19"));
	limits = (struct hs_mail_limits){
		.title_max = 14, .body_max = 20, .newline_counts = 1, .forbidden = ALL
	};
	assert_int_equal(HS_ERR_REFUSED, hs_mail_encode_own(arena, notice, &limits, &mail));
	assert_true(hs_mail_for_carrier(notice, "UMC1"));
	char *carriers[] = { (char *)(uintptr_t) "UMC2" };
	own->carriers = carriers;
	own->n_carriers = 1;
	assert_false(hs_mail_for_carrier(notice, "UMC1"));
	assert_true(hs_mail_for_carrier(notice, "UMC2"));
}

static void
several_levels_and_a_lift_in_one_mail(void **state)
{
	(void)state;
	struct hs_mail mail;
	hs_notice *notice = order(HS_MODE(LIVE));
	static const char *const more[] = { "川沿い地区" };
	hs_notice *other = fake_order(arena, HS_MODE(LIVE), "d2", 1, more, 1);
	hs_evacuation_detail *elderly = other->evacuation->details[0];
	elderly->level->number = 3;
	elderly->sort = elderly->level->term = hs_arena_strdup(arena, "高齢者等避難");
	hs_evacuation_detail *lifted =
		fake_order(arena, HS_MODE(LIVE), "d3", 1, (const char *const[]){ "丘地区" }, 1)
			->evacuation->details[0];
	lifted->state = HS_EVAC(LIFTED);
	assert_true(hs_repeat(
		arena, &notice->evacuation->n_details, &notice->evacuation->details, elderly));
	assert_true(hs_repeat(
		arena, &notice->evacuation->n_details, &notice->evacuation->details, lifted));
	assert_int_equal(HS_OK, encode(notice, 15, 300, &mail));
	assert_string_equal("警戒レベル4 避難指示", mail.title);
	assert_non_null(strstr(mail.body, "\n警戒レベル3「高齢者等避難」：川沿い地区"));
	assert_non_null(strstr(mail.body, "\n解除「避難指示」：丘地区"));
}

/* What the sender wrote freely does not hold back the order, and he is told. */
static void
an_order_does_not_wait_for_its_remark(void **state)
{
	(void)state;
	struct hs_mail mail;
	hs_notice *notice = order(HS_MODE(LIVE));
	notice->action = HS_ACTION(CORRECT);
	notice->correction = kit_text(arena, "地区名の誤り");
	notice->evacuation->complement = kit_text(arena, "問合せ 0120-444-113");
	assert_int_equal(HS_OK, encode(notice, 15, 200, &mail));
	assert_null(strstr(mail.body, "0120"));
	assert_non_null(strstr(mail.body, "理由：地区名の誤り"));
	assert_non_null(strstr(mail.body, "対象：中央地区"));
	assert_non_null(strstr(mail.left_out, "「0120-444-113」(電話番号)"));
	assert_non_null(strstr(mail.left_out, "Sent without the remark: "));
	assert_string_equal("", mail.why);
	notice->correction = kit_text(arena, "0120-444-113 へ");
	assert_int_equal(HS_OK, encode(notice, 15, 200, &mail));
	assert_null(strstr(mail.body, "0120"));
	assert_non_null(strstr(mail.left_out, "the remark and the reason"));
	/* a place name is no remark */
	notice->evacuation->details[0]->areas[0]->area->name = kit_text(arena, "髙台");
	assert_int_equal(HS_ERR_REFUSED, encode(notice, 15, 200, &mail));
	assert_non_null(strstr(mail.why, "「髙」"));
	assert_string_equal("", mail.left_out);
	notice = order(HS_MODE(LIVE));
	assert_int_equal(HS_OK, encode(notice, 15, 200, &mail));
	assert_string_equal("", mail.left_out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(live_order_in_full, setup, teardown),
		cmocka_unit_test_setup_teardown(title_boundary_15_16, setup, teardown),
		cmocka_unit_test_setup_teardown(
			drill_mark_is_first_last_and_counted, setup, teardown),
		cmocka_unit_test_setup_teardown(drill_mark_survives_every_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(place_names_are_never_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(remark_goes_first, setup, teardown),
		cmocka_unit_test_setup_teardown(a_lift_has_its_own_mail, setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_cancel_says_what_returns_and_what_ends, setup, teardown),
		cmocka_unit_test_setup_teardown(
			without_a_state_a_cancel_says_only_what_it_takes_back, setup, teardown),
		cmocka_unit_test_setup_teardown(a_cancel_is_true_at_every_limit, setup, teardown),
		cmocka_unit_test_setup_teardown(forbidden_name_stops_the_mail, setup, teardown),
		cmocka_unit_test_setup_teardown(own_mail_is_never_shortened, setup, teardown),
		cmocka_unit_test_setup_teardown(
			several_levels_and_a_lift_in_one_mail, setup, teardown),
		cmocka_unit_test_setup_teardown(
			an_order_does_not_wait_for_its_remark, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
