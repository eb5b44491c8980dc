/* The safe parse on its own (without the guard before it), matching, places, canonical form. */
#include <pthread.h>

#include "hub/base/check.h"
#include "hub/gate/xml_doc.h"
#include "tests/unit/hub/gate/samples.h"

struct tree {
	struct hs_arena *arena;
	struct hs_findings findings;
	struct hs_xml_text text;
	struct hs_xml_doc *doc;
	enum hs_err err;
};

#define EVACUATION "http://xml.publiccommons.ne.jp/pcxml1/body/evacuation"

static void
tree_open(struct tree *tree, const char *text)
{
	struct hs_xml_text input = { text, strlen(text) };

	memset(tree, 0, sizeof(*tree));
	tree->arena = hs_arena_create(1 << 20);
	assert_non_null(tree->arena);
	hs_findings_init(&tree->findings, tree->arena, 10);
	tree->text = input;
	tree->err = hs_xml_parse(&input, &tree->findings, &tree->doc);
}

static void
tree_close(struct tree *tree)
{
	hs_xml_free(tree->doc);
	hs_arena_destroy(tree->arena);
}

/* The second lock: the parser itself stops at a DOCTYPE, should the guard ever miss one. */
static void
test_parser_refuses_doctype(void **state)
{
	static const char *const texts[] = { "<!DOCTYPE a><a/>",
		"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>",
		"<!DOCTYPE a SYSTEM 'file:///etc/passwd'><a/>",
		"<?xml version='1.0'?><!-- x --><!DOCTYPE a [<!ENTITY % p SYSTEM "
		"'http://127.0.0.1:9/'> %p;]><a/>" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct tree tree;

		tree_open(&tree, texts[i]);
		assert_int_equal(tree.err, HS_ERR_PARSE);
		assert_int_equal(tree.findings.items[0].code, HS_FINDING_DOCTYPE);
		assert_null(tree.doc);
		tree_close(&tree);
	}
}

