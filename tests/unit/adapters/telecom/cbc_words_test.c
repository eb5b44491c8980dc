/* What a cell broadcast says: three lengths, two more languages, several pieces in one text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/telecom/cbc_words.h"
#include "adapters/telecom/cell_broadcast.h"
#include "adapters/telecom/telecom_chars.h"
#include "hub/base/check.h"
#include "tests/unit/adapters/cancel_story.h"
#include "tests/unit/adapters/telecom/telecom_kit.h"
#include "tests/unit/adapters/two_messages.h"

#define DRILL HS_MODE(DRILL)

static struct hs_municipal *
only(const hs_notice *notice)
{
	return only_of(notice, false);
}

static hs_notice *
order_of(uint32_t level, size_t places)
{
	static const char *const terms[] = { "", "", "", "高齢者等避難", "避難指示",
		"緊急安全確保" };
	struct kit_place *list = hs_arena_alloc(arena, places * sizeof(*list));
	for (size_t i = 0; i < places; i++)
		list[i] = (struct kit_place){ "990019", hs_arena_printf(arena, "第%zu地区", i + 1),
			"", terms[level], level, false, 0 };
	return kit_notice(arena, DRILL, HS_ACTION(ISSUE), "d1", 1, list, places);
}

static void
lengths_fall_and_fit(void **state)
{
	(void)state;
	for (size_t places = 1; places < 300; places += 23) {
		hs_notice *notice = order_of(4, places);
		for (int64_t pages = 2; pages <= 15; pages++) {
			struct hs_cbc_words words;
			size_t room = hs_cbc_room(pages, DRILL, HS_CBC_JA);
			assert_int_equal(pages * 41 - 8, room);
			assert_int_equal(HS_OK,
				hs_cbc_words(arena, notice, only(notice), HS_CBC_JA, room, &words));
			size_t full = hs_char_count(words.texts[HS_CBC_FULL], 1);
			assert_true(full <= room);
			if (words.texts[HS_CBC_HALF])
				assert_true(hs_char_count(words.texts[HS_CBC_HALF], 1) <= room / 2);
			assert_string_equal("架空市：避難指示を発令", words.texts[HS_CBC_BRIEF]);
		}
	}
}

/* Every 第 is followed by digits and 地区: a name is whole or not there. */
static void
names_are_whole(const char *text)
{
	for (const char *at = strstr(text, "第"); at; at = strstr(at, "第")) {
		at += strlen("第");
		size_t digits = strspn(at, "0123456789");
		assert_true(digits > 0);
		at += digits;
		assert_int_equal(0, strncmp(at, "地区", strlen("地区")));
	}
}

static void
a_text_of_many_pieces_fits_and_keeps_its_marks(void **state)
{
	(void)state;
	hs_notice *notice = order_of(4, 120);
	for (int64_t pages = 2; pages <= 15; pages++) {
		size_t room = hs_cbc_room(pages, DRILL, HS_CBC_JA);
		struct hs_cbc_words words[40];
		for (size_t i = 0; i < HS_COUNT(words); i++)
			assert_int_equal(HS_OK, hs_cbc_words(arena, notice, only(notice), HS_CBC_JA,
							room, &words[i]));
		for (size_t count = 1; count <= HS_COUNT(words); count++) {
			size_t left_out;
			char back[4096];
			struct hs_cb_pages made;
			const char *text = hs_cbc_compose(
				arena, words, count, DRILL, HS_CBC_JA, room, &left_out);
			assert_non_null(text);
			assert_true(left_out < count);
			assert_int_equal(0, strncmp(text, "【訓練】", strlen("【訓練】")));
			assert_string_equal("【訓練】", text + strlen(text) - strlen("【訓練】"));
			names_are_whole(text);
			assert_int_equal(HS_OK, hs_cb_encode(text, &made, NULL));
			assert_true(made.count <= (size_t)pages);
			assert_int_equal(HS_OK, hs_cb_decode(&made, back, sizeof(back)));
			assert_string_equal(text, back);
			if (left_out > 0)
				assert_non_null(strstr(text, "ほか"));
		}
	}
}

static void
others_follow_in_brief(void **state)
{
	(void)state;
	struct hs_cbc_words words[3] = { { { "長い文", NULL, "短" } },
		{ { "二番目の文", NULL, "二" } }, { { "三番目の文", NULL, "三" } } };
	size_t left_out;
	assert_string_equal("長い文\nこのほか：二\n三",
		hs_cbc_compose(arena, words, 3, HS_MODE(LIVE), HS_CBC_JA, 100, &left_out));
	assert_int_equal(0, left_out);
	/* no room for the long one beside them, then none for all of them */
	assert_string_equal("短\nこのほか：二\n三",
		hs_cbc_compose(arena, words, 3, HS_MODE(LIVE), HS_CBC_JA, 11, &left_out));
	assert_string_equal("短\nほか2件",
		hs_cbc_compose(arena, words, 3, HS_MODE(LIVE), HS_CBC_JA, 9, &left_out));
	assert_int_equal(2, left_out);
	/* outside of the basic plane */
	words[0].texts[HS_CBC_FULL] = "𠮷野家";
	assert_string_equal("〓野家",
		hs_cbc_compose(arena, words, 1, HS_MODE(LIVE), HS_CBC_JA, 100, &left_out));
}

