#include "hub/core/shell.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/core/memory.h"
#include "hub/core/shell_parts.h"
#include "hub/core/shell_recover.h"

#define TICK_MS	   25
#define GOODBYE_MS 100 /* what the peers get to read the last frames */
/* Unsent bytes of one link: what delivery.c keeps in flight, a part of a snapshot and answers beside it. */

/* ---- effects ---- */

static void
do_append(struct hs_shell *shell)
{
	const struct hs_effects *effects = &shell->effects;
	struct hs_row *rows = NULL;
	size_t count = 0;

	for (size_t i = 0; i < effects->count; i++) {
		if (effects->items[i].type != HS_EFFECT_APPEND)
			continue;
		if (rows == NULL)
			rows = hs_must_alloc(effects->count, sizeof(*rows));
		rows[count++] = hs_effect_row(effects, &effects->items[i]);
	}
	hs_journal_append(shell->journal, rows, count);
	hs_shell_keep(shell, rows, count);
	free(rows);
}

static void
do_store(struct hs_shell *shell, const struct hs_effect *effect)
{
	struct hs_row row = hs_effect_row(&shell->effects, effect);

	hs_journal_store(shell->journal, &row);
}

static void
do_forget(struct hs_shell *shell, const struct hs_effect *effect)
{
	hs_journal_forget(shell->journal, effect->store);
}

static void do_turn(struct hs_shell *shell, const struct hs_effect *effect);

static void
do_drop(struct hs_shell *shell, const struct hs_effect *effect)
{
	if (shell->links[effect->peer].link != NULL)
		hs_link_drop(shell->links[effect->peer].link);
}

static void
do_state(struct hs_shell *shell, const struct hs_effect *effect)
{
	hs_journal_note(shell->journal, hs_effect_bytes(&shell->effects, effect));
}

static void
do_log(struct hs_shell *shell, const struct hs_effect *effect)
{
	struct hs_span text = hs_effect_bytes(&shell->effects, effect);

	hs_log(effect->level, effect->event, "%.*s", (int)text.len_bytes, (const char *)text.bytes);
}

static void
close_all(uv_timer_t *timer)
{
	struct hs_shell *shell = timer->data;

	for (size_t i = 0; i < shell->options.peer_count; i++) {
		if (shell->links[i].link != NULL)
			hs_link_close(shell->links[i].link, NULL, NULL);
		shell->links[i].link = NULL;
	}
	hs_ops_stop(shell->ops);
	shell->ops = NULL;
	hs_shell_aside_stop(shell);
	hs_alarm_command_stop(&shell->aside.alarms);
	/* First: its threads wake us through `committed`. */
	hs_journal_close(shell->journal);
	shell->journal = NULL;
	hs_wake_close(&shell->committed, NULL);
	uv_close((uv_handle_t *)&shell->turns.idle, NULL);
	uv_close((uv_handle_t *)&shell->timer, NULL);
	uv_stop(shell->loop); /* the signal handlers of proc.h would keep it running */
}

static void
do_stop(struct hs_shell *shell, const struct hs_effect *effect)
{
	if (shell->stopped)
		return;
	shell->stopped = true;
	shell->exit_code = effect->exit_code;
	hs_info("hub.stop", "exit_code=%d", shell->exit_code);
	uv_idle_stop(&shell->turns.idle);
	uv_timer_stop(&shell->timer);
	uv_timer_start(&shell->timer, close_all, GOODBYE_MS, 0);
}

static void
carry_out(struct hs_shell *shell)
{
	static void (*const doers[])(
		struct hs_shell *, const struct hs_effect *) = { [HS_EFFECT_SEND] = hs_shell_send,
		[HS_EFFECT_READ] = do_turn,
		[HS_EFFECT_DROP] = do_drop,
		[HS_EFFECT_LOG] = do_log,
		[HS_EFFECT_ALARM] = hs_shell_alarm,
		[HS_EFFECT_STATE] = do_state,
		[HS_EFFECT_STORE] = do_store,
		[HS_EFFECT_FORGET] = do_forget,
		[HS_EFFECT_TURN] = do_turn,
		[HS_EFFECT_STOP] = do_stop };

	do_append(shell);
	for (size_t i = 0; i < shell->effects.count; i++) {
		const struct hs_effect *effect = &shell->effects.items[i];

		if (effect->type != HS_EFFECT_APPEND)
			doers[effect->type](shell, effect);
	}
}

