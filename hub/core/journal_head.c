/* journal_head.c: PATH.head, a witness outside the database of which record was the last one on disk.
 *
 * Why: a damaged frame of the write-ahead log looks to SQLite like the end of the log, as after a torn write. All
 * records behind it are gone without a word, and the chain of what is left is whole. And nothing in the chain says
 * which epoch it belongs to. This file says both.
 * Written in place after each commit's sync and before its result goes out, and synced only at the stop: a
 * power cut may leave an older word, which is still true; it can never say more than what is on disk.
 * One line: "hansho-head 1 EPOCH POS HASH CHECK", CHECK being the begin of SHA-256 over what is before it.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hub/core/journal_db.h"

#define LINE_MAX_BYTES 256
#define CHECK_CHARS    16
#define DIGITS	       20
/* Where its parts begin. */
enum {
	AT_EPOCH = sizeof("hansho-head 1 ") - 1,
	AT_POS = AT_EPOCH + HS_EPOCH_SIZE,
	AT_HASH = AT_POS + DIGITS + 1,
	AT_CHECK = AT_HASH + HS_SHA256_HEX
};

static void
path_of(const char *path, char out[PATH_MAX])
{
	snprintf(out, PATH_MAX, "%.*s.head", PATH_MAX - 8, path);
}

/* The line without its CHECK, then CHECK. Returns its length. */
static size_t
write_line(const struct hs_journal_head *head, char line[LINE_MAX_BYTES])
{
	char hash[HS_SHA256_HEX], check[HS_SHA256_HEX];
	uint8_t sum[HS_SHA256_BYTES];
	struct hs_span said = { line, 0 };

	hs_hex(head->hash, sizeof(head->hash), hash);
	said.len_bytes = (size_t)snprintf(line, LINE_MAX_BYTES,
		"hansho-head 1 %s %020" PRIu64 " %s ", head->epoch, head->pos, hash);
	hs_sha256(&said, 1, sum);
	hs_hex(sum, sizeof(sum), check);
	return said.len_bytes + (size_t)snprintf(line + said.len_bytes,
					LINE_MAX_BYTES - said.len_bytes, "%.*s\n", CHECK_CHARS,
					check);
}

/* What is not right in the digits shows when the line is written again. */
static uint64_t
number_at(const char *text, size_t digits, int base)
{
	char copy[DIGITS + 1] = "";

	memcpy(copy, text, digits);
	return strtoull(copy, NULL, base);
}

bool
hs_journal_head_read(const char *path, struct hs_journal_head *out)
{
	char name[PATH_MAX], text[LINE_MAX_BYTES], again[LINE_MAX_BYTES];
	ssize_t len;
	int fd;

	path_of(path, name);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	len = read(fd, text, sizeof(text));
	close(fd);
	if (len < AT_CHECK)
		return false;
	memset(out, 0, sizeof(*out));
	memcpy(out->epoch, text + AT_EPOCH, sizeof(out->epoch) - 1);
	out->pos = number_at(text + AT_POS, DIGITS, 10);
	for (size_t i = 0; i < sizeof(out->hash); i++)
		out->hash[i] = (uint8_t)number_at(text + AT_HASH + 2 * i, 2, 16);
	/* What was read must be what is written for it, to the last byte: any flip shows. */
	return write_line(out, again) == (size_t)len && memcmp(again, text, (size_t)len) == 0;
}

static enum hs_err
wrong(char *why, const char *path, const char *what)
{
	snprintf(why, HS_JOURNAL_WHY,
		"%.160s: %.120s, says %.80s.head; restore a newer copy, or, when this one is "
		"meant, "
		"move that file away (runbook, copy and restore)",
		path, what, path);
	return HS_ERR_CORRUPT;
}

enum hs_err
hs_journal_head_check(sqlite3 *db, const char *path, const char *epoch, char *why)
{
	struct hs_journal_head head;
	sqlite3_stmt *statement;
	bool fits = false;

	if (!hs_journal_head_read(path, &head))
		return HS_OK;
	if (strcmp(head.epoch, epoch) != 0)
		return wrong(why, path, "its epoch is another one");
	if (head.pos == 0)
		return HS_OK;
	if (hs_journal_prepare(db, "SELECT hash FROM record WHERE pos = ?", &statement) != HS_OK)
		return wrong(why, path, "it has no table of records");
	sqlite3_bind_int64(statement, 1, (sqlite3_int64)head.pos);
	if (sqlite3_step(statement) == SQLITE_ROW) {
		struct hs_span hash = hs_column(statement, 0);

		fits = hash.len_bytes == sizeof(head.hash) &&
		       memcmp(hash.bytes, head.hash, sizeof(head.hash)) == 0;
	}
	sqlite3_finalize(statement);
	return fits ? HS_OK : wrong(why, path, "records at its end are missing or changed");
}

bool
hs_journal_head_write(const struct hs_journal *journal, uint64_t pos, const uint8_t *hash)
{
	struct hs_journal_head head = { .pos = pos };
	char line[LINE_MAX_BYTES];
	ssize_t put;
	size_t len;

	memcpy(head.epoch, journal->epoch, sizeof(head.epoch));
	memcpy(head.hash, hash, sizeof(head.hash));
	len = write_line(&head, line);
	put = pwrite(journal->head_fd, line, len, 0);
	/* Without room for it, on a disk that is full at the first start, there is no word, or the older one. */
	return put >= 0 || errno == ENOSPC || errno == EDQUOT;
}

enum hs_err
hs_journal_head_open(struct hs_journal *journal, char *why)
{
	char name[PATH_MAX];

	path_of(journal->path, name);
	journal->head_fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (journal->head_fd >= 0)
		return HS_OK;
	snprintf(why, HS_JOURNAL_WHY, "%.200s: cannot be made; check the directory: %.160s", name,
		strerror(errno));
	return HS_ERR_IO;
}
