#include "hub/gate/reload.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/http_peer.h"
#include "hub/base/log.h"
#include "hub/gate/gate.h"

#define MS_PER_S 1000
#define NS_PER_S 1000000000LL

enum hs_err
hs_reload_read(const struct hs_gate_settings *settings, struct hs_principals **principals,
	struct hs_trust **trust, char why[HS_CONFIG_WHY])
{
	const struct hs_gate_place *place = &settings->place;
	enum hs_err err = hs_principals_load(
		place->principals, hs_gate_settings_mode(settings), principals, why);

	*trust = NULL;
	if (err != HS_OK || place->client_certs == HS_CLIENT_CERTS_OFF)
		return err;
	err = hs_trust_load(place->client_ca, place->client_crl, trust, why);
	if (err != HS_OK) {
		hs_principals_free(*principals);
		*principals = NULL;
	}
	return err;
}

/* ---- whom the change ends ---- */

struct sweep {
	struct hs_gate *gate;
	uint64_t *marks;
	size_t count;
};

static int
compare_marks(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return (left > right) - (left < right);
}

static bool
certificate_good(struct hs_gate *gate, hs_http_id id)
{
	struct hs_peer peer;

	if (gate->trust == NULL)
		return true;
	hs_http_peer(gate->server, id, gate->trust, &peer);
	return peer.state == HS_PEER_TRUSTED || peer.state == HS_PEER_NONE;
}

static void
end_if_over(void *owner, hs_http_id id, uint64_t tag)
{
	struct sweep *sweep = owner;
	bool known = sweep->count > 0 && bsearch(&tag, sweep->marks, sweep->count,
						 sizeof(*sweep->marks), compare_marks) != NULL;

	if (known && certificate_good(sweep->gate, id))
		return;
	sweep->gate->reload.ended++;
	hs_http_drop(sweep->gate->server, id);
}

/* Without memory for the marks every marked connection is ended: clients come again. */
static void
end_those_over(struct hs_gate *gate)
{
	struct sweep sweep = { .gate = gate };

	sweep.marks = hs_principals_marks(gate->principals, &sweep.count);
	hs_http_each(gate->server, end_if_over, &sweep);
	free(sweep.marks);
}

/* ---- the files ---- */

static struct hs_file_stamp
stamp_of(const char *path)
{
	struct hs_file_stamp stamp = { 0 };
	struct stat found;

	if (path[0] == '\0' || stat(path, &found) != 0)
		return stamp;
	stamp.mtime_ns = found.st_mtim.tv_sec * NS_PER_S + found.st_mtim.tv_nsec;
	stamp.ctime_ns = found.st_ctim.tv_sec * NS_PER_S + found.st_ctim.tv_nsec;
	stamp.inode = found.st_ino;
	stamp.len_bytes = (uint64_t)found.st_size;
	return stamp;
}

/* Takes the stamps of now; true when one is another than before. */
static bool
take_stamps(struct hs_gate *gate)
{
	const struct hs_gate_place *place = &gate->settings->place;
	const char *const paths[HS_RELOAD_FILES] = { place->principals, place->client_ca,
		place->client_crl };
	bool changed = false;

	for (size_t i = 0; i < HS_RELOAD_FILES; i++) {
		struct hs_file_stamp now = stamp_of(paths[i]);

		changed = changed || memcmp(&now, &gate->reload.stamps[i], sizeof(now)) != 0;
		gate->reload.stamps[i] = now;
	}
	return changed;
}

static void
reload(struct hs_gate *gate)
{
	struct hs_reload *own = &gate->reload;
	struct hs_principals *principals;
	struct hs_trust *trust;

	if (hs_reload_read(gate->settings, &principals, &trust, own->why) != HS_OK) {
		own->failures++;
		hs_error("gate.principals_refused", "old_stay_in_force=1 reason=\"%s\"", own->why);
		return;
	}
	own->why[0] = '\0';
	own->loads++;
	hs_principals_free(gate->principals);
	hs_trust_free(gate->trust);
	gate->principals = principals;
	gate->trust = trust;
	if (trust != NULL && hs_trust_stale(trust))
		hs_warn("gate.crl_stale", "client_crl=%s", gate->settings->place.client_crl);
	end_those_over(gate);
	hs_info("gate.principals_read", "principals=%zu connections_ended=%llu",
		hs_principals_count(principals), (unsigned long long)own->ended);
}

static void
on_timer(uv_timer_t *timer)
{
	struct hs_gate *gate = timer->data;

	if (take_stamps(gate))
		reload(gate);
}

static void
on_hangup(uv_signal_t *signal, int number)
{
	struct hs_gate *gate = signal->data;

	(void)number;
	(void)take_stamps(gate);
	reload(gate);
}

void
hs_reload_stamp(struct hs_gate *gate)
{
	(void)take_stamps(gate);
}

void
hs_reload_start(struct hs_gate *gate)
{
	struct hs_reload *own = &gate->reload;
	uint64_t interval_ms = (uint64_t)gate->settings->bounds.principals_check_s * MS_PER_S;

	HS_CHECK(uv_timer_init(gate->loop, &own->timer) == 0);
	HS_CHECK(uv_signal_init(gate->loop, &own->hangup) == 0);
	own->timer.data = own->hangup.data = gate;
	HS_CHECK(uv_timer_start(&own->timer, on_timer, interval_ms, interval_ms) == 0);
	HS_CHECK(uv_signal_start(&own->hangup, on_hangup, SIGHUP) == 0);
	own->running = true;
	if (gate->trust != NULL && hs_trust_stale(gate->trust))
		hs_warn("gate.crl_stale", "client_crl=%s", gate->settings->place.client_crl);
}

void
hs_reload_stop(struct hs_gate *gate)
{
	struct hs_reload *own = &gate->reload;

	if (!own->running)
		return;
	own->running = false;
	uv_close((uv_handle_t *)&own->timer, NULL);
	uv_close((uv_handle_t *)&own->hangup, NULL);
}
