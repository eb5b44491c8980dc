/* parse_jma.h: a Report of the weather agency's disaster XML (JMA) → notice.
 *
 * Flow:    Control and Head here (identity, mode, times, action, headline), then the converter that the telegram's row names
 *          (schemas/tables/jma_telegrams.csv) for the body. Alone, or inside an L-Alert envelope, whose identity wins.
 * Rules:   nothing that is a Report is refused: a part that is missing, a title or code that is unknown is a warning and a flag, and
 *          the telegram goes on. Errors: broken XML, DOCTYPE, another root, Control, Head or Body missing or doubled, a Body of
 *          an unknown namespace, a time of Control or Head that cannot be read, limits.
 * Areas:   one granularity of several that say the same (municipalities first); codes become ours (jma_place.c).
 * Source:  JMA technical material of the disaster XML; jmx.xsd, jmx_ib.xsd, jmx_mete.xsd, jmx_seis.xsd, jmx_volc.xsd.
 */
#ifndef HS_GATE_PARSE_JMA_H
#define HS_GATE_PARSE_JMA_H

#include "hub/gate/parse_lalert.h"
#include "hub/gate/submission.h"
#include "hub/gate/xml_doc.h"
#include "schemas/jma_tables.h"
#include "schemas/tables.h"

#define HS_NS_JMA	  "http://xml.kishou.go.jp/jmaxml1/"
#define HS_NS_JMA_HEAD	  "http://xml.kishou.go.jp/jmaxml1/informationBasis1/"
#define HS_NS_JMA_BODY	  "http://xml.kishou.go.jp/jmaxml1/body/"
#define HS_NS_JMA_ELEMENT "http://xml.kishou.go.jp/jmaxml1/elementBasis1/"

struct hs_jma_places;

/* Hazards while they are collected. */
struct hs_jma_items {
	size_t count;
	hs_hazard **items;
};

/* A telegram while it is read. */
struct hs_jma {
	struct hs_submission *submission;
	struct hs_arena *arena;
	struct hs_findings *findings;
	hs_notice *notice;
	hs_xml_node *report, *control, *head, *headline, *body;
	const char *ns; /* of the body */
	const struct hs_jma_telegram *telegram;
	struct hs_jma_places *places;
	struct hs_jma_items items; /* the detail's own field points to the same */
	int64_t references;	   /* areas named so far, against limits->areas */
	int64_t at_unix_us;	   /* of the report, for tables with dates */
	bool whole_country;	   /* something is for all, or for nobody knows whom */
	uint32_t rank;		   /* highest in force, or told as news */
	bool lifted;		   /* an item ended something */
};

enum hs_err hs_jma_convert(struct hs_submission *submission);
enum hs_err hs_jma_validate(struct hs_submission *submission);
enum hs_err hs_jma_policy(struct hs_submission *submission);
/* A Report inside an L-Alert envelope whose identity was read: takes the document over, checks included. */
enum hs_err hs_jma_in_envelope(struct hs_lalert *lalert, hs_xml_node *report);

/* distributionStatus that Control/Status stands for (通常 Actual, 訓練 Exercise, 試験 Test); "" when unknown. */
const char *hs_jma_status(const char *status);
/* The mark of a test in Notice, Title or headline of a Report, or NULL. Borrowed from a table. */
const char *hs_jma_test_mark(struct hs_jma *jma);
/* Headline and body text. */
void hs_jma_read_texts(struct hs_jma *jma, const char *title);

/* ---- identity (jma_identity.c) ---- */

void hs_jma_set_id(struct hs_jma *jma, const char *title);
/* Document.event: EventID as a set. */
void hs_jma_set_event(struct hs_jma *jma);
/* sent: Control/DateTime, may be NULL. */
void hs_jma_set_version(struct hs_jma *jma, const hs_time *sent, const char *infotype);

/* ---- small parts ---- */

/* Text of a child of Head or Control, "" when absent. */
const char *hs_jma_head_text(struct hs_jma *jma, const char *name);
const char *hs_jma_control_text(struct hs_jma *jma, const char *name);

