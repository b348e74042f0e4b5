#!/usr/bin/env node
// Tests the report's page in headless Chromium. Exit status 77: skipped.
//
//     scripts/checks/test_page.mjs [--large]
//
// --large makes the page of twenty machines (minutes) instead of four, and says how fast it opens.
import assert from 'node:assert/strict';
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath, pathToFileURL} from 'node:url';

const here = dirname(fileURLToPath(import.meta.url)), scripts = dirname(here);
const chromium =
    ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const driver = join(scripts, 'page/node_modules/playwright-core/index.mjs');
function skip(why) {
  console.log(`skipped: ${why}`);
  process.exit(77);
}
if (!chromium) skip('chromium is missing; scripts/setup installs it');
if (parseInt(process.versions.node) < 20)
  skip(`this is node ${process.versions.node}, and what drives the browser needs 20 or later`);
if (!existsSync(driver) || !existsSync(join(scripts, 'page/node_modules/charts.js')))
  skip('the page\'s packages are missing; scripts/setup installs them');
if (spawnSync('/usr/bin/python3', ['-c', 'import numpy, scipy, jinja2, matplotlib, jsonschema']).status !== 0)
  skip('Python packages are missing; scripts/setup installs them');
const machines = process.argv.includes('--large') ? 20 : 4;

const folder = mkdtempSync(join(tmpdir(), 'tailrace-page-'));
const python = (...words) => execFileSync(
    '/usr/bin/python3', words, {encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], maxBuffer: 1 << 28});
const path = name => join(folder, name);
const made = new Map();
/** The page of some golden files. */
function pageOf(...names) {
  const page = path(`${names[0]}-${names.length}.html`);
  if (!made.has(page))
    made.set(page, python(join(scripts, 'report'), ...names.map(name => path(`${name}.json`)), '-o', page));
  return page;
}

const tests = [];
const test = (name, run) => tests.push([name, run]);
let browser;

/** Opens a page from disk; afterwards, that it asked for nothing and complained about nothing is checked. */
async function withPage(file, options, use) {
  const context = await browser.newContext({viewport: {width: 1280, height: 900}, ...options});
  const page = await context.newPage(), trouble = [];
  page.on('console', message => trouble.push(`console: ${message.text()}`));
  page.on('pageerror', error => trouble.push(`error: ${error.stack}`));
  page.on('dialog', dialog => {
    trouble.push(`dialog: ${dialog.message()}`);
    return dialog.dismiss();
  });
  page.on('request', request => {
    if (request.url() !== pathToFileURL(file).href && !request.url().startsWith('data:') &&
        !request.url().startsWith('blob:'))
      trouble.push(`request: ${request.url()}`);
  });
  await page.goto(pathToFileURL(file).href);
  try {
    await use(page);
    assert.deepEqual(trouble, []);
  } finally {
    await context.close();
  }
}

/** What inference.py says of a golden file: {workload: {strategy: [speed, low, high]}}, '' is the suite. */
function truth(name, build, baseline) {
  return JSON.parse(python(
      '-c', `
import json, math, sys
sys.path.insert(0, ${JSON.stringify(scripts)})
from analysis import inference
from analysis.results import comparison
result = json.load(open(sys.argv[1]))
case = comparison.Comparison(result, sys.argv[2], 'acc')
names, found = [w['name'] for w in case.workloads], {}
for name in [*names, '']:
    found[name] = {}
    for strategy in case.strategies:
        # Straight from the samples, not from what the report keeps of them.
        times = {(s['workload'], s['strategy'], s['layout'], s['round']): s['phases']['execute']['cpu'] for s in result['samples']
                 if s['build'] == sys.argv[2] and not s['control'] and s['round'] > 0}
        ratios = [{(l, r): times[w, sys.argv[3], l, r] / t for (w, s, l, r), t in times.items() if s == strategy and w == own}
                  for own in ([name] if name else names)]
        estimate = inference.estimate(inference.to_array(ratios))
        found[name][strategy] = [estimate.speed, estimate.low, estimate.high]
print(json.dumps(found))
`,
      path(`${name}.json`), build, baseline));
}

/** The numbers that a chart draws: {strategy: {row label: entry}}. */
const drawn = (page, selector) => page.evaluate(selector => {
  const option = document.querySelector(selector).chart.getOption();
  const labels = option.yAxis[0].data;
  return Object.fromEntries(option.series.filter(series => series.name !== 'background')
                                .map(
                                    series =>
                                        [series.name,
                                         Object.fromEntries(series.data.map(
                                             ({value, speed, low, high, points}) =>
                                                 [labels[value[1]], {speed, low, high, points}]))]));
}, selector);

