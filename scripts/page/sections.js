// The sections of the page, in the order of their questions. Each builds its element from the chosen case.

const data = JSON.parse(document.getElementById('data').textContent);
const colours = new Map(); // by strategy: place of its colour and marker
for (const one of data.cases)
  for (const strategy of one.strategies) if (!colours.has(strategy)) colours.set(strategy, colours.size);

const level = percent => `${(percent * 100).toString().slice(0, 5)} %`;
const atCase = place => data.cases[place];
const suitePlace = one => one.workloads.length;

/** The estimates of a pair as a function of the row: workloads, then the suite, then its kinds. */
function pair(one, baseline, strategy) {
  const found = one.pairs.find(([b, s]) => one.strategies[b] === baseline && one.strategies[s] === strategy);
  if (!found) return () => null;
  const [, , columns, points] = found;
  return row => columns.speed[row] === null || columns.speed[row] === undefined ? null : {
    speed: columns.speed[row], low: columns.low[row], high: columns.high[row],
    verdict: columns.verdict[row] === null ? '' : data.texts[columns.verdict[row]], points: points[row], of: columns.of[row],
  };
}

function described(estimate, strategy, baseline) {
  const parts = [`${times(estimate.speed, 3)} the speed of ${baseline} ${interval(estimate, 3)}`, estimate.of && `over ${plural(estimate.of, 'workload')} only`, estimate.verdict];
  if (estimate.points?.some(point => point !== null))
    parts.push(`by layout: ${estimate.points.map(point => times(point, 3)).join(' ')}`);
  return parts.filter(Boolean).join('; ');
}

function legend(names, extra = []) {
  return h('ul', {class: 'legend'}, names.map(name => h('li', null, legendMark(colours.get(name)), h('b', null, name))), extra.map(text => h('li', null, text)));
}

function section(id, title, ...children) {
  return h('section', {id, 'aria-labelledby': `${id}-title`}, h('h2', {id: `${id}-title`}, title), ...children);
}

// The answer

function warningBox(one) {
  if (!one.warnings.length)
    return h('div', {class: 'fine'}, 'Nothing was found that weakens these numbers: a real machine, pinned, several layouts, counters, an A/A control, and a clean audit.');
  return h('div', {class: 'warnings', role: 'note', 'aria-labelledby': 'weakens'},
    h('h3', {id: 'weakens'}, `⚠ ${plural(one.warnings.length, 'thing')} ${one.warnings.length === 1 ? 'weakens' : 'weaken'} these numbers`),
    h('ul', null, one.warnings.map(([what, text]) => h('li', null, h('b', null, what), h('span', null, text)))));
}

function answerSection(state) {
  const one = state.case;
  return section('answer', data.cases.length > 1 ? `The answer: ${one.name}` : 'The answer',
    h('p', {class: 'soft'}, `${one.machine}, ${one.compiler}, instruction set ${one.isa}: the geometric mean over ${plural(one.workloads.length, 'workload')}, with ${level(data.confidence)} intervals over ${plural(one.layouts.length, 'layout')} of the code.`),
    h('div', {class: 'answers'}, one.answers.map(answer => h('div', {class: 'answer'},
      h('p', {class: 'question'}, answer.question),
      h('p', {class: 'text'}, verdictMark(answer.word), answer.word ? ' ' : '', answer.text)))),
    h('p', {class: 'noise'}, one.noise_text),
    warningBox(one));
}

// Strategies compared

function shownRows(state) {
  const one = state.case, wanted = state.find.trim().toLowerCase();
  let rows = one.workloads.map((workload, row) => ({...workload, row}))
    .filter(workload => (!state.kind || workload.kind === state.kind) && (!wanted || `${workload.name} ${workload.kind}`.toLowerCase().includes(wanted)));
  const {key, down} = state.sort;
  if (key === 'name' || key === 'kind') rows.sort((a, b) => a[key].localeCompare(b[key], 'en') || a.row - b.row);
  else if (key === 'time') rows.sort((a, b) => (one.times[state.baseline][a.row]?.[0] ?? -1) - (one.times[state.baseline][b.row]?.[0] ?? -1));
  else if (key === 'A/A') rows.sort((a, b) => (one.control.speed[a.row] ?? -1) - (one.control.speed[b.row] ?? -1));
  else if (key) {
    const of = pair(one, state.baseline, key);
    rows.sort((a, b) => (of(a.row)?.speed ?? -1) - (of(b.row)?.speed ?? -1));
  }
  if (down) rows.reverse();
  return rows;
}

