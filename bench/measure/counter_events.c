#define _GNU_SOURCE 1
#include "bench/measure/counter_events.h"

#include <perfmon/pfmlib_perf_event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

const char DEFAULT_EVENTS[] =
    "cycles,instructions,branches,branch-misses,indirect-branch-misses,L1I-misses,"
    "iTLB-load-misses,frontend-stalls,task-clock,page-faults,context-switches";

/* ---- Our names ------------------------------------------------------------------------------- */

/* What they mean, best first. An event that the CPU does not have is unknown to libpfm on it, so
 * the first that it knows is the one for this family. Returns are left out where that can be, and
 * calls are in, since some executors dispatch by indirect calls.
 *
 * Intel's top-down metrics (TOPDOWN_M:FRONTEND_BOUND, from Ice Lake on) count the same slots as
 * IDQ_UOPS_NOT_DELIVERED:CORE, but only in a group led by TOPDOWN:SLOTS on its fixed counter, so
 * they cannot share a group with the rest. Ask for {r400,r8200} to have slots and those lost. */
static const struct {
    const char *name, *meaning, *choices[12];
    const char *generic; /* where none of them is known: the kernel's own idea of it; NULL: none */
} OURS[] = {
    {"indirect-branch-misses",
     "indirect jumps and calls that were mispredicted",
     {
         "RETIRED_INDIRECT_BRANCH_INSTRUCTIONS_MISPREDICTED", /* AMD Zen: PMCx0CA ExRetBrnIndMisp */
         "BR_MISP_RETIRED:INDIRECT",       /* Intel since Ice Lake; Gracemont */
         "BR_MISP_EXEC:INDIRECT",          /* Skylake to Cascade Lake */
         "BR_MISP_RETIRED:NON_RETURN_IND", /* Intel Atom: Silvermont, Goldmont; Knights Landing */
         "BR_INDNR_MIS_PRED_RETIRED",      /* ARM PMUv3: Neoverse N3, V3; without returns */
         "BR_IND_MIS_PRED_RETIRED",        /* ThunderX2, with returns */
         "BR_INDIRECT_MIS_PRED",           /* Cortex-A55 */
     },
     NULL},
    {"frontend-stalls",
     "issue slots, or else cycles, for which the front end brought nothing",
     {
         "DISPATCH_STALLS_1:FE_NO_OPS", /* AMD Zen 4 and 5: PMCx1A0 DeNoDispatchPerSlot, slots */
         "UOPS_QUEUE_EMPTY",            /* Zen 2 and 3: PMCx0A9 DeDisUopQueueEmpty, cycles */
         "IDQ_UOPS_NOT_DELIVERED:CORE", /* Intel since Sandy Bridge, slots */
         "IDQ_BUBBLES:CORE",            /* the same, renamed in Lion Cove */
         "TOPDOWN_FE_BOUND:ALL",        /* Gracemont, slots */
         "UOPS_NOT_DELIVERED:ANY",      /* Goldmont, slots */
         "STALL_SLOT_FRONTEND",         /* ARM PMUv3p4: Neoverse N2, V1 and later, slots */
         "STALL_FRONTEND",              /* ARM since ARMv8.1, cycles */
     },
     "stalled-cycles-frontend"},
    {"L1I-misses",
     "fetches of code that missed the first-level instruction cache",
     {
         /* AMD Zen 3 to 5: PMCx18E. Linux has PMCx081 of Zen 1 and 2 for them, too. */
         "IC_TAG_HIT_MISS:IC_MISS",
     },
     "L1-icache-load-misses"},
};
enum { OUR_COUNT = sizeof OURS / sizeof *OURS };

/* CPUs that the common versions of libpfm do not know, or whose event they do not name. The codes
 * are the makers': AMD's Processor Programming References; Intel's event lists of
 * github.com/intel/perfmon (of August 2026), whose mapfile.csv has the models. */
