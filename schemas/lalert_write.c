/* lalert_write.c: elements in the order of the format, one small writer for each part. */
#include "schemas/lalert_write.h"

#include <stdbool.h>
#include <string.h>

#include "hub/base/clock.h"
#include "schemas/tables.h"
#include "schemas/xml_write.h"

#define NS_REPORT                                                                    \
	" xmlns=\"http://xml.publiccommons.ne.jp/pcxml1/4\""                         \
	" xmlns:pcx_ib=\"http://xml.publiccommons.ne.jp/pcxml1/informationBasis4/\"" \
	" xmlns:pcx_eb=\"http://xml.publiccommons.ne.jp/pcxml1/elementBasis4/\""     \
	" xmlns:pcx_ev=\"http://xml.publiccommons.ne.jp/pcxml1/body/evacuation4\""

static void
put_time(struct hs_buf *out, const char *name, int64_t unix_us)
{
	char text[HS_RFC3339_SIZE];

	if (unix_us == 0)
		return;
	hs_rfc3339_format(unix_us / HS_US_PER_S * HS_US_PER_S, HS_JST_MINUTES, text);
	hs_xml_put(out, name, text);
}

static void
put_number(struct hs_buf *out, const char *name, uint32_t number)
{
	hs_buf_printf(out, "<%s>%u</%s>\n", name, number, name);
}

/* The sender's headline, or one made from the details: 避難指示 発令 (北町一丁目)、… */
static void
put_headline(struct hs_buf *out, const char *name, const struct hs_lalert_document *document)
{
	if (document->headline && document->headline[0]) {
		hs_xml_put(out, name, document->headline);
		return;
	}
	if (document->detail_count == 0)
		return;
	hs_buf_printf(out, "<%s>", name);
	for (size_t i = 0; i < document->detail_count; i++) {
		const struct hs_lalert_detail *detail = &document->details[i];

		hs_buf_puts(out, i ? "、" : "");
		hs_xml_put_text(out, detail->sort);
		hs_buf_puts(out, " ");
		hs_xml_put_text(out, detail->issue_or_lift);
		hs_buf_puts(out, " (");
		for (size_t k = 0; k < detail->area_count; k++) {
			hs_buf_puts(out, k ? "、" : "");
			hs_xml_put_text(out, detail->areas[k].name ? detail->areas[k].name : "");
		}
		hs_buf_puts(out, ")");
	}
	hs_buf_printf(out, "</%s>\n", name);
}

/* ---- envelope ---- */

/* Whether an area before (detail, area) already names this code. */
static bool
named_before(const struct hs_lalert_document *document, size_t detail, size_t area)
{
	const char *code = document->details[detail].areas[area].code;

	for (size_t d = 0; d <= detail; d++) {
		size_t end = d == detail ? area : document->details[d].area_count;

		for (size_t a = 0; a < end; a++) {
			const char *other = document->details[d].areas[a].code;

			if (other && strcmp(other, code) == 0)
				return true;
		}
	}
	return false;
}

static void
put_municipality(struct hs_buf *out, const struct hs_lalert_document *document, const char *code)
{
	const struct hs_area_row *row = hs_area_find(code);
	bool own = document->office.code && strcmp(document->office.code, code) == 0;

	hs_xml_put(
		out, "commons:areaName", own || !row ? document->office.organisation : row->name);
	hs_xml_put(out, "commons:jisX0402", code);
}

/* Each municipality of the body once, between open and close; the office's own when it names none. */
static void
put_municipalities(struct hs_buf *out, const struct hs_lalert_document *document, const char *open,
	const char *close)
{
	bool any = false;

	for (size_t d = 0; d < document->detail_count; d++)
		for (size_t a = 0; a < document->details[d].area_count; a++) {
			const char *code = document->details[d].areas[a].code;

			if (!code || !code[0] || named_before(document, d, a))
				continue;
			any = true;
			hs_buf_puts(out, open);
			put_municipality(out, document, code);
			hs_buf_puts(out, close);
		}
	if (any)
		return;
	hs_buf_puts(out, open);
	put_municipality(out, document, document->office.code ? document->office.code : "");
	hs_buf_puts(out, close);
}

