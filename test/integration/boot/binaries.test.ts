import { execFileSync } from 'node:child_process'
import { chmod, cp, lstat, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runAs } from '../../../src/boot/postgres/accounts.ts'
import { findBinaries, findPackage } from '../../../src/boot/postgres/binaries.ts'

const isRoot = process.getuid?.() === 0
const other = { uid: 60_806, gid: 60_806 }
let folder: string

beforeEach(async () => {
  folder = await mkdtemp('/tmp/weir-binaries-')
  await chmod(folder, 0o755)
})
afterEach(() => rm(folder, { recursive: true, force: true }))

/** The package as npm leaves it where install scripts do not run: without the library links. */
async function unlinkedPackage(): Promise<string> {
  const copy = join(folder, 'package')
  await cp(findPackage(), copy, {
    recursive: true,
    verbatimSymlinks: true,
    filter: async (path) => !(await lstat(path)).isSymbolicLink(),
  })
  return copy
}

const versionOf = (program: string, account: typeof other | null) =>
  execFileSync(program, ['--version'], { cwd: '/', encoding: 'utf8', ...runAs(account) })

describe('findBinaries', () => {
  it('makes the library links that the install script did not', async () => {
    const copy = await unlinkedPackage()
    expect(() => versionOf(join(copy, 'native/bin/postgres'), null)).toThrow()
    const binaries = await findBinaries(join(folder, 'home'), null, copy)
    expect(binaries.postgres).toBe(join(copy, 'native/bin/postgres'))
    expect(versionOf(binaries.postgres, null)).toContain('PostgreSQL')
  })

  it.runIf(isRoot)('copies the programs when their account can not enter the project', async () => {
    const copy = await unlinkedPackage()
    await chmod(copy, 0o700)
    const binaries = await findBinaries(join(folder, 'home'), other, copy)
    expect(binaries.postgres.startsWith(join(folder, 'home'))).toBe(true)
    expect(versionOf(binaries.postgres, other)).toContain('PostgreSQL')
    const again = await findBinaries(join(folder, 'home'), other, copy)
    expect(again.postgres).toBe(binaries.postgres)
  })

  it.runIf(isRoot)(
    'finds another place when the data folder cannot be entered either, umask included',
    async () => {
      const copy = await unlinkedPackage()
      await chmod(folder, 0o700)
      const binaries = await findBinaries(join(folder, 'home'), other, copy)
      expect(binaries.postgres.startsWith(folder)).toBe(false)
      expect(versionOf(binaries.postgres, other)).toContain('PostgreSQL')
    },
  )
})
