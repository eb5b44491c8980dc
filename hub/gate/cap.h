/* cap.h: a CAP alert while it is read; shared by parse_cap.c and cap_*.c, for nobody else.
 *
 * Flow:   root (or EDXL-DE content) → cap_order.c (elements, order, words) → cap_rules.c (what the schema cannot say) →
 *         cap_profile.c → parse_cap.c (notice).
 * Owner:  texts live in the submission's arena, nodes in its tree. Threads: those of the submission.
 * Source: CAP 1.2 (OASIS, 2010-07-01) with schema; CAP 1.1 where it differs.
 */
#ifndef HS_GATE_CAP_H
#define HS_GATE_CAP_H

#include "hub/gate/submission.h"
#include "hub/gate/xml_doc.h"

#define HS_NS_CAP_12 "urn:oasis:names:tc:emergency:cap:1.2"
#define HS_NS_CAP_11 "urn:oasis:names:tc:emergency:cap:1.1"

/* A polygon or circle of the alert. */
enum hs_cap_shape { HS_CAP_SHAPE_OK, HS_CAP_SHAPE_BAD, HS_CAP_SHAPE_RANGE };
struct hs_cap_form {
	hs_xml_node *node, *area;
	enum hs_cap_shape shape;
	hs_polygon *polygon; /* this or the next; both NULL when BAD */
	hs_circle *circle;
};

/* sender,identifier,sent of references. */
struct hs_cap_reference {
	const char *text;	   /* as sent */
	char *sender, *identifier; /* NULL: not such a triple */
	int64_t sent_unix_us;
};

struct hs_cap {
	struct hs_submission *submission;
	struct hs_arena *arena;
	struct hs_findings *findings;
	hs_xml_node *envelope; /* EDXLDistribution around it, or NULL */
	hs_xml_node *alert;
	const char *ns;			 /* of the alert */
	const char *identifier, *sender; /* "" when absent; so are the next */
	const char *status, *msg_type, *scope, *note;
	int64_t sent_unix_us; /* INT64_MIN: not readable */
	struct hs_cap_form *forms;
	size_t form_count;
	struct hs_cap_reference *references;
	size_t reference_count;
};

/* The alert of a document: its root, or the first one inside EDXL-DE. NULL when there is none; *count of them. */
hs_xml_node *hs_cap_alert(hs_xml_node *root, size_t *count);

/* First child, next sibling and text of a child, by local name within the alert's namespace. Text NULL: absent or empty. */
hs_xml_node *hs_cap_child(const struct hs_cap *cap, hs_xml_node *node, const char *name);
hs_xml_node *hs_cap_next(const struct hs_cap *cap, hs_xml_node *node, const char *name);
char *hs_cap_text(const struct hs_cap *cap, hs_xml_node *node, const char *name);
/* for each child `name` of `parent` as `node`; a name that is declared cannot stand in parentheses */
// NOLINTBEGIN(bugprone-macro-parentheses)
#define HS_CAP_EACH(cap, parent, name, node)                                \
	for (hs_xml_node *node = hs_cap_child((cap), (parent), name); node; \
		node = hs_cap_next((cap), node, name))
// NOLINTEND(bugprone-macro-parentheses)
void hs_cap_find(const struct hs_cap *cap, enum hs_finding_code code, hs_xml_node *node,
	const char *expected, const char *detail);
/* A time in the one form of CAP, from 1970 on; false for every other. */
bool hs_cap_time(const char *text, int64_t *unix_us, int *offset_min);

/* Reads references into cap->references. false when the arena is full. */
bool hs_cap_read_references(struct hs_cap *cap);

/* cap_order.c: elements, order, how often, words of enumerations. false when there was an error. */
bool hs_cap_check_order(struct hs_cap *cap);
/* cap_rules.c: the rules that the schema does not express. false when there was no room to check. */
bool hs_cap_check_rules(const struct hs_cap *cap);
/* cap_resource.c: rules of resources. */
void hs_cap_check_resource(struct hs_cap *cap, enum hs_finding_code code);
void hs_cap_check_digest(struct hs_cap *cap, enum hs_finding_code code);
/* cap_profile.c: the rules of the profiles that the alert is marked with; fills values->profiles. false as
 * above. */
bool hs_cap_check_profiles(struct hs_cap *cap, hs_cap_values *values);
/* cap_shape.c */
/* Reads all shapes of the alert into cap->forms, in order of the document. false when the arena is full. */
bool hs_cap_read_forms(struct hs_cap *cap);
/* Reads "lat,lon lat,lon …" / "lat,lon radius"; *out is made in the arena. BAD also when the arena is full. */
enum hs_cap_shape hs_cap_polygon(struct hs_arena *arena, const char *text, hs_polygon **out);
enum hs_cap_shape hs_cap_circle(struct hs_arena *arena, const char *text, hs_circle **out);
/* An absolute URI (RFC 3986, 4.3) without blanks. */
bool hs_cap_is_absolute(const char *uri);

#endif