void
hs_shell_step(struct hs_shell *shell, struct hs_event *event)
{
	HS_CHECK(!shell->stepping);
	shell->stepping = true;
	event->unix_us = hs_clock_unix_us();
	event->mono_us = hs_clock_mono_us();
	event->disk_low = hs_journal_room(shell->journal).low;
	event->busy_peers = hs_shell_busy_peers(shell);
	hs_effects_reset(&shell->effects);
	hs_core_step(shell->core, event, &shell->effects);
	carry_out(shell);
	hs_core_prepare(shell->core); /* the writer has the rows, the sender waits for it alone */
	shell->stepping = false;
}

/* ---- turns: one piece of work each, so that commits, submissions and acks go between ---- */

static void
read_journal(struct hs_shell *shell, const struct hs_read *read)
{
	struct hs_event event = {
		.type = HS_EVENT_RECORDS, .peer = read->peer, .ticket = read->ticket
	};
	enum hs_err err = read->pos > 0 ? hs_journal_read_record(
						  shell->journal, read->pos, &shell->turns.rows)
					: hs_journal_read(shell->journal, read->after_seq,
						  read->limit, read->originals, &shell->turns.rows);

	event.rows = shell->turns.rows.rows;
	event.row_count = shell->turns.rows.count;
	if (err != HS_OK || event.row_count == 0) {
		/* The core asks only for what is committed: that it is not there means damage. */
		event = (struct hs_event){ .type = HS_EVENT_COMMIT_FAILED,
			.lost = true,
			.reason = "a record does not fit its hash: run hansho journal check" };
	}
	hs_shell_step(shell, &event);
}

static void
on_turn(uv_idle_t *idle)
{
	struct hs_shell *shell = idle->data;
	struct hs_event event = { .type = HS_EVENT_TURN };
	struct hs_read read;

	if (shell->turns.wanted) {
		shell->turns.wanted = false;
		hs_shell_step(shell, &event);
	}
	if (!shell->stopped && hs_read_queue_take(&shell->turns.reads, &read))
		read_journal(shell, &read);
	if (shell->stopped || (shell->turns.reads.first == NULL && !shell->turns.wanted))
		uv_idle_stop(idle);
}

/* READ and TURN. */
static void
do_turn(struct hs_shell *shell, const struct hs_effect *effect)
{
	if (effect->type == HS_EFFECT_READ)
		hs_read_queue_put(&shell->turns.reads, effect);
	else
		shell->turns.wanted = true;
	if (!shell->stopped)
		uv_idle_start(&shell->turns.idle, on_turn);
}

/* ---- events ---- */

static void
take_results(struct hs_shell *shell)
{
	struct hs_journal_result result;

	while (shell->journal != NULL && hs_journal_result(shell->journal, &result)) {
		struct hs_event event = { .type = result.committed ? HS_EVENT_COMMITTED
								   : HS_EVENT_COMMIT_FAILED,
			.pos = result.pos,
			.lost = result.lost,
			.reason = result.reason };

		if (result.store > 0)
			event = (struct hs_event){ .type = HS_EVENT_STORED,
				.store = result.store,
				.reason = result.committed ? NULL : result.reason };
		else
			hs_commit_stats_add(&shell->commits, &result);
		hs_shell_step(shell, &event);
		if (result.store == 0)
			hs_shell_let_go(shell, result.committed ? result.pos : UINT64_MAX);
	}
}

static void
on_committed(struct hs_wake *wake)
{
	take_results(HS_CONTAINER_OF(wake, struct hs_shell, committed));
}

static void
wake(void *owner)
{
	struct hs_shell *shell = owner;

	hs_wake_send(&shell->committed);
}

static void
on_tick(uv_timer_t *timer)
{
	struct hs_shell *shell = timer->data;

	if (!hs_silence_may_judge(&shell->turns.looks, hs_clock_mono_us()))
		return;
	hs_shell_step(shell, &(struct hs_event){ .type = HS_EVENT_TICK });
}

