/* The whole pipeline over the sample order and over every habit of real senders. */
#include "tests/unit/hub/gate/samples.h"

static void
test_sample_is_read_fully(void **state)
{
	struct run run;
	const hs_notice *notice;
	const hs_evacuation_detail *first, *second;

	(void)state;
	run_text(&run, sample_order);
	assert_accepted(&run);
	notice = run.submission.notice;
	assert_int_equal(notice->mode, HS_MODE(DRILL));
	assert_int_equal(notice->kind, HS_KIND(EVACUATION));
	assert_string_equal(notice->kind_text, "EvacuationOrder");
	assert_int_equal(notice->action, HS_ACTION(UPDATE));
	assert_string_equal(notice->document->source, "bosai.kakuu.example");
	assert_string_equal(notice->document->id, "74ee0001-0000-4000-8000-000000990019");
	assert_string_equal(
		notice->document->distribution_id, "8f1c2b7e-3a54-4c1e-9d20-5b6f7a8c9d01");
	assert_int_equal(notice->document->revision, 3);
	assert_string_equal(notice->source->code, "990019");
	assert_string_equal(notice->source->name, "架空市");
	assert_string_equal(notice->source->office, "防災課");
	assert_string_equal(notice->source->entered_by, "架空県 危機管理課");
	assert_true(hs_notice_has_flag(notice, "proxy_entry"));
	assert_int_equal(notice->times->ordered->unix_us, 1782899700LL * HS_US_PER_S);
	assert_int_equal(notice->times->ordered->offset_minutes, 540);
	assert_int_equal(notice->times->sent->unix_us, 1782899825LL * HS_US_PER_S);
	assert_int_equal(notice->times->reported->unix_us, 1782899640LL * HS_US_PER_S);
	assert_int_equal(notice->times->received->unix_us, SAMPLE_RECEIVED_US);
	assert_null(notice->times->valid_until);
	assert_int_equal(notice->level->number, 4);
	assert_string_equal(notice->level->term, "避難指示");
	assert_string_equal(notice->level->scheme, "2026");
	assert_int_equal(notice->n_areas, 1);
	assert_string_equal(notice->areas[0]->code, "990019");
	assert_int_equal(notice->priority, HS_PRIORITY_DRILL);
	assert_int_equal(notice->detail_case, HANSHO__V1__NOTICE__DETAIL_EVACUATION);
	assert_int_equal(notice->evacuation->households->value, 120);
	assert_string_equal(notice->evacuation->households->unit, "世帯");
	assert_int_equal(notice->evacuation->people->value, 300);
	assert_int_equal(notice->evacuation->n_details, 2);
	first = notice->evacuation->details[0];
	second = notice->evacuation->details[1];
	assert_int_equal(first->state, HS_EVAC(ISSUED));
	assert_int_equal(first->level->number, 4);
	assert_string_equal(first->areas[0]->area->name, "北町一丁目");
	assert_string_equal(first->areas[0]->area->kana, "きたまちいっちょうめ");
	assert_string_equal(first->areas[0]->area->sub_code, "990010001001");
	assert_int_equal(first->areas[0]->area->geometry->n_circles, 1);
	assert_int_equal(first->areas[0]->area->geometry->n_polygons, 0);
	assert_true(first->areas[0]->area->geometry->circles[0]->center->latitude > 30.0009);
	assert_int_equal(second->state, HS_EVAC(LIFTED));
	assert_int_equal(second->level->number, 0);
	assert_string_equal(second->level->term, "避難指示");
	assert_string_equal(second->areas[0]->area->code, "990019");
	assert_null(second->households);
	assert_non_null(found(&run, HS_FINDING_AREA_FALLBACK));
	assert_int_equal(notice->original->len_bytes, strlen(sample_order));
	run_end(&run);
}

