/* fanout_world.h: a store, a broadcast and a dozen clients whose sockets are counters, for random runs.
 *
 * The clients hold what they get against a plain reading of the filters, over notices that the world keeps itself: each gets
 * just what hs_filter_passes says, in order and once, and is never told of more than it has: by `live`, a heartbeat, the
 * place in a close, or hs_broadcast_position. The first thing that is wrong stands in world.why.
 */
#ifndef HS_TEST_FANOUT_WORLD_H
#define HS_TEST_FANOUT_WORLD_H

#include "tests/unit/hub/feed/make_notice.h"

#include "hub/feed/visit.h"

#define CLIENTS	     12
#define NOTICES_MAX  400
#define EPOCH	     "ep"
#define WHY_SIZE     160
#define ROUNDS_TO_BE 2000 /* in which a world must come to its end */

/* What one client knows and is owed; it lives on when its connection ends. */
struct client {
	struct hs_filter_words words;
	struct hs_filter filter;
	struct hs_subscriber *subscriber; /* NULL: not connected */
	uint64_t has;			  /* everything that it wants up to here was seen */
	size_t room;			  /* frames that its socket takes */
	bool full;			  /* the feed waits for room */
	bool first;
};

struct world {
	uint64_t random;
	uv_loop_t loop;
	struct hs_store store;
	struct hs_pager *pager;
	struct hs_subscribers *table;
	struct hs_broadcast *broadcast;
	struct hs_feed_counts counts;
	struct client clients[CLIENTS];
	struct made notices[NOTICES_MAX]; /* by seq; kind 0: a hole */
	struct hs_head heads[NOTICES_MAX];
	uint64_t newest, asked_after, request; /* request 0: no page is waited for */
	uint64_t requests;
	char why[WHY_SIZE];
};

static size_t
below(struct world *world, size_t limit)
{
	world->random = world->random * 6364136223846793005u + 1442695040888963407u;
	return (size_t)(world->random >> 33) % limit;
}

/* ---- what a client sees ---- */

static void
blame(struct world *world, const struct client *client, const char *what, uint64_t seq)
{
	if (world->why[0] == '\0')
		snprintf(world->why, sizeof(world->why), "client %zd, which has %llu: %s %llu",
			client - world->clients, (unsigned long long)client->has, what,
			(unsigned long long)seq);
}

static bool
wants(const struct world *world, const struct client *client, uint64_t seq)
{
	return world->notices[seq].kind != 0 &&
	       hs_filter_passes(&client->filter, &world->heads[seq]);
}

/* Nothing that it wants may lie behind what it has, up to seq. */
static void
has_all_until(struct world *world, struct client *client, uint64_t seq, const char *what)
{
	for (uint64_t i = client->has + 1; i <= seq; i++)
		if (i > world->newest || wants(world, client, i))
			blame(world, client, what, i);
}

static void
reads(struct world *world, struct client *client, const hs_feed_frame *frame)
{
	uint64_t seq;

	switch ((int)frame->body_case) {
	case HANSHO__V1__FEED_FRAME__BODY_NOTICE:
		seq = frame->notice->seq;
		if (seq <= client->has || !wants(world, client, seq))
			blame(world, client, "gets, and should not,", seq);
		has_all_until(world, client, seq - 1, "is not given");
		client->has = seq;
		break;
	case HANSHO__V1__FEED_FRAME__BODY_LIVE:
		has_all_until(world, client, frame->live->seq, "is told it is live without");
		break;
	case HANSHO__V1__FEED_FRAME__BODY_HEARTBEAT:
		if (client->subscriber->state == HS_SUB_LIVE)
			has_all_until(world, client, frame->heartbeat->newest_seq,
				"hears a heartbeat that counts");
		break;
	default:
		blame(world, client, "gets a frame of kind", (uint64_t)frame->body_case);
	}
}

/* ---- ports ---- */

static enum hs_err
port_send(void *owner, const struct hs_subscriber *subscriber, struct hs_frame *frame)
{
	struct world *world = owner;
	struct client *client = &world->clients[subscriber->id - 1];
	struct hs_arena *arena;
	hs_feed_frame *message;

	if (client->room == 0) {
		client->full = true;
		return HS_ERR_AGAIN;
	}
	client->room--;
	arena = make_arena();
	assert_int_equal(
		hs_message_unpack(arena, &hansho__v1__feed_frame__descriptor, hs_frame_bytes(frame),
			hs_frame_len_bytes(frame), HS_FRAME_MAX_BYTES, &message),
		HS_OK);
	reads(world, client, message);
	hs_arena_destroy(arena);
	return HS_OK;
}

static void
ends(struct world *world, struct client *client)
{
	struct hs_subscriber *subscriber = client->subscriber;

	hs_broadcast_leave(world->broadcast, subscriber);
	hs_interest_put(world->store.interests, subscriber->interest);
	subscriber->interest = NULL;
}

