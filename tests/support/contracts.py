"""Checks that each parameter that a contract names exists in the declaration below it.

A contract is a comment with lists such as "Out: z, (m, n). In: x, m rows of (n); w and b". Entries end with ";", a
list with a full stop; an entry begins with one or more names.
usage: contracts.py FILE...    prints what is wrong, and exits 1 if anything is
"""
import re
import sys

CONTRACT = re.compile(r'/\*(?P<text>(?:(?!\*/).)*)\*/\n(?P<declaration>[^;]*)', re.S)
LIST = re.compile(r'\b(?P<kind>In/out|In|Out)(?: on failure)?: +(?P<entries>.*?)(?:\.(?=\s|$)|$)', re.S)
NAME = re.compile(r'\*?[a-z]\w*')
NAMES = re.compile(rf'\s*(?P<names>{NAME.pattern}(?: and {NAME.pattern})*)(?= as |\s*[(:]|\s*$)')


def names(entry):
    """The names that an entry begins with: of "z, dw and db, (n)" the three. Other entries go on about the one before."""
    for part in entry.split(','):
        if not (found := NAMES.match(part)):
            return
        yield from (name.lstrip('*') for name in found['names'].split(' and '))
        if found.end() < len(part):
            return


def faults(text):
    """(line, what is wrong) of each list of a file."""
    for contract in CONTRACT.finditer(text):
        comment = re.sub(r'\n[ \t]*\* ?', lambda line: '\n' + ' ' * (len(line[0]) - 1), contract['text'])
        declared = set(re.findall(r'\w+', contract['declaration']))
        for found in LIST.finditer(comment):
            line = text.count('\n', 0, contract.start('text') + found.start()) + 1
            for entry in re.sub(r'\s+', ' ', found['entries']).split(';'):
                for name in names(entry):
                    if name not in declared:
                        what = re.sub(r'\s+', ' ', contract['declaration']).strip()
                        yield line, f'"{found["kind"]}: {name}" is no parameter of: {what}'


complaints = [f'{path}:{line}: {fault}' for path in sys.argv[1:] for line, fault in faults(open(path).read())]
sys.exit('\n'.join(complaints) or 0)
