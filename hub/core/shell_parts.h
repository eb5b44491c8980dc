/* shell_parts.h: inside of the shell; for the shell*.c files only.
 *
 * shell.c        loop, links, effects, turns, operations page
 * shell_alarm.c  alarm_command of outlets that say nothing
 * shell_send.c   what leaves for the peers
 * shell_aside.c  what is too large for a turn of the loop: opening a large submission, giving its memory back
 */
#ifndef HS_CORE_SHELL_PARTS_H
#define HS_CORE_SHELL_PARTS_H

#include "hub/base/alarm_command.h"
#include "hub/base/aside.h"
#include "hub/base/link.h"
#include "hub/base/silence.h"
#include "hub/base/wake.h"
#include "hub/core/activation.h"
#include "hub/core/journal.h"
#include "hub/core/read_queue.h"
#include "hub/core/shell.h"
#include "hub/core/shell_ops.h"

/* Of one link. */
#define HS_SHELL_LINK_QUEUE_BYTES ((size_t)32 << 20)

struct shell_link {
	struct hs_shell *shell;
	struct hs_link *link;
	uint32_t peer;
	uint64_t ups; /* connections so far */
};

/* What is done beside the loop (hs_aside). */
struct shell_aside {
	struct hs_aside *thread;
	struct shell_keep *first,
		**last; /* what was read of records in the journal's queue, by pos */
	struct hs_alarm_command alarms;
};

/* Work that goes in turns of the loop. */
struct shell_turns {
	uv_idle_t idle; /* runs while there is any */
	struct hs_read_queue reads;
	struct hs_journal_rows rows;   /* of the present read */
	bool wanted;		       /* by the core: event TURN */
	struct hs_silence_looks looks; /* of the tick */
};

struct hs_shell {
	uv_loop_t *loop;
	const struct hs_hub_settings *settings;
	struct hs_core_options options;
	struct hs_core_peer peers[HS_PEERS_MAX];
	struct hs_core *core;
	struct hs_journal *journal;
	struct shell_link links[HS_PEERS_MAX];
	struct hs_effects effects;
	struct shell_turns turns;
	struct shell_aside aside;
	struct hs_wake committed; /* by the journal's threads */
	uv_timer_t timer;
	struct hs_ops *ops;
	struct hs_commit_stats commits;
	struct hs_activation activation;
	int64_t started_unix_us, recovery_us;
	int exit_code;
	bool stopped, stepping;
};

/* shell.c */
void hs_shell_step(struct hs_shell *shell, struct hs_event *event);

/* shell_alarm.c */
void hs_shell_alarms_init(struct hs_shell *shell);
void hs_shell_alarm(struct hs_shell *shell, const struct hs_effect *effect);

/* shell_send.c */
void hs_shell_send(struct hs_shell *shell, const struct hs_effect *effect);
/* See hs_event. */
uint64_t hs_shell_busy_peers(const struct hs_shell *shell);

/* shell_aside.c */
enum hs_err hs_shell_aside_start(struct hs_shell *shell, int nice) HS_MUST_CHECK;
/* True when this frame is one to be opened aside, and was taken. */
bool hs_shell_opens_aside(struct shell_link *from, const uint8_t *bytes, size_t len_bytes);
/* Rows that went to the journal: a reference of ours to what was read of them, so that it is the last one. Even to give an arena of many MB
 * back takes milliseconds. */
void hs_shell_keep(struct hs_shell *shell, const struct hs_row *rows, size_t count);
/* The core has heard of all up to pos: gives it back, on the thread. */
void hs_shell_let_go(struct hs_shell *shell, uint64_t pos);
void hs_shell_aside_stop(struct hs_shell *shell);

#endif
