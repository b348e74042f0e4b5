"""What scripts/ share of the results: reading them, statistics, findings, pictures; and of machine code."""
