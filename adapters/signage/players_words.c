/* players_words.c: what players say. See players.h. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "adapters/signage/players_internal.h"
#include "hub/base/check.h"
#include "schemas/notice.h"

#define REASON_MAX 100

struct said {
	const json_t *json;
	const struct hs_screen_face *face; /* what this player is to show */
	bool newest; /* it is of that, and of what was last sent to this player */
	bool right;  /* and what was drawn is what that asks for */
};

static const char *
text_of(const json_t *json, const char *key)
{
	const char *text = json_string_value(json_object_get(json, key));
	return text != NULL ? text : "";
}

static void
take_canary(struct hs_players *players, struct player *player, const struct said *said)
{
	if (!said->right || !player->asked ||
		strcmp(text_of(said->json, "token"), players->token) != 0 || player->answered)
		return;
	player->answered = true;
	players->open--;
	players->answered++;
	players->options.canary(players->options.owner);
}

static void
take_accepted(struct hs_players *players, struct player *player, const struct said *said)
{
	const struct hs_player_word word = { said->face, "", "", "" };
	if (said->newest)
		players->options.accepted(players->options.owner, player->screen, &word);
}

static void
take_displayed(struct hs_players *players, struct player *player, const struct said *said)
{
	const struct hs_player_word word = { said->face, text_of(said->json, "drawn"),
		text_of(said->json, "shown_at"),
		"画面が別の内容を表示しました。it drew something else" };
	if (!said->newest)
		return;
	if (!said->right) { /* the watchdog closes it when nothing better comes */
		players->options.failed(players->options.owner, player->screen, &word);
		return;
	}
	player->unproven_mono_us = 0;
	if (!player->proven) {
		hs_player_passed(players, player);
		return;
	}
	players->options.displayed(players->options.owner, player->screen, &word);
}

/* Each turn was drawn by now. It is said once for a state, long after `displayed`, and of the real state only. */
static void
take_whole(struct hs_players *players, struct player *player, const struct said *said)
{
	const struct hs_player_word word = { &player->sent, text_of(said->json, "drawn"), "",
		"画面に出なかった内容があります。part of it was never drawn: look at this screen" };
	if (!said->newest || !player->proven)
		return;
	if (strcmp(hs_player_face(players, player)->proofs->whole, word.drawn) == 0)
		players->options.whole(players->options.owner, player->screen, &word);
	else
		players->options.failed(players->options.owner, player->screen, &word);
}

static void
take_failed(struct hs_players *players, struct player *player, const struct said *said)
{
	char reason[REASON_MAX];
	snprintf(reason, sizeof(reason), "%s", text_of(said->json, "reason"));
	hs_text_mend(reason);
	const struct hs_player_word word = { &player->sent, "", "", reason };
	if (said->newest)
		players->options.failed(players->options.owner, player->screen, &word);
}

static const struct {
	const char *type;
	void (*take)(struct hs_players *players, struct player *player, const struct said *said);
} words[] = {
	{ "accepted", take_accepted },
	{ "displayed", take_displayed },
	{ "whole", take_whole },
	{ "failed", take_failed },
	{ "canary", take_canary },
};

static struct said
said_of(struct hs_players *players, const struct player *player, const json_t *json)
{
	const char *digest = text_of(json, "digest");
	const struct hs_screen_face *face = hs_player_face(players, player);
	json_int_t item = json_integer_value(json_object_get(json, "item"));
	struct said said = { .json = json, .face = face };
	/* An older digest is of a state that was replaced meanwhile: the next one follows. */
	said.newest = player->sent.digest[0] != '\0' && strcmp(digest, player->sent.digest) == 0;
	said.right = said.newest && strcmp(digest, face->digest) == 0 && item >= 0 &&
		     (size_t)item < face->proofs->count &&
		     strcmp(face->proofs->drawn[item], text_of(json, "drawn")) == 0;
	/* A state that is being replaced at this moment proves nothing and is no fault. */
	said.newest = said.newest && strcmp(digest, face->digest) == 0;
	return said;
}

void
hs_player_word(void *owner, hs_http_id id, const uint8_t *bytes, size_t len_bytes, bool binary)
{
	struct hs_players *players = owner;
	struct player *player = hs_player_find(players, id);
	if (player == NULL || players->pages.stopped)
		return;
	json_t *json =
		binary ? NULL
		       : json_loadb((const char *)bytes, len_bytes, JSON_REJECT_DUPLICATES, NULL);
	const char *type = text_of(json, "type");
	size_t row = 0;
	while (row < HS_COUNT(words) && strcmp(type, words[row].type) != 0)
		row++;
	if (row < HS_COUNT(words) && json_is_string(json_object_get(json, "digest"))) {
		const struct said said = said_of(players, player, json);
		words[row].take(players, player, &said);
	} else
		hs_ws_close(players->pages.http, id, HS_PLAYER_NOT_UNDERSTOOD,
			"expected "
			"{\"type\":\"accepted|displayed|whole|failed|canary\",\"digest\":…}");
	json_decref(json);
}
