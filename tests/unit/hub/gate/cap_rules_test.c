/* Every rule of CAP that the schema does not express: the sample passes all, and each row has a document that fails it. */
#include "tests/unit/hub/gate/cap_samples.h"

#include "hub/base/check.h"
#include "hub/gate/cap_rules.h"

#define REFERENCES                                                    \
	"warn@met.example,KAKUU-2026-0000,2026-07-01T17:00:00+09:00 " \
	"other@met.example,X-9,2026-07-01T17:10:00+09:00"
#define RING	"\n 35.0,139.0 35.0,139.2 35.2,139.2 35.2,139.0 35.0,139.0 "
#define ENGLISH "<headline>Heavy rain expected</headline>"

static const struct {
	int rule;
	const char *from, *to;
	enum hs_finding_code code;
} cases[] = {
	{ 1, "KAKUU-2026-0001", "KAKUU 2026", HS_FINDING_CAP_IDENTITY },
	{ 1, "KAKUU-2026-0001", "KAKUU,2026", HS_FINDING_CAP_IDENTITY },
	{ 1, "<sender>warn@met", "<sender>warn&amp;met", HS_FINDING_CAP_IDENTITY },
	{ 1, "<sender>warn@met", "<sender>&lt;warn", HS_FINDING_CAP_IDENTITY },
	{ 2, "18:57:05+09:00</sent>", "09:57:05Z</sent>", HS_FINDING_CAP_TIME },
	{ 2, "18:57:05+09:00</sent>", "18:57:05,09:00</sent>", HS_FINDING_CAP_TIME },
	{ 2, "<sent>2026-", "<sent>1013-", HS_FINDING_CAP_TIME },
	{ 2, "18:57:05+09:00</sent>", "18:57:05.5+09:00</sent>", HS_FINDING_CAP_TIME },
	{ 2, "18:57:05+09:00</sent>", "18:57:05</sent>", HS_FINDING_CAP_TIME },
	{ 2, "18:57:05+09:00</sent>", "25:57:05+09:00</sent>", HS_FINDING_CAP_TIME },
	{ 2, "2026-07-02T06:00:00+09:00</expires>", "tomorrow</expires>", HS_FINDING_CAP_TIME },
	{ 2, "T18:57:00+09:00</effective>", " 18:57:00+09:00</effective>", HS_FINDING_CAP_TIME },
	{ 2, "T19:00:00+09:00</onset>", "T19:00:60+0900</onset>", HS_FINDING_CAP_TIME },
	{ 3, RING, "35.0,139.0 35.0,139.2 35.0,139.0", HS_FINDING_CAP_POLYGON },
	{ 3, RING, "35.0,139.0 35.0,139.2 35.2,139.2 35.2,139.0", HS_FINDING_CAP_POLYGON },
	{ 3, RING, "35.0 139.0 35.0 139.2 35.2 139.2 35.0 139.0", HS_FINDING_CAP_POLYGON },
	{ 3, RING, "35.0,139.0 35.0,nan 35.2,139.2 35.0,139.0", HS_FINDING_CAP_POLYGON },
	{ 3, RING, "", HS_FINDING_CAP_POLYGON },
	{ 4, "35.1,139.1 12.5", "35.1,139.1", HS_FINDING_CAP_CIRCLE },
	{ 4, "35.1,139.1 12.5", "35.1,139.1,12.5", HS_FINDING_CAP_CIRCLE },
	{ 4, "35.1,139.1 12.5", "35.1,139.1 -1", HS_FINDING_CAP_CIRCLE },
	{ 4, "35.1,139.1 12.5", "35.1,139.1 0", HS_FINDING_CAP_CIRCLE_ZERO },
	{ 5, RING, "35.0,139.0 35.2,139.2 35.0,139.2 35.2,139.0 35.0,139.0",
		HS_FINDING_CAP_POLYGON_CROSSES },
	{ 6, RING, "139.0,35.0 139.0,35.2 139.2,35.2 139.0,35.0", HS_FINDING_CAP_RANGE },
	{ 6, "35.1,139.1 12.5", "35.1,180.5 1", HS_FINDING_CAP_RANGE },
	{ 7, "<scope>Public</scope>", "<scope>Public</scope><restriction>police</restriction>",
		HS_FINDING_CAP_SCOPE },
	{ 7, "<scope>Public</scope>", "<scope>Private</scope>", HS_FINDING_CAP_SCOPE },
	{ 7, "<scope>Public</scope>", "<scope>Restricted</scope><restriction>police</restriction>",
		HS_FINDING_CAP_SCOPE_LIMITED },
	{ 7, "<scope>Public</scope>",
		"<scope>Private</scope><addresses>fire@kakuu.example</addresses>",
		HS_FINDING_CAP_SCOPE_LIMITED },
	{ 8, REFERENCES, "KAKUU-2026-0000", HS_FINDING_CAP_REFERENCES },
	{ 8, REFERENCES, "a,b,2026-07-01T08:00:00Z", HS_FINDING_CAP_REFERENCES },
	{ 8, REFERENCES, "a,,2026-07-01T08:00:00+09:00", HS_FINDING_CAP_REFERENCES },
	{ 8, REFERENCES, "a,b,2026-07-01T08:00:00", HS_FINDING_CAP_REFERENCES },
	{ 8, REFERENCES, "a,b,2026-07-01T25:00:00+09:00", HS_FINDING_CAP_REFERENCES },
	{ 8, REFERENCES, "a,b,c,2026-07-01T08:00:00+09:00", HS_FINDING_CAP_REFERENCES },
	{ 8, REFERENCES, "a&amp;b,c,2026-07-01T08:00:00+09:00", HS_FINDING_CAP_REFERENCES },
	{ 8, REFERENCES, "a,&lt;c,2026-07-01T08:00:00+09:00", HS_FINDING_CAP_REFERENCES },
	{ 8, REFERENCES, "a,b,2026-07-01T08:00:00+09:00;a,c,2026-07-01T08:00:00+09:00",
		HS_FINDING_CAP_REFERENCES },
	{ 8, REFERENCES, REFERENCES "\n a, b,2026-07-01T08:00:00+09:00",
		HS_FINDING_CAP_REFERENCES },
	{ 9, "KAKUU-2026-0000", "KAKUU-2026-0001", HS_FINDING_CAP_REFERENCE_SELF },
	{ 9, "KAKUU-2026-0000,2026-07-01", "KAKUU-2026-0000,2026-07-02",
		HS_FINDING_CAP_REFERENCE_LATER },
	{ 10, "<references>" REFERENCES "</references>", "", HS_FINDING_CAP_REFERENCES_MISSING },
	{ 10,
		"<msgType>Update</msgType>\n <source>架空気象台</source>\n <scope>Public</scope>\n "
		"<code> layer:test:1 "
		"</code>\n <note>架空市総合防災訓練</note>\n <references>" REFERENCES
		"</references>",
		"<msgType>Cancel</msgType><scope>Public</scope>", HS_FINDING_CAP_CANCEL_NAMELESS },
	{ 11, "<references>" REFERENCES "</references>", "<references/>",
		HS_FINDING_CAP_REFERENCES_EMPTY },
	{ 12, "<altitude>0</altitude><ceiling>", "<ceiling>", HS_FINDING_CAP_ALTITUDE },
	{ 12, "<altitude>0<", "<altitude>400<", HS_FINDING_CAP_ALTITUDE },
	{ 12, "<altitude>0<", "<altitude>-4<", HS_FINDING_CAP_ALTITUDE },
	{ 13, "<language>en<", "<language>en_US<", HS_FINDING_CAP_LANGUAGE },
	{ 13, "<language>en<", "<language>englishenglish<", HS_FINDING_CAP_LANGUAGE },
	{ 13, "<language>ja</language>", "", HS_FINDING_CAP_LANGUAGE_WRONG },
	{ 14, "https://met.example/w/1", "www.met.example/w/1", HS_FINDING_CAP_WEB },
	{ 14, "https://met.example/w/1", "https://met.example/w 1", HS_FINDING_CAP_WEB },
	{ 15, "text/plain", "plain", HS_FINDING_CAP_RESOURCE },
	{ 15, "text/plain", "picture/png", HS_FINDING_CAP_RESOURCE },
	{ 15, "<derefUri>YWJj</derefUri>", "", HS_FINDING_CAP_RESOURCE },
	{ 15, "YWJj", "YW!j", HS_FINDING_CAP_RESOURCE },
	{ 16, "<size>3<", "<size>4<", HS_FINDING_CAP_RESOURCE_DIGEST },
	{ 16, "a9993e36", "a9993e37", HS_FINDING_CAP_RESOURCE_DIGEST },
	{ 17, "<expires>2026-07-02T07:00:00+09:00</expires>", "", HS_FINDING_CAP_NO_EXPIRES },
	{ 18, "2026-07-02T06:00:00+09:00</expires>", "2026-07-01T18:57:05+09:00</expires>",
		HS_FINDING_CAP_TIME_ORDER },
	{ 18, "2026-07-01T18:57:00+09:00</effective>", "2026-07-02T18:57:00+09:00</effective>",
		HS_FINDING_CAP_TIME_ORDER },
	{ 18, "2026-07-01T19:00:00+09:00</onset>", "2026-07-02T19:00:00+09:00</onset>",
		HS_FINDING_CAP_TIME_ORDER },
	{ 19, "架空市では大雨", "架空市では&lt;br /&gt;大雨", HS_FINDING_CAP_MARKUP },
	{ 19, "架空市では大雨", "架空市では&amp;nbsp;大雨", HS_FINDING_CAP_MARKUP },
	{ 20, ENGLISH,
		"<headline>大雨に警戒してください</"
		"headline><description>架空市では大雨となる見込みです。</description>"
		"<instruction>崖の近くでは早めに備えてください。</instruction>",
		HS_FINDING_CAP_SAME_TEXT },
	{ 21, "<certainty>Likely<", "<certainty>Very Likely<", HS_FINDING_CAP_CERTAINTY },
	{ 21, "<scope>", "<password>x</password><scope>", HS_FINDING_CAP_PASSWORD },
	{ 22, "<note>架空市総合防災訓練</note>", "", HS_FINDING_CAP_EXERCISE_NOTE },
	{ 23, ">Exercise<", ">Draft<", HS_FINDING_CAP_DRAFT },
	{ 24, ">Update<", ">Ack<", HS_FINDING_CAP_ACK },
	{ 24, ">Update<", ">Error<", HS_FINDING_CAP_ACK },
	{ 24,
		"<msgType>Update</msgType>\n <source>架空気象台</source>\n <scope>Public</scope>\n "
		"<code> layer:test:1 "
		"</code>\n <note>架空市総合防災訓練</note>\n <references>" REFERENCES
		"</references>",
		"<msgType>Error</msgType><scope>Public</scope>", HS_FINDING_CAP_ACK_REFERENCES },
	{ 24,
		"<msgType>Update</msgType>\n <source>架空気象台</source>\n <scope>Public</scope>\n "
		"<code> layer:test:1 "
		"</code>\n <note>架空市総合防災訓練</note>",
		"<msgType>Error</msgType><scope>Public</scope>", HS_FINDING_CAP_ERROR_NOTE },
};

