/* xml_doc.c: safe parse, matching and texts. */
#include "hub/gate/xml_doc.h"
#include "hub/gate/text_nfc.h"

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>
#include <libxml/xmlerror.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct hs_xml_doc {
	xmlDocPtr tree;
};

#define KEPT_BYTES	  (64 << 20) /* of freed memory, at most */
#define HS_COMMONS_PREFIX "http://xml.publiccommons.ne.jp/"

static xmlParserInputPtr
deny_entity(const char *url, const char *id, xmlParserCtxtPtr context)
{
	(void)url;
	(void)id;
	(void)context;
	return NULL;
}

/* What is wrong becomes a finding; libxml2 has nothing to say on stderr. */
__attribute__((format(printf, 2, 3))) static void
stay_silent(void *context, const char *format, ...)
{
	(void)context;
	(void)format;
}

void
hs_xml_setup(void)
{
	/* A large tree is given back node by node. Fast bins would gather them all, to sort them at once some time later; and
	 * pages that go back to the system come again with the next such document. Both cost more than reading it. */
	(void)mallopt(M_MXFAST, 0);
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	xmlInitParser();
	xmlSetExternalEntityLoader(deny_entity);
	/* For this thread and for those that start later. */
	xmlSetGenericErrorFunc(NULL, stay_silent);
	xmlThrDefSetGenericErrorFunc(NULL, stay_silent);
}

/* The parser's own mark for "a DOCTYPE was here"; it stops at once. */
static void
on_doctype(void *context, const xmlChar *name, const xmlChar *external, const xmlChar *system)
{
	xmlParserCtxtPtr parser = context;
	bool *seen = parser->_private;

	(void)name;
	(void)external;
	(void)system;
	*seen = true;
	xmlStopParser(parser);
}

/* libxml2's last error as a finding. */
static void
add_parser_error(xmlParserCtxtPtr parser, bool doctype, struct hs_findings *findings)
{
	const xmlError *error = xmlCtxtGetLastError(parser);
	struct hs_place place = { "", 0 };
	enum hs_finding_code code = HS_FINDING_NOT_WELL_FORMED;
	char detail[160] = "";

	if (error && error->line > 0)
		place.line = (uint32_t)error->line;
	if (error && error->message)
		snprintf(detail, sizeof(detail), "%.*s", (int)strcspn(error->message, "\n"),
			error->message);
	if (doctype)
		code = HS_FINDING_DOCTYPE;
	else if (error && error->code == XML_ERR_NO_MEMORY)
		code = HS_FINDING_OUT_OF_ROOM;
	else if (parser->wellFormed && !parser->nsWellFormed)
		code = HS_FINDING_NAMESPACE_BAD;
	/* A message that was cut within a character would make the answer itself invalid. */
	detail[hs_utf8_valid_bytes(detail, strlen(detail))] = '\0';
	hs_finding_add(findings, code, place, "", doctype ? "" : detail);
}

static enum hs_err
parse(const struct hs_xml_text *text, int options, struct hs_findings *findings,
	struct hs_xml_doc **out)
{
	xmlParserCtxtPtr parser = xmlNewParserCtxt();
	struct hs_xml_doc *doc = malloc(sizeof(*doc));
	bool doctype = false;
	xmlDocPtr tree = NULL;
	bool good = false;

	if (parser && doc) {
		parser->sax->internalSubset = on_doctype;
		parser->_private = &doctype;
		tree = xmlCtxtReadMemory(parser, text->bytes, (int)text->len_bytes, NULL, "UTF-8",
			options | XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
				XML_PARSE_COMPACT | XML_PARSE_IGNORE_ENC | XML_PARSE_BIG_LINES);
		good = tree && parser->wellFormed && parser->nsWellFormed && !doctype &&
		       !tree->intSubset && xmlDocGetRootElement(tree);
		if (!good)
			add_parser_error(parser, doctype, findings);
	} else {
		hs_finding_add(
			findings, HS_FINDING_OUT_OF_ROOM, (struct hs_place){ "", 0 }, "", "");
	}
	if (parser)
		xmlFreeParserCtxt(parser);
	if (!good) {
		if (tree)
			xmlFreeDoc(tree);
		free(doc);
		return hs_findings_has(findings, HS_FINDING_OUT_OF_ROOM) ? HS_ERR_NOMEM
									 : HS_ERR_PARSE;
	}
	doc->tree = tree;
	*out = doc;
	return HS_OK;
}

