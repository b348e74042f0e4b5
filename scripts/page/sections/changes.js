// Between two runs of one machine and build.

function changesChart(found, own, relative, order, label, at) {
  const box = chartBox(
      'Speed after relative to before, by workload. The table below has the same numbers.',
      (element, width) => drawForest(element, width, {
        rows: order.map(place => ({label: label(place), mean: place === found.workloads.length})),
        log: true,
        noise: found.floor,
        unit: relative ? `change of the speed relative to ${found.baseline}` :
                         'speed after relative to before (right of 1: it became faster)',
        series: own.map(row => ({
                          name: row.strategy,
                          place: colours.get(row.strategy),
                          entries: order.map(place => {
                            const entry = at(row, place);
                            return entry && {
                              ...entry,
                              text: `${times(entry.speed, 3)} ${interval(entry, 3)}; ${entry.verdict}`
                            };
                          })
                        })),
      }));
  box.id = 'changes-chart';
  return box;
}

function choiceOf(label, attributes, ...options) {
  return h(
      'div', {class: 'choices wide no-print', style: 'position: static; border: 0'},
      h('label', null, label, h('select', attributes, options)));
}

/** Which two runs, if there are several. */
function runsChoice(state, change) {
  if (data.changes.length < 2) return null;
  const started = one => data.files[atCase(one).file].started.slice(0, 16).replace('T', ' ');
  return choiceOf(
      'runs', {
        'data-choice': 'change',
        onchange: event => change({change: +event.target.value}, '[data-choice="change"]')
      },
      data.changes.map(
          (one, place) => h(
              'option', {value: place, selected: place === state.change},
              `${atCase(one.before).name} → ${started(one.after)}`)));
}

/** Speeds as they are, or relative to the baseline of the same run. */
function relativeChoice(found, relative, change) {
  return choiceOf(
      'what', {
        'data-choice': 'relative',
        onchange: event => change({relative: event.target.value === 'relative'}, '[data-choice="relative"]')
      },
      h('option', {value: 'own', selected: !relative}, 'speed after relative to before'),
      found.rows.length > 1 ? h('option', {value: 'relative', selected: relative},
                                `speed relative to ${found.baseline}, after relative to before`) :
                              null);
}

function runsCompared(before, after) {
  const file = one => data.files[one.file];
  const run = one => `${file(one).name}, ${file(one).started}, revision ${file(one).tool.revision ?? 'unknown'}`;
  return h('p', null,
           `Before: ${run(before)}. After: ${run(after)}. Both: ${before.machine}, ${before.build}, ${before.isa}.`);
}

function notInterleaved(found, relative) {
  const same = found.rows.filter(row => row.same_programs).map(row => row.strategy);
  return h(
      'div', {class: 'warnings'}, h('h3', null, '⚠ The two runs were not interleaved'),
      h('p', null,
        relative ?
            `Each strategy is taken relative to ${found.baseline} of its own run, in which they were ` +
                'interleaved: what slows down the whole machine cancels out.' :
            'They were taken at different times: what the machine did differently (clock, ' +
                'temperature, neighbours, kernel) is part of these changes, and no statistic can tell ' +
                'it apart. A change that all strategies share is more likely the machine’s than the ' +
                'code’s.',
        same.length ?
            ` ${same.join(', ')} ran the very same programs both times: how they changed is the machine’s doing.` :
            ''));
}

/** Those that are no noise, in words. */
function changesBeyondNoise(own, order, label, at) {
  const beyond = own.flatMap(row => order.map(place => [row.strategy, place, at(row, place)]))
                     .filter(([, , entry]) => ['faster', 'slower'].includes(verdictWord(entry?.verdict)));
  return [
    h('h3', null,
      beyond.length ? `${plural(beyond.length, 'change')} beyond noise` : 'No change beyond noise was shown'),
    beyond.length ?
        h('ul', {class: 'ranks'},
          beyond.slice(0, 12).map(
              ([strategy, place, entry]) =>
                  h('li', null, verdictMark(entry.verdict),
                    ` ${strategy}, ${label(place)}: ${times(entry.speed, 3)} ${interval(entry, 3)}`)),
          beyond.length > 12 ? h('li', null, `and ${beyond.length - 12} more, in the table`) : null) :
        null
  ];
}

function changesSection(state, change) {
  if (!data.changes.length) return null;
  const found = data.changes[state.change] ?? data.changes[0];
  const relative = state.relative && found.rows.length > 1,
        own = found.rows.filter(row => !relative || row.relative);
  const at = (row, place) => estimateAt(relative ? row.relative : row.own, place);
  const last = found.workloads.length, order = [last, ...found.workloads.keys()],
        label = place => place === last ? 'geometric mean' : found.workloads[place];
  return section(
      'changes', 'Between two runs', runsChoice(state, change),
      runsCompared(atCase(found.before), atCase(found.after)), notInterleaved(found, relative),
      relativeChoice(found, relative, change), changesBeyondNoise(own, order, label, at),
      legend(
          own.map(row => row.strategy),
          [`Grey band: the larger noise floor of the two runs, ±${percent(found.floor)}`]),
      changesChart(found, own, relative, order, label, at),
      table(
          'Changes by workload',
          h('tr', null, h('th', {scope: 'col'}, 'workload'), own.map(row => h('th', {scope: 'col'}, row.strategy))),
          order.map(
              place =>
                  h('tr', {class: place === last ? 'mean' : null}, h('th', {scope: 'row'}, label(place)),
                    own.map(row => cell(at(row, place), 3))))));
}
