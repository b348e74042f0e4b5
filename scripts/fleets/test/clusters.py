"""What Slurm prints of a cluster, by version: as its plugins openapi/v0.0.37 and v0.0.38 (21.08, 22.05) and its data_parser
v0.0.39 to v0.0.42 (23.02 to 24.11) write nodes, with what this takes and some of the rest. A node is
(name, features, architecture, states, reason), all in the partitions main and long.
"""
import json

PARTITIONS = ["main", "long"]
PARSERS = {"23.02": "v0.0.39", "23.11": "v0.0.40", "24.05": "v0.0.41", "24.11": "v0.0.42"}


def meta(version):
    if version in PARSERS:
        return {"plugin": {"type": "", "name": "", "data_parser": f"data_parser/{PARSERS[version]}", "accounting_storage": ""},
                "client": {"source": "/dev/pts/0", "user": "root", "group": "root"}, "command": [],
                "slurm": {"version": dict(zip(("major", "minor"), version.split("."))) | {"micro": "0"},
                          "release": f"{version}.0", "cluster": "test"}}
    plugin = {"21.08": "v0.0.37", "22.05": "v0.0.38"}[version]
    return {"plugin": {"type": f"openapi/{plugin}", "name": f"Slurm OpenAPI {plugin}"},
            "Slurm": {"version": dict(zip(("major", "minor"), map(int, version.split(".")))), "release": f"{version}.0"}}


def number(value):
    return {"set": True, "infinite": False, "number": value}


def nodes_json(version, nodes):
    """sinfo --json up to 22.05; scontrol show nodes --json since 23.02."""
    found = []
    for name, features, architecture, states, reason in nodes:
        entry = {"architecture": architecture, "boards": 1, "cores": 8, "cpus": 16, "threads": 2, "name": name, "hostname": name,
                 "address": name, "operating_system": "Linux 6.1.0", "port": 6818, "reason": reason, "real_memory": 1024}
        if version in PARSERS:
            entry |= {"features": features, "active_features": features, "state": states, "partitions": PARTITIONS,
                      "boot_time": number(1700000000), "free_mem": number(512), "next_state_after_reboot": ["INVALID"]}
        else:
            entry |= {"features": ",".join(features), "active_features": ",".join(features), "state": states[0].lower(),
                      "state_flags": states[1:], "partitions": PARTITIONS, "boot_time": 1700000000, "free_memory": 512}
        found.append(entry)
    document = {"meta": meta(version), "errors": [], "nodes": found}
    return json.dumps(document | ({"warnings": [], "last_update": number(1700000000)} if version in PARSERS else {}))


def groups_json(version, nodes):
    """sinfo --json since 23.02: by partition and state, with what the first node of a group is like."""
    groups = {}
    for partition in PARTITIONS:
        for node in nodes:
            groups.setdefault((partition, tuple(node[3])), []).append(node)
    found = []
    for (partition, states), own in groups.items():
        names = [node[0] for node in own]
        found.append({
            "port": 6818, "node": {"state": list(states)},
            "nodes": {"allocated": 0, "idle": len(own), "other": 0, "total": len(own), "hostnames": names, "addresses": names,
                      "nodes": names},
            "cpus": {"total": 16 * len(own)}, "threads": {"minimum": 2, "maximum": 2}, "cores": {"minimum": 8, "maximum": 8},
            "features": {"total": ",".join(own[0][1]), "active": ",".join(own[0][1])}, "gres": {"total": "", "used": ""},
            "reason": {"description": own[0][4], "time": 0, "user": ""}, "cluster": "", "partition": {"name": partition}})
    return json.dumps({"sinfo": found, "meta": meta(version), "errors": [], "warnings": []})


def nodes_lines(nodes):
    """scontrol show nodes -o of any version."""
    lines = []
    for name, features, architecture, states, reason in nodes:
        own = ",".join(features) or "(null)"
        lines.append(
            f"NodeName={name} {f'Arch={architecture} ' if architecture else ''}CoresPerSocket=8  CPUAlloc=0 CPUTot=16 "
            f"CPULoad=0.50 AvailableFeatures={own} ActiveFeatures={own} Gres=(null) NodeAddr={name} NodeHostName={name} "
            "Version=20.11.9 "
            f"OS=Linux 6.1.0-13-amd64 #1 SMP PREEMPT_DYNAMIC Debian 6.1.55-1  RealMemory=1024 AllocMem=0 Sockets=1 Boards=1 "
            f"State={'+'.join(states)} ThreadsPerCore=2 TmpDisk=0 Weight=1 Owner=N/A MCS_label=N/A "
            f"Partitions={','.join(PARTITIONS)}  BootTime=2026-11-01T00:00:00 CfgTRES=cpu=16,mem=1G,billing=16 AllocTRES= "
            f"CapWatts=n/a{f' Reason={reason} [root@2026-11-29T10:00:00]' if reason else ''}")
    return "\n".join(lines) + "\n"
