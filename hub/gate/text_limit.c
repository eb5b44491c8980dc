/* text_limit.c: no text of a notice without a limit, whatever format and kind it came in.
 *
 * The rules of the formats come first and are narrower; this one is for what they do not name.
 */
#include <stdio.h>
#include <string.h>

#include "hub/gate/checks.h"
#include "hub/gate/stages.h"
#include "schemas/message_text.h"

/* Fields that hold a word and no sentence. */
static const char *const word_fields[] = { "unit" };

static int64_t
limit_of(const struct hs_gate_limits *limits, const char *name)
{
	int64_t limit = limits->text_chars;

	for (size_t i = 0; i < HS_COUNT(word_fields); i++) {
		if (strcmp(word_fields[i], name) == 0)
			return limits->word_chars;
	}
	/* Who allows more for one kind of text does not mean it to stop here. */
	if (limit < limits->complement_chars)
		limit = limits->complement_chars;
	return limit < limits->headline_chars ? limits->headline_chars : limit;
}

static void
check_text(void *owner, const char *name, char *const *text)
{
	struct hs_submission *submission = owner;
	int64_t limit;
	char expected[80];

	if (!*text || !(*text)[0])
		return;
	limit = limit_of(submission->limits, name);
	if ((int64_t)strlen(*text) <= limit || hs_code_points(*text) <= limit)
		return;
	snprintf(expected, sizeof(expected), "%.40s ≤ %lld", name, (long long)limit);
	hs_stage_finding(submission, HS_FINDING_TOO_LONG, text, expected, *text);
}

void
hs_check_all_texts(struct hs_submission *submission)
{
	hs_message_texts(submission->notice, check_text, submission);
}
