/* forms.h: a notice in the forms of other systems, beside the record: L-Alert XML, CAP 1.2, Atom.
 *
 * Flow:    notice (and what is remembered of earlier revisions) → the texts of one notice, made when somebody wants them.
 * Rules:   a form that a notice does not have (L-Alert of an earthquake) is absent, never empty.
 *          Drills: status Exercise in L-Alert and CAP, marks in every text.
 * Owner:   struct hs_forms owns its texts. Threads: any; earlier.h: one.
 * Source:  schemas/lalert_notice.h, schemas/cap_write.h, schemas/atom_write.h.
 */
#ifndef HS_BROADCASTER_FORMS_H
#define HS_BROADCASTER_FORMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "hub/base/buf.h"
#include "hub/base/config.h"
#include "schemas/cap_write.h"

#define HS_FORM_LALERT 1u
#define HS_FORM_CAP    2u
#define HS_FORM_ATOM   4u

/* Words of the configuration: lalert cap atom. "" when right, else the word that is none. */
const char *hs_forms_words(const struct hs_config_texts *words, unsigned *out);

struct hs_forms {
	char *lalert; /* NULL: none */
	char *cap;
	char *atom; /* one entry */
};

/* wanted: HS_FORM_…. Free with hs_forms_free. false: out of memory; what could be made is there. */
bool hs_forms_make(struct hs_forms *forms, unsigned wanted, const hs_notice *notice,
	const char *epoch, uint64_t seq, const struct hs_cap_earlier *earlier,
	size_t earlier_count);
void hs_forms_free(struct hs_forms *forms);
/* A member of JSON (schemas/json_put.h): {"lalert": …, "cap": …, "atom": …} of those that are there and wanted; nothing when there
 * are none. */
void hs_forms_put(
	struct hs_buf *out, const char *key, const struct hs_forms *forms, unsigned wanted);
/* A feed around entries, newest first. updated_unix_us: 0 without entries. Free. NULL: out of memory. */
char *hs_forms_feed(const char *epoch, int mode, int64_t updated_unix_us,
	const char *const *entries, size_t count);

/* ---- sent times of earlier revisions, for the references of CAP: the newest HS_EARLIER_MAX notices of a lane ---- */

#define HS_EARLIER_MAX 1024

struct hs_earlier {
	struct {
		uint64_t key;
		struct hs_cap_earlier of;
	} rows[HS_EARLIER_MAX];
	size_t next; /* rows are a ring */
};

/* Those of its document, newest first, at most max; then the notice is remembered itself. */
size_t hs_earlier_take(struct hs_earlier *earlier, const hs_notice *notice,
	struct hs_cap_earlier *out, size_t max);
void hs_earlier_add(struct hs_earlier *earlier, const hs_notice *notice);

#endif
