/* Hostile bytes: refused with a finding that names why, quickly, and never with a crash. */
#include <time.h>

#include "tests/unit/hub/gate/samples.h"

#define ROOT_OPEN  "<e:EDXLDistribution xmlns:e=\"urn:oasis:names:tc:emergency:EDXL:DE:1.0\">"
#define ROOT_CLOSE "</e:EDXLDistribution>"
/* The sanitizers look at the whole haystack of each memmem and memchr. */
#if defined(__SANITIZE_ADDRESS__)
#define HS_CHEAP_MS 5000.0
#elif defined(__SANITIZE_THREAD__)
#define HS_CHEAP_MS 60000.0
#else
#define HS_CHEAP_MS 50.0
#endif

struct hostile {
	const char *name, *text;
	enum hs_finding_code code;
};

static const struct hostile hostiles[] = {
	{ "doctype", "<!DOCTYPE a>" ROOT_OPEN ROOT_CLOSE, HS_FINDING_DOCTYPE },
	{ "doctype behind declaration",
		"<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b \"c\">]><a/>", HS_FINDING_DOCTYPE },
	{ "doctype behind comment", "<!-- x --><!DOCTYPE a><a/>", HS_FINDING_DOCTYPE },
	{ "doctype behind PI", "<?x y?><!DOCTYPE a><a/>", HS_FINDING_DOCTYPE },
	{ "doctype behind BOM", "\xEF\xBB\xBF<!DOCTYPE a><a/>", HS_FINDING_DOCTYPE },
	{ "doctype lower case", "<!doctype a><a/>", HS_FINDING_DOCTYPE },
	{ "doctype inside an element", "<a><!DOCTYPE b></a>", HS_FINDING_DOCTYPE },
	{ "doctype with newline", "<!DOCTYPE\na><a/>", HS_FINDING_DOCTYPE },
	{ "doctype behind spaces", "   \n<!DOCTYPE a><a/>", HS_FINDING_DOCTYPE },
	{ "entity bomb",
		"<!DOCTYPE l [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;\">"
		"<!ENTITY c \"&b;&b;&b;&b;&b;&b;\">]><l>&c;</l>",
		HS_FINDING_DOCTYPE },
	{ "parameter entity", "<!DOCTYPE a [<!ENTITY % p SYSTEM \"http://127.0.0.1/x\">%p;]><a/>",
		HS_FINDING_DOCTYPE },
	{ "external entity", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]><a>&b;</a>",
		HS_FINDING_DOCTYPE },
	{ "external subset", "<!DOCTYPE a SYSTEM \"http://127.0.0.1/a.dtd\"><a/>",
		HS_FINDING_DOCTYPE },
	{ "public id", "<!DOCTYPE a PUBLIC \"-//x\" \"y\"><a/>", HS_FINDING_DOCTYPE },
	{ "entity without doctype", "<!ENTITY a \"b\"><a/>", HS_FINDING_DOCTYPE },
	{ "conditional section", "<![INCLUDE[<a/>]]>", HS_FINDING_DOCTYPE },
	{ "element declaration", "<a><!ELEMENT b ANY></a>", HS_FINDING_DOCTYPE },
	{ "undefined entity", "<a>&b;</a>", HS_FINDING_NOT_WELL_FORMED },
	{ "bad UTF-8", "<a>\xC3(</a>", HS_FINDING_ENCODING_BAD },
	{ "overlong", "<a>\xC0\xAF</a>", HS_FINDING_ENCODING_BAD },
	{ "overlong less-than", "\xC0\xBC!DOCTYPE a>", HS_FINDING_ENCODING_BAD },
	{ "surrogate in UTF-8", "<a>\xED\xA0\x80</a>", HS_FINDING_ENCODING_BAD },
	{ "beyond Unicode", "<a>\xF4\x90\x80\x80</a>", HS_FINDING_ENCODING_BAD },
	{ "cut sequence", "<a>\xE3\x81", HS_FINDING_ENCODING_BAD },
	{ "EBCDIC", "<?xml version=\"1.0\" encoding=\"IBM930\"?><a>\x8C\x50</a>",
		HS_FINDING_ENCODING_UNSUPPORTED },
	{ "Latin-1", "<?xml version='1.0' encoding='ISO-8859-1'?><a/>",
		HS_FINDING_ENCODING_UNSUPPORTED },
	{ "Korean", "<?xml version=\"1.0\" encoding=\"EUC-KR\"?><a/>",
		HS_FINDING_ENCODING_UNSUPPORTED },
	{ "UTF-7", "<?xml version=\"1.0\" encoding=\"UTF-7\"?>+ADwAIQ-DOCTYPE",
		HS_FINDING_ENCODING_UNSUPPORTED },
	{ "BOM against declaration",
		"\xEF\xBB\xBF<?xml version=\"1.0\" encoding=\"Shift_JIS\"?><a/>",
		HS_FINDING_ENCODING_CONTRADICTION },
	{ "declared UTF-16", "<?xml version=\"1.0\" encoding=\"UTF-16\"?><a/>",
		HS_FINDING_ENCODING_CONTRADICTION },
	{ "control character", "<a>\x01</a>", HS_FINDING_NOT_WELL_FORMED },
	{ "reference to NUL", "<a>&#0;</a>", HS_FINDING_NOT_WELL_FORMED },
	{ "open comment", "<a><!-- ", HS_FINDING_NOT_WELL_FORMED },
	{ "open CDATA", "<a><![CDATA[ ]]", HS_FINDING_NOT_WELL_FORMED },
	{ "open PI", "<a><?x ", HS_FINDING_NOT_WELL_FORMED },
	{ "open tag", "<a b=\"c", HS_FINDING_NOT_WELL_FORMED },
	{ "unclosed", "<a><b></a>", HS_FINDING_NOT_WELL_FORMED },
	{ "two roots", "<a/><b/>", HS_FINDING_NOT_WELL_FORMED },
	{ "no root", "   ", HS_FINDING_NOT_WELL_FORMED },
	{ "text only", "hello", HS_FINDING_NOT_WELL_FORMED },
	{ "double attribute", "<a b='1' b='2'/>", HS_FINDING_NOT_WELL_FORMED },
	{ "double attribute by namespace", "<a xmlns:x='u' xmlns:y='u' x:b='1' y:b='2'/>",
		HS_FINDING_NAMESPACE_BAD },
	{ "undeclared prefix", "<x:a/>", HS_FINDING_NAMESPACE_BAD },
	{ "JSON", "{\"a\":1}", HS_FINDING_NOT_WELL_FORMED },
	{ "foreign root", "<html/>", HS_FINDING_ROOT_UNKNOWN },
	{ "root in no namespace", "<EDXLDistribution/>", HS_FINDING_ROOT_UNKNOWN },
	{ "empty envelope", ROOT_OPEN ROOT_CLOSE, HS_FINDING_ELEMENT_MISSING },
	{ "XInclude",
		"<a xmlns:xi=\"http://www.w3.org/2001/XInclude\"><xi:include "
		"href=\"/etc/passwd\"/></a>",
		HS_FINDING_ROOT_UNKNOWN },
};

