/* proc.c: command line, configuration and signals of every process. */
#include "hub/base/proc.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/log.h"

struct arguments {
	const char *config_path;
	const char *file_path; /* behind the flag of hs_proc_settings.file_flag */
	bool check;
	bool ask;
	bool config_help;
	bool version;
	bool help;
};

static void
usage_print(FILE *to, const char *name, const struct hs_proc_settings *what)
{
	fprintf(to,
		"usage: %s --config FILE     run with this configuration\n"
		"       %s --config FILE --check   look at all that a start would look at, and "
		"exit\n"
		"       %s --config-help     every key, its range, default and meaning\n"
		"       %s --version\n",
		name, name, name, name);
	if (what->file_flag != NULL)
		fprintf(to, "       %s %s FILE   look at that file alone, and exit\n", name,
			what->file_flag);
	if (what->ask_flag != NULL)
		fprintf(to,
			"       %s --config FILE %s   answer what stands on the standard input, "
			"and exit\n",
			name, what->ask_flag);
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

struct flag_row {
	const char *name;
	size_t offset;
};

static const struct flag_row flag_rows[] = {
	{ "--check", offsetof(struct arguments, check) },
	{ "--config-help", offsetof(struct arguments, config_help) },
	{ "--version", offsetof(struct arguments, version) },
	{ "--help", offsetof(struct arguments, help) },
	{ "-h", offsetof(struct arguments, help) },
};

static bool
flag_set(struct arguments *arguments, const char *text)
{
	for (size_t i = 0; i < HS_COUNT(flag_rows); i++) {
		if (strcmp(flag_rows[i].name, text) == 0) {
			*(bool *)(void *)((char *)arguments + flag_rows[i].offset) = true;
			return true;
		}
	}
	return false;
}

static enum hs_err
arguments_read(
	int argc, char **argv, const struct hs_proc_settings *what, struct arguments *arguments)
{
	memset(arguments, 0, sizeof(*arguments));
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--config") == 0 && i + 1 < argc) {
			arguments->config_path = argv[++i];
			continue;
		}
		if (what->file_flag != NULL && strcmp(argv[i], what->file_flag) == 0 &&
			i + 1 < argc) {
			arguments->file_path = argv[++i];
			continue;
		}
		if (what->ask_flag != NULL && strcmp(argv[i], what->ask_flag) == 0) {
			arguments->ask = true;
			continue;
		}
		if (strncmp(argv[i], "--config=", 9) == 0) {
			arguments->config_path = argv[i] + 9;
			continue;
		}
		if (!flag_set(arguments, argv[i])) {
			fprintf(stderr, "%s: %s \"%s\"\n", base_name(argv[0]),
				strcmp(argv[i], "--config") == 0 ? "no FILE behind"
								 : "unknown argument",
				argv[i]);
			return HS_ERR_USAGE;
		}
	}
	return HS_OK;
}

static void
signal_seen(uv_signal_t *handle, int number)
{
	struct hs_proc *proc = handle->data;

	proc->stops++;
	if (proc->stops > 1)
		_exit(128 + number);
	hs_info("proc.stop", "signal=%d", number);
	/* A second signal must still find its handler, but the handlers must not keep the loop. */
	for (size_t i = 0; i < HS_COUNT(proc->signals); i++)
		uv_unref((uv_handle_t *)&proc->signals[i]);
	if (proc->on_stop != NULL)
		proc->on_stop(proc->owner);
}

static bool
loop_begin(struct hs_proc *proc)
{
	static const int numbers[] = { SIGTERM, SIGINT };

	_Static_assert(HS_COUNT(numbers) == sizeof(proc->signals) / sizeof(proc->signals[0]),
		"one handle per signal");
	if (uv_loop_init(&proc->loop) != 0)
		return false;
	for (size_t i = 0; i < HS_COUNT(numbers); i++) {
		uv_signal_init(&proc->loop, &proc->signals[i]);
		proc->signals[i].data = proc;
		uv_signal_start(&proc->signals[i], signal_seen, numbers[i]);
	}
	return true;
}

