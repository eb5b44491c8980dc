/* pieces_bench: what a digest does to the commit of an order, in the journal alone.
 *
 *   pieces_bench FOLDER ROUNDS PIECE_BYTES PAUSE_US CHECKPOINT_BYTES
 *
 * In each round a thread of orders (ORDER_BYTES each, one every EVERY_US, open loop) runs for a second: alone; beside a digest of
 * DIGEST_BYTES that goes to disk in pieces; beside one that is committed whole, as a large order is. The three change places from round to round.
 * Prints for each "WAY ORDERS P50_US P99_US MAX_US DIGEST_US": from when an order was due until its result was seen.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/core/journal.h"

#define DIGEST_BYTES ((size_t)7 << 20)
#define ORDER_BYTES  2048
#define EVERY_US     4000
#define ORDERS	     250
#define ROUNDS_MAX   100

enum way { ALONE, PIECES, WHOLE, WAYS };

struct bench {
	struct hs_journal *journal;
	uint64_t pos, store;
	int64_t latency_us[WAYS][ROUNDS_MAX * ORDERS];
	size_t count[WAYS];
	int64_t digest_us[WAYS]; /* the longest */
	struct hs_shared *owner;
	char *digest;
};

static void
no_wake(void *owner)
{
	(void)owner;
}

static struct hs_row
next_row(struct bench *bench)
{
	bench->pos++;
	return (struct hs_row){ .pos = bench->pos,
		.seq = bench->pos,
		.unix_us = 1782000000000000,
		.type = HS_RECORD(NOTICE),
		.original = { "", 0 } };
}

static void
put_order(struct bench *bench)
{
	static char body[ORDER_BYTES];
	struct hs_row row = next_row(bench);

	memset(body, 'o', sizeof(body));
	row.body = (struct hs_span){ body, sizeof(body) };
	hs_journal_append(bench->journal, &row, 1);
}

static void
put_digest(struct bench *bench, enum way way)
{
	struct hs_row row = { .body = { bench->digest, DIGEST_BYTES },
		.original = { "", 0 },
		.owners = { .body = bench->owner } };

	if (way == PIECES) {
		row.store.number = ++bench->store;
		hs_journal_store(bench->journal, &row);
	} else if (way == WHOLE) {
		struct hs_row whole = next_row(bench);

		whole.body = row.body;
		whole.owners = row.owners;
		hs_journal_append(bench->journal, &whole, 1);
	}
}

/* Until the record at pos, or with pos 0 the pieces, are on disk. */
static void
wait_for(struct bench *bench, uint64_t pos, int64_t begin_us, int64_t *digest_us)
{
	struct hs_journal_result result = { 0 };

	while (pos > 0 ? result.pos < pos : result.store != bench->store) {
		if (!hs_journal_result(bench->journal, &result)) {
			usleep(20);
			continue;
		}
		HS_CHECK(result.committed);
		if (result.store > 0)
			*digest_us = hs_clock_mono_us() - begin_us;
	}
}

static void
one_second(struct bench *bench, enum way way)
{
	int64_t begin_us = hs_clock_mono_us(), digest_us = 0;

	for (int i = 0; i < ORDERS; i++) {
		int64_t due_us = begin_us + (int64_t)i * EVERY_US;

		/* In the middle of two orders, as one comes from somebody else. */
		if (i == ORDERS / 4) {
			usleep(EVERY_US / 2);
			put_digest(bench, way);
		}
		while (hs_clock_mono_us() < due_us)
			usleep(50);
		put_order(bench);
		wait_for(bench, bench->pos, begin_us, &digest_us);
		bench->latency_us[way][bench->count[way]++] = hs_clock_mono_us() - due_us;
	}
	if (way == PIECES && digest_us == 0)
		wait_for(bench, 0, begin_us, &digest_us);
	digest_us -= (int64_t)ORDERS / 4 * EVERY_US;
	if (way == PIECES && digest_us > bench->digest_us[way])
		bench->digest_us[way] = digest_us;
}

static int
by_size(const void *one, const void *other)
{
	int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;

	return (a > b) - (a < b);
}

static void
tell(struct bench *bench)
{
	static const char *const names[WAYS] = { "alone", "pieces", "whole" };

	for (int way = 0; way < WAYS; way++) {
		int64_t *all = bench->latency_us[way];
		size_t count = bench->count[way];

		qsort(all, count, sizeof(*all), by_size);
		printf("%s %zu %lld %lld %lld %lld\n", names[way], count, (long long)all[count / 2],
			(long long)all[count * 99 / 100], (long long)all[count - 1],
			(long long)bench->digest_us[way]);
	}
}

int
main(int argc, char **argv)
{
	static struct bench bench;
	char path[512], why[HS_JOURNAL_WHY] = "";

	if (argc != 6) {
		fprintf(stderr, "usage: pieces_bench FOLDER ROUNDS PIECE_BYTES PAUSE_US "
				"CHECKPOINT_BYTES\n");
		return 2;
	}
	snprintf(path, sizeof(path), "%s/pieces-bench.db", argv[1]);
	struct hs_journal_options options = { .path = path,
		.checkpoint_pages = 4000,
		.piece_bytes = (size_t)atol(argv[3]),
		.piece_pause_us = atol(argv[4]),
		.piece_checkpoint_bytes = (size_t)atol(argv[5]),
		.wake = no_wake };
	int rounds = atoi(argv[2]) < ROUNDS_MAX ? atoi(argv[2]) : ROUNDS_MAX;

	if (hs_journal_open(&options, &bench.journal, why) != HS_OK ||
		hs_journal_start(bench.journal) != HS_OK) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	bench.digest = malloc(DIGEST_BYTES);
	HS_CHECK(bench.digest != NULL);
	for (size_t i = 0; i < DIGEST_BYTES; i++)
		bench.digest[i] = (char)(i * 2654435761u >> 11);
	bench.owner = hs_shared_create(bench.digest, free);
	for (int round = 0; round < rounds; round++) {
		for (int i = 0; i < WAYS; i++)
			one_second(&bench, (enum way)((round + i) % WAYS));
	}
	tell(&bench);
	hs_journal_close(bench.journal);
	hs_shared_unref(bench.owner);
	return 0;
}
