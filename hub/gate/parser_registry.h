/* parser_registry.h: which parser takes a document, and which converter takes an L-Alert category.
 *
 * Adding a format: a new file with its functions and one row in `parsers`. Adding an L-Alert
 * category: a new parse_<kind>.c and its function in the row of `categories`.
 */
#ifndef HS_GATE_PARSER_REGISTRY_H
#define HS_GATE_PARSER_REGISTRY_H

#include "hub/gate/submission.h"
#include "hub/gate/xml_doc.h"

struct hs_parser {
	const char *name;
	const char *ns; /* of the root, without generation */
	const char *root;
	/* Makes submission->notice and content_sha256; findings tell what is wrong. */
	enum hs_err (*convert)(struct hs_submission *submission);
	/* Values: strict where the sender can mend them, lenient where the message comes from elsewhere and a
	 * life may depend on it. HS_ERR_REFUSED with findings. */
	enum hs_err (*validate)(struct hs_submission *submission);
	/* Rights of the sender. HS_ERR_FORBIDDEN with findings. */
	enum hs_err (*policy)(struct hs_submission *submission);
};
/* NULL when no format has such a root. */
const struct hs_parser *hs_parser_find(hs_xml_node *root);

/* A format of that name is there; and the names of all, blank-separated. */
bool hs_parser_named(const char *name);
void hs_parser_names(char *out, size_t out_size);

struct hs_lalert;
struct hs_category {
	const char *category;  /* as in commons:category; compared without regard to case */
	int kind;	       /* HS_KIND(…) */
	const char *ns, *body; /* body element, "" when its structure is not public */
	void (*convert)(struct hs_lalert *lalert); /* NULL: known, not accepted yet */
};
/* NULL when the category is not in the table. */
const struct hs_category *hs_category_find(const char *category);

#endif
