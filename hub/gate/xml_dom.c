/* xml_dom.c: see xml_dom.h. */
#include "hub/gate/xml_dom.h"

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/xml_options.h"

xmlDocPtr
hs_xml_dom_parse(const struct hs_xml_text *text)
{
	return xmlReadMemory(text->bytes, (int)text->len_bytes, NULL, "UTF-8",
		HS_XML_OPTIONS | XML_PARSE_COMPACT);
}

static xmlNodePtr
next_in_dom(xmlNodePtr at)
{
	xmlNodePtr next = xmlFirstElementChild(at);

	while (!next && at && at->type == XML_ELEMENT_NODE) {
		next = xmlNextElementSibling(at);
		at = at->parent;
	}
	return next;
}

xmlNodePtr
hs_xml_dom_find(xmlDocPtr dom, const struct hs_xml_doc *doc, hs_xml_node *node)
{
	xmlNodePtr found = xmlDocGetRootElement(dom);

	for (hs_xml_node *at = hs_xml_root(doc); at != node;
		at = hs_xml_following(hs_xml_root(doc), at)) {
		HS_CHECK(at && found);
		found = next_in_dom(found);
	}
	HS_CHECK(found && strcmp((const char *)found->name, hs_xml_name(node)) == 0);
	return found;
}

enum hs_err
hs_xml_standalone(const struct hs_xml_doc *doc, const struct hs_xml_text *text, hs_xml_node *node,
	struct hs_buf *out)
{
	xmlDocPtr from = hs_xml_dom_parse(text), own = xmlNewDoc((const xmlChar *)"1.0");
	xmlBufferPtr written = xmlBufferCreate();
	xmlNodePtr copy = NULL;
	enum hs_err err = HS_ERR_NOMEM;

	/* Without it letters in attributes would become numbers. */
	if (own)
		own->encoding = xmlStrdup((const xmlChar *)"UTF-8");
	/* The copy declares on its root what it used from outside. */
	if (from && own && own->encoding && written)
		copy = xmlDocCopyNode(hs_xml_dom_find(from, doc, node), own, 1);
	if (copy) {
		xmlDocSetRootElement(own, copy);
		if (xmlNodeDump(written, own, copy, 0, 0) >= 0) {
			hs_buf_add(
				out, xmlBufferContent(written), (size_t)xmlBufferLength(written));
			err = out->failed ? HS_ERR_NOMEM : HS_OK;
		}
	}
	if (written)
		xmlBufferFree(written);
	if (own)
		xmlFreeDoc(own);
	if (from)
		xmlFreeDoc(from);
	return err;
}
