/* The index of who wants what, against a full scan with hs_filter_passes, for random filters and notices; and that this
 * comparison finds each of the faults below, which are put between the index and what it calls. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "hub/base/check.h"
#include "hub/feed/wanted.h"
#include "schemas/tables.h"

#define ITEMS	    60
#define LOOKS	    20000
#define CODES_MAX   120
#define KINDS	    6
#define STRANGE_LEN 4

enum fault {
	FAULT_NONE,
	FAULT_NO_CITY_AROUND,
	FAULT_NO_PREFECTURE_AROUND,
	FAULT_ONLY_ITSELF,
	FAULT_PREFECTURE_FOR_ITSELF,
	FAULT_EVERY_SHELF,
	FAULT_FOLLOWS_UNSEEN,
	FAULT_KINDS_BEFORE_UNSEEN,
	FAULT_LEVEL_BEFORE_UNSEEN,
	FAULT_BEFORE_UNSEEN,
	FAULT_NOWHERE_IS_NOBODY,
	FAULT_COUNT
};

struct one {
	struct hs_wanted_item item; /* first */
	struct hs_filter filter;
	bool in;
	size_t found;
};

struct world {
	uint64_t random;
	enum fault fault;
	struct hs_wanted *wanted;
	char codes[CODES_MAX][HS_AREA_PLACE_SIZE];
	size_t code_count;
	struct one ones[ITEMS];
	size_t strangers; /* found, though not in */
};

/* What the functions between see. */
static enum fault *
fault_now(void)
{
	static enum fault fault;

	return &fault;
}

/* ---- faults ---- */

size_t __real_hs_area_around(const char *code, char places[][HS_AREA_PLACE_SIZE]);
size_t __wrap_hs_area_around(const char *code, char places[][HS_AREA_PLACE_SIZE]);
bool __real_hs_filter_passes(const struct hs_filter *filter, const struct hs_head *head);
bool __wrap_hs_filter_passes(const struct hs_filter *filter, const struct hs_head *head);
void __real_hs_wanted_find(struct hs_wanted *wanted, const struct hs_head *head,
	void (*found)(void *owner, struct hs_wanted_item *item), void *owner);
void __wrap_hs_wanted_find(struct hs_wanted *wanted, const struct hs_head *head,
	void (*found)(void *owner, struct hs_wanted_item *item), void *owner);

static bool
is_left_out(enum fault fault, const char *own, const char *place)
{
	if (fault == FAULT_ONLY_ITSELF)
		return true;
	if (fault == FAULT_NO_PREFECTURE_AROUND)
		return strlen(place) == 2;
	return fault == FAULT_NO_CITY_AROUND && strlen(place) == 5 && memcmp(own, place, 5) != 0;
}

size_t
__wrap_hs_area_around(const char *code, char places[][HS_AREA_PLACE_SIZE])
{
	size_t count = __real_hs_area_around(code, places), kept = count > 0 ? 1 : 0;

	for (size_t i = 1; i < count; i++) {
		if (!is_left_out(*fault_now(), code, places[i]))
			memmove(places[kept++], places[i], HS_AREA_PLACE_SIZE);
	}
	if (*fault_now() == FAULT_PREFECTURE_FOR_ITSELF && count > 0)
		places[0][2] = '\0';
	return kept;
}

bool
__wrap_hs_filter_passes(const struct hs_filter *filter, const struct hs_head *head)
{
	struct hs_head seen = *head;

	if (*fault_now() == FAULT_EVERY_SHELF)
		return true;
	if (*fault_now() == FAULT_FOLLOWS_UNSEEN)
		seen.follows = false;
	if (*fault_now() == FAULT_KINDS_BEFORE_UNSEEN)
		seen.kinds_before = 0;
	if (*fault_now() == FAULT_LEVEL_BEFORE_UNSEEN)
		seen.level_known = false;
	return __real_hs_filter_passes(filter, &seen);
}

void
__wrap_hs_wanted_find(struct hs_wanted *wanted, const struct hs_head *head,
	void (*found)(void *owner, struct hs_wanted_item *item), void *owner)
{
	struct hs_head seen = *head;
	char nowhere[1][HS_AREA_CODE_SIZE] = { "nowhere" };

	if (*fault_now() == FAULT_BEFORE_UNSEEN)
		seen.before = (struct hs_area_set){ 0 };
	if (*fault_now() == FAULT_NOWHERE_IS_NOBODY && seen.areas.count == 0)
		seen.areas = (struct hs_area_set){ 1, 1, nowhere };
	__real_hs_wanted_find(wanted, &seen, found, owner);
}

/* ---- random filters and notices ---- */

static size_t
below(struct world *world, size_t limit)
{
	world->random = world->random * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(world->random >> 33) % limit;
}

static void
add_code(struct world *world, const char *code)
{
	HS_CHECK(world->code_count < CODES_MAX);
	snprintf(world->codes[world->code_count++], HS_AREA_PLACE_SIZE, "%s", code);
}

/* Places that lie in one another: some prefectures in both forms, cities, wards, districts of them. */
static void
choose_codes(struct world *world)
{
	size_t rows = 0, wards = 0;
	const struct hs_area_row *row = hs_area_rows(&rows);
	char district[HS_AREA_PLACE_SIZE];

	for (size_t i = 0; i < rows; i++) {
		bool ward = row[i].parent[0] != '\0';

		if (i % 90 != 0 && !(ward && wards < 12))
			continue;
		wards += ward;
		add_code(world, row[i].code);
		snprintf(district, sizeof(district), "%.5s000100%zu", row[i].code, i % 2);
		add_code(world, district);
		if (ward && wards % 4 == 1)
			add_code(world, row[i].parent);
	}
	add_code(world, "01");
	add_code(world, "010006");
	add_code(world, "130001");
	add_code(world, "13");
	add_code(world, "01101");
}

