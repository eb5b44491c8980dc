/* How long does a hub need from a journal of N notices to ready, and from a submission to its commit?
 *
 *   hub_start_bench [notices, default 100000] [journal, default in the present directory]
 *
 * Part 1: N orders of about 2 KB go through the real core and the real journal, as fast as they can be
 * taken (group commits). Part 2: the journal is closed and read into a new core, as at every start.
 * Part 3: 2,000 lone orders, each waiting for its commit: submit → committed, without any link,
 * in turns with append + fdatasync of 2 KB beside the journal.
 * Prints one line per figure. Machine-dependent: compare ratios, repeat.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/core/core.h"
#include "hub/core/journal.h"
#include "hub/core/shell_recover.h"

#define LONE_ORDERS 2000
#define AREAS	    12

struct bench {
	struct hs_core_peer peers[2];
	struct hs_core_options options;
	struct hs_core *core;
	struct hs_journal *journal;
	struct hs_effects effects;
	const char *path;
	uint64_t replies; /* submit_reply frames seen */
	uint64_t written;
};

static void
no_wake(void *owner)
{
	(void)owner;
}

/* True when the core asks for a turn. */
static bool
step_once(struct bench *bench, struct hs_event *event)
{
	struct hs_row rows[64];
	size_t count = 0;
	bool turn = false;

	event->unix_us = hs_clock_unix_us();
	event->mono_us = hs_clock_mono_us();
	hs_effects_reset(&bench->effects);
	hs_core_step(bench->core, event, &bench->effects);
	for (size_t i = 0; i < bench->effects.count; i++) {
		const struct hs_effect *effect = &bench->effects.items[i];

		bench->replies += effect->type == HS_EFFECT_SEND;
		turn |= effect->type == HS_EFFECT_TURN;
		if (effect->type == HS_EFFECT_STATE)
			hs_journal_note(bench->journal, hs_effect_bytes(&bench->effects, effect));
		if (effect->type == HS_EFFECT_APPEND && count < HS_COUNT(rows))
			rows[count++] = hs_effect_row(&bench->effects, effect);
	}
	hs_journal_append(bench->journal, rows, count);
	return turn;
}

static void
step(struct bench *bench, struct hs_event *event)
{
	struct hs_event turn = { .type = HS_EVENT_TURN };
	bool more = step_once(bench, event);

	while (more)
		more = step_once(bench, &turn);
}

static void
take_results(struct bench *bench)
{
	struct hs_journal_result result;

	while (hs_journal_result(bench->journal, &result)) {
		struct hs_event event = { .type = HS_EVENT_COMMITTED, .pos = result.pos };

		HS_CHECK(result.committed);
		step(bench, &event);
	}
}

static void
frame(struct bench *bench, const hs_link_frame *message)
{
	struct hs_buf packed;
	struct hs_event event = { .type = HS_EVENT_FRAME };

	hs_buf_init(&packed, HS_FRAME_MAX_BYTES);
	hs_message_pack(message, &packed);
	event.bytes = (struct hs_span){ packed.bytes, packed.len_bytes };
	step(bench, &event);
	hs_buf_free(&packed);
}

