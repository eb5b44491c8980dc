/* Each rule of likelihood with an order that raises it and one beside it that does not (misissuance M5); nothing of
 * it changes the order, and a check that breaks lets it through. */
#include "hub/base/check.h"
#include "hub/gate/plausible.h"
#include "hub/gate/register.h"
#include "tests/unit/hub/gate/samples.h"

static const char register_text[] =
	"districts:\n"
	"- {code: \"990019\", name: 北町一丁目, households: 100, people: 250, rivers: [架空川]}\n"
	"- {code: \"990019\", name: 北町二丁目, households: 100, people: 250, rivers: [架空川]}\n"
	"- {code: \"990019\", name: 港町, households: 50, people: 100, rivers: [仮想川]}\n"
	"- {code: \"990019\", name: 山手, households: 40, people: 90}\n"
	"- {code: \"990019\", name: 中央, households: 300, people: 700, rivers: [架空川, 仮想川]}\n"
	"- {code: \"990027\", name: 北町一丁目, households: 9, people: 20}\n";

#define COUNTS_FROM                                                                                \
	"<ev:TotalNumber><ev:Households ev:unit=\"世帯\">120</ev:Households><ev:HeadCount>300</" \
	"ev:HeadCount>"

static char *
area_xml(const char *name)
{
	char *xml = NULL;

	assert_true(asprintf(&xml,
			    "<ev:Area><eb:Location><commons:areaName>%s</commons:areaName>"
			    "<commons:jisX0402>990019</commons:jisX0402></eb:Location>"
			    "<ev:DateTime>2026-07-01T18:55:00+09:00</ev:DateTime></ev:Area>",
			    name) > 0);
	return xml;
}

/* sample_order for these districts (separated by blanks), with other counts and another disaster. */
static char *
order_for(const char *districts, unsigned households, const char *disaster)
{
	char *names = strdup(districts);
	char *areas = strdup("");
	char *counts = NULL;
	char *place, *next, *text, *done;
	char *rest = NULL;

	for (char *name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest)) {
		place = area_xml(name);
		assert_true(asprintf(&next, "%s%s", areas, place) > 0);
		free(areas);
		free(place);
		areas = next;
	}
	text = replaced(sample_order, "<ev:Areas><ev:Area>", "<ev:Areas>\n<ev:Area>");
	place = strstr(text, "<ev:Areas>\n");
	next = strstr(place, "</ev:Areas>");
	done = spliced(text, (size_t)(place - text) + strlen("<ev:Areas>"),
		(size_t)(next - place) - strlen("<ev:Areas>"), areas);
	free(text);
	assert_true(asprintf(&counts,
			    "<ev:TotalNumber><ev:Households>%u</ev:Households>"
			    "<ev:HeadCount>%u</ev:HeadCount>",
			    households, households * 2) > 0);
	text = replaced(done, COUNTS_FROM, counts);
	free(done);
	done = replaced(text, "<eb:DisasterName>訓練災害", disaster);
	free(text);
	free(counts);
	free(areas);
	free(names);
	return done;
}

static struct hs_register *
register_of(const char *text)
{
	struct hs_register *reg = NULL;
	char why[HS_CONFIG_WHY] = "";

	if (hs_register_parse(text, &reg, why) != HS_OK)
		print_message("%s\n", why);
	assert_non_null(reg);
	return reg;
}

static void
run_with(struct run *run, const char *text, const struct hs_register *reg)
{
	run_init(run);
	run->arena = hs_arena_create(HS_SUBMISSION_ARENA_BYTES);
	hs_submission_begin(&run->submission, run->arena, &run->limits);
	run->submission.principal = &run->principal;
	run->submission.bytes = (const uint8_t *)text;
	run->submission.len_bytes = strlen(text);
	run->submission.mode = run->lane;
	run->submission.guard.reg = reg;
	run->submission.received_unix_us = SAMPLE_RECEIVED_US;
	run->err = hs_pipeline_run(&run->submission, &run->stage);
}

static const enum hs_finding_code kinds[] = { HS_FINDING_AREA_UNUSUAL, HS_FINDING_AREAS_ALL,
	HS_FINDING_HOUSEHOLDS_FAR, HS_FINDING_AREA_OTHER_RIVER, HS_FINDING_CHECK_BROKEN };
