#include "sim/run.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/hash.h"
#include "sim/fake_check.h"
#include "sim/ledger.h"
#include "sim/outlets.h"
#include "sim/post.h"

#define DOCUMENT_MAX_BYTES (1u << 20)
#define POLL_MS		   100
#define RUN_BYTES	   4

struct drill;

/* A municipality at work: its steps wait in line. */
struct desk {
	struct drill *drill;
	struct hs_sim_municipality *municipality;
	const char *code;
	struct hs_sim_post post;
	bool posting;
	size_t order; /* in the ledger */
	size_t next;  /* index into the scenario: steps before it are done */
};

struct drill {
	const struct hs_sim_settings *settings;
	const struct hs_sim_scenario *scenario;
	uv_loop_t loop;
	uv_timer_t timer;
	struct hs_ledger *ledger;
	struct hs_outlets *outlets;
	size_t receiver_count;
	struct desk *desks;
	size_t desk_count;
	char submit_url[640];
	int64_t started_us; /* 0: receivers are connecting */
	int64_t deadline_us;
	bool failed, ended;
	struct hs_fake_check fakes;
	size_t faults;
};

static const struct hs_sim_step *
steps_of(const struct drill *drill)
{
	return drill->scenario->steps.items;
}

static void
finish(struct drill *drill)
{
	if (drill->ended)
		return;
	drill->ended = true;
	uv_close((uv_handle_t *)&drill->timer, NULL);
	if (drill->outlets)
		hs_outlets_close(drill->outlets);
}

static void
fakes_answered(struct hs_fake_check *check)
{
	struct drill *drill = check->owner;
	drill->faults += check->faults;
	finish(drill);
}

/* Everything arrived, or the time is over: the last question is what the fakes have. */
static void
conclude(struct drill *drill)
{
	if (drill->ended || drill->fakes.busy)
		return;
	if (!drill->settings->fakes_url[0]) {
		finish(drill);
		return;
	}
	drill->fakes.owner = drill;
	drill->fakes.done = fakes_answered;
	drill->fakes.ledger = drill->ledger;
	hs_fake_check_start(&drill->loop, &drill->fakes, drill->settings);
}

static void
answered(struct hs_sim_post *post)
{
	struct desk *desk = HS_CONTAINER_OF(post, struct desk, post);
	struct drill *drill = desk->drill;
	json_t *reply = post->status ? json_loads(hs_buf_text(&post->reply), 0, NULL) : NULL;
	uint64_t seq = post->status == 202
			       ? (uint64_t)json_integer_value(json_object_get(reply, "seq"))
			       : 0;
	char text[200];
	const char *error = json_string_value(json_object_get(reply, "error"));
	snprintf(text, sizeof(text), "HTTP %ld %.60s %.100s", post->status, error ? error : "",
		post->why);
	hs_ledger_answered(drill->ledger, desk->order, seq, text, post->ended_us);
	json_decref(reply);
	hs_buf_free(&post->body);
	hs_buf_free(&post->reply);
	desk->posting = false;
	drill->deadline_us = hs_clock_mono_us() + drill->settings->settle_ms * 1000;
}

static void
speak(struct drill *drill, struct desk *desk, const struct hs_sim_step *step)
{
	static const char *const acts[] = { "発令 issue", "解除 lift", "取消 cancel" };
	hs_buf_init(&desk->post.body, DOCUMENT_MAX_BYTES);
	hs_sim_municipality_speak(desk->municipality, step, hs_clock_unix_us(), &desk->post.body);
	HS_CHECK(!desk->post.body.failed);
	printf("  %6.1f s  %s  %s  level %" PRId64 "  %zu districts\n",
		(double)(hs_clock_mono_us() - drill->started_us) / 1e6,
		hs_sim_municipality_sender(desk->municipality)->organisation, acts[step->act],
		step->level, step->districts.count);
	desk->post.url = drill->submit_url;
	desk->post.ca = drill->settings->ca;
	desk->post.token = hs_sim_municipality_sender(desk->municipality)->token;
	desk->post.done = answered;
	desk->posting = true;
	desk->order = hs_ledger_sent(drill->ledger, hs_clock_mono_us());
	hs_sim_post_start(&drill->loop, &desk->post);
}

/* Lets each idle desk take its next due step. Returns whether steps are left or under way. */
static bool
work(struct drill *drill)
{
	int64_t now_ms = (hs_clock_mono_us() - drill->started_us) / 1000;
	size_t count = drill->scenario->steps.count;
	bool more = false;
	for (size_t d = 0; d < drill->desk_count; d++) {
		struct desk *desk = &drill->desks[d];
		while (desk->next < count &&
			strcmp(steps_of(drill)[desk->next].municipality, desk->code) != 0)
			desk->next++;
		bool due = desk->next < count && steps_of(drill)[desk->next].at_ms <= now_ms;
		if (due && !desk->posting)
			speak(drill, desk, &steps_of(drill)[desk->next++]);
		more = more || desk->posting || desk->next < count;
	}
	return more;
}

