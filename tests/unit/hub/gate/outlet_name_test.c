/* outlet_name_test.c: names of outlets from the configuration, from the table, and of those that nobody named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/gate/outlet_name.h"

static const struct hs_outlet_row configured[] = {
	{ "telecom", "carrier-a", "携帯会社A", "Carrier A" },
	{ "telecom", "carrier-b", "携帯会社B", "" },
	{ "signage", "cityhall", "架空市役所", "City hall" },
	{ "mobile", "", "登録制メール", "Mail to subscribers" },
	{ "jalert", "controller", "市の放送設備", "equipment of the city" },
};

static void
every_name(void **state)
{
	static const struct {
		const char *adapter, *outlet, *ja, *en;
	} rows[] = {
		{ "telecom", "carrier-a/990019", "緊急速報メール／携帯会社A 架空市",
			"Urgent mail to phones / Carrier A Kaku City" },
		{ "telecom-2", "carrier-x/990019", "緊急速報メール／carrier-x 架空市",
			"Urgent mail to phones / carrier-x Kaku City" },
		{ "telecom", "carrier-b", "緊急速報メール／携帯会社B",
			"Urgent mail to phones / 携帯会社B" },
		{ "telecom", "carrier-a/999999", "緊急速報メール／carrier-a/999999",
			"Urgent mail to phones / carrier-a/999999" },
		{ "signage", "cityhall", "公共の画面（サイネージ）／架空市役所",
			"Public screens / City hall" },
		{ "signage", "station", "公共の画面（サイネージ）／station",
			"Public screens / station" },
		{ "jalert", "plan_dir", "防災行政無線／放送計画の記録",
			"Loudspeakers / plan on file" },
		{ "jalert", "controller", "防災行政無線／市の放送設備",
			"Loudspeakers / equipment of the city" },
		{ "broadcaster", "", "放送局・報道機関", "Broadcasters" },
		{ "broadcaster", "playout", "放送局・報道機関／送出装置へのファイル",
			"Broadcasters / files for playout" },
		{ "broadcaster-2", "(guests)", "放送局・報道機関／設定にない接続先（ゲスト）",
			"Broadcasters / guests, whom no configuration names" },
		{ "feed-1", "(guests)", "feed-1／設定にない接続先（ゲスト）",
			"feed-1 / guests, whom no configuration names" },
		{ "mobile", "", "登録制メール", "Mail to subscribers" },
		{ "telecommunication", "x", "telecommunication／x", "telecommunication / x" },
	};

	(void)state;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		for (int english = 0; english < 2; english++) {
			struct hs_buf out;

			hs_buf_init(&out, 1024);
			hs_outlet_name(configured, HS_COUNT(configured), rows[i].adapter,
				rows[i].outlet, english, &out);
			assert_string_equal(hs_buf_text(&out), english ? rows[i].en : rows[i].ja);
			hs_buf_free(&out);
		}
	}
}

static void
without_a_configuration_the_table_is_enough(void **state)
{
	struct hs_buf out;

	(void)state;
	hs_buf_init(&out, 1024);
	hs_outlet_name(NULL, 0, "jalert", "controller", false, &out);
	assert_string_equal(hs_buf_text(&out), "防災行政無線／放送装置（自動起動機）");
	hs_buf_free(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_name),
		cmocka_unit_test(without_a_configuration_the_table_is_enough),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