static void
check_case(size_t i)
{
	char *text = changed(sample_alert, cases[i].from, cases[i].to);
	const struct hs_finding_row *row = hs_finding_row(cases[i].code);
	struct hs_submission submission;
	char words[8000];
	enum hs_err err = run_alert(
		&submission, &sample_relayer, &hs_gate_limits_default, text, strlen(text));

	bool refuses = row->severity == HS_SEVERITY_ERROR;

	/* an Error without a word is refused for being an Error */
	if (!found_code(&submission, cases[i].code) || (refuses && err == HS_OK) ||
		(!refuses && err != HS_OK && cases[i].rule != 24))
		fail_msg("rule %d, %s → %s: %s", cases[i].rule, cases[i].from, cases[i].to,
			found_words(&submission, words, sizeof(words)));
	for (size_t f = 0; f < submission.findings.count; f++) {
		if (submission.findings.items[f].code != cases[i].code)
			continue;
		assert_true(submission.findings.items[f].place.line > 1);
		assert_int_equal(strncmp(submission.findings.items[f].place.path, "/alert", 6), 0);
	}
	end_alert(&submission);
	free(text);
}

static void
test_each_rule_fails(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(cases); i++) {
		if (cases[i].code != HS_FINDING_COUNT)
			check_case(i);
	}
}

