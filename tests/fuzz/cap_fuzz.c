/* Any bytes as a CAP alert of a relayer, in the drill lane. What was accepted is written as CAP again, which must be
 * accepted too: whatever we let in, we can tell others. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/pipeline.h"
#include "schemas/cap_write.h"

#define ARENA_BYTES (16u << 20)
#define ALERT_BYTES (4u << 20)

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

static enum hs_err
run(struct hs_submission *submission, struct hs_arena *arena, const void *bytes, size_t len_bytes)
{
	static const char *statuses[] = { "Exercise", "Test", "System" };
	static const struct hs_principal relayer = { .id = "relay",
		.organisation = "架空県",
		.office = "危機管理課",
		.code = "990001",
		.statuses = { statuses, 3 },
		.source = "relay.kakuu.example",
		.role = HS_ROLE_RELAYER };
	struct hs_gate_limits limits = hs_gate_limits_default;
	const char *stage = NULL;
	enum hs_err err;

	limits.cap_1_1 = true;
	/* what we write may be longer than what came, by our own codes and parameters */
	limits.id_chars = 1024;
	hs_submission_begin(submission, arena, &limits);
	submission->principal = &relayer;
	submission->bytes = bytes;
	submission->len_bytes = len_bytes;
	submission->content_type = "application/cap+xml";
	submission->mode = HS_MODE(DRILL);
	submission->received_unix_us = 1782900000LL * 1000000;
	err = hs_pipeline_run(submission, &stage);
	HS_CHECK((err == HS_OK) == (submission->findings.errors == 0));
	submission->limits = NULL;
	return err;
}

static void
check_again(const hs_notice *notice)
{
	struct hs_arena *arena = hs_arena_create(2 * ARENA_BYTES);
	struct hs_submission submission;
	struct hs_buf alert;

	hs_buf_init(&alert, ALERT_BYTES);
	hs_cap_write(&alert, notice, NULL, 0);
	HS_CHECK(!alert.failed);
	if (alert.len_bytes < (size_t)hs_gate_limits_default.body_bytes &&
		run(&submission, arena, alert.bytes, alert.len_bytes) != HS_OK) {
		const struct hs_finding *finding = hs_findings_first_error(&submission.findings);

		fprintf(stderr, "%s %s %s\n%s", finding ? hs_finding_row(finding->code)->code : "",
			finding ? finding->place.path : "", finding ? finding->detail : "",
			hs_buf_text(&alert));
		HS_CHECK(!"our own alert is refused");
	}
	hs_submission_end(&submission);
	hs_buf_free(&alert);
	hs_arena_destroy(arena);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct hs_submission submission;

	if (run(&submission, arena, bytes, len_bytes) == HS_OK && submission.notice->cap)
		check_again(submission.notice);
	hs_submission_end(&submission);
	hs_arena_destroy(arena);
	return 0;
}