/* Child of the body's namespace. */
hs_xml_node *hs_jma_child(const struct hs_jma *jma, hs_xml_node *node, const char *name);
hs_xml_node *hs_jma_next(const struct hs_jma *jma, hs_xml_node *node, const char *name);
/* Text of that child, "" when absent. */
char *hs_jma_text(struct hs_jma *jma, hs_xml_node *node, const char *name);
/* Time of that child; NULL when absent or, with a warning, not readable. */
hs_time *hs_jma_time(struct hs_jma *jma, hs_xml_node *node, const char *name);
/* Warning at a node, and its flag. */
void hs_jma_warn(struct hs_jma *jma, enum hs_finding_code code, hs_xml_node *node,
	const char *detail, const char *flag);

/* ---- areas (jma_place.c) ---- */

/* A place as told, in our codes: one area, or several when the place is made of them. */
struct hs_jma_place {
	hs_area **areas;
	size_t count;
	bool addressed;
};

/* code_type: as sent, or NULL (then by the form of the code). Counts against limits->areas: NULL when there are too many (an
 * error) or the arena is full. */
struct hs_jma_place *hs_jma_place(
	struct hs_jma *jma, const char *code_type, hs_xml_node *name, hs_xml_node *code);
/* Adds it to what the notice is addressed to, once. */
void hs_jma_address(struct hs_jma *jma, struct hs_jma_place *place);

/* ---- kinds with areas (jma_item.c) ---- */

/* Of the children called `name` the one with the finest areas that people live in (by @type); NULL without any. */
hs_xml_node *hs_jma_finest(
	struct hs_arena *arena, hs_xml_node *parent, const char *ns, const char *name);
/* Every Item below `list`: kinds to jma->items, areas addressed. */
void hs_jma_read_items(struct hs_jma *jma, hs_xml_node *list, const char *ns);
/* The same for a list in which nothing holds anywhere: its areas are addressed, and told that all has ended. */
void hs_jma_read_nothing(struct hs_jma *jma, hs_xml_node *list, const char *ns);
/* One kind for one place. Texts are the arena's or the tree's, "" when absent. */
struct hs_jma_kind {
	const char *code, *name, *condition, *status, *last_code;
	hs_xml_node *node;
};
void hs_jma_add_kind(struct hs_jma *jma, const struct hs_jma_kind *kind,
	struct hs_jma_place *const *places, size_t count);
/* Leaves out what the notice has no room for (jma_rules.c). */
void hs_jma_fit(struct hs_jma *jma);
/* Level, lane and action of the notice, from the items. */
void hs_jma_conclude(struct hs_jma *jma, const char *infotype);

/* ---- converters of bodies, by the name in jma_telegrams.csv ---- */

void hs_jma_headline(struct hs_jma *jma);   /* items of the headline only */
void hs_jma_weather(struct hs_jma *jma);    /* warnings of all sorts; parse_jma_weather.c */
void hs_jma_flood(struct hs_jma *jma);	    /* parse_jma_flood.c */
void hs_jma_earthquake(struct hs_jma *jma); /* parse_jma_seismic.c */
void hs_jma_eew(struct hs_jma *jma);
void hs_jma_tsunami(struct hs_jma *jma); /* parse_jma_tsunami.c */
void hs_jma_volcano(struct hs_jma *jma); /* parse_jma_volcano.c */
/* Name, counts, information and stations of an Earthquake (parse_jma_quake.c). */
void hs_jma_read_quake_parts(struct hs_jma *jma, hs_earthquake *quake);
/* AshInfos (parse_jma_ash.c). */
void hs_jma_read_ash(struct hs_jma *jma, Hansho__V1__Volcano *volcano);
/* One "+33.2+132.4-40000/" (jma_coordinate.c): latitude, longitude, height in metres (below the ground: negative; without one the
 * depth is 0); `minutes`: "+3611.1+14001.6" is 36 degrees 11.1 minutes. *text moves behind it, the slash included. false: no such
 * form ("" when nothing is known). */
bool hs_jma_coordinate(const char **text, bool minutes, hs_point *point, double *depth_km);
/* Origin, place, size. NULL when the body has no Earthquake. */
hs_earthquake *hs_jma_read_earthquake(struct hs_jma *jma);

#endif
