/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "drive/cdio_notes.h"

#include <cdio/logging.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static cdio_log_handler_t before;
/* Of the thread that is between begin and end; remarks of other threads are not ours. */
static _Thread_local struct redbook_cdio_notes *collecting;

static void keep(cdio_log_level_t level, const char message[]) {
  if (!collecting) {
    if (before) before(level, message);
    return;
  }
  if (level < CDIO_LOG_WARN || collecting->count++) return;
  (void)snprintf(collecting->first, sizeof collecting->first, "%s", message);
  collecting->first[strcspn(collecting->first, "\n")] = '\0';
}

void redbook_cdio_begin(struct redbook_cdio_notes *notes) {
  *notes = (struct redbook_cdio_notes){.count = 0};
  pthread_mutex_lock(&mutex);
  before = cdio_log_set_handler(keep);
  collecting = notes;
}

void redbook_cdio_end(void) {
  collecting = NULL;
  (void)cdio_log_set_handler(before);
  pthread_mutex_unlock(&mutex);
}
