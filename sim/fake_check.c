#include "sim/fake_check.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

#include "hub/base/check.h"
#include "sim/run.h"

#define RETRY_MS 200

static void ask(struct hs_fake_check *check);

/* How often the seq stands in the kept documents. The telecom document has notice.seq, the plan order
 * plan.notice.seq. */
static size_t
count_seq(const json_t *items, uint64_t seq)
{
	size_t count = 0, i;
	json_t *item;
	json_array_foreach (items, i, item) {
		const json_t *document = json_object_get(item, "document");
		const json_t *plan = json_object_get(document, "plan");
		const json_t *notice = json_object_get(plan ? plan : document, "notice");
		if ((uint64_t)json_integer_value(json_object_get(notice, "seq")) == seq)
			count++;
	}
	return count;
}

/* Counts, and prints when `print`, the orders that are not there as often as they must. */
static size_t
compare(const struct hs_fake_check *check, const json_t *reply, bool print)
{
	static const char *const names[] = { "carriers", "auto-starter" };
	size_t wanted = check->stage == 0 ? (size_t)check->settings->carriers : 1, faults = 0;
	const json_t *items = json_object_get(reply, "items");
	for (size_t i = 0; i < hs_ledger_accepted(check->ledger); i++) {
		uint64_t seq = hs_ledger_seq(check->ledger, i);
		size_t count = count_seq(items, seq);
		if (count == wanted)
			continue;
		faults++;
		if (print)
			printf("  %s %s have seq %" PRIu64 " %zu times, not %zu\n",
				count < wanted ? "LOST    " : "TWICE   ", names[check->stage], seq,
				count, wanted);
	}
	return faults;
}

static void
timer_closed(uv_handle_t *handle)
{
	struct hs_fake_check *check = handle->data;
	check->done(check);
}

static void
next_stage(struct hs_fake_check *check)
{
	check->tries_left = (int)(check->settings->settle_ms / RETRY_MS);
	check->stage++;
	if (check->stage == 1 && check->settings->controller)
		ask(check);
	else
		uv_close((uv_handle_t *)&check->retry, timer_closed);
}

static void
retry_due(uv_timer_t *timer)
{
	ask(timer->data);
}

static void
answered(struct hs_sim_post *post)
{
	struct hs_fake_check *check = HS_CONTAINER_OF(post, struct hs_fake_check, post);
	json_t *reply = post->status == 200 ? json_loads(hs_buf_text(&post->reply), 0, NULL) : NULL;
	hs_buf_free(&post->reply);
	bool last = check->tries_left-- <= 0;
	size_t faults = reply ? compare(check, reply, last) : 1;
	if (!reply && last)
		printf("  LOST     %s does not answer: %s\n", check->url, post->why);
	json_decref(reply);
	if (faults && !last) {
		uv_timer_start(&check->retry, retry_due, RETRY_MS, 0);
		return;
	}
	check->faults += faults;
	next_stage(check);
}

static void
ask(struct hs_fake_check *check)
{
	static const char *const paths[] = { "/received", "/played" };
	snprintf(check->url, sizeof(check->url), "%s%s", check->settings->fakes_url,
		paths[check->stage]);
	check->post = (struct hs_sim_post){ .url = check->url, .done = answered };
	hs_sim_post_start(check->loop, &check->post);
}

void
hs_fake_check_start(
	uv_loop_t *loop, struct hs_fake_check *check, const struct hs_sim_settings *settings)
{
	check->busy = true;
	check->loop = loop;
	check->settings = settings;
	uv_timer_init(loop, &check->retry);
	check->retry.data = check;
	check->tries_left = (int)(settings->settle_ms / RETRY_MS);
	check->stage = 0;
	if (settings->carriers > 0)
		ask(check);
	else
		next_stage(check);
}
