/* What each station would get of a notice, or which of its settings keeps it away: the adapter itself, asked without links. */
#include "tests/unit/adapters/broadcaster/encode_bench.h"

#include "adapters/broadcaster/broadcaster.h"
#include "adapters/runtime/explain.h"

static const char config_text[] =
	"name: b\n"
	"live_url: ipc:///nowhere\n"
	"drill_url: ipc:///nowhere-drill\n"
	"drill: true\n"
	"proof_required: never\n"
	"listen: 127.0.0.1:0\n"
	"stations:\n"
	"  - {name: all, drills: true}\n"
	"  - {name: high, drills: true, level_min: 5}\n"
	"  - {name: weather, drills: true, kinds: [weather]}\n"
	"  - {name: tokyo, drills: true, areas: [\"13\"]}\n"
	"  - {name: two, drills: true, areas: [\"13\"], level_min: 5}\n"
	"  - {name: live-only}\n"
	"  - {name: folder, channel: files, drills: true, folder: /nowhere/own, forms: [lalert]}\n";

static const struct kit_place order[] = {
	{ "990019", "北町", "きたまち", "避難指示", 4, false, 0 },
};

/* The answer of an adapter with this configuration; json_decref. */
static json_t *
explain(const char *text, const hs_notice *notice)
{
	struct hs_config_record record;
	struct hs_config_item *items;
	struct hs_config *config = NULL;
	char why[HS_CONFIG_WHY] = "";
	assert_int_equal(HS_OK, hs_adapter_settings_table(&hs_broadcaster_ops, &record, &items));
	void *settings = calloc(1, record.size_bytes);
	enum hs_err err = hs_config_parse(text, &record, settings, &config, why);
	assert_string_equal("", err == HS_OK ? "" : why);
	struct hs_buf packed;
	hs_buf_init(&packed, 1u << 20);
	hs_message_pack(notice, &packed);
	char *answer = NULL;
	size_t len = 0;
	FILE *in = fmemopen(packed.bytes, packed.len_bytes, "r");
	FILE *out = open_memstream(&answer, &len);
	assert_int_equal(hs_explain(&hs_broadcaster_ops, settings, in, out), 0);
	fclose(in);
	fclose(out);
	json_t *json = json_loads(answer, 0, NULL);
	assert_non_null(json);
	free(answer);
	hs_buf_free(&packed);
	hs_config_free(config);
	free(items);
	free(settings);
	return json;
}

/* What is said of an outlet: "sends: " or "filtered: below level_min"; "" when it is not named. */
static const char *
said(const json_t *answer, const char *outlet)
{
	static char text[256];
	size_t i;
	const json_t *row;
	text[0] = '\0';
	json_array_foreach (json_object_get(answer, "outlets"), i, row) {
		if (strcmp(text_of(row, "outlet"), outlet) == 0)
			snprintf(text, sizeof(text), "%s: %s", text_of(row, "decision"),
				text_of(row, "reason"));
	}
	return text;
}

static const char *
output(const json_t *answer, const char *outlet, const char *what)
{
	size_t i, k;
	const json_t *row, *shown;
	json_array_foreach (json_object_get(answer, "outlets"), i, row) {
		json_array_foreach (json_object_get(row, "outputs"), k, shown) {
			if (strcmp(text_of(row, "outlet"), outlet) == 0 &&
				strcmp(text_of(shown, "what"), what) == 0)
				return text_of(shown, "text");
		}
	}
	return "";
}

static void
test_the_setting_that_keeps_it_away_is_named(void **state)
{
	struct bench *bench = *state;
	json_t *answer = explain(
		config_text, kit_notice(bench->arena, DRILL, HS_ACTION(ISSUE), "d", 1, order, 1));
	assert_string_equal(text_of(answer, "decision"), "passed");
	assert_string_equal(said(answer, "all"), "sends: ");
	assert_string_equal(said(answer, "high"), "filtered: below level_min");
	assert_string_equal(said(answer, "weather"), "filtered: not of its kinds");
	assert_string_equal(said(answer, "tokyo"), "filtered: not in its areas");
	assert_string_equal(said(answer, "two"),
		"filtered: more than one of kinds, areas and level_min leave it out");
	assert_string_equal(
		said(answer, "live-only"), "filtered: it takes no drills (drills: false)");
	assert_string_equal(output(answer, "high", "99"), "");
	json_decref(answer);
}

/* A station is shown the very bytes that it would get; a folder its files. */
static void
test_what_would_go_out(void **state)
{
	struct bench *bench = *state;
	json_t *answer = explain(
		config_text, kit_notice(bench->arena, DRILL, HS_ACTION(ISSUE), "d", 1, order, 1));
	json_t *record = json_loads(output(answer, "all", "99"), 0, NULL);
	assert_string_equal(text_of(record, "type"), "item");
	assert_string_equal(text_of(record, "mode"), "drill");
	assert_null(json_object_get(record, "forms"));
	json_decref(record);
	assert_string_equal(output(answer, "(guests)", "99"), output(answer, "all", "99"));
	assert_non_null(strstr(output(answer, "folder", "drill/99/1.txt"), MARK));
	assert_int_equal(
		strncmp(output(answer, "folder", "drill/99/1.json"), "{\n \"type\": \"item\"", 17),
		0);
	assert_non_null(strstr(output(answer, "folder", "drill/1.lalert.xml"), "Exercise"));
	assert_string_equal(output(answer, "playout", "drill/99/1.txt"), "");
	json_decref(answer);
}

static void
test_guests_and_the_common_folder_only_where_they_are(void **state)
{
	struct bench *bench = *state;
	json_t *answer = explain("name: b\nlive_url: ipc:///nowhere\nlisten: 127.0.0.1:0\n"
				 "guests: false\nout_dir: /nowhere/air\nproof_required: never\n",
		kit_notice(bench->arena, LIVE, HS_ACTION(ISSUE), "d", 1, order, 1));
	assert_string_equal(said(answer, "(guests)"), "filtered: guests: false");
	assert_string_equal(output(answer, "(guests)", "99"), "");
	assert_string_equal(said(answer, "playout"), "sends: ");
	assert_non_null(strstr(output(answer, "playout", "live/99/1.txt"), "避難指示"));
	json_decref(answer);
}

/* Whether a station has anything of what is taken back is known by the process that serves it alone. */
static void
test_a_cancel_may_still_be_kept_back(void **state)
{
	struct bench *bench = *state;
	json_t *answer = explain(
		config_text, kit_notice(bench->arena, DRILL, HS_ACTION(CANCEL), "d", 2, order, 1));
	assert_string_equal(said(answer, "all"),
		"sends: unless this station got nothing of what is taken back");
	json_decref(answer);
}

int
main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_the_setting_that_keeps_it_away_is_named),
		ROW(test_what_would_go_out),
		ROW(test_guests_and_the_common_folder_only_where_they_are),
		ROW(test_a_cancel_may_still_be_kept_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
