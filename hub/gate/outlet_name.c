#include "hub/gate/outlet_name.h"

#include <ctype.h>
#include <string.h>

#include "hub/base/check.h"
#include "schemas/guests.h"
#include "schemas/tables.h"

/* Of whatever adapter or feed. */
static const struct hs_outlet_row GUESTS = { "", HS_OUTLET_GUESTS, "設定にない接続先（ゲスト）",
	"guests, whom no configuration names" };

static const struct hs_outlet_row BUILT_IN[] = {
	{ "broadcaster", "", "放送局・報道機関", "Broadcasters" },
	{ "broadcaster", "playout", "送出装置へのファイル", "files for playout" },
	{ "telecom", "", "緊急速報メール", "Urgent mail to phones" },
	{ "signage", "", "公共の画面（サイネージ）", "Public screens" },
	{ "jalert", "", "防災行政無線", "Loudspeakers" },
	{ "jalert", "controller", "放送装置（自動起動機）", "auto-starter" },
	{ "jalert", "audio", "放送音声ファイル", "sound of announcements" },
	{ "jalert", "plan_dir", "放送計画の記録", "plan on file" },
};

/* telecom, telecom-2, telecom_east; not telecommunication. */
static bool
is_of_family(const char *adapter, const char *family)
{
	size_t len_bytes = strlen(family);

	return strncmp(adapter, family, len_bytes) == 0 &&
	       !isalpha((unsigned char)adapter[len_bytes]);
}

static const struct hs_outlet_row *
find(const struct hs_outlet_row *rows, size_t count, const char *adapter, const char *outlet)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(rows[i].adapter, adapter) == 0 && strcmp(rows[i].outlet, outlet) == 0)
			return &rows[i];
	}
	for (size_t i = 0; i < HS_COUNT(BUILT_IN); i++) {
		if (is_of_family(adapter, BUILT_IN[i].adapter) &&
			strcmp(BUILT_IN[i].outlet, outlet) == 0)
			return &BUILT_IN[i];
	}
	return hs_outlet_is_guests(outlet) ? &GUESTS : NULL;
}

static void
put(const struct hs_outlet_row *row, const char *raw, bool english, struct hs_buf *out)
{
	if (row == NULL)
		hs_buf_puts(out, raw);
	else
		hs_buf_puts(out, english && row->en[0] != '\0' ? row->en : row->ja);
}

/* The municipality behind the last slash: carrier-a/990019. NULL when there is none that is known. */
static const struct hs_area_row *
municipality_of(const char *outlet)
{
	const char *slash = strrchr(outlet, '/');

	return slash != NULL ? hs_area_find(slash + 1) : NULL;
}

void
hs_outlet_name(const struct hs_outlet_row *rows, size_t count, const char *adapter,
	const char *outlet, bool english, struct hs_buf *out)
{
	const struct hs_outlet_row *whole = find(rows, count, adapter, outlet);
	const struct hs_area_row *area = whole == NULL ? municipality_of(outlet) : NULL;
	struct hs_buf head;

	put(find(rows, count, adapter, ""), adapter, english, out);
	if (outlet[0] == '\0')
		return;
	hs_buf_puts(out, english ? " / " : "／");
	if (area == NULL) {
		put(whole, outlet, english, out);
		return;
	}
	hs_buf_init(&head, strlen(outlet) + 1);
	hs_buf_add(&head, outlet, (size_t)(strrchr(outlet, '/') - outlet));
	put(find(rows, count, adapter, hs_buf_text(&head)), hs_buf_text(&head), english, out);
	hs_buf_printf(out, " %s", english && area->name_en[0] != '\0' ? area->name_en : area->name);
	hs_buf_free(&head);
}
