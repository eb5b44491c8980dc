#include "hub/gate/settings.h"

#include <stddef.h>

#include "hub/base/check.h"
#include "hub/gate/outlet_name.h"
#include "schemas/notice.h"

#define AT(member)     offsetof(struct hs_gate_settings, member)
#define OUTLET(member) offsetof(struct hs_outlet_row, member)

/* clang-format off */
static const struct hs_config_item OUTLET_ITEMS[] = {
	{ "adapter", HS_CONFIG_TEXT, OUTLET(adapter), "name", 1, 63, NULL,
		"name of the adapter in the hub's list of peers", NULL },
	{ "outlet", HS_CONFIG_TEXT, OUTLET(outlet), "id", 0, 255, "",
		"station, screen or carrier as its receipts call it; empty: the adapter itself", NULL },
	{ "ja", HS_CONFIG_TEXT, OUTLET(ja), "text", 1, 200, NULL,
		"what the form calls it in Japanese", NULL },
	{ "en", HS_CONFIG_TEXT, OUTLET(en), "text", 0, 200, "",
		"the same in English; empty: the Japanese name", NULL },
};
static const struct hs_config_record OUTLET_RECORD = { OUTLET_ITEMS, HS_COUNT(OUTLET_ITEMS),
	sizeof(struct hs_outlet_row) };

