import { execFileSync } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import os from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { MIX } from './event-mix.ts'
import { type Figure, isReached } from './figure.ts'
import type { WeirServer } from './weir-server.ts'

export type Machine = Readonly<Record<string, string | number>>

/** The machine, and its load at the start. */
export async function describeMachine(server: WeirServer): Promise<Machine> {
  const client = new pg.Client({ connectionString: server.databaseUrl })
  await client.connect()
  const settings = await client.query(
    `select name, setting from pg_settings where name in ('server_version', 'fsync', 'synchronous_commit')`,
  )
  await client.end()
  const of = Object.fromEntries(
    settings.rows.map((row: { name: string; setting: string }) => [row.name, row.setting]),
  )
  const cores = os.cpus()
  return {
    cpu: cores[0]?.model ?? 'unknown',
    cores: cores.length,
    memoryGb: Math.round(os.totalmem() / 2 ** 30),
    os: `${os.type()} ${os.release()} ${os.arch()}`,
    node: process.versions.node,
    postgres: of.server_version ?? '',
    fsync: of.fsync ?? '',
    synchronousCommit: of.synchronous_commit ?? '',
    loadAverageAtStart: Number(os.loadavg()[0]?.toFixed(2)),
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
  }
}

function shown(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value.toFixed(2)
}

/** The table, as Markdown. */
export function tableOf(figures: readonly Figure[]): string {
  const head = ['Figure', 'Measured', 'Reference', 'Ratio', 'To reach', 'Reached']
  const rows = figures.map((figure) => {
    const missed = Object.entries(figure.conditions ?? {}).filter(([, holds]) => !holds)
    const verdict = isReached(figure) ? 'yes' : `no${missed.map(([name]) => `; not: ${name}`).join('')}`
    return [
      `${figure.name}: ${figure.what}`,
      `${shown(figure.value)} ${figure.unit}`,
      `${shown(figure.reference)} ${figure.unit} (${figure.referenceWhat})`,
      figure.ratio.toFixed(2),
      `${figure.isFloor ? '≥' : '≤'} ${figure.target}`,
      verdict,
    ]
  })
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n')
}

/**
 * Writes `results/<date>.json` and `.md`; for a run of selected benchmarks, their names follow the date. Returns the
 * path without its extension.
 */
export async function writeReport(
  machine: Machine,
  figures: readonly Figure[],
  isQuick: boolean,
  only: readonly string[] = [],
): Promise<string> {
  const folder = join(import.meta.dirname, 'results')
  await mkdir(folder, { recursive: true })
  const path = join(
    folder,
    [new Date().toISOString().slice(0, 10), ...only, ...(isQuick ? ['quick'] : [])].join('-'),
  )
  await writeFile(`${path}.json`, `${JSON.stringify({ machine, isQuick, mix: MIX, figures }, null, 2)}\n`)
  const facts = Object.entries(machine).map(([name, value]) => `- ${name}: ${value}`)
  const details = figures.flatMap(({ name, details }) => [
    `- ${name}: ${JSON.stringify(details, (_, value) => (typeof value === 'number' ? Number(value.toFixed(3)) : value))}`,
  ])
  const parts = ['# Benchmark', '', ...facts, `- events: ${MIX}`, '', tableOf(figures), '', ...details, '']
  await writeFile(`${path}.md`, parts.join('\n'))
  return path
}
