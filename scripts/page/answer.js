// The answer, and what weakens it.

function warningBox(one) {
  if (!one.warnings.length)
    return h(
        'div', {class: 'fine'},
        'Nothing was found that weakens these numbers: a real machine, pinned, several layouts, ' +
            'counters, an A/A control, and a clean audit.');
  return h(
      'div', {class: 'warnings', role: 'note', 'aria-labelledby': 'weakens'},
      h('h3', {id: 'weakens'},
        `⚠ ${plural(one.warnings.length, 'thing')} ${
            one.warnings.length === 1 ? 'weakens' : 'weaken'} these numbers`),
      h('ul', null,
        one.warnings.map(([what, text]) => h('li', null, h('b', null, what), h('span', null, text)))));
}

function answerSection(state) {
  const one = state.case;
  return section(
      'answer', data.cases.length > 1 ? `The answer: ${one.name}` : 'The answer',
      h('p', {class: 'soft'},
        `${one.machine}, ${one.compiler}, instruction set ${one.isa}: the geometric mean over ${
            plural(one.workloads.length, 'workload')}, with ${level(data.confidence)} intervals over ${
            plural(one.layouts.length, 'layout')} of the code${one.luck}.`),
      h('div', {class: 'answers'},
        one.answers.map(
            answer =>
                h('div', {class: 'answer'}, h('p', {class: 'question'}, answer.question),
                  h('p', {class: 'text'}, verdictMark(answer.word), answer.word ? ' ' : '', answer.text)))),
      h('p', {class: 'noise'}, one.noise_text), warningBox(one));
}
