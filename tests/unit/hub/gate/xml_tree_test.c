/* The tree against that of libxml2, made of the same text by the same parser: node by node, over hand-made documents and
 * all samples; then what only this tree can do. */
#include <dirent.h>
#include <libxml/parser.h>
#include <libxml/tree.h>

#include "hub/base/check.h"
#include "hub/gate/xml_dom.h"
#include "hub/gate/xml_options.h"
#include "hub/gate/xml_tree.h"
#include "tests/unit/hub/gate/jma_samples.h"

#define NAMES 3000

static const char *const documents[] = {
	"<a/>",
	"<a></a>",
	"<a> </a>",
	"\n\n<a>\n<b>x</b>\n\n<c/>\n</a>\n",
	"<?xml version='1.0'?><!-- before --><?p before?><a/><!-- behind --><?p?>",
	"<a><!-- c --><?p x y?><?q?><![CDATA[<&>]]>x<![CDATA[]]>y</a>",
	"<a>x<!-- c -->y<b/>z&lt;&amp;&#x907F;&#38;\r\nend</a>",
	"<a b='1' c='&lt;&amp;&quot;&#x907F;&#38;lt;\n\tx' d=\"\" e=''/>",
	"<a xmlns='urn:a' xmlns:p='urn:p' xml:lang='ja' p:x='1' x='2'><p:b "
	"xmlns=''><c/></p:b><p:c/><d xmlns='urn:d' x='y'/></a>",
	"<p:a xmlns:p='urn:a' xmlns:q='urn:a'><q:a/><p:a q:b='1'/></p:a>",
	"<a><b>\n <c/>\n</b> <b>x <c/> <c/> y</b> <b> <c/>x<c/> </b><b><c/> <c/></b></a>",
	"<a> x <b/> </a>",
	"<a> <!-- c --> <b/> <?p?> </a>",
	"<a><![CDATA[ ]]> <b/></a>",
};

static bool
same_text(const char *mine, const xmlChar *theirs)
{
	return strcmp(mine, theirs ? (const char *)theirs : "") == 0;
}

static void
expect_name(hs_xml_node *mine, const xmlChar *name, const xmlNs *ns)
{
	assert_true(same_text(hs_xml_name(mine), name));
	assert_true(same_text(hs_xml_ns(mine), ns ? ns->href : NULL));
}

static void
expect_attributes(hs_xml_node *mine, const xmlNode *theirs)
{
	hs_xml_node *at = hs_xml_attributes(mine);

	for (xmlAttr *a = theirs->properties; a; a = a->next) {
		xmlChar *value = xmlNodeListGetString(theirs->doc, a->children, 1);

		assert_non_null(at);
		assert_int_equal(at->kind, HS_XML_ATTRIBUTE);
		assert_ptr_equal(hs_xml_around(at), mine);
		expect_name(at, a->name, a->ns);
		assert_true(same_text(hs_xml_value(at), value));
		xmlFree(value);
		at = hs_xml_beside(at);
	}
	assert_null(at);
}

static void
expect_node(hs_xml_node *mine, const xmlNode *theirs)
{
	static const enum hs_xml_kind kinds[] = { [XML_ELEMENT_NODE] = HS_XML_ELEMENT,
		[XML_TEXT_NODE] = HS_XML_TEXT,
		[XML_CDATA_SECTION_NODE] = HS_XML_CDATA,
		[XML_COMMENT_NODE] = HS_XML_COMMENT,
		[XML_PI_NODE] = HS_XML_INSTRUCTION };

	assert_int_equal(mine->kind, kinds[theirs->type]);
	if (mine->kind == HS_XML_ELEMENT) {
		expect_name(mine, theirs->name, theirs->ns);
		assert_int_equal(hs_xml_line(mine), xmlGetLineNo(theirs));
		expect_attributes(mine, theirs);
	} else if (hs_xml_is_text(mine)) {
		assert_true(same_text(mine->text, theirs->content));
	} else if (mine->kind == HS_XML_INSTRUCTION) {
		assert_true(same_text(hs_xml_name(mine), theirs->name));
		assert_true(same_text(hs_xml_value(mine), theirs->content));
	}
}

/* All below, in step. */
static void
expect_same(hs_xml_node *mine, const xmlNode *theirs)
{
	hs_xml_node *at = hs_xml_inside(mine);

	expect_node(mine, theirs);
	for (const xmlNode *t = theirs->children; t && theirs->type == XML_ELEMENT_NODE;
		t = t->next) {
		assert_non_null(at);
		assert_ptr_equal(hs_xml_around(at), mine);
		expect_same(at, t);
		at = hs_xml_beside(at);
	}
	assert_null(at);
}

