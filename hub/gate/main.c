/* main.c of hansho-gate: the front door for senders. See gate.h for how its parts hang together. */
#include <stdio.h>
#include <stdlib.h>

#include "hub/base/proc.h"
#include "hub/gate/gate.h"
#include "schemas/notice.h"

#define OTHER_FILES 256 /* link, operations page, pipes of the loop, files that are read */

static void
on_stop(void *owner)
{
	hs_gate_stop(owner);
}

static enum hs_err
look(const void *owner, const void *settings, char why[HS_CONFIG_WHY])
{
	(void)owner;
	return hs_gate_look(settings, why);
}

/* The lane of a list that is looked at alone is that of its first principal. */
static enum hs_err
look_principals(const char *path, char why[HS_CONFIG_WHY])
{
	struct hs_principals *principals = NULL;
	enum hs_err err = hs_principals_load(path, HS_MODE(UNSPECIFIED), &principals, why);

	hs_principals_free(principals);
	return err;
}

int
main(int argc, char **argv)
{
	const struct hs_proc_settings what = { .record = &hs_gate_settings_record,
		.look = look,
		.file_flag = "--check-principals",
		.look_file = look_principals };
	struct hs_proc proc;
	struct hs_gate_settings settings;
	struct hs_gate gate = { 0 };
	char why[HS_CONFIG_WHY];
	int exit_code, started;

	if (!hs_proc_init(&proc, argc, argv, &what, &settings, &exit_code))
		return exit_code;
	hs_proc_files_max((uint64_t)settings.bounds.connections_max + OTHER_FILES);
	started = hs_gate_start(&gate, &proc.loop, &settings, why) == HS_OK;
	if (!started) {
		(void)fprintf(stderr, "hansho-gate: %s\n", why);
		uv_stop(&proc.loop); /* only what is being closed runs on */
	}
	exit_code = hs_proc_run(&proc, on_stop, &gate);
	hs_gate_free(&gate);
	return started ? exit_code : EXIT_FAILURE;
}
