/* xml_plain.c: mixed content as plain lines.
 *
 * Rules:  all text is kept, in order, whatever element it stands in. Elements of the table begin a line of their own or
 *         bring a mark; others leave the line as it is. Line ends that the sender typed stay, blanks around them and more
 *         than one empty line go. The address of a link stands behind its words when it says something else.
 * Source: L-Alert wire format: h2 br a ul ol li dl dt dd of the html namespace in GeneralInformation.
 */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "hub/base/check.h"
#include "hub/gate/text_clean.h"
#include "hub/gate/xml_tree.h"

/* Numbers of list items make at most three bytes of one. */
#define HS_PLAIN_BYTES (64u << 20)

struct plain {
	struct hs_arena *arena;
	struct hs_buf out;
	bool blank; /* one is due before the next word of this line */
	bool broke; /* markup has just ended a line: a line end typed behind it is layout */
};

static const struct markup {
	const char *name; /* begins and ends a line */
	const char *mark; /* in front of it; items of an ol have their number */
} markups[] = {
	{ "br", "" },
	{ "h1", "■" },
	{ "h2", "■" },
	{ "h3", "■" },
	{ "p", "" },
	{ "div", "" },
	{ "ul", "" },
	{ "ol", "" },
	{ "li", "・" },
	{ "dl", "" },
	{ "dt", "" },
	{ "dd", "　" },
	{ "table", "" },
	{ "tr", "" },
};

static const struct markup *
markup_of(hs_xml_node *node)
{
	for (size_t i = 0; i < HS_COUNT(markups); i++) {
		if (strcmp(markups[i].name, hs_xml_name(node)) == 0)
			return &markups[i];
	}
	return NULL;
}

static bool
at_line_start(const struct plain *plain)
{
	size_t len = plain->out.len_bytes;

	return len == 0 || plain->out.bytes[len - 1] == '\n';
}

static void
new_line(struct plain *plain)
{
	if (!at_line_start(plain))
		hs_buf_puts(&plain->out, "\n");
	plain->blank = false;
}

/* A line end as typed: an empty line stays one. */
static void
typed_line(struct plain *plain)
{
	size_t len = plain->out.len_bytes;

	if (len > 0 && !(len > 1 && at_line_start(plain) && plain->out.bytes[len - 2] == '\n'))
		hs_buf_puts(&plain->out, "\n");
	plain->blank = false;
}

static void
put_words(struct plain *plain, const char *text)
{
	for (; *text; text++) {
		if (*text == '\n') {
			if (!plain->broke)
				typed_line(plain);
			plain->broke = false;
			continue;
		}
		if (strchr(" \t\r", *text)) {
			plain->blank = !at_line_start(plain);
			continue;
		}
		if (plain->blank)
			hs_buf_puts(&plain->out, " ");
		plain->blank = plain->broke = false;
		hs_buf_add(&plain->out, text, 1);
	}
}

/* number: among the items of its list. */
static void
begin(struct plain *plain, hs_xml_node *node, unsigned number)
{
	const struct markup *markup = markup_of(node);
	char text[16];

	if (!markup)
		return;
	if (strcmp(markup->name, "br") == 0)
		typed_line(plain);
	else
		new_line(plain);
	plain->broke = true;
	snprintf(text, sizeof(text), "%u. ", number);
	hs_buf_puts(&plain->out, number > 0 ? text : markup->mark);
}

/* from: where the words of the element begin. */
static void
finish(struct plain *plain, hs_xml_node *node, size_t from)
{
	const struct markup *markup = markup_of(node);
	char *href = hs_xml_attribute(plain->arena, node, "href");
	bool told =
		href && !plain->out.failed && plain->out.len_bytes > from &&
		memmem(plain->out.bytes + from, plain->out.len_bytes - from, href, strlen(href));

	if (href && !told)
		hs_buf_printf(&plain->out, "（%s）", href);
	if (!markup || strcmp(markup->name, "br") == 0)
		return;
	new_line(plain);
	plain->broke = true;
}

/* The guard bounds the depth of the tree. */
static void
put_node(struct plain *plain, hs_xml_node *parent)
{
	bool numbered = strcmp(hs_xml_name(parent), "ol") == 0;
	unsigned items = 0;

	for (hs_xml_node *at = hs_xml_inside(parent); at; at = hs_xml_beside(at)) {
		size_t from = plain->out.len_bytes;

		if (hs_xml_is_text(at)) {
			put_words(plain, at->text);
		} else if (at->kind == HS_XML_ELEMENT) {
			bool item = numbered && strcmp(hs_xml_name(at), "li") == 0;

			items += item;
			begin(plain, at, item ? items : 0);
			put_node(plain, at);
			finish(plain, at, from);
		}
	}
}

char *
hs_xml_plain(struct hs_arena *arena, hs_xml_node *node)
{
	struct plain plain = { .arena = arena };
	char *text = NULL;
	size_t len;

	if (!node)
		return NULL;
	hs_buf_init(&plain.out, HS_PLAIN_BYTES);
	put_node(&plain, node);
	if (!plain.out.failed && plain.out.len_bytes > 0) {
		text = hs_arena_strndup(arena, plain.out.bytes, plain.out.len_bytes);
		len = text ? hs_text_clean(text, plain.out.len_bytes) : 0;
		while (len > 0 && strchr("\n ", text[len - 1]))
			text[--len] = '\0';
		text = len > 0 ? text : NULL;
	}
	hs_buf_free(&plain.out);
	return text;
}
