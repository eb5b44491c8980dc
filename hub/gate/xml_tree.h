/* xml_tree.h: how a parsed document lies in memory, for the files that walk it (xml_*.c, signature*.c). All others use
 * xml_doc.h.
 *
 * Shape:   one array of nodes in the order of the document, 24 bytes each. Neighbours are distances in that array: a node
 *          alone is enough to walk from. The attributes of an element stand right behind it, each with its text behind
 *          it; then what is in the element.
 * Why:     the nodes of libxml2 have 120 bytes, and one malloc each. A telegram has a node for each ten bytes, so its
 *          tree took up to fifteen times its size.
 * Names:   each pair of namespace and local name stands once. Prefixes and declarations are not kept: nothing reads them.
 * Texts:   ended by NUL, in one block as large as the document: what a parser makes of a text is never longer. A run of
 *          characters is one node, however the parser cut it; CDATA has its own, and comments leave an empty one.
 * Flow:    hs_xml_build_create → the events of the parser (hs_xml_build_sax) → hs_xml_build_finish → tree.
 * Owner:   the tree has all of it. Threads: one at a time.
 */
#ifndef HS_GATE_XML_TREE_H
#define HS_GATE_XML_TREE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/gate/xml_doc.h"

/* More than these do not become a tree; the limits of the guard are lower. */
#define HS_XML_DEPTH_MAX      256
#define HS_XML_ATTRIBUTES_MAX 1000

enum hs_xml_kind {
	HS_XML_ELEMENT,
	HS_XML_ATTRIBUTE, /* its text is the node behind it */
	HS_XML_TEXT,
	HS_XML_CDATA,
	HS_XML_COMMENT,	    /* without its text */
	HS_XML_INSTRUCTION, /* the target; its text is the node behind it */
};

/* Equal pairs are one object within a tree. */
struct hs_xml_name {
	const char *uri, *local;
};

struct hs_xml_node {
	union {
		const struct hs_xml_name *name; /* element, attribute, instruction */
		const char *text;		/* text, CDATA */
	};
	uint32_t up;	/* nodes back to the one around; 0: the root */
	uint32_t next;	/* nodes on to the next sibling, or the next attribute; 0: none */
	uint32_t first; /* nodes on to the first thing in it; 0: nothing */
	uint32_t line : 28;
	uint32_t kind : 3;	 /* enum hs_xml_kind */
	uint32_t attributed : 1; /* the node behind it is its first attribute */
};

static inline const struct hs_xml_node *
hs_xml_inside(const struct hs_xml_node *node)
{
	return node->first ? node + node->first : NULL;
}

static inline const struct hs_xml_node *
hs_xml_beside(const struct hs_xml_node *node)
{
	return node->next ? node + node->next : NULL;
}

static inline const struct hs_xml_node *
hs_xml_around(const struct hs_xml_node *node)
{
	return node->up ? node - node->up : NULL;
}

/* The first attribute; the others are beside it. */
static inline const struct hs_xml_node *
hs_xml_attributes(const struct hs_xml_node *element)
{
	return element->attributed ? element + 1 : NULL;
}

/* Text of an attribute or of an instruction: never NULL. */
static inline const char *
hs_xml_value(const struct hs_xml_node *node)
{
	return node[1].text;
}

static inline bool
hs_xml_is_text(const struct hs_xml_node *node)
{
	return node->kind == HS_XML_TEXT || node->kind == HS_XML_CDATA;
}

/* Takes an element out of its siblings. */
void hs_xml_unlink(struct hs_xml_doc *doc, const struct hs_xml_node *node);

/* ---- building ---- */

struct hs_xml_build;
struct _xmlSAXHandler;

/* len_bytes: of the text that will be parsed. lean: without the white space between elements. NULL: no memory. */
struct hs_xml_build *hs_xml_build_create(size_t len_bytes, bool lean);
/* The parser's table of events; what they get as context is the builder. A DOCTYPE stops `parser` (its xmlParserCtxt). */
void hs_xml_build_sax(struct hs_xml_build *build, void *parser, struct _xmlSAXHandler *sax);
bool hs_xml_build_saw_doctype(const struct hs_xml_build *build);
bool hs_xml_build_failed(const struct hs_xml_build *build);
/* The tree, NULL when memory ran out or there is no element. The builder ends in any case. */
struct hs_xml_doc *hs_xml_build_finish(struct hs_xml_build *build);

#endif
