/* signage_encode_bench: what one screen costs to encode, from the list in force to the bytes that leave, in each form that
 * there is: calm, one order, many, a drill in all languages, ends, shelters, cut off. Nothing is kept from one round to the next but the
 * shelters in their order, which are known before an order comes; what it costs when they change is a form of its own.
 *
 * usage: signage_encode_bench [ROUNDS [FORM]]      (default 2000, all)
 * Each form takes turns with a reference in the same run: SHA-256 of 64 KiB. A line for each: FORM p50_us p99_us bytes reference_us
 */
#include <string.h>

#include "adapters/signage/screen.h"
#include "adapters/signage/signage_encode.h"
#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "tests/bench/client.h"
#include "tests/unit/adapters/notice_kit.h"

#define ARENA_BYTES	(64u << 20)
#define ROUNDS_MAX	20000
#define REFERENCE_BYTES (64u << 10)
#define PLACES_MAX	200
#define SHELTERS	60

static const char *city[] = { "990019" }, *prefecture[] = { "99" };
static const char *all_languages[] = { "zh-Hans", "zh-Hant", "ko", "vi", "pt", "es", "tl", "th",
	"ne", "id", "my", "km", "mn" };

struct bench {
	struct hs_arena *arena;
	struct hs_force *force[HS_LANE_COUNT];
	struct hs_signage_lifted lifted;
	struct hs_screen_shelter known[SHELTERS];
	struct hs_open_shelter open[SHELTERS];
	struct hs_ways ways;
	char positions[SHELTERS][40], names[PLACES_MAX][40];
	uint64_t seq;
};

struct form {
	const char *name;
	enum hs_adapter_lane lane;
	const char **areas;
	size_t orders, places; /* orders: municipalities, at the levels 5 4 3 in turn */
	bool languages, shelters, ends, stale;
	bool ranks; /* other shelters are open: they are ranked anew each time */
};

static const struct form forms[] = {
	{ .name = "calm", .areas = city },
	{ .name = "one_order", .areas = city, .orders = 1, .places = 3 },
	{ .name = "one_order_all_languages",
		.areas = city,
		.orders = 1,
		.places = 3,
		.languages = true },
	{ .name = "one_order_shelters", .areas = city, .orders = 1, .places = 3, .shelters = true },
	{ .name = "lifted", .areas = city, .orders = 1, .places = 3, .ends = true },
	{ .name = "cut_off", .areas = city, .orders = 1, .places = 3, .stale = true },
	{ .name = "drill_all_languages",
		.lane = HS_LANE_DRILL,
		.areas = city,
		.orders = 1,
		.places = 3,
		.languages = true,
		.shelters = true },
	{ .name = "five_orders", .areas = prefecture, .orders = 5, .places = 10 },
	{ .name = "five_orders_drill_all_languages",
		.lane = HS_LANE_DRILL,
		.areas = prefecture,
		.orders = 5,
		.places = 10,
		.languages = true,
		.shelters = true },
	{ .name = "five_orders_drill_all_languages_other_shelters",
		.lane = HS_LANE_DRILL,
		.areas = prefecture,
		.orders = 5,
		.places = 10,
		.languages = true,
		.shelters = true,
		.ranks = true },
	{ .name = "one_order_200_districts", .areas = city, .orders = 1, .places = PLACES_MAX },
};

static void
apply(struct bench *bench, const struct form *form, bool lifted)
{
	static const char *const codes[] = { "990019", "990027", "990035", "990043", "990051" };
	static const struct {
		const char *term;
		uint32_t level;
	} levels[] = { { "緊急安全確保", 5 }, { "避難指示", 4 }, { "高齢者等避難", 3 } };
	struct kit_place places[PLACES_MAX];

	for (size_t i = 0; i < form->orders; i++) {
		for (size_t j = 0; j < form->places; j++)
			places[j] = (struct kit_place){ codes[i], bench->names[j], "",
				levels[i % HS_COUNT(levels)].term,
				levels[i % HS_COUNT(levels)].level, lifted, 0 };
		const hs_notice *notice = kit_notice(bench->arena,
			form->lane == HS_LANE_LIVE ? HS_MODE(LIVE) : HS_MODE(DRILL),
			lifted ? HS_ACTION(LIFT) : HS_ACTION(ISSUE), codes[i], lifted ? 2 : 1,
			places, form->places);
		HS_CHECK(hs_force_apply(bench->force[form->lane], ++bench->seq, notice) == HS_OK);
		if (!lifted)
			continue;
		const struct hs_force_around around = { *hs_force_before(bench->force[form->lane]),
			*hs_force_after(bench->force[form->lane]), true };
		struct hs_change_row *rows;
		size_t count;
		HS_CHECK(hs_changes(bench->arena, notice, &around, &rows, &count) == HS_OK);
		HS_CHECK(hs_signage_lifted_take(
				 &bench->lifted, bench->seq, rows, count, KIT_ORDERED_US) == HS_OK);
	}
}

