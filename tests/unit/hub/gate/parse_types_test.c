/* Headquarters, damage, notices, events and mails: every field, and what is refused. */
#include "tests/unit/hub/gate/lalert_bodies.h"

static void
test_headquarters(void **state)
{
	struct run run;
	const hs_notice *notice = kit_accept(&run, &headquarters);
	const Hansho__V1__Headquarters *own = notice->headquarters;

	(void)state;
	assert_warnings(&run, "");
	assert_int_equal(notice->kind, HS_KIND(HEADQUARTERS));
	assert_string_equal(own->disaster_name, "訓練災害");
	assert_string_equal(own->type, "対策本部");
	assert_string_equal(own->status, "設置");
	assert_string_equal(own->name, "架空市災害対策本部");
	assert_int_equal(own->changed->unix_us, 1782899400000000LL);
	assert_string_equal(own->complement, "本庁舎3階");
	assert_string_equal(notice->texts[0]->headline, "表題");
	assert_string_equal(notice->texts[0]->body,
		"架空市災害対策本部 "
		"設置\n日時：2026-07-01T18:50:00+09:00\n災害：訓練災害\n本庁舎3階");
	run_end(&run);
}

static void
assert_item(const Hansho__V1__Damage *own, size_t at, const char *group, const char *type,
	const char *value, const char *unit)
{
	assert_true(at < own->n_items);
	assert_string_equal(own->items[at]->group, group);
	assert_string_equal(own->items[at]->type, type);
	assert_string_equal(own->items[at]->value, value);
	assert_string_equal(own->items[at]->unit, unit);
}

static void
test_damage(void **state)
{
	struct run run;
	const hs_notice *notice = kit_accept(&run, &damage);
	const Hansho__V1__Damage *own = notice->damage;

	(void)state;
	assert_warnings(&run, "");
	assert_int_equal(notice->kind, HS_KIND(DAMAGE));
	assert_string_equal(own->disaster_name, "訓練災害");
	assert_string_equal(own->complement, "調査中");
	assert_int_equal(own->n_items, 13);
	assert_item(own, 0, "human", "死者", "0", "人"); /* blank was left out, 0 was sent */
	assert_item(own, 1, "human", "負傷者_軽傷", "12", "");
	assert_item(own, 2, "house", "床上浸水", "1,203", "棟");
	assert_item(own, 3, "building", "公共建物", "1", "棟");
	assert_item(own, 4, "other", "田_冠水", "1.5", "ha");
	assert_item(own, 5, "sufferer", "り災者数", "7", "人");
	assert_item(own, 6, "fire", "危険物", "2", "件");
	assert_item(own, 7, "facilities_loss", "公共土木施設", "300", "千円");
	assert_item(own, 8, "facilities_loss", "TotalLosses", "301", "千円");
	assert_item(own, 9, "other_loss", "農業被害", "400", "千円");
	assert_item(own, 10, "loss", "TotalLosses", "701", "千円");
	assert_item(own, 11, "firefighter", "TurnoutFireStation", "10", "");
	assert_item(own, 12, "firefighter", "TurnoutFireCompany", "20", "");
	assert_non_null(strstr(notice->texts[0]->body, "・床上浸水：1,203棟\n"));
	run_end(&run);
}

/* A group that is not in the tables and a value that is no number are kept as sent. */
static void
test_damage_of_tomorrow(void **state)
{
	struct kit kit = damage;
	struct run run;
	const hs_notice *notice;

	(void)state;
	kit.body = DAMAGE_OPEN
		"<SkyDamages><SkyDamage skyDamageType=\"雲\">約3</SkyDamage></SkyDamages>"
		"<HumanDamages><HumanDamage humanDamageType=\"不詳\">1</HumanDamage>"
		"</HumanDamages></DamageInformation>";
	notice = kit_accept(&run, &kit);
	assert_warnings(&run, "unknown_value count_bad unknown_value");
	assert_item(notice->damage, 0, "SkyDamages", "SkyDamage", "約3", "");
	assert_item(notice->damage, 1, "human", "不詳", "1", "");
	assert_true(hs_notice_has_flag(notice, "unknown_value"));
	run_end(&run);
}

static void
test_general(void **state)
{
	struct run run;
	const hs_notice *notice = kit_accept(&run, &general);
	const Hansho__V1__GeneralNotice *own = notice->notice;

	(void)state;
	assert_warnings(&run, "");
	assert_int_equal(notice->kind, HS_KIND(NOTICE));
	assert_string_equal(own->disaster_type, "Disaster");
	assert_string_equal(own->disaster_name, "訓練災害");
	assert_string_equal(own->category, "ライフライン");
	assert_string_equal(own->sub_category, "給水");
	assert_string_equal(own->title, "給水のお知らせ");
	assert_string_equal(own->url, "http://kakuu.example/");
	assert_int_equal(own->n_attachments, 1);
	assert_string_equal(own->attachments[0]->uri, "http://kakuu.example/a.pdf");
	assert_string_equal(own->attachments[0]->mime_type, "application/pdf");
	assert_string_equal(own->attachments[0]->media_type, "Pdf");
	assert_string_equal(own->attachments[0]->caption, "地図");
	assert_string_equal(notice->texts[0]->headline, "見出し");
	assert_string_equal(notice->texts[0]->body,
		"■給水所\n・北小学校\n・南公民館 (午後)\n容器を持参してください。\n"
		"詳しくは市のページ（http://kakuu.example/w）へ。\n1. 並ぶ\n2. 受け取る\n"
		"時間\n　9時から\n残り & わずか<生>");
	run_end(&run);
}

