import { randomBytes } from 'node:crypto'
import { closeSync, openSync } from 'node:fs'
import { link, rename, rm } from 'node:fs/promises'
import { connect, createServer, type Server } from 'node:net'
import { StartProblem } from '../start-problem.ts'

/** The right to be the only Weir on a data folder. The kernel takes it back when the program is killed. */
export type DataLock = { readonly release: () => Promise<void> }

/** Another Weir holds the folder. */
export class DataFolderBusy extends StartProblem {}

const NAME = 'weir.lock'

function listen(path: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy()) // whoever asked is gone already; nothing is owed to them
      socket.end(`${process.pid}\n`)
    })
    server.once('error', reject)
    server.listen(path, () => {
      server.unref()
      resolve(server)
    })
  })
}

/** The pid that the holder tells, an empty text when it tells none, or null when nobody holds the lock. */
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
 * Takes the lock of a data folder, or throws `DataFolderBusy` with one sentence.
 * It is a listening socket in the folder: unlike a pid file it can not go stale, because a killed program's
 * socket refuses connections, and it is seen from other containers that share the folder.
 */
export async function lockDataFolder(dataDir: string): Promise<DataLock> {
  // Through the open folder, so that the path fits the 107 bytes of a socket address however deep the folder is.
  const folder = openSync(dataDir, 'r')
  const path = process.platform === 'linux' ? `/proc/self/fd/${folder}/${NAME}` : `${dataDir}/${NAME}`
  try {
    for (let attempt = 0; attempt < 5; attempt++) {
      const server = await listen(path).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'EADDRINUSE') return null
        throw new StartProblem(`The data folder ${dataDir} can not be locked: ${error.message}.`)
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

/** Moves a dead lock aside first: if a third start revived it in between, it is put back and honoured. */
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
  // Closing removes the socket file too, in one step with giving it up.
  await new Promise<void>((resolve) => server.close(() => resolve()))
  closeSync(folder)
}
