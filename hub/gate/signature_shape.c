/* signature_shape.c: see signature_shape.h. */
#include "hub/gate/signature_shape.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "hub/base/check.h"
#include "hub/gate/xml_tree.h"

#define NS_CAP	 "urn:oasis:names:tc:emergency:cap:"
#define EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"
#define WORD_MAX 32

/* Children in their order, "?" behind those that may be absent; "" for none, so only text. */
struct element_row {
	const char *name, *attributes, *children;
};
static const struct element_row elements[] = {
	{ "Signature", "Id", "SignedInfo SignatureValue KeyInfo?" },
	{ "SignedInfo", "Id", "CanonicalizationMethod SignatureMethod Reference" },
	{ "CanonicalizationMethod", "Algorithm", "" },
	{ "SignatureMethod", "Algorithm", "" },
	{ "Reference", "Id URI", "Transforms DigestMethod DigestValue" },
	{ "Transforms", "", "Transform Transform" },
	{ "Transform", "Algorithm", "" },
	{ "DigestMethod", "Algorithm", "" },
	{ "DigestValue", "", "" },
	{ "SignatureValue", "Id", "" },
};

/* Source: RFC 9231 and XML Signature 1.1, 6. Two rows of one element are alternatives. */
struct algorithm_row {
	const char *element;
	int index; /* among siblings of that name */
	const char *uri;
	int kind; /* of SignatureMethod */
};
static const struct algorithm_row algorithms[] = {
	{ "CanonicalizationMethod", 0, EXC_C14N, 0 },
	{ "SignatureMethod", 0, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
		HS_SIGNATURE_RSA },
	{ "SignatureMethod", 0, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256",
		HS_SIGNATURE_ECDSA },
	{ "Transform", 0, HS_NS_XMLDSIG "enveloped-signature", 0 },
	{ "Transform", 1, EXC_C14N, 0 },
	{ "DigestMethod", 0, "http://www.w3.org/2001/04/xmlenc#sha256", 0 },
};

struct look {
	struct hs_submission *submission;
	struct hs_signature_shape *out;
};

static bool
refuse(struct look *look, enum hs_finding_code code, hs_xml_node *node, const char *expected,
	const char *detail)
{
	hs_xml_finding(&look->submission->findings, code, node, expected, detail);
	return false;
}

static bool
refuse_shape(struct look *look, hs_xml_node *node, const char *expected, const char *detail)
{
	return refuse(look, HS_FINDING_SIGNATURE_SHAPE, node, expected, detail);
}

/* ---- the signature element ---- */

/* Takes the next word of a blank-separated list; false at its end. */
static bool
next_word(const char **list, char word[WORD_MAX])
{
	size_t len = strcspn(*list, " ");

	if (len == 0)
		return false;
	HS_CHECK(len < WORD_MAX);
	memcpy(word, *list, len);
	word[len] = '\0';
	*list += len + ((*list)[len] == ' ');
	return true;
}

static bool
list_has(const char *list, const char *word)
{
	char at[WORD_MAX];

	while (next_word(&list, at)) {
		if (strcmp(at, word) == 0)
			return true;
	}
	return false;
}

/* NULL: absent. Never trimmed: an algorithm with a blank is another one. */
static const char *
plain_value(hs_xml_node *node, const char *name)
{
	for (hs_xml_node *at = hs_xml_attributes(node); at; at = hs_xml_beside(at)) {
		if (!hs_xml_ns(at)[0] && strcmp(hs_xml_name(at), name) == 0)
			return hs_xml_value(at);
	}
	return NULL;
}

static bool
check_algorithm(struct look *look, hs_xml_node *node)
{
	const char *uri = plain_value(node, "Algorithm"), *expected = NULL;
	int index = 0;

	for (hs_xml_node *at = hs_xml_first(hs_xml_around(node)); at != node; at = hs_xml_after(at))
		index += strcmp(hs_xml_name(at), hs_xml_name(node)) == 0;
	for (size_t i = 0; i < HS_COUNT(algorithms); i++) {
		const struct algorithm_row *row = &algorithms[i];

		if (strcmp(row->element, hs_xml_name(node)) != 0 || row->index != index)
			continue;
		expected = expected ? expected : row->uri;
		if (!uri || strcmp(uri, row->uri) != 0)
			continue;
		if (strcmp(row->element, "SignatureMethod") == 0)
			look->out->kind = (enum hs_signature_kind)row->kind;
		return true;
	}
	return !expected ||
	       refuse(look, HS_FINDING_SIGNATURE_ALGORITHM, node, expected, uri ? uri : "");
}

