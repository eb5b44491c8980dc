/* xml_place.c: where a node stands, in words that its author can search for. */
#include <libxml/tree.h>
#include <string.h>

#include "hub/gate/xml_doc.h"

#define HS_PATH_BYTES 1024

/* 1… among siblings of the same local name; 0 when it is the only one. */
static unsigned
index_of(const xmlNode *node)
{
	unsigned before = 0;
	bool more = false;

	for (const xmlNode *at = node->prev; at; at = at->prev)
		before += at->type == XML_ELEMENT_NODE && xmlStrEqual(at->name, node->name);
	for (const xmlNode *at = node->next; at && !more && before == 0; at = at->next)
		more = at->type == XML_ELEMENT_NODE && xmlStrEqual(at->name, node->name);
	return before > 0 || more ? before + 1 : 0;
}

/* Writes the steps down to `node`, the root first; a path that is too long keeps its beginning. */
static void
put_path(const xmlNode *node, struct hs_buf *path)
{
	unsigned index;

	if (!node || node->type != XML_ELEMENT_NODE)
		return;
	put_path(node->parent, path);
	index = index_of(node);
	hs_buf_printf(path, index ? "/%s[%u]" : "/%s", (const char *)node->name, index);
}

struct hs_place
hs_xml_place(struct hs_arena *arena, hs_xml_node *node)
{
	struct hs_place place = { "", 0 };
	struct hs_buf path;
	const char *copy;
	long line;

	if (!node)
		return place;
	hs_buf_init(&path, HS_PATH_BYTES);
	put_path(node, &path);
	copy = hs_arena_strdup(arena, hs_buf_text(&path));
	hs_buf_free(&path);
	line = xmlGetLineNo(node);
	place.path = copy ? copy : "";
	place.line = line > 0 ? (uint32_t)line : 0;
	return place;
}

/* Nobody will see where this one stands, it is only counted; the first error is always shown. */
static bool
is_unseen(const struct hs_findings *findings, enum hs_finding_code code)
{
	return findings->count >= findings->limit &&
	       (findings->errors > 0 || hs_finding_row(code)->severity != HS_SEVERITY_ERROR);
}

void
hs_xml_finding(struct hs_findings *findings, enum hs_finding_code code, hs_xml_node *node,
	const char *expected, const char *detail)
{
	struct hs_place place = { "", 0 };

	if (!is_unseen(findings, code))
		place = hs_xml_place(findings->arena, node);
	hs_finding_add(findings, code, place, expected, detail);
}

void
hs_xml_missing(struct hs_findings *findings, hs_xml_node *parent, const char *name)
{
	struct hs_place place = { "", 0 };
	const char *path = NULL;

	if (!is_unseen(findings, HS_FINDING_ELEMENT_MISSING)) {
		place = hs_xml_place(findings->arena, parent);
		path = hs_arena_printf(findings->arena, "%s/%s", place.path, name);
		place.path = path ? path : place.path;
	}
	hs_finding_add(findings, HS_FINDING_ELEMENT_MISSING, place, name, "");
}