static void
random_areas(struct world *world, struct hs_area_set *areas, size_t most, bool strange)
{
	static const char *const strangers[STRANGE_LEN] = { "abc", "1234", "99999999", "0110x1" };

	for (size_t count = below(world, most + 1); count > 0; count--) {
		const char *code = world->codes[below(world, world->code_count)];

		if (strange && below(world, 10) == 0)
			code = strangers[below(world, STRANGE_LEN)];
		assert_int_equal(hs_area_set_add(areas, code, strlen(code)), HS_OK);
	}
}

static void
random_filter(struct world *world, struct hs_filter *filter)
{
	*filter = (struct hs_filter){ 0 };
	random_areas(world, &filter->areas, 3, false);
	if (below(world, 3) == 0)
		filter->kinds_only = 2u << below(world, KINDS);
	if (below(world, 4) == 0)
		filter->kinds_not = 2u << below(world, KINDS);
	if (below(world, 3) == 0)
		filter->level_min = (uint32_t)below(world, 6);
}

static void
random_head(struct world *world, struct hs_head *head)
{
	*head = (struct hs_head){ .kind = (int)below(world, KINDS + 1),
		.level = (uint32_t)below(world, 8),
		.follows = below(world, 2) == 0 };
	if (below(world, 4) == 0)
		head->kinds_before = 1u << below(world, KINDS + 1);
	head->level_known = below(world, 3) == 0;
	head->level_before = (uint32_t)below(world, 6);
	if (below(world, 20) == 0)
		head->kind = 41; /* not known */
	random_areas(world, &head->areas, 3, true);
	random_areas(world, &head->before, 2, true);
}

/* ---- the comparison ---- */

static void
note(void *owner, struct hs_wanted_item *item)
{
	struct world *world = owner;
	struct one *one = HS_CONTAINER_OF(item, struct one, item);

	one->found++;
	world->strangers += !one->in;
}

static void
come_or_go(struct world *world)
{
	struct one *one = &world->ones[below(world, ITEMS)];

	if (one->in) {
		hs_wanted_remove(world->wanted, &one->item);
		hs_filter_free(&one->filter);
	} else {
		random_filter(world, &one->filter);
		assert_int_equal(hs_wanted_add(world->wanted, &one->item, &one->filter), HS_OK);
	}
	one->in = !one->in;
}

/* false: the index says something else than the filters; *hits grows by what was wanted. */
static bool
agrees(struct world *world, size_t *hits)
{
	struct hs_head head;
	bool same = true;

	random_head(world, &head);
	for (size_t i = 0; i < ITEMS; i++)
		world->ones[i].found = 0;
	hs_wanted_find(world->wanted, &head, note, world);
	for (size_t i = 0; i < ITEMS; i++) {
		const struct one *one = &world->ones[i];
		bool wanted = one->in && __real_hs_filter_passes(&one->filter, &head);

		*hits += wanted;
		same = same && one->found == (wanted ? 1 : 0);
	}
	hs_head_free(&head);
	return same && world->strangers == 0;
}

/* In how many looks the two said the same before they did not; LOOKS: always. */
static size_t
compare(enum fault fault, size_t *hits)
{
	struct world *world = calloc(1, sizeof(*world));
	size_t looks = 0;

	*hits = 0;
	assert_non_null(world);
	world->random = 17;
	world->wanted = hs_wanted_create();
	assert_non_null(world->wanted);
	choose_codes(world);
	*fault_now() = fault;
	while (looks < LOOKS) {
		come_or_go(world);
		if (!agrees(world, hits))
			break;
		looks++;
	}
	for (size_t i = 0; i < ITEMS; i++) {
		if (!world->ones[i].in)
			continue;
		hs_wanted_remove(world->wanted, &world->ones[i].item);
		hs_filter_free(&world->ones[i].filter);
	}
	*fault_now() = FAULT_NONE;
	hs_wanted_destroy(world->wanted); /* checks that nothing stayed behind */
	free(world);
	return looks;
}

static void
the_index_finds_what_the_filters_say(void **state)
{
	size_t hits;

	(void)state;
	assert_int_equal(compare(FAULT_NONE, &hits), LOOKS);
	assert_in_range(hits, LOOKS, (size_t)LOOKS * ITEMS / 2);
}

static void
each_fault_is_seen(void **state)
{
	(void)state;
	for (enum fault fault = FAULT_NONE + 1; fault < FAULT_COUNT; fault++) {
		size_t hits, looks = compare(fault, &hits);

		print_message("fault %d is seen after %zu looks\n", (int)fault, looks);
		assert_true(looks < LOOKS);
	}
}

/* hs_area_around says the same as hs_area_within, for every pair of places. */
static void
around_is_within(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	(void)state;
	assert_non_null(world);
	choose_codes(world);
	add_code(world, "abc");
	add_code(world, "1234");
	for (size_t i = 0; i < world->code_count; i++) {
		char around[HS_AREA_AROUND_MAX][HS_AREA_PLACE_SIZE],
			own[HS_AREA_AROUND_MAX][HS_AREA_PLACE_SIZE];
		size_t count = __real_hs_area_around(world->codes[i], around);

		for (size_t j = 0; j < world->code_count; j++) {
			bool among = false;

			if (__real_hs_area_around(world->codes[j], own) > 0)
				for (size_t k = 0; k < count; k++)
					among = among || strcmp(around[k], own[0]) == 0;
			assert_int_equal(among, hs_area_within(world->codes[i], world->codes[j]));
		}
	}
	free(world);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_index_finds_what_the_filters_say),
		cmocka_unit_test(each_fault_is_seen),
		cmocka_unit_test(around_is_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
