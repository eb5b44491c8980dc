/* Settings of carriers: defaults, ids, what no table can say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "adapters/telecom/telecom.h"
#include "adapters/telecom/telecom_chars.h"
#include "adapters/telecom/telecom_settings.h"

static struct hs_config *
parse(const char *text, struct hs_telecom_settings *settings, char why[HS_CONFIG_WHY])
{
	struct hs_config_record record;
	struct hs_config_item *items;
	struct hs_config *config = NULL;
	assert_int_equal(HS_OK, hs_adapter_settings_table(&hs_telecom_ops, &record, &items));
	enum hs_err err = hs_config_parse(text, &record, settings, &config, why);
	free(items);
	return err == HS_OK ? config : NULL;
}

static void
defaults_are_the_common_denominator(void **state)
{
	(void)state;
	char why[HS_CONFIG_WHY] = "";
	struct hs_telecom_settings settings;
	struct hs_config *config = parse("name: t\ncarriers:\n  - name: one\n", &settings, why);
	assert_string_equal("", why);
	assert_int_equal(1, settings.carriers.count);
	const struct hs_carrier *carrier = settings.carriers.items;
	struct hs_mail_limits limits = hs_carrier_limits(carrier);
	assert_int_equal(15, limits.title_max);
	assert_int_equal(200, limits.body_max);
	assert_int_equal(1, limits.newline_counts);
	assert_int_equal(0x1f, limits.forbidden);
	assert_string_equal("", carrier->live_endpoint);
	assert_string_equal("", hs_carrier_wrong(carrier));
	assert_false(settings.common.drill);
	hs_config_free(config);
}

static void
ids_follow_mode_and_level(void **state)
{
	(void)state;
	char why[HS_CONFIG_WHY] = "";
	struct hs_telecom_settings settings;
	struct hs_config *config = parse("name: t\ncarriers:\n  - name: one\n    id_level4: "
					 "41000\n    newline_counts: two\n",
		&settings, why);
	assert_string_equal("", why);
	const struct hs_carrier *carrier = settings.carriers.items;
	const uint16_t live[] = { 4375, 4375, 4375, 4373, 41000, 4370, 4370, 4370 };
	for (uint32_t level = 0; level < 8; level++) {
		assert_int_equal(live[level], hs_carrier_message_id(carrier, HS_MODE(LIVE), level));
		assert_int_equal(4381, hs_carrier_message_id(carrier, HS_MODE(DRILL), level));
		/* whatever is not live is a drill here */
		assert_int_equal(4381, hs_carrier_message_id(carrier, 77, level));
	}
	assert_int_equal(2, hs_carrier_limits(carrier).newline_counts);
	hs_config_free(config);
}

static void
wrong_carriers_are_refused(void **state)
{
	(void)state;
	char why[HS_CONFIG_WHY] = "";
	struct hs_telecom_settings settings;
	struct hs_config *config =
		parse("name: t\ncarriers:\n  - name: one\n    id_drill: 4371\n", &settings, why);
	assert_non_null(strstr(hs_carrier_wrong(settings.carriers.items), "id_drill"));
	hs_config_free(config);
	config = parse("name: t\ncarriers:\n  - name: \"a b\"\n", &settings, why);
	assert_non_null(strstr(hs_carrier_wrong(settings.carriers.items), "name"));
	hs_config_free(config);
	assert_null(
		parse("name: t\ncarriers:\n  - name: one\n    body_max: 561\n", &settings, why));
	assert_non_null(strstr(why, "body_max"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_are_the_common_denominator),
		cmocka_unit_test(ids_follow_mode_and_level),
		cmocka_unit_test(wrong_carriers_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
