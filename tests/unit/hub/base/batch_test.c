/* Many sends in one call: what each socket took is told, in both ways, and when the ring breaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "hub/base/batch.h"
#include "hub/base/check.h"

#define PAIRS	    16
#define HEAD	    4
#define FRAME_BYTES 1000

struct pairs {
	int near[PAIRS], far[PAIRS];
	struct hs_frame *frame;
};

static void
open_pairs(struct pairs *pairs)
{
	int small = 1; /* the kernel makes the least of it */

	for (int i = 0; i < PAIRS; i++) {
		int ends[2];

		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
		assert_int_equal(
			setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small)), 0);
		pairs->near[i] = ends[0];
		pairs->far[i] = ends[1];
	}
	pairs->frame = hs_frame_create(FRAME_BYTES);
	memset(hs_frame_bytes(pairs->frame), 'c', FRAME_BYTES);
	memset(hs_frame_bytes(pairs->frame) - HEAD, 'h', HEAD);
}

static void
close_pairs(struct pairs *pairs)
{
	for (int i = 0; i < PAIRS; i++) {
		close(pairs->near[i]);
		if (pairs->far[i] >= 0)
			close(pairs->far[i]);
	}
	hs_frame_unref(pairs->frame); /* the last reference: what the sanitizer of leaks sees to */
}

static void
send_to_all(struct hs_batch *batch, struct pairs *pairs)
{
	for (int i = 0; i < PAIRS; i++)
		hs_batch_add(batch, pairs->near[i], (uint64_t)i * 7, pairs->frame, HEAD);
	assert_true(hs_batch_full(batch));
	hs_batch_run(batch);
	assert_int_equal(hs_batch_count(batch), PAIRS);
}

static void
expect_whole(const struct hs_batch_send *done, int far)
{
	char got[HEAD + FRAME_BYTES + 1];

	assert_int_equal(done->result, HEAD + FRAME_BYTES);
	assert_int_equal(recv(far, got, sizeof(got), MSG_DONTWAIT), HEAD + FRAME_BYTES);
	assert_memory_equal(got, "hhhhc", HEAD + 1);
	assert_int_equal(got[HEAD + FRAME_BYTES - 1], 'c');
}

/* One socket is full, one has nobody behind it, the others get everything. */
static void
try_all(struct hs_batch *batch)
{
	static char much[1 << 20];
	struct pairs pairs;

	open_pairs(&pairs);
	while (send(pairs.near[3], much, sizeof(much), MSG_DONTWAIT) > 0)
		;
	close(pairs.far[5]);
	pairs.far[5] = -1;
	for (int times = 0; times < 2; times++) {
		send_to_all(batch, &pairs);
		for (int i = 0; i < PAIRS; i++) {
			const struct hs_batch_send *done = hs_batch_at(batch, (size_t)i);

			assert_int_equal(done->who, (uint64_t)i * 7);
			if (i == 3)
				assert_int_equal(done->result, -EAGAIN);
			else if (i == 5)
				assert_int_equal(done->result, -EPIPE);
			else
				expect_whole(done, pairs.far[i]);
		}
		hs_batch_clear(batch);
		assert_int_equal(hs_batch_count(batch), 0);
	}
	close_pairs(&pairs);
}

static void
test_one_by_one(void **state)
{
	struct hs_batch *batch;
	struct pairs pairs;

	(void)state;
	assert_int_equal(hs_batch_create(1, &batch), HS_OK);
	assert_false(hs_batch_has_ring(batch));
	open_pairs(&pairs);
	hs_batch_add(batch, pairs.near[0], 1, pairs.frame, HEAD);
	assert_true(hs_batch_full(batch));
	hs_batch_run(batch);
	expect_whole(hs_batch_at(batch, 0), pairs.far[0]);
	close_pairs(&pairs); /* the batch still has the frame */
	assert_int_equal(hs_batch_at(batch, 0)->bytes[HEAD], 'c');
	hs_batch_destroy(batch);
}

static void
test_together(void **state)
{
	struct hs_batch *batch;

	(void)state;
	assert_int_equal(hs_batch_create(PAIRS, &batch), HS_OK);
	if (!hs_batch_has_ring(batch))
		print_message("the kernel lets us have no io_uring: sent one by one\n");
	try_all(batch);
	hs_batch_destroy(batch);
}

/* The descriptor of the only ring of this process. */
static int
find_ring(void)
{
	DIR *folder = opendir("/proc/self/fd");
	struct dirent *entry;
	int found = -1;

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		char path[300], target[64] = "";

		snprintf(path, sizeof(path), "/proc/self/fd/%s", entry->d_name);
		if (readlink(path, target, sizeof(target) - 1) > 0 &&
			strstr(target, "io_uring") != NULL)
			found = atoi(entry->d_name);
	}
	closedir(folder);
	return found;
}

/* A ring that fails is given up; every frame of that call still leaves, once. */
static void
test_ring_breaks(void **state)
{
	struct hs_batch *batch;

	(void)state;
	assert_int_equal(hs_batch_create(PAIRS, &batch), HS_OK);
	if (hs_batch_has_ring(batch)) {
		int null = dup(STDERR_FILENO);

		assert_true(null >= 0 && dup2(null, find_ring()) >= 0);
		close(null);
	}
	try_all(batch);
	assert_false(hs_batch_has_ring(batch));
	hs_batch_destroy(batch);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_by_one),
		cmocka_unit_test(test_together),
		cmocka_unit_test(test_ring_breaks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
