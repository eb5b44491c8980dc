/* From an alert to a notice: every value lands somewhere, real alerts of other countries too. */
#include "tests/unit/hub/gate/cap_samples.h"

#include "hub/base/check.h"
#include "hub/gate/xml_doc.h"

#define REAL "../shared/samples/cap/"

static void
test_values(void **state)
{
	struct hs_submission submission;
	const hs_notice *notice;
	const hs_cap_info *info;
	char words[4000];

	(void)state;
	if (run_alert(&submission, &sample_relayer, &hs_gate_limits_default, sample_alert,
		    strlen(sample_alert)) != HS_OK)
		fail_msg("%s", found_words(&submission, words, sizeof(words)));
	if (submission.findings.count)
		fail_msg("%s", found_words(&submission, words, sizeof(words)));
	notice = submission.notice;
	assert_int_equal(notice->mode, HS_MODE(DRILL));
	assert_int_equal(notice->action, HS_ACTION(UPDATE));
	assert_int_equal(notice->kind, HS_KIND(WEATHER));
	assert_string_equal(notice->kind_text, "大雨警報");
	assert_string_equal(notice->document->source, "warn@met.example");
	assert_string_equal(notice->document->id, "KAKUU-2026-0001");
	assert_int_equal(notice->document->revision, 1);
	assert_int_equal(notice->document->n_supersedes, 2);
	assert_string_equal(notice->document->supersedes[0], "warn@met.example|KAKUU-2026-0000");
	assert_string_equal(notice->document->supersedes[1], "other@met.example|X-9");
	assert_string_equal(
		notice->cap->references[1], "other@met.example,X-9,2026-07-01T17:10:00+09:00");
	assert_string_equal(notice->source->name, "架空気象台");
	assert_string_equal(notice->cap->codes[0], "layer:test:1");
	assert_string_equal(notice->cap->note, "架空市総合防災訓練");
	assert_string_equal(notice->cap->version, "1.2");
	/* until the last of both infos */
	assert_int_equal(notice->times->valid_until->unix_us, 1782943200LL * HS_US_PER_S);
	assert_int_equal(notice->n_texts, 2);
	assert_string_equal(notice->texts[0]->language, "ja");
	assert_string_equal(notice->texts[0]->instruction, "崖の近くでは早めに備えてください。");
	assert_string_equal(notice->texts[1]->headline, "Heavy rain expected");
	assert_int_equal(notice->n_areas, 2);
	assert_string_equal(notice->areas[0]->code, "990019");
	assert_string_equal(notice->areas[0]->name, "架空市北部");
	assert_int_equal(notice->areas[0]->geometry->polygons[0]->n_points, 5);
	assert_true(notice->areas[0]->geometry->circles[0]->radius_km > 12.4);
	assert_string_equal(notice->areas[1]->code, "");
	assert_string_equal(notice->areas[1]->name, "Northern Kakuu");
	info = notice->cap->infos[0];
	assert_string_equal(info->urgency, "Expected");
	assert_string_equal(info->response_types[0], "Prepare");
	assert_string_equal(info->event_codes[0]->value, "SVR");
	assert_string_equal(info->parameters[0]->name, "rain_mm");
	assert_string_equal(info->areas[0]->geocodes[1]->value, "R-7");
	assert_string_equal(info->areas[0]->ceiling, "300");
	assert_true(info->resources[0]->embedded);
	assert_string_equal(info->web, "https://met.example/w/1");
	assert_int_equal(info->onset->unix_us, 1782900000LL * HS_US_PER_S);
	assert_int_equal(notice->cap->infos[1]->text, 1);
	end_alert(&submission);
}

