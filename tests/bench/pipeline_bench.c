/* pipeline_bench.c: parse + validate + normalise of one document, on one core, without network and hub.
 *
 * usage: pipeline_bench <rounds> <file>...   each file one document of 架空市 (990019), sent as a drill.
 * Prints one line per file: bytes, µs (median), µs (99th percentile), peak bytes of the arena, errors, warnings.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/gate/pipeline.h"

#define ROUNDS_MAX 100000

struct document {
	uint8_t *bytes;
	size_t len_bytes;
};

struct outcome {
	size_t arena_bytes, errors, warnings;
};

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

static struct outcome
run_once(const struct document *document)
{
	static const char *areas[] = { "990019" };
	static const char *statuses[] = { "Exercise" };
	const struct hs_principal principal = { .id = "bench",
		.organisation = "架空市",
		.office = "防災課",
		.code = "990019",
		.areas = { areas, 1 },
		.statuses = { statuses, 1 },
		.source = "bosai.kakuu.example" };
	struct hs_arena *arena = hs_arena_create(HS_SUBMISSION_ARENA_BYTES);
	struct hs_submission submission;
	struct outcome outcome;

	HS_CHECK(arena != NULL);
	hs_submission_begin(&submission, arena, &hs_gate_limits_default);
	submission.principal = &principal;
	submission.bytes = document->bytes;
	submission.len_bytes = document->len_bytes;
	submission.mode = HS_MODE(DRILL);
	submission.received_unix_us = hs_clock_unix_us();
	if (hs_pipeline_run(&submission, NULL) == HS_OK)
		HS_CHECK(hs_submission_to_submit(&submission, 1) != NULL);
	outcome = (struct outcome){ hs_arena_used_bytes(arena), submission.findings.errors,
		submission.findings.count - submission.findings.errors };
	hs_submission_end(&submission);
	hs_arena_destroy(arena);
	return outcome;
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
	long rounds = argc > 2 ? strtol(argv[1], NULL, 10) : 0;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: pipeline_bench <1 … %d rounds> <file>...\n", ROUNDS_MAX);
		return 2;
	}
	hs_pipeline_setup();
	for (int i = 2; i < argc; i++) {
		struct document document = read_document(argv[i]);
		struct outcome outcome = { 0 };

		for (long round = 0; round < rounds; round++) {
			int64_t from_us = hs_clock_mono_us();

			outcome = run_once(&document);
			took_us[round] = hs_clock_mono_us() - from_us;
		}
		qsort(took_us, (size_t)rounds, sizeof(took_us[0]), by_value);
		printf("%zu %lld %lld %zu %zu %zu %s\n", document.len_bytes,
			(long long)took_us[rounds / 2], (long long)took_us[rounds * 99 / 100],
			outcome.arena_bytes, outcome.errors, outcome.warnings, argv[i]);
		free(document.bytes);
	}
	return 0;
}
