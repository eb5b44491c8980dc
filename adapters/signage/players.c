/* players.c: see players.h. */
#include "adapters/signage/players.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "adapters/runtime/canary.h"
#include "hub/base/asset.h"
#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/http.h"
#include "hub/base/log.h"
#include "hub/base/proc.h"

extern const struct hs_asset hs_assets_adapters_signage[];

#define OWED_SCREEN 1u
#define OWED_BEAT   2u
#define OWED_CANARY 4u

#define SCREEN_ID_SIZE 65
#define ASSETS_PREFIX  "/sign/assets/"

struct player {
	hs_http_id id;
	int screen;
	unsigned owed;
	bool asked, answered;	    /* of the newest canary */
	struct hs_screen_face sent; /* frame unused */
	UT_hash_handle hh;
};

struct hs_players {
	struct hs_players_options options;
	struct hs_http_server *http;
	struct player *table;
	uv_timer_t timer;
	bool stopped;			  /* the owner of the callbacks is gone */
	char token[HS_CANARY_TOKEN_SIZE]; /* of the newest canary */
};

static const struct hs_ws_endpoint endpoints[] = {
	{ "/v1/sign", NULL, 4096 },
};

/* ---- pages ---- */

static void
reply_asset(struct hs_players *players, const struct hs_http_request *request, const char *path)
{
	static const char policy[] = "default-src 'none'; script-src 'self'; style-src 'self'; "
				     "img-src 'self'; connect-src 'self'; worker-src 'self'; "
				     "base-uri 'none'; form-action 'none'; frame-ancestors 'self'";
	const struct hs_asset *asset = hs_asset_find(hs_assets_adapters_signage, path);
	if (asset == NULL) {
		hs_http_reply_text(players->http, request->id, 404, "text/plain; charset=utf-8",
			"not found\n");
		return;
	}
	bool same = strcmp(hs_http_header_of(request, "if-none-match"), asset->etag) == 0;
	const struct hs_http_header headers[] = {
		{ "Content-Security-Policy", policy },
		{ "X-Content-Type-Options", "nosniff" },
		{ "Referrer-Policy", "no-referrer" },
		{ "Cache-Control", "no-cache" },
		{ "ETag", asset->etag },
	};
	struct hs_http_reply reply = {
		.status = same ? 304 : 200,
		.content_type = same ? NULL : asset->content_type,
		.headers = headers,
		.header_count = HS_COUNT(headers),
		.body = same ? NULL : asset->bytes,
		.body_len_bytes = same ? 0 : asset->len_bytes,
	};
	hs_http_reply(players->http, request->id, &reply);
}

static void
get_asset(void *owner, const struct hs_http_request *request)
{
	reply_asset(owner, request, request->path + strlen(ASSETS_PREFIX));
}

static void
get_worker(void *owner, const struct hs_http_request *request)
{
	reply_asset(owner, request, "worker.js");
}

static void
get_screen(void *owner, const struct hs_http_request *request)
{
	struct hs_players *players = owner;
	const char *id = request->path + strlen("/sign/");
	if (players->stopped || players->options.find(players->options.owner, id) < 0) {
		hs_http_reply_text(players->http, request->id, 404, "text/plain; charset=utf-8",
			"この画面は設定されていません。no such screen: see /sign/status\n");
		return;
	}
	reply_asset(players, request, "sign.html");
}

static void
get_status_page(void *owner, const struct hs_http_request *request)
{
	reply_asset(owner, request, "status.html");
}

static void
get_status(void *owner, const struct hs_http_request *request)
{
	struct hs_players *players = owner;
	/* A person's browser asks for a page, a program for JSON. */
	if (strstr(hs_http_header_of(request, "accept"), "text/html") != NULL) {
		get_status_page(owner, request);
		return;
	}
	json_t *status = players->stopped ? NULL : players->options.status(players->options.owner);
	char *text = status != NULL ? json_dumps(status, JSON_COMPACT) : NULL;
	json_decref(status);
	hs_http_reply_text(players->http, request->id, text != NULL ? 200 : 503, "application/json",
		text != NULL ? text : "{}");
	free(text);
}

static const struct hs_http_route routes[] = {
	{ "GET", "/sign/status", 0, get_status },
	{ "GET", "/sign/status.json", 0, get_status },
	{ "GET", "/sign/worker.js", 0, get_worker },
	{ "GET", ASSETS_PREFIX "*", 0, get_asset },
	{ "GET", "/sign/*", 0, get_screen },
};