/* Words of a drill in an alert that is not one; whole words only. */
static void
test_drill_words(void **state)
{
	static const struct {
		const char *to;
		bool told;
	} rows[] = { { "This is a TEST.", true }, { "Practice makes", true }, { "訓練です", true },
		{ "The latest contest, demolished.", false }, { "テストです", true } };

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		char *actual = changed(sample_alert, ">Exercise<", ">Actual<");
		char *text = changed(actual, "Heavy rain expected", rows[i].to);
		struct hs_submission submission;

		(void)run_alert(
			&submission, &sample_relayer, &hs_gate_limits_default, text, strlen(text));
		assert_int_equal(found_code(&submission, HS_FINDING_DRILL_WORDS), rows[i].told);
		end_alert(&submission);
		free(actual);
		free(text);
	}
}

/* More points than the limit: told, not checked, kept. */
static void
test_long_polygon(void **state)
{
	struct hs_gate_limits limits = hs_gate_limits_default;
	char *text = changed(
		sample_alert, RING, "35.0,139.0 35.2,139.2 35.0,139.2 35.2,139.0 35.0,139.0");
	struct hs_submission submission;

	(void)state;
	limits.cap_points = 4;
	assert_int_equal(
		run_alert(&submission, &sample_relayer, &limits, text, strlen(text)), HS_OK);
	assert_true(found_code(&submission, HS_FINDING_CAP_POLYGON_LONG));
	assert_int_equal(submission.notice->areas[0]->geometry->n_polygons, 1);
	end_alert(&submission);
	free(text);
}

