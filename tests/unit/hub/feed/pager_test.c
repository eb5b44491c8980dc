#include "tests/unit/hub/feed/make_notice.h"

#include "hub/feed/pager.h"

struct asked {
	uint64_t last_request;
	size_t count;
	uint64_t after[64];
	bool away;
};

static uint64_t
fetch(void *owner, uint64_t after_seq, uint32_t limit)
{
	struct asked *asked = owner;

	assert_int_equal(limit, HS_PAGE_NOTICES);
	if (asked->away)
		return 0;
	asked->after[asked->count++] = after_seq;
	return ++asked->last_request;
}

static struct hs_pager *
make(struct asked *asked, size_t pages_max)
{
	const struct hs_pager_ports ports = { .fetch = fetch, .owner = asked };
	struct hs_pager *pager = hs_pager_create(&ports, pages_max);

	assert_non_null(pager);
	return pager;
}

static enum hs_err
reply(struct hs_pager *pager, uint64_t request, uint64_t first, uint64_t last, bool end)
{
	struct hs_arena *arena = make_arena();
	hs_fetch_reply *out = NEW(arena, fetch_reply);
	enum hs_err err;

	out->request = request;
	out->end = end;
	for (uint64_t seq = first; seq <= last; seq++)
		assert_true(
			hs_repeat(arena, &out->n_notices, &out->notices, make_order(arena, seq)));
	err = hs_pager_reply(pager, "e", out, 1);
	hs_arena_destroy(arena);
	return err;
}

static void
pages_are_aligned_and_asked_for_once(void **state)
{
	struct asked asked = { 0 };
	struct hs_pager *pager = make(&asked, 4);

	(void)state;
	for (int i = 0; i < 100; i++)
		assert_null(hs_pager_get(pager, 64 + (uint64_t)(i % 64)));
	assert_int_equal(asked.count, 1);
	assert_int_equal(asked.after[0], 64);
	assert_int_equal(reply(pager, 99, 65, 128, false), HS_ERR_NOT_FOUND);
	assert_int_equal(reply(pager, 1, 65, 128, false), HS_OK);
	for (uint64_t seq = 64; seq < 128; seq++) {
		const struct hs_page *page = hs_pager_get(pager, seq);

		assert_non_null(page);
		assert_int_equal(hs_page_after(page, seq)->seq, seq + 1);
	}
	assert_null(hs_pager_get(pager, 128));
	assert_int_equal(asked.after[1], 128);
	hs_pager_destroy(pager);
}

/* The hub cut the page because of its bytes: the next one begins where it ended. */
static void
a_short_page_is_continued(void **state)
{
	struct asked asked = { 0 };
	struct hs_pager *pager = make(&asked, 4);

	(void)state;
	assert_null(hs_pager_get(pager, 5));
	assert_int_equal(reply(pager, 1, 1, 3, false), HS_OK);
	assert_null(hs_pager_get(pager, 5));
	assert_int_equal(asked.after[1], 5);
	assert_int_equal(reply(pager, 2, 6, 69, false), HS_OK);
	assert_int_equal(hs_page_after(hs_pager_get(pager, 5), 5)->seq, 6);
	hs_pager_destroy(pager);
}

static void
nothing_after_is_said_once(void **state)
{
	struct asked asked = { 0 };
	struct hs_pager *pager = make(&asked, 4);
	const struct hs_page *page;

	(void)state;
	assert_null(hs_pager_get(pager, 64));
	assert_int_equal(reply(pager, 1, 1, 0, true), HS_OK);
	page = hs_pager_get(pager, 64);
	assert_non_null(page);
	assert_true(page->end);
	assert_null(hs_page_after(page, 64));
	assert_int_equal(asked.count, 1);
	hs_pager_destroy(pager);
}

static void
is_bounded_and_forgets_the_oldest_use(void **state)
{
	struct asked asked = { 0 };
	struct hs_pager *pager = make(&asked, 2);

	(void)state;
	for (uint64_t i = 0; i < 3; i++) {
		assert_null(hs_pager_get(pager, i * 64));
		assert_int_equal(reply(pager, i + 1, i * 64 + 1, i * 64 + 64, false), HS_OK);
		assert_non_null(hs_pager_get(pager, 10));
	}
	assert_int_equal(hs_pager_count(pager), 2);
	assert_non_null(hs_pager_get(pager, 0));
	assert_non_null(hs_pager_get(pager, 128));
	assert_null(hs_pager_get(pager, 64));
	hs_pager_destroy(pager);
}

static void
asks_again_after_the_hub_was_away(void **state)
{
	struct asked asked = { .away = true };
	struct hs_pager *pager = make(&asked, 2);

	(void)state;
	assert_null(hs_pager_get(pager, 0));
	asked.away = false;
	assert_null(hs_pager_get(pager, 0));
	assert_int_equal(asked.count, 1);
	hs_pager_forget_fetches(pager);
	assert_int_equal(reply(pager, 1, 1, 64, false), HS_ERR_NOT_FOUND);
	assert_null(hs_pager_get(pager, 0));
	assert_int_equal(asked.count, 2);
	/* not more than eight at a time */
	for (uint64_t i = 1; i < 20; i++)
		assert_null(hs_pager_get(pager, i * 64));
	assert_int_equal(asked.count, 9);
	hs_pager_destroy(pager);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pages_are_aligned_and_asked_for_once),
		cmocka_unit_test(a_short_page_is_continued),
		cmocka_unit_test(nothing_after_is_said_once),
		cmocka_unit_test(is_bounded_and_forgets_the_oldest_use),
		cmocka_unit_test(asks_again_after_the_hub_was_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
