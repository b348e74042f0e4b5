"""What the commands in scripts/ share. None needs what stands below it.

    printable, output_files      text and files that anybody may have meddled with
    wording, microarchitecture   numbers, lists and CPUs in words
    script_loader, zero_modules  commands as modules; the modules of suites

    inference                    statistics: intervals, and verdicts on them
    warnings                     the list that the terminal has, too (bench/output/warnings.json)
    comparison                   result files: reading them, and two strategies side by side
    audits, peers, zero_line     what else is in them
    machine_code/                what compilers made of executors (scripts/audit, scripts/asm)

    weaknesses, causes, answers  of one comparison: what weakens it, why it came out so, sentences
    across                       of several machines
    findings                     all of that of a report
    pictures, coverage/          as pictures
    experiments/                 scripts/ablate and scripts/calibrate
    figures                      the numbers in the pages of results/
"""
