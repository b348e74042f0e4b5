// The charts. Each is drawn anew when what it shows, its width or the theme changes.
// A drawn element carries its chart as `chart`, for tests and for the curious.

// As many as there are strategies; with more, the colours of the page (--s0, ...) and these begin anew.
const SHAPES = [
  'circle', 'square', 'diamond', 'triangle', 'down', 'plus', 'cross', 'bar', 'left', 'right', 'star', 'beam',
  'hourglass', 'bow'
];
const hueOf = place => `--s${place % SHAPES.length}`;

/** A marker of its own for each strategy, as an outline about (0, 0). */
function outline(shape, size) {
  const r = size, d = size * 1.25, t = size * 0.42;
  switch (shape) {
    case 'square':
      return [[-r, -r], [r, -r], [r, r], [-r, r]].map(p => p.map(x => x * 0.88));
    case 'diamond':
      return [[0, -d], [d, 0], [0, d], [-d, 0]];
    case 'triangle':
      return [[0, -d], [d, r * 0.85], [-d, r * 0.85]];
    case 'down':
      return [[0, d], [d, -r * 0.85], [-d, -r * 0.85]];
    case 'left':
    case 'right':
      return outline('triangle', size).map(([x, y]) => shape === 'left' ? [y, x] : [-y, x]);
    case 'plus':
      return [
        [-t, -d], [t, -d], [t, -t], [d, -t], [d, t], [t, t], [t, d], [-t, d], [-t, t], [-d, t], [-d, -t],
        [-t, -t]
      ];
    case 'cross':
      return outline('plus', size).map(([x, y]) => [(x - y) * 0.75, (x + y) * 0.75]);
    case 'star':
      return Array.from({length: 10}, (_, point) => {
        const reach = point % 2 ? d * 0.5 : d * 1.1;
        return [reach * Math.sin(point * Math.PI / 5), -reach * Math.cos(point * Math.PI / 5)];
      });
    case 'beam':
      return outline('bar', size).map(([x, y]) => [y, x]);
    case 'hourglass':
      return [[-r, -d], [r, -d], [t / 2, 0], [r, d], [-r, d], [-t / 2, 0]];
    case 'bow':
      return outline('hourglass', size).map(([x, y]) => [y, x]);
    default:
      return [[-t, -d], [t, -d], [t, d], [-t, d]];
  }
}

/** For ECharts' custom series. */
function marker(shape, x, y, size, style) {
  return shape === 'circle' ?
      {type: 'circle', shape: {cx: x, cy: y, r: size}, style} :
      {type: 'polygon', shape: {points: outline(shape, size).map(([dx, dy]) => [x + dx, y + dy])}, style};
}

/** The same marker for legends. */
function legendMark(place) {
  const shape = SHAPES[place % SHAPES.length], namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  svg.setAttribute('width', 16);
  svg.setAttribute('height', 16);
  svg.setAttribute('viewBox', '-8 -8 16 16');
  svg.setAttribute('aria-hidden', 'true');
  const mark = document.createElementNS(namespace, shape === 'circle' ? 'circle' : 'polygon');
  if (shape === 'circle') mark.setAttribute('r', 5);
  else mark.setAttribute('points', outline(shape, 5).map(p => p.join(',')).join(' '));
  mark.setAttribute('style', `fill: var(${hueOf(place)})`);
  svg.append(mark);
  return svg;
}

/** Round numbers between two, even steps as one sees them on this axis. */
function ticks(least, most, log, count = 7) {
  if (!log || most / least < 1.25) {
    const rough = (most - least) / count, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 2.5, 5, 10].find(part => part * power >= rough) * power;
    const found = [];
    for (let tick = Math.ceil(least / step) * step; tick <= most + step / 1e6; tick += step)
      found.push(+tick.toPrecision(12));
    return found;
  }
  const sets = [
    [
      1,   1.05, 1.1, 1.15, 1.2, 1.25, 1.3, 1.35, 1.4, 1.45, 1.5, 1.6, 1.7, 1.8, 1.9, 2, 2.2,
      2.4, 2.6,  2.8, 3,    3.5, 4,    4.5, 5,    5.5, 6,    6.5, 7,   7.5, 8,   8.5, 9, 9.5
    ],
    [1, 1.1, 1.2, 1.3, 1.4, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 7, 8, 9], [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8],
    [1, 1.5, 2, 3, 5, 7], [1, 2, 5], [1]
  ];
  let found = [];
  for (const set of sets) {
    found = [];
    for (let power = Math.floor(Math.log10(least)); power <= Math.ceil(Math.log10(most)); power++)
      for (const part of set) {
        const tick = +(part * 10 ** power).toPrecision(6);
        if (tick >= least && tick <= most) found.push(tick);
      }
    if (found.length <= count + 1) break;
  }
  return found.filter(
      (tick, place) => found.length <= count * 2 || place % Math.ceil(found.length / count) === 0);
}

