/* Categories without a public body, areas of every category, an envelope around a report of the weather agency. */
#include "tests/unit/hub/gate/lalert_kit.h"

#include "schemas/lalert_tables.h"

#define RAIN                               \
	"<r:Rainfall xmlns:r=\"" KIT_BODY( \
		"rainfall4") "\"><r:Station r:code=\"1\">12</r:Station></r:Rainfall>"

static const struct kit opaque = { .category = "Rainfall", .body = RAIN };

/* Envelope, Head and headline are used; the body is not looked into. */
static void
test_every_category_without_public_body(void **state)
{
	size_t count, seen = 0;
	const struct hs_lalert_category *rows = hs_lalert_category_rows(&count);

	(void)state;
	for (size_t i = 0; i < count; i++) {
		struct kit kit = opaque;
		struct run run;
		const hs_notice *notice;

		if (rows[i].body[0])
			continue;
		kit.category = rows[i].category;
		notice = kit_accept(&run, &kit);
		assert_warnings(&run, "");
		assert_int_equal(notice->kind, rows[i].kind);
		assert_string_equal(notice->kind_text, rows[i].category);
		assert_int_equal(notice->detail_case, HANSHO__V1__NOTICE__DETAIL__NOT_SET);
		assert_string_equal(notice->texts[0]->headline, "見出し");
		assert_string_equal(notice->texts[0]->body, "");
		assert_string_equal(notice->areas[0]->code, "990019");
		assert_string_equal(notice->areas[0]->name, "架空市");
		assert_string_equal(notice->document->id, "kit-1");
		assert_null(notice->level);
		assert_null(notice->equivalent_level);
		assert_non_null(notice->times->reported);
		assert_int_equal(notice->original->len_bytes, run.submission.len_bytes);
		run_end(&run);
		seen++;
	}
	assert_int_equal(seen, 7);
}

static void
test_categories_that_are_not_in_the_table(void **state)
{
	static const char *const words[] = { "Picnic", "潮位情報", "EvacuationOrders" };
	struct kit kit = opaque;

	(void)state;
	for (size_t i = 0; i < HS_COUNT(words); i++) {
		struct run run;
		const hs_notice *notice;

		kit.category = words[i];
		kit.headline = "";
		notice = kit_accept(&run, &kit);
		assert_warnings(&run, "unknown_category");
		assert_true(hs_notice_has_flag(notice, "unknown_category"));
		assert_int_equal(notice->kind, HS_KIND(OTHER));
		assert_string_equal(notice->kind_text, words[i]);
		assert_string_equal(notice->texts[0]->headline, "表題");
		run_end(&run);
	}
}

static void
test_spelling_of_categories(void **state)
{
	struct kit kit = opaque;
	struct run run;

	(void)state;
	kit.category = "RainFall";
	assert_int_equal(kit_accept(&run, &kit)->kind, HS_KIND(RAINFALL));
	assert_warnings(&run, "");
	run_end(&run);
	kit.category = "\n waterlevel ";
	assert_int_equal(kit_accept(&run, &kit)->kind, HS_KIND(WATER_LEVEL));
	run_end(&run);
}

/* A headline that nobody wrote is place and name of the information. */
static void
test_headline_of_nothing(void **state)
{
	char *text =
		kit_document(&(struct kit){ .category = "WaterLevel", .headline = "", .body = "" });
	char *bare = replaced(text, "<pcx_cns_i3:Title>表題</pcx_cns_i3:Title>", "");
	struct run run;

	(void)state;
	run_text(&run, bare);
	assert_accepted(&run);
	assert_string_equal(run.submission.notice->texts[0]->headline, "架空市 河川水位");
	run_end(&run);
	free(bare);
	free(text);
}

/* The reason of a cancel is told, and nothing of a body that was not looked into. */
static void
test_cancel_without_public_body(void **state)
{
	struct kit kit = opaque;
	struct run run;

	(void)state;
	kit.type = "Cancel";
	kit.errata = "誤って送信しました。";
	assert_int_equal(kit_accept(&run, &kit)->action, HS_ACTION(CANCEL));
	assert_string_equal(
		run.submission.notice->texts[0]->body, "取消の理由：誤って送信しました。");
	run_end(&run);
}

