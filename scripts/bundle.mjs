// Bundles programs of the server into a folder: a file for each, with what they share in chunks beside them, and the SQL that
// they read. Types are checked by `npm run types`, not here.
import { cp, readdir, rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'

const root = join(import.meta.dirname, '..')
/** What the server starts beside its main thread, by file name, from its own folder. */
const THREADS = ['clock-thread', 'document-thread', 'reader-thread'].map((name) => `src/boot/${name}.ts`)
/** Packages of many small modules. The others stay where they are installed, because some load files of their own. */
const BUNDLED = new Set(['jose', 'kysely', 'temporal-polyfill', 'temporal-utils', 'typebox'])
/** Folders of src/store with SQL: a migration that is deleted there must not run. */
const SQL = ['migrations', 'functions']

const packageOf = (specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/')

const installed = {
  name: 'installed',
  setup(build) {
    build.onResolve({ filter: /^[^./]/ }, ({ path, kind }) => {
      if (kind === 'entry-point' || BUNDLED.has(packageOf(path))) return undefined
      return { path, external: true }
    })
  },
}

/** Bundles a program, named from the root, with the threads of the server into a folder. */
export async function bundle(program, out) {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [program, ...THREADS],
    entryNames: '[name]',
    outdir: out,
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    sourcemap: true,
    metafile: true,
    logLevel: 'warning',
    plugins: [installed],
  })

  // What is left of other sources goes afterwards, and nothing of these is ever missing: a server may be running.
  const written = new Set(Object.keys(metafile.outputs).map((name) => resolve(root, name)))
  for (const entry of await readdir(out, { withFileTypes: true })) {
    const path = join(out, entry.name)
    if (entry.isFile() && !written.has(path)) await rm(path)
  }
  for (const folder of SQL) {
    const from = join(root, 'src/store', folder)
    const to = join(out, folder)
    await cp(from, to, { recursive: true })
    const kept = new Set(await readdir(from))
    for (const name of await readdir(to)) if (!kept.has(name)) await rm(join(to, name))
  }
}
