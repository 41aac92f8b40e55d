import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const FILES_MIN = 60
const LINES_MAX = 400
const LINE_LENGTH_MAX = 120
const FUNCTION_LINES_MAX = 70
/** Functions of the dashboard are mostly markup, in which every attribute has a line of its own. */
const MARKUP_LINES_MAX = 100
/** Made from the description of the API. */
const WEB_TYPES = 'web/src/api/types.ts'

/** Files that may pass 400 lines (never 500 unless generated), with the reason. The list only shrinks. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'src/store/rows.ts': 'generated from the schema',
}

/** What each room may import from other rooms and packages; ARCHITECTURE.md has the reasons. */
const ROOMS: Readonly<Record<string, { rooms: readonly string[]; packages: readonly string[] }>> = {
  core: { rooms: ['core'], packages: ['big.js', 'temporal-polyfill', 'typebox'] },
  store: { rooms: ['core', 'store'], packages: ['pg', 'kysely', 'pg-copy-streams', 'node:'] },
  wire: { rooms: ['core', 'wire', 'store'], packages: [] },
  gateways: {
    rooms: ['core', 'gateways'],
    packages: ['undici', 'jose', 'ipaddr.js', 'nodemailer', 'liquidjs', 'stripe', 'node:'],
  },
  documents: {
    rooms: ['core', 'documents'],
    packages: ['pdfkit', 'node:fs', 'node:module', 'node:path', 'node:zlib'],
  },
  actions: {
    rooms: ['core', 'store', 'wire', 'gateways', 'actions'],
    packages: ['node:crypto', 'node:util'],
  },
  api: {
    rooms: ['core', 'store', 'wire', 'actions', 'api'],
    packages: ['fastify', '@fastify/', 'typebox', 'helmet', 'node:'],
  },
  jobs: { rooms: ['actions', 'jobs', 'core'], packages: ['graphile-worker', 'node:'] },
  boot: {
    rooms: ['core', 'documents', 'store', 'wire', 'gateways', 'actions', 'api', 'jobs', 'boot'],
    packages: ['pg', 'pino', 'pino-pretty', 'prom-client', 'typebox', 'fastify', 'undici', 'node:'],
  },
  cli: {
    rooms: ['core', 'store', 'actions', 'boot', 'cli'],
    packages: ['commander', 'cli-progress', 'node:'],
  },
}

/** Entry points. */
const ROOTS = [
  'src/cli/main.ts',
  'src/boot/clock-thread.ts',
  'src/boot/document-thread.ts',
  'src/boot/reader-thread.ts',
]

/** Files outside src/store that use SQL, and why. The list only shrinks. */
const SQL_OUTSIDE_STORE: Readonly<Record<string, string>> = {
  'src/boot/check-database.ts':
    'asks a foreign PostgreSQL what it is and allows, before anything of ours is there',
  'src/boot/embedded-postgres.ts': 'asks a server that was left running whether it answers',
  'src/boot/open-database.ts': 'the lock of starting processes, taken before the schema exists',
  'src/boot/postgres/provision.ts': 'makes the role and the database that the schema goes into',
  'src/jobs/worker.ts': 'asks the connection of the queue whether it answers',
}

