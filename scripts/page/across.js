// Across CPUs and compilers: the heat map, rank changes, builds of one run.

function acrossSection(state, change) {
  if (data.cases.length < 2) return null;
  const names = [...colours.keys()].filter(name => name !== state.baseline);
  const shown =
      data.cases.map((one, place) => ({one, place}))
          .filter(
              ({one}) => one.strategies.includes(state.baseline) &&
                  (!state.onlyMachine || one.machine === state.onlyMachine) &&
                  (!state.onlyBuild || one.build === state.onlyBuild) && one.isa === state.case.isa);
  const ranks = one => {
    const order =
        one.strategies
            .map(
                name =>
                    [name,
                     name === state.baseline ? 1 : pair(one, state.baseline, name)(suitePlace(one))?.speed])
            .filter(([, speed]) => speed)
            .sort((a, b) => b[1] - a[1]);
    return new Map(order.map(([name], place) => [name, place + 1]));
  };
  const cells = shown.map(({one}) => {
    const order = ranks(one);
    return names.map(name => {
      const found = pair(one, state.baseline, name)(suitePlace(one));
      return found && {
        speed: found.speed,
        strong: order.get(name) === 1,
        words: `${times(found.speed)} ${MARKS[verdictWord(found.verdict)]?.[0] ?? ''}`,
        text: described(found, name, state.baseline),
        estimate: found
      };
    });
  });
  const box = chartBox(
      `Speed relative to ${
          state
              .baseline} of each strategy on each machine and compiler. The table below has the same numbers.`,
      (element, width) => drawHeat(element, width, {
        rows: shown.map(({one, place}) => `${place === state.caseNumber ? '▸ ' : ''}${one.name}`),
        columns: names,
        cells,
        onRow: row => shown[row] && change({caseNumber: shown[row].place})
      }));
  box.id = 'heat';
  const choose = (label, key, values) => values.length < 2 ?
      null :
      h('label', null, label,
        h('select', {
          'data-choice': key,
          onchange: event => change({[key]: event.target.value}, `[data-choice="${key}"]`)
        },
          h('option', {value: ''}, 'all'),
          values.map(value => h('option', {value, selected: value === state[key]}, value))));
  const of = ([place, speed]) => `${atCase(place).name} (${times(speed)})`;
  const few =
      list => [list.slice(0, 3).map(of).join(', '), list.length > 3 ? `, and ${list.length - 3} more` : ''];
  const changes = data.rank_changes.filter(found => found.isa === state.case.isa);
  return section(
      'across', 'Across CPUs and compilers',
      h('p', {class: 'soft'},
        `Each row is a CPU with a compiler; each cell the speed over the suite relative to ${
            state.baseline} of the same row. Bold: the highest of its row, if it is above 1. Empty: not ` +
            'measured there. Choose a row to see it above.'),
      h('div', {class: 'choices no-print', style: 'position: static; border: 0'},
        choose('CPU', 'onlyMachine', [...new Set(data.cases.map(one => one.machine))]),
        choose('compiler', 'onlyBuild', [...new Set(data.cases.map(one => one.build))])),
      shown.length ? box : h('p', {class: 'none'}, `None of these measured ${state.baseline}.`),
      h('h3', null, 'Rank changes'),
      changes.length ?
          h('ul', {class: 'ranks'},
            changes.map(
                found =>
                    h('li', null, h('b', null, `${found.first} and ${found.second}: `),
                      `${found.first} is faster on `, few(found.faster), `; slower on `, few(found.slower),
                      '.'))) :
          h('p', null,
            'None was shown: no strategy is faster than another here and slower there, beyond noise.'),
      data.builds_compared.length ?
          [
            h('h3', null, 'The same strategy, built by another compiler'),
            h('p', {class: 'soft'},
              'Measured in the same rounds as the first build of their file: the speed over the suite ' +
                  'relative to the same strategy there. The noise floor is that of the first build.'),
            table(
                'Builds compared',
                h('tr', null, h('th', {scope: 'col'}, 'build'),
                  h('th', {scope: 'col', class: 'words'}, 'relative to'),
                  [...colours.keys()].map(name => h('th', {scope: 'col'}, name))),
                data.builds_compared.map(
                    found => h(
                        'tr', null, h('th', {scope: 'row'}, atCase(found.case).name),
                        h('td', {class: 'words'}, atCase(found.relative_to).build),
                        [...colours.keys()].map(name => {
                          const place = found.strategies.indexOf(name), columns = found.estimates;
                          return cell(place < 0 || columns.speed[place] === null ? null : {
                            speed: columns.speed[place],
                            low: columns.low[place],
                            high: columns.high[place],
                            verdict: columns.verdict[place] === null ? '' : data.texts[columns.verdict[place]]
                          });
                        }))))
          ] :
          null,
      h('details', null, h('summary', null, 'The heat map as a table, with intervals'),
        table(
            'Across CPUs and compilers',
            h('tr', null, h('th', {scope: 'col'}, 'CPU and compiler'),
              names.map(name => h('th', {scope: 'col'}, name))),
            shown.map(
                ({one, place}, row) =>
                    h('tr', null,
                      h('th', {scope: 'row'},
                        h('button',
                          {type: 'button', class: 'quiet', onclick: () => change({caseNumber: place})},
                          one.name)),
                      cells[row].map(own => cell(own?.estimate)))))));
}