function meanRow(state) {
  const one = state.case;
  return state.kind ? suitePlace(one) + 1 + one.kinds.indexOf(state.kind) : suitePlace(one);
}

function cell(estimate, digits = 2) {
  if (!estimate) return h('td', null, DASH);
  return h('td', {title: estimate.verdict}, times(estimate.speed, digits), ' ', h('small', null, interval(estimate, digits), estimate.of ? `, of ${estimate.of}` : ''), ' ', verdictMark(estimate.verdict));
}

function sortHead(state, key, label, change, style) {
  const own = state.sort.key === key;
  return h('th', {scope: 'col', class: style, 'aria-sort': own ? (state.sort.down ? 'descending' : 'ascending') : 'none'},
    h('button', {type: 'button', 'data-sort': key, onclick: () => change({sort: {key, down: own ? !state.sort.down : !['name', 'kind'].includes(key)}}, `[data-sort="${CSS.escape(key)}"]`)}, label));
}

function strategiesSection(state, change, openRaw) {
  const one = state.case, others = one.strategies.filter(name => name !== state.baseline);
  const rows = shownRows(state), mean = meanRow(state);
  const meanLabel = state.kind ? `mean of ${state.kind}` : 'geometric mean';
  const estimates = new Map(others.map(name => [name, pair(one, state.baseline, name)]));
  const list = [{label: meanLabel, mean: true, row: mean}, ...rows.map(row => ({label: row.name, row: row.row}))];
  const entry = (name, row) => {
    const found = estimates.get(name)(row);
    return found && {...found, text: described(found, name, state.baseline)};
  };
  const box = chartBox(`Speed of ${others.join(', ')} relative to ${state.baseline}, by workload. The table below has the same numbers.`,
    (element, width) => drawForest(element, width, {
      rows: list, log: true, noise: one.noise, unit: `speed relative to ${state.baseline} (right of 1 is faster)`,
      series: others.map(name => ({name, place: colours.get(name), entries: list.map(item => entry(name, item.row))})),
      onRow: place => list[place] && !list[place].mean && openRaw(list[place].row),
    }));
  box.id = 'speeds';
  const control = row => one.control.speed[row] === null ? DASH :
    [times(one.control.speed[row], 3), ' ', h('small', null, interval({low: one.control.low[row], high: one.control.high[row]}, 3))];
  const head = h('tr', null, sortHead(state, 'name', 'workload', change), sortHead(state, 'kind', 'kind', change, 'words'),
    others.map(name => sortHead(state, name, name, change)), sortHead(state, 'A/A', 'A/A', change), sortHead(state, 'time', `${state.baseline}, ms`, change));
  const time = row => {
    const own = one.times[state.baseline][row];
    return own ? [number(own[0]), ' ', h('small', null, `±${(own[1] * 100).toFixed(1)} %`)] : DASH;
  };
  const body = [
    h('tr', {class: 'mean'}, h('th', {scope: 'row'}, meanLabel), h('td', {class: 'words'}, plural(state.kind ? one.workloads.filter(w => w.kind === state.kind).length : one.workloads.length, 'workload')),
      others.map(name => cell(estimates.get(name)(mean))), h('td', null, control(mean)), h('td')),
    ...rows.map(row => h('tr', {'data-workload': row.name}, h('th', {scope: 'row'}, h('button', {type: 'button', class: 'quiet', title: `${row.description} Raw samples and command`, onclick: () => openRaw(row.row)}, row.name)),
      h('td', {class: 'words'}, row.kind), others.map(name => cell(estimates.get(name)(row.row))), h('td', null, control(row.row)), h('td', null, time(row.row)))),
  ];
  return section('strategies', 'Strategies compared',
    h('p', {class: 'soft'}, `Each number is a ratio of times taken in one round and one layout, in random order. Bars: ${level(data.confidence)} intervals, by a bootstrap of layouts, then of rounds. Small circles: the layouts, each a placement of the same code. `,
      'Choose a workload for its raw samples.'),
    legend(others, one.noise ? ['Grey band: the noise floor, ±' + percent(one.noise)] : []),
    others.length ? box : h('p', {class: 'none'}, 'Only one strategy was measured: there is nothing to compare.'),
    others.length && !rows.length ? h('p', {class: 'none'}, 'No workload is called that.') : null,
    table('Speeds by workload', head, body),
    h('p', {class: 'soft'}, '▲ faster, ▼ slower: the interval leaves out 1 and the difference is above the noise floor. = no difference shown: ',
      `it lies within ±${level(data.smallest_effect)}. ? undecided: neither; what would decide it stands in its tooltip. ms: CPU time of the execution alone, median and half the distance between the quartiles.`));
}

