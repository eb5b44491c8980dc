/* Values that a sender can mend: each finding of the list where it belongs, with path and line. */
#include <time.h>

#include "tests/unit/hub/gate/samples.h"

/* {change, code of the finding that must come, accepted?} */
static const struct {
	const char *from, *to;
	enum hs_finding_code code;
} cases[] = {
	{ "<ev:Sort>避難指示</ev:Sort><ev:IssueOrLift>発令",
		"<ev:Sort>超避難</ev:Sort><ev:IssueOrLift>発令", HS_FINDING_UNKNOWN_SORT },
	{ "<ev:Sort>避難指示</ev:Sort><ev:IssueOrLift>発令",
		"<ev:Sort>避難勧告</ev:Sort><ev:IssueOrLift>発令", HS_FINDING_OBSOLETE_TERM },
	{ "<ev:Sort>避難指示</ev:Sort><ev:IssueOrLift>発令",
		"<ev:Sort></ev:Sort><ev:IssueOrLift>発令", HS_FINDING_ELEMENT_MISSING },
	{ ">発令<", ">発出<", HS_FINDING_ISSUE_OR_LIFT_UNKNOWN },
	{ ">発令<", "><", HS_FINDING_ISSUE_OR_LIFT_UNKNOWN },
	{ "<edxlde:circle>30.001000,139.001000,0", "<edxlde:circle>139.001000,30.001000,0",
		HS_FINDING_SHAPE_DROPPED },
	{ "<edxlde:polygon/>", "<edxlde:polygon>139.1,35.1 139.2,35.2 139.3,35.1</edxlde:polygon>",
		HS_FINDING_SHAPE_DROPPED },
	{ "<edxlde:polygon/>", "<edxlde:polygon>30.1,139.1 30.2,139.2 30.3,139.1</edxlde:polygon>",
		HS_FINDING_SHAPE_OPEN },
	{ "<edxlde:polygon/>",
		"<edxlde:polygon>30.1,139.1 30.2,139.2 30.1,139.2 30.2,139.1 30.1,139.1</"
		"edxlde:polygon>",
		HS_FINDING_SHAPE_CROSSES },
	{ "<ev:HeadCount>300</ev:HeadCount></ev:TotalNumber>",
		"<ev:HeadCount>約300</ev:HeadCount></ev:TotalNumber>", HS_FINDING_COUNT_BAD },
	{ "<ev:DateTime>2026-07-01T18:55:00+09:00", "<ev:DateTime>2026-07-01T18:55:00",
		HS_FINDING_OFFSET_ASSUMED },
	{ "<ev:DateTime>2026-07-01T18:55:00+09:00", "<ev:DateTime>7月1日", HS_FINDING_TIME_BAD },
	{ "<ev:DateTime>2026-07-01T18:55:00+09:00</ev:DateTime>", "<ev:DateTime/>",
		HS_FINDING_ORDERED_ASSUMED },
	{ "<ib:CreateDateTime>2026", "<ib:CreateDateTime>x2026", HS_FINDING_TIME_IGNORED },
	{ "<ib:CreateDateTime>2026-07-01T18:57", "<ib:CreateDateTime>2026-07-01T21:57",
		HS_FINDING_FUTURE_TIME },
	{ "<commons:documentRevision>3</commons:documentRevision><commons:previous",
		"<commons:documentRevision>4</commons:documentRevision><commons:previous",
		HS_FINDING_HEAD_MISMATCH },
	{ "<p:Title>EvacuationOrder", "<p:Title>Shelter", HS_FINDING_HEAD_MISMATCH },
	{ "<commons:previousDocumentRevision>2</"
	  "commons:previousDocumentRevision><commons:documentRevision>3",
		"<commons:previousDocumentRevision>1</"
		"commons:previousDocumentRevision><commons:documentRevision>3",
		HS_FINDING_PREVIOUS_REVISION },
	{ "<commons:jisX0402>990019</commons:jisX0402><commons:ooAza",
		"<commons:jisX0402>990018</commons:jisX0402><commons:ooAza",
		HS_FINDING_CHECK_DIGIT },
	{ "<commons:jisX0402>990019</commons:jisX0402><commons:ooAza",
		"<commons:jisX0402>887654</commons:jisX0402><commons:ooAza",
		HS_FINDING_AREA_UNKNOWN },
	{ "<commons:jisX0402>990019</commons:jisX0402><commons:ooAza",
		"<commons:jisX0402>990001</commons:jisX0402><commons:ooAza",
		HS_FINDING_AREA_PREFECTURE },
	{ "<commons:jisX0402>990019</commons:jisX0402><commons:ooAza",
		"<commons:jisX0402>990027</commons:jisX0402><commons:ooAza",
		HS_FINDING_SUB_CODE_FOREIGN },
	{ "990010001001", "99001000", HS_FINDING_VALUE_BAD },
	{ "<commons:jisX0402>990019</commons:jisX0402></commons:targetArea>",
		"<commons:jisX0402>990001</commons:jisX0402></commons:targetArea>",
		HS_FINDING_AREA_WIDE },
	{ "<commons:jisX0402>990019</commons:jisX0402></commons:targetArea>",
		"<commons:jisX0402>990035</commons:jisX0402></commons:targetArea>",
		HS_FINDING_AREA_FOREIGN },
	{ "<edxlde:distributionType>Update</edxlde:distributionType><edxlde:combined",
		"<edxlde:distributionType>Dispatch</edxlde:distributionType><edxlde:combined",
		HS_FINDING_TYPE_UNKNOWN },
	{ "<edxlde:distributionType>Update</edxlde:distributionType><edxlde:combined",
		"<edxlde:distributionType>Cancel</edxlde:distributionType><edxlde:combined",
		HS_FINDING_ERRATA_MISSING },
	{ "<commons:category>EvacuationOrder", "<commons:category>Shelter",
		HS_FINDING_BODY_MISMATCH },
	{ "<commons:category>EvacuationOrder", "<commons:category>Picnic",
		HS_FINDING_BODY_MISMATCH },
	{ "evacuation4\"", "shelter4\"", HS_FINDING_BODY_MISMATCH },
	{ "<commons:documentID>74ee0001-0000-4000-8000-000000990019</"
	  "commons:documentID><commons:category>",
		"<commons:documentID>a</commons:documentID><commons:documentID>b</"
		"commons:documentID><commons:category>",
		HS_FINDING_ELEMENT_REPEATED },
	{ "<edxlde:senderID>bosai.kakuu.example", "<edxlde:senderID>bosai|kakuu",
		HS_FINDING_VALUE_BAD },
	{ "<edxlde:senderID>bosai.kakuu.example", "<edxlde:senderID>", HS_FINDING_ELEMENT_MISSING },
	{ "<edxlde:senderID>bosai.kakuu.example", "<edxlde:senderID>bosai.sotei.example",
		HS_FINDING_SOURCE_FOREIGN },
	{ "<edxlde:distributionStatus>Exercise", "<edxlde:distributionStatus>exercise",
		HS_FINDING_STATUS_UNKNOWN },
	{ "EDXLDistribution xmlns:edxlde=\"urn:oasis:names:tc:emergency:EDXL:DE:1.0\"",
		"EDXLDistribution xmlns:edxlde=\"urn:oasis:names:tc:emergency:EDXL:DE:9.0\"",
		HS_FINDING_ROOT_UNKNOWN },
};

