import { describe, expect, it } from 'vitest'
import { KINDS } from './figures/kinds.ts'
import { figureTables, pagesOf } from './figures/tables.ts'

const tables = [...pagesOf('docs/rules'), 'docs/time.md', 'docs/money.md'].flatMap(figureTables)

describe('worked figures of the documentation', () => {
  it('sees the tables', () => {
    expect(tables.length).toBeGreaterThan(25)
    const used = new Set(tables.map(({ kind }) => kind))
    expect([...used].filter((kind) => !(kind in KINDS))).toEqual([])
    expect(Object.keys(KINDS).filter((kind) => !used.has(kind))).toEqual([])
  })

  it.each(tables.map((table) => [`${table.page}:${table.line}`, table] as const))('%s', (_, table) => {
    const computed = KINDS[table.kind]?.(table) ?? []
    // Only computed columns are compared; the others are inputs.
    const written = table.rows.map((row, k) =>
      Object.fromEntries(Object.keys(computed[k] ?? {}).map((column) => [column, row[column]])),
    )
    expect(written).toEqual(computed)
  })
})
