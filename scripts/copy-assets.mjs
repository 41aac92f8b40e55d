// Copies what the compiler leaves behind (SQL, fonts, templates: everything in src that is not TypeScript) to dist.
import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '..')
const entries = await readdir(join(root, 'src'), { recursive: true, withFileTypes: true })
const assets = entries.filter(
  (entry) => entry.isFile() && !entry.name.endsWith('.ts') && !entry.name.endsWith('.md'),
)

for (const asset of assets) {
  const from = join(asset.parentPath, asset.name)
  const to = join(root, 'dist', from.slice(join(root, 'src').length))
  await mkdir(dirname(to), { recursive: true })
  await copyFile(from, to)
}
