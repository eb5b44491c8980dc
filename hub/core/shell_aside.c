/* What would hold the loop for tens of milliseconds: a large submission is opened, and its memory given back, on the thread of
 * hs_aside. Other frames of the gate are not held up: it has one large submission at the hub at a time, and sends nothing of that
 * document behind it (hub/gate/port_table.h). */
#include <stdlib.h>

#include "hub/base/check.h"
#include "hub/core/memory.h"
#include "hub/core/opened.h"
#include "hub/core/shell_parts.h"

/* ---- opening ---- */

struct shell_open {
	struct hs_aside_job job;
	struct shell_link *from;
	uint64_t ups;
	int mode;
	struct hs_span bytes;
	void *memory; /* of the bytes */
	struct hs_opened *opened;
};

static void
run_open(struct hs_aside_job *job)
{
	struct shell_open *open = HS_CONTAINER_OF(job, struct shell_open, job);

	open->opened = hs_opened_create(open->bytes, open->mode);
	free(open->memory);
	open->memory = NULL;
}

/* What came on a connection that has ended is lost with it: the gate was told so. */
static void
open_done(struct hs_aside_job *job, bool ended)
{
	struct shell_open *open = HS_CONTAINER_OF(job, struct shell_open, job);
	struct shell_link *from = open->from;
	struct hs_event event = {
		.type = HS_EVENT_FRAME, .peer = from->peer, .opened = open->opened
	};

	if (ended || from->shell->stopped || from->ups != open->ups)
		hs_opened_free(open->opened);
	else
		hs_shell_step(from->shell, &event);
	free(open->memory);
	free(open);
}

bool
hs_shell_opens_aside(struct shell_link *from, const uint8_t *bytes, size_t len_bytes)
{
	struct hs_shell *shell = from->shell;
	struct shell_open *open;

	if (shell->peers[from->peer].kind != (int)HS_PEER(GATE) ||
		len_bytes <= shell->options.ahead.large_bytes || shell->stopped)
		return false;
	open = hs_must_alloc(1, sizeof(*open));
	open->job = (struct hs_aside_job){ .run = run_open, .done = open_done };
	open->from = from;
	open->ups = from->ups;
	open->mode = shell->options.mode;
	open->bytes =
		(struct hs_span){ hs_link_take_frame(from->link, bytes, len_bytes, &open->memory),
			len_bytes };
	HS_CHECK(open->bytes.bytes != NULL);
	hs_aside_queue(shell->aside.thread, &open->job);
	return true;
}

/* ---- giving back ---- */

struct shell_keep {
	struct hs_aside_job job;
	struct shell_keep *next;
	uint64_t pos;
	struct hs_shared *reading;
	struct hs_kept *dropped; /* what it replaced */
};

void
hs_shell_keep(struct hs_shell *shell, const struct hs_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct shell_keep *keep;

		if (rows[i].owners.reading == NULL)
			continue;
		keep = hs_must_alloc(1, sizeof(*keep));
		keep->pos = rows[i].pos;
		keep->reading = hs_shared_ref(rows[i].owners.reading);
		*shell->aside.last = keep;
		shell->aside.last = &keep->next;
	}
}

static void
run_free(struct hs_aside_job *job)
{
	struct shell_keep *keep = HS_CONTAINER_OF(job, struct shell_keep, job);

	hs_shared_unref(keep->reading);
	hs_kept_free_all(keep->dropped);
	keep->reading = NULL;
	keep->dropped = NULL;
}

static void
free_done(struct hs_aside_job *job, bool ended)
{
	struct shell_keep *keep = HS_CONTAINER_OF(job, struct shell_keep, job);

	if (ended)
		run_free(job);
	free(keep);
}

void
hs_shell_let_go(struct hs_shell *shell, uint64_t pos)
{
	struct shell_aside *aside = &shell->aside;

	while (aside->first != NULL && aside->first->pos <= pos) {
		struct shell_keep *keep = aside->first;

		aside->first = keep->next;
		if (aside->first == NULL)
			aside->last = &aside->first;
		keep->dropped = hs_core_dropped(shell->core);
		keep->job = (struct hs_aside_job){ .run = run_free, .done = free_done };
		if (aside->thread != NULL)
			hs_aside_queue(aside->thread, &keep->job);
		else
			free_done(&keep->job, true);
	}
}

/* ---- start and end ---- */

enum hs_err
hs_shell_aside_start(struct hs_shell *shell, int nice)
{
	shell->aside.last = &shell->aside.first;
	return hs_aside_create(shell->loop, nice, &shell->aside.thread);
}

void
hs_shell_aside_stop(struct hs_shell *shell)
{
	hs_aside_close(shell->aside.thread);
	shell->aside.thread = NULL;
	hs_shell_let_go(shell, UINT64_MAX);
}
