/* policy.c: rights of the sender, decided by tables and set algebra.
 *
 * Mode:  envelope = Control = lane = credential, or nothing (misissuance M1, M2).
 * Role:  may it send at all, on this lane, in this format (role.c).
 * Areas: every area within the principal's areas and delegations, for this kind (authority.h); one foreign
 *        code refuses the whole document, a missing area is refused and never widened (P9, M10).
 *        Where a shelter stands may lie outside (広域避難): it is told and flagged, and the notice is not for that place.
 * Source: the senderID belongs to the credential, so that nobody continues another's document.
 */
#include "hub/gate/policy.h"

#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/parser_registry.h"
#include "hub/gate/role.h"
#include "hub/gate/stages.h"
#include "hub/gate/xml_doc.h"
#include "schemas/area_rules.h"

#define NAMED_MAX 20 /* words of a list that a finding names */

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

bool
hs_mode_allowed(const char *envelope_status, const char *control_status, int lane,
	const struct hs_principal *principal)
{
	return strcmp(envelope_status, control_status) == 0 &&
	       lane_carries(envelope_status, lane) &&
	       hs_config_texts_have(&principal->statuses, envelope_status);
}

/* "evacuation !event" */
static const char *
joined(struct hs_arena *arena, const struct hs_config_texts *texts, const char *none)
{
	const char *text = texts->count > 0 ? texts->items[0] : none;

	for (size_t i = 1; text != NULL && i < texts->count && i < NAMED_MAX; i++)
		text = hs_arena_printf(arena, "%s %s", text, texts->items[i]);
	return text != NULL ? text : "";
}

void
hs_policy_role(struct hs_submission *submission)
{
	const struct hs_role_row *role = hs_role_row(submission->principal->role);
	char senders[128];

	if (role->submits && (role->live || submission->mode != HS_MODE(LIVE)))
		return;
	hs_role_senders(submission->mode, senders, sizeof(senders));
	hs_finding_add(&submission->findings, HS_FINDING_ROLE_FORBIDDEN, (struct hs_place){ "", 0 },
		senders, role->word);
}

void
hs_policy_format(struct hs_submission *submission)
{
	const char *format = submission->parser->name;
	char formats[128];

	if (hs_role_takes_format(submission->principal, format))
		return;
	hs_role_formats(submission->principal, formats, sizeof(formats));
	hs_finding_add(&submission->findings, HS_FINDING_FORMAT_FORBIDDEN,
		(struct hs_place){ "", 0 }, formats, format);
}

static const char *
kind_word(const hs_notice *notice, char out[64])
{
	const char *word = hs_enum_word(&hansho__v1__kind__descriptor, (int)notice->kind, out);

	return word != NULL ? word : notice->kind_text;
}

void
hs_policy_kind(struct hs_submission *submission)
{
	const struct hs_principal *principal = submission->principal;
	char word[64];

	if (!hs_authority_knows_kind(principal, (int)submission->notice->kind))
		hs_stage_finding(submission, HS_FINDING_KIND_FOREIGN, submission->notice,
			joined(submission->arena, &principal->kinds, ""),
			kind_word(submission->notice, word));
}

