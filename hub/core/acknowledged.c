/* FILE.tables: what was acknowledged, beside the journal. A file of its own, because the journal belongs to the hub
 * that has it open, and the acknowledgement comes before the hub that needs it. */
#include <errno.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/base/check.h"
#include "hub/base/file.h"
#include "hub/core/activation.h"

static enum hs_err
fail(char *why, enum hs_err err, const char *path, const char *text, const char *detail)
{
	snprintf(why, HS_JOURNAL_WHY, "%.200s: %.120s: %.160s", path, text, detail);
	return err;
}

static bool
file_path(const char *journal, char out[PATH_MAX])
{
	return snprintf(out, PATH_MAX, "%s.tables", journal) < PATH_MAX;
}

enum hs_err
hs_acknowledged_read(const char *journal, json_t **out, char *why)
{
	char path[PATH_MAX];
	json_error_t error;

	*out = json_array();
	HS_CHECK(*out != NULL);
	if (!file_path(journal, path))
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

/* No secrets in it, and the hub that reads it is another user than the person who writes it. */
static enum hs_err
replace_file(const char *journal, const char *text, char *why)
{
	char path[PATH_MAX];

	if (!file_path(journal, path))
		return fail(why, HS_ERR_INVALID, journal, "path too long", "shorten it");
	if (hs_file_replace(path, text) == HS_OK)
		return HS_OK;
	return fail(why, HS_ERR_IO, path, "cannot be written; may you write beside the journal?",
		strerror(errno));
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