/** A query builder, a query as text, or a call that sends one. */
const TALKS_SQL =
  /\bsql(<[^>]*>)?`|\bsql\.raw\(|\.(selectFrom|insertInto|updateTable|deleteFrom|mergeInto|executeQuery)\(|\.query[<(]/

/** Rules implemented and tested before the feature that needs them. The list only shrinks. */
const AWAITED: Readonly<Record<string, string>> = {
  'src/core/amounts/money.ts': 'wallets and payments',
  'src/core/amounts/split.ts': 'credit notes, which share an amount over fees',
}

/** Rooms in which each noun of the API has a file or a folder of its name. */
const NOUN_ROOMS = ['src/api/schemas', 'src/wire', 'src/store', 'src/actions']

/** Routes that serve a part of another noun. */
const PART_OF: Readonly<Record<string, string>> = {
  'plan-charges': 'charges',
  'subscription-charges': 'charges',
  'subscription-fixed-charges': 'fixed-charges',
  'plan-fixed-charges': 'fixed-charges',
  'plan-metadata': 'plans',
  'one-off-previews': 'invoices',
  'plan-previews': 'plans',
  'plan-versions': 'plans',
  'subscription-previews': 'subscriptions',
  'metric-previews': 'billable-metrics',
  'credit-note-metadata': 'credit-notes',
  'wallet-metadata': 'wallets',
  'wallet-balances': 'wallets',
  'payment-journal': 'payments',
  'test-clock': 'organizations',
}

/** Where the nouns of a room must be known. */
const COUNTERPARTS: Readonly<Record<string, readonly string[]>> = {
  'src/wire': ['src/api/v1', 'src/store'],
  'src/actions': ['src/api/v1', 'src/store', 'src/core'],
  'src/core': ['src/api/v1', 'src/store', 'src/actions'],
  'src/api/schemas': ['src/api/v1', 'src/wire', 'src/store'],
}

/** Names without a counterpart, `noun: room` or `room/name`, and why. The list only shrinks. */
const WITHOUT_COUNTERPART: Readonly<Record<string, string>> = {
  'analytics: src/actions': 'nothing is changed',
  'estimates: src/store': 'nothing of an estimate is stored',
  'estimates: src/wire': 'estimates are shown as fees and instant fees',
  'lifetime-usages: src/actions': 'src/actions/lifetime-usage has yet to take the plural',
  'search: src/actions': 'nothing is changed',
  'usage: src/store': 'usage is read by src/store/events/usage.ts',
  'src/actions/context': 'what every action is given',
  'src/actions/drop-old-answers': 'the nightly part of idempotency',
  'src/actions/idempotency': 'a verb of every request',
  'src/actions/lifetime-usage': 'has yet to take the plural',
  'src/api/schemas/admin': "the operator's own routes",
  'src/api/schemas/common': 'parts of many schemas',
  'src/api/schemas/fee-details': 'part of fees',
  'src/api/schemas/files': 'documents, by the links that are given out',
  'src/api/schemas/inbox': 'what payment providers send, in their own form',
  'src/api/schemas/pagination': 'part of every list',
  'src/api/schemas/portal-settings': 'part of the portal',
  'src/core/amounts': 'values of every noun',
  'src/core/calendar': 'values of every noun',
  'src/core/codes': 'the catalogue of codes that refusals carry',
  'src/core/input': 'how every request is read',
  'src/core/invoicing': 'has yet to take the name of invoices',
  'src/core/metering': 'from events to units',
  'src/core/metrics': 'has yet to take the name of billable-metrics',
  'src/core/pricing': 'from units to amounts',
  'src/core/problems': 'the kinds of refusals',
  'src/core/rating': 'from usage to fees',
  'src/core/refusal': 'how the rooms around the core pass a problem on',
  'src/wire/instant-fees': 'an estimate, which is no fee of the store',
  'src/wire/invoice-preview': 'a bill that is not made, and is in no store',
  'src/wire/times': 'how instants are written',
}

/** How a function begins: declared, as a method, or as an arrow with a body. */
const FUNCTION_HEADS = [
  /^\s*(?:export )?(?:async )?function\b/,
  /^\s*(?:(?:async|static|private|protected|public|override|readonly|get|set) )*\w+\([^)]*\)[^=;]*\{$/,
  /=> \(?\{$/,
]

/** What throws a problem; for the rooms around the core. */
const REFUSAL = 'src/core/refusal.ts'

/** Only these may import the file that opens a transaction. */
const TRANSACTION_ROOMS = ['actions', 'store']

type SourceFile = {
  readonly name: string
  readonly room: string
  readonly text: string
  readonly imports: string[]
}

function walk(folder: string): string[] {
  return readdirSync(folder).flatMap((entry) => {
    const full = path.join(folder, entry)
    return statSync(full).isDirectory() ? walk(full) : /\.tsx?$/.test(full) ? [full] : []
  })
}

function importsOf(text: string): string[] {
  return [
    ...text.matchAll(/^(?:import|export)\b[^'"]*?from\s+'([^']+)'|^import\s+'([^']+)'|import\('([^']+)'\)/gm),
  ]
    .map((m) => m[1] ?? m[2] ?? m[3] ?? '')
    .filter((s) => s !== '')
}

function load(folder: string): SourceFile[] {
  return walk(path.join(ROOT, folder)).map((full) => {
    const name = path.relative(ROOT, full)
    const text = readFileSync(full, 'utf8')
    const imports = importsOf(text).map((s) =>
      s.startsWith('.') ? path.relative(ROOT, path.join(path.dirname(full), s)) : s,
    )
    return { name, room: name.split('/')[1] ?? '', text, imports }
  })
}

const all = load('src')
const isTest = (file: SourceFile) => file.name.endsWith('.test.ts')
const sources = all.filter((f) => !isTest(f))

describe('the house', () => {
  it('sees the files', () => {
    expect(sources.length).toBeGreaterThan(FILES_MIN)
  })

  it('keeps the import rule', () => {
    const broken: string[] = []
    for (const file of sources) {
      const rule = ROOMS[file.room]
      if (!rule) {
        broken.push(`${file.name}: no such room`)
        continue
      }
      for (const target of file.imports) {
        if (target.startsWith('src/')) {
          const room = target.split('/')[1] ?? ''
          if (!rule.rooms.includes(room)) broken.push(`${file.name} imports ${target}`)
          if (target === 'src/store/transaction.ts' && !TRANSACTION_ROOMS.includes(file.room)) {
            broken.push(`${file.name} opens transactions`)
          }
        } else if (
          !rule.packages.some(
            (p) => target === p || (/[:/]$/.test(p) ? target.startsWith(p) : target.startsWith(`${p}/`)),
          )
        ) {
          broken.push(`${file.name} imports the package ${target}`)
        }
      }
    }
    expect(broken).toEqual([])
  })

  it('has no cycles', () => {
    const byName = new Map(sources.map((f) => [f.name, f]))
    const state = new Map<string, 'open' | 'done'>()
    const cycles: string[] = []
    const visit = (name: string, trail: readonly string[]): void => {
      if (state.get(name) === 'done') return
      if (state.get(name) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(name)), name].join(' -> '))
        return
      }
      state.set(name, 'open')
      for (const target of byName.get(name)?.imports ?? [])
        if (byName.has(target)) visit(target, [...trail, name])
      state.set(name, 'done')
    }
    for (const file of sources) visit(file.name, [])
    expect(cycles).toEqual([])
  })

  it('keeps files, lines and functions short', () => {
    const long: string[] = []
    for (const file of all) {
      const lines = file.text.split('\n')
      if (lines.length > LINES_MAX && !isTest(file) && !(file.name in LONG_FILES)) {
        long.push(`${file.name}: ${lines.length} lines`)
      }
      for (const [i, line] of lines.entries()) {
        if (line.length > LINE_LENGTH_MAX && !(file.name in LONG_FILES) && !/['"`/]/.test(line)) {
          long.push(`${file.name}:${i + 1}: ${line.length} columns`)
        }
      }
      if (!isTest(file)) long.push(...longFunctions(file.name, lines))
    }
    expect(long).toEqual([])
  })

  it('has no file that nothing, or nothing but a test, imports', () => {
    const imported = new Set(sources.flatMap((f) => f.imports))
    const dead = sources.filter((f) => !imported.has(f.name) && !ROOTS.includes(f.name)).map((f) => f.name)
    expect(dead.sort()).toEqual(Object.keys(AWAITED).sort())
  })

  it('keeps SQL in the store', () => {
    const found = sources.filter((f) => f.room !== 'store' && TALKS_SQL.test(f.text)).map((f) => f.name)
    expect(found.sort()).toEqual(Object.keys(SQL_OUTSIDE_STORE).sort())
  })

  it('reads the environment in one file only', () => {
    const readers = sources.filter((f) => /process\.env\b/.test(f.text)).map((f) => f.name)
    expect(readers.filter((name) => name !== 'src/boot/config.ts')).toEqual([])
  })

  it('keeps the core pure', () => {
    const impure = sources
      .filter((f) => f.room === 'core')
      .filter((f) =>
        /\b(new Date|Date\.|Math\.random|process\.|fetch\(|crypto\.|console\.|setTimeout|Buffer\.)/.test(
          f.text,
        ),
      )
      .map((f) => f.name)
    expect(impure).toEqual([])
  })

  it('lets the core refuse by values, never by throwing', () => {
    const throwing = sources.filter((f) => f.room === 'core' && f.imports.includes(REFUSAL))
    expect(throwing.map((f) => f.name)).toEqual([])
  })

  it('has no barrels and no default exports', () => {
    const broken = sources.filter(
      (f) => /(^|\/)index\.ts$/.test(f.name) || /^export (default|\*)/m.test(f.text),
    )
    expect(broken.map((f) => f.name)).toEqual([])
  })

  it('gives one name of a type to one thing', () => {
    const owners = new Map<string, string[]>()
    for (const { name, text } of sources) {
      if (name in LONG_FILES) continue
      for (const [, type = ''] of text.matchAll(/^export (?:type|interface|class) (\w+)/gm))
        owners.set(type, [...(owners.get(type) ?? []), name])
    }
    const shared = [...owners].filter(([, names]) => names.length > 1)
    expect(shared).toEqual([])
  })

  it('names one noun the same in every room', () => {
    const nouns = namesIn('src/api/v1').filter((noun) => noun !== 'routes')
    expect(nouns.length).toBeGreaterThan(10)
    const missing = nouns.flatMap((noun) => {
      const own = PART_OF[noun] ?? noun
      return NOUN_ROOMS.filter((room) => !namesIn(room).includes(own)).map((room) => `${noun}: ${room}`)
    })
    expect(missing.sort()).toEqual(Object.keys(WITHOUT_COUNTERPART).filter(isOfNoun).sort())
  })

  it('has nothing in a room that is no noun of another one', () => {
    const strangers = Object.entries(COUNTERPARTS).flatMap(([room, others]) => {
      const known = new Set(others.flatMap(namesIn))
      return namesIn(room)
        .filter((name) => !known.has(name))
        .map((name) => `${room}/${name}`)
    })
    expect(strangers.sort()).toEqual(
      Object.keys(WITHOUT_COUNTERPART)
        .filter((key) => !isOfNoun(key))
        .sort(),
    )
  })
})

