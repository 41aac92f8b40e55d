import { createHash, randomBytes } from 'node:crypto'
import { open, readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Permanent facts about a cluster. Stored in the data folder, readable only by Weir's user. */
export type ClusterRecord = {
  /** What `markerOf` begins with. */
  readonly marker: string
  readonly adminPassword: string
  readonly ownerPassword: string
}

/** Facts about one run of the server. */
export type RunRecord = {
  readonly pid: number
  readonly socketDir: string
  /** Program and settings of the run; a start with different ones does not take it over. */
  readonly signature: string
  /** Where commands on this machine can reach the database. */
  readonly url: string
}

const CLUSTER_FILE = 'postgres.json'
const RUN_FILE = 'postgres-run.json'

async function readJson<T>(path: string): Promise<T | null> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as T
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Replaces a file atomically and durably: after a power failure it has the old content or the new. */
async function writeJson(path: string, value: unknown): Promise<void> {
  const part = `${path}.part`
  const file = await open(part, 'w', 0o600)
  try {
    await file.chmod(0o600)
    await file.writeFile(`${JSON.stringify(value, null, 2)}\n`)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(part, path)
}

/** The cluster's record, or null before the first start. */
export const readClusterRecord = (dataDir: string): Promise<ClusterRecord | null> =>
  readJson<ClusterRecord>(join(dataDir, CLUSTER_FILE))

/** Creates and stores the record of a new cluster, with 192-bit random passwords. */
export async function makeClusterRecord(dataDir: string): Promise<ClusterRecord> {
  const record: ClusterRecord = {
    marker: `weir-${randomBytes(6).toString('hex')}`,
    adminPassword: randomBytes(24).toString('base64url'),
    ownerPassword: randomBytes(24).toString('base64url'),
  }
  await writeJson(join(dataDir, CLUSTER_FILE), record)
  return record
}

/**
 * What identifies the processes of a cluster in the process list, e.g. `weir-3f9c21aa04de`. A copy of a data folder has
 * another one than its original, so that both can run on one machine; a folder that is moved keeps its own.
 */
export async function markerOf({ marker }: ClusterRecord, clusterFolder: string): Promise<string> {
  const { dev, ino } = await stat(clusterFolder, { bigint: true })
  return `weir-${createHash('sha256').update(`${marker} ${dev}:${ino}`).digest('hex').slice(0, 12)}`
}

/** The record of the latest run, or null when there was none. */
export async function readRunRecord(dataDir: string): Promise<RunRecord | null> {
  // A run record is only a hint; one left incomplete by a crash is ignored.
  return await readJson<RunRecord>(join(dataDir, RUN_FILE)).catch((error) => {
    if (error instanceof SyntaxError) return null
    throw error
  })
}

export const writeRunRecord = (dataDir: string, record: RunRecord): Promise<void> =>
  writeJson(join(dataDir, RUN_FILE), record)
