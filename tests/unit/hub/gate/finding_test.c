/* The list of findings: complete, bounded, and readable in every form. */
#include <jansson.h>

#include "tests/unit/hub/gate/samples.h"

static void
test_every_row_is_complete(void **state)
{
	(void)state;
	for (int i = 0; i < HS_FINDING_COUNT; i++) {
		const struct hs_finding_row *row = hs_finding_row((enum hs_finding_code)i);
		bool error = row->severity == HS_SEVERITY_ERROR;

		assert_true(row->code[0] && row->text_ja[0] && row->text_en[0]);
		assert_true(row->mend_ja[0] && row->mend_en[0]);
		assert_int_equal(
			strspn(row->code, "abcdefghijklmnopqrstuvwxyz_"), strlen(row->code));
		assert_true(error ? row->http >= 400 && row->soap >= 401
				  : row->http == 200 && row->soap == 0);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(
				hs_finding_row((enum hs_finding_code)k)->code, row->code);
	}
}

static void
test_bounds(void **state)
{
	struct hs_arena *arena = hs_arena_create(1 << 20);
	struct hs_place place = { "/a", 3 };
	struct hs_findings findings;
	hs_pb_finding **list;
	size_t count;

	(void)state;
	hs_findings_init(&findings, arena, 3);
	for (int i = 0; i < 10; i++)
		hs_finding_add(&findings, HS_FINDING_CHECK_DIGIT, place, "990019", "99001X");
	assert_int_equal(findings.count, 3);
	assert_int_equal(findings.dropped, 7);
	assert_null(hs_findings_first_error(&findings));
	assert_int_equal(hs_findings_http(&findings), 200);
	/* An error is seen even when warnings have filled the list. */
	hs_finding_add(&findings, HS_FINDING_AREA_FOREIGN, place, "", "990027");
	assert_int_equal(hs_findings_first_error(&findings)->code, HS_FINDING_AREA_FOREIGN);
	assert_int_equal(hs_findings_http(&findings), 403);
	list = hs_findings_to_pb(&findings, arena, &count);
	assert_int_equal(count, 4);
	assert_string_equal(list[0]->code, "area_foreign");
	assert_string_equal(list[3]->code, "more");
	assert_non_null(strstr(list[3]->message_en, "+8"));
	hs_arena_destroy(arena);
}

static void
test_texts_are_cut_at_characters(void **state)
{
	struct hs_arena *arena = hs_arena_create(1 << 20);
	struct hs_findings findings;
	char text[601];

	(void)state;
	for (size_t i = 0; i < 200; i++)
		memcpy(text + 3 * i, "水", 3);
	text[600] = '\0';
	hs_findings_init(&findings, arena, 3);
	hs_finding_add(&findings, HS_FINDING_VALUE_BAD, (struct hs_place){ "", 0 }, NULL, text);
	assert_int_equal(strlen(findings.items[0].detail), 198 + strlen("…"));
	assert_string_equal(findings.items[0].expected, "");
	hs_arena_destroy(arena);
}

static void
test_json(void **state)
{
	char *wrong = replaced(sample_order, ">発令<", ">発出<");
	struct run run;
	size_t count;
	hs_pb_finding **list;
	json_t *body, *again;
	char *text;

	(void)state;
	run_text(&run, wrong);
	list = hs_findings_to_pb(&run.submission.findings, run.arena, &count);
	body = hs_pb_findings_to_error_json(run.err, list, count);
	text = json_dumps(body, 0);
	again = json_loads(text, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(again, "error")), "REFUSED");
	assert_string_equal(
		json_string_value(json_object_get(again, "code")), "issue_or_lift_unknown");
	assert_string_equal(json_string_value(json_object_get(again, "expected")), "発令, 解除");
	assert_true(json_integer_value(json_object_get(again, "line")) > 20);
	assert_non_null(strstr(json_string_value(json_object_get(again, "path")), "Detail[1]"));
	assert_non_null(json_object_get(json_object_get(again, "message"), "ja"));
	assert_non_null(json_object_get(json_object_get(again, "message"), "en"));
	assert_int_equal(json_array_size(json_object_get(again, "findings")), count);
	json_decref(body);
	json_decref(again);
	free(text);
	body = hs_pb_findings_to_error_json(HS_ERR_AWAY, NULL, 0);
	assert_string_equal(json_string_value(json_object_get(body, "error")), "AWAY");
	json_decref(body);
	run_end(&run);
	free(wrong);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_row_is_complete),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_texts_are_cut_at_characters),
		cmocka_unit_test(test_json),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
