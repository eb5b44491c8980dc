/* xml_plain_test.c: mixed content as plain lines; nothing is lost. */
#include "tests/unit/hub/gate/samples.h"

#include "hub/base/check.h"
#include "hub/gate/xml_doc.h"

/* The text of <a>…</a>; prefix h is the html namespace. The caller frees it; NULL as it came. */
static char *
plain_of(const char *inner)
{
	struct hs_arena *arena = hs_arena_create(16u << 20);
	struct hs_findings findings;
	struct hs_xml_doc *doc = NULL;
	char *text = NULL, *out;

	assert_true(asprintf(&text,
			    "<a xmlns:h=\"http://xml.publiccommons.ne.jp/pcxml1/html4/\">%s</a>",
			    inner) > 0);
	hs_findings_init(&findings, arena, 10);
	assert_int_equal(
		hs_xml_parse(&(struct hs_xml_text){ text, strlen(text) }, &findings, &doc), HS_OK);
	out = hs_xml_plain(arena, hs_xml_root(doc));
	out = out ? strdup(out) : NULL;
	hs_xml_free(doc);
	hs_arena_destroy(arena);
	free(text);
	return out;
}

static const struct {
	const char *inner, *plain;
} rows[] = {
	{ "", NULL },
	{ " \n\t ", NULL },
	{ "<h:br/>\n<h:ul/>", NULL },
	{ "一行", "一行" },
	{ "一行目\n  二行目\n\n\n\n四行目  \n", "一行目\n二行目\n\n四行目" },
	{ "一<!-- x -->二<![CDATA[<三>]]>&amp;四", "一二<三>&四" },
	{ "前<h:h2>見出し</h:h2>後", "前\n■見出し\n後" },
	{ "一<h:br/>二<h:br/><h:br/>四<h:br/>\n五", "一\n二\n\n四\n五" },
	{ "<h:ul>\n <h:li>一</h:li>\n <h:li>二</h:li>\n</h:ul>", "・一\n・二" },
	{ "<h:ol><h:li>一</h:li><h:li>二<h:ol><h:li>三</h:li></h:ol></h:li><h:li>四</h:li></h:ol>",
		"1. 一\n2. 二\n1. 三\n3. 四" },
	{ "<h:dl><h:dt>時間</h:dt><h:dd>9時</h:dd><h:dt>所</h:dt><h:dd>北</h:dd></h:dl>",
		"時間\n　9時\n所\n　北" },
	{ "<h:a h:href=\"http://a.example/\">ここ</h:a>を見る", "ここ（http://a.example/）を見る" },
	{ "<h:a href=\"http://a.example/\">http://a.example/</h:a>", "http://a.example/" },
	{ "<h:a href=\"http://a.example/\"/>", "（http://a.example/）" },
	{ "<h:a>名前だけ</h:a>", "名前だけ" },
	/* another namespace, none, and elements that nobody knows */
	{ "<p>一</p><x>二</x><h:marquee>三 <b>四</b></h:marquee>", "一\n二三 四" },
	{ "a<h:b> b</h:b>\tc", "a b c" },
	{ "危険\xE2\x80\xAEな\xE2\x80\x8B語", "危険な語" },
};

static void
test_rows(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		char *text = plain_of(rows[i].inner);

		if (!text != !rows[i].plain || (text && strcmp(text, rows[i].plain) != 0))
			print_message("row %zu: %s\n", i, text ? text : "(none)");
		assert_int_equal(text == NULL, rows[i].plain == NULL);
		if (text)
			assert_string_equal(text, rows[i].plain);
		free(text);
	}
	assert_null(hs_xml_plain(NULL, NULL));
}

/* Every character of the texts, in order, is in the result, whatever the markup around it. */
static void
test_nothing_is_lost(void **state)
{
	static const char *const names[] = { "h:h2", "h:br", "h:a", "h:ul", "h:ol", "h:li", "h:dl",
		"h:dt", "h:dd", "x", "p" };

	(void)state;
	for (unsigned seed = 1; seed < 400; seed++) {
		unsigned random = seed * 2654435761u, depth = 0;
		const char *open[8];
		char inner[4096] = "", expected[256] = "", *text, *at;

		for (int step = 0; step < 60; step++) {
			char word[40];

			random = random * 1664525u + 1013904223u;
			if ((random >> 16) % 3 == 0 && depth < HS_COUNT(open)) {
				open[depth] = names[(random >> 20) % HS_COUNT(names)];
				snprintf(word, sizeof(word), "<%s>", open[depth++]);
			} else if ((random >> 16) % 3 == 1 && depth > 0) {
				snprintf(word, sizeof(word), "</%s>", open[--depth]);
			} else {
				snprintf(word, sizeof(word), "%c", 'A' + step % 26);
				strcat(expected, word);
			}
			strcat(inner, word);
		}
		while (depth > 0)
			sprintf(inner + strlen(inner), "</%s>", open[--depth]);
		text = plain_of(inner);
		at = text;
		for (const char *c = expected; *c; c++) {
			at = strchr(at, *c);
			assert_non_null(at);
			at++;
		}
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_nothing_is_lost),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
