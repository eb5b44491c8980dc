/* Codes, areas, limits and envelopes of the weather agency's telegrams, with small ones of our own. */
#include "tests/unit/hub/gate/jma_samples.h"

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

/* 発表警報・注意報はなし everywhere: an end for these areas, not news for the whole country. */
static void
test_nothing_holds_is_a_lift(void **state)
{
	char *none =
		replaced(jma_rain, "<Name>レベル４大雨危険警報</Name><Code>43</Code><Status>発表",
			"<Status>発表警報・注意報はなし");
	struct run run;

	(void)state;
	run_changed(&run, none, "<Name>レベル２大雨注意報</Name><Code>10</Code><Status>解除",
		"<Status>発表警報・注意報はなし");
	accept(&run);
	/* a word for each area, which stands against what the old family still says */
	assert_true(run.submission.notice->weather->n_items > 0);
	for (size_t i = 0; i < run.submission.notice->weather->n_items; i++)
		assert_false(run.submission.notice->weather->items[i]->in_force);
	assert_int_equal(run.submission.notice->action, HS_ACTION(LIFT));
	assert_int_equal(run.submission.notice->n_areas, 2);
	run_end(&run);
	free(none);
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
	assert_true(hs_notice_has_flag(run.submission.notice, "text_cut"));
	assert_int_equal(strlen(run.submission.notice->texts[0]->headline),
		hs_gate_limits_default.relay_headline_chars);
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
		cmocka_unit_test(test_an_unknown_code_is_the_most_severe),
		cmocka_unit_test(test_the_key_is_code_and_telegram),
		cmocka_unit_test(test_all_lifted_is_a_lift),
		cmocka_unit_test(test_nothing_holds_is_a_lift),
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
