// Across CPUs and compilers: the questions, the heat map, rank changes, builds of one run, what failed.

/** The cases that are shown, with their numbers: those of the CPU and build chosen that have the baseline. */
function casesAcross(state) {
  return data.cases.map((one, place) => ({one, place}))
      .filter(
          ({one}) => one.strategies.includes(state.baseline) &&
              (!state.onlyMachine || one.machine === state.onlyMachine) &&
              (!state.onlyBuild || one.build === state.onlyBuild) && one.isa === state.case.isa);
}

/** The strategy with the highest speed over a case's suite; the first of equals. */
function highestOf(one, baseline) {
  const speed = name => name === baseline ? 1 : pair(one, baseline, name)(suitePlace(one))?.speed ?? 0;
  return one.strategies.reduce((best, name) => speed(name) > speed(best) ? name : best);
}

/** For drawHeat: a row of each case, a column of each name. */
function heatCells(shown, names, baseline) {
  return shown.map(({one}) => names.map(name => {
    const found = pair(one, baseline, name)(suitePlace(one));
    return found && {
      speed: found.speed,
      strong: highestOf(one, baseline) === name,
      words: `${times(found.speed)} ${MARKS[verdictWord(found.verdict)]?.[0] ?? ''}`,
      text: described(found, name, baseline),
      estimate: found
    };
  }));
}

function acrossChoices(state, change) {
  const choose = (label, key, values) => values.length < 2 ?
      null :
      h('label', null, label,
        h('select', {
          'data-choice': key,
          onchange: event => change({[key]: event.target.value}, `[data-choice="${key}"]`)
        },
          h('option', {value: ''}, 'all'),
          values.map(value => h('option', {value, selected: value === state[key]}, value))));
  return h('div', {class: 'choices no-print', style: 'position: static; border: 0'},
           choose('CPU', 'onlyMachine', [...new Set(data.cases.map(one => one.machine))]),
           choose('compiler', 'onlyBuild', [...new Set(data.cases.map(one => one.build))]));
}

function rankChanges(isa) {
  const of = ([place, speed]) => `${atCase(place).name} (${times(speed)})`;
  const few =
      list => [list.slice(0, 3).map(of).join(', '), list.length > 3 ? `, and ${list.length - 3} more` : ''];
  const changes = data.rank_changes.filter(found => found.isa === isa);
  if (!changes.length)
    return h(
        'p', null, 'None was shown: no strategy is faster than another here and slower there, beyond noise.');
  return h('ul', {class: 'ranks'},
           changes.map(
               found =>
                   h('li', null, h('b', null, `${found.first} and ${found.second}: `),
                     `${found.first} is faster on `, few(found.faster), `; slower on `, few(found.slower), '.')));
}

function buildsCompared() {
  if (!data.builds_compared.length) return null;
  const names = [...colours.keys()];
  return [
    h('h3', null, 'The same strategy, built by another compiler'),
    h('p', {class: 'soft'},
      'Measured in the same rounds as the first build of their file: the speed over the suite ' +
          'relative to the same strategy there. The noise floor is that of the first build.'),
    table(
        'Builds compared',
        h('tr', null, h('th', {scope: 'col'}, 'build'), h('th', {scope: 'col', class: 'words'}, 'relative to'),
          names.map(name => h('th', {scope: 'col'}, name))),
        data.builds_compared.map(
            found => h(
                'tr', null, h('th', {scope: 'row'}, atCase(found.case).name),
                h('td', {class: 'words'}, atCase(found.relative_to).build),
                names.map(name => cell(estimateAt(found.estimates, found.strategies.indexOf(name)))))))
  ];
}

/** The heat map's numbers. */
function acrossTable(shown, names, cells, change) {
  return table(
      'Across CPUs and compilers',
      h('tr', null, h('th', {scope: 'col'}, 'CPU and compiler'),
        names.map(name => h('th', {scope: 'col'}, name))),
      shown.map(
          ({one, place}, row) =>
              h('tr', null,
                h('th', {scope: 'row'},
                  h('button', {type: 'button', class: 'quiet', onclick: () => change({caseNumber: place})},
                    one.name)),
                cells[row].map(own => cell(own?.estimate)))));
}

/** [speed, low, high, place of the verdict] as an estimate. */
const packed = found => found && {speed: found[0], low: found[1], high: found[2], verdict: data.texts[found[3]]};

