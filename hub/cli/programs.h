/* programs.h: the programs beside this one, which read their own configurations: who reads which file, and what it says.
 *
 * Flow: a file's name says whose it is (gate.yaml, live-gate.yaml, gate-1.yaml) → the program in the folder of this one
 *       → its standard streams. Threads: one; the call waits for the program.
 */
#ifndef HS_CLI_PROGRAMS_H
#define HS_CLI_PROGRAMS_H

#include "hub/base/buf.h"

#define HS_PROGRAM_NOT_RUN 127

struct hs_program {
	const char *name, *program;
	const char *flag; /* in front of the file */
};

/* NULL when there is none of that name. */
const struct hs_program *hs_program_named(const char *name);
/* The one whose name stands as a word in the file's; NULL: none, or more than one. */
const struct hs_program *hs_program_of(const char *path);
/* Runs it with these arguments (ended by NULL, without its own name). in: what it reads, NULL for nothing; out, err: what
 * it writes is added, they may be the same. The exit status, HS_PROGRAM_NOT_RUN when it did not run to its end (told). */
int hs_program_run(const struct hs_program *program, const char *const *arguments,
	const struct hs_buf *in, struct hs_buf *out, struct hs_buf *err);

#endif
