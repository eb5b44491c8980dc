/* lalert_notice.c: envelope, Control and Head in the order of the format. See lalert_notice.h. */
#include "schemas/lalert_notice.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/lalert_notice_parts.h"
#include "schemas/lalert_tables.h"
#include "schemas/tables.h"

#define GENERATION "4"
#define NS_REPORT                                                                                 \
	" xmlns=\"http://xml.publiccommons.ne.jp/pcxml1/" GENERATION "\""                         \
	" xmlns:pcx_ib=\"http://xml.publiccommons.ne.jp/pcxml1/informationBasis" GENERATION "/\"" \
	" xmlns:pcx_eb=\"http://xml.publiccommons.ne.jp/pcxml1/elementBasis" GENERATION "/\""
#define UNKNOWN_CODE "000000"

static const char *
category_of(const hs_notice *notice)
{
	const struct hs_lalert_category *category = hs_lalert_category_find(notice->kind_text);

	if (category || hs_notice_has_flag(notice, "unknown_category"))
		return notice->kind_text;
	return hs_notice_evacuation(notice) ? "EvacuationOrder" : "";
}

bool
hs_lalert_has_form(const hs_notice *notice)
{
	return notice->document && notice->source && category_of(notice)[0] != '\0';
}

/* ---- parts ---- */

/* Fewest digits that read as the same number. */
static void
put_number(struct hs_buf *out, double number)
{
	char text[40];

	snprintf(text, sizeof(text), "%.15g", number);
	if (strtod(text, NULL) != number)
		snprintf(text, sizeof(text), "%.17g", number);
	hs_buf_puts(out, text);
}

static void
put_point(struct hs_buf *out, const hs_point *point)
{
	put_number(out, point->latitude);
	hs_buf_puts(out, ",");
	put_number(out, point->longitude);
}

static void
put_shapes(struct hs_buf *out, const hs_geometry *geometry)
{
	for (size_t i = 0; geometry && i < geometry->n_circles; i++) {
		const hs_circle *circle = geometry->circles[i];

		if (!circle->center)
			continue;
		hs_buf_puts(out, "<edxlde:circle>");
		put_point(out, circle->center);
		hs_buf_puts(out, ",");
		put_number(out, circle->radius_km);
		hs_buf_puts(out, "</edxlde:circle>\n");
	}
	for (size_t i = 0; geometry && i < geometry->n_polygons; i++) {
		const hs_polygon *polygon = geometry->polygons[i];

		hs_buf_puts(out, "<edxlde:polygon>");
		for (size_t k = 0; k < polygon->n_points; k++) {
			hs_buf_puts(out, k ? " " : "");
			put_point(out, polygon->points[k]);
		}
		hs_buf_puts(out, "</edxlde:polygon>\n");
	}
}

void
hs_lalert_put_area(struct hs_buf *out, const hs_area *area, const char *name, const char *kana)
{
	put_shapes(out, area->geometry);
	hs_xml_put(out, "commons:areaName", name ? name : area->name);
	hs_xml_put(out, "commons:areaNameKana", kana ? kana : area->kana);
	hs_xml_put(out, "commons:jisX0402", area->code);
	hs_xml_put(out, "commons:ooAzaTyouTyouMokuCode", area->sub_code);
}

void
hs_lalert_put_time(struct hs_buf *out, const char *name, const hs_time *time)
{
	if (time)
		hs_xml_put_time(out, name, time->unix_us, time->offset_minutes);
}

/* ---- values that stand in the envelope and again in the Head ---- */

static const char *
type_of(const hs_notice *notice)
{
	if (notice->action == HS_ACTION(CANCEL))
		return "Cancel";
	return notice->document->revision <= 1 && notice->action != HS_ACTION(UPDATE) ? "Report"
										      : "Update";
}

static void
put_distribution_id(struct hs_buf *out, const hs_document *document)
{
	if (document->distribution_id[0]) {
		hs_xml_put(out, "edxlde:distributionID", document->distribution_id);
		return;
	}
	hs_buf_puts(out, "<edxlde:distributionID>");
	hs_xml_put_text(out, document->id);
	hs_buf_printf(out, ".%u</edxlde:distributionID>\n", document->revision);
}

static void
put_revision(struct hs_buf *out, const hs_document *document)
{
	uint32_t revision = document->revision;

	hs_buf_printf(out,
		"<commons:previousDocumentRevision>%u</commons:previousDocumentRevision>\n"
		"<commons:documentRevision>%u</commons:documentRevision>\n",
		revision > 0 ? revision - 1 : 0, revision > 0 ? revision : 1);
	hs_xml_put(out, "commons:documentID", document->id);
}