static void
test_texts_are_made(void **state)
{
	struct run run;
	const hs_text *text;

	(void)state;
	run_text(&run, sample_order);
	assert_accepted(&run);
	text = hs_notice_text(run.submission.notice, "ja");
	assert_non_null(strstr(text->headline, "【災害訓練】避難指示 発令"));
	assert_non_null(strstr(text->body, "警戒レベル4 避難指示を発令：北町一丁目"));
	assert_non_null(strstr(text->body, "避難指示を解除：港町"));
	assert_string_equal(text->instruction, "危険な場所から全員避難");
	text = hs_notice_text(run.submission.notice, "en");
	assert_non_null(strstr(text->headline, "Kaku City (架空市, 架空県): "));
	assert_non_null(strstr(text->headline, "Alert level 4: Evacuation Order (避難指示)"));
	assert_non_null(strstr(text->headline, "Evacuation Order (避難指示): Lifted"));
	text = hs_notice_text(run.submission.notice, "ja-x-easy");
	assert_non_null(strstr(text->headline, "全員 にげて ください"));
	run_end(&run);
}

/* A cancel repeats the message that it takes back: its texts say what that message said and nothing of what is in
 * force now, which the gate does not know. A lift that is taken back is never called a false alert. */
static void
test_texts_of_a_cancel(void **state)
{
	char *typed = replaced_all(sample_order, ">Update<", ">Cancel<");
	char *cancel = replaced(typed, "</p:Control>",
		"<p:Errata><eb:DateTime>2026-07-01T18:57:00+09:00</eb:DateTime><eb:Description>"
		"操作の誤り</eb:Description></p:Errata></p:Control>");
	char *orders = replaced(cancel, "<ev:IssueOrLift>解除", "<ev:IssueOrLift>発令");
	struct run run;

	(void)state;
	run_text(&run, cancel);
	assert_accepted(&run);
	assert_string_equal(hs_notice_text(run.submission.notice, "ja")->body,
		"取消の理由：操作の誤り\n取り消した発表の内容：避難指示を発令：北町一丁目\n"
		"取り消した発表の内容：避難指示を解除：港町\n災害：訓練災害");
	assert_null(strstr(hs_notice_text(run.submission.notice, "en")->headline, "False alert"));
	assert_non_null(strstr(hs_notice_text(run.submission.notice, "en")->headline,
		"An order may be in force again"));
	assert_non_null(strstr(hs_notice_text(run.submission.notice, "en")->body,
		"The earlier message said: Evacuation Order (避難指示): Lifted: 港町"));
	assert_non_null(strstr(hs_notice_text(run.submission.notice, "ja-x-easy")->headline,
		"まだ あぶないかもしれません"));
	assert_string_equal(hs_notice_text(run.submission.notice, "en")->instruction, "");
	run_end(&run);
	run_text(&run, orders);
	assert_accepted(&run);
	/* of a level that was wrong: the level before may stand again */
	assert_non_null(strstr(hs_notice_text(run.submission.notice, "en")->headline,
		"disregard it. What was in force before it is in force again"));
	assert_null(strstr(hs_notice_text(run.submission.notice, "en")->headline, "False alert"));
	assert_non_null(strstr(hs_notice_text(run.submission.notice, "ja-x-easy")->headline,
		"その まえに 出ていた お知らせに もどります"));
	run_end(&run);
	free(orders);
	free(cancel);
	free(typed);
}

static void
test_missing_headline_is_made(void **state)
{
	char *without = replaced_all(sample_order,
		"【災害訓練】避難指示 発令 07月01日午後06時55分 (北町一丁目)、避難指示 解除 (港町)",
		"");
	struct run run;

	(void)state;
	run_text(&run, without);
	assert_accepted(&run);
	assert_string_equal(hs_notice_text(run.submission.notice, "ja")->headline,
		"避難指示 発令 (北町一丁目)、避難指示 解除 (港町)");
	run_end(&run);
	free(without);
}

/* Each row changes the sample into what some sender really writes; all must give the same content.
 * */
