/* Documents in Shift_JIS, EUC-JP and ISO-2022-JP: the same notice as in UTF-8, or a refusal that names what is wrong. */
#include <iconv.h>

#include "tests/unit/hub/gate/lalert_kit.h"

#include "hub/gate/xml_doc.h"
#include "hub/gate/xml_legacy.h"

/* A document of bytes below <a>, declared as `name`. */
static void
run_declared(struct run *run, const char *name, const char *bytes, size_t len)
{
	char text[512];
	int head =
		snprintf(text, sizeof(text), "<?xml version=\"1.0\" encoding=\"%s\"?>\n<a>", name);

	memcpy(text + head, bytes, len);
	memcpy(text + head + len, "</a>", 5);
	run_init(run);
	run_bytes(run, text, (size_t)head + len + 4);
}

#define BYTES(text) (text), sizeof(text) - 1

/* The root is unknown to every format; what was read of it is in the tree. */
static const struct {
	const char *name, *bytes;
	size_t len;
	const char *text;
} readable[] = {
	{ "Shift_JIS", BYTES("\x94\xf0\x93\xef"), "避難" },
	{ "shift_jis", BYTES("\x94\xf0\x93\xef"), "避難" },
	{ "Windows-31J", BYTES("\x87\x40\x87\x8a\xfb\xfc\xed\x40"), "①㈱髙纊" },
	{ "SJIS", BYTES("\x87\x40\x87\x8a\xfb\xfc"), "①㈱髙" },
	{ "MS932", BYTES("\xb7\xc0\x93\xef"), "ｷﾀ難" },
	{ "CP932", BYTES("\x88\xea\x92\x9a\x96\xda\x81\x60\x8e\x4f\x92\x9a\x96\xda"),
		"一丁目～三丁目" },
	{ "EUC-JP", BYTES("\xc8\xf2\xc6\xf1"), "避難" },
	{ "EUC-JP", BYTES("\xb0\xec\xc3\xfa\xcc\xdc\xa1\xc1\xbb\xb0\xc3\xfa\xcc\xdc"),
		"一丁目～三丁目" },
	{ "eucJP-win", BYTES("\xad\xa1\x8e\xb7\xc6\xf1"), "①ｷ難" },
	{ "ISO-2022-JP", BYTES("\x1b$B\x48\x72\x46\x71\x1b(B"), "避難" },
	{ "csISO2022JP",
		BYTES("\x1b$B\x30\x6c\x43\x7a\x4c\x5c\x21\x41\x3b\x30\x43\x7a\x4c\x5c\x1b(B"),
		"一丁目～三丁目" },
	{ "ISO-2022-JP", BYTES("\x1b$B\x21\x42\x21\x5d\x21\x71\x21\x72\x22\x4c\x21\x3d\x1b(B"),
		"∥－￠￡￢―" },
	{ "Shift_JIS", BYTES("\x93\xef\x81\x61\x81\x7c\x81\x91\x81\x92\x81\xca\x81\x5c"),
		"難∥－￠￡￢―" },
	{ "Shift_JIS", BYTES("\\~ plain"), "\\~ plain" },
};

static void
test_readable(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(readable); i++) {
		struct run run;
		char *text;

		run_declared(&run, readable[i].name, readable[i].bytes, readable[i].len);
		if (!run.submission.doc) {
			print_message("row %zu\n", i);
			run_print(&run);
		}
		assert_non_null(run.submission.doc);
		text = hs_xml_text(run.arena, hs_xml_root(run.submission.doc));
		assert_string_equal(text, readable[i].text);
		run_end(&run);
	}
}

static const struct {
	const char *name, *bytes;
	size_t len;
	enum hs_finding_code code;
	const char *detail;
} refused[] = {
	{ "Shift_JIS", BYTES("\x94\xf0\x85\x80\x93"), HS_FINDING_ENCODING_BAD,
		"Shift_JIS, byte 0x85" },
	{ "Shift_JIS", BYTES("\x94\xf0\xa0"), HS_FINDING_ENCODING_BAD, "Shift_JIS, byte 0xA0" },
	{ "EUC-JP", BYTES("\xc8\xf2\xc6"), HS_FINDING_ENCODING_BAD, "EUC-JP, byte 0xC6" },
	{ "ISO-2022-JP", BYTES("\x94\xf0"), HS_FINDING_ENCODING_BAD, "ISO-2022-JP, byte 0x94" },
	/* an escape to half-width katakana is none of this encoding */
	{ "ISO-2022-JP", BYTES("\x1b(I\x37\x40\x1b(B"), HS_FINDING_ENCODING_BAD, "ISO-2022-JP" },
	/* no NEC row in ISO-2022-JP */
	{ "ISO-2022-JP", BYTES("\x1b$B\x2d\x21\x1b(B"), HS_FINDING_ENCODING_BAD,
		"ISO-2022-JP, byte 0x2D" },
	/* letters of one machine */
	{ "Windows-31J", BYTES("\x93\xef\xf0\x40"), HS_FINDING_ENCODING_BAD, "外字" },
	{ "EUC-JP", BYTES("\xc6\xf1\xf5\xa1"), HS_FINDING_ENCODING_BAD, "外字" },
	/* one encoding under the name of another */
	{ "Shift_JIS", BYTES("\xe9\x81\xbf\xe9\x9b\xa3"), HS_FINDING_ENCODING_CONTRADICTION,
		"Shift_JIS" },
	{ "EUC-JP", BYTES("\xe9\x81\xbf\xe9\x9b\xa3"), HS_FINDING_ENCODING_CONTRADICTION,
		"EUC-JP" },
	{ "Shift_JIS", BYTES("\xc8\xf2\xc6\xf1"), HS_FINDING_ENCODING_CONTRADICTION, "Shift_JIS" },
	{ "EUC-JP", BYTES("\x94\xf0\x93\xef"), HS_FINDING_ENCODING_BAD, NULL },
	{ "Shift_JIS", BYTES("\x1b$B\x48\x72\x1b(B"), HS_FINDING_ENCODING_BAD, "Shift_JIS" },
	{ "UTF-8", BYTES("\x94\xf0\x93\xef"), HS_FINDING_ENCODING_BAD, NULL },
	{ "Shift_JIS-2004", BYTES("\x94\xf0"), HS_FINDING_ENCODING_UNSUPPORTED, "Shift_JIS-2004" },
	{ "UTF-16", BYTES("a"), HS_FINDING_ENCODING_CONTRADICTION, "UTF-16" },
};

