// Elements, words and numbers. All text of the data becomes text nodes: nothing of it is read as HTML.

/** h("td", {class: "words"}, "text", element, ...): attributes that begin with "on" are listeners. */
function h(name, attributes, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else if (key === 'style') element.style.cssText = value;
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(
      ...children.flat(Infinity).filter(child => child !== null && child !== undefined && child !== false));
  return element;
}

const MARKS = {
  'faster': ['▲', 'faster'],
  'slower': ['▼', 'slower'],
  'no difference shown': ['=', 'same'],
  'undecided': ['?', 'undecided'],
};
const DASH = '–';

function times(number, digits = 2) {
  if (number === null || number === undefined) return DASH;
  if (number >= 1000 || number < 0.01) return `${number.toExponential(1)}×`;
  return `${number.toFixed(number >= 100 ? 0 : number >= 10 ? 1 : digits)}×`;
}

/** 1.12–1.21× */
const range = ([low, high], digits = 2) => `${times(low, digits).slice(0, -1)}–${times(high, digits)}`;

function interval(estimate, digits = 2) {
  return !estimate || estimate.low === null ? '' : `(${range([estimate.low, estimate.high], digits).slice(0, -1)})`;
}

/** Three significant digits, grouped. */
function number(value) {
  if (value === null || value === undefined) return DASH;
  if (value !== 0 && (Math.abs(value) < 0.001 || Math.abs(value) >= 1e9)) return value.toExponential(2);
  if (value === 0 || Math.abs(value) >= 100) return value.toLocaleString('en', {maximumFractionDigits: 0});
  return value.toLocaleString('en', {minimumSignificantDigits: 3, maximumSignificantDigits: 3});
}

const whole = value => value === null || value === undefined ? DASH : value.toLocaleString('en');
const percent = fraction =>
    fraction === null || fraction === undefined ? DASH : `${(fraction * 100).toFixed(1)}\u00a0%`;
const plural = (count, what) => `${count} ${what}${count === 1 ? '' : 's'}`;

function verdictWord(verdict) { return Object.keys(MARKS).find(word => verdict?.startsWith(word)) ?? ''; }

/** The verdict as a sign and, if `long`, its words: never by colour alone. */
function verdictMark(verdict, long) {
  const word = verdictWord(verdict);
  if (!word) return null;
  const [sign, style] = MARKS[word];
  return h(
      'span', {class: `verdict ${style}`, title: verdict}, h('span', {'aria-hidden': 'true'}, sign),
      long ? ` ${word}` : h('span', {class: 'hidden-words'}, ` ${word}`));
}

/** A table in a box that scrolls by itself and can be reached by keyboard. */
function table(label, head, body, foot) {
  return h(
      'div', {class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label},
      h('table', null, h('thead', null, head), h('tbody', null, body), foot && h('tfoot', null, foot)));
}

function save(name, text, type) {
  const address = URL.createObjectURL(new Blob([text], {type}));
  const link = h('a', {href: address, download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

/** A command line that a shell reads as these words. */
function commandLine(words) {
  return words.map(word => /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll('\'', '\'\\\'\'')}'`)
      .join(' ');
}

// Theme: as the system has it, until somebody chooses.
const darkSystem = matchMedia('(prefers-color-scheme: dark)');
const theme = {
  chosen: 'system',
  printing: false
};

function applyTheme() {
  const dark =
      !theme.printing && (theme.chosen === 'dark' || (theme.chosen === 'system' && darkSystem.matches));
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
  document.getElementById('theme').textContent = `Theme: ${theme.chosen}`;
}

const colour = name => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
