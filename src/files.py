"""Writes the table of the files in the binary as C: openapi.yaml, also as JSON, and each file given.

A file NAME.json of examples/ is served as /examples/NAME, its index.json as /examples/, one of any other folder as
/FOLDER/NAME.
page/index.html is GET / as HTML.
usage: files.py openapi.yaml FILE... >files.c
"""
import json
import os
import re
import subprocess
import sys

import yaml

MEDIA_TYPES = {
    '.css': 'text/css; charset=utf-8',
    '.html': 'text/html; charset=utf-8',
    '.js': 'text/javascript; charset=utf-8',
    '.json': 'application/json',
    '.mjs': 'text/javascript; charset=utf-8',
    '.svg': 'image/svg+xml',
    '.yaml': 'application/yaml',
}
PAGE_CSP = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"
COMMENT = re.compile(rb'^ *(?://.*|/\*[\s\S]*?\*/)\n|(?<=[;,{]) +// .*$', re.M)  # on lines of its own, or after code
GZIP_FROM = 1024  # a page has many files; a shorter one fits into one packet as it is


def etag(data):
    """A weak one, since it stands for the gzip form too: FNV-1a (Fowler, Noll, Vo) over the bytes."""
    digest = 0xCBF29CE484222325
    for byte in data:
        digest = (digest ^ byte) * 0x100000001B3 % 2**64
    return f'W/"{digest:016x}"'


def gzip(data):
    packed = subprocess.run(['gzip', '-9nc'], input=data, stdout=subprocess.PIPE, check=True).stdout
    return packed if len(data) >= GZIP_FROM and len(packed) < len(data) else None


def served(name):
    """Path, name in the links of GET / or None, extension and bytes of a file."""
    folder = os.path.basename(os.path.dirname(name))
    stem, extension = os.path.splitext(os.path.basename(name))
    if extension not in MEDIA_TYPES:
        sys.exit(f'{name}: its ending must be one of {" ".join(sorted(MEDIA_TYPES))}')
    with open(name, 'rb') as file:
        data = file.read()
    if folder == 'examples' and stem == 'index':
        return '/examples/', 'examples', extension, data
    if folder == 'examples':
        return f'/examples/{stem}', None, extension, data
    if (folder, stem, extension) == ('page', 'index', '.html'):
        return '/', None, extension, data
    if extension in ('.js', '.css'):
        data = COMMENT.sub(b'', data)  # readers find them in the sources
    return f'/{folder}/{stem}{extension}', None, extension, data


def files(description, names):
    with open(description, 'rb') as file:
        text = file.read()
    yield '/openapi.yaml', 'openapi_yaml', '.yaml', text
    yield '/openapi.json', 'openapi_json', '.json', (json.dumps(yaml.safe_load(text)) + '\n').encode()
    yield from sorted(map(served, names), key=lambda row: row[0])


def c_string(text):
    return json.dumps(text) if text is not None else 'NULL'


def put_bytes(name, data):
    print(f'static const unsigned char {name}[] = {{')
    for at in range(0, len(data), 32):
        print(','.join(map(str, data[at:at + 32])) + ',')
    print('};')


def main(description, *names):
    rows = []
    print('#include "../src/http/files.h"')
    for i, (path, link, extension, data) in enumerate(files(description, names)):
        packed = gzip(data)
        csp = PAGE_CSP if extension == '.html' else None
        put_bytes(f'file_{i}', data)
        if packed:
            put_bytes(f'gzip_{i}', packed)
        rows.append(', '.join([*map(c_string, [path, link, MEDIA_TYPES[extension], csp, etag(data)]), f'file_{i}, {len(data)}',
                               f'gzip_{i}, {len(packed)}' if packed else 'NULL, 0']))
    print('const struct bp_file bp_files[] = {')
    for row in rows:
        print(f'{{{row}}},')
    print('{NULL, NULL, NULL, NULL, NULL, NULL, 0, NULL, 0},\n};')


main(*sys.argv[1:])
