#include "sim/outlets.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/hash.h"
#include "hub/base/log.h"
#include "sim/ws_client.h"

#define NAME_SIZE 96

struct outlet;

/* One kind of receiver. */
struct manner {
	const char *name;
	const char *subprotocol; /* NULL: none */
	enum hs_receiver_kind kind;
	const char *greeting; /* printf with the mode; NULL: none */
	const char *ready;    /* type of the message after which it is up to date */
	const char *arrival;  /* type of the message that counts */
	void (*answer)(struct outlet *outlet, const json_t *message);
};

struct outlet {
	const struct manner *manner;
	struct hs_outlets *outlets;
	struct hs_ws_client *client; /* NULL: gone */
	size_t receiver;	     /* in the ledger */
	bool ready;
	char name[NAME_SIZE];
	char digest[101]; /* of a screen: what it shows */
	char drawn[33];	  /* and the hash of what it drew */
};

struct hs_outlets {
	struct hs_outlets_options options;
	struct outlet *list;
	size_t count, ready, gone;
	uint64_t newest_seq;
	bool closing;
};

static void
answer_station(struct outlet *outlet, const json_t *message)
{
	char text[160];
	snprintf(text, sizeof(text), "{\"type\":\"receipt\",\"seq\":%lld,\"state\":\"displayed\"}",
		(long long)json_integer_value(json_object_get(message, "seq")));
	(void)hs_ws_client_send(outlet->client, text);
}

static const char *
text_at(const json_t *object, const char *key, const char *inner)
{
	const json_t *value = json_object_get(object, key);
	const char *text = json_string_value(inner ? json_object_get(value, inner) : value);
	return text ? text : "";
}

/* What a screen draws of a state, as its proof wants it (schemas/sign.schema.json): the first item. */
static void
draw(struct outlet *outlet, const json_t *message)
{
	const json_t *item = json_array_get(json_object_get(message, "items"), 0);
	const json_t *level = json_object_get(item, "level");
	uint8_t bytes[HS_SHA256_BYTES];
	char text[4096], number[24] = "", hex[HS_SHA256_HEX];
	if (json_is_integer(level))
		snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(level));
	int len = snprintf(text, sizeof(text), "%s\n%s\n%s\n%s\n%s\n",
		text_at(message, "state_ja", NULL), text_at(message, "marks", "ja"), number,
		text_at(item, "title", "ja"), text_at(item, "place", NULL));
	struct hs_span span = { text, len < 0 ? 0 : (size_t)len };
	if (span.len_bytes >= sizeof(text))
		span.len_bytes = sizeof(text) - 1;
	hs_sha256(&span, 1, bytes);
	hs_hex(bytes, sizeof(bytes), hex);
	snprintf(outlet->drawn, sizeof(outlet->drawn), "%.32s", hex);
}

static void
answer_screen(struct outlet *outlet, const json_t *message)
{
	char text[512];
	const char *const words[] = { "accepted", "displayed" };
	snprintf(outlet->digest, sizeof(outlet->digest), "%s", text_at(message, "digest", NULL));
	draw(outlet, message);
	for (size_t i = 0; i < HS_COUNT(words); i++) {
		snprintf(text, sizeof(text),
			"{\"type\":\"%s\",\"digest\":\"%s\",\"item\":0,\"drawn\":\"%s\"}", words[i],
			outlet->digest, outlet->drawn);
		(void)hs_ws_client_send(outlet->client, text);
	}
}

static void
answer_canary(struct outlet *outlet, const json_t *message)
{
	char text[512];
	snprintf(text, sizeof(text),
		"{\"type\":\"canary\",\"token\":\"%.60s\",\"digest\":\"%s\",\"item\":0,\"drawn\":"
		"\"%s\"}",
		text_at(message, "token", NULL), outlet->digest, outlet->drawn);
	(void)hs_ws_client_send(outlet->client, text);
}

static const struct manner feed_manner = { "feed", "hansho.v1.json", HS_RECEIVER_EACH,
	"{\"type\":\"subscribe\",\"from\":\"now\",\"mode\":\"%s\"}", "live", "notice", NULL };
static const struct manner station_manner = { "station", "hansho.broadcast.json", HS_RECEIVER_PARTS,
	"{\"type\":\"subscribe\",\"station\":\"sim-station\",\"mode\":\"%s\"}", "live", "item",
	answer_station };
static const struct manner screen_manner = { "screen", NULL, HS_RECEIVER_STATE, NULL, "screen",
	"screen", answer_screen };

static void
became_ready(struct outlet *outlet, const json_t *message)
{
	struct hs_outlets *outlets = outlet->outlets;
	uint64_t seq = (uint64_t)json_integer_value(json_object_get(message, "seq"));
	outlet->ready = true;
	if (outlet->manner == &feed_manner && seq > outlets->newest_seq)
		outlets->newest_seq = seq;
	if (++outlets->ready == outlets->count)
		outlets->options.on_ready(outlets->options.owner, outlets->newest_seq);
}

