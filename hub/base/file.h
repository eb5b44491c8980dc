/* file.h: small files of our own that must survive a crash whole.
 *
 * Flow:    text → PATH.PID, synced → renamed onto PATH → folder synced. A reader sees the old text or the new one.
 * Threads: any; it waits for the disk, so not on a loop while something hurries.
 */
#ifndef HS_FILE_H
#define HS_FILE_H

#include "hub/base/buf.h"
#include "hub/base/err.h"

/* Mode 0644 but for the umask. HS_ERR_IO: errno says why, and PATH is as it was; HS_ERR_INVALID: the path is too long. */
enum hs_err hs_file_replace(const char *path, const char *text) HS_MUST_CHECK;
/* All of a regular file, at most out's limit. HS_ERR_NOT_FOUND; HS_ERR_TOO_LARGE; HS_ERR_IO, also for what is no regular
 * file. Nothing of it stays in out when it fails. */
enum hs_err hs_file_read(const char *path, struct hs_buf *out) HS_MUST_CHECK;

#endif
