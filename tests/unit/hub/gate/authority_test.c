/* authority_test.c: every code of Japan × fifty principals of all sorts; the edges of delegations; kinds.
 *
 * What is expected is worked out here from the columns of schemas/tables/areas.csv (prefecture digits, kind, parent), not by
 * the functions under test.
 */
#include "hub/gate/authority.h"
#include "tests/unit/hub/gate/samples.h"

#define ROWS_MAX       2100
#define PRINCIPALS     50
#define CODES_OF_JAPAN 1918
#define PREFECTURES    47
#define NOW_US	       SAMPLE_RECEIVED_US
#define HOUR_US	       (3600 * HS_US_PER_S)
#define EVACUATION     HS_KIND(EVACUATION)

/* ---- the table, read by the test itself ---- */

struct place {
	char code[7];
	char kind[24];
	char parent[7];
};

struct places {
	struct place rows[ROWS_MAX];
	size_t count;
};

static struct places *
read_places(void)
{
	static struct places places;
	FILE *file = fopen("schemas/tables/areas.csv", "re");
	char line[512];

	assert_non_null(file);
	places.count = 0;
	while (fgets(line, sizeof(line), file)) {
		struct place *place = &places.rows[places.count];
		char *parent = strrchr(line, ',');

		if (line[0] < '0' || line[0] > '9')
			continue;
		assert_true(places.count < ROWS_MAX);
		assert_non_null(parent);
		line[strcspn(line, "\r\n")] = '\0';
		assert_int_equal(sscanf(line, "%6[0-9],%23[a-z_]", place->code, place->kind), 2);
		(void)snprintf(place->parent, sizeof(place->parent), "%s", parent + 1);
		places.count++;
	}
	(void)fclose(file);
	return &places;
}

/* ---- fifty principals ---- */

/* A right as the test understands it. */
struct grant {
	const char *areas[4];
	const char *kinds[3];
	int64_t from_us, to_us; /* 0, 0: always */
};
struct person {
	struct grant grants[3]; /* the first is its own, the others are delegations */
};

#define OWN(...)                         \
	{                                \
		.areas = { __VA_ARGS__ } \
	}
#define LENT(from, to, ...)                                                \
	{                                                                  \
		.areas = { __VA_ARGS__ }, .from_us = (from), .to_us = (to) \
	}
#define IN_FORCE(...) LENT(NOW_US - HOUR_US, NOW_US + HOUR_US, __VA_ARGS__)
#define OVER(...)     LENT(NOW_US - 2 * HOUR_US, NOW_US - HOUR_US, __VA_ARGS__)
#define TO_COME(...)  LENT(NOW_US + HOUR_US, NOW_US + 2 * HOUR_US, __VA_ARGS__)

