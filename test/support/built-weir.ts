import { execFileSync } from 'node:child_process'
import { join } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')

/** The command line, built: it starts in a second, where the sources would have to be read as TypeScript each time. */
export const WEIR = join(ROOT, 'bin/weir.js')

/** Builds the server before the tests that start it as a program, and that of the simulation. */
export default function setup(): void {
  for (const script of ['scripts/build-server.mjs', 'test/simulation/build-child.mjs']) {
    execFileSync(process.execPath, [script], { cwd: ROOT, stdio: 'inherit' })
  }
}
