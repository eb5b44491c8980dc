#include "adapters/jalert/news.h"

#include <string.h>

#include "hub/base/buf.h"
#include "hub/base/check.h"

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

/* What was heard of one event, and of no other part of this cancel. */
static enum hs_err
add_part(const struct hs_news_setup *setup, struct hs_arena *arena, const char *event,
	struct hs_news *out)
{
	struct hs_news_part part = { .event = event };
	for (size_t i = 0; i < out->part_count; i++)
		if (strcmp(out->parts[i].event, event) == 0)
			return HS_OK;
	enum hs_err err = hs_heard_of_event(setup->heard, arena, event, out->kind, &part.said);
	if (err == HS_OK && part.said.count > 0)
		out->parts[out->part_count++] = part;
	return err;
}

/* A place that heard the same of two events is told once. */
static enum hs_err
join_parts(struct hs_arena *arena, struct hs_news *out)
{
	size_t count = 0;
	for (size_t i = 0; i < out->part_count; i++)
		count += out->parts[i].said.count;
	out->said =
		(struct hs_alerts){ hs_arena_alloc(arena, (count + 1) * sizeof(*out->said.items)),
			0 };
	if (!out->said.items)
		return HS_ERR_NOMEM;
	for (size_t i = 0; i < out->part_count; i++) {
		const struct hs_alerts *said = &out->parts[i].said;
		for (size_t j = 0; !out->parts[i].never && j < said->count; j++)
			if (!hs_alerts_say(&out->said, said->items[j].code, said->items[j].kind))
				out->said.items[out->said.count++] = said->items[j];
	}
	return HS_OK;
}

enum hs_err
hs_news_leave_out(struct hs_arena *arena, struct hs_news *news)
{
	size_t never = 0;
	for (size_t i = 0; i < news->part_count; i++)
		never += news->parts[i].never;
	return never > 0 && never < news->part_count ? join_parts(arena, news) : HS_OK;
}

/* The cancel's own event, when the kind that it names was heard there. */
static enum hs_err
add_own(const struct hs_news_setup *setup, struct hs_arena *arena, const char *event,
	struct hs_news *out)
{
	if (out->kind != HS_ALERT_COUNT && !hs_heard_kind(setup->heard, event, out->kind))
		return HS_OK;
	return add_part(setup, arena, event, out);
}

/* What its source itself calls the event, whatever another route told before; own: by what came first. NULL: no memory. */
static const char *
event_alone(struct hs_arena *arena, const hs_notice *notice, const char *own)
{
	hs_notice copy = *notice;
	hs_document document;
	if (!notice->document || !notice->document->first)
		return own;
	document = *notice->document;
	document.first = NULL;
	copy.document = &document;
	return event_of(arena, &copy, NULL);
}

/* A cancel names its event, as it was first told or by its own name (before another route told it, or the hub could say so), or the
 * documents that it ends (CAP): what was heard of any of them. */
static enum hs_err
find_heard(const struct hs_news_setup *setup, struct hs_arena *arena, const hs_notice *notice,
	const char *own, struct hs_news *out)
{
	const hs_document *document = notice->document;
	const char *alone = event_alone(arena, notice, own);
	size_t ended = document ? document->n_supersedes : 0;
	if (!alone)
		return HS_ERR_NOMEM;
	out->events[out->event_count++] = alone;
	out->kind = hs_alert_kind_named(notice);
	out->why_not = "nobody here heard what it takes back";
	enum hs_err err = add_own(setup, arena, own, out);
	if (err == HS_OK)
		err = add_own(setup, arena, alone, out);
	for (size_t i = 0; err == HS_OK && i < ended; i++) {
		const char *id = hs_superseded_id(document, i);
		const char *event = id ? event_of(arena, notice, id) : NULL;
		if (event)
			out->events[out->event_count++] = event;
		if (event)
			err = add_part(setup, arena, event, out);
		else if (id)
			err = HS_ERR_NOMEM;
	}
	/* Of another kind than it names is what it takes back only where nothing else is. */
	if (err == HS_OK && out->part_count == 0)
		err = add_part(setup, arena, own, out);
	if (err == HS_OK && out->part_count == 0)
		err = add_part(setup, arena, alone, out);
	return err == HS_OK ? join_parts(arena, out) : err;
}

static void
only_part(struct hs_news *out, const char *event)
{
	out->parts[0] = (struct hs_news_part){ .event = event, .said = out->said };
	out->part_count = 1;
}

