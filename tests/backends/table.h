/*
 * Tables for `emit`. Every buffer, child and name is one allocation of a table's own list, freed together by the release of its root.
 */
#ifndef TABLE_H
#define TABLE_H

#include "fairgrid_backend.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct owned {
  void *pointers[32];
  int count;
};

static inline void *own(struct owned *owned, size_t size) {
  void *pointer = calloc(1, size == 0 ? 1 : size);
  if (pointer != NULL) owned->pointers[owned->count++] = pointer;
  return pointer;
}

static inline void free_owned(struct owned *owned) {
  for (int i = 0; i < owned->count; i++) free(owned->pointers[i]);
  free(owned);
}

static inline void release_schema(struct ArrowSchema *schema) {
  free_owned(schema->private_data);
  schema->release = NULL;
}

static inline void release_array(struct ArrowArray *array) {
  free_owned(array->private_data);
  array->release = NULL;
}

/* Children are freed with their root. */
static inline void release_child_schema(struct ArrowSchema *schema) { schema->release = NULL; }
static inline void release_child_array(struct ArrowArray *array) { array->release = NULL; }

struct table {
  struct ArrowSchema schema;
  struct ArrowArray array;
};

static inline bool begin_table(struct table *table, int64_t rows, int columns) {
  memset(table, 0, sizeof *table);
  struct owned *names = calloc(1, sizeof *names), *data = calloc(1, sizeof *data);
  if (names == NULL || data == NULL) {
    free(names);
    free(data);
    return false;
  }
  table->schema.format = "+s";
  table->schema.children = own(names, (size_t)columns * sizeof(void *));
  table->schema.release = release_schema;
  table->schema.private_data = names;
  table->array.length = rows;
  table->array.n_buffers = 1;
  table->array.buffers = own(data, sizeof(void *));
  table->array.children = own(data, (size_t)columns * sizeof(void *));
  table->array.release = release_array;
  table->array.private_data = data;
  return table->schema.children != NULL && table->array.buffers != NULL && table->array.children != NULL;
}

static inline void drop_table(struct table *table) {
  if (table->schema.release != NULL) table->schema.release(&table->schema);
  if (table->array.release != NULL) table->array.release(&table->array);
}

/* A node with `n_buffers` empty buffers; NULL for no memory. */
static inline struct ArrowArray *add_node(struct table *table, const char *name, const char *format, int64_t rows, int n_buffers,
                                   struct ArrowSchema **schema_out) {
  struct ArrowSchema *schema = own(table->schema.private_data, sizeof *schema);
  struct ArrowArray *array = own(table->array.private_data, sizeof *array);
  const void **buffers = own(table->array.private_data, (size_t)n_buffers * sizeof *buffers);
  if (schema == NULL || array == NULL || buffers == NULL) return NULL;
  schema->format = format; /* texts in this file are constants, or owned by the table */
  schema->name = name;
  schema->release = release_child_schema;
  array->length = rows;
  array->n_buffers = n_buffers;
  array->buffers = buffers;
  array->release = release_child_array;
  *schema_out = schema;
  return array;
}

static inline struct ArrowArray *add_column(struct table *table, const char *name, const char *format, int n_buffers,
                                     struct ArrowSchema **schema_out) {
  struct ArrowArray *array = add_node(table, name, format, table->array.length, n_buffers, schema_out);
  if (array == NULL) return NULL;
  table->schema.children[table->schema.n_children++] = *schema_out;
  table->array.children[table->array.n_children++] = array;
  return array;
}

static inline void *add_numbers(struct table *table, const char *name, const char *format, size_t width) {
  struct ArrowSchema *schema;
  struct ArrowArray *array = add_column(table, name, format, 2, &schema);
  if (array == NULL) return NULL;
  void *values = own(table->array.private_data, (size_t)table->array.length * width);
  array->buffers[1] = values;
  return values;
}

/* A column of text; `texts` are copied. */
static inline bool add_texts(struct table *table, const char *name, const char *const *texts) {
  struct ArrowSchema *schema;
  struct ArrowArray *array = add_column(table, name, "u", 3, &schema);
  int32_t *ends = array == NULL ? NULL : own(table->array.private_data, (size_t)(table->array.length + 1) * sizeof *ends);
  if (ends == NULL) return false;
  for (int64_t row = 0; row < table->array.length; row++) ends[row + 1] = ends[row] + (int32_t)strlen(texts[row]);
  char *bytes = own(table->array.private_data, (size_t)ends[table->array.length]);
  if (bytes == NULL) return false;
  for (int64_t row = 0; row < table->array.length; row++) memcpy(bytes + ends[row], texts[row], strlen(texts[row]));
  array->buffers[1] = ends;
  array->buffers[2] = bytes;
  return true;
}

/* A column of `classes` floats a row; its numbers, or NULL. */
static inline float *add_scores(struct table *table, const char *name, int classes) {
  char *format = own(table->schema.private_data, 24);
  if (format == NULL) return NULL;
  snprintf(format, 24, "+w:%d", classes);
  struct ArrowSchema *schema, *item_schema;
  struct ArrowArray *list = add_column(table, name, format, 1, &schema);
  struct ArrowArray *item = list == NULL ? NULL : add_node(table, "item", "f", table->array.length * classes, 2, &item_schema);
  struct ArrowSchema **schemas = item == NULL ? NULL : own(table->schema.private_data, sizeof *schemas);
  struct ArrowArray **arrays = schemas == NULL ? NULL : own(table->array.private_data, sizeof *arrays);
  float *values = arrays == NULL ? NULL : own(table->array.private_data, (size_t)(table->array.length * classes) * sizeof *values);
  if (values == NULL) return NULL;
  schemas[0] = item_schema;
  arrays[0] = item;
  schema->children = schemas;
  schema->n_children = 1;
  list->children = arrays;
  list->n_children = 1;
  item->buffers[1] = values;
  return values;
}

#endif
