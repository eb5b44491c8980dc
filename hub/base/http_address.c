/* http_address.c: what each address holds of connections and of replies, and who gives way when there is no room.
 *
 * Connections cost a stranger nothing. Were the newest turned away when all places are taken, a few thousand that say
 * nothing would keep every sender out; were always the one taken that has been silent longest, one address that opens
 * them fast enough would cut off a sender whose handshake takes its time. So an address may hold as many as
 * it likes while there is room: a town behind the one address of its carrier is no attack. When there is none,
 *   who comes from an address above its share takes the place of the longest silent one of his own, or is refused;
 *   who comes from another one takes the place of the longest silent one of the address with most above its share, or else
 *   of its newest subscriber, or else of what waits there longest;
 *   and when no address is above its share, of the longest silent one of all.
 * A reply that a client does not read lies in our memory. Of replies too large for a socket only so many bytes may wait in
 * all; from half of that on, an address above its share gets no further one. 503 says so, and to come again.
 * An address of IPv6 is its first 64 bits, which is what one customer has (RFC 6177).
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "hub/base/check.h"
#include "hub/base/http_internal.h"

#define KEY_BYTES     16
#define BUCKETS_LEAST 64
#define SMALL_BYTES   65536 /* a reply that a socket takes at once (SO_SNDBUF) */

struct hs_conn_list {
	struct hs_conn *newest, *oldest;
};

struct hs_conn_address {
	uint8_t key[KEY_BYTES];
	size_t count;
	uint64_t reply_bytes;
	/* with a deadline, which is nearly always silence; and the others */
	struct hs_conn_list silent, busy;
	struct hs_conn_address *next_in_bucket;
	struct hs_conn_address *next, *prev; /* of those above their share */
};

enum hs_err
hs_addresses_init(struct hs_conn_addresses *addresses, const struct hs_http_options *options)
{
	size_t count = BUCKETS_LEAST;
	int64_t percent = options->shares.address_percent;

	while (count < (size_t)options->connections_max)
		count *= 2;
	addresses->buckets = calloc(count, sizeof(struct hs_conn_address *));
	if (addresses->buckets == NULL)
		return HS_ERR_NOMEM;
	addresses->bucket_count = count;
	addresses->reply_max_bytes = (uint64_t)options->shares.replies_max_bytes;
	addresses->reply_share_bytes = addresses->reply_max_bytes * (uint64_t)percent / 100;
	addresses->share = (size_t)(options->connections_max * percent / 100);
	if (addresses->share == 0)
		addresses->share = 1;
	/* Nobody outside may know which addresses share a bucket. */
	if (getrandom(addresses->salt, sizeof(addresses->salt), 0) !=
		(ssize_t)sizeof(addresses->salt))
		return HS_ERR_IO;
	return HS_OK;
}

void
hs_addresses_free(struct hs_conn_addresses *addresses)
{
	free(addresses->buckets);
	addresses->buckets = NULL;
}

/* ---- keys ---- */

static void
key_of(const struct sockaddr_storage *peer, uint8_t key[KEY_BYTES])
{
	memset(key, 0, KEY_BYTES);
	if (peer->ss_family == AF_INET) {
		memcpy(key + 12, &((const struct sockaddr_in *)peer)->sin_addr, 4);
	} else if (peer->ss_family == AF_INET6) {
		const struct in6_addr *v6 = &((const struct sockaddr_in6 *)peer)->sin6_addr;

		if (IN6_IS_ADDR_V4MAPPED(v6))
			memcpy(key + 12, v6->s6_addr + 12, 4);
		else
			memcpy(key, v6->s6_addr, 8);
	}
}