static void
test_event(void **state)
{
	struct run run;
	const hs_notice *notice = kit_accept(&run, &event);
	const Hansho__V1__Event *own = notice->event;

	(void)state;
	assert_warnings(&run, "area_fallback area_fallback area_fallback");
	assert_int_equal(notice->kind, HS_KIND(EVENT));
	assert_string_equal(own->name, "防災フェア");
	assert_null(own->from); /* a date is no moment */
	assert_string_equal(own->from_text, "2026-07-20");
	assert_int_equal(own->to->unix_us, 1784620800000000LL);
	assert_string_equal(own->to_text, "");
	assert_string_equal(own->duration, "2日間");
	assert_string_equal(own->fee, "無料");
	assert_string_equal(own->url, "http://kakuu.example/e");
	assert_int_equal(own->n_attachments, 1);
	assert_string_equal(own->attachments[0]->media_type, "Photo");
	assert_string_equal(notice->texts[0]->body, "一行目\n二行目");
	assert_int_equal(notice->n_areas, 3);
	assert_string_equal(notice->areas[0]->name, "北町");
	assert_string_equal(notice->areas[1]->name, "南町");
	assert_string_equal(notice->areas[2]->name, "港町");
	assert_string_equal(notice->areas[2]->code, "990019");
	assert_true(hs_notice_has_flag(notice, "area_fallback"));
	run_end(&run);
}

static void
test_mail(void **state)
{
	struct run run;
	const hs_notice *notice = kit_accept(&run, &mail);
	const Hansho__V1__UrgentMail *own = notice->urgent_mail;

	(void)state;
	assert_warnings(&run, "");
	assert_int_equal(notice->kind, HS_KIND(URGENT_MAIL));
	assert_int_equal(own->n_carriers, 2);
	assert_string_equal(own->carriers[0], "UMC1");
	assert_string_equal(own->carriers[1], "UMC3");
	assert_string_equal(own->title, "訓練 避難");
	assert_string_equal(own->message, "北町は避難してください。\nこれは訓練です。");
	run_end(&run);
}

/* A changed kit's answer: the codes of its warnings, or the first error. */
static const struct change {
	const struct kit *kit;
	const char *from, *to;
	const char *warnings;
	enum hs_finding_code error;
} changes[] = {
	{ &mail, "<d:value>UMC1</d:value>", "<d:value>UMC9</d:value>", "unknown_value", 0 },
	{ &mail, "urgentmail:carrier<", "urgentmail:colour<", "unknown_value", 0 },
	{ &mail, "<m:Title>訓練 避難</m:Title>", "<m:Title/>", NULL, HS_FINDING_ELEMENT_MISSING },
	{ &mail, "<m:Title>訓練 避難", "<m:Title>訓練 避難 訓練 避難 訓練 避難 長", NULL,
		HS_FINDING_TOO_LONG },
	{ &mail, "Information>", "Informations>", NULL, HS_FINDING_ELEMENT_MISSING },
	{ &headquarters, "<x:Status>設置</x:Status>", "<x:Status/>", NULL,
		HS_FINDING_ELEMENT_MISSING },
	{ &headquarters, "<x:Status>設置", "<x:Status>休憩", "unknown_value", 0 },
	{ &headquarters, "<x:DateTime>2026", "<x:DateTime>令和8", "time_ignored", 0 },
	{ &headquarters, "body/Antidisaster", "body/antidisaster", NULL, HS_FINDING_BODY_MISMATCH },
	{ &general, "<g:SubCategory>給水", "<g:SubCategory>鉄道", "unknown_value", 0 },
	{ &general, "<g:Category>ライフライン", "<g:Category>宇宙", "unknown_value unknown_value",
		0 },
	{ &general, "<g:URI>http://kakuu.example/a.pdf</g:URI>", "", NULL,
		HS_FINDING_ELEMENT_MISSING },
	{ &general, "<h:blink>", "<h:blonk>", NULL, HS_FINDING_NOT_WELL_FORMED },
	{ &event, "<v:Name>防災フェア</v:Name>", "<v:Name/>", NULL, HS_FINDING_ELEMENT_MISSING },
	{ &event, "<v:Fee>無料</v:Fee>", "<v:Fee>無料</v:Fee><v:Fee>有料</v:Fee>", NULL,
		HS_FINDING_ELEMENT_REPEATED },
	/* an order under another name is never taken for something else */
	{ &damage, "</DamageInformation>",
		"</DamageInformation><y:EvacuationOrder xmlns:y=\"" KIT_BODY("evacuation4") "\"/>",
		NULL, HS_FINDING_BODY_MISMATCH },
	{ &damage, "<c:category>DamageInformation", "<c:category>Event", NULL,
		HS_FINDING_BODY_MISMATCH },
};

