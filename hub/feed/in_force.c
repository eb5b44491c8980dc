#include "hub/feed/in_force.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "hub/base/clock.h"
#include "schemas/lalert_tables.h"

#define JST_MINUTES (9 * 60)

bool
hs_entry_wanted(const struct hs_filter *filter, const struct hs_active_entry *entry)
{
	char area[1][HS_AREA_CODE_SIZE];
	uint32_t level =
		entry->level > entry->equivalent_level ? entry->level : entry->equivalent_level;
	struct hs_head head = {
		.kind = entry->kind, .level = level, .areas = { .count = 1, .codes = area }
	};

	snprintf(area[0], sizeof(area[0]), "%s",
		entry->sub_code[0] != '\0' ? entry->sub_code : entry->area_code);
	if (area[0][0] == '\0')
		head.areas.count = 0; /* no place named: concerns everybody */
	return hs_filter_in_snapshot(filter, &head);
}

const char *
hs_entry_term(const struct hs_active_entry *entry)
{
	const struct hs_lalert_category *row =
		entry->hazard[0] == '\0' ? hs_lalert_category_find(entry->term) : NULL;

	return row != NULL && row->kind == entry->kind ? row->name : entry->term;
}

static json_t *
time_json(int64_t unix_us)
{
	char text[HS_RFC3339_SIZE];

	hs_rfc3339_format(unix_us, JST_MINUTES, text);
	return json_string(text);
}

json_t *
hs_entry_json(const struct hs_active_entry *entry)
{
	char word[64];
	const char *kind = hs_enum_word(&hansho__v1__kind__descriptor, entry->kind, word);
	json_t *hazard = entry->hazard[0] != '\0' ? json_string(entry->hazard) : NULL;
	json_t *equivalent = entry->equivalent_level > 0
				     ? json_integer((json_int_t)entry->equivalent_level)
				     : NULL;
	json_t *valid_until = entry->valid_until_unix_us != HS_FOR_EVER
				      ? time_json(entry->valid_until_unix_us)
				      : NULL;

	return json_pack("{s:s, s:s, s:s, s:s, s:o*, s:i, s:o*, s:s, s:s, s:I, s:I, s:o, s:o*}",
		"area_code", entry->area_code, "area_name", entry->area_name, "sub_code",
		entry->sub_code, "kind", kind == NULL ? "unknown" : kind, "hazard", hazard, "level",
		(int)entry->level, "equivalent_level", equivalent, "term", hs_entry_term(entry),
		"document", entry->document_key, "revision", (json_int_t)entry->revision, "seq",
		(json_int_t)entry->seq, "ordered", time_json(entry->ordered_unix_us), "valid_until",
		valid_until);
}

struct collect {
	const struct hs_filter *filter;
	struct hs_buf *out;
	size_t count;
};

static void
add_entry(void *owner, const struct hs_active_entry *entry)
{
	struct collect *collect = owner;
	json_t *json;
	char *text;

	if (!hs_entry_wanted(collect->filter, entry))
		return;
	json = hs_entry_json(entry);
	text = json == NULL ? NULL : json_dumps(json, JSON_COMPACT);
	if (text == NULL) {
		collect->out->failed = true;
	} else {
		hs_buf_puts(collect->out, collect->count++ > 0 ? "," : "");
		hs_buf_puts(collect->out, text);
	}
	free(text);
	json_decref(json);
}

void
hs_state_add(const struct hs_active *active, const struct hs_filter *filter,
	struct hs_frame *snapshot, int64_t at_unix_us, struct hs_buf *out)
{
	struct collect collect = { filter, out, 0 };
	size_t len = hs_frame_len_bytes(snapshot);
	char at[HS_RFC3339_SIZE];

	hs_rfc3339_format(at_unix_us, JST_MINUTES, at);
	hs_buf_add(
		out, hs_frame_bytes(snapshot), len - 1); /* a JSON object: up to its last brace */
	hs_buf_printf(out, ",\"at\":\"%s\",\"in_force\":[", at);
	hs_active_each_entry_at(active, at_unix_us, add_entry, &collect);
	hs_buf_puts(out, "]}");
}

void
hs_state_etag(const struct hs_active *active, const char *epoch, uint64_t seq, int64_t at_unix_us,
	char *etag, size_t size)
{
	int64_t expired_unix_us = hs_active_expired_before(active, at_unix_us);

	if (expired_unix_us == INT64_MIN)
		snprintf(etag, size, "W/\"%s:%" PRIu64 "\"", epoch, seq);
	else
		snprintf(etag, size, "W/\"%s:%" PRIu64 ":%" PRIi64 "\"", epoch, seq,
			expired_unix_us);
}
