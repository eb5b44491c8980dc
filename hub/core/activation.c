#include "hub/core/activation.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/base/clock.h"
#include "hub/base/log.h"
#include "hub/core/memory.h"

#define META_MAX_BYTES	((size_t)1 << 20)
#define NAMES_MAX_BYTES ((size_t)4 << 10)

/* ---- entries ---- */

static const char *
text_of(const json_t *entry, const char *name)
{
	const char *text = json_string_value(json_object_get(entry, name));

	return text != NULL ? text : "";
}

static unsigned long long
number_of(const json_t *entry, const char *name)
{
	return (unsigned long long)json_integer_value(json_object_get(entry, name));
}

json_t *
hs_activation_entry(const struct hs_tables_version *version, const char *epoch, const char *by,
	int64_t unix_us, const struct hs_rehearsed *rehearsed)
{
	char at[HS_RFC3339_SIZE];
	json_t *rows = json_object();
	json_t *entry;

	for (size_t i = 0; i < version->count; i++)
		json_object_set_new(
			rows, version->rows[i].name, json_string(version->rows[i].sha256));
	json_object_set_new(rows, HS_TABLES_RULES, json_string(version->rules));
	hs_rfc3339_format(unix_us, HS_JST_MINUTES, at);
	entry = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I, s:o}", "tables",
		version->digest, "epoch", epoch, "by", by, "at", at, "unix_us", (json_int_t)unix_us,
		"messages", (json_int_t)rehearsed->messages, "differing",
		(json_int_t)rehearsed->differing, "differences", (json_int_t)rehearsed->differences,
		"up_to", (json_int_t)rehearsed->up_to, "rows", rows);
	HS_CHECK(entry != NULL);
	return entry;
}

const json_t *
hs_activation_find(const json_t *entries, const char *digest, const char *epoch)
{
	for (size_t i = json_array_size(entries); i-- > 0;) {
		const json_t *entry = json_array_get(entries, i);

		if (strcmp(text_of(entry, "tables"), digest) == 0 &&
			(epoch == NULL || strcmp(text_of(entry, "epoch"), epoch) == 0))
			return entry;
	}
	return NULL;
}

void
hs_activation_changed(
	const json_t *entry, const struct hs_tables_version *version, struct hs_buf *out)
{
	const json_t *rows = json_object_get(entry, "rows");
	const char *name;
	json_t *value;

	for (size_t i = 0; i < version->count; i++) {
		if (strcmp(text_of(rows, version->rows[i].name), version->rows[i].sha256) != 0)
			hs_buf_printf(
				out, "%s%s", out->len_bytes > 0 ? " " : "", version->rows[i].name);
	}
	if (strcmp(text_of(rows, HS_TABLES_RULES), version->rules) != 0)
		hs_buf_printf(out, "%s%s", out->len_bytes > 0 ? " " : "", HS_TABLES_RULES);
	json_object_foreach ((json_t *)(uintptr_t)rows, name, value) {
		bool known = strcmp(name, HS_TABLES_RULES) == 0;

		for (size_t i = 0; !known && i < version->count; i++)
			known = strcmp(name, version->rows[i].name) == 0;
		if (!known) /* a table that is gone */
			hs_buf_printf(out, "%s%.64s", out->len_bytes > 0 ? " " : "", name);
	}
}

/* ---- the start of a hub ---- */

enum hs_activation_state
hs_activation_judge(const json_t *ran, const json_t *acknowledged, const char *digest,
	const char *epoch, uint64_t newest_seq)
{
	if (hs_activation_find(ran, digest, NULL) != NULL)
		return HS_TABLES_RAN;
	if (hs_activation_find(acknowledged, digest, epoch) != NULL)
		return HS_TABLES_ACKNOWLEDGED;
	if (newest_seq == 0 || json_array_size(ran) == 0)
		return HS_TABLES_FIRST;
	return HS_TABLES_OTHER;
}

static json_t *
read_ran(struct hs_journal *journal)
{
	struct hs_buf text;
	json_t *ran = NULL;

	hs_buf_init(&text, META_MAX_BYTES);
	if (hs_journal_read_meta(journal, HS_META_TABLES, &text) == HS_OK && text.len_bytes > 0)
		ran = json_loads(hs_buf_text(&text), 0, NULL);
	hs_buf_free(&text);
	if (json_is_array(ran))
		return ran;
	json_decref(ran);
	ran = json_array();
	HS_CHECK(ran != NULL);
	return ran;
}

/* The entry becomes the last: the one that is in use. A disk that is full now is no reason not to start: the same is
 * decided again the next time. */
static void
note_use(struct hs_journal *journal, json_t *ran, json_t *entry)
{
	const char *digest = text_of(entry, "tables");
	char why[HS_JOURNAL_WHY];
	char *text;

	for (size_t i = json_array_size(ran); i-- > 0;) {
		if (strcmp(text_of(json_array_get(ran, i), "tables"), digest) == 0)
			json_array_remove(ran, i);
	}
	HS_CHECK(json_array_append(ran, entry) == 0);
	while (json_array_size(ran) > HS_ACTIVATIONS_MAX)
		json_array_remove(ran, 0);
	text = json_dumps(ran, JSON_COMPACT);
	HS_CHECK(text != NULL);
	if (hs_journal_write_meta(journal, HS_META_TABLES, text, why) != HS_OK)
		hs_warn("hub.tables_not_noted", "why=\"%.200s\"", why);
	free(text);
}