static void
test_hostile_documents(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(hostiles) / sizeof(hostiles[0]); i++) {
		struct run run;
		const struct hs_finding *first;

		run_text(&run, hostiles[i].text);
		first = hs_findings_first_error(&run.submission.findings);
		if (!first || first->code != hostiles[i].code) {
			print_message("hostile: %s\n", hostiles[i].name);
			run_print(&run);
		}
		assert_non_null(first);
		assert_int_equal(first->code, hostiles[i].code);
		assert_int_not_equal(run.err, HS_OK);
		assert_true(first->place.line > 0);
		run_end(&run);
	}
}

/* The sample in UTF-16; with a BOM it is read, and a DOCTYPE in it is found. */
static size_t
to_utf16(const char *text, bool little, bool bom, uint8_t *out)
{
	size_t used = 0;
	const unsigned char *at = (const unsigned char *)text;
	uint32_t units[2];

	if (bom) {
		out[used++] = little ? 0xFF : 0xFE;
		out[used++] = little ? 0xFE : 0xFF;
	}
	while (*at) {
		uint32_t c = *at++;
		int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC0 ? 1 : 0;

		c &= more == 3 ? 0x07u : more == 2 ? 0x0Fu : more == 1 ? 0x1Fu : 0x7Fu;
		while (more-- > 0)
			c = c << 6 | (*at++ & 0x3F);
		units[0] = c < 0x10000 ? c : 0xD800 + ((c - 0x10000) >> 10);
		units[1] = c < 0x10000 ? 0 : 0xDC00 + ((c - 0x10000) & 0x3FF);
		for (int i = 0; i < 2 && (i == 0 || units[i]); i++) {
			out[used++] = (uint8_t)(little ? units[i] : units[i] >> 8);
			out[used++] = (uint8_t)(little ? units[i] >> 8 : units[i]);
		}
	}
	return used;
}

static void
assert_utf16(const char *text, bool little, bool bom, enum hs_finding_code code, bool accepted)
{
	uint8_t *bytes = malloc(strlen(text) * 2 + 2);
	struct run run;

	assert_non_null(bytes);
	run_init(&run);
	run_bytes(&run, bytes, to_utf16(text, little, bom, bytes));
	if (accepted) {
		assert_accepted(&run);
		assert_string_equal(run.submission.notice->source->name, "架空市");
	} else {
		assert_non_null(found(&run, code));
		assert_int_equal(run.err, HS_ERR_PARSE);
	}
	run_end(&run);
	free(bytes);
}

