import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'

const ROOT = path.join(import.meta.dirname, '..')
const FOLDERS = ['src', 'test', 'bench', 'scripts', 'examples', 'docs']
const PAGES = ['ARCHITECTURE.md', 'README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md']

/**
 * Citations of a specification that is not in the repository, by folder. There are none left: cite a page of docs/
 * or state the rule.
 */
const OLD_CITATIONS_MAX: Readonly<Record<string, number>> = { src: 0, test: 0 }
const OLD_CITATION =
  /§|\b(subscriptions-and-invoicing|metering-and-rating|platform\.md|engine\.md|house\.md)\b/g

type Text = { readonly file: string; readonly text: string }

function textsIn(folder: string): Text[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs|md|sql)$/.test(entry.name))
    .map((entry) => read(path.relative(ROOT, path.join(entry.parentPath, entry.name))))
}

function read(file: string): Text {
  return { file, text: readFileSync(path.join(ROOT, file), 'utf8') }
}

const texts = [...FOLDERS.flatMap(textsIn), ...PAGES.map(read)].filter(
  ({ file }) => file !== 'test/citations.test.ts',
)

/** The anchors of a page's headings, as GitHub makes them. */
function anchorsOf(page: string): Set<string> {
  const headings = read(page).text.match(/^#{1,6} .+$/gm) ?? []
  return new Set(headings.map((line) => anchorOf(line.replace(/^#+ /, ''))))
}

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-')
}

/** The error in a reference to a page; undefined when it resolves. */
function problemWith(target: string): string | undefined {
  const [page = '', anchor] = target.split('#')
  if (!existsSync(path.join(ROOT, page))) return 'no such page'
  return anchor !== undefined && !anchorsOf(page).has(anchor) ? 'no such heading' : undefined
}

/** References by full path, as comments write them, and by relative links of pages. */
function referencesOf({ file, text }: Text): string[] {
  const paths = [...text.matchAll(/\bdocs\/[\w/-]+\.md(?:#[\w-]+)?/g)].map(([whole]) => whole)
  if (!file.endsWith('.md')) return paths
  const links = [...text.matchAll(/\]\(((?:[\w./-]+\.md)?(?:#[\w-]+)?)\)/g)].map(([, link = '']) => link)
  return [
    ...paths,
    ...links.map((link) => (link.startsWith('#') ? `${file}${link}` : path.join(path.dirname(file), link))),
  ]
}

describe('citations', () => {
  it('resolve to a page and a heading', () => {
    const references = texts.flatMap((each) =>
      referencesOf(each).map((target) => ({ file: each.file, target })),
    )
    expect(references.length).toBeGreaterThan(40)
    const broken = references.flatMap(({ file, target }) => {
      const problem = problemWith(target)
      return problem === undefined ? [] : [`${file}: ${target}: ${problem}`]
    })
    expect(broken).toEqual([])
  })

  it.each(Object.entries(OLD_CITATIONS_MAX))('refer only to files in the repository in %s', (folder, max) => {
    const own = texts.filter(({ file }) => file.startsWith(`${folder}/`))
    const count = own.reduce((sum, { text }) => sum + (text.match(OLD_CITATION)?.length ?? 0), 0)
    expect(count).toBeLessThanOrEqual(max)
  })
})
