// Spans: from when to when a unit is dead, out of what happened in training. Pure.

/** From when to when a unit is dead: [[from, to]]. */
export function spans(isDead, events, name, end) {
  const list = [];
  let from = isDead ? 0 : null;
  for (const event of events.filter(one => one.name === name)) {
    if (event.isDead) from = event.at;
    else {
      list.push([from, event.at]);
      from = null;
    }
  }
  return from === null ? list : [...list, [from, end]];
}