/* clang-format off */
static const struct person people[PRINCIPALS] = {
	/* prefectures, in all spellings */
	{ { OWN("01") } }, { { OWN("13") } }, { { OWN("22") } }, { { OWN("47") } }, { { OWN("270008") } },
	{ { OWN("400009") } }, { { OWN("14000") } }, { { OWN("01", "13") } }, { { OWN("99") } }, { { OWN("990001") } },
	/* designated cities: Sapporo, Hamamatsu, Yokohama, Osaka, Fukuoka, Sendai, Hiroshima, Kyoto */
	{ { OWN("011002") } }, { { OWN("221309") } }, { { OWN("141003") } }, { { OWN("271004") } }, { { OWN("401307") } },
	{ { OWN("04100") } }, { { OWN("341002") } }, { { OWN("261009", "271004") } },
	/* wards of designated cities */
	{ { OWN("011011") } }, { { OWN("221384") } }, { { OWN("221392", "221406") } }, { { OWN("141011") } }, { { OWN("27102") } },
	{ { OWN("401315") } }, { { OWN("011011", "141011") } },
	/* special wards of Tokyo, which are municipalities */
	{ { OWN("131016") } }, { { OWN("131041") } }, { { OWN("13123") } }, { { OWN("131016", "131024") } },
	/* cities, towns, villages, an island, the Northern Territories, a drill's */
	{ { OWN("012025") } }, { { OWN("131059") } }, { { OWN("133612") } }, { { OWN("016951") } }, { { OWN("473014") } },
	{ { OWN("990019") } }, { { OWN("990019", "990027") } }, { { OWN("122394") } }, { { OWN("032166", "402311") } },
	/* a city and the prefecture around it; a ward and its city */
	{ { OWN("011002", "01") } }, { { OWN("011011", "011002") } },
	/* delegations: in force, over, to come, of all sorts of places */
	{ { OWN("131016"), IN_FORCE("131024") } }, { { OWN("131016"), OVER("131024") } }, { { OWN("131016"), TO_COME("131024") } },
	{ { OWN(NULL), IN_FORCE("221309") } }, { { OWN(NULL), IN_FORCE("13"), OVER("01") } },
	{ { OWN("221384"), IN_FORCE("221309"), TO_COME("22") } },
	/* kinds: not this one, only this one, all but this one; a delegation for another kind, and for this one */
	{ { { .areas = { "131016" }, .kinds = { "shelter", "damage" } } } },
	{ { { .areas = { "131016" }, .kinds = { "evacuation" } } } },
	{ { { .areas = { "13" }, .kinds = { "!evacuation" } }, IN_FORCE("131016") } },
	{ { { .areas = { "13" }, .kinds = { "!event" } },
	    { .areas = { "011002" }, .kinds = { "shelter" }, .from_us = NOW_US, .to_us = NOW_US + 1 } } },
};
/* clang-format on */

struct built {
	struct hs_principal principal;
	struct hs_delegation delegations[2];
};

static struct hs_config_texts
texts_of(const char *const *items, size_t max)
{
	struct hs_config_texts texts = { (const char **)(uintptr_t)items, 0 };

	while (texts.count < max && items[texts.count] != NULL)
		texts.count++;
	return texts;
}

static void
build(const struct person *person, struct built *out)
{
	*out = (struct built){ .principal = sample_principal };
	out->principal.areas = texts_of(person->grants[0].areas, 4);
	out->principal.kinds = texts_of(person->grants[0].kinds, 3);
	out->principal.delegations.items = out->delegations;
	for (size_t i = 1; i < 3 && person->grants[i].areas[0] != NULL; i++) {
		struct hs_delegation *delegation =
			&out->delegations[out->principal.delegations.count++];

		delegation->areas = texts_of(person->grants[i].areas, 4);
		delegation->kinds = texts_of(person->grants[i].kinds, 3);
		delegation->from_unix_us = person->grants[i].from_us;
		delegation->to_unix_us = person->grants[i].to_us;
	}
}

/* ---- what is expected ---- */

/* By the columns of the table alone: the prefecture's two digits, the code itself, the parent of a ward. */
static bool
covers(const char *own, const struct place *place)
{
	if (strlen(own) == 2 || strcmp(own + 2, "000") == 0 || strncmp(own + 2, "000", 3) == 0)
		return strncmp(own, place->code, 2) == 0;
	return strncmp(own, place->code, 5) == 0 ||
	       (place->parent[0] != '\0' && strncmp(own, place->parent, 5) == 0);
}

static bool
kinds_take_evacuation(const struct grant *grant)
{
	bool only = false;

	for (size_t i = 0; i < 3 && grant->kinds[i] != NULL; i++) {
		if (strcmp(grant->kinds[i], "evacuation") == 0)
			return true;
		if (strcmp(grant->kinds[i], "!evacuation") == 0)
			return false;
		only = only || grant->kinds[i][0] != '!';
	}
	return !only;
}

static bool
permitted(const struct person *person, const struct place *place)
{
	for (size_t i = 0; i < 3; i++) {
		const struct grant *grant = &person->grants[i];
		bool now = grant->to_us == 0 || (grant->from_us <= NOW_US && NOW_US < grant->to_us);

		for (size_t k = 0; k < 4 && grant->areas[k] != NULL; k++) {
			if (now && kinds_take_evacuation(grant) && covers(grant->areas[k], place))
				return true;
		}
	}
	return false;
}