static void
test_habits_of_senders(void **state)
{
	static const struct {
		const char *name, *from, *to;
		bool all;
	} rows[] = {
		{ "generation 2 of the basis", "informationBasis4/", "informationBasis2/", true },
		{ "generation 17", "pcxml1/4", "pcxml1/17", true },
		{ "slash behind the body", "body/evacuation4", "body/evacuation4/", true },
		{ "no generation slash", "elementBasis4/", "elementBasis3", true },
		{ "machine-made prefix", "ev:", "pcx_cns_i3:", true },
		{ "comment inside a text", "避難指示</ev:Sort>", "避難<!-- x -->指示</ev:Sort>",
			false },
		{ "CDATA", ">発令<", "><![CDATA[発令]]><", true },
		{ "white space", ">発令<", ">\n  発令　\n<", true },
		{ "empty placeholders", "<edxlde:polygon/>", "<edxlde:polygon/><ev:Nothing/>",
			false },
		{ "blank in circle", "30.001000,139.001000,0", "30.001000,139.001000 0", false },
		{ "milliseconds", "18:55:00+09:00", "18:55:00.000+09:00", true },
		{ "UTC", "2026-07-01T18:55:00+09:00", "2026-07-01T09:55:00Z", true },
		{ "thousands", ">120<", ">1,20<", true },
		{ "processing instruction", "<commons:targetArea>", "<?p q?><commons:targetArea>",
			false },
		{ "comment with DOCTYPE", "<commons:targetArea>",
			"<!-- <!DOCTYPE a> --><commons:targetArea>", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = rows[i].all ? replaced_all(sample_order, rows[i].from, "\x01")
					 : replaced(sample_order, rows[i].from, "\x01");
		char *changed = replaced_all(text, "\x01", rows[i].to);
		struct run run;
		const hs_evacuation_detail *detail;

		/* The prefix row must also rename the declaration. */
		if (strcmp(rows[i].from, "ev:") == 0) {
			char *again = replaced(changed, "xmlns:ev=", "xmlns:pcx_cns_i3=");

			free(changed);
			changed = again;
		}
		run_text(&run, changed);
		if (run.err != HS_OK)
			print_message("habit: %s\n", rows[i].name);
		assert_accepted(&run);
		detail = run.submission.notice->evacuation->details[0];
		assert_string_equal(detail->sort, "避難指示");
		assert_int_equal(detail->state, HS_EVAC(ISSUED));
		assert_int_equal(detail->households->value, 120);
		assert_int_equal(detail->areas[0]->ordered->unix_us, 1782899700LL * HS_US_PER_S);
		assert_int_equal(detail->areas[0]->area->geometry->n_circles, 1);
		run_end(&run);
		free(text);
		free(changed);
	}
}

static void
test_child_order_is_free(void **state)
{
	char *swapped = replaced(sample_order,
		"<ev:Sort>避難指示</ev:Sort><ev:IssueOrLift>発令</ev:IssueOrLift>",
		"<ev:IssueOrLift>発令</ev:IssueOrLift><ev:Sort>避難指示</ev:Sort>");
	struct run run;

	(void)state;
	run_text(&run, swapped);
	assert_accepted(&run);
	assert_int_equal(run.submission.notice->evacuation->details[0]->level->number, 4);
	run_end(&run);
	free(swapped);
}

static void
test_places_name_path_and_line(void **state)
{
	char *wrong = replaced(sample_order, "<ev:IssueOrLift>解除", "<ev:IssueOrLift>終了");
	const struct hs_finding *finding;
	struct run run;

	(void)state;
	run_text(&run, wrong);
	finding = found(&run, HS_FINDING_ISSUE_OR_LIFT_UNKNOWN);
	assert_non_null(finding);
	assert_string_equal(finding->place.path, "/EDXLDistribution/contentObject/xmlContent/"
						 "embeddedXMLContent/Report/EvacuationOrder/"
						 "Detail[2]/IssueOrLift");
	assert_int_equal(finding->place.line, 24);
	assert_string_equal(finding->detail, "終了");
	run_end(&run);
	free(wrong);
}

static void
test_actions(void **state)
{
	static const char type_from[] =
		"<edxlde:distributionType>Update</edxlde:distributionType><edxlde:combined";
	static const char cancel[] =
		"<edxlde:distributionType>Cancel</edxlde:distributionType><edxlde:combined";
	static const char errata[] =
		"<p:Errata><eb:Description>地区の誤り</eb:Description></p:Errata></p:Control>";
	char *corrected = replaced(sample_order, "</p:Control>", errata);
	char *cancelled = replaced(corrected, type_from, cancel);
	char *lifted = replaced(sample_order, ">発令<", ">解除<");
	struct run run;

	(void)state;
	run_text(&run, corrected);
	assert_accepted(&run);
	assert_int_equal(run.submission.notice->action, HS_ACTION(CORRECT));
	assert_string_equal(run.submission.notice->correction, "地区の誤り");
	run_end(&run);
	run_text(&run, cancelled);
	assert_accepted(&run);
	assert_int_equal(run.submission.notice->action, HS_ACTION(CANCEL));
	assert_null(run.submission.notice->level);
	run_end(&run);
	run_text(&run, lifted);
	assert_accepted(&run);
	assert_int_equal(run.submission.notice->action, HS_ACTION(LIFT));
	assert_null(run.submission.notice->level);
	assert_string_equal(run.submission.notice->evacuation->details[0]->level->term, "避難指示");
	run_end(&run);
	free(corrected);
	free(cancelled);
	free(lifted);
}

static void
content_hash(const char *text, uint8_t out[32])
{
	struct run run;

	run_text(&run, text);
	assert_accepted(&run);
	memcpy(out, run.submission.content_sha256, 32);
	run_end(&run);
}

/* The hash is over what was said, not over how it was written or sent. */
static void
test_content_hash(void **state)
{
	char *sent_again = replaced_all(sample_order, "8f1c2b7e-3a54", "00000000-3a54");
	char *comment = replaced(sample_order, "<ev:ComplementaryInfo/>",
		"<!-- x --><ev:ComplementaryInfo></ev:ComplementaryInfo>");
	char *other = replaced(
		sample_order, "北町一丁目</commons:areaName>", "北町二丁目</commons:areaName>");
	char *errata = replaced(sample_order, "</p:Control>",
		"<p:Errata><eb:Description>誤り</eb:Description></p:Errata></p:Control>");
	char *cancel = replaced(errata,
		"<edxlde:distributionType>Update</edxlde:distributionType><edxlde:combined",
		"<edxlde:distributionType>Cancel</edxlde:distributionType><edxlde:combined");
	uint8_t first[32], second[32];

	(void)state;
	content_hash(sample_order, first);
	content_hash(sent_again, second);
	assert_memory_equal(first, second, 32);
	content_hash(comment, second);
	assert_memory_equal(first, second, 32);
	content_hash(other, second);
	assert_memory_not_equal(first, second, 32);
	content_hash(errata, first);
	content_hash(cancel, second);
	assert_memory_not_equal(first, second, 32);
	free(sent_again);
	free(comment);
	free(other);
	free(errata);
	free(cancel);
}

/* An unknown Sort in a live order takes the fastest municipal lane. */
static void
test_lanes(void **state)
{
	static const struct {
		const char *sort;
		uint32_t lane, level;
	} rows[] = { { "高齢者等避難", HS_PRIORITY_NORMAL, 3 },
		{ "避難指示", HS_PRIORITY_LEVEL4, 4 }, { "緊急安全確保", HS_PRIORITY_LEVEL5, 5 },
		{ "警戒区域", HS_PRIORITY_LEVEL5, 0 }, { "超避難", HS_PRIORITY_LEVEL5, 0 } };
	static const char *live_statuses[] = { "Actual" };
	char *live = replaced_all(sample_order, ">Exercise<", ">Actual<");

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = replaced_all(live, "<ev:Sort>避難指示", "<ev:Sort>\x01");
		char *changed = replaced_all(text, "\x01", rows[i].sort);
		struct run run;

		run_init(&run);
		run.lane = HS_MODE(LIVE);
		run.principal.statuses = (struct hs_config_texts){ live_statuses, 1 };
		run_bytes(&run, changed, strlen(changed));
		assert_accepted(&run);
		assert_int_equal(run.submission.notice->mode, HS_MODE(LIVE));
		assert_int_equal(run.submission.notice->priority, rows[i].lane);
		assert_int_equal(run.submission.notice->level->number, rows[i].level);
		assert_string_equal(run.submission.notice->level->term, rows[i].sort);
		assert_non_null(found(&run, HS_FINDING_DRILL_WORDS));
		run_end(&run);
		free(text);
		free(changed);
	}
	free(live);
}

