#include "adapters/jalert/sent.h"

/* FNV-1a; never 0. */
static uint64_t
key_of(enum hs_adapter_lane lane, const char *event)
{
	uint64_t hash = UINT64_C(14695981039346656037) ^ (uint64_t)lane;
	for (; *event != '\0'; event++)
		hash = (hash ^ (unsigned char)*event) * UINT64_C(1099511628211);
	return hash ? hash : 1;
}

static const struct hs_sent_row *
find(const struct hs_sent *sent, uint64_t key)
{
	for (size_t i = 0; i < HS_SENT_MAX; i++)
		if (sent->rows[i].event == key)
			return &sent->rows[i];
	return NULL;
}

static struct hs_sent_row *
row_of(struct hs_sent *sent, enum hs_adapter_lane lane, const char *event)
{
	uint64_t key = key_of(lane, event);
	const struct hs_sent_row *found = find(sent, key);
	if (found)
		return &sent->rows[found - sent->rows];
	struct hs_sent_row *row = &sent->rows[sent->next++ % HS_SENT_MAX];
	*row = (struct hs_sent_row){ .event = key };
	return row;
}

void
hs_sent_note(struct hs_sent *sent, enum hs_adapter_lane lane, const char *event, uint32_t kinds)
{
	row_of(sent, lane, event)->noted |= kinds;
}

void
hs_sent_take(struct hs_sent *sent, enum hs_adapter_lane lane, const char *event, uint32_t kinds)
{
	row_of(sent, lane, event)->sent |= kinds;
}

bool
hs_sent_never(
	const struct hs_sent *sent, enum hs_adapter_lane lane, const char *event, uint32_t kinds)
{
	const struct hs_sent_row *row = find(sent, key_of(lane, event));
	return row && (row->noted & kinds) != 0 && (row->sent & kinds) == 0;
}
