/* Profiles: every row of the table names a check that exists; each row is broken by one alert and kept by another. */
#include "tests/unit/hub/gate/cap_samples.h"

#include "hub/base/check.h"
#include "hub/gate/cap_profile.h"
#include "schemas/cap_tables.h"

static void
test_rows_have_checks(void **state)
{
	size_t count;
	const struct hs_cap_profile_row *rows = hs_cap_profile_rows(&count);
	char words[] = " " HS_CAP_PROFILE_WORDS " ";

	(void)state;
	for (size_t i = 0; i < count; i++) {
		char name[40];

		snprintf(name, sizeof(name), " %s ", rows[i].profile);
		if (!hs_cap_profile_check(rows[i].rule))
			fail_msg("no check %s", rows[i].rule);
		if (!strstr(words, name))
			fail_msg("cap_profile cannot name %s", rows[i].profile);
	}
}

/* An alert that breaks what it can, and one that keeps all, by turns of the configured profile. */
#define HEAD                                                                                \
	"<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\"><identifier>%s</identifier>" \
	"<sender>%s</sender><sent>%s</sent><status>%s</status><msgType>%s</msgType>"        \
	"<scope>Public</scope><note>n</note>%s"
#define VALUES "<urgency>Past</urgency><severity>Minor</severity><certainty>Likely</certainty>"

static const char broken_infos[] =
	"<info><category>Met</category><event>A very long event that goes on and on for "
	"ever</event>" VALUES "<eventCode><valueName>SAME</valueName><value>SV</value></eventCode>"
	"<effective>2026-07-02T00:00:00-00:00</effective><expires>2026-07-02T00:00:00-00:00</"
	"expires></info>"
	"<info><language>en</language><category>Geo</category><event>e</event>" VALUES
	"<eventCode><valueName>profile:CAP-CP:Event:0.4</valueName><value>x</value></eventCode>"
	"<area><areaDesc>a</areaDesc></area></info>"
	"<info><language>en</language><category>Geo</category><event>e</event>" VALUES "</info>";

#define GOOD_INFO(language, headline)                                                             \
	"<info><language>" language "</language><category>Met</category><event>e</event>"         \
	"<responseType>Monitor</responseType>" VALUES                                             \
	"<eventCode><valueName>SAME</valueName><value>SVR</value></eventCode>"                    \
	"<eventCode><valueName>profile:CAP-CP:Event:0.4</valueName><value>rain</value></"         \
	"eventCode>"                                                                              \
	"<expires>2026-07-02T00:00:00+09:00</expires><senderName>s</senderName>"                  \
	"<headline>" headline "</headline><description>" headline                                 \
	"</description><instruction>i</instruction>"                                              \
	"<web>https://w.example/</web>"                                                           \
	"<parameter><valueName>documentID</valueName><value>d</value></parameter>"                \
	"<parameter><valueName>revision</valueName><value>1</value></parameter>"                  \
	"<parameter><valueName>state</valueName><value>issued</value></parameter>"                \
	"<area><areaDesc>a</areaDesc><geocode><valueName>SAME</valueName><value>099001</value></" \
	"geocode>"                                                                                \
	"<geocode><valueName>profile:CAP-CP:Location:0.3</valueName><value>1</value></geocode>"   \
	"<geocode><valueName>JISX0402-5</valueName><value>99001</value></geocode>"                \
	"<geocode><valueName>JISX0402-6</valueName><value>990019</value></geocode></area></info>"

static const char good_infos[] =
	GOOD_INFO("ja", "あ") GOOD_INFO("en", "a") GOOD_INFO("fr", "b") GOOD_INFO("zh-TW", "c");

static char *
alert_of(bool good)
{
	char *text = malloc(16384);
	size_t len = (size_t)snprintf(text, 16384, HEAD,
		good ? "urn:oid:2.49.0.1.392.0.1" : "urn:oid:2.49.0.0.1",
		good ? "a@b.example" : "nobody",
		good ? "2026-07-01T18:57:05+09:00" : "2026-07-01T09:57:05-00:00",
		good ? "Exercise" : "Test", "Update",
		good ? "<references>a,b,2026-07-01T18:00:00+09:00</references>" : "");

	snprintf(text + len, 16384 - len, "%s</alert>", good ? good_infos : broken_infos);
	return text;
}

static bool
told(const struct hs_submission *submission, const struct hs_cap_profile_row *row)
{
	char detail[80];

	snprintf(detail, sizeof(detail), "%s: %s", row->profile, row->rule);
	for (size_t i = 0; i < submission->findings.count; i++) {
		const struct hs_finding *finding = &submission->findings.items[i];

		if (strcmp(finding->detail, detail) == 0)
			return hs_finding_row(finding->code)->severity ==
			       (enum hs_severity)row->level;
	}
	return false;
}

/* Index of the profile in the words of the configuration. */
static int
index_of(const char *profile)
{
	const char *at = HS_CAP_PROFILE_WORDS;

	for (int i = 0; *at; i++) {
		size_t len = strcspn(at, " ");

		if (strlen(profile) == len && strncmp(at, profile, len) == 0)
			return i;
		at += len + (at[len] == ' ');
	}
	return -1;
}

static void
test_each_row(void **state)
{
	struct hs_gate_limits limits = hs_gate_limits_default;
	size_t count;
	const struct hs_cap_profile_row *rows = hs_cap_profile_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		limits.cap_profile = index_of(rows[i].profile);
		for (int good = 0; good <= 1; good++) {
			char *text = alert_of(good);
			struct hs_submission submission;
			char words[8000];

			(void)run_alert(&submission, &sample_relayer, &limits, text, strlen(text));
			if (told(&submission, &rows[i]) == (bool)good)
				fail_msg("%s %s, good %d: %s", rows[i].profile, rows[i].rule, good,
					found_words(&submission, words, sizeof(words)));
			end_alert(&submission);
			free(text);
		}
	}
}

/* The alert's own marker wins over the configuration; without either no profile is asked. */
static void
test_choice(void **state)
{
	static const struct {
		const char *code;
		int configured;
		const char *profile;
	} cases[] = {
		{ "layer:x", 0, NULL },
		{ "layer:x", 1, "IPAWS" },
		{ "IPAWSv1.0", 0, "IPAWS" },
		{ "profile:CAP-CP:0.4", 1, "CAP-CP" },
		{ "urn:oasis:names:tc:emergency:cap:1.2:profile:CAP-AU:1.0", 0, "CAP-AU" },
		{ "profile:CAP-TWP:Event:1.0", 0, "CAP-TWP" },
		{ "profile:hansho:1", 0, "hansho" },
		{ "profile:hansho:10", 0, NULL },
	};
	struct hs_gate_limits limits = hs_gate_limits_default;

	(void)state;
	for (size_t i = 0; i < HS_COUNT(cases); i++) {
		char code[128];
		char *good = alert_of(true), *text;
		struct hs_submission submission;
		const hs_cap_values *values;

		snprintf(code, sizeof(code), "<code>%s</code><note>", cases[i].code);
		text = changed(good, "<note>", code);
		limits.cap_profile = cases[i].configured;
		(void)run_alert(&submission, &sample_relayer, &limits, text, strlen(text));
		values = submission.notice->cap;
		assert_int_equal(values->n_profiles, cases[i].profile ? 1 : 0);
		if (cases[i].profile)
			assert_string_equal(values->profiles[0], cases[i].profile);
		end_alert(&submission);
		free(good);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows_have_checks),
		cmocka_unit_test(test_each_row),
		cmocka_unit_test(test_choice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