#define NONE HS_FINDING_COUNT

static const struct {
	const char *districts;
	unsigned households;
	const char *disaster;
	enum hs_finding_code code; /* the only one of `kinds`; NONE */
	const char *detail;
} cases[] = {
	{ "北町一丁目", 100, "<eb:DisasterName>訓練災害", NONE, "" },
	{ "北町１丁目", 100, "<eb:DisasterName>訓練災害", NONE, "" },
	{ "架空市北町1丁目", 100, "<eb:DisasterName>訓練災害", NONE, "" },
	{ "北町三丁目", 0, "<eb:DisasterName>訓練災害", HS_FINDING_AREA_UNUSUAL, "北町三丁目" },
	{ "北町一丁目 北町二丁目 港町 山手", 290, "<eb:DisasterName>訓練災害", NONE, "" },
	{ "北町一丁目 北町二丁目 港町 山手 中央", 590, "<eb:DisasterName>訓練災害",
		HS_FINDING_AREAS_ALL, "5 / 5" },
	{ "全域", 590, "<eb:DisasterName>訓練災害", HS_FINDING_AREAS_ALL, "5 / 5" },
	{ "北町一丁目 北町一丁目 北町一丁目 北町一丁目 北町一丁目", 100,
		"<eb:DisasterName>訓練災害", NONE, "" },
	{ "北町一丁目 北町二丁目", 600, "<eb:DisasterName>訓練災害", NONE, "" },
	{ "北町一丁目 北町二丁目", 801, "<eb:DisasterName>訓練災害", HS_FINDING_HOUSEHOLDS_FAR,
		"801" },
	{ "北町一丁目 北町二丁目", 66, "<eb:DisasterName>訓練災害", HS_FINDING_HOUSEHOLDS_FAR,
		"66" },
	{ "北町一丁目 北町二丁目", 84, "<eb:DisasterName>訓練災害", NONE, "" },
	{ "北町一丁目 中央", 400, "<eb:DisasterName>架空川の氾濫", NONE, "" },
	{ "北町一丁目 港町", 150, "<eb:DisasterName>架空川の氾濫", HS_FINDING_AREA_OTHER_RIVER,
		"港町" },
	{ "北町一丁目 山手", 140, "<eb:DisasterName>架空川の氾濫", NONE, "" },
};

static void
check_case(size_t i, const struct hs_register *reg)
{
	char *text = order_for(cases[i].districts, cases[i].households, cases[i].disaster);
	struct run run, plain;

	run_with(&run, text, reg);
	run_with(&plain, text, NULL);
	assert_int_equal(run.err, HS_OK);
	for (size_t k = 0; k < HS_COUNT(kinds); k++) {
		const struct hs_finding *finding = found(&run, kinds[k]);

		if ((finding != NULL) != (kinds[k] == cases[i].code)) {
			print_message("case %zu: %s\n", i, hs_finding_row(kinds[k])->code);
			run_print(&run);
		}
		assert_int_equal(finding != NULL, kinds[k] == cases[i].code);
		assert_null(found(&plain, kinds[k]));
		if (finding == NULL)
			continue;
		assert_string_equal(finding->detail, cases[i].detail);
		assert_true(finding->place.line > 0);
		assert_true(
			hs_notice_has_flag(run.submission.notice, hs_finding_row(kinds[k])->code));
	}
	/* a warning never changes what is ordered */
	assert_int_equal(run.submission.notice->evacuation->details[0]->n_areas,
		plain.submission.notice->evacuation->details[0]->n_areas);
	assert_memory_equal(run.submission.content_sha256, plain.submission.content_sha256,
		sizeof(run.submission.content_sha256));
	run_end(&run);
	run_end(&plain);
	free(text);
}

static void
test_rules(void **state)
{
	struct hs_register *reg = register_of(register_text);

	(void)state;
	for (size_t i = 0; i < HS_COUNT(cases); i++)
		check_case(i, reg);
	hs_register_free(reg);
}

