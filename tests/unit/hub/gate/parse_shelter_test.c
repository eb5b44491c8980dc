#include "tests/unit/hub/gate/lalert_kit.h"

#include "schemas/lalert_tables.h"

/* clang-format off */
#define SHELTER_OPEN \
	"<b:Shelter xmlns:b=\"" KIT_BODY("shelter3") "\" xmlns:e=\"http://xml.publiccommons.ne.jp/pcxml1/elementBasis2/\">"
#define FULL SHELTER_OPEN \
	"<e:Disaster><e:DisasterName>訓練災害</e:DisasterName></e:Disaster><b:ComplementaryInfo>ペット可</b:ComplementaryInfo>" \
	"<b:TotalNumber><b:HouseholdsVoluntary>2</b:HouseholdsVoluntary><b:Households b:unit=\"世帯\">1,200</b:Households><b:HeadCount>3000</b:HeadCount><b:HeadCountVoluntary>0</b:HeadCountVoluntary></b:TotalNumber>" \
	"<b:TotalNumberOfShelter b:unit=\"箇所\">2</b:TotalNumberOfShelter><b:Informations>" \
	"<b:Information><b:Sort>開設</b:Sort><b:Location><d:circle>30.001,139.001 0</d:circle><c:areaName>北小学校<!-- 体育館 --></c:areaName><c:areaNameKana>きたしょうがっこう</c:areaNameKana>" \
	"<b:Address>架空市北町一丁目1-1</b:Address><e:ContactInfo e:contactType=\"phone\">03-0000-0000</e:ContactInfo><e:ContactInfo e:contactType=\"fax\"/></b:Location>" \
	"<b:TypeDetail>指定</b:TypeDetail><b:Type>避難所</b:Type><b:DateTime>2026-07-01T18:00:00+09:00</b:DateTime><b:Capacity>400</b:Capacity><b:Status>空き</b:Status>" \
	"<b:NumberOf><b:HeadCount>0</b:HeadCount><b:Households/><b:HeadCountVoluntary>5</b:HeadCountVoluntary><b:HouseholdsVoluntary>3</b:HouseholdsVoluntary></b:NumberOf><b:CheckedDateTime>2026-07-01T18:30:00+09:00</b:CheckedDateTime></b:Information>" \
	"<b:Information><e:Location><d:circle/><c:areaName>南公民館</c:areaName><c:jisX0402>990027</c:jisX0402></e:Location><b:Sort>閉鎖</b:Sort><b:Status/></b:Information>" \
	"</b:Informations></b:Shelter>"
/* clang-format on */

static const struct kit full = { .category = "Shelter", .body = FULL };

static void
test_every_field(void **state)
{
	struct run run;
	const hs_notice *notice = kit_accept(&run, &full);
	const Hansho__V1__Shelter *own = notice->shelter;
	const Hansho__V1__Shelter__Item *item = own->items[0];

	(void)state;
	assert_warnings(&run, "");
	assert_int_equal(notice->kind, HS_KIND(SHELTER));
	assert_int_equal(notice->action, HS_ACTION(ISSUE));
	assert_string_equal(own->disaster_name, "訓練災害");
	assert_string_equal(own->complement, "ペット可");
	assert_int_equal(own->households->value, 1200);
	assert_string_equal(own->households->unit, "世帯");
	assert_int_equal(own->people->value, 3000);
	assert_int_equal(own->people_voluntary->value, 0);
	assert_int_equal(own->households_voluntary->value, 2);
	assert_int_equal(own->shelters->value, 2);
	assert_string_equal(own->shelters->unit, "箇所");
	assert_int_equal(own->n_items, 2);
	assert_string_equal(item->name, "北小学校");
	assert_string_equal(item->kana, "きたしょうがっこう");
	assert_string_equal(item->address, "架空市北町一丁目1-1");
	assert_true(item->position->latitude > 30.0009 && item->position->latitude < 30.0011);
	assert_true(item->position->longitude > 139.0009 && item->position->longitude < 139.0011);
	assert_string_equal(item->type, "避難所");
	assert_string_equal(item->type_detail, "指定");
	assert_string_equal(item->sort, "開設");
	assert_string_equal(item->status, "空き");
	assert_int_equal(item->changed->unix_us, 1782896400000000LL);
	assert_int_equal(item->checked->unix_us, 1782898200000000LL);
	assert_int_equal(item->capacity->value, 400);
	assert_int_equal(item->people->value, 0);
	assert_null(item->households); /* an empty element is unknown, not zero */
	assert_int_equal(item->people_voluntary->value, 5);
	assert_int_equal(item->households_voluntary->value, 3);
	assert_int_equal(item->n_contacts, 1);
	assert_string_equal(item->contacts[0]->type, "phone");
	assert_string_equal(item->contacts[0]->value, "03-0000-0000");
	assert_string_equal(item->area->code, "990019");
	assert_string_equal(item->area->name, "架空市");
	assert_null(item->area->geometry);
	item = own->items[1];
	assert_string_equal(item->name, "南公民館");
	assert_string_equal(item->sort, "閉鎖");
	assert_string_equal(item->status, "");
	assert_null(item->people);
	assert_null(item->position);
	assert_string_equal(item->area->code, "990027");
	run_end(&run);
}

