// Why: counts per bytecode instruction, sizes, whole processes.

function per(cause) { return cause.per === 1 ? cause.label : `${cause.label}, per ${whole(cause.per)}`; }

function causesTable(state, causes, chosen, change, key) {
  const one = state.case;
  const head =
      h('tr', null, h('th', {scope: 'col'}, 'per bytecode instruction'), strategyHeads(one));
  const body = Object.entries(causes).map(([name, cause]) => {
    const most = cause.suite ? Math.max(...Object.values(cause.suite).map(value => value ?? 0)) : 0;
    const label = cause.suite ? h('button', {
      type: 'button',
      class: 'quiet',
      'aria-pressed': String(name === chosen),
      'data-cause': `${key}-${name}`,
      onclick: () => change({[key]: name}, `[data-cause="${key}-${name}"]`)
    },
                                  per(cause), cause.scaled ? ' (multiplexed: scaled)' : '') :
                                per(cause);
    return h(
        'tr', {'data-cause-row': name}, h('th', {scope: 'row'}, label),
        cause.suite ?
            one.strategies.map(
                strategy =>
                    h('td', null, number(cause.suite[strategy]),
                      cause.suite[strategy] && most ? h('span', {
                        class: 'bar',
                        style: `--part: ${(cause.suite[strategy] / most).toFixed(3)}; color: var(${
                            hueOf(colours.get(strategy))})`
                      }) :
                                                      null)) :
            h('td', {class: 'words', colspan: one.strategies.length}, `not measured: ${cause.reason}`));
  });
  return table('Counts per bytecode instruction', head, body);
}

function causeChart(state, cause, label) {
  const one = state.case,
        rows = shownRows(state).filter(row => one.strategies.some(name => cause.rows[name][row.row]));
  const entries = name => rows.map(row => {
    const own = cause.rows[name][row.row];
    return own && {
      speed: own[0],
      low: own[1] === own[2] ? null : own[1],
      high: own[2],
      text: `${number(own[0])} (layouts: ${number(own[1])} to ${number(own[2])})`
    };
  });
  const spread = one.strategies.some(name => entries(name).some(entry => entry && entry.low !== null));
  const box = chartBox(
      `${per(cause)}, by workload and strategy`,
      (element, width) => drawForest(element, width, {
        rows: rows.map(row => ({label: row.name})),
        log: false,
        unit: `${per(cause)}${cause.per === 1 ? ' per' : ''} bytecode instruction${
            cause.per === 1 ? '' : 's'}${label}`,
        series: one.strategies.map(name => ({name, place: colours.get(name), entries: entries(name)})),
      }));
  return [
    h('h3', null, `${per(cause)}${label}, by workload`),
    legend(one.strategies, spread ? ['Bars: least and most of the layouts'] : []), box
  ];
}

const countedToo = one =>
    one.replayed ? ' Of recorded traces, the replayer’s own work is counted, too.' : '';

/** What was counted: the table, and of the count that was chosen the chart. */
function countedParts(state, change) {
  const one = state.case, measured = Object.keys(one.causes).filter(key => one.causes[key].rows);
  if (!measured.length) {
    const reasons = [...new Set(Object.values(one.causes).map(cause => cause.reason))];
    return h(
        'div', {class: 'none'},
        h('b', null, `Not measured: ${Object.values(one.causes).map(cause => cause.label).join(', ')}. `),
        `Why: ${reasons.join('; ')}.`);
  }
  const chosen = measured.includes(state.cause) ? state.cause : measured[0];
  return [causesTable(state, one.causes, chosen, change, 'cause'), causeChart(state, one.causes[chosen], '')];
}

/** The same of a model. */
function simulatedPart(state, change) {
  const one = state.case;
  if (!one.simulated) return null;
  const keys = Object.keys(one.simulated.causes);
  const chosen = keys.includes(state.simulated) ?
      state.simulated :
      keys.find(key => key.includes('indirect_branch_misses')) ?? keys[0];
  return h(
      'div', {class: 'simulated', id: 'simulated'},
      h('h3', null, h('span', {class: 'tag'}, 'Simulated'), 'Not what this CPU does: counts of a model'),
      h('p', {class: 'soft'},
        `${
            one.simulated
                .model}. Its caches and branch predictor are far simpler than a CPU’s: take these ` +
                `numbers for what the code asks for, not for what it costs. Of the first layout alone.` +
            countedToo(one)),
      causesTable(state, one.simulated.causes, chosen, change, 'simulated'),
      chosen ? causeChart(state, one.simulated.causes[chosen], ' (simulated)') : null);
}

