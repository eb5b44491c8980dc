/* session_test.c: cookies that cannot be altered, tokens, and the limit on failed sign-ins. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hub/gate/session.h"
#include "hub/gate/throttle.h"

#define NOW    1782900000000000LL
#define SECOND 1000000LL

static void
header_of(
	const struct hs_session_key *key, const struct hs_session *session, char *out, size_t size)
{
	char value[HS_SESSION_VALUE_SIZE];

	hs_session_write(key, session, value);
	(void)snprintf(out, size, "theme=dark; %s=%s; other=1", HS_SESSION_COOKIE, value);
}

static void
carries_the_principal(void **state)
{
	struct hs_session_key key;
	struct hs_session session, back;
	char header[512];

	(void)state;
	hs_session_key_init(&key, "a fixed secret of this test");
	assert_int_equal(hs_session_new("kakuu.市", 7, NOW + SECOND, &session), HS_OK);
	header_of(&key, &session, header, sizeof(header));
	assert_int_equal(hs_session_read(&key, HS_SESSION_COOKIE, header, NOW, &back), HS_OK);
	assert_string_equal(back.principal, "kakuu.市");
	assert_string_equal(back.id, session.id);
	assert_true(back.expires_unix_us == session.expires_unix_us);
	/* over at its very last moment */
	assert_int_equal(
		hs_session_read(&key, HS_SESSION_COOKIE, header, NOW + SECOND, &back), HS_ERR_AUTH);
}

static void
refuses_every_altered_byte(void **state)
{
	struct hs_session_key key;
	struct hs_session session, back;
	char header[512];
	char *value;

	(void)state;
	hs_session_key_init(&key, "");
	assert_int_equal(hs_session_new("kakuu", 7, NOW + SECOND, &session), HS_OK);
	header_of(&key, &session, header, sizeof(header));
	value = strchr(strstr(header, HS_SESSION_COOKIE), '=') + 1;
	for (char *at = value; *at != ';'; at++) {
		char was = *at;

		*at = was == '1' ? '2' : '1';
		assert_int_equal(
			hs_session_read(&key, HS_SESSION_COOKIE, header, NOW, &back), HS_ERR_AUTH);
		*at = was;
	}
	assert_int_equal(hs_session_read(&key, HS_SESSION_COOKIE, header, NOW, &back), HS_OK);
}

static void
refuses_what_is_not_ours(void **state)
{
	static const char *const headers[] = { "", ";", "hansho_session",
		"hansho_session=", "hansho_session=a", "hansho_session=.", "hansho_session=...",
		"xhansho_session=1.2.3.4", "hansho_sessionx=1.2.3.4" };
	struct hs_session_key key, other;
	struct hs_session session, back;
	char header[512], big[2048];

	(void)state;
	hs_session_key_init(&key, "one");
	hs_session_key_init(&other, "another");
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		assert_int_equal(hs_session_read(&key, HS_SESSION_COOKIE, headers[i], NOW, &back),
			HS_ERR_AUTH);
	assert_int_equal(hs_session_new("kakuu", 7, NOW + SECOND, &session), HS_OK);
	header_of(&key, &session, header, sizeof(header));
	assert_int_equal(
		hs_session_read(&other, HS_SESSION_COOKIE, header, NOW, &back), HS_ERR_AUTH);
	(void)snprintf(big, sizeof(big), "hansho_session=%01500d", 1);
	assert_int_equal(hs_session_read(&key, HS_SESSION_COOKIE, big, NOW, &back), HS_ERR_AUTH);
}