/* ---- sending ---- */

static enum hs_err
send_screen(struct hs_players *players, struct player *player)
{
	const struct hs_screen_face *face =
		players->options.face(players->options.owner, player->screen);
	enum hs_err err = hs_ws_send(players->http, player->id, face->frame, false);
	if (err == HS_OK)
		player->sent = *face;
	return err;
}

/* Takes the reference over. */
static enum hs_err
send_json(struct hs_players *players, struct player *player, json_t *json)
{
	char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	struct hs_frame *frame = text != NULL ? hs_frame_from(text, strlen(text)) : NULL;
	free(text);
	if (frame == NULL)
		return HS_ERR_NOMEM;
	enum hs_err err = hs_ws_send(players->http, player->id, frame, false);
	hs_frame_unref(frame);
	return err;
}

static enum hs_err
send_beat(struct hs_players *players, struct player *player)
{
	return send_json(players, player,
		players->options.heartbeat(players->options.owner, player->screen));
}

static enum hs_err
send_canary(struct hs_players *players, struct player *player)
{
	return send_json(
		players, player, json_pack("{s:s,s:s}", "type", "canary", "token", players->token));
}

static struct player *
player_find(struct hs_players *players, hs_http_id id)
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
pump(struct hs_players *players, struct player *player)
{
	hs_http_id id = player->id;
	while (player->owed != 0 && !players->stopped) {
		size_t next = 0; /* what is shown goes first, the canary last */
		while ((player->owed & senders[next].owed) == 0)
			next++;
		unsigned what = senders[next].owed;
		enum hs_err err = senders[next].send(players, player);
		if (player_find(players, id) != player || err != HS_OK)
			return;
		player->owed &= ~what;
	}
}

void
hs_players_changed(struct hs_players *players, int screen)
{
	struct player *player, *next;
	HASH_ITER (hh, players->table, player, next) {
		if (player->screen != screen)
			continue;
		player->owed |= OWED_SCREEN;
		pump(players, player);
	}
}

static void
on_timer(uv_timer_t *timer)
{
	struct hs_players *players = HS_CONTAINER_OF(timer, struct hs_players, timer);
	struct player *player, *next;
	HASH_ITER (hh, players->table, player, next) {
		player->owed |= OWED_BEAT;
		pump(players, player);
	}
}

/* ---- connections ---- */

static void
on_open(void *owner, const struct hs_http_request *upgrade, const char *subprotocol)
{
	struct hs_players *players = owner;
	char id[SCREEN_ID_SIZE] = "";
	(void)subprotocol;
	if (players->stopped)
		return;
	(void)hs_http_param(upgrade->query, "screen", id, sizeof(id));
	int screen = players->options.find(players->options.owner, id);
	struct player *player = screen >= 0 ? calloc(1, sizeof(*player)) : NULL;
	if (player == NULL) {
		hs_ws_close(players->http, upgrade->id, screen < 0 ? 4404 : 1013,
			screen < 0 ? "no such screen: /v1/sign?screen=ID, see /sign/status"
				   : "out of memory");
		return;
	}
	player->id = upgrade->id;
	player->screen = screen;
	player->owed = OWED_SCREEN | OWED_BEAT;
	HASH_ADD(hh, players->table, id, sizeof(player->id), player);
	hs_info("signage.player", "screen=%s", id);
	pump(players, player);
}

/* ---- canaries ---- */

size_t
hs_players_ask(struct hs_players *players, const char *token)
{
	struct player *player, *next;
	size_t count = 0;
	snprintf(players->token, sizeof(players->token), "%s", token);
	for (player = players->table; player != NULL; player = player->hh.next) {
		player->asked = true;
		player->answered = false;
		count++;
	}
	HASH_ITER (hh, players->table, player, next) {
		player->owed |= OWED_CANARY;
		pump(players, player);
	}
	return count;
}

size_t
hs_players_open(const struct hs_players *players, size_t *answered, int *screen)
{
	size_t open = 0;
	*answered = 0;
	*screen = -1;
	for (const struct player *player = players->table; player != NULL;
		player = player->hh.next) {
		*answered += player->answered;
		if (!player->asked || player->answered)
			continue;
		if (open++ == 0)
			*screen = player->screen;
	}
	return open;
}

static void
take_canary(struct hs_players *players, struct player *player, const char *token)
{
	if (token == NULL || !player->asked || strcmp(token, players->token) != 0)
		return;
	player->answered = true;
	players->options.canary(players->options.owner);
}

