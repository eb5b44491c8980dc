/* policy.c: rights of the sender, decided by tables and set algebra.
 *
 * Mode:  envelope = Control = lane = credential, or nothing (misissuance M1, M2).
 * Areas: every area within the principal's areas; one foreign code refuses the whole document, a
 *        missing area is refused and never widened (P9, M10).
 * Source: the senderID belongs to the credential, so that nobody continues another's document.
 */
#include "hub/gate/policy.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/stages.h"
#include "schemas/tables.h"

/* Source: edxlde:distributionStatus. Each status has one mode and one lane. */
static const struct {
	const char *status;
	int mode, lane;
} statuses[] = {
	{ "Actual", HS_MODE(LIVE), HS_MODE(LIVE) },
	{ "Exercise", HS_MODE(DRILL), HS_MODE(DRILL) },
	{ "Test", HS_MODE(TEST), HS_MODE(DRILL) },
	{ "System", HS_MODE(SYSTEM), HS_MODE(DRILL) },
};

int
hs_status_mode(const char *status)
{
	for (size_t i = 0; i < HS_COUNT(statuses); i++) {
		if (strcmp(statuses[i].status, status) == 0)
			return statuses[i].mode;
	}
	return HS_MODE(UNSPECIFIED);
}

static bool
lane_carries(const char *status, int lane)
{
	for (size_t i = 0; i < HS_COUNT(statuses); i++) {
		if (strcmp(statuses[i].status, status) == 0)
			return statuses[i].lane == lane;
	}
	return false;
}

static bool
lists(const struct hs_config_texts *texts, const char *word)
{
	for (size_t i = 0; i < texts->count; i++) {
		if (strcmp(texts->items[i], word) == 0)
			return true;
	}
	return false;
}

bool
hs_mode_allowed(const char *envelope_status, const char *control_status, int lane,
	const struct hs_principal *principal)
{
	return strcmp(envelope_status, control_status) == 0 &&
	       lane_carries(envelope_status, lane) && lists(&principal->statuses, envelope_status);
}

bool
hs_area_allowed(const char *code, const struct hs_principal *principal)
{
	for (size_t i = 0; i < principal->areas.count; i++) {
		if (hs_area_within(code, principal->areas.items[i]))
			return true;
	}
	return false;
}

void
hs_policy_mode(struct hs_submission *submission)
{
	const char *lane = submission->mode == HS_MODE(LIVE) ? "live" : "drill";
	const char *detail;

	if (hs_mode_allowed(submission->envelope_status, submission->control_status,
		    submission->mode, submission->principal))
		return;
	detail = hs_arena_printf(submission->arena,
		"envelope %s, Control %s, address %s, principal %s", submission->envelope_status,
		submission->control_status, lane, submission->principal->id);
	hs_finding_add(&submission->findings, HS_FINDING_MODE_MISMATCH,
		(struct hs_place){ "/EDXLDistribution/distributionStatus", 0 },
		submission->mode == HS_MODE(LIVE) ? "Actual" : "Exercise", detail);
}

/* The senderID is part of a document's key: whoever could use another's could cancel another's
 * order by naming its document with areas of his own. */
void
hs_policy_source(struct hs_submission *submission)
{
	const char *own = submission->principal->source;
	char **sent = &submission->notice->document->source;

	if (strcmp(*sent, own) != 0)
		hs_stage_finding(submission, HS_FINDING_SOURCE_FOREIGN, sent, own, *sent);
}

static void
check_area(struct hs_submission *submission, const hs_area *area)
{
	const struct hs_principal *principal = submission->principal;

	/* A district code was checked to lie within its municipality's. */
	if (!hs_area_allowed(area->code, principal))
		hs_stage_finding(submission, HS_FINDING_AREA_FOREIGN, &area->code,
			principal->areas.count ? principal->areas.items[0] : "", area->code);
}

void
hs_policy_areas(struct hs_submission *submission)
{
	const hs_notice *notice = submission->notice;
	const hs_evacuation *evacuation = hs_notice_evacuation(notice);

	if (notice->n_areas == 0)
		hs_finding_add(&submission->findings, HS_FINDING_AREA_MISSING,
			(struct hs_place){ "/EDXLDistribution", 1 }, "jisX0402", "");
	for (size_t i = 0; evacuation && i < evacuation->n_details; i++) {
		for (size_t k = 0; k < evacuation->details[i]->n_areas; k++)
			check_area(submission, evacuation->details[i]->areas[k]->area);
	}
	for (size_t i = 0; i < notice->n_areas; i++)
		check_area(submission, notice->areas[i]);
}

/* An office that is neither the credential's own nor entered openly by it is worth a word. */
void
hs_policy_office(struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;
	const char *own = submission->principal->code;

	if (strncmp(notice->source->code, own, 5) == 0)
		return;
	hs_notice_flag(submission->arena, notice, "proxy_entry");
	if (notice->source->entered_by[0] == '\0') {
		char *by = hs_arena_printf(submission->arena, "%s %s",
			submission->principal->organisation, submission->principal->office);

		if (by)
			notice->source->entered_by = by;
		hs_stage_finding(submission, HS_FINDING_PROXY_ENTRY, &notice->source->code, own,
			notice->source->code);
	}
}

/* Words of a drill in a live document: it may be a drill on the wrong address. Never a reason to
 * refuse. */
void
hs_policy_words(struct hs_submission *submission)
{
	static const char *const words[] = { "訓練", "テスト", "試験", "くんれん", "ﾃｽﾄ", "drill",
		"Drill", "DRILL", "exercise", "Exercise" };
	hs_notice *notice = submission->notice;
	hs_evacuation *evacuation = hs_notice_evacuation(notice) ? notice->evacuation : NULL;
	char **fields[] = { notice->n_texts ? &notice->texts[0]->headline : NULL,
		evacuation ? &evacuation->disaster_name : NULL,
		evacuation ? &evacuation->complement : NULL, &notice->correction };

	if (notice->mode != HS_MODE(LIVE))
		return;
	for (size_t i = 0; i < HS_COUNT(fields); i++) {
		for (size_t k = 0; fields[i] && k < HS_COUNT(words); k++) {
			if (!strstr(*fields[i], words[k]))
				continue;
			hs_stage_finding(
				submission, HS_FINDING_DRILL_WORDS, fields[i], "", words[k]);
			hs_notice_flag(submission->arena, notice, "drill_words");
			return;
		}
	}
}

enum hs_err
hs_lalert_policy(struct hs_submission *submission)
{
	hs_policy_mode(submission);
	hs_policy_source(submission);
	hs_policy_areas(submission);
	hs_policy_office(submission);
	hs_policy_words(submission);
	return submission->findings.errors ? HS_ERR_FORBIDDEN : HS_OK;
}
