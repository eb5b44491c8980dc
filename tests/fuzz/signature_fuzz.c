/* Any bytes as a submission of a sender that must sign: shape and verification, with keys that signed nothing of it. */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/gate/pipeline.h"

#define ARENA_BYTES (16u << 20)

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes);

static struct hs_signature_keys *keys;

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	(void)argc;
	(void)argv;
	hs_pipeline_setup();
	keys = calloc(1, sizeof(*keys) + 2 * sizeof(keys->rows[0]));
	HS_CHECK(keys != NULL);
	keys->count = 2;
	keys->rows[0] =
		(struct hs_signature_key){ EVP_RSA_gen(2048), HS_SIGNATURE_RSA, 0, INT64_MAX };
	keys->rows[1] = (struct hs_signature_key){ EVP_EC_gen("P-256"), HS_SIGNATURE_ECDSA, 0, 1 };
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len_bytes)
{
	const struct hs_principal principal = { .id = "fuzz",
		.organisation = "架空市",
		.code = "990019",
		.source = "bosai.kakuu.example",
		.signature = { .mode = HS_SIGNATURE_REQUIRED, .keys = keys } };
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct hs_submission submission;

	hs_submission_begin(&submission, arena, &hs_gate_limits_default);
	submission.principal = &principal;
	submission.bytes = bytes;
	submission.len_bytes = len_bytes;
	submission.content_type = "application/xml";
	submission.mode = HS_MODE(DRILL);
	submission.received_unix_us = 1782900000LL * 1000000;
	/* Nobody signed it. */
	HS_CHECK(hs_pipeline_run(&submission, NULL) != HS_OK);
	HS_CHECK(submission.findings.errors > 0 && submission.signature == HS_SIGNATURE_NONE);
	hs_submission_end(&submission);
	hs_arena_destroy(arena);
	return 0;
}
