/* plan_file.h: a plan written so that a reader sees all of it or nothing: temporary file, fsync, rename,
 * fsync of the folder. The same name again is replaced: once per (lane, epoch, seq). Threads: any. */
#ifndef HS_JALERT_PLAN_FILE_H
#define HS_JALERT_PLAN_FILE_H

#include "hub/base/err.h"

/* Writes dir/name. HS_ERR_IO: errno is in the log; the old file, if any, is untouched. */
enum hs_err hs_plan_file_write(const char *dir, const char *name, const char *text) HS_MUST_CHECK;

#endif