static hs_notice *
make_notice(struct hs_arena *arena, uint64_t number)
{
	hs_notice *notice = hs_message_new(arena, &hansho__v1__notice__descriptor);
	hs_evacuation_detail *detail =
		hs_message_new(arena, &hansho__v1__evacuation__detail__descriptor);
	hs_text *text = hs_message_new(arena, &hansho__v1__text__descriptor);

	notice->mode = HS_MODE(DRILL);
	notice->kind = HS_KIND(EVACUATION);
	notice->action = HS_ACTION(ISSUE);
	notice->document = hs_message_new(arena, &hansho__v1__document__descriptor);
	notice->document->source = hs_arena_strdup(arena, "bosai.kakuu.example");
	/* 500 documents of 200 revisions each: a hub that has seen some years. */
	notice->document->id =
		hs_arena_printf(arena, "doc-%llu", (unsigned long long)(number % 500));
	notice->document->revision = (uint32_t)(number / 500 + 1);
	notice->level = hs_message_new(arena, &hansho__v1__level__descriptor);
	notice->level->number = 4;
	text->language = hs_arena_strdup(arena, "ja");
	text->headline = hs_arena_strdup(arena, "架空川の氾濫のおそれにより避難指示を発令しました");
	text->body = hs_arena_strdup(arena,
		"架空市は、架空川の水位が上がり続けているため、次の地区に避難指示を発令しました。"
		"対象となる地区の方は、ただちに危険な場所から全員避難してください。");
	HS_CHECK(hs_repeat(arena, &notice->n_texts, &notice->texts, text));
	detail->state = HS_EVAC(ISSUED);
	detail->sort = hs_arena_strdup(arena, "避難指示");
	detail->level = notice->level;
	for (int i = 0; i < AREAS; i++) {
		hs_evacuation_place *place =
			hs_message_new(arena, &hansho__v1__evacuation__place__descriptor);

		place->area = hs_message_new(arena, &hansho__v1__area__descriptor);
		place->area->code = hs_arena_strdup(arena, "990019");
		place->area->name = hs_arena_printf(arena, "架空町%d丁目", i + 1);
		place->area->sub_code = hs_arena_printf(arena, "99001%07d", i + 1);
		place->ordered = hs_time_new(arena, 1782000000000000, 540);
		HS_CHECK(hs_repeat(arena, &detail->n_areas, &detail->areas, place));
		HS_CHECK(hs_repeat(arena, &notice->n_areas, &notice->areas, place->area));
	}
	notice->evacuation = hs_message_new(arena, &hansho__v1__evacuation__descriptor);
	notice->detail_case = HANSHO__V1__NOTICE__DETAIL_EVACUATION;
	HS_CHECK(hs_repeat(
		arena, &notice->evacuation->n_details, &notice->evacuation->details, detail));
	return notice;
}

static void
submit(struct bench *bench, uint64_t number)
{
	struct hs_arena *arena = hs_arena_create((size_t)1 << 20);
	uint8_t content[HS_SHA256_BYTES] = { 0 };
	static uint8_t original[2600];
	hs_link_frame message;
	hs_submit body;

	hansho__v1__link_frame__init(&message);
	hansho__v1__submit__init(&body);
	memcpy(content, &number, sizeof(number));
	memset(original, 'x', sizeof(original));
	body.request = number + 1;
	body.notice = make_notice(arena, number);
	body.content_sha256 = (ProtobufCBinaryData){ sizeof(content), content };
	body.original = (ProtobufCBinaryData){ sizeof(original), original };
	message.body_case = HANSHO__V1__LINK_FRAME__BODY_SUBMIT;
	message.submit = &body;
	frame(bench, &message);
	hs_arena_destroy(arena);
}

/* Opens journal and core as hansho-hub does; gives the time until both are ready. */
static int64_t
open_all(struct bench *bench)
{
	struct hs_journal_options options = {
		.path = bench->path, .checkpoint_pages = 1000, .wake = no_wake
	};
	char why[HS_JOURNAL_WHY] = "";
	char name[] = "gate";
	Hansho__V1__Hello hello;
	hs_link_frame message;
	struct hs_event up = { .type = HS_EVENT_PEER_UP };
	int64_t began_us = hs_clock_mono_us();
	int64_t took_us;

	if (hs_journal_open(&options, &bench->journal, why) != HS_OK) {
		fprintf(stderr, "%s\n", why);
		exit(1);
	}
	bench->options.epoch = hs_journal_epoch(bench->journal);
	if (hs_shell_recover(bench->journal, &bench->options, 1000, &bench->core, why) != HS_OK) {
		fprintf(stderr, "%s\n", why);
		exit(1);
	}
	HS_CHECK(hs_journal_start(bench->journal) == HS_OK);
	took_us = hs_clock_mono_us() - began_us;
	step(bench, &up);
	hansho__v1__link_frame__init(&message);
	hansho__v1__hello__init(&hello);
	hello.name = name;
	hello.kind = HS_PEER(GATE);
	message.body_case = HANSHO__V1__LINK_FRAME__BODY_HELLO;
	message.hello = &hello;
	frame(bench, &message);
	bench->replies = 0;
	return took_us;
}

