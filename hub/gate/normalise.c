/* normalise.c: what the sender need not say: highest level, lane, readings, texts, hashes. */
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/area_code.h"
#include "hub/gate/lane.h"
#include "hub/gate/notice_text.h"
#include "hub/gate/plain_text.h"
#include "hub/gate/stages.h"

/* By urgency 0…6 of the level table; 6 is a restricted zone or an unknown Sort. */
static const uint32_t lane_of_urgency[] = { HS_PRIORITY_NORMAL, HS_PRIORITY_NORMAL,
	HS_PRIORITY_NORMAL, HS_PRIORITY_NORMAL, HS_PRIORITY_LEVEL4, HS_PRIORITY_LEVEL5,
	HS_PRIORITY_LEVEL5 };

/* The highest level in force. Without any numbered level, the term that is most urgent, with
 * number 0. */
static enum hs_err
set_level(struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;
	const hs_evacuation *evacuation = notice->evacuation;
	const hs_level *best = NULL;
	uint32_t best_urgency = 0;

	for (size_t i = 0; i < evacuation->n_details; i++) {
		const hs_evacuation_detail *detail = evacuation->details[i];
		uint32_t urgency = hs_sort_rank(detail).urgency;

		if (detail->state != HS_EVAC(ISSUED) || !detail->level)
			continue;
		if (best &&
			(best->number > detail->level->number ||
				(best->number == detail->level->number && best_urgency >= urgency)))
			continue;
		best = detail->level;
		best_urgency = urgency;
	}
	if (!best || notice->action == HS_ACTION(CANCEL))
		return HS_OK;
	notice->level = hs_message_new(submission->arena, &hansho__v1__level__descriptor);
	if (!notice->level)
		return HS_ERR_NOMEM;
	notice->level->number = best->number;
	notice->level->term = best->term;
	notice->level->scheme = best->scheme;
	return HS_OK;
}

/* 0 for the other categories. */
static size_t
evacuation_details(const hs_notice *notice)
{
	return hs_notice_evacuation(notice) ? notice->evacuation->n_details : 0;
}

/* The urgency of the most urgent order in force. */
static uint32_t
evacuation_urgency(const hs_notice *notice)
{
	uint32_t most = 0;

	for (size_t i = 0; i < evacuation_details(notice); i++) {
		const hs_evacuation_detail *detail = notice->evacuation->details[i];
		uint32_t urgency = hs_sort_rank(detail).urgency;

		if (detail->state == HS_EVAC(ISSUED) && urgency > most)
			most = urgency;
	}
	return most;
}

/* Drills never delay anything. A cancel is as urgent as what it takes back, and never less than
 * level 4: people may be on their way because of a wrong message. */
static uint32_t
lane_of(const hs_notice *notice, const struct hs_lane_wish *wish)
{
	uint32_t urgency = evacuation_urgency(notice);
	uint32_t lane = hs_lane_of_kind((int)notice->kind);

	if (notice->mode != HS_MODE(LIVE))
		return HS_PRIORITY_DRILL;
	if (wish->only)
		return wish->lane;
	if (wish->set && wish->lane < lane)
		lane = wish->lane;
	/* an order of another hub, told in our profile of CAP */
	if (notice->cap && notice->level && notice->level->number > urgency)
		urgency = notice->level->number;
	if (notice->equivalent_level && notice->equivalent_level->number > urgency)
		urgency = notice->equivalent_level->number;
	if (notice->action == HS_ACTION(CANCEL) && lane > HS_PRIORITY_LEVEL4)
		lane = HS_PRIORITY_LEVEL4;
	if (urgency >= HS_COUNT(lane_of_urgency))
		urgency = HS_COUNT(lane_of_urgency) - 1;
	return lane_of_urgency[urgency] < lane ? lane_of_urgency[urgency] : lane;
}

/* The table's reading, only where the name is the table's own: a district's reading is not
 * known. */
static void
set_kana(struct hs_arena *arena, hs_area *area)
{
	const struct hs_area_row *row = hs_area_by_five(area->code);
	char *kana;

	if (!row || area->kana[0] || strcmp(area->name, row->name) != 0)
		return;
	kana = hs_arena_strdup(arena, row->kana);
	if (kana)
		area->kana = kana;
}

/* A name that was not sent comes from the table, so that no outlet shows an empty place. */
static void
set_names(struct hs_arena *arena, hs_area *area)
{
	const struct hs_area_row *row = hs_area_by_five(area->code);
	char *name = row && area->name[0] == '\0' ? hs_arena_strdup(arena, row->name) : NULL;

	if (name)
		area->name = name;
	set_kana(arena, area);
}

static void
set_all_names(struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;

	for (size_t i = 0; i < notice->n_areas; i++)
		set_names(submission->arena, notice->areas[i]);
	for (size_t i = 0; i < evacuation_details(notice); i++) {
		const hs_evacuation_detail *detail = notice->evacuation->details[i];

		for (size_t k = 0; k < detail->n_areas; k++)
			set_names(submission->arena, detail->areas[k]->area);
	}
}

/* Shelters stand in a municipality; their own names are theirs. */
static void
set_shelter_names(struct hs_submission *submission)
{
	const hs_notice *notice = submission->notice;
	bool own = notice->detail_case == HANSHO__V1__NOTICE__DETAIL_SHELTER;

	for (size_t i = 0; own && i < notice->shelter->n_items; i++) {
		if (notice->shelter->items[i]->area)
			set_names(submission->arena, notice->shelter->items[i]->area);
	}
}

static enum hs_err
set_original(struct hs_submission *submission)
{
	hs_original *original =
		hs_message_new(submission->arena, &hansho__v1__original__descriptor);
	struct hs_span span = { submission->bytes, submission->len_bytes };
	uint8_t *digest = hs_arena_alloc(submission->arena, HS_SHA256_BYTES);

	if (!original || !digest)
		return HS_ERR_NOMEM;
	hs_sha256(&span, 1, digest);
	original->content_type = hs_arena_strdup(submission->arena, submission->content_type);
	original->sha256 = (ProtobufCBinaryData){ HS_SHA256_BYTES, digest };
	original->len_bytes = submission->len_bytes;
	submission->notice->original = original;
	return original->content_type ? HS_OK : HS_ERR_NOMEM;
}

/* Misissuance M14: mending an address must not alarm anybody. */
static void
set_silent(struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;

	if (!submission->guard.silent)
		return;
	notice->silent = true;
	if (notice->action != HS_ACTION(CORRECT))
		hs_stage_finding(
			submission, HS_FINDING_SILENT_NO_CORRECTION, notice, "Control/Errata", "");
}

enum hs_err
hs_stage_normalise(struct hs_submission *submission)
{
	enum hs_err err = set_original(submission);

	if (!err && hs_notice_evacuation(submission->notice))
		err = set_level(submission);
	if (err)
		return err;
	set_silent(submission);
	submission->notice->priority = lane_of(submission->notice, &submission->lane_wish);
	set_all_names(submission);
	set_shelter_names(submission);
	return hs_notice_evacuation(submission->notice)
		       ? hs_notice_texts(submission->arena, submission->notice)
		       : hs_plain_texts(submission->arena, submission->notice);
}