/* Nobody remembers what it takes back, and it says so itself. */
static enum hs_err
find_missed(const struct hs_news_setup *setup, struct hs_arena *arena, const hs_notice *notice,
	const char *own, struct hs_news *out)
{
	enum hs_err err = hs_alerts_taken_back(arena, notice, setup->areas, &out->said);
	if (err == HS_OK)
		keep_started(setup->rules, &out->said);
	only_part(out, own);
	return err;
}

static enum hs_err
find_new(const struct hs_news_setup *setup, struct hs_arena *arena, const hs_notice *notice,
	const char *own, struct hs_news *out)
{
	enum hs_err err = hs_alerts_of(arena, notice, setup->areas, &out->whole);
	if (err != HS_OK)
		return err;
	keep_started(setup->rules, &out->whole);
	err = hs_heard_news(setup->heard, arena, own, notice, &out->whole, &out->said);
	only_part(out, own);
	return err;
}

enum hs_err
hs_news_of(const struct hs_news_setup *setup, struct hs_arena *arena, const hs_notice *notice,
	uint64_t seq, struct hs_news *out)
{
	const char *own = event_of(arena, notice, NULL);
	size_t ended = notice->document ? notice->document->n_supersedes : 0;
	*out = (struct hs_news){ .parts = hs_arena_alloc(arena, (ended + 2) * sizeof(*out->parts)),
		.events = hs_arena_alloc(arena, (ended + 2) * sizeof(*out->events)),
		.kind = HS_ALERT_COUNT,
		.why_not = "nothing new for a place where it sounds (auto_start, areas)" };
	if (!own || !out->parts || !out->events)
		return HS_ERR_NOMEM;
	out->events[out->event_count++] = own;
	if (notice->kind == HS_KIND(EVACUATION)) {
		only_part(out, own);
		return HS_OK;
	}
	if (notice->action != HS_ACTION(CANCEL))
		return find_new(setup, arena, notice, own, out);
	enum hs_err err = find_heard(setup, arena, notice, own, out);
	if (err == HS_OK && out->said.count == 0 && seq <= setup->start->loaded_seq &&
		!hs_heard_was_ended(setup->heard, own, 0))
		err = find_missed(setup, arena, notice, own, out);
	return err;
}

void
hs_news_take(const struct hs_news_setup *setup, uint64_t seq, const struct hs_news *news)
{
	for (size_t i = 0; i < news->part_count; i++) {
		const struct hs_heard_told told = { .event = news->parts[i].event,
			.seq = seq,
			.news = &news->parts[i].said,
			.whole = &news->whole,
			.kind = news->kind };
		hs_heard_take(setup->heard, &told);
	}
}

/* Whether this knows better: its end was told, though a document of another route stands; or another route told it before, so that
 * it was not announced itself. When only that one is left of the event, it stands for what was. */
static bool
is_known(const struct hs_news_setup *setup, struct hs_arena *arena,
	const struct hs_adapter_snapshot_notice *one)
{
	const char *event = event_of(arena, one->notice, NULL);
	struct hs_alerts heard;
	if (!event)
		return false;
	if (hs_heard_was_ended(setup->heard, event, one->seq))
		return true;
	return hs_notice_has_flag(one->notice, HS_FLAG_SAME_EVENT) &&
	       hs_heard_of_event(setup->heard, arena, event, HS_ALERT_COUNT, &heard) == HS_OK &&
	       heard.count > 0;
}

bool
hs_news_was_heard(const struct hs_news_setup *setup, const struct hs_adapter_past *past)
{
	return setup->outlet ? hs_past_took(past, setup->outlet) : past->outlet_count > 0;
}

static void
load_told(const struct hs_news_setup *setup, const struct hs_adapter_past *past)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct hs_news news;
	if (arena && hs_news_of(setup, arena, past->notice, past->seq, &news) == HS_OK)
		hs_news_take(setup, past->seq, &news);
	hs_arena_destroy(arena);
}

/* One that nobody is known to have heard. Before anything but a first message something may have been heard that is older than what
 * is known: under a guess, too, which may be taken back. */
