#include "hub/base/alarm_command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <uthash.h>
#include <utlist.h>

#include "hub/base/check.h"
#include "hub/base/log.h"
#include "hub/base/look.h"

#define WORDS 6
enum { WORD_LANE = 3, WORD_OUTLET = 4 };

struct hs_alarm_process {
	uv_process_t process;
	uv_timer_t timer;
	struct hs_alarm_command *alarms;
	struct hs_alarm_process *prev, *next;
	int open_handles; /* 0: it waits for its turn */
	char *arguments[WORDS + 1];
};

struct hs_alarm_outlet {
	UT_hash_handle hh;
	char key[]; /* lane/outlet */
};

static void
process_free(struct hs_alarm_process *own)
{
	DL_DELETE(own->alarms->processes, own);
	for (size_t i = 0; i < WORDS; i++)
		free(own->arguments[i]);
	free(own);
}

static void start_waiting(struct hs_alarm_command *alarms);

static void
on_closed(uv_handle_t *handle)
{
	struct hs_alarm_process *own = handle->data;
	struct hs_alarm_command *alarms = own->alarms;

	if (--own->open_handles > 0)
		return;
	alarms->running--;
	process_free(own);
	start_waiting(alarms);
	if (alarms->ended != NULL)
		alarms->ended(alarms->owner);
}

static void
process_close(struct hs_alarm_process *own)
{
	uv_close((uv_handle_t *)&own->timer, on_closed);
	uv_close((uv_handle_t *)&own->process, on_closed);
}

static void
on_process_exit(uv_process_t *process, int64_t status, int signal)
{
	struct hs_alarm_process *own = process->data;

	if (status != 0 || signal != 0)
		hs_error(own->alarms->failed_event, "status=%lld signal=%d", (long long)status,
			signal);
	process_close(own);
}

static void
on_too_long(uv_timer_t *timer)
{
	struct hs_alarm_process *own = timer->data;

	uv_process_kill(&own->process, SIGKILL);
}

/* libuv forks and the child only executes: nng's rule against forking (link.h) is about going on in the child. */
static int
process_start(struct hs_alarm_process *own)
{
	static char path[] = "PATH=/usr/local/bin:/usr/bin:/bin";
	char *environment[] = { path, NULL };
	const uv_process_options_t options = {
		.exit_cb = on_process_exit,
		.file = own->arguments[0],
		.args = own->arguments,
		.env = environment,
	};
	return uv_spawn(own->alarms->loop, &own->process, &options);
}

static void
start(struct hs_alarm_process *own)
{
	own->process.data = own->timer.data = own;
	own->open_handles = 2;
	own->alarms->running++;
	own->alarms->waiting--;
	uv_timer_init(own->alarms->loop, &own->timer);
	int error = process_start(own);
	if (error == 0) {
		uv_timer_start(&own->timer, on_too_long, (uint64_t)own->alarms->timeout_ms, 0);
		return;
	}
	hs_error(own->alarms->failed_event, "reason=\"%s\"", uv_strerror(error));
	process_close(own);
}

static bool
same_outlet(const struct hs_alarm_process *a, const struct hs_alarm_process *b)
{
	return strcmp(a->arguments[WORD_OUTLET], b->arguments[WORD_OUTLET]) == 0 &&
	       strcmp(a->arguments[WORD_LANE], b->arguments[WORD_LANE]) == 0;
}

/* Something earlier about its outlet runs or waits. */
static bool
is_behind(const struct hs_alarm_process *own)
{
	const struct hs_alarm_process *other = own->alarms->processes;

	while (other != own && !same_outlet(other, own))
		other = other->next;
	return other != own;
}

/* In the order in which they came. */
static void
start_waiting(struct hs_alarm_command *alarms)
{
	struct hs_alarm_process *own;

	DL_FOREACH (alarms->processes, own) {
		if (alarms->running >= HS_ALARM_COMMANDS_MAX || alarms->waiting == 0)
			return;
		if (own->open_handles == 0 && !is_behind(own))
			start(own);
	}
}