function close(one, two, tolerance, what) {
  assert.ok(Math.abs(one / two - 1) <= tolerance, `${what}: ${one} is not ${two}`);
}

/** Chart and statistics agree: the centres exactly, the bounds as well as two bootstraps of one sample can. */
function agree(chart, wanted, baseline) {
  const strategies = Object.keys(wanted['']).filter(name => name !== baseline);
  assert.deepEqual(Object.keys(chart), strategies);
  for (const strategy of strategies)
    for (const [workload, found] of Object.entries(wanted)) {
      const entry = chart[strategy][workload || 'geometric mean'], [speed, low, high] = found[strategy],
            what = `${strategy}, ${workload || 'suite'}`;
      close(entry.speed, speed, 1e-4, what);
      close(entry.low, low, 0.02, `${what}, low`);
      close(entry.high, high, 0.02, `${what}, high`);
    }
}

const cells = (page, selector) => page.locator(`${selector} tr`).evaluateAll(
    rows => rows.map(row => [...row.children].map(cell => cell.innerText.replace(/\s+/g, ' ').trim())));
const choose = (page, key, value) => page.selectOption(`#choices [data-choice="${key}"]`, value);

test(
    'the numbers in chart and table are those of the file',
    () => withPage(pageOf('pmu'), {}, async page => {
      const wanted = truth('pmu', 'clang-22', 'switch');
      const chart = await drawn(page, '#speeds');
      agree(chart, wanted, 'switch');
      assert.equal(chart['tail-direct'].sort.points.length, 4);
      const rows = await cells(page, '#strategies tbody');
      assert.equal(rows.length, 17);
      const sort = rows.find(([name]) => name === 'sort');
      const {speed, low, high} = chart['tail-direct'].sort;
      assert.equal(sort[4], `${speed.toFixed(2)}× (${low.toFixed(2)}–${high.toFixed(2)}) ▲ faster`);
      assert.ok(await page.locator('#speeds svg path').count() > 100);
      await choose(page, 'build', 'gcc-12');
      agree(await drawn(page, '#speeds'), truth('pmu', 'gcc-12', 'switch'), 'switch');
    }));

test(
    'the baseline can be changed',
    () => withPage(pageOf('pmu'), {}, async page => {
      await choose(page, 'baseline', 'goto-direct');
      agree(await drawn(page, '#speeds'), truth('pmu', 'clang-22', 'goto-direct'), 'goto-direct');
      const head = (await cells(page, '#strategies thead'))[0];
      assert.deepEqual(head.slice(2, 5), ['switch', 'goto-indirect', 'tail-direct']);
    }));

test('page and summary say the same numbers', async () => {
  // Of this run, some are so near to a half that they may be rounded once only.
  const file = path('default.html');
  python(join(scripts, 'report'), join(scripts, '../results/amd-epyc-zen5-vm/2026-11-23-clang-22.json'), '-o', file);
  const summary = readFileSync(file.replace('.html', '.md'), 'utf8');
  const wanted = new Map(summary.split('\n').filter(line => line.startsWith('| ')).map(line => {
    const [name, ...own] = line.split('|').slice(1, -1).map(text => text.trim());
    return [name, own.map(text => text.replace(/ [a-z ]+$/, ''))];
  }));
  await withPage(file, {}, async page => {
    const rows = await cells(page, '#strategies tbody');
    assert.equal(rows.length, 17);
    for (const [name, , ...found] of rows)
      assert.deepEqual(found.slice(0, 4).map(text => text.replace(/ [▲▼=?].*/s, '')), wanted.get(name), name);
    const population = await page.locator('#strategies tr.mean .population').allInnerTexts();
    assert.deepEqual(
        population.map(text => text.replace('programs like these ', '')),
        wanted.get('programs like these').slice(0, 3));
  });
});

