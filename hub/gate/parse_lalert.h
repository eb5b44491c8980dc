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

/* A document while it is read. */
struct hs_lalert {
	struct hs_submission *submission;
	struct hs_arena *arena;
	struct hs_findings *findings;
	hs_notice *notice;
	hs_xml_node *envelope, *content, *report, *control, *head, *body;
	hs_xml_node *jma_report;   /* in place of report: a telegram of the weather agency */
	int64_t places;		   /* areas of the body so far, against limits->areas */
	bool all_lifted;	   /* set by a body converter */
	const char *fallback_code; /* municipality of areas without a code, or NULL */
	const char *fallback_name;
};

enum hs_err hs_lalert_convert(struct hs_submission *submission);
void hs_evacuation_convert(struct hs_lalert *lalert);

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
/* Gives an area without code the fallback code, with flag and finding. false when there is none. */
bool hs_lalert_fall_back(struct hs_lalert *lalert, hs_area *area, hs_xml_node *node);
/* Adds the municipality of an area to notice->areas once. */
void hs_lalert_address(struct hs_lalert *lalert, const hs_area *area);

#endif
