// Reads the arithmetic that /explain writes, and works it out. It shares nothing with the service:
//   text = sum {" = " sum} [", rounded to " number]     sum = product {("+" | "-") product}
//   product = power {("/" | "") power}                  power = atom ["^2"]
//   atom = number | "-" product | "(" sum ")" | exp | ln | tanh | max | name of a tensor's cell
const FUNCTIONS = {exp: Math.exp, ln: Math.log, tanh: Math.tanh, max: Math.max};
const TOKEN = /\s*(?:(\d+(?:\.\d+)?(?:e[+-]\d+)?)|([A-Za-z_][A-Za-z_0-9.]*)|([-+/^(),[\]]))/y;

function tokens(text) {
  const found = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (!match) throw new Error(`no arithmetic at ${at}: ${text}`);
    const [, number, name, sign] = match;
    found.push(number !== undefined ? {number: Number(number)} : name !== undefined ? {name} : {sign});
  }
  return found;
}

// `cell(name, indices)` gives the value of a cell that a text names.
export function evaluate(text, cell) {
  const rest = tokens(text);
  const is = sign => rest[0]?.sign === sign;
  const take = sign => {
    if (!is(sign)) throw new Error(`${sign} is missing: ${text}`);
    rest.shift();
  };
  const several = () => {
    const values = [sum()];
    while (is(',')) {
      rest.shift();
      values.push(sum());
    }
    return values;
  };
  function named() {
    const {name} = rest.shift();
    if (is('(')) {
      take('(');
      const values = several();
      take(')');
      return FUNCTIONS[name](...values);
    }
    const indices = [];
    while (is('[')) {
      take('[');
      indices.push(sum());
      take(']');
    }
    return cell(name, indices);
  }
  function atom() {
    if (rest[0]?.number !== undefined) return rest.shift().number;
    if (rest[0]?.name) return named();
    if (is('-')) {
      rest.shift();
      return -product();
    }
    take('(');
    const value = sum();
    take(')');
    return value;
  }
  function power() {
    const value = atom();
    if (!is('^')) return value;
    take('^');
    if (rest.shift()?.number !== 2) throw new Error(`not a square: ${text}`);
    return value * value;
  }
  function product() {
    let value = power();
    while (rest.length && !is('+') && !is('-') && !is(')') && !is(',') && !is(']')) {
      if (is('/')) {
        rest.shift();
        value /= power();
      } else {
        value *= power();
      }
    }
    return value;
  }
  function sum() {
    let value = product();
    while (is('+') || is('-')) value += rest.shift().sign === '+' ? product() : -product();
    return value;
  }
  const value = sum();
  if (rest.length) throw new Error(`something stands behind it: ${text}`);
  return value;
}

// What is wrong with the text of a cell whose value is `value`.
export function faultsOf(text, value, cell, {shown = null} = {}) {
  const [unrounded, rounded] = text.split(', rounded to ');
  const parts = unrounded.split(' = ');
  const last = rounded ?? parts.at(-1);
  const faults = [];
  const near = (a, b) => a === b || Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(b));
  if (parts.length < 2) faults.push('it is the result of nothing');
  if (value === null) {
    if (last !== 'null') faults.push(`the value is null, and the text ends in ${last}`);
    if (Number.isFinite(evaluate(parts[0], cell))) faults.push('the value is null, and not infinite');
    return faults;
  }
  if (shown === null) {
    if (Number(last) !== value) faults.push(`the value is ${value}, and the text ends in ${last}`);
    const sum = Number(parts.at(-1));
    for (const part of parts) {
      const got = evaluate(part, cell);
      if (!near(got, sum)) faults.push(`${part} is ${got}, not ${sum}`);
    }
    return faults;
  }
  if (!(Math.abs(Number(last) - value) <= 0.5000001 * 10 ** -shown + 2 ** -52 * Math.abs(value))) {
    faults.push(`the value is ${value}, and the text ends in ${last}`);
  }
  for (const part of parts) evaluate(part, cell);
  for (const [number] of text.replaceAll('(0.01)(', '(').matchAll(/\d+(\.\d+)?(e[+-]\d+)?/g)) {
    const decimals = (number.match(/\.(\d+)/)?.[1].length ?? 0) - Number(number.match(/e([+-]\d+)/)?.[1] ?? 0);
    if (decimals > shown) faults.push(`${number} has more than ${shown} decimals`);
  }
  return faults;
}
