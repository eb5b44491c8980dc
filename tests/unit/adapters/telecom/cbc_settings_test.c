/* A centre as configuration: what is refused, and which identifier stands for what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/telecom/cbc_settings.h"
#include "adapters/telecom/telecom.h"
#include "adapters/telecom/telecom_settings.h"
#include "hub/base/check.h"
#include "schemas/tables.h"

#define HEAD                                                                                       \
	"name: t\nlive_url: ipc:///tmp/x\ncbcs:\n  - name: cb\n    areas: [\"13\", \"990019\"]\n " \
	"   live_url: http://127.0.0.1:1/api/ecbe/v1\n"

/* "" when it is right, else why not. */
static const char *
look(const char *text)
{
	static char why[HS_CONFIG_WHY];
	struct hs_telecom_settings settings;
	struct hs_config_record record;
	struct hs_config_item *items;
	struct hs_config *config = NULL;
	why[0] = '\0';
	assert_int_equal(HS_OK, hs_adapter_settings_table(&hs_telecom_ops, &record, &items));
	enum hs_err err = hs_config_parse(text, &record, &settings, &config, why);
	free(items);
	if (err == HS_OK && hs_cbc_look(&settings, why) == HS_OK)
		why[0] = '\0';
	hs_config_free(config);
	return why;
}

static void
tables_are_held_to_the_standard(void **state)
{
	(void)state;
	static const struct {
		const char *rest, *word;
	} rows[] = {
		{ "    ids:\n      - {use: level4, id: 4371, second_id: 4384}\n      - {use: "
		  "drill, id: 4381}\n",
			"" },
		{ "    ids:\n      - {use: level4, id: 41000}\n      - {use: level5, id: 41000}\n",
			"" },
		{ "    ids:\n      - {use: level4, id: 4381}\n", "exercise" },
		{ "    ids:\n      - {use: drill, id: 4371}\n", "not for drill" },
		{ "    ids:\n      - {use: level4, id: 4384}\n", "swap" },
		{ "    ids:\n      - {use: level4, id: 4371, second_id: 4372}\n", "swap" },
		{ "    ids:\n      - {use: level4, id: 12}\n", "in no table" },
		{ "    ids:\n      - {use: earthquake, id: 4371}\n", "4352" },
		{ "    ids:\n      - {use: etws_drill, id: 4352}\n", "4355" },
		{ "    ids:\n      - {use: level4, id: 4371}\n      - {use: level4, id: 4372}\n",
			"two rows" },
		{ "    ids:\n      - {use: level4, id: 41000}\n      - {use: drill, id: 41000}\n",
			"same identifier" },
		{ "    ids:\n      - {use: level4, id: 41000, second_id: 41001}\n      - {use: "
		  "level3, id: 41001}\n",
			"same identifier" },
		{ "    ids:\n      - {use: drill, id: 4398}\n      - {use: canary, id: 4398}\n",
			"same identifier" },
		{ "    ids: []\n", "ids" },
		{ "    second_language: en\n    ids:\n      - {use: level4, id: 4371}\n",
			"second_id" },
		{ "    drill_url: http://127.0.0.1:1/api/ecbe/v1\n    ids:\n      - {use: level4, "
		  "id: 4371}\n",
			"has none for drills" },
	};
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		char text[1024];
		snprintf(text, sizeof(text), "%s%s", HEAD, rows[i].rest);
		const char *why = look(text);
		if (rows[i].word[0] == '\0')
			assert_string_equal("", why);
		else if (!strstr(why, rows[i].word))
			fail_msg("%s: %s", rows[i].rest, why);
	}
}

static void
identifiers_by_mode_and_loudness(void **state)
{
	(void)state;
	static const enum hs_cbc_use live[] = { HS_CBC_OTHER, HS_CBC_OTHER, HS_CBC_OTHER,
		HS_CBC_LEVEL3, HS_CBC_LEVEL4, HS_CBC_LEVEL5, HS_CBC_LEVEL5, HS_CBC_LEVEL5 };
	for (uint32_t loudness = 0; loudness < HS_COUNT(live); loudness++) {
		assert_int_equal(live[loudness], hs_cbc_use_of(HS_MODE(LIVE), loudness));
		for (int mode = HS_MODE(DRILL); mode < 20; mode++)
			assert_int_equal(HS_CBC_DRILL, hs_cbc_use_of(mode, loudness));
	}
	struct hs_cbc_id ids[] = { { HS_CBC_LEVEL4, 4371, 4384 } };
	const char *areas[] = { "13", "990019" };
	struct hs_cbc cbc = { .ids = { ids, 1 }, .areas = { areas, 2 } };
	assert_int_equal(4371, hs_cbc_id_of(&cbc, HS_CBC_LEVEL4, false));
	assert_int_equal(4384, hs_cbc_id_of(&cbc, HS_CBC_LEVEL4, true));
	assert_int_equal(0, hs_cbc_id_of(&cbc, HS_CBC_DRILL, false));
	assert_true(hs_cbc_covers(&cbc, "131016"));
	assert_true(hs_cbc_covers(&cbc, "990019"));
	assert_false(hs_cbc_covers(&cbc, "990027"));
}

static void
the_table_of_the_standard(void **state)
{
	(void)state;
	assert_int_equal(HS_CB_USE_ETWS, hs_cb_id_find(4352)->use);
	assert_int_equal(HS_CB_USE_ETWS_TEST, hs_cb_id_find(4355)->use);
	assert_int_equal(HS_CB_USE_EXERCISE, hs_cb_id_find(4381)->use);
	assert_true(hs_cb_id_find(4394)->additional);
	assert_int_equal(HS_CB_USE_OPERATOR, hs_cb_id_find(0xafff)->use);
	assert_null(hs_cb_id_find(0xb000));
	assert_null(hs_cb_id_find(4351));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_are_held_to_the_standard),
		cmocka_unit_test(identifiers_by_mode_and_loudness),
		cmocka_unit_test(the_table_of_the_standard),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