bool
hs_policy_is_canary(const struct hs_submission *submission)
{
	static const char mark[] = "canary-";
	const hs_notice *notice = submission->notice;

	return notice != NULL && notice->document != NULL &&
	       strncmp(notice->document->id, mark, sizeof(mark) - 1) == 0 &&
	       hs_status_mode(submission->control_status) == HS_MODE(TEST);
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

/* Somebody else's place, said by who may: outlets show who entered it. */
static void
show_proxy(struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;
	const struct hs_principal *principal = submission->principal;
	char *by;

	hs_notice_flag(submission->arena, notice, "proxy_entry");
	if (notice->source->entered_by[0] != '\0')
		return;
	by = hs_arena_printf(submission->arena, "%s%s%s", principal->organisation,
		principal->office[0] != '\0' ? " " : "", principal->office);
	if (by != NULL)
		notice->source->entered_by = by;
}

/* What the sender may use instead. */
static const char *
expected_of(struct hs_submission *submission, const struct hs_authority *answer)
{
	const struct hs_principal *principal = submission->principal;
	const struct hs_delegation *delegation = answer->delegation;
	const char *text;

	if (answer->verdict == HS_VERDICT_DATES) {
		text = hs_arena_printf(
			submission->arena, "%s … %s", delegation->from, delegation->to);
		return text != NULL ? text : "";
	}
	if (answer->verdict == HS_VERDICT_KIND)
		return joined(submission->arena,
			delegation != NULL ? &delegation->kinds : &principal->kinds, "");
	return principal->areas.count > 0 ? principal->areas.items[0] : "";
}

static const enum hs_finding_code finding_of[] = {
	[HS_VERDICT_DATES] = HS_FINDING_DELEGATION_DATES,
	[HS_VERDICT_KIND] = HS_FINDING_KIND_FOREIGN,
	[HS_VERDICT_AROUND] = HS_FINDING_AREA_AROUND,
	[HS_VERDICT_FOREIGN] = HS_FINDING_AREA_FOREIGN,
};

/* false: refused, with *answer for the finding. */
static bool
may_speak_of(struct hs_submission *submission, const char *code, struct hs_authority *answer)
{
	*answer = hs_authority_ask(submission->principal, code, (int)submission->notice->kind,
		submission->received_unix_us);
	if (answer->verdict == HS_VERDICT_DELEGATED)
		show_proxy(submission);
	return hs_authority_given(answer->verdict);
}

static void
check_area(void *owner, hs_area *area)
{
	struct hs_submission *submission = owner;
	char *const *said = &area->code;
	struct hs_authority answer;

	/* A ward's right may be less than that of the city's code beside it: both must be given. */
	if (may_speak_of(submission, area->code, &answer)) {
		said = &area->sub_code;
		if (area->sub_code[0] == '\0' || may_speak_of(submission, area->sub_code, &answer))
			return;
	}
	/* A kind that no right of the principal is for was told already, for the document as a whole. */
	if (answer.verdict == HS_VERDICT_KIND &&
		hs_findings_has(&submission->findings, HS_FINDING_KIND_FOREIGN))
		return;
	hs_stage_finding(submission, finding_of[answer.verdict], said,
		expected_of(submission, &answer), *said);
}

/* The headline's areas are not told to anybody, but screens show the headline beside them. A code that is no place, or one
 * around the body's own, says nothing. */
static void
check_headline(struct hs_submission *submission)
{
	hs_xml_node *content =
		hs_xml_child(hs_xml_root(submission->doc), HS_NS_COMMONS, "contentObject");
	hs_xml_node *embedded = hs_xml_child(
		hs_xml_child(content, HS_NS_EDXL, "xmlContent"), HS_NS_EDXL, "embeddedXMLContent");
	hs_xml_node *head =
		hs_xml_child(hs_xml_child(embedded, HS_NS_PCXML, "Report"), HS_NS_BASIS, "Head");
	hs_xml_node *areas =
		hs_xml_child(hs_xml_child(head, HS_NS_BASIS, "Headline"), HS_NS_BASIS, "Areas");
	hs_xml_node *node = hs_xml_child(areas, HS_NS_BASIS, "Area");

	for (; node != NULL; node = hs_xml_next(node, HS_NS_BASIS, "Area")) {
		hs_xml_node *place = hs_xml_child(node, HS_NS_COMMONS, "jisX0402");
		const char *code = hs_xml_text(submission->arena, place);
		struct hs_authority answer;

		if (code == NULL || hs_area_place(code) == HS_PLACE_NONE ||
			may_speak_of(submission, code, &answer) ||
			answer.verdict == HS_VERDICT_AROUND || answer.verdict == HS_VERDICT_KIND)
			continue;
		hs_xml_finding(&submission->findings, finding_of[answer.verdict], place,
			expected_of(submission, &answer), code);
	}
}

/* ---- shelters in another municipality (広域避難) ---- */

static bool
may_speak_of_all(struct hs_submission *submission, const hs_area *area, struct hs_authority *answer)
{
	return may_speak_of(submission, area->code, answer) &&
	       (area->sub_code[0] == '\0' || may_speak_of(submission, area->sub_code, answer));
}

/* Where a shelter stands is no place that is spoken for: one outside is told to the sender and set aside while the
 * areas are checked. NULL: none, or the arena is full (then all are checked). */
static hs_area **
set_aside(struct hs_submission *submission, Hansho__V1__Shelter *shelter)
{
	hs_area **aside =
		hs_arena_alloc(submission->arena, (shelter->n_items + 1) * sizeof(hs_area *));

	for (size_t i = 0; aside != NULL && i < shelter->n_items; i++) {
		hs_area *area = shelter->items[i]->area;
		struct hs_authority answer;

		aside[i] = NULL;
		if (area == NULL || may_speak_of_all(submission, area, &answer))
			continue;
		aside[i] = area;
		shelter->items[i]->area = NULL;
		hs_stage_finding(submission, HS_FINDING_SHELTER_OUTSIDE, &area->code,
			expected_of(submission, &answer), area->code);
		hs_notice_flag(submission->arena, submission->notice, "shelter_outside");
	}
	return aside;
}

/* The notice is not for the municipality of such a shelter, so it is told there of nothing. Areas without a trace were
 * derived from the shelters; those that the sender named himself stay, and are checked. */
static void
address_own_only(struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;
	size_t kept = 0;

	for (size_t i = 0; i < notice->n_areas; i++) {
		hs_area *area = notice->areas[i];
		struct hs_authority answer;

		if (hs_trace_find(&submission->traces, area) != NULL ||
			may_speak_of_all(submission, area, &answer))
			notice->areas[kept++] = area;
	}
	notice->n_areas = kept;
}

void
hs_policy_areas(struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;
	Hansho__V1__Shelter *shelter =
		notice->detail_case == HANSHO__V1__NOTICE__DETAIL_SHELTER ? notice->shelter : NULL;
	hs_area **aside = shelter != NULL ? set_aside(submission, shelter) : NULL;

	if (shelter != NULL)
		address_own_only(submission);
	if (notice->n_areas == 0)
		hs_finding_add(&submission->findings, HS_FINDING_AREA_MISSING,
			(struct hs_place){ "/EDXLDistribution", 1 }, "jisX0402", "");
	check_headline(submission);
	hs_notice_visit_areas(notice, check_area, submission);
	for (size_t i = 0; aside != NULL && i < shelter->n_items; i++) {
		if (aside[i] != NULL)
			shelter->items[i]->area = aside[i];
	}
}

/* An office that is neither the credential's own nor entered openly by it is worth a word. */
void
hs_policy_office(struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;
	const char *own = submission->principal->code;
	bool open = notice->source->entered_by[0] != '\0';

	if (strncmp(notice->source->code, own, 5) == 0)
		return;
	show_proxy(submission);
	if (!open)
		hs_stage_finding(submission, HS_FINDING_PROXY_ENTRY, &notice->source->code, own,
			notice->source->code);
}

#define HS_TOLD(name, type, one, two)                                                        \
	{                                                                                    \
		HANSHO__V1__NOTICE__DETAIL_##name,                                           \
		{                                                                            \
			offsetof(Hansho__V1__##type, one), offsetof(Hansho__V1__##type, two) \
		}                                                                            \
	}
/* Texts of a detail that tell what has happened. Not those of notices and events, which may be about a drill. */
static const struct told {
	int detail;
	size_t fields[2];
} told[] = {
	HS_TOLD(EVACUATION, Evacuation, disaster_name, complement),
	HS_TOLD(SHELTER, Shelter, disaster_name, complement),
	HS_TOLD(HEADQUARTERS, Headquarters, disaster_name, complement),
	HS_TOLD(DAMAGE, Damage, disaster_name, complement),
	HS_TOLD(URGENT_MAIL, UrgentMail, title, message),
};

/* The two texts of the notice's detail; none: NULL. All details share one place. */
static void
told_of(hs_notice *notice, char **out[2])
{
	char *detail = (char *)notice->evacuation;

	out[0] = out[1] = NULL;
	for (size_t i = 0; i < HS_COUNT(told); i++) {
		if (told[i].detail != (int)notice->detail_case)
			continue;
		out[0] = (char **)(void *)(detail + told[i].fields[0]);
		out[1] = (char **)(void *)(detail + told[i].fields[1]);
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
	char **fields[4] = { notice->n_texts ? &notice->texts[0]->headline : NULL,
		&notice->correction };

	if (notice->mode != HS_MODE(LIVE))
		return;
	told_of(notice, fields + 2);
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
	hs_policy_office(submission);
	hs_policy_areas(submission);
	hs_policy_words(submission);
	return submission->findings.errors ? HS_ERR_FORBIDDEN : HS_OK;
}
