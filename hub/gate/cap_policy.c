/* cap_policy.c: lengths and clocks of an alert, and who may send it.
 *
 * Mode:   status = lane = credential, and = the envelope's when it came inside EDXL-DE. The canary of a bridge is taken on no lane:
 *         one that came to a bridge of drills would be recorded there as a notice.
 * Source: a sender's own alerts within its own areas; those of others need the role relayer, whose alerts speak for
 *         places all over the world.
 */
#include <string.h>

#include "hub/gate/checks.h"
#include "hub/gate/parse_cap.h"
#include "hub/gate/policy.h"
#include "hub/gate/stages.h"

enum hs_err
hs_cap_validate(struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;

	hs_check_common(submission);
	for (size_t i = 0; i < notice->n_areas; i++)
		hs_check_area_names(submission, notice->areas[i]);
	hs_check_times(submission);
	return submission->findings.errors ? HS_ERR_REFUSED : HS_OK;
}

static void
check_mode(struct hs_submission *submission)
{
	bool live = submission->mode == HS_MODE(LIVE);

	if (!hs_policy_is_canary(submission) &&
		hs_mode_allowed(submission->envelope_status, submission->control_status,
			submission->mode, submission->principal))
		return;
	hs_stage_finding(submission, HS_FINDING_MODE_MISMATCH, &submission->notice->mode,
		live ? "Actual" : "Exercise",
		hs_arena_printf(submission->arena,
			"envelope %s, status %s, address %s, principal %s",
			submission->envelope_status, submission->control_status,
			live ? "live" : "drill", submission->principal->id));
}

/* An area that has no code lies in nobody's. */
static void
check_areas(struct hs_submission *submission)
{
	const hs_notice *notice = submission->notice;
	bool coded = true;

	for (size_t i = 0; i < notice->n_areas; i++) {
		const hs_area *area = notice->areas[i];

		if (area->code[0] != '\0')
			continue;
		coded = false;
		hs_stage_finding(
			submission, HS_FINDING_AREA_MISSING, &area->code, "geocode", area->name);
	}
	/* A cancel ends what its document said, wherever that was. */
	if (coded && (notice->n_areas > 0 || notice->action != HS_ACTION(CANCEL)))
		hs_policy_areas(submission);
}

enum hs_err
hs_cap_policy(struct hs_submission *submission)
{
	char **source = &submission->notice->document->source;

	check_mode(submission);
	/* Nobody but a relayer may speak of an event as if it were a national source: its message could keep theirs silent. */
	if (submission->principal->role != HS_ROLE_RELAYER)
		submission->notice->document->event = (char *)(uintptr_t) "";
	if (submission->principal->role == HS_ROLE_RELAYER)
		return submission->findings.errors ? HS_ERR_FORBIDDEN : HS_OK;
	if (strcmp(*source, submission->principal->source) == 0)
		check_areas(submission);
	else
		hs_stage_finding(submission, HS_FINDING_ROLE_RELAYER, source,
			submission->principal->source, *source);
	return submission->findings.errors ? HS_ERR_FORBIDDEN : HS_OK;
}
