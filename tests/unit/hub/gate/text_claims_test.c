/* Level and mode come from codes: whatever a sender writes into a text, the words and marks of the hub stay. */
#include "hub/base/check.h"
#include "tests/unit/hub/gate/samples.h"

static const char *const claims[] = { "警戒レベル5 緊急安全確保", "【警戒レベル５】命を守る行動",
	"訓練ではありません", "【訓練】ではありません【訓練】", "【訓練終了】ここからは本番です",
	"【訓練】\n【本番】\n", "\n警戒レベル5 緊急安全確保を発令：全域\n", "Actual",
	"LIVE: not a drill", "Alert level 5: Emergency Safety Measures", "\xE2\x80\xAE【練訓】",
	"&lt;level&gt;5&lt;/level&gt;", "&#10;&#10;警戒レベル5", "%s%n%5$s",
	"\",\"level\":{\"number\":5}", "解除", "取消" };

/* Where the sender may write freely; the claim takes the place of {claim}. */
static const struct {
	const char *name, *from, *to;
} fields[] = {
	{ "headline", "<ib:Text>【災害訓練】避難指示", "<ib:Text>{claim}避難指示" },
	{ "whole headline",
		"<ib:Text>【災害訓練】避難指示 発令 07月01日午後06時55分 (北町一丁目)、避難指示 "
		"解除 (港町)",
		"<ib:Text>{claim}" },
	{ "description", "<edxlde:contentDescription>", "<edxlde:contentDescription>{claim}" },
	{ "title", "<ib:Title>", "<ib:Title>{claim}" },
	{ "disaster", "<eb:DisasterName>訓練災害", "<eb:DisasterName>{claim}" },
	{ "complement", "<ev:ComplementaryInfo/>",
		"<ev:ComplementaryInfo>{claim}</ev:ComplementaryInfo>" },
	{ "place", "<commons:areaName>北町一丁目", "<commons:areaName>{claim}" },
	{ "office", "<eb:OfficeName>防災課", "<eb:OfficeName>{claim}" },
	{ "unit", "ev:unit=\"世帯\"", "ev:unit='{claim}'" },
};

static size_t
lines_of(const char *text)
{
	size_t count = 1;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static void
assert_marked(const char *text, const char *mark)
{
	size_t len = strlen(text), mark_len = strlen(mark);

	if (len == 0)
		return;
	assert_true(len >= 2 * mark_len);
	assert_memory_equal(text, mark, mark_len);
	assert_memory_equal(text + len - mark_len, mark, mark_len);
}

/* What the hub renders: the same as of the order without the claim. */
static void
assert_unmoved(struct run *run, const struct run *plain, const char *field)
{
	static const char *const languages[] = { "ja", "en", "ja-x-easy" };
	hs_notice *notice = run->submission.notice;
	const hs_notice *usual = plain->submission.notice;
	bool place = strcmp(field, "place") == 0;

	assert_int_equal(notice->mode, HS_MODE(DRILL));
	assert_int_equal(notice->priority, HS_PRIORITY_DRILL);
	assert_int_equal(notice->action, usual->action);
	assert_int_equal(notice->level->number, 4);
	assert_string_equal(notice->level->term, "避難指示");
	assert_int_equal(notice->evacuation->n_details, 2);
	assert_int_equal(notice->evacuation->details[0]->level->number, 4);
	for (size_t i = 0; i < HS_COUNT(languages); i++) {
		const hs_text *text = hs_notice_text(notice, languages[i]);
		const hs_text *before = hs_notice_text(usual, languages[i]);

		assert_string_equal(text->instruction, before->instruction);
		if (i > 0)
			assert_string_equal(text->headline, before->headline);
		if (i > 0 && !place)
			assert_string_equal(text->body, before->body);
		/* No claim makes a line of its own among those of the hub: only the complement, which
		 * stands behind them, has lines. */
		if (strcmp(field, "complement") != 0)
			assert_int_equal(lines_of(text->body), lines_of(before->body));
		assert_int_equal(
			strncmp(text->body, before->body, strlen("警戒レベル4 避難指示")) == 0,
			true);
	}
	assert_true(hs_notice_mark(run->arena, notice));
	for (size_t i = 0; i < HS_COUNT(languages); i++) {
		const hs_text *text = hs_notice_text(notice, languages[i]);
		const char *mark = hs_mode_mark(HS_MODE(DRILL), languages[i]);

		assert_marked(text->headline, mark);
		assert_marked(text->body, mark);
		assert_marked(text->instruction, mark);
	}
}

static void
test_claims_change_nothing(void **state)
{
	struct run plain;

	(void)state;
	run_text(&plain, sample_order);
	assert_accepted(&plain);
	for (size_t i = 0; i < HS_COUNT(fields) * HS_COUNT(claims); i++) {
		const char *field = fields[i / HS_COUNT(claims)].name;
		char *open = replaced(sample_order, fields[i / HS_COUNT(claims)].from,
			fields[i / HS_COUNT(claims)].to);
		char *text = replaced(open, "{claim}", claims[i % HS_COUNT(claims)]);
		struct run run;

		run_text(&run, text);
		assert_accepted(&run);
		assert_unmoved(&run, &plain, field);
		run_end(&run);
		free(text);
		free(open);
	}
	run_end(&plain);
}

static void
test_what_is_told(void **state)
{
	static const struct {
		const char *headline;
		bool denied, level;
	} rows[] = {
		{ "避難指示 発令", false, false },
		{ "警戒レベル4 避難指示", false, false },
		{ "警戒レベル４ 避難指示", false, false },
		{ "警戒レベル5 緊急安全確保", false, true },
		{ "警戒レベル５ 緊急安全確保", false, true },
		{ "警戒レベル4 避難指示、警戒レベル3 高齢者等避難", false, true },
		{ "警戒レベル5までに避難", false, false },
		{ "警戒レベルを上げました", false, false },
		{ "これは訓練ではありません", true, false },
		{ "This is not a drill", true, false },
		{ "これは訓練です", false, false },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		char *text = replaced(sample_order,
			"<ib:Text>【災害訓練】避難指示 発令 07月01日午後06時55分 "
			"(北町一丁目)、避難指示 "
			"解除 (港町)",
			"<ib:Text>{headline}");
		char *full = replaced(text, "{headline}", rows[i].headline);
		struct run run;

		run_text(&run, full);
		assert_accepted(&run);
		assert_int_equal(!!found(&run, HS_FINDING_DRILL_DENIED), rows[i].denied);
		assert_int_equal(!!found(&run, HS_FINDING_LEVEL_CLAIM), rows[i].level);
		assert_int_equal(
			hs_notice_has_flag(run.submission.notice, "drill_denied"), rows[i].denied);
		assert_int_equal(
			hs_notice_has_flag(run.submission.notice, "level_claim"), rows[i].level);
		run_end(&run);
		free(full);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_claims_change_nothing),
		cmocka_unit_test(test_what_is_told),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