static void
test_names(void **state)
{
	static const struct {
		const char *uri, *ns;
		bool same;
	} rows[] = {
		{ "http://xml.publiccommons.ne.jp/pcxml1/4", HS_NS_PCXML, true },
		{ "http://xml.publiccommons.ne.jp/pcxml1/12/", HS_NS_PCXML, true },
		{ "http://xml.publiccommons.ne.jp/pcxml1/body/evacuation4", EVACUATION, true },
		{ "http://xml.publiccommons.ne.jp/pcxml1/body/evacuation3/", EVACUATION, true },
		{ "http://xml.publiccommons.ne.jp/pcxml1/body/evacuation", EVACUATION, true },
		{ "http://xml.publiccommons.ne.jp/pcxml1/body/evacuationx4", EVACUATION, false },
		{ "http://xml.publiccommons.ne.jp/xml/edxl/", HS_NS_COMMONS, true },
		{ "http://xml.publiccommons.ne.jp/xml/edxl", HS_NS_COMMONS, true },
		{ "http://xml.publiccommons.ne.jp/xml/edxl/ext/comet-edxl/", HS_NS_COMMONS, false },
		{ "urn:oasis:names:tc:emergency:EDXL:DE:1.0", HS_NS_EDXL, true },
		{ "urn:oasis:names:tc:emergency:EDXL:DE:1.1", HS_NS_EDXL, false },
		{ "http://example.jp/pcxml1/4", HS_NS_PCXML, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tree tree;
		char text[200];

		snprintf(text, sizeof(text), "<p:a xmlns:p=\"%s\"/>", rows[i].uri);
		tree_open(&tree, text);
		assert_int_equal(tree.err, HS_OK);
		assert_int_equal(hs_xml_is(hs_xml_root(tree.doc), rows[i].ns, "a"), rows[i].same);
		assert_false(hs_xml_is(hs_xml_root(tree.doc), rows[i].ns, "b"));
		tree_close(&tree);
	}
	assert_false(hs_xml_is(NULL, HS_NS_EDXL, "a"));
}

static void
test_texts_and_places(void **state)
{
	struct tree tree;
	hs_xml_node *root, *node;

	(void)state;
	tree_open(&tree, "<r xmlns:x='u'>\n <b/>\n <a x:unit=' 世帯 '> 一<!-- c "
			 "--><![CDATA[<二>]]><?p?>三　\n</a>"
			 "<c>  　 </c><a>2</a></r>");
	assert_int_equal(tree.err, HS_OK);
	root = hs_xml_root(tree.doc);
	node = hs_xml_child(root, "", "a");
	assert_string_equal(hs_xml_text(tree.arena, node), "一<二>三");
	assert_string_equal(hs_xml_attribute(tree.arena, node, "unit"), "世帯");
	assert_null(hs_xml_attribute(tree.arena, node, "none"));
	assert_null(hs_xml_child_text(tree.arena, root, "", "b"));
	assert_null(hs_xml_child_text(tree.arena, root, "", "c"));
	assert_null(hs_xml_child_text(tree.arena, NULL, "", "c"));
	assert_string_equal(hs_xml_place(tree.arena, node).path, "/r/a[1]");
	assert_int_equal(hs_xml_place(tree.arena, node).line, 3);
	node = hs_xml_next(node, "", "a");
	assert_string_equal(hs_xml_place(tree.arena, node).path, "/r/a[2]");
	assert_int_equal(hs_xml_place(tree.arena, node).line, 4);
	assert_string_equal(hs_xml_place(tree.arena, hs_xml_first(root)).path, "/r/b");
	assert_null(hs_xml_next(node, "", "a"));
	assert_string_equal(hs_xml_place(tree.arena, NULL).path, "");
	tree_close(&tree);
}

/* The content of the element u:a in a document, without u:d if there is one. */
static void
content_of(const char *document, struct hs_buf *out)
{
	struct tree tree;
	hs_xml_node *node;

	tree_open(&tree, document);
	node = hs_xml_child(hs_xml_root(tree.doc), "urn:o", "a");
	hs_buf_init(out, 4096);
	assert_int_equal(hs_xml_content(node, hs_xml_child(node, "urn:o", "d"), out), HS_OK);
	tree_close(&tree);
}

static bool
is_same_content(const char *one, const char *other)
{
	struct hs_buf a, b;
	bool same;

	content_of(one, &a);
	content_of(other, &b);
	same = a.len_bytes == b.len_bytes && memcmp(a.bytes, b.bytes, a.len_bytes) == 0;
	hs_buf_free(&a);
	hs_buf_free(&b);
	return same;
}

#define IN_O(inside) "<r xmlns='urn:o' xmlns:k='urn:k'><a>" inside "</a></r>"

static void
test_content_is_the_same_however_it_is_written(void **state)
{
	static const struct {
		const char *one, *other;
	} rows[] = {
		{ IN_O("x<b/>y"), "<o:r xmlns:o='urn:o'><o:a>x<o:b></o:b>y</o:a></o:r>" },
		{ IN_O("x"),
			"<r xmlns='urn:o'><n1:a xmlns:n1='urn:o' xmlns:u='urn:u'>x</n1:a></r>" },
		{ IN_O("&lt;A"), IN_O("&#60;<!-- c --><![CDATA[A]]>") },
		{ IN_O("<b z='1' k:b='2' a='3'/>"), "<r xmlns='urn:o' xmlns:p='urn:k'><a><b "
						    "a=\"3\" p:b='&#50;' z='1'/></a></r>" },
		{ IN_O("x<d>one</d>y"), IN_O("x<d k:n='1'>two<b/></d>y") }, /* left out */
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++)
		assert_true(is_same_content(rows[i].one, rows[i].other));
}

static void
test_contents_that_differ_are_told_apart(void **state)
{
	static const char *const documents[] = {
		IN_O(""),
		IN_O("x"),
		IN_O(" x"),
		IN_O("<b/>"),
		IN_O("<k:b/>"),
		IN_O("<b><c/></b>"),
		IN_O("<b/><c/>"),
		IN_O("<b>x</b>"),
		IN_O("<b/>x"),
		IN_O("x<b/>"),
		IN_O("<b x=''/>"),
		IN_O("<b k:x=''/>"),
		IN_O("<b x='y'/>"),
		IN_O("<b>xy</b>"),
		IN_O("<b x='y' z=''/>"),
		IN_O("<b x='yz'/>"),
		IN_O("<?b?>"),
		IN_O("<?b x?>"),
		IN_O("<b/><b/>"),
		IN_O("<b><b/></b>"),
		IN_O("(b"),
		IN_O("<k:b><c/></k:b>"),
		IN_O("<k:b><k:c/></k:b>"),
		"<r xmlns='urn:o'><a z=''/></r>",
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(documents); i++)
		for (size_t j = 0; j < i; j++)
			if (is_same_content(documents[i], documents[j]))
				fail_msg("%s and %s", documents[i], documents[j]);
}

/* A limit that is too small is an error, never a part. */
static void
test_content_and_copy_keep_their_limits(void **state)
{
	struct tree tree;
	struct hs_buf out;
	hs_xml_node *node;

	(void)state;
	tree_open(&tree,
		"<o:r xmlns:o='urn:o' xmlns:u='urn:unused' xmlns:k='urn:k'><o:a z='1' k:b='2'>"
		"<k:c/><o:d>x</o:d></o:a></o:r>");
	node = hs_xml_child(hs_xml_root(tree.doc), "urn:o", "a");
	hs_buf_init(&out, 20);
	assert_int_equal(hs_xml_content(node, NULL, &out), HS_ERR_NOMEM);
	hs_buf_free(&out);
	hs_buf_init(&out, 4096);
	assert_int_equal(hs_xml_standalone(tree.doc, &tree.text, node, &out), HS_OK);
	assert_non_null(strstr(hs_buf_text(&out), "xmlns:k=\"urn:k\""));
	assert_non_null(strstr(hs_buf_text(&out), "xmlns:o=\"urn:o\""));
	hs_buf_free(&out);
	tree_close(&tree);
}

/* Letters stay letters, in attributes too: what is kept of a SOAP request reads as it was written. */
static void
test_standalone_letters(void **state)
{
	static const char text[] = "<b u=\"世帯\">避難</b>";
	struct tree tree;
	struct hs_buf out;

	(void)state;
	tree_open(&tree, text);
	hs_buf_init(&out, 4096);
	assert_int_equal(
		hs_xml_standalone(tree.doc, &tree.text, hs_xml_root(tree.doc), &out), HS_OK);
	assert_string_equal(hs_buf_text(&out), text);
	hs_buf_free(&out);
	tree_close(&tree);
}

static void *
run_many(void *accepted)
{
	for (int i = 0; i < 25; i++) {
		struct hs_arena *arena = hs_arena_create(HS_SUBMISSION_ARENA_BYTES);
		struct hs_submission submission;

		hs_submission_begin(&submission, arena, &hs_gate_limits_default);
		submission.principal = &sample_principal;
		/* Every other one is broken, so that error paths run side by side too. */
		submission.bytes = (const uint8_t *)sample_order + (i % 2 ? 1 : 0);
		submission.len_bytes = strlen(sample_order) - (i % 2 ? 1 : 0);
		submission.mode = HS_MODE(DRILL);
		submission.received_unix_us = SAMPLE_RECEIVED_US;
		*(int *)accepted += hs_pipeline_run(&submission, NULL) == HS_OK;
		hs_submission_end(&submission);
		hs_arena_destroy(arena);
	}
	return NULL;
}

static void
test_threads(void **state)
{
	pthread_t threads[4];
	int accepted[4] = { 0 };

	(void)state;
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run_many, &accepted[i]), 0);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(accepted[i], 13);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parser_refuses_doctype),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_texts_and_places),
		cmocka_unit_test(test_content_is_the_same_however_it_is_written),
		cmocka_unit_test(test_contents_that_differ_are_told_apart),
		cmocka_unit_test(test_content_and_copy_keep_their_limits),
		cmocka_unit_test(test_standalone_letters),
		cmocka_unit_test(test_threads),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
