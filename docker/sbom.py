"""Writes what an image holds as CycloneDX 1.5: every file with its digest and the Debian package that it is of.

usage: sbom.py FOLDER VERSION SECONDS > sbom.cdx.json    FOLDER is the image's root, SECONDS its date

Runs where the image's files were gathered, since only there Debian's package database knows them.
"""
import datetime
import hashlib
import json
import os
import platform
import subprocess
import sys
import uuid

# linked into the binary, so no file of the image tells of them: what is linked and the package that it is of
LINKED = {"libstdc++": "libstdc++-12-dev", "libgcc": "libgcc-12-dev"}
# built from Debian's source package, without TLS
REBUILT = {"libmicrohttpd": "/usr/share/doc/libmicrohttpd-without-tls/version"}


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def package_of(path):
    """The Debian package that a file of this machine is of; /lib is a link to /usr/lib, and packages name either."""
    for name in (path, "/usr" + path):
        found = subprocess.run(["dpkg", "-S", name], capture_output=True, text=True)
        if found.returncode == 0:
            return found.stdout.split(": ")[0].split(",")[0]
    return None


def facts(package):
    form = "${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}"
    return output("dpkg-query", "-W", "-f", form, package).split("\t")


def purl(name, version, arch):
    escaped = version.replace("+", "%2B").replace(":", "%3A").replace("~", "~")
    return f"pkg:deb/debian/{name}@{escaped}?arch={arch}&distro=debian-12"


def debian_component(package):
    name, version, arch, source, source_version = facts(package)
    return {"type": "library", "bom-ref": purl(name, version, arch), "name": name, "version": version,
            "purl": purl(name, version, arch),
            "properties": [{"name": "debian:source", "value": f"{source} {source_version}"}]}


def rebuilt_component(name):
    with open(REBUILT[name], encoding="utf-8") as file:
        version = file.read().strip()
    return {"type": "library", "bom-ref": purl(name, version, "source"), "name": name, "version": version,
            "purl": purl(name, version, "source"),
            "description": "Built for the image from Debian's source package, without TLS"}


def file_component(root, path):
    with open(root + path, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()
    return {"type": "file", "bom-ref": "file:" + path, "name": path,
            "hashes": [{"alg": "SHA-256", "content": digest}]}


def owner(path):
    if path == "/backpropd":
        return None
    for name in REBUILT:
        if os.path.basename(path).startswith(name + ".so"):
            return rebuilt_component(name)
    package = package_of(path)
    if not package:
        sys.exit(f"sbom: no package knows {path}")
    return debian_component(package)


def describe(root, version, seconds):
    paths = sorted("/" + os.path.relpath(os.path.join(folder, name), root)
                   for folder, _, names in os.walk(root) for name in names)
    application = {"type": "application", "bom-ref": f"backpropd@{version}", "name": "backpropd", "version": version}
    components, contents = {}, {}
    for path in paths:
        file = components["file:" + path] = file_component(root, path)
        package = owner(path)
        if package:
            components[package["bom-ref"]] = package
            contents.setdefault(package["bom-ref"], []).append(file["bom-ref"])
    linked = {name: debian_component(package) for name, package in LINKED.items()}
    for name, package in linked.items():
        package["properties"].append({"name": "backpropd:linked", "value": f"statically, as {name}"})
        components[package["bom-ref"]] = package
    contents["file:/backpropd"] = [package["bom-ref"] for package in linked.values()]
    packages = [ref for ref in contents if ref != "file:/backpropd"]
    contents[application["bom-ref"]] = ["file:/backpropd"] + packages
    digest = hashlib.sha256(json.dumps(components, sort_keys=True).encode()).hexdigest()
    date = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json", "bomFormat": "CycloneDX", "specVersion": "1.5",
        "serialNumber": "urn:uuid:" + str(uuid.uuid5(uuid.NAMESPACE_URL, digest)), "version": 1,
        "metadata": {"timestamp": date.strftime("%Y-%m-%dT%H:%M:%SZ"), "component": application,
                     "properties": [{"name": "architecture", "value": platform.machine()}]},
        "components": sorted(components.values(), key=lambda one: one["bom-ref"]),
        "dependencies": [{"ref": ref, "dependsOn": sorted(contents[ref])} for ref in sorted(contents)],
    }


if __name__ == "__main__":
    json.dump(describe(sys.argv[1], sys.argv[2], int(sys.argv[3])), sys.stdout, indent=2)
    print()
