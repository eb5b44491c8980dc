/* plan_json.c: a plan as the auto-starter reads it. See jalert_encode.h. */
#include <jansson.h>

#include "adapters/jalert/jalert_encode.h"
#include "hub/base/clock.h"

static json_t *
segment_json(const struct hs_segment *segment)
{
	static const char *const kinds[] = { "tone", "speech", "silence" };
	json_t *json = json_pack("{s:I, s:I, s:s}", "at_ms", (json_int_t)segment->at_ms, "on_ms",
		(json_int_t)segment->on_ms, "kind", kinds[segment->kind]);
	if (json && segment->kind == HS_SEGMENT_TONE)
		json_object_set_new(
			json, "frequency_hz", json_integer((json_int_t)segment->frequency_hz));
	if (json && segment->kind == HS_SEGMENT_TONE && segment->sweep_hz > 0)
		json_object_set_new(json, "sweep_hz", json_integer((json_int_t)segment->sweep_hz));
	if (json && segment->kind == HS_SEGMENT_SPEECH) {
		json_object_set_new(json, "text", json_string(segment->text));
		json_object_set_new(json, "reading", json_string(segment->reading));
		json_object_set_new(json, "bank", json_string(segment->bank));
	}
	return json;
}

static json_t *
announcement_json(const struct hs_announcement *announcement)
{
	json_t *segments = json_array();
	for (size_t i = 0; i < announcement->segment_count; i++)
		json_array_append_new(segments, segment_json(&announcement->segments[i]));
	return json_pack("{s:{s:s, s:s, s:s}, s:s, s:i, s:s, s:s, s:s, s:I, s:o}", "area", "code",
		announcement->code, "name", announcement->name, "kana", announcement->kana, "kind",
		hs_alert_row(announcement->kind)->word, "level", (int)announcement->level, "text",
		announcement->text, "easy", announcement->easy, "reading", announcement->reading,
		"duration_ms", (json_int_t)announcement->duration_ms, "segments", segments);
}

/* Who begins when; an empty list where nobody waits for anybody. */
static json_t *
groups_json(const struct hs_plan *plan)
{
	json_t *list = json_array();
	for (size_t i = 0; plan->groups && i < plan->groups->count; i++)
		json_array_append_new(list,
			json_pack("{s:s, s:I}", "name", plan->groups->items[i], "start_ms",
				(json_int_t)((int64_t)i * (plan->turn_ms + plan->group_pause_ms))));
	return list;
}

static const char *
word(const ProtobufCEnumDescriptor *type, int value, char out[64])
{
	const char *known = hs_enum_word(type, value, out);
	return known ? known : "unknown";
}

char *
hs_plan_json(const struct hs_plan *plan)
{
	const hs_document *document = plan->notice->document;
	char mode[64], action[64], expires[HS_RFC3339_SIZE];
	json_t *list = json_array();
	for (size_t i = 0; i < plan->announcement_count; i++)
		json_array_append_new(list, announcement_json(plan->announcements[i]));
	hs_rfc3339_format(plan->expires_unix_us, HS_JST_MINUTES, expires);
	json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:i, s:I, s:I, s:s, s:I,"
				 " s:o, s:{s:s, s:I, s:{s:s, s:s, s:i}}, s:o}",
		"id", plan->id, "lane", hs_lane_name(plan->lane), "mode",
		word(&hansho__v1__mode__descriptor, (int)plan->notice->mode, mode), "action",
		word(&hansho__v1__action__descriptor, (int)plan->notice->action, action),
		"priority", (int)plan->priority, "volume", (json_int_t)plan->volume, "repeats",
		(json_int_t)plan->repeats, "expires", expires, "duration_ms",
		(json_int_t)plan->duration_ms, "groups", groups_json(plan), "notice", "epoch",
		plan->epoch, "seq", (json_int_t)plan->seq, "document", "source",
		document ? document->source : "", "id", document ? document->id : "", "revision",
		document ? (int)document->revision : 0, "announcements", list);
	char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return text;
}
