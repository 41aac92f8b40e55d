import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { findChromium } from './chromium.ts'

/** Builds what the browser tests drive, or says that they are skipped. */
export default function setup(): void {
  if (findChromium() === null) {
    console.warn(
      'No Chromium on this machine (chromium, chromium-browser or google-chrome): browser tests are skipped.',
    )
    return
  }
  execFileSync('npm', ['run', '--silent', 'build'], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: 'inherit',
  })
}
