/* parser_registry.h: which parser takes a document, and which converter takes an L-Alert category.
 *
 * Adding a format: a new file with its functions and one row in `parsers`. Adding an L-Alert
 * category: its row in schemas/tables/lalert_categories.csv, and when its body is public a new parse_<kind>.c with a row in
 * `converters`.
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
struct hs_lalert_category;
/* What reads the body of a category; NULL when its structure is not public. */
typedef void hs_lalert_convert_body(struct hs_lalert *lalert);
hs_lalert_convert_body *hs_lalert_converter(const struct hs_lalert_category *category);

#endif
