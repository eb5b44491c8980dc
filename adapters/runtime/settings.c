#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "adapters/runtime/runtime.h"
#include "hub/base/alarm_command.h"
#include "hub/base/check.h"
#include "hub/base/look.h"

#define UNACKED_MAX 8000

#define AT(member) offsetof(struct hs_adapter_settings, member)

static const struct hs_config_item common[] = {
	{ "name", HS_CONFIG_TEXT, AT(name), "text", 1, 64, NULL,
		"Name of this adapter as the hub's list of peers has it.", NULL },
	{ "live_url", HS_CONFIG_TEXT, AT(live_url), "url", 0, 512, "",
		"Link of the hub that serves the live lane; empty: no live lane.", NULL },
	{ "drill_url", HS_CONFIG_TEXT, AT(drill_url), "url", 0, 512, "",
		"Link of the hub that serves the drill lane; used only with drill: true.", NULL },
	{ "drill", HS_CONFIG_BOOL, AT(drill), "", 0, 0, "false",
		"Whether drills may reach the outlets of this adapter.", NULL },
	{ "ops_listen", HS_CONFIG_TEXT, AT(ops_listen), "address:port", 0, 128, "",
		"Where the operations page listens; empty: no page.", NULL },
	{ "heartbeat_ms", HS_CONFIG_INT, AT(heartbeat_ms), "ms", 50, 60000, "5000",
		"How often the adapter tells the hub that it lives.", NULL },
	{ "window", HS_CONFIG_INT, AT(window), "notices", 1, 65536, "8192",
		"Notices that the hub may send ahead of the acknowledgement.", NULL },
	{ "max_age_ms", HS_CONFIG_INT, AT(max_age_ms), "ms", 1000, 604800000, "1800000",
		"An order that was accepted longer ago than this starts nothing any more.", NULL },
	{ "max_age_end_ms", HS_CONFIG_INT, AT(max_age_end_ms), "ms", 1000, 604800000, "21600000",
		"The same for lifts and cancels, which stay useful longer.", NULL },
	{ "hold_ms", HS_CONFIG_INT, AT(hold_ms), "ms", 0, 3600000, "0",
		"How long an outlet that rings holds a notice with an unknown term before it goes "
		"out with a "
		"warning; 0: until an operator sends it anew.",
		NULL },
	{ "retry_first_ms", HS_CONFIG_INT, AT(retry_first_ms), "ms", 1, 60000, "500",
		"Pause before the second attempt at an outlet; doubled for each further one.",
		NULL },
	{ "retry_max_ms", HS_CONFIG_INT, AT(retry_max_ms), "ms", 1, 3600000, "30000",
		"Longest pause between two attempts.", NULL },
	{ "attempt_timeout_ms", HS_CONFIG_INT, AT(attempt_timeout_ms), "ms", 50, 600000, "10000",
		"An attempt without an answer is given up after this and tried again.", NULL },
	{ "unacked_max", HS_CONFIG_INT, AT(unacked.notices_max), "notices", 0, 65536, "0",
		"Notices that may wait for a slow outlet before the oldest is acknowledged early, "
		"so that a restart does not bring it again; as many again are tried after that. "
		"0: 8000, or as many as window and half of receipts_max leave. Not above these: a "
		"dead outlet must not stop the others, nor an outcome be lost.",
		NULL },
	{ "unacked_max_bytes", HS_CONFIG_INT, AT(unacked.bytes_max), "bytes", 65536, 15728640,
		"12582912",
		"The same in bytes of these notices; the hub sends 16 MiB ahead. In memory each "
		"takes several times as much.",
		NULL },
	{ "unacked_turn_ms", HS_CONFIG_INT, AT(unacked.turn_ms), "ms", 1, 1000, "5",
		"When much that waited for one outlet ends at once, as when a cell broadcast "
		"centre is back: after so long the loop looks at the others first.",
		NULL },
	{ "receipts_max", HS_CONFIG_INT, AT(receipts_max), "receipts", 16, 1048576, "65536",
		"Receipts that are kept while the hub is away, some 200 to 700 bytes each; beyond "
		"it the oldest that only say how it stands go first, then the oldest outcomes.",
		NULL },
	{ "stop_grace_ms", HS_CONFIG_INT, AT(stop_grace_ms), "ms", 0, 60000, "3000",
		"How long attempts under way may finish when the process is told to stop.", NULL },
	{ "tls_ca", HS_CONFIG_TEXT, AT(tls_ca), "path", 0, 4096, "",
		"PEM file of the certificate authority, for tls+tcp links.", NULL },
	{ "tls_cert_key", HS_CONFIG_TEXT, AT(tls_cert_key), "path", 0, 4096, "",
		"PEM file with our certificate and key, for tls+tcp links.", NULL },
	{ "maintenance", HS_CONFIG_BOOL, AT(maintenance), "", 0, 0, "false",
		"true: contact no outlet at all, keep the link to the hub and say so; takes effect "
		"at a start.",
		NULL },
	{ "canary_ms", HS_CONFIG_INT, AT(canary.period_ms), "ms", 0, 3600000, "60000",
		"How often each outlet is proven with a canary; 0: never, and nobody notices a "
		"dead outlet before the next order.",
		NULL },
	{ "canary_timeout_ms", HS_CONFIG_INT, AT(canary.timeout_ms), "ms", 150, 60000, "10000",
		"A canary that has not come back by then, in three tries, is an alarm.", NULL },
	{ "proof_required", HS_CONFIG_ENUM, AT(canary.proof_required), "never changed always", 0, 0,
		"changed",
		"When orders wait for the first canary of their outlet after a start: always, or "
		"only "
		"when the configuration is another one than at its last proof.",
		NULL },
	{ "state_dir", HS_CONFIG_TEXT, AT(canary.state_dir), "path", 0, 4000, "",
		"Folder of this adapter, where it keeps with which configuration each outlet was "
		"proven; empty: no start counts as changed, so that none waits for a proof.",
		NULL },
	{ "alarm_command", HS_CONFIG_TEXT, AT(canary.alarm_command), "path", 0, 4096, "",
		"Program that is run at each alarm of a canary and at its end, with the arguments "
		"alarm|over, adapter, lane, outlet, reason; no shell; empty: none.",
		NULL },
	{ "alarm_timeout_ms", HS_CONFIG_INT, AT(canary.alarm_timeout_ms), "ms", 100, 600000,
		"10000", "How long alarm_command may run before it is ended.", NULL },
};

