#include "adapters/telecom/telecom_missed.h"

#include <string.h>

#include "hub/base/hash.h"

static uint64_t
name_of(const hs_notice *notice, const char *outlet)
{
	static const struct hs_first none = { "", "", "" };
	const struct hs_first first = notice->document ? hs_first_of(notice->document) : none;
	const struct hs_span spans[] = { { first.source, strlen(first.source) + 1 },
		{ first.id, strlen(first.id) + 1 }, { outlet, strlen(outlet) } };
	uint8_t digest[HS_SHA256_BYTES];
	uint64_t value;
	hs_sha256(spans, sizeof(spans) / sizeof(spans[0]), digest);
	memcpy(&value, digest, sizeof(value));
	return value ? value : 1;
}

/* NULL: nothing is known of it, or no longer. */
static const struct hs_missed_row *
find(const struct hs_telecom_missed *missed, uint64_t name)
{
	for (size_t i = 0; i < HS_MISSED_MAX; i++)
		if (missed->rows[i].name == name)
			return &missed->rows[i];
	return NULL;
}

void
hs_missed_note(
	struct hs_telecom_missed *missed, const hs_notice *notice, const char *outlet, bool got)
{
	uint64_t name = name_of(notice, outlet);
	const struct hs_missed_row *known = find(missed, name);
	bool begins = notice->action == HS_ACTION(ISSUE) && notice->document &&
		      notice->document->n_supersedes == 0;
	if (!known && !got && !begins)
		return;
	size_t at = known ? (size_t)(known - missed->rows) : missed->next;
	missed->rows[at] = (struct hs_missed_row){ name, got || (known && known->got) };
	if (!known)
		missed->next = (missed->next + 1) % HS_MISSED_MAX;
}

bool
hs_missed_is(const struct hs_telecom_missed *missed, const hs_notice *notice, const char *outlet)
{
	if (notice->action != HS_ACTION(CANCEL) && notice->action != HS_ACTION(LIFT))
		return false;
	const struct hs_missed_row *known = find(missed, name_of(notice, outlet));
	return known && !known->got;
}