static void
compare(const char *bytes, size_t len, bool lean)
{
	struct hs_arena *arena = hs_arena_create(1 << 20);
	struct hs_xml_text text = { bytes, len };
	struct hs_findings findings;
	struct hs_xml_doc *doc = NULL;
	xmlDocPtr dom = xmlReadMemory(
		bytes, (int)len, NULL, "UTF-8", HS_XML_OPTIONS | (lean ? XML_PARSE_NOBLANKS : 0));

	assert_non_null(arena);
	assert_non_null(dom);
	hs_findings_init(&findings, arena, 10);
	assert_int_equal((lean ? hs_xml_parse_lean : hs_xml_parse)(&text, &findings, &doc), HS_OK);
	expect_same(hs_xml_root(doc), xmlDocGetRootElement(dom));
	hs_xml_free(doc);
	xmlFreeDoc(dom);
	hs_arena_destroy(arena);
}

static void
test_hand_made(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(documents); i++) {
		compare(documents[i], strlen(documents[i]), false);
		compare(documents[i], strlen(documents[i]), true);
	}
}

/* More names than the first table holds, two namespaces for each, and texts longer than the parser gives at once. */
static void
test_many_names_and_long_texts(void **state)
{
	struct hs_buf text;

	(void)state;
	hs_buf_init(&text, 4 << 20);
	hs_buf_puts(&text, "<r xmlns:p='urn:p'>");
	for (int i = 0; i < NAMES; i++) {
		hs_buf_printf(&text, "<n%d/><p:n%d a%d='v'>", i, i, i);
		for (int j = 0; j < i % 200; j++)
			hs_buf_puts(&text, "避難x");
		hs_buf_printf(&text, "</p:n%d>", i);
	}
	hs_buf_puts(&text, "</r>");
	assert_false(text.failed);
	compare(text.bytes, text.len_bytes, false);
	compare(text.bytes, text.len_bytes, true);
	hs_buf_free(&text);
}

static void
test_samples(void **state)
{
	DIR *folder = opendir(JMA_FOLDER);
	struct dirent *entry;
	size_t seen = 0;

	(void)state;
	if (!folder)
		skip();
	while ((entry = readdir(folder)) != NULL) {
		size_t len;
		char *bytes = strstr(entry->d_name, ".xml") ? jma_file(entry->d_name, &len) : NULL;

		if (!bytes)
			continue;
		compare(bytes, len, false);
		compare(bytes, len, true);
		free(bytes);
		seen++;
	}
	closedir(folder);
	assert_int_equal(seen, 54);
}

/* Every part of a document that ends too early, at every byte: no tree, and a finding. */
static void
test_cut_documents(void **state)
{
	static const char whole[] = "<?p x?><a b='1'>x<!-- c --><![CDATA[y]]>&lt;<d e='2'/></a>";

	(void)state;
	for (size_t len = 1; len + 1 < sizeof(whole); len++) {
		struct hs_arena *arena = hs_arena_create(1 << 20);
		struct hs_xml_text text = { whole, len };
		struct hs_findings findings;
		struct hs_xml_doc *doc = NULL;

		hs_findings_init(&findings, arena, 10);
		assert_int_equal(hs_xml_parse(&text, &findings, &doc), HS_ERR_PARSE);
		assert_null(doc);
		assert_int_equal(findings.errors, 1);
		hs_arena_destroy(arena);
	}
}

/* first, middle, last and only child; what is left reads as if it had never been there. */
static void
test_unlink(void **state)
{
	static const struct {
		const char *text, *rest;
	} rows[] = {
		{ "<a><x/><b/><c/></a>", "bc" },
		{ "<a><b/><x/><c/></a>", "bc" },
		{ "<a><b/><c/><x/></a>", "bc" },
		{ "<a><x/></a>", "" },
		{ "<a><x/><b/><x/><x/><c/><x/></a>", "bc" },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct hs_arena *arena = hs_arena_create(1 << 20);
		struct hs_xml_text text = { rows[i].text, strlen(rows[i].text) };
		struct hs_findings findings;
		struct hs_xml_doc *doc = NULL;
		const char *rest = rows[i].rest;

		hs_findings_init(&findings, arena, 10);
		assert_int_equal(hs_xml_parse(&text, &findings, &doc), HS_OK);
		for (hs_xml_node *at = hs_xml_first(hs_xml_root(doc)); at; at = hs_xml_after(at)) {
			if (hs_xml_is(at, "", "x"))
				hs_xml_unlink(doc, at);
		}
		for (hs_xml_node *at = hs_xml_first(hs_xml_root(doc)); at; at = hs_xml_after(at))
			assert_int_equal(hs_xml_name(at)[0], *rest++);
		assert_int_equal(*rest, '\0');
		hs_xml_free(doc);
		hs_arena_destroy(arena);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hand_made),
		cmocka_unit_test(test_many_names_and_long_texts),
		cmocka_unit_test(test_samples),
		cmocka_unit_test(test_cut_documents),
		cmocka_unit_test(test_unlink),
	};

	hs_xml_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
