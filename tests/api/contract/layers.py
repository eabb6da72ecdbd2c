"""Writes out the members that openapi.yaml has for each layer, since few generators of clients read patternProperties.

Between a comment `# k = 1 to 16: LINE; LINE` and the comment `# until here` stand these lines for each k in turn. In a
LINE {k} is the number of the layer, {k-1} that of the one below, and Name after a colon is a reference to that schema.
usage: layers.py [--check] openapi.yaml
With --check it changes nothing: it exits with 1 where a part is not what its comment says.
"""
import re
import sys

PART = re.compile(r'^( *)# k = (\d+) to (\d+): (.*)\n(?:\1(?!# until here).*\n)*\1# until here\n', re.MULTILINE)
REFERENCE = re.compile(r': (\w+)$')


def line(template, k):
    text = template.replace('{k}', str(k)).replace('{k-1}', str(k - 1))
    return REFERENCE.sub(r": {$ref: '#/components/schemas/\1'}", text)


def written_out(part):
    indent, first, last, templates = part.groups()
    lines = [line(template, k) for k in range(int(first), int(last) + 1) for template in templates.split('; ')]
    return ''.join(f'{indent}{text}\n' for text in [f'# k = {first} to {last}: {templates}', *lines, '# until here'])


def main(arguments):
    path = arguments[-1]
    with open(path, encoding='utf-8') as file:
        before = file.read()
    after, parts = PART.subn(written_out, before)
    if parts == 0 or parts != before.count('# until here\n'):
        sys.exit(f'{path}: a part that is written out lacks its first or its last comment')
    if '--check' not in arguments:
        with open(path, 'w', encoding='utf-8') as file:
            file.write(after)
    elif after != before:
        sys.exit(f'{path}: the members of layers are not what their comments say; run: python3 {sys.argv[0]} {path}')


if __name__ == '__main__':
    main(sys.argv[1:])
