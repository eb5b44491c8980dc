/* world_check.h: what must be true at the end of a run, judged from the disk, the senders' memory and the
 * takers' outlets alone. */
#ifndef HS_TEST_WORLD_CHECK_H
#define HS_TEST_WORLD_CHECK_H

#include "tests/simulation/world_follows.h"

/* The number that the sender wrote into the headline: "【訓練】#12# …". */
static size_t
number_of(const hs_notice *notice)
{
	const char *mark = strchr(notice->texts[0]->headline, '#');

	HS_CHECK(mark != NULL);
	return (size_t)strtoull(mark + 1, NULL, 10);
}

/* P3: each submission has one effect. */
static void
check_one_effect(struct world *world)
{
	static bool had[TRIES_MAX];

	memset(had, 0, sizeof(had));
	for (uint64_t seq = 1; seq <= world->disk.newest_seq; seq++) {
		struct hs_arena *arena = hs_arena_create((size_t)1 << 20);
		size_t number = number_of(notice_of(arena, disk_notice(&world->disk, seq)));

		if (had[number])
			blame(world, "P3: submission %zu is in the journal twice", number);
		had[number] = true;
		hs_arena_destroy(arena);
	}
}

/* What one document has said so far, and what others said of it. */
struct paper {
	char key[128];
	uint32_t revision, order;
	bool cancelled, begun, replaced;
	unsigned areas;
};

struct papers {
	struct paper items[WORLD_NOTICES * 2];
	size_t count;
};

static struct paper *
paper_of(struct papers *papers, const char *key)
{
	size_t i = 0;

	while (i < papers->count && strcmp(papers->items[i].key, key) != 0)
		i++;
	if (i == papers->count)
		snprintf(papers->items[papers->count++].key, sizeof(papers->items[0].key), "%s",
			key);
	return &papers->items[i];
}

static struct paper *
paper_of_notice(struct papers *papers, const hs_notice *notice)
{
	char key[128];

	snprintf(key, sizeof(key), "%s|%s", notice->document->source, notice->document->id);
	return paper_of(papers, key);
}

/* Revisions rise, a cancel is the last word and follows something. */
static const char *
wrong_count(const struct paper *paper, const hs_notice *notice)
{
	bool cancel = notice->action == HS_ACTION(CANCEL);

	if (paper->cancelled)
		return "after the cancel";
	if (cancel && paper->revision == 0 && notice->document->n_supersedes == 0)
		return "cancels nothing";
	return !cancel && notice->document->revision <= paper->revision ? "goes back" : NULL;
}

/* Moments do not fall, nor does the order within one, where it is named (a cancel needs none); after a cancel they rise,
 * but for the message that its cancel overtook. */
static const char *
wrong_moment(const struct paper *paper, const hs_notice *notice)
{
	const hs_document *document = notice->document;
	bool cancel = notice->action == HS_ACTION(CANCEL);
	bool same = document->revision == paper->revision;
	bool ordered = document->order > 0 && paper->order > 0;
	bool newer = document->revision > paper->revision ||
		     (same && ordered && document->order > paper->order);

	if (paper->cancelled && !cancel && !newer)
		return paper->begun	 ? "not newer than its cancel"
		       : document->ended ? NULL
					 : "not born cancelled";
	if (document->revision < paper->revision)
		return "goes back";
	if (same && ordered && document->order < paper->order && (!cancel || paper->cancelled))
		return "goes back within its moment";
	return NULL;
}

static void
paper_take(struct papers *papers, struct paper *paper, const hs_notice *notice)
{
	bool cancel = notice->action == HS_ACTION(CANCEL);

	paper->cancelled = cancel || (paper->cancelled && notice->document->ended);
	paper->begun = paper->begun || !cancel;
	if (notice->document->revision > paper->revision)
		paper->order = 0;
	if (notice->document->revision >= paper->revision) {
		paper->revision = notice->document->revision;
		if (notice->document->order > paper->order)
			paper->order = notice->document->order;
	}
	for (size_t i = 0; i < notice->document->n_supersedes; i++) {
		struct paper *other = paper_of(papers, notice->document->supersedes[i]);

		other->replaced = other->replaced || other != paper;
	}
}

/* P4: within a document the order of its revisions holds; whatever was replaced before it came is not in force. */
static void
check_order(struct world *world)
{
	static struct papers papers;

	memset(&papers, 0, sizeof(papers));
	for (uint64_t seq = 1; seq <= world->disk.newest_seq; seq++) {
		struct hs_arena *arena = hs_arena_create((size_t)1 << 20);
		hs_notice *notice = notice_of(arena, disk_notice(&world->disk, seq));
		struct paper *paper = paper_of_notice(&papers, notice);
		bool cancel = notice->action == HS_ACTION(CANCEL);
		const char *wrong = notice->document->moments ? wrong_moment(paper, notice)
							      : wrong_count(paper, notice);

		if (!notice->document->moments &&
			notice->document->ended != (paper->replaced && !cancel))
			wrong = "in force or not?";
		if (wrong != NULL)
			blame(world, "P4: seq %llu: %s", (unsigned long long)seq, wrong);
		paper_take(&papers, paper, notice);
		hs_arena_destroy(arena);
	}
}

/* A bit for each area that a gate of the world may send. */
static unsigned
area_bits(const char *code)
{
	for (size_t i = 0; i < HS_COUNT(area_codes); i++) {
		if (strcmp(area_codes[i], code) == 0)
			return 1u << i;
	}
	HS_CHECK(!"an area that no gate sent");
	return 0;
}