test(
    'sorting and filtering',
    () => withPage(pageOf('pmu'), {}, async page => {
      const names = async () => (await cells(page, '#strategies tbody')).slice(1).map(([name]) => name);
      const sorted = async key => page.getAttribute(`#strategies th:has([data-sort="${key}"])`, 'aria-sort');
      const order = await names();
      await page.click('[data-sort="name"]');
      assert.deepEqual(await names(), [...order].sort());
      assert.equal(await sorted('name'), 'ascending');
      await page.click('[data-sort="tail-direct"]');
      const chart = await drawn(page, '#speeds');
      assert.deepEqual(
          await names(),
          [...order].sort((a, b) => chart['tail-direct'][b].speed - chart['tail-direct'][a].speed));
      assert.equal(await sorted('tail-direct'), 'descending');
      assert.deepEqual(Object.keys(chart['tail-direct']).slice(1), await names());
      await choose(page, 'kind', 'memory');
      assert.deepEqual((await names()).sort(), ['hash64', 'json', 'lexer']);
      // The mean is that of what is shown.
      const own = await drawn(page, '#speeds'),
            three = ['hash64', 'json', 'lexer'].map(name => Math.log(own['tail-direct'][name].speed));
      close(
          own['tail-direct']['mean of memory'].speed, Math.exp((three[0] + three[1] + three[2]) / 3), 1e-4,
          'mean of a kind');
      await choose(page, 'kind', '');
      await page.fill('[data-choice="find"]', 'sor');
      assert.deepEqual(await names(), ['sort']);
      await page.fill('[data-choice="find"]', 'nothing is called so');
      assert.match(await page.innerText('#strategies'), /No workload is called that/);
    }));

test(
    'raw samples and the command are behind every workload',
    () => withPage(pageOf('pmu'), {}, async page => {
      await page.click('#strategies tbody button:text-is("sort")');
      assert.ok(await page.isVisible('dialog'));
      const rows = await cells(page, 'dialog tbody'), result = JSON.parse(readFileSync(path('pmu.json')));
      assert.equal(rows.length, 5 * 4);
      for (const [contender, layout, ...times] of rows)
        times.forEach((text, place) => {
          const control = contender.endsWith(' (again)'), strategy = contender.replace(' (again)', '');
          const sample = result.samples.find(
              own => own.workload === 'sort' && own.build === 'clang-22' && own.strategy === strategy &&
                  own.control === control && own.layout === +layout && own.round === place + 1);
          close(
              +text.replaceAll(',', ''), sample.phases.execute.cpu / 1e6, 1e-4,
              `${contender}, layout ${layout}`);
        });
      assert.match(await page.innerText('dialog'), /tailrace bench --layouts 4/);
      await page.keyboard.press('Escape');
      assert.ok(!await page.isVisible('dialog'));
      const [download] = await Promise.all([page.waitForEvent('download'), page.click('#download')]);
      const saved = JSON.parse(readFileSync(await download.path()));
      assert.equal(saved.cases.length, 2);
      assert.equal(saved.cases[0].raw['tail-direct'][9][0].length, 3);
    }));

test('causes: measured, simulated, and not', async () => {
  await withPage(pageOf('pmu'), {}, async page => {
    const result = JSON.parse(readFileSync(path('pmu.json'))),
          rows = await cells(page, '#why > .scroll tbody');
    assert.match(
        rows.find(([name]) => name.startsWith('ITLB'))[1], /^not measured: this run did not ask for it/);
    const values = [];
    for (const workload of result.suite.workloads) {
      const layouts = [0, 1, 2, 3].map(
          layout =>
              result.samples
                  .filter(
                      own => own.workload === workload.name && own.build === 'clang-22' &&
                          own.strategy === 'switch' && !own.control && own.round && own.layout === layout)
                  .map(own => own.counters.find(counter => counter.event === 'indirect-branch-misses').value)
                  .sort((a, b) => a - b)[1]);
      values.push(layouts.reduce((a, b) => a + b) / 4 / workload.instructions.acc * 1000);
    }
    const mean = values.reduce((a, b) => a + b) / values.length;
    assert.equal(rows.find(([name]) => name.startsWith('indirect-branch misses'))[1], mean.toFixed(1));
    // Numbers and bars stand below each other.
    assert.equal(
        await page.evaluate(
            () => new Set([...document.querySelectorAll('#why > .scroll td:nth-child(2) .bar')].map(
                                    bar => bar.getBoundingClientRect().left))
                      .size),
        1);
    await page.click('[data-cause="cause-indirect_branch_misses"]');
    const chart = await drawn(page, '#why > .chart');
    close(chart.switch.recursion.speed, values[0], 1e-3, 'recursion');
    assert.deepEqual(
        (await cells(page, '#why [aria-label="Whole processes"] tbody'))[0].slice(0, 3),
        ['recursion', '0', '25.0 ±7.07']);
    assert.match(await page.innerText('#simulated'), /SIMULATED[^]*cachegrind 3\.19\.0/i);
  });
  await withPage(pageOf('vm'), {}, async page => {
    assert.match(
        await page.innerText('#why'),
        /Not measured: cycles[^]*this machine shows its kernel no performance monitoring unit/);
    assert.equal(await page.locator('#simulated').count(), 0);
    assert.match(await page.innerText('.warnings'), /virtual machine[^]*no counters/);
  });
});

