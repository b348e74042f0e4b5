// What is chosen, and drawing the page anew when that changes.

const state = {
  caseNumber: 0,
  baseline: data.cases[0].strategies[0],
  kind: '',
  find: '',
  sort: {key: '', down: false},
  cause: 'cycles',
  simulated: '',
  opcode: '',
  onlyMachine: '',
  onlyBuild: '',
  effect: [0, 0],
  change: 0,
  relative: false,
  get case () { return data.cases[this.caseNumber]; },
};
const main = document.querySelector('main');

/** Changes what is chosen. `focus` finds the element that was used among the new ones. */
function change(chosen, focus) {
  Object.assign(state, chosen);
  const one = state.case;
  if (!one.strategies.includes(state.baseline)) state.baseline = one.strategies[0];
  if (!one.kinds.includes(state.kind)) state.kind = '';
  if (!['', 'name', 'kind', 'time', 'A/A'].includes(state.sort.key) &&
      (state.sort.key === state.baseline || !one.strategies.includes(state.sort.key)))
    state.sort = {key: '', down: false};
  show();
  if (focus) document.querySelector(focus)?.focus({preventScroll: true});
}

function choice(label, key, values, chosen, use, names = values) {
  return h(
      'label', null, label,
      h('select',
        {'data-choice': key, onchange: event => change(use(event.target.value), `[data-choice="${key}"]`)},
        values.map((value, place) => h('option', {value, selected: value === chosen}, names[place]))));
}

/** The case that has what was chosen, and as much as possible of what the present one has. */
function nearest(key, value) {
  const present = state.case,
        alike = one => ['machine', 'build', 'isa'].filter(name => one[name] === present[name]).length;
  const found = data.cases.map((one, place) => ({one, place}))
                    .filter(({one}) => one[key] === value)
                    .sort((a, b) => alike(b.one) - alike(a.one));
  return {caseNumber: found[0].place};
}

function showChoices() {
  const one = state.case, choices = [];
  const values = key => [...new Set(data.cases.map(each => each[key]))];
  for (const [key, label] of [['machine', 'CPU'], ['build', 'compiler'], ['isa', 'instruction set']])
    if (values(key).length > 1) {
      // Only what there is with this CPU, and with this compiler.
      const own = key === 'machine' ? values(key) : [
        ...new Set(
            data.cases
                .filter(each => each.machine === one.machine && (key === 'build' || each.build === one.build))
                .map(each => each[key]))
      ];
      choices.push(choice(label, key, own, one[key], value => nearest(key, value)));
    }
  const runs = data.cases.map((each, place) => ({each, place}))
                   .filter(({each}) => ['machine', 'build', 'isa'].every(key => each[key] === one[key]));
  if (runs.length > 1)
    choices.push(choice(
        'run', 'run', runs.map(({place}) => String(place)), String(state.caseNumber),
        value => ({caseNumber: +value}),
        runs.map(({each}) => data.files[each.file].started.slice(0, 16).replace('T', ' '))));
  choices.push(
      choice('relative to', 'baseline', one.strategies, state.baseline, value => ({baseline: value})));
  if (one.kinds.length > 1)
    choices.push(choice(
        'kind of workload', 'kind', ['', ...one.kinds], state.kind, value => ({kind: value}),
        ['all kinds', ...one.kinds]));
  const find = h('input', {
    type: 'search',
    value: state.find,
    placeholder: 'part of a name',
    'data-choice': 'find',
    oninput: event => {
      state.find = event.target.value;
      showSections();
    }
  });
  choices.push(h('label', null, 'find a workload', find));
  document.getElementById('choices').replaceChildren(...choices);
}

function showSections() {
  const openRaw = row => rawDialog(state, row), top = scrollY;
  const open = [...main.querySelectorAll('details')].map(element => element.open);
  const sections = [
    overviewSection(), answerSection(state), strategiesSection(state, change, openRaw),
    zeroSection(state), instructionSetsSection(state), peersSection(state), whySection(state, change), codeSection(state, change), acrossSection(state, change),
    changesSection(state, change), reproduceSection(state)
  ].filter(Boolean);
  main.replaceChildren(...sections);
  main.querySelectorAll('details').forEach((element, place) => {
    element.open = open[place] ?? false;
  });
  document.querySelector('.contents')
      .replaceChildren(...sections.map(
          each => h('a', {href: `#${each.id}`}, each.querySelector('h2').textContent.split(':')[0])));
  redrawAll();
  scrollTo({top, behavior: 'instant'});
}

function show() {
  showChoices();
  showSections();
}

document.getElementById('choices').addEventListener('submit', event => event.preventDefault());
document.getElementById('theme').addEventListener('click', () => {
  theme.chosen = {
    system: darkSystem.matches ? 'light' : 'dark',
    dark: darkSystem.matches ? 'system' : 'light',
    light: darkSystem.matches ? 'dark' : 'system'
  }[theme.chosen];
  applyTheme();
  redrawAll();
});
document.getElementById('download')
    .addEventListener(
        'click',
        () => save('tailrace-report.json', document.getElementById('data').textContent, 'application/json'));
document.getElementById('print').addEventListener('click', () => print());
darkSystem.addEventListener('change', () => {
  applyTheme();
  redrawAll();
});
for (const [event, printing] of [['beforeprint', true], ['afterprint', false]])
  addEventListener(event, () => {
    theme.printing = printing;
    applyTheme();
    redrawAll();
  });
let width = innerWidth, timer;
addEventListener('resize', () => {
  if (innerWidth === width || theme.printing) return;
  width = innerWidth;
  clearTimeout(timer);
  timer = setTimeout(redrawAll, 100);
});
applyTheme();
show();
