/* policy.h: who may say what, in which mode. Pure decisions over tables, and the checks that the policies of the
 * formats are made of (parser_registry.h); each check adds findings and flags to the submission. */
#ifndef HS_GATE_POLICY_H
#define HS_GATE_POLICY_H

#include <stdbool.h>

#include "hub/gate/authority.h"
#include "hub/gate/principal.h"
#include "hub/gate/submission.h"

/* HS_MODE(…) of a distributionStatus: Actual, Exercise, Test, System. 0: unknown. Case counts. */
int hs_status_mode(const char *status);
/* True when envelope and Control say the same known status, the lane carries it, and the
 * principal lists it: live carries Actual only; drill carries Exercise, Test and System. lane:
 * HS_MODE(LIVE) or HS_MODE(DRILL). */
bool hs_mode_allowed(const char *envelope_status, const char *control_status, int lane,
	const struct hs_principal *principal);

/* A document of status Test whose identifier begins with canary-: POST /v1/canary gives it back, and it is no notice. False: not
 * read so far. */
bool hs_policy_is_canary(const struct hs_submission *submission);
/* Before anything is read: the role may send, and on this lane. */
void hs_policy_role(struct hs_submission *submission);
/* When the format is known. */
void hs_policy_format(struct hs_submission *submission);
/* Every policy: some right of the principal is for this kind of message. */
void hs_policy_kind(struct hs_submission *submission);
/* Envelope, Control, lane and credential say the same mode. */
void hs_policy_mode(struct hs_submission *submission);
/* The document's source belongs to the credential. */
void hs_policy_source(struct hs_submission *submission);
/* Every area of the notice, wherever it stands, and of the L-Alert headline lies within the principal's own areas or a
 * delegation that is in force (which is shown as proxy entry); none at all is an error. */
void hs_policy_areas(struct hs_submission *submission);
/* Proxy entry is shown. */
void hs_policy_office(struct hs_submission *submission);
/* Words of a drill in a live document: a warning. */
void hs_policy_words(struct hs_submission *submission);

#endif