static const struct {
    const char *vendor;
    int family, models[20];       /* no models: all of the family */
    const char *codes[OUR_COUNT]; /* in the order of OURS; NULL: there is none */
} BY_CODE[] = {
    /* Zen 5 and 6: ExRetBrnIndMisp, DeNoDispatchPerSlot.NoOpsFromFrontend, IcTagHitMiss. */
    {"AuthenticAMD", 26, {0}, {"rca", "r1000001a0", "r10000188e"}},
    /* Nehalem, Westmere: BR_MISP_EXEC.INDIRECT_NON_CALL and .INDIRECT_NEAR_CALL. */
    {"GenuineIntel", 6, {0x1a, 0x1e, 0x1f, 0x2e, 0x25, 0x2c, 0x2f}, {"r2489"}},
    /* Sandy and Ivy Bridge, Haswell, Broadwell: BR_MISP_EXEC.INDIRECT, IDQ_UOPS_NOT_DELIVERED.CORE.
     * libpfm names the former's two halves, jumps and calls, and does not add them. */
    {"GenuineIntel",
     6,
     {0x2a, 0x2d, 0x3a, 0x3e, 0x3c, 0x3f, 0x45, 0x46, 0x3d, 0x47, 0x4f, 0x56},
     {"re489", "r19c"}},
    /* Golden, Redwood and Lion Cove: Alder to Arrow Lake, Emerald and Granite Rapids:
     * BR_MISP_RETIRED.INDIRECT, IDQ_BUBBLES.CORE. On hybrid machines, of the performance cores. */
    {"GenuineIntel",
     6,
     {0x97, 0x9a, 0xb7, 0xba, 0xbf, 0xaa, 0xac, 0xb5, 0xbd, 0xc5, 0xc6, 0xcf, 0xad, 0xae},
     {"r80c5", "r19c"}},
    /* Cougar Cove: Panther Lake: BR_MISP_RETIRED.NEAR_INDIRECT, IDQ_BUBBLES.CORE. */
    {"GenuineIntel", 6, {0xcc, 0xd5, 0xe5}, {"r50c5", "r19c"}},
    /* Tremont, Gracemont, Crestmont: Snow Ridge, Elkhart and Jasper Lake, Alder Lake-N, Sierra
     * Forest, Grand Ridge: BR_MISP_RETIRED.INDIRECT, TOPDOWN_FE_BOUND.ALL. */
    {"GenuineIntel", 6, {0x86, 0x96, 0x9c, 0xbe, 0xaf, 0xb6}, {"rebc5", "r71"}},
    /* Darkmont: Clearwater Forest: BR_MISP_RETIRED.NEAR_INDIRECT, TOPDOWN_FE_BOUND.ALL_P. */
    {"GenuineIntel", 6, {0xdd}, {"r50c5", "r19c"}},
};

const char *counter_raw_event(const char *name, const char *vendor, int family, int model) {
    for (size_t i = 0; i < sizeof BY_CODE / sizeof *BY_CODE; i++) {
        if (strcmp(vendor, BY_CODE[i].vendor) != 0 || family != BY_CODE[i].family) continue;
        bool fits = BY_CODE[i].models[0] == 0;
        for (const int *known = BY_CODE[i].models; *known; known++)
            fits |= *known == model;
        for (size_t j = 0; fits && j < OUR_COUNT; j++)
            if (strcmp(name, OURS[j].name) == 0) return BY_CODE[i].codes[j];
    }
    return NULL;
}

static const char *raw_event_here(const char *name) {
    char line[256], vendor[32] = "";
    int family = -1, model = -1;
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (!file) return NULL;
    while (fgets(line, sizeof line, file) && line[0] != '\n') /* the first CPU's */
        if (sscanf(line, "vendor_id : %31s", vendor) != 1 &&
            sscanf(line, "cpu family : %d", &family) != 1)
            sscanf(line, "model : %d", &model);
    fclose(file);
    return counter_raw_event(name, vendor, family, model);
}

/* ---- libpfm ---------------------------------------------------------------------------------- */

static bool initialize(void) {
    static int state = -1;
    if (state < 0) state = pfm_initialize() == PFM_SUCCESS;
    return state;
}

#if defined(__aarch64__)
/* libpfm after 4.13 looks for the PMU under the core's name, but where the kernel was not told
 * which core it is, as in virtual machines, it names the PMU after the architecture. What the
 * event's number is does not depend on that. */