// Why

function per(cause) {
  return cause.per === 1 ? cause.label : `${cause.label}, per ${whole(cause.per)}`;
}

function causesTable(state, causes, chosen, change, key) {
  const one = state.case;
  const head = h('tr', null, h('th', {scope: 'col'}, 'per bytecode instruction'), one.strategies.map(name => h('th', {scope: 'col'}, name)));
  const body = Object.entries(causes).map(([name, cause]) => {
    const most = cause.suite ? Math.max(...Object.values(cause.suite).map(value => value ?? 0)) : 0;
    const label = cause.suite ?
      h('button', {type: 'button', class: 'quiet', 'aria-pressed': String(name === chosen), 'data-cause': `${key}-${name}`, onclick: () => change({[key]: name}, `[data-cause="${key}-${name}"]`)}, per(cause), cause.scaled ? ' (multiplexed: scaled)' : '') : per(cause);
    return h('tr', {'data-cause-row': name}, h('th', {scope: 'row'}, label),
      cause.suite ? one.strategies.map(strategy => h('td', null, number(cause.suite[strategy]),
        cause.suite[strategy] && most ? h('span', {class: 'bar', style: `width: ${Math.round(cause.suite[strategy] / most * 40)}px; color: var(--s${colours.get(strategy) % 8})`}) : null)) :
        h('td', {class: 'words', colspan: one.strategies.length}, `not measured: ${cause.reason}`));
  });
  return table('Counts per bytecode instruction', head, body);
}

function causeChart(state, cause, label) {
  const one = state.case, rows = shownRows(state).filter(row => one.strategies.some(name => cause.rows[name][row.row]));
  const entries = name => rows.map(row => {
    const own = cause.rows[name][row.row];
    return own && {speed: own[0], low: own[1] === own[2] ? null : own[1], high: own[2], text: `${number(own[0])} (layouts: ${number(own[1])} to ${number(own[2])})`};
  });
  const box = chartBox(`${per(cause)}, by workload and strategy`, (element, width) => drawForest(element, width, {
    rows: rows.map(row => ({label: row.name})), log: false, unit: `${per(cause)}${cause.per === 1 ? ' per' : ''} bytecode instruction${cause.per === 1 ? '' : 's'}${label}`,
    series: one.strategies.map(name => ({name, place: colours.get(name), entries: entries(name)})),
  }));
  return [h('h3', null, `${per(cause)}${label}, by workload`), legend(one.strategies, ['Bars: least and most of the layouts']), box];
}

