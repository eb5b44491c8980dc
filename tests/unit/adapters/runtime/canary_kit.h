/* canary_kit.h: a scripted canary in front of the scripted outlet "one" (bench.h). */
#ifndef HS_TEST_CANARY_KIT_H
#define HS_TEST_CANARY_KIT_H

#include "tests/unit/adapters/runtime/bench.h"

#define PERIOD_MS  400
#define TIMEOUT_MS 300
#define FAST	   "canary_ms: 400\ncanary_timeout_ms: 300\n"
/* The hub hears of a round before the next one begins, also on a busy machine. */
#define FAR_MS	   3000
#define FAR_APART  "canary_ms: 3000\ncanary_timeout_ms: 300\n"

/* What the canary of the scripted adapter does with each try: a letter each, the last one repeated:
 * g good, b bad, n no answer, s nobody there, a no answer and a reason when it is aborted. */
struct script {
	struct hs_canary canary;
	const char *letters;
	size_t tries, aborts;
	char tokens[64][HS_CANARY_TOKEN_SIZE];
	/* When it will be given up, a fixed time after the tick that began it: a pause of the machine behind that is none of the canary's. */
	int64_t end_mono_us[64];
};

static struct script *the_script; /* handed to open(), which has no other way to it */

static inline void
script_start(struct hs_canary *canary)
{
	struct script *script = canary->owner;
	size_t last = strlen(script->letters) - 1;
	char letter = script->letters[script->tries < last ? script->tries : last];

	assert_true(script->tries < 64);
	script->end_mono_us[script->tries] = canary->try_end_mono_us;
	memcpy(script->tokens[script->tries++], canary->token, HS_CANARY_TOKEN_SIZE);
	if (letter == 'g')
		hs_canary_done(canary, true, "");
	if (letter == 'b')
		hs_canary_done(canary, false, "bad \"\x82 {as} scripted\n");
	if (letter == 's')
		hs_canary_skip(canary, "nobody there");
}

static inline void
script_abort(struct hs_canary *canary)
{
	struct script *script = canary->owner;

	script->aborts++;
	if (script->letters[0] == 'a')
		hs_canary_done(canary, false, "said by abort");
}

static inline enum hs_err
open_with_canary(struct hs_adapter *adapter, const void *settings, void **state)
{
	enum hs_err err = probe_open(adapter, settings, state);

	the_script->canary = (struct hs_canary){
		.outlet = "one",
		.lane = HS_LANE_LIVE,
		.start = script_start,
		.abort = script_abort,
		.owner = the_script,
	};
	hs_canary_add(adapter, &the_script->canary);
	return err;
}

static inline void
on_notice_with_canary(void *state, struct hs_adapter_item *item)
{
	struct probe *probe = state;
	struct probe_delivery *own = calloc(1, sizeof(*own));

	probe->seen[probe->seen_count++] = item->seq;
	own->probe = probe;
	own->delivery = (struct hs_adapter_delivery){
		.outlet = "one",
		.order_key = probe->same_key ? "one" : NULL,
		.canary = &the_script->canary,
		.attempt = probe_attempt,
		.abort = probe_abort,
		.ended = probe_ended,
	};
	hs_adapter_deliver(item, &own->delivery);
	hs_adapter_done(item);
}

static const struct hs_adapter_ops proving = {
	.name = "probe",
	.settings = &probe_record,
	.rings = true,
	.open = open_with_canary,
	.on_notice = on_notice_with_canary,
	.on_state = probe_on_state,
	.close = probe_close,
};

static inline struct bench *
canary_bench(struct script *script, const char *letters, const char *more)
{
	struct bench *bench;

	*script = (struct script){ .letters = letters };
	the_script = script;
	bench = bench_open(&proving, more);
	bench->hub.beats = true;
	return bench;
}

static inline void
deliver(struct bench *bench, uint64_t seq, const char *document)
{
	fake_deliver(&bench->hub, seq, seq - 1, order(bench, document, 1));
}

static inline bool
hub_has_proven(void *owner)
{
	return ((struct bench *)owner)->hub.proof == (int)HS_PROOF(PROVEN);
}

static inline bool
hub_has_failed(void *owner)
{
	return ((struct bench *)owner)->hub.proof == (int)HS_PROOF(FAILED);
}

static inline bool
serves(void *owner)
{
	(void)owner;
	return !hs_canary_holds(&the_script->canary);
}

struct tries {
	const struct script *script;
	size_t count;
};

static inline bool
has_tried(void *owner)
{
	const struct tries *tries = owner;
	return tries->script->tries >= tries->count;
}

struct seen {
	struct bench *bench;
	size_t count;
};

static inline bool
has_seen(void *owner)
{
	const struct seen *seen = owner;
	return seen->bench->probe.seen_count == seen->count;
}

/* The same adapter again, with whatever the settings say now. */
static inline void
restart(struct bench *bench, struct script *script, const char *letters)
{
	bench_stop_adapter(bench);
	*script = (struct script){ .letters = letters };
	bench->hub.resumed = false;
	bench_adapter(bench, &proving);
	assert_true(run_till(&bench->loop, is_resumed, bench));
}

#endif