static int encode_for_unnamed_core(const char *name, struct perf_event_attr *attr, char **full) {
    enum { EVENT_NUMBER = 0xffff }; /* of the register's bits */
    pfm_pmu_encode_arg_t request = {.fstr = full, .size = sizeof request};
    int result = pfm_get_os_event_encoding(name, PFM_PLM3, PFM_OS_NONE, &request);
    if (result == PFM_SUCCESS) {
        memset(attr, 0, sizeof *attr);
        attr->type = PERF_TYPE_RAW;
        attr->config = request.codes[0] & EVENT_NUMBER;
    }
    free(request.codes);
    return result;
}
#endif

static int encode(const char *name, struct perf_event_attr *attr, char encoded[EVENT_NAME_SIZE]) {
    char *full = NULL;
    memset(attr, 0, sizeof *attr);
    pfm_perf_encode_arg_t request = {.attr = attr, .fstr = &full, .size = sizeof request};
    int result = pfm_get_os_event_encoding(name, PFM_PLM3, PFM_OS_PERF_EVENT, &request);
#if defined(__aarch64__)
    if (result == PFM_ERR_NOTSUPP) result = encode_for_unnamed_core(name, attr, &full);
#endif
    if (result == PFM_SUCCESS) {
        if (attr->type == PERF_TYPE_RAW && full && strncmp(full, "perf_raw", 8) == 0)
            snprintf(encoded, EVENT_NAME_SIZE, "raw 0x%llx", (unsigned long long)attr->config);
        else
            snprintf(encoded, EVENT_NAME_SIZE, "%s", full ? full : name);
    }
    free(full);
    return result;
}

static int encode_ours(size_t ours, struct perf_event_attr *attr, char encoded[EVENT_NAME_SIZE]) {
    for (const char *const *choice = OURS[ours].choices; *choice; choice++)
        if (encode(*choice, attr, encoded) == PFM_SUCCESS) return PFM_SUCCESS;
    const char *raw = raw_event_here(OURS[ours].name);
    if (raw) return encode(raw, attr, encoded);
    return OURS[ours].generic ? encode(OURS[ours].generic, attr, encoded) : PFM_ERR_NOTSUPP;
}

/* ---- What a name might have meant ------------------------------------------------------------ */

/* Edit distance from `a` to `b`, letters of either case being equal; at most `limit` + 1. Adding
 * costs half as much as the rest, since people shorten names. */
static size_t distance(const char *a, const char *b, size_t limit) {
    size_t rows[2][64], length = strlen(b);
    if (length >= 64 || strlen(a) >= 64) return limit + 1;
    for (size_t j = 0; j <= length; j++)
        rows[0][j] = j;
    size_t *above = rows[0], *row = rows[1];
    for (size_t i = 0; a[i]; i++) {
        row[0] = 2 * (i + 1);
        for (size_t j = 0; j < length; j++) {
            size_t least = above[j] + (strncasecmp(a + i, b + j, 1) ? 2 : 0);
            if (above[j + 1] + 2 < least) least = above[j + 1] + 2;
            if (row[j] + 1 < least) least = row[j] + 1;
            row[j + 1] = least;
        }
        size_t *other = above;
        above = row;
        row = other;
    }
    return above[length] > limit ? limit + 1 : above[length];
}

typedef struct Nearest {
    const char *name;
    size_t distance;
    char best[64];
} Nearest;

static void compare(void *context, const char *unit, const char *name, const char *masks,
                    const char *meaning) {
    (void)unit, (void)masks, (void)meaning;
    Nearest *nearest = context;
    size_t found = distance(nearest->name, name, nearest->distance);
    if (found >= nearest->distance) return;
    nearest->distance = found;
    snprintf(nearest->best, sizeof nearest->best, "%s", name);
}

static void explain_unknown(const char *name, int reason, char *why, size_t why_size) {
    if (reason == PFM_ERR_ATTR || reason == PFM_ERR_ATTR_VAL || reason == PFM_ERR_UMASK) {
        snprintf(why, why_size,
                 "\"%s\" has a unit mask or modifier that this event does not take: tailrace list "
                 "events shows its unit masks",
                 name);
        return;
    }
    /* By these libpfm finds out what there is. */
    static const char *const told_by[] = {"/proc/cpuinfo", "/proc/sys/kernel/perf_event_paranoid"};
    for (size_t i = 0; i < sizeof told_by / sizeof *told_by; i++) {
        if (access(told_by[i], R_OK) == 0) continue;
        snprintf(why, why_size,
                 "whether this CPU has an event \"%s\" is not told: %s cannot be read here", name,
                 told_by[i]);
        return;
    }
    Nearest nearest = {name, strlen(name) / 3 + 2, ""};
    counter_events_each(compare, &nearest);
    snprintf(why, why_size,
             "there is no event \"%s\" on this CPU%s%s: tailrace list events shows all", name,
             *nearest.best ? ", but there is " : "", nearest.best);
}