/* Points that stand twice, a line there and back, a ring that touches itself: no crossing. */
static void
test_touching(void **state)
{
	static const char *const rings[] = {
		"35.0,139.0 35.0,139.0 35.0,139.2 35.2,139.2 35.2,139.0 35.2,139.0 35.0,139.0",
		"35.0,139.0 35.0,139.4 35.2,139.4 35.0,139.2 35.2,139.0 35.0,139.0",
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rings); i++) {
		char *text = changed(sample_alert, RING, rings[i]);
		struct hs_submission submission;

		assert_int_equal(run_alert(&submission, &sample_relayer, &hs_gate_limits_default,
					 text, strlen(text)),
			HS_OK);
		end_alert(&submission);
		free(text);
	}
}

/* The table has all 27, and every row with a check fails for one of the cases. */
static void
test_table_is_complete(void **state)
{
	size_t count;
	const struct hs_cap_rule *rules = hs_cap_rules(&count);

	(void)state;
	for (int number = 1; number <= 27; number++) {
		bool there = false;

		for (size_t i = 0; i < count; i++)
			there = there || rules[i].number == number;
		if (!there)
			fail_msg("rule %d has no row", number);
	}
	for (size_t i = 0; i < count; i++) {
		bool tried = !rules[i].check || rules[i].code == HS_FINDING_DRILL_WORDS ||
			     rules[i].code == HS_FINDING_CAP_POLYGON_LONG ||
			     rules[i].code == HS_FINDING_CAP_INFO_MISSING;

		assert_true(rules[i].sentence[0] != '\0');
		for (size_t k = 0; k < HS_COUNT(cases); k++)
			tried = tried || cases[k].code == rules[i].code;
		if (!tried)
			fail_msg("no document fails %s", rules[i].sentence);
	}
}

/* ---- structure ---- */

