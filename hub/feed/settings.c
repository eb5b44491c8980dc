#include "hub/feed/settings.h"

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

#define PAST(key_, unit_, min_, max_, fallback_, sentence_)                                        \
	{                                                                                          \
		.key = "history_" #key_, .type = HS_CONFIG_INT, .offset = AT(limits.history.key_), \
		.unit = (unit_), .min = (min_), .max = (max_), .fallback = (fallback_),            \
		.sentence = (sentence_)                                                            \
	}

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
		"the hub's link for this feed: unix:///path, ipc:///path or tls+tcp://host:port"),
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
	NUMBER(heartbeat_ms, "ms", 100, 60000, "5000", "time between heartbeats to subscribers"),
	NUMBER(backlog_max, "notices", 1, 1000000, "1000",
		"a live subscriber further behind than this is closed with 4408"),
	NUMBER(backlog_max_bytes, "bytes", 1 << 16, 1 << 30, "16777216",
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
	{ .key = "aside_large_bytes",
		.type = HS_CONFIG_INT,
		.offset = AT(aside.large_bytes),
		.unit = "bytes",
		.min = 1024,
		.max = 8388608,
		.fallback = "262144",
		.sentence = "a notice above this is worked on beside the loop" },
	{ .key = "aside_nice",
		.type = HS_CONFIG_INT,
		.offset = AT(aside.nice),
		.unit = "nice",
		.min = 0,
		.max = 19,
		.fallback = "5",
		.sentence = "how much the thread that does so yields to the loops" },
	NUMBER(slice_subscribers, "frames", 1, 100000, "100",
		"frames sent before the loop looks for newer events"),
	NUMBER(filter_areas_max, "codes", 1, 2000, "256", "most areas in one filter"),
	NUMBER(receipts_per_minute, "receipts", 0, 60000, "600",
		"most receipts passed on to the hub per subscriber"),
	NUMBER(message_max_bytes, "bytes", 1024, 1 << 20, "65536", "largest frame of a client"),
	NUMBER(send_buffer_bytes, "bytes", 4096, 1 << 24, "65536", "SO_SNDBUF of a connection"),
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
		err = hs_look_server_tls(settings->tls_cert, settings->tls_key, why);
	return err == HS_OK ? hs_look_link(&link, why) : err;
}
