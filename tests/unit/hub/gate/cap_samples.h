/* cap_samples.h: a CAP alert of our synthetic places and helpers for the tests of CAP. */
#ifndef HS_TEST_GATE_CAP_SAMPLES_H
#define HS_TEST_GATE_CAP_SAMPLES_H

#include "tests/unit/hub/gate/samples.h"

/* clang-format off */
static const char sample_alert[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<alert xmlns=\"urn:oasis:names:tc:emergency:cap:1.2\">\n"
	" <identifier>KAKUU-2026-0001</identifier>\n"
	" <sender>warn@met.example</sender>\n"
	" <sent>2026-07-01T18:57:05+09:00</sent>\n"
	" <status>Exercise</status>\n"
	" <msgType>Update</msgType>\n"
	" <source>架空気象台</source>\n"
	" <scope>Public</scope>\n"
	" <code> layer:test:1 </code>\n"
	" <note>架空市総合防災訓練</note>\n"
	" <references>warn@met.example,KAKUU-2026-0000,2026-07-01T17:00:00+09:00 other@met.example,X-9,2026-07-01T17:10:00+09:00</references>\n"
	" <incidents>訓練災害</incidents>\n"
	" <info>\n"
	"  <language>ja</language>\n"
	"  <category>Met</category>\n"
	"  <event>大雨警報</event>\n"
	"  <responseType>Prepare</responseType>\n"
	"  <urgency>Expected</urgency>\n"
	"  <severity>Severe</severity>\n"
	"  <certainty>Likely</certainty>\n"
	"  <audience>住民</audience>\n"
	"  <eventCode><valueName>SAME</valueName><value>SVR</value></eventCode>\n"
	"  <effective>2026-07-01T18:57:00+09:00</effective>\n"
	"  <onset>2026-07-01T19:00:00+09:00</onset>\n"
	"  <expires>2026-07-02T06:00:00+09:00</expires>\n"
	"  <senderName>架空気象台</senderName>\n"
	"  <headline>大雨に警戒してください</headline>\n"
	"  <description>架空市では大雨となる見込みです。</description>\n"
	"  <instruction>崖の近くでは早めに備えてください。</instruction>\n"
	"  <web>https://met.example/w/1</web>\n"
	"  <contact>met@met.example</contact>\n"
	"  <parameter><valueName>rain_mm</valueName><value>80</value></parameter>\n"
	"  <resource><resourceDesc>図</resourceDesc><mimeType>text/plain</mimeType><size>3</size><uri>map.txt</uri><derefUri>YWJj</derefUri>"
	"<digest>a9993e364706816aba3e25717850c26c9cd0d89d</digest></resource>\n"
	"  <area><areaDesc>架空市北部</areaDesc>\n"
	"   <polygon>\n 35.0,139.0 35.0,139.2 35.2,139.2 35.2,139.0 35.0,139.0 </polygon>\n"
	"   <circle>35.1,139.1 12.5</circle>\n"
	"   <geocode><valueName>jisX0402</valueName><value>99001</value></geocode>\n"
	"   <geocode><valueName>layer:river</valueName><value>R-7</value></geocode>\n"
	"   <altitude>0</altitude><ceiling>300</ceiling></area>\n"
	" </info>\n"
	" <info>\n"
	"  <language>en</language>\n"
	"  <category>Met</category>\n"
	"  <event>Heavy rain warning</event>\n"
	"  <urgency>Expected</urgency><severity>Severe</severity><certainty>Likely</certainty>\n"
	"  <expires>2026-07-02T07:00:00+09:00</expires>\n"
	"  <headline>Heavy rain expected</headline>\n"
	"  <area><areaDesc>Northern Kakuu</areaDesc></area>\n"
	" </info>\n"
	"</alert>\n";
/* clang-format on */

static const struct hs_principal sample_relayer = { .id = "relay",
	.organisation = "架空県",
	.office = "危機管理課",
	.code = "990001",
	.statuses = { sample_statuses, 3 },
	.source = "relay.kakuu.example",
	.role = HS_ROLE_RELAYER };

/* What a process does once. */
static inline void
set_up_once(void)
{
	static bool done;

	if (!done)
		hs_pipeline_setup();
	done = true;
}

/* Runs the document through the pipeline of the drill lane; the caller ends the submission and destroys its arena. */
static inline enum hs_err
run_alert(struct hs_submission *submission, const struct hs_principal *principal,
	const struct hs_gate_limits *limits, const char *text, size_t len)
{
	struct hs_arena *arena = hs_arena_create(HS_SUBMISSION_ARENA_BYTES);

	assert_non_null(arena);
	set_up_once();
	hs_submission_begin(submission, arena, limits);
	submission->principal = principal;
	submission->bytes = (const uint8_t *)text;
	submission->len_bytes = len;
	submission->content_type = "application/cap+xml";
	submission->mode = HS_MODE(DRILL);
	submission->received_unix_us = SAMPLE_RECEIVED_US;
	return hs_pipeline_run(submission, NULL);
}

static inline void
end_alert(struct hs_submission *submission)
{
	struct hs_arena *arena = submission->arena;

	hs_submission_end(submission);
	hs_arena_destroy(arena);
}

/* The document with the first `from` replaced by `to`; the caller frees it. from must be there. */
static inline char *
changed(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	if (!at)
		fail_msg("%s is not in the sample", from);
	return spliced(text, (size_t)(at - text), strlen(from), to);
}

static inline bool
found_code(const struct hs_submission *submission, enum hs_finding_code code)
{
	return hs_findings_has(&submission->findings, code);
}

/* What was found, for a failure's message. */
static inline const char *
found_words(const struct hs_submission *submission, char *words, size_t size)
{
	size_t len = 0;

	words[0] = '\0';
	for (size_t i = 0; i < submission->findings.count; i++) {
		const struct hs_finding *finding = &submission->findings.items[i];

		len += (size_t)snprintf(words + len, size - len, "%s %s:%u (%s; %s)\n",
			hs_finding_row(finding->code)->code, finding->place.path,
			finding->place.line, finding->expected, finding->detail);
		if (len >= size)
			break;
	}
	return words;
}

#endif
