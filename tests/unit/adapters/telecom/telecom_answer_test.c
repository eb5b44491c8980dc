/* What the answers of a carrier mean, alone and after one that said nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/telecom/telecom_answer.h"
#include "hub/base/check.h"
#include "schemas/perhaps.h"

struct row {
	long status;
	bool left;
	struct hs_posted before;
	enum hs_attempt_result result;
	struct hs_posted after;
	const char *word;
};

static void
answers_are_judged_by_what_went_before(void **state)
{
	static const struct row rows[] = {
		{ 202, true, { false, false }, HS_ATTEMPT_ACCEPTED, { true, false }, "HTTP 202" },
		{ 422, true, { false, false }, HS_ATTEMPT_FAILED, { true, false }, "refused it" },
		{ 409, true, { false, false }, HS_ATTEMPT_FAILED, { true, false }, "refused it" },
		{ 429, true, { false, false }, HS_ATTEMPT_RETRY, { true, false }, "HTTP 429" },
		/* nothing reached it */
		{ 0, false, { false, false }, HS_ATTEMPT_RETRY, { false, false }, "no way" },
		/* it may have been taken */
		{ 0, true, { false, false }, HS_ATTEMPT_RETRY, { true, true }, "no way" },
		{ 503, true, { false, false }, HS_ATTEMPT_RETRY, { true, true }, "HTTP 503" },
		{ 408, true, { false, false }, HS_ATTEMPT_RETRY, { true, true }, "HTTP 408" },
		/* after that */
		{ 409, true, { true, true }, HS_ATTEMPT_ACCEPTED, { true, true }, "has it" },
		{ 422, true, { true, true }, HS_ATTEMPT_FAILED, { true, true }, HS_PERHAPS_TAKEN },
		{ 422, true, { true, false }, HS_ATTEMPT_FAILED, { true, false }, "refused it" },
		{ 0, false, { true, true }, HS_ATTEMPT_RETRY, { true, true }, "no way" },
	};
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		const struct hs_answer answer = { rows[i].status, "no way", "", rows[i].left };
		struct hs_posted posted = rows[i].before;
		char detail[HS_ANSWER_DETAIL];
		assert_int_equal(rows[i].result, hs_answer_take(&answer, &posted, detail));
		assert_int_equal(rows[i].after.known, posted.known);
		assert_int_equal(rows[i].after.perhaps, posted.perhaps);
		assert_non_null(strstr(detail, rows[i].word));
		assert_int_equal(rows[i].result == HS_ATTEMPT_FAILED && rows[i].before.perhaps,
			hs_detail_says_perhaps(detail));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_are_judged_by_what_went_before),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
