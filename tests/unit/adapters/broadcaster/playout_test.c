/* playout_test.c: files appear whole, again without harm, and in order; failures say why. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "adapters/broadcaster/playout.h"

static int
setup(void **state)
{
	char *dir = strdup("/tmp/hs-playout-XXXXXX");
	assert_non_null(mkdtemp(dir));
	*state = dir;
	return 0;
}

static int
teardown(void **state)
{
	char command[128];
	snprintf(command, sizeof(command), "rm -rf '%s'", (char *)*state);
	assert_int_equal(system(command), 0);
	free(*state);
	return 0;
}

static void
read_file(const char *dir, const char *path, char out[256])
{
	char whole[512];
	snprintf(whole, sizeof(whole), "%s/%s", dir, path);
	FILE *file = fopen(whole, "r");
	assert_non_null(file);
	size_t len = fread(out, 1, 255, file);
	out[len] = '\0';
	fclose(file);
}

static struct hs_playout_job *
job_of(const char *path, const char *text)
{
	struct hs_playout_job *job = hs_playout_job_create(NULL, NULL);
	assert_true(hs_playout_job_add(job, path, text));
	return job;
}

static size_t
entries_of(const char *dir, const char *path)
{
	char whole[512];
	size_t count = 0;
	snprintf(whole, sizeof(whole), "%s/%s", dir, path);
	DIR *folder = opendir(whole);
	assert_non_null(folder);
	while (readdir(folder) != NULL)
		count++;
	closedir(folder);
	return count - 2;
}

static void
test_write_and_write_again(void **state)
{
	char text[256];
	for (int i = 0; i < 3; i++) {
		struct hs_playout_job *job = job_of("drill/99/1.txt", "【訓練】北町【訓練】\n");
		assert_true(hs_playout_job_add(job, "drill/99/current.txt", i < 2 ? "a" : "b"));
		assert_int_equal(hs_playout_write(*state, job), HS_OK);
		hs_playout_job_destroy(job);
	}
	read_file(*state, "drill/99/1.txt", text);
	assert_string_equal(text, "【訓練】北町【訓練】\n");
	read_file(*state, "drill/99/current.txt", text);
	assert_string_equal(text, "b");
	assert_int_equal(entries_of(*state, "drill/99"), 2);
}

static void
test_failure_says_why(void **state)
{
	char blocked[512];
	snprintf(blocked, sizeof(blocked), "%s/drill", (char *)*state);
	FILE *file = fopen(blocked, "w");
	fclose(file);
	struct hs_playout_job *job = job_of("drill/99/1.txt", "x");
	assert_int_equal(hs_playout_write(*state, job), HS_ERR_IO);
	assert_non_null(strstr(job->why, "not written"));
	unlink(blocked);
	assert_int_equal(hs_playout_write(*state, job), HS_OK);
	hs_playout_job_destroy(job);
}

/* /dev/full takes no byte: through a link it stands in for a full disk. */
static void
test_full_disk(void **state)
{
	char folder[512], hidden[600];
	snprintf(folder, sizeof(folder), "%s/drill", (char *)*state);
	assert_int_equal(mkdir(folder, 0755), 0);
	snprintf(folder, sizeof(folder), "%s/drill/99", (char *)*state);
	assert_int_equal(mkdir(folder, 0755), 0);
	snprintf(hidden, sizeof(hidden), "%s/.1.txt.tmp", folder);
	assert_int_equal(symlink("/dev/full", hidden), 0);
	struct hs_playout_job *job = job_of("drill/99/1.txt", "x");
	assert_int_equal(hs_playout_write(*state, job), HS_ERR_FULL);
	assert_non_null(strstr(job->why, "no room on the disk"));
	assert_int_equal(hs_playout_write(*state, job), HS_OK);
	hs_playout_job_destroy(job);
	assert_int_equal(entries_of(*state, "drill/99"), 1);
}

struct order {
	int count;
	char seen[8];
};

static void
done(void *owner, enum hs_err err, const char *why)
{
	struct order *order = owner;
	(void)why;
	assert_int_equal(err, HS_OK);
	order->seen[order->count++] = 'x';
}

static void
test_queue_keeps_the_order(void **state)
{
	uv_loop_t loop;
	struct order order = { 0 };
	char text[256];
	uv_loop_init(&loop);
	struct hs_playout *playout = hs_playout_create(&loop, *state);
	for (int i = 0; i < 5; i++) {
		char value[16];
		struct hs_playout_job *job = hs_playout_job_create(done, &order);
		snprintf(value, sizeof(value), "%d", i);
		assert_true(hs_playout_job_add(job, "drill/13/current.txt", value));
		hs_playout_add(playout, job);
	}
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(order.count, 5);
	read_file(*state, "drill/13/current.txt", text);
	assert_string_equal(text, "4");
	hs_playout_add(playout, job_of("drill/13/9.txt", "late"));
	hs_playout_add(playout, job_of("drill/13/10.txt", "never begun"));
	hs_playout_destroy(playout);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
	read_file(*state, "drill/13/9.txt", text);
	assert_string_equal(text, "late");
}

/* What was called back before its turn leaves nothing, and nobody is told. */
static void
test_called_back(void **state)
{
	struct order order = { 0 };
	uv_loop_t loop;
	uv_loop_init(&loop);
	struct hs_playout *playout = hs_playout_create(&loop, *state);
	struct hs_playout_job *old = hs_playout_job_create(done, &order);
	struct hs_playout_job *newer = hs_playout_job_create(done, &order);
	assert_true(hs_playout_job_add(old, "drill/13/1.txt", "old"));
	assert_true(hs_playout_job_add(newer, "drill/13/2.txt", "newer"));
	hs_playout_call_back(old);
	hs_playout_add(playout, old);
	hs_playout_add(playout, newer);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(order.count, 1);
	assert_int_equal(entries_of(*state, "drill/13"), 1);
	hs_playout_destroy(playout);
	uv_run(&loop, UV_RUN_DEFAULT);
	assert_int_equal(uv_loop_close(&loop), 0);
}

static void
see_folder(void *owner, const char *prefecture)
{
	strcat(owner, prefecture);
	strcat(owner, " ");
}

static void
test_folders(void **state)
{
	char seen[64] = "";
	static const char *const paths[] = { "drill/99/1.txt", "drill/notes/1.txt",
		"live/13/1.txt" };
	for (size_t i = 0; i < 3; i++) {
		struct hs_playout_job *job = job_of(paths[i], "x");
		assert_int_equal(hs_playout_write(*state, job), HS_OK);
		hs_playout_job_destroy(job);
	}
	hs_playout_each_folder(*state, "drill", see_folder, seen);
	assert_string_equal(seen, "99 ");
	hs_playout_each_folder(*state, "nowhere", see_folder, seen);
	assert_string_equal(seen, "99 ");
}

int
main(void)
{
#define ROW(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		ROW(test_write_and_write_again),
		ROW(test_failure_says_why),
		ROW(test_full_disk),
		ROW(test_queue_keeps_the_order),
		ROW(test_called_back),
		ROW(test_folders),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
