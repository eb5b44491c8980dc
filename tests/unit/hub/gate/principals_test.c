/* principals_test.c: who may send, and lists that must not be accepted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/clock.h"
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
	expect_refusal("areas: [\"990027\"]", "areas: [\"221317\"]", "now: 221384");
	expect_refusal("    source: bosai.soba.example\n", "", "senderID");
	expect_refusal("areas: [\"990027\"]", "kinds: [evacuatoin]\n    areas: [\"990027\"]",
		"evacuatoin");
	expect_refusal("areas: [\"990027\"]", "kinds: [unspecified]\n    areas: [\"990027\"]",
		"unspecified");
	expect_refusal("areas: [\"990027\"]", "formats: [fax]\n    areas: [\"990027\"]", "lalert");
	expect_refusal(
		"areas: [\"990027\"]", "role: boss\n    areas: [\"990027\"]", "drill_leader");
}

#define LEND(text)                                     \
	"areas: [\"990027\"]", "areas: [\"990027\"]\n" \
			       "    delegations:\n      - {" text "}"
#define DATES "from: \"2026-06-01T00:00:00+09:00\", to: \"2026-10-01T00:00:00+09:00\""

static void
refuses_delegations_that_leave_something_in_doubt(void **state)
{
	(void)state;
	expect_refusal(LEND("areas: [\"990019\"]"), "from");
	expect_refusal(LEND(DATES), "areas or of");
	expect_refusal(LEND("of: kakuu, areas: [\"990019\"], " DATES), "areas or of");
	expect_refusal(LEND("of: nobody, " DATES), "nobody");
	expect_refusal(LEND("areas: [\"990018\"], " DATES), "990018");
	expect_refusal(LEND("areas: [\"990019\"], kinds: [none], " DATES), "none");
	expect_refusal(LEND("areas: [\"990019\"], from: \"2026-06-01\", to: \"2026-10-01\""),
		"2026-06-01");
	expect_refusal(LEND("areas: [\"990019\"], from: \"2026-06-01T00:00:00\", "
			    "to: \"2026-10-01T00:00:00+09:00\""),
		"2026-06-01T00:00:00");
	expect_refusal(LEND("areas: [\"990019\"], from: \"2026-06-01T00:00:00+09:00\", "
			    "to: \"2026-06-01T00:00:00+09:00\""),
		"not before");
}

static void
reads_delegations(void **state)
{
	struct hs_principals *principals = parsed(
		ONE TWO "    delegations:\n      - {of: kakuu, kinds: [evacuation], " DATES "}\n");
	const struct hs_delegation *delegation =
		hs_principals_by_id(principals, "soba")->delegations.items;

	(void)state;
	assert_int_equal(delegation->areas.count, 1);
	assert_string_equal(delegation->areas.items[0], "990019");
	assert_int_equal(delegation->from_unix_us, 1780239600LL * HS_US_PER_S);
	assert_int_equal(delegation->to_unix_us, 1790780400LL * HS_US_PER_S);
	hs_principals_free(principals);
}

/* Who sends nothing needs neither areas nor a source; a leader of drills is nobody on the live lane. */
static void
asks_of_each_role_what_it_needs(void **state)
{
	static const struct {
		const char *role, *status, *areas, *source;
		int mode;
		const char *word; /* NULL: usable */
	} rows[] = {
		{ "operator", "Actual", "", "", HS_MODE(LIVE), NULL },
		{ "adapter", "Actual", "", "", HS_MODE(LIVE), NULL },
		{ "relayer", "Actual", "", "", HS_MODE(LIVE), NULL },
		{ "sender", "Actual", "", "s.example", HS_MODE(LIVE), "areas" },
		{ "sender", "Actual", "\"990019\"", "", HS_MODE(LIVE), "source" },
		{ "sender", "Actual", "\"990019\"", "s.example", HS_MODE(LIVE), NULL },
		{ "drill_leader", "Actual", "\"990019\"", "s.example", HS_MODE(LIVE),
			"drill lane" },
		{ "drill_leader", "Exercise", "\"990019\"", "s.example", HS_MODE(DRILL), NULL },
		{ "drill_leader", "Exercise", "", "s.example", HS_MODE(DRILL), "areas" },
		/* a file looked at alone has the lane of its first status */
		{ "drill_leader", "Actual", "\"990019\"", "s.example", HS_MODE(UNSPECIFIED),
			"drill lane" },
		{ "drill_leader", "Test", "\"990019\"", "s.example", HS_MODE(UNSPECIFIED), NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_principals *principals = NULL;
		char text[2048], why[HS_CONFIG_WHY] = "";
		enum hs_err err;

		(void)snprintf(text, sizeof(text),
			"principals:\n  - id: a\n    organisation: 架空市\n    code: \"990019\"\n"
			"    areas: [%s]\n    statuses: [%s]\n    token: 0123456789abcdef\n"
			"    source: \"%s\"\n    role: %s\n",
			rows[i].areas, rows[i].status, rows[i].source, rows[i].role);
		err = hs_principals_parse(text, rows[i].mode, &principals, why);
		if ((err == HS_OK) != (rows[i].word == NULL) ||
			(rows[i].word != NULL && strstr(why, rows[i].word) == NULL))
			fail_msg("row %zu: %s", i, why);
		hs_principals_free(principals);
	}
}

static void
refuses_certificates_that_leave_something_in_doubt(void **state)
{
	(void)state;
	expect_refusal("areas: [\"990027\"]",
		"certificates: [\"soba.example\"]\n    areas: [\"990027\"]", "soba.example");
	expect_refusal("areas: [\"990027\"]",
		"certificates: [\"SHA256:abcd\"]\n    areas: [\"990027\"]", "64");
	expect_refusal("areas: [\"990027\"]",
		"certificates: [\"URI:urn:hansho:live:soba\"]\n    areas: [\"990027\"]",
		"other lane");
	expect_refusal("    source: bosai.kakuu.example\n  - id: soba\n",
		"    source: bosai.kakuu.example\n    certificates: [\"CN:a\"]\n  - id: soba\n"
		"    certificates: [\"CN:b\", \"CN:a\"]\n",
		"same certificate");
	expect_refusal("source: bosai.soba.example", "sauce: bosai.soba.example", "sauce");
}

/* Whatever proves somebody is part of the mark, and the revoked have none that counts. */
static void
marks_tell_credentials_apart(void **state)
{
	static const char *const others[] = { "    token: 0123456789abcdef\n",
		"    token: 0123456789abcdeg\n", "    password: drill-only-1\n",
		"    password: drill-only-2\n", "    username: kakuu\n", "    username: kakuv\n",
		"    source: bosai.kakuu.example\n",
		"    source: bosai.kakuu.example\n    certificates: [\"CN:a\"]\n" };
	struct hs_principals *principals = parsed(ONE TWO);
	uint64_t kakuu = hs_principal_mark(hs_principals_by_id(principals, "kakuu"));
	size_t count;
	uint64_t *marks = hs_principals_marks(principals, &count);

	(void)state;
	assert_int_equal(count, 2);
	assert_true(marks[0] < marks[1]);
	assert_true(marks[0] == kakuu || marks[1] == kakuu);
	free(marks);
	hs_principals_free(principals);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i += 2) {
		const char *good = ONE, *at = strstr(good, others[i]);
		char text[2048];

		(void)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good), good,
			others[i + 1], at + strlen(others[i]));
		principals = parsed(text);
		assert_true(hs_principal_mark(hs_principals_by_id(principals, "kakuu")) != kakuu);
		hs_principals_free(principals);
	}
	principals = parsed(ONE "    revoked: true\n" TWO);
	marks = hs_principals_marks(principals, &count);
	assert_int_equal(count, 1);
	assert_true(marks[0] != kakuu);
	free(marks);
	hs_principals_free(principals);
}

