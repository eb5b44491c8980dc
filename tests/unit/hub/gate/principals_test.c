/* principals_test.c: who may send, and lists that must not be accepted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/gate/auth.h"
#include "hub/gate/principals.h"
#include "schemas/notice.h"

#define ONE                             \
	"principals:\n"                 \
	"  - id: kakuu\n"               \
	"    organisation: 架空市\n" \
	"    code: \"990019\"\n"        \
	"    areas: [\"990019\"]\n"     \
	"    statuses: [Exercise]\n"    \
	"    username: kakuu\n"         \
	"    password: drill-only-1\n"  \
	"    token: 0123456789abcdef\n" \
	"    source: bosai.kakuu.example\n"
#define TWO                                   \
	"  - id: soba\n"                      \
	"    organisation: 架空第二市\n" \
	"    code: \"990027\"\n"              \
	"    areas: [\"990027\"]\n"           \
	"    statuses: [Exercise, Test]\n"    \
	"    username: soba\n"                \
	"    password: drill:only:2\n"        \
	"    source: bosai.soba.example\n"

static struct hs_principals *
parsed(const char *text)
{
	struct hs_principals *principals = NULL;
	char why[HS_CONFIG_WHY] = "";
	enum hs_err err = hs_principals_parse(text, HS_MODE(DRILL), &principals, why);

	assert_string_equal(why, "");
	assert_int_equal(err, HS_OK);
	return principals;
}

static void
looks_up_by_name_token_and_id(void **state)
{
	struct hs_principals *principals = parsed(ONE TWO);

	(void)state;
	assert_int_equal(hs_principals_count(principals), 2);
	assert_string_equal(hs_principals_by_id(principals, "soba")->code, "990027");
	assert_null(hs_principals_by_id(principals, "nobody"));
	assert_string_equal(hs_principals_by_username(principals, "kakuu")->id, "kakuu");
	assert_null(hs_principals_by_username(principals, ""));
	assert_string_equal(hs_principals_by_token(principals, "0123456789abcdef")->id, "kakuu");
	assert_null(hs_principals_by_token(principals, "0123456789abcdee"));
	/* soba has no token: an empty one must not find it */
	assert_null(hs_principals_by_token(principals, ""));
	hs_principals_free(principals);
}

static void
signs_in_with_the_right_password_only(void **state)
{
	struct hs_principals *principals = parsed(ONE TWO);

	(void)state;
	assert_string_equal(
		hs_principals_sign_in(principals, "kakuu", "drill-only-1")->id, "kakuu");
	assert_null(hs_principals_sign_in(principals, "kakuu", "drill-only-2"));
	assert_null(hs_principals_sign_in(principals, "kakuu", ""));
	assert_null(hs_principals_sign_in(principals, "soba", "drill-only-1"));
	assert_null(hs_principals_sign_in(principals, "nobody", "no such username"));
	assert_null(hs_principals_sign_in(principals, "", ""));
	hs_principals_free(principals);
}

static void
reads_authorization_headers(void **state)
{
	struct hs_principals *principals = parsed(ONE TWO);

	(void)state;
	/* kakuu:drill-only-1 */
	assert_string_equal(
		hs_auth_header(principals, "Basic a2FrdXU6ZHJpbGwtb25seS0x")->id, "kakuu");
	assert_string_equal(
		hs_auth_header(principals, "basic  a2FrdXU6ZHJpbGwtb25seS0x")->id, "kakuu");
	/* soba:drill:only:2 : only the first colon separates */
	assert_string_equal(
		hs_auth_header(principals, "Basic c29iYTpkcmlsbDpvbmx5OjI=")->id, "soba");
	/* kakuu:drill-only-1 with a NUL and more behind it */
	assert_null(hs_auth_header(principals, "Basic a2FrdXU6ZHJpbGwtb25seS0xAHg="));
	assert_null(hs_auth_header(principals, "Basic a2FrdXU6ZHJpbGwtb25seS0"));
	assert_null(hs_auth_header(principals, "Basic"));
	assert_null(hs_auth_header(principals, "Basic !!!!"));
	assert_null(hs_auth_header(principals, ""));
	assert_string_equal(hs_auth_header(principals, "Bearer 0123456789abcdef")->id, "kakuu");
	assert_null(hs_auth_header(principals, "Bearer 0123456789abcdef0"));
	assert_null(hs_auth_header(principals, "Bearer "));
	assert_null(hs_auth_header(principals, "Digest 0123456789abcdef"));
	hs_principals_free(principals);
}

