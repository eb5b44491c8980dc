/* A cancel that ends several documents: each of them makes way, is told where it was sent, and keeps its order. */
#include "tests/unit/adapters/jalert/jalert_bench.h"

#define LONG_MS 700 /* some attempts and ticks */

static hs_notice *
cancel_of(struct bench *bench, const char *id, const char *const ids[3])
{
	hs_notice *cancel = civil(bench, HS_MODE(LIVE), HS_ACTION(CANCEL), id, "missile");
	hs_document *document = cancel->document;
	document->event = hs_arena_strdup(bench->arena, "");
	cancel->n_areas = 1;
	for (size_t i = 0; i < 3; i++)
		assert_true(hs_repeat(bench->arena, &document->n_supersedes, &document->supersedes,
			hs_arena_printf(bench->arena, "j.example|%s", ids[i])));
	return cancel;
}

/* A document of its own, as CAP has it, for one place. */
static void
alone(struct bench *bench, uint64_t seq, const char *id, uint32_t revision, const char *code)
{
	hs_notice *notice = civil(bench, HS_MODE(LIVE), HS_ACTION(ISSUE), id, "missile");
	notice->document->event = hs_arena_strdup(bench->arena, "");
	notice->document->revision = revision;
	notice->n_areas = 1;
	notice->areas[0]->code = hs_arena_strdup(bench->arena, code);
	fake_deliver(&bench->live, seq, seq - 1, notice);
}

static char *
plan_of(const struct bench *bench, unsigned seq)
{
	char path[160];
	snprintf(path, sizeof(path), "%s/live-00fflive-%u.json", bench->dir, seq);
	json_t *json = json_load_file(path, 0, NULL);
	char *plan = json_dumps(json, 0);
	json_decref(json);
	assert_non_null(plan);
	return plan;
}

/* CAP: three alerts that are documents of their own, and one cancel that ends them all. */
static void
one_cancel_takes_back_all_that_it_ends(void **state)
{
	static const char *const codes[] = { "990019", "990027", "990035" };
	static const char *const ids[] = { "a", "b", "c" };
	struct bench *bench = *state;
	bench->answers[0] = "accepted";
	for (size_t i = 0; i < 3; i++) {
		alone(bench, i + 1, ids[i], 1, codes[i]);
		assert_true(wait_state(bench, &bench->live, i + 1, HS_RECEIPT(ACCEPTED)));
	}
	fake_deliver(&bench->live, 4, 3, cancel_of(bench, "d", ids));
	assert_true(wait_state(bench, &bench->live, 4, HS_RECEIPT(ACCEPTED)));
	for (uint64_t seq = 1; seq <= 3; seq++) {
		char stop[64];
		snprintf(stop, sizeof(stop), "stop live-00fflive-%u", (unsigned)seq);
		assert_true(is_told(&bench->live, seq, HS_RECEIPT(EXPIRED), "taken back"));
		assert_int_equal(1, asked(bench, stop));
	}
	char *plan = plan_of(bench, 4);
	for (size_t i = 0; i < 3; i++)
		assert_non_null(strstr(plan, codes[i]));
	free(plan);
	/* and there is nothing left */
	fake_deliver(&bench->live, 5, 4, cancel_of(bench, "e", ids));
	assert_true(wait_outlet(bench, &bench->live, 5, "", HS_RECEIPT(FILTERED)));
}

static void
a_cancel_of_several_is_not_told_where_none_was_sent(void **state)
{
	static const char *const ids[] = { "a", "b", "c" };
	struct bench *bench = *state;
	bench->answers[0] = "accepted";
	alone(bench, 1, "a", 1, "990019");
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(ACCEPTED)));
	controller_leave(bench);
	alone(bench, 2, "b", 1, "990027");
	run_for(&bench->loop, 100);
	fake_deliver(&bench->live, 3, 2, cancel_of(bench, "d", ids));
	run_for(&bench->loop, 100);
	controller_listen(bench);
	assert_true(wait_state(bench, &bench->live, 3, HS_RECEIPT(ACCEPTED)));
	assert_true(is_told(&bench->live, 2, HS_RECEIPT(EXPIRED), "taken back"));
	assert_int_equal(1, asked(bench, "stop live-00fflive-1"));
	assert_int_equal(0, asked(bench, "play live-00fflive-2"));
	char *plan = plan_of(bench, 3);
	assert_non_null(strstr(plan, "990019"));
	assert_null(strstr(plan, "990027"));
	free(plan);
	/* where it was not sent, it is news again */
	alone(bench, 4, "b", 2, "990027");
	assert_true(wait_state(bench, &bench->live, 4, HS_RECEIPT(ACCEPTED)));
}

