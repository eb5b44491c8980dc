/* hansho-hub: intake → journal → state → route → links. One process per lane (live or drill).
 *
 * All decisions are in core.h; what touches disk, network and clock is in shell.h and journal.h. This file
 * only reads the configuration and runs the loop.
 */
#include <stdio.h>

#include "hub/base/proc.h"
#include "hub/core/explain.h"
#include "hub/core/journal.h"
#include "hub/core/shell.h"

static void
on_stop(void *owner)
{
	hs_shell_stop(owner);
}

static enum hs_err
look(const void *owner, const void *settings, char why[HS_CONFIG_WHY])
{
	(void)owner;
	return hs_hub_settings_check(settings, why);
}

static const char *
remark(const void *settings)
{
	return hs_hub_settings_remark(settings);
}

static int
explain(const void *owner, const void *settings)
{
	(void)owner;
	return hs_hub_explain(settings, stdin, stdout);
}

int
main(int argc, char **argv)
{
	const struct hs_proc_settings what = { .record = &hs_hub_settings_record,
		.look = look,
		.remark = remark,
		.ask_flag = "--explain",
		.ask = explain };
	struct hs_proc proc;
	struct hs_hub_settings settings = { 0 };
	struct hs_shell *shell = NULL;
	char why[HS_JOURNAL_WHY] = "";
	int exit_code;
	int shell_code;

	if (!hs_proc_init(&proc, argc, argv, &what, &settings, &exit_code))
		return exit_code;
	if (hs_shell_create(&proc.loop, &settings, &shell, why) != HS_OK) {
		fprintf(stderr, "hansho-hub: %s\n", why);
		hs_proc_run(&proc, NULL, NULL);
		return hs_shell_destroy(shell);
	}
	exit_code = hs_proc_run(&proc, on_stop, shell);
	shell_code = hs_shell_destroy(shell);
	return shell_code != 0 ? shell_code : exit_code;
}