static void
on_message(void *owner, hs_http_id id, const uint8_t *bytes, size_t len_bytes, bool binary)
{
	struct hs_players *players = owner;
	struct player *player = player_find(players, id);
	if (player == NULL || players->stopped)
		return;
	json_t *message =
		binary ? NULL
		       : json_loadb((const char *)bytes, len_bytes, JSON_REJECT_DUPLICATES, NULL);
	const char *type = json_string_value(json_object_get(message, "type"));
	const char *digest = json_string_value(json_object_get(message, "digest"));
	bool displayed = type != NULL && digest != NULL && strcmp(type, "displayed") == 0;
	bool canary = type != NULL && digest != NULL && strcmp(type, "canary") == 0;
	/* An older digest is of a state that was replaced meanwhile: the next one follows. */
	bool newest = (displayed || canary) && player->sent.digest[0] != '\0' &&
		      strcmp(digest, player->sent.digest) == 0;
	if (displayed && newest)
		players->options.displayed(players->options.owner, player->screen, &player->sent);
	if (canary && newest)
		take_canary(players, player, json_string_value(json_object_get(message, "token")));
	json_decref(message);
	if (!displayed && !canary)
		hs_ws_close(
			players->http, id, 4400, "expected {\"type\":\"displayed\",\"digest\":…}");
}

static void
on_drained(void *owner, hs_http_id id)
{
	struct player *player = player_find(owner, id);
	if (player != NULL)
		pump(owner, player);
}

static void
on_close(void *owner, hs_http_id id)
{
	struct hs_players *players = owner;
	struct player *player = player_find(players, id);
	if (player == NULL)
		return;
	bool asked = player->asked && !player->answered;
	HASH_DEL(players->table, player);
	free(player);
	if (asked && !players->stopped)
		players->options.canary(players->options.owner);
}

static const struct hs_ws_ops ws_ops = {
	.on_open = on_open,
	.on_message = on_message,
	.on_drained = on_drained,
	.on_close = on_close,
};

/* ---- life ---- */

static const char *const wanted_headers[] = { "accept", "if-none-match", NULL };

enum hs_err
hs_players_create(
	uv_loop_t *loop, const struct hs_players_options *options, struct hs_players **out)
{
	struct hs_players *players = calloc(1, sizeof(*players));
	struct hs_http_options http;
	char address[64];
	if (players == NULL)
		return HS_ERR_NOMEM;
	players->options = *options;
	hs_http_options_init(&http);
	http.address = address;
	http.tls_cert_path = options->tls_cert[0] != '\0' ? options->tls_cert : NULL;
	http.tls_key_path = options->tls_key[0] != '\0' ? options->tls_key : NULL;
	http.routes = routes;
	http.route_count = HS_COUNT(routes);
	http.endpoints = endpoints;
	http.endpoint_count = HS_COUNT(endpoints);
	http.ops = &ws_ops;
	http.headers = wanted_headers;
	http.owner = players;
	http.connections_max = (int64_t)options->players_max;
	enum hs_err err = hs_listen_parse(options->listen, address, sizeof(address), &http.port);
	if (err == HS_OK)
		err = hs_http_server_create(loop, &http, &players->http);
	if (err != HS_OK) {
		free(players);
		return err;
	}
	uv_timer_init(loop, &players->timer);
	uint64_t beat_ms = (uint64_t)options->heartbeat_ms;
	uv_timer_start(&players->timer, on_timer, beat_ms, beat_ms);
	*out = players;
	return HS_OK;
}

int
hs_players_port(const struct hs_players *players)
{
	return hs_http_port(players->http);
}

size_t
hs_players_count(const struct hs_players *players, int screen)
{
	size_t count = 0;
	for (const struct player *player = players->table; player != NULL; player = player->hh.next)
		count += screen < 0 || player->screen == screen;
	return count;
}

static void
on_timer_closed(uv_handle_t *handle)
{
	struct hs_players *players =
		HS_CONTAINER_OF((uv_timer_t *)handle, struct hs_players, timer);
	free(players);
}

static void
on_http_stopped(void *owner)
{
	struct hs_players *players = owner;
	uv_close((uv_handle_t *)&players->timer, on_timer_closed);
}

void
hs_players_stop(struct hs_players *players)
{
	players->stopped = true;
	uv_timer_stop(&players->timer);
	hs_http_server_stop(players->http, 500, on_http_stopped, players);
}