static const struct {
	const char *from, *to;
	int kind, action;
} meanings[] = {
	{ "<msgType>Update", "<msgType>Cancel", HS_KIND(WEATHER), HS_ACTION(CANCEL) },
	{ "<event>大雨警報", "<event>大津波警報", HS_KIND(TSUNAMI), HS_ACTION(UPDATE) },
	{ "<event>大雨警報", "<event>Flash Flood Watch", HS_KIND(FLOOD), HS_ACTION(UPDATE) },
	/* neither "ice" nor "rain": words begin at their beginning */
	{ "<category>Met</category>\n  <event>大雨警報",
		"<category>Safety</category>\n  <event>Police operation in Ukraine", HS_KIND(OTHER),
		HS_ACTION(UPDATE) },
	{ "<category>Met</category>\n  <event>大雨警報",
		"<category>Fire</category>\n  <event>Structure Fire", HS_KIND(OTHER),
		HS_ACTION(UPDATE) },
};

static void
test_meanings(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(meanings); i++) {
		char *text = changed(sample_alert, meanings[i].from, meanings[i].to);
		struct hs_submission submission;

		assert_int_equal(run_alert(&submission, &sample_relayer, &hs_gate_limits_default,
					 text, strlen(text)),
			HS_OK);
		assert_int_equal(submission.notice->kind, meanings[i].kind);
		assert_int_equal(submission.notice->action, meanings[i].action);
		end_alert(&submission);
		free(text);
	}
}

/* Our own profile: its parameters are levels; AllClear is a lift. */
static void
test_own_profile(void **state)
{
	char *marked = changed(sample_alert, " layer:test:1 ", "\n profile:hansho:1\n ");
	char *coded = changed(marked,
		"<geocode><valueName>jisX0402</valueName><value>99001</value></geocode>",
		"<geocode><valueName>JISX0402-5</valueName><value>99001</value></geocode>"
		"<geocode><valueName>JISX0402-6</valueName><value>990019</value></geocode>");
	char *single = spliced(coded, (size_t)(strstr(coded, " <info>\n  <language>en") - coded),
		strlen(strstr(coded, " <info>\n  <language>en")), "</alert>\n");
	char *level = changed(single,
		"<parameter><valueName>rain_mm</valueName><value>80</value></parameter>",
		"<parameter><valueName>alert_level</valueName><value>4</value></parameter>"
		"<parameter><valueName>term</valueName><value>避難指示</value></parameter>"
		"<parameter><valueName>documentID</valueName><value>d</value></parameter>"
		"<parameter><valueName>revision</valueName><value>1</value></parameter>"
		"<parameter><valueName>state</valueName><value>issued</value></parameter>");
	char *clear = changed(level, ">Prepare<", ">AllClear<");
	struct hs_submission submission;
	char words[4000];

	(void)state;
	if (run_alert(&submission, &sample_relayer, &hs_gate_limits_default, level,
		    strlen(level)) != HS_OK)
		fail_msg("%s", found_words(&submission, words, sizeof(words)));
	assert_int_equal(submission.notice->level->number, 4);
	assert_string_equal(submission.notice->level->term, "避難指示");
	assert_string_equal(submission.notice->level->scheme, "2026");
	assert_int_equal(submission.notice->n_areas, 1);
	assert_string_equal(submission.notice->cap->profiles[0], "hansho");
	end_alert(&submission);
	assert_int_equal(run_alert(&submission, &sample_relayer, &hs_gate_limits_default, clear,
				 strlen(clear)),
		HS_OK);
	assert_int_equal(submission.notice->action, HS_ACTION(LIFT));
	end_alert(&submission);
	/* a level that is none, and one of somebody else's scale */
	for (int own = 0; own <= 1; own++) {
		char *seven = changed(level, "<value>4</value>", "<value>7</value>");
		char *other = own ? changed(seven, "<source>", "<source>")
				  : changed(level, "profile:hansho:1", "profile:other:1");

		assert_int_equal(run_alert(&submission, &sample_relayer, &hs_gate_limits_default,
					 other, strlen(other)),
			HS_OK);
		assert_null(submission.notice->level);
		assert_int_equal(found_code(&submission, HS_FINDING_CAP_LEVEL), own);
		end_alert(&submission);
		free(seven);
		free(other);
	}
	/* without the codes it is not our profile */
	assert_int_equal(run_alert(&submission, &sample_relayer, &hs_gate_limits_default, marked,
				 strlen(marked)),
		HS_ERR_REFUSED);
	assert_true(found_code(&submission, HS_FINDING_CAP_PROFILE_ERROR));
	end_alert(&submission);
	free(marked);
	free(coded);
	free(single);
	free(level);
	free(clear);
}

