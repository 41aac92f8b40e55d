import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const FILES_MIN = 60
const LINES_MAX = 400
const LINE_LENGTH_MAX = 120
const FUNCTION_LINES_MAX = 70

/** Files that may pass 400 lines (never 500 unless generated), with the reason. The list only shrinks. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'src/store/rows.ts': 'generated from the schema',
}

/** What each room may import of the others, and of packages; ARCHITECTURE.md has the reasons. */
const ROOMS: Readonly<Record<string, { rooms: readonly string[]; packages: readonly string[] }>> = {
  core: { rooms: ['core'], packages: ['big.js', 'temporal-polyfill', 'typebox'] },
  store: { rooms: ['core', 'store'], packages: ['pg', 'kysely', 'pg-copy-streams', 'node:'] },
  wire: { rooms: ['core', 'wire', 'store'], packages: [] },
  gateways: { rooms: ['core', 'gateways'], packages: ['undici', 'jose', 'ipaddr.js', 'node:'] },
  actions: {
    rooms: ['core', 'store', 'wire', 'gateways', 'actions'],
    packages: ['node:crypto', 'node:util'],
  },
  api: {
    rooms: ['core', 'store', 'wire', 'actions', 'api'],
    packages: ['fastify', '@fastify/', 'typebox', 'lossless-json', 'node:'],
  },
  jobs: { rooms: ['actions', 'jobs', 'core'], packages: ['graphile-worker', 'node:'] },
  boot: {
    rooms: ['core', 'store', 'wire', 'gateways', 'actions', 'api', 'jobs', 'boot'],
    packages: ['pg', 'pino', 'pino-pretty', 'prom-client', 'typebox', 'fastify', 'undici', 'node:'],
  },
  cli: {
    rooms: ['core', 'store', 'actions', 'boot', 'cli'],
    packages: ['commander', 'cli-progress', 'node:'],
  },
}

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
    return statSync(full).isDirectory() ? walk(full) : full.endsWith('.ts') ? [full] : []
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
      if (!isTest(file) && file.room !== 'api') long.push(...longFunctions(file.name, lines))
    }
    expect(long).toEqual([])
  })

  it('has no file that nothing imports', () => {
    const imported = new Set(all.flatMap((f) => f.imports))
    for (const file of ['bin', 'test', 'bench', 'scripts', 'examples'].flatMap(safeLoad)) {
      for (const target of file.imports) imported.add(target)
    }
    const roots = ['src/cli/main.ts']
    const dead = sources.filter((f) => !imported.has(f.name) && !roots.includes(f.name)).map((f) => f.name)
    expect(dead).toEqual([])
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

  it('has no barrels and no default exports', () => {
    const broken = sources.filter(
      (f) => /(^|\/)index\.ts$/.test(f.name) || /^export (default|\*)/m.test(f.text),
    )
    expect(broken.map((f) => f.name)).toEqual([])
  })

  it('names one noun the same in every room', () => {
    // Each noun of the API has its wire form; its table is spoken to by a store file of the same name.
    const nouns = sources
      .filter((f) => /^src\/api\/v1\/[a-z-]+\.ts$/.test(f.name))
      .map((f) => path.basename(f.name, '.ts'))
    expect(nouns.length).toBeGreaterThan(0)
    const known = new Set(sources.flatMap((f) => f.name.split('/').map((part) => part.replace(/\.ts$/, ''))))
    expect(nouns.filter((noun) => !known.has(noun))).toEqual([])
  })
})

function safeLoad(folder: string): SourceFile[] {
  try {
    return load(folder)
  } catch {
    // The folder does not exist yet: nothing there imports anything.
    return []
  }
}

/** Functions whose body spans more than the allowed lines, found by their indentation (the sources are formatted). */
function longFunctions(name: string, lines: readonly string[]): string[] {
  const found: string[] = []
  for (const [start, line] of lines.entries()) {
    const head =
      /^(\s*)(?:export )?(?:async )?function\b|^(\s*)(?:async |static |private )*[\w]+\([^)]*\)[^=]*\{$/.exec(
        line,
      )
    if (!head) continue
    const indent = head[1] ?? head[2] ?? ''
    const end = lines.findIndex((l, i) => i > start && l === `${indent}}`)
    if (end !== -1 && end - start + 1 > FUNCTION_LINES_MAX)
      found.push(`${name}:${start + 1}: ${end - start + 1} lines`)
  }
  return found
}
