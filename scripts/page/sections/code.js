// The machine code of some handlers, strategy beside strategy.

/** Labels at the edge, instructions and their operands in columns, remarks pale. */
function codeLine(line) {
  const [code, remark] = line.split(/(?<=\S)\s+#\s/, 2), [first, ...rest] = code.trim().split(/\s+/);
  return [
    code.trim().endsWith(':') ? code.trim() : `  ${first.padEnd(7)} ${rest.join(' ')}`.trimEnd(),
    remark ? h('span', {class: 'soft'}, `  # ${remark}`) : '', '\n'
  ];
}

function codeSection(state, change) {
  const one = state.case;
  if (!one.listings.length)
    return section(
        'code', 'The machine code',
        one.subject ?
            h('p', {class: 'none'}, 'There are listings of Tailrace’s own executors alone, whose handlers are known.') :
        h('p', {class: 'none'},
          `No listings: ${one.audit_missing ?? 'the audit of this build recorded none'}. `,
          h('code', null, 'scripts/audit'), ' makes them after each build.'));
  const place = Math.max(0, one.listings.findIndex(([opcode]) => opcode === state.opcode)),
        [opcode, listings] = one.listings[place];
  const bytes = ([, own]) =>
      one.strategies.map(name => h('td', null, own[name] ? whole(own[name][0]) : DASH));
  return section(
      'code', 'The machine code',
      h('p', {class: 'soft'},
        'Handlers of some hot opcodes, with their size in bytes, as the compiler made them in the first ' +
            'layout. Choose one to see its code under each strategy; ',
        h('code', null, 'tailrace asm OP'), ' shows any other.'),
      table(
          'Handler sizes, bytes',
          h('tr', null, h('th', {scope: 'col'}, 'opcode'),
            one.strategies.map(name => h('th', {scope: 'col'}, name))),
          one.listings.map(
              (own, number) =>
                  h('tr', null,
                    h('th', {scope: 'row'},
                      h('button', {
                        type: 'button',
                        class: 'quiet unbroken',
                        'aria-pressed': String(number === place),
                        'data-opcode': own[0],
                        onclick: () => change({opcode: own[0]}, `[data-opcode="${CSS.escape(own[0])}"]`)
                      },
                        own[0])),
                    bytes(own)))),
      h('h3', null, opcode),
      h('div', {class: 'listings'},
        one.strategies.map(
            name =>
                h('div', {class: 'listing', style: `--own: var(${hueOf(colours.get(name))})`},
                  h('h4', null, h('span', null, name),
                    h('span', {class: 'soft'}, listings[name] ? plural(listings[name][0], 'byte') : '')),
                  h('pre', {tabindex: '0', 'aria-label': `${opcode} under ${name}`},
                    listings[name] ? data.texts[listings[name][1]].split('\n').map(codeLine) :
                                     'not listed')))));
}
