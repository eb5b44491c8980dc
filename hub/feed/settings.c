#include "hub/feed/settings.h"

#include <stdio.h>
#include <string.h>

#include "hub/base/address_range.h"
#include "hub/base/check.h"
#include "hub/base/look.h"
#include "schemas/notice.h"

#define AT(field) offsetof(struct hs_feed_settings, field)
#define TEXT(key_, field, unit_, fallback_, sentence_)                                       \
	{                                                                                    \
		.key = (key_), .type = HS_CONFIG_TEXT, .offset = AT(field), .unit = (unit_), \
		.fallback = (fallback_), .sentence = (sentence_)                             \
	}
#define NUMBER(key_, unit_, min_, max_, fallback_, sentence_)                                    \
	{                                                                                        \
		.key = #key_, .type = HS_CONFIG_INT, .offset = AT(limits.key_), .unit = (unit_), \
		.min = (min_), .max = (max_), .fallback = (fallback_), .sentence = (sentence_)   \
	}

#define SHARE(key_, field_, unit_, min_, max_, fallback_, sentence_)                     \
	{                                                                                \
		.key = #key_, .type = HS_CONFIG_INT, .offset = AT(limits.shares.field_), \
		.unit = (unit_), .min = (min_), .max = (max_), .fallback = (fallback_),  \
		.sentence = (sentence_)                                                  \
	}

#define TURN(key_, unit_, min_, max_, fallback_, sentence_)                             \
	{                                                                               \
		.key = #key_, .type = HS_CONFIG_INT, .offset = AT(limits.turn.key_),    \
		.unit = (unit_), .min = (min_), .max = (max_), .fallback = (fallback_), \
		.sentence = (sentence_)                                                 \
	}

#define SEND(key_, unit_, min_, max_, fallback_, sentence_)                             \
	{                                                                               \
		.key = #key_, .type = HS_CONFIG_INT, .offset = AT(limits.sending.key_), \
		.unit = (unit_), .min = (min_), .max = (max_), .fallback = (fallback_), \
		.sentence = (sentence_)                                                 \
	}

#define PAST(key_, unit_, min_, max_, fallback_, sentence_)                                        \
	{                                                                                          \
		.key = "history_" #key_, .type = HS_CONFIG_INT, .offset = AT(limits.history.key_), \
		.unit = (unit_), .min = (min_), .max = (max_), .fallback = (fallback_),            \
		.sentence = (sentence_)                                                            \
	}

#define SAID(key_, field_, unit_, min_, max_, fallback_, sentence_)                        \
	{                                                                                  \
		.key = #key_, .type = HS_CONFIG_INT, .offset = AT(limits.receipts.field_), \
		.unit = (unit_), .min = (min_), .max = (max_), .fallback = (fallback_),    \
		.sentence = (sentence_)                                                    \
	}

#define ASIDE(key_, unit_, min_, max_, fallback_, sentence_)                            \
	{                                                                               \
		.key = "aside_" #key_, .type = HS_CONFIG_INT, .offset = AT(aside.key_), \
		.unit = (unit_), .min = (min_), .max = (max_), .fallback = (fallback_), \
		.sentence = (sentence_)                                                 \
	}

#define CHILD(key_, min_, max_, fallback_, unit_, sentence_)                                   \
	{                                                                                      \
		.key = #key_, .type = HS_CONFIG_TEXT,                                          \
		.offset = offsetof(struct hs_child_settings, key_), .unit = (unit_),           \
		.min = (min_), .max = (max_), .fallback = (fallback_), .sentence = (sentence_) \
	}

static const struct hs_config_item child_items[] = {
	CHILD(name, 1, 64, NULL, "", "name that the feed says in its hello"),
	CHILD(url, 1, 200, NULL, "url",
		"where we listen for this one feed: unix:///path, ipc:///path or "
		"tls+tcp://host:port; its hub_url names the same place"),
	CHILD(tls_ca, 0, 4096, "", "path", "PEM of the CA of links; for tls+tcp only"),
	CHILD(tls_cert_key, 0, 4096, "", "path",
		"PEM with this feed's certificate and key; for tls+tcp only"),
};
static const struct hs_config_record child_record = { child_items, HS_COUNT(child_items),
	sizeof(struct hs_child_settings) };

