import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.join(import.meta.dirname, '../..')

/** A table of worked figures of a page: `<!-- figures KIND {settings} -->` stands right before it. */
export type FigureTable = {
  readonly page: string
  readonly line: number
  readonly kind: string
  // biome-ignore lint/suspicious/noExplicitAny: settings are read freely, as the answers in other tests are
  readonly settings: any
  readonly rows: readonly Readonly<Record<string, string>>[]
}

/** All pages of a folder of the documentation and of those below it, by their path in the repository. */
export function pagesOf(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.md'))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
    .sort()
}

export function textOf(page: string): string {
  return readFileSync(path.join(ROOT, page), 'utf8')
}

const MARK = /^<!-- figures ([a-z-]+)(?: (.*))? -->$/

/** The tables of worked figures of a page. Throws when a mark has no table after it. */
export function figureTables(page: string): FigureTable[] {
  const lines = textOf(page).split('\n')
  return lines.flatMap((line, index) => {
    const [, kind, settings] = MARK.exec(line) ?? []
    if (kind === undefined) return []
    const start = lines.findIndex((each, k) => k > index && each.trim() !== '')
    const end = lines.findIndex((each, k) => k > start && !each.startsWith('|'))
    const [head, , ...body] = lines.slice(start, end === -1 ? lines.length : end).map(cellsOf)
    if (!head || body.length === 0) throw new Error(`${page}:${index + 1}: no table follows`)
    const rows = body.map((cells) => Object.fromEntries(head.map((name, k) => [name, cells[k] ?? ''])))
    return [
      { page, line: index + 1, kind, settings: settings === undefined ? {} : JSON.parse(settings), rows },
    ]
  })
}

/** Cells without emphasis; figures are written with thin groups of digits, as `1,200`. */
function cellsOf(line: string): string[] {
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.replaceAll('*', '').replaceAll('`', '').trim())
}