const drawn = new Set();

/** A box for a chart, drawn by draw(box, width) whenever that is needed. */
function chartBox(label, draw) {
  const box = h('div', {class: 'chart', role: 'img', 'aria-label': label});
  box.redraw = () => {
    if (!box.isConnected) return void drawn.delete(box);
    // A sheet of A4 has 688 px between its margins.
    const width = theme.printing ? (box.closest('.simulated') ? 640 : 680) : Math.floor(box.clientWidth);
    if (width < 50) return;
    box.chart?.dispose();
    draw(box, width);
    box.setAttribute('aria-label', label);
  };
  drawn.add(box);
  return box;
}

function redrawAll() {
  for (const box of drawn) box.redraw();
}

function start(box, width, height) {
  box.style.height = `${height}px`;
  box.chart = echarts.init(box, null, {renderer: 'svg', width, height});
  return box.chart;
}

function tooltip(formatter) {
  return {
    trigger: 'item',
    confine: true,
    backgroundColor: colour('raised'),
    borderColor: colour('line'),
    transitionDuration: 0,
    textStyle: {color: colour('ink'), fontSize: 13},
    extraCssText: 'box-shadow: 0 4px 18px #0003',
    formatter,
  };
}

// Axes are drawn by what stands on them.
const BARE = {axisLine: {show: false}, axisTick: {show: false}, splitLine: {show: false}};

/** The scale that all values of a forest fit on, and its round numbers; null if there are no values. */
function forestScale(series, log, narrow) {
  // A point far away must not make all others one; intervals may be cut.
  const values = series.flatMap(own => own.entries)
                     .filter(Boolean)
                     .flatMap(entry => [entry.speed, entry.low, entry.high, ...(entry.points ?? [])])
                     .filter(value => value !== null && value !== undefined && (!log || value > 0))
                     .sort((a, b) => a - b);
  if (!values.length) return null;
  const to = log ? Math.log : value => value, back = log ? Math.exp : value => value;
  let least = log ? Math.min(to(values[0]), -0.02) : 0;
  let most = to(values.at(-1));
  if (log) most = Math.max(most, 0.02);
  const room = (most - least || 1) * 0.035;
  most += room;
  if (log) least -= room;
  return {to, back, least, most, log, marks: ticks(back(least), back(most), log, narrow ? 4 : 8)};
}

/** In pixels. */
function forestSizes(rows, series, width) {
  const narrow = width < 560, longest = Math.max(...rows.map(row => row.label.length));
  const gap = theme.printing ? Math.min(8, Math.max(6, 40 / series.length)) :
                               Math.min(11, Math.max(8, 64 / series.length)),
        // On paper, where a chart is not to be cut, rows are closer.
        rowHeight = theme.printing ? Math.max(20, gap * series.length + 5) : Math.max(26, gap * series.length + 13);
  return {
    narrow,
    gap,
    rowHeight,
    top: 6,
    bottom: 44,
    left: Math.min(narrow ? 118 : 210, longest * 7.4 + 22),
    right: width - 14,
  };
}

function forestAxes(rows, unit, scale, sizes) {
  const {narrow, left} = sizes;
  return {
    xAxis: {
      type: 'value',
      min: scale.least,
      max: scale.most,
      name: narrow ? unit.replace(/ \(.*\)$/, '') : unit,
      nameLocation: 'middle',
      nameGap: 28,
      nameTextStyle: {color: colour('soft'), fontSize: narrow ? 11 : 12.5},
      ...BARE,
      axisLabel: {
        customValues: scale.marks.map(scale.to),
        color: colour('soft'),
        fontSize: 12,
        hideOverlap: true,
        margin: 6,
        formatter: value => scale.log ? times(scale.back(value), 3).replace(/\.?0+×$/, '×') :
                                        number(value).replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
      },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(row => row.label),
      triggerEvent: true,
      ...BARE,
      axisLabel: {
        interval: 0,
        color: colour('ink'),
        fontSize: narrow ? 12 : 13,
        width: left - 16,
        overflow: 'truncate',
        ellipsis: '…',
        margin: 12,
        fontWeight: 'normal',
        formatter: value => value
      },
    },
  };
}