/* What a document without a proper target is for; "": refused. */
static void
test_areas(void **state)
{
#define AREA(name, code) \
	"<pcx_cns_i3:Area><c:areaName>" name "</c:areaName>" code "</pcx_cns_i3:Area>"
#define CODE(code) "<c:jisX0402>" code "</c:jisX0402>"
	static const struct {
		const char *target, *headline, *office;
		const char *areas; /* "code name, …" */
		const char *warnings;
	} rows[] = {
		{ "<c:targetArea><c:areaName>架空市</c:areaName>" CODE("990019") "</c:targetArea>",
			"", "990027", "990019 架空市", "proxy_entry" },
		{ "<c:targetArea>" CODE("990019") "</c:targetArea><c:targetArea>" CODE(
			  "990027") "</c:targetArea>",
			AREA("架空市", CODE("990019")), "990019", "990019 架空市, 990027 想定市",
			"" },
		/* a wrong check digit is mended */
		{ "<c:targetArea>" CODE("99001X") "</c:targetArea>", "", "990019", "990019 架空市",
			"check_digit" },
		/* the headline's codes when the envelope has none */
		{ "<c:targetArea><c:areaName>北町</c:areaName></c:targetArea>",
			AREA("架空市", CODE("990019")) AREA("想定市", CODE("990027")), "990019",
			"990019 架空市, 990027 想定市", "" },
		/* a name beside one code lies there; beside several nobody knows where */
		{ "<c:targetArea><c:areaName>北町</c:areaName></c:targetArea><c:targetArea>" CODE(
			  "990027") "</c:targetArea>",
			"", "990019", "990027 想定市, 990027 北町", "area_fallback" },
		{ "<c:targetArea><c:areaName>北町</c:areaName></c:targetArea><c:targetArea>" CODE(
			  "990027") "</c:targetArea><c:targetArea>" CODE("990019") "</"
										   "c:targetArea>",
			"", "990019", "990027 想定市, 990019 架空市", "" },
		/* then the office, with the names as they stand */
		{ "<c:targetArea><c:areaName>北町、南町</c:areaName></c:targetArea>",
			AREA("北町", ""), "990027", "990027 北町, 990027 南町",
			"area_fallback area_fallback proxy_entry" },
		{ "<c:targetArea><c:areaName> , </c:areaName></c:targetArea>", "", "990019",
			"990019 架空市", "area_fallback" },
		{ "", "", "990019", "990019 架空市", "area_fallback" },
		/* nobody knows where: refused, never widened */
		{ "<c:targetArea><c:areaName>全国</c:areaName></c:targetArea>", "", "000000", "",
			"" },
		{ "", "", "", "", "" },
	};
#undef AREA
#undef CODE

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		struct kit kit = opaque;
		struct run run;
		char said[256] = "";

		kit.target = rows[i].target;
		kit.areas = rows[i].headline;
		kit.office = rows[i].office;
		kit_run(&run, &kit);
		if (rows[i].areas[0] == '\0') {
			assert_int_not_equal(run.err, HS_OK);
			assert_non_null(found(&run, HS_FINDING_AREA_MISSING));
			run_end(&run);
			continue;
		}
		assert_accepted(&run);
		for (size_t k = 0; k < run.submission.notice->n_areas; k++) {
			const hs_area *area = run.submission.notice->areas[k];

			snprintf(said + strlen(said), sizeof(said) - strlen(said), "%s%s %s",
				k ? ", " : "", area->code, area->name);
		}
		assert_string_equal(said, rows[i].areas);
		assert_warnings(&run, rows[i].warnings);
		run_end(&run);
	}
}

/* Every area is the sender's own, in every category. */
static void
test_foreign_areas(void **state)
{
	static const struct {
		const char *code;
		enum hs_finding_code finding;
	} rows[] = { { "990035", HS_FINDING_AREA_FOREIGN }, { "131016", HS_FINDING_AREA_FOREIGN },
		{ "990001", HS_FINDING_AREA_AROUND } };

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		char *text = kit_document(&opaque);
		char *wrong = replaced(text, "990019</c:jisX0402>", "990027</c:jisX0402>");
		char *target = NULL, *foreign;

		assert_true(asprintf(&target, "%s</c:jisX0402>", rows[i].code) > 0);
		foreign = replaced(wrong, "990027</c:jisX0402>", target);
		assert_refused(foreign, rows[i].finding);
		free(foreign);
		free(target);
		free(wrong);
		free(text);
	}
}

/* The same content twice is the same; another body that is not looked into is another content. */
static void
test_opaque_body_is_part_of_the_content(void **state)
{
	char *text = kit_document(&opaque);
	char *other = replaced(text, ">12<", ">13<");
	struct run first, second;

	(void)state;
	run_text(&first, text);
	run_text(&second, other);
	assert_accepted(&first);
	assert_accepted(&second);
	assert_memory_not_equal(
		first.submission.content_sha256, second.submission.content_sha256, HS_SHA256_BYTES);
	run_end(&first);
	run_end(&second);
	free(other);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_category_without_public_body),
		cmocka_unit_test(test_categories_that_are_not_in_the_table),
		cmocka_unit_test(test_spelling_of_categories),
		cmocka_unit_test(test_headline_of_nothing),
		cmocka_unit_test(test_cancel_without_public_body),
		cmocka_unit_test(test_areas),
		cmocka_unit_test(test_foreign_areas),
		cmocka_unit_test(test_opaque_body_is_part_of_the_content),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