static const char *
headline_of(const hs_notice *notice)
{
	const hs_text *text = hs_notice_text(notice, "ja");

	return text ? text->headline : "";
}

/* Two names in one place: a reader keeps one area for each code, and further names when they come without one. */
static bool
code_stood_before(const hs_notice *notice, size_t at)
{
	for (size_t i = 0; i < at; i++) {
		if (strcmp(notice->areas[i]->code, notice->areas[at]->code) == 0)
			return true;
	}
	return false;
}

static void
put_areas(struct hs_buf *out, const hs_notice *notice, const char *element)
{
	for (size_t i = 0; i < notice->n_areas; i++) {
		hs_buf_printf(out, "<%s>", element);
		if (code_stood_before(notice, i))
			hs_xml_put(out, "commons:areaName", notice->areas[i]->name);
		else
			hs_lalert_put_area(out, notice->areas[i], NULL, NULL);
		hs_buf_printf(out, "</%s>\n", element);
	}
}

/* ---- Control and Head ---- */

static void
put_office(struct hs_buf *out, const hs_source *source)
{
	hs_xml_put(out, "pcx_eb:OrganizationCode", source->code);
	hs_xml_put(out, "pcx_eb:OfficeName", source->office);
	hs_xml_put(out, "pcx_eb:OrganizationName", source->name);
}

/* The prefecture or municipality whose name it begins with. */
static const char *
editor_code(const char *entered_by)
{
	size_t count, best = 0;
	const struct hs_area_row *rows = hs_area_rows(&count);
	const char *code = UNKNOWN_CODE;

	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(rows[i].name);

		if (len > best && strlen(rows[i].code) == 6 &&
			strncmp(entered_by, rows[i].name, len) == 0) {
			best = len;
			code = rows[i].code;
		}
	}
	return code;
}

static void
put_editor(struct hs_buf *out, const hs_source *source)
{
	hs_buf_puts(out, "<EditorialOffice>");
	if (source->entered_by[0]) {
		const char *code = editor_code(source->entered_by);
		/* the same code would say that nobody else entered it */
		bool own = strncmp(code, source->code, 5) == 0;

		hs_xml_put(out, "pcx_eb:OrganizationCode", own ? UNKNOWN_CODE : code);
		hs_xml_put(out, "pcx_eb:OrganizationName", source->entered_by);
	} else {
		put_office(out, source);
	}
	hs_buf_puts(out, "</EditorialOffice>\n");
}

static void
put_errata(struct hs_buf *out, const hs_notice *notice)
{
	const hs_times *times = notice->times;

	if (!notice->correction[0])
		return;
	hs_buf_puts(out, "<Errata>");
	hs_lalert_put_time(out, "pcx_eb:DateTime", times ? times->sent : NULL);
	hs_xml_put(out, "pcx_eb:Description", notice->correction);
	hs_buf_puts(out, "</Errata>\n");
}

static void
put_control(struct hs_buf *out, const hs_notice *notice)
{
	hs_buf_puts(out, "<Control>");
	hs_xml_put(out, "Title", category_of(notice));
	hs_xml_put(out, "edxlde:distributionStatus", hs_mode_status((int)notice->mode));
	put_editor(out, notice->source);
	hs_buf_puts(out, "<PublishingOffice><pcx_eb:OfficeInfo>");
	put_office(out, notice->source);
	hs_buf_puts(out, "</pcx_eb:OfficeInfo></PublishingOffice>\n");
	put_errata(out, notice);
	hs_buf_puts(out, "</Control>\n");
}

