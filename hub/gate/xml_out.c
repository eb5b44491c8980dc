/* xml_out.c: a part of a tree as bytes: its content, for hashes, or as a document of its own. */
#include <libxml/tree.h>
#include <libxml/xmlsave.h>
#include <stdbool.h>

#include "hub/gate/xml_doc.h"

/* ---- content, for hashes ----
 *
 * One mark after the other, in the order of the document. A mark begins with a NUL byte, which no XML text can hold, so
 * two contents that differ never give the same bytes:
 *
 *	NUL ( name                  an element begins, in the namespace of the element that it stands in
 *	NUL : uri NUL name          an element begins in another one
 *	NUL @ uri NUL name NUL text one of its attributes, in order of uri and name
 *	NUL " text                  text, however it was cut by comments and CDATA
 *	NUL ? target NUL text       a processing instruction
 *	NUL )                       the element ends
 */

static void
put_mark(struct hs_buf *out, char mark, const xmlChar *text)
{
	hs_buf_add(out, (const char[]){ '\0', mark }, 2);
	hs_buf_puts(out, text ? (const char *)text : "");
}

static void
put_more(struct hs_buf *out, const xmlChar *text)
{
	hs_buf_add(out, "", 1);
	hs_buf_puts(out, text ? (const char *)text : "");
}

static const xmlChar *
uri_of(const xmlNs *ns)
{
	return ns && ns->href ? ns->href : (const xmlChar *)"";
}

static int
compare_attributes(const xmlAttr *a, const xmlAttr *b)
{
	int order = xmlStrcmp(uri_of(a->ns), uri_of(b->ns));

	return order ? order : xmlStrcmp(a->name, b->name);
}

/* The attribute that follows `last` in order; NULL for the first. There are few: no need to sort them. */
static const xmlAttr *
next_attribute(const xmlNode *element, const xmlAttr *last)
{
	const xmlAttr *next = NULL;

	for (const xmlAttr *at = element->properties; at; at = at->next) {
		if ((!last || compare_attributes(at, last) > 0) &&
			(!next || compare_attributes(at, next) < 0))
			next = at;
	}
	return next;
}

static void
put_element(struct hs_buf *out, const xmlNode *element, const xmlNode *top)
{
	const xmlAttr *at = NULL;

	if (element != top && xmlStrEqual(uri_of(element->ns), uri_of(element->parent->ns))) {
		put_mark(out, '(', element->name);
	} else {
		put_mark(out, ':', uri_of(element->ns));
		put_more(out, element->name);
	}
	while ((at = next_attribute(element, at)) != NULL) {
		put_mark(out, '@', uri_of(at->ns));
		put_more(out, at->name);
		put_more(out, NULL);
		for (const xmlNode *part = at->children; part; part = part->next)
			hs_buf_puts(out, part->content ? (const char *)part->content : "");
	}
}

/* Puts what stands at a node that is no element; true when the text so far may go on behind it. */
static bool
put_leaf(struct hs_buf *out, const xmlNode *node, bool in_text)
{
	switch (node->type) {
	case XML_TEXT_NODE:
	case XML_CDATA_SECTION_NODE:
		if (!in_text)
			put_mark(out, '"', NULL);
		hs_buf_puts(out, node->content ? (const char *)node->content : "");
		return true;
	case XML_PI_NODE:
		put_mark(out, '?', node->name);
		put_more(out, node->content);
		return false;
	default: /* comments say nothing */
		return in_text;
	}
}

enum hs_err
hs_xml_content(hs_xml_node *top, hs_xml_node *skip, struct hs_buf *out)
{
	const xmlNode *at = top;
	bool in_text = false;

	while (at) {
		bool element = at->type == XML_ELEMENT_NODE && at != skip;

		if (element) {
			put_element(out, at, top);
			in_text = false;
		} else if (at != skip) {
			in_text = put_leaf(out, at, in_text);
		}
		if (element && at->children) {
			at = at->children;
			continue;
		}
		if (element)
			put_mark(out, ')', NULL);
		while (at != top && !at->next) {
			at = at->parent;
			put_mark(out, ')', NULL);
			in_text = false;
		}
		at = at == top ? NULL : at->next;
	}
	return out->failed ? HS_ERR_NOMEM : HS_OK;
}

enum hs_err
hs_xml_standalone(hs_xml_node *node, struct hs_buf *out)
{
	xmlDocPtr doc = xmlNewDoc((const xmlChar *)"1.0");
	xmlBufferPtr text = xmlBufferCreate();
	xmlNodePtr copy = NULL;
	enum hs_err err = HS_ERR_NOMEM;

	/* The copy declares on its root what it used from outside. */
	/* Without it letters in attributes would become numbers. */
	if (doc)
		doc->encoding = xmlStrdup((const xmlChar *)"UTF-8");
	if (doc && doc->encoding && text)
		copy = xmlDocCopyNode((xmlNodePtr)(uintptr_t)node, doc, 1);
	if (copy) {
		xmlDocSetRootElement(doc, copy);
		if (xmlNodeDump(text, doc, copy, 0, 0) >= 0) {
			hs_buf_add(out, xmlBufferContent(text), (size_t)xmlBufferLength(text));
			err = out->failed ? HS_ERR_NOMEM : HS_OK;
		}
	}
	if (text)
		xmlBufferFree(text);
	if (doc)
		xmlFreeDoc(doc);
	return err;
}
