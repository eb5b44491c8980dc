/* intake_check.c: what a submission must have before anything is looked up for it. See intake.h. */
#include <string.h>

#include "hub/core/intake.h"

#define ID_MAX_BYTES   512
#define SUPERSEDES_MAX 1000 /* each is looked up among all that waits for the disk */

#define BIT(name) (1u << HS_FINDING_##name)

static bool
is_complete(const hs_submit *submit)
{
	const hs_document *document = submit->notice->document;

	return document != NULL && document->source[0] != '\0' && document->id[0] != '\0' &&
	       strlen(document->source) <= ID_MAX_BYTES && strlen(document->id) <= ID_MAX_BYTES &&
	       strlen(submit->principal) <= ID_MAX_BYTES && strchr(document->source, '|') == NULL &&
	       document->revision > 0 && submit->content_sha256.len == HS_SHA256_BYTES;
}

static bool
is_of_lane(int notice_mode, int lane)
{
	if (lane == (int)HS_MODE(LIVE))
		return notice_mode == (int)HS_MODE(LIVE);
	return notice_mode == (int)HS_MODE(DRILL) || notice_mode == (int)HS_MODE(TEST) ||
	       notice_mode == (int)HS_MODE(SYSTEM);
}

/* A hash that the gate named must be that of the bytes that came with it. */
static bool
original_fits(const hs_submit *submit)
{
	const hs_original *original = submit->notice->original;
	struct hs_span bytes = { submit->original.data, submit->original.len };
	uint8_t hash[HS_SHA256_BYTES];

	if (original == NULL || original->sha256.len == 0)
		return true;
	hs_sha256(&bytes, 1, hash);
	return original->sha256.len == sizeof(hash) &&
	       memcmp(original->sha256.data, hash, sizeof(hash)) == 0;
}

unsigned
hs_intake_check(const hs_submit *submit, int mode)
{
	if (submit->notice == NULL || !is_complete(submit))
		return BIT(INCOMPLETE);
	if (!is_of_lane((int)submit->notice->mode, mode))
		return BIT(LANE);
	if (submit->notice->document->n_supersedes > SUPERSEDES_MAX)
		return BIT(TOO_LARGE);
	return original_fits(submit) ? 0 : BIT(ORIGINAL_HASH);
}