enum hs_err
hs_adapter_settings_table(const struct hs_adapter_ops *ops, struct hs_config_record *out,
	struct hs_config_item **items)
{
	const struct hs_config_record *own = ops->settings;
	HS_CHECK(own);
	HS_CHECK(own->size_bytes >= sizeof(struct hs_adapter_settings));
	size_t count = HS_COUNT(common) + own->count;
	struct hs_config_item *rows = calloc(count, sizeof(*rows));
	if (!rows)
		return HS_ERR_NOMEM;
	memcpy(rows, common, sizeof(common));
	if (own->count > 0)
		memcpy(rows + HS_COUNT(common), own->items, own->count * sizeof(*rows));
	*out = (struct hs_config_record){ rows, count, own->size_bytes };
	*items = rows;
	return HS_OK;
}

/* Of the common keys, those on which it depends whether an order arrives; the others speak of the hub, of times and of
 * who is told. All of the adapter's own keys count. */
static const char *const of_path[] = { "attempt_timeout_ms" };

static bool
is_of_path(const struct hs_config_item *item)
{
	for (size_t i = 0; i < HS_COUNT(of_path); i++)
		if (strcmp(of_path[i], item->key) == 0)
			return true;
	return false;
}

enum hs_err
hs_adapter_settings_of_path(const struct hs_adapter_ops *ops, struct hs_config_record *out,
	struct hs_config_item **items)
{
	enum hs_err err = hs_adapter_settings_table(ops, out, items);
	size_t kept = 0;

