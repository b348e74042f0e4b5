"""What scripts/fleet is made of: its configuration, jobs on disk, and a module for each way to reach machines."""
