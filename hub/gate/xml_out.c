/* xml_out.c: a part of a tree as bytes: canonical, for hashes, or as a document of its own. */
#include <libxml/c14n.h>
#include <libxml/tree.h>
#include <libxml/xmlsave.h>
#include <stdlib.h>

#include "hub/gate/xml_doc.h"

struct selection {
	const xmlNode *top, *skip;
};

static int
is_selected(void *owner, xmlNodePtr node, xmlNodePtr parent)
{
	const struct selection *selection = owner;
	/* Namespace "nodes" have no parent field of their own: their element decides. */
	const xmlNode *at = node->type == XML_NAMESPACE_DECL || node->type == XML_ATTRIBUTE_NODE
				    ? parent
				    : node;

	for (; at; at = at->parent) {
		if (at == selection->skip)
			return 0;
		if (at == selection->top)
			return 1;
	}
	return 0;
}

static int
on_write(void *context, const char *bytes, int len)
{
	struct hs_buf *out = context;

	hs_buf_add(out, bytes, (size_t)len);
	return out->failed ? -1 : len;
}

enum hs_err
hs_xml_c14n(hs_xml_node *node, hs_xml_node *skip, struct hs_buf *out)
{
	struct selection selection = { node, skip };
	xmlOutputBufferPtr output = xmlOutputBufferCreateIO(on_write, NULL, out, NULL);
	int result;

	if (!output)
		return HS_ERR_NOMEM;
	result = xmlC14NExecute(
		node->doc, is_selected, &selection, XML_C14N_EXCLUSIVE_1_0, NULL, 0, output);
	if (xmlOutputBufferClose(output) < 0 || result < 0 || out->failed)
		return HS_ERR_NOMEM;
	return HS_OK;
}

enum hs_err
hs_xml_standalone(hs_xml_node *node, struct hs_buf *out)
{
	xmlDocPtr doc = xmlNewDoc((const xmlChar *)"1.0");
	xmlBufferPtr text = xmlBufferCreate();
	xmlNodePtr copy = NULL;
	enum hs_err err = HS_ERR_NOMEM;

	/* The copy declares on its root what it used from outside. */
	if (doc && text)
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