/** The questions of one family of workloads: a row each, a column for each CPU; then which CPUs disagree most. */
function effectsTable(panel, number, state, change) {
  return table(
      `Effects on each CPU, ${panel.what}`,
      h('tr', null, h('th', {scope: 'col'}, 'effect'),
        panel.names.map((name, place) => h('th', {scope: 'col', title: panel.titles[place]}, name)),
        h('th', {scope: 'col', class: 'words'}, 'they disagree by')),
      panel.effects.map((effect, row) => {
        const [factor, low, high, shown, larger, smaller] = effect.apart ?? [];
        const name = place => panel.names[panel.cases.indexOf(place)];
        return h(
            'tr', null,
            h('th', {scope: 'row'},
              h('button', {
                type: 'button',
                class: 'quiet',
                'data-effect': `${number} ${row}`,
                'aria-pressed': String(state.effect[0] === number && state.effect[1] === row),
                title: effect.question,
                onclick: () => change({effect: [number, row]}, `[data-effect="${number} ${row}"]`)
              },
                effect.name)),
            effect.cells.map(own => cell(packed(own))),
            h('td', {class: 'words'},
              !effect.apart ? '–' : shown ? [
                h('b', null, times(factor)), ' ', h('small', null, interval({low, high})),
                ` ${name(larger)} over ${name(smaller)}`, effect.turns && '; it gains here, and loses there'
              ] :
                      ['not shown: ', times(factor), ' ', h('small', null, interval({low, high}))]));
      }));
}

/** The chosen effect on each workload: a row each, those on which CPUs disagree most first. */
function effectHeat(panel, effect) {
  const order = effect.workloads.map(([row]) => row);
  order.push(...panel.workloads.keys().filter(row => !order.includes(row)));
  const shown = new Map(effect.workloads.map(own => [own[0], own]));
  const cells = order.map(row => effect.singles[row].map(own => {
    const found = packed(own);
    return found && {
      speed: found.speed,
      words: `${times(found.speed)} ${MARKS[verdictWord(found.verdict)]?.[0] ?? ''}`,
      text: described(found, effect.better, effect.baseline)
    };
  }));
  const box = chartBox(
      `${effect.name}: its size on each workload and CPU. Workloads on which CPUs disagree most stand first.`,
      (element, width) => drawHeat(element, width, {
        rows: order.map(row => `${shown.get(row)?.[4] ? '≠ ' : ''}${panel.workloads[row]}`),
        columns: panel.names,
        cells
      }));
  box.id = 'effect-heat';
  return box;
}

function effectsAcross(state, change) {
  if (!data.across.length) return null;
  const panel = data.across[state.effect[0]], effect = panel.effects[state.effect[1]];
  return [
    h('p', {class: 'soft'},
      'The questions of a single machine on each CPU, over the workloads that all of them have. Those on which CPUs ' +
          'disagree most beyond their intervals stand first; nothing is averaged over CPUs. Two machines are never ' +
          'interleaved: what differs beside the CPU is said below. Choose an effect to see its workloads.'),
    data.across.map((own, number) => [
      data.across.length > 1 && h('h3', null, own.what), effectsTable(own, number, state, change),
      own.notes.map(note => h('p', {class: 'soft left-out'}, note))
    ]),
    h('h3', null, `${effect.apart ? 'Which workloads make CPUs disagree' : 'On each workload'}: ${effect.name}${
        data.across.length > 1 ? `, ${panel.what}` : ''}`),
    h('p', null, unbroken(`${effect.text} ${effect.more}`)),
    h('p', {class: 'soft'}, '≠: a disagreement was shown on this workload.'), effectHeat(panel, effect)
  ];
}

/** Of a fleet: machines that there is no result of. */
function failedMachines() {
  if (!data.failed.length) return null;
  return [
    h('h3', null, 'Not measured'),
    table(
        'Machines without a result',
        h('tr', null, ['machine', 'state', 'why'].map(word => h('th', {scope: 'col', class: 'words'}, word))),
        data.failed.map(({machine, state, why}) => h(
                            'tr', null, h('th', {scope: 'row'}, machine), h('td', {class: 'words'}, state),
                            h('td', {class: 'words'}, why))))
  ];
}

function acrossSection(state, change) {
  if (data.cases.length < 2)
    return data.failed.length ? section('across', 'Across CPUs and compilers', failedMachines()) : null;
  const names = [...colours.keys()].filter(name => name !== state.baseline), shown = casesAcross(state);
  const cells = heatCells(shown, names, state.baseline);
  const box = chartBox(
      `Speed relative to ${state.baseline} of each strategy on each machine and compiler. ` +
          'The table below has the same numbers.',
      (element, width) => drawHeat(element, width, {
        rows: shown.map(({one, place}) => `${place === state.caseNumber ? '▸ ' : ''}${one.name}`),
        columns: names,
        cells,
        onRow: row => shown[row] && change({caseNumber: shown[row].place})
      }));
  box.id = 'heat';
  return section(
      'across', 'Across CPUs and compilers', effectsAcross(state, change), failedMachines(),
      h('h3', null, 'Strategies on each CPU'),
      h('p', {class: 'soft'},
        `Each row is a CPU with a compiler; each cell the speed over the suite relative to ${
            state.baseline} of the same row. Bold: the highest of its row, if it is above 1. Empty: not ` +
            'measured there. Choose a row to see it above.'),
      acrossChoices(state, change),
      shown.length ? box : h('p', {class: 'none'}, `None of these measured ${state.baseline}.`),
      h('h3', null, 'Rank changes'), rankChanges(state.case.isa), buildsCompared(),
      h('details', null, h('summary', null, 'The heat map as a table, with intervals'),
        acrossTable(shown, names, cells, change)));
}
