/* players.c: see players.h. */
#include "adapters/signage/players_internal.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/base/proc.h"
#include "schemas/json_text.h"

#define OWED_SCREEN 1u
#define OWED_BEAT   2u
#define OWED_CANARY 4u

#define SCREEN_ID_SIZE 65
#define SLICE	       200 /* players served in one turn of the loop */
#define BEAT_PARTS     10  /* of the heartbeat interval, one for each tenth of the players */
#define WORD_MAX_BYTES 4096

static const struct hs_ws_endpoint endpoints[] = {
	{ "/v1/sign", NULL, WORD_MAX_BYTES },
};

/* ---- sending ---- */

const struct hs_screen_face *
hs_player_face(struct hs_players *players, const struct player *player)
{
	const struct hs_players_options *options = &players->options;
	return player->proven ? options->face(options->owner, player->screen)
			      : options->trial(options->owner, player->screen);
}

static enum hs_err
send_screen(struct hs_players *players, struct player *player)
{
	const struct hs_screen_face *face = hs_player_face(players, player);
	enum hs_err err = hs_ws_send(players->pages.http, player->id, face->frame, false);
	if (err != HS_OK)
		return err;
	player->sent = *face;
	player->sent.frame = NULL;
	player->sent.proofs = NULL;
	player->sent.tells = (struct hs_tells){ 0 };
	player->unproven_mono_us = hs_clock_mono_us();
	return HS_OK;
}

/* Takes the reference over. NULL: out of memory. */
static struct hs_frame *
frame_of(json_t *json)
{
	char *text = hs_json_dump(json);
	json_decref(json);
	struct hs_frame *frame = text != NULL ? hs_frame_from(text, strlen(text)) : NULL;
	free(text);
	return frame;
}

/* One beat of a screen is the same for all of its players. */
static enum hs_err
send_beat(struct hs_players *players, struct player *player)
{
	struct screen_side *side = &players->screens[player->screen];
	if (!player->proven) /* it would name a state that this one does not have */
		return HS_OK;
	if (side->beat == NULL)
		side->beat = frame_of(
			players->options.heartbeat(players->options.owner, player->screen));
	if (side->beat == NULL)
		return HS_ERR_NOMEM;
	return hs_ws_send(players->pages.http, player->id, side->beat, false);
}

static enum hs_err
send_canary(struct hs_players *players, struct player *player)
{
	struct hs_frame *frame =
		frame_of(json_pack("{s:s,s:s}", "type", "canary", "token", players->token));
	if (frame == NULL)
		return HS_ERR_NOMEM;
	enum hs_err err = hs_ws_send(players->pages.http, player->id, frame, false);
	hs_frame_unref(frame);
	return err;
}

struct player *
hs_player_find(struct hs_players *players, hs_http_id id)
{
	struct player *player;
	HASH_FIND(hh, players->table, &id, sizeof(id), player);
	return player;
}

static const struct {
	unsigned owed;
	enum hs_err (*send)(struct hs_players *players, struct player *player);
} senders[] = {
	{ OWED_SCREEN, send_screen },
	{ OWED_BEAT, send_beat },
	{ OWED_CANARY, send_canary },
};

static void
serve(struct hs_players *players, struct player *player)
{
	hs_http_id id = player->id;
	while (player->owed != 0 && !players->pages.stopped) {
		size_t next = 0; /* what is shown goes first, the canary last */
		while ((player->owed & senders[next].owed) == 0)
			next++;
		unsigned what = senders[next].owed;
		enum hs_err err = senders[next].send(players, player);
		if (hs_player_find(players, id) != player || err != HS_OK)
			return; /* full: on_drained goes on */
		player->owed &= ~what;
	}
}

static void
leave_queue(struct hs_players *players, struct player *player)
{
	if (!player->queued)
		return;
	player->queued = false;
	DL_DELETE2(players->queue, player, queue_prev, queue_next);
}

static void
forget_beats(struct hs_players *players)
{
	for (size_t i = 0; i < players->options.screen_count; i++) {
		hs_frame_unref(players->screens[i].beat);
		players->screens[i].beat = NULL;
	}
}

