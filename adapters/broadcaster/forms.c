#include "adapters/broadcaster/forms.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/atom_write.h"
#include "schemas/json_put.h"
#include "schemas/lalert_notice.h"

#define FORM_MAX_BYTES (16u << 20)

static const struct {
	const char *word;
	unsigned form;
} words_of_forms[] = {
	{ "lalert", HS_FORM_LALERT },
	{ "cap", HS_FORM_CAP },
	{ "atom", HS_FORM_ATOM },
};

const char *
hs_forms_words(const struct hs_config_texts *words, unsigned *out)
{
	*out = 0;
	for (size_t i = 0; i < words->count; i++) {
		unsigned form = 0;
		for (size_t k = 0; k < HS_COUNT(words_of_forms); k++) {
			if (strcmp(words->items[i], words_of_forms[k].word) == 0)
				form = words_of_forms[k].form;
		}
		if (form == 0)
			return words->items[i];
		*out |= form;
	}
	return "";
}

/* The buffer's bytes, or NULL when it failed. */
static char *
taken(struct hs_buf *buf)
{
	char *text = buf->failed ? NULL : strdup(hs_buf_text(buf));
	hs_buf_free(buf);
	return text;
}

static char *
atom_of(const hs_notice *notice, const char *epoch, uint64_t seq)
{
	char cap[40], lalert[40];
	struct hs_buf out;
	snprintf(cap, sizeof(cap), "%" PRIu64 ".cap.xml", seq);
	snprintf(lalert, sizeof(lalert), "%" PRIu64 ".lalert.xml", seq);
	const struct hs_atom_link links[] = { { "alternate", HS_CAP_MEDIA_TYPE, cap },
		{ "alternate", HS_LALERT_MEDIA_TYPE, lalert } };
	hs_buf_init(&out, FORM_MAX_BYTES);
	hs_atom_entry(&out, epoch, seq, notice, links, hs_lalert_has_form(notice) ? 2 : 1);
	return taken(&out);
}

bool
hs_forms_make(struct hs_forms *forms, unsigned wanted, const hs_notice *notice, const char *epoch,
	uint64_t seq, const struct hs_cap_earlier *earlier, size_t earlier_count)
{
	struct hs_buf out;
	bool good = true;
	*forms = (struct hs_forms){ 0 };
	if ((wanted & HS_FORM_LALERT) != 0 && hs_lalert_has_form(notice)) {
		hs_buf_init(&out, FORM_MAX_BYTES);
		hs_lalert_write_notice(&out, notice);
		forms->lalert = taken(&out);
		good = forms->lalert != NULL;
	}
	if ((wanted & HS_FORM_CAP) != 0 && notice->document != NULL) {
		hs_buf_init(&out, FORM_MAX_BYTES);
		hs_cap_write(&out, notice, earlier, earlier_count);
		forms->cap = taken(&out);
		good = good && forms->cap != NULL;
	}
	if ((wanted & HS_FORM_ATOM) != 0) {
		forms->atom = atom_of(notice, epoch, seq);
		good = good && forms->atom != NULL;
	}
	return good;
}

void
hs_forms_free(struct hs_forms *forms)
{
	free(forms->lalert);
	free(forms->cap);
	free(forms->atom);
	*forms = (struct hs_forms){ 0 };
}

void
hs_forms_put(struct hs_buf *out, const char *key, const struct hs_forms *forms, unsigned wanted)
{
	const struct {
		const char *key, *text;
		unsigned form;
	} rows[] = {
		{ "lalert", forms->lalert, HS_FORM_LALERT },
		{ "cap", forms->cap, HS_FORM_CAP },
		{ "atom", forms->atom, HS_FORM_ATOM },
	};
	bool begun = false;
	for (size_t i = 0; i < HS_COUNT(rows); i++) {
		if (rows[i].text == NULL || (wanted & rows[i].form) == 0)
			continue;
		if (!begun)
			hs_json_open(out, key, '{');
		begun = true;
		hs_json_put_text(out, rows[i].key, rows[i].text);
	}
	if (begun)
		hs_json_close(out, '}');
}

char *
hs_forms_feed(const char *epoch, int mode, int64_t updated_unix_us, const char *const *entries,
	size_t count)
{
	struct hs_buf out;
	hs_buf_init(&out, FORM_MAX_BYTES);
	hs_atom_begin(&out, epoch, mode, "feed.atom", updated_unix_us);
	for (size_t i = 0; i < count; i++)
		hs_buf_puts(&out, entries[i]);
	hs_atom_end(&out);
	return taken(&out);
}

/* ---- earlier revisions ---- */

static uint64_t
mix(uint64_t hash, const char *text)
{
	for (; *text != '\0'; text++)
		hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return (hash ^ '|') * UINT64_C(1099511628211);
}

static uint64_t
key_of(const hs_document *document)
{
	uint64_t key = mix(mix(UINT64_C(14695981039346656037), document->source), document->id);
	return key != 0 ? key : 1;
}

size_t
hs_earlier_take(
	struct hs_earlier *earlier, const hs_notice *notice, struct hs_cap_earlier *out, size_t max)
{
	size_t count = 0;
	if (notice->document == NULL)
		return 0;
	uint64_t key = key_of(notice->document);
	for (size_t back = 1; back <= HS_EARLIER_MAX && count < max; back++) {
		size_t at = (earlier->next + HS_EARLIER_MAX - back) % HS_EARLIER_MAX;
		if (earlier->rows[at].key == key)
			out[count++] = earlier->rows[at].of;
	}
	hs_earlier_add(earlier, notice);
	return count;
}

void
hs_earlier_add(struct hs_earlier *earlier, const hs_notice *notice)
{
	if (notice->document == NULL)
		return;
	size_t at = earlier->next;
	earlier->rows[at].key = key_of(notice->document);
	earlier->rows[at].of =
		(struct hs_cap_earlier){ notice->document->revision, hs_cap_sent(notice) };
	earlier->next = (at + 1) % HS_EARLIER_MAX;
}
