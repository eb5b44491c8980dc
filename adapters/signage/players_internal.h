/* players_internal.h: shared by players.c and players_words.c. See players.h. */
#ifndef HS_SIGNAGE_PLAYERS_INTERNAL_H
#define HS_SIGNAGE_PLAYERS_INTERNAL_H

#include <uthash.h>

#include "adapters/runtime/canary.h"
#include "adapters/signage/pages.h"
#include "adapters/signage/players.h"

/* Close codes. */
#define HS_PLAYER_NOT_UNDERSTOOD 4400
#define HS_PLAYER_NO_SCREEN	 4404
#define HS_PLAYER_NO_PROOF	 4411

struct player {
	hs_http_id id;
	int screen;
	unsigned owed;
	unsigned part;		  /* of the heartbeat interval */
	bool asked, answered;	  /* of the newest canary */
	bool proven;		  /* it gets the real state */
	bool queued;		  /* something is owed and may be tried */
	int64_t unproven_mono_us; /* since when what was sent waits for its proof; 0: it does not */
	struct hs_screen_face sent; /* frame, proofs and tells unused */
	UT_hash_handle hh;
	struct player *next, *prev; /* of its screen */
	struct player *queue_next, *queue_prev;
};

struct screen_side {
	struct player *players;
	size_t count;
	struct hs_frame *beat; /* of this tick */
};

struct hs_players {
	struct hs_pages pages; /* first */
	struct hs_players_options options;
	struct player *table;
	struct screen_side *screens;
	struct player *queue;
	uv_timer_t timer;
	uv_idle_t idle; /* runs while somebody is queued */
	unsigned tick, next_part;
	size_t open,
		answered; /* of the newest canary: connected players that have not, and have, answered it */
	uint64_t resets;
	char token[HS_CANARY_TOKEN_SIZE]; /* of the newest canary */
};

/* What this player is to show. */
const struct hs_screen_face *hs_player_face(
	struct hs_players *players, const struct player *player);
/* It has proven its trial. */
void hs_player_passed(struct hs_players *players, struct player *player);
/* NULL: gone. */
struct player *hs_player_find(struct hs_players *players, hs_http_id id);
/* A message of a player came (hs_ws_ops.on_message). */
void hs_player_word(
	void *owner, hs_http_id id, const uint8_t *bytes, size_t len_bytes, bool binary);

#endif
