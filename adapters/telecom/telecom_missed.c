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

static bool
has(const struct hs_missed_ring *ring, uint64_t name)
{
	for (size_t i = 0; i < HS_MISSED_MAX; i++)
		if (ring->rows[i] == name)
			return true;
	return false;
}

static void
add(struct hs_missed_ring *ring, uint64_t name)
{
	if (has(ring, name))
		return;
	ring->rows[ring->next] = name;
	ring->next = (ring->next + 1) % HS_MISSED_MAX;
}

void
hs_missed_note(
	struct hs_telecom_missed *missed, const hs_notice *notice, const char *outlet, bool got)
{
	add(got ? &missed->got : &missed->missed, name_of(notice, outlet));
}

bool
hs_missed_is(const struct hs_telecom_missed *missed, const hs_notice *notice, const char *outlet)
{
	uint64_t name = name_of(notice, outlet);
	if (notice->action != HS_ACTION(CANCEL) && notice->action != HS_ACTION(LIFT))
		return false;
	return has(&missed->missed, name) && !has(&missed->got, name);
}
