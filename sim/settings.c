#include <stddef.h>

#include "hub/base/check.h"
#include "sim/run.h"

#define SENDER(member) offsetof(struct hs_sim_sender, member)
#define ALL(member)    offsetof(struct hs_sim_settings, member)

static const struct hs_config_item sender_items[] = {
	{ "code", HS_CONFIG_TEXT, SENDER(code), "6 digits", 6, 6, NULL, "its code", NULL },
	{ "organisation", HS_CONFIG_TEXT, SENDER(organisation), "text", 1, 128, NULL, "its name",
		NULL },
	{ "office", HS_CONFIG_TEXT, SENDER(office), "text", 0, 128, "防災課", "its office", NULL },
	{ "source", HS_CONFIG_TEXT, SENDER(source), "domain", 1, 100, NULL, "its senderID", NULL },
	{ "token", HS_CONFIG_TEXT, SENDER(token), "text", 0, 400, "",
		"its bearer token at the gate", NULL },
};
static const struct hs_config_record sender_record = { sender_items, HS_COUNT(sender_items),
	sizeof(struct hs_sim_sender) };

static const struct hs_config_item items[] = {
	{ "mode", HS_CONFIG_ENUM, ALL(mode), "live drill", 0, 0, "drill", "lane that is played",
		NULL },
	{ "gate_url", HS_CONFIG_TEXT, ALL(gate_url), "url", 1, 512, NULL, "https://127.0.0.1:8443",
		NULL },
	{ "ca", HS_CONFIG_TEXT, ALL(ca), "path", 0, 4096, "", "PEM of the gate's authority", NULL },
	{ "feed_url", HS_CONFIG_TEXT, ALL(feed_url), "url", 1, 512, NULL,
		"ws://127.0.0.1:8081/v1/feed", NULL },
	{ "feed_count", HS_CONFIG_INT, ALL(feed_count), "subscribers", 1, 10000, "20",
		"how many subscribe to the feed", NULL },
	{ "broadcaster_url", HS_CONFIG_TEXT, ALL(broadcaster_url), "url", 0, 512, "",
		"ws://127.0.0.1:8083/v1/broadcast; empty: no station", NULL },
	{ "signage_urls", HS_CONFIG_TEXTS, ALL(signage_urls), "urls", 0, 1000, "",
		"ws://127.0.0.1:8082/v1/sign?screen=ID of screens that see every area of the drill",
		NULL },
	{ "fakes_url", HS_CONFIG_TEXT, ALL(fakes_url), "url", 0, 512, "",
		"http://127.0.0.1:8084 of `hansho-sim fakes`", NULL },
	{ "carriers", HS_CONFIG_INT, ALL(carriers), "carriers", 0, 64, "0",
		"carriers that must have each order", NULL },
	{ "controller", HS_CONFIG_BOOL, ALL(controller), "", 0, 0, "false",
		"the auto-starter must have each order", NULL },
	{ "municipalities", HS_CONFIG_LIST, ALL(municipalities), "", 1, 2000, NULL, "who speaks",
		&sender_record },
	{ "settle_ms", HS_CONFIG_INT, ALL(settle_ms), "ms", 100, 600000, "10000",
		"time after the last answer in which everything must have arrived", NULL },
	{ "connect_ms", HS_CONFIG_INT, ALL(connect_ms), "ms", 100, 600000, "10000",
		"time in which every receiver must be connected", NULL },
};
const struct hs_config_record hs_sim_settings_record = { items, HS_COUNT(items),
	sizeof(struct hs_sim_settings) };
