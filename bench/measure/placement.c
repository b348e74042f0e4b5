#define _GNU_SOURCE 1
#include "bench/measure/placement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/util/random.h"

static const char *const names[PART_COUNT] = {"bytecode", "frames", "memory", "stack"};

enum { CACHE_LINE = 64 };

/* What an address of the part is a multiple of. */
static int32_t grain(Part part) {
    return part == PART_MEMORY ? (int32_t)sysconf(_SC_PAGESIZE) : CACHE_LINE;
}

static bool is_place(Part part, int64_t at) {
    return at >= 0 && at < PLACEMENT_WINDOW && at % grain(part) == 0;
}

Placement placement_anywhere(void) {
    Placement placement;
    for (int i = 0; i < PART_COUNT; i++)
        placement.at[i] = ANYWHERE;
    return placement;
}

Placement placement_draw(int64_t seed, unsigned parts) {
    Placement placement = placement_anywhere();
    uint64_t random = (uint64_t)seed;
    for (int i = 0; i < PART_COUNT; i++) {
        const uint64_t drawn =
            random_next(&random) >> 32; /* also of parts that are not asked for */
        const uint64_t places = (uint64_t)(PLACEMENT_WINDOW / grain(i));
        if (parts & 1u << i) placement.at[i] = (int32_t)(drawn % places) * grain(i);
    }
    return placement;
}

/* The part whose name the first `length` bytes are; PART_COUNT: none. */
static Part find_part(const char *name, size_t length) {
    int part = 0;
    while (part < PART_COUNT &&
           (strlen(names[part]) != length || strncmp(names[part], name, length) != 0))
        part++;
    return part;
}

bool placement_parse(const char *text, Placement *placement) {
    *placement = placement_anywhere();
    for (const char *at = text;; at++) {
        const size_t length = strcspn(at, "=,");
        const Part part = find_part(at, length);
        char *end;
        at += length;
        if (part == PART_COUNT || *at != '=' || at[1] < '0' || at[1] > '9') return false;
        const long value = strtol(at + 1, &end, 10);
        if (!is_place(part, value) || placement->at[part] != ANYWHERE) return false;
        placement->at[part] = (int32_t)value;
        at = end;
        if (*at != ',') return !*at;
    }
}

char *placement_text(const Placement *placement) {
    char *text = NULL;
    size_t size;
    FILE *stream = open_memstream(&text, &size);
    if (!stream) return NULL;
    const char *comma = "";
    for (int i = 0; i < PART_COUNT; i++) {
        if (placement->at[i] == ANYWHERE) continue;
        fprintf(stream, "%s%s=%d", comma, names[i], placement->at[i]);
        comma = ",";
    }
    if (fclose(stream) == 0) return text;
    free(text);
    return NULL;
}

bool placement_parse_parts(const char *text, unsigned *parts) {
    *parts = strcmp(text, "all") == 0 ? (1u << PART_COUNT) - 1 : 0;
    if (*parts || strcmp(text, "none") == 0) return true;
    for (const char *at = text;; at++) {
        const size_t length = strcspn(at, ",");
        const Part part = find_part(at, length);
        if (part == PART_COUNT) return false;
        *parts |= 1u << part;
        at += length;
        if (!*at) return true;
    }
}

json_t *placement_json(const Placement *placement) {
    json_t *json = json_object();
    for (int i = 0; i < PART_COUNT; i++)
        json_object_set_new(json, names[i],
                            placement->at[i] == ANYWHERE ? json_null()
                                                         : json_integer(placement->at[i]));
    return json;
}

bool placement_read(const json_t *json, Placement *placement) {
    Placement found = placement_anywhere();
    for (int i = 0; i < PART_COUNT; i++) {
        const json_t *place = json_object_get(json, names[i]);
        if (json_is_null(place)) continue;
        if (!json_is_integer(place)) return false;
        found.at[i] = (int32_t)json_integer_value(place);
    }
    *placement = found;
    return true;
}