const SIZES = [
  ['dispatch word, bytes', 'word_bytes'],
  ['bytecode of the suite, bytes', 'bytecode_bytes'],
  ['translation, ns per byte of Wasm', 'translation', number],
  ['opcodes', 'opcodes'],
  ['dispatch sites (indirect jumps)', 'dispatch_sites'],
  ['handlers’ code, bytes', 'code_bytes'],
  ['handlers’ code, instructions', 'handler_instructions'],
  ['median handler, bytes', 'median_handler_bytes'],
  ['largest handler, bytes', 'largest_handler_bytes'],
  ['handlers that use the native stack', 'stack'],
  ['handlers that call', 'calls'],
  ['compiling it, CPU seconds', 'compile_seconds', value => value === null ? 'not measured' : number(value)],
  [
    'compiling it, MiB at most', 'compile_peak_kib',
    value => value === null ? 'not measured' : whole(Math.round(value / 1024))
  ],
];

const strategyHeads = one => one.strategies.map(name => h('th', {scope: 'col'}, name));

const known = value => value !== null && value !== undefined;

function sizeParts(one) {
  return [
    h('h3', null, 'Size and translation'),
    table(
        'Sizes', h('tr', null, h('th'), strategyHeads(one)),
        SIZES.filter(([, key]) => !one.subject || one.strategies.some(name => known(one.sizes[name][key]))).map(
            ([label, key, format]) =>
                h('tr', {'data-size': key}, h('th', {scope: 'row'}, label),
                  one.strategies.map(name => h('td', null, (format ?? whole)(one.sizes[name][key])))))),
    h('p', {class: 'soft'},
      one.audit_missing ?
          `Of the machine code nothing is known: ${one.audit_missing}.` :
          'Code sizes and dispatch sites are read from the machine code of the first layout. –: not ' +
              'known.',
      ' ', one.listings.length ? h('a', {href: '#code'}, 'See the machine code') : null)
  ];
}

function wholeProcessParts(one) {
  if (!one.whole_processes.length) return null;
  const cell = own =>
      own ? [number(own[0]), own[1] === null ? '' : h('small', null, ` ±${number(own[1])}`)] : DASH;
  return [
    h('h3', null, 'Whole processes, ms'),
    h('p', {class: 'soft'},
      'Start-up, translation and execution together, timed by hyperfine: mean and standard ' +
          'deviation. One executor after the other, not interleaved: a machine that slows down ' +
          'meanwhile makes the later ones look slow.',
      one.replayed ? ' Of recorded traces, the replayer’s own work is timed, too.' : ''),
    table(
        'Whole processes',
        h('tr', null, h('th', {scope: 'col'}, 'workload'), h('th', {scope: 'col'}, 'layout'),
          strategyHeads(one)),
        one.whole_processes.map(
            ([workload, layout, own]) => h(
                'tr', {'data-whole': workload}, h('th', {scope: 'row'}, workload), h('td', null, layout),
                one.strategies.map(name => h('td', null, cell(own[name]))))))
  ];
}

function whySection(state, change) {
  const one = state.case;
  const instructions = one.workloads.filter(workload => workload.instructions).length;
  return section(
      'why', 'Why',
      h('p', {class: 'soft'},
        one.subject ?
            'Whole processes: start-up is part of what was timed and counted, in user space. Means over the ' +
                'workloads.' :
            'The same bytecode runs under each strategy: what differs for each of its instructions is the ' +
                'cost of dispatch. Counted in user space, around the execution alone; means over the workloads.',
        countedToo(one),
        one.counting_cost === null ? '' :
                                     ` Starting and stopping the counters takes ${
                                         number(one.counting_cost)} µs a sample, outside of its times.`,
        one.luck && ` One layout was measured${one.luck}.`),
      countedParts(state, change), simulatedPart(state, change), sizeParts(one), wholeProcessParts(one),
      !one.subject && instructions < one.workloads.length &&
          h('p', {class: 'soft'},
            `Executed bytecode instructions are known of ${instructions} of ${
                one.workloads.length} workloads; the others are left out here.`));
}