/* A lift is no alarm, whatever it lifts. */
static void
test_lift_takes_the_normal_lane(void **state)
{
	static const char *live_statuses[] = { "Actual" };
	char *live = replaced_all(sample_order, ">Exercise<", ">Actual<");
	char *lifted = replaced_all(live, ">発令<", ">解除<");
	struct run run;

	(void)state;
	run_init(&run);
	run.lane = HS_MODE(LIVE);
	run.principal.statuses = (struct hs_config_texts){ live_statuses, 1 };
	run_bytes(&run, lifted, strlen(lifted));
	assert_accepted(&run);
	assert_int_equal(run.submission.notice->priority, HS_PRIORITY_NORMAL);
	run_end(&run);
	free(live);
	free(lifted);
}

/* An area without code belongs to the headline's municipality; two different ones there say
 * nothing, then it is the publishing office's own. */
static void
test_fall_back(void **state)
{
	static const char headline[] =
		"<commons:jisX0402>990019</commons:jisX0402></ib:Area></ib:Areas>";
	char *other = replaced(sample_order, headline,
		"<commons:jisX0402>990027</commons:jisX0402></ib:Area></ib:Areas>");
	char *two = replaced(sample_order, headline,
		"<commons:jisX0402>990019</commons:jisX0402></ib:Area><ib:Area>"
		"<commons:jisX0402>990027</commons:jisX0402></ib:Area></ib:Areas>");
	struct run run;

	(void)state;
	run_text(&run, other);
	assert_accepted(&run);
	assert_string_equal(
		run.submission.notice->evacuation->details[1]->areas[0]->area->code, "990027");
	assert_int_equal(run.submission.notice->n_areas, 2);
	run_end(&run);
	run_text(&run, two);
	assert_accepted(&run);
	assert_string_equal(
		run.submission.notice->evacuation->details[1]->areas[0]->area->code, "990019");
	assert_true(hs_notice_has_flag(run.submission.notice, "area_fallback"));
	run_end(&run);
	free(other);
	free(two);
}

