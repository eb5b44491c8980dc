/* What --explain is asked: JSON values in a row, a packed notice, and what is neither. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "schemas/question.h"

static enum hs_err
next(struct hs_questions *questions, struct hs_question *out)
{
	static char why[HS_QUESTION_WHY];
	struct hs_arena *arena = hs_arena_create(1u << 20);
	enum hs_err err = hs_questions_next(questions, arena, out, why);
	if (err == HS_OK && out->count > 0)
		assert_non_null(out->notices[0].notice);
	assert_int_equal(err == HS_OK || err == HS_ERR_CLOSED, why[0] == '\0');
	out->at_unix_us = err == HS_OK ? hs_question_at_unix_us(out) : 0;
	hs_arena_destroy(arena); /* only numbers are looked at afterwards */
	return err;
}

static void
values_follow_each_other(void **state)
{
	(void)state;
	static const char text[] = " {\"type\":\"snapshot\",\"seq\":4,\"notices\":[{\"seq\":2,"
				   "\"notice\":{\"mode\":\"drill\"}}]}\n"
				   "{\"type\":\"notice\",\"seq\":5,\n\"at\":\"2026-07-01T19:00:00+"
				   "09:00\",\"notice\":{}}"
				   "{\"times\":{\"accepted\":\"2026-07-01T19:00:01+09:00\"}}\n";
	struct hs_questions questions;
	struct hs_question question;
	hs_questions_begin(&questions, text, strlen(text));
	assert_int_equal(HS_OK, next(&questions, &question));
	assert_true(question.is_snapshot);
	assert_int_equal(4, question.seq);
	assert_int_equal(1, question.count);
	assert_int_equal(0, question.at_unix_us);
	assert_int_equal(HS_OK, next(&questions, &question));
	assert_false(question.is_snapshot);
	assert_int_equal(5, question.seq);
	assert_int_equal(1782900000000000LL, question.at_unix_us);
	assert_int_equal(HS_OK, next(&questions, &question));
	assert_int_equal(0, question.seq);
	assert_int_equal(1782900001000000LL, question.at_unix_us);
	assert_int_equal(HS_ERR_CLOSED, next(&questions, &question));
}

static void
a_packed_notice_is_one(void **state)
{
	(void)state;
	hs_notice notice;
	struct hs_buf packed;
	struct hs_questions questions;
	struct hs_question question;
	hansho__v1__notice__init(&notice);
	notice.mode = HS_MODE(DRILL);
	hs_buf_init(&packed, 1024);
	hs_message_pack(&notice, &packed);
	hs_questions_begin(&questions, packed.bytes, packed.len_bytes);
	assert_int_equal(HS_OK, next(&questions, &question));
	assert_int_equal(1, question.count);
	assert_int_equal(HS_ERR_CLOSED, next(&questions, &question));
	hs_buf_free(&packed);
}

static void
what_is_neither_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = { "{", "[]", "{\"type\":\"gap\"}", "\xff\xff",
		"{\"mode\":7.5}", "{\"modus\":1}",
		"{\"type\":\"notice\",\"notice\":{},\"at\":\"soon\"}",
		"{\"type\":\"snapshot\",\"notices\":[7]}", "{\"type\":\"notice\"}" };
	for (size_t i = 0; i < HS_COUNT(texts); i++) {
		struct hs_questions questions;
		struct hs_question question;
		char why[HS_QUESTION_WHY];
		struct hs_arena *arena = hs_arena_create(1u << 20);
		hs_questions_begin(&questions, texts[i], strlen(texts[i]));
		assert_int_not_equal(HS_OK, hs_questions_next(&questions, arena, &question, why));
		hs_arena_destroy(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_follow_each_other),
		cmocka_unit_test(a_packed_notice_is_one),
		cmocka_unit_test(what_is_neither_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