static const struct {
	const char *from, *to;
	enum hs_finding_code code;
	const char *path, *expected;
} orders[] = {
	{ "<scope>Public</scope>", "", HS_FINDING_ELEMENT_MISSING, "/alert/scope", "scope" },
	{ "<identifier>KAKUU-2026-0001</identifier>\n", "<identifier/>", HS_FINDING_ELEMENT_MISSING,
		"/alert/identifier", "identifier" },
	{ "  <senderName>架空気象台</senderName>\n  <headline>大雨に警戒してください</headline>",
		"<headline>h</headline><senderName>架空気象台</senderName>", HS_FINDING_CAP_ORDER,
		"/alert/info[1]/senderName",
		"description, instruction, web, contact, parameter, resource, area" },
	{ "</alert>", "<incidents>x</incidents></alert>", HS_FINDING_ELEMENT_REPEATED,
		"/alert/incidents[2]", "info" },
	{ " <incidents>訓練災害</incidents>\n <info>", " <info>", HS_FINDING_COUNT, "", "" },
	{ "</alert>", "<source>x</source></alert>", HS_FINDING_ELEMENT_REPEATED, "/alert/source[2]",
		"info" },
	{ "<urgency>Expected</urgency>\n  <severity>Severe</severity>",
		"<severity>Severe</severity><urgency>Expected</urgency>", HS_FINDING_CAP_ORDER,
		"/alert/info[1]/severity", "responseType, urgency" },
	{ "<areaDesc>架空市北部</areaDesc>", "", HS_FINDING_ELEMENT_MISSING,
		"/alert/info[1]/area/areaDesc", "areaDesc" },
	{ "<urgency>Expected</urgency>", "<urgency>Soon</urgency>", HS_FINDING_CAP_WORD,
		"/alert/info[1]/urgency", "Immediate Expected Future Past Unknown" },
	{ "<category>Met</category>", "<category>met</category>", HS_FINDING_CAP_WORD,
		"/alert/info[1]/category", NULL },
	{ ">Exercise<", ">Drill<", HS_FINDING_CAP_WORD, "/alert/status", NULL },
	{ "<contact>", "<phone>1</phone><contact>", HS_FINDING_CAP_ELEMENT, "/alert/info[1]/phone",
		"contact, parameter, resource, area" },
	{ "</alert>", "<x xmlns=\"urn:x\"/></alert>", HS_FINDING_CAP_ELEMENT, "/alert/x", "info" },
	{ "</alert>", "<S:Signature xmlns:S=\"http://www.w3.org/2000/09/xmldsig#\"/></alert>",
		HS_FINDING_COUNT, "", "" },
	{ "<valueName>SAME</valueName><value>SVR</value>",
		"<value>SVR</value><valueName>SAME</valueName>", HS_FINDING_CAP_ORDER,
		"/alert/info[1]/eventCode/value", "valueName" },
};

static void
test_order(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(orders); i++) {
		char *text = changed(sample_alert, orders[i].from, orders[i].to);
		struct hs_submission submission;
		char words[8000];
		enum hs_err err = run_alert(
			&submission, &sample_relayer, &hs_gate_limits_default, text, strlen(text));
		bool told = orders[i].code == HS_FINDING_COUNT && err == HS_OK;

		for (size_t f = 0; f < submission.findings.count; f++) {
			const struct hs_finding *finding = &submission.findings.items[f];

			told = told ||
			       (finding->code == orders[i].code &&
				       strcmp(finding->place.path, orders[i].path) == 0 &&
				       (!orders[i].expected ||
					       strcmp(finding->expected, orders[i].expected) == 0));
		}
		/* one mistake, one finding */
		if (!told || submission.findings.errors != (orders[i].code != HS_FINDING_COUNT))
			fail_msg("%s: %s", orders[i].to,
				found_words(&submission, words, sizeof(words)));
		end_alert(&submission);
		free(text);
	}
}

/* An alert without info tells nobody anything; a cancel may do without. */
static void
test_no_info(void **state)
{
	const char *from = strstr(sample_alert, " <info>");
	char *text = spliced(sample_alert, (size_t)(from - sample_alert), strlen(from), "</alert>");
	char *cancel = changed(text, ">Update<", ">Cancel<");
	struct hs_submission submission;

	(void)state;
	assert_int_equal(run_alert(&submission, &sample_relayer, &hs_gate_limits_default, cancel,
				 strlen(cancel)),
		HS_OK);
	assert_true(found_code(&submission, HS_FINDING_CAP_INFO_MISSING));
	assert_int_equal(submission.notice->action, HS_ACTION(CANCEL));
	assert_string_equal(submission.notice->correction, "架空市総合防災訓練");
	end_alert(&submission);
	free(text);
	free(cancel);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_rule_fails),
		cmocka_unit_test(test_drill_words),
		cmocka_unit_test(test_long_polygon),
		cmocka_unit_test(test_touching),
		cmocka_unit_test(test_table_is_complete),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_no_info),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
