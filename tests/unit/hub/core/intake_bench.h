/* intake_bench.h: what the tests of hub/core/intake.c share: one submission and what became of it. */
#ifndef HS_TEST_INTAKE_BENCH_H
#define HS_TEST_INTAKE_BENCH_H

#include "tests/unit/hub/core/fixtures.h"

#define ISSUE  HS_ACTION(ISSUE)
#define UPDATE HS_ACTION(UPDATE)
#define CANCEL HS_ACTION(CANCEL)

static inline int
outcome_of(struct desk *desk, struct order order)
{
	hs_submit_reply *reply;

	desk_submit(desk, order);
	reply = desk_reply(desk, 0);
	if (reply == NULL) {
		desk_commit(desk);
		reply = desk_reply(desk, 0);
	}
	assert_non_null(reply);
	assert_int_equal(reply->request, desk->request);
	return (int)reply->outcome;
}

static inline bool
has_finding(const hs_submit_reply *reply, const char *code)
{
	for (size_t i = 0; i < reply->n_findings; i++) {
		assert_true(reply->findings[i]->message_ja[0] != '\0');
		if (strcmp(reply->findings[i]->code, code) == 0)
			return true;
	}
	return false;
}

static inline hs_journal_record *
last_record(struct desk *desk, int type)
{
	hs_journal_record *record = NULL;

	for (size_t i = desk->row_count; i > 0; i--) {
		if (desk->rows[i - 1].type != type)
			continue;
		assert_int_equal(
			hs_message_unpack(desk->arena, &hansho__v1__journal_record__descriptor,
				desk->rows[i - 1].body.bytes, desk->rows[i - 1].body.len_bytes,
				HS_NOTICE_MAX_BYTES, &record),
			HS_OK);
		return record;
	}
	fail_msg("no such record");
	return NULL;
}

struct row {
	struct order order;
	int outcome;
	const char *finding;
};

static inline void
expect_rows(struct desk *desk, const struct row *rows, size_t count)
{
	desk_hello(desk, GATE);
	for (size_t i = 0; i < count; i++) {
		int outcome = outcome_of(desk, rows[i].order);

		if (outcome != rows[i].outcome)
			fail_msg("row %zu: outcome %d, not %d", i, outcome, rows[i].outcome);
		if (rows[i].finding != NULL)
			assert_true(has_finding(desk_reply(desk, 0), rows[i].finding));
		else if (desk_reply(desk, 0)->n_findings != 0)
			fail_msg("row %zu: %s", i, desk_reply(desk, 0)->findings[0]->code);
	}
}

#endif