static void
put_head(struct hs_buf *out, const hs_notice *notice)
{
	const struct hs_lalert_category *category = hs_lalert_category_find(category_of(notice));
	const hs_times *times = notice->times;

	hs_buf_puts(out, "<pcx_ib:Head><pcx_ib:Title>");
	hs_xml_put_text(out, notice->source->name);
	hs_buf_puts(out, " ");
	hs_xml_put_text(out, category ? category->name : category_of(notice));
	hs_buf_puts(out, "</pcx_ib:Title>\n");
	if (times) {
		hs_lalert_put_time(out, "pcx_ib:CreateDateTime", times->created);
		hs_lalert_put_time(out, "pcx_ib:ReportDateTime", times->reported);
		hs_lalert_put_time(out, "pcx_ib:TargetDateTime", times->target);
		hs_lalert_put_time(out, "pcx_ib:ValidDateTime", times->valid_until);
	}
	put_distribution_id(out, notice->document);
	hs_xml_put(out, "edxlde:distributionType", type_of(notice));
	put_revision(out, notice->document);
	hs_buf_puts(out, "<pcx_ib:Headline>");
	hs_xml_put(out, "pcx_ib:Text", headline_of(notice));
	hs_buf_puts(out, "<pcx_ib:Areas>");
	put_areas(out, notice, "pcx_ib:Area");
	hs_buf_puts(out, "</pcx_ib:Areas></pcx_ib:Headline></pcx_ib:Head>\n");
}

/* ---- envelope ---- */

static void
put_carriers(struct hs_buf *out, const hs_notice *notice)
{
	if (notice->detail_case != HANSHO__V1__NOTICE__DETAIL_URGENT_MAIL ||
		notice->urgent_mail->n_carriers == 0)
		return;
	hs_buf_puts(out, "<edxlde:consumerRole><edxlde:valueListUrn>publicCommons:media:"
			 "urgentmail:carrier</edxlde:valueListUrn>");
	for (size_t i = 0; i < notice->urgent_mail->n_carriers; i++)
		hs_xml_put(out, "edxlde:value", notice->urgent_mail->carriers[i]);
	hs_buf_puts(out, "</edxlde:consumerRole>\n");
}

static void
put_envelope_top(struct hs_buf *out, const hs_notice *notice)
{
	const hs_times *times = notice->times;
	const hs_time *sent = times ? times->sent : NULL;

	hs_buf_puts(out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<edxlde:EDXLDistribution xmlns:edxlde=\"urn:oasis:names:tc:emergency:EDXL:DE:1.0\""
		" xmlns:commons=\"http://xml.publiccommons.ne.jp/xml/edxl/\">\n");
	put_distribution_id(out, notice->document);
	hs_xml_put(out, "edxlde:senderID", notice->document->source);
	hs_lalert_put_time(out, "edxlde:dateTimeSent",
		sent || !times	  ? sent
		: times->accepted ? times->accepted
				  : times->received);
	hs_xml_put(out, "edxlde:distributionStatus", hs_mode_status((int)notice->mode));
	hs_xml_put(out, "edxlde:distributionType", type_of(notice));
	hs_buf_puts(out, "<edxlde:combinedConfidentiality>UNCLASSIFIED AND NOT SENSITIVE"
			 "</edxlde:combinedConfidentiality>\n<edxlde:language>ja-JP"
			 "</edxlde:language>\n");
	put_areas(out, notice, "commons:targetArea");
	hs_buf_puts(out, "<commons:contentObject>\n");
	hs_xml_put(out, "edxlde:contentDescription", headline_of(notice));
	put_carriers(out, notice);
	hs_buf_puts(out, "<edxlde:xmlContent><edxlde:embeddedXMLContent>\n");
}

static void
put_envelope_end(struct hs_buf *out, const hs_notice *notice)
{
	hs_buf_puts(out, "</edxlde:embeddedXMLContent></edxlde:xmlContent>\n");
	hs_xml_put(out, "commons:publishingOfficeName", notice->source->office);
	hs_xml_put(out, "commons:publishingOrganizationName", notice->source->name);
	hs_xml_put(out, "commons:publishingOfficeID", notice->source->code);
	put_revision(out, notice->document);
	hs_xml_put(out, "commons:category", category_of(notice));
	hs_buf_puts(out, "</commons:contentObject>\n</edxlde:EDXLDistribution>\n");
}

void
hs_lalert_write_notice(struct hs_buf *out, const hs_notice *notice)
{
	const struct hs_lalert_category *category;
	char ns[128];

	if (!hs_lalert_has_form(notice)) {
		out->failed = true;
		return;
	}
	category = hs_lalert_category_find(category_of(notice));
	put_envelope_top(out, notice);
	hs_buf_puts(out, "<Report" NS_REPORT ">\n");
	put_control(out, notice);
	put_head(out, notice);
	if (category && category->body[0]) {
		snprintf(ns, sizeof(ns), "%s" GENERATION, category->ns);
		hs_lalert_put_body(out, notice, ns);
	}
	hs_buf_puts(out, "</Report>\n");
	put_envelope_end(out, notice);
}