static void
on_idle(uv_idle_t *idle)
{
	struct hs_players *players = HS_CONTAINER_OF(idle, struct hs_players, idle);
	for (size_t i = 0; i < SLICE && players->queue != NULL; i++) {
		struct player *player = players->queue;
		leave_queue(players, player);
		serve(players, player);
	}
	if (players->queue != NULL)
		return;
	uv_idle_stop(&players->idle);
	forget_beats(players);
}

static void
owe(struct hs_players *players, struct player *player, unsigned what)
{
	player->owed |= what;
	if (player->queued || players->pages.stopped)
		return;
	player->queued = true;
	DL_APPEND2(players->queue, player, queue_prev, queue_next);
	uv_idle_start(&players->idle, on_idle);
}

void
hs_player_passed(struct hs_players *players, struct player *player)
{
	player->proven = true;
	players->options.passed(players->options.owner, player->screen);
	owe(players, player, OWED_SCREEN | OWED_BEAT);
}

void
hs_players_changed(struct hs_players *players, int screen)
{
	struct player *player;
	hs_frame_unref(players->screens[screen].beat); /* it names the state before */
	players->screens[screen].beat = NULL;
	DL_FOREACH (players->screens[screen].players, player)
		owe(players, player, player->proven ? OWED_SCREEN : 0);
}

static void
on_timer(uv_timer_t *timer)
{
	struct hs_players *players = HS_CONTAINER_OF(timer, struct hs_players, timer);
	unsigned part = players->tick++ % BEAT_PARTS;
	forget_beats(players);
	for (struct player *player = players->table; player != NULL; player = player->hh.next) {
		if (player->part == part)
			owe(players, player, OWED_BEAT);
	}
}

/* ---- connections ---- */

static void
on_open(void *owner, const struct hs_http_request *upgrade, const char *subprotocol)
{
	struct hs_players *players = owner;
	char id[SCREEN_ID_SIZE] = "";
	(void)subprotocol;
	if (players->pages.stopped)
		return;
	(void)hs_http_param(upgrade->query, "screen", id, sizeof(id));
	int screen = players->options.find(players->options.owner, id);
	struct player *player = screen >= 0 ? calloc(1, sizeof(*player)) : NULL;
	if (player == NULL) {
		hs_ws_close(players->pages.http, upgrade->id,
			screen < 0 ? HS_PLAYER_NO_SCREEN : 1013,
			screen < 0 ? "no such screen: /v1/sign?screen=ID, see /sign/status"
				   : "out of memory");
		return;
	}
	player->id = upgrade->id;
	player->screen = screen;
	player->proven = !players->options.holds(players->options.owner, screen);
	player->part = players->next_part++ % BEAT_PARTS;
	HASH_ADD(hh, players->table, id, sizeof(player->id), player);
	DL_APPEND(players->screens[screen].players, player);
	players->screens[screen].count++;
	hs_info("signage.player", "screen=%s", id);
	owe(players, player, OWED_SCREEN | OWED_BEAT);
}

static void
on_drained(void *owner, hs_http_id id)
{
	struct player *player = hs_player_find(owner, id);
	if (player != NULL && player->owed != 0)
		owe(owner, player, 0);
}

static void
on_close(void *owner, hs_http_id id)
{
	struct hs_players *players = owner;
	struct player *player = hs_player_find(players, id);
	if (player == NULL)
		return;
	bool asked = player->asked && !player->answered;
	players->open -= asked;
	players->answered -= player->answered;
	leave_queue(players, player);
	HASH_DEL(players->table, player);
	DL_DELETE(players->screens[player->screen].players, player);
	players->screens[player->screen].count--;
	free(player);
	if (asked && !players->pages.stopped)
		players->options.canary(players->options.owner);
}

void
hs_players_watch(struct hs_players *players)
{
	int64_t now_us = hs_clock_mono_us();
	struct player *player, *next;
	HASH_ITER (hh, players->table, player, next) {
		const struct hs_player_word word = { &player->sent, "", "",
			"no word of what was drawn" };
		if (player->unproven_mono_us == 0 ||
			now_us - player->unproven_mono_us <
				players->options.proof_timeout_ms * 1000)
			continue;
		player->unproven_mono_us = 0;
		players->resets++;
		players->options.failed(players->options.owner, player->screen, &word);
		hs_ws_close(players->pages.http, player->id, HS_PLAYER_NO_PROOF,
			"no word of what was drawn: load the page anew");
	}
}

