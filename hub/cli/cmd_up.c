#include <errno.h>
#include <getopt.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "hub/cli/cli.h"
#include "hub/cli/client.h"
#include "hub/cli/up.h"

#define CHILDREN_MAX  16
#define READY_TRIES   200
#define READY_STEP_MS 50
#define STOP_TRIES    100
#define STOP_STEP_MS  100
#define PAGE_BYTES    65536

struct family {
	pid_t pids[CHILDREN_MAX];
	unsigned count;
};

static void
pause_ms(long ms)
{
	struct timespec time = { ms / 1000, ms % 1000 * 1000000L };
	nanosleep(&time, NULL);
}

static bool
is_ready(const char *url)
{
	char why[256];
	long status = 0;
	struct hs_buf reply;
	hs_buf_init(&reply, PAGE_BYTES);
	struct hs_client_call call = { .url = url, .timeout_ms = 1000 };
	enum hs_err err = hs_client_do(&call, &status, &reply, why);
	hs_buf_free(&reply);
	return err == HS_OK && status == 200;
}

static bool
wait_ready(const struct hs_up *up, const struct hs_up_child *child, pid_t pid)
{
	for (int i = 0; i < READY_TRIES; i++) {
		if (is_ready(child->ready))
			return true;
		if (waitpid(pid, NULL, WNOHANG) == pid)
			break;
		pause_ms(READY_STEP_MS);
	}
	fprintf(stderr, "hansho: %s did not become ready; see %s/log/%s.log\n", child->name,
		up->run_dir, child->name);
	return false;
}

static bool
start_all(const struct hs_up *up, struct family *family)
{
	for (unsigned i = 0; i < hs_up_child_count; i++) {
		if (is_ready(hs_up_children[i].ready)) {
			fprintf(stderr, "hansho: something already answers at %s; stop it first\n",
				hs_up_children[i].ready);
			return false;
		}
		pid_t pid = hs_up_start(up, i);
		if (pid == 0)
			return false;
		family->pids[family->count++] = pid;
		if (!wait_ready(up, &hs_up_children[i], pid)) {
			if (kill(pid, 0) != 0)
				family->pids[family->count - 1] = 0;
			return false;
		}
		printf("  %-12s ready\n", hs_up_children[i].name);
	}
	return true;
}

/* SIGTERM, then after 10 s SIGKILL. Returns whether it ended with status 0. */
static bool
stop_one(pid_t pid)
{
	int status = 0;
	kill(pid, SIGTERM);
	for (int i = 0; i < STOP_TRIES; i++) {
		pid_t gone = waitpid(pid, &status, WNOHANG);
		if (gone == pid)
			return WIFEXITED(status) && WEXITSTATUS(status) == 0;
		if (gone < 0)
			return false;
		pause_ms(STOP_STEP_MS);
	}
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return false;
}

static bool
stop_all(const struct family *family)
{
	bool clean = true;
	for (unsigned i = family->count; i-- > 0;) {
		if (family->pids[i] == 0)
			continue;
		if (!stop_one(family->pids[i])) {
			fprintf(stderr, "hansho: %s did not stop cleanly\n",
				hs_up_children[i].name);
			clean = false;
		}
	}
	return clean;
}

/* The scripted drill: hansho-sim plays and judges it; its report is seen in the terminal. */
static bool
play_drill(const struct hs_up *up)
{
	char configuration[HS_UP_PATH + 32], scenario[HS_UP_PATH + 32];
	snprintf(configuration, sizeof(configuration), "%s/sim.yaml", up->run_dir);
	snprintf(scenario, sizeof(scenario), "%s/drill.yaml", up->run_dir);
	const char *arguments[] = { "hansho-sim", "run", "--config", configuration, scenario,
		NULL };
	pid_t pid = hs_up_spawn(up, "sim", arguments, false);
	int status = 1;
	while (pid && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		continue;
	return pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* Until a signal to stop, or until a child dies. Returns false when one died. */
static bool
wait_for_end(const sigset_t *signals, const struct family *family)
{
	for (;;) {
		int number = sigwaitinfo(signals, NULL);
		if (number == SIGINT || number == SIGTERM)
			return true;
		int status;
		pid_t gone = waitpid(-1, &status, WNOHANG);
		for (unsigned i = 0; gone > 0 && i < family->count; i++)
			if (family->pids[i] == gone) {
				fprintf(stderr, "hansho: %s ended by itself; see its log\n",
					hs_up_children[i].name);
				return false;
			}
	}
}

static bool
find_folders(struct hs_up *up, const char *run)
{
	char self[PATH_MAX], resolved[PATH_MAX];
	ssize_t len = readlink("/proc/self/exe", self, sizeof(self) - 1);
	if (len < 0)
		return false;
	self[len] = '\0';
	snprintf(up->bin_dir, sizeof(up->bin_dir), "%.900s", dirname(self));
	if (mkdir(run, 0700) != 0 && errno != EEXIST) {
		fprintf(stderr, "hansho: %s: %s; make its parent folder first\n", run,
			strerror(errno));
		return false;
	}
	if (!realpath(run, resolved) || strlen(resolved) > 80) {
		fprintf(stderr,
			"hansho: %s: the folder's path must be at most 80 bytes long, because "
			"the links' sockets lie in it; choose another by --run DIR\n",
			run);
		return false;
	}
	snprintf(up->run_dir, sizeof(up->run_dir), "%.80s", resolved);
	return true;
}

static int
run(struct hs_up *up)
{
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	sigaddset(&signals, SIGCHLD);
	/* A shell starts what it puts into the background with SIGINT ignored: it would never come. */
	signal(SIGINT, SIG_DFL);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	struct family family = { .count = 0 };
	bool ok = hs_up_prepare(up) && start_all(up, &family);
	if (ok && up->drill)
		ok = play_drill(up);
	if (family.count == hs_up_child_count && !up->once) {
		hs_up_page(up);
		ok = wait_for_end(&signals, &family);
	}
	printf("\nstopping …\n");
	bool clean = stop_all(&family);
	return ok && clean ? HS_EXIT_OK : HS_EXIT_REFUSED;
}

static const struct option options[] = {
	{ "run", required_argument, NULL, 'r' },
	{ "no-drill", no_argument, NULL, 'n' },
	{ "once", no_argument, NULL, 'o' },
	{ NULL, 0, NULL, 0 },
};

int
hs_cmd_up(struct hs_cli *cli, int argc, char **argv)
{
	(void)cli;
	struct hs_up up = { .drill = true };
	const char *run_dir = "build/run";
	int option;
	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'r')
			run_dir = optarg;
		else if (option == 'n')
			up.drill = false;
		else if (option == 'o')
			up.once = true;
		else
			return hs_cli_usage("wrong option for up");
	}
	if (optind != argc)
		return hs_cli_usage("up does not take \"%s\"", argv[optind]);
	return find_folders(&up, run_dir) ? run(&up) : HS_EXIT_INPUT;
}
