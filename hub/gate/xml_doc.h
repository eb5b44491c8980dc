/* xml_doc.h: the safe parse and the only way to look at the tree (how it lies in memory: xml_tree.h). libxml2 stays
 * behind this header.
 *
 * Safety:  no DTD (a SAX hook stops the parser at any DOCTYPE), no network, no entity expansion,
 *          no huge mode, no recovery; namespaces must be declared. The text was through the
 *          guard before.
 * Names:   an element is matched by namespace URI without its generation (trailing digits and
 *          slash, for the publiccommons URIs only) and local name. Prefixes are never looked at.
 * Texts:   white space at the ends is cut, comments inside are skipped, an empty element is
 *          absent (NULL).
 * Owner:   hs_xml_free ends the tree; nodes are borrowed from it; texts are copied into the
 *          arena.
 * Threads: a tree belongs to one thread at a time. hs_xml_setup once before threads start.
 * Source:  XML 1.0, Namespaces in XML.
 */
#ifndef HS_GATE_XML_DOC_H
#define HS_GATE_XML_DOC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/arena.h"
#include "hub/base/buf.h"
#include "hub/base/err.h"
#include "hub/gate/finding.h"
#include "hub/gate/text_clean.h"
#include "hub/gate/xml_guard.h"

/* URIs without generation. */
#define HS_NS_EDXL    "urn:oasis:names:tc:emergency:EDXL:DE:1.0"
#define HS_NS_COMMONS "http://xml.publiccommons.ne.jp/xml/edxl"
#define HS_NS_PCXML   "http://xml.publiccommons.ne.jp/pcxml1"
#define HS_NS_BASIS   "http://xml.publiccommons.ne.jp/pcxml1/informationBasis"
#define HS_NS_ELEMENT "http://xml.publiccommons.ne.jp/pcxml1/elementBasis"
#define HS_NS_JMA     "http://xml.kishou.go.jp/jmaxml1/"

struct hs_xml_doc;
struct hs_xml_node;
typedef const struct hs_xml_node hs_xml_node;

/* Once per process, before threads. */
void hs_xml_setup(void);

/* HS_ERR_PARSE or HS_ERR_NOMEM with a finding. */
enum hs_err hs_xml_parse(const struct hs_xml_text *text, struct hs_findings *findings,
	struct hs_xml_doc **out) HS_MUST_CHECK;
/* The same without the white space between elements, which takes half of a large tree. It then does not count in
 * hs_xml_content: for large documents that are passed on whole. */
enum hs_err hs_xml_parse_lean(const struct hs_xml_text *text, struct hs_findings *findings,
	struct hs_xml_doc **out) HS_MUST_CHECK;
/* NULL is allowed. */
void hs_xml_free(struct hs_xml_doc *doc);
hs_xml_node *hs_xml_root(const struct hs_xml_doc *doc);

/* True when the element has that name. node may be NULL. */
bool hs_xml_is(hs_xml_node *node, const char *ns, const char *name);
/* Local name; never NULL. Also of attributes, as the next. */
const char *hs_xml_name(hs_xml_node *node);
/* Namespace URI as sent, "" without one. */
const char *hs_xml_ns(hs_xml_node *node);
/* First child element of that name, and the next sibling of that name. NULL when there is none,
 * or when node is NULL, so that look-ups can be chained. */
hs_xml_node *hs_xml_child(hs_xml_node *node, const char *ns, const char *name);
hs_xml_node *hs_xml_next(hs_xml_node *node, const char *ns, const char *name);
/* In the text, from 1. */
uint32_t hs_xml_line(hs_xml_node *node);
/* The element around; NULL at the root. */
hs_xml_node *hs_xml_parent(hs_xml_node *node);
/* First child element, and next sibling element, of any name. */
hs_xml_node *hs_xml_first(hs_xml_node *node);
hs_xml_node *hs_xml_after(hs_xml_node *node);
/* The next element in or below root, in the order of the document; NULL behind the last. */
hs_xml_node *hs_xml_following(hs_xml_node *root, hs_xml_node *node);

/* Text directly inside, cleaned and in NFC as text_clean.h and text_nfc.h say. NULL: empty, absent (node NULL), or arena full. */
char *hs_xml_text(struct hs_arena *arena, hs_xml_node *node);
/* The same without a copy, as long as the tree lives; NULL also when the text is not one piece or would have to be cleaned. */
const char *hs_xml_peek(hs_xml_node *node);
char *hs_xml_child_text(
	struct hs_arena *arena, hs_xml_node *node, const char *ns, const char *name);
/* All text inside, mixed content of the html namespace as plain lines: headings, lists, line breaks and the address of
 * a link stay readable, text of other elements stands as it is. Cleaned like hs_xml_text. NULL as there. */
char *hs_xml_plain(struct hs_arena *arena, hs_xml_node *node);
/* first[look]: the first element at or below root in whose texts or attributes that was found (text_clean.h); what is
 * not found is left as it is. */
void hs_xml_look(hs_xml_node *root, hs_xml_node *first[HS_TEXT_LOOK_COUNT]);
/* Value of the attribute with that local name, in any namespace; NULL when absent or empty. */
char *hs_xml_attribute(struct hs_arena *arena, hs_xml_node *node, const char *name);

/* /EDXLDistribution/contentObject[2]/documentID and its line. node NULL: the document as a
 * whole. */
struct hs_place hs_xml_place(struct hs_arena *arena, hs_xml_node *node);
/* Adds a finding at a node; the path is not worked out when the list is full. */
void hs_xml_finding(struct hs_findings *findings, enum hs_finding_code code, hs_xml_node *node,
	const char *expected, const char *detail);
/* ELEMENT_MISSING at parent/name (name may have several steps). */
void hs_xml_missing(struct hs_findings *findings, hs_xml_node *parent, const char *name);

/* The content of the element `top` and of all in it, except the element `skip` with what is in it (NULL: none), as bytes
 * that are equal when the content is: namespaces as URIs, attributes in order, texts as they read. How it was written
 * (prefixes, quotes, entities, CDATA, comments) makes no difference; white space does. HS_ERR_NOMEM. */
enum hs_err hs_xml_content(hs_xml_node *top, hs_xml_node *skip, struct hs_buf *out) HS_MUST_CHECK;
/* The element as a document of its own, with every namespace that it uses; text: what doc was made of. HS_ERR_NOMEM. */
enum hs_err hs_xml_standalone(const struct hs_xml_doc *doc, const struct hs_xml_text *text,
	hs_xml_node *node, struct hs_buf *out) HS_MUST_CHECK;

#endif
