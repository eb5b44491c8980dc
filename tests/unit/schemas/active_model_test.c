/* The active set against a model that was written apart from it: the model keeps the whole history as small numbers and
 * works out each answer from the beginning, without keys, statements, marks or views. Histories mix L-Alert documents
 * (revisions that count, roll back), JMA documents of both families (moments), and CAP documents (supersession), with
 * ends of validity; after each step the set, one rebuilt from its snapshot and one replayed from the log must agree with
 * the model. */
#include "tests/unit/schemas/active_bench.h"

#define HISTORIES   300
#define STEPS	    40
#define AREAS	    3
#define TRACKS	    3 /* orders, rain, landslide */
#define ORDERS	    0
#define DOCUMENTS   14
#define WINDOW_MIN  (24 * 60)
#define NEVER	    INT32_MAX
#define WEATHER_MIN 10080 /* schemas/tables/validity.csv */

enum family { LALERT, JMA_NEW, JMA_OLD, CAP };

/* What one message says of one area: 0 nothing, 1…5 in force, -1 lifted. */
struct message {
	int document;
	enum family family;
	uint32_t revision;
	bool cancel, ended;
	unsigned replaces; /* a bit for each document */
	int told_min, until_min;
	int says[TRACKS][AREAS];
};

/* ---- the model ---- */

struct paper {
	const struct message *newest, *before;
	bool cancelled;
};

struct model {
	struct message log[STEPS];
	int count;
	bool refused[STEPS]; /* stale */
	struct paper papers[DOCUMENTS];
};

static bool
orders_anything(const struct message *message)
{
	for (int track = 0; message && track < TRACKS; track++)
		for (int area = 0; area < AREAS; area++)
			if (message->says[track][area] > 0)
				return true;
	return false;
}

static const struct message *
standing(const struct paper *paper)
{
	const struct message *message = paper->cancelled ? paper->before : paper->newest;
	return orders_anything(message) ? message : NULL;
}

/* L-Alert: does the new message of another document end what is left of this one? */
static bool
ends_leftover(const struct message *by, const struct paper *paper)
{
	const struct message *stands = standing(paper);
	if (!paper->newest || paper->newest->family != by->family)
		return false;
	if (!paper->cancelled && stands)
		return false; /* alive */
	if (by->revision <= 1)
		return true;
	if (!stands)
		return false;
	for (int track = 0; track < TRACKS; track++)
		for (int area = 0; area < AREAS; area++)
			if (stands->says[track][area] > 0 && by->says[track][area] == 0)
				return false;
	return true;
}

static void
model_one(struct model *model, int at)
{
	const struct message *message = &model->log[at];
	struct paper *paper = &model->papers[message->document];
	bool moments = message->family == JMA_NEW || message->family == JMA_OLD;
	model->refused[at] = false;
	if (paper->newest &&
		(moments ? message->revision < paper->newest->revision
			 : !message->cancel &&
					(paper->cancelled ||
						message->revision <= paper->newest->revision))) {
		model->refused[at] = true;
		return;
	}
	for (int i = 0; i < DOCUMENTS; i++)
		if (message->replaces >> i & 1)
			model->papers[i] = (struct paper){ 0 };
	if (message->ended || (message->cancel && !paper->newest))
		return;
	if (message->cancel) {
		if (moments || paper->cancelled || !orders_anything(paper->before))
			*paper = (struct paper){ 0 };
		else
			paper->cancelled = true;
		return;
	}
	paper->before = moments ? NULL : paper->newest;
	paper->newest = message;
	for (int i = 0; i < DOCUMENTS && message->family == LALERT; i++)
		if (i != message->document && ends_leftover(message, &model->papers[i]))
			model->papers[i] = (struct paper){ 0 };
	if (orders_anything(message))
		return;
	if (!orders_anything(paper->before) && message->family != JMA_NEW)
		*paper = (struct paper){ 0 };
}

static void
model_run(struct model *model)
{
	memset(model->papers, 0, sizeof(model->papers));
	for (int i = 0; i < model->count; i++)
		model_one(model, i);
}

/* Level and message that hold for an area, or 0. */
static int
model_holds(const struct model *model, int track, int area, int at_min, int *seq)
{
	int level = 0, best_min = 0, word_min = INT32_MIN;
	*seq = 0;
	for (int i = 0; i < DOCUMENTS; i++) {
		const struct message *newest = model->papers[i].newest;
		if (newest && track != ORDERS && newest->family != JMA_OLD &&
			newest->until_min > at_min && newest->says[track][area] != 0 &&
			newest->told_min > word_min)
			word_min = newest->told_min;
	}
	for (int i = 0; i < DOCUMENTS; i++) {
		const struct message *message = standing(&model->papers[i]);
		if (!message || message->until_min <= at_min || message->says[track][area] <= 0)
			continue;
		if (message->family == JMA_OLD && word_min != INT32_MIN &&
			message->told_min <= word_min + WINDOW_MIN)
			continue;
		int own_seq = (int)(message - model->log) + 1;
		if (level && (message->told_min < best_min ||
				     (message->told_min == best_min && own_seq < *seq)))
			continue;
		level = message->says[track][area];
		best_min = message->told_min;
		*seq = own_seq;
	}
	return level;
}