static const struct hs_config_item items[] = {
	{ .key = "mode",
		.type = HS_CONFIG_ENUM,
		.offset = AT(mode),
		.unit = "live drill",
		.sentence = "the lane of this feed; it must be the hub's" },
	TEXT("name", name, "name", NULL, "this feed in the hub's table of peers"),
	TEXT("listen", listen, "address:port", NULL, "where subscribers connect"),
	TEXT("tls_cert", tls_cert, "path", "", "PEM chain for subscribers; empty = plain HTTP"),
	TEXT("tls_key", tls_key, "path", "", "PEM key of tls_cert"),
	TEXT("ops_listen", ops_listen, "address:port", "", "operations page; empty = none"),
	TEXT("hub_url", hub_url, "url", NULL,
		"the hub's link for this feed, or that of the feed above it: unix:///path, "
		"ipc:///path or tls+tcp://host:port"),
	TEXT("hub_tls_ca", hub_tls_ca, "path", "", "PEM of the CA of links; for tls+tcp only"),
	TEXT("hub_tls_cert_key", hub_tls_cert_key, "path", "",
		"PEM with this feed's certificate and key; for tls+tcp only"),
	{ .key = "first_addresses",
		.type = HS_CONFIG_TEXTS,
		.offset = AT(first_addresses),
		.unit = "addresses",
		.max = 1000,
		.fallback = "",
		.sentence = "subscribers from these addresses (203.0.113.0/24, 2001:db8::7) get "
			    "each notice before "
			    "the others: stations and relayers; behind a proxy, give them a feed "
			    "of their own" },
	{ .key = "children",
		.type = HS_CONFIG_LIST,
		.offset = AT(children),
		.max = 64,
		.fallback = "",
		.sentence = "feeds that take their stream from this one and not from the hub, one "
			    "url each; a feed with children must have the hub itself above it",
		.record = &child_record },
	{ .key = "children_window",
		.type = HS_CONFIG_INT,
		.offset = AT(children_window),
		.unit = "notices",
		.min = 1,
		.max = 4096,
		.fallback = "256",
		.sentence = "most notices that a feed below may have unacknowledged" },
	NUMBER(heartbeat_ms, "ms", 100, 60000, "5000",
		"time between heartbeats to subscribers and to the feeds below"),
	/* Ten seconds of 300 orders each, while others are served: what the ring has anyway. */
	NUMBER(backlog_max, "notices", 1, 1000000, "4000",
		"a live subscriber further behind than this is closed with 4408"),
	NUMBER(backlog_max_bytes, "bytes", 1 << 16, 1 << 30, "67108864",
		"the same, in bytes of notices"),
	NUMBER(ring_notices, "notices", 16, 1000000, "4096", "recent notices kept in memory"),
	NUMBER(ring_bytes, "bytes", 1 << 16, 1LL << 33, "67108864",
		"most bytes of recent notices in memory (protobuf form)"),
	NUMBER(pages_max, "pages", 2, 4096, "16", "pages of 64 older notices kept in memory"),
	NUMBER(connections_max, "connections", 1, 200000, "15000",
		"open connections; a further one takes the place of the longest silent one, see "
		"address_share_percent"),
	SHARE(address_share_percent, address_percent, "percent", 1, 100, "25",
		"when all connections are taken, an address that holds more than this part of "
		"them gives way "
		"first; while there is room none is limited (many subscribers may share one)"),
	SHARE(replies_max_bytes, replies_max_bytes, "bytes", 1 << 20, 1LL << 36, "268435456",
		"large answers to GETs that clients have not read yet; more get 503, from half of "
		"it on "
		"first those of an address that has more than its share of them"),
	NUMBER(subscribe_timeout_ms, "ms", 1000, 600000, "10000",
		"a client that has not subscribed by then is closed with 4401"),
	NUMBER(pong_timeout_ms, "ms", 2000, 600000, "10000",
		"a WebSocket that gave no sign of life for this long is dropped, and whose kernel "
		"acknowledges "
		"nothing of what is sent, after four fifths of it, in any form"),
	NUMBER(stall_timeout_ms, "ms", 1000, 600000, "30000",
		"a connection that took nothing for this long is dropped"),
	NUMBER(fetch_timeout_ms, "ms", 100, 600000, "10000",
		"a GET that waits for the hub longer than this is answered 504"),
	PAST(jobs_max, "requests", 1, 64, "4",
		"questions about the past that are worked on at the same time; more are answered "
		"503"),
	PAST(notices_max, "notices", 64, 10000000, "200000",
		"most notices replayed for one question about the past; beyond it: 413, name one "
		"area"),
	PAST(timeout_ms, "ms", 100, 600000, "30000",
		"a question about the past that takes longer is answered 504"),
	ASIDE(large_bytes, "bytes", 1024, 8388608, "262144",
		"a notice above this is worked on beside the loop"),
	ASIDE(nice, "nice", 0, 19, "15", "how much the thread that does so yields to the loops"),
	SEND(slice_subscribers, "frames", 1, 100000, "128",
		"frames sent before the loop looks for newer events"),
	SEND(sends_per_call, "frames", 1, 4096, "64",
		"frames to as many WebSockets without TLS in one system call (io_uring, where the "
		"kernel lets "
		"us have it); 1: each frame has its own"),
	TURN(replay_percent, "percent", 1, 50, "10",
		"part of those frames that goes to who catches up while a notice is on its way to "
		"who is up to date; while none is, they get all"),
	TURN(accepts_per_turn, "connections", 1, 4096, "16",
		"new connections taken in one turn of the loop; one while a notice is on its way "
		"to who is up to date"),
	TURN(look_us, "us", 100, 1000000, "1000",
		"accepts, handshakes, requests and closes are worked on for this long; then the "
		"loop looks whether a notice has come and sends it to who is up to date"),
	NUMBER(filter_areas_max, "codes", 1, 2000, "256", "most areas in one filter"),
	SAID(receipts_per_minute, per_minute, "receipts", 0, 60000, "60",
		"most receipts passed on to the hub per connection"),
	SAID(all_receipts_per_minute, all_per_minute, "receipts", 0, 1000000, "600",
		"most receipts passed on to the hub of all connections together, which may be made "
		"anew at any time; senders read them as those of (guests), of whom anybody may be "
		"one"),
	SAID(all_receipts_bytes_per_minute, all_bytes_per_minute, "bytes", 0, 67108864, "131072",
		"the same, in bytes of what they say"),
	NUMBER(message_max_bytes, "bytes", 1024, 1 << 20, "65536", "largest frame of a client"),
	SEND(send_buffer_bytes, "bytes", 4096, 1 << 24, "65536", "SO_SNDBUF of a connection"),
	NUMBER(request_timeout_ms, "ms", 100, 600000, "10000",
		"the header of a request must be in by then"),
	NUMBER(keepalive_timeout_ms, "ms", 100, 600000, "30000", "idle HTTP connections"),
};

