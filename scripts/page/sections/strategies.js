// Strategies compared: the chart and the table of speeds by workload.

/** Whether a workload is of a kind, or of a family of kinds; '' is all. */
const ofKind = (workload, kind) =>
    !kind || workload.kind === kind || workload.kind.startsWith(`${kind}:`);

function shownRows(state) {
  const one = state.case, wanted = state.find.trim().toLowerCase();
  let rows = one.workloads.map((workload, row) => ({...workload, row}))
                 .filter(
                     workload => ofKind(workload, state.kind) &&
                         (!wanted || `${workload.name} ${workload.kind}`.toLowerCase().includes(wanted)));
  const {key, down} = state.sort;
  if (key === 'name' || key === 'kind')
    rows.sort((a, b) => a[key].localeCompare(b[key], 'en') || a.row - b.row);
  else if (key === 'time')
    rows.sort(
        (a, b) =>
            (one.times[state.baseline][a.row]?.[0] ?? -1) - (one.times[state.baseline][b.row]?.[0] ?? -1));
  else if (key === 'A/A')
    rows.sort((a, b) => (one.control.speed[a.row] ?? -1) - (one.control.speed[b.row] ?? -1));
  else if (key) {
    const of = pair(one, state.baseline, key);
    rows.sort((a, b) => (of(a.row)?.speed ?? -1) - (of(b.row)?.speed ?? -1));
  }
  if (down) rows.reverse();
  return rows;
}

const kindPlace = (one, kind) => suitePlace(one) + 1 + one.kinds.indexOf(kind);

function meanRow(state) {
  const one = state.case;
  return state.kind ? kindPlace(one, state.kind) : suitePlace(one);
}

function cell(estimate, digits = 2) {
  if (!estimate) return h('td', null, DASH);
  return h(
      'td', {title: estimate.verdict}, times(estimate.speed, digits), ' ',
      h('small', null, interval(estimate, digits), estimate.of ? `, of ${estimate.of}` : ''), ' ',
      verdictMark(estimate.verdict),
      estimate.population &&
          [' ', h('small', {class: 'population'}, `programs like these ${range(estimate.population, digits)}`)]);
}

function sortHead(state, key, label, change, style) {
  const own = state.sort.key === key;
  return h(
      'th', {
        scope: 'col',
        class: style,
        'aria-sort': own ? (state.sort.down ? 'descending' : 'ascending') : 'none'
      },
      h('button', {
        type: 'button',
        'data-sort': key,
        onclick: () => change(
            {sort: {key, down: own ? !state.sort.down : !['name', 'kind'].includes(key)}},
            `[data-sort="${CSS.escape(key)}"]`)
      },
        label));
}

/** Of the rows of chart and table, those that are means: {label, mean, row, kind}. */
function meanRows(state) {
  const one = state.case;
  const own = {
    label: state.kind ? `mean of ${state.kind}` : 'geometric mean',
    mean: true,
    row: meanRow(state),
    kind: state.kind
  };
  const families = state.kind ? [] : one.families;
  return [
    own,
    ...families.map(
        family => ({label: `mean of ${family}`, mean: true, row: kindPlace(one, family), kind: family}))
  ];
}

function speedsChart(state, others, estimates, list, openRaw) {
  const one = state.case;
  const entry = (name, row) => {
    const found = estimates.get(name)(row);
    return found && {...found, text: described(found, name, state.baseline)};
  };
  const box = chartBox(
      `Speed of ${others.join(', ')} relative to ${
          state.baseline}, by workload. The table below has the same numbers.`,
      (element, width) => drawForest(element, width, {
        rows: list,
        log: true,
        noise: one.noise,
        unit: `speed relative to ${state.baseline} (right of 1 is faster)`,
        series: others.map(
            name => ({name, place: colours.get(name), entries: list.map(item => entry(name, item.row))})),
        onRow: place => list[place] && !list[place].mean && openRaw(list[place].row),
      }));
  box.id = 'speeds';
  return box;
}

