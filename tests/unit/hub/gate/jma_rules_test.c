/* Version, identity, modes and defects of the weather agency's telegrams, with small ones of our own. */
#include "tests/unit/hub/gate/jma_samples.h"

static void
refused(const char *text, const char *from, const char *to, enum hs_finding_code code)
{
	struct run run;

	run_changed(&run, text, from, to);
	assert_int_not_equal(run.err, HS_OK);
	assert_string_equal(
		hs_finding_row(hs_findings_first_error(&run.submission.findings)->code)->code,
		hs_finding_row(code)->code);
	run_end(&run);
}

/* ---- version ---- */

static uint64_t
version(const char *text, const char *from, const char *to)
{
	struct run run;
	uint64_t made;

	run_changed(&run, text, from, to);
	accept(&run);
	made = (uint64_t)run.submission.notice->document->revision << 32 |
	       run.submission.notice->document->order;
	run_end(&run);
	return made;
}

/* A cancel repeats the last Serial in the same second; it is newer all the same, and so is a correction than what it corrects. */
static void
test_a_cancel_with_the_last_serial_is_newer(void **state)
{
	uint64_t issued = version(jma_eew, "発表", "発表");
	uint64_t corrected = version(jma_eew, "発表", "訂正");
	uint64_t cancelled = version(jma_eew, "発表", "取消");
	uint64_t next = version(jma_eew, "<Serial>5", "<Serial>6");
	uint64_t later = version(jma_eew, "09:50:00Z", "09:50:01Z");
	struct run run;

	(void)state;
	assert_true(
		issued < corrected && corrected < cancelled && cancelled < next && next < later);
	run_changed(&run, jma_eew, "発表", "取消");
	accept(&run);
	assert_int_equal(run.submission.notice->action, HS_ACTION(CANCEL));
	assert_null(run.submission.notice->equivalent_level);
	run_end(&run);
	assert_int_equal(issued >> 32, 1782899400LL - 946684800LL);
}

/* Out of order, the version tells; an empty Serial and "01-02" are no numbers and take no part. */
static void
test_serials_that_are_no_numbers(void **state)
{
	(void)state;
	assert_true(version(jma_eew, "<Serial>5", "<Serial>19") >
		    version(jma_eew, "<Serial>5", "<Serial>018"));
	assert_true(version(jma_eew, "<Serial>5", "<Serial>") ==
		    version(jma_eew, "<Serial>5", "<Serial>01-02"));
	assert_true(version(jma_eew, "<Serial>5", "<Serial>99999999999999999999") ==
		    version(jma_eew, "<Serial>5", "<Serial>"));
}

/* ---- identity ---- */

static char *
id_of(const char *text, const char *from, const char *to)
{
	struct run run;
	char *id;

	run_changed(&run, text, from, to);
	accept(&run);
	id = strdup(run.submission.notice->document->id);
	run_end(&run);
	return id;
}

static void
test_events_are_a_set(void **state)
{
	char *one = id_of(jma_eew, "20260701185000", "20260701185000 20260701184900");
	char *two =
		id_of(jma_eew, "20260701185000", "20260701184900  20260701185000 20260701184900");
	char *single = id_of(jma_eew, "20260701185000", "20260701185000");
	char *evil = id_of(jma_eew, "20260701185000", "a|b/c");
	char *office = id_of(jma_eew, "<EditorialOffice>架空", "<EditorialOffice>想定");
	char *cancel = id_of(jma_eew, "発表", "取消");
	char *none = id_of(jma_rain, "訓練の見出し", "訓練の見出し");

	(void)state;
	assert_string_equal(one, two);
	assert_string_not_equal(one, single);
	assert_string_not_equal(office, single);
	assert_string_equal(cancel, single);
	assert_string_equal(single, "VXSE43/緊急地震速報（警報）/架空地方気象台/20260701185000");
	assert_non_null(strstr(evil, "/a_b_c"));
	assert_string_equal(none, "VPWW55/気象警報・注意報（Ｒ０６）（大雨）/架空地方気象台/-");
	free(one);
	free(two);
	free(single);
	free(evil);
	free(office);
	free(cancel);
	free(none);
}

