#include "schemas/atom_write.h"

#include "hub/base/clock.h"
#include "schemas/xml_write.h"

int64_t
hs_atom_updated(const hs_notice *notice, int *offset_minutes)
{
	const hs_times *times = notice->times;
	const hs_time *time = times == NULL	? NULL
			      : times->accepted ? times->accepted
						: times->received;

	*offset_minutes = time != NULL ? time->offset_minutes : HS_JST_MINUTES;
	return time != NULL ? time->unix_us : 0;
}

static void
put_updated(struct hs_buf *out, int64_t unix_us, int offset_minutes)
{
	char text[HS_RFC3339_SIZE];

	hs_rfc3339_format(unix_us, offset_minutes, text);
	hs_buf_printf(out, "<updated>%s</updated>", text);
}

void
hs_atom_begin(
	struct hs_buf *out, const char *epoch, int mode, const char *self, int64_t updated_unix_us)
{
	hs_buf_puts(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			 "<feed xmlns=\"http://www.w3.org/2005/Atom\"><id>urn:hansho:");
	hs_xml_put_text(out, epoch);
	hs_buf_printf(out, "</id><title>%s半鐘 Hansho</title>", hs_mode_mark(mode, "ja"));
	hs_atom_link(out, &(struct hs_atom_link){ "self", NULL, self });
	put_updated(out, updated_unix_us, updated_unix_us != 0 ? HS_JST_MINUTES : 0);
	hs_buf_puts(out, "<author><name>Hansho</name></author>\n");
}

void
hs_atom_link(struct hs_buf *out, const struct hs_atom_link *link)
{
	hs_buf_printf(out, "<link rel=\"%s\"", link->rel);
	if (link->type != NULL)
		hs_buf_printf(out, " type=\"%s\"", link->type);
	hs_buf_puts(out, " href=\"");
	hs_xml_put_text(out, link->href);
	hs_buf_puts(out, "\"/>");
}

void
hs_atom_entry(struct hs_buf *out, const char *epoch, uint64_t seq, const hs_notice *notice,
	const struct hs_atom_link *links, size_t link_count)
{
	const hs_text *text = hs_notice_text(notice, "ja");
	char word[64];
	const char *kind = hs_enum_word(&hansho__v1__kind__descriptor, (int)notice->kind, word);
	int offset_minutes;
	int64_t updated_unix_us = hs_atom_updated(notice, &offset_minutes);

	if (text == NULL && notice->n_texts > 0)
		text = notice->texts[0];
	hs_buf_puts(out, "<entry><id>urn:hansho:");
	hs_xml_put_text(out, epoch);
	hs_buf_printf(out, ":%llu</id><title>", (unsigned long long)seq);
	hs_xml_put_text(out, text != NULL ? text->headline : "");
	hs_buf_puts(out, "</title>");
	put_updated(out, updated_unix_us, offset_minutes);
	hs_buf_puts(out, "<author><name>");
	hs_xml_put_text(out, notice->source != NULL ? notice->source->name : "");
	hs_buf_printf(
		out, "</name></author><category term=\"%s\"/>", kind == NULL ? "unknown" : kind);
	for (size_t i = 0; i < link_count; i++)
		hs_atom_link(out, &links[i]);
	hs_buf_puts(out, "<summary>");
	hs_xml_put_text(out, text != NULL ? text->body : "");
	hs_buf_puts(out, "</summary></entry>\n");
}

void
hs_atom_end(struct hs_buf *out)
{
	hs_buf_puts(out, "</feed>\n");
}
