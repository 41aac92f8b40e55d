import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readFromFolder, removeFolderOf, removeFromFolder, storeInFolder } from './folder.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'files-'))
})

afterAll(() => rm(folder, { recursive: true }))

const BYTES = Buffer.from('a document')
const sha256 = createHash('sha256').update(BYTES).digest('hex')
const FILE = { organizationId: 'one', sha256 }

describe('files in a folder', () => {
  it('are stored under their hash, once, and leave nothing else behind', async () => {
    await Promise.all([1, 2, 3].map(() => storeInFolder(folder, FILE, BYTES)))
    expect(await readdir(path.join(folder, 'one', sha256.slice(0, 2)))).toEqual([sha256])
    expect(await readFromFolder(folder, FILE)).toEqual(BYTES)
  })

  it('belong to one organization', async () => {
    expect(await readFromFolder(folder, { ...FILE, organizationId: 'other' })).toBeUndefined()
  })

  it('are refused when they were damaged, and written again', async () => {
    const place = path.join(folder, 'one', sha256.slice(0, 2), sha256)
    await writeFile(place, 'damaged')
    await expect(readFromFolder(folder, FILE)).rejects.toThrow('was damaged')
    await storeInFolder(folder, FILE, BYTES)
    expect(await readFile(place)).toEqual(BYTES)
  })

  it('are removed, also twice', async () => {
    await removeFromFolder(folder, FILE)
    await removeFromFolder(folder, FILE)
    expect(await readFromFolder(folder, FILE)).toBeUndefined()
  })
  it('are removed with everything of their organization, and with nothing of another', async () => {
    const others = { ...FILE, organizationId: 'other' }
    for (const file of [FILE, others]) await storeInFolder(folder, file, BYTES)
    await removeFolderOf(folder, 'one')
    await removeFolderOf(folder, 'nobody')
    expect(await readdir(folder)).toEqual(['other'])
    expect(await readFromFolder(folder, others)).toEqual(BYTES)
  })
})
