#define _GNU_SOURCE 1
#include "bench/data/machine.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/measure/counter_report.h"
#include "bench/util/memory.h"
#include "bench/util/paths.h"

/* A file of /proc or /sys, without the last newline. NULL if there is no such file. To be freed. */
static char *read_text(const char *root, const char *path) {
    Error absent;
    size_t length;
    char *whole = format_string("%s%s", root, path);
    char *text = read_file(whole, 16 << 20, &length, &absent);
    free(whole);
    while (text && length > 0 && isspace((unsigned char)text[length - 1]))
        text[--length] = 0;
    return text;
}

static json_t *string_or_null(const char *text) {
    json_t *string = text && *text ? json_string(text) : NULL; /* NULL if it is not UTF-8, too */
    return string ? string : json_null();
}

static json_t *file_string(const char *root, const char *path) {
    char *text = read_text(root, path);
    json_t *string = string_or_null(text);
    free(text);
    return string;
}

/* The value of the first line "KEY <separator> VALUE" in `text`, to be freed; NULL if there is
 * none. */
static char *field(const char *text, const char *key, char separator) {
    size_t length = strlen(key);
    for (const char *line = text; line && *line; line = *line ? line + 1 : line) {
        const char *end = strchrnul(line, '\n');
        if (strncmp(line, key, length) == 0) {
            const char *value = line + length;
            while (value < end && isblank((unsigned char)*value))
                value++;
            if (value < end && *value == separator) {
                do
                    value++;
                while (value < end && isblank((unsigned char)*value));
                return format_string("%.*s", (int)(end - value), value);
            }
        }
        line = end;
    }
    return NULL;
}

static json_t *field_string(const char *text, const char *key) {
    char *value = field(text, key, ':');
    json_t *string = string_or_null(value);
    free(value);
    return string;
}

/* x86 names its CPU; ARM gives the numbers of its maker and part. */
static json_t *cpu_model(const char *root, const char *cpuinfo) {
    char *name = field(cpuinfo, "model name", ':');
    char *maker = field(cpuinfo, "CPU implementer", ':'), *part = field(cpuinfo, "CPU part", ':');
    if (!name && maker && part) name = format_string("ARM implementer %s part %s", maker, part);
    if (!name) name = read_text(root, "/proc/device-tree/model");
    json_t *model = string_or_null(name);
    free(name);
    free(maker);
    free(part);
    return model;
}

static json_t *cpu(const char *root, const char *cpuinfo) {
    struct utsname system;
    uname(&system);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:s}", "model", cpu_model(root, cpuinfo),
                     "vendor", field_string(cpuinfo, "vendor_id"), "family",
                     field_string(cpuinfo, "cpu family"), "model_number",
                     field_string(cpuinfo, "model"), "stepping", field_string(cpuinfo, "stepping"),
                     "microcode", field_string(cpuinfo, "microcode"), "architecture",
                     system.machine);
}

/* Pairs of (package, core), each counted once; null if the system does not tell. */
static json_t *physical_cores(const char *cpuinfo) {
    char *seen[4096];
    size_t count = 0;
    for (const char *block = cpuinfo; block && *block && count < 4096;) {
        char *package = field(block, "physical id", ':'), *core = field(block, "core id", ':');
        if (package && core) {
            char *pair = format_string("%s/%s", package, core);
            size_t i = 0;
            while (i < count && strcmp(seen[i], pair) != 0)
                i++;
            if (i < count)
                free(pair);
            else
                seen[count++] = pair;
        }
        free(package);
        free(core);
        block = strstr(block, "\n\n");
        if (block) block += 2;
    }
    for (size_t i = 0; i < count; i++)
        free(seen[i]);
    return count ? json_integer((json_int_t)count) : json_null();
}

static json_t *caches(const char *root) {
    json_t *list = json_array();
    for (int i = 0; i < 16; i++) {
        static const char *const names[] = {
            "level",          "type", "size", "ways_of_associativity", "coherency_line_size",
            "shared_cpu_list"};
        json_t *cache = json_object();
        for (size_t j = 0; j < sizeof names / sizeof *names; j++) {
            char *path =
                format_string("/sys/devices/system/cpu/cpu0/cache/index%d/%s", i, names[j]);
            json_object_set_new(cache, names[j], file_string(root, path));
            free(path);
        }
        bool exists = !json_is_null(json_object_get(cache, "level"));
        if (exists) json_array_append(list, cache);
        json_decref(cache);
        if (!exists) break;
    }
    return list;
}

static json_t *mitigations(const char *root) {
    static const char folder[] = "/sys/devices/system/cpu/vulnerabilities";
    json_t *all = json_object();
    char *path = format_string("%s%s", root, folder);
    struct dirent **entries;
    int count = scandir(path, &entries, NULL, alphasort);
    free(path);
    for (int i = 0; i < count; i++) {
        if (entries[i]->d_name[0] != '.') {
            path = format_string("%s/%s", folder, entries[i]->d_name);
            json_object_set_new(all, entries[i]->d_name, file_string(root, path));
            free(path);
        }
        free(entries[i]);
    }
    if (count >= 0) free(entries);
    return all;
}

static json_t *turbo(const char *root) {
    char *boost = read_text(root, "/sys/devices/system/cpu/cpufreq/boost");
    char *no_turbo = read_text(root, "/sys/devices/system/cpu/intel_pstate/no_turbo");
    json_t *on = boost      ? json_boolean(strcmp(boost, "0") != 0)
                 : no_turbo ? json_boolean(strcmp(no_turbo, "0") == 0)
                            : json_null();
    free(boost);
    free(no_turbo);
    return on;
}

