/*
 * JSON, read in place: a value is a pointer to its first character. That is slow for large documents, and a job is small.
 */
#ifndef JSON_H
#define JSON_H

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static inline const char *skip_space(const char *at) {
  while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r') at++;
  return at;
}

/* The character after a value; NULL if it is not one. */
static inline const char *skip_value(const char *at) {
  if (*at == '"') {
    for (at++; *at != '"'; at++) {
      if (*at == '\\') at++;
      if (*at == '\0') return NULL;
    }
    return at + 1;
  }
  if (*at == '{' || *at == '[') {
    char close = *at == '{' ? '}' : ']';
    at = skip_space(at + 1);
    while (*at != close) {
      at = skip_value(at);
      if (at == NULL) return NULL;
      at = skip_space(at);
      if (*at == ':' || *at == ',') at = skip_space(at + 1);
    }
    return at + 1;
  }
  const char *begin = at;
  while (*at != '\0' && strchr(",]} \t\r\n", *at) == NULL) at++;
  return at == begin ? NULL : at;
}

/* Whether the string at `at` is `text`; names with escapes never are. */
static inline bool is_text(const char *at, const char *text) {
  size_t length = strlen(text);
  return at != NULL && *at == '"' && strncmp(at + 1, text, length) == 0 && at[length + 1] == '"';
}

/* The member `key` of an object, or NULL: also where it is null. */
static inline const char *member(const char *at, const char *key) {
  if (at == NULL || *at != '{') return NULL;
  for (at = skip_space(at + 1); *at == '"';) {
    bool found = is_text(at, key);
    at = skip_value(at);
    if (at == NULL) return NULL;
    at = skip_space(at);
    if (*at != ':') return NULL;
    at = skip_space(at + 1);
    if (found) return strncmp(at, "null", 4) == 0 ? NULL : at;
    at = skip_value(at);
    if (at == NULL) return NULL;
    at = skip_space(at);
    if (*at == ',') at = skip_space(at + 1);
  }
  return NULL;
}

/* How many members an object has. */
static inline int member_count(const char *at) {
  int count = 0;
  if (at == NULL || *at != '{') return 0;
  for (at = skip_space(at + 1); *at == '"'; count++) {
    at = skip_value(at);
    at = at == NULL ? "" : skip_space(at);
    at = *at == ':' ? skip_value(skip_space(at + 1)) : NULL;
    if (at == NULL) return 0;
    at = skip_space(at);
    if (*at == ',') at = skip_space(at + 1);
  }
  return count;
}

/* The first key of an object, as a string value, or NULL. */
static inline const char *first_key(const char *at) {
  if (at == NULL || *at != '{') return NULL;
  at = skip_space(at + 1);
  return *at == '"' ? at : NULL;
}

static inline bool read_number(const char *at, double *number) {
  if (at == NULL || !(*at == '-' || (*at >= '0' && *at <= '9'))) return false;
  char *end;
  *number = strtod(at, &end);
  return end != at && isfinite(*number);
}

/* The numbers of a list; how many, or -1. */
static inline int read_numbers(const char *at, double *numbers, int most) {
  if (at == NULL || *at != '[') return -1;
  int count = 0;
  for (at = skip_space(at + 1); *at != ']'; count++) {
    if (count == most || !read_number(at, &numbers[count])) return -1;
    at = skip_value(at);
    if (at == NULL) return -1;
    at = skip_space(at);
    if (*at == ',') at = skip_space(at + 1);
  }
  return count;
}

/* How many entries a list has, or -1. */
static inline int list_length(const char *at) {
  if (at == NULL || *at != '[') return -1;
  int count = 0;
  for (at = skip_space(at + 1); *at != ']'; count++) {
    at = skip_value(at);
    if (at == NULL) return -1;
    at = skip_space(at);
    if (*at == ',') at = skip_space(at + 1);
  }
  return count;
}

/* A copy of a string without its escapes (of those in paths: \\ \" \/ and ASCII \u); NULL if it is not one. */
static inline char *copy_text(const char *at) {
  if (at == NULL || *at != '"') return NULL;
  const char *end = skip_value(at);
  if (end == NULL) return NULL;
  char *text = malloc((size_t)(end - at)), *out = text;
  if (text == NULL) return NULL;
  for (at++; at < end - 1; at++) {
    if (*at != '\\') {
      *out++ = *at;
    } else if (at[1] == 'u') {
      char digits[5] = {0};
      memcpy(digits, at + 2, 4);
      *out++ = (char)strtol(digits, NULL, 16);
      at += 5;
    } else {
      at++;
      *out++ = *at == 'n' ? '\n' : *at == 't' ? '\t' : *at;
    }
  }
  *out = '\0';
  return text;
}

#endif
