/* One number for all that a configuration says to one outlet, and nothing of what it says to another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/base/config_digest.h"
#include "hub/base/file.h"

struct row {
	const char *name;
	int64_t limit;
	struct hs_config_list parts;
};

struct part {
	const char *name;
};

struct rule {
	int kind;
	bool start;
};

struct settings {
	const char *text, *path;
	int64_t number;
	bool yes;
	int word;
	struct hs_config_texts texts;
	struct hs_config_list rows, rules;
};

static const struct hs_config_item part_items[] = {
	{ "name", HS_CONFIG_TEXT, offsetof(struct part, name), "text", 0, 0, NULL, "", NULL },
};
static const struct hs_config_record part_record = { part_items, 1, sizeof(struct part) };
static const struct hs_config_item row_items[] = {
	{ "name", HS_CONFIG_TEXT, offsetof(struct row, name), "text", 0, 0, NULL, "", NULL },
	{ "limit", HS_CONFIG_INT, offsetof(struct row, limit), "ms", 0, 99, "1", "", NULL },
	{ "parts", HS_CONFIG_LIST, offsetof(struct row, parts), "", 0, 0, "", "", &part_record },
};
static const struct hs_config_record row_record = { row_items, HS_COUNT(row_items),
	sizeof(struct row) };
static const struct hs_config_item rule_items[] = {
	{ "kind", HS_CONFIG_ENUM, offsetof(struct rule, kind), "a b", 0, 0, "a", "", NULL },
	{ "start", HS_CONFIG_BOOL, offsetof(struct rule, start), "", 0, 0, "true", "", NULL },
};
static const struct hs_config_record rule_record = { rule_items, HS_COUNT(rule_items),
	sizeof(struct rule) };
static const struct hs_config_item items[] = {
	{ "text", HS_CONFIG_TEXT, offsetof(struct settings, text), "url", 0, 0, "", "", NULL },
	{ "path", HS_CONFIG_TEXT, offsetof(struct settings, path), "path", 0, 0, "", "", NULL },
	{ "number", HS_CONFIG_INT, offsetof(struct settings, number), "ms", 0, 99, "7", "", NULL },
	{ "yes", HS_CONFIG_BOOL, offsetof(struct settings, yes), "", 0, 0, "false", "", NULL },
	{ "word", HS_CONFIG_ENUM, offsetof(struct settings, word), "a b", 0, 0, "a", "", NULL },
	{ "texts", HS_CONFIG_TEXTS, offsetof(struct settings, texts), "codes", 0, 0, "", "", NULL },
	{ "rows", HS_CONFIG_LIST, offsetof(struct settings, rows), "", 0, 0, "", "", &row_record },
	{ "rules", HS_CONFIG_LIST, offsetof(struct settings, rules), "", 0, 0, "", "",
		&rule_record },
};
static const struct hs_config_record record = { items, HS_COUNT(items), sizeof(struct settings) };

static void
digest_of(const char *text, const char *outlet, char out[HS_SHA256_HEX])
{
	struct settings settings = { 0 };
	struct hs_config *config = NULL;
	char why[HS_CONFIG_WHY] = "";

	enum hs_err err = hs_config_parse(text, &record, &settings, &config, why);
	assert_string_equal("", err == HS_OK ? "" : why);
	hs_config_digest(&record, &settings, outlet, out);
	assert_int_equal(64, strlen(out));
	hs_config_free(config);
}

#define ROWS "rows: [{name: a, limit: 1, parts: [{name: x}]}, {name: b, limit: 2}]\n"

static void
each_change_is_another_digest_of_whom_it_concerns(void **state)
{
	static const struct {
		const char *text;
		bool same_a, same_b;
	} rows[] = {
		{ ROWS, true, true },
		{ "number: 7\n" ROWS, true, true }, /* what is the default counts as said */
		{ "number: 8\n" ROWS, false, false },
		{ "text: x\n" ROWS, false, false },
		{ "path: /nonexistent\n" ROWS, false, false },
		{ "yes: true\n" ROWS, false, false },
		{ "word: b\n" ROWS, false, false },
		{ "texts: [x]\n" ROWS, false, false },
		{ "texts: ['']\n" ROWS, false, false },
		{ "rules: [{kind: b}]\n" ROWS, false, false },
		{ "rows: [{name: b, limit: 2}, {name: a, limit: 1, parts: [{name: x}]}]", true,
			true },
		{ "rows: [{name: a, limit: 3, parts: [{name: x}]}, {name: b, limit: 2}]", false,
			true },
		{ "rows: [{name: a, limit: 1, parts: [{name: y}]}, {name: b, limit: 2}]", false,
			true },
		{ "rows: [{name: a, limit: 1}, {name: b, limit: 2}]", false, true },
		{ "rows: [{name: a, limit: 1, parts: [{name: x}]}]", true, false },
	};
	char a[HS_SHA256_HEX], b[HS_SHA256_HEX], now[HS_SHA256_HEX];

	(void)state;
	digest_of(ROWS, "a", a);
	digest_of(ROWS, "b", b);
	assert_string_not_equal(a, b);
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		digest_of(rows[i].text, "a", now);
		assert_int_equal(rows[i].same_a, strcmp(a, now) == 0);
		digest_of(rows[i].text, "b", now);
		assert_int_equal(rows[i].same_b, strcmp(b, now) == 0);
	}
}

static void
a_file_that_is_named_counts_with_what_it_holds(void **state)
{
	char path[64], text[128], none[HS_SHA256_HEX], one[HS_SHA256_HEX], two[HS_SHA256_HEX];

	(void)state;
	snprintf(path, sizeof(path), "/tmp/hansho-digest-%d", getpid());
	snprintf(text, sizeof(text), "path: %s\n", path);
	digest_of(text, "a", none);
	assert_int_equal(HS_OK, hs_file_replace(path, "one"));
	digest_of(text, "a", one);
	assert_string_not_equal(none, one);
	assert_int_equal(HS_OK, hs_file_replace(path, "two"));
	digest_of(text, "a", two);
	assert_string_not_equal(one, two);
	assert_int_equal(HS_OK, hs_file_replace(path, "one"));
	digest_of(text, "a", two);
	assert_string_equal(one, two);
	assert_int_equal(0, unlink(path));
	digest_of("path: /tmp\n", "a", two); /* a folder: by its name */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_change_is_another_digest_of_whom_it_concerns),
		cmocka_unit_test(a_file_that_is_named_counts_with_what_it_holds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
