#include <inttypes.h>

#include "hub/base/check.h"
#include "hub/feed/children_internal.h"

static uint64_t
is_up(const struct child *child)
{
	return child->greeting == GREETING_DONE;
}

static uint64_t
behind(const struct child *child)
{
	uint64_t newest = hs_store_newest(&child->children->parts->store);
	uint64_t sent = hs_child_stream_sent(child->stream);

	return sent < newest ? newest - sent : 0;
}

static uint64_t
digests_differ(const struct child *child)
{
	return child->digests_differ;
}

static uint64_t
gaps(const struct child *child)
{
	return hs_child_stream_gaps(child->stream);
}

static uint64_t
drops(const struct child *child)
{
	return child->drops;
}

static const struct {
	const char *name, *help, *type;
	uint64_t (*value)(const struct child *child);
} rows[] = {
	{ "hansho_feed_child_up", "1 while a feed below takes its stream from here", "gauge",
		is_up },
	{ "hansho_feed_child_behind_notices", "notices that were not sent to it yet", "gauge",
		behind },
	{ "hansho_feed_child_digests_differ_total",
		"times its active set was not ours at the same place", "counter", digests_differ },
	{ "hansho_feed_child_gaps_total", "times it was told a gap", "counter", gaps },
	{ "hansho_feed_child_drops_total", "times its connection was ended by us", "counter",
		drops },
};

void
hs_children_metrics(const struct hs_children *children, struct hs_buf *out)
{
	for (size_t i = 0; i < HS_COUNT(rows) && children->count > 0; i++) {
		hs_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", rows[i].name, rows[i].help,
			rows[i].name, rows[i].type);
		for (size_t j = 0; j < children->count; j++)
			hs_buf_printf(out, "%s{child=\"%s\"} %" PRIu64 "\n", rows[i].name,
				children->rows[j].config->name, rows[i].value(&children->rows[j]));
	}
}

void
hs_children_status(const struct hs_children *children, struct hs_buf *out)
{
	hs_buf_printf(out, "[");
	for (size_t i = 0; i < children->count; i++) {
		const struct child *child = &children->rows[i];

		hs_buf_printf(out,
			"%s{\"name\":\"%s\",\"up\":%s,\"state\":\"%s\",\"sent_seq\":%" PRIu64 "}",
			i > 0 ? "," : "", child->config->name, is_up(child) ? "true" : "false",
			hs_child_state_name(hs_child_stream_state(child->stream)),
			hs_child_stream_sent(child->stream));
	}
	hs_buf_printf(out, "]");
}