static void
load_unknown(
	const struct hs_news_setup *setup, const struct hs_adapter_snapshot_notice *one, bool guess)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct hs_news news;
	if (arena && hs_news_of(setup, arena, one->notice, one->seq, &news) == HS_OK &&
		!is_known(setup, arena, one)) {
		if (one->notice->action != HS_ACTION(ISSUE) &&
			one->notice->action != HS_ACTION(CANCEL))
			hs_heard_doubt(setup->heard, news.parts[0].event, &news.whole);
		if (guess)
			hs_news_take(setup, one->seq, &news);
		/* what another route told before does not come by itself: it is refused then, too */
		if (guess && news.said.count > 0 &&
			!hs_notice_has_flag(one->notice, HS_FLAG_SAME_EVENT))
			hs_start_guess(setup->start, one->seq);
	}
	hs_arena_destroy(arena);
}

static void
load_in_force(const struct hs_news_setup *setup, const struct hs_adapter_snapshot *snapshot,
	const struct hs_adapter_snapshot_notice *one)
{
	enum hs_heard_there heard = hs_snapshot_heard(snapshot, one, setup->outlet);
	if (heard == HS_HEARD_PERHAPS || heard == HS_NOT_HEARD_ITSELF)
		load_unknown(setup, one, heard == HS_HEARD_PERHAPS);
}

static bool
ends(const hs_document *cancel, const hs_document *document)
{
	if (!cancel || !document)
		return false;
	bool found = hs_same_document(cancel, document);
	for (size_t i = 0; !found && i < cancel->n_supersedes; i++) {
		const char *id = hs_superseded_id(cancel, i);
		found = id && strcmp(id, document->id) == 0 &&
			strcmp(cancel->source, document->source) == 0;
	}
	return found;
}

/* An order, too, of which nothing is kept as heard. */
static void
end_before(const struct hs_news_setup *setup, const struct hs_adapter_snapshot *snapshot,
	size_t cancel_at)
{
	const hs_notice *cancel = snapshot->past[cancel_at].notice;
	for (size_t i = 0; cancel->action == HS_ACTION(CANCEL) && i < cancel_at; i++) {
		const struct hs_adapter_past *past = &snapshot->past[i];
		if (past->notice->action != HS_ACTION(CANCEL) &&
			ends(cancel->document, past->notice->document) &&
			hs_news_was_heard(setup, past))
			hs_start_over(setup->start, past->seq);
	}
}

static void
is_over(void *owner, uint64_t seq, uint64_t over_seq)
{
	struct hs_start *start = owner;
	if (!hs_start_is_guessed(start, seq) && !hs_start_is_guessed(start, over_seq))
		hs_start_over(start, seq);
}

/* Later snapshots of the same history tell what this process remembers itself, or what comes. */
void
hs_news_load(const struct hs_news_setup *setup, const struct hs_adapter_snapshot *snapshot)
{
	size_t next = 0, i = 0;
	if (setup->start->loaded)
		return;
	setup->start->loaded = true;
	setup->start->loaded_seq = snapshot->seq;
	while (i < snapshot->count || next < snapshot->past_count) {
		const struct hs_adapter_past *past =
			next < snapshot->past_count ? &snapshot->past[next] : NULL;
		const struct hs_adapter_snapshot_notice *one =
			i < snapshot->count ? &snapshot->notices[i] : NULL;
		if (!past || (one && one->seq < past->seq)) {
			HS_CHECK(one);
			load_in_force(setup, snapshot, one);
			i++;
			continue;
		}
		bool same = one && one->seq == past->seq;
		if (hs_news_was_heard(setup, past)) {
			load_told(setup, past);
			end_before(setup, snapshot, next);
		} else if (same) {
			load_in_force(setup, snapshot, one);
		}
		i += same;
		next++;
	}
	hs_heard_ended(setup->heard, is_over, setup->start);
}

void
hs_news_was_told(const struct hs_news_setup *setup, uint64_t seq, const hs_notice *notice)
{
	struct hs_arena *arena = hs_arena_create(ARENA_BYTES);
	struct hs_news news;
	if (arena && notice->action != HS_ACTION(CANCEL) && !hs_start_is_over(setup->start, seq) &&
		hs_news_of(setup, arena, notice, seq, &news) == HS_OK &&
		!hs_heard_was_ended(setup->heard, news.events[0], seq)) {
		hs_heard_leave_newer(setup->heard, news.events[0], seq, &news.parts[0].said);
		hs_news_take(setup, seq, &news);
	}
	hs_arena_destroy(arena);
}

void
hs_news_comes(const struct hs_news_setup *setup, uint64_t seq)
{
	for (uint64_t guessed; (guessed = hs_start_guessed_from(setup->start, seq)) != 0;)
		hs_heard_forget(setup->heard, guessed);
}
