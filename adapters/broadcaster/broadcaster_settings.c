/* broadcaster_settings.c: the table of the broadcaster's own keys, and the second look at them. See broadcaster.h. */
#include <stdio.h>
#include <string.h>

#include "adapters/broadcaster/broadcaster.h"
#include "hub/base/check.h"
#include "hub/base/look.h"

#define AT(member) offsetof(struct hs_broadcaster_settings, member)

static const struct hs_config_item items[] = {
	{ "listen", HS_CONFIG_TEXT, AT(listen), "address:port", 1, 128, "127.0.0.1:8083",
		"Where stations connect: WebSocket /v1/broadcast, GET /v1/state.", NULL },
	{ "tls_cert", HS_CONFIG_TEXT, AT(tls_cert), "path", 0, 4096, "",
		"PEM chain for https; empty: plain http.", NULL },
	{ "tls_key", HS_CONFIG_TEXT, AT(tls_key), "path", 0, 4096, "", "PEM key for https.", NULL },
	{ "out_dir", HS_CONFIG_TEXT, AT(out_dir), "path", 0, 2048, "",
		"Folder for the files of playout systems; empty: no files.", NULL },
	{ "crawl_width", HS_CONFIG_INT, AT(everybody.crawl_width), "full-width characters", 16, 200,
		"30", "Longest line of a crawl; a half-width character counts one half.", NULL },
	{ "crawl_names_max", HS_CONFIG_INT, AT(everybody.crawl_names_max), "names", 0, 1000, "8",
		"Place names told in a crawl before the rest is counted; 0: all.", NULL },
	{ "page_width", HS_CONFIG_INT, AT(everybody.page_width), "full-width characters", 8, 100,
		"24", "Width of a line of a text page (L-shaped frame).", NULL },
	{ "page_rows", HS_CONFIG_INT, AT(everybody.page_rows), "lines", 0, 60, "8",
		"Lines of a text page, the marks of a drill counted, at least 4; 0: no pages.",
		NULL },
	{ "forms", HS_CONFIG_TEXTS, AT(everybody.forms), "forms", 0, 8, "",
		"Further forms that out_dir gets beside record and texts: lalert, cap, atom.",
		NULL },
	{ "stations", HS_CONFIG_LIST, AT(stations), "", 0, 120, "",
		"Stations with a profile of their own; each is an outlet with receipts and canary.",
		&hs_station_record },
	{ "guests", HS_CONFIG_BOOL, AT(guests), "", 0, 0, "true",
		"Whether stations that the list does not name may connect; they get everything of "
		"the prefectures they ask for, no canary, and no alarm when they are silent.",
		NULL },
	{ "archive_items", HS_CONFIG_INT, AT(archive_items), "notices", 10, 10000, "200",
		"Notices of each lane in the Atom feed and at /v1/items.", NULL },
	{ "ring_items", HS_CONFIG_INT, AT(ring_items), "items", 16, 65536, "1024",
		"Items kept in memory for stations that come back.", NULL },
	{ "ring_bytes", HS_CONFIG_INT, AT(ring_bytes), "bytes", 1048576, 4294967296, "33554432",
		"Most bytes of them in each lane.", NULL },
	{ "stations_max", HS_CONFIG_INT, AT(stations_max), "connections", 1, 15000, "1000",
		"Most connections of stations at a time.", NULL },
	{ "station_heartbeat_ms", HS_CONFIG_INT, AT(station_heartbeat_ms), "ms", 50, 60000, "5000",
		"How often stations are told that the line lives.", NULL },
	{ "subscribe_timeout_ms", HS_CONFIG_INT, AT(subscribe_timeout_ms), "ms", 100, 60000,
		"10000", "A connection that has not subscribed by then is closed.", NULL },
	{ "token_tries_max", HS_CONFIG_INT, AT(token_tries_max), "messages", 2, 1000, "3",
		"Channel nng, with token_sha256: a connection on which so many messages came, and "
		"none was the station's token, is ended and dialled anew.",
		NULL },
};

static enum hs_err
look_everybody(const struct hs_broadcaster_settings *settings, char why[HS_CONFIG_WHY])
{
	const struct hs_station_settings *stations = settings->stations.items;
	unsigned forms;
	const char *wrong = hs_forms_words(&settings->everybody.forms, &forms);
	if (wrong[0] != '\0')
		return hs_look_refuse(why, "forms: %.64s is none; say lalert, cap or atom", wrong);
	if (settings->everybody.page_rows != 0 && settings->everybody.page_rows < 4)
		return hs_look_refuse(why,
			"page_rows: a page of a drill needs 4 lines at least, or "
			"0 for no pages");
	for (size_t i = 0; i < settings->stations.count; i++) {
		if (settings->out_dir[0] != '\0' &&
			strcmp(stations[i].folder, settings->out_dir) == 0)
			return hs_look_refuse(why,
				"station %.64s: folder is also out_dir; give each its own",
				stations[i].name);
	}
	return HS_OK;
}

/* Sockets that can be dialled. */
static enum hs_err
look_urls(const struct hs_broadcaster_settings *settings, char why[HS_CONFIG_WHY])
{
	const struct hs_station_settings *stations = settings->stations.items;
	enum hs_err err = HS_OK;
	for (size_t i = 0; i < settings->stations.count && err == HS_OK; i++) {
		const char *const keys[] = { "live_url", "drill_url" };
		const char *const urls[] = { stations[i].live_url, stations[i].drill_url };
		char place[96];
		snprintf(place, sizeof(place), "station %.64s: ", stations[i].name);
		for (size_t k = 0; k < HS_COUNT(urls) && err == HS_OK; k++) {
			const struct hs_look_link link = { .place = place,
				.key = keys[k],
				.url = urls[k],
				.prefix = "",
				.tls_ca = settings->common.tls_ca,
				.tls_cert_key = settings->common.tls_cert_key };
			err = urls[k][0] == '\0' ? HS_OK : hs_look_link(&link, why);
		}
	}
	return err;
}

enum hs_err
hs_broadcaster_look(const void *given, char why[HS_CONFIG_WHY])
{
	const struct hs_broadcaster_settings *settings = given;
	const struct hs_adapter_serving serving = { "listen", settings->listen, false,
		settings->tls_cert, settings->tls_key };
	enum hs_err err = hs_adapter_look_serving(&settings->common, &serving, why);

	if (err == HS_OK)
		err = look_everybody(settings, why);
	if (err == HS_OK)
		err = hs_profiles_look(&settings->stations, settings->listen, why);
	return err == HS_OK ? look_urls(settings, why) : err;
}

const struct hs_config_record hs_broadcaster_record = { items, HS_COUNT(items),
	sizeof(struct hs_broadcaster_settings) };