test('peers: what they take, and who failed', () => withPage(pageOf('peers'), {}, async page => {
  const tables = page.locator('#peers .scroll');
  const rowsOf = async place => new Map(
      (await cells(page, `#peers .scroll >> nth=${place} >> tbody`)).map(([name, ...own]) => [name, own]));
  const speeds = await rowsOf(0);
  assert.deepEqual([...speeds.keys()], ['switch-acc', 'goto-indirect-acc', 'goto-direct-acc', 'slow', 'quick', 'wrong']);
  assert.match(speeds.get('slow')[1], /^0\.50× \(0\.50–0\.50\)$/); // above start-up, and the execution alone
  assert.equal(speeds.get('quick')[1], '–'); // whose start-up is most of it
  assert.match(speeds.get('quick')[2], /^4\.00×/);
  assert.match(speeds.get('quick')[0], /^[12]\./); // whole processes, of which 30 ms are start-up
  assert.deepEqual(speeds.get('wrong').slice(0, 3), ['–', '–', '–']);
  const times = await rowsOf(1);
  assert.deepEqual(times.get('start-up').slice(-3), ['30.0', '30.0', '30.0']);
  assert.equal(times.get('recursion').at(-1), 'failed');
  assert.equal(times.get('objects').at(-1), '–');
  const text = await page.locator('#peers').innerText();
  assert.match(text, /wrong failed on recursion: returned 7 instead of 5\./);
  assert.match(text, /Not on PATH: absent\./);
  assert.match(text, /slow \{module\} \{arguments\}/);
  const summary = readFileSync(pageOf('peers').replace('.html', '.md'), 'utf8');
  assert.match(summary, /\| slow +\|[^|]*\| 0\.50× \(0\.50–0\.50\), of 16 \| 0\.50×/);
  assert.equal(await tables.count(), 5);
}));

test('machine code', () => withPage(pageOf('pmu'), {}, async page => {
                       await page.click('[data-opcode="br_if__acc"]');
                       assert.equal(await page.innerText('#code h3'), 'br_if__acc');
                       assert.match(
                           await page.innerText('#code .listing >> nth=3'),
                           /tail-direct[^]*35 bytes[^]*je\s+1f[^]*jmp\s+QWORD PTR \[rsi\]/);
                     }));

test('warnings', async () => {
  for (const [name, words] of [
           ['one-layout', /one layout[^]*layout luck/],
           ['failed-audit', /failed audit[^]*the compiler merged them[^]*Do not take goto-direct/],
           ['weak', /one layout[^]*busy machine[^]*not pinned[^]*few rounds[^]*interrupted/],
           ['third-cpu', /turbo[^]*governor/]])
    await withPage(
        pageOf(name), {}, async page => assert.match(await page.innerText('#answer .warnings'), words));
  await withPage(
      pageOf('pmu'), {}, async page => assert.equal(await page.locator('#answer .warnings').count(), 0));
});

const several = ['pmu', 'vm', 'other-cpu', 'third-cpu', 'before', 'after'];