/* ---- the same messages as notices ---- */

static const char *const area_names[AREAS] = { "北町", "港町", "東町" };
static const char *const hazard_names[TRACKS] = { "", "rain", "landslide" };
static const char *const area_codes[AREAS] = { "990019", "990027", "990035" };

static void
add_hazards(struct bench *bench, hs_notice *notice, const struct message *message)
{
	notice->kind = HS_KIND(WEATHER);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_WEATHER;
	notice->weather = HS_NEW(bench->arena, &hansho__v1__weather__descriptor);
	for (int i = 0; i < TRACKS * AREAS; i++) {
		int track = i / AREAS, area = i % AREAS, says = message->says[track][area];
		if (says == 0)
			continue;
		Hansho__V1__Hazard *item = HS_NEW(bench->arena, &hansho__v1__hazard__descriptor);
		hs_area *place = HS_NEW(bench->arena, &hansho__v1__area__descriptor);
		item->hazard = text(bench, hazard_names[track]);
		item->in_force = says > 0;
		item->status = text(bench, says > 0 ? "発表" : "解除");
		item->equivalent_level = HS_NEW(bench->arena, &hansho__v1__level__descriptor);
		item->equivalent_level->number = says > 0 ? (uint32_t)says : 0;
		place->code = text(bench, area_codes[area]);
		assert_true(hs_repeat(bench->arena, &item->n_areas, &item->areas, place));
		assert_true(hs_repeat(
			bench->arena, &notice->weather->n_items, &notice->weather->items, item));
	}
}

static hs_notice *
notice_of(struct bench *bench, const struct message *message)
{
	char id[16];
	snprintf(id, sizeof(id), "d%d", message->document);
	hs_notice *notice = notice_make(bench, id, message->revision,
		message->cancel ? HS_ACTION(CANCEL) : HS_ACTION(UPDATE));
	notice->times = HS_NEW(bench->arena, &hansho__v1__times__descriptor);
	notice->times->reported =
		hs_time_new(bench->arena, BASE_US + message->told_min * MINUTE_US, 540);
	if (message->until_min != NEVER && message->until_min != message->told_min + WEATHER_MIN)
		notice->times->valid_until =
			hs_time_new(bench->arena, BASE_US + message->until_min * MINUTE_US, 540);
	notice->document->ended = message->ended;
	notice->document->moments = message->family == JMA_NEW || message->family == JMA_OLD;
	if (message->family == JMA_OLD)
		assert_true(hs_notice_flag(bench->arena, notice, "legacy_source"));
	for (int i = 0; i < DOCUMENTS; i++)
		if (message->replaces >> i & 1)
			assert_true(hs_repeat(bench->arena, &notice->document->n_supersedes,
				&notice->document->supersedes,
				hs_arena_printf(
					bench->arena, "%s|d%d", notice->document->source, i)));
	for (int area = 0; message->family == LALERT && area < AREAS; area++) {
		int says = message->says[ORDERS][area];
		if (says != 0)
			order_add(bench, notice,
				&(struct order){ says > 0 ? (char)('0' + says) : '-',
					area_names[area], message->told_min, NULL });
	}
	if (message->family != LALERT)
		add_hazards(bench, notice, message);
	return notice;
}

/* ---- chance ---- */

static int
dice(uint64_t *seed, int sides)
{
	*seed = *seed * 6364136223846793005ULL + 1442695040888963407ULL;
	return (int)((*seed >> 33) % (uint64_t)sides);
}

static enum family
family_of(int document)
{
	return document < 3 ? LALERT : document < 6 ? JMA_NEW : document < 8 ? JMA_OLD : CAP;
}

static struct message
random_message(uint64_t *seed, const struct model *model, int *now_min)
{
	struct message message = { .document = dice(seed, DOCUMENTS), .until_min = NEVER };
	unsigned replaced = 0;
	*now_min += dice(seed, 400);
	message.family = family_of(message.document);
	message.told_min = *now_min - (dice(seed, 5) == 0 ? dice(seed, 600) : 0);
	message.revision = message.family == CAP ? 1 : 1 + (uint32_t)dice(seed, 6);
	if (message.family == JMA_NEW || message.family == JMA_OLD)
		message.revision = 5000 + (uint32_t)message.told_min;
	message.cancel = dice(seed, 7) == 0;
	for (int i = 0; i < model->count; i++)
		replaced |= model->log[i].replaces;
	message.ended = !message.cancel && (replaced >> message.document & 1);
	for (int i = 0; message.family == CAP && i < 2; i++)
		if (dice(seed, 2) == 0)
			message.replaces |= 1u << (8 + dice(seed, DOCUMENTS - 8));
	message.replaces &= ~(1u << message.document);
	if (message.family != LALERT)
		message.until_min = message.told_min + WEATHER_MIN;
	if (dice(seed, 4) == 0)
		message.until_min = message.told_min + 1 + dice(seed, 900);
	for (int track = 0; track < TRACKS; track++)
		for (int area = 0; area < AREAS; area++)
			if ((track == ORDERS) == (message.family == LALERT) && dice(seed, 3) > 0)
				message.says[track][area] =
					dice(seed, 3) == 0 ? -1 : 3 + dice(seed, 3);
	return message;
}