static void
test_utf16(void **state)
{
	char *declared = replaced(sample_order, "encoding=\"UTF-8\"", "encoding=\"UTF-16\"");
	char *undeclared = replaced(sample_order, " encoding=\"UTF-8\"", "");
	static const char bomb[] = "<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>";

	(void)state;
	for (int little = 0; little < 2; little++) {
		assert_utf16(declared, little, true, HS_FINDING_COUNT, true);
		assert_utf16(undeclared, little, true, HS_FINDING_COUNT, true);
		assert_utf16(sample_order, little, true, HS_FINDING_ENCODING_CONTRADICTION, false);
		assert_utf16(declared, little, false, HS_FINDING_ENCODING_UNSUPPORTED, false);
		assert_utf16(bomb, little, true, HS_FINDING_DOCTYPE, false);
		assert_utf16(bomb, little, false, HS_FINDING_ENCODING_UNSUPPORTED, false);
	}
	free(declared);
	free(undeclared);
}

static void
test_utf16_broken(void **state)
{
	static const uint8_t odd[] = { 0xFF, 0xFE, '<', 0, 'a', 0, '/', 0, '>' };
	static const uint8_t lone[] = { 0xFF, 0xFE, '<', 0, 0x00, 0xD8, 'a', 0 };
	static const uint8_t nul[] = { 0xFE, 0xFF, 0, '<', 0, 0, 0, 'a' };
	static const uint8_t plain_nul[] = { '<', 'a', '>', 'b', 0, 'c', '<', '/', 'a', '>' };
	struct run run;

	(void)state;
	run_init(&run);
	run_bytes(&run, odd, sizeof(odd));
	assert_non_null(found(&run, HS_FINDING_ENCODING_BAD));
	run_end(&run);
	run_bytes(&run, lone, sizeof(lone));
	assert_non_null(found(&run, HS_FINDING_ENCODING_BAD));
	run_end(&run);
	run_bytes(&run, nul, sizeof(nul));
	assert_non_null(found(&run, HS_FINDING_NUL_BYTE));
	run_end(&run);
	run_bytes(&run, plain_nul, sizeof(plain_nul));
	assert_non_null(found(&run, HS_FINDING_NUL_BYTE));
	run_end(&run);
	run_bytes(&run, "", 0);
	assert_non_null(found(&run, HS_FINDING_BODY_EMPTY));
	run_end(&run);
}

/* A DOCTYPE that is only text is no DOCTYPE. */
static void
test_harmless_words_are_accepted(void **state)
{
	static const char *const texts[] = { "<![CDATA[<!DOCTYPE a>]]>", "<!-- <!DOCTYPE a> -->",
		"<?p <!DOCTYPE a> ?>", "&lt;!DOCTYPE a&gt;", "<![CDATA[\x09<!ENTITY b 'c'>]]>" };

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		char *inside =
			spliced("<ev:ComplementaryInfo></ev:ComplementaryInfo>", 22, 0, texts[i]);
		char *text = replaced(sample_order, "<ev:ComplementaryInfo/>", inside);
		struct run run;

		run_text(&run, text);
		assert_accepted(&run);
		run_end(&run);
		free(inside);
		free(text);
	}
}

/* ---- limits: at the limit and one above ---- */

/* count copies of unit between open and close */
static char *
repeated(const char *open, const char *unit, size_t count, const char *close)
{
	size_t len = strlen(unit);
	char *out = malloc(strlen(open) + len * count + strlen(close) + 1);
	char *at;

	assert_non_null(out);
	at = stpcpy(out, open);
	for (size_t i = 0; i < count; i++)
		at = stpcpy(at, unit);
	stpcpy(at, close);
	return out;
}

static void
assert_limit(char *text, enum hs_finding_code code, bool over)
{
	struct run run;

	run_text(&run, text);
	assert_int_not_equal(run.err, HS_OK);
	assert_int_equal(found(&run, code) != NULL, over);
	if (!over)
		assert_non_null(found(&run, HS_FINDING_ROOT_UNKNOWN));
	run_end(&run);
	free(text);
}

static void
test_limits(void **state)
{
	(void)state;
	for (size_t over = 0; over < 2; over++) {
		char *deep = repeated("", "<a>", 32 + over, "");
		char *document = repeated(deep, "</a>", 32 + over, "");

		free(deep);
		assert_limit(document, HS_FINDING_TOO_DEEP, over);
		assert_limit(repeated("<a b='", "x", 16384 - 9 + over, "'/>"),
			HS_FINDING_TAG_TOO_LARGE, over);
		assert_limit(repeated("<a>", "<b/>", 49999 + over, "</a>"),
			HS_FINDING_TOO_MANY_ELEMENTS, over);
		assert_limit(repeated("<a>", "x", (1 << 20) - 7 + over, "</a>"),
			HS_FINDING_BODY_TOO_LARGE, over);
	}
}