/* ---- who may ---- */

static void
test_rights(void **state)
{
	static const char *formats[] = { "cap" };
	struct hs_principal own = sample_principal, other = sample_principal;
	char *city = spliced(sample_alert,
		(size_t)(strstr(sample_alert, " <info>\n  <language>en") - sample_alert),
		strlen(strstr(sample_alert, " <info>\n  <language>en")), "</alert>\n");
	char *foreign = changed(city, "<value>99001</value>", "<value>99003</value>");
	const struct {
		const struct hs_principal *principal;
		const char *text;
		enum hs_finding_code code; /* HS_FINDING_COUNT: passes */
	} cases[] = {
		{ &sample_principal, sample_alert, HS_FINDING_FORMAT_FORBIDDEN },
		{ &other, sample_alert, HS_FINDING_ROLE_RELAYER },
		{ &own, sample_alert, HS_FINDING_AREA_MISSING }, /* Northern Kakuu has no code */
		{ &own, foreign, HS_FINDING_AREA_FOREIGN },
		{ &own, city, HS_FINDING_COUNT },
		{ &sample_relayer, foreign, HS_FINDING_COUNT },
	};

	(void)state;
	other.formats = own.formats = (struct hs_config_texts){ formats, 1 };
	own.source = "warn@met.example";
	for (size_t i = 0; i < HS_COUNT(cases); i++) {
		struct hs_submission submission;
		enum hs_err err = run_alert(&submission, cases[i].principal,
			&hs_gate_limits_default, cases[i].text, strlen(cases[i].text));

		assert_int_equal(err, cases[i].code == HS_FINDING_COUNT ? HS_OK : HS_ERR_FORBIDDEN);
		if (cases[i].code != HS_FINDING_COUNT)
			assert_true(found_code(&submission, cases[i].code));
		end_alert(&submission);
	}
	free(foreign);
	free(city);
}

static void
test_mode(void **state)
{
	char *live = changed(sample_alert, ">Exercise<", ">Actual<");
	struct hs_submission submission;

	(void)state;
	assert_int_equal(run_alert(&submission, &sample_relayer, &hs_gate_limits_default, live,
				 strlen(live)),
		HS_ERR_FORBIDDEN);
	assert_true(found_code(&submission, HS_FINDING_MODE_MISMATCH));
	assert_string_equal(submission.findings.items[0].place.path, "/alert/status");
	end_alert(&submission);
	free(live);
}

/* On a lane of drills too, though it may carry tests. */
static void
test_canary(void **state)
{
	static const struct {
		const char *identifier, *status;
		bool taken;
	} cases[] = {
		{ "canary-1", "Test", false },
		{ "canary-1", "Exercise", true },
		{ "a-canary-1", "Test", true },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(cases); i++) {
		char *named = changed(sample_alert, "KAKUU-2026-0001", cases[i].identifier);
		char *text = changed(named, "Exercise", cases[i].status);
		struct hs_submission submission;
		enum hs_err err = run_alert(
			&submission, &sample_relayer, &hs_gate_limits_default, text, strlen(text));

		assert_int_equal(err, cases[i].taken ? HS_OK : HS_ERR_FORBIDDEN);
		assert_int_equal(
			found_code(&submission, HS_FINDING_MODE_MISMATCH), !cases[i].taken);
		end_alert(&submission);
		free(text);
		free(named);
	}
}

/* ---- inside EDXL-DE, and 1.1 ---- */

