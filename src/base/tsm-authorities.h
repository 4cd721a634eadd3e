/* SPDX-License-Identifier: MIT
 * tsm-authorities: the system's list of certificate authorities, in memory only while a certificate
 * is held against it. */
#pragma once
#include <gio/gio.h>

G_BEGIN_DECLS

#define TSM_TYPE_AUTHORITIES (tsm_authorities_get_type ())
G_DECLARE_FINAL_TYPE (TsmAuthorities, tsm_authorities, TSM, AUTHORITIES, GTlsDatabase)

/* Makes one the database of all TLS connections that are given no other. GnuTLS keeps the list as
 * two trees of 4 MB each for as long as the program runs, also for connections that never look at
 * it; a few connections a day are cheaper served by reading it again (30 ms). To be called before
 * the first of them; does nothing the second time. Loads GnuTLS, so not before it is needed. */
void tsm_authorities_install (void);

G_END_DECLS