function whySection(state, change) {
  const one = state.case, measured = Object.keys(one.causes).filter(key => one.causes[key].rows);
  const chosen = measured.includes(state.cause) ? state.cause : measured[0];
  const parts = [h('p', {class: 'soft'}, 'The same bytecode runs under each strategy: what differs for each of its instructions is the cost of dispatch. Counted in user space, around the execution alone; means over the workloads.')];
  if (measured.length) {
    parts.push(causesTable(state, one.causes, chosen, change, 'cause'));
    if (chosen) parts.push(...causeChart(state, one.causes[chosen], ''));
  } else {
    const reasons = [...new Set(Object.values(one.causes).map(cause => cause.reason))];
    parts.push(h('div', {class: 'none'}, h('b', null, `Not measured: ${Object.values(one.causes).map(cause => cause.label).join(', ')}. `), `Why: ${reasons.join('; ')}.`));
  }
  if (one.simulated) {
    const keys = Object.keys(one.simulated.causes), own = keys.includes(state.simulated) ? state.simulated : keys.find(key => key.includes('indirect_branch_misses')) ?? keys[0];
    parts.push(h('div', {class: 'simulated', id: 'simulated'}, h('h3', null, h('span', {class: 'tag'}, 'Simulated'), 'Not what this CPU does: counts of a model'),
      h('p', {class: 'soft'}, `${one.simulated.model}. Its caches and branch predictor are far simpler than a CPU’s: take these numbers for what the code asks for, not for what it costs.`),
      causesTable(state, one.simulated.causes, own, change, 'simulated'), own ? causeChart(state, one.simulated.causes[own], ' (simulated)') : null));
  }
  const rows = [
    ['dispatch word, bytes', 'word_bytes'], ['bytecode of the suite, bytes', 'bytecode_bytes'], ['translation, ns per byte of Wasm', 'translation', number],
    ['opcodes', 'opcodes'], ['dispatch sites (indirect jumps)', 'dispatch_sites'], ["handlers' code, bytes", 'code_bytes'],
    ['median handler, bytes', 'median_handler_bytes'], ['largest handler, bytes', 'largest_handler_bytes'], ['handlers that use the native stack', 'stack'], ['handlers that call', 'calls'],
  ];
  parts.push(h('h3', null, 'Size and translation'), table('Sizes', h('tr', null, h('th'), one.strategies.map(name => h('th', {scope: 'col'}, name))),
    rows.map(([label, key, format]) => h('tr', {'data-size': key}, h('th', {scope: 'row'}, label), one.strategies.map(name => h('td', null, (format ?? whole)(one.sizes[name][key])))))),
  h('p', {class: 'soft'}, one.audit_missing ? `Of the machine code nothing is known: ${one.audit_missing}.` : 'Code sizes and dispatch sites are read from the machine code of the first layout. – : not known.',
    ' ', one.listings.length ? h('a', {href: '#code'}, 'See the machine code') : null));
  if (one.whole_processes.length)
    parts.push(h('h3', null, 'Whole processes, ms'), h('p', {class: 'soft'}, 'Start-up, translation and execution together, timed by hyperfine: mean and standard deviation. One executor after the other, not interleaved: a machine that slows down meanwhile makes the later ones look slow.'),
      table('Whole processes', h('tr', null, h('th', {scope: 'col'}, 'workload'), h('th', {scope: 'col'}, 'layout'), one.strategies.map(name => h('th', {scope: 'col'}, name))),
        one.whole_processes.map(([workload, layout, own]) => h('tr', {'data-whole': workload}, h('th', {scope: 'row'}, workload), h('td', null, layout),
          one.strategies.map(name => h('td', null, own[name] ? [number(own[name][0]), own[name][1] === null ? '' : h('small', null, ` ±${number(own[name][1])}`)] : DASH))))));
  const instructions = one.workloads.filter(workload => workload.instructions).length;
  if (instructions < one.workloads.length) parts.push(h('p', {class: 'soft'}, `Executed bytecode instructions are known of ${instructions} of ${one.workloads.length} workloads; the others are left out here.`));
  return section('why', 'Why', parts);
}

// The machine code

