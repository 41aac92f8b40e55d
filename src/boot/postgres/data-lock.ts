import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { link, rename, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { StartProblem } from '../start-problem.ts'

/** The exclusive lock on a data folder. The kernel releases it when the process is killed. */
export type DataLock = { readonly release: () => Promise<void> }

/** Another Weir is using the folder. */
export class DataFolderBusy extends StartProblem {}

const NAME = 'weir.lock'

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy()) // the client is already gone
      socket.end(`${process.pid}\n`)
    })
    server.once('error', reject)
    server.listen(path, () => {
      server.unref()
      resolve(server)
    })
  })
}

/** The pid reported by the holder, an empty string when it reports none, or null when nobody holds the lock. */
function askHolder(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    let told = ''
    const socket = connect(path)
    const done = (answer: string | null) => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(2000, () => done(told))
    socket.on('data', (chunk) => {
      told += chunk.toString()
    })
    socket.on('end', () => done(told.trim()))
    socket.on('error', (error: NodeJS.ErrnoException) => {
      done(error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? null : '')
    })
  })
}

function busy(dataDir: string, pid: string): DataFolderBusy {
  const who = pid === '' ? '' : ` (process ${pid})`
  return new DataFolderBusy(
    `Weir is already running on the data folder ${dataDir}${who}: stop it first, or set WEIR_DATA_DIR.`,
  )
}

/**
 * Locks a data folder, or throws `DataFolderBusy`. The lock is a listening socket in the folder: unlike a pid file it
 * cannot go stale, because a killed process's socket refuses connections, and other containers that share the folder
 * see it.
 */
export async function lockDataFolder(dataDir: string): Promise<DataLock> {
  // Through the open folder, so that the path fits the 107 bytes of a socket address at any depth.
  const folder = openSync(dataDir, 'r')
  const path = process.platform === 'linux' ? `/proc/self/fd/${folder}/${NAME}` : `${dataDir}/${NAME}`
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      const server = await listen(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') return null
        throw new StartProblem(`The data folder ${dataDir} cannot be locked: ${error.message}.`)
      })
      if (server) return { release: () => release(server, folder) }
      const holder = await askHolder(path)
      if (holder !== null) throw busy(dataDir, holder)
      await clearStale(path, dataDir)
    }
    throw busy(dataDir, '')
  } catch (error) {
    closeSync(folder)
    throw error
  }
}

/** Moves a dead lock aside first: if a third process took it in between, it is put back and respected. */
async function clearStale(path: string, dataDir: string): Promise<void> {
  const aside = `${path}.${randomBytes(4).toString('hex')}`
  await rename(path, aside).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error
  })
  const holder = await askHolder(aside)
  if (holder !== null) {
    await link(aside, path)
    await rm(aside, { force: true })
    throw busy(dataDir, holder)
  }
  await rm(aside, { force: true })
}

async function release(server: Server, folder: number): Promise<void> {
  // Closing also removes the socket file, in one step with releasing the lock.
  await new Promise<void>((resolve) => server.close(() => resolve()))
  closeSync(folder)
}
