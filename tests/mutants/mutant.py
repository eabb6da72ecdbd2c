"""Writes mutants with so few lines of context that other changes rarely break them, and checks that they still fit.

A new one: break the code, write the mutant, undo the change:
    python3 tests/mutants/mutant.py write core/bias-last tests/unit/core/test_pass.c 'The bias is added last.' && git restore src
usage:
    mutant.py write NAME 'TEST...' MISTAKE [PATTERN]    from the changes that git diff shows
    mutant.py shrink [NAME...]                          rewrites mutants (all of them) that could do with less
    mutant.py check                                     each part of each mutant must fit its file at exactly one place
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
LINE_NUMBERS = re.compile(r'^@@ .*$', re.M)


def run(*command, **options):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, **options)


def hunks(diff):
    """(file, its lines that the hunk replaces) of each hunk of a diff."""
    path = None
    for part in re.split(r'^(?=--- |@@ )', diff, flags=re.M):
        if part.startswith('--- '):
            path = re.search(r'^\+\+\+ b/(\S+)', part, re.M)[1]
        elif part.startswith('@@ '):
            yield path, [line[1:] for line in part.splitlines()[1:] if line[:1] in (' ', '-')]


def places(lines, text):
    """How many times these lines stand in the text, in this order."""
    whole = text.splitlines()
    return sum(whole[at:at + len(lines)] == lines for at in range(len(whole) - len(lines) + 1)) if lines else 0


def misfits(diff, read):
    return [f'{path}: {count} places' for path, lines in hunks(diff) if (count := places(lines, read(path))) != 1]


def smallest_diff(path, before, after):
    """The diff of two texts with the fewest lines of context at which each hunk fits at one place."""
    with tempfile.TemporaryDirectory() as folder:
        old, new = pathlib.Path(folder, 'old'), pathlib.Path(folder, 'new')
        old.write_text(before)
        new.write_text(after)
        for context in range(len(before)):
            diff = run('diff', f'-U{context}', f'--label=a/{path}', f'--label=b/{path}', old, new).stdout
            if not misfits(diff, lambda _: before):
                return diff


def write(name, tests, mistake, pattern=None):
    paths = run('git', 'diff', '--name-only', '--', 'src', 'include').stdout.split()
    if not paths:
        sys.exit('mutant: git diff shows no change of src or include; break the code first')
    head = [f'rejected by: {tests}', mistake] + ([f'test: {pattern}'] if pattern else [])
    diffs = [smallest_diff(path, run('git', 'show', f':{path}').stdout, (ROOT / path).read_text()) for path in paths]
    file = HERE / f'{name}.patch'
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('\n'.join(head) + '\n' + ''.join(diffs))


def shrink(*names):
    for name in names or all_names():
        file = HERE / f'{name}.patch'
        head, diff = re.split(r'^(?=--- )', file.read_text(), maxsplit=1, flags=re.M)
        paths = list(dict.fromkeys(path for path, _ in hunks(diff)))
        with tempfile.TemporaryDirectory() as folder:
            for path in paths:
                copy = pathlib.Path(folder, path)
                copy.parent.mkdir(parents=True, exist_ok=True)
                copy.write_text((ROOT / path).read_text())
            if run('patch', '-fs', '-p1', '-d', folder, '-i', file, '-r', '-').returncode:
                print(f'mutant: {name} does not apply; make it again, with write')
                continue
            diffs = [smallest_diff(path, (ROOT / path).read_text(), pathlib.Path(folder, path).read_text()) for path in paths]
        if re.sub(LINE_NUMBERS, '', ''.join(diffs)) != re.sub(LINE_NUMBERS, '', diff):
            file.write_text(head + ''.join(diffs))


def all_names():
    return sorted(str(file.relative_to(HERE).with_suffix('')) for file in HERE.rglob('*.patch'))


def check():
    read = lambda path: (ROOT / path).read_text() if (ROOT / path).exists() else ''
    faults = [f'mutant: {name} must fit at exactly one place: {fault}'
              for name in all_names() for fault in misfits((HERE / f'{name}.patch').read_text(), read)]
    sys.exit('\n'.join(faults) or 0)


COMMANDS = {'write': write, 'shrink': shrink, 'check': check}
if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
    sys.exit(__doc__)
COMMANDS[sys.argv[1]](*sys.argv[2:])