test(
    'several machines: heat map and rank changes',
    () => withPage(pageOf(...several), {}, async page => {
      const heat = await page.evaluate(() => {
        const option = document.querySelector('#heat').chart.getOption();
        return option.series[0].data.map(
            cell => [option.yAxis[0].data[cell.value[1]], option.xAxis[0].data[cell.value[0]], cell.speed]);
      });
      assert.equal(heat.length, 7 * 3);
      const wanted = truth('other-cpu', 'clang-22', 'switch');
      close(
          heat.find(([row, column]) => row.startsWith('Silver') && column === 'goto-direct')[2],
          wanted['']['goto-direct'][0], 1e-4, 'heat map');
      assert.match(
          await page.innerText('#across'),
          /goto-direct and tail-direct: goto-direct is faster on Silver Core i3/);
      await page.selectOption('#across [data-choice="onlyMachine"]', 'Silver Core i3');
      assert.equal(
          await page.evaluate(() => document.querySelector('#heat').chart.getOption().yAxis[0].data.length),
          1);
      await choose(page, 'machine', 'Silver Core i3');
      agree(await drawn(page, '#speeds'), wanted, 'switch');
      assert.match(await page.innerText('#answer h2'), /Silver Core i3/);
      // An effect's workloads are those of its CPUs.
      await page.click('#across [data-effect="0 1"]');
      const effect = await page.evaluate(() => {
        const own = JSON.parse(document.querySelector('#data').textContent).across[0],
              option = document.querySelector('#effect-heat').chart.getOption();
        return {
          name: own.effects[1].name,
          first: own.workloads[own.effects[1].workloads[0][0]],
          sizes: own.effects[1].cells.map(cell => cell[0]),
          columns: option.xAxis[0].data,
          names: own.names,
          top: option.yAxis[0].data[0].replace('≠ ', ''),
          shown: document.querySelector('#across [aria-pressed="true"]').textContent
        };
      });
      assert.deepEqual([effect.columns, effect.top, effect.shown], [effect.names, effect.first, effect.name]);
      const text = await page.innerText('#across tr:has([aria-pressed="true"])');
      for (const size of effect.sizes) assert.ok(text.includes(`${size.toFixed(2)}×`), text);
      // What all of them say together comes first.
      assert.equal(await page.getAttribute('main > section', 'id'), 'overview');
      assert.match(
          await page.innerText('#overview'),
          /tail-direct in 5 of 7, goto-indirect in 1 of 7 and goto-direct in 1 of 7; 4 pairs of strategies change places/);
    }));

test(
    'nodes of one kind are a column, alone or beside another CPU',
    async () => {
      for (const [others, last] of [[[], /–$/], [['other-cpu'], /×/]])
        await withPage(pageOf('node-1', 'node-2', ...others), {}, async page => {
          const [heads, row] = await page.evaluate(() => [...document.querySelectorAll('#across table')[0].rows].slice(0, 2).map(
                                                       own => [...own.cells].map(cell => cell.textContent)));
          assert.equal(heads[1], 'Golden CPU 9000 (2 nodes)');
          assert.match(row[1], /^\d\.\d\d×/);
          assert.match(row.at(-1), last);
          assert.match(await page.innerText('#across'), /the mean over n1 and n2, in 2 layouts together/);
        });
    });

test(
    'instruction sets',
    () => withPage(pageOf('instruction-sets'), {}, async page => {
      assert.match(
          await page.innerText('#overview'),
          /Which instruction set is fastest\?\s+fused, 2\.00× \(2\.00–2\.00\) the speed of acc, both tail-direct\.\s+By workload/);
      // The first set that was measured, and one that has no strategy to compare.
      for (const isa of ['acc', 'fused']) {
        await choose(page, 'isa', isa);
        const chart = await drawn(page, '#instruction-sets .chart');
        assert.deepEqual(Object.keys(chart), ['pinned', 'fused']);
        for (const row of ['geometric mean', 'sort']) {
          close(chart.pinned[row].speed, 1.25, 1e-4, row);
          close(chart.fused[row].speed, 2, 1e-4, row);
        }
        const [mean, first] = await cells(page, '#instruction-sets tbody');
        assert.match(mean.join('|'), /^geometric mean\|1\.25× \(1\.25–1\.25\) ▲ faster\|2\.00× [^|]*▲ faster(\|){6}$/);
        const [acc, pinned, fused] = first.slice(3, 6).map(text => text === '–' ? null : parseFloat(text.replace(/,/g, '')));
        close(pinned / acc, 0.75, 0.01, 'instructions');
        assert.equal(fused, null);  // the counting executor did not measure it
        assert.equal(await page.locator('#across').count(), 1);
      }
    }));

const all = join(scripts, '../results/amd-epyc-zen5-vm/2026-11-23-all-strategies.json');

