import { execFileSync } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { copyDataFolder, makeDataFolder, startServer, stopServer } from './browser-server.ts'
import { findChromium } from './chromium.ts'

declare module 'vitest' {
  export interface ProvidedContext {
    /** The data folder that each journey's server begins with a copy of. */
    browserData: string
    /** The server of tests that are no journeys and need no settings of their own, and its data folder. */
    browserServer: { readonly url: string; readonly folder: string }
  }
}

/** Builds what the browser tests drive, or says that they are skipped. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (findChromium() === null) {
    console.warn(
      'No Chromium on this machine (chromium, chromium-browser or google-chrome): browser tests are skipped.',
    )
    return undefined
  }
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: 'inherit',
  })
  const data = await makeDataFolder()
  project.provide('browserData', data)
  const folder = await copyDataFolder(data)
  const { url, child } = await startServer(folder)
  project.provide('browserServer', { url, folder })
  return async () => {
    await stopServer(child)
    for (const each of [folder, data]) await rm(each, { recursive: true, force: true })
  }
}