const struct hs_config_record hs_feed_settings_record = { items, HS_COUNT(items),
	sizeof(struct hs_feed_settings) };

int
hs_feed_settings_mode(const struct hs_feed_settings *settings)
{
	return settings->mode == 0 ? HS_MODE(LIVE) : HS_MODE(DRILL);
}

void
hs_feed_settings_children(const struct hs_feed_settings *settings, struct hs_children_settings *out)
{
	*out = (struct hs_children_settings){ .list = settings->children,
		.window = settings->children_window,
		.heartbeat_ms = settings->limits.heartbeat_ms,
		.name = settings->name };
}

static enum hs_err
check_child(const struct hs_child_settings *child, const char *hub_url, char why[HS_CONFIG_WHY])
{
	char place[80];
	const struct hs_look_link link = { .place = place,
		.key = "url",
		.url = child->url,
		.listens = true,
		.prefix = "",
		.tls_ca = child->tls_ca,
		.tls_cert_key = child->tls_cert_key };

	(void)snprintf(place, sizeof(place), "children: %s: ", child->name);
	if (hs_look_same_place(child->url, hub_url))
		return hs_look_refuse(why,
			"%surl is the same as hub_url; give the feed below a url of its own",
			place);
	return hs_look_link(&link, why);
}

static enum hs_err
check_children(const struct hs_feed_settings *settings, char why[HS_CONFIG_WHY])
{
	const struct hs_child_settings *rows = settings->children.items;
	enum hs_err err = HS_OK;

	for (size_t i = 0; err == HS_OK && i < settings->children.count; i++) {
		err = check_child(&rows[i], settings->hub_url, why);
		for (size_t j = 0; err == HS_OK && j < i; j++) {
			bool name = strcmp(rows[i].name, rows[j].name) == 0;

			if (name || hs_look_same_place(rows[i].url, rows[j].url))
				err = hs_look_refuse(why,
					"children %zu and %zu have the same %s; give each its own",
					j + 1, i + 1, name ? "name" : "url");
		}
	}
	return err;
}

static enum hs_err
check_first(const struct hs_feed_settings *settings, char why[HS_CONFIG_WHY])
{
	for (size_t i = 0; i < settings->first_addresses.count; i++) {
		const char *range = settings->first_addresses.items[i];

		if (!hs_address_range_ok(range))
			return hs_look_refuse(why,
				"first_addresses: '%.64s' is no address; write 203.0.113.5, "
				"203.0.113.0/24 or 2001:db8::/32",
				range);
	}
	return HS_OK;
}

enum hs_err
hs_feed_settings_check(const struct hs_feed_settings *settings, char why[HS_CONFIG_WHY])
{
	const struct hs_look_listen listens[] = { { "listen", settings->listen, false },
		{ "ops_listen", settings->ops_listen, true } };
	const struct hs_look_link link = { .place = "",
		.key = "hub_url",
		.url = settings->hub_url,
		.prefix = "hub_",
		.tls_ca = settings->hub_tls_ca,
		.tls_cert_key = settings->hub_tls_cert_key };
	enum hs_err err = hs_look_listens(listens, HS_COUNT(listens), why);

	if (err == HS_OK)
		err = check_first(settings, why);
	if (err == HS_OK)
		err = check_children(settings, why);
	if (err == HS_OK)
		err = hs_look_server_tls(settings->tls_cert, settings->tls_key, why);
	return err == HS_OK ? hs_look_link(&link, why) : err;
}
