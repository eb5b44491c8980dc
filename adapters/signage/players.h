/* players.h: the screens' side of the signage adapter: pages, the feed of each screen, status.
 *
 * Flow:    GET /sign/<screen> → page → WebSocket /v1/sign?screen=<screen> → whole state of the screen at
 *          each connection and each change; heartbeat each heartbeat_ms, also when nothing happens;
 *          player: {"type":"displayed","seq","digest"} once it has drawn what it got.
 *          Canary: {"type":"canary","token"} → player: {"type":"canary","token","digest"}: what it shows now.
 * Rules:   a player that reads slowly skips to the newest state: states replace each other. A `displayed` and a
 *          canary count only with the digest of what was last sent to that very player.
 * Owner:   the players own their connections; the screens' faces are asked through the callbacks.
 * Threads: the loop's.
 */
#ifndef HS_SIGNAGE_PLAYERS_H
#define HS_SIGNAGE_PLAYERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <uv.h>

#include "adapters/runtime/rules.h"
#include "adapters/signage/signage_encode.h"
#include "hub/base/err.h"
#include "hub/base/frame.h"

struct json_t;
struct hs_players;

/* What a screen shows now, encoded. */
struct hs_screen_face {
	struct hs_frame *frame; /* borrowed */
	enum hs_screen_state state;
	enum hs_adapter_lane lane;
	uint64_t seq;
	char digest[HS_SIGNAGE_DIGEST_SIZE];
};

struct hs_players_options {
	const char *listen;
	const char *tls_cert; /* "" = plain */
	const char *tls_key;
	size_t players_max;
	int64_t heartbeat_ms;
	/* Index of a screen, -1 when there is none of that id. */
	int (*find)(void *owner, const char *id);
	const struct hs_screen_face *(*face)(void *owner, int screen);
	/* New reference: one heartbeat of that screen. */
	struct json_t *(*heartbeat)(void *owner, int screen);
	/* A player has drawn this. */
	void (*displayed)(void *owner, int screen, const struct hs_screen_face *face);
	/* A player that was asked answered a canary, or is gone. */
	void (*canary)(void *owner);
	/* New reference: all screens; players tells how many players a screen has. */
	struct json_t *(*status)(void *owner);
	void *owner;
};

enum hs_err hs_players_create(uv_loop_t *loop, const struct hs_players_options *options,
	struct hs_players **out) HS_MUST_CHECK;
int hs_players_port(const struct hs_players *players);
/* Players of one screen; screen -1: of all. */
size_t hs_players_count(const struct hs_players *players, int screen);
/* The face of a screen is another one. */
void hs_players_changed(struct hs_players *players, int screen);
/* Asks every player for a canary; the token is copied. Returns how many. */
size_t hs_players_ask(struct hs_players *players, const char *token);
/* How many of them have not answered yet, and how many have; *screen: index of the first of the former, -1 for none. */
size_t hs_players_open(const struct hs_players *players, size_t *answered, int *screen);
/* Closes everything; frees itself when that is done. No callback is called any more. */
void hs_players_stop(struct hs_players *players);

#endif
