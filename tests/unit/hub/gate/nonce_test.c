/* Replay of a token within its window is refused; the table is bounded and never forgets too
 * early. */
#include "hub/gate/nonce.h"
#include "tests/unit/hub/gate/samples.h"

#define SECOND HS_US_PER_S
#define NOW    (1782899828LL * SECOND)

static void
test_replay(void **state)
{
	struct hs_nonces *nonces = hs_nonces_create(64, 300);

	(void)state;
	assert_int_equal(hs_nonces_take(nonces, "a", "n1", NOW, NOW), HS_OK);
	assert_int_equal(hs_nonces_take(nonces, "a", "n1", NOW, NOW), HS_ERR_EXISTS);
	assert_int_equal(hs_nonces_take(nonces, "b", "n1", NOW, NOW), HS_OK);
	assert_int_equal(hs_nonces_take(nonces, "a", "n2", NOW, NOW), HS_OK);
	assert_int_equal(hs_nonces_take(nonces, "a", "n1", NOW, NOW + 300 * SECOND), HS_ERR_EXISTS);
	assert_int_equal(hs_nonces_take(nonces, "a", "n1", NOW, NOW + 301 * SECOND), HS_ERR_STALE);
	hs_nonces_destroy(nonces);
}

static void
test_window(void **state)
{
	struct hs_nonces *nonces = hs_nonces_create(64, 300);

	(void)state;
	assert_int_equal(hs_nonces_take(nonces, "a", "1", NOW - 300 * SECOND, NOW), HS_OK);
	assert_int_equal(hs_nonces_take(nonces, "a", "2", NOW + 300 * SECOND, NOW), HS_OK);
	assert_int_equal(
		hs_nonces_take(nonces, "a", "3", NOW - 300 * SECOND - 1, NOW), HS_ERR_STALE);
	assert_int_equal(
		hs_nonces_take(nonces, "a", "4", NOW + 300 * SECOND + 1, NOW), HS_ERR_STALE);
	hs_nonces_destroy(nonces);
}

/* Full of valid ones: refuses. Later there is room again, and an old one that still counts is
 * still known. */
static void
test_full(void **state)
{
	struct hs_nonces *nonces = hs_nonces_create(16, 300);
	char nonce[16];
	int taken = 0;

	(void)state;
	for (int i = 0; i < 40; i++) {
		int64_t at = NOW + i;

		snprintf(nonce, sizeof(nonce), "n%d", i);
		taken += hs_nonces_take(nonces, "a", nonce, at, NOW + 40) == HS_OK;
	}
	assert_int_equal(taken, 14);
	assert_int_equal(hs_nonces_take(nonces, "a", "x", NOW, NOW), HS_ERR_FULL);
	assert_int_equal(hs_nonces_take(nonces, "a", "n3", NOW + 3, NOW), HS_ERR_EXISTS);
	assert_int_equal(
		hs_nonces_take(nonces, "a", "x", NOW + 302 * SECOND, NOW + 302 * SECOND), HS_OK);
	assert_int_equal(hs_nonces_take(nonces, "a", "x", NOW + 302 * SECOND, NOW + 302 * SECOND),
		HS_ERR_EXISTS);
	hs_nonces_destroy(nonces);
	hs_nonces_destroy(NULL);
}

/* Against a plain list of all that was taken. */
static void
test_against_a_list(void **state)
{
	struct hs_nonces *nonces = hs_nonces_create(256, 10);
	int64_t until[64] = { 0 };
	unsigned seed = 7;

	(void)state;
	for (int i = 0; i < 20000; i++) {
		int64_t now = NOW + i * SECOND / 20;
		unsigned which = (seed = seed * 1103515245u + 12345u) >> 16 & 63;
		char nonce[8];
		enum hs_err err;

		snprintf(nonce, sizeof(nonce), "%u", which);
		err = hs_nonces_take(nonces, "u", nonce, now, now);
		assert_int_equal(err, until[which] > now ? HS_ERR_EXISTS : HS_OK);
		if (err == HS_OK)
			until[which] = now + 10 * SECOND + 1;
	}
	hs_nonces_destroy(nonces);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_replay),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_full),
		cmocka_unit_test(test_against_a_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
