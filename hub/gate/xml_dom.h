/* xml_dom.h: the same text once more as a tree of libxml2, for what only libxml2 and xmlsec can do with it: verify a
 * signature, write a part as a document of its own.
 *
 * Safety:  made only from a text that hs_xml_parse took, by the same parser with the same options.
 * Places:  an element is found again by its number in the order of the document.
 * Owner:   the caller frees with xmlFreeDoc. Threads: one at a time.
 */
#ifndef HS_GATE_XML_DOM_H
#define HS_GATE_XML_DOM_H

#include "hub/gate/xml_doc.h"

struct _xmlDoc;
struct _xmlNode;

/* NULL: no memory. */
struct _xmlDoc *hs_xml_dom_parse(const struct hs_xml_text *text);
/* The element of `dom` that is `node` in `doc`; both are of one text, and nothing was unlinked. */
struct _xmlNode *hs_xml_dom_find(
	struct _xmlDoc *dom, const struct hs_xml_doc *doc, hs_xml_node *node);

#endif
