/* Any bytes as a submission: the gate's whole pipeline, as a drill for 架空市. */
#include <stddef.h>
#include <stdint.h>

#include "hub/base/check.h"
#include "hub/gate/pipeline.h"

#define ARENA_BYTES (16u << 20)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes);

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	hs_pipeline_setup();
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	static const char *areas[] = { "990019" };
	static const char *statuses[] = { "Exercise" };
	const struct hs_principal principal = { .id = "fuzz",
		.organisation = "架空市",
		.office = "防災課",
		.code = "990019",
		.areas = { areas, 1 },
		.statuses = { statuses, 1 },
		.source = "bosai.kakuu.example" };
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct hs_submission submission;
	hs_submission_begin(&submission, arena, &hs_gate_limits_default);
	submission.principal = &principal;
	submission.bytes = bytes;
	submission.len_bytes = len_bytes;
	submission.content_type = "application/xml";
	submission.mode = HS_MODE(DRILL);
	submission.received_unix_us = 1782900000LL * 1000000;
	const char *stage = NULL;
	enum hs_err err = hs_pipeline_run(&submission, &stage);
	HS_CHECK((err == HS_OK) == (submission.findings.errors == 0));
	hs_submission_end(&submission);
	hs_arena_destroy(arena);
	return 0;
}