static const struct hs_config_item ITEMS[] = {
	{ "mode", HS_CONFIG_ENUM, AT(place.mode), "live drill", 0, 0, NULL,
		"lane of this gate: live takes status Actual only, drill takes none of them", NULL },
	{ "listen", HS_CONFIG_TEXT, AT(place.listen), "address:port", 1, 255, "127.0.0.1:8443",
		"where senders and the form are served", NULL },
	{ "tls_cert", HS_CONFIG_TEXT, AT(place.tls_cert), "path", 0, 4096, "",
		"PEM certificate chain; empty serves plain HTTP (behind a proxy, or on loopback)", NULL },
	{ "tls_key", HS_CONFIG_TEXT, AT(place.tls_key), "path", 0, 4096, "",
		"PEM private key of tls_cert", NULL },
	{ "ops_listen", HS_CONFIG_TEXT, AT(place.ops_listen), "address:port", 0, 255, "",
		"operations page (/healthz /readyz /metrics /status); empty for none", NULL },
	{ "hub_url", HS_CONFIG_TEXT, AT(place.hub_url), "url", 1, 4096, NULL,
		"link that the hub of this mode keeps for this gate", NULL },
	{ "name", HS_CONFIG_TEXT, AT(place.name), "name", 1, 63, "gate",
		"name of this gate in the hub's list of peers", NULL },
	{ "principals", HS_CONFIG_TEXT, AT(place.principals), "path", 1, 4096, NULL,
		"YAML file of those who may send (see principals.h)", NULL },
	{ "client_certs", HS_CONFIG_ENUM, AT(place.client_certs), "off optional required", 0, 0, "off",
		"client certificates at `listen`: not asked for; taken beside passwords and tokens; or nobody without one", NULL },
	{ "client_ca", HS_CONFIG_TEXT, AT(place.client_ca), "path", 0, 4096, "",
		"PEM of the authorities that sign client certificates; needed unless client_certs is off", NULL },
	{ "client_crl", HS_CONFIG_TEXT, AT(place.client_crl), "path", 0, 4096, "",
		"PEM of their revocation lists, for certificates that must end before their principal does; empty for none", NULL },
	{ "session_key", HS_CONFIG_TEXT, AT(place.session_key), "text", 0, 1024, "",
		"secret that signs the form's cookies; empty makes a new one at each start", NULL },
	{ "connections_max", HS_CONFIG_INT, AT(bounds.connections_max), "count", 1, 15000, "1000",
		"open connections; a further one takes the place of the longest silent one, see address_share_percent", NULL },
	{ "address_share_percent", HS_CONFIG_INT, AT(bounds.shares.address_percent), "percent", 1, 100, "25",
		"when all connections are taken, an address that holds more than this part of them gives way first; while there is room none is limited (a proxy of a prefecture)", NULL },
	{ "replies_max_bytes", HS_CONFIG_INT, AT(bounds.shares.replies_max_bytes), "bytes", 1048576, 68719476736, "67108864",
		"large answers and pages that clients have not read yet; more get 503, from half of it on first those of an address that has more than its share of them", NULL },
	{ "request_timeout_ms", HS_CONFIG_INT, AT(bounds.request_timeout_ms), "ms", 100, 600000, "10000",
		"a request must be in whole within this time", NULL },
	{ "keepalive_timeout_ms", HS_CONFIG_INT, AT(bounds.keepalive_timeout_ms), "ms", 100, 600000, "30000",
		"an idle connection is closed after this time", NULL },
	{ "jobs_max", HS_CONFIG_INT, AT(bounds.jobs_max), "count", 1, 10000, "64",
		"documents that are being checked or wait for it; further ones get 503. A quarter is kept for orders and warnings from level 4", NULL },
	{ "pending_max", HS_CONFIG_INT, AT(bounds.pending_max), "count", 2, 65535, "1024",
		"questions to the hub without an answer yet; queries may take half of it", NULL },
	{ "in_flight_max", HS_CONFIG_INT, AT(bounds.in_flight_max), "count", 1, 65535, "32",
		"submissions less urgent than level 4 that may be at the hub without an answer; further ones wait here, so that an order overtakes them", NULL },
	{ "answer_timeout_ms", HS_CONFIG_INT, AT(bounds.answer_timeout_ms), "ms", 100, 600000, "10000",
		"the sender is told to send again when the hub has not answered by then", NULL },
	{ "wait_max_s", HS_CONFIG_INT, AT(bounds.wait_max_s), "s", 0, 300, "25",
		"longest ?wait= of GET /v1/submissions and of /v1/submissions/{id}", NULL },
	{ "retry_after_s", HS_CONFIG_INT, AT(bounds.retry_after_s), "s", 1, 3600, "2",
		"Retry-After of a 503", NULL },
	{ "heartbeat_ms", HS_CONFIG_INT, AT(bounds.heartbeat_ms), "ms", 100, 60000, "5000",
		"interval of our heartbeats to the hub; three missing ones of the hub end the link", NULL },
	{ "stop_grace_ms", HS_CONFIG_INT, AT(bounds.stop_grace_ms), "ms", 0, 60000, "3000",
		"time for open submissions to be answered when this gate is stopped", NULL },
	{ "nonce_max", HS_CONFIG_INT, AT(bounds.nonce_max), "count", 16, 1000000, "20000",
		"nonces of PasswordDigest that are remembered against replay", NULL },
	{ "nonce_window_s", HS_CONFIG_INT, AT(bounds.nonce_window_s), "s", 1, 86400, "300",
		"wsu:Created may differ this much from our clock", NULL },
	{ "session_s", HS_CONFIG_INT, AT(bounds.session_s), "s", 1, 604800, "28800",
		"a sign-in at the form lasts this long", NULL },
	{ "sign_in_failures", HS_CONFIG_INT, AT(bounds.sign_in_failures), "count", 1, 1000, "8",
		"failed sign-ins of one address before it must wait", NULL },
	{ "sign_in_window_s", HS_CONFIG_INT, AT(bounds.sign_in_window_s), "s", 1, 86400, "300",
		"how long it must wait", NULL },
	{ "sign_in_rows", HS_CONFIG_INT, AT(bounds.sign_in_rows), "count", 1, 100000, "1024",
		"addresses with failed sign-ins that are remembered", NULL },
	{ "receipt_refresh_s", HS_CONFIG_INT, AT(bounds.receipt_refresh_s), "s", 1, 3600, "2",
		"the receipt page loads itself again after this time", NULL },
	{ "principals_check_s", HS_CONFIG_INT, AT(bounds.principals_check_s), "s", 1, 30, "10",
		"principals, client_ca and client_crl are read again when they have changed, looked at this often, and at SIGHUP", NULL },
	{ "outlets", HS_CONFIG_LIST, AT(outlets), "records", 0, 10000, "",
		"names of outlets on the receipt page, before the built-in ones", &OUTLET_RECORD },
	{ "register", HS_CONFIG_TEXT, AT(guards.reg), "path", 0, 4096, "",
		"YAML file of districts, households and rivers that orders are compared with (register.h); empty: none", NULL },
	{ "hold_s", HS_CONFIG_INT, AT(guards.hold.hold_s), "s", 0, 30, "0",
		"an unconfirmed order with a warning of hold_codes waits this long before it goes out; 0: never. Level 5 never waits", NULL },
	{ "hold_codes", HS_CONFIG_TEXTS, AT(guards.hold.codes), "codes", 0, 100, "",
		"warnings that hold an order; empty: area_unusual areas_all households_far area_other_river", NULL },
	{ "cap_1_1", HS_CONFIG_BOOL, AT(limits.cap_1_1), "", 0, 0, "false",
		"whether CAP 1.1 is accepted besides 1.2", NULL },
	{ "cap_profile", HS_CONFIG_ENUM, AT(limits.cap_profile), HS_CAP_PROFILE_WORDS, 0, 0, "none",
		"profile that CAP alerts without a profile of their own are held to (schemas/tables/cap_profiles.csv)", NULL },
#define LIMIT_ITEM(member, unit, min, max, fallback, sentence)                                     \
	{ #member, HS_CONFIG_INT, AT(limits.member), unit, min, max, #fallback, sentence, NULL },
	HS_GATE_LIMITS(LIMIT_ITEM)
#undef LIMIT_ITEM
};
/* clang-format on */

const struct hs_config_record hs_gate_settings_record = { ITEMS, HS_COUNT(ITEMS),
	sizeof(struct hs_gate_settings) };

int
hs_gate_settings_mode(const struct hs_gate_settings *settings)
{
	return settings->place.mode == 0 ? HS_MODE(LIVE) : HS_MODE(DRILL);
}