function speedsTable(state, others, estimates, means, rows, change, openRaw) {
  const one = state.case;
  const control = row => one.control.speed[row] === null ? DASH : [
    times(one.control.speed[row], 3), ' ',
    h('small', null, interval({low: one.control.low[row], high: one.control.high[row]}, 3))
  ];
  const time = row => {
    const own = one.times[state.baseline][row];
    return own ? [number(own[0]), ' ', h('small', null, `±${(own[1] * 100).toFixed(1)} %`)] : DASH;
  };
  const speeds = row => others.map(name => cell(estimates.get(name)(row)));
  const head =
      h('tr', null, sortHead(state, 'name', 'workload', change),
        sortHead(state, 'kind', 'kind', change, 'words'),
        others.map(name => sortHead(state, name, name, change)), sortHead(state, 'A/A', 'A/A', change),
        sortHead(state, 'time', `${state.baseline}, ms`, change));
  const body = [
    ...means.map(
        ({label, row, kind}) =>
            h('tr', {class: 'mean'}, h('th', {scope: 'row'}, label),
              h('td', {class: 'words'},
                plural(one.workloads.filter(w => ofKind(w, kind)).length, 'workload')),
              speeds(row), h('td', null, control(row)), h('td'))),
    ...rows.map(
        row =>
            h('tr', {'data-workload': row.name},
              h('th', {scope: 'row'},
                h('button', {
                  type: 'button',
                  class: 'quiet',
                  title: `${row.description} Raw samples and command`,
                  onclick: () => openRaw(row.row)
                },
                  row.name)),
              h('td', {class: 'words'}, row.kind), speeds(row.row), h('td', null, control(row.row)),
              h('td', null, time(row.row)))),
  ];
  return table('Speeds by workload', head, body);
}

/** What marks, words and intervals of the table mean. */
const speedsKey = one =>
    h('p', {class: 'soft'},
      '▲ faster, ▼ slower: the interval leaves out 1, also after correction for the number of comparisons, and ' +
          'the difference is above the noise floor. =\u00a0no difference shown: ',
      `it lies within ±${
          level(
              data.smallest_effect)}. ? undecided: neither; what would decide it stands in its ` +
              `tooltip. ms: CPU time of the ${one.subject ? 'whole process' : 'execution alone'}, median and half the distance between the ` +
              `quartiles. The geometric means of all pairs of strategies are corrected together (Holm); single ` +
              `workloads and kinds are exploratory: of their differences, ${
                  level(Math.round((1 - one.confidence) * 1e4) / 1e4)} are expected to be none (Benjamini and ` +
              `Hochberg). Intervals are each alone. The mean is of these programs; the second interval below it is ` +
              `for programs like these, of which the workloads are a sample.`);

function strategiesSection(state, change, openRaw) {
  const one = state.case, others = one.strategies.filter(name => name !== state.baseline);
  const estimates = new Map(others.map(name => [name, pair(one, state.baseline, name)]));
  const rows = shownRows(state), means = meanRows(state);
  const list = [...means, ...rows.map(row => ({label: row.name, row: row.row}))];
  return section(
      'strategies', 'Strategies compared',
      h('p', {class: 'soft'},
        `Each number is a ratio of times taken in one round and one layout, in random order. Bars: ${
            level(
                one.confidence)} intervals, Student’s t over the layouts. Small circles: ` +
                `the layouts, each a placement of the same code${one.luck && `: here one${one.luck}`}. `,
        'Choose a workload for its raw samples.'),
      legend(others, one.noise ? ['Grey band: the noise floor, ±' + percent(one.noise)] : []),
      others.length ? speedsChart(state, others, estimates, list, openRaw) :
                      h('p', {class: 'none'}, 'Only one strategy was measured: there is nothing to compare.'),
      others.length && !rows.length ? h('p', {class: 'none'}, 'No workload is called that.') : null,
      speedsTable(state, others, estimates, means, rows, change, openRaw), speedsKey(one));
}
