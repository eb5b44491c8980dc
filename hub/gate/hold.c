#include "hub/gate/hold.h"

#include <string.h>

#include "hub/base/check.h"

#define LEVEL_NEVER_HELD 5
#define MS_PER_S	 1000

/* When the configuration names none. */
static const char *const usual_codes[] = { "area_unusual", "areas_all", "households_far",
	"area_other_river" };

static bool
lists(const struct hs_config_texts *codes, const char *code)
{
	const char *const *items = codes->count > 0 ? codes->items : usual_codes;
	size_t count = codes->count > 0 ? codes->count : HS_COUNT(usual_codes);

	for (size_t i = 0; i < count; i++) {
		if (strcmp(items[i], code) == 0)
			return true;
	}
	return false;
}

static bool
may_be_held(const hs_notice *notice)
{
	bool order = notice->action == HS_ACTION(ISSUE) || notice->action == HS_ACTION(UPDATE) ||
		     notice->action == HS_ACTION(CORRECT);

	return order && notice->kind == HS_KIND(EVACUATION) &&
	       (!notice->level || notice->level->number < LEVEL_NEVER_HELD);
}

const char *
hs_hold_wanted(const struct hs_hold_rules *rules, const struct hs_findings *findings,
	const hs_notice *notice, bool confirmed)
{
	if (rules->hold_s == 0 || confirmed || !may_be_held(notice))
		return NULL;
	for (size_t i = 0; i < findings->count; i++) {
		const char *code = hs_finding_row(findings->items[i].code)->code;

		if (lists(&rules->codes, code))
			return code;
	}
	return NULL;
}

const char *
hs_hold_unknown_code(const struct hs_hold_rules *rules)
{
	for (size_t i = 0; i < rules->codes.count; i++) {
		bool known = false;

		for (int code = 0; code < HS_FINDING_COUNT && !known; code++)
			known = strcmp(hs_finding_row((enum hs_finding_code)code)->code,
					rules->codes.items[i]) == 0;
		if (!known)
			return rules->codes.items[i];
	}
	return NULL;
}

void
hs_hold_init(struct hs_hold *hold, uv_loop_t *loop, const struct hs_hold_rules *rules)
{
	*hold = (struct hs_hold){ .hold_s = rules->hold_s, .open = true };
	hold->last = &hold->first;
	HS_CHECK(uv_timer_init(loop, &hold->timer) == 0);
	hold->timer.data = hold;
}

static void
release_first(struct hs_hold *hold, enum hs_hold_end end)
{
	struct hs_held *held = hold->first;

	hold->first = held->next;
	if (hold->first == NULL)
		hold->last = &hold->first;
	hold->count--;
	held->go(held, end);
}

static void on_due(uv_timer_t *timer);

static void
wait_for_first(struct hs_hold *hold)
{
	int64_t left_ms;

	if (hold->first == NULL)
		return;
	left_ms = hold->first->due_mono_ms - (int64_t)uv_now(hold->timer.loop);
	HS_CHECK(uv_timer_start(&hold->timer, on_due, left_ms > 0 ? (uint64_t)left_ms : 0, 0) == 0);
}

static void
on_due(uv_timer_t *timer)
{
	struct hs_hold *hold = timer->data;

	while (hold->first != NULL && hold->first->due_mono_ms <= (int64_t)uv_now(timer->loop))
		release_first(hold, HS_HOLD_RAN_OUT);
	wait_for_first(hold);
}

void
hs_hold_add(struct hs_hold *hold, struct hs_held *held)
{
	HS_CHECK(hold->open);
	held->next = NULL;
	held->due_mono_ms = (int64_t)uv_now(hold->timer.loop) + hold->hold_s * MS_PER_S;
	*hold->last = held;
	hold->last = &held->next;
	if (hold->count++ == 0)
		wait_for_first(hold);
}

/* "source|id" of another document, which `by` replaces or cancels. */
static bool
supersedes(const hs_document *by, const hs_document *held)
{
	size_t len_bytes = strlen(held->source);

	for (size_t i = 0; i < by->n_supersedes; i++) {
		const char *entry = by->supersedes[i];

		if (strncmp(entry, held->source, len_bytes) == 0 && entry[len_bytes] == '|' &&
			strcmp(entry + len_bytes + 1, held->id) == 0)
			return true;
	}
	return false;
}

static bool
ends(const hs_notice *by, const hs_notice *held)
{
	const hs_document *document = held->document;

	if (by->mode != held->mode || strcmp(by->document->source, document->source) != 0)
		return false;
	if (strcmp(by->document->id, document->id) != 0)
		return supersedes(by->document, document);
	return by->action == HS_ACTION(CANCEL) || by->document->revision > document->revision;
}

static bool
is_about(const hs_notice *by, const hs_notice *held)
{
	return by->action == HS_ACTION(CANCEL) && by->document->n_supersedes == 0 &&
	       by->document->revision > held->document->revision;
}

static struct hs_held *
take_ended(struct hs_hold *hold, const hs_notice *by)
{
	struct hs_held **at = &hold->first;
	struct hs_held *held;

	while (*at != NULL && !ends(by, (*at)->notice))
		at = &(*at)->next;
	held = *at;
	if (held == NULL)
		return NULL;
	*at = held->next;
	if (held->next == NULL)
		hold->last = at;
	hold->count--;
	return held;
}

/* The timer may come for one that is gone: it then waits for the next. */
struct hs_withdrawn
hs_hold_withdraw(struct hs_hold *hold, const hs_notice *by)
{
	struct hs_withdrawn withdrawn = { 0 };
	struct hs_held *held;

	while ((held = take_ended(hold, by)) != NULL) {
		withdrawn.count++;
		withdrawn.all = withdrawn.all || is_about(by, held->notice);
		held->go(held, HS_HOLD_WITHDRAWN);
	}
	return withdrawn;
}

void
hs_hold_stop(struct hs_hold *hold)
{
	if (!hold->open)
		return;
	hold->open = false;
	while (hold->first != NULL)
		release_first(hold, HS_HOLD_STOPPED);
	uv_close((uv_handle_t *)&hold->timer, NULL);
}