static char *
enveloped(const char *space, const char *status, int copies)
{
	const char *alert = strstr(sample_alert, "<alert");
	char *text = malloc(3 * sizeof(sample_alert) + 4096);
	size_t len = (size_t)sprintf(text,
		"<e:EDXLDistribution xmlns:e=\"urn:oasis:names:tc:emergency:EDXL:DE:1.0\" "
		"xmlns:c=\"%s\">"
		"<e:distributionID>DE-1</e:distributionID><e:senderID>relay</e:senderID>"
		"<e:distributionStatus>%s</e:distributionStatus>",
		space, status);

	while (copies-- > 0)
		len += (size_t)sprintf(text + len,
			"<c:contentObject><e:xmlContent><e:embeddedXMLContent>%s"
			"</e:embeddedXMLContent></e:xmlContent></c:contentObject>",
			alert);
	sprintf(text + len, "</e:EDXLDistribution>");
	return text;
}

static void
test_envelope(void **state)
{
	static const struct {
		const char *space, *status;
		int copies;
		enum hs_finding_code code;
	} cases[] = {
		{ HS_NS_EDXL, "Exercise", 1, HS_FINDING_COUNT },
		{ HS_NS_COMMONS, "Exercise", 1, HS_FINDING_COUNT },
		{ HS_NS_EDXL, "Actual", 1, HS_FINDING_MODE_MISMATCH },
		{ HS_NS_EDXL, "Exercise", 2, HS_FINDING_ELEMENT_REPEATED },
		{ HS_NS_EDXL, "Exercise", 0,
			HS_FINDING_ELEMENT_MISSING }, /* L-Alert without content */
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(cases); i++) {
		char *text = enveloped(cases[i].space, cases[i].status, cases[i].copies);
		struct hs_submission submission;
		enum hs_err err = run_alert(
			&submission, &sample_relayer, &hs_gate_limits_default, text, strlen(text));

		assert_int_equal(err == HS_OK, cases[i].code == HS_FINDING_COUNT);
		if (err == HS_OK)
			assert_string_equal(submission.notice->document->distribution_id, "DE-1");
		else
			assert_true(found_code(&submission, cases[i].code));
		end_alert(&submission);
		free(text);
	}
}

static void
test_version(void **state)
{
	char *typed = changed(sample_alert, "cap:1.2", "cap:1.1");
	char *text = changed(typed, "<mimeType>text/plain</mimeType>", "");
	char *newer = changed(sample_alert, "<mimeType>text/plain</mimeType>", "");
	struct hs_gate_limits limits = hs_gate_limits_default;
	struct hs_submission submission;

	(void)state;
	assert_int_equal(run_alert(&submission, &sample_relayer, &limits, text, strlen(text)),
		HS_ERR_REFUSED);
	assert_int_equal(submission.findings.items[0].code, HS_FINDING_CAP_VERSION);
	end_alert(&submission);
	limits.cap_1_1 = true;
	assert_int_equal(
		run_alert(&submission, &sample_relayer, &limits, text, strlen(text)), HS_OK);
	assert_string_equal(submission.notice->cap->version, "1.1");
	end_alert(&submission);
	/* 1.2 asks for the type of a resource */
	assert_int_equal(run_alert(&submission, &sample_relayer, &limits, newer, strlen(newer)),
		HS_ERR_REFUSED);
	end_alert(&submission);
	free(typed);
	free(newer);
	free(text);
}

/* ---- real alerts ---- */

static char *
read_file(const char *name, size_t *len)
{
	char path[256];
	FILE *file;
	char *text = malloc(1 << 20);

	snprintf(path, sizeof(path), REAL "%s", name);
	file = fopen(path, "rb");
	if (!file) {
		free(text);
		return NULL;
	}
	*len = fread(text, 1, 1 << 20, file);
	fclose(file);
	return text;
}