static void
binds_the_token_to_its_session(void **state)
{
	struct hs_session_key key;
	struct hs_session mine, theirs;
	char token[HS_SESSION_TOKEN_SIZE], value[HS_SESSION_VALUE_SIZE];

	(void)state;
	hs_session_key_init(&key, "");
	assert_int_equal(hs_session_new("kakuu", 7, NOW, &mine), HS_OK);
	assert_int_equal(hs_session_new("kakuu", 7, NOW, &theirs), HS_OK);
	hs_session_token(&key, &mine, token);
	assert_true(hs_session_token_right(&key, &mine, token));
	assert_false(hs_session_token_right(&key, &theirs, token));
	assert_false(hs_session_token_right(&key, &mine, ""));
	/* what the cookie shows is no token */
	hs_session_write(&key, &mine, value);
	assert_false(hs_session_token_right(&key, &mine, strrchr(value, '.') + 1));
}

static void
refuses_a_principal_that_does_not_fit(void **state)
{
	struct hs_session session;
	char longest[HS_SESSION_PRINCIPAL + 1];

	(void)state;
	memset(longest, 'a', sizeof(longest));
	longest[HS_SESSION_PRINCIPAL] = '\0';
	assert_int_equal(hs_session_new(longest, 7, NOW, &session), HS_ERR_TOO_LARGE);
	longest[HS_SESSION_PRINCIPAL - 1] = '\0';
	assert_int_equal(hs_session_new(longest, 7, NOW, &session), HS_OK);
}

static void
makes_an_address_wait_after_failures(void **state)
{
	struct hs_throttle *throttle = NULL;

	(void)state;
	assert_int_equal(hs_throttle_create(4, 3, 60 * SECOND, &throttle), HS_OK);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(hs_throttle_wait_s(throttle, "127.0.0.1", NOW), 0);
		hs_throttle_failed(throttle, "127.0.0.1", NOW);
	}
	assert_int_equal(hs_throttle_wait_s(throttle, "127.0.0.1", NOW), 61);
	assert_int_equal(hs_throttle_wait_s(throttle, "127.0.0.2", NOW), 0);
	assert_int_equal(hs_throttle_wait_s(throttle, "127.0.0.1", NOW + 60 * SECOND), 0);
	/* the window over, counting begins anew */
	hs_throttle_failed(throttle, "127.0.0.1", NOW + 60 * SECOND);
	assert_int_equal(hs_throttle_wait_s(throttle, "127.0.0.1", NOW + 60 * SECOND), 0);
	hs_throttle_failed(throttle, "127.0.0.1", NOW + 60 * SECOND);
	hs_throttle_cleared(throttle, "127.0.0.1");
	hs_throttle_failed(throttle, "127.0.0.1", NOW + 60 * SECOND);
	assert_int_equal(hs_throttle_wait_s(throttle, "127.0.0.1", NOW + 60 * SECOND), 0);
	hs_throttle_destroy(throttle);
}

static void
forgets_the_address_that_failed_longest_ago(void **state)
{
	struct hs_throttle *throttle = NULL;
	char address[32];

	(void)state;
	assert_int_equal(hs_throttle_create(4, 1, 3600 * SECOND, &throttle), HS_OK);
	for (int i = 0; i < 5; i++) {
		(void)snprintf(address, sizeof(address), "10.0.0.%d", i);
		hs_throttle_failed(throttle, address, NOW + i * SECOND);
	}
	assert_int_equal(hs_throttle_wait_s(throttle, "10.0.0.0", NOW + 9 * SECOND), 0);
	for (int i = 1; i < 5; i++) {
		(void)snprintf(address, sizeof(address), "10.0.0.%d", i);
		assert_true(hs_throttle_wait_s(throttle, address, NOW + 9 * SECOND) > 0);
	}
	hs_throttle_destroy(throttle);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(carries_the_principal),
		cmocka_unit_test(refuses_every_altered_byte),
		cmocka_unit_test(refuses_what_is_not_ours),
		cmocka_unit_test(binds_the_token_to_its_session),
		cmocka_unit_test(refuses_a_principal_that_does_not_fit),
		cmocka_unit_test(makes_an_address_wait_after_failures),
		cmocka_unit_test(forgets_the_address_that_failed_longest_ago),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