static void
test_texts_and_areas(void **state)
{
	struct run run;
	struct kit kit = full;
	const hs_notice *notice;

	(void)state;
	kit.headline = "";
	kit.body = FULL;
	notice = kit_accept(&run, &kit);
	assert_string_equal(notice->texts[0]->headline, "表題");
	assert_string_equal(notice->texts[0]->body,
		"・北小学校：開設（空き）架空市北町一丁目1-1\n・南公民館：閉鎖\n避難者数：3000人\n"
		"避難世帯数：1200世帯\n災害：訓練災害\nペット可");
	assert_int_equal(notice->n_texts, 1);
	assert_null(notice->level);
	assert_int_equal(notice->n_areas, 2);
	assert_string_equal(notice->areas[1]->code, "990027");
	assert_int_equal(notice->priority, HS_PRIORITY_DRILL);
	run_end(&run);
}

/* Every word of the lists is taken without a word; another one is kept and flagged. */
static void
test_words(void **state)
{
	static const struct {
		const char *list, *element;
	} fields[] = { { "shelter_type", "Type" }, { "shelter_sort", "Sort" },
		{ "shelter_status", "Status" } };
	size_t count, seen = 0;
	const struct hs_lalert_value *rows = hs_lalert_value_rows(&count);

	(void)state;
	for (size_t i = 0; i <= count; i++) {
		for (size_t k = 0; k < HS_COUNT(fields); k++) {
			const char *word = i < count ? rows[i].value : "新設";
			char *body = NULL;
			struct kit kit = { .category = "shelter" };
			struct run run;

			if (i < count && strcmp(rows[i].list, fields[k].list) != 0)
				continue;
			assert_true(asprintf(&body,
					    SHELTER_OPEN "<b:Informations><b:Information><e:"
							 "Location><c:areaName>北小"
							 "</c:areaName></e:Location>%s<b:%s>%s</"
							 "b:%s></b:Information>"
							 "</b:Informations></b:Shelter>",
					    k == 1 ? "" : "<b:Sort>開設</b:Sort>",
					    fields[k].element, word, fields[k].element) > 0);
			kit.body = body;
			(void)kit_accept(&run, &kit);
			assert_warnings(&run, i < count ? "" : "unknown_value");
			assert_int_equal(hs_notice_has_flag(run.submission.notice, "unknown_value"),
				i == count);
			assert_non_null(
				strstr(k == 0	 ? run.submission.notice->shelter->items[0]->type
					: k == 1 ? run.submission.notice->shelter->items[0]->sort
						 : run.submission.notice->shelter->items[0]->status,
					word));
			run_end(&run);
			free(body);
			seen++;
		}
	}
	assert_int_equal(seen, 4 + 5 + 4 + 3);
}

static void
test_refusals(void **state)
{
	static const struct {
		const char *from, *to;
		enum hs_finding_code code;
	} rows[] = {
		/* what the document is for, and what its headline names, is strict all the same */
		{ "<c:jisX0402>990019</c:jisX0402></c:targetArea>",
			"<c:jisX0402>990035</c:jisX0402></c:targetArea>", HS_FINDING_AREA_FOREIGN },
		{ "<c:jisX0402>990019</c:jisX0402></c:targetArea>",
			"<c:jisX0402>990019</c:jisX0402></c:targetArea><c:targetArea>"
			"<c:jisX0402>990035</c:jisX0402></c:targetArea>",
			HS_FINDING_AREA_FOREIGN },
		{ "<pcx_cns_i3:Areas>",
			"<pcx_cns_i3:Areas><pcx_cns_i3:Area><c:jisX0402>990035</c:jisX0402>"
			"</pcx_cns_i3:Area>",
			HS_FINDING_AREA_FOREIGN },
		{ "<c:jisX0402>990027</c:jisX0402></e:Location>",
			"<c:jisX0402>987654</c:jisX0402></e:Location>", HS_FINDING_AREA_UNKNOWN },
		{ "<c:areaName>南公民館</c:areaName>", "<c:areaName/>",
			HS_FINDING_ELEMENT_MISSING },
		{ "<b:Sort>閉鎖</b:Sort>", "<b:Sort/>", HS_FINDING_ELEMENT_MISSING },
		{ "<b:Sort>閉鎖</b:Sort>", "<b:Sort>閉鎖</b:Sort><b:Sort>開設</b:Sort>",
			HS_FINDING_ELEMENT_REPEATED },
		{ "b:Informations><b:Information>", "b:Informations><b:X>",
			HS_FINDING_NOT_WELL_FORMED },
		{ "body/shelter3", "body/event3", HS_FINDING_BODY_MISMATCH },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		char *text = kit_document(&full);
		char *wrong = replaced_all(text, rows[i].from, rows[i].to);

		assert_refused(wrong, rows[i].code);
		free(wrong);
		free(text);
	}
}