/* Of the documents that this notice displaces; what of them it must name is looked at in world_follows.h. */
struct displaced_areas {
	const struct papers *papers;
	unsigned areas;
};

static void
add_displaced_areas(void *owner, const uint8_t key[HS_ID_BYTES])
{
	struct displaced_areas *displaced = owner;

	for (size_t i = 0; i < displaced->papers->count; i++) {
		char text[160];
		uint8_t id[HS_ID_BYTES];

		snprintf(text, sizeof(text), "drill|%s", displaced->papers->items[i].key);
		hs_document_key_id(text, id);
		if (memcmp(id, key, HS_ID_BYTES) == 0)
			displaced->areas |= displaced->papers->items[i].areas;
	}
}

/* P6: every notice names all areas that its document, or one that it replaces, was ever addressed to, each once: in its
 * own areas, or in those of before; and no others but of what it displaces. */
static void
check_areas(struct world *world)
{
	static struct papers papers;

	memset(&papers, 0, sizeof(papers));
	for (uint64_t seq = 1; seq <= world->disk.newest_seq; seq++) {
		struct hs_arena *arena = hs_arena_create((size_t)1 << 20);
		hs_notice *notice = notice_of(arena, disk_notice(&world->disk, seq));
		struct paper *paper = paper_of_notice(&papers, notice);
		unsigned own = 0, before = 0, known = paper->areas;
		struct displaced_areas displaced = { &papers, 0 };

		for (size_t j = 0; j < notice->n_areas; j++)
			own |= area_bits(notice->areas[j]->code);
		for (size_t j = 0; j < notice->document->n_areas_before; j++)
			before |= area_bits(notice->document->areas_before[j]);
		for (size_t j = 0; j < notice->document->n_supersedes; j++)
			known |= paper_of(&papers, notice->document->supersedes[j])->areas;
		hs_record_each_displaced(
			disk_notice(&world->disk, seq)->body, add_displaced_areas, &displaced);
		if ((before & own) != 0 || (known & ~own & ~before) != 0 ||
			(before & ~known & ~displaced.areas) != 0)
			blame(world, "P6: seq %llu: areas before are %x, not %x",
				(unsigned long long)seq, before, known & ~own);
		paper->areas = known | own | before;
		hs_arena_destroy(arena);
	}
}

static bool
taker_is_done(const struct world *world, const struct taker *taker)
{
	for (uint64_t seq = taker->floor + 1; seq <= world->disk.newest_seq; seq++) {
		if (is_required(world, taker, seq) && !taker->seen[seq])
			return false;
	}
	return true;
}

static bool
all_done(const struct world *world)
{
	struct hs_core_stats stats;

	for (size_t i = 0; i < world->try_count; i++) {
		if (!world->tries[i].answered)
			return false;
	}
	for (size_t i = 0; i < WORLD_TAKERS; i++) {
		if (i == FEED_TAKER ? !feed_is_done(world)
				    : !taker_is_done(world, &world->takers[i]))
			return false;
	}
	hs_core_stats(world->hub.core, &stats);
	return stats.pending == 0 && stats.newest_seq == world->disk.newest_seq;
}

/* Whoever was not entitled has a receipt in the journal that says so, and nobody else has. */
static void
check_filtered(struct world *world)
{
	static bool told[WORLD_NOTICES];

	memset(told, 0, sizeof(told));
	for (size_t i = 0; i < world->disk.durable_count; i++) {
		const struct hs_row *row = &world->disk.durable[i].row;
		struct hs_arena *arena = hs_arena_create((size_t)1 << 20);
		hs_journal_record *record;

		HS_CHECK(hs_message_unpack(arena, &hansho__v1__journal_record__descriptor,
				 row->body.bytes, row->body.len_bytes, HS_NOTICE_MAX_BYTES,
				 &record) == HS_OK);
		for (size_t j = 0; j < record->n_receipts; j++) {
			const hs_receipt *receipt = record->receipts[j];

			if (receipt->state == HS_RECEIPT(FILTERED))
				told[receipt->seq] = true;
		}
		hs_arena_destroy(arena);
	}
	for (uint64_t seq = 1; seq <= world->disk.newest_seq; seq++) {
		if (told[seq] == world->model.judged_gets[seq])
			blame(world, "P6: seq %llu: entitled %d, receipt of the filter %d",
				(unsigned long long)seq, world->model.judged_gets[seq], told[seq]);
	}
}

static void
check_core(struct world *world)
{
	char digest[HS_DIGEST_SIZE];

	hs_core_digest(world->hub.core, digest);
	if (strcmp(digest, world->model.digest[world->disk.newest_seq]) != 0)
		blame(world, "P6: the core's digest at the end is %s, not %s", digest,
			world->model.digest[world->disk.newest_seq]);
}

/* Runs the world; true when every check held. */
static bool
world_run(struct world *world)
{
	for (size_t i = 0; i < STEPS && world->failure[0] == '\0'; i++) {
		/* What was in the batch then must be on the disk when it has room again. */
		if (i + FULL_STEPS == STEPS)
			world->disk.full = true;
		act(world);
	}
	calm_down(world);
	for (size_t i = 0; i < CALM_STEPS && world->failure[0] == '\0'; i++) {
		act(world);
		if (i % 64 == 0 && all_done(world))
			break;
	}
	if (world->failure[0] == '\0' && !all_done(world))
		blame(world, "END: it does not come to one");
	if (world->failure[0] == '\0') {
		check_one_effect(world);
		check_order(world);
		check_areas(world);
		check_follows(world);
		check_core(world);
		check_filtered(world);
		check_restart(world);
	}
	return world->failure[0] == '\0';
}

#endif
