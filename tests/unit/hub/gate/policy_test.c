/* Rights: every combination of status, lane and credential; areas as set algebra. */
#include "hub/gate/policy.h"
#include "tests/unit/hub/gate/samples.h"

static const char *const words[] = { "Actual", "Exercise", "Test", "System", "actual", "" };
#define WORDS 6

/* Envelope × Control × lane × every subset of the four statuses: allowed only when all agree. */
static void
test_mode_matrix(void **state)
{
	size_t allowed = 0, all = 0;

	(void)state;
	for (size_t e = 0; e < WORDS; e++) {
		for (size_t c = 0; c < WORDS; c++) {
			for (unsigned set = 0; set < 32; set++) {
				const char *list[4];
				struct hs_principal principal = { .statuses = { list, 0 } };
				int lane = set & 16 ? HS_MODE(LIVE) : HS_MODE(DRILL);
				bool expected;

				for (size_t i = 0; i < 4; i++) {
					if (set & (1u << i))
						list[principal.statuses.count++] = words[i];
				}
				expected = e == c && e < 4 && (set & (1u << e)) &&
					   (e == 0) == (lane == HS_MODE(LIVE));
				assert_int_equal(
					hs_mode_allowed(words[e], words[c], lane, &principal),
					expected);
				allowed += expected;
				all++;
			}
		}
	}
	assert_int_equal(all, WORDS * WORDS * 32);
	/* Four statuses, each in its one lane, in the half of the sets that lists it. */
	assert_int_equal(allowed, 4 * 8);
}

static void
test_mode_mismatch_in_documents(void **state)
{
	static const struct {
		const char *envelope, *control, *status;
		int lane;
		bool accepted;
	} rows[] = {
		{ "Exercise", "Exercise", "Exercise", HS_MODE(DRILL), true },
		{ "Actual", "Actual", "Actual", HS_MODE(LIVE), true },
		{ "Actual", "Exercise", "Actual", HS_MODE(LIVE), false },
		{ "Exercise", "Actual", "Actual", HS_MODE(LIVE), false },
		{ "Exercise", "Actual", "Exercise", HS_MODE(DRILL), false },
		{ "Exercise", "Exercise", "Exercise", HS_MODE(LIVE), false },
		{ "Actual", "Actual", "Actual", HS_MODE(DRILL), false },
		{ "Actual", "Actual", "Exercise", HS_MODE(LIVE), false },
		{ "Test", "Test", "Exercise", HS_MODE(DRILL), false },
		{ "Test", "Test", "Test", HS_MODE(DRILL), true },
		{ "System", "System", "System", HS_MODE(DRILL), true },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *mark = replaced(sample_order, ">Exercise<", ">\x01<");
		char *control = replaced(mark, ">Exercise<", ">\x02<");
		char *half = replaced(control, "\x01", rows[i].envelope);
		char *text = replaced(half, "\x02", rows[i].control);
		const char *list[] = { rows[i].status };
		struct run run;

		run_init(&run);
		run.lane = rows[i].lane;
		run.principal.statuses = (struct hs_config_texts){ list, 1 };
		run_bytes(&run, text, strlen(text));
		assert_int_equal(run.err == HS_OK, rows[i].accepted);
		if (!rows[i].accepted) {
			assert_int_equal(run.err, HS_ERR_FORBIDDEN);
			assert_non_null(found(&run, HS_FINDING_MODE_MISMATCH));
			assert_int_equal(hs_findings_soap(&run.submission.findings), 402);
		}
		run_end(&run);
		free(mark);
		free(control);
		free(half);
		free(text);
	}
}