static void
a_cancel_of_several_of_which_none_was_sent_is_not_said(void **state)
{
	static const char *const ids[] = { "a", "b", "c" };
	struct bench *bench = *state;
	alone(bench, 1, "a", 1, "990019");
	alone(bench, 2, "b", 1, "990027");
	run_for(&bench->loop, 100);
	fake_deliver(&bench->live, 3, 2, cancel_of(bench, "d", ids));
	assert_true(wait_state(bench, &bench->live, 3, HS_RECEIPT(FILTERED)));
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(EXPIRED)));
	assert_true(wait_state(bench, &bench->live, 2, HS_RECEIPT(EXPIRED)));
	controller_listen(bench);
	serve_for(bench, LONG_MS);
	assert_int_equal(0, bench->request_count);
}

/* The cancel is under way and not answered: what comes next about any of its events waits for that. */
static void
a_cancel_of_several_goes_before_what_comes_next_about_each(void **state)
{
	static const char *const ids[] = { "a", "b", "c" };
	struct bench *bench = *state;
	bench->answers[0] = "accepted";
	alone(bench, 1, "a", 1, "990019");
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(ACCEPTED)));
	alone(bench, 2, "b", 1, "990027");
	assert_true(wait_state(bench, &bench->live, 2, HS_RECEIPT(ACCEPTED)));
	bench->answers[0] = NULL;
	fake_deliver(&bench->live, 3, 2, cancel_of(bench, "d", ids));
	serve_for(bench, 100);
	alone(bench, 4, "a", 2, "990019");
	alone(bench, 5, "b", 2, "990027");
	alone(bench, 6, "x", 1, "990035");
	assert_true(wait_asked(bench, "play live-00fflive-3", 1));
	assert_true(wait_asked(bench, "play live-00fflive-6", 1)); /* of nothing that it is about */
	serve_for(bench, LONG_MS);
	assert_int_equal(0, asked(bench, "play live-00fflive-4"));
	assert_int_equal(0, asked(bench, "play live-00fflive-5"));
	bench->answers[0] = "accepted";
	for (uint64_t seq = 3; seq <= 6; seq++)
		assert_true(wait_state(bench, &bench->live, seq, HS_RECEIPT(ACCEPTED)));
}

/* The event that it names has something else, which goes on: what it takes back is a document of its own. */
static void
a_cancel_of_a_document_leaves_another_kind_of_its_event(void **state)
{
	static const char *const ids[] = { "m", "x", "y" };
	struct bench *bench = *state;
	bench->answers[0] = "accepted";
	hs_notice *terror = civil(bench, HS_MODE(LIVE), HS_ACTION(ISSUE), "t", "large_terror");
	terror->n_areas = 1;
	fake_deliver(&bench->live, 1, 0, terror);
	assert_true(wait_state(bench, &bench->live, 1, HS_RECEIPT(ACCEPTED)));
	alone(bench, 2, "m", 1, "990027");
	assert_true(wait_state(bench, &bench->live, 2, HS_RECEIPT(ACCEPTED)));
	hs_notice *cancel = cancel_of(bench, "c", ids);
	cancel->document->event = hs_arena_strdup(bench->arena, "E");
	fake_deliver(&bench->live, 3, 2, cancel);
	assert_true(wait_state(bench, &bench->live, 3, HS_RECEIPT(ACCEPTED)));
	assert_int_equal(0, asked(bench, "stop live-00fflive-1"));
	assert_int_equal(1, asked(bench, "stop live-00fflive-2"));
	char *plan = plan_of(bench, 3);
	assert_null(strstr(plan, "990019"));
	assert_non_null(strstr(plan, "990027"));
	free(plan);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		LISTENING(one_cancel_takes_back_all_that_it_ends),
		LISTENING(a_cancel_of_several_is_not_told_where_none_was_sent),
		ALONE(a_cancel_of_several_of_which_none_was_sent_is_not_said),
		LISTENING(a_cancel_of_several_goes_before_what_comes_next_about_each),
		LISTENING(a_cancel_of_a_document_leaves_another_kind_of_its_event),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