/* A town that nobody registered has no usual districts. */
static void
test_unregistered_town(void **state)
{
	struct hs_register *reg =
		register_of("districts:\n- {code: \"990027\", name: 北町, households: 1}\n");
	char *text = order_for("どこか", 9999, "<eb:DisasterName>訓練災害");
	struct run run;

	(void)state;
	run_with(&run, text, reg);
	assert_int_equal(run.err, HS_OK);
	for (size_t k = 0; k < HS_COUNT(kinds); k++)
		assert_null(found(&run, kinds[k]));
	run_end(&run);
	free(text);
	hs_register_free(reg);
}

/* Lifts and cancels are never asked whether they are likely. */
static void
test_only_orders(void **state)
{
	struct hs_register *reg = register_of(register_text);
	char *far = order_for("北町三丁目", 9999, "<eb:DisasterName>訓練災害");
	char *lift = replaced(far, "<ev:IssueOrLift>発令", "<ev:IssueOrLift>解除");
	struct run run;

	(void)state;
	run_with(&run, lift, reg);
	assert_int_equal(run.err, HS_OK);
	assert_null(found(&run, HS_FINDING_AREA_UNUSUAL));
	run_end(&run);
	free(lift);
	free(far);
	hs_register_free(reg);
}

/* More names than the check has room for: it gives up, says so, and the order goes out whole. */
static void
test_broken_check(void **state)
{
	struct hs_register *reg = register_of(register_text);
	size_t name_bytes = (size_t)20 << 20;
	char *name = malloc(name_bytes + 1);
	struct hs_submission submission;
	struct hs_arena *arena = hs_arena_create(HS_SUBMISSION_ARENA_BYTES);
	hs_area area = HANSHO__V1__AREA__INIT;
	hs_evacuation_place place = HANSHO__V1__EVACUATION__PLACE__INIT;
	hs_evacuation_detail detail = HANSHO__V1__EVACUATION__DETAIL__INIT;
	hs_evacuation evacuation = HANSHO__V1__EVACUATION__INIT;
	hs_notice notice = HANSHO__V1__NOTICE__INIT;
	hs_evacuation_place *places[] = { &place };
	hs_evacuation_detail *details[] = { &detail };
	char code[] = "990019";

	(void)state;
	memset(name, 'x', name_bytes);
	name[name_bytes] = '\0';
	area.name = name;
	area.code = code;
	place.area = &area;
	detail.state = HS_EVAC(ISSUED);
	detail.n_areas = 1;
	detail.areas = places;
	evacuation.n_details = 1;
	evacuation.details = details;
	notice.evacuation = &evacuation;
	notice.detail_case = HANSHO__V1__NOTICE__DETAIL_EVACUATION;
	hs_submission_begin(&submission, arena, &hs_gate_limits_default);
	submission.guard.reg = reg;
	submission.notice = &notice;
	hs_plausible_check(&submission);
	assert_int_equal(submission.findings.count, 1);
	assert_int_equal(submission.findings.errors, 0);
	assert_int_equal(submission.findings.items[0].code, HS_FINDING_CHECK_BROKEN);
	assert_true(hs_notice_has_flag(&notice, "check_broken"));
	hs_submission_end(&submission);
	hs_arena_destroy(arena);
	hs_register_free(reg);
	free(name);
}

static void
test_bad_registers(void **state)
{
	static const struct {
		const char *text, *why;
	} bad[] = {
		{ "districts:\n- {code: \"887654\", name: 北町}\n", "in no table" },
		{ "districts:\n- {code: \"990019\", name: 北町一丁目}\n- {code: \"990019\", name: "
		  "北町１丁目}\n",
			"same district" },
		{ "districts:\n- {code: \"990019\"}\n", "name" },
		{ "districts:\n- {code: \"990019\", name: 北町, households: -1}\n", "households" },
		{ "districts: []\n", "districts" },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(bad); i++) {
		struct hs_register *reg = NULL;
		char why[HS_CONFIG_WHY] = "";

		assert_int_not_equal(hs_register_parse(bad[i].text, &reg, why), HS_OK);
		assert_null(reg);
		if (strstr(why, bad[i].why) == NULL)
			print_message("case %zu: %s\n", i, why);
		assert_non_null(strstr(why, bad[i].why));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_unregistered_town),
		cmocka_unit_test(test_only_orders),
		cmocka_unit_test(test_broken_check),
		cmocka_unit_test(test_bad_registers),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