/* ---- canaries ---- */

size_t
hs_players_ask(struct hs_players *players, const char *token)
{
	size_t count = 0;
	snprintf(players->token, sizeof(players->token), "%s", token);
	for (struct player *player = players->table; player != NULL; player = player->hh.next) {
		player->asked = true;
		player->answered = false;
		owe(players, player, OWED_CANARY);
		count++;
	}
	players->open = count;
	players->answered = 0;
	return count;
}

size_t
hs_players_open(const struct hs_players *players, size_t *answered)
{
	*answered = players->answered;
	return players->open;
}

int
hs_players_open_at(const struct hs_players *players)
{
	const struct player *player = players->table;
	while (player != NULL && (!player->asked || player->answered))
		player = player->hh.next;
	return player != NULL ? player->screen : -1;
}

static const struct hs_ws_ops ws_ops = {
	.on_open = on_open,
	.on_message = hs_player_word,
	.on_drained = on_drained,
	.on_close = on_close,
};

/* ---- life ---- */

static void
players_free(struct hs_players *players)
{
	free(players->screens);
	free(players);
}

static enum hs_err
serve_http(uv_loop_t *loop, struct hs_players *players)
{
	const struct hs_players_options *options = &players->options;
	struct hs_http_options http;
	char address[64];
	hs_http_options_init(&http);
	http.address = address;
	http.tls_cert_path = hs_config_path(options->tls_cert);
	http.tls_key_path = hs_config_path(options->tls_key);
	http.routes = hs_pages_routes;
	http.route_count = hs_pages_route_count;
	http.endpoints = endpoints;
	http.endpoint_count = HS_COUNT(endpoints);
	http.ops = &ws_ops;
	http.headers = hs_pages_headers;
	http.owner = players;
	http.connections_max = (int64_t)options->players_max;
	enum hs_err err = hs_listen_parse(options->listen, address, sizeof(address), &http.port);
	if (err == HS_OK)
		err = hs_http_server_create(loop, &http, &players->pages.http);
	return err;
}

enum hs_err
hs_players_create(
	uv_loop_t *loop, const struct hs_players_options *options, struct hs_players **out)
{
	struct hs_players *players = calloc(1, sizeof(*players));
	if (players == NULL)
		return HS_ERR_NOMEM;
	players->options = *options;
	players->pages.find = options->find;
	players->pages.status = options->status;
	players->pages.owner = options->owner;
	players->screens = calloc(options->screen_count + 1, sizeof(*players->screens));
	enum hs_err err = players->screens != NULL ? serve_http(loop, players) : HS_ERR_NOMEM;
	if (err != HS_OK) {
		players_free(players);
		return err;
	}
	uv_idle_init(loop, &players->idle);
	uv_timer_init(loop, &players->timer);
	uint64_t tick_ms = (uint64_t)options->heartbeat_ms / BEAT_PARTS;
	uv_timer_start(&players->timer, on_timer, tick_ms, tick_ms);
	*out = players;
	return HS_OK;
}

int
hs_players_port(const struct hs_players *players)
{
	return hs_http_port(players->pages.http);
}

size_t
hs_players_count(const struct hs_players *players, int screen)
{
	return screen >= 0 ? players->screens[screen].count : HASH_COUNT(players->table);
}

uint64_t
hs_players_reset_total(const struct hs_players *players)
{
	return players->resets;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	players_free(HS_CONTAINER_OF((uv_timer_t *)handle, struct hs_players, timer));
}

static void
on_idle_closed(uv_handle_t *handle)
{
	struct hs_players *players = HS_CONTAINER_OF((uv_idle_t *)handle, struct hs_players, idle);
	uv_close((uv_handle_t *)&players->timer, on_timer_closed);
}

static void
on_http_stopped(void *owner)
{
	struct hs_players *players = owner;
	uv_close((uv_handle_t *)&players->idle, on_idle_closed);
}

void
hs_players_stop(struct hs_players *players)
{
	players->pages.stopped = true;
	uv_timer_stop(&players->timer);
	uv_idle_stop(&players->idle);
	forget_beats(players);
	hs_http_server_stop(players->pages.http, 500, on_http_stopped, players);
}
