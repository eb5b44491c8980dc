/* stages.h: the later stages of the pipeline, each a file of its own. See pipeline.h for the
 * rules. Validate and policy differ by format (parser_registry.h); what several formats share is in checks.h. */
#ifndef HS_GATE_STAGES_H
#define HS_GATE_STAGES_H

#include "hub/base/err.h"
#include "hub/gate/submission.h"

/* Values: lengths, codes, times. HS_ERR_REFUSED with findings. */
enum hs_err hs_lalert_validate(struct hs_submission *submission) HS_MUST_CHECK;
/* Rights: mode, areas, offices. HS_ERR_FORBIDDEN with findings. */
enum hs_err hs_lalert_policy(struct hs_submission *submission) HS_MUST_CHECK;
/* What the sender need not say: readings, level, lane, texts, hashes. */
enum hs_err hs_stage_normalise(struct hs_submission *submission) HS_MUST_CHECK;

/* A finding at the node that a part of the notice came from. */
void hs_stage_finding(struct hs_submission *submission, enum hs_finding_code code, const void *part,
	const char *expected, const char *detail);

#endif
