import type { BrowserContext, CDPSession, Page } from 'playwright-core'

/** A condition of the page as a JavaScript expression. */
export type Condition = string

/** How long to wait for what is measured, in ms. */
const WAIT_MS = 30_000

/**
 * How long it takes from an event of an action, such as a click, until a condition holds, in ms. It is measured in the
 * page, to the next frame.
 */
export async function timed(
  page: Page,
  on: 'click' | 'keydown' | 'change' | 'input',
  condition: Condition,
  act: () => Promise<unknown>,
): Promise<number> {
  const measured = page.evaluate<number | null>(`new Promise((resolve) => {
    const giveUp = setTimeout(() => resolve(null), ${WAIT_MS})
    addEventListener('${on}', () => {
      const begun = performance.now()
      const look = () => {
        if (!(${condition})) return requestAnimationFrame(look)
        clearTimeout(giveUp)
        resolve(performance.now() - begun)
      }
      requestAnimationFrame(look)
    }, { capture: true, once: true })
  })`)
  await page.evaluate('1')
  await act()
  const took = await measured
  if (took === null) throw new Error(`not within ${WAIT_MS} ms: ${condition}`)
  return took
}

/** Waits until a condition holds. Playwright's own way needs `eval`, which the policy of the pages forbids. */
export async function until(page: Page, condition: Condition): Promise<void> {
  const end = performance.now() + WAIT_MS
  while (!(await page.evaluate<boolean>(`Boolean(${condition})`))) {
    if (performance.now() > end) throw new Error(`not within ${WAIT_MS} ms: ${condition}`)
    await page.waitForTimeout(20)
  }
}

export type Paint = {
  /** The largest contentful paint, in ms. */
  readonly lcp: number
  /** What it was. */
  readonly element: string
  /** The cumulative layout shift. */
  readonly cls: number
}

const OBSERVED = `
  window.benchPaint = { lcp: 0, element: '', cls: 0 }
  new PerformanceObserver((list) => {
    for (const { startTime, element } of list.getEntries())
      Object.assign(window.benchPaint, {
        lcp: startTime,
        element: element ? element.tagName + ' ' + element.className + ' ' + element.textContent.slice(0, 40) : '',
      })
  }).observe({ type: 'largest-contentful-paint', buffered: true })
  new PerformanceObserver((list) => {
    for (const { value, hadRecentInput } of list.getEntries())
      if (!hadRecentInput) window.benchPaint.cls += value
  }).observe({ type: 'layout-shift', buffered: true })`

/** Opens an address with an empty cache, with the processor slowed down so many times. */
export async function paintOf(context: BrowserContext, path: string, slowdown: number): Promise<Paint> {
  const page = await context.newPage()
  const session: CDPSession = await context.newCDPSession(page)
  await session.send('Network.clearBrowserCache')
  await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
  await page.addInitScript(OBSERVED)
  await page.goto(path)
  await page.locator('h1').first().waitFor({ timeout: WAIT_MS })
  await page.waitForLoadState('networkidle')
  await until(page, `!document.querySelector('.skeleton')`)
  await page.waitForTimeout(300)
  const paint = await page.evaluate<Paint>('window.benchPaint')
  await page.close()
  return paint
}
