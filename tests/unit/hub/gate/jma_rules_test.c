/* Version, identity, modes, defects, unknown words and limits of the weather agency's telegrams, with small ones of our own. */
#include "tests/unit/hub/gate/jma_samples.h"

static void
run_changed(struct run *run, const char *text, const char *from, const char *to)
{
	char *changed = replaced(text, from, to);

	run_jma(run, changed);
	free(changed);
}

static void
accept(struct run *run)
{
	if (run->err != HS_OK)
		run_print(run);
	assert_int_equal(run->err, HS_OK);
}

/* The text of our own with one thing changed: accepted, with that flag. The run stays open. */
static const hs_notice *
flagged(struct run *run, const char *text, const char *from, const char *to, const char *flag)
{
	run_changed(run, text, from, to);
	accept(run);
	assert_true(hs_notice_has_flag(run->submission.notice, flag));
	return run->submission.notice;
}

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

/* ---- codes and areas ---- */

static void
test_an_unknown_code_is_the_most_severe(void **state)
{
	struct run run;
	const hs_notice *notice =
		flagged(&run, jma_rain, "<Code>43</Code>", "<Code>77</Code>", "unknown_code");
	const hs_hazard *hazard = notice->weather->items[0];

	(void)state;
	assert_string_equal(hazard->code, "77");
	assert_string_equal(hazard->name, "レベル４大雨危険警報");
	assert_string_equal(hazard->hazard, "rain");
	assert_true(hazard->in_force);
	assert_int_equal(hazard->rank, 5);
	assert_int_equal(hazard->equivalent_level->number, 0); /* never read from the name */
	assert_non_null(found(&run, HS_FINDING_UNKNOWN_CODE));
	run_end(&run);
}

/* 03 means another thing in each family; the name never decides. */
static void
test_the_key_is_code_and_telegram(void **state)
{
	struct run run;
	const hs_notice *notice;

	(void)state;
	run_changed(&run, jma_rain, "<Code>43</Code>", "<Code>03</Code>");
	accept(&run);
	assert_int_equal(run.submission.notice->equivalent_level->number, 3);
	assert_string_equal(run.submission.notice->equivalent_level->scheme, "2026");
	run_end(&run);
	char *old = replaced(jma_rain, "（Ｒ０６）（大雨）", "（Ｈ２７）");

	notice = flagged(&run, old, "<Code>43</Code>", "<Code>03</Code>", "legacy_source");
	assert_int_equal(notice->equivalent_level->number, 3);
	assert_string_equal(notice->equivalent_level->scheme, "2021");
	run_end(&run);
	notice = flagged(&run, old, "<Code>43</Code>", "<Code>43</Code>", "unknown_code");
	run_end(&run);
	free(old);
}

static void
test_all_lifted_is_a_lift(void **state)
{
	struct run run;

	(void)state;
	run_changed(&run, jma_rain, "<Status>発表", "<Status>解除");
	accept(&run);
	assert_int_equal(run.submission.notice->action, HS_ACTION(LIFT));
	assert_null(run.submission.notice->equivalent_level);
	assert_int_equal(run.submission.notice->n_areas, 2);
	run_end(&run);
}

static void
test_unknown_areas(void **state)
{
	struct run run;
	const hs_notice *notice;

	(void)state;
	notice = flagged(&run, jma_rain, "9900100", "9977700", "area_unmapped");
	assert_string_equal(notice->areas[0]->code, "99");
	assert_string_equal(notice->areas[0]->name, "架空市");
	assert_string_equal(notice->areas[0]->source_code, "9977700");
	assert_int_equal(notice->n_areas, 2);
	run_end(&run);
	/* nobody knows where that is: for the whole country, and the area stays in the item */
	notice = flagged(&run, jma_eew, "<Area><Name>愛媛県南予</Name>",
		"<Area><Name>新しい地域</Name><Code>999</Code></Area><Area><Name>愛媛県南予</Name>",
		"area_unmapped");
	assert_int_equal(notice->n_areas, 0);
	assert_string_equal(notice->eew->items[0]->areas[0]->source_code, "999");
	assert_string_equal(notice->eew->items[0]->areas[0]->code, "");
	assert_string_equal(notice->eew->items[0]->areas[1]->code, "38");
	run_end(&run);
}

static void
test_a_dummy_hypocentre_is_left_out(void **state)
{
	struct run run;
	char *weak = replaced(jma_eew, ">6.6<", ">1.0<");
	const hs_notice *notice = flagged(&run, weak, "-40000/", "-10000/", "assumed_hypocenter");
	const hs_earthquake *quake = notice->eew->earthquake;

	(void)state;
	assert_null(quake->epicenter);
	assert_null(quake->origin);
	assert_string_equal(quake->epicenter_name, "");
	assert_string_equal(quake->magnitude_text, "");
	assert_true(quake->magnitude < 0.01 && quake->depth_km < 0.01);
	assert_string_equal(quake->max_intensity, "6-"); /* what was forecast stays */
	run_end(&run);
	notice = flagged(&run, jma_eew, "<OriginTime>",
		"<Condition>仮定震源要素</Condition><OriginTime>", "assumed_hypocenter");
	run_end(&run);
	run_jma(&run, jma_eew);
	accept(&run);
	assert_non_null(run.submission.notice->eew->earthquake->epicenter);
	assert_true(run.submission.notice->eew->final);
	run_end(&run);
	free(weak);
}

