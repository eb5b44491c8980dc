/* xml_place.c: where a node stands, in words that its author can search for. */
#include <string.h>

#include "hub/gate/xml_tree.h"

#define HS_PATH_BYTES 1024

/* 1… among siblings of the same local name; 0 when it is the only one. */
static unsigned
index_of(hs_xml_node *node)
{
	hs_xml_node *parent = hs_xml_around(node);
	unsigned before = 0, all = 0;

	for (hs_xml_node *at = parent ? hs_xml_first(parent) : NULL; at && (at <= node || all < 2);
		at = hs_xml_after(at)) {
		bool same = strcmp(hs_xml_name(at), hs_xml_name(node)) == 0;

		all += same;
		before += same && at < node;
	}
	return all > 1 ? before + 1 : 0;
}

/* Writes the steps down to `node`, the root first; a path that is too long keeps its beginning. */
static void
put_path(hs_xml_node *node, struct hs_buf *path)
{
	unsigned index;

	if (!node)
		return;
	put_path(hs_xml_around(node), path);
	index = index_of(node);
	hs_buf_printf(path, index ? "/%s[%u]" : "/%s", hs_xml_name(node), index);
}

uint32_t
hs_xml_line(hs_xml_node *node)
{
	return node->line;
}

struct hs_place
hs_xml_place(struct hs_arena *arena, hs_xml_node *node)
{
	struct hs_place place = { "", 0 };
	struct hs_buf path;
	const char *copy;

	if (!node)
		return place;
	hs_buf_init(&path, HS_PATH_BYTES);
	put_path(node, &path);
	copy = hs_arena_strdup(arena, hs_buf_text(&path));
	hs_buf_free(&path);
	place.path = copy ? copy : "";
	place.line = hs_xml_line(node);
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
