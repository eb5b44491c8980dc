/* Command line, configuration, signals. What ends the process is tried in a child. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/look.h"
#include "hub/base/proc.h"

struct settings {
	const char *name;
	int64_t wait_ms;
};

static const struct hs_config_item items[] = {
	{ .key = "name",
		.type = HS_CONFIG_TEXT,
		.offset = offsetof(struct settings, name),
		.max = 64,
		.sentence = "Who this is." },
	{ .key = "wait_ms",
		.type = HS_CONFIG_INT,
		.offset = offsetof(struct settings, wait_ms),
		.unit = "ms",
		.min = 1,
		.max = 1000,
		.fallback = "20",
		.sentence = "How long it waits." },
};
static const struct hs_config_record record = { items, HS_COUNT(items), sizeof(struct settings) };

static bool look_refuses;

/* The second look: what it gets is what was read. */
static enum hs_err
look(const void *owner, const void *given, char why[HS_CONFIG_WHY])
{
	const struct settings *settings = given;

	assert_ptr_equal(owner, &record);
	assert_string_equal(settings->name, "tester");
	if (!look_refuses)
		return HS_OK;
	return hs_look_refuse(why, "name: %s is taken; choose another one", settings->name);
}

static const struct hs_proc_settings what = { .record = &record, .look = look, .owner = &record };

static char path[64];

static int
write_config(void **state)
{
	(void)state;
	snprintf(path, sizeof(path), "/tmp/hansho-proc-test-%d.yaml", getpid());
	FILE *file = fopen(path, "w");
	fputs("name: tester\n", file);
	return fclose(file);
}

static int
remove_config(void **state)
{
	(void)state;
	return unlink(path);
}

/* Runs init with the words; -1 when it says go on. */
static int
init_code(const char *a, const char *b, const char *c)
{
	char words[4][64] = { "hansho-test" };
	char *argv[5] = { words[0] };
	const char *given[] = { a, b, c };
	int argc = 1;
	struct hs_proc proc;
	struct settings settings;
	int code = -7;

	for (size_t i = 0; i < HS_COUNT(given) && given[i] != NULL; i++) {
		snprintf(words[argc], sizeof(words[argc]), "%s", given[i]);
		argv[argc] = words[argc];
		argc++;
	}
	if (!hs_proc_init(&proc, argc, argv, &what, &settings, &code))
		return code;
	assert_string_equal(settings.name, "tester");
	assert_int_equal(settings.wait_ms, 20);
	for (size_t i = 0; i < HS_COUNT(proc.signals); i++)
		uv_unref((uv_handle_t *)&proc.signals[i]);
	assert_int_equal(hs_proc_run(&proc, NULL, NULL), 0);
	return -1;
}

static void
test_command_line(void **state)
{
	(void)state;
	assert_int_equal(init_code("--config", path, NULL), -1);
	assert_int_equal(init_code("--config", path, "--check"), 0);
	assert_int_equal(init_code("--config-help", NULL, NULL), 0);
	assert_int_equal(init_code("--version", NULL, NULL), 0);
	assert_int_equal(init_code("--help", NULL, NULL), 0);
	assert_int_equal(init_code(NULL, NULL, NULL), 2);
	assert_int_equal(init_code("--config", NULL, NULL), 2);
	assert_int_equal(init_code("--conf", path, NULL), 2);
	assert_int_equal(init_code("--config", "/nonexistent/file", NULL), 1);
	assert_int_equal(init_code("--config", "/nonexistent/file", "--check"), 1);
}

/* stderr of a run with these words goes to `out`. */
static int
init_code_said(const char *a, const char *b, const char *c, char *out, size_t size)
{
	char said_path[80];
	int saved = dup(STDERR_FILENO);

	snprintf(said_path, sizeof(said_path), "%s.said", path);
	int fd = open(said_path, O_RDWR | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
	int code = init_code(a, b, c);
	assert_true(dup2(saved, STDERR_FILENO) >= 0);
	ssize_t len = pread(fd, out, size - 1, 0);
	out[len > 0 ? len : 0] = '\0';
	close(saved);
	close(fd);
	unlink(said_path);
	return code;
}

/* A start and --check refuse the same, in the same words. */
static void
test_second_look(void **state)
{
	char said[2][1024], expected[256];

	(void)state;
	look_refuses = true;
	assert_int_equal(init_code_said("--config", path, NULL, said[0], sizeof(said[0])), 1);
	assert_int_equal(init_code_said("--config", path, "--check", said[1], sizeof(said[1])), 1);
	look_refuses = false;
	snprintf(expected, sizeof(expected),
		"hansho-test: %s: name: tester is taken; choose another one\n", path);
	assert_string_equal(said[0], expected);
	assert_string_equal(said[1], expected);
	assert_int_equal(init_code("--config", path, "--check"), 0);
}

struct stopping {
	uv_timer_t timer;
	int stops;
	bool keep;
};

static void
on_stop(void *owner)
{
	struct stopping *stopping = owner;

	stopping->stops++;
	if (stopping->keep)
		raise(SIGINT);
	else
		uv_close((uv_handle_t *)&stopping->timer, NULL);
}

static void
on_timer(uv_timer_t *timer)
{
	(void)timer;
	raise(SIGTERM);
}

static int
run_with_signal(bool keep)
{
	char words[3][64] = { "hansho-test", "--config" };
	char *argv[] = { words[0], words[1], words[2] };
	struct hs_proc proc;
	struct settings settings;
	struct stopping stopping = { .keep = keep };
	int code = 0;

	snprintf(words[2], sizeof(words[2]), "%s", path);
	assert_true(hs_proc_init(&proc, 3, argv, &what, &settings, &code));
	uv_timer_init(&proc.loop, &stopping.timer);
	uv_timer_start(&stopping.timer, on_timer, 10, keep ? 1000 : 0);
	code = hs_proc_run(&proc, on_stop, &stopping);
	return code == 0 && stopping.stops == 1 ? 0 : 99;
}

static int
in_child(bool keep)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0) {
		alarm(60);
		_exit(run_with_signal(keep));
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
test_signals(void **state)
{
	(void)state;
	assert_int_equal(in_child(false), 0);
	assert_int_equal(in_child(true), 128 + SIGINT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command_line),
		cmocka_unit_test(test_second_look),
		cmocka_unit_test(test_signals),
	};

	return cmocka_run_group_tests(tests, write_config, remove_config);
}
