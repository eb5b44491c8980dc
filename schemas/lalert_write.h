/* lalert_write.h: writes an L-Alert style EDXL-DE/PCXML EvacuationOrder document (generation 4).
 *
 * For whoever speaks to a gate from our side: the form, `hansho submit`, the drill simulator.
 * Flow: a small struct → bytes. Every text is escaped; control characters that XML forbids are
 * left out. NULL or "" leaves an element out. Times are microseconds since 1970 UTC, 0 = leave
 * out; written at +09:00.
 */
#ifndef HS_LALERT_WRITE_H
#define HS_LALERT_WRITE_H

#include <stddef.h>
#include <stdint.h>

#include "hub/base/buf.h"

struct hs_lalert_office {
	const char *code;	  /* 6-digit organisation code: 990019 */
	const char *organisation; /* 架空市 */
	const char *office;	  /* 防災課 */
};

struct hs_lalert_area {
	const char *code;     /* 990019 */
	const char *name;     /* 北町一丁目 */
	const char *kana;     /* or NULL */
	const char *sub_code; /* 12-digit 町丁字, or NULL */
	int64_t ordered_unix_us;
};

struct hs_lalert_detail {
	const char *sort;	   /* 避難指示 … */
	const char *issue_or_lift; /* 発令 or 解除 */
	const struct hs_lalert_area *areas;
	size_t area_count;
};

struct hs_lalert_document {
	const char *status; /* Actual, Exercise, Test, System */
	const char *type;   /* Report, Update, Cancel */
	const char *sender_id;
	const char *distribution_id; /* new for each transmission */
	const char *document_id;
	uint32_t revision; /* 1… */
	uint32_t previous_revision;
	int64_t sent_unix_us;	       /* also CreateDateTime */
	int64_t first_created_unix_us; /* 0 = sent */
	int64_t reported_unix_us;      /* 0 = sent */
	int64_t valid_until_unix_us;
	struct hs_lalert_office office;	       /* 発表組織 */
	const struct hs_lalert_office *editor; /* 作成組織 when it differs, else NULL */
	const char *disaster_name;
	const char *headline; /* NULL: made from the details */
	const char *complement;
	const struct hs_lalert_detail *details;
	size_t detail_count;
	const char *errata; /* reason of a correction or cancel */
};

#define HS_LALERT_ISSUE "発令"
#define HS_LALERT_LIFT	"解除"

/* Appends the document. Failure shows in out->failed. */
void hs_lalert_write(struct hs_buf *out, const struct hs_lalert_document *document);

#endif