/** Stripes, the band of noise about 1, the lines of the round numbers, and those below means. */
function forestBackground(api, rows, scale, sizes, noise) {
  const {top, rowHeight, left, right} = sizes, foot = top + rows.length * rowHeight, children = [];
  const rectangle = (x, y, width, height, fill) =>
      children.push({type: 'rect', shape: {x, y, width, height}, style: {fill: colour(fill)}});
  const line = (x1, y1, x2, y2, stroke, lineWidth = 1) =>
      children.push({type: 'line', shape: {x1, x2, y1, y2}, style: {stroke: colour(stroke), lineWidth}});
  for (let place = 1; place < rows.length; place += 2)
    rectangle(0, top + place * rowHeight, right, rowHeight, 'raised');
  if (scale.log && noise) {
    const [x1, x2] = [1 / (1 + noise), 1 + noise].map(
        edge => Math.max(left, Math.min(right, api.coord([scale.to(edge), 0])[0])));
    rectangle(x1, top, Math.max(x2 - x1, 1), foot - top, 'band');
  }
  for (const tick of scale.marks) {
    const [x] = api.coord([scale.to(tick), 0]), one = scale.log && tick === 1;
    line(x, top, x, foot, one ? 'soft' : 'line', one ? 1.4 : 1);
  }
  rows.forEach((row, place) => {
    const y = top + (place + 1) * rowHeight;
    if (row.mean) line(0, y, right, y, 'soft');
  });
  return {type: 'group', children};
}

/** An estimate about (x, y): something to point at, its interval, the points that it is made of, its marker. */
function estimateMark(entry, x, y, size, gap, at, place) {
  const hue = colour(hueOf(place).slice(2));
  const children =
      [{type: 'rect', shape: {x: x - 12, y: y - gap / 2, width: 24, height: gap}, style: {fill: 'transparent'}}];
  if (entry.low !== null && entry.low !== undefined) {
    const [x1, x2] = [at(entry.low), at(entry.high)],
               style = {stroke: hue, lineWidth: 1.5, fill: null, opacity: 0.75};
    children.push({type: 'line', shape: {x1, x2, y1: y, y2: y}, style});
    for (const end of [x1, x2])
      children.push({type: 'line', shape: {x1: end, x2: end, y1: y - 2.5, y2: y + 2.5}, style});
  }
  for (const point of entry.points ?? [])
    if (point)
      children.push({
        type: 'circle',
        shape: {cx: at(point), cy: y, r: 2.1},
        style: {fill: colour('paper'), stroke: hue, lineWidth: 1.1}
      });
  children.push(marker(
      SHAPES[place % SHAPES.length], x, y, size, {fill: hue, stroke: colour('paper'), lineWidth: 1}));
  return {type: 'group', children};
}

/** One of several series of a forest, for ECharts. */
function forestSeries(own, order, count, rows, scale, sizes) {
  return {
    type: 'custom',
    name: own.name,
    clip: true,
    z: 2,
    encode: {x: 0, y: 1},
    data: own.entries.map((entry, row) => entry && {value: [scale.to(entry.speed), row], ...entry}).filter(Boolean),
    renderItem(_, api) {
      const row = api.value(1), [x, centre] = api.coord([api.value(0), row]);
      return estimateMark(
          own.entries[row], x, centre + sizes.gap * (order - (count - 1) / 2), rows[row].mean ? 5.4 : 4.2, sizes.gap,
          value => api.coord([scale.to(value), 0])[0], own.place);
    },
  };
}

/** A chart's clicks on a row, or on its label, call onRow with the row's number. */
function onRows(chart, labels, onRow) {
  if (onRow)
    chart.on(
        'click',
        item => onRow(item.componentType === 'yAxis' ? labels.indexOf(item.value) : item.data?.value?.[1]));
}

/**
 * Rows of estimates: a marker for each of `series` in each row, its interval as a line, the points that it is made of
 * as small dots.
 *   rows    [{label, mean}]
 *   series  [{name, place, entries: [{speed, low, high, points, text} or null, one a row]}]
 *   log     ratios, about 1; otherwise numbers from 0
 *   noise   half the width of the band about 1, or null
 *   onRow   called with a row's number
 */