static void
close_all(struct bench *bench)
{
	hs_journal_close(bench->journal);
	hs_core_destroy(bench->core);
}

static int
by_value(const void *a, const void *b)
{
	const int64_t *left = a, *right = b;

	return (*left > *right) - (*left < *right);
}

static void
print_times(const char *what, int64_t *times_us)
{
	qsort(times_us, LONE_ORDERS, sizeof(times_us[0]), by_value);
	printf("%s_p50_us %lld\n", what, (long long)times_us[LONE_ORDERS / 2]);
	printf("%s_p99_us %lld\n", what, (long long)times_us[LONE_ORDERS * 99 / 100]);
	printf("%s_max_us %lld\n", what, (long long)times_us[LONE_ORDERS - 1]);
}

static int64_t
append_and_sync(int fd)
{
	static const char record[2048];
	int64_t began_us = hs_clock_mono_us();

	HS_CHECK(write(fd, record, sizeof(record)) == sizeof(record));
	HS_CHECK(fdatasync(fd) == 0);
	return hs_clock_mono_us() - began_us;
}

static void
lone_orders(struct bench *bench)
{
	static int64_t times_us[LONE_ORDERS], reference_us[LONE_ORDERS];
	char path[512];
	int fd;

	snprintf(path, sizeof(path), "%s.reference", bench->path);
	fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	HS_CHECK(fd >= 0);
	for (size_t i = 0; i < LONE_ORDERS; i++) {
		uint64_t before = bench->replies;
		int64_t began_us = hs_clock_mono_us();

		submit(bench, bench->written++);
		while (bench->replies == before)
			take_results(bench);
		times_us[i] = hs_clock_mono_us() - began_us;
		reference_us[i] = append_and_sync(fd);
	}
	close(fd);
	unlink(path);
	print_times("submit_to_committed", times_us);
	print_times("reference", reference_us);
}

static void
fill(struct bench *bench, uint64_t notices)
{
	int64_t began_us = hs_clock_mono_us();

	while (bench->written < notices) {
		submit(bench, bench->written++);
		if (bench->written - bench->replies > 1000)
			take_results(bench);
		while (bench->written - bench->replies > 3000) {
			usleep(200);
			take_results(bench);
		}
	}
	while (bench->replies < notices)
		take_results(bench);
	printf("write_notices_per_second %.0f\n",
		(double)notices * 1e6 / (double)(hs_clock_mono_us() - began_us));
}

int
main(int argc, char **argv)
{
	struct bench bench = { .path = argc > 2 ? argv[2] : "hub_start_bench.db" };
	uint64_t notices = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;

	hs_effects_init(&bench.effects);
	hs_core_options_init(&bench.options);
	bench.peers[0] = (struct hs_core_peer){ .name = "gate", .kind = HS_PEER(GATE) };
	bench.peers[1] = (struct hs_core_peer){ .name = "feed", .kind = HS_PEER(FEED) };
	bench.options.peers = bench.peers;
	bench.options.peer_count = HS_COUNT(bench.peers);
	bench.options.version = "bench";
	open_all(&bench);
	fill(&bench, notices);
	close_all(&bench);
	printf("start_us %lld\n", (long long)open_all(&bench));
	lone_orders(&bench);
	close_all(&bench);
	hs_effects_free(&bench.effects);
	return 0;
}