/* ---- The names ------------------------------------------------------------------------------- */

bool counter_event_is_software(const struct perf_event_attr *attr) {
    return attr->type == PERF_TYPE_SOFTWARE;
}

/* Happens while the kernel runs on behalf of the thread. */
static bool in_kernel(const struct perf_event_attr *attr) {
    return counter_event_is_software(attr) && (attr->config == PERF_COUNT_SW_CONTEXT_SWITCHES ||
                                               attr->config == PERF_COUNT_SW_CPU_MIGRATIONS ||
                                               attr->config == PERF_COUNT_SW_CGROUP_SWITCHES);
}

bool counter_event_find(const char *name, struct perf_event_attr *attr,
                        char encoded[EVENT_NAME_SIZE], char *why, size_t why_size) {
    *encoded = 0;
    if (!initialize()) {
        snprintf(why, why_size, "libpfm could not be initialized");
        return false;
    }
    for (size_t i = 0; i < OUR_COUNT; i++) {
        if (strcasecmp(name, OURS[i].name) != 0) continue;
        if (encode_ours(i, attr, encoded) == PFM_SUCCESS) goto found;
        snprintf(why, why_size,
                 "it is not known which event of this CPU counts %s: give the code of one, such as "
                 "r80c5, from the manual of the CPU",
                 name);
        return false;
    }
    int result = encode(name, attr, encoded);
    if (result != PFM_SUCCESS) {
        explain_unknown(name, result, why, why_size);
        return false;
    }
found:
    if (attr->exclude_user) {
        snprintf(why, why_size,
                 "only user space is counted, since that is where executors run: leave out the "
                 "modifiers of \"%s\" that ask for something else",
                 name);
        return false;
    }
    attr->size = sizeof *attr;
    attr->exclude_kernel = attr->exclude_hv = !in_kernel(attr);
    attr->read_format =
        PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
    return true;
}

static void join_masks(int event, int attributes, char *masks, size_t size) {
    size_t length = 0;
    *masks = 0;
    for (int i = 0; i < attributes && length < size; i++) {
        pfm_event_attr_info_t info = {.size = sizeof info};
        if (pfm_get_event_attr_info(event, i, PFM_OS_PERF_EVENT, &info) == PFM_SUCCESS &&
            info.type == PFM_ATTR_UMASK)
            length += (size_t)snprintf(masks + length, size - length, "%s%s", length ? " " : "",
                                       info.name);
    }
}

void counter_events_each(CounterEventVisitor *visit, void *context) {
    if (!initialize()) return;
    for (size_t i = 0; i < OUR_COUNT; i++)
        visit(context, "tailrace", OURS[i].name, "", OURS[i].meaning);
    for (int i = 0; i < PFM_PMU_MAX; i++) {
        pfm_pmu_info_t pmu = {.size = sizeof pmu};
        if (pfm_get_pmu_info((pfm_pmu_t)i, &pmu) != PFM_SUCCESS || !pmu.is_present ||
            i == PFM_PMU_PERF_EVENT_RAW || pmu.type == PFM_PMU_TYPE_UNCORE)
            continue;
        for (int event = pmu.first_event; event != -1; event = pfm_get_event_next(event)) {
            pfm_event_info_t info = {.size = sizeof info};
            if (pfm_get_event_info(event, PFM_OS_PERF_EVENT, &info) != PFM_SUCCESS) continue;
            char masks[2000];
            join_masks(event, info.nattrs, masks, sizeof masks);
            /* libpfm describes perf's names by themselves. */
            visit(context, pmu.name, info.name, masks, i == PFM_PMU_PERF_EVENT ? "" : info.desc);
        }
    }
}
