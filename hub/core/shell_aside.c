/* What would hold the loop for tens of milliseconds: a large submission is opened, and what was read of it is sealed, on the thread of
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

/* ---- sealing ---- */

struct shell_seal {
	struct hs_aside_job job;
	struct shell_seal *next;
	struct hs_shell *shell; /* NULL: its commit failed */
	uint64_t pos, seq;
	struct hs_shared *reading;
	bool done;
};

static void
run_seal(struct hs_aside_job *job)
{
	struct shell_seal *seal = HS_CONTAINER_OF(job, struct shell_seal, job);

	hs_reading_seal(hs_shared_memory(seal->reading), seal->seq);
}

static void
seal_free(struct shell_seal *seal)
{
	hs_shared_unref(seal->reading);
	free(seal);
}

static void
seal_done(struct hs_aside_job *job, bool ended)
{
	struct shell_seal *seal = HS_CONTAINER_OF(job, struct shell_seal, job);
	struct hs_shell *shell = seal->shell;

	if (ended || shell == NULL) {
		seal_free(seal);
		return;
	}
	seal->done = true;
	hs_shell_committed(shell);
}

void
hs_shell_seal(struct hs_shell *shell, const struct hs_row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct shell_seal *seal;

		if (rows[i].owners.reading == NULL || rows[i].type != (int)HS_RECORD(NOTICE))
			continue;
		seal = hs_must_alloc(1, sizeof(*seal));
		seal->job = (struct hs_aside_job){ .run = run_seal, .done = seal_done };
		seal->shell = shell;
		seal->pos = rows[i].pos;
		seal->seq = rows[i].seq;
		seal->reading = hs_shared_ref(rows[i].owners.reading);
		*shell->aside.last = seal;
		shell->aside.last = &seal->next;
		hs_aside_queue_first(shell->aside.thread, &seal->job);
	}
}

static struct shell_seal *
take_seal(struct shell_aside *aside)
{
	struct shell_seal *seal = aside->first;

	aside->first = seal->next;
	if (aside->first == NULL)
		aside->last = &aside->first;
	return seal;
}

/* The core hears of a record when what was read of it is sealed. */
static bool
is_sealed(struct shell_aside *aside, uint64_t pos)
{
	while (aside->first != NULL && aside->first->pos <= pos) {
		struct shell_seal *seal = aside->first;

		if (!seal->done)
			return false;
		take_seal(aside);
		seal->next = aside->spent;
		aside->spent = seal;
	}
	return true;
}

static void
run_free(struct hs_aside_job *job)
{
	struct shell_seal *seal = HS_CONTAINER_OF(job, struct shell_seal, job);

	hs_shared_unref(seal->reading);
	seal->reading = NULL;
}

static void
free_done(struct hs_aside_job *job, bool ended)
{
	(void)ended;
	seal_free(HS_CONTAINER_OF(job, struct shell_seal, job));
}

/* Ours is the last reference to an arena of many MB: even to give that back takes milliseconds. */
void
hs_shell_result_done(struct hs_shell *shell)
{
	while (shell->aside.spent != NULL) {
		struct shell_seal *seal = shell->aside.spent;

		shell->aside.spent = seal->next;
		if (shell->aside.thread == NULL) {
			seal_free(seal);
			continue;
		}
		seal->job = (struct hs_aside_job){ .run = run_free, .done = free_done };
		hs_aside_queue(shell->aside.thread, &seal->job);
	}
}

/* Nothing behind the last committed record is on disk. */
static void
drop_seals(struct shell_aside *aside)
{
	while (aside->first != NULL) {
		struct shell_seal *seal = take_seal(aside);

		seal->shell = NULL;
		if (seal->done)
			seal_free(seal);
	}
}

bool
hs_shell_next_result(struct hs_shell *shell, struct hs_journal_result *out)
{
	struct shell_aside *aside = &shell->aside;

	if (shell->journal == NULL ||
		(!aside->holds && !hs_journal_result(shell->journal, &aside->held)))
		return false;
	aside->holds = aside->held.committed && !is_sealed(aside, aside->held.pos);
	if (aside->holds)
		return false;
	if (!aside->held.committed)
		drop_seals(aside);
	*out = aside->held;
	return true;
}

/* ---- start and end ---- */

enum hs_err
hs_shell_aside_start(struct hs_shell *shell, int nice)
{
	shell->aside.last = &shell->aside.first;
	return hs_aside_create(shell->loop, nice, &shell->aside.thread);
}

/* Seals that are done and whose result never came are not with the thread any more. */
void
hs_shell_aside_stop(struct hs_shell *shell)
{
	drop_seals(&shell->aside);
	hs_aside_close(shell->aside.thread);
	shell->aside.thread = NULL;
}