test('every strategy has a mark of its own', async () => {
  const file = path('all.html');
  python(join(scripts, 'report'), all, '-o', file);
  await withPage(file, {}, async page => {
    await choose(page, 'baseline', 'tail-direct');
    const marks = await page.evaluate(
        () => [...document.querySelectorAll('#strategies .legend svg')].map(svg => svg.innerHTML));
    assert.equal(marks.length, 8);
    assert.equal(new Set(marks).size, 8);
    // What was not built is said, but weakens no number.
    assert.doesNotMatch(await page.innerText('.warnings'), /switch-replicated/);
    assert.match(await page.innerText('#answer'), /switch-replicated is not in this build/);
  });
});

test('printed, nothing is cut and no names overlap', async () => {
  const file = path('all.html');
  for (const own of [file, pageOf('pmu')])
    await withPage(own, {viewport: {width: 688, height: 1000}}, async page => {  // A4 between its margins
      await page.emulateMedia({media: 'print'});
      const {beyond, touching} = await page.evaluate(() => {
        dispatchEvent(new Event('beforeprint'));
        const beyond = [...document.querySelectorAll('.chart svg, table')].filter(one => {
          const box = one.closest('.simulated') ?? document.querySelector('main');
          return one.getBoundingClientRect().right > box.getBoundingClientRect().right + 0.5;
        });
        const names = [...document.querySelectorAll('#heat svg text')]
                          .filter(text => /^(goto|tail|call|switch)-/.test(text.textContent))
                          .map(text => text.getBoundingClientRect())
                          .sort((a, b) => a.left - b.left);
        return {
          beyond: beyond.map(one => `${one.parentElement.outerHTML.slice(0, 80)} ${one.getBoundingClientRect().right}`),
          touching: names.filter((box, place) => place && box.top === names[place - 1].top &&
              box.left < names[place - 1].right + 2).length
        };
      });
      assert.deepEqual(beyond, []);
      assert.equal(touching, 0);
    });
});

test(
    'between two runs',
    () => withPage(pageOf('before', 'after'), {}, async page => {
      const chart = await drawn(page, '#changes-chart'), mean = chart['tail-direct']['geometric mean'];
      assert.ok(mean.low < 1 / 0.93 && 1 / 0.93 < mean.high, JSON.stringify(mean));  // what was planted
      const sort = chart.switch.sort;
      assert.ok(sort.low < 1 / 1.2 && 1 / 1.2 < sort.high && sort.high < 1, JSON.stringify(sort));
      assert.match(
          await page.innerText('#changes'),
          /not interleaved[^]*beyond noise[^]*▲\s+faster\s+tail-direct, geometric mean/);
      assert.match(
          await page.innerText('#overview'),
          /switch became slower, 0\.98\d× \([^)]*\); tail-direct became faster, 1\.07\d× \([^)]*\); on single workloads: \d+ changes/);
      await page.selectOption('[data-choice="relative"]', 'relative');
      assert.deepEqual(
          Object.keys(await drawn(page, '#changes-chart')), ['goto-indirect', 'goto-direct', 'tail-direct']);
    }));

test(
    'hostile names and numbers are text',
    () => withPage(pageOf('hostile'), {}, async page => {
            assert.doesNotMatch(await page.title(), /^owned/);
            assert.match(
                await page.innerText('#strategies tbody'),
                /<\/script><script>document\.title='owned'<\/script>/);
            assert.match(
                await page.innerText('#answer .warnings'),
                /3 samples claim times that cannot be[^]*<img src=x/);
            assert.equal(await page.locator('main img, main script').count(), 0);
            for (let row = 0; row < 6; row++) {
              await page.locator('#strategies tbody button').nth(row).click();
              assert.equal(await page.locator('dialog img, dialog script').count(), 0);
              await page.keyboard.press('Escape');
            }
            assert.doesNotMatch(
                readFileSync(pageOf('hostile').replace('.html', '.md'), 'utf8'), /(^|[^\\])<script/);
            // Were one of them to get in, the page's policy would stop it.
            const ran = await page.evaluate(() => {
              const script = document.createElement('script');
              script.textContent = 'window.owned = true';
              document.body.append(script);
              return Boolean(window.owned);
            });
            assert.equal(ran, false);
          }).catch(error => {  // the last step is a violation of the policy, which the console reports
      if (!(error instanceof assert.AssertionError) || !Array.isArray(error.actual) ||
          error.actual.length !== 1 || !/Content Security Policy/.test(error.actual[0]))
        throw error;
    }));

