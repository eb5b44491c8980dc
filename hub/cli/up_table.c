/* What `hansho up` starts, in this order, and what it says when all runs. */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/cli/up.h"

#define ARGUMENTS_MAX 12

extern char **environ;

const struct hs_up_child hs_up_children[] = {
	{ "hub", "hansho-hub", NULL, "http://127.0.0.1:9101/readyz" },
	{ "gate", "hansho-gate", NULL, "http://127.0.0.1:9102/readyz" },
	{ "feed", "hansho-feed", NULL, "http://127.0.0.1:9103/readyz" },
	{ "fakes", "hansho-sim", "fakes", "http://127.0.0.1:9108/readyz" },
	{ "broadcaster", "hansho-broadcaster", NULL, "http://127.0.0.1:9104/readyz" },
	{ "telecom", "hansho-telecom", NULL, "http://127.0.0.1:9105/readyz" },
	{ "signage", "hansho-signage", NULL, "http://127.0.0.1:9106/readyz" },
	{ "jalert", "hansho-jalert", NULL, "http://127.0.0.1:9107/readyz" },
};
const unsigned hs_up_child_count = HS_COUNT(hs_up_children);

pid_t
hs_up_spawn(const struct hs_up *up, const char *name, const char *const *arguments, bool log)
{
	char program[2 * HS_UP_PATH], path[2 * HS_UP_PATH];
	char *argv[ARGUMENTS_MAX + 1] = { program };
	snprintf(program, sizeof(program), "%s/%s", up->bin_dir, arguments[0]);
	snprintf(path, sizeof(path), "%s/log/%s.log", up->run_dir, name);
	for (size_t i = 1; i < ARGUMENTS_MAX && arguments[i]; i++)
		argv[i] = (char *)(uintptr_t)arguments[i];
	posix_spawn_file_actions_t actions;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (log) {
		posix_spawn_file_actions_addopen(
			&actions, STDERR_FILENO, path, O_WRONLY | O_CREAT | O_APPEND, 0644);
		posix_spawn_file_actions_adddup2(&actions, STDERR_FILENO, STDOUT_FILENO);
	}
	/* A Ctrl-C in the terminal is for `hansho up` alone, which stops its children in order; and the
	 * signals that it waits for are not blocked in them. */
	posix_spawnattr_t attributes;
	sigset_t none;
	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
	posix_spawnattr_setsigmask(&attributes, &none);
	pid_t pid = 0;
	int error = posix_spawn(&pid, program, &actions, &attributes, argv, environ);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	if (error == 0)
		return pid;
	fprintf(stderr, "hansho: cannot start %s: %s\n", program, strerror(error));
	return 0;
}

pid_t
hs_up_start(const struct hs_up *up, unsigned i)
{
	const struct hs_up_child *child = &hs_up_children[i];
	char configuration[2 * HS_UP_PATH];
	snprintf(configuration, sizeof(configuration), "%s/%s.yaml", up->run_dir, child->name);
	const char *plain[] = { child->program, "--config", configuration, NULL };
	const char *with_command[] = { child->program, child->command, "--config", configuration,
		NULL };
	return hs_up_spawn(up, child->name, child->command ? with_command : plain, true);
}

void
hs_up_page(const struct hs_up *up)
{
	printf("\n"
	       "  Hansho is running in drill mode (訓練). Nothing leaves this machine.\n"
	       "\n"
	       "  Submission form    https://127.0.0.1:8443/        user kakuu, password "
	       "drill-only\n"
	       "                     (certificate of %s/keys/ca.pem)\n"
	       "  Console            https://127.0.0.1:8443/console\n"
	       "  Signage screen     http://127.0.0.1:8082/sign/cityhall\n"
	       "  Screens            http://127.0.0.1:8082/sign/status\n"
	       "  Broadcaster        http://127.0.0.1:8083/v1/state   crawls: %s/playout/\n"
	       "  Feed               ws://127.0.0.1:8081/v1/feed      subprotocols hansho.v1.json, "
	       ".proto\n"
	       "                     http://127.0.0.1:8081/v1/state   /v1/feed.atom  "
	       "/v1/state.geojson\n"
	       "  Urgent mails sent  http://127.0.0.1:8084/received   (the drill's fake carriers)\n"
	       "  Cell broadcasts    http://127.0.0.1:8084/cbc        (its fake centre)\n"
	       "  Speech plans       %s/plans/\n"
	       "  Logs               %s/log/\n"
	       "\n"
	       "  Try next, in another terminal in this folder:\n"
	       "    %s/hansho tail\n"
	       "    %s/hansho submit --area 990019 --level 4 --hazard flood --district 北町一丁目\n"
	       "    %s/hansho status\n"
	       "    curl -s http://127.0.0.1:8081/v1/notices?after=0\n"
	       "\n"
	       "  Ctrl-C stops everything.\n",
		up->run_dir, up->run_dir, up->run_dir, up->run_dir, up->bin_dir, up->bin_dir,
		up->bin_dir);
	fflush(stdout);
}
