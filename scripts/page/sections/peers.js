// Other people's engines as processes, and the executors by the same path.

/** A cell of milliseconds, or the word for why there are none, with the sentence. */
function peerTime(milliseconds, why) {
  if (milliseconds !== null) return h('td', null, number(milliseconds));
  return h('td', {title: why?.[1]}, why?.[0] || DASH);
}

function peerTable(title, engines, rows) {
  return [
    h('h3', null, title),
    table(
        title, h('tr', null, h('th', {scope: 'col'}, 'workload'), engines.map(({name}) => h('th', {scope: 'col'}, name))),
        rows.map(
            ([label, values, whys]) => h(
                'tr', null, h('th', {scope: 'row'}, label), values.map((value, place) => peerTime(value, whys[place])))))
  ];
}

/** "2.93× (2.8–3.1)" of [speed, low, high, workloads]. */
function peerSpeed(found, workloads) {
  if (!found) return DASH;
  const [speed, low, high, of] = found;
  return [
    times(speed), ' ', h('small', null, interval({low, high})), of < workloads && h('small', null, ` of ${of}`)
  ];
}

function peersSection(state) {
  const found = data.peers.find(each => each.file === state.case.file);
  if (!found) return null;
  const {engines, base} = found;
  return section(
      'peers', 'Peers',
      h('p', {class: 'soft'},
        'Engines of other people, as they are installed on this machine, measured as processes in the same rounds; and the ' +
            'executors by the same path, to compare them with. Each result was checked; what failed has no time.'),
      h('ul', null, found.times.map(([, title, note]) => h('li', null, h('b', null, title), ': ', note))),
      base && [
        h('h3', null, `Speed relative to ${base}, the fastest executor as a process`),
        table(
            'Speed of engines', h('tr', null, h('th', {scope: 'col'}, 'engine'),
                                  found.times.map(([, title]) => h('th', {scope: 'col'}, title)),
                                  h('th', {scope: 'col', class: 'words'}, 'what it is')),
            engines.map(
                (engine, place) => engine.name !== base &&
                    h('tr', null, h('th', {scope: 'row'}, engine.name),
                      found.times.map(
                          ([time]) => h('td', null, peerSpeed(found.means[time][place], found.workloads))),
                      h('td', {class: 'words'}, engine.what ?? 'an executor here'))))
      ],
      peerTable('Whole processes, medians in ms of CPU time', engines, found.cpu),
      peerTable('The same in wall time, on one CPU', engines, found.wall),
      found.execution && peerTable('Execution alone, medians in ms of CPU time', engines, found.execution),
      h('h3', null, 'What was run'),
      table(
          'Versions and command lines',
          h('tr', null, ['engine', 'version', 'command line'].map(
                            (title, place) => h('th', {scope: 'col', class: place && 'words'}, title))),
          engines.filter(engine => !engine.executor)
              .map(engine => h(
                       'tr', null, h('th', {scope: 'row'}, engine.name), h('td', {class: 'words'}, engine.version ?? DASH),
                       h('td', {class: 'words'}, h('code', null, engine.call ?? engine.command ?? DASH))))),
      h('ul', null, found.remarks.map(remark => h('li', null, remark))));
}