static void
test_a_long_identity_is_hashed(void **state)
{
	char event[600];
	char *id;

	(void)state;
	memset(event, 'x', sizeof(event) - 1);
	event[sizeof(event) - 1] = '\0';
	id = id_of(jma_eew, "20260701185000", event);
	assert_int_equal(strlen(id), strlen("VXSE43/") + 32);
	free(id);
}

/* The same telegram over two lines is the same bytes. */
static void
test_content_is_the_bytes(void **state)
{
	struct run first, again, other;

	(void)state;
	run_jma(&first, jma_rain);
	run_jma(&again, jma_rain);
	run_changed(&other, jma_rain, "訓練の見出し", "訓練の見出し。");
	assert_memory_equal(
		first.submission.content_sha256, again.submission.content_sha256, HS_SHA256_BYTES);
	assert_memory_not_equal(
		first.submission.content_sha256, other.submission.content_sha256, HS_SHA256_BYTES);
	run_end(&first);
	run_end(&again);
	run_end(&other);
}

/* ---- mode and rights ---- */

static void
on_lane(const char *status, const char *headline, int lane, enum hs_err err, int mode)
{
	char *text = replaced(jma_rain, "<Status>訓練", status);
	char *said = replaced(text, "訓練の見出し", headline);
	struct run run;

	run_jma_on(&run, said, strlen(said), lane);
	assert_int_equal(run.err, err);
	if (err != HS_OK)
		assert_non_null(found(&run, HS_FINDING_MODE_MISMATCH));
	else
		assert_int_equal(run.submission.notice->mode, mode);
	run_end(&run);
	free(said);
	free(text);
}

static void
test_status_and_lane_agree(void **state)
{
	int live = HS_MODE(LIVE), drill = HS_MODE(DRILL);

	(void)state;
	on_lane("<Status>通常", "見出し", live, HS_OK, live);
	on_lane("<Status>通常", "見出し", drill, HS_ERR_FORBIDDEN, 0);
	on_lane("<Status>訓練", "見出し", drill, HS_OK, drill);
	on_lane("<Status>訓練", "見出し", live, HS_ERR_FORBIDDEN, 0);
	on_lane("<Status>試験", "見出し", drill, HS_OK, HS_MODE(TEST));
	on_lane("<Status>試験", "見出し", live, HS_ERR_FORBIDDEN, 0);
	on_lane("<Status>本番", "見出し", live, HS_ERR_FORBIDDEN, 0);
	/* a 通常 that says it is a test is never live */
	on_lane("<Status>通常", "この電文はテストサンプルです。", live, HS_ERR_FORBIDDEN, 0);
	on_lane("<Status>通常", "この電文はテストサンプルです。", drill, HS_OK, HS_MODE(TEST));
}

static void
test_marks_in_a_notice(void **state)
{
	char *text = replaced(jma_rain, "<Status>訓練", "<Status>通常");
	char *marked =
		replaced(text, "<Warning", "<Notice>この電文はサンプルです。</Notice><Warning");
	struct run run;

	(void)state;
	run_jma_on(&run, marked, strlen(marked), HS_MODE(LIVE));
	assert_int_equal(run.err, HS_ERR_FORBIDDEN);
	run_end(&run);
	run_jma_on(&run, marked, strlen(marked), HS_MODE(DRILL));
	accept(&run);
	assert_int_equal(run.submission.notice->mode, HS_MODE(TEST));
	assert_true(hs_notice_has_flag(run.submission.notice, "test_mark"));
	run_end(&run);
	free(marked);
	free(text);
}

static void
test_only_a_relayer(void **state)
{
	static const char *formats[] = { "jma" };
	struct run run;

	(void)state;
	run_text(&run, jma_rain);
	assert_int_equal(run.err, HS_ERR_FORBIDDEN);
	assert_non_null(found(&run, HS_FINDING_FORMAT_FORBIDDEN));
	run_end(&run);
	/* a sender who was given the format by mistake */
	run_init(&run);
	run.principal.formats = (struct hs_config_texts){ formats, 1 };
	run_bytes(&run, jma_rain, strlen(jma_rain));
	assert_int_equal(run.err, HS_ERR_FORBIDDEN);
	assert_non_null(found(&run, HS_FINDING_ROLE_RELAYER));
	run_end(&run);
}

/* ---- defects ---- */