static void
take_first(struct hs_journal *journal, struct hs_activation *out)
{
	const struct hs_rehearsed nothing = { 0 };
	json_t *entry = hs_activation_entry(&out->version, hs_journal_epoch(journal), "first start",
		hs_clock_unix_us(), &nothing);

	hs_info("hub.tables_taken", "tables=%s reason=nothing_to_compare_with",
		out->version.digest);
	note_use(journal, out->ran, entry);
	json_decref(entry);
}

static void
take_again(struct hs_journal *journal, struct hs_activation *out)
{
	const json_t *entry = hs_activation_find(out->ran, out->version.digest, NULL);
	json_t *last = json_array_get(out->ran, json_array_size(out->ran) - 1);
	json_t *kept;

	if (entry == last)
		return;
	kept = json_deep_copy(entry);
	HS_CHECK(kept != NULL);
	hs_warn("hub.tables_again", "tables=%s instead_of=%.64s", out->version.digest,
		text_of(last, "tables"));
	note_use(journal, out->ran, kept);
	json_decref(kept);
}

static void
take_acknowledged(struct hs_journal *journal, struct hs_activation *out)
{
	json_t *entry = json_deep_copy(hs_activation_find(
		out->acknowledged, out->version.digest, hs_journal_epoch(journal)));

	HS_CHECK(entry != NULL);
	hs_warn("hub.tables_activated",
		"tables=%s acknowledged_by=\"%.100s\" at=%.40s messages=%llu differing=%llu "
		"differences=%llu",
		out->version.digest, text_of(entry, "by"), text_of(entry, "at"),
		number_of(entry, "messages"), number_of(entry, "differing"),
		number_of(entry, "differences"));
	note_use(journal, out->ran, entry);
	json_decref(entry);
}

static enum hs_err
refuse(const char *path, bool unrehearsed, struct hs_activation *out, char *why)
{
	const json_t *last = json_array_get(out->ran, json_array_size(out->ran) - 1);
	struct hs_buf names;

	hs_buf_init(&names, NAMES_MAX_BYTES);
	hs_activation_changed(last, &out->version, &names);
	out->unrehearsed = unrehearsed;
	if (unrehearsed)
		hs_error("hub.tables_unrehearsed",
			"tables=%s changed=\"%.200s\" run=\"hansho rehearse %.200s\"",
			out->version.digest, hs_buf_text(&names), path);
	else
		snprintf(why, HS_JOURNAL_WHY,
			"this program has other rule tables than %.120s was served with (%.100s). "
			"See what they change and acknowledge it: hansho rehearse %.120s "
			"(in an emergency: tables_unrehearsed: true)",
			path, hs_buf_text(&names), path);
	hs_buf_free(&names);
	return unrehearsed ? HS_OK : HS_ERR_REFUSED;
}

/* Gates may have any tables that this journal knows: the one of the old program until it is started anew too. */
static void
list_known(struct hs_activation *activation, const char *epoch)
{
	size_t ran = json_array_size(activation->ran);
	size_t more = json_array_size(activation->acknowledged);

	if (activation->unrehearsed)
		return;
	activation->known = hs_must_alloc(ran + more + 1, sizeof(*activation->known));
	for (size_t i = 0; i < ran + more; i++) {
		const json_t *entry = i < ran ? json_array_get(activation->ran, i)
					      : json_array_get(activation->acknowledged, i - ran);

		if (i < ran || strcmp(text_of(entry, "epoch"), epoch) == 0)
			activation->known[activation->known_count++] = text_of(entry, "tables");
	}
}

enum hs_err
hs_activation_start(struct hs_journal *journal, const char *path, uint64_t newest_seq,
	bool unrehearsed, struct hs_activation *out, char *why)
{
	static void (*const takers[])(struct hs_journal *, struct hs_activation *) = {
		[HS_TABLES_FIRST] = take_first,
		[HS_TABLES_RAN] = take_again,
		[HS_TABLES_ACKNOWLEDGED] = take_acknowledged,
	};
	const char *epoch = hs_journal_epoch(journal);
	enum hs_activation_state state;
	char broken[HS_JOURNAL_WHY];
	enum hs_err err = HS_OK;

	*out = (struct hs_activation){ .ran = read_ran(journal) };
	hs_tables_version(&out->version);
	if (hs_acknowledged_read(path, &out->acknowledged, broken) != HS_OK)
		hs_warn("hub.tables_file", "why=\"%.300s\"", broken);
	state = hs_activation_judge(
		out->ran, out->acknowledged, out->version.digest, epoch, newest_seq);
	if (state == HS_TABLES_OTHER)
		err = refuse(path, unrehearsed, out, why);
	else
		takers[state](journal, out);
	if (err == HS_OK)
		list_known(out, epoch);
	return err;
}

void
hs_activation_free(struct hs_activation *activation)
{
	free(activation->known);
	json_decref(activation->ran);
	json_decref(activation->acknowledged);
	*activation = (struct hs_activation){ 0 };
}
