/* A configuration is taken whole or refused with a sentence that says where and what. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/base/config.h"

struct peer {
	const char *name;
	int kind;
	struct hs_config_texts areas;
};

struct settings {
	const char *mode;
	int64_t heartbeat_ms;
	bool drill;
	struct hs_config_list peers;
};

static const struct hs_config_item peer_items[] = {
	{ "name", HS_CONFIG_TEXT, offsetof(struct peer, name), "", 1, 8, NULL, "its name", NULL },
	{ "kind", HS_CONFIG_ENUM, offsetof(struct peer, kind), "gate feed adapter", 0, 0, "feed",
		"what", NULL },
	{ "areas", HS_CONFIG_TEXTS, offsetof(struct peer, areas), "codes", 0, 2, "", "where",
		NULL },
};
static const struct hs_config_record peer_record = { peer_items, HS_COUNT(peer_items),
	sizeof(struct peer) };
static const struct hs_config_item items[] = {
	{ "mode", HS_CONFIG_TEXT, offsetof(struct settings, mode), "", 1, 0, NULL, "the lane",
		NULL },
	{ "heartbeat_ms", HS_CONFIG_INT, offsetof(struct settings, heartbeat_ms), "ms", 50, 15000,
		"5000", "how often", NULL },
	{ "drill", HS_CONFIG_BOOL, offsetof(struct settings, drill), "", 0, 0, "false", "drills",
		NULL },
	{ "peers", HS_CONFIG_LIST, offsetof(struct settings, peers), "", 0, 3, "", "who",
		&peer_record },
};
static const struct hs_config_record record = { items, HS_COUNT(items), sizeof(struct settings) };

static void
test_values_defaults_and_lists(void **state)
{
	(void)state;
	struct settings settings;
	struct hs_config *config = NULL;
	char why[HS_CONFIG_WHY];
	const char *text =
		"# comment\nmode: drill\ndrill: yes\npeers:\n"
		"  - {name: a, kind: adapter, areas: [\"13\", \"990019\"]}\n  - name: b\n";
	assert_int_equal(hs_config_parse(text, &record, &settings, &config, why), HS_OK);
	assert_string_equal(settings.mode, "drill");
	assert_int_equal(settings.heartbeat_ms, 5000);
	assert_true(settings.drill);
	assert_int_equal(settings.peers.count, 2);
	const struct peer *peers = settings.peers.items;
	assert_string_equal(peers[0].name, "a");
	assert_int_equal(peers[0].kind, 2);
	assert_int_equal(peers[0].areas.count, 2);
	assert_string_equal(peers[0].areas.items[1], "990019");
	assert_int_equal(peers[1].kind, 1);
	assert_int_equal(peers[1].areas.count, 0);
	hs_config_free(config);
}

/* text, and what the reason must name */
static const struct {
	const char *text, *names;
} wrong[] = {
	{ "", "mode: missing" },
	{ "mode: x\nhartbeat_ms: 5\n",
		"hartbeat_ms: unknown key; the nearest known one is \"heartbeat_ms\"" },
	{ "mode: x\nheartbeat_ms: 49\n", "heartbeat_ms: 49 is outside 50" },
	{ "mode: x\nheartbeat_ms: 15001\n", "15001 is outside" },
	{ "mode: x\nheartbeat_ms: 5s\n", "whole number of ms" },
	{ "mode: x\nheartbeat_ms: 99999999999999999999\n", "whole number" },
	{ "mode: x\nheartbeat_ms:\n", "whole number" },
	{ "mode: x\ndrill: perhaps\n", "drill: expected true or false" },
	{ "mode: [a]\n", "mode: expected one text" },
	{ "mode: ''\n", "mode: 0 bytes long" },
	{ "mode: x\nmode: y\n", "line 2: a key is given twice" },
	{ "mode: x\npeers: x\n", "peers: expected a list" },
	{ "mode: x\npeers: [x]\n", "peers[1].: expected keys" },
	{ "mode: x\npeers:\n  - {name: a}\n  - {name: a, kind: fee}\n",
		"peers[2].kind: expected one of: gate feed adapter" },
	{ "mode: x\npeers: [{name: a},{name: b},{name: c},{name: d}]\n", "peers: 4 entries" },
	{ "mode: x\npeers: [{name: a, areas: [1,2,3]}]\n", "areas: 3 entries" },
	{ "mode: x\npeers: [{name: a, areas: [[1]]}]\n", "entry 1 is not a text" },
	{ "mode: x\npeers: [{name: abcdefghi}]\n", "name: 9 bytes long" },
	{ "mode: &a x\n", "anchors" },
	{ "mode: *a\n", "line 1" },
	{ "mode: {a: {b: {c: {d: {e: {f: {g: {h: {i: 1}}}}}}}}}\n", "nested too deeply" },
	{ "mode: \"x\n", "not YAML" },
	{ "- a\n", "expected keys with values" },
};

static void
test_every_mistake_is_named(void **state)
{
	(void)state;
	for (size_t i = 0; i < HS_COUNT(wrong); i++) {
		struct settings settings;
		struct hs_config *config = NULL;
		char why[HS_CONFIG_WHY];
		assert_int_equal(hs_config_parse(wrong[i].text, &record, &settings, &config, why),
			HS_ERR_CONFIG);
		assert_null(config);
		if (!strstr(why, wrong[i].names))
			fail_msg("\"%s\" does not name \"%s\"", why, wrong[i].names);
	}
}

static void
test_a_file_that_is_not_there(void **state)
{
	(void)state;
	struct settings settings;
	struct hs_config *config = NULL;
	char why[HS_CONFIG_WHY];
	assert_int_equal(hs_config_load("/nonexistent/x.yaml", &record, &settings, &config, why),
		HS_ERR_CONFIG);
	assert_non_null(strstr(why, "/nonexistent/x.yaml: No such file"));
}

static void
test_every_cut_of_a_text_is_answered(void **state)
{
	(void)state;
	static const char text[] =
		"mode: drill\npeers:\n  - {name: a, areas: [\"13\", \"99\"]}\ndrill: no\n";
	char part[sizeof(text)];
	for (size_t len = 0; len < sizeof(text); len++) {
		struct settings settings;
		struct hs_config *config = NULL;
		char why[HS_CONFIG_WHY];
		memcpy(part, text, len);
		part[len] = '\0';
		if (hs_config_parse(part, &record, &settings, &config, why) == HS_OK)
			hs_config_free(config);
		else
			assert_true(strlen(why) > 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values_defaults_and_lists),
		cmocka_unit_test(test_every_mistake_is_named),
		cmocka_unit_test(test_a_file_that_is_not_there),
		cmocka_unit_test(test_every_cut_of_a_text_is_answered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
