"""What the commands in scripts/ share. None needs what stands below it.

    printable, output_files      text and files that anybody may have meddled with
    wording, microarchitecture   numbers, lists and CPUs in words
    source_tree, zero_modules    suites, the compiler and the baseline; the modules of suites
    commands                     how commands are called, and call others

    inference                    statistics: intervals, and verdicts on them
    warnings                     the list that the terminal has, too (bench/output/warnings.json)
    results/                     result files: two strategies side by side (comparison), and what else is in them
    machine_code/                what compilers made of executors (scripts/audit, scripts/asm)

    report/                      all that a report finds (findings): sentences, what weakens a comparison and why it came
                                 out so (answers, weaknesses, causes), several machines (across)
    pictures, coverage/          as pictures
    experiments/                 scripts/ablate and scripts/calibrate
    figures                      the numbers in the pages of results/
"""