/** Labels at the edge, instructions and their operands in columns, remarks pale. */
function codeLine(line) {
  const [code, remark] = line.split(/(?<=\S)\s+#\s/, 2), [first, ...rest] = code.trim().split(/\s+/);
  return [code.trim().endsWith(':') ? code.trim() : `  ${first.padEnd(7)} ${rest.join(' ')}`.trimEnd(), remark ? h('span', {class: 'soft'}, `  # ${remark}`) : '', '\n'];
}

function codeSection(state, change) {
  const one = state.case;
  if (!one.listings.length)
    return section('code', 'The machine code', h('p', {class: 'none'}, `No listings: ${one.audit_missing ?? 'the audit of this build recorded none'}. `, h('code', null, 'scripts/audit'), ' makes them after each build.'));
  const place = Math.max(0, one.listings.findIndex(([opcode]) => opcode === state.opcode)), [opcode, listings] = one.listings[place];
  const bytes = ([, own]) => one.strategies.map(name => h('td', null, own[name] ? whole(own[name][0]) : DASH));
  return section('code', 'The machine code',
    h('p', {class: 'soft'}, 'Handlers of some hot opcodes, with their size in bytes, as the compiler made them in the first layout. Choose one to see its code under each strategy; ', h('code', null, 'tailrace asm OP'), ' shows any other.'),
    table('Handler sizes, bytes', h('tr', null, h('th', {scope: 'col'}, 'opcode'), one.strategies.map(name => h('th', {scope: 'col'}, name))),
      one.listings.map((own, number) => h('tr', null, h('th', {scope: 'row'}, h('button', {type: 'button', class: 'quiet', 'aria-pressed': String(number === place), 'data-opcode': own[0], onclick: () => change({opcode: own[0]}, `[data-opcode="${CSS.escape(own[0])}"]`)}, own[0])), bytes(own)))),
    h('h3', null, opcode),
    h('div', {class: 'listings'}, one.strategies.map(name => h('div', {class: 'listing', style: `--own: var(--s${colours.get(name) % 8})`},
      h('h4', null, h('span', null, name), h('span', {class: 'soft'}, listings[name] ? plural(listings[name][0], 'byte') : '')),
      h('pre', {tabindex: '0', 'aria-label': `${opcode} under ${name}`}, listings[name] ? data.texts[listings[name][1]].split('\n').map(codeLine) : 'not listed')))));
}

// Across CPUs and compilers

function acrossSection(state, change) {
  if (data.cases.length < 2) return null;
  const names = [...colours.keys()].filter(name => name !== state.baseline);
  const shown = data.cases.map((one, place) => ({one, place})).filter(({one}) => one.strategies.includes(state.baseline) &&
    (!state.onlyMachine || one.machine === state.onlyMachine) && (!state.onlyBuild || one.build === state.onlyBuild) && one.isa === state.case.isa);
  const ranks = one => {
    const order = one.strategies.map(name => [name, name === state.baseline ? 1 : pair(one, state.baseline, name)(suitePlace(one))?.speed]).filter(([, speed]) => speed).sort((a, b) => b[1] - a[1]);
    return new Map(order.map(([name], place) => [name, place + 1]));
  };
  const cells = shown.map(({one}) => {
    const order = ranks(one);
    return names.map(name => {
      const found = pair(one, state.baseline, name)(suitePlace(one));
      return found && {speed: found.speed, strong: order.get(name) === 1, words: `${times(found.speed)} ${MARKS[verdictWord(found.verdict)]?.[0] ?? ''}`, text: described(found, name, state.baseline), estimate: found};
    });
  });
  const box = chartBox(`Speed relative to ${state.baseline} of each strategy on each machine and compiler. The table below has the same numbers.`,
    (element, width) => drawHeat(element, width, {rows: shown.map(({one, place}) => `${place === state.caseNumber ? '▸ ' : ''}${one.name}`), columns: names, cells, onRow: row => shown[row] && change({caseNumber: shown[row].place})}));
  box.id = 'heat';
  const choose = (label, key, values) => values.length < 2 ? null : h('label', null, label, h('select', {'data-choice': key, onchange: event => change({[key]: event.target.value}, `[data-choice="${key}"]`)},
    h('option', {value: ''}, 'all'), values.map(value => h('option', {value, selected: value === state[key]}, value))));
  const of = ([place, speed]) => `${atCase(place).name} (${times(speed)})`;
  const few = list => [list.slice(0, 3).map(of).join(', '), list.length > 3 ? `, and ${list.length - 3} more` : ''];
  const changes = data.rank_changes.filter(found => found.isa === state.case.isa);
  return section('across', 'Across CPUs and compilers',
    h('p', {class: 'soft'}, `Each row is a CPU with a compiler; each cell the speed over the suite relative to ${state.baseline} of the same row. Bold: the fastest of its row. Choose a row to see it above.`),
    h('div', {class: 'choices no-print', style: 'position: static; border: 0'}, choose('CPU', 'onlyMachine', [...new Set(data.cases.map(one => one.machine))]), choose('compiler', 'onlyBuild', [...new Set(data.cases.map(one => one.build))])),
    shown.length ? box : h('p', {class: 'none'}, `None of these measured ${state.baseline}.`),
    h('h3', null, 'Rank changes'),
    changes.length ? h('ul', {class: 'ranks'}, changes.map(found => h('li', null, h('b', null, `${found.first} and ${found.second}: `),
      `${found.first} is faster on `, few(found.faster), `; slower on `, few(found.slower), '.'))) :
      h('p', null, 'None was shown: no strategy is faster than another here and slower there, beyond noise.'),
    data.builds_compared.length ? [h('h3', null, 'The same strategy, built by another compiler'),
      h('p', {class: 'soft'}, 'Measured in the same rounds as the first build of their file: the speed over the suite relative to the same strategy there. The noise floor is that of the first build.'),
      table('Builds compared', h('tr', null, h('th', {scope: 'col'}, 'build'), h('th', {scope: 'col', class: 'words'}, 'relative to'), [...colours.keys()].map(name => h('th', {scope: 'col'}, name))),
        data.builds_compared.map(found => h('tr', null, h('th', {scope: 'row'}, atCase(found.case).name), h('td', {class: 'words'}, atCase(found.relative_to).build),
          [...colours.keys()].map(name => {
            const place = found.strategies.indexOf(name), columns = found.estimates;
            return cell(place < 0 || columns.speed[place] === null ? null : {speed: columns.speed[place], low: columns.low[place], high: columns.high[place], verdict: columns.verdict[place] === null ? '' : data.texts[columns.verdict[place]]});
          }))))] : null,
    h('details', null, h('summary', null, 'The heat map as a table, with intervals'), table('Across CPUs and compilers', h('tr', null, h('th', {scope: 'col'}, 'CPU and compiler'), names.map(name => h('th', {scope: 'col'}, name))),
      shown.map(({one, place}, row) => h('tr', null, h('th', {scope: 'row'}, h('button', {type: 'button', class: 'quiet', onclick: () => change({caseNumber: place})}, one.name)), cells[row].map(own => cell(own?.estimate)))))));
}

// Between two runs

function changesSection(state, change) {
  if (!data.changes.length) return null;
  const found = data.changes[state.change] ?? data.changes[0], before = atCase(found.before), after = atCase(found.after);
  const relative = state.relative && found.rows.length > 1, own = found.rows.filter(row => !relative || row.relative);
  const columns = row => relative ? row.relative : row.own, last = found.workloads.length;
  const at = (row, place) => columns(row).speed[place] === null ? null : {speed: columns(row).speed[place], low: columns(row).low[place], high: columns(row).high[place], verdict: columns(row).verdict[place] === null ? '' : data.texts[columns(row).verdict[place]]};
  const order = [last, ...found.workloads.keys()], label = place => place === last ? 'geometric mean' : found.workloads[place];
  const box = chartBox('Speed after relative to before, by workload. The table below has the same numbers.', (element, width) => drawForest(element, width, {
    rows: order.map(place => ({label: label(place), mean: place === last})), log: true, noise: found.floor,
    unit: relative ? `change of the speed relative to ${found.baseline}` : 'speed after relative to before (right of 1: it became faster)',
    series: own.map(row => ({name: row.strategy, place: colours.get(row.strategy), entries: order.map(place => {
      const entry = at(row, place);
      return entry && {...entry, text: `${times(entry.speed, 3)} ${interval(entry, 3)}; ${entry.verdict}`};
    })})),
  }));
  box.id = 'changes-chart';
  const beyond = own.flatMap(row => order.map(place => [row.strategy, place, at(row, place)])).filter(([, , entry]) => ['faster', 'slower'].includes(verdictWord(entry?.verdict)));
  const file = one => data.files[one.file];
  const same = found.rows.filter(row => row.same_programs).map(row => row.strategy);
  return section('changes', 'Between two runs',
    data.changes.length > 1 ? h('div', {class: 'choices no-print', style: 'position: static; border: 0'}, h('label', null, 'runs', h('select', {'data-choice': 'change', onchange: event => change({change: +event.target.value}, '[data-choice="change"]')},
      data.changes.map((one, place) => h('option', {value: place, selected: place === state.change}, `${atCase(one.before).name} → ${file(atCase(one.after)).started.slice(0, 16).replace('T', ' ')}`))))) : null,
    h('p', null, `Before: ${file(before).name}, ${file(before).started}, revision ${file(before).tool.revision ?? 'unknown'}. After: ${file(after).name}, ${file(after).started}, revision ${file(after).tool.revision ?? 'unknown'}. Both: ${before.machine}, ${before.build}, ${before.isa}.`),
    h('div', {class: 'warnings'}, h('h3', null, '⚠ The two runs were not interleaved'), h('p', null,
      relative ? `Each strategy is taken relative to ${found.baseline} of its own run, in which they were interleaved: what slows down the whole machine cancels out.` :
        'They were taken at different times: what the machine did differently (clock, temperature, neighbours, kernel) is part of these changes, and no statistic can tell it apart. A change that all strategies share is more likely the machine’s than the code’s.',
      same.length ? ` ${same.join(', ')} ran the very same programs both times: how they changed is the machine’s doing.` : '')),
    h('div', {class: 'choices no-print', style: 'position: static; border: 0'}, h('label', null, 'what', h('select', {'data-choice': 'relative', onchange: event => change({relative: event.target.value === 'relative'}, '[data-choice="relative"]')},
      h('option', {value: 'own', selected: !relative}, 'speed after relative to before'), found.rows.length > 1 ? h('option', {value: 'relative', selected: relative}, `speed relative to ${found.baseline}, after relative to before`) : null))),
    h('h3', null, beyond.length ? `${plural(beyond.length, 'change')} beyond noise` : 'No change beyond noise was shown'),
    beyond.length ? h('ul', {class: 'ranks'}, beyond.slice(0, 12).map(([strategy, place, entry]) => h('li', null, verdictMark(entry.verdict), ` ${strategy}, ${label(place)}: ${times(entry.speed, 3)} ${interval(entry, 3)}`)), beyond.length > 12 ? h('li', null, `and ${beyond.length - 12} more, in the table`) : null) : null,
    legend(own.map(row => row.strategy), [`Grey band: the larger noise floor of the two runs, ±${percent(found.floor)}`]), box,
    table('Changes by workload', h('tr', null, h('th', {scope: 'col'}, 'workload'), own.map(row => h('th', {scope: 'col'}, row.strategy))),
      order.map(place => h('tr', {class: place === last ? 'mean' : null}, h('th', {scope: 'row'}, label(place)), own.map(row => cell(at(row, place), 3))))));
}

// Reproducible

function facts(pairs) {
  return h('dl', {class: 'facts'}, pairs.filter(([, value]) => value !== null && value !== undefined && value !== '').map(([name, value]) => [h('dt', null, name), h('dd', null, value)]));
}

function machineFacts(machine) {
  const {cpu, virtual, counters} = machine, parts = [cpu.vendor, cpu.family && `family ${cpu.family}`, cpu.model_number && `model ${cpu.model_number}`, cpu.stepping && `stepping ${cpu.stepping}`, cpu.microcode && `microcode ${cpu.microcode}`];
  const told = value => value ?? 'not told';
  return facts([
    ['CPU', [cpu.model ?? 'unknown CPU', ...parts].filter(Boolean).join(', ')],
    ['cores', `${told(machine.physical_cores)} cores, ${machine.logical_cpus} logical CPUs, ${cpu.architecture}`],
    ['caches', machine.caches.map(one => `L${told(one.level)} ${told(one.type)} ${told(one.size)}`).join(', ') || 'not told'],
    ['memory', machine.memory_mib ? `${whole(machine.memory_mib)} MiB` : 'not told'],
    ['system', [machine.os, machine.kernel].filter(Boolean).join('; ') || 'not told'],
    ['clock', `governor ${told(machine.governor)}, turbo ${machine.turbo === null ? 'not told' : machine.turbo ? 'on' : 'off'}`],
    ['virtual', virtual.is ? `yes${virtual.hypervisor ? `, ${virtual.hypervisor}` : ''}` : 'not known to be'],
    ['counters', counters.hardware ? 'hardware events can be counted' : `none: ${told(counters.why)}`],
    ['mitigations', Object.entries(machine.mitigations).filter(([, how]) => how && how !== 'Not affected').map(([name, how]) => `${name}: ${how}`).join('; ') || 'none needed or none told'],
    ['address randomization', told(machine.address_randomization)],
  ]);
}

function runFacts(file) {
  return [
    ['result file', `${file.name} (schema ${file.schema}, ${whole(file.samples)} samples with the warm-up)`],
    ['measured', `${file.started} to ${file.finished ?? 'an unknown time'}, ${file.state}${file.sittings.length > 1 ? `, in ${file.sittings.length} sittings` : ''}`],
    ['ended', file.stop?.reason],
    ['how much', `${plural(file.rounds, 'round')} and a warm-up, suite ${file.suite}, seed ${file.seed}, ${file.pinned_cpu === null ? 'not pinned' : `pinned to CPU ${file.pinned_cpu}`}`],
    ['revision', file.tool.revision ?? 'unknown'],
  ];
}

function reproduceSection(state) {
  const one = state.case, file = data.files[one.file];
  const flags = name => [...one.flags, ...one.sizes[name].flags].join(' ');
  return section('reproduce', 'Reproduce it',
    h('p', {class: 'soft'}, `The command of ${one.name}:`), h('pre', {class: 'command', tabindex: '0'}, commandLine(file.command)),
    facts([...runFacts(file), ['build', `${one.compiler}${one.bounds ? `, bounds ${one.bounds}` : ''}`], ['layout seeds', one.layouts.join(', ')], ...one.strategies.map(name => [`flags, ${name}`, h('code', null, flags(name) || 'none')])]),
    h('h3', null, 'The machine'), machineFacts(file.machine),
    h('p', {class: 'soft'}, 'Choose a workload in ', h('a', {href: '#strategies'}, 'Strategies compared'), ' for its raw samples; “Download data” saves all that this page holds, as JSON.'),
    data.files.length > 1 ? h('details', null, h('summary', null, `All ${data.files.length} files`), data.files.map(each => [h('h3', null, each.name), facts([...runFacts(each), ['command', h('code', null, commandLine(each.command))]]), machineFacts(each.machine)])) : null);
}

/** The raw samples of a workload, in a dialog. */
function rawDialog(state, row) {
  const one = state.case, file = data.files[one.file], workload = one.workloads[row], dialog = document.getElementById('details');
  const lines = Object.entries(one.raw).flatMap(([contender, rows]) => rows[row].map((own, layout) => ({contender, layout: one.layouts[layout], own})));
  const csv = ['contender,layout,round,nanoseconds', ...lines.flatMap(({contender, layout, own}) => own.map((value, place) => value === null ? null : `${contender},${layout},${one.rounds[place]},${value}`).filter(Boolean))].join('\n') + '\n';
  const filter = `.samples[] | select(.workload == ${JSON.stringify(workload.name)} and .build == ${JSON.stringify(one.build)} and .isa == ${JSON.stringify(one.isa)})`;
  dialog.replaceChildren(
    h('header', null, h('h2', {id: 'details-title'}, `${workload.name}: raw samples`), h('button', {type: 'button', autofocus: true, onclick: () => dialog.close()}, 'Close')),
    h('p', {class: 'soft'}, workload.description),
    facts([['where', one.name], ['kind', workload.kind], ['bytecode instructions', workload.instructions === null ? 'not counted' : `${whole(workload.instructions)} executed, counted exactly`], ['result file', file.name]]),
    h('h3', null, 'CPU time of the execution, ms'),
    table('Raw samples', h('tr', null, h('th', {scope: 'col'}, 'contender'), h('th', {scope: 'col'}, 'layout'), one.rounds.map(round => h('th', {scope: 'col'}, `round ${round}`))),
      lines.map(({contender, layout, own}) => h('tr', null, h('th', {scope: 'row'}, contender), h('td', null, layout), own.map(value => h('td', null, value === null ? DASH : (value / 1e6).toLocaleString('en', {minimumFractionDigits: 3, maximumFractionDigits: 3})))))),
    h('p', null, h('button', {type: 'button', onclick: () => save('samples.csv', csv, 'text/csv')}, 'Download as CSV')),
    h('h3', null, 'Command of the run'), h('pre', {class: 'command', tabindex: '0'}, commandLine(file.command)),
    h('h3', null, 'All of these samples, with counters and other phases'), h('pre', {class: 'command', tabindex: '0'}, commandLine(['jq', filter, file.name])));
  dialog.showModal();
  dialog.scrollTop = 0;
}