	if (err != HS_OK)
		return err;
	for (size_t i = 0; i < out->count; i++)
		if (i >= HS_COUNT(common) || is_of_path(&out->items[i]))
			(*items)[kept++] = out->items[i];
	out->count = kept;
	return HS_OK;
}

static enum hs_err
look_lane(const struct hs_adapter_settings *settings, const char *key, const char *url,
	char why[HS_CONFIG_WHY])
{
	const struct hs_look_link link = { .place = "",
		.key = key,
		.url = url,
		.prefix = "",
		.tls_ca = settings->tls_ca,
		.tls_cert_key = settings->tls_cert_key };

	return url[0] == '\0' ? HS_OK : hs_look_link(&link, why);
}

static bool
is_folder(const char *path)
{
	struct stat about;

	return path[0] == '/' && stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static enum hs_err
look_canary(const struct hs_canary_settings *settings, char why[HS_CONFIG_WHY])
{
	if (settings->proof_required == HS_PROOF_ALWAYS && settings->period_ms == 0)
		return hs_look_refuse(why,
			"proof_required: always needs canaries, but canary_ms is 0; set canary_ms");
	if (settings->state_dir[0] != '\0' && !is_folder(settings->state_dir))
		return hs_look_refuse(why,
			"state_dir: %.200s is no folder that begins at /; make it, for this "
			"adapter alone",
			settings->state_dir);
	return hs_alarm_command_look(settings->alarm_command, why);
}

enum hs_err
hs_adapter_look_serving(const struct hs_adapter_settings *settings,
	const struct hs_adapter_serving *serving, char why[HS_CONFIG_WHY])
{
	const struct hs_look_listen listens[] = { { "ops_listen", settings->ops_listen, true },
		{ serving->key, serving->listen, serving->optional } };
	enum hs_err err = hs_look_listens(listens, HS_COUNT(listens), why);

	return err == HS_OK ? hs_look_server_tls(serving->cert, serving->key_of_cert, why) : err;
}

static int64_t
least(int64_t one, int64_t other)
{
	return one < other ? one : other;
}

int64_t
hs_unacked_notices_max(const struct hs_adapter_settings *settings)
{
	if (settings->unacked.notices_max > 0)
		return settings->unacked.notices_max;
	return least(UNACKED_MAX, least(settings->window, settings->receipts_max / 2));
}

static enum hs_err
look_common(const struct hs_adapter_settings *settings, char why[HS_CONFIG_WHY])
{
	const struct hs_look_listen listens[] = { { "ops_listen", settings->ops_listen, true } };
	enum hs_err err = hs_look_listens(listens, HS_COUNT(listens), why);

	if (err == HS_OK)
		err = look_lane(settings, "live_url", settings->live_url, why);
	if (err == HS_OK)
		err = look_lane(settings, "drill_url", settings->drill_url, why);
	if (err != HS_OK)
		return err;
	if (settings->drill && settings->drill_url[0] == '\0')
		return hs_look_refuse(why, "drill: true needs drill_url; give it, or say false");
	if (settings->live_url[0] == '\0' && settings->drill_url[0] == '\0')
		return hs_look_refuse(why, "neither live_url nor drill_url is given, so nothing "
					   "would ever come; give one");
	if (settings->unacked.notices_max > settings->receipts_max / 2)
		return hs_look_refuse(why,
			"unacked_max: %lld is above half of receipts_max, %lld: how they ended "
			"would be lost while the hub is away; raise receipts_max",
			(long long)settings->unacked.notices_max,
			(long long)settings->receipts_max);
	if (settings->unacked.notices_max > settings->window)
		return hs_look_refuse(why,
			"unacked_max: %lld is above window, %lld: a dead outlet would stop all "
			"others; "
			"keep it below",
			(long long)settings->unacked.notices_max, (long long)settings->window);
	return look_canary(&settings->canary, why);
}

enum hs_err
hs_adapter_settings_check(
	const struct hs_adapter_ops *ops, const void *settings, char why[HS_CONFIG_WHY])
{
	enum hs_err err = look_common(settings, why);

	return err == HS_OK && ops->look != NULL ? ops->look(settings, why) : err;
}
