/* pipeline_bench.c: parse + validate + normalise of one document, on one core, without network and hub.
 *
 * usage: pipeline_bench [relayer] <rounds> <file>...   each file one document of 架空市 (990019), sent as a drill; with "relayer" one
 *        of another source that is passed on, on the lane of its own status.
 * Prints one line per file: bytes, µs of processor time (median), the same (99th percentile), peak bytes of the arena, errors, warnings, the most bytes that one
 * run took at a time (arena and tree; then, without the tree, arena and frame for the hub), and that divided by the size of the document.
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/gate/pipeline.h"

#define ROUNDS_MAX 100000

struct document {
	uint8_t *bytes;
	size_t len_bytes;
};

struct outcome {
	size_t arena_bytes, errors, warnings, all_bytes;
};

static const char *const areas[] = { "990019" };
static const char *const statuses[] = { "Exercise" };
static const char *const all_statuses[] = { "Actual", "Exercise", "Test" };
static const struct hs_principal sender = { .id = "bench",
	.organisation = "架空市",
	.office = "防災課",
	.code = "990019",
	.areas = { (const char **)(uintptr_t)areas, 1 },
	.statuses = { (const char **)(uintptr_t)statuses, 1 },
	.source = "bosai.kakuu.example" };
static const struct hs_principal relayer = { .id = "bench",
	.organisation = "中継",
	.office = "",
	.code = "",
	.statuses = { (const char **)(uintptr_t)all_statuses, 3 },
	.source = "relay.example",
	.role = HS_ROLE_RELAYER };

static struct document
read_document(const char *path)
{
	struct document document;
	struct stat about;
	FILE *file = fopen(path, "rb");

	if (file == NULL || fstat(fileno(file), &about) != 0) {
		perror(path);
		exit(2);
	}
	document.len_bytes = (size_t)about.st_size;
	document.bytes = malloc(document.len_bytes + 1);
	HS_CHECK(document.bytes != NULL);
	HS_CHECK(fread(document.bytes, 1, document.len_bytes, file) == document.len_bytes);
	fclose(file);
	return document;
}

static size_t
taken_bytes(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static struct outcome
run_once(const struct document *document, const struct hs_principal *principal, int lane,
	bool measure)
{
	struct hs_arena *arena = hs_arena_create(HS_SUBMISSION_ARENA_BYTES);
	size_t before = measure ? taken_bytes() : 0; /* asking takes time of its own */
	struct hs_submission submission;
	struct outcome outcome;
	struct hs_buf packed;
	hs_submit *submit = NULL;
	size_t checked_bytes, sent_bytes;

	HS_CHECK(arena != NULL);
	hs_submission_begin(&submission, arena, &hs_gate_limits_default);
	submission.principal = principal;
	submission.bytes = document->bytes;
	submission.len_bytes = document->len_bytes;
	submission.mode = lane;
	submission.received_unix_us = hs_clock_unix_us();
	if (hs_pipeline_run(&submission, NULL) == HS_OK) {
		submit = hs_submission_to_submit(&submission, 1);
		HS_CHECK(submit != NULL);
	}
	checked_bytes = measure ? taken_bytes() - before : 0;
	hs_submission_end(
		&submission); /* as the gate does it: the tree has gone when the hub gets its frame */
	hs_buf_init(&packed, HS_FRAME_MAX_BYTES);
	if (submit && measure)
		hs_message_pack(submit, &packed);
	sent_bytes = measure ? taken_bytes() - before : 0;
	outcome = (struct outcome){ hs_arena_used_bytes(arena), submission.findings.errors,
		submission.findings.count - submission.findings.errors,
		checked_bytes > sent_bytes ? checked_bytes : sent_bytes };
	hs_buf_free(&packed);
	hs_arena_destroy(arena);
	return outcome;
}

/* The lane on which a relayer's document is not refused. */
static int
lane_of(const struct document *document, const struct hs_principal *principal)
{
	if (principal == &sender)
		return HS_MODE(DRILL);
	return run_once(document, principal, HS_MODE(LIVE), false).errors ? HS_MODE(DRILL)
									  : HS_MODE(LIVE);
}

/* What others do on the machine does not count. */
static int64_t
processor_us(void)
{
	struct timespec now;

	HS_CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
	return now.tv_sec * HS_US_PER_S + now.tv_nsec / 1000;
}

static int
by_value(const void *a, const void *b)
{
	const int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;

	return (left > right) - (left < right);
}

int
main(int argc, char **argv)
{
	static int64_t took_us[ROUNDS_MAX];
	int first = argc > 1 && strcmp(argv[1], "relayer") == 0 ? 2 : 1;
	const struct hs_principal *principal = first == 2 ? &relayer : &sender;
	long rounds = argc > first + 1 ? strtol(argv[first], NULL, 10) : 0;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: pipeline_bench [relayer] <1 … %d rounds> <file>...\n",
			ROUNDS_MAX);
		return 2;
	}
	hs_pipeline_setup();
	for (int i = first + 1; i < argc; i++) {
		struct document document = read_document(argv[i]);
		int lane = lane_of(&document, principal);
		struct outcome outcome = { 0 };

		for (long round = 0; round < rounds; round++) {
			int64_t from_us = processor_us();

			(void)run_once(&document, principal, lane, false);
			took_us[round] = processor_us() - from_us;
		}
		outcome = run_once(&document, principal, lane, true);
		qsort(took_us, (size_t)rounds, sizeof(took_us[0]), by_value);
		printf("%zu %lld %lld %zu %zu %zu %zu %.1f %s\n", document.len_bytes,
			(long long)took_us[rounds / 2], (long long)took_us[rounds * 99 / 100],
			outcome.arena_bytes, outcome.errors, outcome.warnings, outcome.all_bytes,
			(double)outcome.all_bytes / (double)document.len_bytes, argv[i]);
		free(document.bytes);
	}
	return 0;
}
