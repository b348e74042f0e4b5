// The zero line: each strategy's time, divided into what dispatch, decoding and boundaries take, and the work.

const partColour = part => `var(--${part})`;

/** "31 % (29–33)" of [share, low, high] in per mille, which end at none and all. */
function shareText([share, low, high]) {
  if ((high ?? share) < 0) return 'none';
  const whole = value => (Math.min(Math.max(value, 0), 1000) / 10).toFixed(0);
  return low === null ? `${whole(share)}\u00a0%` : `${whole(share)}\u00a0% (${whole(low)}–${whole(high)})`;
}

/** A share that was shown to be negative has no bar. */
function stackedBar(zero, found) {
  return h(
      'div', {class: 'stack', 'aria-hidden': 'true'},
      found.map(
          ([share], place) => share > 0 &&
              h('span', {
                style: `flex-grow:${share};background:${partColour(zero.parts[place])}`,
                title: `${zero.parts[place]} ${shareText(found[place])}`
              })));
}

function zeroRow(zero, label, found, native, unrolled, mean) {
  return h(
      'tr', {class: mean && 'mean'}, h('th', {scope: 'row'}, label),
      h('td', {class: 'stacked'}, found ? stackedBar(zero, found) : DASH),
      zero.parts.map((_, place) => h('td', null, found ? shareText(found[place]) : DASH)),
      zero.native && h('td', null, native ? shareText(native) : DASH),
      zero.unrolled && h('td', null, unrolled === undefined ? DASH : shareText([unrolled, null])));
}

function zeroSection(state) {
  const one = state.case, {zero} = one;
  if (!zero) return null;
  const head = () =>
      h('tr', null, h('th', {scope: 'col'}, ''), h('th', {scope: 'col'}, 'time'),
        zero.parts.map(part => h('th', {scope: 'col'}, part)), zero.native && h('th', {scope: 'col'}, 'native'),
        zero.unrolled && h('th', {scope: 'col'}, 'unrolled'));
  return section(
      'zero', 'The zero line',
      h('p', {class: 'soft'},
        'The same bodies of the same bytecode, one behind the other in C made from each module: without dispatch, then also ' +
            'without reading operands, then also without the boundaries between instructions, which the compiler then ' +
            'optimises over. What each takes away is a share of the strategy\'s time; what is left is the work that the ' +
            'bytecode asks for. It is a reference, and no strategy.' +
            (zero.native ? ' Native: what code takes that the compiler makes of the same C.' : '') +
            (zero.unrolled ? ' Unrolled: how much of what is executed is in functions without dispatch.' : '')),
      h('ul', {class: 'legend'},
        zero.parts.map(
            part => h('li', null, h('span', {class: 'swatch', style: `background:${partColour(part)}`}), h('b', null, part)))),
      table('Shares of time over the suite', head(),
            zero.strategies.map((name, place) => zeroRow(zero, name, zero.suite[place], zero.native?.[place][0], undefined, true))),
      zero.notes.map(note => h('p', {class: 'soft'}, note)),
      zero.strategies.map(
          (name, place) => h(
              'details', null, h('summary', null, `${name}, by workload`),
              table(`Shares of the time of ${name} by workload`, head(),
                    one.workloads.map(
                        (workload, row) => zeroRow(
                            zero, workload.name, zero.workloads[place][row], zero.native?.[place][row + 1],
                            zero.unrolled?.[row]))))));
}
