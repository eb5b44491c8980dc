/* telecom_encode_bench: microseconds to encode one order for each outlet form of the telecom adapter: the mail document of
 * a carrier (text, pages, JSON), and the messages of a centre in two languages (words, composed text, pages, JSON).
 *
 * Usage: telecom_encode_bench [rounds, default 2000]
 * Prints one line for each form and size: name, median and p99 in µs, and the reference in the same run: SHA-256 of
 * 64 KiB, also as a median.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "adapters/telecom/cbc_rest.h"
#include "adapters/telecom/cbc_words.h"
#include "adapters/telecom/telecom_document.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/hash.h"
#include "tests/unit/adapters/notice_kit.h"

#define ARENA_BYTES	(64u << 20)
#define ROUNDS_MAX	100000
#define REFERENCE_BYTES (64u << 10)

struct job {
	const hs_notice *notice;
	struct hs_municipal *municipal;
};

static struct hs_cbc cbc = {
	.name = "cb", .cbe_name = "hansho", .category = 1, .repetition_period = 5, .pages_max = 8
};

static void
mail(struct hs_arena *arena, const struct job *job)
{
	const struct hs_mail_limits limits = {
		.title_max = 15, .body_max = 200, .newline_counts = 1, .forbidden = 0x1f
	};
	struct hs_adapter_item item = { .notice = job->notice, .epoch = "epoch", .seq = 1 };
	struct hs_mail made;
	HS_CHECK(hs_mail_encode(arena, job->notice, job->municipal, &limits, &made) == HS_OK);
	struct hs_telecom_document out = { .item = &item,
		.carrier = "one",
		.area_code = job->municipal->code,
		.area_name = job->municipal->name,
		.mail = &made,
		.message_id = 4371,
		.serial_nr = 0x4000 };
	const char *text = hs_telecom_cb_text(arena, &made, &out.replaced);
	HS_CHECK(text && hs_cb_encode(text, &out.pages, NULL) == HS_OK);
	char *document = hs_telecom_document_write(&out);
	HS_CHECK(document);
	free(document);
}

static void
cell(struct hs_arena *arena, const struct job *job, enum hs_cbc_language language)
{
	struct hs_cbc_words words;
	struct hs_cb_pages pages;
	size_t left_out, room = hs_cbc_room(cbc.pages_max, HS_MODE(DRILL), language);
	HS_CHECK(hs_cbc_words(arena, job->notice, job->municipal, language, room, &words) == HS_OK);
	const char *text =
		hs_cbc_compose(arena, &words, 1, HS_MODE(DRILL), language, room, &left_out);
	HS_CHECK(text && hs_cb_encode(text, &pages, NULL) == HS_OK);
	const struct hs_cbc_message message = {
		.cbc = &cbc, .message_id = 4381, .serial_nr = 0x4000, .pages = &pages
	};
	char *document = hs_cbc_rest_message(&message);
	HS_CHECK(document);
	free(document);
}

static void
cell_ja(struct hs_arena *arena, const struct job *job)
{
	cell(arena, job, HS_CBC_JA);
}

static void
cell_en(struct hs_arena *arena, const struct job *job)
{
	cell(arena, job, HS_CBC_EN);
}

static void
primary(struct hs_arena *arena, const struct job *job)
{
	(void)arena;
	(void)job;
	const struct hs_cbc_message message = {
		.cbc = &cbc, .message_id = 4352, .serial_nr = 0x7000
	};
	char *document = hs_cbc_rest_message(&message);
	HS_CHECK(document);
	free(document);
}

static void
reference(struct hs_arena *arena, const struct job *job)
{
	uint8_t digest[HS_SHA256_BYTES];
	struct hs_span span = { hs_arena_alloc(arena, REFERENCE_BYTES), REFERENCE_BYTES };
	(void)job;
	hs_sha256(&span, 1, digest);
}

static int
compare(const void *left, const void *right)
{
	const double *a = left, *b = right;
	return (*a > *b) - (*a < *b);
}

static void
measure(const char *name, size_t places, size_t rounds,
	void (*run)(struct hs_arena *arena, const struct job *job))
{
	static double took[ROUNDS_MAX];
	struct hs_arena *notices = hs_arena_create(ARENA_BYTES);
	struct kit_place *list = hs_arena_alloc(notices, places * sizeof(*list));
	struct job job;
	size_t count;
	for (size_t i = 0; i < places; i++)
		list[i] = (struct kit_place){ "990019",
			hs_arena_printf(notices, "架空町第%zu地区", i + 1), "", "避難指示", 4,
			false, 0 };
	job.notice = kit_notice(notices, HS_MODE(DRILL), HS_ACTION(ISSUE), "d1", 1, list, places);
	HS_CHECK(hs_municipal_split(notices, 1, job.notice, NULL, false, &job.municipal, &count) ==
			 HS_OK &&
		 count == 1);
	for (size_t i = 0; i < rounds; i++) {
		struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
		struct timespec begin, end;
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &begin);
		run(arena, &job);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &end);
		took[i] = (double)(end.tv_sec - begin.tv_sec) * 1e6 +
			  (double)(end.tv_nsec - begin.tv_nsec) / 1e3;
		hs_arena_destroy(arena);
	}
	hs_arena_destroy(notices);
	qsort(took, rounds, sizeof(took[0]), compare);
	printf("%s %zu %.1f %.1f\n", name, places, took[rounds / 2], took[rounds * 99 / 100]);
}

int
main(int argc, char **argv)
{
	size_t rounds = argc > 1 ? (size_t)strtoul(argv[1], NULL, 10) : 2000;
	static const size_t sizes[] = { 1, 10, 100, 1000 };
	static const struct {
		const char *name;
		void (*run)(struct hs_arena *arena, const struct job *job);
	} forms[] = { { "mail", mail }, { "cell-ja", cell_ja }, { "cell-en", cell_en },
		{ "primary", primary } };
	if (rounds == 0 || rounds > ROUNDS_MAX)
		return 2;
	hs_arena_keep_freed(); /* as adapters do */
	for (size_t i = 0; i < HS_COUNT(forms); i++)
		for (size_t j = 0; j < HS_COUNT(sizes); j++)
			if (forms[i].run != primary || sizes[j] == 1)
				measure(forms[i].name, sizes[j], rounds, forms[i].run);
	measure("reference", 1, rounds, reference);
	return 0;
}
