// Builds the dashboard and the portal into dist/web, with a .gz and a .br beside every text file. Does nothing when the sources are
// those of the last build, because every start builds.
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

const root = join(import.meta.dirname, '..')
const web = join(root, 'web')
const out = join(root, 'dist', 'web')
const stamp = join(out, '.sources')
const TEXTS = /\.(js|css|html|svg)$/

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}

function hashOfSources() {
  const single = [
    'index.html',
    'login.html',
    'portal.html',
    'shell-chunk.ts',
    'sign-in-html.ts',
    'vite.config.ts',
    'package.json',
  ].map((name) => join(web, name))
  const files = [...filesBelow(join(web, 'src')), ...filesBelow(join(web, 'public')), ...single]
  const hash = createHash('sha256').update(readFileSync(join(root, 'package-lock.json')))
  for (const file of files.sort()) hash.update(file.slice(root.length)).update(readFileSync(file))
  return hash.digest('hex')
}

const sources = hashOfSources()
// Also where tests build, who are in an environment of their own: React has more code for development.
process.env.NODE_ENV = 'production'
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== sources) {
  const { build } = await import('vite')
  await build({ root: web, logLevel: 'warn' })
  for (const file of filesBelow(out).filter((name) => TEXTS.test(name))) {
    const text = readFileSync(file)
    writeFileSync(`${file}.gz`, gzipSync(text, { level: 9 }))
    writeFileSync(`${file}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }))
  }
  writeFileSync(stamp, sources)
}
