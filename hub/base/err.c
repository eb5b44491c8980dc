#include "hub/base/err.h"

#include "hub/base/check.h"

static const struct hs_err_row {
	const char *name;
	const char *text;
	enum hs_err_class class;
	int http;
} rows[] = {
#define HS_ERR_ROW(name, text, class, http) { #name, text, HS_CLASS_##class, http },
	HS_ERR_LIST(HS_ERR_ROW)
#undef HS_ERR_ROW
};

static const struct hs_err_row *
row_of(enum hs_err err)
{
	HS_CHECK((unsigned)err < HS_ERR_COUNT);
	return &rows[err];
}

const char *
hs_err_name(enum hs_err err)
{
	return row_of(err)->name;
}

const char *
hs_err_text(enum hs_err err)
{
	return row_of(err)->text;
}

enum hs_err_class
hs_err_class(enum hs_err err)
{
	return row_of(err)->class;
}

int
hs_err_http(enum hs_err err)
{
	return row_of(err)->http;
}