static void
test_every_code_and_every_principal(void **state)
{
	const struct places *places = read_places();
	size_t cells = 0, passed = 0, real = 0, prefectures = 0;

	(void)state;
	for (size_t p = 0; p < PRINCIPALS; p++) {
		size_t own = 0;
		struct built built;

		build(&people[p], &built);
		for (size_t i = 0; i < places->count; i++, cells++) {
			const struct place *place = &places->rows[i];
			struct hs_authority answer =
				hs_authority_ask(&built.principal, place->code, EVACUATION, NOW_US);
			bool expected = permitted(&people[p], place);

			if (hs_authority_given(answer.verdict) != expected)
				fail_msg("principal %zu, code %s: verdict %d, expected %d", p,
					place->code, answer.verdict, expected);
			own += expected;
			passed += expected;
			real += p == 0 && strcmp(place->kind, "prefecture") != 0 &&
				strncmp(place->code, "99", 2) != 0;
			prefectures += p == 0 && strcmp(place->kind, "prefecture") == 0 &&
				       strncmp(place->code, "99", 2) != 0;
		}
		/* Nobody may say everything, and a list that lets nobody through proves nothing. */
		assert_true(own < places->count / 4);
	}
	assert_int_equal(real, CODES_OF_JAPAN);
	assert_int_equal(prefectures, PREFECTURES);
	assert_int_equal(cells, places->count * PRINCIPALS);
	assert_true(passed > 500);
}

/* The same for a district of every municipality and ward, and for every code with a wrong check digit, five digits, and
 * neither letters nor lengths in between. */
static void
test_every_spelling(void **state)
{
	const struct places *places = read_places();

	(void)state;
	for (size_t p = 0; p < PRINCIPALS; p++) {
		struct built built;

		build(&people[p], &built);
		for (size_t i = 0; i < places->count; i++) {
			const struct place *place = &places->rows[i];
			bool expected = permitted(&people[p], place);
			char five[6], district[13], seven[8], letter[7];

			(void)snprintf(five, sizeof(five), "%.5s", place->code);
			(void)snprintf(district, sizeof(district), "%.5s0010023", place->code);
			(void)snprintf(seven, sizeof(seven), "%s0", place->code);
			(void)snprintf(
				letter, sizeof(letter), "%.4sx%c", place->code, place->code[5]);
			assert_int_equal(hs_authority_given(hs_authority_ask(
						 &built.principal, five, EVACUATION, NOW_US)
								    .verdict),
				expected);
			if (strncmp(place->code + 2, "000", 3) != 0)
				assert_int_equal(
					hs_authority_given(hs_authority_ask(
						&built.principal, district, EVACUATION, NOW_US)
								   .verdict),
					expected);
			assert_int_equal(
				hs_authority_ask(&built.principal, seven, EVACUATION, NOW_US)
					.verdict,
				HS_VERDICT_FOREIGN);
			assert_int_equal(
				hs_authority_ask(&built.principal, letter, EVACUATION, NOW_US)
					.verdict,
				HS_VERDICT_FOREIGN);
		}
		assert_int_equal(hs_authority_ask(&built.principal, "", EVACUATION, NOW_US).verdict,
			HS_VERDICT_FOREIGN);
	}
}

/* ---- single rules ---- */

static enum hs_verdict
verdict_of(const char *own, const char *code)
{
	const char *areas[] = { own };
	struct hs_principal principal = { .areas = { areas, 1 } };

	return hs_authority_ask(&principal, code, EVACUATION, NOW_US).verdict;
}

