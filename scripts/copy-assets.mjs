// Copies everything in src that is not TypeScript (SQL, fonts, templates) to dist, and removes leftovers of an
// earlier build: a migration deleted from src must not run.
import { copyFile, mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'

const root = join(import.meta.dirname, '..')
const entries = await readdir(join(root, 'src'), { recursive: true, withFileTypes: true })
const assets = entries.filter(
  (entry) => entry.isFile() && !entry.name.endsWith('.ts') && !entry.name.endsWith('.md'),
)

const web = join(root, 'dist', 'web')
const built = (await readdir(join(root, 'dist'), { recursive: true, withFileTypes: true })).filter(
  // The dashboard has a build of its own.
  ({ parentPath }) => parentPath !== web && !parentPath.startsWith(web + sep),
)
const kept = new Set(
  assets.map(({ parentPath, name }) => join(parentPath, name).slice(join(root, 'src').length)),
)
for (const entry of built) {
  const path = join(entry.parentPath, entry.name)
  const isAsset = entry.isFile() && !/\.(js|map|d\.ts)$/.test(entry.name)
  if (isAsset && !kept.has(path.slice(join(root, 'dist').length))) await rm(path)
}

for (const asset of assets) {
  const from = join(asset.parentPath, asset.name)
  const to = join(root, 'dist', from.slice(join(root, 'src').length))
  await mkdir(dirname(to), { recursive: true })
  await copyFile(from, to)
}
