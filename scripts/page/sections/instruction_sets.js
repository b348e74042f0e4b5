// Instruction sets: each strategy of this run and build that was measured in several of them.

/** A sequence of colours of its own: those of strategies would say something else. */
const isaPlace = (entry, isa) => entry.isas.indexOf(isa);

function isaComparison(state, entry) {
  const one = state.case, [baseline, ...others] = entry.isas;
  const rows = shownRows({...state, sort: {key: '', down: false}});
  const meanLabel = state.kind ? `mean of ${state.kind}` : 'geometric mean';
  const means = [{label: meanLabel, row: meanRow(state), mean: true}];
  if (!state.kind)
    for (const family of one.families)
      means.push({label: `mean of ${family}`, row: kindPlace(one, family), mean: true});
  const list = [...means, ...rows.map(row => ({label: row.name, row: row.row}))];
  const estimate = (isa, row) => {
    const [columns, points] = entry.pairs[others.indexOf(isa)], found = estimateInRow(columns, points, row);
    return found && {...found, text: described(found, isa, baseline)};
  };
  const box = chartBox(
      `Speed of ${others.join(', ')} relative to ${baseline}, all ${
          entry.strategy}, by workload. The table below has the same numbers.`,
      (element, width) => drawForest(element, width, {
        rows: list,
        log: true,
        noise: entry.noise,
        unit: `speed relative to ${baseline}, all ${entry.strategy} (right of 1 is faster)`,
        series: others.map(
            isa => ({
              name: isa,
              place: isaPlace(entry, isa),
              entries: list.map(item => estimate(isa, item.row))
            })),
        onRow: () => {},
      }));
  const amounts = item => [
    ...entry.isas.map(isa => item.mean ? null : entry.instructions[isa][item.row])
        .map(count => h('td', null, count === null ? (item.mean ? '' : DASH) : number(count / 1e6))),
    ...entry.isas.map(isa => item.mean ? null : entry.bytecode_bytes[isa][item.row])
        .map(count => h('td', null, count === null ? (item.mean ? '' : DASH) : whole(count))),
  ];
  return [
    h('h3', null, `All ${entry.strategy}`),
    h('ul', {class: 'legend'},
      others.map(isa => h('li', null, legendMark(isaPlace(entry, isa)), h('b', null, isa)))),
    box,
    table(
        `Speeds of instruction sets, ${entry.strategy}`,
        h('tr', null, h('th', {scope: 'col'}, 'workload'), others.map(isa => h('th', {scope: 'col'}, isa)),
          entry.isas.map(isa => h('th', {scope: 'col'}, `${isa}, million instructions`)),
          entry.isas.map(isa => h('th', {scope: 'col'}, `${isa}, bytes`))),
        list.map(
            item => h(
                'tr', {class: item.mean && 'mean'}, h('th', {scope: 'row'}, item.label),
                others.map(isa => cell(estimate(isa, item.row))), amounts(item)))),
  ];
}

function instructionSetsSection(state) {
  const own = data.isas_compared.filter(entry => entry.cases.includes(state.caseNumber));
  if (!own.length) return null;
  const [{isas}] = own;
  return section(
      'instruction-sets', 'Instruction sets',
      h('p', {class: 'soft'},
        `The same strategy in several instruction sets, which took turns in the same rounds: speeds relative to ${
            isas[0]}. Bytecode instructions are those executed, in millions, counted exactly; bytes are those of ` +
            'the translated module. ',
        own[0].noise_text),
      own.map(entry => isaComparison(state, entry)));
}