/* A list that was let go lives as long as one of its principals is held. */
static void
holds_keep_a_list(void **state)
{
	struct hs_principals *principals = parsed(ONE TWO);
	const struct hs_principal *kakuu = hs_principals_by_id(principals, "kakuu");
	const struct hs_principal *soba = hs_principals_by_id(principals, "soba");
	static const struct hs_principal of_no_list = { .id = "x" };

	(void)state;
	hs_principal_hold(kakuu);
	hs_principal_hold(soba);
	hs_principals_free(principals);
	assert_string_equal(kakuu->id, "kakuu");
	hs_principal_drop(kakuu);
	assert_string_equal(soba->id, "soba");
	hs_principal_drop(soba);
	hs_principal_hold(&of_no_list);
	hs_principal_drop(&of_no_list);
	hs_principal_drop(NULL);
}

static void
finds_by_certificate(void **state)
{
#define PRINT "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"
	struct hs_principals *principals = parsed(ONE
		"    certificates: [\"URI:urn:hansho:drill:kakuu\", \"SHA256:" PRINT "\"]\n" TWO);

	(void)state;
	assert_string_equal(
		hs_principals_by_certificate(principals, "URI:urn:hansho:drill:kakuu")->id,
		"kakuu");
	assert_string_equal(
		hs_principals_by_certificate(principals,
			"SHA256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef")
			->id,
		"kakuu");
	assert_null(hs_principals_by_certificate(principals, "URI:urn:hansho:drill:KAKUU"));
	assert_null(hs_principals_by_certificate(principals, "CN:kakuu"));
	assert_null(hs_principals_by_certificate(principals, ""));
	hs_principals_free(principals);
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
		cmocka_unit_test(refuses_delegations_that_leave_something_in_doubt),
		cmocka_unit_test(reads_delegations),
		cmocka_unit_test(asks_of_each_role_what_it_needs),
		cmocka_unit_test(refuses_certificates_that_leave_something_in_doubt),
		cmocka_unit_test(marks_tell_credentials_apart),
		cmocka_unit_test(holds_keep_a_list),
		cmocka_unit_test(finds_by_certificate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
