/* Sentences of a mail: who is left out, and the whole municipality. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "adapters/telecom/telecom_encode.h"
#include "hub/base/check.h"
#include "tests/unit/adapters/notice_kit.h"
#include "tests/unit/adapters/telecom/telecom_kit.h"
#include "tests/unit/adapters/two_messages.h"

#define ALL 0x1fu

static enum hs_err
encode(const hs_notice *notice, int64_t body_max, struct hs_mail *mail)
{
	const struct hs_mail_limits limits = {
		.title_max = 15, .body_max = body_max, .newline_counts = 1, .forbidden = ALL
	};
	return hs_mail_encode(arena, notice, only_of(notice, true), &limits, mail);
}

/* Who got the order and is not named any more is told so; nobody else is. */
static void
who_is_left_out_is_told(void **state)
{
	(void)state;
	static const struct {
		int action;
		const char *title, *body, *beside;
	} rows[] = {
		{ HS_ACTION(CORRECT), "避難指示の訂正",
			"訂正します。先に発表した架空町の「避難指示」について、次の地区は対象ではあ"
			"りません。"
			"\n対象ではない地区：川下\n理由：対象の誤り",
			"\n訂正により対象外「避難指示」：港町" },
		{ HS_ACTION(UPDATE), "避難指示の変更",
			"先に発表した架空町の次の地区の「避難指示」は、最新の発表に含まれていません"
			"（解除とは伝えられていません）。\n地区：川下",
			"\n最新の発表にない「避難指示」：港町" },
	};
	const struct kit_place places[] = { two_place("990019", "北町", 4),
		two_place("990019", "港町", 4), two_place("990027", "川下", 4) };
	const struct hs_mail_limits limits = {
		.title_max = 15, .body_max = 200, .newline_counts = 1, .forbidden = ALL
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct two_messages two;
		struct hs_mail mail;
		two_tell(&two, arena, rows[i].action, places, 3, places, 1);
		two.second->correction = kit_text(arena, "対象の誤り");
		assert_int_equal(2, two.count);
		assert_int_equal(HS_OK,
			hs_mail_encode(arena, two.second, &two.municipals[1], &limits, &mail));
		assert_string_equal(rows[i].title, mail.title);
		two.municipals[1].name = "架空町";
		assert_int_equal(HS_OK,
			hs_mail_encode(arena, two.second, &two.municipals[1], &limits, &mail));
		assert_string_equal(rows[i].body, mail.body);
		assert_int_equal(HS_OK,
			hs_mail_encode(arena, two.second, &two.municipals[0], &limits, &mail));
		assert_non_null(strstr(mail.body, "対象：北町\n"));
		assert_non_null(strstr(mail.body, rows[i].beside));
		/* in the fewest words it is no order and no lift either */
		const struct hs_mail_limits brief = { .title_max = 15, .body_max = 24 };
		assert_int_equal(HS_OK,
			hs_mail_encode(arena, two.second, &two.municipals[1], &brief, &mail));
		assert_null(strstr(mail.body, "発令"));
		assert_null(strstr(mail.body, "解除"));
		two_end(&two);
	}
}

/* 全域 is not one district among others. */
static void
the_whole_municipality_is_never_counted(void **state)
{
	(void)state;
	enum { DISTRICTS = 30 };
	struct kit_place places[DISTRICTS + 1];
	for (size_t i = 0; i < DISTRICTS; i++)
		places[i] = two_place(
			"990019", hs_arena_printf(arena, "架空地区第%02zu町内会区域", i + 1), 4);
	places[DISTRICTS] = two_place("990019", "架空市", 3);
	hs_notice *notice =
		kit_notice(arena, HS_MODE(LIVE), HS_ACTION(ISSUE), "d", 1, places, DISTRICTS + 1);
	for (int64_t max = 60; max <= 700; max++) {
		struct hs_mail mail;
		assert_int_equal(HS_OK, encode(notice, max, &mail));
		if (!strstr(mail.body, "\n警戒レベル3「高齢者等避難」："))
			continue;
		assert_non_null(strstr(mail.body, "\n警戒レベル3「高齢者等避難」：全域"));
		assert_null(strstr(mail.body, "：1地区"));
		assert_null(strstr(mail.body, "全域ほか"));
	}
	struct hs_mail mail;
	assert_int_equal(HS_OK, encode(notice, 200, &mail));
	assert_non_null(strstr(mail.body, "\n警戒レベル3「高齢者等避難」：全域"));
	assert_true(mail.names_left_out > 0 && mail.names_left_out < DISTRICTS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_left_out_is_told),
		cmocka_unit_test(the_whole_municipality_is_never_counted),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
