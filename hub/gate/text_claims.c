/* text_claims.c: what a sender's own words claim besides what the codes say.
 *
 * Level and mode are rendered by the hub from codes alone (notice_text.c, hs_notice_mark, the outlets): no word of a
 * sender changes them. But people read the sender's words too. So a drill that denies to be one (Hawaii, 2018), and a
 * headline that names another 警戒レベル than the document's orders have, are told to the sender and flagged; neither
 * is a reason to refuse.
 */
#include <stdio.h>
#include <string.h>

#include "hub/gate/checks.h"
#include "hub/gate/notice_text.h"
#include "hub/gate/stages.h"
#include "schemas/message_text.h"

static const char *const denials[] = { "訓練ではあり", "訓練ではな", "訓練では無", "訓練じゃな",
	"訓練でない", "くんれんではあり", "試験ではあり", "テストではあり", "not a drill",
	"NOT A DRILL", "Not a drill", "not a test", "NOT A TEST" };

#define DENIAL_BYTES_MIN 10 /* "not a test": shorter texts, codes and most names, deny nothing */

struct claims {
	struct hs_submission *submission;
	bool told;
};

static void
look_for_denial(void *owner, const char *name, char *const *text)
{
	struct claims *claims = owner;

	(void)name;
	if (!*text || strnlen(*text, DENIAL_BYTES_MIN) < DENIAL_BYTES_MIN)
		return;
	for (size_t i = 0; !claims->told && i < HS_COUNT(denials); i++) {
		if (!strstr(*text, denials[i]))
			continue;
		hs_stage_finding(claims->submission, HS_FINDING_DRILL_DENIED, text, "", denials[i]);
		hs_notice_flag(
			claims->submission->arena, claims->submission->notice, "drill_denied");
		claims->told = true;
	}
}

/* The digit behind 警戒レベル, in either width; 0 for none. *behind: what follows it. */
static uint32_t
digit_at(const char *text, const char **behind)
{
	if (*text >= '1' && *text <= '5') {
		*behind = text + 1;
		return (uint32_t)(*text - '0');
	}
	if (strncmp(text, "\xEF\xBC", 2) == 0 && (unsigned char)text[2] >= 0x91 &&
		(unsigned char)text[2] <= 0x95) {
		*behind = text + 3;
		return (unsigned char)text[2] - 0x90u;
	}
	return 0;
}

static bool
has_level(const hs_evacuation *evacuation, uint32_t level)
{
	for (size_t i = 0; i < evacuation->n_details; i++) {
		if (hs_sort_rank(evacuation->details[i]).level == level)
			return true;
	}
	return false;
}

static void
check_headline(struct hs_submission *submission, char *const *headline)
{
	static const char word[] = "警戒レベル";
	const hs_evacuation *evacuation = submission->notice->evacuation;
	char claimed[16];

	for (const char *at = *headline; (at = strstr(at, word)) != NULL;) {
		const char *behind;
		uint32_t level = digit_at(at + strlen(word), &behind);

		at += strlen(word);
		/* 警戒レベル4までに必ず避難 stands on many an order of level 3. */
		if (level == 0 || has_level(evacuation, level) ||
			strncmp(behind, "まで", strlen("まで")) == 0)
			continue;
		snprintf(claimed, sizeof(claimed), "%u", level);
		hs_stage_finding(submission, HS_FINDING_LEVEL_CLAIM, headline, "", claimed);
		hs_notice_flag(submission->arena, submission->notice, "level_claim");
		return;
	}
}

void
hs_check_claims(struct hs_submission *submission)
{
	hs_notice *notice = submission->notice;
	struct claims claims = { submission, false };

	if (notice->mode != HS_MODE(LIVE))
		hs_message_texts(notice, look_for_denial, &claims);
	if (hs_notice_evacuation(notice) && notice->n_texts)
		check_headline(submission, &notice->texts[0]->headline);
}
