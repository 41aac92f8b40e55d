import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { until } from './browser-page.ts'

/** What the scripts of a page hold after a collection of garbage, in bytes. */
export async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  return usedSize
}

/** From a click on "Export CSV" to its first rows in ms, and what the page holds more while the last rows come. */
export async function exportRows(
  context: BrowserContext,
  path: string,
): Promise<{ readonly startMs: number; readonly rows: number; readonly moreBytes: number }> {
  const page = await context.newPage()
  await page.goto(path)
  await page.waitForLoadState('networkidle')
  const session = await context.newCDPSession(page)
  const before = await heapOf(session)
  const button = page.getByRole('button', { name: /^Export/ })
  const download = page.waitForEvent('download', { timeout: 300_000 })
  const begun = performance.now()
  await button.click()
  await until(page, `${EXPORTING}`)
  const startMs = performance.now() - begun
  let most = before
  let isOver = false
  const watching = (async () => {
    while (!isOver) {
      most = Math.max(most, await heapOf(session))
      await page.waitForTimeout(2000)
    }
  })()
  const stream = await (await download).createReadStream()
  let rows = -1
  for await (const chunk of stream) rows += (chunk as Buffer).toString('latin1').split('\n').length - 1
  isOver = true
  await watching
  await page.close()
  return { startMs, rows, moreBytes: most - before }
}

const EXPORTING = `[...document.querySelectorAll('button')].some((each) => /^Exporting [1-9]/.test(each.textContent))`

/** Opens the pages of the navigation one after the other, so many times in all; what the page holds after parts of it. */
export async function heapOverRoutes(
  context: BrowserContext,
  path: string,
  changes: number,
): Promise<readonly number[]> {
  const page: Page = await context.newPage()
  await page.goto(path)
  await page.locator('nav.side .side-link').first().waitFor()
  const names = await page.locator('nav.side .side-link').allTextContents()
  const session = await context.newCDPSession(page)
  const held: number[] = []
  for (let n = 0; n < changes; n += 1) {
    const name = names[n % names.length] ?? ''
    await page.locator('nav.side').getByRole('link', { name, exact: true }).click()
    await until(page, `document.querySelector('h1') && !document.querySelector('.skeleton')`)
    // Every page was open before the first look.
    if ((n + 1) % Math.ceil(changes / 4) === 0) held.push(await heapOf(session))
  }
  await page.close()
  return held
}
