#include "hub/core/route.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/buf.h"
#include "hub/base/check.h"
#include "hub/base/hash.h"
#include "hub/core/memory.h"
#include "schemas/tables.h"

#define AREA_CODE_MAX	   16
#define EPOCH_DIGEST_BYTES 4
#define FILTER_MAX_BYTES   (1u << 20)
/* One more when a filter lets something else pass than before: feeds that have one begin anew then, too. */
#define FILTER_RULES	   "1"

struct hs_route {
	const struct hs_core_peer *peers;
	size_t count;
	uint64_t *masks; /* by seq - 1 */
	uint64_t newest_seq, room;
	uint64_t newest[HS_PEERS_MAX];
};

struct hs_route *
hs_route_create(const struct hs_core_peer *peers, size_t count)
{
	struct hs_route *route = hs_must_alloc(1, sizeof(*route));

	HS_CHECK(count <= HS_PEERS_MAX);
	route->peers = peers;
	route->count = count;
	return route;
}

void
hs_route_destroy(struct hs_route *route)
{
	free(route->masks);
	free(route);
}

static bool
kind_passes(const struct hs_core_peer *peer, int kind)
{
	char word[64];
	const char *name;
	bool only_listed = false;

	if (peer->kind_count == 0 || kind == (int)HS_KIND(UNSPECIFIED))
		return true;
	name = hs_enum_word(&hansho__v1__kind__descriptor, kind, word);
	if (name == NULL)
		return true;
	for (size_t i = 0; i < peer->kind_count; i++) {
		const char *rule = peer->kinds[i];

		if (rule[0] == '!' && strcmp(rule + 1, name) == 0)
			return false;
		if (strcmp(rule, name) == 0)
			return true;
		only_listed = only_listed || rule[0] != '!';
	}
	return !only_listed;
}

struct area_search {
	const struct hs_core_peer *peer;
	bool any, found;
};

static bool
area_matches(void *owner, struct hs_span span)
{
	struct area_search *search = owner;
	char code[AREA_CODE_MAX];

	search->any = true;
	if (span.len_bytes == 0 || span.len_bytes >= sizeof(code)) {
		search->found = true; /* a code that is none: unknown, so it passes */
		return false;
	}
	memcpy(code, span.bytes, span.len_bytes);
	code[span.len_bytes] = '\0';
	for (size_t i = 0; i < search->peer->area_count && !search->found; i++)
		search->found = hs_area_within(code, search->peer->areas[i]) ||
				hs_area_within(search->peer->areas[i], code);
	return !search->found;
}

static bool
area_passes(const struct hs_core_peer *peer, struct hs_span notice)
{
	struct area_search search = { .peer = peer };

	if (peer->area_count == 0)
		return true;
	hs_notice_each_area(notice, area_matches, &search);
	return search.found || !search.any;
}

/* The rule that keeps the peer out, or NULL. */
static const char *
kept_out_by(
	const struct hs_core_peer *peer, const struct hs_notice_look *look, struct hs_span notice)
{
	if (look->ended && peer->kind == (int)HS_PEER(ADAPTER))
		return "ended"; /* it never was in force: a record for feeds, nothing for an outlet */
	if (!kind_passes(peer, look->kind))
		return "kind";
	if (look->level > 0 && look->level < peer->level_min)
		return "level";
	return area_passes(peer, notice) ? NULL : "area";
}

uint64_t
hs_route_decide(const struct hs_route *route, struct hs_span notice, uint64_t told,
	const char *reasons[HS_PEERS_MAX])
{
	struct hs_notice_look look;
	uint64_t mask = 0;

	HS_CHECK(hs_notice_look(notice, &look) == HS_OK);
	for (size_t i = 0; i < route->count; i++) {
		const char *reason = NULL;

		if (route->peers[i].kind == (int)HS_PEER(GATE))
			reason = "gate";
		else if ((told >> i & 1) == 0)
			reason = kept_out_by(&route->peers[i], &look, notice);
		if (reason == NULL)
			mask |= (uint64_t)1 << i;
		if (reasons != NULL)
			reasons[i] = reason;
	}
	return mask;
}

void
hs_route_keep(struct hs_route *route, uint64_t seq, uint64_t mask)
{
	HS_CHECK(seq == route->newest_seq + 1);
	if (route->newest_seq == route->room) {
		route->room = route->room == 0 ? 1024 : route->room * 2;
		route->masks = hs_must_realloc(route->masks, route->room, sizeof(*route->masks));
	}
	route->masks[route->newest_seq++] = mask;
	for (size_t i = 0; i < route->count; i++) {
		if (mask >> i & 1)
			route->newest[i] = seq;
	}
}

bool
hs_route_entitled(const struct hs_route *route, uint64_t seq, uint32_t peer)
{
	HS_CHECK(seq >= 1 && seq <= route->newest_seq && peer < route->count);
	return (route->masks[seq - 1] >> peer & 1) != 0;
}

bool
hs_route_may_read(const struct hs_route *route, uint64_t seq, uint32_t peer)
{
	return hs_route_entitled(route, seq, peer) || route->peers[peer].kind == (int)HS_PEER(GATE);
}

uint64_t
hs_route_newest(const struct hs_route *route, uint32_t peer)
{
	HS_CHECK(peer < route->count);
	return route->newest[peer];
}

bool
hs_route_unfiltered(const struct hs_route *route, uint32_t peer)
{
	const struct hs_core_peer *row;

	HS_CHECK(peer < route->count);
	row = &route->peers[peer];
	return row->kind_count == 0 && row->area_count == 0 && row->level_min == 0;
}

static void
add_list(struct hs_buf *out, const char *name, const char *const *items, size_t count)
{
	hs_buf_printf(out, "%s\n", name);
	for (size_t i = 0; i < count; i++)
		hs_buf_printf(out, "%s\n", items[i]);
}

void
hs_route_epoch(const struct hs_route *route, uint32_t peer, const char *epoch,
	char out[HS_ROUTE_EPOCH_SIZE])
{
	const struct hs_core_peer *row = &route->peers[peer];
	uint8_t digest[HS_SHA256_BYTES];
	char text[2 * EPOCH_DIGEST_BYTES + 1] = "";
	struct hs_buf filter;
	struct hs_span span;
	bool own = row->kind != (int)HS_PEER(FEED) || hs_route_unfiltered(route, peer);

	if (!own) {
		hs_buf_init(&filter, FILTER_MAX_BYTES);
		hs_buf_printf(&filter, "rules %s\n", FILTER_RULES);
		add_list(&filter, "kinds", row->kinds, row->kind_count);
		add_list(&filter, "areas", row->areas, row->area_count);
		hs_buf_printf(&filter, "level_min %u", row->level_min);
		HS_CHECK(!filter.failed);
		span = (struct hs_span){ (const uint8_t *)hs_buf_text(&filter), filter.len_bytes };
		hs_sha256(&span, 1, digest);
		hs_hex(digest, EPOCH_DIGEST_BYTES, text);
		hs_buf_free(&filter);
	}
	HS_CHECK(snprintf(out, HS_ROUTE_EPOCH_SIZE, "%s%s%s", epoch, own ? "" : ".", text) <
		 HS_ROUTE_EPOCH_SIZE);
}
