/* broadcaster_encode.h: records for broadcasters, pure.
 *
 * Flow:    a notice and the lists in force around it → what the selector wants of it → one item per prefecture that
 *          it touches → record (compact JSON, the frame that all who send it share) + crawl lines + pages. Also: the ordered list in force of a prefecture as JSON and as text.
 * Format:  schemas/asyncapi of the broadcaster is this file's record; 5-digit codes (`code5`) are what
 *          data broadcasting (ARIB) and postcode tables use, 6-digit ones what L-Alert uses.
 * Owner:   records are new references; everything else lives in the caller's arena.
 * Threads: any.
 */
#ifndef HS_BROADCASTER_ENCODE_H
#define HS_BROADCASTER_ENCODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "adapters/broadcaster/forms.h"
#include "adapters/broadcaster/selector.h"
#include "adapters/broadcaster/wording.h"
#include "adapters/runtime/inforce.h"
#include "hub/base/arena.h"
#include "hub/base/buf.h"
#include "hub/base/err.h"
#include "hub/base/frame.h"

struct json_t;

#define HS_PREFECTURE_SIZE 3 /* "13" */
#define HS_PREFECTURES_MAX 100

struct hs_broadcast_input {
	const hs_notice *notice;
	const char *epoch;
	uint64_t seq;
	const char *submission_id;
	const struct hs_force_around *around;
	bool late; /* told too late to break into a programme, or a silent correction: no crawl, no pages */
	const struct hs_selector *selector; /* NULL: everything */
	int64_t break_in_until_unix_us;	    /* 0: not told */
	const struct hs_forms *forms;	    /* told in the record; NULL: none */
	unsigned forms_wanted;		    /* HS_FORM_… */
};

struct hs_broadcast_item {
	char prefecture[HS_PREFECTURE_SIZE];
	struct hs_frame *record;
	const char **crawl;
	size_t crawl_count;
	struct hs_page *pages;
	size_t page_count;
};

/* *items: array in the arena, *count of them by prefecture, 0 when the selector wants none; a notice that names no place that
 * is known gives one item of prefecture "00". The caller must end them with hs_broadcast_items_free. */
enum hs_err hs_broadcast_encode(struct hs_arena *arena, const struct hs_broadcast_input *input,
	const struct hs_wording_style *style, struct hs_broadcast_item **items,
	size_t *count) HS_MUST_CHECK;
/* The records; all else is the arena's. */
void hs_broadcast_items_free(struct hs_broadcast_item *items, size_t count);

/* A list in force as somebody asks for it. */
struct hs_force_view {
	const struct hs_force_list *list;
	const char *prefecture;		    /* "" for all */
	const struct hs_selector *selector; /* NULL: everything */
	int64_t at_unix_us; /* what has passed its valid_until by then is marked expired, and stays until a notice ends it */
};
/* The ordered list in force: an array of groups, most urgent first. NULL when out of memory. */
struct json_t *hs_broadcast_in_force(struct hs_arena *arena, const struct hs_force_view *view);
/* The same as lines for people, with the mode's marks. mode: HS_MODE(…). */
enum hs_err hs_broadcast_in_force_text(struct hs_arena *arena, const struct hs_force_view *view,
	int mode, struct hs_buf *out) HS_MUST_CHECK;
/* The same as pages (pages.h), a form feed alone on a line between two. */
enum hs_err hs_broadcast_in_force_pages(struct hs_arena *arena, const struct hs_force_view *view,
	int mode, const struct hs_wording_style *style, struct hs_buf *out) HS_MUST_CHECK;

/* The member "code5" of JSON: what data broadcasting calls a municipality. */
void hs_broadcast_put_code5(struct hs_buf *out, const char *area_code);
/* First two digits of an area code, "00" when it has none. */
void hs_prefecture_of(const char *area_code, char out[HS_PREFECTURE_SIZE]);

#endif
