/* xml_build.c: the events of the parser become the tree of xml_tree.h. */
#include <libxml/parser.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/xml_names.h"

#define BYTES_PER_NODE 10 /* of a document, at least as a first guess */
#define FEWEST_NODES   32
#define LAST_LINE      0xFFFFFFFu

struct hs_xml_doc {
	struct hs_xml_node *nodes;
	struct hs_xml_names names; /* and all texts */
	size_t root;
};

struct hs_xml_build {
	struct hs_xml_doc *doc;
	size_t count, room; /* nodes */
	uint32_t depth;
	size_t open[HS_XML_DEPTH_MAX]; /* elements that have not ended */
	size_t last[HS_XML_DEPTH_MAX]; /* the last thing in each of them; SIZE_MAX: nothing */
	size_t root;		       /* SIZE_MAX: not yet */
	size_t text_from;	       /* of the run of characters that goes on; SIZE_MAX: none */
	bool lean, doctype, failed;
	xmlParserCtxtPtr parser;
};

/* ---- memory ---- */

void
hs_xml_free(struct hs_xml_doc *doc)
{
	if (!doc)
		return;
	hs_xml_names_free(&doc->names);
	free(doc->nodes);
	free(doc);
}

struct hs_xml_build *
hs_xml_build_create(size_t len_bytes, bool lean)
{
	struct hs_xml_build *build = calloc(1, sizeof(*build));
	struct hs_xml_doc *doc = calloc(1, sizeof(*doc));

	if (build && doc) {
		*build = (struct hs_xml_build){ .doc = doc,
			.lean = lean,
			.room = len_bytes / BYTES_PER_NODE + FEWEST_NODES,
			.root = SIZE_MAX,
			.text_from = SIZE_MAX };
		doc->nodes = malloc(build->room * sizeof(*doc->nodes));
		if (hs_xml_names_init(&doc->names, len_bytes) && doc->nodes)
			return build;
	}
	hs_xml_free(doc);
	free(build);
	return NULL;
}

static void
fail(struct hs_xml_build *build)
{
	build->failed = true;
	xmlStopParser(build->parser);
}

/* See hs_xml_texts_add. */
static char *
put_text(struct hs_xml_build *build, const void *bytes, size_t len)
{
	char *at = build->failed ? NULL : hs_xml_texts_add(&build->doc->names.texts, bytes, len);

	if (!at)
		fail(build);
	return at;
}

static const struct hs_xml_name *
name_of(struct hs_xml_build *build, const xmlChar *uri, const xmlChar *local)
{
	const struct hs_xml_name *name =
		build->failed ? NULL : hs_xml_names_find(&build->doc->names, uri, local);

	if (!name)
		fail(build);
	return name;
}

/* ---- nodes ---- */

static struct hs_xml_node *
new_node(struct hs_xml_build *build, enum hs_xml_kind kind)
{
	struct hs_xml_node *node;

	if (!build->failed && build->count == build->room) {
		size_t room = build->room + build->room / 2;
		struct hs_xml_node *more =
			room < UINT32_MAX ? realloc(build->doc->nodes, room * sizeof(*more)) : NULL;

		if (more) {
			build->doc->nodes = more;
			build->room = room;
		} else {
			fail(build);
		}
	}
	if (build->failed)
		return NULL;
	node = &build->doc->nodes[build->count++];
	*node = (struct hs_xml_node){ .kind = kind };
	return node;
}

/* A node in the open element, behind what is there; NULL also for what stands beside the root, which nobody reads. */
static struct hs_xml_node *
append(struct hs_xml_build *build, enum hs_xml_kind kind)
{
	bool root = build->depth == 0;
	struct hs_xml_node *node = root && kind != HS_XML_ELEMENT ? NULL : new_node(build, kind);
	size_t at = build->count - 1, parent, *last;

	if (!node)
		return NULL;
	if (root) {
		build->root = at;
		return node;
	}
	parent = build->open[build->depth - 1];
	last = &build->last[build->depth - 1];
	node->up = (uint32_t)(at - parent);
	if (*last == SIZE_MAX)
		build->doc->nodes[parent].first = (uint32_t)(at - parent);
	else
		build->doc->nodes[*last].next = (uint32_t)(at - *last);
	*last = at;
	return node;
}

