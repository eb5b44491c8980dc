/* output_files.h: the files of a folder that say what is in force now, and how all of its files are named.
 *
 * Flow:    state of the lane → current.json, current.txt, current.pages.txt of a prefecture → a job of the folder (playout.h).
 * Owner:   the job copies. Threads: the loop's.
 */
#ifndef HS_BROADCASTER_OUTPUT_FILES_H
#define HS_BROADCASTER_OUTPUT_FILES_H

#include "adapters/broadcaster/output.h"
#include "adapters/broadcaster/playout.h"

#define HS_STATE_TEXT_BYTES (8u << 20)

/* JSON for people who open the file; NULL when out of memory. Free. */
char *hs_indented(const void *compact, size_t len_bytes);
/* folder: a prefecture, or "" for the lane's own. text NULL: out of memory; false, as when there is none for the job. */
bool hs_playout_add_named(struct hs_playout_job *job, enum hs_adapter_lane lane, const char *folder,
	const char *name, const char *text);
/* false: out of memory. */
bool hs_playout_add_current(struct hs_playout_job *job, const struct hs_profile *profile,
	const struct hs_output_state *state, enum hs_adapter_lane lane, const char *prefecture);

#endif
