#include "adapters/jalert/news.h"

#include "hub/base/buf.h"

#define ARENA_BYTES	(64u << 20)
#define EVENT_MAX_BYTES 2048u

/* In the arena; "" without a document. NULL: no memory. */
static const char *
event_of(struct hs_arena *arena, const hs_notice *notice, const char *superseded)
{
	struct hs_buf buf;
	hs_buf_init(&buf, EVENT_MAX_BYTES);
	bool known = superseded ? hs_document_key_of(notice, superseded, &buf)
				: hs_alert_event(notice, &buf);
	bool full = buf.failed || (!known && (superseded || buf.len_bytes > 0));
	const char *text = full ? NULL : hs_arena_strdup(arena, known ? hs_buf_text(&buf) : "");
	hs_buf_free(&buf);
	return text;
}

/* Leaves those that sound by themselves. */
static void
keep_started(const struct hs_config_list *rules, struct hs_alerts *alerts)
{
	size_t kept = 0;
	for (size_t i = 0; i < alerts->count; i++)
		if (hs_auto_start(rules->items, rules->count, &alerts->items[i]))
			alerts->items[kept++] = alerts->items[i];
	alerts->count = kept;
}

/* Of an event, or of the document superseded. */
static enum hs_err
look_up(const struct hs_news_setup *setup, struct hs_arena *arena, const hs_notice *notice,
	const char *superseded, struct hs_news *out)
{
	out->event = event_of(arena, notice, superseded);
	return out->event
		       ? hs_heard_of_event(setup->heard, arena, out->event, out->kind, &out->said)
		       : HS_ERR_NOMEM;
}

/* A cancel names its event, as it was first told or by its own name (before another route told it, or the hub could say so), or the
 * documents that it ends (CAP): what was heard of any of them. */
static enum hs_err
find_heard(const struct hs_news_setup *setup, struct hs_arena *arena, const hs_notice *notice,
	struct hs_news *out)
{
	const hs_document *document = notice->document;
	out->kind = hs_alert_kind_named(notice);
	out->why_not = "nobody here heard what it takes back";
	enum hs_err err = look_up(setup, arena, notice, NULL, out);
	const char *event = out->event;
	if (err == HS_OK && out->said.count == 0 && document && document->first) {
		hs_document own = *document;
		hs_notice alone = *notice;
		own.first = NULL;
		alone.document = &own;
		err = look_up(setup, arena, &alone, NULL, out);
	}
	for (size_t i = 0;
		err == HS_OK && document && out->said.count == 0 && i < document->n_supersedes;
		i++) {
		const char *id = hs_superseded_id(document, i);
		if (id)
			err = look_up(setup, arena, notice, id, out);
	}
	if (err == HS_OK && out->said.count == 0)
		out->event = event;
	return err;
}

/* Nobody remembers what it takes back, and it says so itself. */
static enum hs_err
find_missed(const struct hs_news_setup *setup, struct hs_arena *arena, const hs_notice *notice,
	struct hs_news *out)
{
	enum hs_err err = hs_alerts_taken_back(arena, notice, setup->areas, &out->said);
	if (err == HS_OK)
		keep_started(setup->rules, &out->said);
	return err;
}

enum hs_err
hs_news_of(const struct hs_news_setup *setup, struct hs_arena *arena, const hs_notice *notice,
	uint64_t seq, struct hs_news *out)
{
	*out = (struct hs_news){ .event = event_of(arena, notice, NULL),
		.kind = HS_ALERT_COUNT,
		.why_not = "nothing new for a place where it sounds (auto_start, areas)" };
	if (!out->event)
		return HS_ERR_NOMEM;
	if (notice->kind == HS_KIND(EVACUATION))
		return HS_OK;
	enum hs_err err = HS_OK;
	if (notice->action == HS_ACTION(CANCEL)) {
		err = find_heard(setup, arena, notice, out);
		if (err == HS_OK && out->said.count == 0 && seq <= setup->loaded_seq &&
			!hs_heard_was_ended(setup->heard, out->event, 0))
			err = find_missed(setup, arena, notice, out);
		return err;
	}
	err = hs_alerts_of(arena, notice, setup->areas, &out->whole);
	if (err != HS_OK)
		return err;
	keep_started(setup->rules, &out->whole);
	return hs_heard_news(setup->heard, arena, out->event, notice, &out->whole, &out->said);
}

void
hs_news_take(const struct hs_news_setup *setup, uint64_t seq, const struct hs_news *news)
{
	const struct hs_heard_told told = { .event = news->event,
		.seq = seq,
		.news = &news->said,
		.whole = &news->whole,
		.kind = news->kind };
	hs_heard_take(setup->heard, &told);
}

/* Whether this knows better: its end was told, though a document of another route stands; or another route told it before, so that
 * it was not announced itself. When only that one is left of the event, it stands for what was. */
static bool
is_known(const struct hs_news_setup *setup, struct hs_arena *arena,
	const struct hs_adapter_snapshot_notice *one, const char *event)
{
	struct hs_alerts heard;
	if (hs_heard_was_ended(setup->heard, event, one->seq))
		return true;
	return hs_notice_has_flag(one->notice, HS_FLAG_SAME_EVENT) &&
	       hs_heard_of_event(setup->heard, arena, event, HS_ALERT_COUNT, &heard) == HS_OK &&
	       heard.count > 0;
}

void
hs_news_load(const struct hs_news_setup *setup, const struct hs_adapter_snapshot *snapshot)
{
	for (size_t i = 0; i < snapshot->count; i++) {
		struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
		struct hs_news news;
		if (arena &&
			hs_news_of(setup, arena, snapshot->notices[i].notice,
				snapshot->notices[i].seq, &news) == HS_OK &&
			!is_known(setup, arena, &snapshot->notices[i], news.event))
			hs_news_take(setup, snapshot->notices[i].seq, &news);
		hs_arena_destroy(arena);
	}
}