static void
test_areas(void **state)
{
	static const struct {
		const char *code, *own;
		bool allowed;
	} rows[] = {
		{ "990019", "990019", true },
		{ "990019", "99001", true },
		{ "990019", "99", true },
		{ "990019", "990001", true },
		{ "990019", "990027", false },
		{ "990010001001", "990019", true },
		{ "990010001001", "990027", false },
		{ "990001", "990019", false },
		{ "99", "990019", false },
		{ "011011", "011002", true },
		{ "011002", "011011", false },
		{ "130001", "99", false },
		{ "", "990019", false },
		{ "990019", "", false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *areas[] = { rows[i].own };
		struct hs_principal principal = { .areas = { areas, 1 } };

		assert_int_equal(hs_area_allowed(rows[i].code, &principal), rows[i].allowed);
	}
}

/* One foreign code among many refuses all. */
static void
test_one_foreign_area_refuses_all(void **state)
{
	static const char *own[] = { "990019" };
	char *foreign = replaced(sample_order, "<commons:areaName>港町</commons:areaName>",
		"<commons:areaName>港町</commons:areaName><commons:jisX0402>990027</"
		"commons:jisX0402>");
	const struct hs_finding *finding;
	struct run run;

	(void)state;
	run_init(&run);
	run.principal.areas = (struct hs_config_texts){ own, 1 };
	run_bytes(&run, foreign, strlen(foreign));
	assert_int_equal(run.err, HS_ERR_FORBIDDEN);
	finding = found(&run, HS_FINDING_AREA_FOREIGN);
	assert_non_null(finding);
	assert_string_equal(finding->detail, "990027");
	assert_non_null(strstr(finding->place.path, "Detail[2]/Areas/Area/Location/jisX0402"));
	assert_int_equal(hs_findings_http(&run.submission.findings), 403);
	run_end(&run);
	free(foreign);
}

/* A wrong check digit must not be a way around the rights. */
static void
test_wrong_digit_does_not_widen_rights(void **state)
{
	static const char *own[] = { "990019" };
	char *foreign =
		replaced_all(sample_order, "<commons:jisX0402>990019", "<commons:jisX0402>99002X");
	struct run run;

	(void)state;
	run_init(&run);
	run.principal.areas = (struct hs_config_texts){ own, 1 };
	run_bytes(&run, foreign, strlen(foreign));
	assert_int_not_equal(run.err, HS_OK);
	run_end(&run);
	free(foreign);
}

/* No code anywhere, and an office that is a prefecture: refused, never widened. */
static void
test_missing_area_is_refused(void **state)
{
	char *without =
		replaced_all(sample_order, "<commons:jisX0402>990019</commons:jisX0402>", "");
	char *office =
		replaced_all(without, "OrganizationCode>990019<", "OrganizationCode>990001<");
	char *text = replaced(office, "publishingOfficeID>990019<", "publishingOfficeID>990001<");
	struct run run;

	(void)state;
	run_text(&run, text);
	assert_int_not_equal(run.err, HS_OK);
	assert_non_null(found(&run, HS_FINDING_AREA_MISSING));
	run_end(&run);
	free(without);
	free(office);
	free(text);
}

static void
test_offices(void **state)
{
	struct run run;

	(void)state;
	/* The prefecture says openly that it enters for the city. */
	run_init(&run);
	run.principal.code = "990001";
	run_bytes(&run, sample_order, strlen(sample_order));
	assert_accepted(&run);
	assert_true(hs_notice_has_flag(run.submission.notice, "proxy_entry"));
	assert_string_equal(run.submission.notice->source->entered_by, "架空県 危機管理課");
	run_end(&run);
	/* Another office than the credential's, and nobody says so. */
	char *text = replaced(sample_order, "OrganizationCode>990001<", "OrganizationCode>990019<");
	run_init(&run);
	run.principal.code = "990027";
	run_bytes(&run, text, strlen(text));
	assert_accepted(&run);
	assert_non_null(found(&run, HS_FINDING_PROXY_ENTRY));
	assert_string_equal(run.submission.notice->source->entered_by, "架空市 防災課");
	run_end(&run);
	free(text);
}

/* One foreign code in one place only, and the first finding that must tell of it. */
static void
test_every_place_in_a_document(void **state)
{
	static const struct {
		const char *from, *to;
		enum hs_finding_code code;
		const char *path;
	} rows[] = {
		{ "<commons:targetArea><commons:areaName>架空県架空市</"
		  "commons:areaName><commons:jisX0402>990019",
			"<commons:targetArea><commons:areaName>架空県架空市</"
			"commons:areaName><commons:jisX0402>990043",
			HS_FINDING_AREA_FOREIGN, "targetArea/jisX0402" },
		{ "<ib:Area><commons:areaName>架空県架空市</"
		  "commons:areaName><commons:jisX0402>990019",
			"<ib:Area><commons:areaName>架空県架空市</"
			"commons:areaName><commons:jisX0402>990043",
			HS_FINDING_AREA_FOREIGN, "Headline/Areas/Area/jisX0402" },
		{ "</commons:areaNameKana><commons:jisX0402>990019",
			"</commons:areaNameKana><commons:jisX0402>990043",
			HS_FINDING_SUB_CODE_FOREIGN, "ooAzaTyouTyouMokuCode" },
		{ "MokuCode>990010001001<", "MokuCode>990040001001<", HS_FINDING_SUB_CODE_FOREIGN,
			"ooAzaTyouTyouMokuCode" },
		{ "<commons:areaName>港町</commons:areaName>",
			"<commons:areaName>港町</commons:areaName><commons:jisX0402>990043</"
			"commons:jisX0402>",
			HS_FINDING_AREA_FOREIGN, "Detail[2]/Areas/Area/Location/jisX0402" },
		{ "<commons:areaName>港町</commons:areaName>",
			"<commons:areaName>港町</commons:areaName><commons:jisX0402>990001</"
			"commons:jisX0402>",
			HS_FINDING_AREA_PREFECTURE, "Detail[2]/Areas/Area/Location/jisX0402" },
		{ "<commons:areaName>港町</commons:areaName>",
			"<commons:areaName>港町</commons:areaName><commons:jisX0402>221317</"
			"commons:jisX0402>",
			HS_FINDING_AREA_RETIRED, "Detail[2]/Areas/Area/Location/jisX0402" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = replaced(sample_order, rows[i].from, rows[i].to);
		const struct hs_finding *first;
		struct run run;

		run_text(&run, text);
		first = hs_findings_first_error(&run.submission.findings);
		if (first == NULL || first->code != rows[i].code ||
			strstr(first->place.path, rows[i].path) == NULL) {
			run_print(&run);
			fail_msg("row %zu", i);
		}
		run_end(&run);
		free(text);
	}
}

static void
test_retired_code_names_the_new_one(void **state)
{
	char *text = replaced_all(sample_order, "jisX0402>990019<", "jisX0402>221350<");
	struct run run;

	(void)state;
	run_text(&run, text);
	assert_int_equal(run.err, HS_ERR_REFUSED);
	assert_non_null(found(&run, HS_FINDING_AREA_RETIRED));
	assert_string_equal(found(&run, HS_FINDING_AREA_RETIRED)->expected, "221392 221384");
	run_end(&run);
	free(text);
}

static void
test_foreign_kind_names_its_kinds(void **state)
{
	static const char *kinds[] = { "shelter", "damage" };
	struct run run;

	(void)state;
	run_init(&run);
	run.principal.kinds = (struct hs_config_texts){ kinds, 2 };
	run_bytes(&run, sample_order, strlen(sample_order));
	assert_int_equal(run.err, HS_ERR_FORBIDDEN);
	assert_int_equal(run.submission.findings.errors, 1); /* once, not for each area */
	assert_non_null(found(&run, HS_FINDING_KIND_FOREIGN));
	assert_string_equal(found(&run, HS_FINDING_KIND_FOREIGN)->expected, "shelter damage");
	assert_string_equal(found(&run, HS_FINDING_KIND_FOREIGN)->detail, "evacuation");
	run_end(&run);
}

static char foreign_district[] = "990040001001", foreign_code[] = "990043";

/* A district is looked at by itself: a format whose values are taken as they come may send one from elsewhere. */
static void
test_district_of_another_municipality(void **state)
{
	struct run run;

	(void)state;
	run_text(&run, sample_order);
	assert_accepted(&run);
	run.submission.notice->evacuation->details[0]->areas[0]->area->sub_code = foreign_district;
	hs_policy_areas(&run.submission);
	assert_int_equal(run.submission.findings.errors, 1);
	assert_string_equal(found(&run, HS_FINDING_AREA_FOREIGN)->detail, foreign_district);
	run_end(&run);
}

/* Every place of a detail is a place of the message, though nothing above it says so; only a shelter may stand elsewhere. */
static void
test_places_of_other_kinds(void **state)
{
	struct run run;

	(void)state;
	run_text(&run, sample_order);
	assert_accepted(&run);
	hs_notice *notice = run.submission.notice;
	hs_earthquake *quake = HS_NEW(run.arena, &hansho__v1__earthquake__descriptor);
	hs_intensity *intensity = HS_NEW(run.arena, &hansho__v1__intensity__descriptor);
	Hansho__V1__Shelter *shelter = HS_NEW(run.arena, &hansho__v1__shelter__descriptor);
	Hansho__V1__Shelter__Item *item = HS_NEW(run.arena, &hansho__v1__shelter__item__descriptor);
	item->area = HS_NEW(run.arena, &hansho__v1__area__descriptor);
	item->area->code = foreign_code;
	assert_true(hs_repeat(run.arena, &shelter->n_items, &shelter->items, item));
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_SHELTER;
	notice->shelter = shelter;
	hs_policy_areas(&run.submission);
	assert_int_equal(run.submission.findings.errors, 0);
	assert_string_equal(found(&run, HS_FINDING_SHELTER_OUTSIDE)->detail, foreign_code);
	assert_string_equal(item->area->code, foreign_code);
	intensity->area = item->area;
	assert_true(hs_repeat(run.arena, &quake->n_intensities, &quake->intensities, intensity));
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EARTHQUAKE;
	notice->earthquake = quake;
	hs_policy_areas(&run.submission);
	assert_int_equal(run.submission.findings.errors, 1);
	assert_string_equal(found(&run, HS_FINDING_AREA_FOREIGN)->detail, foreign_code);
	run_end(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mode_matrix),
		cmocka_unit_test(test_mode_mismatch_in_documents),
		cmocka_unit_test(test_areas),
		cmocka_unit_test(test_one_foreign_area_refuses_all),
		cmocka_unit_test(test_wrong_digit_does_not_widen_rights),
		cmocka_unit_test(test_missing_area_is_refused),
		cmocka_unit_test(test_offices),
		cmocka_unit_test(test_every_place_in_a_document),
		cmocka_unit_test(test_retired_code_names_the_new_one),
		cmocka_unit_test(test_district_of_another_municipality),
		cmocka_unit_test(test_places_of_other_kinds),
		cmocka_unit_test(test_foreign_kind_names_its_kinds),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
