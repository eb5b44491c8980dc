/* Any bytes as a telegram of the weather agency, passed on by a relayer: the gate's whole pipeline on both lanes, and the notice packed. */
#include <stddef.h>
#include <stdint.h>

#include "hub/base/check.h"
#include "hub/gate/pipeline.h"

#define ARENA_BYTES (64u << 20)

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

static void
try_lane(const uint8_t *bytes, size_t len_bytes, int lane)
{
	static const char *statuses[] = { "Actual", "Exercise", "Test" };
	const struct hs_principal principal = { .id = "fuzz",
		.organisation = "中継",
		.office = "",
		.code = "",
		.statuses = { statuses, 3 },
		.source = "relay.example",
		.role = HS_ROLE_RELAYER };
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct hs_submission submission;
	const char *stage = NULL;
	enum hs_err err;

	HS_CHECK(arena != NULL);
	hs_submission_begin(&submission, arena, &hs_gate_limits_default);
	submission.principal = &principal;
	submission.bytes = bytes;
	submission.len_bytes = len_bytes;
	submission.mode = lane;
	submission.received_unix_us = 1782900000LL * 1000000;
	err = hs_pipeline_run(&submission, &stage);
	HS_CHECK((err == HS_OK) == (submission.findings.errors == 0));
	if (err == HS_OK) {
		struct hs_buf out;

		/* what is not its mode is never on a lane, and what was made can be read again */
		HS_CHECK((submission.notice->mode == HS_MODE(LIVE)) == (lane == HS_MODE(LIVE)));
		hs_buf_init(&out, HS_FRAME_MAX_BYTES);
		hs_message_pack(submission.notice, &out);
		HS_CHECK(!out.failed && out.len_bytes < HS_NOTICE_MAX_BYTES);
		HS_CHECK(hs_notice_unpack(arena, out.bytes, out.len_bytes, &submission.notice) ==
			 HS_OK);
		hs_buf_free(&out);
	}
	hs_submission_end(&submission);
	hs_arena_destroy(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	try_lane(bytes, len_bytes, HS_MODE(LIVE));
	try_lane(bytes, len_bytes, HS_MODE(DRILL));
	return 0;
}