static void
port_close(void *owner, struct hs_subscriber *subscriber, int code, const char *reason)
{
	struct world *world = owner;
	struct client *client = &world->clients[subscriber->id - 1];
	unsigned long long at = 0;

	if (code != HS_CLOSE_BEHIND || sscanf(reason, "behind; resume from ep:%llu", &at) != 1)
		blame(world, client, "is closed with", (uint64_t)code);
	has_all_until(world, client, at, "is to go on behind");
	assert_true(hs_subscriber_step(subscriber, HS_SUB_CLOSES));
	ends(world, client);
}

static struct hs_frame *
port_hello(void *owner, enum hs_form form)
{
	(void)owner;
	return hs_frames_hello(form, &(struct hs_hello_facts){ .epoch = EPOCH });
}

static uint64_t
port_fetch(void *owner, uint64_t after_seq, uint32_t limit)
{
	struct world *world = owner;

	(void)limit;
	if (world->request != 0)
		return 0;
	world->asked_after = after_seq;
	return world->request = ++world->requests;
}

/* ---- what happens ---- */

static hs_deliver *
deliver_of(const struct world *world, struct hs_arena *arena, uint64_t seq)
{
	uint64_t before = seq - 1;
	char document[32];
	struct made made = world->notices[seq];

	while (before > 0 && world->notices[before].kind == 0)
		before--;
	snprintf(document, sizeof(document), "doc-%llu", (unsigned long long)seq);
	made.document = document;
	return make_deliver(arena, seq, before, &made);
}

static void
publish(struct world *world)
{
	static const char *const areas[] = { "990019", "990027", "990035", "99", "131016", "131024",
		"13", NULL };
	static const int kinds[] = { HS_KIND(EVACUATION), HS_KIND(SHELTER), 41 };
	struct made *made = &world->notices[world->newest + 1];
	struct hs_arena *arena = make_arena();
	hs_deliver *deliver;

	*made = (struct made){ .area = areas[below(world, HS_COUNT(areas))],
		.kind = kinds[below(world, HS_COUNT(kinds))],
		.level = (uint32_t)below(world, 6),
		.action = below(world, 2) == 0 ? HS_ACTION(ISSUE) : HS_ACTION(UPDATE) };
	if (below(world, 3) == 0)
		made->before = areas[below(world, HS_COUNT(areas) - 1)];
	world->newest++;
	deliver = deliver_of(world, arena, world->newest);
	assert_int_equal(hs_head_read(deliver->notice, &world->heads[world->newest]), HS_OK);
	assert_int_equal(hs_store_put(&world->store, deliver, 1), HS_OK);
	hs_arena_destroy(arena);
	hs_broadcast_kick(world->broadcast);
}

/* The hub filters for this feed: a seq passed that it does not get. */
static void
pass_over(struct world *world)
{
	world->newest++;
	hs_store_live(&world->store, world->newest);
	hs_broadcast_kick(world->broadcast);
}

static void
connect_client(struct world *world, struct client *client)
{
	struct hs_subscriber *subscriber = hs_subscribers_add(
		world->table, (hs_http_id)(client - world->clients) + 1, HS_FORM_PROTO, 0);
	struct hs_filter filter;
	char why[HS_FILTER_WHY];

	assert_non_null(subscriber);
	if (client->first)
		hs_subscribers_set_first(world->table, subscriber);
	assert_int_equal(hs_filter_parse(&client->words, 8, &filter, why), HS_OK);
	client->subscriber = subscriber;
	client->full = false;
	client->room = 1 + below(world, 6);
	subscriber->cursor = client->has;
	subscriber->interest = hs_interest_get(world->store.interests, &filter);
	assert_non_null(subscriber->interest);
	assert_true(hs_subscriber_step(subscriber, HS_SUB_SUBSCRIBED));
	hs_broadcast_pump(world->broadcast, subscriber);
}

static void
disconnect(struct world *world, struct client *client)
{
	uint64_t at = hs_broadcast_position(world->broadcast, client->subscriber);

	if (client->subscriber->state != HS_SUB_CLOSING) {
		has_all_until(world, client, at, "is thought to have");
		ends(world, client);
	}
	hs_subscribers_remove(world->table, client->subscriber);
	client->subscriber = NULL;
	if (below(world, 2) == 0)
		client->has = at > client->has ? at : client->has;
}

static void
touch_client(struct world *world, struct client *client)
{
	if (client->subscriber == NULL) {
		connect_client(world, client);
	} else if (client->subscriber->state == HS_SUB_CLOSING || below(world, 8) == 0) {
		disconnect(world, client);
	} else {
		client->room = 1 + below(world, 6);
		if (client->full || below(world, 4) == 0) {
			client->full = false;
			hs_broadcast_drained(world->broadcast, client->subscriber);
		}
	}
}

static void
answer_page(struct world *world)
{
	struct hs_arena *arena = make_arena();
	hs_fetch_reply *reply = NEW(arena, fetch_reply);

	reply->request = world->request;
	for (uint64_t seq = world->asked_after + 1;
		seq <= world->newest && reply->n_notices < HS_PAGE_NOTICES; seq++) {
		if (world->notices[seq].kind != 0)
			assert_true(hs_repeat(arena, &reply->n_notices, &reply->notices,
				deliver_of(world, arena, seq)));
	}
	world->request = 0;
	assert_int_equal(hs_pager_reply(world->pager, EPOCH, reply, 1), HS_OK);
	hs_arena_destroy(arena);
	hs_broadcast_kick(world->broadcast);
}

