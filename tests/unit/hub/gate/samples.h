/* samples.h: documents and helpers of the gate's tests. All places are synthetic (架空県), all
 * documents drills.
 *
 * sample_order: an EvacuationOrder as a receiver gets it, generation 4, update of two areas.
 * sample_headquarters: a SOAP publish of another category, generation 3, with default
 * namespaces.
 */
#ifndef HS_TEST_GATE_SAMPLES_H
#define HS_TEST_GATE_SAMPLES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/clock.h"
#include "hub/gate/pipeline.h"

/* clang-format off */
static const char sample_order[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<edxlde:EDXLDistribution xmlns:edxlde=\"urn:oasis:names:tc:emergency:EDXL:DE:1.0\" xmlns:commons=\"http://xml.publiccommons.ne.jp/xml/edxl/\">\n"
	" <edxlde:distributionID>8f1c2b7e-3a54-4c1e-9d20-5b6f7a8c9d01</edxlde:distributionID><edxlde:senderID>bosai.kakuu.example</edxlde:senderID>\n"
	" <edxlde:dateTimeSent>2026-07-01T18:57:05+09:00</edxlde:dateTimeSent><edxlde:distributionStatus>Exercise</edxlde:distributionStatus>\n"
	" <edxlde:distributionType>Update</edxlde:distributionType><edxlde:combinedConfidentiality>UNCLASSIFIED AND NOT SENSITIVE</edxlde:combinedConfidentiality>\n"
	" <edxlde:language>ja-JP</edxlde:language>\n"
	" <commons:targetArea><commons:areaName>架空県架空市</commons:areaName><commons:jisX0402>990019</commons:jisX0402></commons:targetArea>\n"
	" <commons:contentObject>\n"
	"  <edxlde:contentDescription>【災害訓練】避難指示 発令 07月01日午後06時55分 (北町一丁目)、避難指示 解除 (港町)</edxlde:contentDescription>\n"
	"  <edxlde:xmlContent><edxlde:embeddedXMLContent>\n"
	"   <p:Report xmlns:p=\"http://xml.publiccommons.ne.jp/pcxml1/4\" xmlns:ib=\"http://xml.publiccommons.ne.jp/pcxml1/informationBasis4/\" xmlns:eb=\"http://xml.publiccommons.ne.jp/pcxml1/elementBasis4/\" xmlns:ev=\"http://xml.publiccommons.ne.jp/pcxml1/body/evacuation4\">\n"
	"    <p:Control><p:Title>EvacuationOrder</p:Title><edxlde:distributionStatus>Exercise</edxlde:distributionStatus>\n"
	"     <p:EditorialOffice><eb:OrganizationCode>990001</eb:OrganizationCode><eb:OfficeName>危機管理課</eb:OfficeName><eb:OrganizationName>架空県</eb:OrganizationName>"
	"</p:EditorialOffice>\n"
	"     <p:PublishingOffice><eb:OfficeInfo><eb:OrganizationCode>990019</eb:OrganizationCode><eb:ContactInfo eb:contactType=\"phone\"/>"
	"<eb:OfficeName>防災課</eb:OfficeName><eb:OfficeNameKana/><eb:OrganizationName>架空市</eb:OrganizationName></eb:OfficeInfo></p:PublishingOffice></p:Control>\n"
	"    <ib:Head><ib:Title>架空市 避難情報 訓練災害</ib:Title><ib:CreateDateTime>2026-07-01T18:57:05+09:00</ib:CreateDateTime>"
	"<ib:FirstCreateDateTime>2026-07-01T17:30:00+09:00</ib:FirstCreateDateTime>\n"
	"     <ib:ReportDateTime>2026-07-01T18:54:00+09:00</ib:ReportDateTime><ib:TargetDateTime>2026-07-01T18:54:00+09:00</ib:TargetDateTime>\n"
	"     <edxlde:distributionID>8f1c2b7e-3a54-4c1e-9d20-5b6f7a8c9d01</edxlde:distributionID><edxlde:distributionType>Update</edxlde:distributionType>\n"
	"     <commons:documentRevision>3</commons:documentRevision><commons:previousDocumentRevision>2</commons:previousDocumentRevision>"
	"<commons:documentID>74ee0001-0000-4000-8000-000000990019</commons:documentID>\n"
	"     <ib:Headline><ib:Text>【災害訓練】避難指示 発令 07月01日午後06時55分 (北町一丁目)、避難指示 解除 (港町)</ib:Text><ib:Areas><ib:Area><commons:areaName>架空県架空市</commons:areaName>"
	"<commons:jisX0402>990019</commons:jisX0402></ib:Area></ib:Areas></ib:Headline></ib:Head>\n"
	"    <ev:EvacuationOrder><eb:Disaster><eb:DisasterName>訓練災害</eb:DisasterName></eb:Disaster><ev:ComplementaryInfo/><ev:TotalNumber>"
	"<ev:Households ev:unit=\"世帯\">120</ev:Households><ev:HeadCount>300</ev:HeadCount></ev:TotalNumber>\n"
	"     <ev:Detail><ev:Sort>避難指示</ev:Sort><ev:IssueOrLift>発令</ev:IssueOrLift><ev:Object><ev:Households ev:unit=\"世帯\">120</ev:Households>"
	"<ev:HeadCount>300</ev:HeadCount></ev:Object>\n"
	"      <ev:Areas><ev:Area><eb:Location><edxlde:circle>30.001000,139.001000,0</edxlde:circle><edxlde:polygon/><commons:areaName>北町一丁目</commons:areaName>"
	"<commons:areaNameKana>きたまちいっちょうめ</commons:areaNameKana><commons:jisX0402>990019</commons:jisX0402>"
	"<commons:ooAzaTyouTyouMokuCode>990010001001</commons:ooAzaTyouTyouMokuCode></eb:Location>\n"
	"       <ev:DateTime>2026-07-01T18:55:00+09:00</ev:DateTime><ev:Object><ev:Households ev:unit=\"世帯\">120</ev:Households><ev:HeadCount>300</ev:HeadCount>"
	"</ev:Object></ev:Area></ev:Areas></ev:Detail>\n"
	"     <ev:Detail><ev:Sort>避難指示</ev:Sort><ev:IssueOrLift>解除</ev:IssueOrLift><ev:Areas><ev:Area><eb:Location><commons:areaName>港町</commons:areaName></eb:Location>"
	"<ev:DateTime>2026-07-01T18:50:00+09:00</ev:DateTime></ev:Area></ev:Areas></ev:Detail>\n"
	"    </ev:EvacuationOrder></p:Report></edxlde:embeddedXMLContent></edxlde:xmlContent>\n"
	"  <commons:publishingOfficeName>防災課</commons:publishingOfficeName><commons:publishingOrganizationName>架空市</commons:publishingOrganizationName>"
	"<commons:publishingOfficeID>990019</commons:publishingOfficeID>\n"
	"  <commons:previousDocumentRevision>2</commons:previousDocumentRevision><commons:documentRevision>3</commons:documentRevision>"
	"<commons:documentID>74ee0001-0000-4000-8000-000000990019</commons:documentID><commons:category>EvacuationOrder</commons:category>\n"
	"  <commons:urgency>Immediate</commons:urgency><commons:severity>Severe</commons:severity><commons:certainty>Observed</commons:certainty>\n"
	"  <commons:received><commons:nodeId>NODE-A</commons:nodeId><commons:receivedTime>2026-07-01T18:57:07.629+09:00</commons:receivedTime>"
	"<commons:endpointId>NODE-A-EP1</commons:endpointId></commons:received>\n"
	" </commons:contentObject>\n"
	"</edxlde:EDXLDistribution>\n";
static const char sample_headquarters[] =
	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	"<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Header>\n"
	" <wsse:Security xmlns:wsse=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd\">"
	"<wsse:UsernameToken xmlns:wsu=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd\">\n"
	"  <wsse:Username>sendtest01</wsse:Username>"
	"<wsse:Password Type=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest\">eKYV9Its9Oi+JkBW4gLV830ND5Q=</wsse:Password>\n"
	"  <wsse:Nonce EncodingType=\"http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary\">EBESExQVFhcYGRobHB0eHw==</wsse:Nonce>"
	"<wsu:Created>2026-07-01T09:57:05Z</wsu:Created></wsse:UsernameToken></wsse:Security>\n"
	"</S:Header><S:Body><pcsoap:publish xmlns:pcsoap=\"http://soap.publiccommons.ne.jp/\"><pcsoap:message>\n"
	"<edxlde:EDXLDistribution xmlns:edxlde=\"urn:oasis:names:tc:emergency:EDXL:DE:1.0\" xmlns:commons=\"http://xml.publiccommons.ne.jp/xml/edxl/\" xmlns:pcx_eb=\"http://xml.publiccommons.ne.jp/pcxml1/elementBasis3/\" xmlns:pcx_ib=\"http://xml.publiccommons.ne.jp/pcxml1/informationBasis3/\" xmlns:pcx_ah=\"http://xml.publiccommons.ne.jp/pcxml1/body/AntidisasterHeadquarter3\">\n"
	" <edxlde:distributionID>bosai.miki.example-0d4c9b52-77aa-4f0e-8a0b-1c2d3e4f5a6b</edxlde:distributionID><edxlde:senderID>bosai.miki.example</edxlde:senderID>"
	"<edxlde:dateTimeSent>2026-07-01T18:57:05+09:00</edxlde:dateTimeSent>\n"
	" <edxlde:distributionStatus>Test</edxlde:distributionStatus><edxlde:distributionType>Report</edxlde:distributionType>"
	"<edxlde:combinedConfidentiality>UNCLASSIFIED AND NOT SENSITIVE</edxlde:combinedConfidentiality>\n"
	" <commons:targetArea><commons:areaName>未記町</commons:areaName><commons:jisX0402>990060</commons:jisX0402></commons:targetArea>\n"
	" <commons:contentObject><edxlde:contentDescription>災害対策本部 設置 07月01日午後06時50分</edxlde:contentDescription><edxlde:xmlContent><edxlde:embeddedXMLContent>\n"
	"  <Report xmlns=\"http://xml.publiccommons.ne.jp/pcxml1/3\"><Control><Title>AntidisasterHeadquarter</Title>"
	"<edxlde:distributionStatus>Test</edxlde:distributionStatus>\n"
	"    <EditorialOffice><pcx_eb:OrganizationCode>990060</pcx_eb:OrganizationCode><pcx_eb:OfficeName>総務課</pcx_eb:OfficeName>"
	"<pcx_eb:OrganizationName>未記町</pcx_eb:OrganizationName></EditorialOffice>\n"
	"    <PublishingOffice><pcx_eb:OfficeInfo><pcx_eb:OrganizationCode>990060</pcx_eb:OrganizationCode><pcx_eb:OfficeName>総務課</pcx_eb:OfficeName>"
	"<pcx_eb:OrganizationName>未記町</pcx_eb:OrganizationName></pcx_eb:OfficeInfo></PublishingOffice></Control>\n"
	"   <pcx_ib:Head><pcx_ib:Title>未記町: 災害対策本部設置状況 設置</pcx_ib:Title><pcx_ib:CreateDateTime>2026-07-01T18:57:05+09:00</pcx_ib:CreateDateTime>"
	"<pcx_ib:FirstCreateDateTime>2026-07-01T18:57:05+09:00</pcx_ib:FirstCreateDateTime><pcx_ib:ReportDateTime>2026-07-01T18:50:00+09:00</pcx_ib:ReportDateTime>\n"
	"    <edxlde:distributionID>bosai.miki.example-0d4c9b52-77aa-4f0e-8a0b-1c2d3e4f5a6b</edxlde:distributionID>"
	"<edxlde:distributionType>Report</edxlde:distributionType><commons:documentRevision>1</commons:documentRevision>"
	"<commons:previousDocumentRevision>0</commons:previousDocumentRevision>"
	"<commons:documentID>bosai.miki.example-ttk2-ANTIDISASTER_HEADQUARTER-1</commons:documentID>\n"
	"    <pcx_ib:Headline><pcx_ib:Text>災害対策本部 設置 07月01日午後06時50分</pcx_ib:Text><pcx_ib:Areas><pcx_ib:Area><commons:areaName>未記町</commons:areaName></pcx_ib:Area>"
	"</pcx_ib:Areas></pcx_ib:Headline></pcx_ib:Head>\n"
	"   <pcx_ah:AntidisasterHeadquarter><pcx_eb:Disaster><pcx_eb:DisasterName>試験災害</pcx_eb:DisasterName></pcx_eb:Disaster><pcx_ah:Type>対策本部</pcx_ah:Type>"
	"<pcx_ah:Status>設置</pcx_ah:Status><pcx_ah:Name>未記町災害対策本部</pcx_ah:Name><pcx_ah:DateTime>2026-07-01T18:50:00+09:00</pcx_ah:DateTime>"
	"</pcx_ah:AntidisasterHeadquarter></Report>\n"
	"  </edxlde:embeddedXMLContent></edxlde:xmlContent><commons:publishingOfficeName>総務課</commons:publishingOfficeName>"
	"<commons:publishingOfficeID>990060</commons:publishingOfficeID><commons:previousDocumentRevision>0</commons:previousDocumentRevision>"
	"<commons:documentRevision>1</commons:documentRevision>\n"
	"  <commons:documentID>bosai.miki.example-ttk2-ANTIDISASTER_HEADQUARTER-1</commons:documentID><commons:category>AntidisasterHeadquarter</commons:category>"
	"</commons:contentObject></edxlde:EDXLDistribution>\n"
	"</pcsoap:message></pcsoap:publish></S:Body></S:Envelope>\n";
/* clang-format on */

/* 2026-07-01T18:57:08+09:00: three seconds after the sample was sent. */
#define SAMPLE_RECEIVED_US (1782899828LL * HS_US_PER_S)

static const char *sample_areas[] = { "990019", "990027" };
static const char *sample_statuses[] = { "Exercise", "Test", "System" };
static const struct hs_principal sample_principal = { .id = "kakuu",
	.organisation = "架空市",
	.office = "防災課",
	.code = "990019",
	.areas = { sample_areas, 2 },
	.statuses = { sample_statuses, 3 },
	.source = "bosai.kakuu.example" };

/* text with `len` bytes at `at` replaced; the caller frees it. */
static inline char *
spliced(const char *text, size_t at, size_t len, const char *to)
{
	size_t total = strlen(text) - len + strlen(to);
	char *out = calloc(total + 1, 1);

	if (!out)
		abort();
	memcpy(out, text, at);
	memcpy(out + at, to, strlen(to));
	memcpy(out + at + strlen(to), text + at + len, strlen(text) - at - len);
	return out;
}

/* text with its first `from` replaced; the caller frees it. `from` must occur. */
static inline char *
replaced(const char *text, const char *from, const char *to)
{
	const char *at = strstr(text, from);

	assert_non_null(at);
	return spliced(text, (size_t)(at - text), strlen(from), to);
}

/* Every occurrence. */
static inline char *
replaced_all(const char *text, const char *from, const char *to)
{
	char *out = spliced(text, 0, 0, "");
	size_t from_bytes = strlen(from);
	size_t done = 0;

	for (;;) {
		char *hit = strstr(out + done, from);
		size_t at = hit ? (size_t)(hit - out) : 0;
		char *next;

		if (!hit)
			return out;
		next = spliced(out, at, from_bytes, to);
		free(out);
		out = next;
		done = at + strlen(to);
	}
}

/* One run of the pipeline with everything that it owns. */
struct run {
	struct hs_arena *arena;
	struct hs_gate_limits limits;
	struct hs_principal principal;
	int lane;
	struct hs_submission submission;
	enum hs_err err;
	const char *stage;
};

static inline void
run_init(struct run *run)
{
	memset(run, 0, sizeof(*run));
	run->limits = hs_gate_limits_default;
	run->principal = sample_principal;
	run->lane = HS_MODE(DRILL);
}

static inline void
run_bytes(struct run *run, const void *bytes, size_t len)
{
	run->arena = hs_arena_create(HS_SUBMISSION_ARENA_BYTES);
	assert_non_null(run->arena);
	hs_submission_begin(&run->submission, run->arena, &run->limits);
	run->submission.principal = &run->principal;
	run->submission.bytes = bytes;
	run->submission.len_bytes = len;
	run->submission.mode = run->lane;
	run->submission.received_unix_us = SAMPLE_RECEIVED_US;
	run->err = hs_pipeline_run(&run->submission, &run->stage);
}

static inline void
run_end(struct run *run)
{
	hs_submission_end(&run->submission);
	hs_arena_destroy(run->arena);
	run->arena = NULL;
}

/* Names the findings when a test is about to fail. */
static inline void
run_print(const struct run *run)
{
	for (size_t i = 0; i < run->submission.findings.count; i++) {
		const struct hs_finding *finding = &run->submission.findings.items[i];

		print_message("  %s %s:%u expected [%s] detail [%s]\n",
			hs_finding_row(finding->code)->code, finding->place.path,
			finding->place.line, finding->expected, finding->detail);
	}
}

static inline void
run_text(struct run *run, const char *text)
{
	run_init(run);
	run_bytes(run, text, strlen(text));
}

/* The first finding with that code, or NULL. */
static inline const struct hs_finding *
found(const struct run *run, enum hs_finding_code code)
{
	for (size_t i = 0; i < run->submission.findings.count; i++) {
		if (run->submission.findings.items[i].code == code)
			return &run->submission.findings.items[i];
	}
	return NULL;
}

/* Runs a document that must be refused with that first error; the run is ended. */
static inline void
assert_refused(const char *text, enum hs_finding_code code)
{
	struct run run;

	run_text(&run, text);
	if (run.err == HS_OK || hs_findings_first_error(&run.submission.findings)->code != code)
		run_print(&run);
	assert_int_not_equal(run.err, HS_OK);
	assert_string_equal(
		hs_finding_row(hs_findings_first_error(&run.submission.findings)->code)->code,
		hs_finding_row(code)->code);
	run_end(&run);
}

static inline void
assert_accepted(struct run *run)
{
	if (run->err != HS_OK)
		run_print(run);
	assert_int_equal(run->err, HS_OK);
	assert_int_equal(run->submission.findings.errors, 0);
}

#endif
