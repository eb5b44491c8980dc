/* proc.h: what the main() of every process shares: command line, loop, signals, operations page.
 *
 * A process is `hansho-NAME --config FILE` ; also --check (read the configuration and exit),
 * --config-help (print the table), --version. SIGTERM and SIGINT call on_stop once; the process ends
 * when the loop has nothing left, with exit status 0. A second signal ends it at once.
 */
#ifndef HS_PROC_H
#define HS_PROC_H

#include <uv.h>

#include "hub/base/buf.h"
#include "hub/base/config.h"
#include "hub/base/err.h"

#define HS_VERSION "0.1.0"

struct hs_proc {
	uv_loop_t loop;
	uv_signal_t signals[2];
	struct hs_config *config;
	void (*on_stop)(void *owner);
	void *owner;
	int stops; /* signals seen */
};

/* What a process is configured by. */
struct hs_proc_settings {
	const struct hs_config_record *record;
	/* The second look (look.h), at a start and with --check; may be NULL. */
	enum hs_err (*look)(const void *owner, const void *settings, char why[HS_CONFIG_WHY]);
	/* "", or what a usable configuration should say otherwise: --check adds it to its line. May be NULL. */
	const char *(*remark)(const void *settings);
	const void *owner;
	/* A second file that can be looked at alone: `flag` FILE, by look_file; "" and NULL: there is none. */
	const char *file_flag;
	enum hs_err (*look_file)(const char *path, char why[HS_CONFIG_WHY]);
	/* One more word that goes with --config ("--explain"): `ask` runs with the settings instead of a start, on the
	 * standard streams, and gives the exit status; NULL: there is none. */
	const char *ask_flag;
	int (*ask)(const void *owner, const void *settings);
};

/* Parses the command line, loads the configuration into `settings` and looks at it. Returns true to go on;
 * false when the process is to end now with *exit_code (help, version, --check, or an error it printed). */
bool hs_proc_init(struct hs_proc *proc, int argc, char **argv, const struct hs_proc_settings *what,
	void *settings, int *exit_code);
/* Lowers the limit of open files to `count`; never raises it. Before the first HTTP server: libwebsockets makes a table of
 * that size and walks all of it whenever a connection closes (20,000 files: 120,000 instructions each time). */
void hs_proc_files_max(uint64_t count);
/* Runs the loop until it is empty; frees what init took. Returns the exit status. */
int hs_proc_run(struct hs_proc *proc, void (*on_stop)(void *owner), void *owner);

/* The operations page of a process: /healthz (alive), /readyz (200 or 503 with the reason),
 * /metrics (Prometheus text), /status (JSON for `hansho status`). */
struct hs_ops_callbacks {
	/* "" when ready, else what is missing. */
	const char *(*not_ready)(void *owner);
	/* Appends Prometheus lines. */
	void (*metrics)(void *owner, struct hs_buf *out);
	/* Appends one JSON object. */
	void (*status)(void *owner, struct hs_buf *out);
};

struct hs_ops;
/* listen: "127.0.0.1:9101"; "" = no page, *out is NULL. */
enum hs_err hs_ops_create(uv_loop_t *loop, const char *listen,
	const struct hs_ops_callbacks *callbacks, void *owner, struct hs_ops **out) HS_MUST_CHECK;
/* NULL is allowed. */
void hs_ops_stop(struct hs_ops *ops);

/* "127.0.0.1:8080" into address (size bytes) and port. */
enum hs_err hs_listen_parse(
	const char *listen, char *address, size_t size, int *port) HS_MUST_CHECK;

#endif
