/* pipeline.h: the gate's checks, as one table of pure stages over one submission.
 *
 * Flow:    role → guard → parse → signature → recognise → convert → validate → policy → normalise → plausible.
 * Rules:   a stage adds findings; the run stops behind the first stage that leaves an error, so
 *          that a sender gets all findings of one kind at once but none that only follow from
 *          another.
 * Threads: no state of its own; any number of submissions at once, each on one thread.
 */
#ifndef HS_GATE_PIPELINE_H
#define HS_GATE_PIPELINE_H

#include "hub/base/err.h"
#include "hub/gate/submission.h"

struct hs_stage {
	const char *name;
	enum hs_err (*run)(struct hs_submission *submission);
};

/* Once per process, before threads start: prepares libxml2 and xmlsec. */
void hs_pipeline_setup(void);

/* HS_OK: notice and content_sha256 are set, findings hold at most warnings. Otherwise findings
 * hold at least one error: HS_ERR_TOO_LARGE, HS_ERR_PARSE (guard, parse), HS_ERR_REFUSED
 * (convert, validate), HS_ERR_FORBIDDEN (role, signature, recognise, policy), HS_ERR_NOMEM (arena full). *stage (may be
 * NULL) names the last stage run. */
enum hs_err hs_pipeline_run(struct hs_submission *submission, const char **stage) HS_MUST_CHECK;

/* The stages, for tests and `hansho validate`. */
const struct hs_stage *hs_pipeline_stages(size_t *count);

#endif