/* Whether `word` stands in a list of CPU flags. */
static bool has_word(const char *list, const char *word) {
    size_t length = strlen(word);
    for (const char *found = list; found && (found = strstr(found, word)); found += length)
        if ((found == list || found[-1] == ' ') && (found[length] == 0 || found[length] == ' '))
            return true;
    return false;
}

/* x86 CPUs say so themselves; elsewhere the firmware's names and Xen's folder tell. Where none of
 * them does, as in a container that hides /proc and /sys, it is not known. */
static json_t *virtual_machine(const char *root, const char *cpuinfo) {
    static const char *const products[] = {"KVM",    "QEMU",      "VMware", "VirtualBox",
                                           "HVM",    "Bochs",     "BHYVE",  "Virtual Machine",
                                           "Google", "Amazon EC2"};
    char *flags = field(cpuinfo, "flags", ':');
    char *product = read_text(root, "/sys/class/dmi/id/product_name");
    char *vendor = read_text(root, "/sys/class/dmi/id/sys_vendor");
    char *xen = read_text(root, "/sys/hypervisor/type");
    char *tree = read_text(root, "/proc/device-tree/hypervisor/compatible");
    const char *hypervisor = xen ? xen : tree;
    bool is = has_word(flags, "hypervisor") || hypervisor;
    for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
        const char *name = product && strstr(product, products[i]) ? product
                           : vendor && strstr(vendor, products[i]) ? vendor
                                                                   : NULL;
        if (!name) continue;
        /* Cloud makers sell whole machines under the same names; the flag decides where it exists.
         */
        if (!flags) is = true;
        if (is && !hypervisor) hypervisor = name;
    }
    bool known = is || flags || product || vendor;
    json_t *answer = json_pack("{s:o, s:o}", "is", known ? json_boolean(is) : json_null(),
                               "hypervisor", string_or_null(is ? hypervisor : NULL));
    free(flags);
    free(product);
    free(vendor);
    free(xen);
    free(tree);
    return answer;
}

static json_t *counters(const CounterKernel *perf) {
    Error error;
    Counters *all = allocate(sizeof *all);
    const char *why = NULL, *unknown = NULL;
    bool hardware = false;
    if (!counters_open(all, "default", perf, &error)) need(NULL); /* the list is ours */
    for (size_t i = 0; i < all->count; i++) {
        const Counter *counter = &all->items[i];
        if (counter->state == COUNTER_UNKNOWN_EVENT) {
            if (!unknown) unknown = counter->reason;
            continue;
        }
        if (counter_event_is_software(&counter->attr)) continue;
        hardware |= counter->state == COUNTER_MEASURED;
        if (!why) why = counter->reason;
    }
    if (!why) why = unknown;
    int level = perf->paranoid();
    json_t *answer = json_pack(
        "{s:b, s:o, s:o, s:o, s:[s,s]}", "hardware", hardware, "why",
        string_or_null(hardware ? NULL : why), "events", counters_summary(all), "paranoid",
        level == PARANOID_UNKNOWN ? json_null() : json_integer(level), "software",
        "CPU time of the executing thread", "wall time");
    counters_close(all);
    free(all);
    return answer;
}

static json_t *os_name(const char *root) {
    char *release = read_text(root, "/etc/os-release");
    char *name = field(release, "PRETTY_NAME", '='), *start = name;
    if (name && *name == '"') {
        start++;
        name[strlen(name) - 1] = 0;
    }
    json_t *string = string_or_null(start);
    free(release);
    free(name);
    return string;
}

static json_t *memory_mib(const char *root) {
    char *meminfo = read_text(root, "/proc/meminfo"), *total = field(meminfo, "MemTotal", ':');
    json_t *mib = total ? json_integer(atoll(total) / 1024) : json_null();
    free(meminfo);
    free(total);
    return mib;
}

/* Not /proc/version, which tells who built it, and where. */
static json_t *kernel(const char *root) {
    char *type = read_text(root, "/proc/sys/kernel/ostype");
    char *release = read_text(root, "/proc/sys/kernel/osrelease");
    char *version = read_text(root, "/proc/sys/kernel/version");
    char *all =
        type && release && version ? format_string("%s %s %s", type, release, version) : NULL;
    struct utsname system;
    if (!all && !*root && uname(&system) == 0) /* /proc is hidden */
        all = format_string("%s %s %s", system.sysname, system.release, system.version);
    json_t *string = string_or_null(all);
    free(type);
    free(release);
    free(version);
    free(all);
    return string;
}

json_t *machine_fingerprint(const char *root, const CounterKernel *perf) {
    char *cpuinfo = read_text(root, "/proc/cpuinfo");
    json_t *is_virtual = virtual_machine(root, cpuinfo);
    json_t *governor = file_string(root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
    json_t *machine =
        json_pack("{s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "cpu",
                  cpu(root, cpuinfo), "logical_cpus", get_nprocs(), "physical_cores",
                  physical_cores(cpuinfo), "caches", caches(root), "memory_mib", memory_mib(root),
                  "os", os_name(root), "kernel", kernel(root), "mitigations", mitigations(root),
                  "governor", governor, "turbo", turbo(root), "address_randomization",
                  file_string(root, "/proc/sys/kernel/randomize_va_space"), "virtual", is_virtual,
                  "counters", counters(perf));
    free(cpuinfo);
    return need(machine);
}

char *machine_slug(const char *text) {
    char *slug = allocate(strlen(text) + 1), *end = slug;
    for (; *text && end - slug < 40; text++) {
        if (isalnum((unsigned char)*text))
            *end++ = (char)tolower((unsigned char)*text);
        else if (end > slug && end[-1] != '-')
            *end++ = '-';
    }
    while (end > slug && end[-1] == '-')
        end--;
    *end = 0;
    return slug;
}
