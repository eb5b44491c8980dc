/* FILE.tables: what was acknowledged, beside the journal. A file of its own, because the journal belongs to the hub
 * that has it open, and the acknowledgement comes before the hub that needs it. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/core/activation.h"

static enum hs_err
fail(char *why, enum hs_err err, const char *path, const char *text, const char *detail)
{
	snprintf(why, HS_JOURNAL_WHY, "%.200s: %.120s: %.160s", path, text, detail);
	return err;
}

static bool
file_path(const char *journal, const char *suffix, char out[PATH_MAX])
{
	return snprintf(out, PATH_MAX, "%s.tables%s", journal, suffix) < PATH_MAX;
}

enum hs_err
hs_acknowledged_read(const char *journal, json_t **out, char *why)
{
	char path[PATH_MAX];
	json_error_t error;

	*out = json_array();
	HS_CHECK(*out != NULL);
	if (!file_path(journal, "", path))
		return fail(why, HS_ERR_INVALID, journal, "path too long", "shorten it");
	if (access(path, F_OK) != 0 && errno == ENOENT)
		return HS_OK;
	json_t *read = json_load_file(path, 0, &error);
	if (json_is_array(read)) {
		json_decref(*out);
		*out = read;
		return HS_OK;
	}
	json_decref(read);
	return fail(why, HS_ERR_CORRUPT, path,
		"is no list of acknowledged tables; move it away and rehearse again",
		read == NULL ? error.text : "no array");
}

/* The name is safe when the directory is. */
static bool
sync_directory(const char *path)
{
	char copy[PATH_MAX];
	int fd;
	bool synced;

	snprintf(copy, sizeof(copy), "%s", path);
	fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	synced = fsync(fd) == 0;
	close(fd);
	return synced;
}

/* 0644: no secrets, and the hub that reads it is another user than the person who writes it. */
static bool
write_synced(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	size_t len = strlen(text), done = 0;

	while (fd >= 0 && done < len) {
		ssize_t count = write(fd, text + done, len - done);

		if (count < 0 && errno != EINTR)
			break;
		done += count > 0 ? (size_t)count : 0;
	}
	bool synced = fd >= 0 && done == len && fsync(fd) == 0;
	if (fd >= 0 && close(fd) != 0)
		synced = false;
	return synced;
}

static enum hs_err
replace_file(const char *journal, const char *text, char *why)
{
	char path[PATH_MAX], fresh[PATH_MAX], suffix[32];

	snprintf(suffix, sizeof(suffix), ".%ld", (long)getpid());
	if (!file_path(journal, "", path) || !file_path(journal, suffix, fresh))
		return fail(why, HS_ERR_INVALID, journal, "path too long", "shorten it");
	if (write_synced(fresh, text) && rename(fresh, path) == 0 && sync_directory(path))
		return HS_OK;
	enum hs_err err = fail(why, HS_ERR_IO, path,
		"cannot be written; may you write beside the journal?", strerror(errno));
	unlink(fresh);
	return err;
}

enum hs_err
hs_acknowledged_add(const char *journal, json_t *entry, char *why)
{
	json_t *entries;
	char *text = NULL;
	enum hs_err err = hs_acknowledged_read(journal, &entries, why);

	if (err != HS_OK) {
		json_decref(entry);
		json_decref(entries);
		return err;
	}
	HS_CHECK(json_array_append_new(entries, entry) == 0);
	while (json_array_size(entries) > HS_ACTIVATIONS_MAX)
		json_array_remove(entries, 0);
	text = json_dumps(entries, JSON_INDENT(1));
	HS_CHECK(text != NULL);
	err = replace_file(journal, text, why);
	free(text);
	json_decref(entries);
	return err;
}