enum hs_err
hs_xml_parse(const struct hs_xml_text *text, struct hs_findings *findings, struct hs_xml_doc **out)
{
	return parse(text, 0, findings, out);
}

enum hs_err
hs_xml_parse_lean(
	const struct hs_xml_text *text, struct hs_findings *findings, struct hs_xml_doc **out)
{
	return parse(text, XML_PARSE_NOBLANKS, findings, out);
}

void
hs_xml_free(struct hs_xml_doc *doc)
{
	if (!doc)
		return;
	xmlFreeDoc(doc->tree);
	free(doc);
}

hs_xml_node *
hs_xml_root(const struct hs_xml_doc *doc)
{
	return xmlDocGetRootElement(doc->tree);
}

const char *
hs_xml_name(hs_xml_node *node)
{
	return (const char *)node->name;
}

const char *
hs_xml_ns(hs_xml_node *node)
{
	return node->ns && node->ns->href ? (const char *)node->ns->href : "";
}

/* Length of a URI without slash, generation digits and the slash before them. */
static size_t
stem_bytes(const char *uri)
{
	size_t len = strlen(uri);

	if (strncmp(uri, HS_COMMONS_PREFIX, strlen(HS_COMMONS_PREFIX)) != 0)
		return len;
	if (len > 0 && uri[len - 1] == '/')
		len--;
	while (len > 0 && uri[len - 1] >= '0' && uri[len - 1] <= '9')
		len--;
	if (len > 0 && uri[len - 1] == '/')
		len--;
	return len;
}

bool
hs_xml_is(hs_xml_node *node, const char *ns, const char *name)
{
	const char *uri;

	/* Most comparisons end at the first character: large documents ask millions of times. */
	if (!node || node->type != XML_ELEMENT_NODE || hs_xml_name(node)[0] != name[0] ||
		strcmp(hs_xml_name(node), name) != 0)
		return false;
	uri = hs_xml_ns(node);
	if (strcmp(uri, ns) == 0)
		return true;
	return stem_bytes(uri) == strlen(ns) && strncmp(uri, ns, strlen(ns)) == 0;
}