static void
refuses_statuses_of_the_other_lane(void **state)
{
	static const struct {
		const char *statuses;
		int mode;
		enum hs_err err;
	} rows[] = {
		{ "[Exercise]", HS_MODE(DRILL), HS_OK },
		{ "[Exercise, Test, System]", HS_MODE(DRILL), HS_OK },
		{ "[Actual]", HS_MODE(DRILL), HS_ERR_CONFIG },
		{ "[Exercise, Actual]", HS_MODE(DRILL), HS_ERR_CONFIG },
		{ "[Actual]", HS_MODE(LIVE), HS_OK },
		{ "[Exercise]", HS_MODE(LIVE), HS_ERR_CONFIG },
		{ "[Actual, Test]", HS_MODE(LIVE), HS_ERR_CONFIG },
		{ "[actual]", HS_MODE(LIVE), HS_ERR_CONFIG },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_principals *principals = NULL;
		char text[2048], why[HS_CONFIG_WHY] = "";

		(void)snprintf(text, sizeof(text),
			"principals:\n  - id: a\n    organisation: 架空市\n    code: \"990019\"\n"
			"    areas: [\"990019\"]\n    statuses: %s\n    token: 0123456789abcdef\n"
			"    source: s.example\n",
			rows[i].statuses);
		assert_int_equal(
			hs_principals_parse(text, rows[i].mode, &principals, why), rows[i].err);
		if (rows[i].err != HS_OK)
			assert_non_null(strstr(why, "principal a"));
		else
			hs_principals_free(principals);
	}
}

/* Replaces one piece of a good list and expects a refusal that says `word`. */
static void
expect_refusal(const char *from, const char *to, const char *word)
{
	static char text[4096];
	struct hs_principals *principals = NULL;
	char why[HS_CONFIG_WHY] = "";
	const char *good = ONE TWO;
	const char *at = strstr(good, from);

	assert_non_null(at);
	(void)snprintf(
		text, sizeof(text), "%.*s%s%s", (int)(at - good), good, to, at + strlen(from));
	assert_int_equal(
		hs_principals_parse(text, HS_MODE(DRILL), &principals, why), HS_ERR_CONFIG);
	if (strstr(why, word) == NULL)
		fail_msg("\"%s\" is not in \"%s\"", word, why);
}

static void
refuses_lists_that_leave_something_in_doubt(void **state)
{
	(void)state;
	expect_refusal("id: soba", "id: kakuu", "same id");
	expect_refusal("username: soba", "username: kakuu", "same username");
	expect_refusal("    password: drill:only:2\n",
		"    password: drill:only:2\n    token: 0123456789abcdef\n", "same token");
	expect_refusal("password: drill-only-1", "password: short", "8 characters");
	expect_refusal("token: 0123456789abcdef", "token: 0123456789", "16 characters");
	expect_refusal("username: kakuu", "username: \"ka:kuu\"", "':'");
	expect_refusal("code: \"990019\"", "code: \"123456\"", "123456");
	expect_refusal("areas: [\"990027\"]", "areas: [\"990027\", \"000000\"]", "000000");
	expect_refusal("areas: [\"990027\"]", "areas: []", "areas");
	expect_refusal("statuses: [Exercise]", "statuses: []", "statuses");
	expect_refusal("source: bosai.soba.example", "sauce: bosai.soba.example", "sauce");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(looks_up_by_name_token_and_id),
		cmocka_unit_test(signs_in_with_the_right_password_only),
		cmocka_unit_test(reads_authorization_headers),
		cmocka_unit_test(refuses_statuses_of_the_other_lane),
		cmocka_unit_test(refuses_lists_that_leave_something_in_doubt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