static void
test_errors(void **state)
{
	(void)state;
	refused(jma_rain, "<Control>", "<!DOCTYPE x><Control>", HS_FINDING_DOCTYPE);
	refused(jma_rain, "</Report>", "", HS_FINDING_NOT_WELL_FORMED);
	refused(jma_rain, "jmaxml1/\"", "jmaxml2/\"", HS_FINDING_ROOT_UNKNOWN);
	refused(jma_rain, "body/meteorology1/", "body/oceanology1/", HS_FINDING_BODY_UNKNOWN);
	refused(jma_rain, "09:50:00Z", "yesterday", HS_FINDING_TIME_BAD);
	refused(jma_rain, "<ReportDateTime>2026", "<ReportDateTime>x2026", HS_FINDING_TIME_BAD);
	refused(jma_rain, "<Control>", "<Control/><Control>", HS_FINDING_ELEMENT_REPEATED);
	refused(jma_rain, "</Report>",
		"<Body xmlns=\"http://xml.kishou.go.jp/jmaxml1/body/meteorology1/\"/></Report>",
		HS_FINDING_ELEMENT_REPEATED);
	refused(jma_rain, "informationBasis1/", "informationBasis9/", HS_FINDING_ELEMENT_MISSING);
}

static void
test_defects_are_flags(void **state)
{
	const hs_notice *notice;
	struct run run;

	(void)state;
	/* a wrong title (2022-03-22): InfoKind and its version tell the family */
	notice = flagged(&run, jma_rain, "<Title>気象警報・注意報（Ｒ０６）（大雨）",
		"<Title>誤った標題", "unknown_telegram");
	assert_int_equal(notice->equivalent_level->number, 4);
	assert_string_equal(notice->kind_text, "誤った標題");
	run_end(&run);
	notice = flagged(&run, jma_rain, "<Title>気象警報・注意報（Ｒ０６）（大雨）", "<Title>",
		"unknown_telegram");
	run_end(&run);
	notice = flagged(&run, jma_rain, "<InfoType>発表", "<InfoType>続報", "unknown_infotype");
	run_end(&run);
	notice = flagged(
		&run, jma_rain, "<DateTime>2026-07-01T09:50:00Z</DateTime>", "", "part_missing");
	assert_int_equal(notice->document->revision, 1782899400LL - 946684800LL);
	run_end(&run);
	notice = flagged(&run, jma_rain, "<PublishingOffice>架空地方気象台</PublishingOffice>", "",
		"part_missing");
	run_end(&run);
	notice = flagged(&run, jma_eew, "+33.2+132.4-40000/", "unknown", "part_unreadable");
	assert_null(notice->eew->earthquake->epicenter);
	run_end(&run);
	notice = flagged(&run, jma_eew, ">6.6<", ">big<", "part_unreadable");
	run_end(&run);
}

/* Unknown attributes, elements, order of children, other prefixes: of no concern. */
static void
test_what_does_not_matter(void **state)
{
	static const char *const changes[][2] = {
		{ "<Warning", "<Addition x=\"1\"/><Warning" },
		{ "<Control>", "<Control new=\"1\"><Future>x</Future>" },
		{ "<InfoKindVersion>1.5_0</InfoKindVersion>", "" },
		{ "<Status>発表", "<LastKind/><Status>発表" },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(changes); i++) {
		struct run run;

		run_changed(&run, jma_rain, changes[i][0], changes[i][1]);
		accept(&run);
		assert_int_equal(run.submission.notice->equivalent_level->number, 4);
		assert_int_equal(run.submission.notice->n_flags, 0);
		run_end(&run);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_cancel_with_the_last_serial_is_newer),
		cmocka_unit_test(test_serials_that_are_no_numbers),
		cmocka_unit_test(test_events_are_a_set),
		cmocka_unit_test(test_a_long_identity_is_hashed),
		cmocka_unit_test(test_content_is_the_bytes),
		cmocka_unit_test(test_status_and_lane_agree),
		cmocka_unit_test(test_marks_in_a_notice),
		cmocka_unit_test(test_only_a_relayer),
		cmocka_unit_test(test_errors),
		cmocka_unit_test(test_defects_are_flags),
		cmocka_unit_test(test_what_does_not_matter),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