static void
test_findings(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *changed = replaced(sample_order, cases[i].from, cases[i].to);
		const struct hs_finding_row *row = hs_finding_row(cases[i].code);
		const struct hs_finding *finding;
		struct run run;

		run_text(&run, changed);
		finding = found(&run, cases[i].code);
		if (!finding || (run.err == HS_OK) != (row->severity == HS_SEVERITY_WARNING)) {
			print_message("case %zu: %s (%s)\n", i, row->code, hs_err_name(run.err));
			run_print(&run);
		}
		assert_non_null(finding);
		assert_int_equal(run.err == HS_OK, row->severity == HS_SEVERITY_WARNING);
		assert_true(finding->place.path[0] == '/');
		assert_true(finding->place.line > 0);
		assert_int_equal(hs_findings_http(&run.submission.findings), row->http);
		assert_int_equal(hs_findings_soap(&run.submission.findings), row->soap);
		run_end(&run);
		free(changed);
	}
}

/* A shape that decorates an area is left out, and nothing else: the order stands with its codes. */
static void
test_a_bad_shape_costs_no_area(void **state)
{
	static const char *const shapes[] = {
		"<edxlde:polygon>30.1,139.1 30.2,139.2 30.3,139.1</edxlde:polygon>",
		"<edxlde:polygon>30.1,139.1 30.2,139.2 30.1,139.2 30.2,139.1 30.1,139.1</"
		"edxlde:polygon>",
		"<edxlde:polygon>91,139.1 30.2,139.2 30.1,139.2 91,139.1</edxlde:polygon>",
		"<edxlde:polygon>30.1,139.1 30.2,139.1 30.2,139.2 30.15,139.3 30.1,139.2 "
		"30.1,139.1</"
		"edxlde:polygon>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
		char *text = replaced(sample_order, "<edxlde:polygon/>", shapes[i]);
		const hs_area *area;
		struct run run;

		run_init(&run);
		run.limits.shape_points = 5;
		run_bytes(&run, text, strlen(text));
		assert_accepted(&run);
		assert_int_equal(found(&run, HS_FINDING_SHAPE_LONG) != NULL, i == 3);
		assert_true(hs_notice_has_flag(run.submission.notice, "shape_dropped"));
		area = run.submission.notice->evacuation->details[0]->areas[0]->area;
		assert_string_equal(area->code, "990019");
		assert_int_equal(area->geometry->n_polygons, 0);
		assert_int_equal(area->geometry->n_circles, 1);
		run_end(&run);
		free(text);
	}
}