/* 広域避難: a shelter in a town that the sender may not speak for. It is told, and the notice is not for that town. */
static void
test_a_shelter_in_another_town(void **state)
{
	static const char *const targets[] = { NULL, "" };

	(void)state;
	for (size_t i = 0; i < HS_COUNT(targets); i++) {
		struct kit kit = full;
		char *text, *moved;
		const hs_notice *notice;
		struct run run;

		kit.target = targets[i]; /* without one, the office's own place */
		text = kit_document(&kit);
		moved = replaced(text, "<c:jisX0402>990027</c:jisX0402></e:Location>",
			"<c:jisX0402>990035</c:jisX0402></e:Location>");
		run_init(&run);
		run_bytes(&run, moved, strlen(moved));
		assert_accepted(&run);
		notice = run.submission.notice;
		assert_non_null(found(&run, HS_FINDING_SHELTER_OUTSIDE));
		assert_string_equal(found(&run, HS_FINDING_SHELTER_OUTSIDE)->detail, "990035");
		assert_true(hs_notice_has_flag(notice, "shelter_outside"));
		assert_string_equal(notice->shelter->items[1]->area->code, "990035");
		assert_int_equal(notice->n_areas, 1);
		assert_string_equal(notice->areas[0]->code, "990019");
		run_end(&run);
		free(moved);
		free(text);
	}
}

static void
test_lengths(void **state)
{
	static const struct {
		const char *before;
		int count;
	} rows[] = {
		{ "<e:DisasterName>", 401 },
		{ "<b:ComplementaryInfo>", 20001 },
		{ "<b:Information><b:Sort>", 401 },
		{ "<c:areaName>北小", 401 },
		{ "<c:areaNameKana>", 401 },
		{ "<b:Address>", 401 },
		{ "e:contactType=\"phone\">", 401 },
		{ "e:contactType=\"", 401 },
		{ "<b:TypeDetail>", 401 },
		{ "<b:Type>", 401 },
		{ "<b:Status>", 401 },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		char *text = kit_document(&full);
		char *letters = calloc(1, (size_t)rows[i].count * 3 + 64), *longer;

		strcpy(letters, rows[i].before);
		for (int k = 0; k < rows[i].count; k++)
			strcat(letters + strlen(letters), "長");
		longer = replaced(text, rows[i].before, letters);
		assert_refused(longer, HS_FINDING_TOO_LONG);
		free(longer);
		free(letters);
		free(text);
	}
}

static void
test_too_many(void **state)
{
	struct run run;
	char *text = kit_document(&full);

	(void)state;
	run_init(&run);
	run.limits.areas = 1;
	run_bytes(&run, text, strlen(text));
	assert_int_equal(run.err, HS_ERR_REFUSED);
	assert_non_null(found(&run, HS_FINDING_TOO_MANY_AREAS));
	run_end(&run);
	free(text);
}

/* A prefecture may list shelters without saying where each one stands. */
static void
test_of_a_prefecture(void **state)
{
	static const char *areas[] = { "990001" };
	struct kit kit = { .category = "Shelter",
		.office = "990001",
		.target = "<c:targetArea><c:areaName>架空県</c:areaName></c:targetArea>",
		.body = SHELTER_OPEN
		"<b:Informations><b:Information><b:Sort>常設</b:Sort><b:Location><c:areaName>県庁"
		"</c:areaName></b:Location></b:Information></b:Informations></b:Shelter>" };
	char *text = kit_document(&kit);
	struct run run;

	(void)state;
	run_init(&run);
	run.principal.areas = (struct hs_config_texts){ areas, 1 };
	run.principal.code = "990001";
	run_bytes(&run, text, strlen(text));
	assert_accepted(&run);
	assert_warnings(&run, "area_fallback");
	assert_string_equal(run.submission.notice->areas[0]->code, "990001");
	assert_string_equal(run.submission.notice->shelter->items[0]->area->code, "990001");
	run_end(&run);
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_field),
		cmocka_unit_test(test_texts_and_areas),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_a_shelter_in_another_town),
		cmocka_unit_test(test_lengths),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_of_a_prefecture),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