/* ---- comparing ---- */

struct table {
	int level[TRACKS][AREAS];
	uint64_t seq[TRACKS][AREAS];
	int count;
};

static void
note_entry(void *owner, const struct hs_active_entry *entry)
{
	struct table *table = owner;
	int track = strcmp(entry->hazard, "rain") == 0	      ? 1
		    : strcmp(entry->hazard, "landslide") == 0 ? 2
							      : ORDERS;
	for (int area = 0; area < AREAS; area++) {
		const char *name = track == ORDERS ? area_names[area] : area_codes[area];
		const char *own = track == ORDERS ? entry->area_name : entry->area_code;
		if (strcmp(name, own) != 0)
			continue;
		table->level[track][area] =
			(int)(track == ORDERS ? entry->level : entry->equivalent_level);
		table->seq[track][area] = entry->seq;
		table->count++;
	}
}

/* The warnings alone are what all entries but the orders say, and the next expiry is the same. */
static void
expect_warnings(const struct hs_active *active, int64_t at_unix_us, struct table all)
{
	struct table table = { 0 };
	int64_t next = hs_active_each_warning_at(active, at_unix_us, note_entry, &table);
	for (int area = 0; area < AREAS; area++) {
		all.count -= all.level[ORDERS][area] > 0;
		all.level[ORDERS][area] = 0;
		all.seq[ORDERS][area] = 0;
	}
	assert_memory_equal(table.level, all.level, sizeof(all.level));
	assert_memory_equal(table.seq, all.seq, sizeof(all.seq));
	assert_int_equal(table.count, all.count);
	assert_int_equal(next, hs_active_expires_next(active, at_unix_us));
}

static int
expect_model(const struct model *model, const struct hs_active *active, int at_min)
{
	struct table table = { 0 };
	int expected = 0;
	hs_active_each_entry_at(active, BASE_US + at_min * MINUTE_US, note_entry, &table);
	for (int track = 0; track < TRACKS; track++)
		for (int area = 0; area < AREAS; area++) {
			int seq;
			int level = model_holds(model, track, area, at_min, &seq);
			if (table.level[track][area] != level ||
				table.seq[track][area] != (uint64_t)seq)
				fail_msg("%s of %s: level %d by %llu, the model says %d by %d",
					hazard_names[track], area_names[area],
					table.level[track][area],
					(unsigned long long)table.seq[track][area], level, seq);
			expected += level > 0;
		}
	assert_int_equal(table.count, expected);
	expect_warnings(active, BASE_US + at_min * MINUTE_US, table);
	return expected;
}

static void
expect_same_set(const struct hs_active *a, const struct hs_active *b)
{
	char x[HS_DIGEST_SIZE], y[HS_DIGEST_SIZE];
	expect_same_bytes(a, b);
	hs_active_digest(a, x);
	hs_active_digest(b, y);
	assert_string_equal(x, y);
}

static void
the_set_says_what_the_model_says(void **state)
{
	(void)state;
	size_t in_force = 0, stale = 0, ended = 0;
	for (uint64_t history = 1; history <= HISTORIES; history++) {
		struct model *model = calloc(1, sizeof(*model));
		struct bench bench = bench_make();
		uint64_t seed = history * 104729;
		int now_min = 0;
		for (int step = 0; step < STEPS; step++) {
			model->log[step] = random_message(&seed, model, &now_min);
			model->count++;
			model_run(model);
			enum hs_err err = say_notice(&bench, notice_of(&bench, &model->log[step]));
			assert_int_equal(err, model->refused[step] ? HS_ERR_STALE : HS_OK);
			stale += err == HS_ERR_STALE;
			ended += model->log[step].ended;
			in_force += (size_t)expect_model(model, bench.active, now_min);
			expect_model(model, bench.active, now_min + dice(&seed, 20000));
			struct bench other;
			rebuild(&bench, &other);
			expect_same_set(bench.active, other.active);
			expect_model(model, other.active, now_min);
			bench_end(&other);
		}
		struct bench replayed = bench_make();
		for (int step = 0; step < STEPS; step++)
			(void)!say_notice(&replayed, notice_of(&replayed, &model->log[step]));
		expect_same_set(bench.active, replayed.active);
		bench_end(&replayed);
		bench_end(&bench);
		free(model);
	}
	/* the histories reach what they are meant to reach */
	assert_true(in_force > HISTORIES * STEPS);
	assert_true(stale > HISTORIES && ended > HISTORIES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_set_says_what_the_model_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