static uint64_t
mix(uint64_t value)
{
	value = (value ^ value >> 33) * 0xff51afd7ed558ccdULL;
	value = (value ^ value >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return value ^ value >> 33;
}

static struct hs_conn_address **
bucket_of(struct hs_conn_addresses *addresses, const uint8_t key[KEY_BYTES])
{
	uint64_t halves[2];

	memcpy(halves, key, KEY_BYTES);
	uint64_t hash = mix(mix(halves[0] ^ addresses->salt[0]) ^ halves[1] ^ addresses->salt[1]);
	return &addresses->buckets[hash & (addresses->bucket_count - 1)];
}

static struct hs_conn_address *
find(struct hs_conn_addresses *addresses, const uint8_t key[KEY_BYTES])
{
	struct hs_conn_address *at = *bucket_of(addresses, key);

	while (at != NULL && memcmp(at->key, key, KEY_BYTES) != 0)
		at = at->next_in_bucket;
	return at;
}

/* ---- above the share ---- */

static void
recount(struct hs_conn_addresses *addresses, struct hs_conn_address *address, bool was_above)
{
	bool above = address->count > addresses->share;

	if (above && !was_above) {
		address->prev = NULL;
		address->next = addresses->above;
		if (address->next != NULL)
			address->next->prev = address;
		addresses->above = address;
	} else if (!above && was_above) {
		if (address->next != NULL)
			address->next->prev = address->prev;
		if (address->prev != NULL)
			address->prev->next = address->next;
		else
			addresses->above = address->next;
	}
}

/* ---- lists ---- */

static struct hs_conn_list *
list_of(const struct hs_conn *conn)
{
	return conn->place.silent ? &conn->place.address->silent : &conn->place.address->busy;
}

static void
list_add(struct hs_conn *conn)
{
	struct hs_conn_list *list = list_of(conn);

	conn->place.newer = NULL;
	conn->place.older = list->newest;
	if (list->newest != NULL)
		list->newest->place.newer = conn;
	else
		list->oldest = conn;
	list->newest = conn;
}

static void
list_remove(struct hs_conn *conn)
{
	struct hs_conn_list *list = list_of(conn);

	if (conn->place.newer != NULL)
		conn->place.newer->place.older = conn->place.older;
	else
		list->newest = conn->place.older;
	if (conn->place.older != NULL)
		conn->place.older->place.newer = conn->place.newer;
	else
		list->oldest = conn->place.newer;
}

void
hs_address_mark(struct hs_conn *conn, bool silent)
{
	if (conn->place.address == NULL)
		return;
	list_remove(conn);
	conn->place.silent = silent;
	list_add(conn);
}

enum hs_err
hs_address_join(struct hs_conn *conn, const struct sockaddr_storage *peer)
{
	struct hs_conn_addresses *addresses = &conn->server->addresses;
	struct hs_conn_address *address;
	uint8_t key[KEY_BYTES];

	key_of(peer, key);
	address = find(addresses, key);
	if (address == NULL) {
		struct hs_conn_address **bucket = bucket_of(addresses, key);

		address = calloc(1, sizeof(*address));
		if (address == NULL)
			return HS_ERR_NOMEM;
		memcpy(address->key, key, KEY_BYTES);
		address->next_in_bucket = *bucket;
		*bucket = address;
	}
	address->count++;
	recount(addresses, address, address->count - 1 > addresses->share);
	conn->place.address = address;
	list_add(conn);
	return HS_OK;
}

void
hs_address_leave(struct hs_conn *conn)
{
	struct hs_conn_addresses *addresses = &conn->server->addresses;
	struct hs_conn_address *address = conn->place.address;

	if (address == NULL)
		return;
	list_remove(conn);
	hs_reply_waits(conn, 0);
	conn->place.address = NULL;
	address->count--;
	recount(addresses, address, address->count + 1 > addresses->share);
	if (address->count > 0)
		return;
	struct hs_conn_address **at = bucket_of(addresses, address->key);
	while (*at != address)
		at = &(*at)->next_in_bucket;
	*at = address->next_in_bucket;
	free(address);
}

/* ---- replies ---- */

bool
hs_reply_fits(const struct hs_conn *conn, size_t len_bytes)
{
	const struct hs_conn_addresses *addresses = &conn->server->addresses;
	uint64_t all = addresses->reply_bytes + len_bytes;

	if (len_bytes <= SMALL_BYTES || all <= addresses->reply_max_bytes / 2)
		return true;
	return all <= addresses->reply_max_bytes &&
	       conn->place.address->reply_bytes <= addresses->reply_share_bytes;
}

void
hs_reply_waits(struct hs_conn *conn, size_t len_bytes)
{
	struct hs_conn_addresses *addresses = &conn->server->addresses;

	addresses->reply_bytes += len_bytes - conn->rest.reply_bytes;
	conn->place.address->reply_bytes += len_bytes - conn->rest.reply_bytes;
	conn->rest.reply_bytes = len_bytes;
}

/* ---- who gives way ---- */

/* Waiting for its head first, then for its body. */
static struct hs_conn *
longest_silent(const struct hs_conn_address *address)
{
	static const uint8_t waiting[] = { HS_CONN_HEAD, HS_CONN_BODY };

	for (size_t i = 0; i < HS_COUNT(waiting); i++) {
		for (struct hs_conn *at = address->silent.oldest; at != NULL; at = at->place.newer)
			if (at->state == waiting[i])
				return at;
	}
	return NULL;
}

static struct hs_conn *
newest_subscriber(const struct hs_conn_address *address)
{
	for (struct hs_conn *at = address->busy.newest; at != NULL; at = at->place.older) {
		if (at->state == HS_CONN_WS || at->state == HS_CONN_STREAM)
			return at;
	}
	return address->busy.oldest;
}

static const struct hs_conn_address *
with_most(const struct hs_conn_addresses *addresses)
{
	const struct hs_conn_address *most = addresses->above;

	for (const struct hs_conn_address *at = most; at != NULL; at = at->next)
		most = at->count > most->count ? at : most;
	return most;
}

bool
hs_address_gives_way(
	struct hs_http_server *server, const struct sockaddr_storage *peer, struct hs_conn **out)
{
	struct hs_conn_addresses *addresses = &server->addresses;
	const struct hs_conn_address *most = with_most(addresses), *own;
	uint8_t key[KEY_BYTES];

	*out = NULL;
	if (most == NULL)
		return false;
	key_of(peer, key);
	own = find(addresses, key);
	if (own != NULL && own->count > addresses->share) {
		*out = longest_silent(own);
		return true;
	}
	*out = longest_silent(most);
	if (*out == NULL)
		*out = newest_subscriber(most);
	return true;
}
