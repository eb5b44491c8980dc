/* xml_out.c: the content of a part of a tree as bytes, for hashes. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "hub/gate/xml_tree.h"

/* One mark after the other, in the order of the document. A mark begins with a NUL byte, which no XML text can hold, so
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
put_mark(struct hs_buf *out, char mark, const char *text)
{
	hs_buf_add(out, (const char[]){ '\0', mark }, 2);
	hs_buf_puts(out, text);
}

static void
put_more(struct hs_buf *out, const char *text)
{
	hs_buf_add(out, "", 1);
	hs_buf_puts(out, text);
}

static int
by_name(const void *a, const void *b)
{
	hs_xml_node *left = *(hs_xml_node *const *)a, *right = *(hs_xml_node *const *)b;
	int order =
		left->name->uri == right->name->uri ? 0 : strcmp(left->name->uri, right->name->uri);

	return order ? order : strcmp(left->name->local, right->name->local);
}

static void
put_attributes(struct hs_buf *out, hs_xml_node *element)
{
	hs_xml_node *sorted[HS_XML_ATTRIBUTES_MAX];
	size_t count = 0;

	for (hs_xml_node *at = hs_xml_attributes(element); at; at = hs_xml_beside(at))
		sorted[count++] = at;
	if (count > 1)
		qsort(sorted, count, sizeof(sorted[0]), by_name);
	for (size_t i = 0; i < count; i++) {
		put_mark(out, '@', sorted[i]->name->uri);
		put_more(out, sorted[i]->name->local);
		put_more(out, hs_xml_value(sorted[i]));
	}
}

static void
put_element(struct hs_buf *out, hs_xml_node *element, hs_xml_node *top)
{
	if (element != top && element->name->uri == hs_xml_around(element)->name->uri) {
		put_mark(out, '(', hs_xml_name(element));
	} else {
		put_mark(out, ':', hs_xml_ns(element));
		put_more(out, hs_xml_name(element));
	}
	put_attributes(out, element);
}

/* Puts what stands at a node that is no element; true when the text so far may go on behind it. */
static bool
put_leaf(struct hs_buf *out, hs_xml_node *node, bool in_text)
{
	if (hs_xml_is_text(node)) {
		if (!in_text)
			put_mark(out, '"', "");
		hs_buf_puts(out, node->text);
		return true;
	}
	if (node->kind != HS_XML_INSTRUCTION)
		return in_text; /* comments say nothing */
	put_mark(out, '?', hs_xml_name(node));
	put_more(out, hs_xml_value(node));
	return false;
}

enum hs_err
hs_xml_content(hs_xml_node *top, hs_xml_node *skip, struct hs_buf *out)
{
	hs_xml_node *at = top;
	bool in_text = false;

	while (at) {
		bool element = at->kind == HS_XML_ELEMENT && at != skip;

		if (element) {
			put_element(out, at, top);
			in_text = false;
		} else if (at != skip) {
			in_text = put_leaf(out, at, in_text);
		}
		if (element && at->first) {
			at = hs_xml_inside(at);
			continue;
		}
		if (element)
			put_mark(out, ')', "");
		while (at != top && !at->next) {
			at = hs_xml_around(at);
			put_mark(out, ')', "");
			in_text = false;
		}
		at = at == top ? NULL : hs_xml_beside(at);
	}
	return out->failed ? HS_ERR_NOMEM : HS_OK;
}