static void
tick(uv_timer_t *timer)
{
	struct drill *drill = timer->data;
	if (drill->ended || drill->fakes.busy)
		return;
	if (drill->started_us == 0) {
		if (hs_clock_mono_us() < drill->deadline_us)
			return;
		fprintf(stderr, "hansho-sim: not every receiver could connect in time\n");
		drill->failed = true;
		finish(drill);
		return;
	}
	if (work(drill))
		return;
	if (hs_ledger_complete(drill->ledger) || hs_clock_mono_us() > drill->deadline_us)
		conclude(drill);
}

static void
on_ready(void *owner, uint64_t newest_seq)
{
	struct drill *drill = owner;
	hs_ledger_begin(drill->ledger, newest_seq);
	drill->started_us = hs_clock_mono_us();
	uv_timer_start(&drill->timer, tick, 0, 10);
}

static void
on_change(void *owner, bool lost)
{
	struct drill *drill = owner;
	if (!lost || drill->ended)
		return;
	drill->failed = true;
	finish(drill);
}

static bool
open_desks(struct drill *drill)
{
	unsigned char random[RUN_BYTES];
	char run[2 * RUN_BYTES + 1];
	hs_random(random, sizeof(random));
	hs_hex(random, sizeof(random), run);
	const struct hs_sim_sender *senders = drill->settings->municipalities.items;
	drill->desk_count = drill->settings->municipalities.count;
	drill->desks = calloc(drill->desk_count, sizeof(*drill->desks));
	for (size_t i = 0; drill->desks && i < drill->desk_count; i++) {
		drill->desks[i].drill = drill;
		drill->desks[i].code = senders[i].code;
		drill->desks[i].municipality =
			hs_sim_municipality_create(&senders[i], run, drill->settings->mode == 0);
		if (!drill->desks[i].municipality)
			return false;
	}
	return drill->desks != NULL;
}

/* Every step's municipality must have a desk. */
static bool
check_scenario(const struct drill *drill)
{
	for (size_t s = 0; s < drill->scenario->steps.count; s++) {
		bool found = false;
		for (size_t d = 0; d < drill->desk_count; d++)
			found = found ||
				strcmp(steps_of(drill)[s].municipality, drill->desks[d].code) == 0;
		if (!found) {
			fprintf(stderr, "hansho-sim: step %zu: municipality %s is not configured\n",
				s + 1, steps_of(drill)[s].municipality);
			return false;
		}
	}
	return true;
}

static bool
open_outlets(struct drill *drill)
{
	const struct hs_sim_settings *settings = drill->settings;
	struct hs_outlets_options options = { .mode = settings->mode ? "drill" : "live",
		.feed_url = settings->feed_url,
		.feed_count = settings->feed_count,
		.broadcaster_url = settings->broadcaster_url,
		.signage_urls = settings->signage_urls.items,
		.signage_count = settings->signage_urls.count,
		.on_ready = on_ready,
		.on_change = on_change,
		.owner = drill };
	drill->ledger = hs_ledger_create(drill->scenario->steps.count, hs_outlets_count(&options));
	options.ledger = drill->ledger;
	drill->receiver_count = hs_outlets_count(&options);
	return drill->ledger && hs_outlets_open(&drill->loop, &options, &drill->outlets) == HS_OK;
}

static int
report(struct drill *drill)
{
	drill->faults += hs_ledger_judge(drill->ledger, stdout);
	hs_ledger_table(drill->ledger, stdout);
	size_t accepted = hs_ledger_accepted(drill->ledger);
	printf("  %zu orders, %zu accepted, %zu receivers, %zu faults: %s\n",
		drill->scenario->steps.count, accepted, drill->receiver_count, drill->faults,
		drill->faults || drill->failed ? "FAILED" : "every outlet has every order");
	return drill->faults || drill->failed || accepted == 0;
}

int
hs_sim_run(const struct hs_sim_settings *settings, const struct hs_sim_scenario *scenario)
{
	struct drill drill = { .settings = settings, .scenario = scenario };
	uv_loop_init(&drill.loop);
	uv_timer_init(&drill.loop, &drill.timer);
	drill.timer.data = &drill;
	snprintf(drill.submit_url, sizeof(drill.submit_url), "%s/v1/submissions",
		settings->gate_url);
	drill.deadline_us = hs_clock_mono_us() + settings->connect_ms * 1000;
	uv_timer_start(&drill.timer, tick, POLL_MS, POLL_MS);
	printf("\n  %s (%s)\n", scenario->name, settings->mode ? "drill 訓練" : "LIVE 本番");
	bool begun = open_desks(&drill) && check_scenario(&drill) && open_outlets(&drill);
	if (!begun)
		finish(&drill);
	uv_run(&drill.loop, UV_RUN_DEFAULT);
	int exit_status = begun ? report(&drill) : 2;
	for (size_t i = 0; drill.desks && i < drill.desk_count; i++)
		hs_sim_municipality_destroy(drill.desks[i].municipality);
	free(drill.desks);
	if (drill.ledger)
		hs_ledger_destroy(drill.ledger);
	uv_loop_close(&drill.loop);
	return exit_status;
}