/* A telegram of no table: by its body, with headline and areas. */
static void
test_any_other_report(void **state)
{
	struct run run;
	char *odd = replaced(jma_eew, "<Title>緊急地震速報（警報）", "<Title>新しい情報");
	const hs_notice *notice = flagged(
		&run, odd, "<InfoKind>緊急地震速報", "<InfoKind>新しい種類", "unknown_telegram");

	(void)state;
	assert_int_equal(notice->kind, HS_KIND(OTHER));
	assert_string_equal(notice->kind_text, "新しい情報");
	assert_string_equal(notice->texts[0]->headline, "訓練");
	assert_string_equal(notice->areas[0]->code, "38");
	run_end(&run);
	free(odd);
}

/* ---- limits ---- */

static void
test_limits_of_a_relayer(void **state)
{
	char *filler = calloc(1, 2000001);
	char *large;
	struct run run;

	(void)state;
	assert_non_null(filler);
	memset(filler, 'x', 2000000);
	large = replaced(jma_rain, "訓練の見出し", filler);
	run_jma(&run, large);
	accept(&run);
	run_end(&run);
	run_text(&run, large); /* a municipality */
	assert_int_equal(run.err, HS_ERR_TOO_LARGE);
	run_end(&run);
	run_init(&run);
	run.principal = jma_relayer;
	run.limits.relay_areas = 1;
	run_bytes(&run, jma_rain, strlen(jma_rain));
	assert_int_equal(run.err, HS_ERR_REFUSED);
	assert_non_null(found(&run, HS_FINDING_TOO_MANY_AREAS));
	run_end(&run);
	free(large);
	free(filler);
}

/* More than a notice may hold: the detail is left out, then single municipalities; nothing is refused. */
static void
test_a_digest_larger_than_a_notice(void **state)
{
	const size_t count = 60000;
	struct hs_buf text;
	const char *at = strstr(jma_rain, "<Item>");
	struct run run;

	(void)state;
	hs_buf_init(&text, 64u << 20);
	hs_buf_add(&text, jma_rain, (size_t)(at - jma_rain));
	for (size_t i = 0; i < count; i++)
		hs_buf_printf(&text,
			"<Item><Kind><Code>43</Code></Kind><Area><Name>n%zu</Name>"
			"<Code>9900100</Code></Area></Item>",
			i);
	hs_buf_add(&text, at, strlen(at));
	run_init(&run);
	run.principal = jma_relayer;
	run.limits.relay_elements = 1000000;
	run_bytes(&run, text.bytes, text.len_bytes);
	accept(&run);
	assert_true(hs_notice_has_flag(run.submission.notice, "detail_left_out"));
	assert_int_equal(run.submission.notice->detail_case, HANSHO__V1__NOTICE__DETAIL__NOT_SET);
	assert_int_equal(run.submission.notice->n_areas, 1);
	assert_string_equal(run.submission.notice->areas[0]->code, "99");
	assert_int_equal(run.submission.notice->equivalent_level->number, 4);
	assert_true(hs_message_packed_bytes(run.submission.notice) < HS_NOTICE_MAX_BYTES);
	run_end(&run);
	hs_buf_free(&text);
}

/* ---- inside an envelope ---- */

static void
test_in_an_envelope(void **state)
{
	const char *from = strstr(sample_order, "<p:Report");
	const char *to = strstr(sample_order, "</p:Report>") + strlen("</p:Report>");
	char *envelope =
		spliced(sample_order, (size_t)(from - sample_order), (size_t)(to - from), jma_rain);
	char *cancel = replaced(envelope, ">Update<", ">Cancel<");
	char *live = replaced(envelope, "<Status>訓練", "<Status>通常");
	struct run run;

	(void)state;
	run_jma(&run, envelope);
	accept(&run);
	assert_string_equal(run.submission.notice->document->source, "bosai.kakuu.example");
	assert_string_equal(
		run.submission.notice->document->id, "74ee0001-0000-4000-8000-000000990019");
	assert_int_equal(run.submission.notice->document->revision, 3);
	assert_false(run.submission.notice->document->moments);
	assert_int_equal(run.submission.notice->kind, HS_KIND(WEATHER));
	assert_int_equal(run.submission.notice->equivalent_level->number, 4);
	assert_int_equal(run.submission.notice->n_areas, 2);
	run_end(&run);
	run_text(&run, envelope); /* not a relayer */
	assert_non_null(found(&run, HS_FINDING_ROLE_RELAYER));
	run_end(&run);
	run_jma(&run, cancel);
	accept(&run);
	assert_int_equal(run.submission.notice->action, HS_ACTION(CANCEL));
	run_end(&run);
	run_jma(&run, live); /* envelope Exercise, Control 通常 */
	assert_non_null(found(&run, HS_FINDING_MODE_MISMATCH));
	run_end(&run);
	free(envelope);
	free(cancel);
	free(live);
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
		cmocka_unit_test(test_an_unknown_code_is_the_most_severe),
		cmocka_unit_test(test_the_key_is_code_and_telegram),
		cmocka_unit_test(test_all_lifted_is_a_lift),
		cmocka_unit_test(test_unknown_areas),
		cmocka_unit_test(test_a_dummy_hypocentre_is_left_out),
		cmocka_unit_test(test_any_other_report),
		cmocka_unit_test(test_limits_of_a_relayer),
		cmocka_unit_test(test_a_digest_larger_than_a_notice),
		cmocka_unit_test(test_in_an_envelope),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
