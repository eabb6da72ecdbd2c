// Numbers as the page shows them: six significant digits and a real minus. Pure.
const minus = text => text.replaceAll('-', '−');

/** All digits. */
export const exact = value => value === null || value === undefined ? '' : minus(String(value));

/** Six significant digits. */
export function shown(value) {
  if (value === null || value === undefined) return '';
  return typeof value === 'number' ? minus(String(Number(value.toPrecision(6)))) : minus(String(value));
}

/** True if the page shows less than there is. */
export const isShortened = value => typeof value === 'number' && shown(value) !== exact(value);

const NUMBER = /(?<![\w.[])-?\d+(?:\.\d+)?(?:e[+-]?\d+)?(?![\w\]])/g;

/** A sum as the service wrote it out, each number with six digits. */
export function shownSum(text) {
  const short = text.replace(NUMBER, number => shown(Number(number)));
  return short.replace(/ = (\S+), rounded to (\S+)$/, (all, a, b) => a === b ? ` = ${b}` : all);
}

/** A list or a scalar, for a line of the listing. */
export const shownList = value => Array.isArray(value) ? `[${value.map(shownList).join(', ')}]` : shown(value).replaceAll('−', '-');

/** The class of what someone typed instead of a number of the service; a cross at its end says that it is wrong. */
export const own = value => typeof value !== 'string' || !value ? '' : value.endsWith('✕') ? 'own no' : 'own';

/** The word for its sign: a class of the style sheet. */
export const tone = value => own(value) || (value > 0 ? 'pos' : value < 0 ? 'neg' : 'zero');

/** What JSON calls a number. */
export const isNumber = text => /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text);

/** What someone typed, as JSON would have it: a real minus, a decimal comma, a missing zero. */
export function typed(text) {
  const plain = text.trim().replaceAll('−', '-').replace(',', '.').replace(/^\+/, '').replace(/^(-?)\./, '$10.').replace(/\.$/, '');
  return isNumber(plain) ? plain : text.trim();
}
