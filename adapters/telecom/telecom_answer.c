#include "adapters/telecom/telecom_answer.h"

#include <stdio.h>

#include "schemas/perhaps.h"

static bool
says_nothing(const struct hs_answer *answer)
{
	return answer->status >= 500 || answer->status == 408 ||
	       (answer->status == 0 && answer->left);
}

static enum hs_attempt_result
result_of(long status, bool known)
{
	if (status == 0 || status >= 500 || status == 408 || status == 425 || status == 429)
		return HS_ATTEMPT_RETRY;
	bool taken = (status >= 200 && status < 300) || (status == 409 && known);
	return taken ? HS_ATTEMPT_ACCEPTED : HS_ATTEMPT_FAILED;
}

enum hs_attempt_result
hs_answer_take(
	const struct hs_answer *answer, struct hs_posted *posted, char detail[HS_ANSWER_DETAIL])
{
	enum hs_attempt_result result = result_of(answer->status, posted->known);
	if (answer->status == 0)
		snprintf(detail, HS_ANSWER_DETAIL, "%s", answer->error);
	else if (result == HS_ATTEMPT_FAILED)
		snprintf(detail, HS_ANSWER_DETAIL, "%sthe carrier refused it: HTTP %ld %.60s",
			posted->perhaps ? HS_PERHAPS_TAKEN : "", answer->status, answer->reply);
	else if (answer->status == 409)
		snprintf(detail, HS_ANSWER_DETAIL,
			"HTTP 409: the carrier has it, from an attempt whose answer was lost");
	else
		snprintf(detail, HS_ANSWER_DETAIL, "HTTP %ld", answer->status);
	posted->known = posted->known || answer->left;
	posted->perhaps = posted->perhaps || says_nothing(answer);
	return result;
}
