/* players.h: the screens' side of the signage adapter: the feed of each screen to its players.
 *
 * Flow:    GET /sign/<screen> → page (pages.h) → WebSocket /v1/sign?screen=<screen> → whole state of the screen at
 *          each connection and each change; heartbeat each heartbeat_ms, also when nothing happens.
 *          Player: {"type":"accepted","digest"} when it has a state, {"type":"displayed","digest","item","drawn","shown_at"}
 *          once it was drawn, {"type":"whole","digest","drawn"} when each of its turns was (hs_screen_proofs), {"type":"failed",
 *          "digest","reason"} when it cannot be.
 *          Canary: {"type":"canary","token"} → player: {"type":"canary","token","digest","item","drawn"}: what it shows now.
 * Rules:   a player that reads slowly skips to the newest state: states replace each other; nobody waits for it. What a
 *          player says counts only with the digest of what was last sent to that very player, and a proof only when
 *          `drawn` is what must have been drawn (hs_screen_proofs).
 *          While its screen waits for its first proof (adapters/runtime/proofs.h) a player gets the screen's trial first, a state
 *          that says cut off and holds no order; only when it has proven that does it get the real one. So a changed
 *          configuration goes live on a screen only after this canary.
 *          Watchdog: a player that has not said `displayed` within proof_timeout_ms is closed with 4411, and its page loads
 *          itself anew.
 * Order:   what is owed to players leaves in slices, screen by screen, so that ten thousand of one screen hold up nobody
 *          else for long; heartbeats are spread over their interval and made once for each screen.
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

struct json_t;
struct hs_players;

/* What a player says of what it was sent last. Texts borrowed, never NULL. */
struct hs_player_word {
	const struct hs_screen_face *face; /* of a failure only lane, seq and digest */
	const char *drawn;		   /* displayed */
	const char *shown_at;
	const char *reason; /* failed */
};

struct hs_players_options {
	const char *listen;
	const char *tls_cert; /* "" = plain */
	const char *tls_key;
	size_t players_max;
	size_t screen_count;
	int64_t heartbeat_ms;
	int64_t proof_timeout_ms;
	/* Index of a screen, -1 when there is none of that id. */
	int (*find)(void *owner, const char *id);
	const struct hs_screen_face *(*face)(void *owner, int screen);
	/* What a screen shows to a player that has proven nothing yet. */
	const struct hs_screen_face *(*trial)(void *owner, int screen);
	/* Whether a player that comes now gets that one first. */
	bool (*holds)(void *owner, int screen);
	/* A player has drawn the trial. */
	void (*passed)(void *owner, int screen);
	/* New reference: one heartbeat of that screen. */
	struct json_t *(*heartbeat)(void *owner, int screen);
	void (*accepted)(void *owner, int screen, const struct hs_player_word *word);
	/* A player has drawn this, and it is what it should have drawn. */
	void (*displayed)(void *owner, int screen, const struct hs_player_word *word);
	/* By now it has drawn each turn of this. */
	void (*whole)(void *owner, int screen, const struct hs_player_word *word);
	void (*failed)(void *owner, int screen, const struct hs_player_word *word);
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
/* Players that were closed because they did not say what they drew. */
uint64_t hs_players_reset_total(const struct hs_players *players);
/* The face of a screen is another one. */
void hs_players_changed(struct hs_players *players, int screen);
/* Closes those who do not say what they drew; to be called about every half second. */
void hs_players_watch(struct hs_players *players);
/* Asks every player for a canary; the token is copied. Returns how many. */
size_t hs_players_ask(struct hs_players *players, const char *token);
/* How many of them have not answered yet, and how many have: asked after each answer, so it is counted along. */
size_t hs_players_open(const struct hs_players *players, size_t *answered);
/* The screen of the first who has not, -1 for none. */
int hs_players_open_at(const struct hs_players *players);
/* Closes everything; frees itself when that is done. No callback is called any more. */
void hs_players_stop(struct hs_players *players);

#endif
