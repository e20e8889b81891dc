/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of the .cue parser: shared by the sheet's and the REM lines' halves. */
#ifndef REDBOOK_VIRTUAL_CUE_PARSE_H
#define REDBOOK_VIRTUAL_CUE_PARSE_H

#include "virtual/cue.h"

struct redbook_vcue_parser {
  const char *name;
  unsigned line; /* 0: the whole sheet */
  struct redbook_vcue *out;
  struct redbook_error *err;
  bool indexed; /* the current TRACK has its INDEX 01 */
  bool has_gap; /* and its INDEX 00, at `gap` */
  int32_t gap;
  char catalog[14];
};

/* Always false; names file and line. */
bool redbook_vcue_bad(struct redbook_vcue_parser *parser, const char *what);
/* `words` after "REM REDBOOK", NULL-terminated with at least 24 slots. */
bool redbook_vcue_remark(struct redbook_vcue_parser *parser, char **words);
/* Checks that the REM lines fit together and with the sheet. */
bool redbook_vcue_remarks_finish(struct redbook_vcue_parser *parser);

#endif