describe('the dashboard', () => {
  const pages = load('web/src').filter(({ name }) => name !== WEB_TYPES)

  it('keeps its files, lines and functions short', () => {
    expect(pages.length).toBeGreaterThan(FILES_MIN)
    const long = pages.flatMap(({ name, text }) => {
      const lines = text.split('\n')
      const wide = lines.flatMap((line, i) =>
        line.length > LINE_LENGTH_MAX && !/['"`/]/.test(line)
          ? [`${name}:${i + 1}: ${line.length} columns`]
          : [],
      )
      const tall = lines.length > LINES_MAX ? [`${name}: ${lines.length} lines`] : []
      return [...tall, ...wide, ...longFunctions(name, lines, MARKUP_LINES_MAX)]
    })
    expect(long).toEqual([])
  })

  it('takes nothing from the server but what the API says', () => {
    const broken = pages
      .filter((page) => !isTest(page))
      .flatMap(({ name, imports }) =>
        imports.filter((target) => /^(src|test)\//.test(target)).map((target) => `${name} imports ${target}`),
      )
    expect(broken).toEqual([])
  })
})

describe('the tests', () => {
  it('accept one status when their title names one', () => {
    const found = testBlocks().filter(({ title }) => statusesIn(title).size === 1)
    expect(found.length).toBeGreaterThan(100)
    const loose = found.filter(({ body }) => LOOSE_STATUS.test(body))
    expect(loose.map(({ file, title }) => `${file}: ${title}`)).toEqual([])
  })
})

function isOfNoun(key: string): boolean {
  return key.includes(': ')
}

/** Names of the files and folders of a room. */
function namesIn(room: string): string[] {
  const own = sources.filter((f) => f.name.startsWith(`${room}/`))
  return [
    ...new Set(
      own.map(
        (f) =>
          f.name
            .slice(room.length + 1)
            .split('/')[0]
            ?.replace(/\.ts$/, '') ?? '',
      ),
    ),
  ]
}

type TestBlock = { readonly file: string; readonly title: string; readonly body: string }

/** Every `it` of the tests with its text, found by its indentation. */
function testBlocks(): TestBlock[] {
  return [...load('test'), ...all].filter(isTest).flatMap(({ name, text }) => {
    const lines = text.split('\n')
    return lines.flatMap((line, start) => {
      const [, indent = '', title = ''] = /^(\s*)it(?:\.each\(.*\))?\(\s*'(.*?)'/.exec(line) ?? []
      if (title === '') return []
      const end = lines.findIndex((l, i) => i > start && l.startsWith(`${indent}})`))
      return [{ file: name, title, body: lines.slice(start, end + 1).join('\n') }]
    })
  })
}

function statusesIn(title: string): Set<string> {
  // A test must not accept a status that is never returned.
  return new Set(
    title.replace(/never 5\d\d/, '').match(/\b(200|20[14]|40[013459]|41[35]|42[29]|50[03])\b/g) ?? [],
  )
}

/** A choice of statuses, a status that is only refused, and a bound on one. */
const LOOSE_STATUS =
  /\[\s*[2-5]\d\d\s*,[^\]]*\][^\n]*\)\s*\.toContain|[sS]tatus(Code)?\b[^\n]*\)\s*\.(not\.|toBeOneOf|toBeLess|toBeGreater)/

/** Functions of any form that span more than the allowed lines, found by their indentation (the sources are formatted). */
function longFunctions(name: string, lines: readonly string[], linesMax = FUNCTION_LINES_MAX): string[] {
  const found: string[] = []
  for (const [start, line] of lines.entries()) {
    const head = FUNCTION_HEADS.some((each) => each.test(line))
    if (!head) continue
    const indent = /^\s*/.exec(line)?.[0] ?? ''
    // A closing brace before a colon ends the parameters, not the function.
    const isEnd = (l: string) => l.startsWith(`${indent}}`) && !/^\s*\}\s*:/.test(l)
    const end = lines.findIndex((l, i) => i > start && isEnd(l))
    if (end !== -1 && end - start + 1 > linesMax) found.push(`${name}:${start + 1}: ${end - start + 1} lines`)
  }
  return found
}
