#include "hub/cli/explain_print.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/cli/cli.h"

/* Line by line, behind a bar; what a terminal would obey becomes a blank. */
static void
print_text(const char *text)
{
	bool begins = true;
	for (; *text != '\0'; text++) {
		if (begins)
			fputs("        | ", stdout);
		begins = *text == '\n';
		putchar((unsigned char)*text < ' ' && !begins ? ' ' : *text);
	}
	if (!begins)
		putchar('\n');
}

/* JSON with line breaks, so that it can be read. */
static void
print_output(const char *text)
{
	json_t *json = json_loads(text, 0, NULL);
	char *broken = json ? json_dumps(json, JSON_INDENT(1)) : NULL;
	print_text(broken ? broken : text);
	free(broken);
	json_decref(json);
}

static void
print_outlet(const json_t *outlet)
{
	const char *reason = hs_cli_text(outlet, "reason");
	size_t i;
	json_t *output;
	printf("    %-24s %s%s%s\n", hs_cli_text(outlet, "outlet"), hs_cli_text(outlet, "decision"),
		reason[0] ? ": " : "", reason);
	json_array_foreach (json_object_get(outlet, "outputs"), i, output) {
		printf("      %s\n", hs_cli_text(output, "what"));
		print_output(hs_cli_text(output, "text"));
	}
}

/* What the hub says of this adapter; NULL: it was not asked, or does not know it. */
static const json_t *
hub_on(const json_t *answers, const char *adapter)
{
	size_t i, j;
	json_t *answer, *row;
	json_array_foreach (answers, i, answer) {
		if (strcmp(hs_cli_text(answer, "kind"), "hub") != 0)
			continue;
		json_array_foreach (json_object_get(answer, "outlets"), j, row)
			if (strcmp(hs_cli_text(row, "outlet"), adapter) == 0)
				return row;
	}
	return NULL;
}

static void
print_answer(const json_t *answers, const json_t *answer)
{
	const char *reason = hs_cli_text(answer, "reason");
	const json_t *hub = hub_on(answers, hs_cli_text(answer, "adapter"));
	size_t i;
	json_t *outlet;
	printf("  %-26s %s%s%s\n", hs_cli_text(answer, "adapter"), hs_cli_text(answer, "decision"),
		reason[0] ? ": " : "", reason);
	if (hub && strcmp(hs_cli_text(hub, "decision"), "sends") != 0)
		printf("    THE HUB KEEPS IT AWAY: %s. If it came, this would follow:\n",
			hs_cli_text(hub, "reason"));
	json_array_foreach (json_object_get(answer, "outlets"), i, outlet)
		print_outlet(outlet);
}

static const char *
headline_of(const json_t *notice)
{
	size_t i;
	json_t *text;
	json_array_foreach (json_object_get(notice, "texts"), i, text)
		if (strcmp(hs_cli_text(text, "language"), "ja") == 0)
			return hs_cli_text(text, "headline");
	return "";
}

void
hs_explain_print(const json_t *whole)
{
	const json_t *frame = json_object_get(whole, "notice");
	const json_t *notice = json_object_get(frame, "notice");
	const json_t *answers = json_object_get(whole, "answers");
	size_t i;
	json_t *answer;
	printf("%s  %s  %s  %s  %s\n", hs_cli_text(whole, "asked"), hs_cli_text(notice, "mode"),
		hs_cli_text(notice, "kind"), hs_cli_text(notice, "action"), headline_of(notice));
	json_array_foreach (answers, i, answer)
		print_answer(answers, answer);
}

void
hs_explain_print_json(const json_t *whole)
{
	json_dumpf(whole, stdout, JSON_COMPACT);
	putchar('\n');
}