static void
append_value(struct hs_xml_build *build, const xmlChar *text, size_t len)
{
	struct hs_xml_node *node = new_node(build, HS_XML_TEXT);

	if (node) {
		node->up = 1;
		node->text = put_text(build, text, len);
		(void)put_text(build, "", 1);
	}
}

/* ---- text ---- */

/* From the end: what is not all white mostly shows it there. */
static bool
is_white(const char *text, size_t len)
{
	while (len > 0 && (text[len - 1] == ' ' || text[len - 1] == '\n' || text[len - 1] == '\t' ||
				  text[len - 1] == '\r'))
		len--;
	return len == 0;
}

/* White space between elements. Where content begins with text it is mixed, and there white space counts; in an element
 * without elements it is the text. */
static bool
is_layout(const struct hs_xml_build *build, bool element_ends)
{
	const struct hs_xml_node *parent = &build->doc->nodes[build->open[build->depth - 1]];
	const struct hs_xml_texts *texts = &build->doc->names.texts;

	if (!is_white(texts->bytes + build->text_from, texts->used - build->text_from))
		return false;
	return parent->first ? hs_xml_inside(parent)->kind != HS_XML_TEXT : !element_ends;
}

/* The run of characters is over. */
static void
end_text(struct hs_xml_build *build, enum hs_xml_kind kind, bool element_ends)
{
	struct hs_xml_node *node;

	if (build->failed || build->text_from == SIZE_MAX)
		return;
	if (build->lean && kind == HS_XML_TEXT && is_layout(build, element_ends)) {
		build->doc->names.texts.used = build->text_from;
	} else if (put_text(build, "", 1) && (node = append(build, kind)) != NULL) {
		node->text = build->doc->names.texts.bytes + build->text_from;
	}
	build->text_from = SIZE_MAX;
}

static void
on_text(void *context, const xmlChar *text, int len)
{
	struct hs_xml_build *build = context;

	if (build->depth == 0)
		return;
	if (build->text_from == SIZE_MAX)
		build->text_from = build->doc->names.texts.used;
	(void)put_text(build, text, (size_t)len);
}

static void
on_cdata(void *context, const xmlChar *text, int len)
{
	struct hs_xml_build *build = context;

	end_text(build, HS_XML_TEXT, false);
	on_text(build, text, len);
	end_text(build, HS_XML_CDATA, false);
}

static void
on_comment(void *context, const xmlChar *text)
{
	(void)text;
	end_text(context, HS_XML_TEXT, false);
	(void)append(context, HS_XML_COMMENT);
}

static void
on_instruction(void *context, const xmlChar *target, const xmlChar *text)
{
	struct hs_xml_build *build = context;
	struct hs_xml_node *node;

	end_text(build, HS_XML_TEXT, false);
	node = append(build, HS_XML_INSTRUCTION);
	if (node) {
		node->name = name_of(build, NULL, target);
		append_value(build, text ? text : (const xmlChar *)"",
			text ? strlen((const char *)text) : 0);
	}
}

/* ---- elements ---- */

/* libxml2 gives five pointers for each: local name, prefix, uri, begin and end of the value. */
static void
append_attributes(struct hs_xml_build *build, int count, const xmlChar **attributes)
{
	size_t owner = build->count - 1, last = owner;

	for (int i = 0; i < count && !build->failed; i++, attributes += 5) {
		size_t at = build->count;
		struct hs_xml_node *node = new_node(build, HS_XML_ATTRIBUTE);

		if (!node)
			return;
		node->up = (uint32_t)(at - owner);
		node->name = name_of(build, attributes[2], attributes[0]);
		if (last != owner)
			build->doc->nodes[last].next = (uint32_t)(at - last);
		build->doc->nodes[owner].attributed = true;
		last = at;
		append_value(build, attributes[3], (size_t)(attributes[4] - attributes[3]));
	}
}

