/* plan_json.c: a plan as the auto-starter reads it. See jalert_encode.h. */
#include "adapters/jalert/jalert_encode.h"
#include "hub/base/clock.h"
#include "schemas/json_put.h"
#include "schemas/json_text.h"

static void
put_segment(struct hs_buf *out, const struct hs_segment *segment)
{
	static const char *const kinds[] = { "tone", "speech", "silence" };
	hs_json_open(out, NULL, '{');
	hs_json_put_integer(out, "at_ms", segment->at_ms);
	hs_json_put_integer(out, "on_ms", segment->on_ms);
	hs_json_put_text(out, "kind", kinds[segment->kind]);
	if (segment->kind == HS_SEGMENT_TONE)
		hs_json_put_integer(out, "frequency_hz", segment->frequency_hz);
	if (segment->kind == HS_SEGMENT_TONE && segment->sweep_hz > 0)
		hs_json_put_integer(out, "sweep_hz", segment->sweep_hz);
	if (segment->kind == HS_SEGMENT_SPEECH) {
		hs_json_put_text(out, "text", segment->text);
		hs_json_put_text(out, "reading", segment->reading);
		hs_json_put_text(out, "bank", segment->bank);
	}
	hs_json_close(out, '}');
}

static void
put_announcement(struct hs_buf *out, const struct hs_announcement *announcement)
{
	hs_json_open(out, NULL, '{');
	hs_json_open(out, "area", '{');
	hs_json_put_text(out, "code", announcement->code);
	hs_json_put_text(out, "name", announcement->name);
	hs_json_put_text(out, "kana", announcement->kana);
	hs_json_close(out, '}');
	hs_json_put_text(out, "kind", hs_alert_row(announcement->kind)->word);
	hs_json_put_integer(out, "level", announcement->level);
	hs_json_put_text(out, "text", announcement->text);
	hs_json_put_text(out, "easy", announcement->easy);
	hs_json_put_text(out, "reading", announcement->reading);
	hs_json_put_integer(out, "duration_ms", announcement->duration_ms);
	hs_json_open(out, "segments", '[');
	for (size_t i = 0; i < announcement->segment_count; i++)
		put_segment(out, &announcement->segments[i]);
	hs_json_close(out, ']');
	hs_json_close(out, '}');
}

/* Who begins when; an empty list where nobody waits for anybody. */
static void
put_groups(struct hs_buf *out, const struct hs_plan *plan)
{
	hs_json_open(out, "groups", '[');
	for (size_t i = 0; plan->groups && i < plan->groups->count; i++) {
		hs_json_open(out, NULL, '{');
		hs_json_put_text(out, "name", plan->groups->items[i]);
		hs_json_put_integer(
			out, "start_ms", (int64_t)i * (plan->turn_ms + plan->group_pause_ms));
		hs_json_close(out, '}');
	}
	hs_json_close(out, ']');
}

static void
put_notice(struct hs_buf *out, const struct hs_plan *plan)
{
	const hs_document *document = plan->notice->document;
	hs_json_open(out, "notice", '{');
	hs_json_put_text(out, "epoch", plan->epoch);
	hs_json_put_integer(out, "seq", (int64_t)plan->seq);
	hs_json_open(out, "document", '{');
	hs_json_put_text(out, "source", document ? document->source : "");
	hs_json_put_text(out, "id", document ? document->id : "");
	hs_json_put_integer(out, "revision", document ? (int)document->revision : 0);
	hs_json_close(out, '}');
	hs_json_close(out, '}');
}

static void
put_word(struct hs_buf *out, const char *key, const ProtobufCEnumDescriptor *type, int value)
{
	char word[64];
	const char *known = hs_enum_word(type, value, word);
	hs_json_put_text(out, key, known ? known : "unknown");
}

char *
hs_plan_json(const struct hs_plan *plan)
{
	char expires[HS_RFC3339_SIZE];
	struct hs_buf out;
	hs_rfc3339_format(plan->expires_unix_us, HS_JST_MINUTES, expires);
	hs_buf_init(&out, HS_JSON_TEXT_MAX);
	hs_json_open(&out, NULL, '{');
	hs_json_put_text(&out, "id", plan->id);
	hs_json_put_text(&out, "lane", hs_lane_name(plan->lane));
	put_word(&out, "mode", &hansho__v1__mode__descriptor, (int)plan->notice->mode);
	put_word(&out, "action", &hansho__v1__action__descriptor, (int)plan->notice->action);
	hs_json_put_integer(&out, "priority", plan->priority);
	hs_json_put_integer(&out, "volume", plan->volume);
	hs_json_put_integer(&out, "repeats", plan->repeats);
	hs_json_put_text(&out, "expires", expires);
	hs_json_put_integer(&out, "duration_ms", plan->duration_ms);
	put_groups(&out, plan);
	put_notice(&out, plan);
	hs_json_open(&out, "announcements", '[');
	for (size_t i = 0; i < plan->announcement_count; i++)
		put_announcement(&out, plan->announcements[i]);
	hs_json_close(&out, ']');
	hs_json_close(&out, '}');
	if (!out.failed)
		return out.bytes;
	hs_buf_free(&out);
	return NULL;
}