static void
test_attribute_limit(void **state)
{
	char text[2048];

	(void)state;
	for (int count = 32; count <= 33; count++) {
		int used = snprintf(text, sizeof(text), "<a");

		for (int i = 0; i < count; i++)
			used += snprintf(text + used, sizeof(text) - (size_t)used, " b%d='='", i);
		snprintf(text + used, sizeof(text) - (size_t)used, "/>");
		assert_limit(strdup(text), HS_FINDING_TOO_MANY_ATTRIBUTES, count > 32);
	}
}

/* Of this thread's own work: a busy machine must not fail the test. */
static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* What costs a parser seconds costs us less than 50 ms. */
static void
test_expensive_documents_are_cheap(void **state)
{
	char *texts[5];
	struct run run;

	(void)state;
	texts[0] = repeated("<a", " b='c'", 100000, "/>");
	texts[1] = repeated("", "<a>", 10000, "");
	texts[2] = repeated("<", "a", 1000000, "/>");
	texts[3] = repeated("<a b='", "x", 1000000, "'/>");
	texts[4] = repeated("<a>", "<!---->", 140000, "</a>");
	for (size_t i = 0; i < 5; i++) {
		double best = 1e9;

		for (int attempt = 0; attempt < 3; attempt++) {
			double from = now_ms();

			run_text(&run, texts[i]);
			assert_int_not_equal(run.err, HS_OK);
			run_end(&run);
			from = now_ms() - from;
			best = from < best ? from : best;
		}
		if (best >= HS_CHEAP_MS)
			print_message("document %zu took %.1f ms\n", i, best);
		assert_true(best < HS_CHEAP_MS);
		free(texts[i]);
	}
}

/* ---- cut and changed documents ---- */

static void
test_cut_at_every_byte(void **state)
{
	size_t len = strlen(sample_order);

	(void)state;
	/* Behind the last '>' stands only a newline. */
	for (size_t cut = 0; cut + 2 < len; cut++) {
		char *copy = malloc(cut ? cut : 1);
		struct run run;

		assert_non_null(copy);
		memcpy(copy, sample_order, cut);
		run_init(&run);
		run_bytes(&run, copy, cut);
		assert_int_not_equal(run.err, HS_OK);
		assert_true(run.submission.findings.count > 0);
		run_end(&run);
		free(copy);
	}
}

static void
test_changed_bytes(void **state)
{
	static const unsigned char values[] = { 0x00, '<', '>', '&', '"', 0xFF, ' ', 0xE3 };
	size_t len = strlen(sample_order);
	char *copy = strdup(sample_order);
	size_t accepted = 0;

	(void)state;
	assert_non_null(copy);
	for (size_t at = 0; at < len; at++) {
		struct run run;
		char old = copy[at];

		copy[at] = (char)values[at % sizeof(values)];
		run_init(&run);
		run_bytes(&run, copy, len);
		accepted += run.err == HS_OK;
		if (run.err != HS_OK)
			assert_true(run.submission.findings.errors > 0);
		run_end(&run);
		copy[at] = old;
	}
	/* Changes within texts are no errors, most others are. */
	assert_true(accepted > 0 && accepted < len / 2);
	free(copy);
}

/* An arena that is too small gives one clear answer and never a notice with parts missing. */
static void
test_small_arena(void **state)
{
	size_t refused = 0;

	(void)state;
	for (size_t room = 2000; room < 60000; room += 500) {
		struct hs_arena *arena = hs_arena_create(room);
		struct hs_submission submission;
		enum hs_err err;

		hs_submission_begin(&submission, arena, &hs_gate_limits_default);
		submission.principal = &sample_principal;
		submission.bytes = (const uint8_t *)sample_order;
		submission.len_bytes = strlen(sample_order);
		submission.mode = HS_MODE(DRILL);
		submission.received_unix_us = SAMPLE_RECEIVED_US;
		err = hs_pipeline_run(&submission, NULL);
		if (err == HS_OK) {
			assert_int_equal(submission.notice->evacuation->n_details, 2);
		} else {
			assert_int_equal(err, HS_ERR_NOMEM);
			assert_int_equal(hs_findings_http(&submission.findings), 503);
			refused++;
		}
		hs_submission_end(&submission);
		hs_arena_destroy(arena);
	}
	assert_true(refused > 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hostile_documents),
		cmocka_unit_test(test_utf16),
		cmocka_unit_test(test_utf16_broken),
		cmocka_unit_test(test_harmless_words_are_accepted),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_attribute_limit),
		cmocka_unit_test(test_expensive_documents_are_cheap),
		cmocka_unit_test(test_cut_at_every_byte),
		cmocka_unit_test(test_changed_bytes),
		cmocka_unit_test(test_small_arena),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
