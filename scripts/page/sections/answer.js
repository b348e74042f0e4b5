// The answer, and what weakens it.

/** The text, in which no number with its interval and no name is broken into two lines. */
const unbroken = text =>
    text.split(/([\d.e+-]+×(?: \([^)]*\))?|[a-z]+(?:-[a-z]+)+)/)
        .map((part, place) => place % 2 ? h('span', {class: 'unbroken'}, part) : part);

const answerRow = (question, ...text) => h(
    'div', {class: 'answer'}, h('p', {class: 'question'}, question), h('p', {class: 'text'}, ...text));

/** What several cases say together. */
function overviewSection() {
  if (!data.overview.length) return null;
  return section(
      'overview', 'Taken together',
      h('div', {class: 'answers'},
        data.overview.map(
            found => answerRow(
                found.question, unbroken(found.text), ' ',
                found.more && h('span', {class: 'more'}, unbroken(found.more), ' '),
                h('a', {href: `#${found.section}`},
                  {across: 'The heat map', changes: 'The changes', 'instruction-sets': 'By workload'}
                      [found.section])))));
}

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
            plural(one.workloads.length, 'workload')}, with ${level(one.confidence)} intervals over ${
            plural(one.layouts.length, 'layout')} of the code${one.luck}.`),
      h('div', {class: 'answers'},
        one.answers.map(
            answer => answerRow(
                answer.question, verdictMark(answer.word), answer.word ? ' ' : '', unbroken(answer.text)))),
      h('p', {class: 'noise'}, one.noise_text), warningBox(one),
      one.left_out.map(text => h('p', {class: 'soft left-out'}, text)));
}
