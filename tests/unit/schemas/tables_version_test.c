/* The digest of the rule tables: every file of the folder has its row, and each change makes another digest. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "schemas/active.h"
#include "schemas/tables_version.h"

static bool
has_row(const struct hs_tables_version *version, const char *file)
{
	for (size_t i = 0; i < version->count; i++) {
		const char *name = version->rows[i].name;

		if (strncmp(name, file, strlen(name)) == 0 &&
			strcmp(file + strlen(name), ".csv") == 0)
			return true;
	}
	return false;
}

static void
test_every_table_is_in_it(void **state)
{
	DIR *folder = opendir("schemas/tables");
	struct hs_tables_version version;
	const struct dirent *entry;
	size_t files = 0;

	(void)state;
	hs_tables_version(&version);
	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		if (strstr(entry->d_name, ".csv") == NULL)
			continue;
		files++;
		if (!has_row(&version, entry->d_name))
			fail_msg("%s has no digest", entry->d_name);
	}
	closedir(folder);
	assert_int_equal(version.count, files);
	assert_string_equal(version.rules, HS_ACTIVE_RULES);
	for (size_t i = 0; i < version.count; i++) {
		assert_int_equal(
			strspn(version.rows[i].sha256, "0123456789abcdef"), HS_SHA256_HEX - 1);
		assert_true(i == 0 || strcmp(version.rows[i - 1].name, version.rows[i].name) < 0);
	}
	assert_int_equal(strlen(version.digest), HS_SHA256_HEX - 1);
}

static void
test_each_change_is_another_digest(void **state)
{
	static const struct hs_table_digest rows[] = { { "areas", "a1" }, { "levels", "b1" } };
	static const struct hs_table_digest changed[] = { { "areas", "a1" }, { "levels", "b2" } };
	struct hs_tables_version one, two;

	(void)state;
	hs_tables_version_of(rows, 2, "2", &one);
	hs_tables_version_of(rows, 2, "2", &two);
	assert_string_equal(one.digest, two.digest);
	hs_tables_version_of(changed, 2, "2", &two);
	assert_string_not_equal(one.digest, two.digest);
	hs_tables_version_of(rows, 1, "2", &two);
	assert_string_not_equal(one.digest, two.digest);
	hs_tables_version_of(rows, 2, "3", &two);
	assert_string_not_equal(one.digest, two.digest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_table_is_in_it),
		cmocka_unit_test(test_each_change_is_another_digest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