static struct hs_alarm_process *
process_new(struct hs_alarm_command *alarms, const struct hs_alarm_said *said)
{
	const char *const words[WORDS] = { alarms->command, said->what, alarms->process, said->lane,
		said->outlet, said->reason };
	struct hs_alarm_process *own = calloc(1, sizeof(*own));

	if (!own)
		return NULL;
	own->alarms = alarms;
	DL_APPEND(alarms->processes, own);
	for (size_t i = 0; i < WORDS; i++) {
		own->arguments[i] = strdup(words[i]);
		if (!own->arguments[i]) {
			process_free(own);
			return NULL;
		}
	}
	return own;
}

/* The entry of its outlet; NULL: none, or, with make, no memory. */
static struct hs_alarm_outlet *
find_outlet(struct hs_alarm_command *alarms, const struct hs_alarm_said *said, bool make)
{
	size_t size = strlen(said->lane) + 1 + strlen(said->outlet) + 1;
	struct hs_alarm_outlet *found, *outlet = calloc(1, sizeof(*outlet) + size);

	if (!outlet)
		return NULL;
	(void)snprintf(outlet->key, size, "%s/%s", said->lane, said->outlet);
	HASH_FIND_STR(alarms->outlets, outlet->key, found);
	if (found || !make) {
		free(outlet);
		return found;
	}
	HASH_ADD_STR(alarms->outlets, key, outlet);
	return outlet;
}

static void
forget_outlet(struct hs_alarm_command *alarms, struct hs_alarm_outlet *outlet)
{
	HASH_DEL(alarms->outlets, outlet);
	free(outlet);
}

static bool
left_out(const struct hs_alarm_command *alarms, const struct hs_alarm_said *said)
{
	hs_error(alarms->left_out_event, "what=%s outlet=%s", said->what, said->outlet);
	return false;
}

bool
hs_alarm_command_run(struct hs_alarm_command *alarms, const struct hs_alarm_said *said)
{
	bool over = strcmp(said->what, "over") == 0;
	struct hs_alarm_outlet *outlet;

	if (!alarms->command || alarms->command[0] == '\0')
		return false;
	if (!over && alarms->waiting >= HS_ALARM_COMMANDS_WAIT)
		return left_out(alarms, said);
	outlet = find_outlet(alarms, said, !over);
	if (over && !outlet)
		return false;
	if (!outlet || !process_new(alarms, said))
		return left_out(alarms, said);
	if (over)
		forget_outlet(alarms, outlet);
	alarms->waiting++;
	start_waiting(alarms);
	return true;
}

void
hs_alarm_command_stop(struct hs_alarm_command *alarms)
{
	struct hs_alarm_process *own, *next;
	struct hs_alarm_outlet *outlet, *other;

	HASH_ITER (hh, alarms->outlets, outlet, other)
		forget_outlet(alarms, outlet);
	DL_FOREACH_SAFE(alarms->processes, own, next)
	{
		if (own->open_handles > 0) {
			if (uv_is_active((uv_handle_t *)&own->process))
				uv_process_kill(&own->process, SIGKILL);
			continue;
		}
		alarms->waiting--;
		process_free(own);
		if (alarms->ended != NULL)
			alarms->ended(alarms->owner);
	}
}

enum hs_err
hs_alarm_command_look(const char *command, char why[HS_CONFIG_WHY])
{
	if (command[0] != '\0' && command[0] != '/')
		return hs_look_refuse(
			why, "alarm_command: %.200s is no absolute path; write it from /", command);
	if (command[0] != '\0' && access(command, X_OK) != 0)
		return hs_look_refuse(why,
			"alarm_command: %.200s cannot be executed; check the path and its "
			"permissions",
			command);
	return HS_OK;
}
