/* parse_lalert.h: EDXL-DE envelope with a PCXML Report → notice.
 *
 * Flow:   envelope, Control and Head are read here; the body by the converter of its category.
 * Rules:  any order of children, any prefix, any generation; an empty element is absent; the
 *         envelope wins over the Head; what occurs twice where one may stand is refused (which
 *         one would count?).
 * Source: L-Alert wire format (envelope, Control, Head, body elements, identity and life cycle).
 */
#ifndef HS_GATE_PARSE_LALERT_H
#define HS_GATE_PARSE_LALERT_H

#include "hub/gate/submission.h"
#include "hub/gate/xml_doc.h"
#include "schemas/lalert_tables.h"

/* A document while it is read. */
struct hs_lalert {
	struct hs_submission *submission;
	struct hs_arena *arena;
	struct hs_findings *findings;
	hs_notice *notice;
	hs_xml_node *envelope, *content, *report, *control, *head;
	hs_xml_node *body;			   /* NULL when its structure is not public */
	const struct hs_lalert_category *category; /* NULL: not in the table */
	hs_xml_node *jma_report;   /* in place of report: a telegram of the weather agency */
	int64_t places;		   /* areas of the body so far, against limits->areas */
	int64_t points_left;	   /* of polygons, from limits->shape_points down */
	bool all_lifted;	   /* set by a body converter */
	const char *fallback_code; /* municipality of areas without a code, or NULL */
	const char *fallback_name;
};

enum hs_err hs_lalert_convert(struct hs_submission *submission);

/* ---- body converters, one file each: body and category are set; they fill their part of the notice ---- */

void hs_evacuation_convert(struct hs_lalert *lalert);
void hs_shelter_convert(struct hs_lalert *lalert);
void hs_headquarters_convert(struct hs_lalert *lalert);
void hs_damage_convert(struct hs_lalert *lalert);
void hs_general_convert(struct hs_lalert *lalert);
void hs_event_convert(struct hs_lalert *lalert);
void hs_urgent_mail_convert(struct hs_lalert *lalert);

/* ---- parts that the body converters share (lalert_parts.c) ---- */

/* The only child of that name; a second one is a finding. NULL when absent. */
hs_xml_node *hs_lalert_one(
	struct hs_lalert *lalert, hs_xml_node *parent, const char *ns, const char *name);
/* As above, and a finding when it is absent or empty; its text, or NULL. */
char *hs_lalert_need(
	struct hs_lalert *lalert, hs_xml_node *parent, const char *ns, const char *name);
/* Sets a string field of the notice from a node and remembers where it came from. Absent:
 * unchanged. */
void hs_lalert_set(struct hs_lalert *lalert, char **field, hs_xml_node *node);
/* The same for a name, which becomes one line. */
void hs_lalert_set_name(struct hs_lalert *lalert, char **field, hs_xml_node *node);
/* A time: NULL when absent; when it cannot be read also NULL, with the finding `bad`. */
hs_time *hs_lalert_time(struct hs_lalert *lalert, hs_xml_node *node, enum hs_finding_code bad);
/* A count with its unit: NULL when absent or not a number (a finding). */
hs_count *hs_lalert_count(
	struct hs_lalert *lalert, hs_xml_node *parent, const char *ns, const char *name);
/* circle, polygon, areaName, areaNameKana, jisX0402, ooAzaTyouTyouMokuCode. node may be NULL: an
 * area without anything. NULL when the arena is full. */
hs_area *hs_lalert_area(struct hs_lalert *lalert, hs_xml_node *node);
/* First child of that local name in any namespace that a body uses: its own, elementBasis, commons, EDXL-DE. For
 * elements that senders have been seen to put into different ones. */
hs_xml_node *hs_lalert_any(const struct hs_lalert *lalert, hs_xml_node *parent, const char *name);
/* eb:Disaster/DisasterName. */
void hs_lalert_disaster(struct hs_lalert *lalert, char **name);
/* A word of a fixed choice (lalert_values.csv), as sent; one that is not in the list is told and flagged. */
void hs_lalert_choice(struct hs_lalert *lalert, const char *list, const char *below, char **field,
	hs_xml_node *node);
/* Tells the sender and flags the notice. */
void hs_lalert_unknown_value(
	struct hs_lalert *lalert, hs_xml_node *node, const char *expected, const char *value);
/* The Japanese text, which every L-Alert notice has; NULL when the arena is full. */
hs_text *hs_lalert_ja(struct hs_lalert *lalert);
/* Description → body of the Japanese text. */
void hs_lalert_description(struct hs_lalert *lalert);
/* AttachmentFiles/File. */
void hs_lalert_attachments(
	struct hs_lalert *lalert, size_t *count, Hansho__V1__Attachment ***attachments);

/* ---- areas (lalert_areas.c) ---- */

/* notice->areas from the envelope and the headline, and the code for areas without one. Categories without places
 * of their own are addressed somewhere by this, or a finding says that nobody knows where. */
void hs_lalert_read_areas(struct hs_lalert *lalert);
/* Gives an area without code the fallback code, with flag and finding. false when there is none. */
bool hs_lalert_fall_back(struct hs_lalert *lalert, hs_area *area, hs_xml_node *node);
/* Adds the municipality of an area to notice->areas once; it has no trace, because it only follows from the content. */
void hs_lalert_address(struct hs_lalert *lalert, const hs_area *area);

#endif
