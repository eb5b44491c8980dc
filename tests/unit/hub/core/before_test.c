/* What a notice follows (hub/core/before.h), as it stands in its record, through the whole core. */
#include "tests/unit/hub/core/intake_bench.h"

#define OURS "bosai.kakuu.example|"
#define LIFT HS_ACTION(LIFT)

enum { WEATHER = HS_KIND(WEATHER), FLOOD = HS_KIND(FLOOD), OTHER = HS_KIND(OTHER) };

/* "kinds; level" of the newest notice; "-": it follows nothing that had not ended. */
static const char *
before_of(struct desk *desk)
{
	const hs_document *document = last_record(desk, HS_RECORD(NOTICE))->notice->document;
	char *out = hs_arena_alloc(desk->arena, 256);

	out[0] = '\0';
	for (size_t i = 0; i < document->n_kinds_before; i++) {
		strcat(out, i > 0 ? "," : "");
		strcat(out, document->kinds_before[i]);
	}
	sprintf(out + strlen(out), document->follows ? ";%u" : ";-", document->level_before);
	return out;
}

static size_t
displaced(struct desk *desk)
{
	return last_record(desk, HS_RECORD(NOTICE))->n_displaced;
}

struct told {
	struct order order;
	const char *before;
	size_t displaced;
};

/* Each with its commit, then all of them on their way at once: the same; and what a restart knows. */
static void
expect_before(struct desk *desk, const struct told *rows, size_t count, bool at_once)
{
	desk_hello(desk, GATE);
	for (size_t i = 0; i < count; i++) {
		struct order order = rows[i].order;

		order.content = (uint8_t)(i + 1);
		desk_submit(desk, order);
		if (strcmp(before_of(desk), rows[i].before) != 0 ||
			displaced(desk) != rows[i].displaced)
			fail_msg("row %zu: \"%s\", %zu displaced", i, before_of(desk),
				displaced(desk));
		if (at_once)
			continue;
		desk_commit(desk);
		desk_restart(desk);
		desk_hello(desk, GATE);
	}
}

static const struct told series[] = {
	{ { "a", 1, ISSUE, .level = 4, .moments = true }, ";-", 0 },
	{ { "a", 2, ISSUE, .level = 3, .moments = true }, ";4", 0 },
	{ { "a", 3, ISSUE, .level = 2, .moments = true }, ";4", 0 },
	{ { "a", 4, LIFT, .level = 0, .moments = true }, ";4", 0 },
	{ { "a", 5, ISSUE, .level = 2, .moments = true }, ";-", 0 }, /* nobody holds anything */
	{ { "a", 6, ISSUE, .level = 1, .moments = true }, ";2", 0 },
	{ { "b", 1, ISSUE, .level = 0, .area = "990027" }, ";-", 0 },
	{ { "b", 2, ISSUE, .level = 3, .area = "990027" }, ";0", 0 }, /* it had none */
};

static const struct told documents[] = {
	{ { "a", 1, ISSUE, .level = 4 }, ";-", 0 },
	{ { "b", 1, ISSUE, .level = 3 }, ";4", 1 },
	{ { "c", 1, ISSUE, .level = 2 }, ";4", 1 }, /* b stands there, and passes on what a was */
	{ { "d", 1, ISSUE, .level = 2, .area = "990027" }, ";-", 0 },
	{ { "e", 1, ISSUE, .level = 2, .kind = HS_KIND(SHELTER) }, ";-", 0 },
};

static const struct told kinds[] = {
	{ { "w", 1, ISSUE, .kind = WEATHER, .level = 2 }, ";-", 0 },
	{ { "f", 1, UPDATE, .kind = FLOOD, .level = 3, .supersedes = OURS "w" }, "weather;2", 0 },
	{ { "x", 1, ISSUE, .kind = WEATHER, .level = 3, .area = "990027" }, ";-", 0 },
	{ { "c", 1, CANCEL, .kind = OTHER, .supersedes = OURS "f", .and = OURS "x" },
		"flood,weather;3", 0 },
};

static void
test_a_series(void **state)
{
	expect_before(*state, series, HS_COUNT(series), false);
}

static void
test_documents_that_displace_each_other(void **state)
{
	expect_before(*state, documents, HS_COUNT(documents), false);
}

static void
test_the_same_on_their_way_to_the_disk(void **state)
{
	expect_before(*state, documents, HS_COUNT(documents), true);
}

static void
test_kinds(void **state)
{
	expect_before(*state, kinds, HS_COUNT(kinds), false);
}

static void
test_kinds_on_their_way_to_the_disk(void **state)
{
	expect_before(*state, kinds, HS_COUNT(kinds), true);
}

/* Nobody asks the gate about it. */
static void
test_the_hub_alone_says_it(void **state)
{
	struct desk *desk = *state;
	hs_submit *submit = order_submit(
		desk->arena, &(struct order){ "a", 1, ISSUE, .level = 3, .content = 1 });
	hs_document *document = submit->notice->document;

	document->follows = true;
	document->level_before = 5;
	assert_true(hs_repeat(desk->arena, &document->n_kinds_before, &document->kinds_before,
		hs_arena_strdup(desk->arena, "flood")));
	desk_hello(desk, GATE);
	submit->request = 1;
	DESK_FRAME(desk, GATE, SUBMIT, submit, submit);
	assert_string_equal(before_of(desk), ";-");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		DESK_TEST(test_a_series),
		cmocka_unit_test_setup_teardown(
			test_documents_that_displace_each_other, desk_setup, desk_teardown),
		cmocka_unit_test_setup_teardown(
			test_the_same_on_their_way_to_the_disk, desk_setup, desk_teardown),
		DESK_TEST(test_kinds),
		cmocka_unit_test_setup_teardown(
			test_kinds_on_their_way_to_the_disk, desk_setup, desk_teardown),
		cmocka_unit_test_setup_teardown(
			test_the_hub_alone_says_it, desk_setup, desk_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