static bool
check_attributes(struct look *look, hs_xml_node *node, const char *allowed)
{
	for (hs_xml_node *at = hs_xml_attributes(node); at; at = hs_xml_beside(at)) {
		if (hs_xml_ns(at)[0] || !list_has(allowed, hs_xml_name(at)))
			return refuse_shape(look, node, allowed, hs_xml_name(at));
	}
	return true;
}

static bool
is_white(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

/* Only elements and white space, or for values only text: a comment within a value would be read by one and
 * skipped by another. */
static bool
check_content(struct look *look, hs_xml_node *node, const char *children)
{
	bool has_text = false;

	for (hs_xml_node *at = hs_xml_inside(node); at; at = hs_xml_beside(at)) {
		if (at->kind == HS_XML_ELEMENT && children[0])
			continue;
		if (at->kind != HS_XML_TEXT)
			return refuse_shape(look, node, children,
				at->kind == HS_XML_ELEMENT ? hs_xml_name(at) : "");
		has_text |= !is_white(at->text);
	}
	if (has_text == (strstr(hs_xml_name(node), "Value") != NULL))
		return true;
	return refuse_shape(look, node, has_text ? children : "base64", "");
}

static const struct element_row *
row_of(const char *name)
{
	for (size_t i = 0; i < HS_COUNT(elements); i++) {
		if (strcmp(elements[i].name, name) == 0)
			return &elements[i];
	}
	return NULL;
}

/* One element, not what is in it. */
static bool
check_element(struct look *look, hs_xml_node *node)
{
	const struct element_row *row = row_of(hs_xml_name(node));
	hs_xml_node *child = hs_xml_first(node);
	const char *list = row->children;
	char word[WORD_MAX];

	if (!check_attributes(look, node, row->attributes) ||
		!check_content(look, node, row->children) || !check_algorithm(look, node))
		return false;
	while (next_word(&list, word)) {
		size_t len = strlen(word);
		bool optional = word[len - 1] == '?';

		word[len - optional] = '\0';
		if (hs_xml_is(child, HS_NS_XMLDSIG, word))
			child = hs_xml_after(child);
		else if (!optional)
			return refuse_shape(look, child ? child : node, row->children,
				child ? hs_xml_name(child) : "");
	}
	return !child || refuse_shape(look, child, row->children, hs_xml_name(child));
}

/* Next element below top in the order of the document; what is in KeyInfo is never looked at. */
static hs_xml_node *
next_below(hs_xml_node *top, hs_xml_node *at)
{
	hs_xml_node *next = hs_xml_is(at, HS_NS_XMLDSIG, "KeyInfo") ? NULL : hs_xml_first(at);

	while (!next && at != top) {
		next = hs_xml_after(at);
		at = hs_xml_around(at);
	}
	return next;
}

static bool
check_signature(struct look *look)
{
	hs_xml_node *top = look->out->signature;

	for (hs_xml_node *at = top; at; at = next_below(top, at)) {
		if (!hs_xml_is(at, HS_NS_XMLDSIG, "KeyInfo") && !check_element(look, at))
			return false;
	}
	return true;
}

/* ---- the document around it ---- */

/* In any namespace: one that lost its own would otherwise make an unsigned document of a signed one. */
static bool
is_signature(hs_xml_node *node)
{
	return strcmp(hs_xml_name(node), "Signature") == 0;
}

static bool
is_id(hs_xml_node *attribute)
{
	return strcasecmp(hs_xml_name(attribute), "id") == 0 && hs_xml_value(attribute)[0];
}

static const char *
root_id(hs_xml_node *root)
{
	const char *found = NULL;

	for (hs_xml_node *at = hs_xml_attributes(root); at; at = hs_xml_beside(at)) {
		if (!is_id(at))
			continue;
		if (found)
			return NULL; /* two spellings: in doubt none */
		found = hs_xml_value(at);
	}
	return found;
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Puts the Ids of all elements into `ids` unless it is NULL; their number. */
static size_t
collect_ids(hs_xml_node *root, const char **ids)
{
	size_t count = 0;

	for (hs_xml_node *at = root; at; at = hs_xml_following(root, at)) {
		for (hs_xml_node *id = hs_xml_attributes(at); id; id = hs_xml_beside(id)) {
			if (!is_id(id))
				continue;
			if (ids)
				ids[count] = hs_xml_value(id);
			count++;
		}
	}
	return count;
}

static bool
check_ids(struct look *look, hs_xml_node *root)
{
	size_t count = collect_ids(root, NULL);
	const char **ids;

	if (count < 2)
		return true;
	ids = hs_arena_alloc(look->submission->arena, count * sizeof(*ids));
	if (!ids)
		return false; /* the run ends with "no room" */
	collect_ids(root, ids);
	qsort(ids, count, sizeof(*ids), by_text);
	for (size_t i = 1; i < count; i++) {
		if (strcmp(ids[i - 1], ids[i]) == 0)
			return refuse_shape(look, root, "Id", ids[i]);
	}
	return true;
}

/* Exclusive C14N writes a namespace anew wherever it is used: a long URI on the root and many users of it would
 * make gigabytes of a small document. */
static bool
check_growth(struct look *look, hs_xml_node *root)
{
	size_t room = (size_t)look->submission->limits->body_bytes * 4;
	size_t used = 0;

	for (hs_xml_node *at = root; at && used <= room; at = hs_xml_following(root, at)) {
		used += strlen(hs_xml_ns(at));
		for (hs_xml_node *a = hs_xml_attributes(at); a; a = hs_xml_beside(a))
			used += strlen(hs_xml_ns(a));
	}
	return used <= room || refuse(look, HS_FINDING_BODY_TOO_LARGE, root, "", "");
}

static bool
check_place(struct look *look, hs_xml_node *root)
{
	hs_xml_node *signature = look->out->signature;
	bool cap = strncmp(hs_xml_ns(root), NS_CAP, strlen(NS_CAP)) == 0;

	if (hs_xml_around(signature) != root)
		return refuse_shape(look, signature, hs_xml_name(root), "");
	for (hs_xml_node *at = hs_xml_following(root, signature); at;
		at = hs_xml_following(root, at)) {
		if (is_signature(at))
			return refuse_shape(look, at, "1", "2");
	}
	if (strcmp(hs_xml_ns(signature), HS_NS_XMLDSIG) != 0)
		return refuse_shape(look, signature, HS_NS_XMLDSIG, hs_xml_ns(signature));
	if (cap && hs_xml_after(signature))
		return refuse_shape(look, signature, "/alert/*[last()]", "");
	return true;
}

/* "" is the whole document, "#x" must be the root's own. */
static bool
check_reference(struct look *look, hs_xml_node *root)
{
	hs_xml_node *info = hs_xml_child(look->out->signature, HS_NS_XMLDSIG, "SignedInfo");
	hs_xml_node *reference = hs_xml_child(info, HS_NS_XMLDSIG, "Reference");
	const char *uri, *id = root_id(root);

	HS_CHECK(reference != NULL); /* check_signature saw it */
	uri = plain_value(reference, "URI");
	if (uri && uri[0] == '\0')
		return true;
	if (!uri || uri[0] != '#' || !id || strcmp(uri + 1, id) != 0)
		return refuse_shape(look, reference, "URI=\"\"", uri ? uri : "");
	look->out->id = id;
	return true;
}

bool
hs_signature_shape(struct hs_submission *submission, struct hs_signature_shape *out)
{
	hs_xml_node *root = hs_xml_root(submission->doc);
	struct look look = { submission, out };

	*out = (struct hs_signature_shape){ 0 };
	for (hs_xml_node *at = root; at && !out->signature; at = hs_xml_following(root, at)) {
		if (is_signature(at))
			out->signature = at;
	}
	if (!root || !out->signature)
		return true;
	return check_place(&look, root) && check_signature(&look) && check_reference(&look, root) &&
	       check_ids(&look, root) && check_growth(&look, root);
}