static void
message_came(struct outlet *outlet, const json_t *message, int64_t now_us)
{
	const char *type = json_string_value(json_object_get(message, "type"));
	struct hs_outlets *outlets = outlet->outlets;
	if (!type)
		return;
	if (strcmp(type, "error") == 0 || strcmp(type, "gap") == 0)
		hs_warn("sim.outlet", "name=%s says=%s", outlet->name, type);
	if (strcmp(type, "canary") == 0)
		answer_canary(outlet, message);
	bool counts = strcmp(type, outlet->manner->arrival) == 0;
	if (!outlet->ready && strcmp(type, outlet->manner->ready) == 0)
		became_ready(outlet, message);
	if (!counts)
		return;
	uint64_t seq = (uint64_t)json_integer_value(json_object_get(message, "seq"));
	hs_ledger_arrived(outlets->options.ledger, outlet->receiver, seq, now_us);
	if (outlet->manner->answer)
		outlet->manner->answer(outlet, message);
	outlets->options.on_change(outlets->options.owner, false);
}

static void
on_open(void *owner, struct hs_ws_client *client)
{
	struct outlet *outlet = owner;
	char text[256];
	if (!outlet->manner->greeting)
		return;
	const char *mode = outlet->outlets->options.mode;
	const char *mark = strstr(outlet->manner->greeting, "%s");
	HS_CHECK(mark != NULL);
	snprintf(text, sizeof(text), "%.*s%s%s", (int)(mark - outlet->manner->greeting),
		outlet->manner->greeting, mode, mark + 2);
	(void)hs_ws_client_send(client, text);
}

static void
on_message(void *owner, struct hs_ws_client *client, const char *bytes, size_t len_bytes)
{
	(void)client;
	int64_t now_us = hs_clock_mono_us(); /* before the work of reading it */
	json_t *message = json_loadb(bytes, len_bytes, 0, NULL);
	if (message)
		message_came(owner, message, now_us);
	json_decref(message);
}

static void
free_when_empty(struct hs_outlets *outlets)
{
	if (!outlets->closing || outlets->gone < outlets->count)
		return;
	free(outlets->list);
	free(outlets);
}

static void
on_close(void *owner, struct hs_ws_client *client)
{
	(void)client;
	struct outlet *outlet = owner;
	struct hs_outlets *outlets = outlet->outlets;
	outlet->client = NULL;
	outlets->gone++;
	if (!outlets->closing) {
		hs_error("sim.outlet_lost", "name=%s", outlet->name);
		outlets->options.on_change(outlets->options.owner, true);
	}
	free_when_empty(outlets);
}

static const struct hs_ws_client_ops client_ops = { on_open, on_message, on_close };

size_t
hs_outlets_count(const struct hs_outlets_options *options)
{
	return (size_t)options->feed_count + (options->broadcaster_url[0] ? 1 : 0) +
	       options->signage_count;
}

static enum hs_err
open_one(uv_loop_t *loop, struct hs_outlets *outlets, const struct manner *manner, const char *url,
	size_t number)
{
	struct outlet *outlet = &outlets->list[outlets->count];
	*outlet = (struct outlet){ .manner = manner, .outlets = outlets };
	snprintf(outlet->name, sizeof(outlet->name), "%s %zu", manner->name, number);
	enum hs_err err = hs_ws_client_open(
		loop, url, manner->subprotocol, &client_ops, outlet, &outlet->client);
	if (err != HS_OK) {
		hs_error(
			"sim.outlet_url", "url=%s reason=\"expected ws://ADDRESS:PORT/PATH\"", url);
		return err;
	}
	outlet->receiver = hs_ledger_receiver(outlets->options.ledger, outlet->name, manner->kind);
	outlets->count++;
	return HS_OK;
}

enum hs_err
hs_outlets_open(uv_loop_t *loop, const struct hs_outlets_options *options, struct hs_outlets **out)
{
	struct hs_outlets *outlets = calloc(1, sizeof(*outlets));
	size_t count = hs_outlets_count(options);
	if (outlets)
		outlets->list = calloc(count + 1, sizeof(*outlets->list));
	if (!outlets || !outlets->list) {
		free(outlets);
		return HS_ERR_NOMEM;
	}
	outlets->options = *options;
	enum hs_err err = HS_OK;
	for (size_t i = 0; i < (size_t)options->feed_count && err == HS_OK; i++)
		err = open_one(loop, outlets, &feed_manner, options->feed_url, i + 1);
	if (err == HS_OK && options->broadcaster_url[0])
		err = open_one(loop, outlets, &station_manner, options->broadcaster_url, 1);
	for (size_t i = 0; i < options->signage_count && err == HS_OK; i++)
		err = open_one(loop, outlets, &screen_manner, options->signage_urls[i], i + 1);
	if (err != HS_OK) {
		hs_outlets_close(outlets);
		return err;
	}
	*out = outlets;
	return HS_OK;
}

void
hs_outlets_close(struct hs_outlets *outlets)
{
	outlets->closing = true;
	for (size_t i = 0; i < outlets->count; i++)
		if (outlets->list[i].client)
			hs_ws_client_close(outlets->list[i].client);
	free_when_empty(outlets);
}