static void
link_event(struct shell_link *link, enum hs_event_type type)
{
	struct hs_event event = { .type = type, .peer = link->peer };

	hs_shell_step(link->shell, &event);
}

static void
on_link_up(void *owner, struct hs_link *link)
{
	struct shell_link *up = owner;

	(void)link;
	up->ups++;
	link_event(up, HS_EVENT_PEER_UP);
}

static void
on_link_down(void *owner, struct hs_link *link)
{
	(void)link;
	link_event(owner, HS_EVENT_PEER_DOWN);
}

static void
on_link_frame(void *owner, struct hs_link *link, const uint8_t *bytes, size_t len_bytes)
{
	struct shell_link *from = owner;
	struct hs_event event = {
		.type = HS_EVENT_FRAME, .peer = from->peer, .bytes = { bytes, len_bytes }
	};

	(void)link;
	if (!hs_shell_opens_aside(from, bytes, len_bytes))
		hs_shell_step(from->shell, &event);
}

static const struct hs_link_ops link_ops = { on_link_up, on_link_frame, on_link_down };

/* ---- operations page ---- */

static struct hs_shell_view
view_of(const struct hs_shell *shell)
{
	return (struct hs_shell_view){ .core = shell->core,
		.journal = shell->journal,
		.options = &shell->options,
		.commits = &shell->commits,
		.activation = &shell->activation,
		.started_unix_us = shell->started_unix_us,
		.recovery_us = shell->recovery_us };
}

static const char *
ops_not_ready(void *owner)
{
	const struct hs_shell *shell = owner;

	return shell->stopped ? "stopping" : "";
}

static void
ops_metrics(void *owner, struct hs_buf *out)
{
	struct hs_shell_view view = view_of(owner);

	hs_shell_metrics(&view, out);
}

static void
ops_status(void *owner, struct hs_buf *out)
{
	struct hs_shell_view view = view_of(owner);

	hs_shell_status(&view, out);
}

static const struct hs_ops_callbacks ops_callbacks = { ops_not_ready, ops_metrics, ops_status };

/* ---- start and end ---- */

/* The core knows which tables a gate may have. */
static enum hs_err
activate(struct hs_shell *shell, uint64_t newest_seq, char *why)
{
	const struct hs_hub_journal_settings *settings = &shell->settings->journal;
	enum hs_err err = hs_activation_start(shell->journal, settings->path, newest_seq,
		settings->tables_unrehearsed, &shell->activation, why);

	hs_core_know_tables(shell->core,
		(struct hs_core_tables){ shell->activation.known, shell->activation.known_count });
	return err;
}

static enum hs_err
start_core(struct hs_shell *shell, char *why)
{
	struct hs_journal_options options = { .path = shell->settings->journal.path,
		.commit_linger_us = shell->settings->journal.commit_linger_us,
		.checkpoint_pages = (size_t)shell->settings->journal.checkpoint_pages,
		.reserve_bytes = (uint64_t)shell->settings->journal.reserve_bytes,
		.piece_bytes = (size_t)shell->settings->journal.piece_bytes,
		.piece_pause_us = shell->settings->journal.piece_pause_us,
		.piece_checkpoint_bytes = (size_t)shell->settings->journal.piece_checkpoint_bytes,
		.wake = wake,
		.owner = shell };
	int64_t began_us = hs_clock_mono_us();
	struct hs_core_stats stats;
	enum hs_err err = hs_journal_open(&options, &shell->journal, why);

	if (err != HS_OK)
		return err;
	hs_hub_core_options(shell->settings, shell->peers, &shell->options);
	shell->options.epoch = hs_journal_epoch(shell->journal);
	shell->options.version = HS_VERSION;
	err = hs_shell_recover(shell->journal, &shell->options,
		(uint64_t)shell->settings->journal.verify_tail, &shell->core, why);
	hs_core_stats(shell->core, &stats);
	if (err == HS_OK)
		err = activate(shell, stats.newest_seq, why);
	if (err == HS_OK) {
		err = hs_journal_start(shell->journal);
		snprintf(why, HS_JOURNAL_WHY, "journal: cannot be started: %s", hs_err_text(err));
	}
	hs_core_know_stores(shell->core, hs_journal_next_store(shell->journal));
	shell->recovery_us = hs_clock_mono_us() - began_us;
	if (err == HS_OK)
		hs_info("hub.recovered", "epoch=%s newest_seq=%llu records=%llu us=%lld",
			shell->options.epoch, (unsigned long long)stats.newest_seq,
			(unsigned long long)stats.committed_pos, (long long)shell->recovery_us);
	return err;
}

