/* The active set under random histories: whatever happened, the set that is rebuilt from what it gives away is the
 * same and goes on in the same way. */
#include "tests/unit/schemas/active_bench.h"

#define HISTORIES 400
#define STEPS	  40

static uint32_t
dice(uint64_t *seed, uint32_t sides)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (uint32_t)(*seed >> 33) % sides;
}

/* One random message; most are sound, some stale, some cancels. The same for the same seed. */
static hs_notice *
random_notice(struct bench *bench, uint64_t *seed)
{
	static const char *const ids[] = { "a", "b", "c", "d" };
	static const char *const codes[] = { "990019", "990027", "" };
	static const char *const names[] = { "北町一丁目", "北町1丁目", "港町", "全域",
		"【訓練】港町" };
	static const char *const subs[] = { NULL, NULL, "990010001001" };
	static const char *const disasters[] = { "", "台風", "地震" };
	static const char whats[] = "345-z-Z?n-";
	bool is_cancel = dice(seed, 6) == 0;
	hs_notice *notice = notice_make(bench, ids[dice(seed, HS_COUNT(ids))], 1 + dice(seed, 9),
		is_cancel ? HS_ACTION(CANCEL) : HS_ACTION(UPDATE));
	notice->source->code = text(bench, codes[dice(seed, HS_COUNT(codes))]);
	notice->evacuation->disaster_name = text(bench, disasters[dice(seed, HS_COUNT(disasters))]);
	uint32_t count = dice(seed, 4);
	for (uint32_t i = 0; i < count; i++) {
		struct order order = { whats[dice(seed, sizeof(whats) - 1)],
			names[dice(seed, HS_COUNT(names))], (int)dice(seed, 5),
			subs[dice(seed, HS_COUNT(subs))] };
		order_add(bench, notice, &order);
	}
	return notice;
}

static void
a_rebuilt_set_is_the_same_and_stays_the_same(void **state)
{
	(void)state;
	size_t applied = 0, rolled_back = 0;
	for (uint64_t history = 1; history <= HISTORIES; history++) {
		uint64_t seed = history * 7919;
		struct bench bench = bench_make(), newcomer = bench_make(), twin = bench_make();
		for (int step = 0; step < STEPS; step++) {
			hs_notice *notice = random_notice(&bench, &seed);
			size_t before = hs_active_document_count(bench.active);
			enum hs_err err = say_notice(&bench, notice);
			assert_int_equal(say_notice(&twin, notice), err);
			assert_int_equal(say_notice(&newcomer, notice), err);
			expect_same(&bench, &twin);
			expect_same(&bench, &newcomer);
			applied += err == HS_OK;
			rolled_back += notice->action == HS_ACTION(CANCEL) && err == HS_OK &&
				       hs_active_document_count(bench.active) >= before && before;
			if (dice(&seed, 3) == 0) { /* one more comes to the snapshot */
				bench_end(&newcomer);
				rebuild(&bench, &newcomer);
				expect_same(&bench, &newcomer);
			}
		}
		bench_end(&twin);
		bench_end(&newcomer);
		bench_end(&bench);
	}
	/* the histories reach what they are meant to reach */
	assert_true(applied > HISTORIES * STEPS / 4);
	assert_true(rolled_back > HISTORIES / 4);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rebuilt_set_is_the_same_and_stays_the_same),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
