/*
 * Filling an fg_error: `return fail(error, FG_INVALID, "/classes", "what to do", "what is wrong, %d", with);`
 */
#ifndef FAIL_H
#define FAIL_H

#include "fairgrid_backend.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct failure_text {
  char message[512], help[256], pointer[256];
};

static inline void free_error(fg_error *error) {
  free(error->private_data);
  error->message = error->help = error->pointer = NULL;
  error->private_data = NULL;
  error->release = NULL;
}

static inline int32_t fail(fg_error *error, int32_t status, const char *pointer, const char *help, const char *format, ...) {
  error->status = status;
  struct failure_text *text = calloc(1, sizeof *text);
  if (text == NULL) return status;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text->message, sizeof text->message, format, arguments);
  va_end(arguments);
  error->message = text->message;
  if (help != NULL) {
    snprintf(text->help, sizeof text->help, "%s", help);
    error->help = text->help;
  }
  if (pointer != NULL) {
    snprintf(text->pointer, sizeof text->pointer, "%s", pointer);
    error->pointer = text->pointer;
  }
  error->private_data = text;
  error->release = free_error;
  return status;
}

#endif
