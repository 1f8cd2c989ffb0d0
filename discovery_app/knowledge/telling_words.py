"""Words and forms by which the values of some text fields are told."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

OPAQUE_KEY: Final = re.compile(
    r"(?i)(?:[a-z]{1,10}-)?(?=[0-9a-f]*\d)[0-9a-f]{8,40}|[a-z]{2,8}[-_]?\d{3,}"
    r"|\{?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?"
)
"""Keys as machines and registers make them up: ``i-0a1b2c3d``, ``APP-001``, UUIDs."""

KNOWN_WORDS: Final[Mapping[str, re.Pattern[str]]] = MappingProxyType(
    {
        "database_engine": re.compile(
            r"(?i)sql|\bora(?:cle)?\b|postgres|\bpg\b|mongo|db2|maria|sybase|\base\b"
            r"|informix|teradata|hana|maxdb|redis|cassandra|couch|\baccess\b|ingres"
            r"|progress|firebird|derby|neo4j|elastic|influx|dynamo|cosmos|vertica"
            r"|snowflake|netezza|adabas|\bims\b|intersystems|\bcach[eé]\b|aurora"
            r"|redshift|filemaker|interbase|\bh2\b|dbase|foxpro|unidata|universe"
        ),
        "hypervisor": re.compile(
            r"(?i)vmware|vsphere|\besxi?\b|hyper-?v|\bkvm\b|\bxen|\bahv\b|acropolis"
            r"|nutanix|qemu|proxmox|ovirt|rhev|virtualbox|powervm|\blpar\b|z/?vm\b|bhyve"
            r"|azure|aws|\bec2\b|google|openstack|parallels|\bolvm\b|oracle vm|physical"
        ),
        "manufacturer": re.compile(
            r"(?i)vmware|\bdell\b|\bhpe?\b|hewlett|\bibm\b|lenovo|cisco|fujitsu"
            r"|microsoft|super ?micro|\bqemu\b|red ?hat|\bxen\b|nutanix|huawei|oracle"
            r"|\bsun\b|innotek|google|amazon|acer\b|asus|apple|inspur|gigabyte|bull\b"
            r"|hitachi|\bnec\b|siemens|unisys|quanta|openstack"
        ),
    }
)
"""Words that engines and makers of machines are told by; chosen."""