static hs_xml_node *
element_from(hs_xml_node *node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

hs_xml_node *
hs_xml_parent(hs_xml_node *node)
{
	return node->parent && node->parent->type == XML_ELEMENT_NODE ? node->parent : NULL;
}

hs_xml_node *
hs_xml_first(hs_xml_node *node)
{
	return node ? element_from(node->children) : NULL;
}

hs_xml_node *
hs_xml_after(hs_xml_node *node)
{
	return node ? element_from(node->next) : NULL;
}

hs_xml_node *
hs_xml_child(hs_xml_node *node, const char *ns, const char *name)
{
	hs_xml_node *child = hs_xml_first(node);

	while (child && !hs_xml_is(child, ns, name))
		child = hs_xml_after(child);
	return child;
}

hs_xml_node *
hs_xml_next(hs_xml_node *node, const char *ns, const char *name)
{
	do {
		node = hs_xml_after(node);
	} while (node && !hs_xml_is(node, ns, name));
	return node;
}

/* Bytes of white space at the front of text: XML's, and the ideographic space. */
static size_t
space_at(const char *text, size_t len)
{
	if (len > 0 && strchr(" \t\r\n", text[0]))
		return 1;
	return len >= 3 && memcmp(text, "\xE3\x80\x80", 3) == 0 ? 3 : 0;
}

static size_t
space_before(const char *text, size_t len)
{
	if (len > 0 && strchr(" \t\r\n", text[len - 1]))
		return 1;
	return len >= 3 && memcmp(text + len - 3, "\xE3\x80\x80", 3) == 0 ? 3 : 0;
}

/* Trimmed copy; NULL when nothing is left. */
static char *
trimmed(struct hs_arena *arena, const char *text, size_t len)
{
	size_t step;

	while ((step = space_at(text, len)) > 0) {
		text += step;
		len -= step;
	}
	while ((step = space_before(text, len)) > 0)
		len -= step;
	return len > 0 ? hs_arena_strndup(arena, text, len) : NULL;
}

/* Cleaned, in NFC and trimmed; text lies in the arena, with room for a 0 behind. */
static char *
readable(struct hs_arena *arena, char *text, size_t len)
{
	len = hs_text_clean(text, len);
	text = hs_text_nfc(arena, text, &len);
	return text ? trimmed(arena, text, len) : NULL;
}

static bool
is_text(const xmlNode *node)
{
	return (node->type == XML_TEXT_NODE || node->type == XML_CDATA_SECTION_NODE) &&
	       node->content;
}

char *
hs_xml_text(struct hs_arena *arena, hs_xml_node *node)
{
	size_t len = 0;
	char *joined;

	if (!node)
		return NULL;
	for (const xmlNode *part = node->children; part; part = part->next)
		len += is_text(part) ? strlen((const char *)part->content) : 0;
	if (len == 0)
		return NULL;
	joined = hs_arena_alloc(arena, len + 1);
	if (!joined)
		return NULL;
	len = 0;
	for (const xmlNode *part = node->children; part; part = part->next) {
		if (!is_text(part))
			continue;
		memcpy(joined + len, part->content, strlen((const char *)part->content));
		len += strlen((const char *)part->content);
	}
	return readable(arena, joined, len);
}

static void
look_at(const xmlNode *text, hs_xml_node *element, hs_xml_node *first[HS_TEXT_LOOK_COUNT])
{
	bool found[HS_TEXT_LOOK_COUNT] = { false };

	if (!text || !is_text(text))
		return;
	hs_text_look((const char *)text->content, strlen((const char *)text->content), found);
	for (size_t i = 0; i < HS_TEXT_LOOK_COUNT; i++) {
		if (found[i] && !first[i])
			first[i] = element;
	}
}

const char *
hs_xml_peek(hs_xml_node *node)
{
	const xmlNode *only = node ? node->children : NULL;
	bool found[HS_TEXT_LOOK_COUNT] = { false };
	const char *text;
	size_t len;

	if (!only || only->next || !is_text(only))
		return NULL;
	text = (const char *)only->content;
	len = strlen(text);
	if (len == 0 || space_at(text, len) || space_before(text, len))
		return NULL;
	hs_text_look(text, len, found);
	return found[HS_TEXT_LOOK_MARKS] || !hs_text_is_nfc(text, len) ? NULL : text;
}

void
hs_xml_look(hs_xml_node *root, hs_xml_node *first[HS_TEXT_LOOK_COUNT])
{
	const xmlNode *at = root;

	while (at) {
		look_at(at, at->parent, first);
		if (at->type == XML_ELEMENT_NODE) {
			for (const xmlAttr *a = at->properties; a; a = a->next)
				look_at(a->children, at, first);
		}
		if (at->children && at->type == XML_ELEMENT_NODE) {
			at = at->children;
			continue;
		}
		while (at != root && !at->next)
			at = at->parent;
		at = at == root ? NULL : at->next;
	}
}

char *
hs_xml_child_text(struct hs_arena *arena, hs_xml_node *node, const char *ns, const char *name)
{
	return hs_xml_text(arena, hs_xml_child(node, ns, name));
}

char *
hs_xml_attribute(struct hs_arena *arena, hs_xml_node *node, const char *name)
{
	const xmlAttr *attribute = node ? node->properties : NULL;
	char *text;

	while (attribute && strcmp((const char *)attribute->name, name) != 0)
		attribute = attribute->next;
	if (!attribute || !attribute->children || !is_text(attribute->children))
		return NULL;
	text = hs_arena_strdup(arena, (const char *)attribute->children->content);
	return text ? readable(arena, text, strlen(text)) : NULL;
}
