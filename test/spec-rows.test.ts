import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

// Each row of the list "Cases that are easy to get wrong" (metering-and-rating §9) has a test that is named for it:
// `§9 row 52: …`, `§9 rows 81, 82: …` or `§9 rows 8 to 12: …`.

const ROOT = path.join(path.dirname(fileURLToPath(import.meta.url)), '..')
const ROWS = 102
/** A name right after `it(` or after the table of `it.each(…)(`. */
const TEST_NAME = /(?:\bit\(|[\])]\)\()\s*['"`]§9 rows? ([^:]+):/g
/** Any such text, in files whose tests take their names from a table. */
const TABLE_NAME = /['"`]§9 rows? ([^:]+):/g
const IS_BY_TABLE = /\bit\((?:\w+\.)?name,/

function testFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((entry) => {
    const full = path.join(folder, entry)
    return statSync(full).isDirectory() ? testFiles(full) : full.endsWith('.test.ts') ? [full] : []
  })
}

/** `81, 82` or `8 to 12` as numbers; throws on anything else. */
function numbersOf(list: string): number[] {
  return list.split(', ').flatMap((part) => {
    const [, from, to] = /^(\d+)(?: to (\d+))?$/.exec(part) ?? []
    if (from === undefined) throw new Error(`no rows: ${list}`)
    const last = Number(to ?? from)
    return Array.from({ length: last - Number(from) + 1 }, (_, k) => Number(from) + k)
  })
}

const files = ['src', 'test']
  .flatMap((folder) => testFiles(path.join(ROOT, folder)))
  .map((full) => ({ file: path.relative(ROOT, full), text: readFileSync(full, 'utf8') }))
  .filter(({ file, text }) => text.includes('§9 row') && file !== 'test/spec-rows.test.ts')

describe('the rows of metering-and-rating §9', () => {
  it('each have a test by their number', () => {
    const tested = files.flatMap(({ text }) =>
      [...text.matchAll(IS_BY_TABLE.test(text) ? TABLE_NAME : TEST_NAME)].flatMap((match) =>
        numbersOf(match[1] ?? ''),
      ),
    )
    const all = Array.from({ length: ROWS }, (_, k) => k + 1)
    const known = new Set(tested)
    expect(all.filter((row) => !known.has(row))).toEqual([])
    expect([...known].filter((row) => row < 1 || row > ROWS)).toEqual([])
  })

  it('are all run', () => {
    const left = files.filter(({ text }) => /\b(?:it|describe|test)\.(?:skip|todo|only|fails)\b/.test(text))
    expect(left.map(({ file }) => file)).toEqual([])
  })
})