test('keyboard', () => withPage(pageOf('pmu'), {}, async page => {
                   const focused = () => page.evaluate(() => document.activeElement.outerHTML.slice(0, 200));
                   await page.keyboard.press('Tab');
                   assert.match(await focused(), /class="skip"/);
                   await page.focus('[data-sort="name"]');
                   await page.keyboard.press('Enter');
                   assert.equal(
                       await page.getAttribute('#strategies th:first-child', 'aria-sort'), 'ascending');
                   assert.match(
                       await focused(), /data-sort="name"/);  // although the table is another one now
                   await page.focus('#choices [data-choice="baseline"]');
                   await page.keyboard.press('ArrowDown');
                   assert.match(await page.innerText('#strategies thead'), /goto-indirect, ms/);
                   assert.match(await focused(), /data-choice="baseline"/);
                   await page.focus('#strategies tbody button');
                   await page.keyboard.press('Enter');
                   assert.ok(await page.isVisible('dialog'));
                   await page.keyboard.press('Enter');  // its first button closes it
                   assert.ok(!await page.isVisible('dialog'));
                   // Whatever can be used can be reached, and has a name.
                   const nameless = await page.evaluate(
                       () => [...document.querySelectorAll(
                                  'button, select, input, a[href], [role="img"], [role="region"]')]
                                 .filter(
                                     element =>
                                         !(element.textContent.trim() || element.getAttribute('aria-label') ||
                                           element.closest('label')?.textContent))
                                 .map(element => element.outerHTML.slice(0, 100)));
                   assert.deepEqual(nameless, []);
                 }));

test('narrow', async () => {
  for (const names of [['pmu'], several, ['hostile'], ['peers']])
    await withPage(pageOf(...names), {viewport: {width: 360, height: 800}}, async page => {
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, names[0]);
      assert.ok(
          await page.evaluate(() => document.querySelector('#speeds svg').getBoundingClientRect().right) <=
          360);
      // The name of a row stays in sight.
      assert.ok(await page.evaluate(() => {
        const box = document.querySelector('#strategies .scroll');
        box.scrollLeft = 200;
        return box.scrollLeft === 200 &&
            box.querySelector('tbody th').getBoundingClientRect().left === box.getBoundingClientRect().left;
      }));
    });
});

