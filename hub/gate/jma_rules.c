/* jma_rules.c: what is checked of a JMA Report, and who may pass one on.
 *
 * Values: only clocks, as warnings; the agency cannot be asked to mend a telegram, and a life may depend on it.
 * Rights: the principal is a relayer; Status, lane and credential agree. Source and areas are the agency's, not the relayer's.
 */
#include "hub/gate/checks.h"
#include "hub/gate/parse_jma.h"
#include "hub/gate/policy.h"

enum hs_err
hs_jma_validate(struct hs_submission *submission)
{
	hs_check_times(submission);
	return submission->findings.errors ? HS_ERR_REFUSED : HS_OK;
}

enum hs_err
hs_jma_policy(struct hs_submission *submission)
{
	if (submission->principal->role != HS_ROLE_RELAYER)
		hs_finding_add(&submission->findings, HS_FINDING_RELAYER_NEEDED,
			(struct hs_place){ "/Report", 1 }, "relayer", submission->principal->id);
	hs_policy_mode(submission);
	return submission->findings.errors ? HS_ERR_FORBIDDEN : HS_OK;
}
