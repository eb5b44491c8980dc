/* lalert_kit.h: documents of any category for the gate's tests: an envelope of mixed generations with the prefixes that
 * machines make, around a body. All places are synthetic, all documents drills. */
#ifndef HS_TEST_LALERT_KIT_H
#define HS_TEST_LALERT_KIT_H

#include "hub/base/check.h"
#include "tests/unit/hub/gate/samples.h"

#define KIT_BODY(name) "http://xml.publiccommons.ne.jp/pcxml1/body/" name

struct kit {
	const char *category;
	const char *type;     /* Report when NULL */
	const char *target;   /* targetArea elements; 架空市 when NULL */
	const char *headline; /* text; "見出し" when NULL, "" leaves it out */
	const char *areas;    /* of the headline */
	const char *errata;   /* reason */
	const char *extra;    /* in contentObject: consumerRole */
	const char *office;   /* code; 990019 when NULL */
	const char *
		body; /* the element, prefixes b (body of its own) and e (elementBasis) declared by it */
};

/* Envelope of generation 2, Control 4, Head 3; the default namespace is SOAP's. The caller frees it. */
/* Not inlined: gcc would take a search in its result for one in a local. */
__attribute__((noinline, unused)) static char *
kit_document(const struct kit *kit)
{
	const char *type = kit->type ? kit->type : "Report";
	const char *office = kit->office ? kit->office : "990019";
	const char *headline = kit->headline ? kit->headline : "見出し";
	const char *target =
		kit->target ? kit->target
			    : "<c:targetArea><d:circle/><d:polygon/><c:areaName>架空市</c:areaName>"
			      "<c:jisX0402>990019</c:jisX0402></c:targetArea>";
	char *errata = NULL;
	char *out = NULL;

	if (asprintf(&errata,
		    "<q1:Errata><eb:Description>%s</eb:Description>"
		    "<eb:DateTime>2026-07-01T18:57:00+09:00</eb:DateTime></q1:Errata>",
		    kit->errata ? kit->errata : "") < 0 ||
		asprintf(&out,
			"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			"<d:EDXLDistribution xmlns=\"http://soap.publiccommons.ne.jp/\""
			" xmlns:d=\"urn:oasis:names:tc:emergency:EDXL:DE:1.0\""
			" xmlns:c=\"http://xml.publiccommons.ne.jp/xml/edxl/\""
			" xmlns:pcx_ib=\"http://xml.publiccommons.ne.jp/pcxml1/informationBasis2/"
			"\">"
			"<d:distributionID>bosai.kakuu.example-1f</d:distributionID>"
			"<d:senderID>bosai.kakuu.example</d:senderID>"
			"<d:dateTimeSent>2026-07-01T18:57:05.123+09:00</d:dateTimeSent>"
			"<d:distributionStatus>Exercise</d:distributionStatus>"
			"<d:distributionType>%s</d:distributionType>"
			"<d:combinedConfidentiality>UNCLASSIFIED AND NOTSENSITIVE"
			"</d:combinedConfidentiality>%s<c:contentObject>"
			"<d:contentDescription>%s</d:contentDescription>%s"
			"<d:xmlContent><!-- generated --><d:embeddedXMLContent>"
			"<q1:Report xmlns:q1=\"http://xml.publiccommons.ne.jp/pcxml1/4\""
			" xmlns:eb=\"http://xml.publiccommons.ne.jp/pcxml1/elementBasis5\">"
			"<pcx_cns_i3:Head xmlns:pcx_cns_i3="
			"\"http://xml.publiccommons.ne.jp/pcxml1/informationBasis3/\">"
			"<pcx_cns_i3:Headline><pcx_cns_i3:Areas>%s</pcx_cns_i3:Areas>"
			"<pcx_cns_i3:Text>%s<!-- x --></pcx_cns_i3:Text></pcx_cns_i3:Headline>"
			"<c:documentID>kit-1</c:documentID><c:documentRevision>1</"
			"c:documentRevision>"
			"<pcx_cns_i3:Title>表題</pcx_cns_i3:Title>"
			"<pcx_cns_i3:ReportDateTime>2026-07-01T18:54:00+09:00"
			"</pcx_cns_i3:ReportDateTime><pcx_cns_i3:ValidDateTime/>"
			"<d:distributionType>%s</d:distributionType>"
			"<d:distributionID>bosai.kakuu.example-1f</d:distributionID>"
			"</pcx_cns_i3:Head>%s"
			"<q1:Control><d:distributionStatus>Exercise</d:distributionStatus>%s"
			"<q1:Title>%s</q1:Title></q1:Control></q1:Report>"
			"</d:embeddedXMLContent></d:xmlContent>"
			"<c:publishingOfficeID>%s</c:publishingOfficeID>"
			"<c:publishingOrganizationName>架空市</c:publishingOrganizationName>"
			"<c:previousDocumentRevision>0</c:previousDocumentRevision>"
			"<c:documentRevision>1</c:documentRevision><c:documentID>kit-1</"
			"c:documentID>"
			"<c:category>%s</c:category></c:contentObject></d:EDXLDistribution>",
			type, target, headline, kit->extra ? kit->extra : "",
			kit->areas ? kit->areas : "", headline, type, kit->body,
			kit->errata ? errata : "", kit->category, office, kit->category) < 0)
		abort();
	free(errata);
	return out;
}

static inline void
kit_run(struct run *run, const struct kit *kit)
{
	char *text = kit_document(kit);

	run_init(run);
	run_bytes(run, text, strlen(text));
	free(text);
}

/* Runs a kit that must be taken; prints what was found otherwise. */
static inline hs_notice *
kit_accept(struct run *run, const struct kit *kit)
{
	kit_run(run, kit);
	assert_accepted(run);
	return run->submission.notice;
}

/* Exactly these warnings, in any order; codes parted by blanks. */
static inline void
assert_warnings(const struct run *run, const char *codes)
{
	size_t wanted = 0;

	for (const char *at = codes; *at; at += strspn(at, " ")) {
		size_t len = strcspn(at, " ");
		bool hit = false;

		for (size_t i = 0; i < run->submission.findings.count && !hit; i++) {
			const char *code =
				hs_finding_row(run->submission.findings.items[i].code)->code;

			hit = strlen(code) == len && strncmp(code, at, len) == 0;
		}
		if (!hit)
			run_print(run);
		assert_true(hit);
		wanted++;
		at += len;
	}
	if (wanted != run->submission.findings.count)
		run_print(run);
	assert_int_equal(run->submission.findings.count, wanted);
}

#endif