static void
on_start(void *context, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri,
	int namespace_count, const xmlChar **namespaces, int attribute_count, int defaulted,
	const xmlChar **attributes)
{
	struct hs_xml_build *build = context;
	struct hs_xml_node *node;
	size_t at;

	(void)prefix;
	(void)namespace_count;
	(void)namespaces;
	(void)defaulted;
	end_text(build, HS_XML_TEXT, false);
	if (build->depth == HS_XML_DEPTH_MAX || attribute_count > HS_XML_ATTRIBUTES_MAX)
		fail(build);
	node = append(build, HS_XML_ELEMENT);
	at = build->count - 1;
	if (!node)
		return;
	node->line = (uint32_t)build->parser->input->line & LAST_LINE;
	node->name = name_of(build, uri, local);
	append_attributes(build, attribute_count, attributes);
	build->open[build->depth] = at;
	build->last[build->depth] = SIZE_MAX;
	build->depth++;
}

static void
on_end(void *context, const xmlChar *local, const xmlChar *prefix, const xmlChar *uri)
{
	struct hs_xml_build *build = context;

	(void)local;
	(void)prefix;
	(void)uri;
	end_text(build, HS_XML_TEXT, true);
	if (!build->failed)
		build->depth--;
}

static void
on_doctype(void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	struct hs_xml_build *build = context;

	(void)name;
	(void)external;
	(void)system;
	build->doctype = true;
	xmlStopParser(build->parser);
}

/* ---- the whole ---- */

void
hs_xml_build_sax(struct hs_xml_build *build, void *parser, struct _xmlSAXHandler *sax)
{
	build->parser = parser;
	*sax = (xmlSAXHandler){
		.initialized = XML_SAX2_MAGIC,
		.internalSubset = on_doctype,
		.startElementNs = on_start,
		.endElementNs = on_end,
		.characters = on_text,
		.ignorableWhitespace = on_text,
		.cdataBlock = on_cdata,
		.comment = on_comment,
		.processingInstruction = on_instruction,
	};
}

bool
hs_xml_build_saw_doctype(const struct hs_xml_build *build)
{
	return build->doctype;
}

bool
hs_xml_build_failed(const struct hs_xml_build *build)
{
	return build->failed;
}

struct hs_xml_doc *
hs_xml_build_finish(struct hs_xml_build *build)
{
	struct hs_xml_doc *doc = build->doc;
	struct hs_xml_node *fitting;

	if (build->failed || build->root == SIZE_MAX) {
		hs_xml_free(doc);
		doc = NULL;
	} else {
		doc->root = build->root;
		hs_xml_names_seal(&doc->names);
		fitting = realloc(doc->nodes, build->count * sizeof(*fitting));
		doc->nodes = fitting ? fitting : doc->nodes;
	}
	free(build);
	return doc;
}

/* ---- after that ---- */

hs_xml_node *
hs_xml_root(const struct hs_xml_doc *doc)
{
	return &doc->nodes[doc->root];
}

void
hs_xml_unlink(struct hs_xml_doc *doc, const struct hs_xml_node *node)
{
	size_t at = (size_t)(node - doc->nodes), parent = at - node->up;
	struct hs_xml_node *before = &doc->nodes[parent + doc->nodes[parent].first];

	HS_CHECK(node->up > 0);
	if (before == node) {
		doc->nodes[parent].first = node->next ? doc->nodes[parent].first + node->next : 0;
		return;
	}
	while (before + before->next != node)
		before += before->next;
	before->next = node->next ? before->next + node->next : 0;
}