static void
beat(struct world *world)
{
	const struct hs_heartbeat_facts facts = { .newest_seq = world->newest, .digest = "d" };
	struct hs_frame *frames[HS_FORM_COUNT] = { NULL };

	frames[HS_FORM_PROTO] = hs_frames_heartbeat(HS_FORM_PROTO, &facts);
	hs_broadcast_heartbeat(world->broadcast, frames);
}

static void
step(struct world *world)
{
	size_t what = below(world, 100);

	if (what < 12 && world->newest + 1 < NOTICES_MAX)
		publish(world);
	else if (what < 13 && world->newest + 1 < NOTICES_MAX &&
		 hs_ring_count(world->store.ring) > 0)
		pass_over(world);
	else if (what < 16)
		beat(world);
	else if (what < 50)
		(void)hs_broadcast_turn(world->broadcast);
	else if (what < 60 && world->request != 0)
		answer_page(world);
	else
		touch_client(world, &world->clients[below(world, CLIENTS)]);
}

/* Everybody is there and reads; then everybody must have everything. */
static void
settle(struct world *world)
{
	for (size_t round = 0; round < ROUNDS_TO_BE; round++) {
		if (world->request != 0)
			answer_page(world);
		for (size_t i = 0; i < CLIENTS; i++) {
			struct client *client = &world->clients[i];
			bool full = client->full;

			client->room = 50;
			client->full = false;
			if (client->subscriber == NULL)
				connect_client(world, client);
			else if (client->subscriber->state == HS_SUB_CLOSING)
				disconnect(world, client);
			else if (full)
				hs_broadcast_drained(world->broadcast, client->subscriber);
		}
		if (!hs_broadcast_turn(world->broadcast) && round > ROUNDS_TO_BE / 2)
			break;
	}
	for (size_t i = 0; i < CLIENTS; i++)
		has_all_until(world, &world->clients[i], world->newest, "ends without");
}

/* ---- a whole run ---- */

static void
choose_filter(struct world *world, struct client *client)
{
	static const char *const some[] = { "990019" }, *const two[] = { "990027", "13" },
				 *const whole[] = { "99" }, *const ward[] = { "131016" };
	static const char *const evacuation[] = { "evacuation" }, *const others[] = {
		"!evacuation"
	};
	const struct hs_filter_words words[] = { { NULL, 0, NULL, 0, 0 }, { some, 1, NULL, 0, 0 },
		{ two, 2, NULL, 0, 0 }, { whole, 1, evacuation, 1, 0 }, { ward, 1, others, 1, 4 },
		{ some, 1, evacuation, 1, 3 } };
	char why[HS_FILTER_WHY];

	client->words = words[below(world, HS_COUNT(words))];
	client->first = below(world, 4) == 0;
	assert_int_equal(hs_filter_parse(&client->words, 8, &client->filter, why), HS_OK);
}

static struct world *
begin(uint64_t seed)
{
	struct world *world = calloc(1, sizeof(*world));
	const struct hs_pager_ports pager = { port_fetch, world };
	struct hs_broadcast_options options = { .store = &world->store,
		.counts = &world->counts,
		.ports = { .send = port_send,
			.close = port_close,
			.hello = port_hello,
			.owner = world },
		.backlog_max_bytes = 1 << 20 };

	assert_non_null(world);
	world->random = seed * 977;
	options.slice = 1 + below(world, 8);
	options.rest_percent = 1 + below(world, 50);
	options.backlog_max = 3 + below(world, 6);
	uv_loop_init(&world->loop);
	assert_int_equal(
		hs_store_init(&world->store, HS_MODE(DRILL), 4 + below(world, 16), 1 << 20), HS_OK);
	assert_int_equal(hs_store_begin(&world->store, EPOCH, 0), HS_OK);
	world->pager = options.pager = hs_pager_create(&pager, 4);
	world->table = options.subscribers = hs_subscribers_create(CLIENTS);
	assert_int_equal(hs_broadcast_create(&world->loop, &options, &world->broadcast), HS_OK);
	hs_store_live(&world->store, 0);
	for (size_t i = 0; i < CLIENTS; i++)
		choose_filter(world, &world->clients[i]);
	return world;
}

static void
end(struct world *world)
{
	for (size_t i = 0; i < CLIENTS; i++) {
		if (world->clients[i].subscriber != NULL)
			disconnect(world, &world->clients[i]);
		hs_filter_free(&world->clients[i].filter);
	}
	for (size_t i = 0; i < NOTICES_MAX; i++)
		hs_head_free(&world->heads[i]);
	hs_broadcast_destroy(world->broadcast);
	uv_run(&world->loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&world->loop), 0);
	hs_subscribers_destroy(world->table);
	hs_pager_destroy(world->pager);
	hs_store_free(&world->store);
	free(world);
}

#endif
