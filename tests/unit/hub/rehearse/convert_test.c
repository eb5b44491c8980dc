/* A recorded message that is converted again by the same tables comes out the same, whatever its format and whoever sent
 * it; what the document says otherwise is seen. */
#include <dirent.h>

#include "hub/rehearse/compare.h"
#include "hub/rehearse/convert.h"
#include "tests/unit/hub/gate/cap_samples.h"
#include "tests/unit/hub/gate/jma_samples.h"
#include "tests/unit/hub/gate/samples.h"

#define ARENA_BYTES (2 * (size_t)HS_SUBMISSION_ARENA_BYTES)

/* The notice as the hub records it: marked, with what only the hub knows. */
static hs_notice *
recorded_of(struct hs_arena *arena, struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;
	struct hs_buf packed;
	hs_notice *recorded;

	assert_true(hs_notice_mark(submission->arena, notice));
	notice->times->accepted = hs_time_new(submission->arena, SAMPLE_RECEIVED_US + 1000, 540);
	notice->document->ended = true;
	assert_true(hs_notice_flag(submission->arena, notice, "revision_gap"));
	hs_buf_init(&packed, HS_NOTICE_MAX_BYTES);
	hs_message_pack(notice, &packed);
	assert_false(packed.failed);
	assert_int_equal(hs_notice_unpack(arena, packed.bytes, packed.len_bytes, &recorded), HS_OK);
	hs_buf_free(&packed);
	return recorded;
}

static void
assert_same(struct hs_submission *submission, const char *what)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	const hs_notice *recorded = recorded_of(arena, submission);
	struct hs_span original = { submission->bytes, submission->len_bytes };
	struct hs_converted again;
	struct hs_differences found;

	assert_int_equal(
		hs_convert_again(arena, &hs_gate_limits_default, recorded, original, &again),
		HS_OK);
	if (again.notice == NULL)
		print_message("%s: %s\n", what, again.refusal);
	assert_non_null(again.notice);
	assert_int_equal(hs_compare(arena, recorded, again.notice, &found), HS_OK);
	for (size_t i = 0; i < found.count; i++)
		print_message("%s: %s: %s → %s\n", what, found.items[i]->field,
			found.items[i]->before, found.items[i]->after);
	assert_int_equal(found.count, 0);
	hs_arena_destroy(arena);
}

static void
test_an_order_comes_out_the_same(void **state)
{
	struct run run;

	(void)state;
	run_text(&run, sample_order);
	assert_int_equal(run.err, HS_OK);
	assert_same(&run.submission, "order");
	run_end(&run);
}

/* Only the credential says that the prefecture entered it for the city: the document names the city alone. */
static void
test_the_credential_of_the_time_makes_no_difference(void **state)
{
	static const char *areas[] = { "99" };
	char *text = replaced(
		sample_order, "<eb:OrganizationCode>990001<", "<eb:OrganizationCode>990019<");
	struct run run;

	(void)state;
	run_init(&run);
	run.principal.code = "990001";
	run.principal.organisation = "架空県";
	run.principal.areas = (struct hs_config_texts){ areas, 1 };
	run_bytes(&run, text, strlen(text));
	assert_int_equal(run.err, HS_OK);
	assert_true(hs_notice_has_flag(run.submission.notice, "proxy_entry"));
	assert_same(&run.submission, "entered by the prefecture");
	run_end(&run);
	free(text);
}

static void
test_a_relayed_order_comes_out_the_same(void **state)
{
	char *filler = calloc(1, 6001);
	char *text;
	struct run run;

	(void)state;
	memset(filler, 'a', 6000); /* a headline that only a relayer may pass on */
	text = replaced_all(sample_order, "【災害訓練】避難指示 発令", filler);
	run_text(&run, text);
	assert_int_not_equal(run.err, HS_OK);
	run_end(&run);
	run_init(&run);
	run.principal.role = HS_ROLE_RELAYER;
	run_bytes(&run, text, strlen(text));
	if (run.err != HS_OK)
		run_print(&run);
	assert_int_equal(run.err, HS_OK);
	assert_same(&run.submission, "relayed order");
	run_end(&run);
	free(text);
	free(filler);
}

