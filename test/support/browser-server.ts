import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './weir-process.ts'

const ROOT = join(import.meta.dirname, '../..')
const HEALTHY_TRIES = 1200

export const ADMIN_KEY = 'admin-key-of-a-browser-test-7f3a91'
export const ORGANIZATION = 'Acme'
export const EMAIL = 'owner@example.com'
export const PASSWORD = 'correct-horse-battery'

export type BrowserServer = { readonly url: string; readonly child: ChildProcess }

/** Starts the built server on a data folder, with an organization and its owner; throws when it does not get healthy. */
export async function startServer(
  folder: string,
  more: Readonly<Record<string, string>> = {},
): Promise<BrowserServer> {
  const started = await spawnServer(folder, {
    WEIR_ORG_NAME: ORGANIZATION,
    WEIR_ORG_EMAIL: EMAIL,
    WEIR_ORG_PASSWORD: PASSWORD,
    ...more,
  })
  started.child.stdout.resume()
  await untilHealthy(started)
  return started
}

/** Starts the built server in an empty folder, as somebody does who has just installed it; `link` is what it prints. */
export async function startFreshServer(
  folder: string,
  more: Readonly<Record<string, string>> = {},
): Promise<BrowserServer & { readonly link: string }> {
  const started = await spawnServer(folder, more)
  let printed = ''
  started.child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString()
  })
  await untilHealthy(started)
  const link = /To choose your password, open (\S+)/.exec(printed)?.[1]
  if (link === undefined) throw new Error(`the server printed no link:\n${printed}`)
  return { ...started, link }
}

async function spawnServer(folder: string, more: Readonly<Record<string, string>>) {
  const port = await freePort()
  const child = spawn(process.execPath, ['bin/weir.js', 'start'], {
    cwd: ROOT,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      PATH: process.env.PATH ?? '',
      HOST: '127.0.0.1',
      PORT: String(port),
      WEIR_DATA_DIR: folder,
      ADMIN_API_KEY: ADMIN_KEY,
      LOG_LEVEL: 'error',
      ...more,
    },
  })
  return { url: `http://127.0.0.1:${port}`, child }
}

async function untilHealthy({ url, child }: BrowserServer): Promise<void> {
  for (let tries = 0; tries < HEALTHY_TRIES; tries += 1) {
    const answer = await fetch(`${url}/health`).catch(() => null)
    if (answer?.ok) return
    if (child.exitCode !== null) break
    await sleep(100)
  }
  throw new Error('the server did not start')
}

export async function stopServer(child: ChildProcess): Promise<void> {
  child.kill('SIGTERM')
  if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve))
}

/** A data folder of a server that was started once and stopped; making one takes longer than most journeys. */
export async function makeDataFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-browser-'))
  const { child } = await startServer(folder)
  await stopServer(child)
  return folder
}

/** A copy of a data folder; its files keep their owner, which PostgreSQL insists on. */
export async function copyDataFolder(from: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'weir-browser-'))
  await rm(folder, { recursive: true })
  execFileSync('cp', ['-a', from, folder])
  return folder
}