/** Elements whose text is too pale for WCAG AA. */
const pale = page => page.evaluate(() => {
  const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const parse = text => {
    canvas.clearRect(0, 0, 1, 1);
    canvas.fillStyle = text;
    canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = rgb => rgb.slice(0, 3)
                           .map(c => c / 255)
                           .map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4)
                           .reduce((sum, c, place) => sum + c * [0.2126, 0.7152, 0.0722][place], 0);
  const behind = element => {
    for (let own = element; own; own = own.parentElement) {
      const found = parse(getComputedStyle(own).backgroundColor);
      if (found[3] === 255) return found;
    }
    return [255, 255, 255, 255];
  };
  const found = new Set();
  let checked = 0;
  for (const element of document.querySelectorAll('body *')) {
    if (element.closest('.skip, noscript, script, dialog:not([open])') ||
        ![...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
      continue;
    const svg = element.closest('svg'), style = getComputedStyle(element);
    if (svg && svg.closest('#heat, #effect-heat') && /[×]/.test(element.textContent))
      continue;  // on cells: tested by itself
    const ink = parse(svg ? style.fill : style.color), paper = behind(element);
    const [one, two] = [light(ink), light(paper)].sort((a, b) => b - a),
                contrast = (one + 0.05) / (two + 0.05);
    checked++;
    if (contrast < 4.5)
      found.add(`${element.tagName} "${element.textContent.slice(0, 30)}" ${contrast.toFixed(2)}`);
  }
  return {checked, found: [...found].slice(0, 10)};
});

test('light, dark, and contrast', async () => {
  const paper = page => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  for (const scheme of ['light', 'dark'])
    for (const names of [several, ['weak']])
      await withPage(pageOf(...names), {colorScheme: scheme}, async page => {
        assert.equal(await paper(page), scheme === 'dark' ? 'rgb(16, 19, 23)' : 'rgb(255, 255, 255)');
        const {checked, found} = await pale(page);
        assert.deepEqual(found, []);
        assert.ok(checked > 200);
        // In the heat maps black or white is chosen by the cell's colour.
        const words = await page.evaluate(
            () => [...document.querySelectorAll('#heat svg text, #effect-heat svg text')]
                      .filter(text => text.textContent.includes('×') && !/[a-z]/.test(text.textContent))
                      .map(text => text.getAttribute('fill')));
        if (names === several)
          assert.ok(
              words.length > 21 + 2 * 4 &&
                  words.every(fill => ['#000000', '#ffffff', '#000', '#fff'].includes(fill)),
              words.join());
      });
  await withPage(pageOf('pmu'), {colorScheme: 'light'}, async page => {
    await page.click('#theme');  // the other one first, then light, then as the system has it
    assert.equal(await paper(page), 'rgb(16, 19, 23)');
    const ink = await page.evaluate(
        () => [...document.querySelectorAll('#speeds svg text')].map(text => text.getAttribute('fill')));
    assert.ok(ink.includes('#e8ebef'), ink.join());
    await page.click('#theme');
    assert.equal(await paper(page), 'rgb(255, 255, 255)');
    await page.click('#theme');
    await page.emulateMedia({colorScheme: 'dark'});
    assert.equal(await page.innerText('#theme'), 'Theme: system');
    // The page hears of the change when it gets round to it.
    await page.waitForFunction(() => getComputedStyle(document.body).backgroundColor === 'rgb(16, 19, 23)');
    await page.evaluate(() => dispatchEvent(new Event('beforeprint')));
    assert.equal(await paper(page), 'rgb(255, 255, 255)');  // paper is white
  });
});

test(
    'without scripts the findings are there in words',
    () => withPage(pageOf('pmu'), {javaScriptEnabled: false}, async page => {
      assert.match(
          await page.locator('main').innerText(),
          /tail-direct runs at 1\.\d+× \([\d.–]+\) the speed of goto-direct/);
    }));

test('files that cannot be compared are refused by name', () => {
  const other = JSON.parse(readFileSync(path('vm.json')));
  other.suite.workloads[3].sha256 = '0'.repeat(64);
  writeFileSync(path('stranger.json'), JSON.stringify(other));
  other.schema = 1;
  writeFileSync(path('old.json'), JSON.stringify(other));
  const report = (...names) => spawnSync(
      '/usr/bin/python3',
      [join(scripts, 'report'), ...names.map(name => path(`${name}.json`)), '-o', path('refused.html')],
      {encoding: 'utf8'});
  let run = report('pmu', 'stranger', 'vm');
  assert.equal(run.status, 1);
  assert.match(
      run.stderr,
      /^report: not comparable[^\n]*stranger\.json \(its workload "lexer" has another module than in pmu\.json\)\n$/);
  run = report('pmu', 'old');
  assert.equal(run.status, 1);
  assert.match(run.stderr, /^report: [^\n]*old\.json has schema 1; this program reads schema 2\n$/);
  assert.ok(!existsSync(path('refused.html')));
});

test(`${machines} machines, five compilers, thirty workloads`, async () => {
  const names = Array.from({length: machines}, (_, place) => `large-${String(place).padStart(2, '0')}`),
        file = pageOf(...names);
  const data =
      readFileSync(file, 'utf8').match(/<script type="application\/json" id="data">(.*)<\/script>/)[1].length;
  const size = statSync(file).size, twenty = size + data * (20 / machines - 1);
  assert.ok(twenty < 10e6, `${twenty} bytes for twenty machines`);
  const begin = performance.now();
  await withPage(file, {}, async page => {
    console.log(`  ${(size / 1e6).toFixed(1)} MB (twenty machines: ${
        (twenty / 1e6).toFixed(1)} MB), drawn after ${((performance.now() - begin) / 1000).toFixed(1)} s`);
    assert.equal(
        await page.evaluate(() => document.querySelector('#heat').chart.getOption().yAxis[0].data.length),
        machines * 5);
  });
});

let failed = 0;
try {
  python(join(here, 'golden_results.py'), folder, '--large', String(machines));
  const {chromium: engine} = await import(pathToFileURL(driver));
  browser = await engine.launch({executablePath: chromium, args: ['--no-sandbox']});
  for (const [name, run] of tests) {
    try {
      await run();
      console.log(`ok: ${name}`);
    } catch (error) {
      failed++;
      console.log(`FAILED: ${name}\n${error.stack ?? error}`);
    }
  }
} finally {
  await browser?.close();
  rmSync(folder, {recursive: true, force: true});
}
console.log(failed ? `${failed} of ${tests.length} failed` : `all ${tests.length} passed`);
process.exitCode = failed ? 1 : 0;