/* The newest order of the document counts; received 18:57:08. */
static void
test_clocks(void **state)
{
	static const struct {
		const char *newest;
		enum hs_finding_code code; /* HS_FINDING_COUNT: none */
		const char *flag;
	} rows[] = {
		{ "2026-07-01T18:28:00+09:00", HS_FINDING_COUNT, "" },
		{ "2026-07-01T18:22:08+09:00", HS_FINDING_LATE_ENTRY, "late_entry" },
		{ "2026-06-24T18:58:08+09:00", HS_FINDING_LATE_ENTRY, "late_entry" },
		{ "2026-06-24T18:50:08+09:00", HS_FINDING_OLD_ORDER, "old_order" },
		{ "2026-07-01T19:57:00+09:00", HS_FINDING_COUNT, "" },
		{ "2026-07-01T19:58:00+09:00", HS_FINDING_FUTURE_TIME, "future_time" },
	};
	static const enum hs_finding_code all[] = { HS_FINDING_LATE_ENTRY, HS_FINDING_OLD_ORDER,
		HS_FINDING_FUTURE_TIME };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *older = replaced_all(
			sample_order, "2026-07-01T18:50:00+09:00", "2026-06-01T00:00:00+09:00");
		char *text = replaced_all(older, "2026-07-01T18:55:00+09:00", rows[i].newest);
		struct run run;

		run_text(&run, text);
		assert_accepted(&run);
		for (size_t k = 0; k < sizeof(all) / sizeof(all[0]); k++)
			assert_int_equal(found(&run, all[k]) != NULL, all[k] == rows[i].code);
		if (rows[i].flag[0])
			assert_true(hs_notice_has_flag(run.submission.notice, rows[i].flag));
		run_end(&run);
		free(older);
		free(text);
	}
}

static void
test_entry_lag_is_told(void **state)
{
	char *older = replaced_all(
		sample_order, "2026-07-01T18:50:00+09:00", "2026-07-01T18:00:00+09:00");
	char *text = replaced_all(older, "2026-07-01T18:55:00+09:00", "2026-07-01T18:22:08+09:00");
	struct run run;

	(void)state;
	run_text(&run, text);
	assert_string_equal(found(&run, HS_FINDING_LATE_ENTRY)->detail, "35 min");
	run_end(&run);
	free(older);
	free(text);
}