static int
look_at_file(const char *path, const char *name, const struct hs_proc_settings *what)
{
	char why[HS_CONFIG_WHY];

	if (what->look_file(path, why) != HS_OK) {
		fprintf(stderr, "%s: %s\n", name, why);
		return 1;
	}
	printf("%s: %s: usable\n", name, path);
	return 0;
}

/* What is answered without starting: exit code, or -1 to go on. */
static int
answered(const struct arguments *arguments, const char *name, const struct hs_proc_settings *what)
{
	if (arguments->help) {
		usage_print(stdout, name, what);
		return 0;
	}
	if (arguments->version) {
		printf("%s %s\n", name, HS_VERSION);
		return 0;
	}
	if (arguments->config_help) {
		hs_config_help(what->record);
		return 0;
	}
	if (arguments->file_path != NULL)
		return look_at_file(arguments->file_path, name, what);
	if (arguments->config_path == NULL) {
		fprintf(stderr, "%s: --config FILE is missing\n", name);
		usage_print(stderr, name, what);
		return 2;
	}
	return -1;
}

/* The file by its table, then what the table cannot say. */
static enum hs_err
settings_read(struct hs_proc *proc, const char *path, const struct hs_proc_settings *what,
	void *settings, char why[HS_CONFIG_WHY])
{
	char inner[HS_CONFIG_WHY] = "out of memory";
	enum hs_err err = hs_config_load(path, what->record, settings, &proc->config, why);

	if (err != HS_OK || what->look == NULL)
		return err;
	err = what->look(what->owner, settings, inner);
	if (err == HS_OK)
		return HS_OK;
	if (snprintf(why, HS_CONFIG_WHY, "%s: %s", path, inner) < 0)
		why[0] = '\0';
	hs_config_free(proc->config);
	return err;
}

bool
hs_proc_init(struct hs_proc *proc, int argc, char **argv, const struct hs_proc_settings *what,
	void *settings, int *exit_code)
{
	const char *name = base_name(argc > 0 ? argv[0] : "hansho");
	struct arguments arguments;
	char why[HS_CONFIG_WHY];

	memset(proc, 0, sizeof(*proc));
	if (arguments_read(argc, argv, what, &arguments) != HS_OK) {
		usage_print(stderr, name, what);
		*exit_code = 2;
		return false;
	}
	*exit_code = answered(&arguments, name, what);
	if (*exit_code >= 0)
		return false;
	*exit_code = 1;
	if (settings_read(proc, arguments.config_path, what, settings, why) != HS_OK) {
		fprintf(stderr, "%s: %s\n", name, why);
		return false;
	}
	*exit_code = 0;
	if (arguments.check) {
		const char *remark = what->remark ? what->remark(settings) : "";
		printf("%s: %s: configuration is usable%s%s\n", name, arguments.config_path,
			remark[0] != '\0' ? "; " : "", remark);
		hs_config_free(proc->config);
		return false;
	}
	signal(SIGPIPE, SIG_IGN);
	if (arguments.ask) {
		*exit_code = what->ask(what->owner, settings);
		hs_config_free(proc->config);
		return false;
	}
	if (!loop_begin(proc)) {
		fprintf(stderr, "%s: no event loop: raise the limit of open files\n", name);
		hs_config_free(proc->config);
		*exit_code = 1;
		return false;
	}
	return true;
}

void
hs_proc_files_max(uint64_t count)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur <= count)
		return;
	files.rlim_cur = count;
	if (setrlimit(RLIMIT_NOFILE, &files) != 0)
		hs_warn("proc.files", "errno=%d", errno);
}

int
hs_proc_run(struct hs_proc *proc, void (*on_stop)(void *owner), void *owner)
{
	proc->on_stop = on_stop;
	proc->owner = owner;
	uv_run(&proc->loop, UV_RUN_DEFAULT);
	for (size_t i = 0; i < HS_COUNT(proc->signals); i++)
		uv_close((uv_handle_t *)&proc->signals[i], NULL);
	uv_run(&proc->loop, UV_RUN_DEFAULT);
	if (uv_loop_close(&proc->loop) != 0)
		hs_warn("proc.loop", "what=handles_left");
	hs_config_free(proc->config);
	proc->config = NULL;
	return 0;
}