static void
test_written_table(void **state)
{
	(void)state;
	assert_int_equal(verdict_of("22", "221309"), HS_VERDICT_OWN);
	assert_int_equal(verdict_of("22", "221384"), HS_VERDICT_OWN);
	assert_int_equal(verdict_of("221309", "221384"), HS_VERDICT_OWN);
	assert_int_equal(verdict_of("221309", "221380010023"), HS_VERDICT_OWN);
	assert_int_equal(verdict_of("221384", "221309"), HS_VERDICT_AROUND);
	assert_int_equal(verdict_of("221384", "220001"), HS_VERDICT_AROUND);
	assert_int_equal(verdict_of("221384", "22"), HS_VERDICT_AROUND);
	assert_int_equal(verdict_of("221309", "220001"), HS_VERDICT_AROUND);
	assert_int_equal(verdict_of("221384", "221392"), HS_VERDICT_FOREIGN);
	assert_int_equal(verdict_of("221384", "221390010023"), HS_VERDICT_FOREIGN);
	/* a district of the city that no ward stands for */
	assert_int_equal(verdict_of("221384", "221300010023"), HS_VERDICT_FOREIGN);
	assert_int_equal(verdict_of("131016", "130001"), HS_VERDICT_AROUND);
	assert_int_equal(verdict_of("131016", "131024"), HS_VERDICT_FOREIGN);
	assert_int_equal(verdict_of("22", "130001"), HS_VERDICT_FOREIGN);
}

static void
test_edges_of_delegations(void **state)
{
	static const struct {
		int64_t now_us;
		enum hs_verdict verdict;
	} rows[] = {
		{ NOW_US - 1, HS_VERDICT_DATES },
		{ NOW_US, HS_VERDICT_DELEGATED },
		{ NOW_US + HOUR_US - 1, HS_VERDICT_DELEGATED },
		{ NOW_US + HOUR_US, HS_VERDICT_DATES },
		{ INT64_MAX, HS_VERDICT_DATES },
		{ 0, HS_VERDICT_DATES },
	};
	const char *lent[] = { "131024" }, *own[] = { "131016" }, *kinds[] = { "evacuation" };
	struct hs_delegation delegation = { .areas = { lent, 1 },
		.kinds = { kinds, 1 },
		.from_unix_us = NOW_US,
		.to_unix_us = NOW_US + HOUR_US };
	struct hs_principal principal = { .areas = { own, 1 }, .delegations = { &delegation, 1 } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_authority answer =
			hs_authority_ask(&principal, "131024", EVACUATION, rows[i].now_us);

		assert_int_equal(answer.verdict, rows[i].verdict);
		assert_ptr_equal(answer.delegation, &delegation);
		/* The own area needs no date, and what was not lent stays foreign. */
		assert_int_equal(
			hs_authority_ask(&principal, "131016", EVACUATION, rows[i].now_us).verdict,
			HS_VERDICT_OWN);
		assert_int_equal(
			hs_authority_ask(&principal, "131032", EVACUATION, rows[i].now_us).verdict,
			HS_VERDICT_FOREIGN);
	}
	assert_int_equal(hs_authority_ask(&principal, "131024", HS_KIND(SHELTER), NOW_US).verdict,
		HS_VERDICT_KIND);
}

