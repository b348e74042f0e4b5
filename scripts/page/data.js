// The page's data, and what all sections make of it. Each section is a function of what is chosen: a file each,
// in the order of their questions.

const data = JSON.parse(document.getElementById('data').textContent);
const colours = new Map();  // by strategy: place of its colour and marker
for (const one of data.cases)
  for (const strategy of one.strategies)
    if (!colours.has(strategy)) colours.set(strategy, colours.size);

const level = percent => `${(percent * 100).toString().slice(0, 5)}\u00a0%`;
const atCase = place => data.cases[place];
const suitePlace = one => one.workloads.length;

/** The estimates of a pair as a function of the row: workloads, then the suite, then its kinds. */
function pair(one, baseline, strategy) {
  const found = one.pairs.find(([b, s]) => one.strategies[b] === baseline && one.strategies[s] === strategy);
  if (!found) return () => null;
  const [, , columns, points] = found;
  return row => {
    const estimate = estimateInRow(columns, points, row);
    return estimate && {...estimate, population: columns.population[row]};
  };
}

/** What stands at a place of columns of estimates; null: it was not measured. */
function estimateAt(columns, place) {
  if (columns.speed[place] === null || columns.speed[place] === undefined) return null;
  return {
    speed: columns.speed[place],
    low: columns.low[place],
    high: columns.high[place],
    verdict: columns.verdict[place] === null ? '' : data.texts[columns.verdict[place]],
  };
}

/** The same, and what a forest shows besides. */
function estimateInRow(columns, points, row) {
  const estimate = estimateAt(columns, row);
  return estimate && {...estimate, points: points[row], of: columns.of[row]};
}

function described(estimate, strategy, baseline) {
  const parts = [
    `${times(estimate.speed, 3)} the speed of ${baseline} ${interval(estimate, 3)}`,
    estimate.of && `over ${plural(estimate.of, 'workload')} only`, estimate.verdict
  ];
  if (estimate.points?.some(point => point !== null))
    parts.push(`by layout: ${estimate.points.map(point => times(point, 3)).join(' ')}`);
  return parts.filter(Boolean).join('; ');
}

function legend(names, extra = []) {
  return h(
      'ul', {class: 'legend'},
      names.map(name => h('li', null, legendMark(colours.get(name)), h('b', null, name))),
      extra.map(text => h('li', null, text)));
}

function section(id, title, ...children) {
  return h(
      'section', {id, 'aria-labelledby': `${id}-title`}, h('h2', {id: `${id}-title`}, title), ...children);
}