static void
test_submit_message(void **state)
{
	struct hs_submission *submission;
	struct hs_buf packed;
	hs_submit *submit;
	struct run run;

	(void)state;
	run_text(&run, sample_order);
	assert_accepted(&run);
	submission = &run.submission;
	submit = hs_submission_to_submit(submission, 7);
	assert_non_null(submit);
	assert_int_equal(submit->request, 7);
	assert_int_equal(submit->original.len, strlen(sample_order));
	assert_int_equal(submit->content_sha256.len, 32);
	assert_string_equal(submit->principal, "kakuu");
	assert_int_equal(submit->n_warnings, submission->findings.count);
	assert_string_equal(submit->warnings[0]->severity, "warning");
	hs_buf_init(&packed, HS_FRAME_MAX_BYTES);
	hs_message_pack(submit, &packed);
	assert_false(packed.failed);
	assert_true(packed.len_bytes > strlen(sample_order));
	hs_buf_free(&packed);
	run_end(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sample_is_read_fully),
		cmocka_unit_test(test_texts_are_made),
		cmocka_unit_test(test_texts_of_a_cancel),
		cmocka_unit_test(test_missing_headline_is_made),
		cmocka_unit_test(test_habits_of_senders),
		cmocka_unit_test(test_child_order_is_free),
		cmocka_unit_test(test_places_name_path_and_line),
		cmocka_unit_test(test_actions),
		cmocka_unit_test(test_content_hash),
		cmocka_unit_test(test_lanes),
		cmocka_unit_test(test_lift_takes_the_normal_lane),
		cmocka_unit_test(test_fall_back),
		cmocka_unit_test(test_submit_message),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
