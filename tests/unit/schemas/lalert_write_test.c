/* What the writer writes is what the gate reads. */
#include "schemas/lalert_write.h"
#include "tests/unit/hub/gate/samples.h"

#define SENT_US (1782899825LL * HS_US_PER_S)

static const struct hs_lalert_area areas[] = {
	{ "990019", "北町<一丁目> & \"東\"", "きたまち", "990010001001",
		SENT_US - 60 * HS_US_PER_S },
	{ "990019", "南町", NULL, NULL, SENT_US - 30 * HS_US_PER_S },
};
static const struct hs_lalert_detail details[] = {
	{ "避難指示", HS_LALERT_ISSUE, areas, 2 },
	{ "高齢者等避難", HS_LALERT_LIFT, areas + 1, 1 },
};
static const struct hs_lalert_document sample = { .status = "Exercise",
	.type = "Update",
	.sender_id = "bosai.kakuu.example",
	.distribution_id = "form.kakuu.example-1",
	.document_id = "form.kakuu.example-EVAC-1",
	.revision = 2,
	.previous_revision = 1,
	.sent_unix_us = SENT_US + 250000,
	.valid_until_unix_us = SENT_US + 172800 * HS_US_PER_S,
	.office = { "990019", "架空市", "防災課" },
	.disaster_name = "洪水の訓練",
	.complement = "一行目\n二\x01行目",
	.details = details,
	.detail_count = 2 };

static char *
written(const struct hs_lalert_document *document)
{
	struct hs_buf out;
	char *copy;

	hs_buf_init(&out, 1 << 20);
	hs_lalert_write(&out, document);
	assert_false(out.failed);
	copy = strdup(hs_buf_text(&out));
	hs_buf_free(&out);
	return copy;
}

static void
test_round_trip(void **state)
{
	char *text = written(&sample);
	const hs_notice *notice;
	struct run run;

	(void)state;
	run_text(&run, text);
	assert_accepted(&run);
	assert_int_equal(run.submission.findings.count, 0);
	notice = run.submission.notice;
	assert_int_equal(notice->action, HS_ACTION(UPDATE));
	assert_string_equal(notice->document->id, "form.kakuu.example-EVAC-1");
	assert_int_equal(notice->document->revision, 2);
	assert_int_equal(notice->times->sent->unix_us, SENT_US);
	assert_int_equal(notice->times->ordered->unix_us, SENT_US - 30 * HS_US_PER_S);
	assert_int_equal(notice->times->valid_until->unix_us, SENT_US + 172800 * HS_US_PER_S);
	assert_string_equal(notice->source->entered_by, "");
	assert_string_equal(notice->evacuation->hazard, "flood");
	assert_string_equal(notice->evacuation->complement, "一行目\n二行目");
	assert_int_equal(notice->evacuation->n_details, 2);
	assert_string_equal(
		notice->evacuation->details[0]->areas[0]->area->name, "北町<一丁目> & \"東\"");
	assert_string_equal(
		notice->evacuation->details[0]->areas[0]->area->sub_code, "990010001001");
	assert_int_equal(notice->evacuation->details[1]->state, HS_EVAC(LIFTED));
	assert_string_equal(hs_notice_text(notice, "ja")->headline,
		"避難指示 発令 (北町<一丁目> & \"東\"、南町)、高齢者等避難 解除 (南町)");
	run_end(&run);
	free(text);
}

static void
test_cancel_and_proxy(void **state)
{
	static const struct hs_lalert_office editor = { "990001", "架空県", "危機管理課" };
	struct hs_lalert_document document = sample;
	char *text;
	struct run run;

	(void)state;
	document.type = "Cancel";
	document.errata = "地区の誤り";
	document.editor = &editor;
	document.headline = "取消 & 誤り";
	document.detail_count = 0;
	text = written(&document);
	run_text(&run, text);
	assert_accepted(&run);
	assert_int_equal(run.submission.notice->action, HS_ACTION(CANCEL));
	assert_string_equal(run.submission.notice->correction, "地区の誤り");
	assert_string_equal(run.submission.notice->source->entered_by, "架空県 危機管理課");
	assert_string_equal(run.submission.notice->areas[0]->code, "990019");
	assert_string_equal(hs_notice_text(run.submission.notice, "ja")->headline, "取消 & 誤り");
	run_end(&run);
	free(text);
}

/* Long texts pass the writer's chunks without a cut character. */
static void
test_long_text(void **state)
{
	struct hs_lalert_document document = sample;
	char complement[3 * 3000 + 1];
	char *text;
	struct run run;

	(void)state;
	for (size_t i = 0; i < 3000; i++)
		memcpy(complement + 3 * i, i % 7 ? "水" : "&&&", 3);
	complement[9000] = '\0';
	document.complement = complement;
	text = written(&document);
	run_text(&run, text);
	assert_accepted(&run);
	assert_string_equal(run.submission.notice->evacuation->complement, complement);
	run_end(&run);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_cancel_and_proxy),
		cmocka_unit_test(test_long_text),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