function drawForest(box, width, {rows, series, log, noise, unit, onRow}) {
  const sizes = forestSizes(rows, series, width), scale = forestScale(series, log, sizes.narrow);
  if (!scale) return;
  const chart = start(box, width, rows.length * sizes.rowHeight + sizes.bottom + 10);
  chart.setOption({
    animation: false,
    aria: {enabled: false},
    textStyle: {fontFamily: getComputedStyle(document.body).fontFamily},
    grid: {left: sizes.left, right: 14, top: sizes.top, bottom: sizes.bottom},
    tooltip: tooltip(
        item => item.data?.text &&
            h('div', {class: 'tip'}, h('b', null, `${rows[item.data.value[1]].label}, ${item.seriesName}`),
              item.data.text)),
    ...forestAxes(rows, unit, scale, sizes),
    series: [
      {
        type: 'custom',
        name: 'background',
        silent: true,
        z: 0,
        data: [[0, 0]],
        tooltip: {show: false},
        renderItem: (_, api) => forestBackground(api, rows, scale, sizes, noise),
      },
      ...series.map((own, order) => forestSeries(own, order, series.length, rows, scale, sizes)),
    ],
  });
  onRows(chart, rows.map(row => row.label), onRow);
}

function heatAxes(rows, columns, left, narrow, split) {
  const axis = {type: 'category', ...BARE}, label = {interval: 0, color: colour('ink')};
  return {
    xAxis: {
      ...axis,
      position: 'top',
      data: columns,
      axisLabel: {
        ...label,
        fontSize: narrow ? 10.5 : 13,
        lineHeight: 13,
        fontWeight: 600,
        formatter: value => split ? value.replace('-', '-\n') : value
      }
    },
    yAxis: {
      ...axis,
      inverse: true,
      data: rows,
      triggerEvent: true,
      axisLabel: {
        ...label,
        fontSize: narrow ? 11 : 13,
        lineHeight: 14,
        width: left - 12,
        overflow: narrow ? 'break' : 'truncate',
        ellipsis: '…',
        align: 'left',
        margin: left - 4
      }
    },
  };
}

/** Black or white: what can be read on a colour that is `part` (-1 to 1) of the way from the middle of three. */
function readableOn([low, middle, high], part) {
  const channel = text => [1, 3, 5].map(place => parseInt(text.slice(place, place + 2), 16));
  const from = channel(middle), towards = channel(part < 0 ? low : high);
  const [red, green, blue] =
      from.map((value, place) => (value + (towards[place] - value) * Math.abs(part)) / 255)
          .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.179 ? '#000000' : '#ffffff';
}

/** rows × columns of speeds; cells[row][column] = {speed, words, text, strong} or null. */
function drawHeat(box, width, {rows, columns, cells, onRow}) {
  const narrow = width < 560, longest = Math.max(...rows.map(row => row.length)),
        left = Math.min(narrow ? width * 0.36 : 380, longest * 7.2 + 16);
  // Where names would touch each other, they take two lines.
  const split = narrow || (width - left) / columns.length < Math.max(...columns.map(name => name.length)) * 8.5;
  const chart = start(box, width, rows.length * (narrow ? 42 : 34) + (split ? 96 : 84));
  const data =
      cells.flatMap((row, y) => row.map((cell, x) => cell && {value: [x, y, Math.log(cell.speed)], ...cell}))
          .filter(Boolean);
  const reach = Math.min(2, Math.max(0.05, ...data.map(cell => Math.abs(cell.value[2]))));
  const hues = ['low', 'mid', 'high'].map(colour);
  for (const cell of data)
    cell.label = {
      color: readableOn(hues, Math.max(-1, Math.min(1, cell.value[2] / reach))),
      fontWeight: cell.strong ? 700 : 400
    };
  chart.setOption({
    animation: false,
    aria: {enabled: false},
    textStyle: {fontFamily: getComputedStyle(document.body).fontFamily},
    grid: {left, right: 4, top: split ? 42 : 30, bottom: 50},
    tooltip: tooltip(
        item => item.data?.text &&
            h('div', {class: 'tip'},
              h('b', null, `${columns[item.data.value[0]]}, ${rows[item.data.value[1]]}`), item.data.text)),
    ...heatAxes(rows, columns, left, narrow, split),
    visualMap: {
      type: 'continuous',
      min: -reach,
      max: reach,
      dimension: 2,
      orient: 'horizontal',
      left: 'center',
      bottom: 0,
      itemHeight: narrow ? 120 : 220,
      itemWidth: 10,
      precision: 2,
      inRange: {color: hues},
      textStyle: {color: colour('soft'), fontSize: 12},
      text: [`${times(Math.exp(reach))} faster`, `${times(Math.exp(-reach))} slower`],
    },
    series: [{
      type: 'heatmap',
      data,
      itemStyle: {borderColor: colour('paper'), borderWidth: 2, borderRadius: 3},
      emphasis: {itemStyle: {borderColor: colour('ink')}},
      label: {show: true, fontSize: narrow ? 11 : 13, formatter: item => item.data.words},
    }],
  });
  onRows(chart, rows, onRow);
}