static void
put_envelope_top(struct hs_buf *out, const struct hs_lalert_document *document)
{
	hs_buf_puts(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<edxlde:EDXLDistribution xmlns:edxlde=\"urn:oasis:names:tc:emergency:EDXL:DE:1.0\""
		" xmlns:commons=\"http://xml.publiccommons.ne.jp/xml/edxl/\">\n");
	hs_xml_put(out, "edxlde:distributionID", document->distribution_id);
	hs_xml_put(out, "edxlde:senderID", document->sender_id);
	put_time(out, "edxlde:dateTimeSent", document->sent_unix_us);
	hs_xml_put(out, "edxlde:distributionStatus", document->status);
	hs_xml_put(out, "edxlde:distributionType", document->type);
	hs_xml_put(out, "edxlde:combinedConfidentiality", "UNCLASSIFIED AND NOT SENSITIVE");
	hs_xml_put(out, "edxlde:language", "ja-JP");
	put_municipalities(out, document, "<commons:targetArea>", "</commons:targetArea>\n");
	hs_buf_puts(out, "<commons:contentObject>\n");
	put_headline(out, "edxlde:contentDescription", document);
	hs_buf_puts(out, "<edxlde:xmlContent><edxlde:embeddedXMLContent>\n");
}

static void
put_envelope_end(struct hs_buf *out, const struct hs_lalert_document *document)
{
	hs_buf_puts(out, "</edxlde:embeddedXMLContent></edxlde:xmlContent>\n");
	hs_xml_put(out, "commons:publishingOfficeName", document->office.office);
	hs_xml_put(out, "commons:publishingOrganizationName", document->office.organisation);
	hs_xml_put(out, "commons:publishingOfficeID", document->office.code);
	put_number(out, "commons:previousDocumentRevision", document->previous_revision);
	put_number(out, "commons:documentRevision", document->revision);
	hs_xml_put(out, "commons:documentID", document->document_id);
	hs_xml_put(out, "commons:category", "EvacuationOrder");
	hs_buf_puts(out, "</commons:contentObject>\n</edxlde:EDXLDistribution>\n");
}

/* ---- Control and Head ---- */

static void
put_office(struct hs_buf *out, const struct hs_lalert_office *office)
{
	hs_xml_put(out, "pcx_eb:OrganizationCode", office->code);
	hs_xml_put(out, "pcx_eb:OfficeName", office->office);
	hs_xml_put(out, "pcx_eb:OrganizationName", office->organisation);
}

static void
put_control(struct hs_buf *out, const struct hs_lalert_document *document)
{
	hs_buf_puts(out, "<Control><Title>EvacuationOrder</Title>\n");
	hs_xml_put(out, "edxlde:distributionStatus", document->status);
	hs_buf_puts(out, "<EditorialOffice>");
	put_office(out, document->editor ? document->editor : &document->office);
	hs_buf_puts(out, "</EditorialOffice>\n<PublishingOffice><pcx_eb:OfficeInfo>");
	put_office(out, &document->office);
	hs_buf_puts(out, "</pcx_eb:OfficeInfo></PublishingOffice>\n");
	if (document->errata && document->errata[0]) {
		hs_buf_puts(out, "<Errata>");
		put_time(out, "pcx_eb:DateTime", document->sent_unix_us);
		hs_xml_put(out, "pcx_eb:Description", document->errata);
		hs_buf_puts(out, "</Errata>\n");
	}
	hs_buf_puts(out, "</Control>\n");
}