static void
test_expiry(void **state)
{
	static const char target[] =
		"<ib:TargetDateTime>2026-07-01T18:54:00+09:00</ib:TargetDateTime>";
	char *over = replaced(sample_order, target,
		"<ib:ValidDateTime>2026-07-01T18:57:07+09:00</ib:ValidDateTime>");
	char *valid = replaced(sample_order, target,
		"<ib:ValidDateTime>2026-07-01T18:57:09+09:00</ib:ValidDateTime>");
	struct run run;

	(void)state;
	run_text(&run, over);
	assert_accepted(&run);
	assert_non_null(found(&run, HS_FINDING_EXPIRED));
	run_end(&run);
	run_text(&run, valid);
	assert_accepted(&run);
	assert_null(found(&run, HS_FINDING_EXPIRED));
	assert_non_null(run.submission.notice->times->valid_until);
	run_end(&run);
	free(over);
	free(valid);
}

static void
test_wrong_digit_names_the_right_one(void **state)
{
	char *wrong = replaced_all(sample_order, "990019<", "99001X<");
	const struct hs_finding *finding;
	struct run run;

	(void)state;
	run_text(&run, wrong);
	assert_accepted(&run);
	finding = found(&run, HS_FINDING_CHECK_DIGIT);
	assert_non_null(finding);
	assert_string_equal(finding->expected, "990019");
	assert_string_equal(finding->detail, "99001X");
	assert_non_null(strstr(finding->place.path, "/jisX0402"));
	assert_string_equal(run.submission.notice->areas[0]->code, "990019");
	assert_string_equal(
		run.submission.notice->evacuation->details[0]->areas[0]->area->code, "990019");
	run_end(&run);
	free(wrong);
}

/* The sample with `count` areas in its first detail, each with `code`. */
static char *
with_areas(size_t count, const char *code)
{
	const char *mark = "<ev:Area><eb:Location><commons:areaName>港町";
	size_t room = count * 240 + 1;
	char *areas = malloc(room);
	size_t used = 0;
	char *text;

	assert_non_null(areas);
	areas[0] = '\0';
	for (size_t i = 0; i < count; i++)
		used += (size_t)snprintf(areas + used, room - used,
			"<ev:Area><eb:Location><commons:areaName>%zu</commons:areaName>"
			"<commons:jisX0402>%s</commons:jisX0402></eb:Location>"
			"<ev:DateTime>2026-07-01T18:50:00+09:00</ev:DateTime></ev:Area>",
			i, code);
	text = spliced(sample_order, (size_t)(strstr(sample_order, mark) - sample_order), 0, areas);
	free(areas);
	return text;
}

/* ThreadSanitizer makes it some ten times slower. */
#ifdef __SANITIZE_THREAD__
#define MANY_AREAS_S 30
#else
#define MANY_AREAS_S 1
#endif

/* A large city's snapshot, with right codes and with wrong ones; then one area too many. */
static void
test_many_areas(void **state)
{
	static const char *const codes[] = { "990019", "99001X", "880019" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char *text = with_areas(4998, codes[i]);
		clock_t from = clock();
		struct run run;

		run_text(&run, text);
		assert_true(clock() - from < MANY_AREAS_S * CLOCKS_PER_SEC);
		assert_int_equal(run.err == HS_OK, i < 2);
		assert_true(run.submission.findings.count <= 100);
		if (i == 1)
			assert_true(run.submission.findings.dropped > 4800);
		if (i < 2)
			assert_int_equal(
				run.submission.notice->evacuation->details[1]->n_areas, 4999);
		run_end(&run);
		free(text);
	}
	for (size_t over = 0; over < 2; over++) {
		char *text = with_areas(4998 + over, "990019");
		struct run run;

		run_text(&run, text);
		assert_int_equal(found(&run, HS_FINDING_TOO_MANY_AREAS) != NULL, over);
		run_end(&run);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_findings),
		cmocka_unit_test(test_a_bad_shape_costs_no_area),
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_entry_lag_is_told),
		cmocka_unit_test(test_expiry),
		cmocka_unit_test(test_wrong_digit_names_the_right_one),
		cmocka_unit_test(test_many_areas),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
