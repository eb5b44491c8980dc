#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adapters/jalert/receiver.h"
#include "adapters/jalert/receiver_canary.h"
#include "hub/base/alarm_command.h"
#include "hub/base/check.h"
#include "hub/base/look.h"

#define R(member) offsetof(struct hs_receiver_settings, member)

static const struct hs_config_item items[] = {
	{ "gate_url", HS_CONFIG_TEXT, R(gate_url), "url", 1, 512, NULL,
		"Address of the gate for submissions: https://HOST:8443/v1/submissions.", NULL },
	{ "gate_ca", HS_CONFIG_TEXT, R(gate_ca), "path", 0, 4096, "",
		"Certificate authority of the gate (PEM); empty: those of the system.", NULL },
	{ "token_file", HS_CONFIG_TEXT, R(token_file), "path", 1, 4096, NULL,
		"File with the token of a principal of role relayer, readable for this process "
		"alone.",
		NULL },
	{ "spool_dir", HS_CONFIG_TEXT, R(spool_dir), "path", 1, 4096, NULL,
		"Folder into which the receiver puts *.xml and *.json; done/ and refused/ are made "
		"in it.",
		NULL },
	{ "listen", HS_CONFIG_TEXT, R(listen), "address:port", 0, 128, "",
		"Where the receiver may POST to /v1/telegrams instead; empty: files only.", NULL },
	{ "listen_token_file", HS_CONFIG_TEXT, R(listen_token_file), "path", 0, 4096, "",
		"File with the token that the receiver must send; needed with listen.", NULL },
	{ "listen_url", HS_CONFIG_TEXT, R(listen_url), "url", 0, 512, "",
		"The address of this bridge that the receiver was told to POST to, "
		"http://HOST:PORT/v1/telegrams; "
		"needed with listen: the canary knocks there, so that a door that is elsewhere is "
		"an "
		"alarm.",
		NULL },
	{ "ops_listen", HS_CONFIG_TEXT, R(ops_listen), "address:port", 0, 128, "",
		"Operations page; empty: none.", NULL },
	{ "sender", HS_CONFIG_TEXT, R(sender), "name", 1, 200, "jalert.invalid",
		"Sender of the alerts that are made from *.json: a name of your own.", NULL },
	{ "poll_ms", HS_CONFIG_INT, R(poll_ms), "ms", 50, 60000, "500",
		"How often the folder is looked at, besides when the kernel tells of a change.",
		NULL },
	{ "timeout_ms", HS_CONFIG_INT, R(timeout_ms), "ms", 100, 60000, "5000",
		"Limit of one submission; then it is tried again.", NULL },
	{ "retry_first_ms", HS_CONFIG_INT, R(retry_first_ms), "ms", 10, 60000, "200",
		"Pause before the second try; doubled each time.", NULL },
	{ "retry_max_ms", HS_CONFIG_INT, R(retry_max_ms), "ms", 10, 600000, "5000",
		"Longest pause between tries.", NULL },
	{ "threads", HS_CONFIG_INT, R(threads), "threads", 1, 32, "4",
		"Submissions under way at one time.", NULL },
	{ "file_max_bytes", HS_CONFIG_INT, R(file_max_bytes), "bytes", 1024, 67108864, "8388608",
		"Largest telegram; a larger one goes to refused/.", NULL },
	{ "canary_ms", HS_CONFIG_INT, R(canary.period_ms), "ms", 0, 3600000, "60000",
		"How often the way to the hub is proven with a test message; 0: never, and nobody "
		"notices a broken way before the next warning.",
		NULL },
	{ "canary_timeout_ms", HS_CONFIG_INT, R(canary.timeout_ms), "ms", 150, 60000, "10000",
		"A canary that has not come back by then is an alarm.", NULL },
	{ "alarm_command", HS_CONFIG_TEXT, R(canary.alarm_command), "path", 0, 4096, "",
		"Program that is run at each alarm of the canary and at its end, with the "
		"arguments "
		"alarm|over, receiver, all, hub, reason; no shell; empty: none.",
		NULL },
	{ "alarm_timeout_ms", HS_CONFIG_INT, R(canary.alarm_timeout_ms), "ms", 100, 600000, "10000",
		"How long alarm_command may run before it is ended.", NULL },
};

const struct hs_config_record hs_receiver_record = { items, HS_COUNT(items),
	sizeof(struct hs_receiver_settings) };

enum hs_err
hs_receiver_token(const char *path, char *out, size_t size)
{
	FILE *file = fopen(path, "re");
	if (!file)
		return HS_ERR_IO;
	char *line = fgets(out, (int)size, file);
	fclose(file);
	if (!line)
		return HS_ERR_INVALID;
	out[strcspn(out, "\r\n")] = '\0';
	return out[0] != '\0' ? HS_OK : HS_ERR_INVALID;
}

static enum hs_err
look_token(const char *key, const char *path, char why[HS_CONFIG_WHY])
{
	char token[512];
	if (hs_receiver_token(path, token, sizeof(token)) == HS_OK)
		return HS_OK;
	return hs_look_refuse(why,
		"%s: %.300s has no token in its first line, or cannot be read; "
		"write the token into it",
		key, path);
}

static bool
ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);
	return len > end_len && strcmp(text + len - end_len, end) == 0;
}

/* What the door needs. */
static enum hs_err
look_door(const struct hs_receiver_settings *settings, char why[HS_CONFIG_WHY])
{
	const char *url = settings->listen_url;
	if (settings->listen[0] == '\0' && url[0] == '\0')
		return HS_OK;
	if (settings->listen[0] == '\0')
		return hs_look_refuse(
			why, "listen_url: there is no door: set listen, or leave listen_url out");
	if (strncmp(url, "http://", 7) != 0 || !ends_in(url, "/v1/telegrams"))
		return hs_look_refuse(why,
			"listen_url: \"%.200s\" is not http://HOST:PORT/v1/telegrams; write the "
			"address that the receiver POSTs to",
			url);
	return look_token("listen_token_file", settings->listen_token_file, why);
}

enum hs_err
hs_receiver_look(const void *owner, const void *given, char why[HS_CONFIG_WHY])
{
	const struct hs_receiver_settings *settings = given;
	const struct hs_look_listen listens[] = { { "listen", settings->listen, true },
		{ "ops_listen", settings->ops_listen, true } };
	char url[600];
	(void)owner;
	enum hs_err err = hs_look_listens(listens, HS_COUNT(listens), why);
	if (err == HS_OK)
		err = look_token("token_file", settings->token_file, why);
	if (err == HS_OK)
		err = look_door(settings, why);
	if (err == HS_OK && access(settings->spool_dir, R_OK | W_OK | X_OK) != 0)
		return hs_look_refuse(why,
			"spool_dir: %.300s is no folder that can be read and written; make it, and "
			"give it to this user",
			settings->spool_dir);
	if (err == HS_OK && settings->gate_ca[0] != '\0')
		err = hs_look_authority("gate_ca", settings->gate_ca, why);
	if (err == HS_OK && !hs_receiver_canary_url(settings->gate_url, url, sizeof(url)))
		return hs_look_refuse(why,
			"gate_url: %.300s does not end with /v1/submissions; write the whole "
			"address",
			settings->gate_url);
	if (err == HS_OK)
		err = hs_alarm_command_look(settings->canary.alarm_command, why);
	return err;
}
