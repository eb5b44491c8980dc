/* What an info says of a level, of a lift, and of the telegrams of the weather agency. */
#include <dirent.h>

#include "tests/unit/schemas/cap_fixture.h"

#define TELEGRAMS "../shared/samples/jma"

/* Levels and states → CAP values, by the table. */
static void
test_levels(void **state)
{
	static const struct {
		uint32_t number;
		const char *term;
		int action;
		const char *urgency, *severity;
	} cases[] = {
		{ 5, "緊急安全確保", HS_ACTION(ISSUE), "Immediate", "Extreme" },
		{ 4, "避難指示", HS_ACTION(UPDATE), "Immediate", "Severe" },
		{ 3, "高齢者等避難", HS_ACTION(UPDATE), "Future", "Severe" },
		{ 0, "警戒区域", HS_ACTION(UPDATE), "Immediate", "Extreme" },
		{ 0, "未知の用語", HS_ACTION(UPDATE), "Immediate", "Extreme" },
		{ 0, "自主避難", HS_ACTION(UPDATE), "Unknown", "Unknown" },
		{ 4, "避難指示", HS_ACTION(CANCEL), "Past", "Minor" },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(cases); i++) {
		struct hs_arena *arena = hs_arena_create(8u << 20);
		struct hs_submission submission;
		struct hs_buf alert;
		hs_notice *notice =
			notice_of(arena, HS_KIND(EVACUATION), cases[i].action, HS_MODE(DRILL));

		notice->level = level_of(arena, cases[i].number, cases[i].term);
		write_alert(&alert, notice);
		read_again(&submission, &alert);
		assert_string_equal(submission.notice->cap->infos[0]->urgency, cases[i].urgency);
		assert_string_equal(submission.notice->cap->infos[0]->severity, cases[i].severity);
		assert_int_equal(number_of(submission.notice->level),
			cases[i].action == HS_ACTION(CANCEL) ? 0 : cases[i].number);
		assert_int_equal(submission.notice->kind, HS_KIND(EVACUATION));
		end_alert(&submission);
		hs_buf_free(&alert);
		hs_arena_destroy(arena);
	}
}

/* A document of the live lane; NULL text: the file is not there. */
static enum hs_err
run_live(struct hs_submission *submission, const char *text, size_t len)
{
	static const char *live[] = { "Actual" };
	static struct hs_principal relayer;
	struct hs_arena *arena = hs_arena_create(HS_SUBMISSION_ARENA_BYTES);

	relayer = sample_relayer;
	relayer.statuses = (struct hs_config_texts){ live, 1 };
	set_up_once();
	hs_submission_begin(submission, arena, &hs_gate_limits_default);
	submission->principal = &relayer;
	submission->bytes = (const uint8_t *)text;
	submission->len_bytes = len;
	submission->content_type = "application/xml";
	submission->mode = HS_MODE(LIVE);
	submission->received_unix_us = SAMPLE_RECEIVED_US;
	return hs_pipeline_run(submission, NULL);
}

/* Accepted? */
static bool
check_telegram(const char *name, const char *text, size_t len)
{
	bool accepted;
	struct hs_submission first, again;
	struct hs_buf alert;
	char words[4000];

	accepted = run_live(&first, text, len) == HS_OK;
	if (accepted) {
		write_alert(&alert, first.notice);
		/* to leave is the mayor's word */
		assert_null(strstr(hs_buf_text(&alert), ">Evacuate<"));
		if (!is_valid(&alert))
			fail_msg("%s: %s", name, hs_buf_text(&alert));
		if (alert.len_bytes < (size_t)hs_gate_limits_default.body_bytes) {
			if (run_live(&again, alert.bytes, alert.len_bytes) != HS_OK)
				fail_msg("%s: %s", name, found_words(&again, words, sizeof(words)));
			assert_int_equal(again.notice->kind, first.notice->kind);
			assert_int_equal(number_of(again.notice->equivalent_level),
				first.notice->action == HS_ACTION(LIFT) ||
						first.notice->action == HS_ACTION(CANCEL)
					? 0
					: number_of(first.notice->equivalent_level));
			end_alert(&again);
		}
		hs_buf_free(&alert);
	}
	end_alert(&first);
	return accepted;
}

/* Every telegram of the weather agency that there is a sample of. */
static void
test_telegrams(void **state)
{
	DIR *folder = opendir(TELEGRAMS);
	struct dirent *entry;
	size_t accepted = 0;

	(void)state;
	if (!folder)
		skip();
	while ((entry = readdir(folder)) != NULL) {
		char path[600];
		char *text;
		FILE *file;
		size_t len;

		if (!strstr(entry->d_name, ".xml"))
			continue;
		snprintf(path, sizeof(path), "%s/%s", TELEGRAMS, entry->d_name);
		file = fopen(path, "rb");
		assert_non_null(file);
		text = malloc(8u << 20);
		len = fread(text, 1, 8u << 20, file);
		fclose(file);
		accepted += check_telegram(entry->d_name, text, len);
		free(text);
	}
	closedir(folder);
	/* the others are marked as exercises or training */
	assert_true(accepted >= 45);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_levels),
		cmocka_unit_test(test_telegrams),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