static void
test_kinds(void **state)
{
	static const struct {
		const char *items[3];
		bool evacuation, shelter, unknown;
	} rows[] = {
		{ { NULL }, true, true, true },
		{ { "evacuation" }, true, false, false },
		{ { "shelter" }, false, true, false },
		{ { "!shelter" }, true, false, true },
		{ { "!shelter", "!evacuation" }, false, false, true },
		{ { "evacuation", "!shelter" }, true, false, false },
		{ { "evacuation", "!evacuation" }, false, false, false },
		{ { "evacuation", "shelter" }, true, true, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_config_texts kinds = texts_of(rows[i].items, 3);

		assert_int_equal(hs_kinds_cover(&kinds, EVACUATION), rows[i].evacuation);
		assert_int_equal(hs_kinds_cover(&kinds, HS_KIND(SHELTER)), rows[i].shelter);
		assert_int_equal(hs_kinds_cover(&kinds, 4711), rows[i].unknown);
	}
}

/* ---- through the whole pipeline ---- */

/* The sample with this code everywhere it names a place, by this principal. */
static void
run_cell(struct run *run, const struct built *built, const char *code)
{
	char area[64], *body, *text;

	(void)snprintf(area, sizeof(area), "jisX0402>%s<", code);
	body = replaced_all(sample_order, "jisX0402>990019<", area);
	(void)snprintf(area, sizeof(area), "MokuCode>%.5s1001001<", code);
	text = replaced_all(body, "MokuCode>990010001001<", area);
	free(body);
	(void)snprintf(area, sizeof(area), "OrganizationCode>%s<", code);
	body = replaced_all(text, "OrganizationCode>990019<", area);
	free(text);
	run_init(run);
	run->principal = built->principal;
	run_bytes(run, body, strlen(body));
	free(body);
}

/* Each principal with some of its own codes and some of others. */
static void
test_cells_through_the_pipeline(void **state)
{
	const struct places *places = read_places();
	size_t passed = 0, refused = 0;

	(void)state;
	for (size_t p = 0; p < PRINCIPALS; p++) {
		struct built built;

		build(&people[p], &built);
		for (size_t i = p % 7, own = 0; i < places->count; i++) {
			const struct place *place = &places->rows[i];
			bool expected = permitted(&people[p], place);
			struct run run;

			/* an order is for a municipality or a ward; every 97th foreign one, the first own ones */
			if (strncmp(place->code + 2, "000", 3) == 0 ||
				(expected ? own++ >= 5 : i % 97 != 0))
				continue;
			run_cell(&run, &built, place->code);
			if ((run.err == HS_OK) != expected) {
				run_print(&run);
				fail_msg("principal %zu, code %s", p, place->code);
			}
			if (!expected)
				assert_int_equal(run.err, HS_ERR_FORBIDDEN);
			passed += expected;
			refused += !expected;
			run_end(&run);
		}
	}
	assert_true(passed > 100);
	assert_true(refused > 500);
}

static void
test_ward_does_not_speak_for_its_city(void **state)
{
	const struct person ward = { { OWN("221384") } };
	struct built built;
	struct run run;

	(void)state;
	build(&ward, &built);
	run_cell(&run, &built, "221309");
	assert_int_equal(run.err, HS_ERR_FORBIDDEN);
	assert_non_null(found(&run, HS_FINDING_AREA_AROUND));
	run_end(&run);
	run_cell(&run, &built, "221384");
	assert_accepted(&run);
	run_end(&run);
}

static void
test_delegation_is_shown(void **state)
{
	const struct person lent = { { OWN("990027"), IN_FORCE("990019") } };
	const struct person late = { { OWN("990027"), OVER("990019") } };
	struct built built;
	struct run run;

	(void)state;
	build(&lent, &built);
	built.principal.code = "990019"; /* even when the offices say nothing of it */
	built.principal.organisation = "架空県";
	built.principal.office = "";
	char *text = replaced(sample_order, "OrganizationCode>990001<", "OrganizationCode>990019<");
	run_init(&run);
	run.principal = built.principal;
	run_bytes(&run, text, strlen(text));
	assert_accepted(&run);
	assert_true(hs_notice_has_flag(run.submission.notice, "proxy_entry"));
	assert_string_equal(run.submission.notice->source->entered_by, "架空県");
	run_end(&run);
	free(text);
	build(&late, &built);
	built.delegations[0].from = "2026-07-01T16:57:08+09:00";
	built.delegations[0].to = "2026-07-01T17:57:08+09:00";
	run_cell(&run, &built, "990019");
	assert_int_equal(run.err, HS_ERR_FORBIDDEN);
	assert_non_null(found(&run, HS_FINDING_DELEGATION_DATES));
	assert_string_equal(found(&run, HS_FINDING_DELEGATION_DATES)->expected,
		"2026-07-01T16:57:08+09:00 … 2026-07-01T17:57:08+09:00");
	run_end(&run);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_code_and_every_principal),
		cmocka_unit_test(test_every_spelling),
		cmocka_unit_test(test_written_table),
		cmocka_unit_test(test_edges_of_delegations),
		cmocka_unit_test(test_kinds),
		cmocka_unit_test(test_cells_through_the_pipeline),
		cmocka_unit_test(test_ward_does_not_speak_for_its_city),
		cmocka_unit_test(test_delegation_is_shown),
	};

	hs_pipeline_setup();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