static void
test_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(refused); i++) {
		struct run run;
		const struct hs_finding *first;

		run_declared(&run, refused[i].name, refused[i].bytes, refused[i].len);
		first = hs_findings_first_error(&run.submission.findings);
		if (!first || first->code != refused[i].code) {
			print_message("row %zu\n", i);
			run_print(&run);
		}
		assert_non_null(first);
		assert_int_equal(first->code, refused[i].code);
		if (refused[i].detail)
			assert_string_equal(first->detail, refused[i].detail);
		assert_null(run.submission.doc);
		run_end(&run);
	}
}

/* UTF-8 → another encoding by the test's own use of iconv; the caller frees it. */
static char *
recoded(const char *text, const char *encoding, size_t *len)
{
	iconv_t table = iconv_open(encoding, "UTF-8");
	size_t left = strlen(text), room = left * 2 + 64, space = room;
	char *copy = strdup(text), *out = calloc(1, room), *from = copy, *to = out;

	assert_true(table != (iconv_t)-1 && copy && out);
	assert_int_equal(iconv(table, &from, &left, &to, &space), 0);
	assert_int_equal(iconv(table, NULL, NULL, &to, &space), 0);
	*len = room - space;
	iconv_close(table);
	free(copy);
	return out;
}

/* The whole order gives the same notice and the same content in every encoding; the bytes are kept as they came. */
static void
test_order_in_every_encoding(void **state)
{
	static const struct {
		const char *iconv_name, *declared;
	} rows[] = { { "CP932", "Windows-31J" }, { "CP932", "Shift_JIS" },
		{ "EUC-JP-MS", "EUC-JP" }, { "ISO-2022-JP", "ISO-2022-JP" } };
	struct run plain;

	(void)state;
	run_text(&plain, sample_order);
	assert_accepted(&plain);
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct run run;
		char declaration[64];
		char *text, *bytes;
		size_t len;
		const hs_notice *notice;

		snprintf(declaration, sizeof(declaration), "encoding=\"%s\"", rows[i].declared);
		text = replaced(sample_order, "encoding=\"UTF-8\"", declaration);
		bytes = recoded(text, rows[i].iconv_name, &len);
		run_init(&run);
		run_bytes(&run, bytes, len);
		assert_accepted(&run);
		notice = run.submission.notice;
		assert_string_equal(
			notice->texts[0]->headline, plain.submission.notice->texts[0]->headline);
		assert_string_equal(
			notice->evacuation->details[0]->areas[0]->area->name, "北町一丁目");
		assert_memory_equal(run.submission.content_sha256, plain.submission.content_sha256,
			HS_SHA256_BYTES);
		assert_int_equal(notice->original->len_bytes, len);
		run_end(&run);
		free(bytes);
		free(text);
	}
	run_end(&plain);
}

/* A document that is cut or has one byte changed is read as what it says or refused, and never read as UTF-8. */
static void
test_cut_and_changed(void **state)
{
	char *text = replaced(sample_order, "encoding=\"UTF-8\"", "encoding=\"Shift_JIS\"");
	size_t len;
	char *bytes = recoded(text, "CP932", &len);

	(void)state;
	for (size_t i = 0; i < len; i += 7) {
		struct run run;
		char kept = bytes[i];

		run_init(&run);
		run_bytes(&run, bytes, i);
		assert_int_not_equal(run.err, HS_OK);
		run_end(&run);
		bytes[i] = (char)(kept ^ 0x80);
		run_init(&run);
		run_bytes(&run, bytes, len);
		assert_true((run.err == HS_OK) == (run.submission.findings.errors == 0));
		if (run.submission.doc)
			assert_int_equal(hs_utf8_valid_bytes(run.submission.text.bytes,
						 run.submission.text.len_bytes),
				run.submission.text.len_bytes);
		run_end(&run);
		bytes[i] = kept;
	}
	free(bytes);
	free(text);
}

static void
test_names(void **state)
{
	(void)state;
	assert_true(hs_xml_is_legacy("sHIFT_jis"));
	assert_true(hs_xml_is_legacy("CSWINDOWS31J"));
	assert_false(hs_xml_is_legacy("UTF-8"));
	assert_false(hs_xml_is_legacy(""));
	assert_false(hs_xml_is_legacy("Shift_JIS//TRANSLIT"));
	assert_false(hs_xml_is_legacy("EUC-KR"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_readable),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_order_in_every_encoding),
		cmocka_unit_test(test_cut_and_changed),
		cmocka_unit_test(test_names),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