static enum hs_err
open_links(struct hs_shell *shell, char *why)
{
	const struct hs_hub_peer_settings *rows = shell->settings->peers.items;

	for (uint32_t i = 0; i < shell->options.peer_count; i++) {
		struct hs_link_options options = { .url = rows[i].url,
			.listen = true,
			.ops = &link_ops,
			.owner = &shell->links[i],
			.frame_max_bytes = HS_FRAME_MAX_BYTES,
			.queue_max_bytes = HS_SHELL_LINK_QUEUE_BYTES,
			.tls_ca_path = rows[i].tls_ca[0] == '\0' ? NULL : rows[i].tls_ca,
			.tls_cert_key_path =
				rows[i].tls_cert_key[0] == '\0' ? NULL : rows[i].tls_cert_key };
		enum hs_err err;

		shell->links[i].shell = shell;
		shell->links[i].peer = i;
		err = hs_link_open(shell->loop, &options, &shell->links[i].link);
		if (err == HS_OK)
			continue;
		snprintf(why, HS_JOURNAL_WHY,
			"peer %.64s: cannot listen on %.200s: %s; is another hub running, does the "
			"directory exist?",
			rows[i].name, rows[i].url, hs_err_text(err));
		return err;
	}
	return HS_OK;
}

enum hs_err
hs_shell_create(
	uv_loop_t *loop, const struct hs_hub_settings *settings, struct hs_shell **out, char *why)
{
	struct hs_shell *shell = hs_must_alloc(1, sizeof(*shell));
	enum hs_err err;

	shell->loop = loop;
	shell->settings = settings;
	hs_shell_alarms_init(shell);
	hs_read_queue_init(&shell->turns.reads);
	shell->started_unix_us = hs_clock_unix_us();
	hs_effects_init(&shell->effects);
	HS_CHECK(hs_wake_open(loop, &shell->committed, on_committed) == HS_OK);
	HS_CHECK(uv_idle_init(loop, &shell->turns.idle) == 0);
	HS_CHECK(uv_timer_init(loop, &shell->timer) == 0);
	shell->turns.idle.data = shell;
	shell->timer.data = shell;
	err = hs_shell_aside_start(shell, (int)settings->journal.aside_nice);
	if (err == HS_OK)
		err = start_core(shell, why);
	else
		snprintf(why, HS_JOURNAL_WHY, "no thread: raise the limit of processes");
	if (err == HS_OK)
		err = open_links(shell, why);
	if (err == HS_OK) {
		err = hs_ops_create(loop, settings->ops_listen, &ops_callbacks, shell, &shell->ops);
		if (err != HS_OK)
			snprintf(why, HS_JOURNAL_WHY, "ops_listen: %s cannot be listened on: %s",
				settings->ops_listen, hs_err_text(err));
	}
	*out = shell;
	if (err != HS_OK) {
		shell->stopped = true;
		shell->exit_code = 1;
		close_all(&shell->timer);
		return err;
	}
	uv_timer_start(&shell->timer, on_tick, TICK_MS, TICK_MS);
	return HS_OK;
}

void
hs_shell_stop(struct hs_shell *shell)
{
	struct hs_event event = { .type = HS_EVENT_STOP };

	hs_shell_step(shell, &event);
}

int
hs_shell_destroy(struct hs_shell *shell)
{
	int exit_code = shell->exit_code;

	if (shell->core != NULL)
		hs_core_destroy(shell->core);
	hs_activation_free(&shell->activation);
	hs_read_queue_free(&shell->turns.reads);
	hs_journal_rows_free(&shell->turns.rows);
	hs_effects_free(&shell->effects);
	free(shell);
	return exit_code;
}