static void
test_telegrams_come_out_the_same(void **state)
{
	const char *const own[] = { jma_rain, jma_eew };
	DIR *folder = opendir(JMA_FOLDER);
	const struct dirent *entry;
	struct run run;

	(void)state;
	for (size_t i = 0; i < HS_COUNT(own); i++) {
		run_jma(&run, own[i]);
		accept(&run);
		assert_same(&run.submission, "own telegram");
		run_end(&run);
	}
	while (folder != NULL && (entry = readdir(folder)) != NULL) {
		size_t len = 0;
		char *bytes = strstr(entry->d_name, ".xml") ? jma_file(entry->d_name, &len) : NULL;

		if (bytes == NULL)
			continue;
		run_jma_on(&run, bytes, len, HS_MODE(LIVE));
		if (run.err == HS_OK)
			assert_same(&run.submission, entry->d_name);
		run_end(&run);
		free(bytes);
	}
	if (folder != NULL)
		closedir(folder);
}

static void
test_an_alert_comes_out_the_same(void **state)
{
	struct hs_submission submission;

	(void)state;
	assert_int_equal(run_alert(&submission, &sample_relayer, &hs_gate_limits_default,
				 sample_alert, strlen(sample_alert)),
		HS_OK);
	assert_same(&submission, "alert");
	end_alert(&submission);
}

/* The record says one thing, its document another: as it is when a table changed between them. */
static void
test_another_level_is_seen(void **state)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	char *other = replaced_all(sample_order, "<ev:Sort>避難指示<", "<ev:Sort>緊急安全確保<");
	struct hs_differences found;
	struct hs_converted again;
	const char *level = NULL;
	hs_notice *recorded;
	struct run run;

	(void)state;
	run_text(&run, sample_order);
	recorded = recorded_of(arena, &run.submission);
	assert_int_equal(hs_convert_again(arena, &run.limits, recorded,
				 (struct hs_span){ other, strlen(other) }, &again),
		HS_OK);
	assert_non_null(again.notice);
	assert_int_equal(hs_compare(arena, recorded, again.notice, &found), HS_OK);
	for (size_t i = 0; i < found.count; i++) {
		if (strcmp(found.items[i]->field, "level.number") == 0) {
			assert_string_equal(found.items[i]->before, "4");
			level = found.items[i]->after;
		}
	}
	assert_non_null(level);
	assert_string_equal(level, "5");
	run_end(&run);
	hs_arena_destroy(arena);
	free(other);
}

static void
test_what_would_be_refused_now_is_named(void **state)
{
	static const char broken[] = "<no/>";
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct hs_converted again;
	struct run run;

	(void)state;
	run_text(&run, sample_order);
	assert_int_equal(hs_convert_again(arena, &run.limits, recorded_of(arena, &run.submission),
				 (struct hs_span){ broken, strlen(broken) }, &again),
		HS_OK);
	assert_null(again.notice);
	assert_non_null(strstr(again.refusal, "root_unknown"));
	run_end(&run);
	hs_arena_destroy(arena);
}

static int
set_up(void **state)
{
	(void)state;
	set_up_once();
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_an_order_comes_out_the_same),
		cmocka_unit_test(test_the_credential_of_the_time_makes_no_difference),
		cmocka_unit_test(test_a_relayed_order_comes_out_the_same),
		cmocka_unit_test(test_telegrams_come_out_the_same),
		cmocka_unit_test(test_an_alert_comes_out_the_same),
		cmocka_unit_test(test_another_level_is_seen),
		cmocka_unit_test(test_what_would_be_refused_now_is_named),
	};

	return cmocka_run_group_tests(tests, set_up, NULL);
}
