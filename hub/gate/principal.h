/* principal.h: who sends, and what that sender may say. Filled from the principals file (principals.c),
 * read by the policy stage (authority.h, policy.h). The strings belong to the configuration. */
#ifndef HS_GATE_PRINCIPAL_H
#define HS_GATE_PRINCIPAL_H

#include <stdbool.h>
#include <stdint.h>

#include "hub/base/config.h"
#include "hub/gate/signature_keys.h"

/* A sender speaks for its own areas; a relayer passes on what others said (JMA, CAP): their sources and areas are
 * not its own. What each may do: the table in role.c. */
enum hs_role {
	HS_ROLE_SENDER,
	HS_ROLE_RELAYER,
	HS_ROLE_ADAPTER,
	HS_ROLE_OPERATOR,
	HS_ROLE_DRILL_LEADER,
	HS_ROLE_COUNT
};
#define HS_ROLE_WORDS "sender relayer adapter operator drill_leader"

/* 代行入力: for a time, and perhaps for some kinds only, it may also speak for areas that are not its own. */
struct hs_delegation {
	struct hs_config_texts areas;	  /* codes; with `of` those of that principal */
	const char *of;			  /* id of a principal of the same file, or "" */
	struct hs_config_texts kinds;	  /* as hs_principal.kinds */
	const char *from, *to;		  /* as written: RFC 3339 */
	int64_t from_unix_us, to_unix_us; /* from ≤ now < to */
};

struct hs_principals;

struct hs_principal {
	const char *id;			 /* stable name in journal and logs */
	const char *organisation;	 /* 架空市 */
	const char *office;		 /* 防災課 */
	const char *code;		 /* own organisation code, 6 digits */
	struct hs_config_texts areas;	 /* codes it may speak for: 2, 5, 6 digits (area_rules.h) */
	struct hs_config_texts statuses; /* Actual, Exercise, Test, System */
	const char *username;
	const char *password;
	const char *token;
	const char *source;	      /* senderID of its documents; no other is accepted from it */
	int role;		      /* enum hs_role */
	struct hs_config_texts kinds; /* "evacuation", "!event"; empty: all (hs_kinds_cover) */
	struct hs_config_texts formats;	   /* "lalert", "jma", "cap"; empty: those of its role */
	struct hs_config_list delegations; /* struct hs_delegation */
	struct hs_config_texts
		certificates; /* "URI:…", "CN:…", "SHA256:…": any of them is this principal */
	bool revoked;	      /* nobody may use this credential any more */
	struct hs_signature_settings signature;
	struct hs_principals *list; /* that it stands in; NULL: none */
};

#endif
