/* stations_get.c: GET /v1/state and /v1/items/…. See stations.h and archive.h. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "adapters/broadcaster/stations_internal.h"
#include "hub/base/check.h"
#include "schemas/atom_write.h"
#include "schemas/json_text.h"
#include "schemas/lalert_notice.h"

/* Who names no mode gets live; a process that has only drills says so in its answer. NULL when right, else why not. */
static const char *
lane_asked(struct hs_stations *stations, const char *query, enum hs_adapter_lane *lane)
{
	char mode[16] = "";
	if (!hs_http_param(query, "mode", mode, sizeof(mode)))
		snprintf(mode, sizeof(mode), "%s",
			hs_station_lane(stations, HS_LANE_LIVE).configured ? "live" : "drill");
	*lane = strcmp(mode, "drill") == 0 ? HS_LANE_DRILL : HS_LANE_LIVE;
	if (strcmp(mode, "live") != 0 && strcmp(mode, "drill") != 0)
		return "mode: live or drill";
	if (!hs_station_lane(stations, *lane).configured)
		return "this mode is not served here; ask with the other mode=live or mode=drill";
	return NULL;
}

static void
reply_error(struct hs_stations *stations, hs_http_id id, int status, const char *why)
{
	json_t *answer = json_pack("{s:s,s:s}", "type", "error", "error", why);
	char *text = hs_json_dump(answer);
	hs_http_reply_text(stations->http, id, status, "application/json",
		text != NULL ? text : "{\"type\":\"error\",\"error\":\"out of memory\"}");
	free(text);
	json_decref(answer);
}

/* since=SEQ, and epoch=EPOCH when the asker knows it: of another history nothing is known. false: not a number. */
static bool
add_since(struct hs_stations *stations, enum hs_adapter_lane lane, const char *query,
	const char *prefecture, json_t *answer)
{
	char text[24] = "", epoch[80] = "";
	if (!hs_http_param(query, "since", text, sizeof(text)))
		return true;
	size_t digits = strspn(text, "0123456789");
	if (digits == 0 || digits > 19 || text[digits] != '\0')
		return false;
	bool same = !hs_http_param(query, "epoch", epoch, sizeof(epoch)) ||
		    strcmp(epoch, hs_station_lane(stations, lane).epoch) == 0;
	json_t *since = hs_since_tell(hs_archive_since(stations->options.archive, lane),
		strtoull(text, NULL, 10), prefecture);
	if (since != NULL && !same)
		json_object_set_new(since, "complete", json_false());
	json_object_set_new(answer, "since", since);
	return true;
}

void
hs_stations_get_state(void *owner, const struct hs_http_request *request)
{
	struct hs_stations *stations = owner;
	char wanted[1][HS_PREFECTURE_SIZE] = { "" };
	char prefecture[16] = "";
	enum hs_adapter_lane lane;
	if (stations->stopped) {
		hs_http_drop(stations->http, request->id);
		return;
	}
	bool one = hs_http_param(request->query, "prefecture", prefecture, sizeof(prefecture));
	const char *why = lane_asked(stations, request->query, &lane);
	if (why == NULL && one && !hs_station_prefecture_is_good(prefecture))
		why = "prefecture: a 2-digit code that exists, 13 for example";
	if (why != NULL) {
		reply_error(stations, request->id, 404, why);
		return;
	}
	if (one)
		memcpy(wanted[0], prefecture, HS_PREFECTURE_SIZE);
	struct hs_stations_lane seen = hs_station_lane(stations, lane);
	json_t *answer = hs_stations_state(&seen, lane,
		seen.known ? stations->options.in_force(stations->options.owner, lane,
				     (const char(*)[HS_PREFECTURE_SIZE])wanted, one ? 1 : 0)
			   : json_object());
	if (answer != NULL &&
		!add_since(stations, lane, request->query, one ? prefecture : "", answer)) {
		json_decref(answer);
		reply_error(stations, request->id, 404, "since: a seq, 12 for example");
		return;
	}
	char *text = hs_json_dump(answer);
	if (text != NULL)
		hs_http_reply_text(stations->http, request->id, seen.known ? 200 : 503,
			"application/json", text);
	else
		reply_error(stations, request->id, 503, "out of memory");
	free(text);
	json_decref(answer);
}

/* "/v1/items/12.cap.xml" → 12 and "cap.xml"; false: not so. */
static bool
item_asked(const char *path, uint64_t *seq, const char **form)
{
	const char *name = path + strlen("/v1/items/");
	size_t digits = strspn(name, "0123456789");
	if (digits == 0 || digits > 19 || name[digits] != '.')
		return false;
	*seq = strtoull(name, NULL, 10);
	*form = name + digits + 1;
	return true;
}

static void
reply_feed(struct hs_stations *stations, hs_http_id id, enum hs_adapter_lane lane)
{
	char *feed = hs_archive_feed(
		stations->options.archive, lane, hs_station_lane(stations, lane).epoch);
	if (feed != NULL)
		hs_http_reply_text(stations->http, id, 200, HS_ATOM_MEDIA_TYPE, feed);
	else
		reply_error(stations, id, 503, "out of memory");
	free(feed);
}

void
hs_stations_get_item(void *owner, const struct hs_http_request *request)
{
	struct hs_stations *stations = owner;
	enum hs_adapter_lane lane;
	uint64_t seq = 0;
	const char *form = "", *text = NULL, *type = HS_LALERT_MEDIA_TYPE;
	if (stations->stopped) {
		hs_http_drop(stations->http, request->id);
		return;
	}
	const char *why = lane_asked(stations, request->query, &lane);
	if (why == NULL && strcmp(request->path, "/v1/items/feed.atom") == 0) {
		reply_feed(stations, request->id, lane);
		return;
	}
	if (why == NULL && !item_asked(request->path, &seq, &form))
		why = "ask for feed.atom, SEQ.cap.xml or SEQ.lalert.xml";
	const struct hs_forms *forms =
		why == NULL ? hs_archive_find(stations->options.archive, lane, seq) : NULL;
	if (forms != NULL && strcmp(form, "lalert.xml") == 0)
		text = forms->lalert;
	if (forms != NULL && strcmp(form, "cap.xml") == 0) {
		text = forms->cap;
		type = HS_CAP_MEDIA_TYPE;
	}
	if (text != NULL)
		hs_http_reply_text(stations->http, request->id, 200, type, text);
	else
		reply_error(stations, request->id, 404,
			why != NULL ? why : "no such item here, or it has no such form");
}