static void
begin(struct bench *bench, const struct form *form)
{
	memset(bench, 0, sizeof(*bench));
	bench->arena = hs_arena_create(ARENA_BYTES);
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		bench->force[i] = hs_force_create();
	for (size_t i = 0; i < PLACES_MAX; i++)
		snprintf(bench->names[i], sizeof(bench->names[i]), "第%zu町内会", i + 1);
	for (size_t i = 0; i < SHELTERS; i++) {
		double latitude = 38.5 + (double)i * 0.002;
		snprintf(bench->positions[i], sizeof(bench->positions[i]), "%.5f,143.51", latitude);
		bench->known[i] = (struct hs_screen_shelter){ bench->names[i], bench->positions[i],
			{ NULL, 0 } };
		bench->open[i] = (struct hs_open_shelter){ bench->names[i], "990019", "空き",
			{ latitude, 143.52 }, KIT_ORDERED_US, 540, 0 };
	}
	apply(bench, form, false);
	if (form->ends)
		apply(bench, form, true);
}

static void
end(struct bench *bench)
{
	hs_ways_free(&bench->ways);
	hs_signage_lifted_free(&bench->lifted);
	for (size_t i = 0; i < HS_LANE_COUNT; i++)
		hs_force_destroy(bench->force[i]);
	hs_arena_destroy(bench->arena);
}

static struct hs_signage_input
input_of(
	const struct bench *bench, const struct form *form, const struct hs_screen_settings *screen)
{
	struct hs_signage_input input = { .screen = screen, .now_unix_us = KIT_ORDERED_US + 1 };
	input.lanes[form->lane] = (struct hs_signage_lane){ .configured = true,
		.fresh = !form->stale,
		.list = hs_force_after(bench->force[form->lane]),
		.epoch = "0123456789abcdef0123456789abcdef",
		.seq = bench->seq,
		.heard_unix_us = KIT_ORDERED_US,
		.lifted = &bench->lifted,
		.ways = &bench->ways };
	return input;
}

/* What signage.c does for one screen. Returns the bytes. */
static size_t
encode(const struct hs_signage_input *input, struct hs_screen *screen)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct hs_screen_face face;
	bool changed;

	HS_CHECK(hs_signage_encode(arena, input, &face) == HS_OK);
	screen->face.digest[0] = '\0'; /* always another one */
	hs_screen_show(screen, &face, 0, &changed);
	hs_arena_destroy(arena);
	return hs_frame_len_bytes(screen->face.frame);
}

static int
compare(const void *left, const void *right)
{
	const double *a = left, *b = right;

	return (*a > *b) - (*a < *b);
}

static double
now_exact_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

/* What was known before the order came. */
static void
rank(struct bench *bench, const struct form *form, const struct hs_screen_settings *settings)
{
	HS_CHECK(hs_ways_rank(&bench->ways, &settings->site, bench->open,
			 form->shelters ? SHELTERS : 0) == HS_OK);
}

static void
run(const struct form *form, size_t rounds)
{
	static double ours[ROUNDS_MAX], reference[ROUNDS_MAX];
	static uint8_t bytes[REFERENCE_BYTES];
	static struct bench bench;
	struct hs_screen_settings settings = { .id = "hall",
		.name = "市役所",
		.areas = { form->areas, 1 },
		.languages = { all_languages, form->languages ? HS_COUNT(all_languages) : 0 },
		.stale_after_ms = 15000,
		.rules = { 1, 4, true, 600000, 3600000, 21600000 },
		.site = { .position = form->shelters ? "38.50000,143.50000" : "",
			.facing_degrees = 90,
			.shelters = { bench.known, form->shelters ? SHELTERS : 0 },
			.shelters_shown = 3,
			.map = true },
		.look = { 500, 680, "https://www.city.kakuu.example/now" } };
	struct hs_screen screen = { .settings = &settings };
	size_t len = 0;

	begin(&bench, form);
	rank(&bench, form, &settings);
	const struct hs_signage_input input = input_of(&bench, form, &settings);
	for (size_t i = 0; i < rounds; i++) {
		uint8_t digest[HS_SHA256_BYTES];
		const struct hs_span span = { bytes, sizeof(bytes) };
		double start = now_exact_us();
		if (form->ranks)
			rank(&bench, form, &settings);
		len = encode(&input, &screen);
		double middle = now_exact_us();
		hs_sha256(&span, 1, digest);
		bytes[0] = digest[0];
		ours[i] = middle - start;
		reference[i] = now_exact_us() - middle;
	}
	qsort(ours, rounds, sizeof(*ours), compare);
	qsort(reference, rounds, sizeof(*reference), compare);
	printf("%s %.1f %.1f %zu %.1f\n", form->name, ours[rounds / 2], ours[rounds * 99 / 100],
		len, reference[rounds / 2]);
	hs_screen_free(&screen);
	end(&bench);
}

int
main(int argc, char **argv)
{
	size_t rounds = argc > 1 ? (size_t)atoi(argv[1]) : 2000;

	if (rounds < 10 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: signage_encode_bench [ROUNDS [FORM]], 10 to %d\n",
			ROUNDS_MAX);
		return 2;
	}
	hs_arena_keep_freed(); /* as adapters do */
	for (size_t i = 0; i < HS_COUNT(forms); i++)
		if (argc < 3 || strcmp(argv[2], forms[i].name) == 0)
			run(&forms[i], rounds);
	return 0;
}
