// Reproducible: the command, the machine, the raw samples.

function facts(pairs) {
  return h(
      'dl', {class: 'facts'},
      pairs.filter(([, value]) => value !== null && value !== undefined && value !== '')
          .map(([name, value]) => [h('dt', null, name), h('dd', null, value)]));
}

function machineFacts(machine) {
  const {cpu, virtual, counters} = machine, parts = [
    cpu.vendor, cpu.family && `family ${cpu.family}`, cpu.model_number && `model ${cpu.model_number}`,
    cpu.stepping && `stepping ${cpu.stepping}`, cpu.microcode && `microcode ${cpu.microcode}`
  ];
  const told = value => value ?? 'not told';
  return facts([
    ['CPU', [cpu.model ?? 'unknown CPU', ...parts].filter(Boolean).join(', ')],
    [
      'cores',
      `${told(machine.physical_cores)} cores, ${machine.logical_cpus} logical CPUs, ${cpu.architecture}`
    ],
    [
      'caches',
      machine.caches.map(one => `L${told(one.level)} ${told(one.type)} ${told(one.size)}`).join(', ') ||
          'not told'
    ],
    ['memory', machine.memory_mib ? `${whole(machine.memory_mib)} MiB` : 'not told'],
    ['system', [machine.os, machine.kernel].filter(Boolean).join('; ') || 'not told'],
    [
      'clock',
      `governor ${told(machine.governor)}, turbo ${
          machine.turbo === null ? 'not told' :
              machine.turbo      ? 'on' :
                                   'off'}`
    ],
    [
      'virtual', virtual.is           ? `yes${virtual.hypervisor ? `, ${virtual.hypervisor}` : ''}` :
          virtual.is === null ? 'not told' :
                                'not known to be'
    ],
    ['counters', counters.hardware ? 'hardware events can be counted' : `none: ${told(counters.why)}`],
    [
      'mitigations',
      Object.entries(machine.mitigations)
              .filter(([, how]) => how && how !== 'Not affected')
              .map(([name, how]) => `${name}: ${how}`)
              .join('; ') ||
          'none needed or none told'
    ],
    [
      'address randomization',
      ['off', 'on, but not of the heap', 'on'][machine.address_randomization] ?? 'not told'
    ],
  ]);
}

function runFacts(file) {
  return [
    ['result file', `${file.name} (schema ${file.schema}, ${whole(file.samples)} samples with the warm-up)`],
    [
      'measured',
      `${file.started} to ${file.finished ?? 'an unknown time'}, ${file.state}${
          file.sittings.length > 1 ? `, in ${file.sittings.length} sittings` : ''}`
    ],
    ['ended', file.stop?.reason],
    [
      'how much',
      `${plural(file.rounds, 'round')} and a warm-up, suite ${file.suite}, seed ${file.seed}, ${
          file.pinned_cpu === null ? 'not pinned' : `pinned to CPU ${file.pinned_cpu}`}`
    ],
    ['revision', file.tool.revision ?? 'unknown'],
  ];
}

function reproduceSection(state) {
  const one = state.case, file = data.files[one.file];
  const flags = name => [...one.flags, ...one.sizes[name].flags].join(' ');
  return section(
      'reproduce', 'Reproduce it', h('p', {class: 'soft'}, `The command of ${one.name}:`),
      h('pre', {class: 'command', tabindex: '0'}, commandLine(file.command)), facts([
        ...runFacts(file), ['build', `${one.compiler}${one.bounds ? `, bounds ${one.bounds}` : ''}`],
        ['relocation model', one.relocation_model ?? 'not told'],
        ['layout seeds', one.layouts.join(', ')],
        ...one.strategies.map(name => [`flags, ${name}`, h('code', null, flags(name) || 'none')])
      ]),
      h('h3', null, 'The machine'), machineFacts(file.machine),
      h('p', {class: 'soft'}, 'Choose a workload in ', h('a', {href: '#strategies'}, 'Strategies compared'),
        ' for its raw samples; “Download data” saves all that this page holds, as JSON.'),
      data.files.length > 1 ?
          h('details', null, h('summary', null, `All ${data.files.length} files`),
            data.files.map(
                each =>
                    [h('h3', null, each.name),
                     facts([...runFacts(each), ['command', h('code', null, commandLine(each.command))]]),
                     machineFacts(each.machine)])) :
          null);
}

/** The raw samples of a workload, in a dialog. */
function rawDialog(state, row) {
  const one = state.case, file = data.files[one.file], workload = one.workloads[row],
        dialog = document.getElementById('details');
  const lines = Object.entries(one.raw ?? {}).flatMap(
      ([contender, rows]) => rows[row].map((own, layout) => ({contender, layout: one.layouts[layout], own})));
  const csv =
      [
        'contender,layout,round,nanoseconds',
        ...lines.flatMap(
            ({contender, layout, own}) =>
                own.map(
                       (value, place) =>
                           value === null ? null : `${contender},${layout},${one.rounds[place]},${value}`)
                    .filter(Boolean))
      ].join('\n') +
      '\n';
  const filter = `.samples[] | select(.workload == ${JSON.stringify(workload.name)} and .build == ${
      JSON.stringify(one.build)} and .isa == ${JSON.stringify(one.isa)})`;
  dialog.replaceChildren(
      h('header', null, h('h2', {id: 'details-title'}, `${workload.name}: raw samples`),
        h('button', {type: 'button', autofocus: true, onclick: () => dialog.close()}, 'Close')),
      h('p', {class: 'soft'}, workload.description), facts([
        ['where', one.name], ['kind', workload.kind],
        [
          'bytecode instructions',
          workload.instructions === null ? 'not counted' :
                                           `${whole(workload.instructions)} executed, counted exactly`
        ],
        ['result file', file.name]
      ]),
      h('h3', null, 'CPU time of the execution, ms'),
      ...!one.raw ? [h('p', {class: 'soft'}, 'A page of so many runs has no room for samples; the result file has them.')] : [
        table(
            'Raw samples',
            h('tr', null, h('th', {scope: 'col'}, 'contender'), h('th', {scope: 'col'}, 'layout'),
              one.rounds.map(round => h('th', {scope: 'col'}, `round ${round}`))),
            lines.map(
                ({contender, layout, own}) => h(
                    'tr', null, h('th', {scope: 'row'}, contender), h('td', null, layout),
                    own.map(value => h('td', null, value === null ? DASH : (value / 1e6).toLocaleString('en', {
                              minimumFractionDigits: 3,
                              maximumFractionDigits: 3
                            })))))),
        h('p', null,
          h('button', {type: 'button', onclick: () => save('samples.csv', csv, 'text/csv')},
            'Download as CSV'))
      ],
      h('h3', null, 'Command of the run'),
      h('pre', {class: 'command', tabindex: '0'}, commandLine(file.command)),
      h('h3', null, 'All of these samples, with counters and other phases'),
      h('pre', {class: 'command', tabindex: '0'}, commandLine(['jq', filter, file.name])));
  dialog.showModal();
  dialog.scrollTop = 0;
}