static void
test_real(void **state)
{
	static const char *live[] = { "Actual" };
	struct hs_principal relayer = sample_relayer;
	static const struct {
		const char *file;
		int kind, action;
		/* every finding that may come; ended by HS_FINDING_COUNT */
		enum hs_finding_code codes[8];
	} cases[] = {
		{ "australia.cap", HS_KIND(OTHER), HS_ACTION(ISSUE),
			{ HS_FINDING_CAP_MARKUP, HS_FINDING_OLD_ORDER, HS_FINDING_EXPIRED,
				HS_FINDING_COUNT } },
		{ "canada.cap", HS_KIND(WEATHER), HS_ACTION(LIFT),
			{ HS_FINDING_DRILL_WORDS, HS_FINDING_OLD_ORDER, HS_FINDING_EXPIRED,
				HS_FINDING_COUNT } },
		{ "example_thunderstorm.cap", HS_KIND(WEATHER), HS_ACTION(ISSUE),
			{ HS_FINDING_OLD_ORDER, HS_FINDING_EXPIRED, HS_FINDING_COUNT } },
		{ "wcatwc-warning.cap", HS_KIND(TSUNAMI), HS_ACTION(UPDATE),
			{ HS_FINDING_OLD_ORDER, HS_FINDING_EXPIRED, HS_FINDING_COUNT } },
	};

	(void)state;
	relayer.statuses = (struct hs_config_texts){ live, 1 };
	for (size_t i = 0; i < HS_COUNT(cases); i++) {
		struct hs_submission submission;
		struct hs_arena *arena = hs_arena_create(HS_SUBMISSION_ARENA_BYTES);
		size_t len = 0;
		char *text = read_file(cases[i].file, &len);
		char words[8000];

		if (!text)
			skip();
		set_up_once();
		hs_submission_begin(&submission, arena, &hs_gate_limits_default);
		submission.principal = &relayer;
		submission.bytes = (const uint8_t *)text;
		submission.len_bytes = len;
		submission.content_type = "application/cap+xml";
		submission.mode = HS_MODE(LIVE);
		submission.received_unix_us = SAMPLE_RECEIVED_US;
		if (hs_pipeline_run(&submission, NULL) != HS_OK)
			fail_msg("%s: %s", cases[i].file,
				found_words(&submission, words, sizeof(words)));
		assert_int_equal(submission.notice->kind, cases[i].kind);
		assert_int_equal(submission.notice->action, cases[i].action);
		for (size_t f = 0; f < submission.findings.count; f++) {
			size_t k = 0;

			while (cases[i].codes[k] != HS_FINDING_COUNT &&
				cases[i].codes[k] != submission.findings.items[f].code)
				k++;
			if (cases[i].codes[k] == HS_FINDING_COUNT)
				fail_msg("%s: %s", cases[i].file,
					found_words(&submission, words, sizeof(words)));
		}
		for (size_t k = 0; cases[i].codes[k] != HS_FINDING_COUNT; k++)
			assert_true(found_code(&submission, cases[i].codes[k]));
		end_alert(&submission);
		free(text);
	}
}

static void
test_real_invalid(void **state)
{
	struct hs_submission submission;
	size_t len = 0;
	char *text = read_file("invalid.cap", &len);

	(void)state;
	if (!text)
		skip();
	assert_int_equal(
		run_alert(&submission, &sample_relayer, &hs_gate_limits_default, text, len),
		HS_ERR_REFUSED);
	assert_int_equal(submission.findings.errors, 1);
	assert_int_equal(submission.findings.items[0].code, HS_FINDING_ELEMENT_MISSING);
	assert_string_equal(submission.findings.items[0].place.path, "/alert/scope");
	end_alert(&submission);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
		cmocka_unit_test(test_meanings),
		cmocka_unit_test(test_own_profile),
		cmocka_unit_test(test_rights),
		cmocka_unit_test(test_mode),
		cmocka_unit_test(test_canary),
		cmocka_unit_test(test_envelope),
		cmocka_unit_test(test_version),
		cmocka_unit_test(test_real),
		cmocka_unit_test(test_real_invalid),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
