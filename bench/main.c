#define _GNU_SOURCE 1
#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/bench.h"
#include "bench/executor/options.h"
#include "bench/util/memory.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
    const char *summary;
} COMMANDS[] = {
    {"run", command_run, "run a WebAssembly program, or call an export of a module"},
    {"replay", command_replay, REPLAY_SUMMARY},
    {"bench", command_bench, "compare the executors on a suite of workloads"},
    {"compare", command_compare, "compare commands of your own by the same method"},
    {"subject", command_subject, "measure an interpreter that is not ours, in several builds"},
    {"inspect", command_inspect, INSPECT_SUMMARY},
    {"profile", command_profile, "count which bytecode instructions a program executes"},
    {"asm", command_asm, "show the machine code of an op, strategy by strategy"},
    {"mine", command_mine, "choose superinstructions from profiles"},
    {"predict", command_predict, "replay the dispatches through models of branch predictors"},
    {"list", command_list, "list the strategies, workloads or events that there are"},
    {"machine", command_machine, "say what this machine is and what can be measured on it"},
};

static void print_help(FILE *stream) {
    fputs(
        "Usage: tailrace COMMAND [OPTION...] [ARG...]\n"
        "Runs WebAssembly in interpreters that differ in nothing but their dispatch, and compares "
        "them.\n\n",
        stream);
    for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
        fprintf(stream, "  %-8s  %s\n", COMMANDS[i].name, COMMANDS[i].summary);
    fputs("\n\"tailrace COMMAND --help\" tells more about a command.\n", stream);
}

int main(int argc, char **argv) {
    argp_program_version = "tailrace " TAILRACE_VERSION;
    argp_err_exit_status = EXIT_USAGE;
    const char *command = argc > 1 ? argv[1] : "";
    if (!strcmp(command, "--help") || !strcmp(command, "-h") || !strcmp(command, "-?") ||
        !strcmp(command, "help")) {
        print_help(stdout);
        return EXIT_DONE;
    }
    if (!strcmp(command, "--version") || !strcmp(command, "-V")) {
        puts(argp_program_version);
        return EXIT_DONE;
    }
    for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++) {
        if (strcmp(command, COMMANDS[i].name) != 0) continue;
        char *name = format_string("tailrace %s", command);
        argv[1] = name;
        int status = COMMANDS[i].run(argc - 1, argv + 1);
        /* A full disk or a closed pipe shows itself only now. */
        if ((fflush(stdout) != 0 || ferror(stdout)) && status == EXIT_DONE) {
            perror("tailrace: cannot write the output");
            status = EXIT_FAILED;
        }
        free(name);
        return status;
    }
    if (*command)
        fprintf(stderr, "tailrace: there is no command \"%s\"\n", command);
    else
        fprintf(stderr, "tailrace: a command is missing\n");
    print_help(stderr);
    return EXIT_USAGE;
}
