/* xml_doc.c: safe parse, matching and texts. */
#include "hub/gate/xml_doc.h"

#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/gate/text_nfc.h"
#include "hub/gate/xml_options.h"
#include "hub/gate/xml_tree.h"

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
	(void)mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
	(void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
	xmlInitParser();
	xmlSetExternalEntityLoader(deny_entity);
	/* For this thread and for those that start later. */
	xmlSetGenericErrorFunc(NULL, stay_silent);
	xmlThrDefSetGenericErrorFunc(NULL, stay_silent);
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

/* The events go to the builder; NULL with a finding when the text is no document. The builder ends. */
static struct hs_xml_doc *
read_events(xmlParserCtxtPtr parser, struct hs_xml_build *build, const struct hs_xml_text *text,
	struct hs_findings *findings)
{
	bool good;

	hs_xml_build_sax(build, parser, parser->sax);
	parser->userData = build;
	/* It has no tree to give. NOENT: values of attributes come with their characters, not with references to them. */
	(void)xmlCtxtReadMemory(parser, text->bytes, (int)text->len_bytes, NULL, "UTF-8",
		HS_XML_OPTIONS | XML_PARSE_NOENT);
	good = parser->wellFormed && parser->nsWellFormed && !hs_xml_build_saw_doctype(build);
	if (!good && !hs_xml_build_failed(build))
		add_parser_error(parser, hs_xml_build_saw_doctype(build), findings);
	else if (hs_xml_build_failed(build))
		hs_finding_add(
			findings, HS_FINDING_OUT_OF_ROOM, (struct hs_place){ "", 0 }, "", "");
	if (good)
		return hs_xml_build_finish(build);
	hs_xml_free(hs_xml_build_finish(build));
	return NULL;
}

static enum hs_err
parse(const struct hs_xml_text *text, bool lean, struct hs_findings *findings,
	struct hs_xml_doc **out)
{
	xmlParserCtxtPtr parser = xmlNewParserCtxt();
	struct hs_xml_build *build = hs_xml_build_create(text->len_bytes, lean);
	struct hs_xml_doc *doc = NULL;

	if (parser && build) {
		doc = read_events(parser, build, text, findings);
	} else {
		hs_finding_add(
			findings, HS_FINDING_OUT_OF_ROOM, (struct hs_place){ "", 0 }, "", "");
		hs_xml_free(build ? hs_xml_build_finish(build) : NULL);
	}
	if (parser)
		xmlFreeParserCtxt(parser);
	if (!doc)
		return hs_findings_has(findings, HS_FINDING_OUT_OF_ROOM) ? HS_ERR_NOMEM
									 : HS_ERR_PARSE;
	*out = doc;
	return HS_OK;
}

enum hs_err
hs_xml_parse(const struct hs_xml_text *text, struct hs_findings *findings, struct hs_xml_doc **out)
{
	return parse(text, false, findings, out);
}

enum hs_err
hs_xml_parse_lean(
	const struct hs_xml_text *text, struct hs_findings *findings, struct hs_xml_doc **out)
{
	return parse(text, true, findings, out);
}

const char *
hs_xml_name(hs_xml_node *node)
{
	return node->name->local;
}

const char *
hs_xml_ns(hs_xml_node *node)
{
	return node->name->uri;
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
	if (!node || node->kind != HS_XML_ELEMENT || hs_xml_name(node)[0] != name[0] ||
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
	while (node && node->kind != HS_XML_ELEMENT)
		node = hs_xml_beside(node);
	return node;
}

hs_xml_node *
hs_xml_parent(hs_xml_node *node)
{
	return hs_xml_around(node);
}

hs_xml_node *
hs_xml_first(hs_xml_node *node)
{
	return node ? element_from(hs_xml_inside(node)) : NULL;
}

hs_xml_node *
hs_xml_after(hs_xml_node *node)
{
	return node ? element_from(hs_xml_beside(node)) : NULL;
}

hs_xml_node *
hs_xml_following(hs_xml_node *root, hs_xml_node *node)
{
	hs_xml_node *next = hs_xml_first(node);

	while (!next && node != root) {
		next = hs_xml_after(node);
		node = hs_xml_around(node);
	}
	return next;
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

char *
hs_xml_text(struct hs_arena *arena, hs_xml_node *node)
{
	hs_xml_node *first = node ? hs_xml_inside(node) : NULL;
	size_t len = 0;
	char *joined;

	for (hs_xml_node *part = first; part; part = hs_xml_beside(part))
		len += hs_xml_is_text(part) ? strlen(part->text) : 0;
	if (len == 0)
		return NULL;
	joined = hs_arena_alloc(arena, len + 1);
	if (!joined)
		return NULL;
	len = 0;
	for (hs_xml_node *part = first; part; part = hs_xml_beside(part)) {
		size_t more = hs_xml_is_text(part) ? strlen(part->text) : 0;

		if (more > 0)
			memcpy(joined + len, part->text, more);
		len += more;
	}
	return readable(arena, joined, len);
}

const char *
hs_xml_peek(hs_xml_node *node)
{
	hs_xml_node *only = node ? hs_xml_inside(node) : NULL;
	bool found[HS_TEXT_LOOK_COUNT] = { false };
	size_t len;

	if (!only || only->next || !hs_xml_is_text(only))
		return NULL;
	len = strlen(only->text);
	if (len == 0 || space_at(only->text, len) || space_before(only->text, len))
		return NULL;
	hs_text_look(only->text, len, found);
	return found[HS_TEXT_LOOK_MARKS] || !hs_text_is_nfc(only->text, len) ? NULL : only->text;
}

static void
look_at(const char *text, hs_xml_node *element, hs_xml_node *first[HS_TEXT_LOOK_COUNT])
{
	bool found[HS_TEXT_LOOK_COUNT] = { false };

	hs_text_look(text, strlen(text), found);
	for (size_t i = 0; i < HS_TEXT_LOOK_COUNT; i++) {
		if (found[i] && !first[i])
			first[i] = element;
	}
}

void
hs_xml_look(hs_xml_node *root, hs_xml_node *first[HS_TEXT_LOOK_COUNT])
{
	hs_xml_node *at = root;

	while (at) {
		if (hs_xml_is_text(at))
			look_at(at->text, hs_xml_around(at), first);
		if (at->kind == HS_XML_ELEMENT) {
			for (hs_xml_node *a = hs_xml_attributes(at); a; a = hs_xml_beside(a))
				look_at(hs_xml_value(a), at, first);
		}
		if (at->kind == HS_XML_ELEMENT && at->first) {
			at = hs_xml_inside(at);
			continue;
		}
		while (at != root && !at->next)
			at = hs_xml_around(at);
		at = at == root ? NULL : hs_xml_beside(at);
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
	hs_xml_node *attribute = node ? hs_xml_attributes(node) : NULL;
	char *text;

	while (attribute && strcmp(hs_xml_name(attribute), name) != 0)
		attribute = hs_xml_beside(attribute);
	if (!attribute || !hs_xml_value(attribute)[0])
		return NULL;
	text = hs_arena_strdup(arena, hs_xml_value(attribute));
	return text ? readable(arena, text, strlen(text)) : NULL;
}