static void
put_head(struct hs_buf *out, const struct hs_lalert_document *document)
{
	int64_t sent = document->sent_unix_us;
	int64_t first = document->first_created_unix_us ? document->first_created_unix_us : sent;
	int64_t reported = document->reported_unix_us ? document->reported_unix_us : sent;

	hs_buf_puts(out, "<pcx_ib:Head><pcx_ib:Title>");
	hs_xml_put_text(out, document->office.organisation ? document->office.organisation : "");
	hs_buf_puts(out, " 避難情報 ");
	hs_xml_put_text(out, document->disaster_name ? document->disaster_name : "");
	hs_buf_puts(out, "</pcx_ib:Title>\n");
	put_time(out, "pcx_ib:CreateDateTime", sent);
	put_time(out, "pcx_ib:FirstCreateDateTime", first);
	put_time(out, "pcx_ib:ReportDateTime", reported);
	put_time(out, "pcx_ib:TargetDateTime", reported);
	put_time(out, "pcx_ib:ValidDateTime", document->valid_until_unix_us);
	hs_xml_put(out, "edxlde:distributionID", document->distribution_id);
	hs_xml_put(out, "edxlde:distributionType", document->type);
	put_number(out, "commons:documentRevision", document->revision);
	put_number(out, "commons:previousDocumentRevision", document->previous_revision);
	hs_xml_put(out, "commons:documentID", document->document_id);
	hs_buf_puts(out, "<pcx_ib:Headline>");
	put_headline(out, "pcx_ib:Text", document);
	hs_buf_puts(out, "<pcx_ib:Areas>");
	put_municipalities(out, document, "<pcx_ib:Area>", "</pcx_ib:Area>");
	hs_buf_puts(out, "</pcx_ib:Areas></pcx_ib:Headline></pcx_ib:Head>\n");
}

/* ---- body ---- */

static void
put_area(struct hs_buf *out, const struct hs_lalert_area *area)
{
	hs_buf_puts(out, "<pcx_ev:Area><pcx_eb:Location>");
	hs_xml_put(out, "commons:areaName", area->name);
	hs_xml_put(out, "commons:areaNameKana", area->kana);
	hs_xml_put(out, "commons:jisX0402", area->code);
	hs_xml_put(out, "commons:ooAzaTyouTyouMokuCode", area->sub_code);
	hs_buf_puts(out, "</pcx_eb:Location>");
	put_time(out, "pcx_ev:DateTime", area->ordered_unix_us);
	hs_buf_puts(out, "</pcx_ev:Area>\n");
}

static void
put_body(struct hs_buf *out, const struct hs_lalert_document *document)
{
	hs_buf_puts(out, "<pcx_ev:EvacuationOrder>");
	if (document->disaster_name && document->disaster_name[0]) {
		hs_buf_puts(out, "<pcx_eb:Disaster>");
		hs_xml_put(out, "pcx_eb:DisasterName", document->disaster_name);
		hs_buf_puts(out, "</pcx_eb:Disaster>\n");
	}
	hs_xml_put(out, "pcx_ev:ComplementaryInfo", document->complement);
	for (size_t i = 0; i < document->detail_count; i++) {
		const struct hs_lalert_detail *detail = &document->details[i];

		hs_buf_puts(out, "<pcx_ev:Detail>");
		hs_xml_put(out, "pcx_ev:Sort", detail->sort);
		hs_xml_put(out, "pcx_ev:IssueOrLift", detail->issue_or_lift);
		hs_buf_puts(out, "<pcx_ev:Areas>\n");
		for (size_t k = 0; k < detail->area_count; k++)
			put_area(out, &detail->areas[k]);
		hs_buf_puts(out, "</pcx_ev:Areas></pcx_ev:Detail>\n");
	}
	hs_buf_puts(out, "</pcx_ev:EvacuationOrder>\n");
}

void
hs_lalert_write(struct hs_buf *out, const struct hs_lalert_document *document)
{
	put_envelope_top(out, document);
	hs_buf_puts(out, "<Report" NS_REPORT ">\n");
	put_control(out, document);
	put_head(out, document);
	put_body(out, document);
	hs_buf_puts(out, "</Report>\n");
	put_envelope_end(out, document);
}