static void
other_languages_have_reviewed_words_only(void **state)
{
	(void)state;
	struct hs_cbc_words words;
	hs_notice *notice = order_of(4, 2);
	assert_int_equal(HS_OK, hs_cbc_words(arena, notice, only(notice), HS_CBC_EN, 300, &words));
	assert_non_null(strstr(words.texts[HS_CBC_FULL], "Evacuation Order: 第1地区、第2地区"));
	assert_non_null(strstr(words.texts[HS_CBC_FULL], "架空市 (架空県)"));
	assert_non_null(strstr(words.texts[HS_CBC_FULL], "Everyone should evacuate"));
	assert_null(strstr(words.texts[HS_CBC_BRIEF], "第1地区"));
	assert_int_equal(
		HS_OK, hs_cbc_words(arena, notice, only(notice), HS_CBC_EASY, 300, &words));
	assert_non_null(strstr(words.texts[HS_CBC_FULL], "にげて ください"));
	/* a restricted zone has no level and no reviewed words */
	struct kit_place zone = { "990019", "山手", "", "警戒区域", 0, false, 0 };
	notice = kit_notice(arena, DRILL, HS_ACTION(ISSUE), "d2", 1, &zone, 1);
	assert_int_equal(HS_ERR_NOT_FOUND,
		hs_cbc_words(arena, notice, only(notice), HS_CBC_EN, 300, &words));
	assert_int_equal(HS_ERR_TOO_LARGE,
		hs_cbc_words(arena, order_of(4, 1), only(order_of(4, 1)), HS_CBC_EN, 10, &words));
}

static void
an_end_says_so_in_each_language(void **state)
{
	(void)state;
	static const struct {
		enum hs_cbc_language language;
		const char *lifted, *wrong;
	} rows[] = { { HS_CBC_JA, "解除しました", "誤りでした" },
		{ HS_CBC_EN, "Lifted: ", "was wrong" },
		{ HS_CBC_EASY, "おわりました", "まちがい" } };
	struct kit_place lift = { "990019", "北町", "", "避難指示", 4, true, 0 };
	hs_notice *lifted = kit_notice(arena, DRILL, HS_ACTION(LIFT), "d1", 2, &lift, 1);
	lift.lifted = false;
	hs_notice *cancel = kit_notice(arena, DRILL, HS_ACTION(CANCEL), "d1", 2, &lift, 1);
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_cbc_words words;
		assert_int_equal(HS_OK,
			hs_cbc_words(arena, lifted, only(lifted), rows[i].language, 300, &words));
		assert_non_null(strstr(words.texts[HS_CBC_FULL], rows[i].lifted));
		assert_int_equal(HS_OK,
			hs_cbc_words(arena, cancel, only(cancel), rows[i].language, 300, &words));
		assert_non_null(strstr(words.texts[HS_CBC_FULL], rows[i].wrong));
	}
}

static void
who_is_left_out_is_told_in_each_language(void **state)
{
	(void)state;
	static const struct {
		int action;
		enum hs_cbc_language language;
		const char *says;
	} rows[] = {
		{ HS_ACTION(CORRECT), HS_CBC_JA, "対象ではない地区：川下" },
		{ HS_ACTION(CORRECT), HS_CBC_EN,
			"\nCorrection, this does not apply: Evacuation Order: 川下" },
		{ HS_ACTION(CORRECT), HS_CBC_EASY, "\nまちがいでした。ここは ちがいます：" },
		{ HS_ACTION(UPDATE), HS_CBC_JA, "解除とは伝えられていません" },
		{ HS_ACTION(UPDATE), HS_CBC_EN,
			"\nNot in the latest announcement: Evacuation Order: 川下" },
		{ HS_ACTION(UPDATE), HS_CBC_EASY, "\n新しい お知らせには ありません：" },
	};
	const struct kit_place places[] = { two_place("990019", "北町", 4),
		two_place("990027", "川下", 4) };
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct two_messages two;
		struct hs_cbc_words words;
		two_tell(&two, arena, rows[i].action, places, 2, places, 1);
		assert_int_equal(HS_OK, hs_cbc_words(arena, two.second, &two.municipals[1],
						rows[i].language, 300, &words));
		assert_non_null(strstr(words.texts[HS_CBC_FULL], rows[i].says));
		assert_null(strstr(words.texts[HS_CBC_FULL], "Everyone should"));
		two_end(&two);
	}
}

static void
a_senders_own_text_is_never_shortened(void **state)
{
	(void)state;
	hs_notice *notice = kit_notice(arena, HS_MODE(LIVE), HS_ACTION(ISSUE), "d1", 1, NULL, 0);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL;
	notice->urgent_mail = hs_message_new(arena, &hansho__v1__urgent_mail__descriptor);
	notice->urgent_mail->title = hs_arena_strdup(arena, "断水");
	notice->urgent_mail->message = hs_arena_strdup(arena, "給水車が出ています。");
	struct hs_cbc_words words;
	assert_int_equal(HS_OK, hs_cbc_words_own(arena, notice, 13, &words));
	assert_string_equal("断水\n給水車が出ています。", words.texts[HS_CBC_FULL]);
	assert_string_equal("断水", words.texts[HS_CBC_BRIEF]);
	assert_int_equal(HS_ERR_TOO_LARGE, hs_cbc_words_own(arena, notice, 12, &words));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lengths_fall_and_fit),
		cmocka_unit_test(a_text_of_many_pieces_fits_and_keeps_its_marks),
		cmocka_unit_test(others_follow_in_brief),
		cmocka_unit_test(other_languages_have_reviewed_words_only),
		cmocka_unit_test(an_end_says_so_in_each_language),
		cmocka_unit_test(who_is_left_out_is_told_in_each_language),
		cmocka_unit_test(a_senders_own_text_is_never_shortened),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