static void
test_changes(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(changes); i++) {
		char *text = kit_document(changes[i].kit);
		char *changed = replaced_all(text, changes[i].from, changes[i].to);
		struct run run;

		if (strcmp(text, changed) == 0)
			print_message("row %zu changes nothing\n", i);
		assert_string_not_equal(text, changed);
		if (!changes[i].warnings) {
			assert_refused(changed, changes[i].error);
		} else {
			run_text(&run, changed);
			assert_accepted(&run);
			assert_warnings(&run, changes[i].warnings);
			run_end(&run);
		}
		free(changed);
		free(text);
	}
}

/* An empty description is filled with what the fields say; nothing is made up. */
static void
test_texts_from_the_content(void **state)
{
	static const struct {
		const struct kit *kit;
		const char *from, *to, *body;
	} rows[] = {
		{ &event, "一行目\n二行目", "",
			"防災フェア\n開始：2026-07-20\n終了：2026-07-21T17:00:00+09:"
			"00\n期間：2日間\n"
			"料金：無料\nhttp://kakuu.example/e" },
		{ &mail, "<m:Title>訓練 避難", "<m:Title>訓練",
			"訓練\n北町は避難してください。\nこれは訓練です。" },
		{ &headquarters, "<x:Name>架空市災害対策本部</x:Name>", "",
			"対策本部 "
			"設置\n日時：2026-07-01T18:50:00+09:00\n災害：訓練災害\n本庁舎3階" },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		char *text = kit_document(rows[i].kit);
		char *changed = replaced(text, rows[i].from, rows[i].to);
		struct run run;

		run_text(&run, changed);
		assert_accepted(&run);
		assert_string_equal(run.submission.notice->texts[0]->body, rows[i].body);
		run_end(&run);
		free(changed);
		free(text);
	}
}

/* Misissuance M2: a drill that came by the live address looks like one. An event may be about a drill. */
static void
test_words_of_a_drill(void **state)
{
	static const char *statuses[] = { "Actual" };
	static const struct {
		const struct kit *kit;
		bool told;
	} rows[] = { { &headquarters, true }, { &damage, true }, { &mail, true },
		{ &general, false }, { &event, false } };

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		char *text = kit_document(rows[i].kit);
		char *live = replaced_all(text, ">Exercise<", ">Actual<");
		struct run run;

		run_init(&run);
		run.lane = HS_MODE(LIVE);
		run.principal.statuses = (struct hs_config_texts){ statuses, 1 };
		run_bytes(&run, live, strlen(live));
		assert_accepted(&run);
		assert_int_equal(found(&run, HS_FINDING_DRILL_WORDS) != NULL, rows[i].told);
		assert_int_equal(
			hs_notice_has_flag(run.submission.notice, "drill_words"), rows[i].told);
		run_end(&run);
		free(live);
		free(text);
	}
}

/* Cut at every byte, and every element emptied: refused, or taken as what is left. */
static void
test_broken_documents(void **state)
{
	static const struct kit *const kits[] = { &headquarters, &damage, &general, &event, &mail };

	(void)state;
	for (size_t i = 0; i < HS_COUNT(kits); i++) {
		char *text = kit_document(kits[i]);
		size_t len = strlen(text), emptied = 0;

		for (size_t at = 0; at < len; at += 3) {
			struct run run;

			run_init(&run);
			run_bytes(&run, text, at);
			assert_int_not_equal(run.err, HS_OK);
			run_end(&run);
		}
		for (char *at = strchr(text, '>'); at && at[1]; at = strchr(at + 1, '>')) {
			size_t inner = strcspn(at + 1, "<");
			struct run run;
			char *empty;

			if (inner == 0 || strncmp(at + 1 + inner, "</", 2) != 0)
				continue;
			empty = spliced(text, (size_t)(at + 1 - text), inner, "");
			run_text(&run, empty);
			assert_true((run.err == HS_OK) == (run.submission.findings.errors == 0));
			run_end(&run);
			free(empty);
			emptied++;
		}
		assert_true(emptied > 15);
		free(text);
	}
}

static void
test_cancel_of_a_notice(void **state)
{
	struct kit kit = headquarters;
	struct run run;
	const hs_notice *notice;

	(void)state;
	kit.type = "Cancel";
	kit.errata = "誤って送信しました。";
	notice = kit_accept(&run, &kit);
	assert_int_equal(notice->action, HS_ACTION(CANCEL));
	assert_string_equal(notice->correction, "誤って送信しました。");
	assert_non_null(strstr(notice->texts[0]->body, "取消の理由：誤って送信しました。\n取り消し"
						       "た発表の内容：\n架空市災害対策本部 設置"));
	run_end(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_headquarters),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_damage_of_tomorrow),
		cmocka_unit_test(test_general),
		cmocka_unit_test(test_event),
		cmocka_unit_test(test_mail),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_texts_from_the_content),
		cmocka_unit_test(test_words_of_a_drill),
		cmocka_unit_test(test_broken_documents),
		cmocka_unit_test(test_cancel_of_a_notice),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
